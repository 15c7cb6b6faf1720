import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis import nearest_drawn, redraw
from spatial.settings import Parameter, Redraw, ServiceRule

INF = np.inf


def number(value):
    return Parameter(value=value, unit="–", source="prov")


def options(runs, seed):
    return Redraw(
        runs=runs, seed=seed, spread_share=number(0.5), low_percentile=number(5), high_percentile=number(95), varied=[]
    )


def brute(rows, who):
    """The two nearest of the facilities ``who``, of equally near ones the first position."""
    near = sorted((rows[place], place) for place in who if np.isfinite(rows[place]))
    near += [(INF, -1)] * 2
    return near[0], near[1]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_two_nearest_by_rule_are_those_of_the_places_that_have_it(seed, central):
    rng = np.random.default_rng(seed)
    places = pd.DataFrame({"population_inv": rng.integers(100, 500, 6), "central": rng.random(6) < 0.3})
    minutes = rng.choice([1.0, 2.0, 3.0, INF], (6, 5))
    rule, own = ServiceRule(service="grocery", min_population_inv=number(300), central=central), options(7, seed)
    found = nearest_drawn.nearest_by_rule(minutes, places, np.arange(6), rule, own)
    for run, limit in enumerate(redraw.cutoffs(rule, own)):
        has = (places["population_inv"] >= limit) | (places["central"] if central else False)
        state = found.state[run]
        for cell in range(5):
            first, second = brute(minutes[:, cell], np.flatnonzero(has))
            assert (found.minutes[state, cell], found.first[state, cell]) == first
            assert (found.second_min[state, cell], found.second[state, cell]) == second


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_two_kinds_of_facilities_are_taken_together(seed):
    rng = np.random.default_rng(seed)
    minutes = rng.choice([1.0, 2.0, 3.0, INF], (6, 4))
    whole = [brute(minutes[:, cell], range(6)) for cell in range(4)]
    halves = []
    for who in (range(3), range(3, 6)):
        two = [brute(minutes[:, cell], who) for cell in range(4)]
        (best, first), (rest, second) = (zip(*(one[k] for one in two), strict=True) for k in (0, 1))
        minutes_of = [np.array([best], float), np.array([rest], float), np.zeros((1, 4))]
        halves.append(nearest_drawn.Nearest(*minutes_of, np.array([first]), np.array([second]), np.zeros(2, int)))
    found = nearest_drawn.merged(*halves)
    for cell in range(4):
        assert (found.minutes[0, cell], found.first[0, cell]) == whole[cell][0]
        assert (found.second_min[0, cell], found.second[0, cell]) == whole[cell][1]


def test_legs_at_both_ends_or_all_of_a_straight_way():
    two = nearest_drawn.Nearest(
        *(np.array([[10.0, 2.0, INF]]), np.full((1, 3), INF), np.full((1, 3), np.nan)),
        *(np.array([[0, 0, -1]]), np.full((1, 3), -1), np.zeros(1, int)),
    )
    cells = np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, 9e9]])
    found = nearest_drawn.with_legs(
        two, (cells, np.array([1.0, 1.5, 2.0])), (np.array([[2000.0, 0.0]]), np.array([0.25])), 0.002
    )
    np.testing.assert_allclose(found.off_min, [[1.25, 2.0, np.nan]])


def test_facilities_are_there_in_the_runs_whose_rule_places_them_and_given_ones_always():
    rule = ServiceRule(service="grocery", min_population_inv=number(300), central=True)
    places = pd.DataFrame(
        {"population_inv": [900, 300, 100, 100], "central": [False, False, False, True]}, list("abcd")
    )
    ids = ["given", *(nearest_drawn.modelled_id(rule, place) for place in places.index)]
    exists = nearest_drawn.facilities_by_run(pd.DataFrame(index=ids), places, [rule], options(40, 1))
    assert exists[:, [0, 1, 4]].all()
    assert not exists[:, 3].any()
    np.testing.assert_array_equal(exists[:, 2], redraw.cutoffs(rule, options(40, 1)) <= 300)
    assert 0 < exists[:, 2].sum() < 40


def test_a_cell_has_the_range_of_its_people_and_of_its_minutes_by_rule():
    cells = pd.DataFrame(
        {"population_inv": [5.0, 2.0], "fuel_min": [9.0, INF], "fuel_second_min": [INF, INF]}, ["x", "y"]
    )
    drawn_cells = cells.iloc[::-1]
    draws = redraw.Draws(drawn_cells, np.array([[0.0, 4.0], [3.0, 8.0]]), 0, 100)
    nobody = np.full((2, 2), -1)
    minutes = np.array([[INF, 7.0], [INF, 12.0]])
    fuel = nearest_drawn.Nearest(minutes, np.full((2, 2), INF), minutes, nobody, nobody, np.array([0, 1]))
    told = nearest_drawn.with_cell_ranges(cells, draws, {"fuel": fuel})
    assert told.loc["x", ["population_low_inv", "population_high_inv"]].tolist() == [4, 8]
    assert told.loc["y", ["population_low_inv", "population_high_inv"]].tolist() == [0, 3]
    assert told.loc["x", ["fuel_low_min", "fuel_high_min"]].tolist() == [7, 12]
    assert told.loc["y", ["fuel_low_min", "fuel_high_min"]].isna().all()  # no run has a way
    assert "fuel_second_low_min" not in told
