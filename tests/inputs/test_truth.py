"""What a true frame is, every fault that stops one, and that a skipped reprojection would not go unnoticed."""

import tomllib
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial import geo
from spatial.errors import LayerError
from spatial.inputs import gate, truth
from spatial.inputs.garbled import looks_garbled, mended

UMEA = (20.263, 63.8258)
UMEA_3006 = (758803.435, 7088280.798)
LON_LAT = [(17.35, 64.16), (19.02, 64.14), UMEA, (19.75, 63.91)]
REGION = shapely.box(468_000, 7_020_000, 820_000, 7_350_000)
CRS_CODES = ["EPSG:25832", "EPSG:3067", "EPSG:3035", *(f"EPSG:{code}" for code in range(3012, 3018))]


def make_true(frame, **changed):
    rules = {"layer": "prov", "crs": None, "family": None, "id_column": None, "region": REGION, "margin_m": 50_000}
    return truth.true_frame(frame, **(rules | changed))


def places(crs="EPSG:4326", points=LON_LAT):
    geometry = gpd.points_from_xy(*np.transpose(points))
    frame = gpd.GeoDataFrame({"namn": [f"p{i}" for i in range(len(points))]}, geometry=geometry, crs=4326).to_crs(crs)
    return frame.set_axis(pd.RangeIndex(1, len(points) + 1))


def polygons(*shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs="EPSG:3006", index=range(1, len(shapes) + 1))


def faults_of(frame, **changed):
    with pytest.raises(LayerError) as refused:
        make_true(frame, **changed)
    for fault in refused.value.faults:
        assert "{" not in fault.sentence() + fault.remedy()
        assert fault.severity == "error"
    return refused.value.faults


def keys(faults):
    return [fault.key.removeprefix("faults.truth_") for fault in faults]


# --- coordinates ------------------------------------------------------------------------------------------------


def assert_golden(crs):
    true, faults = make_true(places(crs, [UMEA]))
    assert faults == ()
    assert geo.same_crs(true.crs, "EPSG:3006")
    east, north = true.geometry.iloc[0].x, true.geometry.iloc[0].y
    assert (east, north) == pytest.approx(UMEA_3006, abs=0.002)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3006", "EPSG:25833", *CRS_CODES])
def test_the_golden_point_of_umea(crs):
    assert_golden(crs)


@pytest.mark.parametrize("crs", CRS_CODES)
def test_every_system_makes_the_same_layer(crs):
    true, _ = make_true(places(crs))
    expected, _ = make_true(places("EPSG:4326"))
    assert shapely.distance(true.geometry.to_numpy(), expected.geometry.to_numpy()).max() < 0.001
    assert list(true.index) == list(expected.index)
    back = geo.to_crs(true, crs)
    assert shapely.distance(back.geometry.to_numpy(), places(crs).geometry.to_numpy()).max() < 0.01


@pytest.mark.parametrize("crs", ["EPSG:4326", *CRS_CODES])
@pytest.mark.parametrize("relabel", [True, False])
def test_a_skipped_reprojection_fails_the_golden_point(monkeypatch, crs, relabel):
    def skipped(frame, target="EPSG:3006"):
        return frame.set_crs(target, allow_override=True) if relabel else frame

    monkeypatch.setattr(geo, "to_crs", skipped)
    with pytest.raises((AssertionError, LayerError)):
        assert_golden(crs)


def test_a_label_with_heights_means_the_same_place():
    frame = places("EPSG:3006").set_crs("EPSG:5845", allow_override=True)
    true, _ = make_true(frame, crs="EPSG:3006")
    assert geo.same_crs(true.crs, "EPSG:3006")
    high = places().set_geometry(gpd.points_from_xy(*np.transpose(LON_LAT), z=[1.0, 2.0, 3.0, np.nan], crs="EPSG:4979"))
    true, _ = make_true(high)
    assert not true.has_z.any()


def test_a_declared_crs_stands_in_for_a_missing_label():
    bare = places("EPSG:3067").set_crs(None, allow_override=True)
    true, _ = make_true(bare, crs="EPSG:3067")
    assert_geodataframe_equal(true, make_true(places())[0], check_less_precise=True)


def test_no_label_and_none_declared_is_a_fault_that_names_what_fits():
    (fault,) = faults_of(places("EPSG:3067").set_crs(None, allow_override=True))
    assert keys([fault]) == ["no_crs_fits"]
    assert "EPSG:3067" in fault.remedy()


