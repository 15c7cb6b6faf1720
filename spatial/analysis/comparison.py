"""A municipality beside the others: its figures, the one it is most like, and where it stands out."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from spatial.analysis.ranges import range_names
from spatial.analysis.reach import ALL_ZONES

_MEDIAN: Final = 50.0


def figures_of(municipalities: pd.DataFrame, shares: pd.DataFrame | None, minutes: pd.DataFrame | None) -> pd.DataFrame:
    """Return the municipalities' figures, and those of everybody together, on one index.

    Parameters
    ----------
    municipalities : DataFrame
        Index codes; ``population_inv`` (people), ``density_inv_km2`` (people a km² of land) and ``nodes_count``
        where known, ``official_land_km2`` or ``area_km2``.
    shares : DataFrame or None
        As :func:`spatial.analysis.reach.shares_within` gives it.
    minutes : DataFrame or None
        As :func:`spatial.analysis.reach.percentiles` gives it.

    Returns
    -------
    DataFrame
        Index the codes, and ``alla`` last. Columns are (measure, service, at): ``population``, ``density`` and
        ``nodes`` (service empty, at 0); ``within`` (share 0..1 within ``at`` minutes); ``median`` (minutes by car
        within which half of the people have the service, at 50).

    Examples
    --------
    >>> towns = pd.DataFrame({"population_inv": [100, 300], "area_km2": [10.0, 10.0]}, index=["a", "b"])
    >>> figures_of(towns, None, None).loc["alla"].tolist()
    [400.0, 20.0]
    """
    columns: dict[tuple[str, str, float], pd.Series] = {}
    if "population_inv" in municipalities:
        people = municipalities["population_inv"].astype(float)
        land = _land(municipalities)
        columns["population", "", 0.0] = _with_all(people, people.sum())
        columns["density", "", 0.0] = _with_all(people / land, people.sum() / land.sum())
    if "nodes_count" in municipalities:
        counted = municipalities["nodes_count"].astype(float)
        columns["nodes", "", 0.0] = _with_all(counted, counted.sum())
    if shares is not None:
        for (service, limit), rows in shares.groupby(["service", "threshold_min"], sort=False):
            columns["within", str(service), float(str(limit))] = rows.set_index("zone")["share"]
    if minutes is not None:
        for service, rows in minutes[minutes["percentile"] == _MEDIAN].groupby("service", sort=False):
            columns["median", str(service), _MEDIAN] = rows.set_index("zone")["minutes_min"]
    order = [*municipalities.index, ALL_ZONES]
    table = pd.DataFrame({key: values.reindex(order) for key, values in columns.items()}, index=order)
    table.columns = pd.MultiIndex.from_tuples(list(columns), names=["measure", "service", "at"])
    return table


def _land(municipalities: pd.DataFrame) -> pd.Series:
    drawn = municipalities["area_km2"].astype(float)
    if "official_land_km2" not in municipalities:
        return drawn
    official = municipalities["official_land_km2"].astype(float)
    return official.where(official.notna(), drawn)


def _with_all(values: pd.Series, whole: float) -> pd.Series:
    joined: pd.Series = pd.concat([values, pd.Series([float(whole)], index=[ALL_ZONES])])
    return joined


def range_of(table: pd.DataFrame | None, column: str, where: Mapping[str, object]) -> tuple[float, float] | None:
    """Return between which values a number in a table lies when the models are redrawn, or None where unknown.

    Parameters
    ----------
    table : DataFrame or None
        With the column and, where it rests on a model, its ends.
    column : str
    where : mapping of str to object
        What the row has: the first such row is taken.

    Examples
    --------
    >>> rows = pd.DataFrame({"zone": ["a"], "service": "grocery", "share_low": 0.7, "share_high": 0.8})
    >>> range_of(rows, "share", {"zone": "a", "service": "grocery"})
    (0.7, 0.8)
    """
    low, high = range_names(column)
    if table is None or low not in table:
        return None
    same = np.logical_and.reduce([(table[name] == value).to_numpy(bool) for name, value in where.items()])
    ends = table.loc[same, [low, high]].astype(float).to_numpy()
    return (float(ends[0, 0]), float(ends[0, 1])) if len(ends) and not np.isnan(ends[0]).any() else None


def most_alike(population: pd.Series, density: pd.Series, code: str) -> str | None:
    """Return the municipality nearest in population and density, counted in doublings of each.

    Parameters
    ----------
    population, density : Series
        People, and people a km²; index codes, all above 0.
    code : str
        The one to compare.

    Returns
    -------
    str or None
        Of equally near ones the first code; None where there is no other.

    Notes
    -----
    The distance is Euclidean in log₂: twice as many people is as far as twice as dense. An assumption of ours.

    Examples
    --------
    >>> people = pd.Series({"a": 100.0, "b": 210.0, "c": 9000.0})
    >>> most_alike(people, people / 10, "a")
    'b'
    """
    both = pd.DataFrame({"p": population, "d": density}).astype(float).clip(lower=1e-9)
    logs = pd.DataFrame(np.log2(both.to_numpy()), index=both.index, columns=both.columns)
    others = logs.drop(index=code)
    if others.empty:
        return None
    away = ((others - logs.loc[code]) ** 2).sum(axis=1).sort_index()
    return str(away.idxmin())


def deviations(figures: pd.DataFrame, code: str, least: Mapping[str, float]) -> pd.DataFrame:
    """Return how far a municipality's figures lie from everybody's, the most unusual first.

    Parameters
    ----------
    figures : DataFrame
        As :func:`figures_of` gives them.
    code : str
    least : mapping of str to float
        The measures to weigh, and the least difference in each that is worth telling.

    Returns
    -------
    DataFrame
        Index 0..n: ``measure``, ``service``, ``at``, ``own``, ``whole``, ``difference`` (own - whole) and ``score``,
        the difference in standard deviations between the municipalities. What has no spread, no finite figure or too
        small a difference is left out.

    Examples
    --------
    >>> towns = pd.DataFrame({"population_inv": [100, 300], "area_km2": [10.0, 10.0]}, index=["a", "b"])
    >>> shares = pd.DataFrame({"zone": ["a", "b", "alla"], "service": "grocery", "threshold_min": 15.0,
    ...                        "share": [0.2, 0.8, 0.65]})
    >>> found = deviations(figures_of(towns, shares, None), "a", {"within": 0.05})
    >>> found[["service", "difference"]].round(2).to_dict("list")
    {'service': ['grocery'], 'difference': [-0.45]}
    """
    rows = []
    for key in figures.columns:
        if key[0] not in least:
            continue
        values = figures[key].astype(float)
        own, whole = values[code], values[ALL_ZONES]
        spread = values.drop(ALL_ZONES).replace([np.inf, -np.inf], np.nan).std()
        if np.isfinite(own) and np.isfinite(whole) and spread > 0 and abs(own - whole) >= least[key[0]]:
            rows.append((*key, own, whole, own - whole, (own - whole) / spread))
    names = ["measure", "service", "at", "own", "whole", "difference", "score"]
    table = pd.DataFrame(rows, columns=names)
    return table.sort_values("score", key=np.abs, ascending=False, kind="stable").reset_index(drop=True)


def shares_of_land(areas: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return each class's share of a municipality's area, and of the whole's.

    Parameters
    ----------
    areas : DataFrame
        Index codes, a column a class (any unit of area).
    code : str

    Returns
    -------
    DataFrame
        Index the classes; ``own`` and ``whole`` (shares 0..1), the whole's largest first.

    Examples
    --------
    >>> shares_of_land(pd.DataFrame({"a": [1.0, 1.0], "b": [1.0, 5.0]}, index=["x", "y"]), "x").to_dict("index")
    {'b': {'own': 0.5, 'whole': 0.75}, 'a': {'own': 0.5, 'whole': 0.25}}
    """
    own, whole = areas.loc[code], areas.sum()
    table = pd.DataFrame({"own": own / own.sum(), "whole": whole / whole.sum()})
    return table.sort_values("whole", ascending=False, kind="stable")
