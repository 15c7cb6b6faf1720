import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from spatial.analysis.population import PARAMETERS, model_population, road_ends
from spatial.lattice import scb_cell_ids

CRS = "EPSG:3006"
X, Y = 700_000, 7_100_000


def ground(people=(3000, 400, 90)):
    municipalities = gpd.GeoDataFrame(
        index=["2402", "2401"],
        geometry=[shapely.box(X, Y, X + 30_000, Y + 30_000), shapely.box(X + 30_000, Y, X + 55_000, Y + 30_000)],
        crs=CRS,
    )
    localities = gpd.GeoDataFrame(
        {"population_inv": people, "municipality_code": ["2402", "2401", "2401"]},
        index=["stad", "by", "liten"],
        geometry=gpd.points_from_xy([X + 10_500, X + 40_500, X + 50_400], [Y + 15_500, Y + 10_500, Y + 20_200]),
        crs=CRS,
    )
    road = shapely.LineString([(X, Y + 15_000), (X + 20_000, Y + 15_000), (X + 55_000, Y + 10_000)])
    lake = shapely.box(X + 20_000, Y + 20_000, X + 26_000, Y + 26_000)
    return {
        "municipalities": municipalities,
        "totals": pd.Series({"2401": 1000, "2402": 4000}),
        "localities": localities,
        "roads": gpd.GeoDataFrame(geometry=[road], crs=CRS),
        "water": gpd.GeoDataFrame(geometry=[lake], crs=CRS),
        "rivers": gpd.GeoDataFrame(geometry=[shapely.LineString([(X, Y), (X + 9000, Y + 9000)])], crs=CRS),
    }


@settings(deadline=None, max_examples=15)
@given(totals=st.tuples(st.integers(0, 3000), st.integers(0, 9000)), seed=st.integers(0, 99))
def test_municipal_totals_are_exact_for_any_totals(totals, seed, population_parameters):
    inputs = ground() | {"totals": pd.Series(totals, index=["2401", "2402"])}
    cells, _ = model_population(parameters=population_parameters, seed=seed, **inputs)
    sums = cells.groupby("municipality_code")["population_inv"].sum().reindex(["2401", "2402"], fill_value=0)
    assert tuple(sums) == totals
    assert (cells["population_inv"] > 0).all()
    assert cells["population_inv"].dtype == np.int64


def test_the_same_grid_in_any_order_and_inputs_stay(population_parameters):
    inputs = ground()
    before = {name: frame.copy(deep=True) for name, frame in inputs.items()}
    cells, grid = model_population(parameters=population_parameters, seed=3, **inputs)
    mixed = {name: frame.iloc[::-1] for name, frame in inputs.items()}
    again, other = model_population(parameters=population_parameters, seed=3, **mixed)
    assert_frame_equal(cells, again)
    assert grid == other
    for name, frame in inputs.items():
        assert frame.equals(before[name])
    redrawn, _ = model_population(parameters=population_parameters, seed=4, **inputs)
    assert not cells.index.equals(redrawn.index)


def test_cells_lie_on_the_national_lattice(population_parameters):
    cells, grid = model_population(parameters=population_parameters, **ground())
    x, y = grid.centre(cells["row"], cells["col"])
    assert np.array_equal(np.column_stack([x, y]), cells.get_coordinates())
    assert (np.column_stack([x, y]) % 1000 == 500).all()
    assert list(cells.index) == list(scb_cell_ids(x - 500, y - 500))
    assert cells.crs == CRS


def test_people_are_where_the_rules_say(population_parameters):
    inputs = ground()
    cells, _ = model_population(parameters=population_parameters, **inputs)
    town = inputs["localities"].geometry["stad"]
    assert cells.loc[cells.distance(town) <= 3000, "population_inv"].sum() > 2500
    lake = inputs["water"].geometry.iloc[0]
    assert cells.loc[cells.within(lake.buffer(-600)), "population_inv"].sum() == 0
    assert len(cells) < 0.5 * 55 * 30


def test_without_roads_water_rivers_and_places(population_parameters):
    inputs = ground() | {"roads": None, "water": None, "rivers": None}
    inputs["localities"] = inputs["localities"].iloc[:0]
    cells, _ = model_population(parameters=population_parameters, **inputs)
    assert cells["population_inv"].sum() == 5000


def test_localities_larger_than_their_municipality_are_cut_to_its_total(population_parameters):
    cells, _ = model_population(parameters=population_parameters, **ground(people=(9000, 400, 90)))
    assert cells.loc[cells["municipality_code"] == "2402", "population_inv"].sum() == 4000


def test_all_that_is_missing_is_listed():
    inputs = ground() | {"totals": pd.Series({"2401": 1})}
    with pytest.raises(ValueError, match=r"road_decay_m.*totals\[2402\]"):
        model_population(parameters={}, **inputs)
    wrong = ground()
    wrong["roads"] = wrong["roads"].to_crs("EPSG:3016")
    with pytest.raises(ValueError, match="CRS"):
        model_population(parameters=dict.fromkeys(PARAMETERS, 1.0), **wrong)


def test_road_ends_are_found_once():
    roads = np.array([shapely.LineString([(0, 0), (9, 9)]), shapely.LineString([(9, 9), (20, 0)])], dtype=object)
    towns = np.array([shapely.Point(20, 0)], dtype=object)
    assert {(p.x, p.y) for p in road_ends(roads, towns, 1)} == {(0, 0), (9, 9)}
    assert len(road_ends(roads, np.array([], dtype=object), 1)) == 3
