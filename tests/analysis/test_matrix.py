import math
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.inside import inside_zone, tiled
from spatial.analysis.matrix import claims, evidence, matrix
from spatial.strategy import Choice, Goal, Rule
from spatial.terms import Parameter, Title

P = runpy.run_path(str(Path(__file__).with_name("planted.py")))
box, line, point, feature, plans, layer, resealed = (
    P[n] for n in ("box", "line", "point", "feature", "plans", "layer", "resealed")
)


def rule(kind, full, unit, *, value=0.0, layer="noder", against=False, column=None, pivots=(), where=None):
    units = {"within_minutes": "min", "share_of_area": "andel"}
    return Rule(
        kind=kind,
        features=Choice(pivots=list(pivots)),
        layer=layer,
        where=where or {},
        column=column,
        parameter=Parameter(value=value, unit=units.get(kind, "m"), source="prov", why="prov"),
        full=Parameter(value=full, unit=unit, source="prov", why="prov"),
        against=against,
    )


def goal(name, rule=None):
    return Goal(id=name, kind="mål", title=Title(sv=name), basis="exempel", rule=rule)


@pytest.fixture
def structure():
    return _structure()


def _structure():
    xs = np.arange(500, 20_000, 1000)
    cells = {f"c{x}-{y}": point(x, y) for x in xs for y in xs[:10]}
    minutes = [shapely.get_x(p) - P["X0"] for p in cells.values()]
    return {
        "noder": layer({"a": point(5000, 5000), "b": point(15_000, 5000)}, level=["regional_core", "service_node"]),
        "strak": layer({"s": line((0, 5000), (20_000, 5000))}, level=["regional"]),
        "rutnat": layer(cells, population_inv=[10] * len(cells), grocery_min=[m / 1000 for m in minutes]),
        "kommuner": layer({"A": box(0, 0, 10_000, 10_000), "B": box(10_000, 0, 20_000, 10_000)}),
        "vatten": layer({"v": box(0, 0, 20_000, 1000)}),
    }


GOALS = [
    goal("inne", rule("inside", 100, "ha", layer="kommuner")),
    goal("nara", rule("within_distance", 1000, "ha", value=2000, against=True)),
    goal("minuter", rule("within_minutes", 1000, "ha", value=8, column="grocery_min", layer="rutnat", against=True)),
    goal("langs", rule("along", 10, "km", value=1000, layer="strak")),
    goal("andel", rule("share_of_area", 0.5, "andel", layer=None)),
    goal("folk", rule("population_reached", 1000, "inv", value=500, layer="rutnat")),
    goal("undviker", rule("avoids", 1000, "ha", value=500, layer="vatten")),
    goal("forbinder", rule("connects", 20, "km", value=500)),
    goal("ingen"),
]


def bostad(name, plan, geometry, **more):
    return feature(name, plan, "sammanhangande_bostad", geometry, **more)


def whole():
    return plans(
        bostad("1", "A", box(4000, 0, 8000, 6000)),
        bostad("2", "A", box(0, 8000, 1000, 10_000)),
        feature("3", "A", "transportinfrastruktur", line((5000, 5000), (10_000, 5000))),
        feature("4", "A", "transportinfrastruktur", line((10_000, 5000), (15_000, 5000))),
        bostad("1", "B", box(12_000, 3000, 13_000, 7000)),
    )


def cells(frame, structure, goals=GOALS):
    rows = evidence(frame, goals, structure)
    table = matrix(rows, goals, ["A", "B"], structure)
    return rows, table.set_index(["plan_id", "goal"])


