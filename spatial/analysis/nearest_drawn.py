"""The nearest and second nearest service of every cell, run by run: measured facilities, and those that rules place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.ranges import with_drawn_ranges
from spatial.analysis.redraw import Draws, cutoffs
from spatial.model import FloatArray
from spatial.settings import Redraw, ServiceRule

MODELLED: Final = "modell:"
"""How the id of a facility begins that a rule has placed."""
IntArray = npt.NDArray[np.int64]
_DECIMALS = 9
"""Of minutes, as :mod:`spatial.analysis.access` gives them."""


@dataclass(frozen=True)
class Nearest:
    """The two nearest facilities of one kind, a row for each state of the model and a column a cell.

    ``minutes`` and ``second_min`` (inf where there is none), ``off_min`` (of the minutes to the nearest, off the
    network), ``first`` and ``second`` (the facility's position; -1 for none), ``state``: the row of each run.
    """

    minutes: FloatArray
    second_min: FloatArray
    off_min: FloatArray
    first: IntArray
    second: IntArray
    state: IntArray


def nearest_given(found: pd.DataFrame, kind: str, facilities: pd.Index, runs: int) -> Nearest:
    """Return what :func:`spatial.analysis.access.minutes_to_nearest` found, the same in every run.

    Examples
    --------
    >>> found = pd.DataFrame({"fuel_min": [4.0], "fuel_id": ["m"], "fuel_second_min": [np.inf],
    ...                       "fuel_second_id": [None], "fuel_off_min": [1.0]})
    >>> nearest = nearest_given(found, "fuel", pd.Index(["k", "m"]), 3)
    >>> nearest.first.tolist(), nearest.second.tolist(), nearest.state.tolist()
    ([[1]], [[-1]], [0, 0, 0])
    """
    minutes, second_min, off_min = (
        found[[f"{kind}_{end}"]].to_numpy(float).T for end in ("min", "second_min", "off_min")
    )
    first, second = (facilities.get_indexer(pd.Index(found[f"{kind}_{end}"]))[None, :] for end in ("id", "second_id"))
    return Nearest(minutes, second_min, off_min, first, second, np.zeros(runs, np.int64))


def nearest_by_rule(
    to_places: FloatArray, places: pd.DataFrame, positions: IntArray, rule: ServiceRule, options: Redraw
) -> Nearest:
    """Return the two nearest places that have a service by rule, the rule's least people drawn in each run.

    Parameters
    ----------
    to_places : ndarray
        Minutes: a row a place, a column a cell; inf where no way leads.
    places : DataFrame
        ``population_inv`` and, where known, ``central``.
    positions : ndarray of int
        Of each place's facility among all: of equally near ones the first is taken.
    rule : ServiceRule
    options : Redraw

    Returns
    -------
    Nearest
        ``off_min`` NaN: see :func:`with_legs`.

    Notes
    -----
    Places are taken central ones first, then by people: those that have the service in a run are always the first
    of that order, so that one pass over the places serves all runs.

    Examples
    --------
    >>> from spatial.settings import Parameter
    >>> def number(value): return Parameter(value=value, unit="–", source="antagande")
    >>> options = Redraw(runs=2, seed=1, spread_share=number(0), low_percentile=number(5), high_percentile=number(95))
    >>> rule = ServiceRule(service="grocery", min_population_inv=number(300))
    >>> places = pd.DataFrame({"population_inv": [900, 100]}, index=["a", "b"])
    >>> nearest_by_rule(np.array([[20.0], [1.0]]), places, np.array([0, 1]), rule, options).minutes.tolist()
    [[20.0]]
    """
    always = _always(rule, places)
    people = places["population_inv"].fillna(0).to_numpy(float)
    order = np.lexsort((positions, -people, ~always))
    limits = cutoffs(rule, options)
    having = always.sum() + (people[~always][None, :] >= limits[:, None]).sum(axis=1)
    counts, state = np.unique(having, return_inverse=True)
    cells = to_places.shape[1]
    two = _only(np.full(cells, np.inf), -1)
    states, taken = [], 0
    for count in counts:
        for place in order[taken:count]:
            two = merged(two, _only(to_places[place], int(positions[place])))
        taken = int(count)
        states.append(two)
    return Nearest(
        np.vstack([one.minutes for one in states]),
        np.vstack([one.second_min for one in states]),
        np.vstack([one.off_min for one in states]),
        np.vstack([one.first for one in states]),
        np.vstack([one.second for one in states]),
        state,
    )


def _always(rule: ServiceRule, places: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which places have the service in every run, whoever lives there."""
    if not rule.central or "central" not in places:
        return np.zeros(len(places), bool)
    return np.asarray(pd.to_numeric(places["central"]).fillna(0).to_numpy(float) > 0, bool)


def modelled_id(rule: ServiceRule, place: object) -> str:
    """Return the id of the facility that a rule gives a place."""
    return f"{MODELLED}{rule.service}:{place}"


def facilities_by_run(
    facilities: pd.DataFrame, places: pd.DataFrame, rules: Sequence[ServiceRule], options: Redraw
) -> npt.NDArray[np.bool_]:
    """Return whether each facility is there, a row a run: those given always, those of rules by the people drawn.

    Parameters
    ----------
    facilities : DataFrame
        Index ids: the given ones, and :func:`modelled_id` of each rule and place.
    places : DataFrame
        ``population_inv`` and, where known, ``central``.
    rules : sequence of ServiceRule
    options : Redraw
    """
    exists = np.ones((options.runs, len(facilities)), bool)
    people = places["population_inv"].fillna(0).to_numpy(float)
    for rule in rules:
        at = facilities.index.get_indexer(pd.Index([modelled_id(rule, place) for place in places.index]))
        exists[:, at] = _always(rule, places) | (people >= cutoffs(rule, options)[:, None])
    return exists


def _only(minutes: FloatArray, position: int) -> Nearest:
    one = minutes[None, :]
    first = np.where(np.isfinite(one), position, -1)
    nothing = np.full_like(one, np.inf), np.full_like(one, np.nan)
    return Nearest(one, *nothing, first, np.full_like(first, -1), np.zeros(1, np.int64))


def merged(some: Nearest, others: Nearest) -> Nearest:
    """Return the two nearest of two kinds of facilities taken together; ``others`` has one state, of equal cells."""
    ours = _before(some.minutes, some.first, others.minutes, others.first)
    lost_min, lost = np.where(ours, others.minutes, some.minutes), np.where(ours, others.first, some.first)
    next_min, following = np.where(ours, some.second_min, others.second_min), np.where(ours, some.second, others.second)
    kept = _before(next_min, following, lost_min, lost)
    return Nearest(
        np.where(ours, some.minutes, others.minutes),
        np.where(kept, next_min, lost_min),
        np.where(ours, some.off_min, others.off_min),
        np.where(ours, some.first, others.first),
        np.where(kept, following, lost),
        some.state,
    )


def _before(minutes: FloatArray, one: IntArray, others: FloatArray, other: IntArray) -> npt.NDArray[np.bool_]:
    return np.asarray((minutes < others) | ((minutes == others) & (one <= other)), bool)


def with_legs(
    nearest: Nearest, cell: tuple[FloatArray, FloatArray], facility: tuple[FloatArray, FloatArray], minutes_per_m: float
) -> Nearest:
    """Return the nearest with the minutes off the network: both legs, or all where the straight way was quickest.

    Parameters
    ----------
    nearest : Nearest
    cell, facility : tuple of ndarray
        Places (a row each, metres) and legs to the road (minutes) of the cells, and of all facilities.
    minutes_per_m : float
        Off the network.
    """
    away = cell[0][None, :, :] - facility[0][nearest.first]
    straight = np.hypot(away[..., 0], away[..., 1]) * minutes_per_m
    legs = np.round(cell[1] + facility[1][nearest.first], _DECIMALS)
    off = np.where(np.abs(nearest.minutes - straight) <= 10.0**-_DECIMALS, nearest.minutes, legs)
    return replace(nearest, off_min=np.where(np.isfinite(nearest.minutes), off, np.nan))


def with_cell_ranges(cells: pd.DataFrame, draws: Draws, kinds: Mapping[str, Nearest]) -> pd.DataFrame:
    """Return the image's cells with the range of people and minutes in each: a single cell of a model is far from sure.

    Parameters
    ----------
    cells : DataFrame
        ``population_inv``, ``{k}_min`` and ``{k}_second_min``; every inhabited cell is among the draws' cells.
    draws : Draws
    kinds : mapping of str to Nearest
        The nearest of each kind of service, on the draws' cells.

    Returns
    -------
    DataFrame
        Ranges of people where they are modelled, and of minutes to what rules place; none of minutes where no run has
        a way.
    """
    at = draws.cells.index.get_indexer(cells.index)
    by_run: dict[str, FloatArray] = {}
    if draws.modelled:
        by_run["population_inv"] = np.where(at >= 0, draws.people[:, at], np.nan)
    for kind, nearest in kinds.items():
        if len(nearest.minutes) == 1:
            continue
        for name, minutes in ((f"{kind}_min", nearest.minutes), (f"{kind}_second_min", nearest.second_min)):
            drawn = minutes[nearest.state][:, at]
            by_run[name] = np.where((at >= 0) & np.isfinite(drawn).any(axis=0), drawn, np.nan)
    return with_drawn_ranges(cells, by_run, draws)


def lived_cells(draws: Draws, kinds: Mapping[str, Nearest], runs: int, uncertain_share: float) -> pd.DataFrame:
    """Return every inhabited cell of every run as a row, with its people and its minutes in that run.

    Parameters
    ----------
    draws : Draws
    kinds : mapping of str to Nearest
        The nearest of each kind of service, on the draws' cells.
    runs : int
    uncertain_share : float
        As :func:`spatial.analysis.access.minutes_to_nearest` takes it.

    Returns
    -------
    DataFrame
        Index 0..n, by run: ``run``, ``cell`` (position), ``population_inv``, ``municipality_code``, and for each kind
        k ``{k}_min``, ``{k}_second_min``, ``{k}_off_min``, ``{k}_uncertain``, ``{k}_first`` and ``{k}_second``.
    """
    people = np.broadcast_to(draws.people, (runs, len(draws.cells)))
    run, cell = np.nonzero(people)
    columns: dict[str, object] = {
        "run": run,
        "cell": cell,
        "population_inv": people[run, cell],
        "municipality_code": draws.cells["municipality_code"].to_numpy(object)[cell],
    }
    for kind, nearest in kinds.items():
        at = nearest.state[run], cell
        minutes, off = nearest.minutes[at], nearest.off_min[at]
        columns |= {
            f"{kind}_min": minutes,
            f"{kind}_second_min": nearest.second_min[at],
            f"{kind}_off_min": off,
            f"{kind}_uncertain": np.isfinite(minutes) & (off > uncertain_share * minutes + 10.0**-_DECIMALS),
            f"{kind}_first": nearest.first[at],
            f"{kind}_second": nearest.second[at],
        }
    return pd.DataFrame(columns)
