"""How much of A lies inside B, by category: polygons exactly, lines by length, people by their cells' centres.

Zones may overlap: each counts what lies in it. What is to be shared out once only goes through
``grid.zones_of_cells``. Rasters by exact coverage are in ``coverage``.
"""

from collections.abc import Callable
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.coverage import UNCOVERED, raster_areas
from spatial.analysis.grid import points_in, require_same_crs
from spatial.geo import shared

__all__ = [
    "UNCOVERED",
    "UNKNOWN",
    "area_errors",
    "lines_in_zones",
    "measures_in_zones",
    "overlay_areas",
    "people_in_zones",
    "raster_areas",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

UNKNOWN: Final = "uppgift saknas"
"""The column of what has no category."""
_M2_PER_KM2: Final = 1e6
_M_PER_KM: Final = 1e3


def overlay_areas(parcels: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, category: str) -> pd.DataFrame:
    """Return the area of each category of parcels in each zone.

    Parameters
    ----------
    parcels : GeoDataFrame
        Valid polygons in a projected CRS (metres), with the column ``category``. Where they overlap, each counts.
    zones : GeoDataFrame
        Valid polygons, same CRS; unique index.
    category : str
        The parcels' column; a missing value counts as ``UNKNOWN``.

    Returns
    -------
    DataFrame
        Index the zones'; a column a category, sorted; km².

    Raises
    ------
    ValueError
        If the CRS differ or are missing, or a zone's index repeats.

    Notes
    -----
    Exact: a parcel properly inside a zone gives its own area, only the others are cut. The index is over the many,
    asked by the few.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(index=["z"], geometry=[shapely.box(0, 0, 1000, 1000)], crs="EPSG:3006")
    >>> parcels = gpd.GeoDataFrame({"k": ["skog", "skog"]}, crs="EPSG:3006",
    ...     geometry=[shapely.box(100, 100, 600, 600), shapely.box(900, 0, 1100, 1000)])
    >>> overlay_areas(parcels, zones, "k").loc["z", "skog"].item()
    0.35
    """
    return _by_category(parcels, zones, category, shapely.area, _M2_PER_KM2)


def lines_in_zones(lines: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, category: str) -> pd.DataFrame:
    """Return the length of each category of lines in each zone, as drawn: never call it road length.

    Parameters
    ----------
    lines : GeoDataFrame
        Lines in a projected CRS (metres), with the column ``category``.
    zones : GeoDataFrame
        Valid polygons, same CRS; unique index. A line along a border lies in the zones on both sides.
    category : str
        The lines' column; a missing value counts as ``UNKNOWN``.

    Returns
    -------
    DataFrame
        Index the zones'; a column a category, sorted; km.

    Raises
    ------
    ValueError
        If the CRS differ or are missing, or a zone's index repeats.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(index=["z"], geometry=[shapely.box(0, 0, 1000, 1000)], crs="EPSG:3006")
    >>> roads = gpd.GeoDataFrame({"k": ["E4"]}, geometry=[shapely.LineString([(500, 500), (500, 2000)])],
    ...                          crs="EPSG:3006")
    >>> lines_in_zones(roads, zones, "k").loc["z", "E4"].item()
    0.5
    """
    return _by_category(lines, zones, category, shapely.length, _M_PER_KM)


def _by_category(
    things: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    category: str,
    measure: Callable[[Objects], FloatArray],
    unit: float,
) -> pd.DataFrame:
    require_same_crs(things, zones)
    _require_unique(zones)
    named = things[category].astype(object).where(things[category].notna(), UNKNOWN)
    code, names = pd.factorize(named, sort=True)
    zone, thing, amount = measures_in_zones(
        np.asarray(things.geometry, object), np.asarray(zones.geometry, object), measure
    )
    table = np.zeros((len(zones), len(names)))
    np.add.at(table, (zone, code[thing]), amount / unit)
    return pd.DataFrame(table, index=zones.index, columns=pd.Index(names, dtype=object))


def measures_in_zones(
    things: Objects, zones: Objects, measure: Callable[[Objects], FloatArray]
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return, for each pair of zone and thing that meet, how much of the thing lies in the zone.

    Arrays in, arrays out: the seam for a faster engine or for several threads, each with zones of its own.

    Parameters
    ----------
    things, zones : ndarray of geometries
        Valid, same projected CRS.
    measure : callable
        ``shapely.area`` or ``shapely.length``.

    Returns
    -------
    tuple of ndarray
        Positions of zones and things, sorted by both, and the measure in the unit of the CRS.

    Examples
    --------
    >>> boxes = np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 9, 2)])
    >>> [values.tolist() for values in measures_in_zones(boxes, boxes[:1], shapely.area)]
    [[0, 0], [0, 1], [4.0, 2.0]]
    """
    # Prepared copies: a prepared geometry that two threads share brings the interpreter down.
    own = np.asarray(shapely.from_wkb(shapely.to_wkb(zones)), object)
    shapely.prepare(own)
    zone, thing = shapely.STRtree(things).query(own, predicate="intersects")
    order = np.lexsort((thing, zone))
    zone, thing = zone[order], thing[order]
    amount = np.zeros(len(zone))
    inside = shapely.contains_properly(own[zone], things[thing])
    amount[inside] = measure(things[thing[inside]])
    amount[~inside] = measure(shared(things[thing[~inside]], own[zone[~inside]]))
    return zone, thing, amount


def people_in_zones(
    cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, columns: tuple[str, ...] = ("population_inv",)
) -> pd.DataFrame:
    """Return the people whose cell has its centre in each zone; a centre on the border counts as within.

    Parameters
    ----------
    cells : GeoDataFrame
        Points in a projected CRS, with ``columns``; none empty.
    zones : GeoDataFrame
        Polygons, same CRS; unique index; may overlap.
    columns : tuple of str
        What is counted.

    Returns
    -------
    DataFrame
        Index the zones', the columns summed (missing values as 0).

    Raises
    ------
    ValueError
        If the CRS differ or are missing, a zone's index repeats, or a cell has no point.

    Examples
    --------
    >>> cells = gpd.GeoDataFrame({"population_inv": [3, 4]}, geometry=gpd.points_from_xy([0, 9], [0, 0]),
    ...                          crs="EPSG:3006")
    >>> zones = gpd.GeoDataFrame(index=["z"], geometry=[shapely.box(0, 0, 5, 5)], crs="EPSG:3006")
    >>> int(people_in_zones(cells, zones).loc["z", "population_inv"])
    3
    """
    require_same_crs(cells, zones)
    _require_unique(zones)
    xy = shapely.get_coordinates(cells.geometry)
    if len(xy) != len(cells):
        message = "a cell has no point"
        raise ValueError(message)
    zone, cell = points_in(xy, np.asarray(zones.geometry, object))
    sums = {
        name: np.bincount(zone, cells[name].fillna(0).to_numpy(float)[cell], minlength=len(zones)) for name in columns
    }
    return pd.DataFrame(sums, index=zones.index)


def area_errors(zones: gpd.GeoDataFrame, official_km2: pd.Series) -> pd.DataFrame:
    """Return how far the zones' drawn areas are from the official ones: outlines are often generalised.

    Parameters
    ----------
    zones : GeoDataFrame
        Polygons in a projected CRS (metres).
    official_km2 : Series
        Official area by the zones' index; those that lack one get NaN.

    Returns
    -------
    DataFrame
        Index the zones': ``area_km2``, ``official_km2``, ``area_error_share`` (0.02 = drawn 2 % too large).

    Raises
    ------
    ValueError
        If the CRS is missing or in degrees.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(index=["z"], geometry=[shapely.box(0, 0, 1020, 1000)], crs="EPSG:3006")
    >>> round(float(area_errors(zones, pd.Series({"z": 1.0})).loc["z", "area_error_share"]), 3)
    0.02
    """
    require_same_crs(zones)
    area_km2 = zones.area / _M2_PER_KM2
    official = official_km2.reindex(zones.index).astype(float)
    return pd.DataFrame(
        {"area_km2": area_km2, "official_km2": official, "area_error_share": area_km2 / official - 1.0},
        index=zones.index,
    )


def _require_unique(zones: gpd.GeoDataFrame) -> None:
    if not zones.index.is_unique:
        message = "zone codes repeat"
        raise ValueError(message)