def test_every_kind_of_rule_measures_what_it_says(structure):
    rows, table = cells(whole(), structure)
    of = rows.set_index(["goal", "feature", "effect"])["measure"]
    assert of["inne", "A:1", "stödjer"] == pytest.approx(2400)
    disc = shapely.buffer(point(5000, 5000), 2000, quad_segs=512).intersection(box(4000, 0, 8000, 6000)).area / 1e4
    assert of["nara", "A:1", "stödjer"] == pytest.approx(disc, rel=5e-4)
    assert of["nara", "A:1", "motverkar"] == pytest.approx(2400 - disc, rel=5e-4)
    assert of["minuter", "A:1", "stödjer"] == pytest.approx(2400)
    assert of["minuter", "B:1", "motverkar"] == pytest.approx(400)
    assert of["langs", "B:1", "stödjer"] == pytest.approx(3, abs=0.01)
    assert of["andel", "A:1", "stödjer"] == pytest.approx(0.24)
    assert of["folk", "B:1", "stödjer"] == 10 * (6 + 4 + 4)  # 500 m away is within
    assert of["undviker", "A:1", "motverkar"] == pytest.approx(4000 * 1500 / 1e4)
    assert of["undviker", "A:1", "stödjer"] == pytest.approx(4000 * 4500 / 1e4)
    assert of["forbinder", "A:3", "stödjer"] == 5
    assert of["forbinder", "A:4", "stödjer"] == 5
    assert table.loc[("A", "forbinder"), "strength"] == 0.5
    assert table.loc[("B", "forbinder"), "verdict"] == "inget underlag"


def test_corridors_are_measured_to_ten_metres_and_go_to_the_nearest(structure):
    """A bent corridor in two parts; the discs it lies within are 1,234.5 m wide, beside two features of one plan."""
    ways = [line((300, 4000), (7000, 4300), (9000, 9000)), line((9500, 9000), (16_000, 4000))]
    made = {**structure, "strak": layer({"s": shapely.MultiLineString(ways)}, level=["regional"])}
    frame = plans(bostad("1", "A", box(2000, 3000, 2700, 3500)), bostad("2", "A", box(5000, 5000, 5300, 5900)))
    rows = evidence(frame, [goal("langs", rule("along", 10, "km", value=1234.5, layer="strak"))], made)
    near = [shapely.buffer(shape, 1234.5, quad_segs=512) for shape in frame.geometry]
    whole = sum(way.intersection(shapely.union_all(near)).length for way in ways) / 1000
    assert rows["measure"].sum() == pytest.approx(whole, abs=0.02)
    steps = np.linspace(0, 1, 20_001)
    points = shapely.line_interpolate_point(ways[0], steps, normalized=True)
    first, second = (shapely.distance(points, shape) for shape in frame.geometry)
    own = np.mean((first <= 1234.5) & (first < second)) * ways[0].length / 1000
    assert rows.set_index("feature")["measure"]["A:1"] == pytest.approx(own, abs=0.02)


def test_what_is_drawn_twice_is_counted_once(structure):
    """Another drawing of all that the plan has, under other ids: every cell says what it said."""
    frame = whole()
    again = resealed(frame.rename(index=lambda name: f"{name}x"))
    twice = pd.concat([frame, again]).sort_index(ascending=False)
    rows, table = cells(twice, structure)
    _, once = cells(frame, structure)
    numbers = ["strength", "support_strength", "against_strength", "support_measure", "against_measure"]
    np.testing.assert_allclose(table[numbers].astype(float), once[numbers].astype(float), rtol=1e-12)
    assert (table["verdict"] == once["verdict"]).all()
    of = rows.set_index(["goal", "feature", "effect"])
    assert of.loc[("inne", "A:1x", "stödjer"), ["measure", "counted"]].tolist() == pytest.approx([2400, 0])
    assert of.loc[("forbinder", "A:3x", "stödjer"), ["measure", "counted"]].tolist() == pytest.approx([5, 0])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=6))
def test_a_cell_counts_the_land_that_its_features_cover_together(corners):
    """Areas inside, and what of them lies within 2 km of a node, against one union of them all."""
    shapes = [box(1000 * x, 1000 * y, 1000 * (x + w + 1), 1000 * (y + h + 1)) for x, y, w, h in corners]
    frame, made = plans(*(bostad(str(n), "A", shape) for n, shape in enumerate(shapes))), _structure()
    _, table = cells(frame, made)
    ground = shapely.union_all(shapes)
    inside = ground.intersection(box(0, 0, 20_000, 10_000)).area / 1e4
    assert table.loc[("A", "inne"), "support_measure"] == pytest.approx(inside, rel=1e-9)
    near = table.loc[("A", "nara"), ["support_measure", "against_measure"]]
    discs = shapely.union_all([shapely.buffer(node, 2000, quad_segs=512) for node in made["noder"].geometry])
    assert near.iloc[0] == pytest.approx(ground.intersection(discs).area / 1e4, rel=2e-3, abs=0.5)
    assert near.sum() == pytest.approx(ground.area / 1e4, rel=1e-9)
    share = ground.area / 1e8
    assert table.loc[("A", "andel"), "support_measure"] == pytest.approx(share, rel=1e-9)


