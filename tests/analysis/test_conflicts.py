"""Conflicts and synergies inside a plan: each rule by itself, with areas worked out by hand."""

import runpy
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from spatial.analysis.conflicts import conflicts
from spatial.inputs.strategies import read_compatibility
from spatial.storage import bundled

P = runpy.run_path(str(Path(__file__).with_name("planted.py")))
box, feature, layer, line, plans, point = (P[name] for name in ("box", "feature", "layer", "line", "plans", "point"))
TABLE = read_compatibility()
RULES = [(rule, use, value) for rule in TABLE.inside for use in rule.uses for value in rule.values]
TIME = {rule.id: (rule.times or ["nuvarande"])[0] for rule in TABLE.inside}


@pytest.mark.parametrize(("rule", "use", "value"), RULES, ids=lambda one: getattr(one, "id", one))
def test_each_pair_of_use_and_value_gives_its_rule_and_no_other(rule, use, value):
    """A use of 1 km² half inside a value: 50 ha."""
    time = TIME[rule.id]
    rows = [feature("use", "A", use, box(0, 0, 1000, 1000), time=time)]
    rows.append(feature("value", "A", value, box(500, -500, 3000, 3000), aspect="varde", time="nuvarande"))
    found = conflicts(plans(*rows), TABLE)
    expected = {one.id for one, a, b in RULES if (a, b) == (use, value) and (not one.times or time in one.times)}
    assert set(found["rule"]) == expected
    own = found[found["rule"] == rule.id].iloc[0]
    assert (own["feature"], own["other"], own["unit"]) == ("A:use", "A:value", "ha")
    assert own["measure"] == pytest.approx(50)
    assert own["kind"] == ("synergi" if rule.synergy else "konflikt")


def test_a_value_drawn_as_a_line_counts_by_its_length_in_the_use():
    """A green link along y = 500: 400 m of it in new homes, 80 m in an industry; it but touches a third use."""
    rows = [
        feature("homes", "A", "sammanhangande_bostad", box(0, 0, 400, 1000), time="framtida"),
        feature("works", "A", "verksamheter_industri", box(1000, 0, 1080, 1000), time="framtida"),
        feature("beside", "A", "sammanhangande_bostad", box(2000, 500, 3000, 1000), time="framtida"),
        feature("now", "A", "sammanhangande_bostad", box(4000, 0, 5000, 1000), time="nuvarande"),
        feature("link", "A", "samband_natur", line((-500, 500), (2000, 500), (2500, 200), (9000, 500)), aspect="varde"),
    ]
    found = conflicts(plans(*rows), TABLE)
    assert found[["kind", "feature", "other", "measure", "unit"]].to_numpy().tolist() == [
        ["konflikt", "A:homes", "A:link", pytest.approx(0.4), "km"]
    ]
    assert found.geometry.iloc[0].length == pytest.approx(400)
    finer = TABLE.model_copy(update={"min_overlap_m": TABLE.min_overlap_m.model_copy(update={"value": 0.0})})
    assert conflicts(plans(*rows), finer)["feature"].tolist() == ["A:homes", "A:works"]


def interest(value, *where):
    return gpd.GeoDataFrame({"pivot": [value], "name": ["Givet"]}, geometry=[box(*where)], index=["lager:1"], crs=3006)


def test_a_given_interest_lies_over_every_plan_and_goes_before_the_plans_own():
    """Two plans with 1 km² of new housing each; the given interest covers 30 ha of one and 70 ha of the other."""
    rows = [
        feature("new", "A", "sammanhangande_bostad", box(0, 0, 1000, 1000), time="framtida"),
        feature("new", "B", "sammanhangande_bostad", box(1000, 0, 2000, 1000), time="framtida"),
        feature("own", "A", "ri_rennaring", box(0, 0, 1000, 1000), aspect="varde", time="nuvarande"),
        feature("nature", "A", "ri_naturvard", box(0, 0, 500, 1000), aspect="varde", time="nuvarande"),
    ]
    given = {"intressen": interest("ri_rennaring", 700, 0, 1700, 1000)}
    found = conflicts(plans(*rows), TABLE, given)
    assert found.groupby(["feature", "other"])["measure"].sum().round(9).to_dict() == {
        ("A:new", "lager:1"): 30.0,
        ("B:new", "lager:1"): 70.0,
        ("A:new", "A:nature"): 50.0,
    }
    without = conflicts(plans(*rows), TABLE, {"intressen": given["intressen"].iloc[:0]})
    assert set(without["other"]) == {"A:own", "A:nature"}


def test_the_pairs_that_matter_are_named():
    """National interests, nature, reindeer herding, noise and risk."""
    named = {value for rule in TABLE.inside if not rule.synergy for value in rule.values}
    assert named >= {"ri_naturvard", "natura2000", "ri_rennaring", "andra_varden", "ri_kulturmiljo", "ri_totalforsvar"}


