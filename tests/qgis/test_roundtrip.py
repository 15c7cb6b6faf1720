"""From QGIS and back: a strategist's edits in real QGIS, recognised, shown, taken, carried through, withdrawn."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from spatial import build as workshop
from spatial.analysis.changes import with_changes
from spatial.cli import cli
from spatial.errors import LayerError
from spatial.image import compose
from spatial.record.changes import read_changes, set_withdrawn
from spatial.roundtrip import effects, proposals, take
from spatial.settings import Models
from spatial.views.qgis import export_qgis

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("edit_layer.py")


def has_qgis():
    if not Path(PYTHON).exists():
        return False
    return subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.qgis,
    pytest.mark.skipif(not has_qgis(), reason="Debian's python3-qgis is not installed"),
]


def in_qgis(gpkg, edits):
    home = gpkg.parent / "hem"
    home.mkdir(exist_ok=True, mode=0o700)
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment = {**kept, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home), "HOME": str(home)}
    command = [PYTHON, str(SCRIPT), str(gpkg), json.dumps(edits)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def with_plan(folder, west=700_000, south=7_080_000):
    """Return a change of the settings that gives the region a plan of two areas."""

    def change(values):
        shapes = [shapely.box(west + 2000, south + low, west + 9000, south + low + 6000) for low in (2000, 9000)]
        frame = gpd.GeoDataFrame(
            {"kod": ["Vatten", "Mångfunktionell bebyggelse"], "nr": ["p1", "p2"], "namn": ["Sjön", "Centrum"]},
            geometry=shapes, crs="EPSG:3006",
        )  # fmt: skip
        frame.to_file(folder / "plan.gpkg")
        values["layers"].append({
            "id": "op", "title": {"sv": "Översiktsplan"}, "role": "plans", "status": "mätt", "year": 2021,
            "source": "Kommunen", "provider": "Kommunen", "licence": "CC0-1.0", "crs": "EPSG:3006",
            "reader": {"kind": "file", "path": "plan.gpkg"}, "columns": {"id": "nr", "code": "kod", "name": "namn"},
        })  # fmt: skip

    return change


@pytest.fixture(scope="module")
def built(make_region, tmp_path_factory):
    home = tmp_path_factory.mktemp("tillbaka")
    config = make_region(home, change=with_plan(home))
    image, folder = workshop.build(config, out=home / "bild")
    export_qgis(image, home / "paket")
    return config, image, folder, home / "paket" / "strukturbild.gpkg"


@pytest.fixture
def region(built, tmp_path):
    """A copy of the built region that a test may change: config, image, folder, the exported GeoPackage."""
    config, image, folder, gpkg = built
    shutil.copytree(folder, tmp_path / "bild")
    shutil.copy(gpkg, tmp_path / "hemvänd.gpkg")
    return config, image, tmp_path / "bild", tmp_path / "hemvänd.gpkg"


EDITS = {
    "noder": {
        "change": {"b": {"name": "Överby stad", "level_override": "regional_core"}},
        "move": {"c": [300.0, 400.0]},
        "add": [{"values": {"name": "Nyby", "population_inv": 450.0}, "at": [705_500.0, 7_110_500.0]}],
        "delete": ["d"],
    }
}


def told(proposal):
    rows = proposal.table.to_dict("records")
    return {(row["id"], row["change"], row["column"]): (row["old"], row["new"]) for row in rows}


def test_edits_are_recognised_by_id(region):
    _, image, _, gpkg = region
    in_qgis(gpkg, EDITS)
    (found,) = proposals(image, gpkg)
    new = next(key for key in found.table["id"] if key.startswith("ny-"))
    assert told(found) == {
        ("b", "changed", "name"): ("Överby", "Överby stad"),
        ("b", "changed", "level_override"): (None, "regional_core"),
        ("c", "moved", ""): (None, None),
        ("d", "removed", ""): (None, None),
        (new, "added", ""): (None, None),
    }
    assert found.table.loc[found.table["change"] == "moved", "moved_m"].tolist() == pytest.approx([500.0], abs=0.01)
    assert read_changes(region[2]) == []


def composed(image):
    """Return what an image was composed of and by: its steps' fingerprints."""
    return {record.step: record.fingerprint for record in image.provenance.steps}