def test_of_equally_near_features_the_first_counts_whatever_else_the_plan_has(structure):
    """A corridor and people inside two areas at once: a third one far away is no concern of theirs."""
    both = [bostad(name, "A", box(4000, 3000, 6000, 7000)) for name in ("5", "6")]
    far = [bostad(f"9{n}", "A", box(1000 * n, 9400, 1000 * n + 100, 9900)) for n in range(10)]
    goals = [GOALS[3], goal("folk", rule("population_reached", 1, "inv", layer="rutnat"))]
    for count in range(len(far) + 1):
        rows = evidence(plans(*both, *far[:count]), goals, structure)
        near = rows[rows["feature"].isin(["A:5", "A:6"])]
        assert near["feature"].tolist() == ["A:5", "A:5"]
        assert near["measure"].tolist() == pytest.approx([4.0, 80.0], abs=0.02)


@pytest.mark.parametrize("pivot", ["okand", "tvetydig"])
def test_an_unknown_category_is_evidence_of_nothing_even_where_a_rule_lets_all_through(structure, pivot):
    frame = whole()
    rows, _ = cells(frame.assign(pivot=frame["pivot"].where(frame.index != "A:1", pivot)), structure)
    assert "A:1" not in set(rows["feature"])
    assert "A:2" in set(rows["feature"])


def test_no_rule_is_not_spatial_and_never_zero(structure):
    _, table = cells(whole(), structure)
    assert set(table.xs("ingen", level="goal")["verdict"]) == {"inte rumsligt"}
    silent = table["verdict"].isin(["inte rumsligt", "inget underlag"])
    assert table.loc[silent, "strength"].isna().all()
    assert table.loc[~silent, "strength"].between(0, 1).all()


def test_a_missing_layer_is_said_and_not_scored(structure):
    del structure["strak"]
    _, table = cells(whole(), structure)
    assert table.loc[("A", "langs"), "lacks"] == "strak"
    assert table.loc[("A", "langs"), "verdict"] == "inget underlag"


def test_every_cell_opens_to_its_evidence(structure):
    rows, table = cells(whole(), structure)
    for (plan, name), cell in table.iterrows():
        of = rows[(rows["plan_id"] == plan) & (rows["goal"] == name)]
        assert of["feature"].nunique() == cell["features"]
        assert (of["quote"] == "sida saknas").all()
        assert (cell["verdict"] in {"stödjer", "motverkar"}) == bool(len(of))


@pytest.mark.parametrize("gone", list(whole().index))
def test_deleting_one_feature_changes_exactly_its_cells(structure, gone):
    frame = whole()
    rows, before = cells(frame, structure)
    _, after = cells(frame.drop(index=gone), structure)
    plan = frame.loc[gone, "plan_id"]
    own = {(plan, name) for name in rows.loc[rows["feature"] == gone, "goal"]}
    measures = ["support_measure", "against_measure", "features"]
    changed = {
        key
        for key in before.index
        if not np.allclose(
            before.loc[key, measures].astype(float), after.loc[key, measures].astype(float), equal_nan=True
        )
    }
    assert changed == own


def test_claims_name_the_goals_of_each_feature(structure):
    frame = whole()
    table = claims(frame, evidence(frame, GOALS, structure))
    assert table.loc["A:3", "supports"].split(";")[-1] == "forbinder"
    assert table.loc["A:1", "against"] == "nara;undviker"
    assert list(table.index) == list(frame.index)


sizes = st.floats(500, 9000)


@settings(max_examples=12, deadline=None)
@given(x=sizes, y=sizes, cut=st.floats(0.05, 0.95), upright=st.booleans())
def test_splitting_a_feature_changes_no_cell(x, y, cut, upright):
    made = _structure()
    parts = (box(300, 300, 300 + x * cut, 300 + y), box(300 + x * cut, 300, 300 + x, 300 + y))
    if upright:
        parts = (box(300, 300, 300 + x, 300 + y * cut), box(300, 300 + y * cut, 300 + x, 300 + y))
    one = plans(bostad("1", "A", box(300, 300, 300 + x, 300 + y)))
    two = plans(bostad("1a", "A", parts[0]), bostad("1b", "A", parts[1]))
    _, before = cells(one, made)
    _, after = cells(two, made)
    numbers = ["strength", "support_measure", "against_measure"]
    assert np.allclose(before[numbers].astype(float), after[numbers].astype(float), rtol=1e-6, equal_nan=True)
    assert (before["verdict"] == after["verdict"]).all()


