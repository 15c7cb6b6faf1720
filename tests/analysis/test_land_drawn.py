import geopandas as gpd
import numpy as np
import pytest
import shapely

from spatial.analysis.coverage import raster_areas
from spatial.analysis.land_drawn import areas_by_run, redraw_land
from spatial.analysis.landuse import PARAMETERS, classes_on, land_ground, model_land_use
from spatial.settings import Parameter, Redraw

CRS = "EPSG:3006"
X, Y = 600_000, 7_000_000
RULES = dict.fromkeys(PARAMETERS, 2000.0) | {
    "locality_area_km2": 0.0117, "locality_area_exponent": 0.7, "farm_share": 0.3, "bog_share": 0.3, "block_m": 1000.0
}  # fmt: skip


def number(value):
    return Parameter(value=value, unit="–", source="prov")


def options(spread=0.5, seed=1, varied=("farm_share", "locality_area_km2")):
    ends = {"low_percentile": number(5), "high_percentile": number(95)}
    return Redraw(runs=6, seed=seed, spread_share=number(spread), varied_land_use=list(varied), **ends)


def inputs():
    areas = gpd.GeoDataFrame(index=["a", "b"], geometry=[shapely.box(X, Y, X + 9250, Y + 20_000),
                             shapely.box(X + 9250, Y, X + 20_000, Y + 20_000)], crs=CRS)  # fmt: skip
    place = gpd.GeoDataFrame({"population_inv": [3000]}, geometry=[shapely.Point(X + 9000, Y + 9000)], crs=CRS)
    road = gpd.GeoDataFrame(geometry=[shapely.LineString([(X, Y + 9000), (X + 20_000, Y + 9000)])], crs=CRS)
    return areas, place, None, road


def test_each_run_is_measured_as_its_map_is():
    areas = inputs()[0]
    draws = redraw_land(land_ground(*inputs(), RULES), RULES, options())
    found = areas_by_run(draws, areas)
    for run in range(6):
        table = raster_areas(draws.raster(run), areas)
        for name, by_run in found.items():
            np.testing.assert_allclose(by_run[run], table[name], atol=1e-9)


def test_the_drawing_that_is_shown_is_the_model():
    ground = land_ground(*inputs(), RULES)
    shown = ground.raster(classes_on(ground, RULES))
    np.testing.assert_array_equal(shown.bands["klass"], model_land_use(*inputs(), RULES).bands["klass"])


def test_the_seed_decides_the_runs_and_no_run_is_another():
    ground = land_ground(*inputs(), RULES)
    first, again, other = (redraw_land(ground, RULES, options(seed=seed)).classes for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len({run.tobytes() for run in first}) == 6


def test_without_spread_only_the_blocks_differ():
    ground = land_ground(*inputs(), RULES)
    draws = redraw_land(ground, RULES, options(spread=0.0))
    built = areas_by_run(draws, inputs()[0])["bebyggelse"]
    assert (built == built[0]).all()
    assert built[0].sum() > 0
    wide = areas_by_run(redraw_land(ground, RULES, options()), inputs()[0])["bebyggelse"]
    assert np.ptp(wide.sum(axis=1)) > 0


def test_a_locality_of_twice_the_area_lies_within_the_ground():
    double = RULES | {"locality_area_km2": 2 * RULES["locality_area_km2"]}
    ground = land_ground(*inputs(), RULES)
    expected = model_land_use(*inputs(), double).bands["klass"]
    np.testing.assert_array_equal(ground.raster(classes_on(ground, double)).bands["klass"], expected)


@pytest.mark.parametrize("run", range(3))
def test_water_and_land_outside_stay(run):
    draws = redraw_land(land_ground(*inputs(), RULES), RULES, options())
    assert (draws.raster(run).bands["klass"] > 0).sum() == len(draws.ground.row)