def test_what_is_taken_is_carried_through_and_can_be_withdrawn(region):
    config, image, folder, gpkg = region
    in_qgis(gpkg, EDITS)
    found = proposals(image, gpkg)
    (change,) = take(folder, found)
    assert (change.number, change.layer, change.touched) == (1, "noder", 4)
    assert workshop.image_with(image.settings, folder) is None  # what is there is older than the change
    after, _ = workshop.image_of(config, out=folder)
    nodes = after.layers["noder"].frame
    assert nodes.loc["b", ["name", "level"]].tolist() == ["Överby stad", "regional_core"]
    assert "d" not in nodes.index
    assert "Nyby" in set(nodes["name"])
    assert nodes.loc["c"].geometry.distance(image.layers["noder"].frame.loc["c"].geometry) == pytest.approx(
        500, abs=0.01
    )
    assert after.provenance.fingerprint != image.provenance.fingerprint
    assert after.provenance.layers["orter"] != image.provenance.layers["orter"]
    assert after.provenance.layers["vagar"] == image.provenance.layers["vagar"]
    assert "ändrat av strateg" in after.inputs["orter"].meta.source
    assert {"noder", "strak", "noder_skal"} <= set(effects(image, after))
    export_qgis(after, folder / "paket")
    assert proposals(after, folder / "paket" / "strukturbild.gpkg") == []
    assert proposals(after, gpkg) == []  # the file that was brought back says what the image says now
    set_withdrawn(folder, 1)
    back, _ = workshop.image_of(config, out=folder)
    assert composed(back) == composed(image)  # recommendations that came and went are told of once
    set_withdrawn(folder, 1, withdrawn=False)
    again, _ = workshop.image_of(config, out=folder)
    assert composed(again) == composed(after)


def test_a_level_written_over_the_calculated_one_is_told(region):
    _, image, _, gpkg = region
    edits = {"change": {"b": {"level": "regional_core", "name": "Nya Överby"}}}
    in_qgis(gpkg, {"noder": edits})
    (found,) = proposals(image, gpkg)
    assert told(found) == {("b", "changed", "name"): ("Överby", "Nya Överby")}
    assert [(fault.key, fault.row) for fault in found.faults] == [("export.level_calculated", "b")]


def test_a_copy_is_a_new_row(region):
    _, image, _, gpkg = region
    in_qgis(gpkg, {"noder": {"change": {"d": {"id": "c"}}}})
    (found,) = proposals(image, gpkg)
    kinds = dict(zip(found.table["change"], found.table["id"], strict=True))
    assert kinds == {"added": "c#2", "removed": "d"}


def test_a_file_that_is_only_written_again_changes_nothing(region):
    _, image, _, gpkg = region
    in_qgis(gpkg, {"noder": {"touch": True}, "planomraden": {"touch": True}})
    assert proposals(image, gpkg) == []


def test_another_crs_and_file_name_are_recognised(region, tmp_path):
    _, image, _, gpkg = region
    frame = pyogrio.read_dataframe(gpkg, layer="noder").to_crs("EPSG:4326")
    frame.loc[frame["id"] == "b", "name"] = "Nya Överby"
    frame.sample(frac=1, random_state=1).to_file(tmp_path / "mina platser.geojson")
    (found,) = proposals(image, tmp_path / "mina platser.geojson")
    assert told(found) == {("b", "changed", "name"): ("Överby", "Nya Överby")}


def test_a_selection_leaves_the_others_alone(region, tmp_path):
    _, image, _, gpkg = region
    frame = pyogrio.read_dataframe(gpkg, layer="noder")
    one = frame[frame["id"] == "b"].assign(population_inv=1234.0)
    one.to_file(tmp_path / "noder.gpkg", layer="noder")
    (whole,) = proposals(image, tmp_path / "noder.gpkg")
    assert whole.counted("removed") == len(frame) - 1
    (part,) = proposals(image, tmp_path / "noder.gpkg", partial=True)
    assert told(part) == {("b", "changed", "population_inv"): (900.0, 1234.0)}


