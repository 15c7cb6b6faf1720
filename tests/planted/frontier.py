"""Faults of known size along real borders, by rules written from what a fault is, not from any detector.

Two drawings of the same border are given, rough and fine. Each plan is drawn wholly to one of them and says
countryside everywhere, in cells. A site is a stretch where the two drawings run side by side, whatever lies between
them: from each end of it the nearest point on the other drawing leads back to (nearly) where one came from, and both
stretches are about as long. On each site one fault is planted, of the next kind and the next size:

- *conflict*: homes in the one plan and industry in the other, each a strip along the plan's own boundary;
- *silent*: the one plan says nothing in a strip along its own boundary, the other goes on;
- *link* and *green*: a link of the one plan comes to its own boundary; the neighbour's goes on from its own boundary,
  so many metres aside along it. The size is how far aside; less, where both are drawn on the same land and come nearer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

KINDS = ("conflict", "silent", "link", "green")
HOMES, WORKS, COUNTRY = "sammanhangande_bostad", "verksamheter_industri", "landsbygd"
LINKS = {"link": "strak_kommunikation", "green": "samband_natur"}
CELL_M, DEPTH_M, REACH_M = 8_000.0, 800.0, 4_000.0
BACK_M, ALIKE, CLEAR_M = 0.10, 0.15, 3_000.0


@dataclass(frozen=True)
class Planted:
    """What was planted: kind, plans (``one`` has the homes, says nothing or has the link), features, and metres.

    ``one_m`` and ``other_m`` are measured in each plan's own boundary; ``apart_m`` is how far the drawings differ;
    ``near_m`` how near two links come to each other on land that both plans cover.
    """

    kind: str
    one: str
    other: str
    feature_one: str
    feature_other: str
    one_m: float
    other_m: float
    apart_m: float
    near_m: float = np.inf

    @property
    def size_m(self) -> float:
        """How large the fault is: where the plan is silent, else the mean of both sides, at most how near they come."""
        return self.one_m if self.kind == "silent" else min((self.one_m + self.other_m) / 2, self.near_m)


def border(outlines: gpd.GeoSeries, one: str, other: str) -> shapely.LineString:
    """Return the longest piece of the border that two outlines of one drawing share."""
    line = shapely.line_merge(shapely.intersection(outlines[one].boundary, outlines[other].boundary))
    return max(shapely.get_parts(line), key=shapely.length)


def beside(line: shapely.LineString, other: shapely.LineString, at: np.ndarray) -> np.ndarray | None:
    """Return places on the other drawing nearest to places on a line; None where the way back leads elsewhere."""
    points = shapely.line_interpolate_point(line, at)
    there = shapely.line_locate_point(other, points)
    back = shapely.line_locate_point(line, shapely.line_interpolate_point(other, there))
    apart = shapely.distance(points, shapely.line_interpolate_point(other, there))
    if (np.abs(back - at) > BACK_M * apart + 5.0).any():
        return None
    return there


def stretch(line: shapely.LineString, outline: shapely.Geometry, start: float, end: float) -> shapely.Geometry | None:
    """Return the strip inside an outline along a stretch of its boundary, or None where the boundary winds back."""
    piece = substring(line, min(start, end), max(start, end))
    strip = shapely.intersection(shapely.buffer(piece, DEPTH_M, cap_style="flat"), outline)
    part = max(shapely.get_parts(strip), key=shapely.area)
    touching = shapely.intersection(part, shapely.buffer(outline.boundary, 0.5, cap_style="flat")).area / 0.5
    fits = abs(touching - piece.length) <= 0.05 * piece.length + 10.0
    whole = part.area >= 0.7 * piece.length * DEPTH_M
    return part if fits and whole else None


def sites(
    mine: shapely.LineString, theirs: shapely.LineString, sizes: Iterator[float]
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Yield stretches of both drawings that lie side by side, the next size each, well apart from each other."""
    at, size = CLEAR_M, next(sizes)
    while at + size < mine.length - CLEAR_M:
        own = np.array([at, at + size / 2, at + size])
        there = beside(mine, theirs, own)
        if there is not None:
            long = abs(there[2] - there[0])
            ordered = (there[1] - there[0]) * (there[2] - there[1]) > 0
            clear = there.min() > CLEAR_M and there.max() < theirs.length - CLEAR_M
            if clear and ordered and abs(long - size) <= ALIKE * size:
                apart = shapely.line_interpolate_point(mine, own)
                yield own, there, float(shapely.distance(apart, theirs).max())
                at, size = at + size + CLEAR_M, next(sizes)
                continue
        at += 250.0


