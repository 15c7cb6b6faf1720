"""Codes whose words stand in the file's own lists: read without asking, from GeoPackage and File Geodatabase."""

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
from click.testing import CliRunner

from spatial.cli import cli
from spatial.inputs import gate, gate_child
from spatial.inputs.config import read_settings
from spatial.inputs.domains import with_words
from spatial.inputs.layers import read_layers
from spatial.inputs.mapping import read_mapping, read_pivot
from spatial.inputs.plan_columns import columns_of
from spatial.inputs.plan_files import MAPPINGS
from spatial.plan_names import Namer
from tests.hostile_plans import coded

AT = (700_000.0, 7_120_000.0)
PYTHON = "/usr/bin/python3"
WORDS = {7: "7", 11: "Bostäder", 12: "Natur & friluftsliv", 13: "Verksamheter", 98: "Annat (98)", 99: "Annat (99)"}


def _geodatabase(folder):
    path = folder / "koder.gdb"
    command = [PYTHON, coded.__file__, str(path), *map(str, AT)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except OSError:
        pytest.skip("no system Python to write a File Geodatabase with domains")
    if done.returncode:
        pytest.skip(f"GDAL's own bindings cannot write a File Geodatabase here: {done.stderr.decode()[-200:]}")
    return Path(shutil.make_archive(str(path), "zip", folder, path.name))


@pytest.fixture(scope="module", params=["gpkg", "gdb"])
def file(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return coded.geopackage(folder, *AT) if request.param == "gpkg" else _geodatabase(folder)


def test_words_stand_beside_their_codes_and_what_has_none_is_counted(file):
    for received in (gate.read_upload(file, name=file.name), gate.read_own(file)):
        frame = received.frame
        for column, words in (("ANV", WORDS), ("SKEDE", coded.STAGES)):
            pairs = frame[[column, f"{column} (klartext)"]].dropna().drop_duplicates()
            assert dict(pairs.itertuples(index=False)) == words
        assert frame["ANV"].isna().equals(frame["ANV (klartext)"].isna())
        assert [(note.key, note.count) for note in received.notes] == [
            ("gate.note_words", 1),
            ("gate.note_no_word", int((frame["ANV"] == 7).sum())),
        ]


def test_a_plan_of_bare_codes_reaches_the_pivot_with_nothing_said_by_the_user(file, tmp_path):
    def run(*arguments):
        result = CliRunner().invoke(cli, ["plan", *map(str, arguments)])
        assert result.exit_code == 0, result.output
        return result.output

    mapping, out = tmp_path / "m.yaml", tmp_path / "r.yaml"
    told = run("map", file, "--out", mapping)
    assert "klass ur ANV (klartext), tid ur SKEDE (klartext)" in told
    assert "filen säger i ord vad koderna i ANV, SKEDE betyder" in told
    drafted = read_mapping(mapping)
    assert {code: rule.pivot for code, rule in drafted.codes.items() if rule.pivot != "okand"} == {
        "Bostäder": "sammanhangande_bostad",
        "Natur & friluftsliv": "natur_friluftsliv",
        "Verksamheter": "verksamheter_industri",
    }
    assert drafted.times == {"Befintlig": "nuvarande", "Planerad": "framtida"}
    told = run("add", file, "--municipality", "2481", "--mapping", mapping, "--out", out)
    houses = 7 + sum(n % 7 == 2 for n in range(7, coded.COUNT))
    assert f"Sammanhängande bostadsbebyggelse: {houses} objekt" in told
    assert "säger inte när" not in told
    settings = read_settings(out)
    wanted = [spec for spec in settings.layers if spec.role in {"municipalities", "plans"}]
    plan = next(
        layer.frame
        for layer in read_layers(settings.model_copy(update={"layers": wanted})).values()
        if layer.meta.role == "plans"
    )
    assert (plan["code"] == "Bostäder").sum() == houses


def test_the_user_may_keep_the_codes_and_then_reads_their_words(file):
    result = CliRunner().invoke(cli, ["plan", "map", str(file), "--code", "ANV"])
    assert "11 (Bostäder): " in result.output
    assert "99 (Annat (99)): " in result.output


def test_codes_of_a_known_classification_stay_codes_and_so_do_its_times():
    pivot = read_pivot()
    frame = gate.gpd.GeoDataFrame(
        {"AREALFORMAL": [1110, 3020, 5100] * 10, "AREALST": [1, 2, 1] * 10},
        geometry=gate.gpd.points_from_xy(range(30), range(30)),
    )
    words = {"AREALFORMAL": {"1110": "Bolig", "3020": "Naturområde", "5100": "LNFR"}, "AREALST": {"1": "Nå", "2": "Ny"}}
    frame, _ = with_words(
        frame.rename(columns={"AREALST": "AREALSTATUS"}), words | {"AREALSTATUS": words["AREALST"]}, "op"
    )
    found = columns_of(frame, Namer(pivot), [read_mapping(name, pivot) for name in MAPPINGS])
    assert (found.code, found.name_of_code, found.time) == ("AREALFORMAL", "AREALFORMAL (klartext)", "AREALSTATUS")


def test_subtypes_of_a_geodatabase_are_words_and_entities_are_not_read(monkeypatch):
    kinds = "".join(
        f"<Subtype><SubtypeName>{word}</SubtypeName><SubtypeCode>{code}</SubtypeCode></Subtype>"
        for code, word in (("1", "Väg"), ("2", "Stig"))
    )
    definition = f"<D><GPFieldInfoExs/><SubtypeFieldName>SLAG</SubtypeFieldName><Subtypes>{kinds}</Subtypes></D>"
    for start, found in (("", {"SLAG": {"1": "Väg", "2": "Stig"}}), ('<!DOCTYPE D [<!ENTITY a "b">]>', {}), ("<", {})):
        items = pa.table({"Name": ["Nät"], "Definition": [start + definition]})
        monkeypatch.setattr(pyogrio, "read_arrow", lambda *_, items=items, **__: ({}, items))
        assert gate_child.domains_of(Path("x.gdb"), "Nät") == found


def test_a_list_that_says_nothing_adds_nothing():
    frame = pd.DataFrame({"KOD": ["Bostäder", None], "TAL": [1, 2]})
    lists = {"KOD": {"Bostäder": "Bostäder"}, "TAL": {"8": "Åtta"}, "BORTA": {"1": "Ett"}}
    assert list(with_words(frame, lists, "op")[0].columns) == ["KOD", "TAL"]
