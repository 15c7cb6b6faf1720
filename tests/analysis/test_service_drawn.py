import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis import service_drawn
from spatial.analysis.catchment import people_served
from spatial.analysis.curves import curves_within
from spatial.analysis.fragility import loss_by_nearest
from spatial.analysis.ranges import count_by_run, matched
from spatial.analysis.reach import percentiles, shares_within
from spatial.analysis.spots import worst_off

IDS = ["a", "b", "c"]
LOST = ["lost_person_min", "lost_mean_min", "without_inv", "across_inv"]
RUNS = 3


def lived_of(seed):
    rng = np.random.default_rng(seed)
    count = 24
    minutes = np.sort(rng.choice([1.0, 2.0, 7.0, np.inf], (count, 2)), axis=1)
    first = np.where(np.isfinite(minutes[:, 0]), rng.integers(0, 3, count), -1)
    second = np.where(np.isfinite(minutes[:, 1]), (first + 1) % 3, -1)
    columns = {
        "run": np.sort(rng.integers(0, RUNS, count)),
        "cell": np.arange(count),
        "population_inv": rng.integers(1, 9, count).astype(float),
        "municipality_code": rng.choice(["2480", "2482"], count),
        "fuel_min": minutes[:, 0],
        "fuel_second_min": minutes[:, 1],
        "fuel_uncertain": rng.random(count) < 0.5,
        "fuel_off_min": np.where(np.isfinite(minutes[:, 0]), 0.5, np.nan),
        "fuel_first": first,
        "fuel_second": second,
    }
    return pd.DataFrame(columns)


def as_cells(lived):
    names = np.array([*IDS, None], object)
    return lived.assign(fuel_id=names[lived["fuel_first"]], fuel_second_id=names[lived["fuel_second"]])


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_each_run_is_counted_as_a_table_of_its_own(seed):
    lived = lived_of(seed)
    homes = pd.Series(["2480", "2482", None], index=IDS, dtype=object)
    codes = {"2480": 0, "2482": 1}
    facilities = service_drawn.Facilities(np.arange(3), homes.map(codes).fillna(-1).to_numpy(int), None)
    zone = lived["municipality_code"].map(codes).to_numpy(int)
    found = service_drawn.served_by_run(lived, "fuel", facilities, 3, RUNS, (zone, None))
    shops = pd.DataFrame({"service_type": "fuel"}, index=IDS)
    for run in range(RUNS):
        cells = as_cells(lived[lived["run"] == run])
        served = people_served(cells, "fuel", shops).reindex(IDS)
        lost = loss_by_nearest(cells, "fuel", cells["municipality_code"], IDS, zone_of_facility=homes)
        for name in ("people_inv", "mean_min", "longest_min"):
            np.testing.assert_allclose(found[name][run], served[name].to_numpy(float))
        np.testing.assert_allclose(found["loses_inv"][run], lost["people_inv"])
        for name in LOST:
            np.testing.assert_allclose(found[name][run], lost[name])
        seconds = cells["population_inv"].groupby(cells["fuel_second_id"]).sum().reindex(IDS).fillna(0)
        np.testing.assert_allclose(found["second_inv"][run], seconds)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_zones_of_each_run_are_counted_as_without_the_others(seed):
    lived, limits = lived_of(seed), [("fuel", 1.0), ("fuel", 5.0)]

    def shares(cells, zone):
        return shares_within(cells["population_inv"], zone, cells, limits, off_network_factor=2.0)

    def times(cells, zone):
        return percentiles(cells["population_inv"], zone, cells[["fuel_min"]], (50, 90))

    for count, keys, columns in (
        (
            shares,
            ["zone", "threshold_min"],
            ["people_inv", "share", "unreachable_inv", "uncertain_inv", "undecided_inv"],
        ),
        (times, ["zone", "percentile"], ["minutes_min"]),
    ):
        found = count_by_run(lived, count)
        for run in lived["run"].unique():
            cells = lived[lived["run"] == run]
            table = count(cells, cells["municipality_code"])
            for name, values in matched(found, table, keys, columns, RUNS).items():
                np.testing.assert_allclose(values[run], table[name].to_numpy(float))


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_curves_are_the_shares_within_each_limit(seed):
    cells = lived_of(seed)
    people, zone, limits = cells["population_inv"], cells["municipality_code"], [1.0, 2.0, 6.9]
    found = curves_within(people, zone, cells, ["fuel"], limits).set_index(["zone", "threshold_min"])
    table = shares_within(people, zone, cells, [("fuel", limit) for limit in limits])
    table = table.set_index(["zone", "threshold_min"])
    np.testing.assert_allclose(found.loc[table.index, ["people_inv", "share"]], table[["people_inv", "share"]])


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_farthest_of_each_run_are_those_worst_off_in_it(seed):
    lived = lived_of(seed)
    found = service_drawn.farthest_by_run(lived, "fuel", 4, RUNS)
    for run in range(RUNS):
        cells = gpd.GeoDataFrame(lived[lived["run"] == run])
        expected = worst_off(cells, cells["fuel_min"], 4)["minutes_min"].tolist()
        np.testing.assert_allclose(found[run], [*expected, *[np.nan] * (4 - len(expected))])


