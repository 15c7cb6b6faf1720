"""What minutes mean for people: shares within thresholds, percentiles, and stops within walking reach."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.geo import same_crs
from spatial.model import FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

ALL_ZONES: Final = "alla"
"""The zone that stands for everybody."""
_DECIMALS: Final = 9
"""Of minutes, as :mod:`spatial.analysis.access` gives them."""


def shares_within(
    population: pd.Series,
    zone: pd.Series,
    minutes: pd.DataFrame,
    thresholds: Sequence[tuple[str, float]],
    *,
    off_network_factor: float = 1.0,
) -> pd.DataFrame:
    """Return how many people have each service within each threshold, by zone and in all.

    Parameters
    ----------
    population : Series
        People in each cell.
    zone : Series
        The zone of each cell, on the same index; a cell without one counts only in all.
    minutes : DataFrame
        On the same index: ``{service}_min`` and, where present, ``{service}_uncertain`` and ``{service}_off_min``, as
        :func:`spatial.analysis.access.minutes_to_nearest` gives them.
    thresholds : sequence of (service, minutes)
        Minutes equal to the threshold are within.
    off_network_factor : float
        At least 1: see ``undecided_inv``.

    Returns
    -------
    DataFrame
        Index 0..n, a row a zone (last ``alla``) and threshold: ``zone``, ``service``, ``threshold_min``,
        ``people_inv`` (within), ``total_inv``, ``share`` (of the total, 0..1; NaN where nobody lives),
        ``unreachable_inv`` (whom no way leads to the service), ``uncertain_inv`` (within or not, their minutes lie
        mostly off the network), ``uncertain_cells`` (how many cells that is), ``undecided_inv`` (who would come to
        the other side of the threshold if their minutes off the network were ``off_network_factor`` times as many,
        or so many times fewer).

    Raises
    ------
    ValueError
        If the indexes differ, or people are missing or negative.

    Examples
    --------
    >>> people, zone = pd.Series([10, 30]), pd.Series(["2480", "2480"])
    >>> minutes = pd.DataFrame({"hospital_min": [30.0, float("inf")]})
    >>> shares_within(people, zone, minutes, [("hospital", 30)])[["zone", "share", "unreachable_inv"]].to_dict("list")
    {'zone': ['2480', 'alla'], 'share': [0.25, 0.25], 'unreachable_inv': [30.0, 30.0]}
    """
    people = _people(population, zone, minutes)
    tables, zones = [], _zones(zone)
    for service, limit in thresholds:
        taken = minutes[f"{service}_min"].to_numpy(float)
        doubt = f"{service}_uncertain"
        uncertain = minutes[doubt].to_numpy(bool) if doubt in minutes.columns else np.zeros(len(taken), bool)
        table = _by_zone(people, zones, {"people_inv": taken <= limit})
        table.insert(1, "service", service)
        table.insert(2, "threshold_min", float(limit))
        undecided = _undecided(taken, minutes.get(f"{service}_off_min"), limit, off_network_factor)
        sides = {"unreachable_inv": np.isinf(taken), "uncertain_inv": uncertain, "undecided_inv": undecided}
        rest = _by_zone(people, zones, sides)
        cells = _by_zone(np.ones(len(taken)), zones, {"uncertain_cells": uncertain & (people > 0)})
        counted = rest[["unreachable_inv", "uncertain_inv"]].join(cells["uncertain_cells"].astype(int))
        counted["undecided_inv"] = rest["undecided_inv"]
        tables.append(table.join(counted))
    return _stacked(tables, ["zone", "service", "threshold_min"])


def percentiles(
    population: pd.Series, zone: pd.Series, minutes: pd.DataFrame, at: Sequence[float] = (50, 90, 95)
) -> pd.DataFrame:
    """Return the minutes within which given percentages of the people have each service.

    Parameters
    ----------
    population, zone : Series
        People in each cell and its zone, on one index.
    minutes : DataFrame
        On the same index; every column ``{service}_min`` (not ``{service}_second_min`` or ``{service}_off_min``) is a
        service.
    at : sequence of float
        Percentages, above 0 up to 100.

    Returns
    -------
    DataFrame
        Index 0..n, a row a zone (last ``alla``), service and percentage: ``zone``, ``service``, ``percentile``,
        ``minutes_min``: the smallest minutes within which at least that share of the zone's people, the unreachable
        among them, are (no interpolation); inf where unreachable people are needed, NaN where nobody lives.

    Raises
    ------
    ValueError
        If the indexes differ, people are missing or negative, or a percentage lies outside.

    Examples
    --------
    >>> people, zone = pd.Series([10, 30]), pd.Series(["2480", "2480"])
    >>> minutes = pd.DataFrame({"hospital_min": [30.0, 5.0]})
    >>> percentiles(people, zone, minutes, (50, 90)).query("zone == 'alla'")["minutes_min"].tolist()
    [5.0, 30.0]
    """
    if not all(0 < share <= 100 for share in at):
        raise ValueError(f"percentiles {list(at)}")
    people = _people(population, zone, minutes)
    services = [str(c).removesuffix("_min") for c in minutes.columns if str(c).endswith("_min")]
    services = [s for s in services if not s.endswith(("_second", "_off")) and s != "off_network"]
    every = {service: minutes[f"{service}_min"].to_numpy(float) for service in services}
    rows: list[tuple[str, str, float, float]] = []
    for name, where in _zones(zone).cells():
        for service in services:
            taken = every[service][where]
            order = np.argsort(taken, kind="stable")
            taken, summed = taken[order], np.cumsum(people[where][order])
            rows.extend((name, service, float(share), _quantile(taken, summed, share / 100)) for share in at)
    return pd.DataFrame(rows, columns=["zone", "service", "percentile", "minutes_min"])


def reach_of_stops(
    cells: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, *, walk_m: float, min_departures: float
) -> pd.DataFrame:
    """Return which cells have a stop with enough departures within walking reach, by straight line.

    Parameters
    ----------
    cells : GeoDataFrame
        Points in EPSG:3006.
    stops : GeoDataFrame
        Points in EPSG:3006, index unique text ids, with ``departures`` (a day).
    walk_m : float
        Straight-line metres, not walking distance; a stop exactly as far is within.
    min_departures : float
        A stop with fewer departures a day does not count.

    Returns
    -------
    DataFrame
        Index the cells'. ``stop_id`` (the nearest stop with enough departures; None without any),
        ``straight_line_m`` (metres; inf without any), ``within`` (bool).

    Raises
    ------
    ValueError
        If the CRS differ.

    Examples
    --------
    >>> cells = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0], [0]), crs="EPSG:3006")
    >>> where = gpd.points_from_xy([300, 400], [0, 0])
    >>> stops = gpd.GeoDataFrame({"departures": [2, 9]}, index=["s1", "s2"], geometry=where, crs="EPSG:3006")
    >>> reach_of_stops(cells, stops, walk_m=400, min_departures=5).to_dict("index")
    {0: {'stop_id': 's2', 'straight_line_m': 400.0, 'within': True}}
    """
    if not same_crs(cells.crs, stops.crs):
        raise ValueError(f"cells in {cells.crs}, stops in {stops.crs}")
    enough = stops[stops["departures"].to_numpy(float) >= min_departures]
    enough = enough.iloc[np.argsort(enough.index.astype(str).to_numpy(str), kind="stable")]
    metres, stop = np.full(len(cells), np.inf), np.full(len(cells), None, object)
    if len(enough) and len(cells):
        tree = shapely.STRtree(np.asarray(enough.geometry, object))
        (cell, which), near = tree.query_nearest(np.asarray(cells.geometry, object), return_distance=True)
        order = np.lexsort((which, cell))
        cell, first = np.unique(cell[order], return_index=True)
        metres[cell] = near[order][first]
        stop[cell] = enough.index.astype(str).to_numpy(object)[which[order][first]]
    columns = {
        "stop_id": pd.Series(stop, index=cells.index, dtype=object),
        "straight_line_m": metres,
        "within": metres <= walk_m,
    }
    return pd.DataFrame(columns, index=cells.index)


def people_where(population: pd.Series, zone: pd.Series, within: pd.Series) -> pd.DataFrame:
    """Return how many people live where ``within`` is true, by zone and in all.

    Parameters
    ----------
    population, zone, within : Series
        People, zone and truth of each cell, on one index.

    Returns
    -------
    DataFrame
        Index 0..n, a row a zone (last ``alla``): ``zone``, ``people_inv``, ``total_inv``, ``share`` (0..1; NaN where
        nobody lives).

    Raises
    ------
    ValueError
        If the indexes differ, or people are missing or negative.

    Examples
    --------
    >>> people_where(pd.Series([10, 30]), pd.Series(["a", "b"]), pd.Series([True, False]))["share"].tolist()
    [1.0, 0.0, 0.25]
    """
    people = _people(population, zone, within)
    return _by_zone(people, _zones(zone), {"people_inv": within.to_numpy(bool)})


def _undecided(taken: FloatArray, off: pd.Series | None, limit: float, factor: float) -> BoolArray:
    """Return where a journey ends on the other side of the limit if its minutes off the network are other than told."""
    if factor < 1:
        raise ValueError(f"off_network_factor {factor} is less than 1")
    if off is None:
        return np.zeros(len(taken), bool)
    legs = off.fillna(0.0).to_numpy(float)
    slow, fast = (np.round(taken + legs * more, _DECIMALS) for more in (factor - 1, 1 / factor - 1))
    return np.asarray(np.where(taken <= limit, slow > limit, fast <= limit), bool)


def _people(population: pd.Series, zone: pd.Series, other: pd.Series | pd.DataFrame) -> FloatArray:
    if not (population.index.equals(zone.index) and population.index.equals(other.index)):
        raise ValueError("population, zone and minutes on different indexes")
    people = population.to_numpy(float, na_value=np.nan)
    if not (people >= 0).all():
        raise ValueError("people missing or negative")
    return np.asarray(people, float)


@dataclass(frozen=True)
class _Zones:
    """The zones by name, everybody last; and the position of each cell's zone (-1 for none)."""

    names: list[str]
    of_cell: IntArray

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of the cells' values in each zone, and of all last."""
        known = self.of_cell >= 0
        inside = np.bincount(self.of_cell[known], weights=values[known], minlength=len(self.names) - 1)
        return np.append(inside, values.sum())

    def cells(self) -> Iterator[tuple[str, IntArray]]:
        """Yield each zone's name and cells; everybody's last."""
        order = np.argsort(self.of_cell, kind="stable")
        ends = np.searchsorted(self.of_cell[order], np.arange(len(self.names)))
        yield from zip(self.names[:-1], np.split(order, ends)[1:-1], strict=True)
        yield ALL_ZONES, np.arange(len(order))


