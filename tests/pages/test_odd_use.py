"""Odd use: whatever is set in whatever order, whatever is missing or broken, no page breaks; it says what is wrong."""

import random
import re
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from spatial.archive import load_image, read_saved_layer
from spatial.build import build
from spatial.errors import OutputError
from spatial.inputs.starter import new_region
from spatial.record.base import FILE
from spatial.record.stories import FOLDER
from spatial.storage import read_manifest
from spatial.texts import text

ROOT = Path(__file__).resolve().parents[2]
PAGES = re.findall(r'^    "(\w+)",$', (ROOT / "app.py").read_text(encoding="utf-8"), re.MULTILINE)
"""The pages that the app names: a new one is tried too."""
WORDS = ("", " ", "<b>x", "**", "$x$", "å" * 5000, "\u202e\u2028", "=1+1", "Robert'); DROP TABLE events;--", "0")
STEPS = 10
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
    pytest.mark.timeout(600),
]


def _open(monkeypatch, page, *arguments):
    monkeypatch.setattr(sys, "argv", ["app.py", *map(str, arguments)])
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    return test if page == PAGES[0] else test.switch_page(str(ROOT / "spatial" / "pages" / f"{page}.py")).run()


def _number(chance, widget):
    low, high = (-1e6 if widget.min is None else widget.min), (1e6 if widget.max is None else widget.max)
    return type(widget.value or 0)(chance.choice([low, high, (low + high) / 2]))


def _set(test, chance):
    """Set one widget of the page, by chance, to something it takes; return what was done."""
    kinds = (
        "selectbox",
        "slider",
        "number_input",
        "checkbox",
        "toggle",
        "text_input",
        "text_area",
        "button",
        "multiselect",
    )
    found = [(kind, widget) for kind in kinds for widget in getattr(test, kind) if not widget.disabled]
    groups = [("button_group", widget) for widget in test.button_group if not widget.disabled]
    if not found and not groups:
        return "nothing"
    kind, widget = chance.choice([*found, *groups])
    if kind == "selectbox":
        widget.select_index(chance.randrange(len(widget.options))) if widget.options else None
    elif kind in {"slider", "number_input"}:
        widget.set_value(_number(chance, widget))
    elif kind in {"checkbox", "toggle"}:
        widget.set_value(not widget.value)
    elif kind in {"text_input", "text_area"}:
        widget.set_value(chance.choice(WORDS))
    elif kind == "button":
        widget.click()
    elif kind == "multiselect":
        widget.set_value(chance.sample(list(widget.options), chance.randint(0, len(widget.options))))
    else:
        widget.set_value(widget.value)
    test.run()
    return f"{kind} {widget.key or widget.label}"


def _unbroken(test, done=()):
    assert [error.message for error in test.exception] == [], done


@pytest.fixture(scope="module")
def copied(embedded, tmp_path_factory):
    """Return a folder with the image, of its own: what is done here stays here."""
    folder = tmp_path_factory.mktemp("udda") / "bild"
    shutil.copytree(embedded.folder, folder)
    return folder


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("page", PAGES)
def test_anything_in_any_order(monkeypatch, copied, page, seed):
    chance, done = random.Random(f"{page} {seed}"), []
    test = _open(monkeypatch, page, "--out", copied)
    for _ in range(STEPS):
        _unbroken(test, done)
        done.append(_set(test, chance))
    _unbroken(test, done)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Return the settings and image of a region that ``strukturbild new`` has just written."""
    made = new_region("Nyregion", tmp_path_factory.mktemp("ny"), lan=None, codes=("2460", "2401"))
    _, folder = build(made.config, out=tmp_path_factory.mktemp("ny_bild") / "bild")
    return made.config, folder


@pytest.mark.parametrize("page", PAGES)
def test_a_region_with_nothing_but_its_municipalities(monkeypatch, bare, page):
    test = _open(monkeypatch, page, bare[0], "--out", bare[1])
    _unbroken(test)
    chance = random.Random(page)
    for _ in range(3):
        done = _set(test, chance)
        _unbroken(test, done)


def _spoil(file, fault):
    """Put what is no store of this app in the store's place."""
    if fault == "broken":
        file.write_bytes(b"SQLite format 3\x00" + bytes(range(256)) * 40)
    elif fault == "a folder":
        file.mkdir()
    elif fault == "empty":
        file.write_bytes(b"")
    else:
        database = sqlite3.connect(file)
        database.execute("CREATE TABLE annat (x)")
        database.execute("PRAGMA user_version = 999")
        database.commit()
        database.close()


@pytest.fixture(scope="module")
def unused(copied, tmp_path_factory):
    """Return a folder with the image in which no group has worked."""
    folder = tmp_path_factory.mktemp("orord") / "bild"
    shutil.copytree(copied, folder, ignore=shutil.ignore_patterns(FILE + "*", FOLDER))
    return folder


@pytest.fixture
def spoilt(unused, fault):
    """Return the folder with a fault in the store's place, which is there for one test."""
    _spoil(unused / FILE, fault)
    yield unused
    for path in unused.glob(f"{FILE}*"):
        path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.parametrize("page", ["karta", "rekommendationer", "tank_om", "arbetsgrupp"])
@pytest.mark.parametrize("fault", ["broken", "a folder", "empty", "another database"])
def test_a_record_that_cannot_be_opened(monkeypatch, spoilt, page, fault):
    test = _open(monkeypatch, page, "--out", spoilt)
    _unbroken(test)
    told = [error.value for error in test.error]
    assert all(len(one) < 300 and "\n" not in one for one in told)
    if page == "rekommendationer":
        assert len(told) == (fault in {"broken", "another database"})


def test_a_folder_of_stories_that_cannot_be_written(monkeypatch, unused):
    (unused / FOLDER).write_text("ingen mapp", encoding="utf-8")
    test = _open(monkeypatch, "seminarium", "--out", unused)
    test.button(key="sem-ny").click().run()
    (unused / FOLDER).unlink()
    _unbroken(test)
    assert len(test.error) == 1


def test_an_image_that_is_broken_is_told(copied, tmp_path):
    folder = tmp_path / "bild"
    shutil.copytree(copied, folder)
    for file in (folder / ".bild").rglob("*.parquet"):
        file.write_bytes(b"inget")
    fingerprint = str(read_manifest(folder)["fingerprint"])
    for read in (lambda: load_image(folder, fingerprint), lambda: read_saved_layer(folder, fingerprint, "kommuner")):
        with pytest.raises(OutputError) as told:
            read()
        assert told.value.message() == text("storage.broken_image", folder=folder)
