"""Ranges beside numbers: what is counted again on every draw, and the ends of its spread in columns of their own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.reach import ALL_ZONES
from spatial.analysis.redraw import ranges
from spatial.model import FloatArray
from spatial.settings import Redraw

_UNITS: Final = ("inv", "min")
"""Units that stand last in a column's name; a share's ends stand last instead."""
_PART: Final = "|"


class Ends(Protocol):
    """Draws of any model: the percentages of the runs between which a range lies."""

    @property
    def low(self) -> float:
        """Return the percentage below the lower end."""

    @property
    def high(self) -> float:
        """Return the percentage below the upper end."""


@dataclass(frozen=True)
class Percentages:
    """The percentages of the runs between which a range lies, where nothing else of the draws is needed."""

    low: float
    high: float

    @classmethod
    def of(cls, options: Redraw) -> "Percentages":
        """Return those of the settings."""
        return cls(options.low_percentile.value, options.high_percentile.value)


Count = Callable[[pd.DataFrame, pd.Series], pd.DataFrame]
"""Counts cells by zone: the cells and the zone of each give a row a zone, its name in ``zone``."""


def range_names(column: str) -> tuple[str, str]:
    """Return what the columns are called that hold the ends of a column's range.

    Examples
    --------
    >>> range_names("people_inv"), range_names("share")
    (('people_low_inv', 'people_high_inv'), ('share_low', 'share_high'))
    """
    head, _, unit = column.rpartition("_")
    if head and unit in _UNITS:
        return f"{head}_low_{unit}", f"{head}_high_{unit}"
    return f"{column}_low", f"{column}_high"


def with_ranges(table: pd.DataFrame, by_run: Mapping[str, FloatArray], draws: Ends) -> pd.DataFrame:
    """Return a table with the range of each column given, right after it; none where no row has one.

    Parameters
    ----------
    table : DataFrame
    by_run : mapping of str to ndarray
        For columns of the table: a row a run, a column a row of the table. NaN: no number in that run.
    draws : Draws or LandDraws
        Knows the percentages of the runs between which a range lies.

    Returns
    -------
    DataFrame
        low ≤ number ≤ high in every row; see :func:`spatial.analysis.redraw.ranges`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from spatial.analysis.redraw import Draws
    >>> draws = Draws(gpd.GeoDataFrame(), np.zeros((2, 0)), 0, 100)
    >>> table = pd.DataFrame({"people_inv": [5.0], "share": [0.5]})
    >>> with_ranges(table, {"people_inv": np.array([[4.0], [7.0]])}, draws).to_dict("list")
    {'people_inv': [5.0], 'people_low_inv': [4.0], 'people_high_inv': [7.0], 'share': [0.5]}
    """
    out = table.copy()
    for column, values in by_run.items():
        if not np.isfinite(values).any():
            continue
        ends = ranges(values, table[column], draws.low, draws.high)
        place = list(out.columns).index(column) + 1
        for name, end in zip(reversed(range_names(column)), reversed(ends), strict=True):
            out.insert(place, name, end)
    return out


def with_drawn_ranges(table: pd.DataFrame, by_run: Mapping[str, FloatArray], draws: Ends) -> pd.DataFrame:
    """Return what :func:`with_ranges` does, with no range in a row that no run has a number for: it was not tried.

    Examples
    --------
    >>> table, by_run = pd.DataFrame({"share": [0.5, 0.2]}), {"share": np.array([[0.4, np.nan]])}
    >>> with_drawn_ranges(table, by_run, Percentages(0, 100))["share_low"].tolist()
    [0.4, nan]
    """
    out = with_ranges(table, by_run, draws)
    for name, values in by_run.items():
        ends = [end for end in range_names(name) if end in out]
        out.loc[np.isnan(values).all(axis=0), ends] = np.nan
    return out


def run_zones(run: npt.ArrayLike, zone: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Return a zone for each run: what is counted by these is counted for every run at once.

    Examples
    --------
    >>> run_zones([0, 1, 1], ["2480", "2480", None]).tolist()
    ['0|2480', '1|2480', None]
    """
    runs, (code, found) = np.asarray(run, np.int64), pd.factorize(np.asarray(zone, object))
    every = int(runs.max(initial=-1)) + 1
    names = [f"{one}{_PART}{name}" for one in range(every) for name in found]
    return np.array([*names, None], object)[np.where(code >= 0, runs * len(found) + code, -1)]


def split_zones(zones: Iterable[str]) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return the runs and the zones of :func:`run_zones`.

    Examples
    --------
    >>> run, zone = split_zones(["0|2480", "1|2480"])
    >>> run.tolist(), zone
    ([0, 1], ['2480', '2480'])
    """
    place, names = pd.factorize(np.array(list(zones), dtype=object))
    parts = [str(name).partition(_PART) for name in names]
    runs = np.array([int(part[0]) for part in parts], np.int64)
    return runs[place], [parts[one][2] for one in place]


def count_by_run(lived: pd.DataFrame, count: Count) -> pd.DataFrame:
    """Return what is counted by municipality and for everybody, for each run, by the function that counted it first.

    Parameters
    ----------
    lived : DataFrame
        A row a run and cell: ``run``, ``municipality_code`` and what ``count`` needs.
    count : callable

    Returns
    -------
    DataFrame
        As ``count`` gives it, with ``run``; index 0..n.
    """
    tables = []
    for zone in (lived["municipality_code"], pd.Series(ALL_ZONES, index=lived.index)):
        table = count(lived, pd.Series(run_zones(lived["run"], zone), index=lived.index, dtype=object))
        table = table[table["zone"] != ALL_ZONES].reset_index(drop=True)
        run, names = split_zones(table["zone"])
        tables.append(table.assign(run=run, zone=names))
    return pd.concat(tables, ignore_index=True)


def matched(
    found: pd.DataFrame,
    table: pd.DataFrame,
    keys: list[str],
    columns: Iterable[str],
    runs: int,
    *,
    missing: float = np.nan,
) -> dict[str, FloatArray]:
    """Return columns of a table with a row a run and key, each as a row a run and a column a row of another table.

    Parameters
    ----------
    found : DataFrame
        ``run``, ``keys`` and ``columns``; no key twice in a run.
    table : DataFrame
        ``keys``; the rows wanted.
    keys : list of str
    columns : iterable of str
    runs : int
    missing : float
        What stands for a row that a run does not have.

    Returns
    -------
    dict of str to ndarray

    Examples
    --------
    >>> found = pd.DataFrame({"run": [0, 1], "zone": ["a", "b"], "people_inv": [3.0, 4.0]})
    >>> wanted = pd.DataFrame({"zone": ["b", "a"]})
    >>> matched(found, wanted, ["zone"], ["people_inv"], 2, missing=0.0)["people_inv"].tolist()
    [[0.0, 3.0], [4.0, 0.0]]
    """
    wanted = {key: place for place, key in enumerate(_keys(table, keys))}
    place = np.array([wanted.get(key, -1) for key in _keys(found, keys)], np.int64)
    known = place >= 0
    run, place = found["run"].to_numpy(np.int64)[known], place[known]
    out: dict[str, FloatArray] = {}
    for column in columns:
        values = np.full((runs, len(table)), missing)
        values[run, place] = found[column].to_numpy(float)[known]
        out[column] = values
    return out


def _keys(table: pd.DataFrame, keys: list[str]) -> list[tuple[object, ...]]:
    return list(zip(*(table[key].tolist() for key in keys), strict=True))
