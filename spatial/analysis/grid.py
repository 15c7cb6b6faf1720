"""Population cells and areas: which zone a cell belongs to, and sums by zone; mass is kept.

A cell belongs where its centre lies. A distance equal to its limit counts as within.
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.geo import same_crs
from spatial.lattice import cells_from_lower_left, lattice_for, parse_cell_ids, scb_cell_ids

__all__ = [
    "cells_from_lower_left",
    "first_zone",
    "lattice_for",
    "parse_cell_ids",
    "points_in",
    "require_same_crs",
    "scb_cell_ids",
    "sums_by_zone",
    "zones_of_cells",
]

FloatArray = npt.NDArray[np.float64]

_TILES = 24
_MANY = 4 * _TILES**2
_HAIR = 1e-6
"""Of a tile's side: far more than what rounding moves a border."""


def zones_of_cells(cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, max_outside_m: float) -> pd.DataFrame:
    """Return the zone that each cell's centre lies in, or the nearest one within a stated distance.

    Parameters
    ----------
    cells : GeoDataFrame
        Points (cell centres), projected CRS in metres.
    zones : GeoDataFrame
        Polygons in the same CRS; unique index = zone code (text).
    max_outside_m : float
        Metres. A centre outside all zones goes to the nearest one at most this far away; 0 turns that off.

    Returns
    -------
    DataFrame
        On the cells' index: ``zone`` (code; None beyond the limit) and ``outside_m`` (0.0 inside, else metres to
        the nearest zone, also where that is beyond the limit).

    Raises
    ------
    ValueError
        If the CRS differ or are missing, a zone code repeats, or a cell has no point.

    Notes
    -----
    On a common border, and at equal distance, the smallest code wins, whatever the order of the zones. Packaged
    outlines are generalised, so that inhabited cells lie outside all of them: nobody may vanish.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(index=["a", "b"], geometry=[shapely.box(0, 0, 9, 9), shapely.box(9, 0, 20, 9)],
    ...                          crs="EPSG:3006")
    >>> cells = gpd.GeoDataFrame(geometry=gpd.points_from_xy([5, 9, 25, 99], [5, 5, 5, 5]), crs="EPSG:3006")
    >>> zones_of_cells(cells, zones, max_outside_m=5)
       zone  outside_m
    0     a        0.0
    1     a        0.0
    2     b        5.0
    3  None       79.0
    """
    require_same_crs(cells, zones)
    if not zones.index.is_unique:
        message = "zone codes repeat"
        raise ValueError(message)
    points = np.asarray(cells.geometry, object)
    if len(points) and bool((shapely.is_missing(points) | shapely.is_empty(points)).any()):
        message = "a cell has no point"
        raise ValueError(message)
    ordered = zones.sort_index()
    polygons = np.asarray(ordered.geometry, object)
    position = np.full(len(points), len(polygons))
    outside_m = np.zeros(len(points))
    found = first_zone(shapely.get_coordinates(points), polygons)
    position[found >= 0] = found[found >= 0]
    lost = np.flatnonzero(found < 0)
    if len(lost) and len(polygons):
        position[lost], outside_m[lost] = _nearest(points[lost], polygons)
        position[lost[outside_m[lost] > max_outside_m]] = len(polygons)
    elif len(lost):
        outside_m[lost] = np.inf
    codes = np.array([*ordered.index, None], dtype=object)
    return pd.DataFrame(
        {"zone": pd.Series(codes[position], index=cells.index, dtype=object), "outside_m": outside_m},
        index=cells.index,
    )


