"""The settlement hierarchy: which level each place meets, and why.

What services a place has is found in :mod:`spatial.analysis.supply` (its functions are given here too), how firmly
it stands on its level in :mod:`spatial.analysis.stability`.
"""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.supply import (
    facilities_of_places,
    people_reached,
    people_reached_by_car,
    supply_of_places,
)
from spatial.settings import Hierarchy, Level

__all__ = [
    "facilities_of_places",
    "first_level",
    "level_reasons",
    "levels_of_places",
    "people_reached",
    "people_reached_by_car",
    "present",
    "supply_of_places",
]


def levels_of_places(places: pd.DataFrame, supply: pd.DataFrame, hierarchy: Hierarchy) -> pd.Series:
    """Return the level of each place: the first, from the top down, whose whole criterion it meets.

    Parameters
    ----------
    places : DataFrame
        Index place ids; ``population_inv`` and ``central`` (bool: its municipality's centre).
    supply : DataFrame
        On the same index: facilities of each service type (a type without a column is nowhere), as
        :func:`supply_of_places` gives it.
    hierarchy : Hierarchy
        The levels from the top down; people and services equal to the threshold meet it (≥).

    Returns
    -------
    Series
        ``level`` (id, or None) on the places' index.

    Raises
    ------
    ValueError
        If the indexes differ.

    Notes
    -----
    Centrality by the services a place has: Christaller, W. (1933), Die zentralen Orte in Süddeutschland; by
    thresholds and a list of functions as in Berry, B. J. L. & Garrison, W. L. (1958), The functional bases of the
    central place hierarchy, Economic Geography 34, 145-154.

    Examples
    --------
    >>> from spatial.settings import Parameter, Title
    >>> def parameter(value): return Parameter(value=value, unit="inv", source="antagande")
    >>> town = Level(id="town", title=Title(sv="Stad"), criterion=Title(sv="≥ 100"), min_population_inv=parameter(100))
    >>> hierarchy = Hierarchy(levels=[town], service_reach_m=parameter(5000), variation_share=parameter(0.25), runs=200,
    ...                       seed=1)
    >>> places = pd.DataFrame({"population_inv": [100, 99], "central": [True, False]}, index=["a", "b"])
    >>> levels_of_places(places, pd.DataFrame(index=places.index), hierarchy).tolist()
    ['town', None]
    """
    _require_same_index(places, supply)
    met = np.column_stack([_checks(level, places, supply).all(axis=1) for level in hierarchy.levels])
    return pd.Series(first_level(met, hierarchy), index=places.index, dtype=object, name="level")


def first_level(met: npt.NDArray[np.bool_], hierarchy: Hierarchy) -> npt.NDArray[np.object_]:
    """Return the id of the first level that each row of ``met`` (places × levels) meets, None where it meets none."""
    ids = np.array([*[level.id for level in hierarchy.levels], None], dtype=object)
    return ids[np.where(met.any(axis=1), met.argmax(axis=1), len(ids) - 1)]


def judgeable(hierarchy: Hierarchy, known: Collection[str]) -> Hierarchy:
    """Return the hierarchy as far as it can be judged by the services that data or a model knows.

    A required service that nothing is known of is not asked for, and of a list only the known services are; a level
    that asks for more of them than are known cannot be reached. Which criteria were left untried
    :func:`untried_criteria` says: a missing data set must not pass for a missing service.

    Examples
    --------
    >>> from spatial.settings import Parameter, Title
    >>> def parameter(value): return Parameter(value=value, unit="inv", source="antagande")
    >>> core = Level(id="core", title=Title(sv="Kärna"), criterion=Title(sv="sjukhus"), required=["hospital", "bank"],
    ...              min_population_inv=parameter(100))
    >>> whole = Hierarchy(levels=[core], service_reach_m=parameter(5000), variation_share=parameter(0.25), runs=200,
    ...                   seed=1)
    >>> judgeable(whole, {"hospital"}).levels[0].required, untried_criteria(whole, {"hospital"})
    (['hospital'], [('core', 'bank')])
    """
    levels = [
        level.model_copy(
            update={
                "required": [service for service in level.required if service in known],
                "services": [service for service in level.services if service in known],
            }
        )
        for level in hierarchy.levels
    ]
    return hierarchy.model_copy(update={"levels": levels})


def untried_criteria(hierarchy: Hierarchy, known: Collection[str]) -> list[tuple[str, str]]:
    """Return each level's services, as (level, service), that nothing is known of."""
    return [
        (level.id, service)
        for level in hierarchy.levels
        for service in dict.fromkeys([*level.required, *level.services])
        if service not in known
    ]


def level_reasons(places: pd.DataFrame, supply: pd.DataFrame, hierarchy: Hierarchy) -> pd.DataFrame:
    """Return, for each place and level, which part of the criterion it meets and what it lacks.

    Parameters
    ----------
    places, supply : DataFrame
        As :func:`levels_of_places` takes them.
    hierarchy : Hierarchy
        The levels from the top down.

    Returns
    -------
    DataFrame
        Index (``place``, ``level``), places in their order and levels from the top. ``met`` (bool, all of the next
        four), ``population_ok``, ``services_ok``, ``required_ok``, ``central_ok`` (bool); the evidence:
        ``population_inv`` and ``min_population_inv`` (people), ``services_present`` and ``services_needed`` (of the
        level's list), ``missing_required`` (service ids, text parted by ``; ``, empty where nothing is missing).

    Raises
    ------
    ValueError
        If the indexes differ.
    """
    _require_same_index(places, supply)
    tables = {level.id: _reasons(level, places, supply) for level in hierarchy.levels}
    index = pd.MultiIndex.from_product([places.index, list(tables)], names=["place", "level"])
    return pd.concat(tables, names=["level"]).swaplevel().reindex(index)


def _reasons(level: Level, places: pd.DataFrame, supply: pd.DataFrame) -> pd.DataFrame:
    checks = _checks(level, places, supply)
    required = present(supply, level.required)
    missing = ["; ".join(np.array(level.required, dtype=object)[~row]) for row in required]
    return pd.DataFrame({"met": checks.all(axis=1)}, index=places.index).join(
        pd.DataFrame(
            {
                **checks,
                "population_inv": places["population_inv"],
                "min_population_inv": level.min_population_inv.value,
                "services_present": present(supply, level.services).sum(axis=1),
                "services_needed": level.min_services,
                "missing_required": missing,
            },
            index=places.index,
        )
    )


def _checks(level: Level, places: pd.DataFrame, supply: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "population_ok": places["population_inv"] >= level.min_population_inv.value,
            "services_ok": present(supply, level.services).sum(axis=1) >= level.min_services,
            "required_ok": present(supply, level.required).all(axis=1),
            "central_ok": places["central"].astype(bool) | (not level.central),
        },
        index=places.index,
    )


def present(supply: pd.DataFrame, services: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return whether each place (row) has each service (column); a type without a column is nowhere."""
    return supply.reindex(columns=list(services), fill_value=0).to_numpy() > 0


def _require_same_index(places: pd.DataFrame, supply: pd.DataFrame) -> None:
    if not places.index.equals(supply.index):
        message = "places and supply must share their index"
        raise ValueError(message)
