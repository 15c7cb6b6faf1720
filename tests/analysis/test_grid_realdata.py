import geopandas as gpd
import pytest
import shapely

from spatial.analysis.grid import sums_by_zone, zones_of_cells
from spatial.lattice import cells_from_lower_left, parse_cell_ids

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def county(outlines):
    return outlines[outlines.index.str.startswith("24")]


def test_census_cells_outside_the_packaged_outlines(census, county):
    result = zones_of_cells(census, county, 12_000)
    outside = result["outside_m"] > 0
    assert (len(census), int(census["population_inv"].sum())) == (5_539, 274_455)
    assert (int(outside.sum()), int(census.loc[outside, "population_inv"].sum())) == (251, 5_151)
    assert result["outside_m"].max() == pytest.approx(11_944, abs=1)
    assert result["zone"].notna().all()
    sums = sums_by_zone(census[["population_inv"]], result["zone"])
    assert sums["population_inv"].sum() == 274_455


def test_limit_is_counted_as_within(census, county):
    farthest = zones_of_cells(census, county, 12_000)["outside_m"].max()
    assert zones_of_cells(census, county, farthest)["zone"].notna().all()
    assert zones_of_cells(census, county, farthest - 0.01)["zone"].isna().sum() == 1


@pytest.mark.parametrize(
    ("file", "column", "glamdal", "gjovik"),
    [("ssb_1km_2019", "SSBID1000M", 52_342, 71_281), ("ssb_250m_2018", "SSBID0250M", 52_667, 71_171)],
)
def test_norwegian_cells_belong_where_their_centre_lies(shared, file, column, glamdal, gjovik):
    cells = gpd.read_file(shared / "innlandet" / f"{file}.gpkg")
    x, y, size, crs = parse_cell_ids(cells[column])
    assert (crs, size) == ("EPSG:25833", float(column[-5:-1]))
    ours, _ = cells_from_lower_left(x, y, size, crs)
    there = gpd.GeoSeries(shapely.centroid(cells.geometry.to_numpy()), crs=cells.crs).to_crs("EPSG:3006")
    assert ours.distance(there).max() < 1e-3
    zones = gpd.read_file(shared / "innlandet" / "kommuner_glamdal_gjovik.gpkg").set_index("kommunenummer")
    result = zones_of_cells(ours, zones.to_crs("EPSG:3006"), 5_000)
    sums = sums_by_zone(cells["pop_tot"], result["zone"].map(zones["region"]))["pop_tot"]
    assert sums.to_dict() == {"Glåmdal": glamdal, "Gjøvik": gjovik}
