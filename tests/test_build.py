"""A build, judged by the files it wrote: totals, manifest, map, raster, archive, and builds that fail."""

import gc
import json
import re
import shutil
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio

from spatial import build as workshop
from spatial.analysis.asked_drawn import kept_of
from spatial.archive import load_image, read_saved_draws, save_image
from spatial.errors import OutputError, StrukturbildError
from spatial.fingerprints import fingerprint_of_frame
from spatial.storage import MANIFEST, read_manifest

CENSUS_PEOPLE, CENSUS_CELLS = 274_455, 5_539
LOCALITIES, IN_LOCALITIES = 71, 218_555
OUTSIDE_CELLS, OUTSIDE_PEOPLE, OUTSIDE_MAX_M = 251, 5_151, 11_944


def table(built, name):
    path = built.folder / "tabeller" / f"{name}.csv"
    frame = pd.read_csv(path, sep=";", encoding="utf-8-sig", dtype={"municipality_code": str})
    return frame.set_index("municipality_code") if "municipality_code" in frame.columns else frame


def package_layer(built, name):
    return pyogrio.read_dataframe(built.folder / "strukturbild.gpkg", layer=name)


def people_by_file(built):
    """Return the people of each municipality as each of the written files says."""
    cells = package_layer(built, "rutnat")
    told = {
        "befolkning.csv": table(built, "befolkning")["population_inv"],
        "kommuner.csv": table(built, "kommuner")["population_inv"],
        "strukturbild.gpkg": cells.groupby("municipality_code")["population_inv"].sum(),
        "tabell i gpkg": package_layer(built, "tabell_befolkning").set_index("municipality_code")["population_inv"],
    }
    return {name: {str(code): float(value) for code, value in people.items()} for name, people in told.items()}


def people_by_manifest(built):
    return {code: row["population_inv"] for code, row in built.manifest["totals"]["municipalities"].items()}


def raster_sum(built, name="befolkning"):
    with rasterio.open(built.folder / "raster" / f"{name}.tif") as source:
        return float(np.nansum(source.read(1).astype(float))), source.crs.to_epsg(), source.transform


def agree(built, total):
    """Assert that all files and the manifest tell the same people, per municipality and in all."""
    manifest = people_by_manifest(built)
    for name, people in people_by_file(built).items():
        assert people == pytest.approx(manifest), name
        assert sum(people.values()) == pytest.approx(total), name
    assert built.manifest["totals"]["region"]["population_inv"] == pytest.approx(total)
    assert raster_sum(built)[0] == pytest.approx(total)


# --- the region of open data -------------------------------------------------------------------------------------


@pytest.mark.realdata
def test_vasterbotten_people_are_those_of_the_census(vasterbotten):
    agree(vasterbotten, CENSUS_PEOPLE)
    region = vasterbotten.manifest["totals"]["region"]
    assert (region["cells"], region["municipalities"]) == (CENSUS_CELLS, 15)
    assert len(package_layer(vasterbotten, "rutnat")) == CENSUS_CELLS
    assert table(vasterbotten, "befolkning")["cells"].sum() == CENSUS_CELLS


@pytest.mark.realdata
def test_vasterbotten_localities_are_scbs(vasterbotten):
    region = vasterbotten.manifest["totals"]["region"]
    assert (region["localities"], region["localities_inv"]) == (LOCALITIES, IN_LOCALITIES)
    nodes = package_layer(vasterbotten, "noder")
    inside = nodes[~nodes["outside"].astype(bool)]
    assert (len(inside), inside["population_inv"].sum()) == (LOCALITIES, IN_LOCALITIES)
    written = table(vasterbotten, "noder")
    own = written[~written["outside"].astype(str).str.lower().isin(["true", "1", "ja"])]
    assert (len(own), own["population_inv"].sum()) == (LOCALITIES, IN_LOCALITIES)


