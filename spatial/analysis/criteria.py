"""The hierarchy with other criteria: what would change if a level asked for more people, or for fewer services."""

from collections.abc import Mapping

import pandas as pd

from spatial.analysis.changes import OVERRIDE
from spatial.analysis.nodes import levels_of_places
from spatial.settings import Hierarchy, Level


def adjusted(hierarchy: Hierarchy, changes: Mapping[str, tuple[float, int]]) -> Hierarchy:
    """Return the hierarchy with other least numbers of people and services.

    Parameters
    ----------
    hierarchy : Hierarchy
        Not changed.
    changes : mapping of str to (float, int)
        For each level that changes: the least people, and the least services of the level's own list.

    Returns
    -------
    Hierarchy
        Levels that are not named stay as they are.
    """
    return hierarchy.model_copy(update={"levels": [_level(level, changes) for level in hierarchy.levels]})


def _level(level: Level, changes: Mapping[str, tuple[float, int]]) -> Level:
    if level.id not in changes:
        return level
    people, services = changes[level.id]
    least = level.min_population_inv.model_copy(update={"value": float(people)})
    return level.model_copy(update={"min_population_inv": least, "min_services": int(services)})


def levels_with(
    nodes: pd.DataFrame, supply: pd.DataFrame, hierarchy: Hierarchy, changes: Mapping[str, tuple[float, int]]
) -> pd.DataFrame:
    """Return the level of each place by the criteria as they are and as they would be.

    Parameters
    ----------
    nodes : DataFrame
        Index place ids; ``population_inv`` and ``central``, and ``level`` as it is.
    supply : DataFrame
        Facilities of each service type, on the same places.
    hierarchy : Hierarchy
    changes : mapping
        As :func:`adjusted` takes them.

    Returns
    -------
    DataFrame
        On the places' index: ``before`` and ``after`` (level ids or None), ``step`` (levels up; below 0 is down;
        no level at all counts as one below the last).

    Examples
    --------
    >>> from spatial.settings import Parameter, Title
    >>> def parameter(value): return Parameter(value=value, unit="inv", source="antagande")
    >>> town = Level(id="town", title=Title(sv="Stad"), criterion=Title(sv="≥ 100"), min_population_inv=parameter(100))
    >>> hierarchy = Hierarchy(levels=[town], service_reach_m=parameter(5000), variation_share=parameter(0.25), runs=200,
    ...                       seed=1)
    >>> places = pd.DataFrame({"population_inv": [150, 99], "central": False}, index=["a", "b"])
    >>> places["level"] = ["town", None]
    >>> levels_with(places, pd.DataFrame(index=places.index), hierarchy, {"town": (90, 0)})["step"].tolist()
    [0, 1]
    """
    offered = supply.reindex(nodes.index).fillna(0)
    after = levels_of_places(nodes, offered, adjusted(hierarchy, changes))
    if OVERRIDE in nodes.columns:  # what a strategist set stands, whatever the criteria
        after = after.where(nodes[OVERRIDE].isna(), nodes["level"])
    before = nodes["level"].astype(object).where(nodes["level"].notna(), None)
    ranks = {level.id: rank for rank, level in enumerate(hierarchy.levels)}
    lowest = len(ranks)
    step = before.map(lambda one: ranks.get(one, lowest)) - after.map(lambda one: ranks.get(one, lowest))
    return pd.DataFrame({"before": before, "after": after, "step": step.astype(int)}, index=nodes.index)
