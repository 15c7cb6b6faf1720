"""A mutation that must not survive: where reprojection is skipped, the golden tests fail."""

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from spatial import geo
from spatial.errors import LayerError
from spatial.inputs import truth

ROOT = Path(__file__).resolve().parent.parent
UMEA = (758_803.435, 7_088_280.798)
PAIRS = ["EPSG:4326", "EPSG:25832", "EPSG:3067", "EPSG:3035", *(f"EPSG:{code}" for code in range(3012, 3018))]

SKIPPED = """
import sys
import numpy as np
import pytest
from spatial import geo

def skip_xy(x, y, source, target):
    return np.asarray(x, float), np.asarray(y, float)

def skip_frame(frame, target=geo.ANALYSIS_CRS):
    return frame.set_crs(target, allow_override=True)

geo.transform_xy, geo.to_crs = skip_xy, skip_frame
sys.exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "--no-header", *sys.argv[1:]]))
"""


def umea(crs):
    """Return Umeå in a CRS, moved there by geopandas alone."""
    return gpd.GeoDataFrame(
        {"id": ["u"]}, geometry=gpd.points_from_xy([20.263], [63.8258]), crs=4326, index=[1]
    ).to_crs(crs)


def golden(crs):
    true, _ = truth.true_frame(umea(crs), layer="ort", crs=crs, family="point", id_column="id", region=None, margin_m=0)
    point = true.geometry.iloc[0]
    assert np.allclose([point.x, point.y], UMEA, atol=0.01)


@pytest.mark.parametrize("crs", PAIRS)
def test_every_pair_comes_to_the_golden_point(crs):
    golden(crs)


@pytest.mark.parametrize("crs", PAIRS)
def test_without_reprojection_the_golden_point_is_missed(crs, monkeypatch):
    monkeypatch.setattr(
        geo, "to_crs", lambda frame, target=geo.ANALYSIS_CRS: frame.set_crs(target, allow_override=True)
    )
    with pytest.raises((AssertionError, LayerError)):
        golden(crs)


@pytest.mark.parametrize("tests", ["tests/inputs/test_truth.py", "spatial/inputs/truth.py"])
def test_without_reprojection_the_tests_fail(tests, tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", SKIPPED, tests], cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout[-2000:] + run.stderr[-2000:]
