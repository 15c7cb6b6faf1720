"""The commands: exit codes, one Swedish sentence a mistake, and what ``new`` writes."""

import json
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from spatial.cli import cli
from spatial.inputs.config import read_settings
from spatial.inputs.documents import read_document
from spatial.settings import LayerSpec
from spatial.storage import read_manifest

STUBS = ["befolkningsrutor", "vagar", "service", "markanvandning", "jarnvagar"]


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="strukturbild")


def real(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "spatial.cli", *map(str, arguments)],
        cwd=cwd, env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}, capture_output=True, check=False,
    )  # fmt: skip


def mistake(result, *words):
    """Assert that a command ended with exit code 2 and a sentence with the words, without a traceback."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    for word in words:
        assert word in result.output
    return result.output


def with_layer(name, **changes):
    def change(values):
        layer = next(layer for layer in values["layers"] if layer["id"] == name)
        layer.update(changes)

    return change


# --- mistakes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "--okand"], ["Väljaren --okand finns inte", "strukturbild"]),
        (["build", "a", "b"], ["för många ord"]),
        (["bygg"], ["Kommandot bygg finns inte"]),
        (["new"], ["NAME saknas"]),
        (["app", "--port", "abc"], ["--port"]),
        (["build", "finns_inte.yaml"], ["finns_inte.yaml", "finns inte"]),
        (["build", "--data", "finns/inte"], ["--data", "finns/inte"]),
        (["check", "--data", "finns/inte"], ["--data", "finns/inte"]),
        (["check", "finns_inte.gpkg"], ["finns_inte.gpkg", "finns inte"]),
        (["check", "en.yaml", "tva.yaml"], ["en.yaml, tva.yaml"]),
        (["new", "prov", "--lan", "99"], ["99", "Länskoden"]),
        (["new", "prov", "9999"], ["9999", "fyra siffror"]),
        (["new", "prov"], ["--lan 20"]),
    ],
)
def test_a_mistake_is_one_swedish_sentence(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    output = mistake(run(*arguments), *words)
    assert not re.search(r"\b(Usage|Error|Invalid|Missing)\b", output)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: v["region"].update(okant=1), ["okant", "rad"]),
        (lambda v: v["region"].update(municipalities=["9999"]), ["9999"]),
        (with_layer("vagar", reader={"kind": "file", "path": "borta.gpkg"}), ["vagar", "borta.gpkg"]),
        (with_layer("vagar", crs="EPSG:3067"), ["vagar", "EPSG:3067", "EPSG:3006"]),
        (with_layer("rutor", columns={"id": "rutid", "population_inv": "finns_ej"}), ["rutor", "finns_ej"]),
        (lambda v: v.update(road_speeds_kmh={}), ["vagar", "rad l0"]),
    ],
)
def test_a_build_that_cannot_be_made_leaves_nothing(change, words, make_region, tmp_path):
    config = make_region(tmp_path / "in", change=change)
    mistake(run("build", config, "--out", tmp_path / "ut"), *words)
    assert not (tmp_path / "ut").exists()


def test_a_folder_that_cannot_be_written_is_said_before_the_work(make_region, tmp_path):
    config = make_region(tmp_path / "in")
    (tmp_path / "fil").write_text("")
    output = mistake(run("build", config, "--out", tmp_path / "fil" / "ut"), "kan inte skrivas", "--out")
    assert len([line for line in output.splitlines() if line.strip()]) == 1
    assert (tmp_path / "fil").read_text() == ""


def test_every_fault_of_every_layer_is_listed_with_row_and_remedy(make_region, tmp_path):
    def change(values):
        with_layer("orter", crs="EPSG:3067")(values)
        with_layer("flyg", reader={"kind": "file", "path": "borta.gpkg"})(values)
        with_layer("stationer", columns={"id": "kod", "name": "finns_ej"}, where={"heller_inte": ["1"]})(values)

    config = make_region(tmp_path, change=change)
    (tmp_path / "folk.csv").write_text("kod,folk\n2480,många\n2482,-3\n", encoding="utf-8")
    for command in ("check", "build"):
        result = run(command, config, *(["--out", tmp_path / "ut"] if command == "build" else []))
        assert result.exit_code == (1 if command == "check" else 2)
        for words in ("orter", "borta.gpkg", "finns_ej", "heller_inte", "rad 1", "rad 2", "många", "Rätta"):
            assert words in result.output, (command, words)
    assert not (tmp_path / "ut").exists()


# --- check ---------------------------------------------------------------------------------------------------------


def test_the_embedded_region_is_sound_and_its_inventory_shown():
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "Inventering" in result.output
    for words in ("Kommuner", "Huvudvägnät", "modellerat", "mätt", "Saknas i", "population_grid", "Inga fel i"):
        assert words in result.output


def test_a_sound_small_region_is_sound(make_region, tmp_path):
    result = run("check", make_region(tmp_path))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", ["sund.geojson", "sund.gpkg", "sund.zip", "plan.gdb.zip", "sund.fgb"])
def test_a_sound_file_is_sound(hostile_files, name):
    result = run("check", hostile_files / name)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    "name",
    ["vrt_som_pekar_ut.geojson", "bytta_axlar.geojson", "3006_som_4326.geojson", "noll_objekt.geojson", "nan.geojson",
     "utan_geometri.geojson", "blandade_slag.geojson", "avkapad.zip", "bombe.zip", "sokvag_ut.zip",
     "gpkg_med_rekursiv_vy.gpkg", "trasig.gpkg", "tva_lager.gpkg"],
)  # fmt: skip
def test_a_bad_file_has_faults(hostile_files, name):
    result = run("check", hostile_files / name)
    assert result.exit_code == 1, result.output
    assert "[fel]" in result.output
    assert name in result.output
    assert "HEMLIG" not in result.output


def test_several_files_are_judged_together(hostile_files):
    result = run("check", hostile_files / "sund.gpkg", hostile_files / "noll_objekt.geojson")
    assert result.exit_code == 1
    assert "noll_objekt.geojson" in result.output


def test_files_are_judged_against_the_region_that_is_named(hostile_files, make_region, tmp_path):
    far = make_region(tmp_path, change=lambda v: v["region"].update(margin_m={**v["region"]["margin_m"], "value": 10}))
    assert run("check", hostile_files / "sund.geojson", "--config", far).exit_code in {0, 1}
    assert run("check", hostile_files / "sund.geojson", "--config", tmp_path / "borta.yaml").exit_code == 2


# --- new -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dalarna(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nya")
    result = run("new", "dalarna", "--lan", "20", "--out", folder)
    assert result.exit_code == 0, result.output
    return folder / "dalarna", result.output


def test_new_names_what_empty_roles_would_give(dalarna):
    folder, output = dalarna
    assert "15 kommuner" in output
    assert str(folder / "dalarna.yaml") in output
    for word in ("befolkningsrutor", "vägar", "service", "markanvändning", "järnvägar", "översiktsplaner"):
        assert word in output


def test_new_says_what_each_role_unlocks_where_it_is_had_and_its_licence(dalarna):
    folder, _ = dalarna
    for stub in [*STUBS, "planer"]:
        written = (folder / "layers" / stub / "layer.yaml").read_text(encoding="utf-8")
        for word in ("# Roll:", "# Ger:", "# Finns hos:"):
            assert word in written, stub
        assert re.search(r"CC0|ODbL|Licens", written), stub


@pytest.mark.parametrize("stub", STUBS)
def test_each_stub_is_a_layer_once_uncommented(dalarna, stub, tmp_path):
    folder, _ = dalarna
    spec = LayerSpec.model_validate(read_document(folder / "layers" / stub / "layer.yaml").values)
    assert spec.id == stub
    whole = (folder / "dalarna.yaml").read_text(encoding="utf-8")
    assert f"  # - {stub}" in whole
    config = tmp_path / "dalarna.yaml"
    config.write_text(whole.replace(f"  # - {stub}", f"  - {stub}"), encoding="utf-8")
    (tmp_path / "layers").symlink_to(folder / "layers")
    chosen = next(layer for layer in read_settings(config).layers if layer.id == stub)
    assert chosen.home == "beside"


def test_new_builds_at_once_and_names_what_is_left_out(dalarna, tmp_path):
    folder, _ = dalarna
    out = tmp_path / "ut"
    result = run("build", folder / "dalarna.yaml", "--out", out)
    assert result.exit_code == 0, result.output
    omitted = {item["step"] for item in read_manifest(out)["omissions"]}
    assert {"population", "roads", "land_use", "access", "corridors", "hinterlands", "services:grocery"} <= omitted
    for word in ("Utelämnat", "befolkningsrutor (population_grid)", "vägar (roads)", "markanvändning (land_use)"):
        assert word in result.output
    page = (out / "karta.html").read_text(encoding="utf-8")
    missing = json.loads(re.search(r'"missing":(\{.*?\})', page)[1])["list"]
    assert {"befolkningsrutor", "vägnät", "markanvändning", "restider"} <= set(missing)
    services = [entry for entry in missing if entry.startswith("service (")]
    assert len(services) == 1, "a role is named once, with all its types"
    assert {"livsmedelsbutik", "apotek"} <= set(services[0].removeprefix("service (").rstrip(")").split(", "))
    assert not {"population", "access", "plans"} & set(missing)
    assert (out / "tabeller" / "kommuner.csv").is_file()
    assert (out / "strukturbild.gpkg").is_file()


@pytest.mark.parametrize("codes", [["0114", "0180"], ["2418"]])
def test_new_for_municipalities_by_code_builds_at_once(codes, tmp_path):
    result = run("new", 'Prov "ett"', *codes, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    config = next(tmp_path.glob("*/*.yaml"))
    settings = read_settings(config)
    assert settings.region.municipalities == codes
    assert settings.region.title.sv == 'Prov "ett"'
    result = run("build", config, "--out", tmp_path / "ut")
    assert result.exit_code == 0, result.output
    assert read_manifest(tmp_path / "ut")["totals"]["region"]["municipalities"] == len(codes)


def test_new_leaves_a_folder_that_is_there(dalarna):
    folder, _ = dalarna
    before = (folder / "dalarna.yaml").read_bytes()
    mistake(run("new", "dalarna", "--lan", "20", "--out", folder.parent), "finns redan")
    assert (folder / "dalarna.yaml").read_bytes() == before


# --- as a user runs it -----------------------------------------------------------------------------------------------


def test_real_build_from_another_folder(make_region, tmp_path):
    config = make_region(tmp_path / "in mapp")
    elsewhere = tmp_path / "annan"
    elsewhere.mkdir()
    done = real("build", config, "--out", "ut", cwd=elsewhere)
    assert done.returncode == 0, done.stderr.decode()
    shown = done.stdout.decode("utf-8")
    assert "Söderkommun" in shown
    manifest = json.loads((elsewhere / "ut" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["totals"]["region"]["municipalities"] == 2
    assert "Traceback" not in done.stderr.decode("utf-8")


def test_real_data_folder_is_where_the_files_lie(make_region, tmp_path):
    config = make_region(tmp_path / "data")
    alone = tmp_path / "alena" / "liten.yaml"
    alone.parent.mkdir()
    alone.write_bytes(config.read_bytes())
    assert real("check", alone, cwd=tmp_path).returncode == 1
    assert real("check", alone, "--data", "data", cwd=tmp_path).returncode == 0


def test_real_mistake_has_code_two_and_no_traceback(tmp_path):
    done = real("build", "borta.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "finns inte" in done.stderr.decode("utf-8")
    assert "Traceback" not in done.stderr.decode("utf-8")


def test_help_is_swedish_and_names_every_command():
    shown = run("--help").output
    for command in ("build", "check", "new", "app"):
        assert command in shown
    assert "Bygg strukturbilden" in shown