def test_people_by_a_white_spot_count_to_the_nearest_cell_of_its_kind():
    points = gpd.points_from_xy([0, 10, 20], [0, 0, 0])
    shown = gpd.GeoDataFrame({"row": [0, 0, 0], "col": [0, 10, 20]}, geometry=points, crs="EPSG:3006")
    spots = gpd.GeoDataFrame(
        {"kind": ["far", "far", "unreachable"]},
        geometry=[shapely.box(-1, -1, 1, 1), shapely.box(9, -1, 11, 1), shapely.box(19, -1, 21, 1)],
        crs="EPSG:3006",
    )
    cells = pd.DataFrame({"row": [0, 2, 0, 0, 0], "col": [0, 1, 8, 5, 20]})
    lived = pd.DataFrame(
        {
            "run": [0, 0, 0, 0, 0, 1, 1, 1],
            "cell": [0, 1, 2, 3, 4, 0, 2, 4],
            "population_inv": [1.0, 2.0, 4.0, 8.0, 16.0, 3.0, 5.0, 7.0],
            "fuel_min": [31.0, 45.0, 31.0, 99.0, np.inf, 30.0, np.inf, 31.0],
        }
    )
    found = service_drawn.spots_by_run(lived, cells, shown, spots, ("fuel", 30.0), 2, 2)
    assert found["people_inv"].tolist() == [[3.0, 4.0, 16.0], [0.0, 0.0, 0.0]]
    np.testing.assert_array_equal(found["longest_min"], [[45.0, 31.0, np.nan], [np.nan] * 3])


def test_a_facility_that_only_some_runs_have_counts_as_an_alternative_only_there():
    lived = pd.DataFrame(
        {
            "run": [0, 1],
            "population_inv": [10.0, 10.0],
            "fuel_min": [5.0, 5.0],
            "fuel_second_min": [9.0, np.inf],
            "fuel_first": [0, 0],
            "fuel_second": [1, -1],
        }
    )
    only_first = service_drawn.Facilities(np.array([0, -1]), np.array([0, 1]), np.array([0, 1]))
    found = service_drawn.served_by_run(lived, "fuel", only_first, 1, 2, (np.zeros(2, int), np.zeros(2, int)))
    assert found["people_inv"].ravel().tolist() == [10.0, 10.0]
    assert found["second_inv"].ravel().tolist() == [0.0, 0.0]
    assert found["without_inv"].ravel().tolist() == [0.0, 10.0]
    assert found["across_inv"].ravel().tolist() == [10.0, 0.0]
    assert found["abroad_inv"].ravel().tolist() == [10.0, 0.0]


def test_matched_rows_that_a_run_lacks_are_what_stands_for_missing():
    found = pd.DataFrame({"run": [0, 1, 1], "zone": ["a", "a", "z"], "people_inv": [1.0, 2.0, 9.0]})
    values = matched(found, pd.DataFrame({"zone": ["a", "b"]}), ["zone"], ["people_inv"], 2, missing=0.0)
    assert values["people_inv"].tolist() == [[1.0, 0.0], [2.0, 0.0]]


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_what_a_closed_facility_costs_is_counted_person_by_person(seed):
    lived = lived_of(seed)
    lost = service_drawn.median_loss_by_run(lived, "fuel", np.arange(3), RUNS)
    losing = service_drawn.losing_by_run(lived, "fuel", 2.0, np.arange(3), RUNS)
    for run in range(RUNS):
        for facility in range(3):
            own = lived[(lived["run"] == run) & (lived["fuel_first"] == facility)]
            everyone = own.loc[own.index.repeat(own["population_inv"].astype(int))]
            extra = sorted((everyone["fuel_second_min"] - everyone["fuel_min"]).tolist())
            middle = extra[(len(extra) + 1) // 2 - 1] if extra else np.nan
            np.testing.assert_equal(lost[run, facility], middle)
            beyond = (everyone["fuel_min"] <= 2.0) & (everyone["fuel_second_min"] > 2.0)
            assert losing[run, facility] == beyond.sum()
