"""Class areas of a raster by zone, by exact coverage: a cell that the border cuts counts with the part inside."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from affine import Affine
from pyproj import CRS

from spatial.analysis.grid import require_same_crs
from spatial.geo import same_crs
from spatial.model import Grid, Raster

IntArray = npt.NDArray[np.integer]

UNCOVERED: Final = "utanför underlaget"
"""The column of what no classed cell covers, so that a zone's areas add up to the zone."""
_M2_PER_KM2: Final = 1e6
_EDGE_M: Final = 1000.0
_WIDEST_TABLE: Final = 2**16
_ROWS: Final = 64
"""Rows that are coded at once: they stay in the processor's cache."""


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
    measured there (exactextract; D. Baston, 2016); in degrees a cell weighs by the cosine of its latitude. The
    shares are of the zone's own area.

    Examples
    --------
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
    table = pd.DataFrame(0.0, index=zones.index, columns=pd.Index(names, dtype=object))
    if not len(zones):
        return table
    moved = _moved(zones, raster.grid.crs)
    coded, transform = _window(values, raster.classes, names, raster.grid.transform, moved)
    weights = _row_weights(transform, coded.shape, raster.grid.crs)
    shares = _class_shares(coded, transform, weights, moved.set_crs(raster.grid.crs, allow_override=True), len(names))
    table[:] = shares * (zones.area.to_numpy() / _M2_PER_KM2)[:, None]
    return table


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
        Position of the zone; of the cell, row by row; and km² of the cell inside (exactextract; D. Baston, 2016).

    Examples
    --------
    >>> from shapely import box
    >>> grid = Grid("EPSG:3006", Affine(1000, 0, 0, 0, -1000, 2000), (2, 2))
    >>> zones = gpd.GeoDataFrame(index=["z"], geometry=[box(0, 0, 1500, 1000)], crs="EPSG:3006")
    >>> [part.tolist() for part in cells_of_zones(grid, zones)]
    [[0, 0], [2, 3], [1.0, 0.5]]
    """
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    rows, cols = grid.shape
    at, size = grid.transform, grid.size_m
    box = {"xmin": at.c, "xmax": at.c + cols * size, "ymin": at.f - rows * size, "ymax": at.f}
    source = NumPyRasterSource(np.zeros(grid.shape, np.uint8), **box, srs_wkt=zones.crs.to_wkt())
    frame = gpd.GeoDataFrame(geometry=zones.geometry.reset_index(drop=True), crs=zones.crs)
    found = [feature["properties"] for feature in exact_extract(source, frame, ["cell_id", "coverage"])]
    zone = np.repeat(np.arange(len(zones)), [len(one["cell_id"]) for one in found])
    cell = np.concatenate([np.asarray(one["cell_id"], np.int64) for one in found] or [np.zeros(0, np.int64)])
    share = np.concatenate([np.asarray(one["coverage"], float) for one in found] or [np.zeros(0)])
    return zone.astype(np.int64), cell, share * size**2 / _M2_PER_KM2


def _moved(zones: gpd.GeoDataFrame, crs: str) -> gpd.GeoSeries:
    geometry = zones.geometry.reset_index(drop=True)
    if same_crs(zones.crs, crs):
        return geometry
    return geometry.segmentize(_EDGE_M).to_crs(crs)


def _positions(values: IntArray, classes: Mapping[int, str], names: list[str]) -> IntArray:
    """Return the band with each class's position in ``names``, counted from 1; unnamed values are the last."""
    small = np.uint8 if len(names) < np.iinfo(np.uint8).max else np.int32  # a byte a cell is read four times as fast
    limits = np.iinfo(values.dtype)
    known = [value for value in classes if limits.min <= value <= limits.max]
    if limits.bits <= 16:  # a table of every value there can be: one pass, however many classes
        table = np.full(2**limits.bits, len(names), small)
        for value in known:
            table[value % 2**limits.bits] = names.index(classes[value]) + 1
        return np.asarray(table[values.view(f"u{values.dtype.itemsize}")])
    coded = np.full(values.shape, len(names), small)
    if known and max(known) - min(known) < _WIDEST_TABLE:
        _look_up(values, {value: names.index(classes[value]) + 1 for value in known}, coded)
        return coded
    for value in known:
        coded[values == value] = names.index(classes[value]) + 1
    return coded


