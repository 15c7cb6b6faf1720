import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.analysis import redraw
from spatial.analysis.population import PARAMETERS, people_on, population_ground
from spatial.settings import Parameter, Redraw, ServiceRule

CRS = "EPSG:3006"
X, Y = 700_000, 7_100_000


def number(value):
    return Parameter(value=value, unit="–", source="prov")


def options(runs=8, spread=0.5, seed=1, varied=("road_decay_m", "people_per_settlement")):
    return Redraw(
        runs=runs,
        seed=seed,
        spread_share=number(spread),
        low_percentile=number(5),
        high_percentile=number(95),
        varied=list(varied),
    )


@pytest.fixture(scope="module")
def numbers(population_parameters):
    return {name: population_parameters[name] for name in PARAMETERS}


@pytest.fixture(scope="module")
def ground(numbers):
    boxes = [shapely.box(X, Y, X + 30_000, Y + 30_000), shapely.box(X + 30_000, Y, X + 55_000, Y + 30_000)]
    areas = gpd.GeoDataFrame(index=["2402", "2401"], geometry=boxes, crs=CRS)
    places = gpd.GeoDataFrame(
        {"population_inv": [3000, 400], "municipality_code": ["2402", "2401"]},
        index=["stad", "by"],
        geometry=gpd.points_from_xy([X + 10_500, X + 40_500], [Y + 15_500, Y + 10_500]),
        crs=CRS,
    )
    road = gpd.GeoDataFrame(geometry=[shapely.LineString([(X, Y + 15_000), (X + 55_000, Y + 10_000)])], crs=CRS)
    return population_ground(areas, pd.Series({"2401": 1000, "2402": 4000}), places, road, None, numbers)


def test_every_run_keeps_every_municipalitys_people(ground, numbers):
    draws = redraw.redraw_population(ground, numbers, options())
    codes = draws.cells["municipality_code"].to_numpy()
    assert draws.people.shape == (8, len(draws.cells))
    assert set(draws.people[:, codes == "2401"].sum(axis=1)) == {1000.0}
    assert set(draws.people[:, codes == "2402"].sum(axis=1)) == {4000.0}
    assert (draws.people.max(axis=0) > 0).all()
    assert draws.cells.index.is_unique


def test_runs_differ_and_the_seed_decides_them(ground, numbers):
    first, again, other = (redraw.redraw_population(ground, numbers, options(seed=seed)) for seed in (1, 1, 2))
    assert not np.array_equal(first.people[0], first.people[1])
    np.testing.assert_array_equal(first.people, again.people)
    assert first.cells.index.equals(again.cells.index)
    assert first.people.shape != other.people.shape or not np.array_equal(first.people, other.people)


def test_without_spread_only_the_draw_differs(ground, numbers):
    draws = redraw.redraw_population(ground, numbers, options(runs=2, spread=0.0, seed=3))
    expected = people_on(ground, numbers, 30_001)
    assert draws.people[1].sum() == expected.sum()
    np.testing.assert_array_equal(np.sort(draws.people[1][draws.people[1] > 0]), np.sort(expected[expected > 0]))


def test_only_named_parameters_vary_within_their_spread():
    base = {"a": 10.0, "b": 3.0}
    drawn = [redraw.varied(base, ["a"], 0.5, (1, run)) for run in range(200)]
    values = np.array([one["a"] for one in drawn])
    assert {one["b"] for one in drawn} == {3.0}
    assert 5 <= values.min() < 6
    assert 14 < values.max() <= 15


def test_measured_people_are_one_run():
    cells = gpd.GeoDataFrame(
        {"population_inv": [3.0, np.nan, 0.0], "municipality_code": "a"},
        geometry=gpd.points_from_xy([0, 1, 2], [0, 0, 0]),
        crs=CRS,
    )
    draws = redraw.measured_people(cells, options())
    assert (draws.people.tolist(), draws.modelled) == ([[3.0]], False)


def test_rules_are_drawn_apart():
    rules = [ServiceRule(service=name, min_population_inv=number(300)) for name in ("grocery", "fuel")]
    one, other = (redraw.cutoffs(rule, options()) for rule in rules)
    assert not np.array_equal(one, other)
    assert (one >= 150).all()
    assert (one <= 450).all()


@given(st.integers(0, 10_000))
def test_sums_by_run_are_those_of_a_loop(seed):
    rng = np.random.default_rng(seed)
    people, zone, within = rng.integers(0, 9, (4, 7)).astype(float), rng.integers(-1, 3, 7), rng.random((4, 7)) < 0.5
    expected = [
        [sum(people[r, c] for c in range(7) if zone[c] == z and within[r, c]) for z in range(3)] for r in range(4)
    ]
    np.testing.assert_array_equal(redraw.sums_by_run(people, zone, 3, within), expected)
    pairs = [(line, cell) for line in range(3) for cell in range(7) if within[line, cell]]
    line, cell = (np.array([pair[k] for pair in pairs], int) for k in (0, 1))
    near = [[people[r, within[z]].sum() for z in range(3)] for r in range(4)]
    np.testing.assert_array_equal(redraw.sums_by_pairs(people, line, cell, 3), near)


def test_range_holds_the_number_that_is_shown():
    values = np.array([[1.0, 5.0, 1.0], [2.0, 6.0, 2.0], [3.0, 7.0, 3.0]])
    low, high = redraw.ranges(values, [9.0, 6.0, np.nan], 0, 100)
    assert (low[0], high[0], low[1], high[1]) == (1.0, 9.0, 5.0, 7.0)
    assert np.isnan([low[2], high[2]]).all()


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=30), st.floats(0, 1e6))
def test_range_is_in_order(values, shown):
    low, high = redraw.ranges(np.array(values)[:, None], [shown], 5, 95)
    assert low[0] <= shown <= high[0]


@given(st.lists(st.sampled_from([1.0, 5.0, 60.0, np.inf, np.nan]), min_size=2, max_size=20), st.floats(0, 100))
def test_range_holds_what_no_way_leads_to(values, shown):
    low, high = redraw.ranges(np.array(values)[:, None], [shown], 5, 95)
    assert low[0] <= shown <= high[0]
    low, high = redraw.ranges(np.array(values)[:, None], [np.inf], 0, 100)
    assert (low[0], high[0]) == (np.nanmin([*values, np.inf]), np.inf)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=30))
def test_range_is_numpys_percentiles_where_every_run_has_a_number(values):
    runs = np.array(values)[:, None]
    low, high = redraw.ranges(runs, [values[0]], 5, 95)
    expected = np.percentile([*values, values[0]], [5, 95])
    assert low[0] == pytest.approx(min(expected[0], values[0]))
    assert high[0] == pytest.approx(max(expected[1], values[0]))
