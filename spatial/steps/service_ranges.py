"""The range beside each count of facilities that rules place: in a municipality, along a corridor, around a node."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.ranges import range_names, with_ranges
from spatial.analysis.redraw import Draws, sums_by_pairs
from spatial.steps.work import Work

IntArray = npt.NDArray[np.int64]
_EVERY = "facilities_count"


def of_municipalities(work: Work, table: pd.DataFrame) -> pd.DataFrame:
    """Return how many facilities of each kind lie in each municipality (the index) with their ranges."""
    every: gpd.GeoDataFrame | None = work.value("draw_service")
    if every is None:
        return table
    zone = table.index.get_indexer(pd.Index(every["municipality_code"].where(~every["outside"].astype(bool))))
    facility = np.flatnonzero(zone >= 0)
    return _ranged(work, table, zone[facility], facility)


def of_lines(work: Work, table: pd.DataFrame, lines: gpd.GeoDataFrame, reach_m: float) -> pd.DataFrame:
    """Return how many facilities of each kind lie along each line (the index of both) with their ranges."""
    every: gpd.GeoDataFrame | None = work.value("draw_service")
    if every is None:
        return table
    tree = shapely.STRtree(np.asarray(every.geometry, object))
    line, facility = tree.query(np.asarray(lines.geometry, object), predicate="dwithin", distance=reach_m)
    return _ranged(work, table, table.index.get_indexer(lines.index)[line], facility)


def of_nodes(work: Work, table: pd.DataFrame, minutes: pd.DataFrame) -> pd.DataFrame:
    """Return how many facilities of each kind each node reaches within each limit with their ranges.

    ``table``: a row a node and limit (its index); ``minutes``: from every facility of the draws to every node.
    """
    place = minutes.columns.get_indexer(table.index.get_level_values(0))
    limits = table.index.get_level_values(1).to_numpy(float)
    facility, row = np.nonzero(minutes.to_numpy(float)[:, place] <= limits)
    return _ranged(work, table, row, facility)


def _ranged(work: Work, table: pd.DataFrame, row: IntArray, facility: IntArray) -> pd.DataFrame:
    """Return a table with the ranges of its counts, from pairs of row and facility: whole numbers."""
    draws: Draws = work.value("draws")
    exists = np.asarray(work.value("draw_exists"), float)
    kinds, ruled = work.value("draw_service")["service_type"].to_numpy(object), ~exists.all(axis=0)
    by_run = {}
    if ruled.any() and _EVERY in table:
        by_run[_EVERY] = sums_by_pairs(exists, row, facility, len(table))
    for kind in dict.fromkeys(kinds[ruled]):
        own = kinds[facility] == kind
        if f"{kind}_count" in table:
            by_run[f"{kind}_count"] = sums_by_pairs(exists, row[own], facility[own], len(table))
    out = with_ranges(table, by_run, draws)
    for column in by_run:
        low, high = range_names(column)
        if low in out:
            out[low], out[high] = np.floor(out[low]).astype(int), np.ceil(out[high]).astype(int)
    return out
