"""The national lattices: which cells there are, and what the ids of the statistical grids say of them; pure."""

import re
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from affine import Affine

from spatial.geo import ANALYSIS_CRS, transform_xy
from spatial.model import Grid

FloatArray = npt.NDArray[np.float64]

_ROWS_NAMED: Final = 10
_SCB_PATTERN: Final = re.compile(r"(?P<x>[0-9]{6})(?P<y>[0-9]{7})")
_SSB_PATTERN: Final = re.compile(r"(?P<x>[0-9]{7})(?P<y>[0-9]{7})")
_EUROSTAT_PATTERN: Final = re.compile(r"CRS(?P<crs>[0-9]{4,6})RES(?P<size>[0-9]+)mN(?P<y>[0-9]+)E(?P<x>[0-9]+)")
_SSB_FALSE_EAST_M: Final = 2_000_000
_USUAL_SIZES_M: Final = (1000, 500, 250, 125, 100)


def lattice_for(bounds: tuple[float, float, float, float], size_m: float, crs: str = ANALYSIS_CRS) -> Grid:
    """Return the part of the national lattice (multiples of the cell size from the CRS's origin) that holds bounds.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in ``crs``.
    size_m : float
        The side of a cell, metres.
    crs : str
        Default EPSG:3006.

    Returns
    -------
    Grid

    Raises
    ------
    ValueError
        If the size is not positive or the bounds are not finite and in order.

    Examples
    --------
    >>> lattice_for((699_500, 7_090_100, 701_000, 7_092_000), 1000).shape
    (2, 2)
    """
    west, south, east, north = bounds
    if not (size_m > 0 and np.isfinite(bounds).all() and west <= east and south <= north):
        message = f"no lattice for {bounds} with cells of {size_m} m"
        raise ValueError(message)
    left, bottom = np.floor(west / size_m), np.floor(south / size_m)
    right, top = max(np.ceil(east / size_m), left + 1), max(np.ceil(north / size_m), bottom + 1)
    transform = Affine(size_m, 0, left * size_m, 0, -size_m, top * size_m)
    return Grid(crs, transform, (int(top - bottom), int(right - left)))


def parse_cell_ids(ids: pd.Series, size_m: float | None = None) -> tuple[FloatArray, FloatArray, float, str]:
    """Return the lower-left corners, the size and the CRS that the ids of a statistical grid say.

    Parameters
    ----------
    ids : Series
        SCB: 13 digits, E (6) + N (7) in EPSG:3006. SSB: 14 digits, (E + 2 000 000)·10⁷ + N in EPSG:25833.
        Eurostat: ``CRS3035RES1000mN…E…``. One kind in one column; whole numbers are read as their digits.
    size_m : float, optional
        Metres, for SCB and SSB, whose ids do not say it. Default: the largest usual size (1000, 500, 250, 125,
        100 m) that all corners are multiples of; give it where there are few cells.

    Returns
    -------
    tuple of (ndarray, ndarray, float, str)
        x and y of the lower-left corners, the side in metres, ``EPSG:nnnn``.

    Raises
    ------
    ValueError
        If an id is of another kind than the first, says another size or CRS, or is off the lattice of its size;
        the rows are listed, counted from 1.

    Notes
    -----
    Sources: SCB, Statistik på rutor; SSB, Documents 2009/9 (Statistical grids for Norway); Eurostat/GISCO,
    GEOSTAT grid coding (INSPIRE).

    Examples
    --------
    >>> x, y, size, crs = parse_cell_ids(pd.Series(["CRS3035RES1000mN4604000E4591000"]))
    >>> x.tolist(), y.tolist(), size, crs
    ([4591000.0], [4604000.0], 1000.0, 'EPSG:3035')
    """
    written = ids.astype("string").str.strip().fillna("")
    patterns = (_SCB_PATTERN, _SSB_PATTERN, _EUROSTAT_PATTERN)
    kind = next((p for p in patterns if len(written) and p.fullmatch(written.iloc[0])), None)
    if kind is None:
        raise ValueError(_rows("unknown kind of cell id", np.arange(len(written)) == 0, written))
    parts = written.str.extract(f"^{kind.pattern}$")
    _refuse("cell ids of another kind", parts["x"].isna().to_numpy(bool), written)
    x, y = parts["x"].to_numpy(float), parts["y"].to_numpy(float)
    if kind is _EUROSTAT_PATTERN:
        first = parts.iloc[0]
        _refuse("another size or CRS", ((parts["size"] != first["size"]) | (parts["crs"] != first["crs"])), written)
        said, crs = float(first["size"]), f"EPSG:{first['crs']}"
        size = said if size_m is None else float(size_m)
    else:
        x = x - _SSB_FALSE_EAST_M if kind is _SSB_PATTERN else x
        crs = "EPSG:25833" if kind is _SSB_PATTERN else ANALYSIS_CRS
        size = _largest_usual(x, y) if size_m is None else float(size_m)
    _refuse(f"not on a lattice of {size:g} m", (x % size != 0) | (y % size != 0), written)
    return x, y, size, crs


