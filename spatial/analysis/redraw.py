"""Ranges for what rests on models: each model drawn again, seeded, and everything counted again on each draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.population import inhabited, people_on
from spatial.analysis.reach import ALL_ZONES
from spatial.analysis.settlement import Ground
from spatial.model import FloatArray
from spatial.settings import Redraw, ServiceRule

IntArray = npt.NDArray[np.int64]
_RULES, _PEOPLE = 1, 2
"""Parts of the seed: what is drawn for services does not change with what is drawn for people."""


@dataclass(frozen=True)
class Draws:
    """People as the model draws them again and again.

    ``cells``: every cell that some run inhabits (``row``, ``col``, ``municipality_code``, points in EPSG:3006);
    ``people``: a row a run (one row where people are measured), a column a cell; ``low`` and ``high``: the
    percentages between which a range lies.
    """

    cells: gpd.GeoDataFrame
    people: FloatArray
    low: float
    high: float

    @property
    def modelled(self) -> bool:
        """Whether the people themselves are drawn again."""
        return len(self.people) > 1


def redraw_population(ground: Ground, parameters: Mapping[str, float], options: Redraw) -> Draws:
    """Return the modelled people drawn again: another seed each time, and the uncertain parameters varied.

    Parameters
    ----------
    ground : Ground
        Of :func:`spatial.analysis.population.population_ground`.
    parameters : Mapping
        The model's, as settings give them.
    options : Redraw
        ``runs``, ``seed``, ``spread_share``, ``varied`` and the percentages.

    Returns
    -------
    Draws
        Every run keeps each municipality's people exactly.

    Notes
    -----
    Monte Carlo propagation of input uncertainty: Heuvelink, G. B. M. (1998), Error Propagation in Environmental
    Modelling with GIS. Parameters are drawn independently and evenly between 1 ± ``spread_share`` of their value; no
    distribution is known for them.
    """
    runs = []
    for run in range(options.runs):
        own = varied(parameters, options.varied, options.spread_share.value, (options.seed, _PEOPLE, run))
        runs.append(people_on(ground, own, options.seed * 10_000 + run))
    people = np.stack(runs)
    ever = np.asarray(people.any(axis=0), bool)
    cells = inhabited(ground, people[0], ever).drop(columns="population_inv")
    return Draws(cells, people[:, ever].astype(float), options.low_percentile.value, options.high_percentile.value)


def measured_people(cells: gpd.GeoDataFrame, options: Redraw) -> Draws:
    """Return measured people as draws with a single run: only what they travel to is drawn again."""
    counted = cells[cells["population_inv"].fillna(0) > 0]
    people = counted["population_inv"].to_numpy(float)[None, :]
    return Draws(counted, people, options.low_percentile.value, options.high_percentile.value)


def varied(
    parameters: Mapping[str, float], names: Sequence[str], spread_share: float, seed: tuple[int, ...]
) -> dict[str, float]:
    """Return the parameters with those named drawn evenly between 1 - and 1 + ``spread_share`` of their value.

    Examples
    --------
    >>> varied({"a": 10.0, "b": 3.0}, ["a"], 0.0, (1,))
    {'a': 10.0, 'b': 3.0}
    """
    factors = 1 + spread_share * np.random.default_rng(list(seed)).uniform(-1, 1, len(names))
    return {**parameters, **{name: parameters[name] * float(f) for name, f in zip(names, factors, strict=True)}}


def minutes_by_rule(to_places: pd.DataFrame, places: pd.DataFrame, rule: ServiceRule, options: Redraw) -> FloatArray:
    """Return minutes to the nearest place that has a service by rule, the rule's least people drawn in each run.

    Parameters
    ----------
    to_places : DataFrame
        Minutes from cells (index) to places (columns).
    places : DataFrame
        ``population_inv`` and, where known, ``central``; index place ids.
    rule : ServiceRule
    options : Redraw

    Returns
    -------
    ndarray
        A row a run, a column a cell; inf where no place has it.

    Notes
    -----
    Places are taken central ones first, then by people: those that have the service in a run are always the first
    of that order, so that one cumulative minimum serves all runs.

    Examples
    --------
    >>> from spatial.settings import Parameter
    >>> def number(value): return Parameter(value=value, unit="–", source="antagande")
    >>> options = Redraw(runs=2, seed=1, spread_share=number(0), low_percentile=number(5), high_percentile=number(95))
    >>> rule = ServiceRule(service="grocery", min_population_inv=number(300))
    >>> places = pd.DataFrame({"population_inv": [900, 100]}, index=["a", "b"])
    >>> minutes_by_rule(pd.DataFrame({"a": [20.0], "b": [1.0]}), places, rule, options).tolist()
    [[20.0], [20.0]]
    """
    always = np.zeros(len(places), bool)
    if rule.central and "central" in places:
        always = pd.to_numeric(places["central"]).fillna(0).to_numpy(float) > 0
    people = places["population_inv"].fillna(0).to_numpy(float)
    order = np.lexsort((places.index.astype(str).to_numpy(str), -people, ~always))
    ranked = to_places[list(places.index[order])].to_numpy(float)
    nearest = np.column_stack([np.full(len(ranked), np.inf), np.minimum.accumulate(ranked, axis=1)])
    limits = cutoffs(rule, options)
    having = always.sum() + (people[~always][None, :] >= limits[:, None]).sum(axis=1)
    return np.ascontiguousarray(nearest[:, having].T)


def cutoffs(rule: ServiceRule, options: Redraw) -> FloatArray:
    """Return the least people of a place that has the service, for each run."""
    seed = [options.seed, _RULES, *rule.service.encode()]
    factors = 1 + options.spread_share.value * np.random.default_rng(seed).uniform(-1, 1, options.runs)
    return np.asarray(rule.min_population_inv.value * factors, float)


def sums_by_run(
    people: FloatArray, zone: IntArray, zones: int, within: npt.NDArray[np.bool_] | None = None
) -> FloatArray:
    """Return the people of each zone in each run.

    Parameters
    ----------
    people : ndarray
        A row a run (or one row for all), a column a cell.
    zone : ndarray of int
        The zone of each cell; -1 for none.
    zones : int
        How many there are.
    within : ndarray of bool, optional
        A row a run (or one row for all), a column a cell: who counts. Default: everybody.

    Returns
    -------
    ndarray
        A row a run, a column a zone.

    Examples
    --------
    >>> sums_by_run(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0, 0]), 1, np.array([[True, False]])).tolist()
    [[1.0], [3.0]]
    """
    counted = people if within is None else people * within
    known = zone >= 0
    runs = len(counted)
    at = (np.arange(runs)[:, None] * zones + zone[known]).ravel()
    sums = np.bincount(at, weights=counted[:, known].ravel(), minlength=runs * zones)
    return np.asarray(sums.reshape(runs, zones), float)


def sums_by_pairs(people: FloatArray, line: IntArray, cell: IntArray, lines: int) -> FloatArray:
    """Return the people of each line (or zone that overlaps others) in each run, from pairs of line and cell.

    Examples
    --------
    >>> sums_by_pairs(np.array([[1.0, 2.0]]), np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [[1.0, 3.0]]
    """
    from scipy import sparse

    near = sparse.csr_matrix((np.ones(len(line)), (cell, line)), shape=(people.shape[1], lines))
    return np.asarray(people @ near, float)


def ranges(values: FloatArray, shown: npt.ArrayLike, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Return the range of each number over the runs, never narrower than to hold the number that is shown.

    Parameters
    ----------
    values : ndarray
        A row a run, a column a number; NaN where a run has none.
    shown : array_like
        The numbers as the image has them: the run that is drawn, among the others here.
    low, high : float
        Percentages of the runs below each end.

    Returns
    -------
    tuple of ndarray
        Low and high, NaN where the shown number is.

    Examples
    --------
    >>> [end.tolist() for end in ranges(np.array([[1.0], [2.0], [3.0]]), [2.0], 0, 100)]
    [[1.0], [3.0]]
    """
    own = np.asarray(shown, float)
    every = np.vstack([values, own[None, :]])
    known = np.isfinite(own)
    ends = np.full((2, len(own)), np.nan)
    if known.any():
        ends[:, known] = np.nanpercentile(every[:, known], [low, high], axis=0)
    return np.fmin(ends[0], own), np.fmax(ends[1], own)


def ranges_within(draws: Draws, minutes: Mapping[str, FloatArray], shares: pd.DataFrame) -> pd.DataFrame:
    """Return the range of people and shares within each threshold, for what rests on a model.

    Parameters
    ----------
    draws : Draws
    minutes : mapping of str to ndarray
        Minutes from the draws' cells (columns) to each kind of service: a row a run, or one row where it is measured.
    shares : DataFrame
        As :func:`spatial.analysis.reach.shares_within` gives them.

    Returns
    -------
    DataFrame
        On the index of ``shares``: ``people_low_inv``, ``people_high_inv``, ``share_low``, ``share_high``; NaN where
        neither people nor service are modelled.
    """
    names = pd.Index(shares["zone"].unique())
    zone = names.get_indexer(pd.Index(draws.cells["municipality_code"]))
    everybody = int(names.get_loc(ALL_ZONES))
    columns = ["people_low_inv", "people_high_inv", "share_low", "share_high"]
    out = pd.DataFrame(np.nan, index=shares.index, columns=columns)
    totals = _with_all(sums_by_run(draws.people, zone, len(names)), draws.people.sum(axis=1), everybody)
    for (service, limit), rows in shares.groupby(["service", "threshold_min"], sort=False):
        taken = minutes.get(str(service))
        if taken is None or not (draws.modelled or len(taken) > 1):
            continue
        within = taken <= float(str(limit))
        whole = (draws.people * within).sum(axis=1)
        people = _with_all(sums_by_run(draws.people, zone, len(names), within), whole, everybody)
        share = np.divide(people, totals, out=np.full(people.shape, np.nan), where=totals > 0)
        at = names.get_indexer(pd.Index(rows["zone"]))
        low, high = ranges(people[:, at], rows["people_inv"], draws.low, draws.high)
        share_low, share_high = ranges(share[:, at], rows["share"], draws.low, draws.high)
        out.loc[rows.index, columns] = np.column_stack([low, high, share_low, share_high])
    return out


def _with_all(sums: FloatArray, whole: FloatArray, at: int) -> FloatArray:
    out = sums.copy()
    out[:, at] = whole
    return out
