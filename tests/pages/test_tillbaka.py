"""A file that comes back through the app: its difference is shown, taken on a click, and withdrawn again."""

import shutil
import sys
from pathlib import Path

import pyogrio
import pytest
from streamlit.testing.v1 import AppTest

from spatial.build import build
from spatial.record.changes import read_changes

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def opened(make_region, tmp_path, monkeypatch):
    config = make_region(tmp_path)
    _, folder = build(config, out=tmp_path / "bild")
    monkeypatch.setattr(sys, "argv", ["app.py", str(config), "--out", str(folder)])
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    return test.switch_page(str(ROOT / "spatial" / "pages" / "underlag.py")).run(), folder


def edited(folder, path):
    shutil.copy(folder / "strukturbild.gpkg", path)
    frame = pyogrio.read_dataframe(path, layer="noder")
    frame.loc[frame["id"] == "b", "level_override"] = "regional_core"
    frame.to_file(path.with_name("noder.gpkg"), layer="noder")
    return path.with_name("noder.gpkg")


def test_a_change_is_shown_taken_and_withdrawn(opened, tmp_path):
    test, folder = opened
    file = edited(folder, tmp_path / "hem.gpkg")
    test.file_uploader[0].upload("noder.gpkg", file.read_bytes()).run()
    assert not test.exception
    assert not test.error
    assert any("1 ändrade" in element.value for element in test.markdown)
    assert read_changes(folder) == []  # shown, not taken
    test.button(key="qgis-ta-in").click().run()
    assert not test.exception
    (change,) = read_changes(folder)
    assert change.rows[0].cells == {"level_override": (None, "regional_core")}
    test.button(key="qgis-andring-1").click().run()
    assert not test.exception
    assert read_changes(folder)[0].withdrawn
