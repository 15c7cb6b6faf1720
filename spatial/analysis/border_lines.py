"""A shared border as one line that both plans are matched to, each measured in the boundary it was drawn to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.optimize import isotonic_regression
from shapely.ops import substring

from spatial.model import FloatArray

OWN: Final = "egen gräns"
REFERENCE: Final = "gemensam gräns"
DERIVED: Final = "ur planens ytor"
_LEAST_M: Final = 10.0
_SNAP_M: Final = 50.0
_MOSTLY: Final = 0.8
_COVERED: Final = 0.5
_TOUCHED: Final = 0.25
_EVENLY: Final = (np.arange(40) + 0.5) / 40
_STRAIGHT: Final = 0.02
_ASIDE_M: Final = 2.0
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Outline:
    """The boundary that a plan is drawn to, and how we know it."""

    area: shapely.Polygon
    basis: str


@dataclass(frozen=True)
class Side:
    """One plan's side of a shared line, sample by sample.

    ``arc``: its own boundary there, running as the shared line does; ``u``: metres along it; ``length_m``: metres of
    it that the sample stands for; ``just`` and ``deep``: points just inside, and deep inside (NaN where that is
    outside again); ``apart_m``: how far it lies from the shared line.
    """

    plan: str
    basis: str
    arc: shapely.LineString
    u: FloatArray
    s_of_u: tuple[FloatArray, FloatArray]
    length_m: FloatArray
    just: FloatArray
    deep: FloatArray
    apart_m: FloatArray

    def chainage(self, points: npt.NDArray[np.object_]) -> FloatArray:
        """Return where on the shared line points beside the own boundary belong."""
        along = shapely.line_locate_point(self.arc, points)
        return np.interp(along, *self.s_of_u)


@dataclass(frozen=True)
class Shared:
    """A shared line, its sample points (metres from its start) and both plans' sides."""

    line: shapely.LineString
    s: FloatArray
    edges: FloatArray
    a: Side
    b: Side


def shared_lines(
    one: shapely.Geometry, other: shapely.Geometry, thirds: npt.NDArray[np.object_], reach_m: float
) -> list[shapely.LineString]:
    """Return the lines that two outlines share, the same whichever comes first.

    Outlines that do not meet exactly share the stretches of the simpler one that lie within ``reach_m`` of the other
    and no nearer to a third.
    """
    exact = shapely.intersection(shapely.boundary(one), shapely.boundary(other))
    base, against = sorted((one, other), key=lambda area: (shapely.get_num_coordinates(area), shapely.to_wkb(area)))
    near = shapely.intersection(shapely.boundary(base), shapely.buffer(against, _SNAP_M, quad_segs=4))
    line: shapely.Geometry = exact
    if shapely.length(exact) < _MOSTLY * shapely.length(near) or shapely.length(exact) < _LEAST_M:
        line = _facing(shapely.boundary(base), against, thirds, reach_m)
    merged = shapely.line_merge(line)
    parts = [part for part in shapely.get_parts(shapely.get_parts(merged)) if part.length >= _LEAST_M]
    return sorted((_turned(part) for part in parts), key=shapely.to_wkb)


def _facing(
    boundary: shapely.Geometry, against: shapely.Geometry, thirds: npt.NDArray[np.object_], reach_m: float
) -> shapely.Geometry:
    kept: list[shapely.Geometry] = []
    for ring in shapely.get_parts(boundary):
        count = max(8, int(np.ceil(ring.length / _SNAP_M)))
        points = shapely.line_interpolate_point(ring, (np.arange(count) + 0.5) / count, normalized=True)
        apart = shapely.distance(points, against)
        good = apart <= reach_m
        for third in thirds:
            good[good] &= shapely.distance(points[good], third) > apart[good]
        step = np.flatnonzero(np.diff(np.r_[False, good, False].astype(int)))
        for first, last in zip(step[::2], step[1::2], strict=True):
            kept.append(substring(ring, first / count, last / count, normalized=True))
    return shapely.union_all(np.asarray(kept, object))


def _turned(line: shapely.LineString) -> shapely.LineString:
    """Return a line from its smaller end (a ring from its smallest corner, against the clock)."""
    xy = shapely.get_coordinates(line)
    if (xy[0] == xy[-1]).all():
        ring = shapely.get_coordinates(shapely.orient_polygons(shapely.Polygon(xy)))[:-1]
        first = int(np.lexsort((ring[:, 1], ring[:, 0]))[0])
        turned = np.roll(ring, -first, axis=0)
        return shapely.LineString(np.vstack([turned, turned[:1]]))
    return shapely.LineString(xy if tuple(xy[0]) <= tuple(xy[-1]) else xy[::-1])


