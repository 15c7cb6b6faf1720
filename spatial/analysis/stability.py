"""How firmly a place stands on its level: thresholds and weights varied, seeded."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.nodes import first_level, levels_of_places, present
from spatial.model import FloatArray
from spatial.settings import Hierarchy, Level


@dataclass(frozen=True)
class _Draws:
    """A row a run, a column a level; for each service a weight a run. Every factor lies within 1 ± the variation."""

    population: FloatArray
    services: FloatArray
    weights: dict[str, FloatArray]
    reach: FloatArray


def stability_of_levels(
    places: pd.DataFrame,
    supply: pd.DataFrame,
    hierarchy: Hierarchy,
    *,
    facilities: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return in what share of the runs each place keeps its level when thresholds and weights vary.

    Parameters
    ----------
    places, supply : DataFrame
        As :func:`spatial.analysis.nodes.levels_of_places` takes them.
    hierarchy : Hierarchy
        ``variation_share`` (0.25 is ±25 %), ``runs`` and ``seed`` with the levels.
    facilities : DataFrame, optional
        As :func:`spatial.analysis.nodes.facilities_of_places` gives it: then the reach within which a facility
        belongs to a place is varied too.

    Returns
    -------
    DataFrame
        On the places' index: ``level`` (id, or None), ``stability_share`` (0..1, of the runs in which it keeps that
        level, or none) and ``most_common_other`` (the level most often taken otherwise, of equally common ones the
        highest; None where there is no other, or where the other is no level: then ``stability_share`` is below 1).

    Raises
    ------
    ValueError
        If the indexes differ, or the variation is below 0 or not below 1.

    Notes
    -----
    Each run multiplies every level's ``min_population_inv`` and ``min_services``, and the reach, by factors of their
    own, and weighs each service of a level's list by a factor of its own instead of 1; all uniform in
    [1 - variation, 1 + variation]. ``required`` services, ``central`` and a single service asked for are yes or no,
    and do not vary. Monte Carlo
    uncertainty analysis of a composite rule, as in OECD/JRC (2008), Handbook on Constructing Composite Indicators,
    step 7 (pp. 117-123). The draws do not depend on the places or their order.

    Examples
    --------
    >>> from spatial.settings import Parameter, Title
    >>> def parameter(value): return Parameter(value=value, unit="inv", source="antagande")
    >>> town = Level(id="town", title=Title(sv="Stad"), criterion=Title(sv="≥ 100"), min_population_inv=parameter(100))
    >>> hierarchy = Hierarchy(levels=[town], service_reach_m=parameter(5000), variation_share=parameter(0.25), runs=200,
    ...                       seed=1)
    >>> places = pd.DataFrame({"population_inv": [126, 101, 60], "central": False}, index=["a", "b", "c"])
    >>> stable = stability_of_levels(places, pd.DataFrame(index=places.index), hierarchy)
    >>> stable["stability_share"].tolist()[::2], bool(0.3 < stable.loc["b", "stability_share"] < 0.7)
    ([1.0, 1.0], True)
    """
    variation = hierarchy.variation_share.value
    if not 0 <= variation < 1:
        message = f"variation_share must lie in [0, 1): {variation}"
        raise ValueError(message)
    level = levels_of_places(places, supply, hierarchy)
    draws = _draw(hierarchy, variation)
    names = sorted({name for one in hierarchy.levels for name in (*one.services, *one.required)})
    here = present(supply, names)
    metres = None if facilities is None else _metres(facilities, places.index, names)
    ground = places["population_inv"].to_numpy(float), places["central"].to_numpy(bool)
    columns = []
    for run in range(hierarchy.runs):
        if metres is not None:
            here = metres <= hierarchy.service_reach_m.value * draws.reach[run, 0]
        have = dict(zip(names, here.T, strict=True))
        met = [_met(one, i, run, ground, have, draws) for i, one in enumerate(hierarchy.levels)]
        columns.append(first_level(np.column_stack(met), hierarchy))
    return _table(level, np.column_stack(columns), hierarchy)


def _metres(facilities: pd.DataFrame, places: pd.Index, names: list[str]) -> FloatArray:
    """Return the metres from each place to the nearest facility of its own, a column a service type."""
    nearest = facilities.groupby(["place_id", "service_type"])["distance_m"].min()
    wanted = pd.MultiIndex.from_product([places, names])
    return nearest.reindex(wanted, fill_value=np.inf).to_numpy(float).reshape(len(places), len(names))


def _draw(hierarchy: Hierarchy, variation: float) -> _Draws:
    rng = np.random.default_rng(hierarchy.seed)

    def factors(count: int) -> FloatArray:
        return 1 + variation * rng.uniform(-1, 1, size=(hierarchy.runs, count))

    count = len(hierarchy.levels)
    services = sorted({service for level in hierarchy.levels for service in level.services})
    population, needed, weights = factors(count), factors(count), factors(len(services))
    return _Draws(population, needed, dict(zip(services, weights.T, strict=True)), factors(1))


def _met(
    level: Level,
    position: int,
    run: int,
    ground: tuple[FloatArray, npt.NDArray[np.bool_]],
    have: dict[str, npt.NDArray[np.bool_]],
    draws: _Draws,
) -> npt.NDArray[np.bool_]:
    people, central = ground
    met = people >= level.min_population_inv.value * draws.population[run, position]
    if level.min_services > 1:
        weighed = sum((have[name] * draws.weights[name][run] for name in level.services), np.zeros(len(people)))
        met &= weighed >= level.min_services * draws.services[run, position]
    elif level.min_services == 1:
        met &= np.any([have[name] for name in level.services], axis=0)
    for name in level.required:
        met &= have[name]
    return np.asarray(met & (central | (not level.central)))


def _table(level: pd.Series, drawn: npt.NDArray[np.object_], hierarchy: Hierarchy) -> pd.DataFrame:
    ids = [*[one.id for one in hierarchy.levels], None]
    counts = np.column_stack([(drawn == one).sum(axis=1) for one in ids])
    own = np.array([ids.index(one) for one in level], dtype=int)
    rows = np.arange(len(level))
    share = counts[rows, own] / hierarchy.runs
    counts[rows, own] = 0
    other = np.array(ids, dtype=object)[np.where(counts.any(axis=1), counts.argmax(axis=1), len(ids) - 1)]
    return pd.DataFrame(
        {"level": level, "stability_share": share, "most_common_other": pd.Series(other, level.index, dtype=object)},
        index=level.index,
    )
