"""Class areas of a raster by zone, by exact coverage: a cell that the border cuts counts with the part inside."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from spatial.analysis.grid import require_same_crs
from spatial.analysis.runs import classes_of, numbers_in
from spatial.analysis.scanline import covered, edges_of, rows_of
from spatial.geo import same_crs
from spatial.model import Grid, Raster

IntArray = npt.NDArray[np.integer]
FloatArray = npt.NDArray[np.float64]

UNCOVERED: Final = "utanför underlaget"
"""The column of what no classed cell covers, so that a zone's areas add up to the zone."""
_M2_PER_KM2: Final = 1e6
_EDGE_M: Final = 1000.0
_CELLS: Final = 2**20
"""Of the raster that are counted at once: they stay in the processor's cache."""
_FEWEST_ROWS: Final = 32
_MOST_ROWS: Final = 4096


def raster_areas(raster: Raster, zones: gpd.GeoDataFrame, band: str | None = None) -> pd.DataFrame:
    """Return the area of each class of a raster in each zone.

    Parameters
    ----------
    raster : Raster
        A whole-number band; its values' names in ``classes``. What has no name there, and what lies outside the
        raster, is ``UNCOVERED``. The grid keeps its own CRS, projected or in degrees.
    zones : GeoDataFrame
        Valid polygons in a projected CRS (metres); unique index; may overlap.
    band : str, optional
        Default the first.

    Returns
    -------
    DataFrame
        Index the zones'; a column a class, in the order of ``classes``, then ``UNCOVERED``; km². Each row sums to
        the zone's area in the zones' CRS.

    Raises
    ------
    ValueError
        If the CRS is missing, a zone's index repeats, or the band is not of whole numbers.

    Notes
    -----
    The zones are moved to the raster's CRS (their edges cut to at most 1 km first) and each cell's part inside
    measured there (``scanline``); in degrees a cell weighs by the cosine of its latitude. The shares are of the
    zone's own area. Time grows with the raster's cells, the classes and the length of the borders, not with the area
    of zones that overlap.

    Examples
    --------
    >>> from affine import Affine
    >>> from shapely import box
    >>> grid = Grid("EPSG:3006", Affine(1000, 0, 0, 0, -1000, 2000), (2, 2))
    >>> classes = {1: "skog", 2: "vatten"}
    >>> forest = Raster(grid, {"klass": np.array([[1, 1], [1, 2]], np.uint8)}, classes)
    >>> zones = gpd.GeoDataFrame(index=["z"], geometry=[box(0, 0, 1500, 1000)], crs="EPSG:3006")
    >>> raster_areas(forest, zones).loc["z"].round(6).to_dict()
    {'skog': 1.0, 'vatten': 0.5, 'utanför underlaget': 0.0}
    """
    require_same_crs(zones)
    name = next(iter(raster.bands)) if band is None else band
    band_values = raster.bands[name]
    if not zones.index.is_unique or not np.issubdtype(band_values.dtype, np.integer):
        message = f"zone codes repeat, or band {name!r} is not of whole numbers"
        raise ValueError(message)
    values: IntArray = band_values.astype(band_values.dtype, copy=False)
    names = [*dict.fromkeys(raster.classes.values()), UNCOVERED]
    limits = np.iinfo(values.dtype)
    column = {v: names.index(name) for v, name in raster.classes.items() if limits.min <= v <= limits.max}
    moved = np.asarray(_moved(zones, raster.grid.crs), object)
    counts = cells_by_class(raster.grid, values, moved, column, len(names))
    whole = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, whole, out=np.zeros_like(counts), where=whole > 0)
    areas = shares * (zones.area.to_numpy() / _M2_PER_KM2)[:, None]
    return pd.DataFrame(areas, index=zones.index, columns=pd.Index(names, dtype=object))


