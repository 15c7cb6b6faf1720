"""Where people have farthest to a service, and the areas that are beyond a threshold."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.geo import ANALYSIS_CRS, transform_xy
from spatial.model import Grid

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

DIRECTIONS: Final = ("n", "no", "o", "so", "s", "sv", "v", "nv")
"""The eight points of the compass, clockwise from north."""
_COLUMNS: Final = ("kind", "people_inv", "cells", "longest_min", "place_id", "centre_x_m", "centre_y_m")
_EMPTY: Final = -1


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
    place: pd.Series | None = None,
) -> gpd.GeoDataFrame:
    """Return the areas whose people have farther than the threshold, and those that no way leads from.

    Parameters
    ----------
    cells : GeoDataFrame
        All populated cells, with ``row`` and ``col`` on ``grid``, and ``population_inv``.
    grid : Grid
        The lattice of the cells, in any CRS in metres.
    minutes : Series
        Minutes to one service, on the cells' index.
    threshold_min : float
        Minutes; a cell exactly at it is not beyond.
    min_people : float
        Areas with fewer people are left out.
    gap_cells : int
        Cells with up to twice as many empty cells between them are one area, and the gap is drawn over: a sparse grid
        would else fall into single cells. 0: only cells that touch, at a side or a corner.
    place : Series, optional
        The id of each cell's nearest place, on the same index; areas are parted by it, so that each lies about one
        place. In sparse country everything else runs together into one area.

    Returns
    -------
    GeoDataFrame
        EPSG:3006, most people first; index ``spot`` (text, row and column of the area's first cell), ``kind``
        (``far`` or ``unreachable``: never in one area), ``people_inv``, ``cells``, ``longest_min`` (NaN where
        unreachable), ``place_id`` (None without ``place``), ``centre_x_m`` and ``centre_y_m`` (the middle of its
        people), geometry: the squares of its cells and of the gaps between them. Areas do not overlap, and none covers
        a populated cell that is within the threshold.

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
    if not minutes.index.equals(cells.index) or not (place is None or place.index.equals(cells.index)):
        raise ValueError("minutes or place on another index than cells")
    if cells.duplicated(["row", "col"]).any():
        raise ValueError("two cells in one place of the grid")
    taken = minutes.to_numpy(float)
    table = pd.DataFrame(
        {
            "row": cells["row"].to_numpy(np.int64),
            "col": cells["col"].to_numpy(np.int64),
            "people_inv": cells["population_inv"].to_numpy(float),
            "longest_min": np.where(np.isinf(taken), np.nan, taken),
            "kind": np.where(np.isinf(taken), "unreachable", "far"),
            "place_id": None if place is None else place.to_numpy(object),
        }
    )
    beyond = np.isinf(taken) | (taken > threshold_min)
    if not beyond.any():
        return gpd.GeoDataFrame(columns=[*_COLUMNS, "geometry"], index=pd.Index([], name="spot"), crs=ANALYSIS_CRS)
    sorted_cells = table[beyond].sort_values(["row", "col"], ignore_index=True)
    found = _areas(sorted_cells, table[~beyond], grid, gap_cells)
    found = found[found["people_inv"] >= min_people].rename_axis("spot")
    found = found.sort_index().sort_values("people_inv", ascending=False, kind="stable")
    return gpd.GeoDataFrame(found, geometry="geometry", crs=grid.crs).to_crs(ANALYSIS_CRS)


def named_spots(spots: gpd.GeoDataFrame, places: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return white spots with the place that each lies about, and which way from it.

    Parameters
    ----------
    spots : GeoDataFrame
        As :func:`white_spots` gives them, parted by place.
    places : GeoDataFrame
        Points in EPSG:3006, index place ids, with ``name``.

    Returns
    -------
    GeoDataFrame
        The spots, without their centre: ``place_name`` (None without a place), ``place_m`` (straight line from the
        place to the middle of the spot's people) and ``direction`` (one of :data:`DIRECTIONS`, from the place).

    Examples
    --------
    >>> spots = gpd.GeoDataFrame({"place_id": ["a"], "centre_x_m": [100.0], "centre_y_m": [900.0]}, geometry=[None])
    >>> places = gpd.GeoDataFrame({"name": ["Åby"]}, index=["a"], geometry=gpd.points_from_xy([0], [1000]))
    >>> named_spots(spots, places)[["place_name", "place_m", "direction"]].values.tolist()
    [['Åby', 141.4213562373095, 'so']]
    """
    where = gpd.GeoSeries(places.geometry)
    x, y = (part.reindex(spots["place_id"]).to_numpy(float) for part in (where.x, where.y))
    east, north = spots["centre_x_m"].to_numpy(float) - x, spots["centre_y_m"].to_numpy(float) - y
    known = np.isfinite(east)
    sector = np.round(np.degrees(np.arctan2(np.where(known, east, 0), np.where(known, north, 0))) / 45).astype(int) % 8
    names = pd.Series(places["name"].reindex(spots["place_id"]).to_numpy(object), index=spots.index)
    points = pd.Series([DIRECTIONS[one] for one in sector], index=spots.index, dtype=object)
    return spots.drop(columns=["centre_x_m", "centre_y_m"]).assign(
        place_name=names.where(known, None), place_m=np.hypot(east, north), direction=points.where(known, None)
    )


def _areas(cells: pd.DataFrame, others: pd.DataFrame, grid: Grid, gap_cells: int) -> pd.DataFrame:
    """Return the areas of cells sorted by row and column, in the grid's own CRS."""
    label = _labels(cells, gap_cells)
    row, col = cells["row"].to_numpy(np.int64), cells["col"].to_numpy(np.int64)
    x, y = grid.centre(cells["row"], cells["col"])
    people = cells["people_inv"].to_numpy(float)
    count = int(label.max()) + 1
    total = np.bincount(label, weights=people, minlength=count)
    weight = np.where(total[label] > 0, people, 1.0)
    middle_x, middle_y = (np.bincount(label, weight * v) / np.bincount(label, weight) for v in (x, y))
    grouped = cells.groupby(label)
    out = grouped.agg(kind=("kind", "first"), longest_min=("longest_min", "max"), place_id=("place_id", "first"))
    out["people_inv"], out["cells"] = total, grouped.size()
    out["centre_x_m"], out["centre_y_m"] = transform_xy(middle_x, middle_y, grid.crs, ANALYSIS_CRS)
    out = out[list(_COLUMNS)]
    out["geometry"] = _shapes(row, col, label, others, grid, gap_cells)
    first = grouped[["row", "col"]].first()
    return out.set_axis(pd.Index(first["row"].astype(str) + "_" + first["col"].astype(str), dtype=object))


def _labels(cells: pd.DataFrame, gap_cells: int) -> IntArray:
    """Return the number of each cell's area, in the order of the areas' first cells."""
    from scipy import ndimage

    label = np.empty(len(cells), np.int64)
    known = 0
    for _, own in cells.groupby(["kind", cells["place_id"].fillna("")], sort=False):
        raster, (row, col) = _raster(own["row"], own["col"], gap_cells)
        raster[row, col] = True
        grown = ndimage.maximum_filter(raster, 2 * gap_cells + 1) if gap_cells else raster
        parts = ndimage.label(grown, structure=np.ones((3, 3), int))[0][row, col]
        label[own.index] = known + parts
        known += int(parts.max())
    return np.unique(label, return_inverse=True)[1]


def _raster(row: pd.Series, col: pd.Series, margin: int) -> tuple[BoolArray, tuple[IntArray, IntArray]]:
    """Return an empty raster that holds the cells with a margin, and where in it they lie."""
    places = [part.to_numpy(np.int64) - int(part.min()) + margin for part in (row, col)]
    shape = [int(part.max()) + 1 + margin for part in places]
    return np.zeros(shape, bool), (places[0], places[1])


def _shapes(
    row: IntArray, col: IntArray, label: IntArray, others: pd.DataFrame, grid: Grid, gap_cells: int
) -> npt.NDArray[np.object_]:
    """Return each area's cells and the gaps between them, closed by as many cells; a gap is its nearest cell's."""
    from scipy import ndimage

    low = int(row.min()) - gap_cells, int(col.min()) - gap_cells
    shape = int(row.max()) - low[0] + 1 + gap_cells, int(col.max()) - low[1] + 1 + gap_cells
    owner = np.full(shape, _EMPTY, np.int64)
    owner[row - low[0], col - low[1]] = label
    window = ndimage.find_objects(owner + 1)
    if gap_cells:
        nearest = ndimage.distance_transform_edt(owner == _EMPTY, return_distances=False, return_indices=True)
        owner = owner[tuple(nearest)]
        at = others["row"].to_numpy(np.int64) - low[0], others["col"].to_numpy(np.int64) - low[1]
        seen = (at[0] >= 0) & (at[0] < shape[0]) & (at[1] >= 0) & (at[1] < shape[1])
        owner[at[0][seen], at[1][seen]] = _EMPTY
    cell_of = np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label))[:-1])
    out = np.empty(len(cell_of), object)
    for number, (own, box) in enumerate(zip(cell_of, window, strict=True)):
        mask = np.zeros([part.stop - part.start + 2 * gap_cells for part in box], bool)
        mask[row[own] - low[0] - box[0].start + gap_cells, col[own] - low[1] - box[1].start + gap_cells] = True
        if gap_cells:
            size = 2 * gap_cells + 1
            mask = ndimage.minimum_filter(ndimage.maximum_filter(mask, size), size)
        filled = mask[gap_cells : mask.shape[0] - gap_cells, gap_cells : mask.shape[1] - gap_cells]
        there = np.nonzero(filled & (owner[box] == number))
        out[number] = _squares(there[0] + box[0].start + low[0], there[1] + box[1].start + low[1], grid)
    return out


def _squares(row: IntArray, col: IntArray, grid: Grid) -> shapely.Geometry:
    x, y = grid.centre(row, col)
    half = grid.size_m / 2
    return shapely.coverage_union_all(shapely.box(x - half, y - half, x + half, y + half))
