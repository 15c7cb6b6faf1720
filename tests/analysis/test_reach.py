import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from spatial.analysis.access import (
    people_where,
    percentiles,
    reach_of_stops,
    shares_within,
    white_spots,
    worst_off,
)
from spatial.analysis.spots import named_spots
from spatial.model import Grid

GRID = Grid("EPSG:3006", Affine(1000, 0, 700000, 0, -1000, 7100000), (20, 20))
INF = np.inf


def cells(rows, cols, people):
    x, y = GRID.centre(rows, cols)
    frame = {"row": rows, "col": cols, "population_inv": people}
    index = [f"r{r}_{c}" for r, c in zip(rows, cols, strict=True)]
    return gpd.GeoDataFrame(frame, index=index, geometry=gpd.points_from_xy(x, y), crs="EPSG:3006")


def test_shares_count_the_threshold_as_within_and_the_unreachable_apart():
    people = pd.Series([10, 20, 30, 40, 5])
    zone = pd.Series(["b", "b", "a", "a", None])
    minutes = pd.DataFrame(
        {"care_min": [30.0, 30.000001, 5.0, INF, 1.0], "care_uncertain": [True, False, False, False, True]}
    )
    table = shares_within(people, zone, minutes, [("care", 30), ("care", 45)])
    assert table["zone"].tolist() == ["a", "a", "b", "b", "alla", "alla"]
    assert table["threshold_min"].tolist() == [30.0, 45.0] * 3
    assert table["people_inv"].tolist() == [30, 30, 10, 30, 45, 65]
    assert table["total_inv"].tolist() == [70, 70, 30, 30, 105, 105]
    assert table["unreachable_inv"].tolist() == [40, 40, 0, 0, 40, 40]
    assert table["uncertain_inv"].tolist() == [0, 0, 10, 10, 15, 15]
    assert table["share"].tolist() == pytest.approx([3 / 7, 3 / 7, 1 / 3, 1.0, 45 / 105, 65 / 105])


def test_whose_answer_hangs_on_the_way_off_the_network_is_counted_apart():
    people = pd.Series([1, 10, 100, 1000, 10_000, 100_000])
    minutes = pd.DataFrame(
        {
            "care_min": [20.0, 20.000001, 40.0, 39.999999, INF, 30.0],
            "care_off_min": [10.0, 10.0, 20.0, 20.0, np.nan, 0.0],
            "care_uncertain": False,
        }
    )
    twice = shares_within(people, pd.Series("a", people.index), minutes, [("care", 30)], off_network_factor=2)
    assert twice["undecided_inv"].tolist() == [10 + 100 + 1000] * 2  # 20 + 10 = 30 is still within; 40 - 10 = 30 is too
    alone = shares_within(people, pd.Series("a", people.index), minutes, [("care", 30)])
    assert alone["undecided_inv"].tolist() == [0, 0]
    assert twice["people_inv"].tolist() == alone["people_inv"].tolist()
    with pytest.raises(ValueError, match="off_network_factor"):
        shares_within(people, pd.Series("a", people.index), minutes, [("care", 30)], off_network_factor=0.5)


def test_shares_of_an_empty_zone_are_unknown_not_zero():
    table = shares_within(pd.Series([0, 1]), pd.Series(["a", "b"]), pd.DataFrame({"x_min": [1.0, 1.0]}), [("x", 2)])
    assert np.isnan(table["share"].iloc[0])
    assert shares_within(pd.Series([1]), pd.Series(["a"]), pd.DataFrame({"x_min": [1.0]}), []).empty


@pytest.mark.parametrize("people", [[1, -1], [1, np.nan]])
def test_people_missing_or_negative_are_refused(people):
    with pytest.raises(ValueError, match="people"):
        people_where(pd.Series(people), pd.Series(["a", "a"]), pd.Series([True, True]))


def test_other_indexes_are_refused():
    with pytest.raises(ValueError, match="indexes"):
        people_where(pd.Series([1]), pd.Series(["a"], index=[7]), pd.Series([True]))