def cells_by_class(
    grid: Grid, values: IntArray, zones: npt.NDArray[np.object_], column: Mapping[int, int], columns: int
) -> FloatArray:
    """Return how many cells of each class each zone covers: arrays in, arrays out.

    Parameters
    ----------
    grid : Grid
        Of the values; where it is in degrees, a cell counts as the cosine of its latitude.
    values : ndarray
        Whole numbers, a row a row of the grid.
    zones : ndarray of geometries
        Valid polygons in the grid's CRS; may overlap.
    column : Mapping
        The column in which a value counts; every other value, and what lies outside the grid, counts in the last.
    columns : int
        Their number.

    Returns
    -------
    ndarray
        A row a zone.

    Examples
    --------
    >>> from affine import Affine
    >>> from shapely import box
    >>> grid = Grid("EPSG:3006", Affine(1000, 0, 0, 0, -1000, 2000), (2, 2))
    >>> cells_by_class(grid, np.array([[1, 1], [1, 2]]), np.array([box(0, 0, 2500, 1000)]), {1: 0}, 2).tolist()
    [[1.0, 1.5]]
    """
    edges = edges_of(zones, grid.transform)
    counts = np.zeros((len(zones), columns))
    first, last = rows_of(edges)
    weights = _row_weights(grid, first, last)
    step = min(max(_CELLS // max(values.shape[1], 1), _FEWEST_ROWS), _MOST_ROWS)
    for top in range(first, last, step):
        cut, runs = covered(edges, top, min(top + step, last))
        at = cut.zone * columns + classes_of(values, cut.row, cut.col, column, columns - 1)
        weight = cut.share * weights[cut.row - first]
        counts += np.bincount(at, weight, counts.size).reshape(counts.shape)
        weight = runs.share * weights[runs.row - first]
        for number, cells in numbers_in(values, runs, column, columns - 1):
            counts[:, number] += np.bincount(runs.zone, cells * weight, len(zones))
    return counts


def cells_of_zones(
    grid: Grid, zones: gpd.GeoDataFrame
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return which cells of a grid lie in each zone, and how much of each.

    Parameters
    ----------
    grid : Grid
        In the zones' CRS, metres, north up.
    zones : GeoDataFrame
        Valid polygons; may overlap.

    Returns
    -------
    tuple of ndarray
        Position of the zone; of the cell, row by row; and km² of the cell inside.

    Examples
    --------
    >>> from affine import Affine
    >>> from shapely import box
    >>> grid = Grid("EPSG:3006", Affine(1000, 0, 0, 0, -1000, 2000), (2, 2))
    >>> zones = gpd.GeoDataFrame(index=["z"], geometry=[box(0, 0, 1500, 1000)], crs="EPSG:3006")
    >>> [part.tolist() for part in cells_of_zones(grid, zones)]
    [[0, 0], [2, 3], [1.0, 0.5]]
    """
    rows, cols = grid.shape
    cut, runs = covered(edges_of(np.asarray(zones.geometry, object), grid.transform), 0, rows)
    runs = runs._replace(begin=np.clip(runs.begin, 0, cols), end=np.clip(runs.end, 0, cols))
    run, col = runs.cells()
    zone, row = np.concatenate([cut.zone, runs.zone[run]]), np.concatenate([cut.row, runs.row[run]])
    col = np.concatenate([cut.col, col])
    share = np.concatenate([cut.share, runs.share[run]])
    cell = row * cols + col
    kept = (col >= 0) & (col < cols) & (share > 0)
    order = np.lexsort((cell[kept], zone[kept]))
    return zone[kept][order], cell[kept][order], share[kept][order] * grid.size_m**2 / _M2_PER_KM2


def _moved(zones: gpd.GeoDataFrame, crs: str) -> gpd.GeoSeries:
    geometry = zones.geometry.reset_index(drop=True)
    if same_crs(zones.crs, crs):
        return geometry
    return geometry.segmentize(_EDGE_M).to_crs(crs)


def _row_weights(grid: Grid, first: int, end: int) -> FloatArray:
    """Return what a cell of each row counts as: by its latitude where the grid is in degrees."""
    if CRS.from_user_input(grid.crs).is_projected:
        return np.ones(end - first)
    latitude = grid.transform.f + (np.arange(first, end) + 0.5) * grid.transform.e
    return np.asarray(np.cos(np.radians(latitude)), float)
