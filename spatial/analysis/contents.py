"""What lies in what: land use, people and services within reach of lines, of nodes, and in each kind of land."""

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.along import cells_within
from spatial.analysis.coverage import UNCOVERED, raster_areas
from spatial.analysis.grid import require_same_crs
from spatial.analysis.overlay import overlay_areas
from spatial.geo import ANALYSIS_CRS
from spatial.model import FloatArray, Grid, Raster

BoolArray = npt.NDArray[np.bool_]
_QUAD_SEGS: Final = 32
"""Of a round corner: the band is then 0.04 % too small at most, next to its round ends."""


def bands(lines: gpd.GeoDataFrame, reach_m: float) -> gpd.GeoDataFrame:
    """Return the land within reach of each line, as polygons on the lines' index.

    Examples
    --------
    >>> line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1000, 0)])], index=["E4"], crs="EPSG:3006")
    >>> round(float(bands(line, 10).area["E4"]) / (20 * 1000 + np.pi * 100), 4)
    1.0
    """
    shapes = np.asarray(lines.geometry, object)
    return gpd.GeoDataFrame(
        geometry=shapely.buffer(shapes, reach_m, quad_segs=_QUAD_SEGS), index=lines.index, crs=lines.crs
    )


def land_within(land: Raster | gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the km² of each class of land use in each zone, the zones may overlap; polygons have ``category``."""
    return raster_areas(land, zones) if isinstance(land, Raster) else overlay_areas(land, zones, "category")


def land_of_cells(
    land: Raster | gpd.GeoDataFrame, cells: gpd.GeoDataFrame, grid: Grid, uninhabited: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the share of each class of land use in each cell, as people are taken to live there.

    Parameters
    ----------
    land : Raster or GeoDataFrame
        Classes on a grid, or polygons with ``category``.
    cells : GeoDataFrame
        With ``row`` and ``col`` on ``grid``.
    grid : Grid
    uninhabited : sequence of str
        Classes where nobody lives, and what no class covers, count only in a cell that has nothing else.

    Returns
    -------
    DataFrame
        Index the cells', a column a class; each row sums to 1. By area within the cell (exact coverage), not by its
        centre: a cell of 1 km holds several kinds of land.

    Notes
    -----
    Binary dasymetric weighting: Eicher, C. L. & Brewer, C. A. (2001), Dasymetric mapping and areal interpolation,
    Cartography and GIS 28(2).
    """
    areas = _blocks(land, cells, grid) if isinstance(land, Raster) else None
    if areas is None:
        areas = land_within(land, _squares(cells, grid))
        areas[UNCOVERED] = areas.get(UNCOVERED, 0.0)
    empty = [name for name in areas.columns if name in uninhabited or name == UNCOVERED]
    lived = areas.drop(columns=empty)
    some = lived.sum(axis=1).to_numpy() > 0
    weights = areas.copy()
    weights.loc[some, empty] = 0.0
    total = weights.sum(axis=1).to_numpy()
    weights.loc[total <= 0, UNCOVERED] = 1.0
    return weights.div(weights.sum(axis=1), axis=0)


def _squares(cells: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    x, y = grid.centre(cells["row"], cells["col"])
    half = grid.size_m / 2
    boxes = shapely.box(x - half, y - half, x + half, y + half)
    return gpd.GeoDataFrame(geometry=boxes, index=cells.index, crs=grid.crs).to_crs(ANALYSIS_CRS)


def _blocks(land: Raster, cells: gpd.GeoDataFrame, grid: Grid) -> pd.DataFrame | None:
    """Return the raster's cells of each class in each cell where both lie on one lattice, else None."""
    ours, size = grid.transform, land.grid.transform.a
    theirs = land.grid.transform
    times = round(ours.a / size)
    shift = np.array([(ours.c - theirs.c) / size, (theirs.f - ours.f) / size])
    aligned = grid.crs == land.grid.crs and times >= 1 and abs(times * size - ours.a) < 1e-9
    if not aligned or not np.allclose(shift, np.round(shift), atol=1e-9):
        return None
    band = land.bands[next(iter(land.bands))]
    names = [*dict.fromkeys(land.classes.values()), UNCOVERED]
    counts = np.zeros((len(cells), len(names)))
    left = cells["col"].to_numpy(np.int64) * times + round(float(shift[0]))
    top = cells["row"].to_numpy(np.int64) * times + round(float(shift[1]))
    position = {value: names.index(name) for value, name in land.classes.items()}
    every = np.arange(len(cells))
    for down in range(times):
        for right in range(times):
            row, col = top + down, left + right
            inside = (row >= 0) & (row < band.shape[0]) & (col >= 0) & (col < band.shape[1])
            values = np.where(inside, band[np.where(inside, row, 0), np.where(inside, col, 0)], -1)
            at = np.array([position.get(int(value), len(names) - 1) for value in np.unique(values)])
            counts[every, at[np.searchsorted(np.unique(values), values)]] += 1
    return pd.DataFrame(counts, index=cells.index, columns=pd.Index(names, dtype=object))


def people_by_land(people: pd.Series, zone: pd.Series, shares: pd.DataFrame, whole: str) -> pd.DataFrame:
    """Return how many people live in each class of land use, by zone and in all.

    Parameters
    ----------
    people, zone : Series
        People and zone of each cell.
    shares : DataFrame
        As :func:`land_of_cells` gives them, on the same index.
    whole : str
        The name of everybody's zone.

    Returns
    -------
    DataFrame
        Index 0..n, by zone (everybody last) and class: ``zone``, ``category``, ``people_inv``, ``share`` (of the
        zone's people, 0..1). Classes without people are left out.

    Raises
    ------
    ValueError
        If the indexes differ.

    Examples
    --------
    >>> shares = pd.DataFrame({"skog": [0.5, 1.0], "jordbruk": [0.5, 0.0]})
    >>> people_by_land(pd.Series([10, 5]), pd.Series(["a", "a"]), shares, "alla").query("zone == 'a'").values.tolist()
    [['a', 'jordbruk', 5.0, 0.3333333333333333], ['a', 'skog', 10.0, 0.6666666666666666]]
    """
    if not (people.index.equals(zone.index) and people.index.equals(shares.index)):
        message = "people, zone and shares must share their index"
        raise ValueError(message)
    placed = shares.mul(people.astype(float), axis=0)
    sums = placed.groupby(zone, sort=True).sum()
    sums.loc[whole] = placed.sum()
    table = sums[sorted(sums.columns)].rename_axis("zone").reset_index().melt("zone", None, "category", "people_inv")
    order = {name: position for position, name in enumerate(sums.index)}
    table = table.sort_values("zone", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    table["share"] = table["people_inv"] / table.groupby("zone")["people_inv"].transform("sum")
    kept: pd.DataFrame = table[table["people_inv"] > 0].reset_index(drop=True)
    return kept


def facilities_along(
    lines: gpd.GeoDataFrame, service: gpd.GeoDataFrame, reach_m: float, kinds: Sequence[str]
) -> pd.DataFrame:
    """Return how many facilities of each kind lie within reach (≤, straight line) of each line.

    Examples
    --------
    >>> line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (9, 0)])], index=["E4"], crs="EPSG:3006")
    >>> shops = gpd.GeoDataFrame({"service_type": ["grocery", "grocery"]}, geometry=gpd.points_from_xy([5, 5], [2, 3]),
    ...                          crs="EPSG:3006")
    >>> facilities_along(line, shops, 2, ["grocery", "fuel"]).loc["E4"].tolist()
    [1, 0]
    """
    require_same_crs(lines, service)
    line, point = cells_within(np.asarray(lines.geometry, object), np.asarray(service.geometry, object), reach_m)
    counts = pd.crosstab(lines.index.to_numpy(object)[line], service["service_type"].to_numpy(object)[point])
    return counts.reindex(index=lines.index, columns=list(kinds), fill_value=0).astype(int)


def people_of_lines(lines: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, reach_m: float) -> pd.DataFrame:
    """Return the people within reach of each line, by the municipality of their cell.

    Returns
    -------
    DataFrame
        Index 0..n: ``corridor`` (the line's id), ``municipality_code``, ``people_inv``; in the lines' order, then by
        code; only where somebody lives.
    """
    require_same_crs(lines, cells)
    line, cell = cells_within(np.asarray(lines.geometry, object), np.asarray(cells.geometry, object), reach_m)
    near = pd.DataFrame(
        {
            "line": line,
            "municipality_code": cells["municipality_code"].to_numpy(object)[cell],
            "people_inv": cells["population_inv"].fillna(0).to_numpy(float)[cell],
        }
    )
    sums = near.groupby(["line", "municipality_code"], sort=True)["people_inv"].sum().reset_index()
    sums = sums[sums["people_inv"] > 0].reset_index(drop=True)
    sums.insert(0, "corridor", lines.index.to_numpy(object)[sums.pop("line")])
    return sums


def counts_within(minutes: pd.DataFrame, values: pd.DataFrame, limits: Sequence[float]) -> pd.DataFrame:
    """Return the sums of what can be reached from each node within each limit of minutes.

    Parameters
    ----------
    minutes : DataFrame
        From cells, or facilities (index), to nodes (columns).
    values : DataFrame
        What is counted, on the same index; missing figures count 0.
    limits : sequence of float
        Minutes; exactly at a limit is within.

    Returns
    -------
    DataFrame
        Index (``node``, ``threshold_min``), in the order of nodes and limits; columns as ``values``. What two nodes
        reach counts for both.

    Examples
    --------
    >>> minutes = pd.DataFrame({"umea": [15.0, 15.1]})
    >>> counts_within(minutes, pd.DataFrame({"people_inv": [7, 9]}), [15, 30])["people_inv"].tolist()
    [7.0, 16.0]
    """
    taken, counted = minutes.to_numpy(float), values.fillna(0).to_numpy(float)
    index = pd.MultiIndex.from_product([minutes.columns, [float(x) for x in limits]], names=["node", "threshold_min"])
    sums: FloatArray = np.stack([(taken <= limit).T.astype(float) @ counted for limit in limits], axis=1)
    return pd.DataFrame(sums.reshape(len(index), counted.shape[1]), index=index, columns=values.columns)
