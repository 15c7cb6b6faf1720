"""Which plans are neighbours, and the lines that their outlines share."""

from collections.abc import Iterable, Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from spatial.analysis.plan_outlines import DERIVED, Outline

_LEAST_M: Final = 10.0
_SNAP_M: Final = 50.0
_MOSTLY: Final = 0.8


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
    return _merged(line)


def nearer_lines(lines: list[shapely.LineString], pair: tuple[Outline, Outline]) -> list[shapely.LineString]:
    """Return the line that two plans' own outlines share where they follow another drawing than the reference.

    Parameters
    ----------
    lines : list of LineString
        What the reference outlines share.
    pair : tuple of Outline
        The plans' own outlines. One that is known only by the plan's areas says too little: its gaps look like border.

    Returns
    -------
    list of LineString
        The given lines, where both follow them or the two outlines do not fit together.
    """
    if any(outline.basis == DERIVED for outline in pair) or all(_follows(each, lines) for each in pair):
        return lines
    own = _merged(shapely.intersection(shapely.boundary(pair[0].area), shapely.boundary(pair[1].area)))
    long = sum(line.length for line in lines)
    return own if sum(line.length for line in own) >= _MOSTLY * long else lines


def _follows(outline: Outline, lines: list[shapely.LineString]) -> bool:
    return bool(shapely.contains_properly(shapely.buffer(shapely.boundary(outline.area), 1.0), lines).all())


def _merged(line: shapely.Geometry) -> list[shapely.LineString]:
    merged = shapely.line_merge(shapely.union_all(_lines(line)))
    parts = [part for part in shapely.get_parts(merged) if part.length >= _LEAST_M]
    return sorted((_turned(part) for part in parts), key=shapely.to_wkb)


def _lines(shape: shapely.Geometry) -> npt.NDArray[np.object_]:
    parts: npt.NDArray[np.object_] = shapely.get_parts(shapely.get_parts(shape))
    return np.compress(shapely.get_dimensions(parts) == 1, parts)


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
