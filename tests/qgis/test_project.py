import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from spatial.views.package import Packaged
from spatial.views.qgis import export, export_qgis
from spatial.views.qgis_layers import project_layers
from spatial.views.style import step_tones
from tests.views.make_image import make_image

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("open_project.py")
LEAST_DRAWN = 0.0002


def has_qgis():
    if not Path(PYTHON).exists():
        return False
    found = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    return found.returncode == 0


needs_qgis = pytest.mark.skipif(not has_qgis(), reason="Debian's python3-qgis is not installed")


@pytest.fixture(scope="module")
def image():
    return make_image()


@pytest.fixture(scope="module")
def package(image, tmp_path_factory):
    folder = tmp_path_factory.mktemp("första") / "paket"
    paths = export_qgis(image, folder)
    return folder, paths


def answers(project, out):
    home = out / "hem"
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment = {**kept, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home), "HOME": str(home)}
    home.chmod(0o700)
    command = [PYTHON, str(SCRIPT), str(project), str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=240, check=False, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads((out / "svar.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def told(package, tmp_path_factory):
    """What QGIS says of the package after its folder has been moved and the first place is gone."""
    folder, _ = package
    moved = tmp_path_factory.mktemp("flyttad") / "annat namn å"
    shutil.copytree(folder, moved)
    aside = folder.with_name("borta")
    folder.rename(aside)
    try:
        return answers(moved / "strukturbild.qgz", tmp_path_factory.mktemp("svar"))
    finally:
        aside.rename(folder)


def contents(folder):
    with zipfile.ZipFile(folder / "strukturbild.qgz") as archive:
        return archive.read("strukturbild.qgs").decode("utf-8")


def test_the_folder_holds_what_it_says(image, package):
    folder, paths = package
    assert all(path.is_file() for path in paths)
    names = {path.relative_to(folder).as_posix() for path in paths}
    assert {"strukturbild.gpkg", "strukturbild.qgz", "LÄS MIG.txt", "strukturbild-qgis.zip"} <= names
    told = (folder / "LÄS MIG.txt").read_text(encoding="utf-8-sig")
    for layer in project_layers(image, "strukturbild.gpkg", "raster"):
        assert layer.meta.title.sv in told
    assert image.provenance.fingerprint in told
    with zipfile.ZipFile(folder / "strukturbild-qgis.zip") as archive:
        assert archive.testzip() is None
        assert {f"strukturbild/{name}" for name in names - {"strukturbild-qgis.zip"}} == set(archive.namelist())


def test_export_writes_the_geopackage_alone(image, tmp_path):
    assert export(image, tmp_path / "strukturbild.gpkg").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["strukturbild.gpkg"]


def test_no_absolute_path_in_the_project(package):
    folder, _ = package
    written = contents(folder)
    assert str(folder.parent) not in written
    root = ET.fromstring(written)
    sources = [element.text for element in root.iter("datasource")]
    sources += [element.get("source") for element in root.iter("layer-tree-layer")]
    assert sources
    assert all(source.startswith("./") for source in sources)
    assert root.findtext("properties/Paths/Absolute") == "false"
    assert root.findtext("properties/SpatialRefSys/ProjectionsEnabled") == "1"
    assert all(
        bar.get("numMapUnitsPerScaleBarUnit") == "1" for bar in root.iter("LayoutItem") if bar.get("type") == "65646"
    )


def test_layer_ids_are_long_enough_and_unique(package):
    ids = [element.text for element in ET.fromstring(contents(package[0])).iter("id")]
    assert all(len(one) > 10 for one in ids)
    assert len(ids) == len(set(ids))


def test_the_same_image_makes_the_same_package(package, tmp_path):
    again = {path.name: path.read_bytes() for path in export_qgis(make_image(), tmp_path)}
    assert all(again[path.name] == path.read_bytes() for path in package[1])


@pytest.mark.qgis
@needs_qgis
class TestInQgis:
    def test_it_opens_after_the_folder_has_moved(self, image, told):
        assert told["read"]
        assert told["crs"] == "EPSG:3006"
        assert told["title"] == "Strukturbild Provlänet"
        wanted = {layer.id for layer in project_layers(image, "./a", "./b")}
        assert set(told["layers"]) == wanted
        assert all(layer["valid"] for layer in told["layers"].values())

    def test_nothing_points_at_the_first_place(self, told):
        assert all("första" not in layer["source"] for layer in told["layers"].values())

    def test_every_layer_is_drawn(self, told):
        shares = {name: layer["drawn_share"] for name, layer in told["layers"].items() if "drawn_share" in layer}
        assert len(shares) > 15
        assert {name: share for name, share in shares.items() if share < LEAST_DRAWN} == {}

    @pytest.mark.parametrize("whence", ["project", "defaults"])
    def test_classes_and_colours_are_the_catalogues_hex_by_hex(self, image, told, whence):
        paper = image.settings.style.paper
        layers = [layer for layer in project_layers(image, ".", ".") if isinstance(layer.content, Packaged)]
        for layer in layers:
            item = layer.content
            place = told["layers"][layer.id] if whence == "project" else told["defaults"][item.id]
            drawn = {value: set(colours) for value, _, colours in place["classes"]}
            assert list(drawn) == [cls.value for cls in item.style.classes]
            for cls in item.style.classes:
                wanted = {colour for colour in (cls.fill, cls.stroke) if colour}
                assert drawn[cls.value] - {paper} >= wanted - {paper}, (item.id, cls.value)
                assert drawn[cls.value] <= wanted | {paper}, (item.id, cls.value)

    def test_rasters_have_the_catalogues_colours(self, image, told):
        style, layers = image.settings.style, told["layers"]
        steps = image.settings.access.colour_steps_min
        minutes = layers["strukturbild_raster_minuter_grocery"]["classes"]
        tones = step_tones(style.layer("minuter"), len(steps))
        assert [colours[0] for _, _, colours in minutes[:-1]] == tones
        assert [value for value, _, _ in minutes[: len(steps)]] == steps
        assert minutes[-1][1] == "går inte att nå"
        land_use = layers["strukturbild_raster_markanvandning"]["classes"]
        assert [colours[0] for _, _, colours in land_use] == [cls.fill for cls in style.layer("markanvandning").classes]
        people = layers["strukturbild_raster_befolkning"]["classes"]
        assert [colours[0] for _, _, colours in people[1:]] == [cls.fill for cls in style.layer("rutnat").classes]

    def test_aliases_are_there_with_and_without_the_project(self, told):
        for place in (told["layers"]["strukturbild_rutnat"], told["defaults"]["rutnat"]):
            assert place["aliases"]["population_inv"] == "Invånare (antal)"
            assert place["aliases"]["grocery_min"] == "Minuter med bil till närmaste livsmedelsbutik"
        table = told["defaults"]["tabell_befolkning"]
        assert table["aliases"]["population_inv"] == "Invånare (antal)"

    def test_a_click_on_a_cell_never_tells_few_people_as_a_number(self, told):
        cells = told["layers"]["strukturbild_rutnat"]
        assert not [name for name in cells["clicked"] if name.endswith("_inv")]
        assert not told["layers"]["strukturbild_raster_befolkning"]["clickable"]
        few = [said for people, said in cells["people"] if 0 < people < 5]
        assert few
        assert {said.partition(" (")[0] for said in few} == {"färre än 5"}
        assert all(said.partition(" (")[0].isdigit() for people, said in cells["people"] if 5 <= people < 1000)

    def test_metadata_says_where_it_comes_from(self, told):
        for place in (told["layers"]["strukturbild_strak"], told["defaults"]["strak"]):
            assert place["title"] == "Stråk"
            assert "modellerat" in place["abstract"]
            assert "Källan till stråk & <prov>" in place["abstract"]
        assert told["layers"]["strukturbild_strak"]["licences"] == ["CC0-1.0"]
        assert told["layers"]["strukturbild_strak"]["name"] == "Stråk (modellerat)"

    def test_rows_are_all_there(self, image, told):
        for layer in project_layers(image, ".", "."):
            if isinstance(layer.content, Packaged):
                assert told["layers"][layer.id]["rows"] == len(layer.content.frame), layer.id

    def test_groups_stand_in_the_order_of_the_legend(self, told):
        upper = ["Noder", "Stråk", "Tillgänglighet", "Fynd", "Gränser och orientering"]
        assert told["groups"] == [*upper, "Underlag", "Tabeller"]
        order = [name.removeprefix("strukturbild_") for name in told["order"]]
        assert order[0] == "noder"
        assert order.index("strak") < order.index("raster_minuter_grocery") < order.index("kommuner")
        assert (
            order.index("kommuner") < order.index("vatten") < order.index("raster_befolkning") < order.index("region")
        )
        assert order.index("region") < order.index("land")

    def test_themes_are_there_with_their_layers(self, told):
        themes = told["themes"]
        assert {"Nuläge", "Stråk", "Noder och befolkning", "Restid: Sjukhus", "Markanvändning"} <= set(themes)
        assert "strukturbild_strak" in themes["Nuläge"]
        assert "strukturbild_vita_flackar_grocery_15" in themes["Vita fläckar: Livsmedelsbutik > 15 min"]
        assert "strukturbild_raster_minuter_hospital" in themes["Restid: Sjukhus"]
        assert "strukturbild_raster_minuter_grocery" not in themes["Restid: Sjukhus"]

    def test_layouts_export_to_picture_and_pdf(self, told):
        layouts = told["layouts"]
        assert set(layouts) == {"Karta A4", "Karta A3", "Kommunatlas A4"}
        for layout in layouts.values():
            assert layout["results"] == [0, 0]
            assert all(size > 20_000 for size in layout["sizes"])

    def test_the_atlas_has_a_page_a_municipality(self, told):
        assert told["layouts"]["Kommunatlas A4"]["pages"] == ["0114_Väster", "2480_Åsele", "2401_Örträsk"]

    def test_the_project_in_the_geopackage_opens_too(self, image, package, tmp_path):
        folder, _ = package
        inside = answers(folder / "strukturbild.gpkg", tmp_path)
        assert inside["read"]
        assert len(inside["layers"]) == len(project_layers(image, "./a", "./b"))
        assert all(layer["valid"] for layer in inside["layers"].values())
