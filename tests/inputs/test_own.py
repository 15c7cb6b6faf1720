"""A user's own file from three answers: what it becomes, what is refused, and how it stands among an image's inputs."""

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from spatial.build import build_with
from spatial.errors import GateError, LayerError
from spatial.inputs.own import OTHER, Answers, own_id, own_layer, sent_file, sent_layers, with_own
from spatial.own_build import main, start_build
from spatial.storage import read_manifest


@pytest.fixture
def answers():
    return Answers(OTHER, "Våra bibliotek", 2024, "Kommunen", "egen uppgift", name="benämning")


@pytest.fixture
def libraries(small, tmp_path):
    """Two libraries in the small region, in degrees, with letters that tell wrong encodings."""
    middle = small.image.layers["kommuner"].geo.union_all().representative_point()
    shapes = gpd.GeoSeries([middle, Point(middle.x + 500, middle.y)], crs=3006).to_crs(4326)
    frame = gpd.GeoDataFrame({"benämning": ["Åsele", "Örträsk"], "name": ["a", "b"]}, geometry=shapes)
    path = tmp_path / "bib.gpkg"
    frame.to_file(path, layer="bib")
    return path


def test_anything_else_keeps_its_columns(small, libraries, answers):
    layer = own_layer(sent_file(libraries.read_bytes(), "bib.gpkg"), answers, small.image)
    assert layer.id == "eget_våra_bibliotek"
    assert layer.frame.crs.to_epsg() == 3006
    assert layer.frame["name"].tolist() == ["Åsele", "Örträsk"]
    assert layer.frame["name_1"].tolist() == ["a", "b"]
    assert (layer.meta.source, layer.meta.year, layer.meta.licence) == ("Kommunen", 2024, "egen uppgift")
    assert layer.rows_read == 2


def test_services_take_their_kind_from_the_answer(small, libraries):
    kind = small.image.settings.services[0].id
    answers = Answers("services", "Bib", 2024, "Kommunen", "okänd", name="benämning", service=kind)
    layer = own_layer(sent_file(libraries.read_bytes(), "bib.gpkg"), answers, small.image)
    assert layer.meta.role == "services"
    assert set(layer.frame["service_type"]) == {kind}
    assert layer.frame["name"].tolist() == ["Åsele", "Örträsk"]


def test_what_is_wrong_is_told_with_its_row(small, libraries, answers, tmp_path):
    far = gpd.read_file(libraries)
    far.geometry = [far.geometry.iloc[0], Point(float("inf"), 64.0)]
    far.to_file(tmp_path / "fel.gpkg", layer="fel")
    received = sent_file((tmp_path / "fel.gpkg").read_bytes(), "fel.gpkg")
    with pytest.raises(LayerError) as caught:
        own_layer(received, answers, small.image)
    assert [fault.row for fault in caught.value.faults] == ["2"]
    assert caught.value.faults[0].remedy()


def test_a_file_goes_through_the_gate(tmp_path):
    with pytest.raises(GateError):
        sent_file(b"not a geopackage", "fel.gpkg")
    with pytest.raises(GateError):
        sent_file(b"<OGRVRTDataSource/>", "fel.vrt")
    with pytest.raises(LayerError):
        sent_file("namn;antal\nÅsele;3\n".encode(), "tabell.csv")


def test_layers_to_choose_among(libraries):
    assert sent_layers(libraries.read_bytes(), "bib.gpkg") == []
    gpd.GeoDataFrame({"a": [1]}, geometry=[box(16, 64, 17, 65)], crs=4326).to_file(libraries, layer="ytor")
    assert sent_layers(libraries.read_bytes(), "bib.gpkg") == ["bib", "ytor"]


@pytest.mark.parametrize(
    ("title", "expected"), [("  ", "eget_lager"), ("2024 Å/ä.", "eget_2024_å_ä"), ("x" * 90, "eget_" + "x" * 24)]
)
def test_ids_fit_whatever_the_title(title, expected):
    assert own_id(title) == expected


def test_own_layers_among_the_inputs(small, libraries):
    inputs = dict(small.image.inputs)
    stations = next(layer for layer in inputs.values() if layer.meta.role == "stations")
    answers = Answers("stations", "Hållplatser", 2024, "Kommunen", "okänd", name="benämning")
    own = own_layer(sent_file(libraries.read_bytes(), "bib.gpkg"), answers, small.image)
    together = with_own(inputs, own)
    assert stations.id not in together
    assert own.id in together
    assert stations.id in inputs
    services = Answers("services", "Bib", 2024, "x", "okänd", service=small.image.settings.services[0].id)
    added = with_own(inputs, own_layer(sent_file(libraries.read_bytes(), "bib.gpkg"), services, small.image))
    assert set(inputs) < set(added)


def test_an_image_with_an_own_layer(small, libraries, tmp_path):
    kind = small.image.settings.services[0].id
    answers = Answers("services", "Bib", 2024, "Kommunen", "okänd", name="benämning", service=kind)
    own = own_layer(sent_file(libraries.read_bytes(), "bib.gpkg"), answers, small.image)
    before = read_manifest(small.folder)
    image = build_with(small.folder, own, tmp_path / "bild")
    there = image.layers["service"].frame
    mine = there[there.index.astype(str).str.startswith(own.id)]
    assert mine["name"].tolist() == ["Åsele", "Örträsk"]
    assert set(mine["status"]) == {"mätt"}
    assert (tmp_path / "bild" / "karta.html").is_file()
    assert read_manifest(small.folder) == before
    assert image.provenance.fingerprint != small.image.provenance.fingerprint


def test_a_build_of_its_own_ends_done_or_with_a_sentence(small, libraries, answers, tmp_path):
    own = own_layer(sent_file(libraries.read_bytes(), "bib.gpkg"), answers, small.image)
    build = start_build(tmp_path / "finns-inte", own, "sv")
    build.process.wait(timeout=120)
    state = build.state()
    assert state["phase"] == "fault"
    assert "finns-inte" in state["sentence"]
    assert not build.image_folder.exists()
    folder = build.folder
    build.stop()
    assert not folder.exists()


def test_a_stopped_build_leaves_nothing(small, libraries, answers):
    own = own_layer(sent_file(libraries.read_bytes(), "bib.gpkg"), answers, small.image)
    build = start_build(small.folder, own, "sv")
    folder, process = build.folder, build.process
    del build
    assert process.poll() is not None
    assert not folder.exists()


def test_the_module_says_how_far_it_has_come(small, libraries, tmp_path):
    import json

    from spatial.archive import load_layer, save_layer

    answers = Answers("stations", "Hållplatser", 2024, "Kommunen", "okänd", name="benämning")
    own = own_layer(sent_file(libraries.read_bytes(), "bib.gpkg"), answers, small.image)
    save_layer(own, tmp_path / "eget")
    assert load_layer(tmp_path / "eget").meta == own.meta
    assert main([str(small.folder), str(tmp_path), "sv"]) == 0
    assert json.loads((tmp_path / "lage.json").read_text(encoding="utf-8"))["phase"] == "done"
