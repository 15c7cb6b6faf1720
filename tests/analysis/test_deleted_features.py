"""A feature taken out of each of the fifteen illustrative plans: exactly what it is evidence of changes."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.analysis.conflicts import conflicts
from spatial.analysis.matrix import evidence
from spatial.analysis.readiness import check_plan
from spatial.analysis.rules import structure_of

BY_NAME = {"konflikt", "synergi", "utbyggnad utan nod"}
"""Findings that a feature of the plan stands in; the others are where one is missing."""


@pytest.fixture(scope="module")
def example(embedded):
    """Return settings, features, structure, and what they say together."""
    image = embedded.image
    plans = pd.concat([layer.geo for layer in image.layers.values() if layer.meta.role == "plans"])
    drawn = {name: layer.geo for name, layer in image.layers.items() if isinstance(layer.frame, gpd.GeoDataFrame)}
    structure = structure_of(drawn)
    return image.settings, plans, structure, *said(image.settings, plans, structure)


def said(settings, plans, structure):
    goals = settings.strategy.in_force()
    return evidence(plans, goals, structure), conflicts(plans, settings.compatibility, structure)


def cells(rows):
    """Return what each cell of the matrix opens to."""
    named = rows.assign(row=[*zip(rows["feature"], rows["effect"], rows["measure"].round(6), strict=True)])
    return named.groupby(["plan_id", "goal"])["row"].agg(frozenset).to_dict()


def one_of_each(plans, known):
    """Return one feature of each plan that is among the known."""
    rng, own = np.random.default_rng(7), plans[plans.index.isin(list(known))]
    return [str(rng.choice(sorted(rows.index))) for _, rows in own.groupby("plan_id")]


def test_exactly_the_cells_and_findings_of_the_deleted_features_change(example):
    settings, plans, structure, rows, found = example
    gone = {*one_of_each(plans, rows["feature"]), *one_of_each(plans, {*found["feature"], *found["other"]})}
    assert len(gone) > 20
    rows_after, found_after = said(settings, plans.drop(index=gone), structure)
    before, after = cells(rows), cells(rows_after)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    own = rows[rows["feature"].isin(gone)]
    assert changed == set(zip(own["plan_id"], own["goal"], strict=True))
    named = found["feature"].isin(gone) | found["other"].isin(gone)
    kept = found[~named & found["kind"].isin(BY_NAME)]
    pd.testing.assert_frame_equal(pd.DataFrame(found_after[found_after["kind"].isin(BY_NAME)]), pd.DataFrame(kept))
    lost = found.index[found["kind"].isin(BY_NAME)].difference(found_after.index)
    assert set(lost) == set(found.index[named])


def test_a_use_taken_out_is_the_only_gap_more(example):
    settings, plans, structure, *_ = example
    uses = plans[(plans["aspect"] == "anvandning") & (plans.area > 20_000) & (plans["pivot"] != "vatten")]
    outlines = structure["kommuner"].geometry
    for key in one_of_each(plans, uses.index)[::5]:
        own = plans[plans["plan_id"] == plans.loc[key, "plan_id"]]
        outline = outlines[own["plan_id"].iloc[0]]
        before, after = (check_plan(some, outline, settings.readiness) for some in (own, own.drop(index=key)))
        told, again = (frame["sentence"] + frame["measure"].round(3).astype(str) for frame in (before, after))
        new = after[~again.isin(set(told))]
        assert set(new["rule"]) == {"tackning-lucka"}
        gaps, shape = shapely.union_all(new.geometry.to_numpy()), plans.geometry[key]
        assert shapely.difference(gaps, shape.buffer(0.01)).area < 1
        assert gaps.area == pytest.approx(shape.area, rel=0.1)
