"""A plan as offices keep it: from file to draft to settings to matrix, every repair counted, nothing lost silently."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from spatial.cli import cli
from spatial.errors import GateError
from spatial.image import compose
from spatial.inputs import gate
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
from spatial.inputs.mapping import read_mapping, read_pivot
from spatial.inputs.plan_columns import columns_of
from spatial.inputs.plan_files import read_plan
from spatial.plan_names import Namer
from spatial.settings import Models
from tests.hostile_plans import municipal

PIVOT = read_pivot()
CODE = "2401"


@pytest.fixture(scope="module")
def outlines():
    settings = read_settings()
    wanted = settings.layers_of("municipalities")
    return read_layers(settings.model_copy(update={"layers": wanted}))["kommuner"].geo


@pytest.fixture(scope="module")
def outline(outlines):
    return outlines.geometry.loc[CODE]


def said(*arguments):
    result = CliRunner().invoke(cli, ["plan", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


WRITERS = {
    "gpkg": lambda folder, outline: municipal.geopackage(folder, outline, 300),
    "curves": municipal.curved,
    "shapefile": lambda folder, outline: municipal.shapefile(folder, outline, 200),
    "geodatabase": lambda folder, outline: municipal.geodatabase(folder, outline, 200),
    "geojson": lambda folder, outline: municipal.geojson(folder, outline, 200),
    "metres": lambda folder, outline: municipal.geojson(folder, outline, 200, metres=True),
}


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
def test_six_kinds_of_file_reach_the_matrix_with_only_their_mappings_to_write(tmp_path, outlines):
    """Each file is a municipality's plan; each step builds on the settings of the one before; one build at the end."""
    known = {name: value for name, value, _ in municipal.USES.values()}
    start, rows = [], {}
    for code, (kind, write) in zip(read_settings().region.municipalities, WRITERS.items(), strict=False):
        folder = tmp_path / kind
        folder.mkdir()
        file, mapping, out = write(folder, outlines.geometry[code]), folder / "m.yaml", tmp_path / f"{kind}.yaml"
        said("map", file, "--out", mapping)
        rules = read_mapping(mapping).codes
        assert all(rules[name].pivot == value for name, value in known.items() if name in rules), kind
        told = said("add", file, "--municipality", code, "--mapping", mapping, "--out", out, *start)
        assert "strukturbild app" in told
        start = ["--config", out]
        given = read_plan(file, PIVOT).layers
        lost = sum(int(layer.frame.geometry.isna().sum() + layer.frame.geometry.is_empty.sum()) for layer in given)
        rows[code] = sum(len(layer.frame) for layer in given) - lost
    image = composed(start[1])
    plans = pd.concat(
        [layer.frame for name, layer in image.layers.items() if name.startswith("plan") and "plan_id" in layer.frame]
    )
    assert plans[plans["code"].notna()].groupby("plan_id").size().to_dict() == rows
    assert not any(layer.meta.lineage for name, layer in image.layers.items() if name.startswith("planomraden"))
    cells = image.indicators["matris"]
    spoken = cells[cells["verdict"].isin(["stödjer", "motverkar"])]
    assert set(spoken["plan_id"]) == set(rows)
    proof = image.indicators["matris_belagg"]
    assert set(proof["feature"]) <= set(plans.index)
    unknown = image.indicators["planer_okanda_koder"]
    assert unknown.loc[unknown["code"] == "Åtgärdsområde 9", "count"].sum() > 0


def composed(path):
    """Return the image of a region's municipalities and plans alone: the goals that need no other layer are judged."""
    settings = read_settings(path)
    wanted = [spec for spec in settings.layers if spec.role in {"municipalities", "plans"}]
    settings = settings.model_copy(update={"layers": wanted, "models": Models()})
    return compose(settings, read_layers(settings))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_repair_is_counted(tmp_path, outline):
    file = municipal.geopackage(tmp_path, outline, 400)
    said("map", file, "--out", tmp_path / "m.yaml")
    told = said("add", file, "--municipality", CODE, "--mapping", tmp_path / "m.yaml", "--out", tmp_path / "r.yaml")
    assert "rad 6, 7: 2 rader saknar geometri" in told
    assert "rad 2, 3, 4, 8, 9: 5 trasiga eller blandade geometrier lagades" in told
    assert "rad 11, 12, 13, 14: 4 rader saknade id eller delade det" in told
    assert "Lager plangräns (1 objekt) är inte med" in told


