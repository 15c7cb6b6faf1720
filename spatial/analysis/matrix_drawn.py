"""The matrix on every draw: how many people, and how much land within minutes, each plan feature's evidence may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.counted_once import Overlaps, counted_once, overlaps
from spatial.analysis.inside import Shapes, squares
from spatial.analysis.matrix import MATRIX, of_any
from spatial.analysis.ranges import with_drawn_ranges
from spatial.analysis.redraw import Draws, sums_by_pairs
from spatial.analysis.rules import AGAINST, CELLS_LAYER, SUPPORTS, assigned, chosen, elements, measure_of
from spatial.geo import shared
from spatial.model import FloatArray
from spatial.strategy import Goal, Rule

_KEYS: Final = ["goal", "feature", "effect"]


@dataclass(frozen=True)
class DrawnEvidence:
    """Evidence on every draw: ``rows`` (``goal``, ``plan_id``, ``feature``, ``effect``), a column each in the arrays.

    Also what only some run has: a feature that the evidence does not name. ``counted`` is what of ``measure`` no
    feature of the plan before it has.
    """

    rows: pd.DataFrame
    measure: FloatArray
    counted: FloatArray


def evidence_by_run(
    features: gpd.GeoDataFrame, goals: Iterable[Goal], draws: Draws, lived: pd.DataFrame | None
) -> DrawnEvidence:
    """Return what each plan feature does in every run for the goals that count people, or land within minutes.

    Parameters
    ----------
    features : GeoDataFrame
        As :func:`spatial.analysis.matrix.evidence` takes them.
    goals : iterable of Goal
    draws : Draws
    lived : DataFrame or None
        As :func:`spatial.analysis.nearest_drawn.lived_cells` gives it.
    """
    cells = gpd.GeoDataFrame(draws.cells, geometry=squares(draws.cells), crs=draws.cells.crs)
    rows = [pd.DataFrame(columns=["goal", "plan_id", "feature", "effect"], dtype=object)]
    measures, counted = [np.zeros((len(draws.people), 0))], [np.zeros((len(draws.people), 0))]
    ruled = [(goal, goal.rule) for goal in goals if goal.rule and goal.rule.layer == CELLS_LAYER]
    known = overlaps(of_any(features, (rule for _, rule in ruled)))
    for goal, rule in ruled:
        looked_at = chosen(features, rule.features)
        for effect, (measure, own) in _by_feature(looked_at, rule, draws, cells, lived, known).items():
            named = {"goal": goal.id, "plan_id": looked_at["plan_id"].to_numpy(object), "effect": effect}
            rows.append(pd.DataFrame({"feature": looked_at.index.to_numpy(object), **named}))
            measures.append(measure)
            counted.append(own)
    return DrawnEvidence(pd.concat(rows, ignore_index=True), np.hstack(measures), np.hstack(counted))


def _by_feature(
    looked_at: gpd.GeoDataFrame,
    rule: Rule,
    draws: Draws,
    cells: gpd.GeoDataFrame,
    lived: pd.DataFrame | None,
    known: Overlaps,
) -> Mapping[str, tuple[FloatArray, FloatArray]]:
    """Return what a rule measures and counts of each feature in every run, by effect; nothing where it is not drawn."""
    if looked_at.empty:
        return {}
    if rule.kind == "population_reached":
        things = elements(rule.model_copy(update={"column": None}), {CELLS_LAYER: draws.cells})
        if things is None:
            return {}
        feature, cell = assigned(looked_at, np.asarray(things.geometry, object), rule.parameter.value)
        there = draws.cells.index.get_indexer(things.index)[cell]
        reached = sums_by_pairs(draws.people, feature, there, len(looked_at))
        return {SUPPORTS: (reached, reached)}
    if rule.kind == "within_minutes" and lived is not None and rule.column in lived and not rule.where:
        shapes = looked_at.geometry.to_numpy(), counted_once(looked_at, known)
        own, counted = (_within_minutes(some, rule, len(draws.people), cells, lived) for some in shapes)
        return {effect: (measure, counted[effect]) for effect, measure in own.items()}
    return {}


def _within_minutes(
    shapes: Shapes, rule: Rule, runs: int, cells: gpd.GeoDataFrame, lived: pd.DataFrame
) -> dict[str, FloatArray]:
    """Return how much of each shape lies in inhabited cells within the minutes, and how much beyond, in every run."""
    squared = cells.geometry.to_numpy()
    kept, size = measure_of(rule, shapes)
    at, cell = shapely.STRtree(squared).query(shapes[kept], predicate="intersects")
    feature = np.flatnonzero(kept)[at]
    part = size(shared(shapes[feature], squared[cell]))
    minutes = np.full((runs, len(cells)), np.nan)
    minutes[lived["run"], lived["cell"]] = lived[rule.column]
    sides = {SUPPORTS: minutes <= rule.parameter.value, AGAINST: minutes > rule.parameter.value}
    return {
        effect: sums_by_pairs(side.astype(float), feature, cell, len(shapes), part)
        for effect, side in sides.items()
        if effect == SUPPORTS or rule.against
    }


def with_evidence_ranges(rows: pd.DataFrame, drawn: DrawnEvidence, draws: Draws) -> pd.DataFrame:
    """Return rows of evidence (:func:`spatial.analysis.matrix.evidence`) with the range of each drawn measure."""
    at = pd.MultiIndex.from_frame(drawn.rows[_KEYS]).get_indexer(pd.MultiIndex.from_frame(rows[_KEYS]))
    both, nobody = {"measure": drawn.measure, "counted": drawn.counted}, np.full((1, len(rows)), np.nan)
    by_run = {
        name: np.where(at >= 0, values[:, at], np.nan) if len(drawn.rows) else nobody for name, values in both.items()
    }
    return with_drawn_ranges(rows, by_run, draws)


def with_matrix_ranges(cells: pd.DataFrame, drawn: DrawnEvidence, draws: Draws) -> pd.DataFrame:
    """Return the matrix (:func:`spatial.analysis.matrix.matrix`) with the ranges of its amounts and strengths.

    ``strength`` is that of the verdict shown, in every run.
    """
    of = pd.MultiIndex.from_frame(cells[["plan_id", "goal"]]).get_indexer(
        pd.MultiIndex.from_frame(drawn.rows[["plan_id", "goal"]])
    )
    looked_at = np.isin(np.arange(len(cells)), of)
    full = cells["full"].to_numpy(float)
    found: dict[str, FloatArray] = {}
    for side, effect in (("support", SUPPORTS), ("against", AGAINST)):
        own = np.flatnonzero((drawn.rows["effect"] == effect).to_numpy(bool) & (of >= 0))
        summed = np.where(looked_at, sums_by_pairs(drawn.counted, of[own], own, len(cells)), np.nan)
        found[f"{side}_measure"], found[f"{side}_strength"] = summed, np.minimum(1.0, summed / full)
    supports = (cells["verdict"] == SUPPORTS).to_numpy(bool)
    found["strength"] = np.where(supports, found["support_strength"], found["against_strength"])
    return with_drawn_ranges(cells, {name: found[name] for name in MATRIX if name in found}, draws)
