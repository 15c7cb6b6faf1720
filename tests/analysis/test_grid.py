import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from spatial.analysis.grid import sums_by_zone, zones_of_cells
from spatial.lattice import cells_from_lower_left, lattice_for, parse_cell_ids, scb_cell_ids

CRS = "EPSG:3006"
coordinates = st.integers(-5, 25)


def zones_frame(codes=("c", "a", "b")):
    boxes = {"a": shapely.box(0, 0, 10, 10), "b": shapely.box(10, 0, 20, 10), "c": shapely.box(0, 10, 20, 20)}
    return gpd.GeoDataFrame(index=list(codes), geometry=[boxes[code] for code in codes], crs=CRS)


def cells_frame(points):
    index = [f"cell-{i}" for i in range(len(points))]
    xy = np.array(points, float).reshape(-1, 2)
    return gpd.GeoDataFrame(index=index, geometry=gpd.points_from_xy(*xy.T), crs=CRS)


@given(points=st.lists(st.tuples(coordinates, coordinates), max_size=30), order=st.permutations(["a", "b", "c"]))
@settings(deadline=None)
def test_same_answer_in_any_order_on_the_same_index(points, order):
    cells, zones = cells_frame(points), zones_frame(order)
    before, zones_before = cells.copy(deep=True), zones.copy(deep=True)
    result = zones_of_cells(cells, zones, 3)
    assert result.index.equals(cells.index)
    assert_frame_equal(result, zones_of_cells(cells, zones_frame(), 3))
    assert_frame_equal(result.iloc[::-1], zones_of_cells(cells.iloc[::-1], zones, 3))
    assert_frame_equal(cells, before)
    assert_frame_equal(zones, zones_before)


@given(points=st.lists(st.tuples(coordinates, coordinates), max_size=30))
@settings(deadline=None)
def test_equals_a_point_by_point_count(points):
    cells, zones = cells_frame(points), zones_frame()
    result = zones_of_cells(cells, zones, 3)
    for cell, point in cells.geometry.items():
        metres = {code: point.distance(area) for code, area in zones.geometry.items()}
        code, nearest = min(metres.items(), key=lambda item: (item[1], item[0]))
        assert result.loc[cell, "zone"] == (code if nearest <= 3 else None)
        assert result.loc[cell, "outside_m"] == nearest


@pytest.mark.parametrize(
    ("point", "zone", "outside"),
    [((10, 5), "a", 0), ((10, 10), "a", 0), ((15, 10), "b", 0), ((23, 5), "b", 3), ((23.5, 5), None, 3.5)],
    ids=["border", "corner", "border-b-c", "at-the-limit", "beyond"],
)
def test_worked_out_by_hand(point, zone, outside):
    row = zones_of_cells(cells_frame([point]), zones_frame(), 3).iloc[0]
    assert (row["zone"], row["outside_m"]) == (zone, outside)


def test_refuses_what_would_be_silently_wrong():
    cells, zones = cells_frame([(1, 1)]), zones_frame()
    for wrong in (zones.to_crs("EPSG:3067"), zones.to_crs("EPSG:4326"), zones.set_crs(None, allow_override=True)):
        with pytest.raises(ValueError, match="CRS"):
            zones_of_cells(cells, wrong, 3)
    with pytest.raises(ValueError, match="repeat"):
        zones_of_cells(cells, zones_frame(("a", "a")), 3)
    with pytest.raises(ValueError, match="no point"):
        zones_of_cells(gpd.GeoDataFrame(geometry=[None], crs=CRS), zones, 3)


def test_no_zones_and_no_cells():
    assert zones_of_cells(cells_frame([(1, 1)]), zones_frame(()), 3)["zone"].tolist() == [None]
    assert zones_of_cells(cells_frame([]), zones_frame(), 3).shape == (0, 2)


@settings(deadline=None)
@given(values=st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 1000)), max_size=40))
def test_sums_keep_everybody(values):
    zone = pd.Series([code for code, _ in values], dtype=object)
    people = pd.Series([number for _, number in values], dtype="int64", name="people")
    before = people.copy()
    sums = sums_by_zone(people, zone, codes=pd.Index(["a", "b", "tom"]), outside="utanför")
    assert sums["people"].sum() == people.sum()
    assert list(sums.index) == ["a", "b", "tom", "utanför"]
    assert sums.loc["tom", "people"] == 0
    assert people.equals(before)


