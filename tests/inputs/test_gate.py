"""The gate: what is opened, what is refused, with which sentence, and that the child process is limited."""

import importlib.util
import os
import shutil
import time
import tomllib
import zipfile
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from spatial.errors import GateError
from spatial.inputs import child, gate, gate_child
from spatial.inputs.checks.kinds import DRIVERS
from spatial.inputs.checks.limits import Limits
from spatial.inputs.intake import Intake

NAMES = ["Åsele", "Örträsk", "Umeå", "Vännäs"]

REFUSED = {
    "vrt_som_pekar_ut.geojson": "gate.points_elsewhere",
    "vrt_som_pekar_ut.csv": "gate.points_elsewhere",
    "vrt_som_pekar_ut.vrt": "gate.unknown_kind",
    "gdalg_som_pekar_ut.geojson": "gate.points_elsewhere",
    "doctype.gml": "gate.unknown_kind",
    "sund.kml": "gate.unknown_kind",
    "tom.geojson": "gate.empty",
    "fel_andelse.gpkg": "gate.other_content",
    "binar.csv": "gate.other_content",
    "avkapad.geojson": "gate.unreadable",
    "orter.shp": "gate.shp_alone",
    "utan_shx.zip": "gate.shp_no_index",
    "avkapad.zip": "gate.shp_cut",
    "avkapad_dbf.zip": "gate.shp_cut",
    "ojamna_delar.zip": "gate.shp_uneven",
    "tva_shapefiler.zip": "gate.several_layers",
    "avkapad_zip.zip": "gate.zip_broken",
    "bombe.zip": "gate.zip_bomb",
    "sokvag_ut.zip": "gate.zip_escape",
    "rotsokvag.zip": "gate.zip_escape",
    "lank.zip": "gate.zip_escape",
    "zip_i_zip.zip": "gate.zip_nested",
    "for_manga.zip": "gate.zip_members",
    "katalog_full.zip": "gate.zip_members",
    "vrt_i_zip.zip": "gate.zip_nothing",
    "gpkg_med_rekursiv_vy.gpkg": "gate.gpkg_view",
    "gpkg_med_utlosare.gpkg": "gate.gpkg_trigger",
    "gpkg_med_virtuell_tabell.gpkg": "gate.gpkg_virtual",
    "sqlite_utan_gpkg.gpkg": "gate.gpkg_not",
    "tva_lager.gpkg": "gate.several_layers",
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_hostile_upload_is_refused_with_one_sentence(hostile, name):
    with pytest.raises(GateError) as refused:
        gate.read_upload(hostile / name, name=name)
    assert refused.value.key == REFUSED[name]
    assert name in refused.value.message()
    assert "{" not in refused.value.message()


def test_a_broken_geopackage_is_refused(hostile):
    with pytest.raises(GateError) as refused:
        gate.read_upload(hostile / "trasig.gpkg", name="trasig.gpkg")
    assert refused.value.key in {"gate.gpkg_broken", "gate.unreadable", "gate.no_layers"}


@pytest.mark.parametrize("name", ["sund.gpkg", "sund.geojson", "sund.fgb", "sund.zip", "plan.gdb.zip"])
def test_a_sound_upload_comes_in_with_its_names_and_label(hostile, name):
    received = gate.read_upload(hostile / name, name=name)
    assert list(received.frame["namn"]) == NAMES
    assert received.frame.crs.to_epsg() == (4326 if name.endswith("geojson") else 3006)
    assert list(received.frame.index) == [1, 2, 3, 4]
    assert received.notes == ()
    assert received.layer in received.layers


@pytest.mark.parametrize("name", ["latin1_utan_cpg.zip", "cp850_utan_cpg.zip", "utf8_utan_cpg.zip", "fel_cpg.zip"])
def test_names_without_a_stated_encoding_are_read_right_and_it_is_said(hostile, name):
    received = gate.read_upload(hostile / name, name=name)
    assert list(received.frame["namn"]) == NAMES
    (note,) = received.notes
    assert note.key.startswith("gate.note_encoding")
    assert note.severity == "warning"
    assert "Örträsk" in note.sentence() + note.remedy() or "Vännäs" in note.sentence() or "Åsele" in note.sentence()


@pytest.mark.parametrize(("name", "notes"), [("utf8.csv", 1), ("utf16.csv", 1), ("windows1252.csv", 2)])
def test_a_table_comes_in_as_points_whatever_its_encoding(hostile, name, notes):
    received = gate.read_upload(hostile / name, name=name)
    assert list(received.frame["namn"]) == NAMES
    assert isinstance(received.frame, gpd.GeoDataFrame)
    assert received.frame.crs is None
    assert len(received.notes) == notes


def test_a_table_without_coordinates_is_a_plain_frame_of_texts(tmp_path):
    path = tmp_path / "x"
    path.write_text("kod,antal\n0114,5\n", encoding="utf-8")
    received = gate.read_upload(path, name="Kommuner 2024.csv")
    assert not isinstance(received.frame, gpd.GeoDataFrame)
    assert received.frame.loc[1, "kod"] == "0114"
    assert received.layer == "Kommuner 2024"


def test_missing_parts_are_noted(hostile):
    without_crs = gate.read_upload(hostile / "utan_prj.zip", name="utan_prj.zip")
    assert without_crs.frame.crs is None
    assert [note.key for note in without_crs.notes] == ["gate.note_no_prj"]
    without_table = gate.read_upload(hostile / "utan_dbf.zip", name="utan_dbf.zip")
    assert [note.key for note in without_table.notes] == ["gate.note_no_dbf"]
    assert len(without_table.frame) == 4


def test_the_layer_asked_for_is_read_and_others_are_listed(hostile):
    received = gate.read_upload(hostile / "tva_lager.gpkg", name="a.gpkg", layer="byar")
    assert (received.layer, set(received.layers)) == ("byar", {"orter", "byar"})
    zipped = gate.read_upload(hostile / "tva_shapefiler.zip", name="a.zip", layer="byar")
    assert (zipped.layer, set(zipped.layers)) == ("byar", {"orter", "byar"})
    for name in ("tva_lager.gpkg", "tva_shapefiler.zip", "sund.geojson"):
        with pytest.raises(GateError, match="vägar"):
            gate.read_upload(hostile / name, name=name, layer="vägar")


def test_the_name_that_was_sent_is_never_a_path(hostile):
    received = gate.read_upload(hostile / "sund.geojson", name="../../../../etc/cron.d/orter.geojson")
    assert received.layer == "orter"
    with pytest.raises(GateError) as refused:
        gate.read_upload(hostile / "tom.geojson", name="..\\..\\x\x1b[31m.geojson")
    assert "Filen x[31m.geojson är tom" in refused.value.message()


def test_a_file_beyond_a_limit_is_refused(hostile):
    for limits, name, key in (
        (Limits(file_mb=0.0001), "sund.gpkg", "gate.too_large"),
        (Limits(unpacked_mb=0.0001), "sund.zip", "gate.zip_too_large"),
        (Limits(members=2), "sund.zip", "gate.zip_members"),
        (Limits(wall_s=0.01), "sund.gpkg", "gate.too_slow"),
        (Limits(output_mb=0.00001), "sund.gpkg", "gate.too_heavy"),
    ):
        with pytest.raises(GateError) as refused:
            gate.read_upload(hostile / name, name=name, limits=limits)
        assert refused.value.key == key


def test_curved_geometry_comes_in_straight():
    folder = Path(importlib.util.find_spec("pyogrio").origin).parent / "tests" / "fixtures"
    if not (folder / "multisurface.gpkg").is_file():
        pytest.skip("pyogrio came without its curved samples")
    for name, kind in (("curve.gpkg", "LineString"), ("multisurface.gpkg", "MultiPolygon")):
        frame = gate.read_own(folder / name).frame
        assert set(frame.geom_type) == {kind}


# --- the child process ------------------------------------------------------------------------------------------


def in_child(path, tmp_path, limits=Limits(), layer=None):  # noqa: B008
    return child.read_in_child(Intake(path, layer, ()), tmp_path, path.name, limits, {})


@pytest.mark.parametrize("name", ["vrt_som_pekar_ut.vrt", "vrt_som_pekar_ut.geojson", "gdalg_som_pekar_ut.geojson"])
def test_the_child_itself_opens_no_file_that_points_at_another(hostile, tmp_path, name):
    with pytest.raises(GateError) as refused:
        in_child(hostile / name, tmp_path)
    assert refused.value.key == "gate.unreadable"


def test_the_child_gets_no_secrets_and_no_other_drivers(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_PASSWORD", "hemlig")
    monkeypatch.setenv("GDAL_VRT_ENABLE_PYTHON", "YES")
    environment = child.child_environment(tmp_path)
    assert "DATABASE_PASSWORD" not in environment
    assert "GDAL_VRT_ENABLE_PYTHON" not in environment
    skipped = set(environment["GDAL_SKIP"].split(","))
    assert {"OGR_VRT", "GDALG", "GML", "LIBKML", "SQLite", "HTTP"} <= skipped
    assert not skipped & DRIVERS


def test_a_child_that_could_not_be_limited_opens_nothing(monkeypatch, hostile):
    monkeypatch.setattr(child, "_skipped", lambda: "GML")
    with pytest.raises(GateError) as refused:
        gate.read_upload(hostile / "sund.gpkg", name="sund.gpkg")
    assert refused.value.key == "gate.not_limited"


@pytest.mark.skipif(os.name != "posix", reason="resource limits are POSIX")
def test_an_endless_view_that_slipped_by_is_stopped_in_time(hostile, tmp_path):
    began = time.monotonic()
    with pytest.raises(GateError) as refused:
        in_child(hostile / "gpkg_med_rekursiv_vy.gpkg", tmp_path, Limits(cpu_s=1, wall_s=8), layer="oandlig")
    assert refused.value.key in {"gate.too_slow", "gate.too_heavy"}
    assert time.monotonic() - began < 9


@pytest.mark.skipif(os.name != "posix", reason="resource limits are POSIX")
def test_a_child_without_memory_falls_with_a_sentence(hostile, tmp_path):
    with pytest.raises(GateError) as refused:
        in_child(hostile / "sund.gpkg", tmp_path, Limits(memory_mb=80))
    assert refused.value.key in {"gate.fell", "gate.too_heavy"}


def test_an_upload_costs_little(hostile):
    gate.read_upload(hostile / "sund.gpkg", name="sund.gpkg")
    began = time.monotonic()
    gate.read_upload(hostile / "sund.gpkg", name="sund.gpkg")
    assert time.monotonic() - began < 5


def test_the_child_program_imports_nothing_of_ours():
    source = Path(gate_child.__file__).read_text(encoding="utf-8")
    assert "from spatial" not in source
    assert "import spatial" not in source


# --- the settings' own files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["sund.gpkg", "sund.geojson", "sund.fgb", "sund.zip", "plan.gdb.zip", "sund.parquet", "sund.gml", "orter.shp"],
)
def test_own_files_open(hostile, name):
    before = sorted(hostile.iterdir())
    received = gate.read_own(hostile / name, name="orter")
    assert list(received.frame["namn"]) == NAMES
    assert received.frame.crs is not None
    assert received.frame.geometry.name == "geometry"
    assert all(note.layer == "orter" for note in received.notes)
    assert sorted(hostile.iterdir()) == before


def test_an_unpacked_geodatabase_and_odd_folders_open(hostile, tmp_path):
    with zipfile.ZipFile(hostile / "plan.gdb.zip") as archive:
        archive.extractall(tmp_path)
    odd = tmp_path / "filer! a.zip b"
    odd.mkdir()
    for name in ("sund.gpkg", "sund.geojson", "sund.kml"):
        shutil.copy(hostile / name, odd / f"x!{name}")
        assert len(gate.read_own(odd / f"x!{name}").frame) == 4
    shutil.copytree(tmp_path / "leverans" / "plan.gdb", odd / "plan.gdb")
    for folder in (tmp_path / "leverans", odd):
        assert list(gate.read_own(folder / "plan.gdb").frame["namn"]) == NAMES


def test_own_kml_opens_and_a_doctype_does_not(hostile):
    assert set(gate.read_own(hostile / "sund.kml").frame["namn"]) == set(NAMES)
    for name in ("doctype.gml", "doctype.kml"):
        with pytest.raises(GateError) as refused:
            gate.read_own(hostile / name)
        assert refused.value.key == "gate.doctype"


def test_own_columns_and_box(hostile):
    received = gate.read_own(hostile / "sund.gpkg", columns=["namn"], bbox=(750_000, 7_080_000, 760_000, 7_090_000))
    assert list(received.frame.columns) == ["namn", "geometry"]
    assert list(received.frame["namn"]) == ["Umeå"]


def test_own_faults(hostile):
    for name, layer, key in (
        ("finns_inte.gpkg", None, "gate.no_file"),
        ("sund.gpkg", "vagar", "gate.no_such_layer"),
        ("tva_lager.gpkg", None, "gate.several_layers"),
        ("vrt_som_pekar_ut.vrt", None, "gate.unknown_own"),
        ("gdalg_som_pekar_ut.geojson", None, "gate.points_elsewhere"),
        ("fel_andelse.gpkg", None, "gate.other_content"),
    ):
        with pytest.raises(GateError) as refused:
            gate.read_own(hostile / name, layer=layer)
        assert refused.value.key == key
        assert name in refused.value.message()
    with pytest.raises(GateError, match="orter, byar"):
        gate.read_own(hostile / "tva_lager.gpkg")


def test_a_declared_crs_labels_a_file_that_has_none(hostile):
    received = gate.read_own(hostile / "utan_prj.zip", crs="EPSG:3006")
    assert received.frame.crs.to_epsg() == 3006
    assert received.notes == ()


def test_a_parquet_table_keeps_its_texts(hostile):
    received = gate.read_own(hostile / "tabell.parquet")
    assert received.frame.loc[1, "kod"] == "0114"


def test_an_osm_extract_opens_with_its_tags():
    extract = Path(importlib.util.find_spec("pyrosm").origin).parent / "data" / "test.osm.pbf"
    with pytest.raises(GateError, match="points, lines"):
        gate.read_own(extract)
    usual = gate.read_own(extract, layer="lines").frame
    assert {"highway", "maxspeed", "ref", "oneway"} <= set(usual.columns)
    assert usual["maxspeed"].notna().sum() > 0
    chosen = gate.read_own(extract, layer="lines", columns=["highway", "lanes"]).frame
    assert list(chosen.columns) == ["highway", "lanes", "geometry"]
    assert len(chosen) == len(usual)
    assert chosen.crs.to_epsg() == 4326


def write_raster(path, crs="EPSG:3006", dtype="float32", nodata=-9999, transform=None):
    values = np.array([[1, 2], [3, -9999 if dtype == "float32" else 255]], dtype)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=2,
        height=2,
        count=1,
        dtype=dtype,
        crs=crs,
        nodata=nodata,
        transform=transform or from_origin(700_000, 7_100_000, 100, 100),
    ) as sink:
        sink.write(values, 1)
    return path


