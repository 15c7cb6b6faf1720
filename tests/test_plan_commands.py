"""``plan map`` drafts a mapping that is read back; ``plan check`` finds what is broken and says so by exit code."""

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from spatial.cli import cli
from spatial.inputs.mapping import read_mapping


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


def test_unknown_municipality(file):
    result = CliRunner().invoke(cli, ["plan", "check", str(file), "--municipality", "9999"])
    assert result.exit_code == 2
    assert "9999" in result.output