def test_sums_refuse_lost_people():
    with pytest.raises(ValueError, match="index"):
        sums_by_zone(pd.Series([1], index=["x"]), pd.Series(["a"], index=["y"]))
    with pytest.raises(ValueError, match="among"):
        sums_by_zone(pd.Series([1]), pd.Series(["a"]), codes=pd.Index(["b"]))


def test_lattice_is_the_national_one():
    grid = lattice_for((758_803, 7_088_280, 760_000, 7_089_001), 1000)
    assert (grid.transform.c, grid.transform.f, grid.shape) == (758_000, 7_090_000, (2, 2))
    assert lattice_for((500, 500, 500, 500), 1000).shape == (1, 1)
    for bad in ((0, 0, np.nan, 1), (2, 0, 1, 1)):
        with pytest.raises(ValueError, match="lattice"):
            lattice_for(bad, 1000)


@pytest.mark.parametrize(
    ("ids", "corner", "size", "crs"),
    [
        (["7580007088000"], (758_000, 7_088_000), 1000, "EPSG:3006"),
        ([7580007088000], (758_000, 7_088_000), 1000, "EPSG:3006"),
        (["22160006755000"], (216_000, 6_755_000), 1000, "EPSG:25833"),
        (["22162506755250"], (216_250, 6_755_250), 250, "EPSG:25833"),
        (["CRS3035RES1000mN4604000E4591000"], (4_591_000, 4_604_000), 1000, "EPSG:3035"),
        (["CRS3035RES200mN4604200E4591000"], (4_591_000, 4_604_200), 200, "EPSG:3035"),
    ],
)
def test_cell_ids(ids, corner, size, crs):
    x, y, found_size, found_crs = parse_cell_ids(pd.Series(ids))
    assert ((x[0], y[0]), found_size, found_crs) == (corner, size, crs)


@settings(deadline=None)
@given(
    corners=st.lists(st.tuples(st.integers(200, 900), st.integers(6100, 7700)), min_size=1, max_size=20, unique=True)
)
def test_scb_ids_go_round(corners):
    x, y = (np.array(values) * 1000 for values in zip(*corners, strict=True))
    east, north, size, crs = parse_cell_ids(pd.Series(scb_cell_ids(x, y)), size_m=1000)
    assert east.tolist() == x.tolist()
    assert north.tolist() == y.tolist()
    cells, grid = cells_from_lower_left(east, north, size, crs)
    assert np.allclose(np.column_stack(grid.centre(cells["row"], cells["col"])), cells.get_coordinates())


@pytest.mark.parametrize(
    ("ids", "size", "match"),
    [
        (["7580007088000", "Umeå"], None, r"another kind.*2 \('Umeå'\)"),
        (["7580007088000", "22160006755000"], None, "another kind"),
        (["7580007088000", None], None, "another kind.*2"),
        (["CRS3035RES1000mN4604000E4591000", "CRS3035RES1000mN4604100E4591000"], None, "lattice of 1000 m.*2"),
        (["CRS3035RES1000mN4604000E4591000", "CRS3035RES500mN4604500E4591000"], None, "another size.*2"),
        (["7580007088500"], 1000, "lattice of 1000 m"),
        (["٧٥٨٠٠٠٧٠٨٨٠٠٠"], None, "unknown kind"),
        (["x"], None, "unknown kind"),
        ([], None, "unknown kind"),
    ],
)
def test_cell_ids_name_the_faulty_rows(ids, size, match):
    with pytest.raises(ValueError, match=match):
        parse_cell_ids(pd.Series(ids, dtype=object), size_m=size)


def test_cells_keep_their_own_lattice():
    cells, grid = cells_from_lower_left([4_591_000.0], [4_604_000.0], 1000, "EPSG:3035", index=pd.Index(["x"]))
    assert grid.crs == "EPSG:3035"
    assert cells.crs == CRS
    x, y = cells.to_crs("EPSG:3035").geometry.iloc[0].coords[0]
    assert (x, y) == pytest.approx((4_591_500, 4_604_500), abs=1e-3)
    with pytest.raises(ValueError, match="no cells"):
        cells_from_lower_left([], [], 1000, CRS)
