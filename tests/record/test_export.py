"""What a group leaves behind: a closed GeoPackage that merges back by id, and Word; texts as they were written."""

import importlib.util
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import docx
import pyogrio
import pytest
import shapely

from spatial.inputs.gate import read_upload
from spatial.record import events as said
from spatial.record.events import Author, Target
from spatial.record.exchange import TABLE, events_of
from spatial.record.history import undone
from spatial.record.store import SqliteRecord
from spatial.views.group_package import write_group
from spatial.views.group_word import write_group_word
from spatial.views.report_html import html_page

HERE = Path(__file__).resolve().parent.parent
INJECTIONS = json.loads((HERE / "hostile" / "injections.json").read_text(encoding="utf-8"))
REGION = Author("Region", "region", "strategist")
MALA = Author("Malå", "municipality", "developer", "2418")


@pytest.fixture(scope="module")
def image():
    spec = importlib.util.spec_from_file_location("small_region", HERE / "views" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_image(omissions=())


@pytest.fixture
def full(tmp_path, author):
    store = SqliteRecord(tmp_path / "grupp.sqlite")
    umea, line = Target("noder", "n0"), shapely.LineString([(700_000, 7_080_000), (710_000, 7_090_000)])
    store.append(said.drawing(author, shapely.to_wkb(shapely.Point(700_000, 7_080_000)), "punkt"))
    store.append(said.drawing(author, shapely.to_wkb(line), "linje"))
    store.append(said.drawing(MALA, shapely.to_wkb(line.buffer(500)), "yta"))
    for words in INJECTIONS:
        store.append(said.comment(REGION, umea, words.replace("\x00", "") or "tomt"))
    for who, stance in ((author, "agree"), (REGION, "agree"), (MALA, "disagree")):
        store.append(said.vote(who, umea, stance))
    store.append(said.proposal(MALA, umea, "level", "municipal_centre", "för stor"))
    answer = store.append(said.adoption(author, "rek-1", "2480", "adopted", "KF § 3"))
    store.change(answer.item, lambda versions: undone(versions, author))
    store.append(said.decision(REGION, "Träffas igen"))
    yield store
    store.close()


def test_the_package_is_whole_closed_and_merges_back(full, image, tmp_path):
    path = write_group(full.events(), tmp_path / "grupp.gpkg", image=image)
    assert sorted(p.name for p in tmp_path.glob("grupp.gpkg*")) == ["grupp.gpkg"]
    names = {name for name, _ in pyogrio.list_layers(path)}
    assert {"ritat_punkter", "ritat_linjer", "ritat_ytor", "kommentarer", "oenighet_noder", TABLE} <= names
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone()[0] == 10200
        assert database.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    database.close()
    node = pyogrio.read_dataframe(path, layer="oenighet_noder").iloc[0]
    assert (node["agree"], node["disagree"], node["minority_who"]) == (2, 1, "2418 developer")
    comments = pyogrio.read_dataframe(path, layer="kommentarer")
    assert comments.crs.to_epsg() == 3006
    assert set(comments["text"]) == {words.replace("\x00", "") for words in INJECTIONS}
    received = read_upload(path, name="grupp.gpkg", layer=TABLE)
    other = SqliteRecord(tmp_path / "annan.sqlite")
    kept = events_of(received.frame)
    assert other.merge(kept) == len(full.events())
    assert other.merge(kept) == 0
    assert sorted(other.events(), key=lambda e: e.id) == sorted(full.events(), key=lambda e: e.id)
    other.close()


def test_an_empty_record_has_nothing_but_its_log_of_who_is_missing(image, tmp_path):
    path = write_group([], tmp_path / "tom.gpkg", image=image)
    assert [name for name, _ in pyogrio.list_layers(path)] == ["deltagande"]


def test_word_calls_a_drawing_by_its_title(image, author, tmp_path):
    store = SqliteRecord(tmp_path / "grupp.sqlite")
    drawn = store.append(said.drawing(author, shapely.to_wkb(shapely.Point(700_000, 7_080_000)), title="Ny hållplats"))
    store.append(said.comment(REGION, Target(said.DRAWN, drawn.item), "bra läge"))
    book = docx.Document(str(write_group_word(image, store.events(), tmp_path / "grupp.docx")))
    rows = [[cell.text for cell in row.cells] for table in book.tables for row in table.rows]
    assert any("bra läge" in row and any("Ny hållplats" in cell for cell in row) for row in rows)
    assert not any(drawn.item in cell for row in rows for cell in row)
    store.close()


def test_word_tells_what_was_said(full, image, tmp_path):
    book = docx.Document(str(write_group_word(image, full.events(), tmp_path / "grupp.docx")))
    told = "\n".join(cell.text for table in book.tables for row in table.rows for cell in row.cells)
    assert "de flesta håller med" in told
    assert "<script>alert(1)</script>" in told
    assert "Umeå onsdag (Umeå, planerare)" in told
    assert "antagen" in told
    assert "Kommuncentrum" in told
    assert "municipal_centre" not in told
    page = html_page(replace(_document(image, full.events())))
    assert "<script" not in page


def _document(image, events):
    from spatial.views.group_word import group_document

    return group_document(image, events)
