"""A population grid's cells: from the file's squares, points or ids to centre points on their own lattice."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from spatial import geo
from spatial.errors import Fault, LayerError
from spatial.lattice import lattice_for
from spatial.model import Grid

_TOLERANCE_M: Final = 0.5


def cells_of(frame: gpd.GeoDataFrame, layer: str, size_m: float) -> tuple[gpd.GeoDataFrame, Grid]:
    """Return the cells as centre points with their place on the lattice, in the grid's own CRS.

    Parameters
    ----------
    frame : GeoDataFrame
        Squares, or points within them, in the grid's own CRS (metres); ``population_inv``; index = row of the file.
    layer : str
    size_m : float
        The side of a cell where the file has points; squares tell their own.

    Returns
    -------
    GeoDataFrame, Grid
        Columns ``row``, ``col`` and the frame's; geometry = centres in the frame's CRS; same index.

    Raises
    ------
    LayerError
        If cells are not squares of one size, do not lie on one lattice, or come twice.
    """
    points, side = _centres(frame, layer, size_m)
    x, y = points.x.to_numpy(), points.y.to_numpy()
    grid = lattice_for((x.min(), y.min(), x.max(), y.max()), side, _code(frame))
    row, col = grid.cell(x, y)
    cx, cy = grid.centre(row, col)
    cells = frame.drop(columns="geometry").assign(row=row, col=col)
    cells = gpd.GeoDataFrame(cells, geometry=gpd.points_from_xy(cx, cy), crs=frame.crs)
    faults = _lattice_faults(cells, np.hypot(cx - x, cy - y), layer, side)
    if faults:
        raise LayerError(faults)
    return cells, grid


def _centres(frame: gpd.GeoDataFrame, layer: str, size_m: float) -> tuple[gpd.GeoSeries, float]:
    if geo.geometry_family(frame.geometry.to_numpy()) == "point":
        half = size_m / 2
        x, y = (np.floor(v / size_m) * size_m + half for v in (frame.geometry.x, frame.geometry.y))
        return gpd.GeoSeries(gpd.points_from_xy(x, y), index=frame.index, crs=frame.crs), size_m
    boxes = shapely.bounds(frame.geometry.to_numpy())
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    side = float(np.round(np.median(wide)))
    odd = (np.abs(wide - side) > _TOLERANCE_M) | (np.abs(high - side) > _TOLERANCE_M)
    if side <= 0 or odd.any():
        rows = frame.index[odd]
        raise LayerError(Fault("faults.not_square", layer, str(row), values={"size_m": side}) for row in rows[:50])
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    return gpd.GeoSeries(gpd.points_from_xy(x, y), index=frame.index, crs=frame.crs), side


def _lattice_faults(cells: gpd.GeoDataFrame, off_m: np.ndarray, layer: str, side: float) -> list[Fault]:
    faults = [
        Fault("faults.off_lattice", layer, str(row), values={"size_m": side})
        for row in cells.index[off_m > _TOLERANCE_M][:50]
    ]
    twice = cells.index[cells.duplicated(["row", "col"], keep=False)]
    return faults + [Fault("faults.cell_twice", layer, str(row)) for row in twice[:50]]


def _code(frame: gpd.GeoDataFrame) -> str:
    authority = CRS.from_user_input(frame.crs).to_authority()
    return f"{authority[0]}:{authority[1]}" if authority else str(frame.crs)


def masked_faults(frame: pd.DataFrame, layer: str) -> list[Fault]:
    """Return a warning that counts cells whose number the provider has masked (missing), for they are no zeros."""
    masked = int(frame["population_inv"].isna().sum())
    return [Fault("faults.masked_cells", layer, None, "warning", masked, {"count": masked})] if masked else []
