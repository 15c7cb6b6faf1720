"""Where people have farthest to a service, and the areas that are beyond a threshold."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.geo import ANALYSIS_CRS
from spatial.model import Grid


def worst_off(cells: gpd.GeoDataFrame, minutes: pd.Series, n: int) -> gpd.GeoDataFrame:
    """Return the ``n`` populated cells that have farthest, of those that have a way at all.

    Parameters
    ----------
    cells : GeoDataFrame
        With ``population_inv``.
    minutes : Series
        Minutes to one service, on the same index.
    n : int

    Returns
    -------
    GeoDataFrame
        Rows of ``cells`` with ``minutes_min`` added, longest first (of equals, the one whose id comes first).

    Examples
    --------
    >>> places = gpd.points_from_xy([0, 1, 2], [0, 0, 0])
    >>> cells = gpd.GeoDataFrame({"population_inv": [1, 2, 0]}, index=["a", "b", "c"], geometry=places, crs="EPSG:3006")
    >>> worst_off(cells, pd.Series([5.0, 9.0, 12.0], index=["a", "b", "c"]), 1)["minutes_min"].to_dict()
    {'b': 9.0}
    """
    taken = minutes.reindex(cells.index).to_numpy(float)
    eligible = np.flatnonzero(np.isfinite(taken) & (cells["population_inv"].to_numpy(float) > 0))
    order = np.lexsort((cells.index[eligible].astype(str).to_numpy(str), -taken[eligible]))
    chosen = eligible[order[:n]]
    return cells.iloc[chosen].assign(minutes_min=taken[chosen])


def white_spots(
    cells: gpd.GeoDataFrame,
    grid: Grid,
    minutes: pd.Series,
    threshold_min: float,
    min_people: float,
    *,
    gap_cells: int = 0,
) -> gpd.GeoDataFrame:
    """Return the areas whose people have farther than the threshold, and those that no way leads from.

    Parameters
    ----------
    cells : GeoDataFrame
        With ``row`` and ``col`` on ``grid``, and ``population_inv``.
    grid : Grid
        The lattice of the cells, in any CRS in metres.
    minutes : Series
        Minutes to one service, on the cells' index.
    threshold_min : float
        Minutes; a cell exactly at it is not beyond.
    min_people : float
        Areas with fewer people are left out.
    gap_cells : int
        Cells so many empty cells from one another on either side are one area too, and the gap is drawn over: a
        sparse grid would else fall into single cells. 0: only cells that touch.

    Returns
    -------
    GeoDataFrame
        EPSG:3006, most people first; index ``spot`` (text, row and column of the area's first cell), ``kind``
        (``far`` or ``unreachable``: never in one area), ``people_inv``, ``cells``, ``longest_min`` (NaN where
        unreachable), geometry: the cells' squares as one; cells that touch at a side or corner are one area.

    Raises
    ------
    ValueError
        If the indexes differ, or two cells lie in the same place of the grid.

    Examples
    --------
    >>> from affine import Affine
    >>> grid = Grid("EPSG:3006", Affine(1000, 0, 700000, 0, -1000, 7100000), (3, 3))
    >>> where = {"row": [0, 1, 2], "col": [0, 1, 0], "population_inv": [4, 5, 6]}
    >>> cells = gpd.GeoDataFrame(where, geometry=gpd.points_from_xy([0, 1, 2], [0, 0, 0]), crs="EPSG:3006")
    >>> spots = white_spots(cells, grid, pd.Series([40.0, 31.0, 30.0]), 30, 1)
    >>> spots[["kind", "people_inv", "cells", "longest_min"]].to_dict("index")
    {'0_0': {'kind': 'far', 'people_inv': 9.0, 'cells': 2, 'longest_min': 40.0}}
    """
    if not minutes.index.equals(cells.index):
        raise ValueError("minutes on another index than cells")
    if cells.duplicated(["row", "col"]).any():
        raise ValueError("two cells in one place of the grid")
    taken = minutes.to_numpy(float)
    unreachable = np.isinf(taken)
    table = pd.DataFrame(
        {
            "row": cells["row"].to_numpy(np.int64),
            "col": cells["col"].to_numpy(np.int64),
            "people_inv": cells["population_inv"].to_numpy(float),
            "longest_min": np.where(unreachable, np.nan, taken),
            "kind": np.where(unreachable, "unreachable", "far"),
        }
    )
    beyond = table[unreachable | (taken > threshold_min)].sort_values(["row", "col"])
    spots = [_spots(part, grid, gap_cells) for _, part in beyond.groupby("kind")]
    columns = ["kind", "people_inv", "cells", "longest_min", "geometry"]
    found = pd.concat(spots) if spots else pd.DataFrame(columns=columns, index=pd.Index([], dtype=object))
    found = found[found["people_inv"] >= min_people].rename_axis("spot")
    found = found.sort_index().sort_values("people_inv", ascending=False, kind="stable")
    return gpd.GeoDataFrame(found[columns], geometry="geometry", crs=grid.crs).to_crs(ANALYSIS_CRS)


def _closed(squares: npt.NDArray[np.object_], gap_m: float) -> shapely.Geometry:
    if not gap_m or len(squares) == 1:
        return shapely.union_all(squares)
    grown = shapely.union_all(shapely.buffer(squares, gap_m, quad_segs=1, join_style="mitre"))
    return shapely.buffer(grown, -gap_m, quad_segs=1, join_style="mitre")


def _spots(cells: pd.DataFrame, grid: Grid, gap_cells: int) -> pd.DataFrame:
    """Return the areas of cells, sorted by row and column, in the grid's own CRS."""
    from scipy import ndimage

    low = cells[["row", "col"]].min()
    row, col = (cells[name].to_numpy(np.int64) - int(low[name]) for name in ("row", "col"))
    raster = np.zeros((int(row.max()) + 1, int(col.max()) + 1), bool)
    raster[row, col] = True
    if gap_cells:
        raster = ndimage.binary_dilation(np.pad(raster, gap_cells), np.ones((3, 3), bool), iterations=gap_cells)
        raster = raster[gap_cells:-gap_cells, gap_cells:-gap_cells]
    label = ndimage.label(raster, structure=np.ones((3, 3), int))[0][row, col]
    x, y = grid.centre(cells["row"], cells["col"])
    half = grid.size_m / 2
    squares = np.asarray(shapely.box(x - half, y - half, x + half, y + half), object)
    grouped = cells.reset_index(drop=True).groupby(label)
    out = grouped.agg(kind=("kind", "first"), people_inv=("people_inv", "sum"), longest_min=("longest_min", "max"))
    out["cells"] = grouped.size()
    members = pd.Series(np.arange(len(label))).groupby(label)
    areas = [_closed(squares[list(cell)], gap_cells * grid.size_m) for _, cell in members]
    out["geometry"] = pd.Series(np.array(areas, object), index=out.index, dtype=object)
    first = grouped[["row", "col"]].first()
    return out.set_axis(pd.Index(first["row"].astype(str) + "_" + first["col"].astype(str), dtype=object))
