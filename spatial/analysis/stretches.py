"""Strokes as a planner reads them: a name from place to place, length, minutes, and the places along the way."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.links import chained, is_outside, mean_flow, way_minutes
from spatial.analysis.strokes import Stroke
from spatial.model import Network

DASH: Final = "–"
COLUMNS: Final = (
    "name",
    "number",
    "length_m",
    "minutes_min",
    "places",
    "flow_inv",
    "from_place",
    "to_place",
    "edges",
    "geometry",
)


class _Tip(NamedTuple):
    """A place at the end of a stretch."""

    name: str
    people: float


@dataclass(frozen=True)
class _Places:
    ends: gpd.GeoDataFrame
    listed: gpd.GeoDataFrame
    all: gpd.GeoDataFrame
    reach_m: float

    def at(self, point: shapely.Point, node: str) -> _Tip | None:
        """Return the nearest end within reach of a point, else other place with a level, else what stands there."""
        for frame in (self.ends, self.listed, self.all[self.all["node_id"] == node]):
            metres = shapely.distance(np.asarray(frame.geometry, object), point)
            if len(metres) and metres.min() <= self.reach_m:
                row = frame.iloc[int(metres.argmin())]
                return _Tip(str(row["name"]), float(row["population_inv"]))
        return None

    def along(self, line: shapely.LineString) -> list[str]:
        """Return the names of the places within reach of a line, in the order in which it passes them."""
        points = np.asarray(self.listed.geometry, object)
        near = shapely.distance(points, line) <= self.reach_m
        where = shapely.line_locate_point(line, points[near])
        return [str(name) for name in self.listed["name"].to_numpy(object)[near][np.argsort(where, kind="stable")]]


def stretches(
    strokes: list[Stroke],
    network: Network,
    nodes: gpd.GeoDataFrame,
    ends: gpd.GeoDataFrame,
    reach_m: float,
    on_edge: pd.Series | None,
) -> gpd.GeoDataFrame:
    """Return strokes as lines with names.

    Parameters
    ----------
    strokes : list of Stroke
        As :func:`spatial.analysis.strokes.strokes_of` gives them; one wholly within ``reach_m`` of longer ones is
        left out.
    network : Network
    nodes, ends : GeoDataFrame
        All places (``name``, ``level``, perhaps ``outside``, ``population_inv``), and those that links join.
    reach_m : float
        A place at most so far away, metres, lies along the line, or at its end.
    on_edge : Series, optional
        People on each edge.

    Returns
    -------
    GeoDataFrame
        EPSG:3006, index ``corridor`` (``name``, with `` (2)`` where that is taken), ``name``, ``number``,
        ``length_m``, ``minutes_min``, ``places``, ``flow_inv``, ``from_place``, ``to_place``, ``edges`` (ids, in
        order), geometry. A stretch is named for the node at its end, else for another place with a level there, else
        for the road it meets; it runs from its larger place.
    """
    listed = nodes[nodes["level"].notna() | is_outside(nodes)].sort_index()
    places = _Places(ends, listed, nodes.sort_index(), reach_m)
    met: dict[str, set[str]] = defaultdict(set)
    for stroke in strokes:
        for node in stroke.nodes:
            met[node].add(stroke.number)
    rows = [_row(stroke, network, places, met, on_edge) for stroke in outside_bands(strokes, network, reach_m)]
    table = pd.DataFrame(rows, columns=COLUMNS).sort_values(["name", "length_m", "places"], ignore_index=True)
    again = table.groupby("name").cumcount()
    ids = [name if not n else f"{name} ({n + 1})" for name, n in zip(table["name"], again, strict=True)]
    table.index = pd.Index(ids, name="corridor", dtype=object)
    for end in ("from_place", "to_place"):
        table[end] = table[end].astype(object).where(table[end].notna(), None)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=network.edges.crs)


def outside_bands(strokes: list[Stroke], network: Network, reach_m: float) -> list[Stroke]:
    """Return the strokes but those that lie wholly within ``reach_m`` of longer ones: they are in the band already."""
    lines = [chained(network.edges, one.edges, one.forward) for one in strokes]
    kept: list[int] = []
    bands: list[shapely.Polygon] = []
    for position in sorted(range(len(lines)), key=lambda i: (-lines[i].length, strokes[i].edges)):
        near = [band for band in bands if band.intersects(lines[position])]
        if not near or not shapely.union_all(near).covers(lines[position]):
            kept.append(position)
            bands.append(shapely.buffer(lines[position], reach_m))
    return [strokes[position] for position in sorted(kept)]


def _row(
    stroke: Stroke, network: Network, places: _Places, met: dict[str, set[str]], on_edge: pd.Series | None
) -> dict[str, object]:
    line = chained(network.edges, stroke.edges, stroke.forward)
    tips = [
        places.at(shapely.Point(xy), node)
        for xy, node in zip(line.coords[:: len(line.coords) - 1], (stroke.nodes[0], stroke.nodes[-1]), strict=True)
    ]
    if tips[0] == tips[1]:
        tips[1] = None
    if _size(tips[1]) > _size(tips[0]):
        stroke, line, tips = stroke.turned(), line.reverse(), tips[::-1]
    names = [tip.name if tip else None for tip in tips]
    roads = [_road(met[node], stroke.number) for node in (stroke.nodes[0], stroke.nodes[-1])]
    edges = network.edges.loc[list(stroke.edges)]
    ends = DASH.join(dict.fromkeys(name or road for name, road in zip(names, roads, strict=True) if name or road))
    return {
        "name": f"{stroke.number} {ends}".strip(),
        "number": stroke.number,
        "length_m": float(edges["length_m"].sum()),
        "minutes_min": way_minutes(network.edges, stroke.edges, stroke.forward),
        "places": ", ".join(places.along(line)),
        "flow_inv": mean_flow(network.edges, on_edge, stroke.edges),
        "from_place": names[0],
        "to_place": names[1],
        "edges": tuple(stroke.edges),
        "geometry": line,
    }


def _size(tip: _Tip | None) -> tuple[float, str]:
    return (-1.0, "") if tip is None else (tip.people, tip.name)


def _road(numbers: set[str], own: str) -> str:
    """Return the road met: the first number, Europe's before the country's before the county's, that is not ours."""
    others = sorted(numbers - {own, ""}, key=lambda name: (name.isdigit(), len(name), name))
    return others[0] if others else ""