@pytest.mark.realdata
def test_vasterbotten_cells_outside_the_outlines_are_counted_where_they_went(vasterbotten, shared):
    region = vasterbotten.manifest["totals"]["region"]
    assert (region["outside_cells"], region["outside_inv"]) == (OUTSIDE_CELLS, OUTSIDE_PEOPLE)
    assert region["outside_max_m"] == pytest.approx(OUTSIDE_MAX_M, abs=1)
    # Counted anew from the file that was given, without our code.
    cells = gpd.read_file(shared / "vasterbotten/census2021_1km.gpkg")
    centres = cells.centroid.to_crs(3006)
    outlines = vasterbotten.image.layers["kommuner"].geo
    out = ~centres.within(outlines.union_all())
    assert (int(out.sum()), cells.loc[out, "T"].sum()) == (OUTSIDE_CELLS, OUTSIDE_PEOPLE)
    nearest = [outlines.distance(point).idxmin() for point in centres[out]]
    expected = cells.loc[out, "T"].groupby(nearest).sum()
    told = table(vasterbotten, "befolkning")
    reported = told.loc[told["outside_cells"] > 0, "outside_inv"]
    assert reported.to_dict() == expected.to_dict()
    manifest = {c: r["outside_inv"] for c, r in vasterbotten.manifest["totals"]["municipalities"].items()}
    assert {code: people for code, people in manifest.items() if people} == expected.to_dict()


@pytest.mark.realdata
def test_vasterbotten_grid_keeps_its_own_lattice(vasterbotten, shared):
    _, epsg, transform = raster_sum(vasterbotten)
    assert epsg == 3035
    assert (transform.a, transform.e, transform.c % 1000, transform.f % 1000) == (1000, -1000, 0, 0)
    cells = gpd.read_file(shared / "vasterbotten/census2021_1km.gpkg")
    corners = cells["GRD_ID"].str.extract(r"N(\d+)E(\d+)").astype(float)
    with rasterio.open(vasterbotten.folder / "raster" / "befolkning.tif") as source:
        points = zip(corners[1] + 500, corners[0] + 500, strict=True)
        values = np.array([value[0] for value in source.sample(points)])
    assert np.array_equal(values, cells["T"].to_numpy(float))


@pytest.mark.realdata
def test_vasterbotten_measured_is_called_measured(vasterbotten):
    status = {name: layer["status"] for name, layer in vasterbotten.manifest["layers"].items()}
    assert set(status.values()) == {"mätt"} or {n for n, s in status.items() if s == "modellerat"} <= {"grannland"}
    assert vasterbotten.manifest["image_layers"]["kommuner"]["status"] == "mätt"
    assert vasterbotten.manifest["image_layers"]["rutnat"]["status"] == "mätt"


@pytest.mark.realdata
def test_innlandet_parts_are_those_of_ssb(innlandet):
    parts = {name: part["population_inv"] for name, part in innlandet.manifest["totals"]["parts"].items()}
    assert parts == {"Glåmdal": 52_342, "Gjøvik": 71_281}
    agree(innlandet, 52_342 + 71_281)
    written = table(innlandet, "befolkning")
    assert written.groupby("part")["population_inv"].sum().to_dict() == parts


@pytest.mark.realdata
def test_innlandet_grid_keeps_its_own_lattice(innlandet, shared):
    _, epsg, transform = raster_sum(innlandet)
    assert epsg == 25833
    assert (transform.a, transform.c % 1000, transform.f % 1000) == (1000, 0, 0)
    cells = gpd.read_file(shared / "innlandet/ssb_1km_2019.gpkg")
    ids = cells["SSBID1000M"].astype("int64")
    east, north = ids // 10**7 - 2_000_000, ids % 10**7
    kept = set(innlandet.image.layers["rutnat"].frame.index)
    chosen = ids.astype(str).isin(kept)
    assert chosen.sum() == len(kept)
    with rasterio.open(innlandet.folder / "raster" / "befolkning.tif") as source:
        values = [v[0] for v in source.sample(zip(east[chosen] + 500, north[chosen] + 500, strict=True))]
    assert np.array_equal(np.array(values, float), cells.loc[chosen, "pop_tot"].to_numpy(float))


