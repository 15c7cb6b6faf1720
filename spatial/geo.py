"""Coordinate systems, axis order, validity and metre maths; pure."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

ANALYSIS_CRS: Final = "EPSG:3006"
"""SWEREF 99 TM, metres: every analysis."""
WEB_CRS: Final = "EPSG:4326"
"""WGS 84, degrees: what web maps are served."""
MERCATOR_CRS: Final = "EPSG:3857"
"""What web map images are warped to."""

FloatArray = npt.NDArray[np.float64]
Geometries = npt.ArrayLike | Sequence[shapely.Geometry]
_ARC_M: Final = 0.5
_NOTHING_M2: Final = 1.0
_NOTHING_M: Final = 1.0
_BESIDE_M: Final = 1e-3
_ROUNDED_M: Final = 1e-6
_POLYGONAL: Final = frozenset({3, 6})
_COLLECTION: Final = 7
_FAMILY: Final = {0: "point", 4: "point", 1: "line", 5: "line", 2: "line", 3: "polygon", 6: "polygon", 7: "mixed"}


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def transform_xy(x: npt.ArrayLike, y: npt.ArrayLike, source: str, target: str) -> tuple[FloatArray, FloatArray]:
    """Return coordinates moved from one CRS to another, always east (longitude) before north (latitude).

    Parameters
    ----------
    x, y : array_like
        East and north, or longitude and latitude in degrees, in ``source``.
    source, target : str
        CRS as ``EPSG:nnnn``.

    Returns
    -------
    tuple of ndarray
        x and y in ``target``.

    Notes
    -----
    EPSG:3006, 3007-3018 and 3035 declare north before east, 25832, 25833 and 3067 east before north; PROJ's
    ``always_xy`` makes the order one.

    Examples
    --------
    >>> east, north = transform_xy([20.263], [63.8258], "EPSG:4326", "EPSG:3006")
    >>> round(float(east[0]), 3), round(float(north[0]), 3)
    (758803.435, 7088280.798)
    """
    east, north = _transformer(source, target).transform(np.asarray(x, float), np.asarray(y, float))
    return np.asarray(east, float), np.asarray(north, float)


def to_crs(frame: gpd.GeoDataFrame, target: str = ANALYSIS_CRS) -> gpd.GeoDataFrame:
    """Return the frame in ``target``; a frame without CRS is refused.

    Parameters
    ----------
    frame : GeoDataFrame
        Any CRS, but one.
    target : str
        Default EPSG:3006.

    Returns
    -------
    GeoDataFrame
        A new frame on the same index.

    Raises
    ------
    ValueError
        If the frame has no CRS.
    """
    if frame.crs is None:
        message = "frame without CRS"
        raise ValueError(message)
    return frame.to_crs(target)


def same_crs(one: object, other: object) -> bool:
    """Return whether two CRS definitions mean the same system."""
    return bool(CRS.from_user_input(one) == CRS.from_user_input(other))


def geometry_family(geometries: npt.ArrayLike) -> str:
    """Return ``point``, ``line``, ``polygon`` or ``mixed`` for the non-missing geometries."""
    kinds = {_FAMILY[int(k)] for k in shapely.get_type_id(np.asarray(geometries, object)) if k >= 0}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def polygonal(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the polygon parts of a geometry (what ``make_valid`` may mix with lines and points).

    Examples
    --------
    >>> import shapely
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> polygonal(shapely.make_valid(bow_tie)).area
    2.0
    """
    if shapely.get_type_id(geometry) in _POLYGONAL:
        return geometry
    parts = shapely.get_parts(shapely.get_parts(geometry))
    kept = [part for part in parts if shapely.get_type_id(part) in _POLYGONAL]
    return shapely.union_all(kept) if kept else shapely.MultiPolygon()


