"""Where plan and strategy meet: what each plan feature does for each goal, and the matrix that follows from it.

A cell is *stödjer*, *motverkar*, *inget underlag* or *inte rumsligt*, and opens to its rows of evidence.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.analysis.counted_once import overlaps
from spatial.analysis.rules import AGAINST, AREAS_LAYER, SUPPORTS, chosen, elements, measured, meets
from spatial.strategy import Goal, Rule
from spatial.texts import text

NO_EVIDENCE: Final = "inget underlag"
NOT_SPATIAL: Final = "inte rumsligt"
_EQUAL: Final = 1 - 1e-9
"""Amounts nearer than this share are equal, also when coordinates have been to another CRS and back."""
EVIDENCE: Final = (
    "goal",
    "plan_id",
    "feature",
    "effect",
    "measure",
    "counted",
    "unit",
    "rule",
    "parameter",
    "quote",
    "fingerprint",
)
MATRIX: Final = (
    "plan_id", "goal", "verdict", "strength", "support_strength", "against_strength", "mixed", "support_measure",
    "against_measure", "full", "unit", "features", "rule", "parameter", "quote", "example", "lacks",
)  # fmt: skip


def evidence(
    features: gpd.GeoDataFrame, goals: Iterable[Goal], structure: Mapping[str, gpd.GeoDataFrame]
) -> pd.DataFrame:
    """Return what each plan feature does for each goal that has a spatial rule.

    Parameters
    ----------
    features : GeoDataFrame
        Plan features, EPSG:3006: index unique ids, ``plan_id``, ``aspect``, ``pivot``, ``time``, ``geometry`` and
        where known ``fingerprint``.
    goals : iterable of Goal
    structure : mapping of str to GeoDataFrame
        Layers of the structure image by id (``noder``, ``strak``, ``rutnat``, ``kommuner``, ...), EPSG:3006.

    Returns
    -------
    DataFrame
        ``goal``, ``plan_id``, ``feature``, ``effect`` (*stödjer*, *motverkar*), ``measure`` (> 0), ``counted`` (what
        of it no feature of the plan before it has: land drawn twice is counted once), ``unit`` (ha, km, inv, andel),
        ``rule``, ``parameter`` (with unit), ``quote`` (with page, or *sida saknas*), ``fingerprint`` (of the feature);
        by goal in the order given, then by feature.

    Notes
    -----
    Features of unknown or ambiguous category are evidence of nothing: a rule names the categories it looks at.
    """
    found: list[pd.DataFrame] = []
    ruled = [(goal, goal.rule) for goal in goals if goal.rule]
    known = overlaps(of_any(features, (rule for _, rule in ruled)))
    for goal, rule in ruled:
        things, looked_at = elements(rule, structure), chosen(features, rule.features)
        if things is None or things.empty or looked_at.empty:
            continue
        rows = measured(looked_at, rule, things, known).sort_values(["feature", "effect"], kind="stable")
        found.append(_described(rows, goal, rule, looked_at))
    if not found:
        return pd.DataFrame(
            {name: pd.Series(dtype=float if name in {"measure", "counted"} else object) for name in EVIDENCE}
        )
    return pd.concat(found, ignore_index=True)


def of_any(features: gpd.GeoDataFrame, rules: Iterable[Rule]) -> gpd.GeoDataFrame:
    """Return the features that some rule looks at."""
    keep = np.zeros(len(features), bool)
    for rule in rules:
        keep |= meets(features, rule.features)
    return features[keep]


def _described(rows: pd.DataFrame, goal: Goal, rule: Rule, features: gpd.GeoDataFrame) -> pd.DataFrame:
    of = features.loc[rows["feature"]]
    seals = of["fingerprint"].to_numpy() if "fingerprint" in of.columns else np.full(len(of), None, object)
    return rows.assign(
        goal=goal.id,
        plan_id=of["plan_id"].to_numpy(),
        unit=rule.full.unit,
        rule=rule.kind,
        parameter=stated(rule),
        quote=quoted(goal),
        fingerprint=seals,
    )[list(EVIDENCE)]


def stated(rule: Rule) -> str:
    """Return a rule's limit with its unit, and what it is measured against."""
    return f"{rule.parameter.value:g} {rule.parameter.unit}, {rule.column or rule.layer or AREAS_LAYER}"