def test_rings_that_are_not_closed_are_closed_and_counted(tmp_path, outline):
    file = municipal.geojson(tmp_path, outline, 60)
    received = gate.read_upload(file, name=file.name)
    assert received.frame.geometry.iloc[0].is_valid
    assert [(note.key, note.row) for note in received.notes] == [("gate.note_closed", "1")]


def test_arcs_come_in_straight_with_their_area(tmp_path, outline):
    file = municipal.curved(tmp_path, outline)
    frame = gate.read_upload(file, name=file.name).frame
    np.testing.assert_allclose(frame.area, np.pi * 800**2 / 2, rtol=0.002)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_file_with_only_a_border_is_told_apart(tmp_path, outline):
    border = gpd.GeoDataFrame({"plannamn": ["ÖP"]}, geometry=[outline], crs=3006)
    border.to_file(tmp_path / "op.gpkg", layer="plangräns")
    result = CliRunner().invoke(cli, ["plan", "map", str(tmp_path / "op.gpkg")])
    assert result.exit_code == 2
    assert "plannamn (1)" in result.output


def test_what_is_there_is_not_written_over(tmp_path, outline):
    file = municipal.curved(tmp_path, outline)
    said("map", file, "--out", tmp_path / "m.yaml")
    result = CliRunner().invoke(cli, ["plan", "map", str(file), "--out", str(tmp_path / "m.yaml")])
    assert result.exit_code == 2
    assert "finns redan" in result.output


def test_two_plans_build_on_each_other(tmp_path, outline, outlines):
    file = municipal.curved(tmp_path, outline)
    said("map", file, "--out", tmp_path / "m.yaml")
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    said("add", file, "--municipality", CODE, "--mapping", tmp_path / "m.yaml", "--out", first)
    again = ["plan", "add", str(file), "--municipality", CODE, "--out", str(second), "--config", str(first)]
    result = CliRunner().invoke(cli, again)
    assert result.exit_code == 2
    assert "kurvor.gpkg är redan med" in result.output
    (tmp_path / "till").mkdir()
    file = municipal.curved(tmp_path / "till", outlines.geometry["2480"])
    said("add", file, "--municipality", "2480", "--mapping", "boverket", "--out", second, "--config", first)
    plans = [spec for spec in read_settings(second).layers if spec.role == "plans"]
    assert [spec.mapping for spec in plans] == ["m.yaml", "boverket"]


def frame(**columns):
    count = len(next(iter(columns.values())))
    shapes = [shapely.box(n, 0, n + 1, 1) for n in range(count)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=3006)


def test_columns_are_found_by_what_they_hold():
    rows = frame(
        X1=["B1", "B1", "N", "N"] * 10,
        X2=["Nya bostäder", "Nya bostäder", "Naturområde", "Naturområde"] * 10,
        X3=["Ny", "Befintlig", "Ny", None] * 10,
        namn=[f"Plats {n}" for n in range(40)],
        globalid=[f"{n}" for n in range(40)],
    )
    found = columns_of(rows, Namer(PIVOT))
    assert found.known() == {"code": "X2", "time": "X3", "name": "namn", "file_id": "globalid"}
    asked = columns_of(rows, Namer(PIVOT), code="X1")
    assert (asked.code, asked.name_of_code) == ("X1", "X2")


def test_codes_of_a_known_classification_are_found():
    known = [read_mapping("sosi", PIVOT)]
    rows = frame(a=["x", "y", "z"] * 10, arealformal=["1110", "5100", "3020"] * 10, arealstatus=["1", "2", "1"] * 10)
    found = columns_of(rows, Namer(PIVOT), known)
    assert (found.code, found.time) == ("arealformal", "arealstatus")


def test_a_broken_file_is_one_sentence(tmp_path):
    (tmp_path / "op.gpkg").write_bytes(b"SQLite format 3\x00" + b"\x00" * 200)
    with pytest.raises(GateError):
        read_plan(tmp_path / "op.gpkg", PIVOT)
