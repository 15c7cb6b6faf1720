"""``plan map`` drafts a mapping that is read back; ``plan check`` finds what is broken and says so by exit code."""

import runpy
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from spatial.cli import cli
from spatial.inputs.mapping import read_mapping

REGION = runpy.run_path(str(Path(__file__).parent / "steps" / "own_region.py"))


@pytest.fixture
def file(tmp_path):
    shapes = [shapely.box(758_000, 7_088_000, 759_000, 7_089_000), shapely.box(759_000, 7_088_000, 760_000, 7_090_000)]
    frame = gpd.GeoDataFrame({"KOD": ["Bostäder", "=X9"], "HANSYN": ["ja", "ja"]}, geometry=shapes, crs=3006)
    frame.to_file(tmp_path / "op.gpkg", layer="ytor")
    return tmp_path / "op.gpkg"


def test_draft_lists_and_reads_back(file, tmp_path):
    out = tmp_path / "utkast.yaml"
    result = CliRunner().invoke(cli, ["plan", "map", str(file), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "Bostäder: 1 objekt, 1,00 km² → Sammanhängande bostadsbebyggelse" in result.output
    mapping = read_mapping(out)
    assert {code: rule.pivot for code, rule in mapping.codes.items()} == {
        "Bostäder": "sammanhangande_bostad",
        "=X9": "okand",
    }


def test_wrong_column_is_said_with_what_there_is(file):
    result = CliRunner().invoke(cli, ["plan", "map", str(file), "--code", "finns_inte"])
    assert result.exit_code == 2
    assert "KOD (2)" in result.output


def test_check_says_what_lacks(file, tmp_path):
    out = tmp_path / "utkast.yaml"
    CliRunner().invoke(cli, ["plan", "map", str(file), "--out", str(out)])
    result = CliRunner().invoke(cli, ["plan", "check", str(file), "--municipality", "2480", "--mapping", str(out)])
    assert result.exit_code == 1
    assert "tackning-lucka" in result.output
    assert "=X9" in result.output
    assert "inte planen mot någon föreskrift" in result.output


def test_a_plan_without_features_is_refused(file, tmp_path):
    gpd.read_file(file).iloc[:0].to_file(tmp_path / "tom.gpkg")
    result = CliRunner().invoke(cli, ["plan", "check", str(tmp_path / "tom.gpkg"), "--municipality", "2480"])
    assert result.exit_code == 2
    assert "tom.gpkg har inga objekt" in result.output


def test_unknown_municipality(file):
    result = CliRunner().invoke(cli, ["plan", "check", str(file), "--municipality", "9999"])
    assert result.exit_code == 2
    assert "9999" in result.output


@pytest.mark.parametrize("said", [None, "samråd med samebyn"])
def test_check_sees_the_interests_that_settings_give(tmp_path, said):
    """A plan of one area that says nothing, or something, of a given interest of 2 km² in it."""
    outline = REGION["outlines"]()["2422"]
    at = outline.representative_point()
    herding = shapely.box(at.x, at.y, at.x + 2000, at.y + 1000)
    frames = {
        "op": {"ID": ["a"], "KOD": ["Landsbygd"], "HANSYN": [said]},
        "riksintressen": {"OBJ": ["r"], "KOD": ["Rennäring"]},
    }
    for (name, columns), shape in zip(frames.items(), (outline, herding), strict=True):
        gpd.GeoDataFrame(columns, geometry=[shape], crs=3006).to_file(tmp_path / f"{name}.gpkg")
    classes = "    classes: {Rennäring: ri_rennaring}\n"
    told = REGION["LAYER"].format(
        id="riksintressen", title="prov", role="interests", crs="EPSG:3006", columns="", more=classes
    )
    (tmp_path / "r.yaml").write_text("extends: vasterbotten\nlayers:\n  - kommuner\n" + told, encoding="utf-8")
    command = ["plan", "check", str(tmp_path / "op.gpkg"), "--municipality", "2422"]
    alone = CliRunner().invoke(cli, command)
    result = CliRunner().invoke(cli, [*command, "--config", str(tmp_path / "r.yaml")])
    assert (alone.exit_code, result.exit_code) == (0, 0), alone.output + result.output
    assert "hansyn-saknas" not in alone.output
    assert ("hansyn-saknas" in result.output) == (said is None)
    assert ("rennäring (2,0 km²)" in result.output) == (said is None)
