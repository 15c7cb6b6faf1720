import geopandas as gpd
import numpy as np
import pytest
import shapely

from spatial.analysis.landuse import BAND, CLASSES, MOUNTAIN_PARAMETERS, PARAMETERS, lot, model_land_use
from spatial.analysis.overlay import raster_areas

CRS = "EPSG:3006"
X, Y = 700_000, 7_100_000
NUMBER = {name: value for value, name in CLASSES.items()}
RULES = {
    "locality_area_km2": 0.012,
    "locality_area_exponent": 0.7,
    "farm_locality_m": 3000.0,
    "farm_road_m": 1000.0,
    "farm_share": 1.0,
    "bog_road_m": 5000.0,
    "bog_share": 1.0,
    "block_m": 1000.0,
}


def ground(width=20_000):
    area = gpd.GeoDataFrame(index=["a"], geometry=[shapely.box(X, Y, X + width, Y + 20_000)], crs=CRS)
    places = gpd.GeoDataFrame(
        {"population_inv": [10_000]}, geometry=gpd.points_from_xy([X + 10_250], [Y + 10_250]), crs=CRS
    )
    water = gpd.GeoDataFrame(geometry=[shapely.box(X, Y, X + 2000, Y + 2000)], crs=CRS)
    roads = gpd.GeoDataFrame(geometry=[shapely.LineString([(X, Y + 10_250), (X + 20_000, Y + 10_250)])], crs=CRS)
    return area, places, water, roads


def value(raster, x, y):
    row, col = raster.grid.cell([X + x], [Y + y])
    return CLASSES.get(int(raster.bands[BAND][row[0], col[0]]))


def test_each_rule_by_hand():
    raster = model_land_use(*ground(), RULES)
    assert raster.bands[BAND].dtype == np.uint8
    assert value(raster, 250, 250) == "vatten"
    assert value(raster, 10_250, 10_250) == "bebyggelse"
    assert value(raster, 12_750, 10_250) == "jordbruk"
    assert value(raster, 15_250, 10_250) == "skog"
    assert value(raster, 15_250, 250) == "myr"


def test_mountains_lie_west_of_the_line_but_not_in_the_valleys():
    line = dict(zip(MOUNTAIN_PARAMETERS, (X + 5000, Y, X + 5000, Y + 20_000, 3000), strict=True))
    raster = model_land_use(*ground(), RULES | line)
    assert value(raster, 3250, 15_250) == "fjall"
    assert value(raster, 3250, 11_250) == "skog"
    assert value(raster, 5250, 15_250) != "fjall"


def test_areas_sum_to_the_municipality_and_inputs_stay():
    inputs = ground()
    before = [frame.copy(deep=True) for frame in inputs]
    raster = model_land_use(*inputs, RULES)
    table = raster_areas(raster, inputs[0])
    assert table.sum(axis=1)["a"] == pytest.approx(400, rel=1e-6)
    assert all(frame.equals(old) for frame, old in zip(inputs, before, strict=True))


def test_a_part_does_not_change_with_what_lies_around():
    small = model_land_use(ground(10_000)[0], None, None, None, RULES | {"bog_share": 0.5})
    large = model_land_use(ground(20_000)[0], None, None, None, RULES | {"bog_share": 0.5})
    assert (large.bands[BAND][:, : small.grid.shape[1]] == small.bands[BAND]).all()


def test_outside_is_zero():
    area = gpd.GeoDataFrame(index=["a"], geometry=[shapely.Polygon([(X, Y), (X + 9000, Y), (X, Y + 9000)])], crs=CRS)
    raster = model_land_use(area, None, None, None, RULES)
    assert raster.bands[BAND][0, -1] == 0
    assert raster.bands[BAND][-1, 0] == NUMBER["myr"]


def test_lots_are_even_and_differ_by_salt():
    x, y = (a.ravel() * 1000.0 for a in np.meshgrid(np.arange(-50, 150), np.arange(7000, 7200)))
    drawn = lot(x, y, 1000, 1)
    counts, _ = np.histogram(drawn, 10, (0, 1))
    assert abs(counts / len(drawn) - 0.1).max() < 0.01
    assert abs(np.corrcoef(drawn, lot(x, y, 1000, 2))[0, 1]) < 0.02


def test_missing_parameters_are_listed():
    with pytest.raises(ValueError, match=r"farm_share.*block_m"):
        model_land_use(*ground(), {})
    with pytest.raises(ValueError, match="mountain_valley_m"):
        model_land_use(*ground(), RULES | {"mountain_south_x_m": 1.0})
    assert set(RULES) == set(PARAMETERS)


@pytest.mark.realdata
def test_embedded_region(region, land_use_parameters):
    municipalities = region["municipalities"]
    raster = model_land_use(
        municipalities, region["localities"], region["water"], region["roads"], land_use_parameters, 1000
    )
    table = raster_areas(raster, municipalities)
    np.testing.assert_allclose(table.sum(axis=1), municipalities.area / 1e6, rtol=1e-6)
    assert table["skog"].sum() > 0.5 * table.to_numpy().sum()
    assert table.loc["2480", "fjall"] == 0
    assert table.loc["2421", "fjall"] > 1000
