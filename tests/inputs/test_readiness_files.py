"""The readiness check the whole way: a broken file a rule, through gate, mapping and check, triggers it alone."""

import importlib.util
from pathlib import Path

import pytest
import shapely

from spatial.analysis.plans import mapped
from spatial.analysis.readiness import check_plan
from spatial.inputs.mapping import read_mapping, read_pivot, read_rules
from spatial.inputs.plan_files import read_plan

SPEC = importlib.util.spec_from_file_location("hostile_plans", Path(__file__).parents[1] / "hostile_plans" / "make.py")
hostile = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hostile)
RULES, PIVOT = read_rules(), read_pivot()
MAPPING = read_mapping("boverket", PIVOT)
COLUMNS = {
    "file_id": "objekt_id",
    "code": "anvandning",
    "aspect": "aspekt",
    "consideration": "hansyn",
    "time": "status",
}
OTHER_BORDER = shapely.box(*(shapely.buffer(hostile.MUNICIPALITY, 700, join_style="mitre").bounds))
PLANS = {"ren": hostile.clean, **hostile.PLANS}
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def found_in(frame, folder, kind, outline=hostile.MUNICIPALITY):
    file = folder / f"op.{kind}"
    frame.rename(columns=COLUMNS).drop(columns="municipality").to_file(file, engine="pyogrio")
    features = read_plan(file, PIVOT).features("2480")
    plan = mapped(features, MAPPING).assign(file_id=features["file_id"].to_numpy())
    return check_plan(plan, outline, RULES, pivot=PIVOT)


@pytest.mark.parametrize("rule", sorted(PLANS))
def test_a_broken_file_triggers_its_rule_alone(rule, tmp_path):
    found = found_in(PLANS[rule](), tmp_path, "gpkg")
    assert set(found["rule"]) == (set() if rule == "ren" else {rule})


def test_a_plan_drawn_to_another_border(tmp_path):
    found = found_in(hostile.clean(), tmp_path, "gpkg", OTHER_BORDER)
    assert set(found["rule"]) == {"grans-annan"}


def test_every_rule_of_the_set_is_tried():
    assert {rule.id for rule in RULES.rules} == {*hostile.PLANS, "grans-annan"}
