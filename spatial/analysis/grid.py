"""Population cells and areas: which zone a cell belongs to, and sums by zone; mass is kept.

A cell belongs where its centre lies. A distance equal to its limit counts as within.
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.points import points_in
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
