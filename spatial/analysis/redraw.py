"""Ranges for what rests on models: each model drawn again, seeded, and everything counted again on each draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.population import inhabited, people_on
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


def redraw_population(
    ground: Ground, parameters: Mapping[str, float], options: Redraw, shown: pd.DataFrame | None = None
) -> Draws:
    """Return the modelled people drawn again: another seed each time, and the uncertain parameters varied.

    Parameters
    ----------
    ground : Ground
        Of :func:`spatial.analysis.population.population_ground`.
    parameters : Mapping
        The model's, as settings give them.
    options : Redraw
        ``runs``, ``seed``, ``spread_share``, ``varied`` and the percentages.
    shown : DataFrame, optional
        ``row`` and ``col`` of the cells that the image has: they are among the draws' cells, inhabited or not.

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
    if shown is not None:
        ever |= _among(ground, shown)
    cells = inhabited(ground, people[0], ever).drop(columns="population_inv")
    return Draws(cells, people[:, ever].astype(float), options.low_percentile.value, options.high_percentile.value)


def _among(ground: Ground, cells: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which of the ground's cells are among those given by row and column."""
    lattice = np.zeros(ground.grid.shape, bool)
    lattice[cells["row"], cells["col"]] = True
    return np.asarray(lattice[ground.grid.cell(ground.x, ground.y)], bool)


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


def sums_by_pairs(
    people: FloatArray, line: IntArray, cell: IntArray, lines: int, part: FloatArray | None = None
) -> FloatArray:
    """Return the people of each line (or zone that overlaps others) in each run, from pairs of line and cell.

    ``part``: what each pair counts, where it is not 1.

    Examples
    --------
    >>> sums_by_pairs(np.array([[1.0, 2.0]]), np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [[1.0, 3.0]]
    """
    from scipy import sparse

    counts = np.ones(len(line)) if part is None else part
    near = sparse.csr_matrix((counts, (cell, line)), shape=(people.shape[1], lines))
    return np.asarray(people @ near, float)


def ranges(values: FloatArray, shown: npt.ArrayLike, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Return the range of each number over the runs, never narrower than to hold the number that is shown.

    Parameters
    ----------
    values : ndarray
        A row a run, a column a number; NaN where a run has none, inf where no way leads.
    shown : array_like
        The numbers as the image has them: the run that is drawn, among the others here.
    low, high : float
        Percentages of the runs below each end.

    Returns
    -------
    tuple of ndarray
        Low and high, NaN where the shown number is; where a run is infinite, values of runs and no mean of two.

    Examples
    --------
    >>> [end.tolist() for end in ranges(np.array([[1.0], [2.0], [3.0]]), [2.0], 0, 100)]
    [[1.0], [3.0]]
    """
    own = np.asarray(shown, float)
    every = np.where(np.isnan(own), np.nan, np.vstack([values, own[None, :]]))
    ends = _percentiles(every, low, high)
    return np.fmin(ends[0], own), np.fmax(ends[1], own)


def _percentiles(values: FloatArray, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Return two percentiles of each column without its NaN; between a number and infinity the outer one counts."""
    ordered = np.sort(values, axis=0)  # NaN last
    last = (~np.isnan(ordered)).sum(axis=0) - 1
    ends = []
    for share, outer in ((low / 100, np.floor), (high / 100, np.ceil)):
        at = np.maximum(last * share, 0)
        below, above = (
            np.take_along_axis(ordered, step(at).astype(np.int64)[None, :], axis=0)[0] for step in (np.floor, np.ceil)
        )
        both = np.isfinite(below) & np.isfinite(above)
        mean = below + np.subtract(above, below, out=np.zeros(len(at)), where=both) * (at - np.floor(at))
        ends.append(np.where(both, mean, below if outer is np.floor else above))
    return ends[0], ends[1]