def test_own_rasters(tmp_path):
    received = gate.read_own_raster(write_raster(tmp_path / "tal.tif"), name="tal")
    assert received.raster.grid.crs == "EPSG:3006"
    assert received.raster.grid.size_m == 100
    assert np.isnan(received.raster.bands["value"][1, 1])
    classes = gate.read_own_raster(write_raster(tmp_path / "klass.tif", dtype="uint8", nodata=255), crs="EPSG:3006")
    assert classes.raster.bands["value"].dtype == np.uint8


def test_own_raster_faults(tmp_path):
    (tmp_path / "text.tif").write_text("hej", encoding="utf-8")
    (tmp_path / "ut.vrt").write_text("<VRTDataset/>", encoding="utf-8")
    turned = rasterio.Affine(100, 20, 700_000, 20, -100, 7_100_000)
    cases = [
        (tmp_path / "saknas.tif", {}, "gate.no_file"),
        (tmp_path / "text.tif", {}, "gate.not_raster"),
        (tmp_path / "ut.vrt", {}, "gate.not_raster"),
        (write_raster(tmp_path / "utan.tif", crs=None), {}, "gate.raster_no_crs"),
        (write_raster(tmp_path / "annan.tif"), {"crs": "EPSG:3067"}, "gate.raster_crs"),
        (write_raster(tmp_path / "vriden.tif", transform=turned), {}, "gate.raster_turned"),
        (write_raster(tmp_path / "band.tif"), {"band": 2}, "gate.no_band"),
    ]
    for path, wanted, key in cases:
        with pytest.raises(GateError) as refused:
            gate.read_own_raster(path, **wanted)
        assert refused.value.key == key
    assert gate.read_own_raster(tmp_path / "utan.tif", crs="EPSG:3006").raster.grid.crs == "EPSG:3006"


def test_every_sentence_of_the_gate_is_used_and_there():
    catalogue = tomllib.loads(files("spatial.texts").joinpath("sv", "gate.toml").read_text(encoding="utf-8"))
    folder = Path(gate.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    unused = [key for key in catalogue if not key.endswith("_remedy") and f'"gate.{key}"' not in source]
    assert unused == []
