"""Hinterlands, who lives across, city and hinterland; and the loss of a facility."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.fragility import loss_of_facility
from spatial.analysis.hinterland import city_and_hinterland, hinterlands, node_of_cells, people_across
from spatial.geo import transform_xy
from spatial.model import Grid

GRID = Grid("EPSG:3035", Affine(1000, 0, 4600000, 0, -1000, 4700000), (100, 100))


def cells_at(rows, cols):
    x, y = transform_xy(*GRID.centre(rows, cols), "EPSG:3035", "EPSG:3006")
    return gpd.GeoDataFrame({"row": rows, "col": cols}, geometry=gpd.points_from_xy(x, y), crs="EPSG:3006")


def test_ties_go_to_the_smallest_id_and_the_unreachable_to_none():
    minutes = pd.DataFrame({"b": [5, 1, np.inf], "a": [5, 2, np.inf]}, index=["x", "y", "z"])
    got = node_of_cells(minutes)
    assert got["node"].to_dict() == {"x": "a", "y": "b", "z": None}
    assert got["minutes_min"].tolist()[:2] == [5, 1]
    assert np.isnan(got.loc["z", "minutes_min"])
    assert node_of_cells(minutes[[]])["node"].tolist() == [None, None, None]


def envelopes(cells, grid, node, people):
    return hinterlands(cells, grid, node, people, close_m=15_000, least_share=0.02)


def test_two_hinterlands_meet_between_their_cells_and_keep_their_people():
    cells = cells_at([10, 10, 10, 10], [10, 12, 20, 22])
    node = pd.Series(["west", "west", "east", "east"])
    got = envelopes(cells, GRID, node, pd.Series([1, 2, 3, 4]))
    assert list(got.index) == ["east", "west"]
    assert got["people_inv"].tolist() == [7, 3]
    assert got["cells"].tolist() == [2, 2]
    assert got.crs.to_epsg() == 3006
    assert got.is_valid.all()
    for name in got.index:
        inside = got.loc[[name]].dissolve().contains(cells.geometry[node == name].union_all()).item()
        assert inside
    assert got.loc["east"].geometry.intersection(got.loc["west"].geometry).area < 1e-3 * got.area.min()


def test_a_far_speck_is_counted_but_not_drawn():
    rows, cols = [*np.repeat(np.arange(10), 10), 90], [*np.tile(np.arange(10), 10), 90]
    got = envelopes(cells_at(rows, cols), GRID, pd.Series(["a"] * 101), pd.Series([10.0] * 101))
    assert got["people_inv"].item() == 1010
    assert got["drawn_inv"].item() == 1000
    assert got.geom_type.item() == "Polygon"


def test_one_cell_and_none():
    assert len(envelopes(cells_at([1], [1]), GRID, pd.Series(["a"]), pd.Series([1.0]))) == 1
    assert envelopes(cells_at([], []), GRID, pd.Series([], dtype=object), pd.Series([], dtype=float)).empty
    assert envelopes(cells_at([1], [1]), GRID, pd.Series([None], dtype=object), pd.Series([1.0])).empty


@settings(deadline=None, max_examples=50)
@given(st.permutations(range(12)))
def test_hinterlands_do_not_depend_on_the_order_of_cells(order):
    cells = cells_at([1, 5, 9, 13, 2, 6, 1, 14, 3, 7, 11, 15], [2, 3, 1, 6, 9, 12, 17, 4, 8, 15, 13, 16])
    node, people = pd.Series(list("aabbabababbb")), pd.Series(np.arange(12.0))
    one = envelopes(cells, GRID, node, people)
    pick = list(order)
    other = envelopes(cells.iloc[pick], GRID, node.iloc[pick], people.iloc[pick])
    assert one["people_inv"].equals(other["people_inv"])
    assert float(shapely.area(shapely.symmetric_difference(one.geometry.array, other.geometry.array)).max()) < 1


def test_people_across_adds_up_and_says_who_lives_across():
    people = pd.Series([30, 10, 5, 7])
    near, region = pd.Series(["a", "a", "b", None]), pd.Series(["X", "Y", "Y", "Y"])
    got = people_across(people, near, region, pd.Series({"a": "X", "b": "X"}))
    assert got["people_inv"].sum() == 45
    assert got[got["across"]][["zone_a", "zone_b", "people_inv"]].to_numpy().tolist() == [["a", "Y", 10], ["b", "Y", 5]]
    assert "across" not in people_across(people, near, region)


def test_city_and_hinterland_adds_up_and_shows_the_empty_half():
    values = pd.DataFrame({"people_inv": [130, 9, 7, 70], "jobs": [None, 4, 3, None]}, index=list("abcd"))
    region = pd.Series(["U", "U", "U", "S"], index=values.index)
    city = pd.Series([True, False, False, True], index=values.index)
    got = city_and_hinterland(values, region, city)
    assert got["people_inv"].fillna(-1).tolist() == [70, -1, 130, 16]
    assert got["areas"].tolist() == [1, 0, 1, 2]
    assert np.isnan(got.loc[("U", "city"), "jobs"])


MINUTES = pd.DataFrame(
    {"a": [5.0, 5.0, 40.0, 9.0], "b": [25.0, np.inf, 10.0, 9.0], "c": [60.0, np.inf, 70.0, np.inf]},
    index=["p", "q", "r", "s"],
)
PEOPLE = pd.Series([10, 2, 3, 8], index=MINUTES.index)


def test_the_loss_of_a_facility_by_hand():
    zone = pd.Series(["SE", "SE", "NO", "SE"], index=MINUTES.index)
    home = pd.Series({"a": "SE", "b": "NO", "c": "NO"})
    got = loss_of_facility(MINUTES, PEOPLE, zone, zone_of_facility=home)
    assert got["people_inv"].to_dict() == {"a": 12, "b": 3, "c": 0}
    assert got["lost_person_min"].to_dict() == {"a": 200, "b": 90, "c": 0}
    assert got["lost_mean_min"].fillna(-1).to_dict() == {"a": 20, "b": 30, "c": -1}
    assert got["without_inv"].to_dict() == {"a": 2, "b": 0, "c": 0}
    assert got["across_inv"].to_dict() == {"a": 10, "b": 3, "c": 0}
    assert got["rank"].to_dict() == {"a": 1, "b": 2, "c": 3}


def test_closing_for_real_gives_the_same_loss():
    for name in MINUTES:
        before, after = MINUTES.min(axis=1), MINUTES.drop(columns=name).min(axis=1)
        got = loss_of_facility(MINUTES, PEOPLE, facility_ids=[name]).loc[name]
        assert got["people_inv"] == PEOPLE[after > before].sum()
        grown = (after > before) & np.isfinite(after)
        assert got["lost_person_min"] == ((after - before)[grown] * PEOPLE[grown]).sum()
        assert np.isnan(got["across_inv"])


@settings(deadline=None, max_examples=50)
@given(st.permutations(range(4)), st.permutations(["a", "b", "c"]))
def test_the_loss_does_not_depend_on_the_order(rows, columns):
    one = loss_of_facility(MINUTES, PEOPLE)
    other = loss_of_facility(MINUTES.iloc[list(rows)][list(columns)], PEOPLE.iloc[list(rows)])
    pd.testing.assert_frame_equal(one, other.loc[one.index])


def test_indexes_must_agree():
    with pytest.raises(ValueError, match="share their index"):
        loss_of_facility(MINUTES, PEOPLE.iloc[::-1])