def structure(x_m):
    """Return a municipal centre at the origin, and a regional corridor northwards through the municipality."""
    nodes = {"level": ["municipal_centre"], "name": ["By"], "municipality_code": ["A"], "outside": [False]}
    at = [shapely.Point(P["X0"], P["Y0"])]
    way = [shapely.LineString([(P["X0"] + x_m, P["Y0"] - 30_000), (P["X0"] + x_m, P["Y0"] + 30_000)])]
    return {
        "noder": gpd.GeoDataFrame(nodes, geometry=at, index=["n"], crs=3006),
        "strak": gpd.GeoDataFrame({"level": ["regional"], "name": ["Väg"]}, geometry=way, index=["s"], crs=3006),
        "kommuner": gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(-60_000, -30_000, 60_000, 30_000)], index=["A"],
                                     crs=3006),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("east", "corridor", "kinds"),
    [
        (0, 0, set()),
        (7_000, 7_000, {"nod utan utbyggnad"}),
        (0, 20_000, {"stråk utan utbyggnad"}),
        (30_000, 30_000, {"utbyggnad utan nod", "nod utan utbyggnad"}),
        (30_000, 0, {"utbyggnad utan nod", "nod utan utbyggnad", "stråk utan utbyggnad"}),
    ],
)
def test_growth_and_structure_that_miss_each_other(east, corridor, kinds):
    """Growth of 1 km² lies so far east of the only node; the corridor so far east too: 60 km without growth beside."""
    growth = feature("ny", "A", "sammanhangande_bostad", box(east, 0, east + 1000, 1000), time="framtida")
    found = conflicts(plans(growth), TABLE, structure(corridor)).set_index("kind")
    assert set(found.index) == kinds
    sizes = {"utbyggnad utan nod": (100, "ha"), "stråk utan utbyggnad": (60, "km"), "nod utan utbyggnad": (0, "inv")}
    for kind in kinds:
        assert (found.loc[kind, "measure"], found.loc[kind, "unit"]) == (pytest.approx(sizes[kind][0]), sizes[kind][1])


def test_splitting_a_feature_changes_no_sum_and_growing_it_never_lessens_it():
    value = feature("v", "A", "ri_rennaring", box(0, 0, 5000, 5000), aspect="varde", time="nuvarande")

    def measured(*shapes):
        rows = [feature(f"u{n}", "A", "utbyggnadsomrade", shape, time="framtida") for n, shape in enumerate(shapes)]
        return conflicts(plans(value, *rows), TABLE)["measure"].sum()

    whole = measured(box(4000, 0, 6000, 1000))
    assert whole == pytest.approx(100)
    assert measured(box(4000, 0, 6000, 400), box(4000, 400, 6000, 1000)) == pytest.approx(whole)
    sizes = [measured(box(6000 - width, 0, 6000, 1000)) for width in range(500, 6001, 500)]
    assert sizes == sorted(sizes)


def test_the_worked_example_of_the_page():
    home = "sammanhangande_bostad"
    plan = plans(
        feature("1", "A", home, box(3000, 0, 5000, 1000)),
        feature("2", "A", home, box(14_000, 12_000, 15_000, 13_000)),
        feature("3", "A", "landsbygd", box(10_000, 0, 12_000, 2000), time="nuvarande"),
        feature("4", "A", "ri_rennaring", box(4000, 0, 9000, 5000), aspect="varde", time="nuvarande"),
        feature("5", "A", "lis", box(11_000, 0, 12_000, 1000), aspect="varde", time="nuvarande"),
    )
    places = {"level": ["municipal_centre"] * 2, "municipality_code": ["A"] * 2, "outside": [False] * 2}
    nodes = {"c": point(1000, 500), "o": point(18_000, 2000)}
    structure = {
        "noder": layer(nodes, name=["Centralort", "Ort"], population_inv=[3000.0, 800.0], **places),
        "strak": layer({"s": line((0, 19_000), (20_000, 19_000))}, level=["regional"], name=["E1"]),
        "kommuner": layer({"A": box(0, 0, 20_000, 20_000)}),
    }
    found = conflicts(plan, TABLE, structure)
    told = bundled("docs", "konflikter.md").read_text(encoding="utf-8").partition("## Ett räknat exempel")[2]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in told.splitlines() if row.startswith("|")]
    measured = [[row["kind"], f"{row['measure']:.0f} {row['unit']}"] for _, row in found.iterrows()]
    assert sorted(measured) == sorted(row[:2] for row in rows[2:])
    assert found.set_index("kind")["feature"]["utbyggnad utan nod"] == "A:2"