def test_percentiles_are_weighted_and_unreachable_people_are_people():
    people, zone = pd.Series([50, 40, 10]), pd.Series(["a"] * 3)
    minutes = pd.DataFrame({"off_network_min": [1.0] * 3, "x_min": [3.0, 9.0, INF], "x_second_min": [5.0, INF, INF]})
    table = percentiles(people, zone, minutes, (50, 90, 95))
    assert table["service"].unique().tolist() == ["x"]
    assert table["minutes_min"].tolist() == [3.0, 9.0, INF] * 2
    with pytest.raises(ValueError, match="percentiles"):
        percentiles(people, zone, minutes, (0,))
    nobody = percentiles(pd.Series([0]), pd.Series(["a"]), pd.DataFrame({"x_min": [1.0]}), (50,))
    assert nobody["minutes_min"].isna().all()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), min_size=1, max_size=12), st.integers(1, 100))
def test_percentile_is_the_least_with_that_many_people(rows, share):
    people, taken = (pd.Series([row[i] for row in rows]) for i in (0, 1))
    table = percentiles(people, pd.Series(["a"] * len(rows)), pd.DataFrame({"x_min": taken.astype(float)}), (share,))
    one_by_one = sorted(t for p, t in rows for _ in range(p))
    if one_by_one:
        expected = one_by_one[-(-share * len(one_by_one) // 100) - 1]
        assert table["minutes_min"].tolist() == [expected, expected]


def test_worst_off_are_those_with_a_way():
    frame = cells([0, 0, 0, 0], [0, 1, 2, 3], [1, 1, 1, 0])
    minutes = pd.Series([9.0, INF, 9.0, 99.0], index=frame.index)
    assert worst_off(frame, minutes, 5).index.tolist() == ["r0_0", "r0_2"]
    assert worst_off(frame, minutes, 1)["minutes_min"].tolist() == [9.0]


def test_white_spots_join_at_corners_and_keep_the_unreachable_apart():
    frame = cells([0, 1, 1, 5, 9], [0, 1, 2, 5, 9], [3, 4, 2, 8, 1])
    minutes = pd.Series([31.0, 45.0, INF, 30.0, 60.0], index=frame.index)
    spots = white_spots(frame, GRID, minutes, 30, 2)
    assert spots.crs == "EPSG:3006"
    assert spots["people_inv"].to_dict() == {"0_0": 7.0, "1_2": 2.0}
    assert spots["kind"].to_dict() == {"0_0": "far", "1_2": "unreachable"}
    assert spots["cells"].tolist() == [2, 1]
    assert spots.loc["0_0", "longest_min"] == 45.0
    assert np.isnan(spots.loc["1_2", "longest_min"])
    assert spots.area.tolist() == pytest.approx([2e6, 1e6])
    assert spots.geometry["0_0"].covers(shapely.Point(700500, 7099500))


def test_white_spots_of_another_lattice_come_in_3006():
    grid = Grid("EPSG:3035", Affine(1000, 0, 4_800_000, 0, -1000, 4_700_000), (9, 9))
    frame = cells([0], [0], [5])
    spots = white_spots(frame, grid, pd.Series([99.0], index=frame.index), 30, 1)
    assert spots.to_crs("EPSG:3035").total_bounds == pytest.approx([4_800_000, 4_699_000, 4_801_000, 4_700_000], abs=1)
    none = white_spots(frame, grid, pd.Series([3.0], index=frame.index), 30, 1)
    assert none.empty
    assert none.crs == "EPSG:3006"


def squares_of(frame):
    return gpd.GeoSeries(frame.geometry.buffer(500, cap_style="square"))


def test_gap_is_drawn_over_but_never_a_cell_within_the_threshold():
    frame = cells([5, 5, 5], [0, 3, 1], [3, 4, 90])  # two cells beyond, two squares between: one empty, one within
    minutes = pd.Series([40.0, 41.0, 10.0], index=frame.index)
    (apart,) = white_spots(frame, GRID, minutes, 30, 8, gap_cells=0).shape[:1]
    assert apart == 0  # neither of the two reaches eight people alone
    one = white_spots(frame, GRID, minutes, 30, 1, gap_cells=1)
    assert one["people_inv"].tolist() == [7.0]
    assert one.area.tolist() == pytest.approx([3e6])
    assert not one.geometry.iloc[0].intersects(frame.geometry.iloc[2].buffer(400))


def test_areas_are_parted_by_place_and_named_after_it():
    frame = cells([5, 5, 5, 5], [0, 1, 2, 3], [1, 2, 4, 8])
    minutes = pd.Series(40.0, index=frame.index)
    place = pd.Series(["a", "a", "b", "b"], index=frame.index)
    spots = white_spots(frame, GRID, minutes, 30, 1, gap_cells=2, place=place)
    assert spots[["place_id", "people_inv"]].to_numpy().tolist() == [["b", 12.0], ["a", 3.0]]
    x, y = GRID.centre(np.array([5, 9]), np.array([3, 0]))
    where = gpd.points_from_xy(x, y)
    places = gpd.GeoDataFrame({"name": ["Överby", "Åby"]}, index=["b", "a"], geometry=where, crs="EPSG:3006")
    named = named_spots(spots, places)
    assert named["place_name"].tolist() == ["Överby", "Åby"]
    assert named["direction"].tolist() == ["v", "n"]
    assert named["place_m"].tolist() == pytest.approx([1000 * 4 / 12, np.hypot(4000, 1000 * 2 / 3)])
    alone = named_spots(spots, places.iloc[:1])
    assert alone["place_name"].isna().tolist() == [False, True]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("gap", [0, 1, 2, 3])
def test_white_spots_hold_everybody_beyond_once_and_nobody_within(seed, gap):
    rng = np.random.default_rng(seed)
    at = rng.choice(25 * 25, 160, replace=False)
    frame = cells(at // 25, at % 25, rng.integers(1, 50, len(at)))
    minutes = pd.Series(rng.choice([10.0, 30.0, 30.5, 80.0, INF], len(at)), index=frame.index)
    place = pd.Series(rng.choice(["a", "b"], len(at)), index=frame.index)
    spots = white_spots(frame, GRID, minutes, 30, 1, gap_cells=gap, place=place)
    beyond = frame[minutes > 30]
    assert spots["people_inv"].sum() == beyond["population_inv"].sum()
    assert spots["cells"].sum() == len(beyond)
    covered = squares_of(beyond).union_all()
    assert spots.union_all().buffer(1).covers(covered)
    assert spots.area.sum() == pytest.approx(spots.union_all().area)  # no two overlap
    assert not spots.union_all().buffer(-1).intersects(squares_of(frame[minutes <= 30]).union_all().buffer(-1))
    for spot in spots.itertuples():
        inside = beyond[beyond.within(spot.geometry)]
        assert inside["population_inv"].sum() == spot.people_inv
        assert set(place[inside.index]) == {spot.place_id}
        assert set(np.isinf(minutes[inside.index])) == {spot.kind == "unreachable"}


def test_white_spots_refuse_two_cells_in_one_place():
    frame = cells([0, 0], [0, 0], [1, 1]).set_axis(["a", "b"])
    with pytest.raises(ValueError, match="two cells"):
        white_spots(frame, GRID, pd.Series([1.0, 1.0], index=frame.index), 30, 1)


def test_stops_with_enough_departures_within_reach_and_ties_by_id():
    frame = cells([0, 5], [0, 5], [1, 1])
    x, y = frame.geometry.iloc[0].coords[0]
    where = gpd.points_from_xy([x + 400, x - 400, x + 10], [y, y, y])
    stops = gpd.GeoDataFrame({"departures": [10, 10, 9]}, index=["s2", "s1", "s0"], geometry=where, crs="EPSG:3006")
    reach = reach_of_stops(frame, stops, walk_m=400, min_departures=10)
    assert reach["stop_id"].tolist()[0] == "s1"
    assert reach["within"].tolist() == [True, False]
    none = reach_of_stops(frame, stops, walk_m=400, min_departures=11)
    assert none["stop_id"].tolist() == [None, None]
    assert np.isinf(none["straight_line_m"]).all()
    table = people_where(frame["population_inv"], pd.Series("z", index=frame.index), reach["within"])
    assert table["people_inv"].tolist() == [1.0, 1.0]
