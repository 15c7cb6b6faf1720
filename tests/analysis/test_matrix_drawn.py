"""The matrix on every draw: a run is the matrix of that run's cells, and what only some run has counts too."""

import numpy as np
import pandas as pd
import pytest

from spatial.analysis.matrix import evidence, matrix
from spatial.analysis.matrix_drawn import evidence_by_run, with_evidence_ranges, with_matrix_ranges
from spatial.analysis.redraw import Draws
from tests.analysis.test_matrix import GOALS, _structure, bostad, box, plans

DRAWN = ["minuter", "folk"]


@pytest.fixture
def features():
    return plans(
        bostad("1", "A", box(4000, 0, 8000, 6000)),
        bostad("2", "A", box(0, 8000, 1000, 10_000)),
        bostad("3", "B", box(12_000, 2500, 19_000, 9300)),
    )


@pytest.fixture
def runs():
    """Return the structure of each of four runs: other people in other cells, other minutes."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(4):
        structure = _structure()
        cells = structure["rutnat"]
        cells["population_inv"] = rng.integers(0, 3, len(cells)) * 10.0
        cells["grocery_min"] = rng.uniform(2, 14, len(cells))
        found.append(structure)
    return found


def drawn_of(runs, features):
    cells = runs[0]["rutnat"]
    people = np.stack([one["rutnat"]["population_inv"].to_numpy(float) for one in runs])
    run, cell = np.nonzero(people)
    minutes = np.stack([one["rutnat"]["grocery_min"].to_numpy(float) for one in runs])
    lived = pd.DataFrame({"run": run, "cell": cell, "grocery_min": minutes[run, cell]})
    draws = Draws(cells[["geometry"]], people, 0, 100)
    return draws, evidence_by_run(features, GOALS, draws, lived)


def test_every_run_is_the_matrix_of_that_run(features, runs):
    _, drawn = drawn_of(runs, features)
    assert set(drawn.rows["goal"]) == set(DRAWN)
    keys = ["goal", "feature", "effect"]
    for run, structure in enumerate(runs):
        cells = structure["rutnat"]
        own = evidence(features, GOALS, {**structure, "rutnat": cells[cells["population_inv"] > 0]})
        told = own[own["goal"].isin(DRAWN)].set_index(keys)["measure"]
        found = pd.Series(drawn.measure[run], pd.MultiIndex.from_frame(drawn.rows[keys]))
        np.testing.assert_allclose(found[told.index], told, rtol=1e-9)
        assert found.sum() == pytest.approx(told.sum())


def test_ranges_stand_beside_what_is_drawn_and_only_there(features, runs):
    draws, drawn = drawn_of(runs, features)
    shown = {**runs[0], "rutnat": runs[0]["rutnat"][runs[0]["rutnat"]["population_inv"] > 0]}
    rows = evidence(features, GOALS, shown)
    told = with_evidence_ranges(rows, drawn, draws)
    own = told["goal"].isin(DRAWN)
    assert told["measure_low"].notna().tolist() == own.tolist()
    assert (told.loc[own, "measure_low"] <= told.loc[own, "measure"]).all()
    cells = with_matrix_ranges(matrix(rows, GOALS, ["A", "B"]), drawn, draws)
    for plan, goal in (("A", "folk"), ("B", "minuter")):
        one = cells[(cells["plan_id"] == plan) & (cells["goal"] == goal)].iloc[0]
        of = ((drawn.rows["plan_id"] == plan) & (drawn.rows["goal"] == goal)).to_numpy()
        support = drawn.measure[:, of & (drawn.rows["effect"] == "stödjer").to_numpy()].sum(axis=1)
        assert (one["support_measure_low"], one["support_measure_high"]) == pytest.approx(
            (support.min(), support.max())
        )
        assert one["support_strength_high"] == pytest.approx(min(1, support.max() / one["full"]))
        assert one["strength_low"] <= one["strength"] <= one["strength_high"]


def test_what_only_another_run_has_widens_the_matrix():
    """Nobody lives in the feature in the run that is shown; ten do in the other."""
    home = bostad("1", "A", box(4000, 4000, 5000, 5000))
    structure = _structure()
    cells = structure["rutnat"][["geometry"]]
    inside = cells.geometry.within(box(4000, 4000, 5000, 5000)).to_numpy()
    draws = Draws(cells, np.stack([np.zeros(len(cells)), np.where(inside, 10.0, 0.0)]), 0, 100)
    drawn = evidence_by_run(plans(home), GOALS, draws, None)
    rows = evidence(plans(home), GOALS, {**structure, "rutnat": structure["rutnat"].assign(population_inv=0)})
    told = with_matrix_ranges(matrix(rows, GOALS, ["A"]), drawn, draws).set_index("goal").loc["folk"]
    assert told["verdict"] == "inget underlag"
    assert (told["support_measure_low"], told["support_measure_high"]) == (0, 10)