def _zones(zone: pd.Series) -> _Zones:
    codes, found = pd.factorize(zone.to_numpy(object))
    names, place = np.unique(np.array([str(name) for name in found], dtype=object), return_inverse=True)
    return _Zones([*names, ALL_ZONES], np.append(place, -1)[codes])


def _by_zone(people: FloatArray, zones: _Zones, counted: dict[str, BoolArray]) -> pd.DataFrame:
    """Return the people of each count by zone, the total, and the first count's share."""
    sums = {count: zones.sums(np.where(chosen, people, 0.0)) for count, chosen in counted.items()}
    total = zones.sums(people)
    share = np.divide(next(iter(sums.values())), total, out=np.full(len(total), np.nan), where=total > 0)
    return pd.DataFrame({"zone": zones.names, **sums, "total_inv": total, "share": share})


def _stacked(tables: list[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """Return tables one after the other, sorted by zone (everybody last) in the tables' order."""
    if not tables:
        sums = ["people_inv", "total_inv", "share", "unreachable_inv", "uncertain_inv", "uncertain_cells"]
        return pd.DataFrame(columns=[*keys, *sums, "undecided_inv"])
    whole = pd.concat(tables)
    return whole.sort_index(kind="stable").reset_index(drop=True)


def _quantile(taken: FloatArray, summed: FloatArray, share: float) -> float:
    """Return the smallest of sorted minutes at which the summed people are at least the share of all."""
    if not len(summed) or summed[-1] <= 0:
        return float("nan")
    reached = summed >= share * summed[-1] * (1 - 1e-12)
    return float(taken[np.argmax(reached)])