def _largest_usual(x: FloatArray, y: FloatArray) -> float:
    fits = [size for size in _USUAL_SIZES_M if not (x % size).any() and not (y % size).any()]
    return float(fits[0] if fits else _USUAL_SIZES_M[-1])


def _refuse(what: str, bad: npt.ArrayLike, ids: pd.Series) -> None:
    if np.asarray(bad, bool).any():
        raise ValueError(_rows(what, bad, ids))


def _rows(what: str, bad: npt.ArrayLike, ids: pd.Series) -> str:
    rows = np.flatnonzero(np.asarray(bad, bool))
    named = ", ".join(f"{row + 1} ({ids.iloc[row]!r})" for row in rows[:_ROWS_NAMED])
    return f"{what}: {len(rows)} rows: {named}{', …' if len(rows) > _ROWS_NAMED else ''}"


def cells_from_lower_left(
    x: npt.ArrayLike, y: npt.ArrayLike, size_m: float, crs: str, index: pd.Index | None = None
) -> tuple[gpd.GeoDataFrame, Grid]:
    """Return cells as their centre points in EPSG:3006, with row and column on their own lattice.

    Parameters
    ----------
    x, y : array_like
        Lower-left corners in ``crs``, metres, multiples of ``size_m``.
    size_m : float
        The side of a cell.
    crs : str
        The grid's own CRS, which its lattice keeps.
    index : Index, optional
        The cells' ids; default 0, 1, 2, ….

    Returns
    -------
    tuple of (GeoDataFrame, Grid)
        ``row``, ``col``, geometry Point EPSG:3006; and the lattice in ``crs`` that holds them.

    Raises
    ------
    ValueError
        If there are no cells.

    Examples
    --------
    >>> cells, grid = cells_from_lower_left([758000], [7088000], 1000, "EPSG:3006")
    >>> cells.geometry.iloc[0].wkt, grid.shape
    ('POINT (758500 7088500)', (1, 1))
    """
    left, bottom = np.asarray(x, float), np.asarray(y, float)
    if not len(left):
        message = "no cells"
        raise ValueError(message)
    centre_x, centre_y = left + size_m / 2, bottom + size_m / 2
    bounds = (float(left.min()), float(bottom.min()), float(left.max() + size_m), float(bottom.max() + size_m))
    grid = lattice_for(bounds, size_m, crs)
    row, col = grid.cell(centre_x, centre_y)
    east, north = (centre_x, centre_y) if crs == ANALYSIS_CRS else transform_xy(centre_x, centre_y, crs, ANALYSIS_CRS)
    frame = gpd.GeoDataFrame(
        {"row": row, "col": col}, geometry=shapely.points(east, north), crs=ANALYSIS_CRS, index=index
    )
    return frame, grid


def scb_cell_ids(x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Return SCB's 13-character ids of cells by their lower-left corners in EPSG:3006.

    Examples
    --------
    >>> scb_cell_ids([758000], [7088000]).tolist()
    ['7580007088000']
    """
    number = np.asarray(x, np.int64) * 10**7 + np.asarray(y, np.int64)
    return np.array([f"{value:013d}" for value in number.ravel()], dtype=object)
