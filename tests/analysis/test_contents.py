import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine

from spatial.analysis import contents
from spatial.analysis.coverage import UNCOVERED
from spatial.model import Grid, Raster

CRS = "EPSG:3006"
X, Y = 700_000, 7_100_000


def raster(values, size=500.0, west=X, top=Y + 2000):
    grid = Grid(CRS, Affine(size, 0, west, 0, -size, top), np.shape(values))
    return Raster(grid, {"klass": np.array(values, np.uint8)}, {1: "skog", 2: "vatten", 3: "bebyggelse"})


def cells(count=2):
    grid = Grid(CRS, Affine(1000, 0, X, 0, -1000, Y + 2000), (2, 2))
    row, col = np.divmod(np.arange(count), 2)
    x, y = grid.centre(row, col)
    frame = {
        "row": row,
        "col": col,
        "population_inv": [8.0, 4.0, 2.0, 1.0][:count],
        "municipality_code": ["a", "b", "a", "b"][:count],
    }
    return gpd.GeoDataFrame(
        frame, geometry=gpd.points_from_xy(x, y), index=[f"r{n}" for n in range(count)], crs=CRS
    ), grid


LAND = [[1, 2, 2, 2], [3, 1, 2, 2], [0, 0, 1, 1], [0, 0, 1, 1]]


def test_people_live_on_land_by_its_share_of_the_cell():
    frame, grid = cells(4)
    shares = contents.land_of_cells(raster(LAND), frame, grid, ["vatten"])
    assert shares.loc["r0", ["skog", "bebyggelse", "vatten"]].round(9).tolist() == [0.666666667, 0.333333333, 0.0]
    assert shares.loc["r1", "vatten"] == 1.0  # nothing else there: nobody may vanish
    assert shares.loc["r2", UNCOVERED] == 1.0
    assert shares.loc["r3", "skog"] == 1.0


def test_without_uninhabited_classes_it_is_plain_area():
    frame, grid = cells(1)
    shares = contents.land_of_cells(raster(LAND), frame, grid)
    assert shares.loc["r0", ["skog", "bebyggelse", "vatten"]].tolist() == [0.5, 0.25, 0.25]


def test_lattice_shortcut_equals_exact_coverage():
    rng = np.random.default_rng(4)
    frame, grid = cells(4)
    land = raster(rng.integers(0, 4, (4, 4)))
    quick = contents.land_of_cells(land, frame, grid, ["vatten"])
    # The same land a millionth of a metre off the lattice: no shortcut.
    moved = Grid(CRS, Affine(500, 0, X + 1e-4, 0, -500, Y + 2000), (4, 4))
    slow = contents.land_of_cells(Raster(moved, land.bands, land.classes), frame, grid, ["vatten"])
    np.testing.assert_allclose(quick[sorted(quick)], slow[sorted(quick)], atol=1e-5)


def test_polygons_of_land_give_the_same_as_their_raster():
    frame, grid = cells(1)
    west, east = shapely.box(X, Y + 1000, X + 250, Y + 2000), shapely.box(X + 250, Y + 1000, X + 1000, Y + 2000)
    land = gpd.GeoDataFrame({"category": ["skog", "bebyggelse"]}, geometry=[west, east], crs=CRS)
    shares = contents.land_of_cells(land, frame, grid, ["vatten"])
    assert shares.loc["r0", ["skog", "bebyggelse"]].round(9).tolist() == [0.25, 0.75]


def test_people_by_land_keeps_everybody():
    frame, grid = cells(4)
    shares = contents.land_of_cells(raster(LAND), frame, grid, ["vatten"])
    table = contents.people_by_land(frame["population_inv"], frame["municipality_code"], shares, "alla")
    sums = table.groupby("zone")["people_inv"].sum()
    assert sums.to_dict() == pytest.approx({"a": 10.0, "b": 5.0, "alla": 15.0})
    assert table["zone"].tolist()[-1] == "alla"
    assert table.groupby("zone")["share"].sum().round(12).eq(1).all()


def lines():
    shapes = [shapely.LineString([(X, Y), (X + 2000, Y)]), shapely.LineString([(X, Y + 9000), (X + 2000, Y + 9000)])]
    return gpd.GeoDataFrame({"name": ["E4", "E12"]}, geometry=shapes, index=["väg E4", "väg E12"], crs=CRS)


def test_land_within_reach_of_a_line_by_hand():
    land = gpd.GeoDataFrame({"category": ["skog"]}, geometry=[shapely.box(X, Y, X + 2000, Y + 5000)], crs=CRS)
    table = contents.land_within(land, contents.bands(lines(), 1000))
    assert table.loc["väg E4", "skog"] == pytest.approx(2.0, rel=1e-9)
    assert table.loc["väg E12", "skog"] == 0.0


def test_facilities_and_people_of_lines_count_what_is_exactly_as_far():
    points = gpd.points_from_xy([X + 100, X + 100, X + 100], [Y + 1000, Y + 1000.001, Y + 8500])
    service = gpd.GeoDataFrame({"service_type": ["grocery", "grocery", "fuel"]}, geometry=points, crs=CRS)
    table = contents.facilities_along(lines(), service, 1000, ["grocery", "fuel", "hospital"])
    assert table.to_numpy().tolist() == [[1, 0, 0], [0, 1, 0]]
    cells = service.assign(population_inv=[5.0, 7.0, np.nan], municipality_code=["a", "a", "b"])
    people = contents.people_of_lines(lines(), cells, 1001)
    assert people.to_dict("records") == [{"corridor": "väg E4", "municipality_code": "a", "people_inv": 12.0}]


def test_counts_within_are_at_most_the_limit():
    minutes = pd.DataFrame({"x": [15.0, 30.0, np.inf], "y": [16.0, 1.0, np.inf]})
    found = contents.counts_within(minutes, pd.DataFrame({"people_inv": [1, 2, 4]}), [15, 30])
    assert found["people_inv"].tolist() == [1.0, 3.0, 2.0, 3.0]
    assert found.index.tolist() == [("x", 15.0), ("x", 30.0), ("y", 15.0), ("y", 30.0)]
