"""What findings rest on besides minutes, and what a finding that a trial changes is told as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd

from spatial.analysis.whatif_access import Outcome
from spatial.settings import Hierarchy
from spatial.strategy import Compatibility, Goal, Templates

NOT_TRIED: Final = ("corridors", "flows", "stability", "land_use", "borders", "readiness", "goals", "ranges")
"""What is not counted again: stråk and flows, stability of levels, land use, plans along borders, the check of plans,
goals whose rule does not rest on minutes or nodes, and the ranges of redrawn models."""
COLUMNS: Final = ("finding", "id", "name", "municipality_code", "before", "after", "unit")
Row = dict[str, object]


@dataclass(frozen=True)
class Rests:
    """What findings rest on besides minutes; what is missing is not tried.

    ``nodes``: the layer of nodes; ``hierarchy``: judgeable by the services that are known; ``reach_levels`` and
    ``reach_min``: nodes whose reach is counted, and the limits; ``thresholds``: (service, minutes); ``plans``: every
    plan feature; ``structure``: the layers that rules name.
    """

    thresholds: Sequence[tuple[str, float]] = ()
    least_inv: float = 1.0
    gap_cells: int = 0
    nodes: gpd.GeoDataFrame | None = None
    hierarchy: Hierarchy | None = None
    reach_levels: Sequence[str] = ()
    reach_min: Sequence[float] = ()
    plans: gpd.GeoDataFrame | None = None
    goals: tuple[Goal, ...] = ()
    compatibility: Compatibility | None = None
    templates: Templates | None = None
    structure: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def finding_row(
    finding: str, key: object, name: object, code: object, before: object, after: object, unit: str = ""
) -> Row:
    """Return a finding that differs as a row."""
    values = (finding, str(key), name, code, before, after, unit)
    return dict(zip(COLUMNS, values, strict=True))


def crossed_by(outcome: Outcome, kind: str, limit: float) -> bool:
    """Return whether anybody comes within a limit or out of it, or moves in beyond it."""
    if kind not in outcome.kinds:
        return False
    was, now = (frame[kind].to_numpy(float) <= limit for frame in (outcome.before, outcome.after))
    lived = outcome.cells["people_before_inv"].to_numpy(float) > 0
    new = outcome.cells["people_after_inv"].to_numpy(float) > outcome.cells["people_before_inv"].to_numpy(float)
    return bool((lived & (was != now)).any() or (new & ~now).any())