def _look_up(values: IntArray, code: Mapping[int, int], coded: IntArray) -> None:
    """Write the code of each value into ``coded``, which holds that of any other, some rows at a time."""
    limits = np.iinfo(values.dtype)
    low, high = max(min(code) - 1, limits.min), min(max(code) + 1, limits.max)
    table = np.full(high - low + 1, coded.flat[0] if coded.size else 0, coded.dtype)
    for value, one in code.items():
        table[value - low] = one
    for row in range(0, len(values), _ROWS):
        block = np.clip(values[row : row + _ROWS], low, high)
        coded[row : row + _ROWS] = table[(block - block.dtype.type(low)).astype(np.intp)]


def _cut(
    values: IntArray, transform: Affine, zones: gpd.GeoSeries
) -> tuple[IntArray, tuple[int, int], tuple[int, int, int, int]]:
    """Return the part of the band that the zones reach, its first row and column, and the window that they reach."""
    west, south, east, north = zones.total_bounds
    first_col, last_col = sorted((np.array([west, east]) - transform.c) / transform.a)
    first_row, last_row = sorted((np.array([south, north]) - transform.f) / transform.e)
    top, left = int(np.floor(first_row)) - 1, int(np.floor(first_col)) - 1
    bottom, right = int(np.ceil(last_row)) + 1, int(np.ceil(last_col)) + 1
    rows = slice(max(top, 0), max(min(bottom, values.shape[0]), 0))
    cols = slice(max(left, 0), max(min(right, values.shape[1]), 0))
    return values[rows, cols], (rows.start, cols.start), (top, left, bottom, right)


def _window(
    values: IntArray, classes: Mapping[int, str], names: list[str], transform: Affine, zones: gpd.GeoSeries
) -> tuple[IntArray, Affine]:
    """Return the coded band cut, or filled out with what has no name, to the rows and columns that the zones reach."""
    part, (row, col), (top, left, bottom, right) = _cut(values, transform, zones)
    coded = _positions(np.ascontiguousarray(part), classes, names)
    corner = Affine(transform.a, 0, transform.c + left * transform.a, 0, transform.e, transform.f + top * transform.e)
    if part.shape == (bottom - top, right - left):
        return coded, corner
    window = np.full((bottom - top, right - left), len(names), coded.dtype)
    if part.size:
        y, x = row - top, col - left
        window[y : y + part.shape[0], x : x + part.shape[1]] = coded
    return window, corner


def _row_weights(transform: Affine, shape: tuple[int, ...], crs: str) -> npt.NDArray[np.float64] | None:
    """Return the weight of each row's cells where they are in degrees; None where all weigh the same."""
    if CRS.from_user_input(crs).is_projected:
        return None
    latitude = transform.f + (np.arange(shape[0]) + 0.5) * transform.e
    return np.asarray(np.cos(np.radians(latitude)), float)


def _class_shares(
    coded: IntArray,
    transform: Affine,
    row_weights: npt.NDArray[np.float64] | None,
    zones: gpd.GeoSeries,
    classes: int,
) -> npt.NDArray[np.float64]:
    """Return each class's share of each zone: a row a zone, a column a class; rows sum to 1."""
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    rows, cols = coded.shape
    xs = sorted((transform.c, transform.c + cols * transform.a))
    ys = sorted((transform.f, transform.f + rows * transform.e))
    upright = coded if transform.e < 0 else coded[::-1]
    box = {"xmin": xs[0], "xmax": xs[1], "ymin": ys[0], "ymax": ys[1], "srs_wkt": zones.crs.to_wkt()}
    source = NumPyRasterSource(np.ascontiguousarray(upright), **box, name="klass")
    weights, prefix = None, ""
    if row_weights is not None:
        heavy = row_weights if transform.e < 0 else row_weights[::-1]
        weights, prefix = NumPyRasterSource(np.repeat(heavy[:, None], cols, axis=1), **box, name="vikt"), "weighted_"
    frame = gpd.GeoDataFrame(geometry=zones)
    operations = ["unique", f"{prefix}frac"]
    found = exact_extract(source, frame, operations, weights=weights)
    shares = np.zeros((len(zones), classes))
    for row, feature in enumerate(found):
        properties = feature["properties"]
        which, parts = properties["unique"], next(v for k, v in properties.items() if k.endswith("frac"))
        np.add.at(shares[row], np.asarray(which, int) - 1, np.asarray(parts, float))
    return shares