@pytest.mark.realdata
def test_innlandet_says_what_it_cannot_show(innlandet):
    omitted = {item["step"]: item["role"] for item in innlandet.manifest["omissions"]}
    assert omitted["roads"] == "roads"
    assert omitted["places"] == "localities"
    assert omitted["land_use"] == "land_use"
    assert "corridors" in omitted


# --- the embedded region -----------------------------------------------------------------------------------------


def test_embedded_municipal_totals_are_exact(embedded):
    totals = embedded.image.inputs["kommunfolk"].frame["population_inv"]
    agree(embedded, totals.sum())
    assert people_by_manifest(embedded) == totals.reindex(people_by_manifest(embedded)).to_dict()


def test_embedded_localities_are_near_scbs(embedded):
    people = embedded.manifest["totals"]["region"]["localities_inv"]
    assert people == pytest.approx(IN_LOCALITIES, rel=0.02)


def test_embedded_grid_lies_on_the_national_lattice(embedded):
    _, epsg, transform = raster_sum(embedded)
    assert epsg == 3006
    assert (transform.a, transform.e, transform.c % 1000, transform.f % 1000) == (1000, -1000, 0, 0)


def test_embedded_modelled_is_called_modelled(embedded):
    status = {name: layer["status"] for name, layer in embedded.manifest["image_layers"].items()}
    for name in ("rutnat", "markanvandning", "strak", "omland", "vagnat"):
        assert status[name] == "modellerat", name
    assert status["kommuner"] == "mätt"


def test_embedded_manifest_tells_every_fact(embedded):
    manifest = embedded.manifest
    facts = {"title", "role", "status", "year", "source", "provider", "licence", "lineage", "rows_read", "rows",
             "faults", "fingerprint"}  # fmt: skip
    assert set(manifest["layers"]) == {layer.id for layer in embedded.image.settings.layers}
    for name, layer in manifest["layers"].items():
        assert facts <= set(layer), name
        assert layer["source"], name
        assert layer["licence"], name
        assert layer["status"] in {"mätt", "modellerat"}
        assert isinstance(layer["year"], int)
        assert layer["rows"] == len(embedded.image.inputs[name].frame)
        assert re.fullmatch(r"[0-9a-f]{32}", layer["fingerprint"]), name
        for fault in layer["faults"]:
            assert {"severity", "count", "row", "text"} <= set(fault)
    ran = [step.step for step in embedded.image.provenance.steps]
    assert set(manifest["steps"]) == set(manifest["parameters"]) == set(ran)
    assert {*ran, "read_layers", "compose", "write"} <= set(manifest["seconds"])
    assert all(value >= 0 for value in manifest["seconds"].values())
    assert manifest["versions"]["geopandas"] == version("geopandas")
    assert manifest["versions"]["strukturbild"] == version("strukturbild")
    assert all(isinstance(number, int | float) for number in manifest["totals"]["region"].values())


def test_embedded_files_are_those_the_manifest_lists(embedded):
    listed = set(embedded.manifest["files"])
    assert {"strukturbild.gpkg", "karta.html", "tabeller/befolkning.csv", "raster/befolkning.tif"} <= listed
    there = {
        path.relative_to(embedded.folder).as_posix()
        for path in embedded.folder.rglob("*")
        if path.is_file() and path.name not in {MANIFEST, ".strukturbild.lock"}
    }
    # The app draws the map in another language when it is first asked for, beside the Swedish one.
    drawn_later = {name for name in there - listed if "/karta/" in name}
    assert there - drawn_later == listed


def test_embedded_map_is_small_and_asks_for_nothing(embedded):
    page = embedded.folder / "karta.html"
    assert page.stat().st_size < 3_000_000
    content = page.read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']https?://", content)


def test_embedded_rasters_are_cogs(embedded):
    for path in (embedded.folder / "raster").glob("*.tif"):
        with rasterio.open(path) as source:
            assert source.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") == "COG", path.name