def of_one_kind(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the parts of a collection that have the highest dimension, as one geometry; any other as it is.

    Examples
    --------
    >>> mixed = shapely.GeometryCollection([shapely.Point(9, 9), shapely.box(0, 0, 2, 1)])
    >>> of_one_kind(mixed).area
    2.0
    """
    if shapely.get_type_id(geometry) != _COLLECTION:
        return geometry
    parts = shapely.get_parts(shapely.get_parts(geometry))
    dimensions = shapely.get_dimensions(parts)
    return shapely.union_all(parts[dimensions == dimensions.max()])


def repaired(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry made valid; what two parts of an area both cover is land, and a hole only takes what it is in.

    By the fields that the lines of all its rings enclose together; by ``make_valid`` where nothing would be left.

    Notes
    -----
    ``make_valid(method="structure")`` says the same, but GEOS 3.14 drops, now and then, a part of an area whose ring
    crosses itself by no more than a rounding, or gives up: 7 and 3 of 412 outlines that had been moved or turned.

    Examples
    --------
    >>> island = shapely.MultiPolygon([shapely.box(0, 0, 4, 4), shapely.box(1, 1, 2, 2)])
    >>> repaired(island).area, shapely.make_valid(island).area
    (16.0, 15.0)
    """
    if shapely.get_dimensions(shape) < 2 or shapely.is_empty(shape):
        return shapely.make_valid(shape)
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return shapely.make_valid(shape, method="structure")
    parts = shapely.get_parts(shape)
    if shapely.get_type_id(shape) not in _POLYGONAL:
        return shapely.GeometryCollection([repaired(part) for part in parts])
    fields = shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.get_rings(parts))]))
    # The deepest point tells: one from point_on_surface may lie in a spike thinner than a rounding.
    xy = shapely.get_coordinates(shapely.get_point(shapely.maximum_inscribed_circle(fields), 0))
    land = np.zeros(len(fields), bool)
    for part in parts[~shapely.is_empty(parts)]:
        shell, *holes = (_inside_ring(ring, xy) for ring in shapely.get_rings(part))
        land |= shell & ~np.any(holes, axis=0) if holes else shell
    return shapely.coverage_union_all(fields[land]) if land.any() else shapely.make_valid(shape)