def first_zone(xy: FloatArray, polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return the first of the polygons that each point (a row of x and y) lies in or on the border of, -1 in none."""
    position = np.full(len(xy), len(polygons))
    zone, point = points_in(xy, polygons)
    np.minimum.at(position, point, zone)
    return np.where(position == len(polygons), -1, position).astype(np.int64)


def points_in(xy: FloatArray, polygons: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return which polygon holds which point (a row of x and y), borders included, as positions: arrays in and out.

    Points sorted by their y: a polygon looks only at the slice that its box spans, which is several times as quick as
    an index over points where zones are few and large.

    Examples
    --------
    >>> found = points_in(np.array([[1.0, 0.0], [5.0, 5.0]]), np.array([shapely.box(0, 0, 1, 1)]))
    >>> [positions.tolist() for positions in found]
    [[0], [0]]
    """
    nothing = np.zeros(0, np.int64)
    if not len(xy) or not len(polygons):
        return nothing, nothing
    order = np.argsort(xy[:, 1])
    x, y = xy[order].T
    # Prepared copies: a prepared geometry that two threads share brings the interpreter down.
    own = np.asarray(shapely.from_wkb(shapely.to_wkb(polygons)), object)
    zones, found = [nothing], [nothing]
    for zone, (polygon, (west, south, east, north)) in enumerate(zip(own, shapely.bounds(own), strict=True)):
        begin, end = np.searchsorted(y, south, "left"), np.searchsorted(y, north, "right")
        near = begin + np.flatnonzero((x[begin:end] >= west) & (x[begin:end] <= east))
        if not len(near):
            continue
        shapely.prepare(polygon)
        inside = order[near[_inside(polygon, x[near], y[near])]]
        zones.append(np.full(len(inside), zone))
        found.append(inside)
    return np.concatenate(zones), np.concatenate(found)


def _inside(polygon: shapely.Geometry, x: FloatArray, y: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which points a prepared polygon holds, borders included.

    Where the points are many, its box is cut into tiles: a tile that no border touches is wholly inside or outside, as
    its middle is, so that only points near the border are tested one by one.
    """
    if len(x) < _MANY:
        return np.asarray(shapely.intersects_xy(polygon, x, y))
    west, south, east, north = shapely.bounds(polygon)
    width = max(east - west, north - south) / _TILES
    touched = _touched(polygon, west, south, width)
    col = np.minimum(((x - west) / width).astype(np.int64), _TILES - 1)
    row = np.minimum(((y - south) / width).astype(np.int64), _TILES - 1)
    middle = west + (np.arange(_TILES) + 0.5) * width, south + (np.arange(_TILES) + 0.5) * width
    tiles = np.asarray(shapely.intersects_xy(polygon, *np.meshgrid(*middle)))
    found, near = tiles[row, col], np.flatnonzero(touched[row, col])
    found[near] = shapely.intersects_xy(polygon, x[near], y[near])
    return np.asarray(found)


def _touched(polygon: shapely.Geometry, west: float, south: float, width: float) -> npt.NDArray[np.bool_]:
    """Return the tiles (rows from the south) that the box of some piece of border reaches, a hair's breadth added."""
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(polygon)), return_index=True)
    at = (xy - [west, south]) / width
    piece = np.flatnonzero(ring[1:] == ring[:-1])
    low, high = np.minimum(at[piece], at[piece + 1]), np.maximum(at[piece], at[piece + 1])
    first = np.clip(np.floor(low - _HAIR), 0, _TILES - 1).astype(np.int64)
    last = np.clip(np.floor(high + _HAIR), 0, _TILES - 1).astype(np.int64) + 1
    steps = np.zeros((_TILES + 1, _TILES + 1), np.int64)
    for col, row, sign in ((first, first, 1), (first, last, -1), (last, first, -1), (last, last, 1)):
        np.add.at(steps, (row[:, 1], col[:, 0]), sign)
    return np.asarray(steps.cumsum(axis=0).cumsum(axis=1)[:_TILES, :_TILES] > 0)


def _nearest(
    points: npt.NDArray[np.object_], polygons: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Return, for each point, the first of the nearest polygons and the metres to it."""
    (point, polygon), metres = shapely.STRtree(polygons).query_nearest(points, all_matches=True, return_distance=True)
    position = np.full(len(points), len(polygons))
    distance_m = np.zeros(len(points))
    np.minimum.at(position, point, polygon)
    distance_m[point] = metres
    return position, distance_m


def require_same_crs(*frames: gpd.GeoDataFrame) -> None:
    """Refuse frames that do not share one projected CRS: silently empty results are what comes otherwise.

    Raises
    ------
    ValueError
        If a CRS is missing, is in degrees, or differs from the first one's.
    """
    for frame in frames:
        if frame.crs is None or not frame.crs.is_projected or not same_crs(frame.crs, frames[0].crs):
            message = f"frames must share a projected CRS: {[str(f.crs) for f in frames]}"
            raise ValueError(message)


def sums_by_zone(
    values: pd.DataFrame | pd.Series, zone: pd.Series, codes: pd.Index | None = None, outside: str | None = None
) -> pd.DataFrame:
    """Return the sum of each column by zone.

    Parameters
    ----------
    values : DataFrame or Series
        Numbers on the cells' index (people, jobs; whatever adds up).
    zone : Series
        Zone code on the same index, None outside all zones: ``zones_of_cells(...)["zone"]``.
    codes : Index, optional
        The zones wanted, in order; one without cells gets 0. Default: those that occur, sorted.
    outside : str, optional
        Name of a last row for the cells without zone, so that the total is kept. Default: they are left out.

    Returns
    -------
    DataFrame
        Index zone (named ``zone``), columns as in ``values``.

    Raises
    ------
    ValueError
        If the indices differ, or a zone that occurs is not among ``codes`` (its people would vanish).

    Examples
    --------
    >>> people = pd.Series([3, 4, 5], name="population_inv")
    >>> sums_by_zone(people, pd.Series(["a", "a", None]), outside="utanför")
             population_inv
    zone
    a                     7
    utanför               5
    """
    frame = values.to_frame() if isinstance(values, pd.Series) else values
    if not frame.index.equals(zone.index):
        message = "values and zones are not on the same index"
        raise ValueError(message)
    key = zone.astype(object).where(zone.notna(), None).to_numpy()
    inside = pd.notna(key)
    sums = frame[inside].groupby(key[inside], sort=True).sum()
    if codes is not None:
        strange = sums.index.difference(codes)
        if len(strange):
            message = f"zones that are not among the codes: {list(strange)}"
            raise ValueError(message)
        sums = sums.reindex(codes, fill_value=0)
    if outside is not None:
        sums = pd.concat([sums, frame[~inside].sum().to_frame(outside).T.astype(sums.dtypes)])
    return sums.rename_axis(index="zone")