def quoted(goal: Goal) -> str:
    """Return a goal's quote and page; *sida saknas* where nobody has read the document."""
    page = text("links.page", page=goal.page) if goal.page is not None else text("links.no_page")
    return text("links.quote", quote=goal.quote, page=page) if goal.quote else page


def matrix(
    rows: pd.DataFrame,
    goals: Iterable[Goal],
    plans: Iterable[str],
    structure: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> pd.DataFrame:
    """Return the link matrix: a row for every plan and goal.

    Parameters
    ----------
    rows : DataFrame
        What :func:`evidence` gives.
    goals : iterable of Goal
    plans : iterable of str
        The municipalities whose plans were read.
    structure : mapping, optional
        The layers that were at hand; then ``lacks`` names the layer for want of which a goal could not be tried.

    Returns
    -------
    DataFrame
        ``plan_id``, ``goal``, ``verdict``, ``strength`` (0 to 1 of the verdict's side; NaN for *inget underlag* and
        *inte rumsligt*), ``support_strength`` and ``against_strength`` (0 to 1), ``mixed`` (both are there),
        ``support_measure``, ``against_measure``, ``full``, ``unit``, ``features`` (how many are evidence), ``rule``,
        ``parameter``, ``quote``, ``example`` (the rule is one), ``lacks``.

    Notes
    -----
    Strength is the amount (hectares, kilometres, people or share of the area) divided by the rule's ``full``, at most
    1; land that a plan draws twice is counted once. It says how much of the plan can be tied to the goal by the rule,
    and nothing of how good the plan is: plan quality has been found *not* to explain growth. The verdict is the side
    with the larger amount, also where both reach full strength; equal sides are *stödjer*, mixed.
    """
    sums = rows.groupby(["plan_id", "goal", "effect"])["counted"].sum().to_dict()
    counts = rows.groupby(["plan_id", "goal"])["feature"].nunique().to_dict()
    kept = list(goals)
    lacking = {goal.id: _lacks(goal, structure) for goal in kept}
    cells = [
        {
            "plan_id": plan,
            "goal": goal.id,
            **_verdict(goal, sums.get((plan, goal.id, SUPPORTS), 0.0), sums.get((plan, goal.id, AGAINST), 0.0)),
            "features": int(counts.get((plan, goal.id), 0)),
            "quote": quoted(goal),
            "lacks": lacking[goal.id],
        }
        for plan in sorted(dict.fromkeys(plans))
        for goal in kept
    ]
    return pd.DataFrame(cells, columns=list(MATRIX))


def _lacks(goal: Goal, structure: Mapping[str, gpd.GeoDataFrame] | None) -> str:
    if structure is None or goal.rule is None:
        return ""
    things = elements(goal.rule, structure)
    return (goal.rule.layer or AREAS_LAYER) if things is None or things.empty else ""


def _verdict(goal: Goal, support: float, against: float) -> dict[str, object]:
    rule, nan = goal.rule, float("nan")
    if rule is None:
        return {
            "verdict": NOT_SPATIAL,
            "strength": nan,
            "support_strength": nan,
            "against_strength": nan,
            "mixed": False,
        }
    strong, weak = min(1.0, support / rule.full.value), min(1.0, against / rule.full.value)
    verdict = NO_EVIDENCE
    if support > 0 or against > 0:
        verdict = SUPPORTS if support >= against * _EQUAL else AGAINST
    return {
        "verdict": verdict,
        "strength": {SUPPORTS: strong, AGAINST: weak}.get(verdict, nan),
        "support_strength": strong,
        "against_strength": weak,
        "mixed": support > 0 and against > 0,
        "support_measure": support,
        "against_measure": against,
        "full": rule.full.value,
        "unit": rule.full.unit,
        "rule": rule.kind,
        "parameter": stated(rule),
        "example": rule.example,
    }


def claims(features: gpd.GeoDataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the matrix from the plan's side: for each feature, which goals it serves and which it goes against.

    Returns
    -------
    DataFrame
        On the features' index: ``plan_id``, ``pivot``, ``time``, ``name``, ``supports`` and ``against`` (goal ids,
        ";"-separated; empty where no goal is touched).
    """
    table = pd.DataFrame(features[["plan_id", "pivot", "time", "name"]])
    for column, effect in (("supports", SUPPORTS), ("against", AGAINST)):
        of_effect = rows[rows["effect"] == effect]
        named = of_effect.groupby("feature")["goal"].agg(lambda goals: ";".join(dict.fromkeys(goals)))
        table[column] = named.reindex(table.index).fillna("")
    return table