def ground(code: str, outline: shapely.Geometry, taken: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return countryside in cells over the whole outline but what is taken."""
    left = shapely.difference(outline, shapely.union_all(taken)) if taken else outline
    west, south, east, north = (int(value // CELL_M) for value in outline.bounds)
    cells = [
        shapely.box(col * CELL_M, row * CELL_M, (col + 1) * CELL_M, (row + 1) * CELL_M)
        for col in range(west, east + 1)
        for row in range(south, north + 1)
    ]
    parts = shapely.intersection(np.asarray(cells, object), left)
    parts = [part for part in parts if part.area > 0]
    return rows((f"{code}:mark{n}", code, "anvandning", COUNTRY, part) for n, part in enumerate(parts))


def rows(given) -> gpd.GeoDataFrame:
    """Return plan features from (id, plan, aspect, pivot, geometry)."""
    table = pd.DataFrame(list(given), columns=["id", "plan_id", "aspect", "pivot", "geometry"]).set_index("id")
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs=3006)
    return frame.assign(code=frame["pivot"], pivot_options=None, time="framtida", name=frame.index, consideration=None)


def way(line: shapely.LineString, outline: shapely.Geometry, at: float) -> shapely.LineString | None:
    """Return a link that goes straight and deep in from a place on the boundary, or None where it cannot."""
    before, here, after = (shapely.line_interpolate_point(line, at + d) for d in (-50.0, 0.0, 50.0))
    turn = np.array([before.y - after.y, after.x - before.x])
    turn = turn / np.hypot(*turn)
    for sign in (1, -1):
        end = shapely.Point(here.x + sign * REACH_M * turn[0], here.y + sign * REACH_M * turn[1])
        whole = shapely.LineString([here, end])
        stays = shapely.intersection(whole, outline).length >= 0.999 * whole.length
        if stays and shapely.distance(end, outline.boundary) >= REACH_M / 2:
            return whole
    return None


def frontier(
    one: str, other: str, mine: gpd.GeoSeries, theirs: gpd.GeoSeries, sizes: tuple[float, ...], first: int = 0
) -> tuple[gpd.GeoDataFrame, list[Planted]]:
    """Return two neighbours' plans, each drawn to its own drawing of their border, and what was planted along it.

    Parameters
    ----------
    one, other : str
        Codes of the municipalities.
    mine, theirs : GeoSeries
        The drawing that each plan follows, by code, EPSG:3006.
    sizes : tuple of float
        Metres; taken in turn.
    first : int
        Where in the row of kinds and sizes to begin, so that borders differ.
    """
    lines = border(mine, one, other), border(theirs, one, other)
    kinds = cycle(np.roll(KINDS, -first))
    turns = cycle(np.roll(sizes, -first))
    features, planted, taken = [], [], {one: [], other: []}
    for n, (own, there, apart) in enumerate(sites(*lines, turns)):
        swapped = bool((n + first) % 2)
        sides = [(one, mine[one], lines[0], own), (other, theirs[other], lines[1], there)]
        made = _fault(next(kinds), f"{n}", sides[::-1] if swapped else sides, apart)
        if made is None:
            continue
        fault, holes, new = made
        planted.append(fault)
        features += new
        for plan, hole in holes.items():
            taken[plan].append(hole)
    drawn = [ground(one, mine[one], taken[one]), ground(other, theirs[other], taken[other])]
    return gpd.GeoDataFrame(pd.concat([*drawn, rows(features)]), crs=3006), planted


def _fault(kind: str, key: str, sides, apart: float):
    (one, area, line, own), (other, area2, line2, there) = sides
    metres = abs(own[2] - own[0]), abs(there[2] - there[0])
    names = f"{one}:{kind}{key}", f"{other}:{kind}{key}"
    if kind in {"conflict", "silent"}:
        strips = stretch(line, area, own[0], own[2]), stretch(line2, area2, there[0], there[2])
        if None in strips:
            return None
        if kind == "silent":
            return Planted(kind, one, other, "", "", *metres, apart), {one: strips[0]}, []
        new = [
            (name, plan, "anvandning", use, strip)
            for name, plan, use, strip in zip(names, (one, other), (HOMES, WORKS), strips, strict=True)
        ]
        return Planted(kind, one, other, *names, *metres, apart), {one: strips[0], other: strips[1]}, new
    ways = way(line, area, own[0]), way(line2, area2, there[2])
    if None in ways:
        return None
    told = zip(names, (one, other), ways, strict=True)
    new = [(name, plan, "inriktning", LINKS[kind], shape) for name, plan, shape in told]
    common = [shapely.intersection(way, shapely.intersection(area, area2)) for way in ways]
    near = shapely.distance(*common) if min(map(shapely.length, common)) > 1 else np.inf
    return Planted(kind, one, other, *names, *metres, apart, near), {}, new
