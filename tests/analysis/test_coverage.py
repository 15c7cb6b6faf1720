import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from spatial.analysis.coverage import UNCOVERED, cells_of_zones, raster_areas
from spatial.geo import transform_xy
from spatial.model import Grid, Raster

CRS = "EPSG:3006"
CLASSES = {1: "skog", 2: "vatten", 4: "myr"}


def raster_of(values, crs=CRS, west=700_000.0, north=7_100_000.0, size=1000.0):
    grid = Grid(crs, Affine(size, 0, west, 0, -size, north), values.shape)
    return Raster(grid, {"klass": values.astype(np.uint8)}, CLASSES)


def drawn(seed, shape=(8, 9)):
    return np.random.default_rng(seed).choice([0, 1, 2, 4], shape)


def wild_zones(seed, count=4, x=704_000, y=7_096_000, reach=9000):
    draw = np.random.default_rng(seed)
    triangles = [shapely.Polygon(np.array((x, y)) + draw.uniform(-reach, reach, (3, 2))) for _ in range(count)]
    return gpd.GeoDataFrame(index=[f"z{i}" for i in range(count)], geometry=triangles, crs=CRS)


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_equals_brute_force_with_cells_as_polygons_and_sums_to_the_zone(seed):
    raster, zones = raster_of(drawn(seed)), wild_zones(seed)
    before = zones.copy(deep=True)
    table = raster_areas(raster, zones)
    assert list(table.columns) == ["skog", "vatten", "myr", UNCOVERED]
    np.testing.assert_allclose(table.sum(axis=1), zones.area / 1e6, rtol=1e-9)
    values = raster.bands["klass"]
    row, col = np.indices(values.shape)
    x, y = raster.grid.centre(row.ravel(), col.ravel())
    squares = shapely.box(x - 500, y - 500, x + 500, y + 500)
    for code, name in CLASSES.items():
        mine = squares[values.ravel() == code]
        expected = [shapely.area(shapely.intersection(mine, area)).sum() / 1e6 for area in zones.geometry]
        np.testing.assert_allclose(table[name], expected, rtol=1e-9, atol=1e-9)
    assert_frame_equal(zones, before)


@pytest.mark.parametrize("crs", ["EPSG:3035", "EPSG:25832", "EPSG:3067", "EPSG:3014", "EPSG:4326"])
def test_own_crs_of_the_raster(crs):
    x, y = transform_xy([704_000.0], [7_096_000.0], CRS, crs)
    size = 0.01 if crs == "EPSG:4326" else 1000.0
    raster = raster_of(drawn(3, (60, 60)), crs, float(x[0]) - 30 * size, float(y[0]) + 30 * size, size)
    zones = wild_zones(5)
    table = raster_areas(raster, zones)
    np.testing.assert_allclose(table.sum(axis=1), zones.area / 1e6, rtol=1e-6)
    assert (table[list(CLASSES.values())].sum(axis=1) > 0).all()


def test_degrees_weigh_by_latitude():
    # Two rows of 5 degrees: the northern one is smaller on the ground, though as large in degrees.
    grid = Grid("EPSG:4326", Affine(5, 0, 15, 0, -5, 70), (2, 1))
    raster = Raster(grid, {"klass": np.array([[1], [2]], np.uint8)}, CLASSES)
    zone = gpd.GeoDataFrame(index=["z"], geometry=[shapely.box(15, 60, 20, 70)], crs="EPSG:4326").to_crs("EPSG:3035")
    row = raster_areas(raster, zone).loc["z"]
    expected = np.cos(np.radians(67.5)) / (np.cos(np.radians(67.5)) + np.cos(np.radians(62.5)))
    assert row["skog"] / row.sum() == pytest.approx(expected, rel=1e-2)


def test_raster_with_south_first_gives_the_same():
    values, zones = drawn(7), wild_zones(7)
    north = raster_of(values)
    grid = Grid(CRS, Affine(1000, 0, 700_000, 0, 1000, 7_100_000 - 8000), values.shape)
    south = Raster(grid, {"klass": values[::-1].astype(np.uint8)}, CLASSES)
    assert_frame_equal(raster_areas(north, zones), raster_areas(south, zones), rtol=1e-9)


def test_zone_far_outside_and_no_zones():
    zones = wild_zones(1, x=400_000)
    table = raster_areas(raster_of(drawn(1)), zones)
    np.testing.assert_allclose(table[UNCOVERED], zones.area / 1e6, rtol=1e-9)
    assert raster_areas(raster_of(drawn(1)), zones.iloc[:0]).shape == (0, 4)


def test_overlapping_zones_each_count():
    zone = wild_zones(2, count=1)
    both = pd.concat([zone, zone.rename(index={"z0": "z1"})])
    table = raster_areas(raster_of(drawn(2)), both)
    np.testing.assert_allclose(table.loc["z0"], table.loc["z1"])


def test_refuses_numbers_with_decimals():
    raster = Raster(raster_of(drawn(1)).grid, {"hojd": np.ones((8, 9))}, {})
    with pytest.raises(ValueError, match="whole numbers"):
        raster_areas(raster, wild_zones(1))


def test_cells_of_zones_equal_the_overlay_of_each_cell():
    grid, zones = raster_of(drawn(4)).grid, wild_zones(4)
    zone, cell, km2 = cells_of_zones(grid, zones)
    assert sorted(zip(zone, cell, strict=True)) == list(zip(zone, cell, strict=True))
    row, col = np.indices(grid.shape).reshape(2, -1)
    x, y = grid.centre(row, col)
    squares = shapely.box(x - 500, y - 500, x + 500, y + 500)
    found = np.zeros((len(zones), len(squares)))
    found[zone, cell] = km2
    expected = [shapely.area(shapely.intersection(squares, area)) / 1e6 for area in zones.geometry]
    np.testing.assert_allclose(found, expected, atol=1e-9)
