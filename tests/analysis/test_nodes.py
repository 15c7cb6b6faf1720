"""Supply, levels, reasons and stability: answers worked out by hand, and what must always hold."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.nodes import (
    facilities_of_places,
    level_reasons,
    levels_of_places,
    people_reached,
    people_reached_by_car,
    supply_of_places,
)
from spatial.analysis.stability import stability_of_levels
from spatial.settings import Hierarchy, Level, Parameter, Title

BASIC = ["grocery", "fuel", "parcels", "pharmacy", "health_centre"]


def number(value):
    return Parameter(value=value, unit="inv", source="antagande")


def level(name, people, **more):
    return Level(id=name, title=Title(sv=name), criterion=Title(sv=name), min_population_inv=number(people), **more)


def hierarchy(variation=0.25, runs=200, seed=7):
    return Hierarchy(
        levels=[
            level("core", 1000, required=["hospital"]),
            level("centre", 0, central=True),
            level("service", 100, services=BASIC, min_services=3),
            level("rural", 0, services=BASIC, min_services=1),
        ],
        service_reach_m=number(5000.0),
        variation_share=number(variation),
        runs=runs,
        seed=seed,
    )


def points(xy, index, **columns):
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(*zip(*xy, strict=True)), index=index, crs="EPSG:3006")


@pytest.fixture
def places():
    names = ["core", "big", "centre", "shops", "shop", "farm"]
    people, central = [1000, 999, 10, 100, 99, 5], [True, False, True, False, False, False]
    return pd.DataFrame({"name": names, "population_inv": people, "central": central}, index=names)


@pytest.fixture
def supply(places):
    table = pd.DataFrame(0, index=places.index, columns=["hospital", *BASIC])
    table.loc["core", :] = 1
    table.loc["big", ["hospital", "grocery", "fuel"]] = 2
    table.loc["shops", ["grocery", "fuel", "parcels"]] = 1
    table.loc["shop", ["grocery", "fuel", "parcels"]] = 1
    return table


def test_a_place_takes_the_first_level_it_meets_and_equal_is_enough(places, supply):
    before = places.copy(), supply.copy()
    got = levels_of_places(places, supply, hierarchy())
    assert got.to_dict() == {
        "core": "core",
        "big": "rural",
        "centre": "centre",
        "shops": "service",
        "shop": "rural",
        "farm": None,
    }
    assert got["farm"] is None
    pd.testing.assert_frame_equal(places, before[0])
    pd.testing.assert_frame_equal(supply, before[1])


def test_a_service_type_that_nobody_offers_is_nowhere(places):
    got = levels_of_places(places, pd.DataFrame(index=places.index), hierarchy())
    assert got.dropna().to_dict() == {"core": "centre", "centre": "centre"}


def test_other_indexes_are_refused(places, supply):
    with pytest.raises(ValueError, match="share their index"):
        levels_of_places(places, supply.iloc[::-1], hierarchy())


def test_reasons_name_what_is_missing(places, supply):
    got = level_reasons(places, supply, hierarchy())
    assert list(got.index.get_level_values("level")[:4]) == ["core", "centre", "service", "rural"]
    big = got.loc[("big", "core")]
    assert (big["met"], big["population_ok"], big["required_ok"]) == (False, False, True)
    assert got.loc[("shops", "core"), "missing_required"] == "hospital"
    assert got.loc[("big", "service"), ["services_present", "services_needed"]].tolist() == [2, 3]
    first = got["met"].unstack("level")[["core", "centre", "service", "rural"]].loc[places.index]  # noqa: PD010
    levels = levels_of_places(places, supply, hierarchy())
    assert [row.idxmax() if row.any() else None for _, row in first.iterrows()] == list(levels)


def test_a_facility_belongs_to_its_nearest_place_within_reach_ties_to_the_smallest_id():
    where = points([(0, 0), (100, 0)], ["b", "a"])
    shops = points([(50, 0), (100, 30), (100, 31), (0, 0)], list("wxyz"), service_type=["s", "s", "s", "t"])
    assert supply_of_places(where, shops, 30).to_dict("index") == {"b": {"s": 0, "t": 1}, "a": {"s": 1, "t": 0}}
    assert supply_of_places(where, shops, 50)["s"].to_dict() == {"b": 0, "a": 3}
    assert list(supply_of_places(where, shops, 50, ["u", "s"]).columns) == ["u", "s"]


def test_a_stated_place_goes_before_the_nearest_and_an_unknown_one_counts_nowhere():
    where = points([(0, 0), (100, 0)], ["a", "b"])
    shops = points([(1, 0), (1, 0), (1, 0)], [1, 2, 3], service_type="s", place_id=["b", None, "elsewhere"])
    got = facilities_of_places(where, shops)
    assert got["place_id"].tolist() == ["b", "a", "elsewhere"]
    assert got["distance_m"].tolist() == [0, 1, 0]
    assert supply_of_places(where, shops, 5)["s"].tolist() == [1, 1]


def test_no_facilities_or_no_places_is_no_error():
    where = points([(0, 0)], ["a"])
    none = where.iloc[:0].assign(service_type=[])
    assert supply_of_places(where, none, 5, ["s"])["s"].tolist() == [0]
    assert facilities_of_places(where.iloc[:0], where.assign(service_type="s"))["place_id"].tolist() == [None]


def test_people_count_for_their_nearest_place_only():
    where = points([(0, 0), (10, 0)], ["b", "a"])
    cells = points([(5, 0), (1, 0), (40, 0)], [7, 8, 9], population_inv=[3, 4, 5])
    assert people_reached(where, cells, 30).to_dict() == {"b": 4, "a": 8}
    assert people_reached(where, cells, 29).to_dict() == {"b": 4, "a": 3}
    minutes = pd.DataFrame({"b": [5, 1, np.inf], "a": [5, 9, np.inf]})
    assert people_reached_by_car(minutes, pd.Series([3, 4, 5]), 5).to_dict() == {"b": 4, "a": 3}


@settings(deadline=None, max_examples=50)
@given(st.permutations(range(6)), st.integers(0, 5))
def test_levels_and_stability_do_not_depend_on_the_order_of_places(order, seed):
    names = ["core", "big", "centre", "shops", "shop", "farm"]
    places = pd.DataFrame({"population_inv": [1000, 999, 10, 100, 99, 5], "central": False}, index=names)
    rng = np.random.default_rng(seed)
    supply = pd.DataFrame(rng.integers(0, 2, (6, 6)), index=names, columns=["hospital", *BASIC])
    one = stability_of_levels(places, supply, hierarchy(runs=20))
    other = stability_of_levels(places.iloc[list(order)], supply.iloc[list(order)], hierarchy(runs=20))
    pd.testing.assert_frame_equal(one, other.loc[names])


def test_without_variation_everybody_keeps_the_level(places, supply):
    got = stability_of_levels(places, supply, hierarchy(variation=0.0))
    assert (got["stability_share"] == 1).all()
    assert got["most_common_other"].isna().all()


def test_places_at_a_threshold_waver_and_others_stand_firm(places, supply):
    places.loc["core", "population_inv"], places.loc["farm", "population_inv"] = 1100, 5
    got = stability_of_levels(places, supply, hierarchy())
    assert got.loc["centre", "stability_share"] == 1
    assert got.loc["farm", "stability_share"] == 1
    assert 0.55 < got.loc["core", "stability_share"] < 0.85
    assert got.loc["core", "most_common_other"] == "centre"
    assert got.loc["shops", "most_common_other"] == "rural"
    pd.testing.assert_frame_equal(got, stability_of_levels(places, supply, hierarchy()))
    assert not got.equals(stability_of_levels(places, supply, hierarchy(seed=8)))


def test_the_reach_wavers_too():
    where = points([(0, 0)], ["a"], population_inv=[5], central=[False])
    for metres, firm in ((3000, True), (5100, False)):
        shop = points([(metres, 0)], ["s"], service_type="grocery")
        facilities = facilities_of_places(where, shop)
        supply = supply_of_places(where, shop, 5000)
        got = stability_of_levels(where, supply, hierarchy(), facilities=facilities)
        assert bool(got.loc["a", "stability_share"] == 1) is firm


def test_a_variation_of_one_is_refused(places, supply):
    with pytest.raises(ValueError, match="variation_share"):
        stability_of_levels(places, supply, hierarchy(variation=1.0))


@pytest.mark.realdata
def test_real_localities_some_waver(shared):
    towns = gpd.read_file(shared / "vasterbotten" / "tatorter.gpkg")
    towns = towns[towns["lan_code"].astype(str) == "24"].set_index("code")
    towns["population_inv"] = towns["pop"].astype(float)
    towns["central"] = towns.index.str[4:6] == "TC"
    assert towns["central"].sum() == 15
    size = towns["population_inv"].to_numpy()
    supply = pd.DataFrame({name: (size >= 400).astype(int) for name in BASIC}, index=towns.index)
    supply["hospital"] = towns["name"].isin(["Umeå", "Skellefteå", "Lycksele"]).astype(int)
    levels = [level("core", 30000, required=["hospital"]), *hierarchy().levels[1:]]
    options = hierarchy().model_copy(update={"levels": levels})
    got = stability_of_levels(towns, supply, options)
    assert set(towns.loc[got["level"] == "core", "name"]) == {"Umeå", "Skellefteå"}
    skelleftea = got.loc[towns["name"] == "Skellefteå", "stability_share"].item()
    assert 0.8 < skelleftea < 1
    assert got.loc[towns["name"] == "Umeå", "stability_share"].item() == 1