def test_label_and_settings_must_agree():
    (fault,) = faults_of(places("EPSG:3006"), crs="EPSG:3067")
    assert keys([fault]) == ["crs_conflict"]
    assert {"EPSG:3006", "EPSG:3067"} <= set(fault.sentence().replace(",", " ").replace(".", " ").split())


@pytest.mark.parametrize("code", [25832, 25834, 3067, 3035, 3857, 3014])
def test_a_wrong_label_is_found_by_place_and_the_right_one_named(code):
    frame = places(f"EPSG:{code}").set_crs("EPSG:3006", allow_override=True)
    (fault,) = faults_of(pd.concat([frame, frame]).set_axis(range(1, 9)))
    assert keys([fault]) == ["elsewhere_fits"]
    assert f"EPSG:{code}" in fault.remedy()


def test_degrees_labelled_as_metres_are_found():
    (fault,) = faults_of(places().set_crs("EPSG:3006", allow_override=True))
    assert "EPSG:4326" in fault.remedy()


def test_swapped_axes_are_found_in_degrees_and_metres():
    for crs in ("EPSG:4326", "EPSG:3006"):
        frame = places(crs)
        turned = frame.set_geometry(gpd.points_from_xy(frame.geometry.y, frame.geometry.x, crs=crs))
        (fault,) = faults_of(turned)
        assert keys([fault]) == ["axes"]
        assert crs in fault.remedy()


def test_a_layer_of_the_whole_country_or_world_lies_where_it_should():
    world = [(lon, lat) for lon in range(-170, 171, 10) for lat in range(-80, 81, 10)]
    true, faults = make_true(places(points=[UMEA, *world]))
    assert {fault.severity for fault in faults} <= {"warning"}
    assert np.isfinite(true.total_bounds).all()


def test_another_country_is_not_the_region():
    (fault,) = faults_of(places(points=[(139.7, 35.7), (135.5, 34.7)]))
    assert keys([fault]) == ["elsewhere"]


def test_a_point_known_to_lie_elsewhere_is_a_fault():
    frame = places()
    known = {"3": UMEA_3006}
    assert make_true(frame, known_points=known)[1] == ()
    (fault,) = faults_of(frame, known_points={"3": (600_000, 7_100_000), "99": (0, 0)})
    assert (keys([fault]), fault.row) == (["known_point"], "3")


def test_metres_labelled_as_degrees_obey_settings_that_say_so():
    frame = places("EPSG:3006").set_crs("EPSG:4326", allow_override=True)
    (fault,) = faults_of(frame)
    assert keys([fault]) == ["metres_as_degrees"]
    true, faults = make_true(frame, crs="EPSG:3006")
    assert keys(faults) == ["label_overruled"]
    assert_geodataframe_equal(true, make_true(places())[0], check_less_precise=True)


def test_a_single_row_beyond_degrees_is_named():
    frame = places()
    frame.loc[2, "geometry"] = shapely.Point(758_803, 7_088_280)
    (fault,) = faults_of(frame)
    assert (keys([fault]), fault.row) == (["outside_degrees"], "2")


# --- rows -------------------------------------------------------------------------------------------------------


def test_every_fault_comes_at_once_each_with_its_row():
    frame = places("EPSG:3006").assign(kod=["a", "b", "a", None], namn=["Ã…sele", "Umeå", "┼sele", "\ufffdsele"])
    frame.loc[1, "geometry"] = None
    frame.loc[2, "geometry"] = shapely.Point(np.inf, 7_000_000)
    frame.loc[3, "geometry"] = shapely.LineString([UMEA_3006, (760_000, 7_090_000)])
    found = {(key, fault.row) for fault in faults_of(frame, id_column="kod", family="point") for key in keys([fault])}
    assert found == {
        ("no_geometry", "1"),
        ("not_finite", "2"),
        ("family", "3"),
        ("no_id", "4"),
        ("repeated_id", "1"),
        ("repeated_id", "3"),
        ("garbled", "1"),
        ("garbled", "3"),
        ("lost_letters", "4"),
    }


def test_many_faults_of_one_kind_are_counted_not_listed():
    frame = places(points=[UMEA] * 200).assign(kod="samma")
    faults = faults_of(frame, id_column="kod")
    assert len(faults) == 51
    assert sum(fault.count for fault in faults) == 200


def test_zero_features_is_a_fault():
    assert keys(faults_of(places().iloc[:0])) == ["no_features"]