def outline_of(
    areas: npt.NDArray[np.object_],
    plan: str,
    versions: Sequence[gpd.GeoSeries],
    same_outline_m: float,
    given: Mapping[str, shapely.Geometry],
) -> Outline:
    """Return the boundary that a plan is drawn to.

    Parameters
    ----------
    areas : ndarray of Polygon
        The plan's areas of use, EPSG:3006.
    plan : str
        Its municipality.
    versions : sequence of GeoSeries
        Outlines that are known, by municipality; the reference first.
    same_outline_m : float
        The plan is drawn to a version if it reaches less than this, in the mean, into the neighbours there, and comes
        this near to at least a quarter of its borders.
    given : mapping
        Outlines that came with plans.

    Returns
    -------
    Outline
        The one given; else the first version that fits; else what the plan's own areas cover, their holes filled.
        From areas alone one cannot tell silence along the border from another border: then only holes are silent.
    """
    if plan in given:
        return Outline(_largest(given[plan]), OWN)
    known = [version for version in versions if plan in version.index]
    for version in known:
        if _reaches_out(areas, plan, version) <= same_outline_m and _touches(areas, plan, version, same_outline_m):
            return Outline(_largest(version[plan]), REFERENCE)
    if not len(areas):
        return Outline(shapely.Polygon(), DERIVED)
    covered = _largest(shapely.union_all(shapely.make_valid(areas)))
    if known and covered.area < _COVERED * known[0][plan].area:
        return Outline(_largest(known[0][plan]), REFERENCE)
    return Outline(shapely.Polygon(covered.exterior), DERIVED)


def _largest(area: shapely.Geometry) -> shapely.Polygon:
    parts = shapely.get_parts(shapely.get_parts(area))
    parts = parts[shapely.get_dimensions(parts) == 2]
    return parts[int(np.argmax(shapely.area(parts)))] if len(parts) else shapely.Polygon()


def _reaches_out(areas: npt.NDArray[np.object_], plan: str, version: gpd.GeoSeries) -> float:
    """Return how far the areas reach into the neighbours' outlines: square metres a metre of shared border."""
    shapes, border = _around(plan, version)
    if not len(shapes) or not len(areas):
        return 0.0
    tree = shapely.STRtree(shapes)
    inside, _ = tree.query(areas, predicate="within")
    of, piece = tree.query(areas, predicate="intersects")
    partly = ~np.isin(of, inside)
    out = shapely.area(shapely.intersection(areas[of[partly]], shapes[piece[partly]])).sum()
    out += shapely.area(areas[np.unique(inside)]).sum()
    return float(out / max(shapely.length(border), _LEAST_M))


def _touches(areas: npt.NDArray[np.object_], plan: str, version: gpd.GeoSeries, near_m: float) -> bool:
    """Return whether the areas come near to at least a quarter of the borders."""
    _, border = _around(plan, version)
    if shapely.length(border) < _LEAST_M or not len(areas):
        return True
    lines = shapely.get_parts(shapely.line_merge(border))
    points = np.concatenate([shapely.line_interpolate_point(line, _EVENLY, normalized=True) for line in lines])
    weights = np.repeat(shapely.length(lines), len(_EVENLY))
    near, _ = shapely.STRtree(areas).query(points, predicate="dwithin", distance=near_m)
    return bool(weights[np.unique(near)].sum() >= _TOUCHED * weights.sum())


def _around(plan: str, version: gpd.GeoSeries) -> tuple[npt.NDArray[np.object_], shapely.Geometry]:
    others = version.drop(index=plan).to_numpy()
    others = others[shapely.dwithin(others, version[plan], 1.0)]
    return others, shapely.union_all(shapely.intersection(shapely.boundary(version[plan]), shapely.boundary(others)))


def matched(
    line: shapely.LineString, outlines: tuple[Outline, Outline], plans: tuple[str, str], step_m: float, depth_m: float
) -> Shared:
    """Return the samples along a shared line, with both plans' own boundaries matched to it.

    Parameters
    ----------
    line : LineString
        The shared reference line.
    outlines, plans : tuple
        Both plans' outlines and ids.
    step_m, depth_m : float
        How far apart samples lie at most, and how far inside *deep* is.

    Notes
    -----
    A boundary drawn otherwise is the arc between the points nearest to the line's ends; its points are put on the
    line where they are nearest, in order (isotonic regression: Barlow et al. 1972, Statistical inference under order
    restrictions), with a little of the even distribution so that no stretch of it is lost.
    """
    arcs = [_arc(line, outline) for outline in outlines]
    ties = [_tied(line, arc, outline, step_m) for arc, outline in zip(arcs, outlines, strict=True)]
    length = line.length
    even = (np.arange(max(1, int(np.ceil(length / step_m)))) + 0.5) * length / max(1, int(np.ceil(length / step_m)))
    places = np.unique(np.concatenate([even, *(s for _, s in ties if len(s) > 2)]))
    s = places[(places > 0) & (places < length)]
    edges = np.r_[0.0, (s[1:] + s[:-1]) / 2, length]
    one, other = (
        _side(plan, outline, arc, tie, line, s, edges, depth_m)
        for plan, outline, arc, tie in zip(plans, outlines, arcs, ties, strict=True)
    )
    return Shared(line, s, edges, one, other)