# --- the archive -------------------------------------------------------------------------------------------------


def same_layers(one, other):
    assert set(one) == set(other)
    for name, layer in one.items():
        again = other[name]
        pd.testing.assert_frame_equal(pd.DataFrame(layer.frame), pd.DataFrame(again.frame), check_index_type=False)
        if isinstance(layer.frame, gpd.GeoDataFrame):
            assert again.geo.crs == layer.geo.crs
            assert (again.geo.geometry.to_wkb() == layer.geo.geometry.to_wkb()).all()
        assert (again.meta, again.fingerprint, again.grid, again.rows_read) == (
            layer.meta, layer.fingerprint, layer.grid, layer.rows_read,
        )  # fmt: skip
        assert [fault.sentence() for fault in again.faults] == [fault.sentence() for fault in layer.faults]
        assert (layer.raster is None) == (again.raster is None)
        if layer.raster is not None:
            assert dict(again.raster.classes) == dict(layer.raster.classes)
            for band, values in layer.raster.bands.items():
                assert np.array_equal(
                    again.raster.bands[band], values, equal_nan=np.issubdtype(values.dtype, np.floating)
                )


@pytest.mark.parametrize("region", ["small", "embedded"])
def test_archive_gives_back_the_whole_image(region, request, tmp_path):
    image = request.getfixturevalue(region).image
    save_image(image, tmp_path)
    again = load_image(tmp_path, image.provenance.fingerprint)
    same_layers(image.layers, again.layers)
    same_layers(image.inputs, again.inputs)
    assert set(again.indicators) == set(image.indicators)
    for name, rows in image.indicators.items():
        pd.testing.assert_frame_equal(again.indicators[name], rows, check_index_type=False, check_column_type=False)
    draws = read_saved_draws(tmp_path, image.provenance.fingerprint, kept_of("grocery"))
    assert (draws is None) == (image.drawn is None) == (region == "small")
    if draws is not None:
        pd.testing.assert_frame_equal(draws, image.drawn[kept_of("grocery")])
    assert again.settings == image.settings
    assert again.provenance.fingerprint == image.provenance.fingerprint
    assert again.provenance.omissions == image.provenance.omissions
    assert dict(again.provenance.layers) == dict(image.provenance.layers)
    for one, other in zip(image.provenance.steps, again.provenance.steps, strict=True):
        assert json.loads(json.dumps(one.parameters)) == other.parameters
        assert (one.step, dict(one.inputs), one.fingerprint) == (other.step, dict(other.inputs), other.fingerprint)


@pytest.mark.parametrize("region", ["small", "embedded"])
def test_built_folder_is_found_and_not_built_again(region, request, monkeypatch):
    built = request.getfixturevalue(region)
    monkeypatch.setattr(workshop, "build", lambda *_, **__: pytest.fail("built again"))
    image = workshop.built_image(built.folder)
    assert image.provenance.fingerprint == built.manifest["fingerprint"]
    config = Path(image.settings.folder) / ("vasterbotten.yaml" if region == "embedded" else "liten.yaml")
    again, folder = workshop.image_of(config, out=built.folder)
    assert folder == built.folder
    assert again.settings == image.settings


def test_changed_settings_are_built_anew(make_region, tmp_path):
    config = make_region(tmp_path / "in")
    out = tmp_path / "ut"
    first, _ = workshop.image_of(config, out=out)
    config = make_region(tmp_path / "in", change=lambda values: values["region"].update(year=2022))
    second, _ = workshop.image_of(config, out=out)
    assert (first.settings.region.year, second.settings.region.year) == (2021, 2022)
    assert read_manifest(out)["year"] == 2022


# --- a new version over an old one ---------------------------------------------------------------------------------


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".strukturbild.lock"
    }