def test_ids_are_unique_text_and_named():
    true, _ = make_true(places())
    assert (list(true.index), true.index.name) == (["1", "2", "3", "4"], "id")
    frame = places().assign(kod=[114, 180.0, 2480, 2401], id=["x", "y", "z", "w"])
    true, _ = make_true(frame, id_column="kod")
    assert list(true.index) == ["114", "180", "2480", "2401"]
    assert list(true["file_id"]) == ["x", "y", "z", "w"]
    true, _ = make_true(frame, id_column="id")
    assert list(true.index) == ["x", "y", "z", "w"]
    assert "id" not in true.columns
    assert true.reset_index()["id"].tolist() == ["x", "y", "z", "w"]


def test_repeated_rows_of_the_file_are_repeated_ids():
    assert set(keys(faults_of(places().set_axis([1, 2, 2, 3])))) == {"repeated_id"}


def test_single_and_multi_are_one_family_and_another_is_named():
    square = shapely.box(700_000, 7_100_000, 701_000, 7_101_000)
    frame = polygons(square, shapely.MultiPolygon([square]))
    assert len(make_true(frame, family="polygon")[0]) == 2
    (fault,) = faults_of(polygons(square, square, square.boundary))
    assert (keys([fault]), fault.row) == (["family"], "3")
    faults = faults_of(frame, family="line")
    assert [fault.row for fault in faults] == ["1", "2"]


# --- validity ---------------------------------------------------------------------------------------------------


def pinched(x=700_000, y=7_100_000, side=1000):
    """Return a ring that touches itself along a spike of no area."""
    ring = [(x, y), (x + side, y), (x + side, y + side), (x + side, y + 2 * side), (x + side, y + side), (x, y + side)]
    return shapely.Polygon(ring)


def test_repair_keeps_polygons_and_is_reported():
    true, (fault,) = make_true(polygons(pinched(), shapely.box(710_000, 7_100_000, 711_000, 7_101_000)))
    assert true.geometry.is_valid.all()
    assert set(true.geom_type) <= {"Polygon", "MultiPolygon"}
    assert true.geometry.area.tolist() == pytest.approx([1e6, 1e6])
    assert (keys([fault]), fault.severity, fault.row, fault.count) == (["repaired"], "repaired", "1", 1)


def test_a_bow_tie_is_refused_with_its_row():
    x, y = UMEA_3006
    bow_tie = shapely.Polygon([(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)])
    sound = shapely.box(700_000, 7_100_000, 800_000, 7_200_000)
    (fault,) = faults_of(polygons(sound, bow_tie))
    assert (keys([fault]), fault.row) == (["area_changed"], "2")
    assert set(keys(faults_of(polygons(bow_tie)))) == {"area_changed", "layer_changed"}


def test_small_changes_that_add_up_are_refused_for_the_layer():
    x, y = 700_000, 7_100_000
    ring = [(x, y), (x + 1000, y), (x + 1000, y + 1000), (x + 505, y + 1000), (x + 495, y + 1010), (x + 495, y + 1000)]
    ring = [*ring, (x + 505, y + 1010), (x + 500, y + 1000), (x, y + 1000)]
    shape = shapely.Polygon(ring)
    assert not shape.is_valid
    true, faults = make_true(polygons(shape))
    assert keys(faults) == ["repaired"]
    assert set(keys(faults_of(polygons(shape), max_area_change_share=1e-6))) == {"area_changed", "layer_changed"}
    assert true.geometry.is_valid.all()


def test_what_collapses_is_named():
    x, y = UMEA_3006
    flat = shapely.Polygon([(x, y), (x + 100, y), (x + 50, y), (x, y)])
    dot = shapely.LineString([(x, y), (x, y)])
    for shape in (flat, dot):
        assert "collapsed" in keys(faults_of(polygons(shape)))


# --- texts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Åsele", "Örträsk", "Umeå", "Skellefteå", "Vännäs", "Ånäset"])
@pytest.mark.parametrize(("written", "read"), [("utf-8", "latin-1"), ("utf-8", "cp1252"), ("utf-8", "cp850")])
def test_utf8_read_as_something_else_is_found_and_mended(name, written, read):
    wrong = name.encode(written).decode(read, "replace")
    assert looks_garbled(wrong)
    if "\ufffd" not in wrong:
        assert mended(wrong) == (name, "UTF-8")


