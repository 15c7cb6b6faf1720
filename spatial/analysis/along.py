"""People along lines: every cell within a stated distance, exactly, once a line."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.grid import require_same_crs

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
_SEGMENTS: Final = 8
"""Of a line that are asked for together: measured fastest between 4 and 16 at 27k and 108k cells."""


def people_along(
    lines: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, distance_m: float, column: str = "population_inv"
) -> pd.Series:
    """Return the people whose cell centre lies at most so many metres from each line.

    Parameters
    ----------
    lines : GeoDataFrame
        Lines (any geometry) in a projected CRS, metres.
    cells : GeoDataFrame
        Points in the same CRS with ``column``.
    distance_m : float
        Straight line, metres; a cell exactly as far counts.
    column : str
        What is counted: people, jobs.

    Returns
    -------
    Series
        ``column`` on the lines' index. A cell counts once for each line that it is near; a missing figure counts 0.

    Raises
    ------
    ValueError
        If the CRS differ or are missing.

    Notes
    -----
    The distance is checked itself: a buffer is a polygon inside the circle, and loses those near its rim (4e-4 of
    the people with the usual eight segments a quadrant).

    Examples
    --------
    >>> lines = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (100, 0)])], index=["E12"], crs="EPSG:3006")
    >>> cells = gpd.GeoDataFrame({"population_inv": [7, 9]}, geometry=gpd.points_from_xy([50, 103], [5, 4.1]),
    ...                          crs="EPSG:3006")
    >>> people_along(lines, cells, 5).to_dict()
    {'E12': 7.0}
    """
    require_same_crs(lines, cells)
    line, cell = cells_within(_array(lines), _array(cells), distance_m)
    weights = cells[column].fillna(0).to_numpy(float)[cell]
    return pd.Series(np.bincount(line, weights=weights, minlength=len(lines)), index=lines.index, name=column)


def people_by_strongest(
    lines: gpd.GeoDataFrame,
    cells: gpd.GeoDataFrame,
    distance_m: float,
    group: pd.Series,
    strength: pd.Series | None = None,
) -> pd.Series:
    """Return the people along each group of lines, everybody counted once: for the strongest group within reach.

    Parameters
    ----------
    lines : GeoDataFrame
        Lines in a projected CRS, metres.
    cells : GeoDataFrame
        Points in the same CRS with ``population_inv``.
    distance_m : float
        Straight line, metres (≤).
    group : Series
        The group of each line (its road number), on the lines' index.
    strength : Series, optional
        How strong each group is (index the groups). Default: the people within its reach.

    Returns
    -------
    Series
        ``people_inv``, index the groups, the strongest first (of equals the smallest name); those within reach of a
        stronger group are left out.

    Examples
    --------
    >>> lines = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (9, 0)]), shapely.LineString([(0, 0), (0, 9)])],
    ...                          crs="EPSG:3006")
    >>> cells = gpd.GeoDataFrame({"population_inv": [90, 7, 3]}, geometry=gpd.points_from_xy([0, 9, 0], [0, 0, 9]),
    ...                          crs="EPSG:3006")
    >>> people_by_strongest(lines, cells, 1, pd.Series(["E4", "363"])).to_dict()
    {'E4': 97.0, '363': 3.0}
    """
    line, cell = cells_within(_array(lines), _array(cells), distance_m)
    people = cells["population_inv"].fillna(0).to_numpy(float)
    pairs = pd.DataFrame({"group": group.to_numpy(object)[line], "cell": cell}).drop_duplicates()
    total = pairs.assign(inv=people[pairs["cell"]]).groupby("group")["inv"].sum()
    total = (total if strength is None else strength).reindex(sorted(group.unique()), fill_value=0.0)
    total = total.sort_values(ascending=False, kind="stable")
    place = pd.Series(np.arange(len(total)), index=total.index)
    taker = pairs.assign(order=pairs["group"].map(place)).groupby("cell")["order"].min()
    sums = np.bincount(taker.to_numpy(np.int64), weights=people[taker.index], minlength=len(total))
    return pd.Series(sums, index=total.index, name="people_inv")


def people_by_strongest_drawn(
    pairs: tuple[IntArray, IntArray], people: FloatArray, group: pd.Series, strength: pd.Series | None = None
) -> pd.DataFrame:
    """Return :func:`people_by_strongest` for people that are drawn again and again.

    Parameters
    ----------
    pairs : tuple of ndarray
        Positions of line and cell that are within reach: :func:`cells_within`.
    people : ndarray
        A row a run, a column a cell.
    group, strength : Series
        As :func:`people_by_strongest` takes them; without strength each run has its own order.

    Returns
    -------
    DataFrame
        A row a run, a column a group.

    Examples
    --------
    >>> pairs, people = (np.array([0, 1, 1]), np.array([0, 0, 1])), np.array([[5.0, 1.0], [9.0, 0.0]])
    >>> people_by_strongest_drawn(pairs, people, pd.Series(["E4", "E12"])).to_dict("list")
    {'E12': [6.0, 9.0], 'E4': [0.0, 0.0]}
    """
    code, names = pd.factorize(group.to_numpy(object), sort=True)
    known = np.unique(np.stack([code[np.asarray(pairs[0])], np.asarray(pairs[1])]), axis=1)
    out = np.zeros((len(people), len(names)))
    for run, own in enumerate(people):
        total = np.bincount(known[0], own[known[1]], len(names))
        weight = total if strength is None else strength.reindex(names).fillna(0.0).to_numpy(float)
        place = np.argsort(np.argsort(-weight, kind="stable"), kind="stable")
        taker = np.full(people.shape[1], len(names))
        np.minimum.at(taker, known[1], place[known[0]])
        out[run] = np.bincount(taker, own, len(names) + 1)[place]
    return pd.DataFrame(out, columns=pd.Index(names, dtype=object))


def cells_within(
    lines: npt.NDArray[np.object_], cells: npt.NDArray[np.object_], distance_m: float
) -> tuple[IntArray, IntArray]:
    """Return which line has which cell within a distance (≤), each pair once, sorted: arrays in, arrays out.

    A long line is asked for piece by piece: its own box would hold most of the cells.
    """
    if not len(lines) or not len(cells):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    pieces, owner = _pieces(lines)
    piece, cell = shapely.STRtree(cells).query(pieces, predicate="dwithin", distance=distance_m)
    pair = np.unique(owner[piece] * len(cells) + cell)
    return pair // len(cells), pair % len(cells)


def _pieces(lines: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], IntArray]:
    """Return lines cut into pieces of a few segments, and of which line each is; other geometries stay whole."""
    parts, part_owner = shapely.get_parts(lines, return_index=True)
    is_line = (shapely.get_type_id(parts) == 1) & ~shapely.is_empty(parts)
    xy, of = shapely.get_coordinates(parts[is_line], return_index=True)
    begins = np.searchsorted(of, of)
    place = np.arange(len(of)) - begins
    last = np.r_[of[1:] != of[:-1], np.ones(min(len(of), 1), bool)]
    joint = (place % _SEGMENTS == 0) & (place > 0)  # ends one piece and, unless it is the last, begins the next
    vertex = np.r_[np.flatnonzero(~(joint & last)), np.flatnonzero(joint)]
    piece = place[vertex] // _SEGMENTS - np.r_[np.zeros(len(of) - (joint & last).sum(), int), np.ones(joint.sum(), int)]
    order = np.lexsort((place[vertex], piece, of[vertex]))
    vertex, piece = vertex[order], piece[order]
    new = np.r_[np.ones(min(len(vertex), 1), bool), (np.diff(of[vertex]) != 0) | (np.diff(piece) != 0)]
    cut = shapely.linestrings(xy[vertex], indices=np.cumsum(new) - 1)
    owner = np.r_[part_owner[is_line][of[vertex][new]], part_owner[~is_line]]
    return np.r_[cut, parts[~is_line]], owner.astype(np.int64)


def _array(frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    return np.asarray(frame.geometry, dtype=object)