def test_a_new_version_replaces_the_old_one_whole(make_region, tmp_path):
    config, out = make_region(tmp_path / "in"), tmp_path / "ut"
    workshop.build(config, out=out)
    first = read_manifest(out)
    (out / "egen.txt").write_text("min egen")
    (out / ".bild" / "gammal").mkdir()
    (out / ".bild" / "gammal" / "image.json").write_text("{}")
    (out / ".bygge-avbrutet").mkdir()
    assert "raster/minuter_hospital.tif" in first["files"]
    without = make_region(tmp_path / "in", without=("roads",))
    workshop.build(without, out=out)
    second = read_manifest(out)
    assert second["fingerprint"] != first["fingerprint"]
    assert [path.name for path in (out / ".bild").iterdir()] == [second["fingerprint"]]
    assert "raster/minuter_hospital.tif" not in second["files"]
    assert set(contents(out)) == {*second["files"], MANIFEST, "egen.txt"}
    assert not (out / ".bygge-avbrutet").exists()
    assert workshop.built_image(out).provenance.fingerprint == second["fingerprint"]


def test_the_same_build_again_writes_the_same_content(make_region, tmp_path):
    config, out = make_region(tmp_path / "in"), tmp_path / "ut"
    workshop.build(config, out=out)
    before, manifest = contents(out), read_manifest(out)
    workshop.build(config, out=out)
    after, again = contents(out), read_manifest(out)
    assert set(after) == set(before)
    assert again["fingerprint"] == manifest["fingerprint"]
    assert {**again, "seconds": 0} == {**manifest, "seconds": 0}
    tables = [name for name in before if name.endswith(".csv")]
    assert tables
    assert all(after[name] == before[name] for name in tables)


def _wrong_crs(values):
    next(layer for layer in values["layers"] if layer["id"] == "vagar")["crs"] = "EPSG:3067"


def _missing(values):
    next(layer for layer in values["layers"] if layer["id"] == "rutor")["reader"]["path"] = "finns_inte.gpkg"


def _no_speed(values):
    values["road_speeds_kmh"] = {}


@pytest.mark.parametrize("change", [_wrong_crs, _missing, _no_speed])
def test_a_build_that_fails_leaves_the_old_version_whole(make_region, tmp_path, change):
    out = tmp_path / "ut"
    workshop.build(make_region(tmp_path / "in"), out=out)
    before, collector = contents(out), (gc.get_threshold(), gc.get_freeze_count())
    bad = make_region(tmp_path / "in", change=change)
    with pytest.raises(StrukturbildError):
        workshop.build(bad, out=out)
    assert contents(out) == before
    assert (gc.get_threshold(), gc.get_freeze_count()) == collector
    with pytest.raises(StrukturbildError):
        workshop.build(bad, out=tmp_path / "nytt")
    assert not (tmp_path / "nytt").exists()


def test_a_build_that_fails_while_writing_leaves_the_old_version_whole(make_region, tmp_path, monkeypatch):
    config, out = make_region(tmp_path / "in"), tmp_path / "ut"
    workshop.build(config, out=out)
    before = contents(out)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workshop, "write_tables", full)
    with pytest.raises(StrukturbildError, match="No space left"):
        workshop.build(config, out=out)
    assert contents(out) == before


def test_image_is_what_the_tables_say(small):
    again = workshop.built_image(small.folder).layers["rutnat"]
    assert fingerprint_of_frame(again.frame) == fingerprint_of_frame(small.image.layers["rutnat"].frame)
    agree(small, small.image.inputs["rutor"].frame["population_inv"].sum())


def test_an_image_of_another_version_is_built_anew(small, tmp_path):
    folder = tmp_path / "bild"
    shutil.copytree(small.folder, folder)
    assert workshop.image_with(small.image.settings, folder) is not None
    described = next(folder.rglob("image.json"))
    content = json.loads(described.read_text(encoding="utf-8"))
    del content["settings"]["hinterlands"]
    described.write_text(json.dumps(content), encoding="utf-8")
    assert workshop.image_with(small.image.settings, folder) is None
    with pytest.raises(OutputError, match="annan version"):
        workshop.built_image(folder)
