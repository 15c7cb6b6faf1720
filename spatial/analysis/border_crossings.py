"""Where the links of a plan come to its own boundary."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.border_match import Side
from spatial.geo import shared

_END_M: Final = 0.5
_NEAR_M: Final = 50.0
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Crossing:
    """Links that come to their plan's own boundary in one place.

    ``start`` and ``end``: metres along the shared line; ``points``: where on the ground; ``names``, ``pivots``: the
    features and their categories; ``shapes``: the features' geometries.
    """

    start: float
    end: float
    points: Shapes
    names: frozenset[str]
    pivots: frozenset[str]
    shapes: Shapes

    def joined(self, other: "Crossing") -> "Crossing":
        """Return both as one crossing."""
        return Crossing(
            min(self.start, other.start),
            max(self.end, other.end),
            np.concatenate([self.points, other.points]),
            self.names | other.names,
            self.pivots | other.pivots,
            np.concatenate([self.shapes, other.shapes]),
        )

    def near(self, reach_m: float) -> Shapes:
        """Return what of the links lies so near to where they come to the boundary."""
        around = shapely.union_all(shapely.buffer(self.points, reach_m, quad_segs=4))
        return shared(self.shapes, [around])


def crossings(side: Side, links: gpd.GeoDataFrame, reach_m: float) -> list[Crossing]:
    """Return where links come to a plan's boundary, in order along the shared line.

    Parameters
    ----------
    side : Side
        The plan's boundary.
    links : GeoDataFrame
        Its links: lines, or areas; index id; ``pivot``; EPSG:3006.
    reach_m : float
        A line that ends so near to the boundary comes to it; places no further from each other are one.

    Returns
    -------
    list of Crossing
    """
    near = links[shapely.dwithin(links.geometry.to_numpy(), side.arc, reach_m)]
    rows: list[Crossing] = []
    for name, pivot, shape in zip(near.index, near["pivot"], near.geometry, strict=True):
        points = _touching(side.arc, shape, reach_m)
        along = shapely.line_locate_point(side.arc, points)
        points = points[(along > _END_M) & (along < side.arc.length - _END_M)]
        at = side.chainage(points) if len(points) else np.zeros(0)
        who = frozenset([str(name)]), frozenset([str(pivot)]), np.asarray([shape], object)
        if len(at) and shapely.get_dimensions(shape) == 2:
            rows.append(Crossing(float(at.min()), float(at.max()), points, *who))
        else:
            rows += [Crossing(float(s), float(s), points[n : n + 1], *who) for n, s in enumerate(at)]
    return _clustered(rows, reach_m)


def _touching(arc: shapely.LineString, shape: shapely.Geometry, reach_m: float) -> Shapes:
    """Return where a feature comes to the border: a line's ends near it and its crossings; an area's stretch of it."""
    if shapely.get_dimensions(shape) == 2:
        (piece,) = shared([arc], [shapely.buffer(shape, min(reach_m, _NEAR_M))])
        return _points(piece)
    ends = shapely.get_parts(shapely.boundary(shapely.line_merge(shape)))
    ends = ends[shapely.distance(ends, arc) <= reach_m]
    cuts = shapely.intersection(shape, arc)
    return np.concatenate([ends, _points(cuts)])


def _points(shape: shapely.Geometry) -> Shapes:
    return np.asarray(shapely.points(shapely.get_coordinates(shape)), object)


def _clustered(rows: list[Crossing], apart_m: float) -> list[Crossing]:
    merged: list[Crossing] = []
    for row in sorted(rows, key=lambda row: (row.start, row.end, sorted(row.names), sorted(row.pivots))):
        if merged and row.start - merged[-1].end <= apart_m:
            merged[-1] = merged[-1].joined(row)
        else:
            merged.append(row)
    return merged