def test_splitting_a_line_changes_no_cell(structure):
    one = plans(feature("1", "A", "transportinfrastruktur", line((5000, 5000), (15_000, 5000))))
    two = whole().loc[["A:3", "A:4"]]
    _, before = cells(one, structure)
    _, after = cells(two, structure)
    assert np.allclose(before["strength"].astype(float), after["strength"].astype(float), equal_nan=True)


@settings(max_examples=12, deadline=None)
@given(x=sizes, y=sizes, dx=st.floats(0, 900), dy=st.floats(0, 900))
def test_strength_never_falls_when_a_supporting_feature_grows(x, y, dx, dy):
    made = _structure()
    goals = [g for g in GOALS if g.id not in {"nara", "minuter", "undviker"}]
    _, small = cells(plans(bostad("1", "A", box(300, 300, 300 + x, 300 + y))), made, goals)
    _, large = cells(plans(bostad("1", "A", box(300, 300, 300 + x + dx, 300 + y + dy))), made, goals)
    assert (large["strength"].fillna(-1) >= small["strength"].fillna(-1) - 1e-12).all()
    mixed = [g for g in GOALS if g.id in {"nara", "minuter", "undviker"}]
    _, small = cells(plans(bostad("1", "A", box(300, 300, 300 + x, 300 + y))), made, mixed)
    _, large = cells(plans(bostad("1", "A", box(300, 300, 300 + x + dx, 300 + y + dy))), made, mixed)
    assert (large["support_strength"] >= small["support_strength"] - 1e-9).all()


@pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:3067", "EPSG:3035", "EPSG:3016"])
def test_a_round_trip_through_another_crs_changes_nothing(structure, crs):
    frame = whole()
    _, before = cells(frame, structure)
    _, after = cells(frame.to_crs(crs).to_crs("EPSG:3006"), structure)
    assert np.allclose(before["strength"].astype(float), after["strength"].astype(float), atol=1e-6, equal_nan=True)
    assert (before["verdict"] == after["verdict"]).all()


def test_equal_sides_support_and_are_said_to_be_mixed(structure):
    half = plans(bostad("1", "A", box(2000, 500, 3000, 2500)))
    _, table = cells(half, structure)
    cell = table.loc[("A", "undviker")]
    assert cell["mixed"]
    assert cell["verdict"] == "stödjer"
    assert math.isclose(cell["support_measure"], cell["against_measure"])


def test_pieces_of_a_crooked_zone_have_few_corners_and_share_nothing():
    xy = np.random.default_rng(1).uniform(0, 40_000, (60, 2))
    pieces = tiled(shapely.buffer(shapely.linestrings(xy.reshape(-1, 3, 2)), 900))
    whole = shapely.union_all(shapely.buffer(shapely.linestrings(xy.reshape(-1, 3, 2)), 900))
    assert shapely.get_num_coordinates(whole) > 5 * shapely.get_num_coordinates(pieces).max()
    assert shapely.area(pieces).sum() == pytest.approx(whole.area)
    one, other = shapely.STRtree(pieces).query(pieces, predicate="intersects")
    assert shapely.area(shapely.intersection(pieces[one], pieces[other]))[one != other].max() < 1e-3


def test_pieces_of_a_zone_lose_nothing():
    zone = shapely.buffer(shapely.points([[5000, 5000], [15_000, 5000], [5000, 40_000]]), 10_000)
    pieces = tiled(zone)
    assert shapely.area(pieces).sum() == pytest.approx(shapely.union_all(zone).area)
    shapes = np.asarray([shapely.box(9000, 2000, 10_000, 4000), shapely.box(0, 0, 30_000, 60_000)], object)
    assert inside_zone(shapes, zone, shapely.area) == pytest.approx(
        [2e6, shapely.union_all(zone).intersection(shapes[1]).area]
    )