def _inside_ring(ring: shapely.LinearRing, xy: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which points a closed line goes round, once or more often one way than the other."""
    area = shapely.Polygon(ring)
    if shapely.is_valid(area):
        return np.asarray(shapely.contains_xy(area, xy), bool)
    corners = shapely.get_coordinates(ring)
    (ax, ay), (bx, by) = corners[:-1].T, corners[1:].T
    out = np.zeros(len(xy), bool)
    for at, (x, y) in enumerate(xy):
        left = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        up, down = (ay <= y) & (by > y) & (left > 0), (by <= y) & (ay > y) & (left < 0)
        out[at] = up.sum() != down.sum()
    return out


def finite(geometries: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return, for each geometry, whether every coordinate is a finite number."""
    array = np.asarray(geometries, object)
    coordinates, owner = shapely.get_coordinates(array, return_index=True)
    bad = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    sound = np.ones(len(array), bool)
    sound[bad] = False
    return sound


def common_bounds(frames: Iterable[gpd.GeoDataFrame]) -> tuple[float, float, float, float]:
    """Return the bounds that hold all the frames (same CRS); empty frames do not count."""
    boxes = np.array([frame.total_bounds for frame in frames if len(frame)])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def shared(one: Geometries, other: Geometries) -> npt.NDArray[np.object_]:
    """Return what the geometries of each pair have in common, and see to it that every part really lies in both.

    Parameters
    ----------
    one, other : array_like of geometry
        Valid, of equal length or one of them single; same projected CRS, metres.

    Returns
    -------
    ndarray of geometry

    Notes
    -----
    GEOS 3.14 gives, now and then, a whole area or line that only touches the other one: where a corner of the one lies
    less than a rounding from an edge of the other (2 of 1,385 pairs of the illustrative plans). A point on each part
    tells; such a pair is intersected again on a grid of a micrometre.

    Examples
    --------
    >>> [float(shape.area) for shape in shared([shapely.box(0, 0, 2, 2)], [shapely.box(1, 0, 9, 2)])]
    [2.0]
    """
    mine, theirs = np.broadcast_arrays(np.asarray(one, object), np.asarray(other, object))
    found = np.array(shapely.intersection(mine, theirs), object)
    xy, of = _witnesses(found)
    again = np.unique(of[~(_on(mine[of], xy) & _on(theirs[of], xy))])
    found[again] = shapely.intersection(mine[again], theirs[again], grid_size=_ROUNDED_M)
    return found


def _witnesses(shapes: npt.NDArray[np.object_]) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Return a point on every area, the corners of every line and the middles between them, and whose they are."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    areas, lines = shapely.area(parts) > _NOTHING_M2, shapely.get_dimensions(parts) == 1
    lines &= shapely.length(parts) > _NOTHING_M
    corners, line = shapely.get_coordinates(parts[lines], return_index=True)
    after = np.flatnonzero(line[1:] == line[:-1])
    middles = (corners[after] + corners[after + 1]) / 2
    inner = shapely.get_coordinates(shapely.point_on_surface(parts[areas]))
    own = of[lines]
    return np.vstack([inner, corners, middles]), np.concatenate([of[areas], own[line], own[line[after]]])


def _on(shapes: npt.NDArray[np.object_], xy: FloatArray) -> npt.NDArray[np.bool_]:
    """Return whether each point lies in its area, or no more than a rounding beside it; a line is not asked."""
    on = np.asarray(shapely.get_dimensions(shapes) < 2)
    on[~on] = shapely.intersects_xy(shapes[~on], *xy[~on].T)
    on[~on] = shapely.dwithin(shapes[~on], shapely.points(xy[~on]), _BESIDE_M)
    return on


def without(one: Geometries, other: Geometries) -> npt.NDArray[np.object_]:
    """Return what of each geometry does not lie in the other, and see to it that nothing is lost on the way.

    The areas (of lines the lengths) of these and of what is :func:`shared` make the whole: where they do not, the pair
    is cut again on a grid of a micrometre.

    Examples
    --------
    >>> [float(shape.area) for shape in without([shapely.box(0, 0, 2, 2)], [shapely.box(1, 0, 9, 2)])]
    [2.0]
    """
    mine, theirs = np.broadcast_arrays(np.asarray(one, object), np.asarray(other, object))
    found = np.array(shapely.difference(mine, theirs), object)
    is_line = shapely.get_dimensions(mine) == 1
    whole, common, left = (
        np.where(is_line, shapely.length(shapes), shapely.area(shapes))
        for shapes in (mine, shared(mine, theirs), found)
    )
    again = np.flatnonzero(np.abs(whole - common - left) > _NOTHING_M + 1e-9 * whole)
    found[again] = shapely.difference(mine[again], theirs[again], grid_size=_ROUNDED_M)
    return found


def united(shapes: Geometries) -> shapely.Geometry:
    """Return the union of geometries, and see to it that no area is lost on the way.

    GEOS 3.14 leaves out, now and then, a whole area whose corner lies less than a rounding from an edge of another. A
    point on each tells; then all are joined again on a grid of a micrometre.

    Examples
    --------
    >>> float(united([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)]).area)
    6.0
    """
    given = np.asarray(shapes, object)
    whole = shapely.union_all(given)
    parts = shapely.get_parts(given)
    parts = parts[shapely.area(parts) > _NOTHING_M2]
    inside = shapely.get_coordinates(shapely.point_on_surface(parts))
    shapely.prepare(whole)
    lies = _on(np.full(len(parts), whole, object), inside).all()
    return whole if lies else shapely.union_all(given, grid_size=_ROUNDED_M)


def reach(shapes: npt.ArrayLike, distance_m: float) -> npt.NDArray[np.object_]:
    """Return what lies within a distance of each geometry; its arcs are never more than half a metre inside the true.

    Examples
    --------
    >>> disc = reach([shapely.Point(0, 0)], 3000)[0]
    >>> round(1 - disc.area / (np.pi * 3000**2), 4)
    0.0002
    """
    segments = 8
    if distance_m > _ARC_M:
        segments = max(segments, int(np.ceil(np.pi / 4 / np.arccos(1 - _ARC_M / distance_m))))
    return np.asarray(shapely.buffer(np.asarray(shapes, object), distance_m, quad_segs=segments), object)
