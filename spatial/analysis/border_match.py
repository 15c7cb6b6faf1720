"""A shared border as one line that both plans are matched to, each measured in the boundary it was drawn to."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.plan_outlines import Outline
from spatial.model import FloatArray

_STRAIGHT: Final = 0.002
_ASIDE_M: Final = 2.0


@dataclass(frozen=True)
class Side:
    """One plan's side of a shared line, sample by sample.

    ``area``: what its outline encloses; ``arc``: its own boundary there, running as the shared line does; ``u``: metres
    along it, at ``xy``; ``s_of_u``: places along it and where on the shared line they belong; ``length_m``:
    metres of it that the sample stands for; ``just`` and ``deep``: points just inside, and deep inside (NaN where that
    is outside again); ``apart_m``: how far it lies from the shared line.
    """

    plan: str
    basis: str
    area: shapely.Polygon
    arc: shapely.LineString
    u: FloatArray
    xy: FloatArray
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

    @property
    def apart_m(self) -> FloatArray:
        """How far the two plans' own boundaries lie from each other."""
        between = self.a.xy - self.b.xy
        return np.asarray(np.hypot(between[:, 0], between[:, 1]), float)


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
    line midway between where they are nearest and where they are the nearest of the line's, each in order (isotonic
    regression: Barlow et al. 1972, Statistical inference under order restrictions), with a little of the even
    distribution so that no stretch of it is lost.
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
    back = np.linspace(0, line.length, len(u))
    there = np.interp(u, _rising(line, arc, back), back)
    return u, (_rising(arc, line, u) + there) / 2


def _rising(line: shapely.LineString, other: shapely.LineString, at: FloatArray) -> FloatArray:
    """Return for places along a line those nearest on another that runs as it does, in order."""
    from scipy.optimize import isotonic_regression

    near = shapely.line_locate_point(other, shapely.line_interpolate_point(line, at))
    near[0], near[-1] = 0.0, other.length
    rising = np.clip(isotonic_regression(near).x, 0, other.length)
    return np.asarray((1 - _STRAIGHT) * rising + _STRAIGHT * at / line.length * other.length, float)


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
    return Side(plan, outline.basis, outline.area, arc, u, xy, tie, lengths, just, deep, shapely.distance(points, line))


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
