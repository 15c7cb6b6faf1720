import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pyogrio
import pytest

from spatial.errors import OutputError
from spatial.views.columns import alias, known, plain
from spatial.views.geopackage import write_geopackage
from tests.views.make_image import make_image


@pytest.fixture(scope="module")
def image():
    return make_image()


@pytest.fixture(scope="module")
def written(image, tmp_path_factory):
    return write_geopackage(image, tmp_path_factory.mktemp("paket") / "strukturbild.gpkg")


def asked(path, question, *values):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(question, values).fetchall()


def test_it_holds_every_vector_layer_and_table(image, written):
    names = {name for name, _ in pyogrio.list_layers(written)}
    assert names >= {name for name, layer in image.layers.items() if len(layer.frame)}
    assert {"tabell_befolkning", "tabell_restider"} <= names
    assert "markanvandning" not in names


def test_it_is_a_sound_geopackage_1_2_in_one_closed_file(written):
    assert asked(written, "PRAGMA user_version") == [(10200,)]
    assert asked(written, "PRAGMA integrity_check") == [("ok",)]
    assert asked(written, "PRAGMA foreign_key_check") == []
    assert asked(written, "PRAGMA journal_mode") == [("delete",)]
    assert not list(written.parent.glob("*-wal")) + list(written.parent.glob("*-journal"))
    kinds = asked(written, "SELECT srs_id FROM gpkg_contents WHERE data_type = 'features'")
    assert set(kinds) == {(3006,)}
    spatial = asked(written, "SELECT count(*) FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'")
    assert spatial[0][0] == len(kinds)
    extensions = {name for (name,) in asked(written, "SELECT extension_name FROM gpkg_extensions")}
    assert {"gpkg_schema", "gpkg_metadata"} <= extensions


@pytest.mark.parametrize("name", ["noder", "kommuner", "rutnat", "vagnat"])
def test_rows_come_back_by_their_ids(image, written, name):
    back = pyogrio.read_dataframe(written, layer=name).set_index("id")
    own = image.layers[name].geo.sort_index()
    assert back.index.tolist() == own.index.tolist()
    assert all(isinstance(key, str) for key in back.index)
    assert back.crs.to_epsg() == 3006
    away = back.geometry.hausdorff_distance(own.geometry, align=False)
    assert float(away.max()) < 1e-6


def test_municipality_codes_stay_text(written):
    assert pyogrio.read_dataframe(written, layer="kommuner")["id"].tolist() == ["0114", "2401", "2480"]


def test_people_come_back_whole(image, written):
    cells = pyogrio.read_dataframe(written, layer="rutnat")
    own = image.layers["rutnat"].frame
    by_code = cells.groupby("municipality_code")["population_inv"].sum()
    assert by_code.to_dict() == own.groupby("municipality_code")["population_inv"].sum().to_dict()
    table = pyogrio.read_dataframe(written, layer="tabell_befolkning").set_index("municipality_code")
    assert table["population_inv"].to_dict() == by_code.to_dict()


def test_unreachable_is_never_a_number(image, written):
    cells = pyogrio.read_dataframe(written, layer="rutnat").set_index("id")
    own = image.layers["rutnat"].frame.loc[cells.index]
    lost = np.isinf(own["grocery_min"])
    assert lost.any()
    assert cells.loc[lost, "grocery_min"].isna().all()
    assert set(cells.loc[lost, "grocery_status"]) == {"går inte att nå"}
    assert set(cells.loc[~lost, "grocery_status"]) == {"nås"}
    assert cells["hospital_status"].eq("inte beräknad").sum() == 3
    roads = pyogrio.read_dataframe(written, layer="vagnat").set_index("id")
    assert roads.loc["b", "minutes_back_status"] == "går inte att nå"


def test_columns_have_swedish_names_with_units(written):
    names = dict(asked(written, "SELECT column_name, name FROM gpkg_data_columns WHERE table_name = 'rutnat'"))
    assert names["population_inv"] == "Invånare (antal)"
    assert names["grocery_min"] == "Minuter med bil till närmaste livsmedelsbutik"
    assert names["snap_m"] == "Avstånd till vägnätet (m)"
    every = asked(written, "SELECT table_name, name FROM gpkg_data_columns")
    assert len(every) == len(set(every))


def test_every_column_of_the_image_has_a_name(image):
    frames = [layer.frame for layer in image.layers.values()] + list(image.indicators.values())
    names = {str(name) for frame in frames for name in plain(frame, image.settings).columns} - {"geometry"}
    assert [name for name in sorted(names) if not known(name, image.settings)] == []
    assert alias("grocery_min", image.settings, "en") == "Minutes by car to the nearest grocery store"


def test_metadata_says_where_it_comes_from(written):
    rows = asked(
        written,
        "SELECT table_name, metadata FROM gpkg_metadata_reference JOIN gpkg_metadata ON md_file_id = gpkg_metadata.id",
    )
    told = {name: ET.fromstring(content) for name, content in rows}
    assert None in told
    corridors = told["strak"]
    assert corridors.findtext("title") == "Stråk"
    assert "modellerat" in corridors.findtext("abstract")
    assert "Källan till stråk & <prov>" in corridors.findtext("abstract")
    assert corridors.findtext("license") == "CC0-1.0"
    history = [line.text for line in corridors.findall("history")]
    assert "Avser år: 2021" in history
    assert "Tillkomst: Ritad för hand." in history
    assert "mätt" in told["noder"].findtext("abstract")
    tables = {name for (name,) in asked(written, "SELECT table_name FROM gpkg_contents")} - {"layer_styles"}
    assert set(told) - {None} == tables


def test_every_table_has_a_default_style(written):
    styles = asked(written, "SELECT f_table_name, styleQML, useAsDefault, f_geometry_column FROM layer_styles")
    tables = {name for (name,) in asked(written, "SELECT table_name FROM gpkg_contents")} - {"layer_styles"}
    assert {name for name, *_ in styles} == tables
    assert all(default == 1 for _, _, default, _ in styles)
    for name, qml, _, geometry in styles:
        assert ET.fromstring(qml).tag == "qgis"
        assert (geometry == "geom") == (not name.startswith("tabell_"))


def test_the_same_image_makes_the_same_file(written, tmp_path):
    again = write_geopackage(make_image(), tmp_path / "igen.gpkg")
    assert again.read_bytes() == written.read_bytes()


def test_writing_leaves_the_image_as_it_was(tmp_path):
    image = make_image()
    before = {name: layer.frame.copy() for name, layer in image.layers.items()}
    write_geopackage(image, tmp_path / "a.gpkg")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(image.layers[name].frame))


def test_a_file_that_was_there_is_replaced_and_survives_a_failure(tmp_path, image, monkeypatch):
    path = tmp_path / "strukturbild.gpkg"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr("spatial.views.geopackage.write_records", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_geopackage(image, path)
    assert path.read_bytes() == b"old"
    write_geopackage(image, path)
    assert asked(path, "PRAGMA integrity_check") == [("ok",)]
    assert [item.name for item in tmp_path.iterdir()] == ["strukturbild.gpkg"]


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path, image):
    (tmp_path / "fil").write_text("")
    with pytest.raises(OutputError):
        write_geopackage(image, tmp_path / "fil" / "strukturbild.gpkg")


def test_missing_layers_are_no_hindrance(tmp_path):
    bare = make_image(without=("rutnat", "markanvandning", "land", "vatten", "strak", "noder"))
    path = write_geopackage(bare, tmp_path / "a.gpkg")
    assert "kommuner" in {name for name, _ in pyogrio.list_layers(path)}