def _arc(line: shapely.LineString, outline: Outline) -> shapely.LineString:
    ring = outline.area.exterior
    if ring is None or ring.is_empty or shapely.contains_properly(shapely.buffer(ring, 1.0), line):
        return line
    start, end = (shapely.line_locate_point(ring, shapely.Point(xy)) for xy in (line.coords[0], line.coords[-1]))
    if line.is_ring:
        return _cut(ring, start, start + ring.length)
    forth = _cut(ring, start, end if end > start else end + ring.length)
    back = shapely.reverse(_cut(ring, end, start if start > end else start + ring.length))
    return min((forth, back), key=lambda arc: _distance(arc, line))


def _cut(ring: shapely.Geometry, start: float, end: float) -> shapely.LineString:
    xy = shapely.get_coordinates(ring)
    twice = shapely.LineString(np.vstack([xy, xy[1:]]))
    at = np.r_[0.0, np.cumsum(np.hypot(*np.diff(shapely.get_coordinates(twice), axis=0).T))]
    inner = shapely.get_coordinates(twice)[(at > start) & (at < end)]
    ends = shapely.get_coordinates(shapely.line_interpolate_point(twice, [start, end]))
    return shapely.LineString(np.vstack([ends[:1], inner, ends[1:]]))


def _distance(arc: shapely.LineString, line: shapely.LineString) -> float:
    points = shapely.line_interpolate_point(arc, np.linspace(0.02, 0.98, 49), normalized=True)
    return float(np.mean(shapely.distance(points, line)))


def _tied(
    line: shapely.LineString, arc: shapely.LineString, outline: Outline, step_m: float
) -> tuple[FloatArray, FloatArray]:
    """Return places along the own boundary and, for each, its place on the shared line, both increasing."""
    if arc is line or outline.area.is_empty:
        return np.array([0.0, line.length]), np.array([0.0, line.length])
    u = np.linspace(0, arc.length, max(3, int(np.ceil(arc.length / step_m)) + 1))
    near = shapely.line_locate_point(line, shapely.line_interpolate_point(arc, u))
    near[0], near[-1] = 0.0, line.length
    rising = np.clip(isotonic_regression(near).x, 0, line.length)
    even = u / arc.length * line.length
    return u, (1 - _STRAIGHT) * rising + _STRAIGHT * even


def _side(
    plan: str,
    outline: Outline,
    arc: shapely.LineString,
    tie: tuple[FloatArray, FloatArray],
    line: shapely.LineString,
    s: FloatArray,
    edges: FloatArray,
    depth_m: float,
) -> Side:
    along, on_line = tie
    u = np.interp(s, on_line, along)
    points = shapely.line_interpolate_point(arc, u)
    xy = shapely.get_coordinates(points)
    before, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(arc, np.clip(u + d, 0, arc.length))) for d in (-5.0, 5.0)
    )
    way = after - before
    length = np.hypot(*way.T)
    normal = np.column_stack([-way[:, 1], way[:, 0]]) / np.where(length > 0, length, 1)[:, None]
    just, sign = _inward(outline.area, xy, normal, _ASIDE_M)
    deep = xy + normal * sign[:, None] * depth_m
    out = (
        ~shapely.contains_xy(outline.area, *np.nan_to_num(deep).T)
        if not outline.area.is_empty
        else np.ones(len(s), bool)
    )
    deep[out] = np.nan
    lengths = np.diff(np.interp(edges, on_line, along))
    return Side(plan, outline.basis, arc, u, tie, lengths, just, deep, shapely.distance(points, line))


def _inward(area: shapely.Polygon, xy: FloatArray, normal: FloatArray, aside_m: float) -> tuple[FloatArray, FloatArray]:
    """Return the points a little inside an area, and on which side of its boundary that is (0: neither)."""
    if area.is_empty:
        return np.full_like(xy, np.nan), np.zeros(len(xy))
    left, right = xy + normal * aside_m, xy - normal * aside_m
    shapely.prepare(area)
    in_left, in_right = shapely.contains_xy(area, *left.T), shapely.contains_xy(area, *right.T)
    usual = 1.0 if in_left.sum() >= in_right.sum() else -1.0
    sign = np.where(in_left & in_right, usual, np.where(in_left, 1.0, np.where(in_right, -1.0, 0.0)))
    just = xy + normal * sign[:, None] * aside_m
    just[sign == 0] = np.nan
    return just, sign


def areas_of_use(features: gpd.GeoDataFrame, plan: str) -> gpd.GeoDataFrame:
    """Return a plan's areas of land and water use, sorted by id."""
    polygons = shapely.get_dimensions(features.geometry.to_numpy()) == 2
    return features[polygons & (features["plan_id"] == plan) & (features["aspect"] == "anvandning")].sort_index()


def neighbours(outlines: Mapping[str, shapely.Geometry], reach_m: float) -> Iterable[tuple[str, str]]:
    """Yield the pairs of outlines that lie within reach of each other, each once, sorted."""
    codes = pd.Index(sorted(outlines))
    shapes = np.asarray([outlines[code] for code in codes], object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach_m)
    yield from sorted({(codes[i], codes[j]) for i, j in zip(one, other, strict=True) if i < j})