def test_a_plan_comes_back_and_reaches_its_class(region):
    config, image, folder, gpkg = region
    key = next(key for key in image.layers["planomraden"].frame.index if key.endswith(":p1"))
    in_qgis(gpkg, {"planomraden": {"change": {key: {"code": "Verksamheter och industri"}}, "move": {key: [10.0, 0.0]}}})
    found = proposals(image, gpkg)
    assert [proposal.layer for proposal in found] == ["planomraden"]
    assert told(found[0]) == {
        (key, "changed", "code"): ("Vatten", "Verksamheter och industri"), (key, "moved", ""): (None, None),
    }  # fmt: skip
    take(folder, found)
    after, _ = workshop.image_of(config, out=folder)
    assert image.layers["planomraden"].frame.loc[key, "pivot"] == "vatten"
    assert after.layers["planomraden"].frame.loc[key, "pivot"] == "verksamheter_industri"
    assert len(after.layers["planomraden"].frame) == len(image.layers["planomraden"].frame)


def test_a_modelled_plan_becomes_a_given_one(embedded, tmp_path):
    image = embedded.image
    plans = {name: layer.frame for name, layer in image.layers.items() if layer.meta.role == "plans"}
    assert len(plans) > 1
    assert not [layer for layer in image.inputs.values() if layer.meta.role == "plans"]
    gpkg = export_qgis(image, tmp_path)[0]
    key, gone = plans["planomraden"].index[:2]
    in_qgis(gpkg, {"planomraden": {"change": {key: {"code": "Verksamheter och industri"}}, "delete": [gone]}})
    (found,) = proposals(image, gpkg)
    assert {row["change"] for row in found.table.to_dict("records")} == {"changed", "removed"}
    change = replace(found.change, number=1, time="2026-01-01T00:00:00Z")
    assert change.touched == 2
    layers = with_changes(image.inputs, [change])
    assert (layers["planer"].meta.role, layers["planer"].meta.status) == ("plans", "modellerat")
    needed = {name: layer for name, layer in layers.items() if layer.meta.role in {"municipalities", "plans"}}
    after = compose(image.settings.model_copy(update={"models": Models()}), needed)
    features = pd.concat([layer.frame for layer in after.layers.values() if layer.meta.role == "plans"])
    before = pd.concat(plans.values())
    assert set(before.index) - set(features.index) == {gone}
    assert features.loc[key, "pivot"] == "verksamheter_industri"
    kept = [one for one in before.index if one not in {key, gone}]
    assert features.loc[kept, "fingerprint"].equals(before.loc[kept, "fingerprint"])


@pytest.mark.parametrize(
    ("edits", "key"),
    [
        ({"change": {"b": {"level_override": "storstad"}}}, "export.unknown_level"),
        ({"change": {"b": {"name": None}}}, "export.no_name"),
        ({"add": [{"values": {"name": "Nyby"}, "at": [705_500.0, 7_110_500.0]}]}, "export.no_population"),
        ({"move": {"b": [60_000.0, 0.0]}}, "export.misplaced"),
    ],
)
def test_a_mistake_is_told_with_its_row(region, edits, key):
    _, image, _, gpkg = region
    in_qgis(gpkg, {"noder": edits})
    with pytest.raises(LayerError) as caught:
        proposals(image, gpkg)
    assert key in {fault.key for fault in caught.value.faults}
    assert all(fault.row and fault.remedy() for fault in caught.value.faults)


def run(*arguments, answer=None):
    """Return the exit code and what the command said."""
    from click.testing import CliRunner

    done = CliRunner().invoke(cli, [str(one) for one in arguments], input=answer)
    return done.exit_code, done.output


def test_the_command_shows_asks_and_takes(region):
    config, _, folder, gpkg = region
    in_qgis(gpkg, EDITS)
    code, said = run("build", config, "--out", folder, "--with", gpkg, answer="n\n")
    assert code == 1
    assert "Överby stad" in said
    assert "flyttad 500 m" in said
    assert read_changes(folder) == []
    code, said = run("build", config, "--out", folder, "--with", gpkg)  # nobody to ask
    assert code == 1
    assert read_changes(folder) == []
    code, said = run("build", config, "--out", folder, "--with", gpkg, "--yes")
    assert code == 0, said
    assert "Följer med" in said
    assert len(read_changes(folder)) == 1
    code, said = run("build", config, "--out", folder, "--with", gpkg, "--yes")
    assert (code, len(read_changes(folder))) == (0, 1)
    assert "Ingen skillnad" in said
    _, said = run("changes", config, "--image", folder)
    assert "hemvänd.gpkg" in said
    _, said = run("changes", config, "--image", folder, "--withdraw", 1)
    assert "tillbakadragen" in said
    assert run("changes", config, "--image", folder, "--withdraw", 9)[0] == 2