def test_latin1_read_as_cp850_is_found_in_every_row():
    names = [name.encode("latin-1").decode("cp850") for name in ("Vännäs", "Örträsk", "Umeå", "Bjurholm")]
    faults = faults_of(places().assign(namn=names))
    assert [fault.row for fault in faults] == ["1", "2", "3"]
    for name, fault in zip(["Vännäs", "Örträsk", "Umeå"], faults, strict=True):
        assert f"troligen ”{name}”" in fault.sentence()
    assert make_true(places().assign(namn=["Võru", "Põlva", "Íso", "Umeå"]))[1] == ()


@pytest.mark.parametrize("name", ["Åsele", "Örträsk", "Umeå", "Skellefteå", "Vännäs"])
def test_cp850_read_as_latin1_and_latin1_as_utf8_are_found(name):
    assert looks_garbled(name.encode("cp850").decode("latin-1"))
    assert looks_garbled(name.encode("latin-1").decode("utf-8", "replace"))


@pytest.mark.parametrize("name", ["Åsele – söder", "Čearru", "Ŋuorra", "Žirje", "Hallnäs (”Hällan”)", "50 ÷ 2", "Café"])
def test_sound_names_are_left_alone(name):
    assert not looks_garbled(name)


# --- hostile files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rules", "found"),
    [
        ("bytta_axlar.geojson", {}, {"axes"}),
        ("3006_som_4326.geojson", {}, {"metres_as_degrees"}),
        ("fel_etikett_25833.gpkg", {}, {"elsewhere_fits"}),
        ("rosett.geojson", {}, {"area_changed", "layer_changed"}),
        ("nan.geojson", {}, {"not_finite"}),
        ("dubbla_id.geojson", {"id_column": "kod"}, {"repeated_id"}),
        ("noll_objekt.geojson", {}, {"no_features"}),
        ("utan_geometri.geojson", {}, {"no_geometry"}),
        ("blandade_slag.geojson", {}, {"family"}),
        ("utan_prj.zip", {}, {"no_crs_fits"}),
        ("utf8_som_latin1.geojson", {}, {"garbled"}),
    ],
)
def test_a_hostile_layer_is_refused_for_what_it_is(hostile, name, rules, found):
    received = gate.read_upload(hostile / name, name=name)
    assert set(keys(faults_of(received.frame, **rules))) == found


@pytest.mark.parametrize("name", ["sund.gpkg", "sund.geojson", "sund.zip", "plan.gdb.zip", "cp850_utan_cpg.zip"])
def test_a_sound_layer_is_true(hostile, name):
    true, faults = make_true(gate.read_upload(hostile / name, name=name).frame, family="point")
    assert faults == ()
    assert (true.geometry.iloc[2].x, true.geometry.iloc[2].y) == pytest.approx(UMEA_3006, abs=0.01)


def test_every_sentence_of_truth_is_used_and_there():
    catalogue = tomllib.loads(files("spatial.texts").joinpath("sv", "faults.toml").read_text(encoding="utf-8"))
    source = "".join(path.read_text(encoding="utf-8") for path in Path(truth.__file__).parent.glob("*.py"))
    ours = [key for key in catalogue if key.startswith("truth_") and not key.endswith("_remedy")]
    assert [key for key in ours if f'"faults.{key}"' not in source] == []


# --- properties -------------------------------------------------------------------------------------------------

LON_LATS = st.lists(st.tuples(st.floats(16.0, 20.5), st.floats(63.7, 65.5)), min_size=1, max_size=12)


@given(points=LON_LATS, crs=st.sampled_from(["EPSG:4326", *CRS_CODES]), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_index_kept_input_unmutated_and_order_of_no_matter(points, crs, seed):
    frame = places(crs, points).assign(kod=lambda f: "k" + f.index.astype(str))
    before = frame.copy(deep=True)
    true, faults = make_true(frame, id_column="kod")
    assert faults == ()
    assert list(true.index) == list(frame["kod"])
    assert list(true["namn"]) == list(frame["namn"])
    assert_geodataframe_equal(frame, before)
    shuffled, _ = make_true(frame.sample(frac=1, random_state=seed), id_column="kod")
    assert_geodataframe_equal(shuffled.loc[true.index], true)


@given(points=LON_LATS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_true_is_true_already(points):
    once, _ = make_true(places(points=points))
    twice, faults = make_true(once.set_axis(range(1, len(once) + 1)))
    assert faults == ()
    assert_geodataframe_equal(twice, once)
