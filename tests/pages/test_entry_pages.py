"""The pages behind the door: who is not let in sees one sentence, who reads can keep nothing."""

import ast
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from spatial.access_rights import Visit
from spatial.entry_code import set_code
from spatial.pages import entry
from spatial.pages.plain import plain
from spatial.record.base import FILE, events_beside
from spatial.texts import text

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "spatial" / "pages"
KEEPERS = {
    "save_story": "spatial.record.stories",
    "take": "spatial.roundtrip",
    "set_withdrawn": "spatial.record.changes",
}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def app(embedded, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", "--out", str(embedded.folder)])

    def opened(page="karta", visit=None):
        if visit:
            monkeypatch.setattr(entry, "_visit", lambda: visit)
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180).run()
        return test if page == "karta" else test.switch_page(str(PAGES / f"{page}.py")).run()

    return opened


@pytest.mark.parametrize(
    ("known", "key"),
    [
        ({"listens_locally": False, "comes_locally": False}, "entry.unlocked"),
        ({"listens_locally": True, "comes_locally": False}, "entry.from_elsewhere"),
        ({"listens_locally": True, "comes_locally": True, "coded": True}, "entry.no_door"),
        ({"listens_locally": False, "comes_locally": False, "by_login": True, "login_seen": True}, "entry.not_invited"),
    ],
)
def test_who_is_not_let_in_sees_one_sentence(app, known, key):
    test = app(visit=Visit(**known))
    assert [one.value for one in test.error] == [text(key)]
    assert not test.exception
    assert not test.selectbox
    assert not test.markdown


def test_a_code_that_was_never_asked_for_keeps_the_pages_shut(app, tmp_path, monkeypatch):
    set_code(tmp_path, "write", "tre korta ord")
    monkeypatch.setattr(entry, "_pass", lambda: None)
    monkeypatch.setattr(sys, "argv", ["app.py", "--out", str(tmp_path)])
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180).run()
    assert [one.value for one in test.error] == [text("entry.no_door")]
    assert not (tmp_path / "manifest.json").exists()


def test_login_is_asked_for_where_it_is_configured(app, monkeypatch):
    asked = []
    monkeypatch.setattr(entry.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(st, "login", lambda: asked.append(True))
    test = app(visit=Visit(listens_locally=False, comes_locally=False, by_login=True))
    assert not test.selectbox
    assert [one.label for one in test.button] == [text("entry.login_button")]
    test.button[0].click().run()
    assert asked == [True]


def test_login_without_its_library_is_one_sentence(app, monkeypatch):
    monkeypatch.setattr(entry.importlib.util, "find_spec", lambda name: None)
    test = app(visit=Visit(listens_locally=False, comes_locally=False, by_login=True))
    assert [one.value for one in test.error] == [plain(text("entry.no_authlib"))]


def test_claims_and_lists_come_from_the_secrets(app, tmp_path, monkeypatch):
    kept = {"auth": {"client_id": "x"}, "strukturbild": {"read": ["umea.se"], "write": ["chef@umea.se"]}}
    monkeypatch.setattr(entry, "_secret", lambda name: kept.get(name, {}))
    for email, role in (("anna@umea.se", "read"), ("chef@umea.se", "write"), ("anna@annan.se", None)):
        monkeypatch.setattr(entry, "_user", lambda email=email: {"email": email, "is_logged_in": True})
        assert entry._visit().logged_in == role


def test_a_reader_is_told_so_and_keeps_nothing(app, embedded):
    there = [(embedded.folder / name).exists() for name in (FILE, "berattelser")]
    kept = events_beside(embedded.folder)
    reader = Visit(listens_locally=False, comes_locally=False, coded=True, given="read")
    test = app("rekommendationer", reader)
    assert text("entry.reading") in [one.value for one in test.caption]
    assert not test.exception
    assert events_beside(embedded.folder) == kept
    test = app("seminarium", reader)
    assert all(button.disabled for button in test.button if button.key in {"sem-ny", "sem-exempel"})
    assert [(embedded.folder / name).exists() for name in (FILE, "berattelser")] == there


def test_a_writer_is_not_told_anything(app):
    assert text("entry.reading") not in [one.value for one in app().caption]


def _imported(tree):
    return {
        (node.module, name.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
    }


def _functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _calls(node):
    return [one.func.id for one in ast.walk(node) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.glob("*.py")))
def test_pages_keep_things_only_through_the_door(page):
    tree = ast.parse((PAGES / page).read_text(encoding="utf-8"))
    found = _imported(tree)
    if page != "entry.py":
        assert not {name for module, name in found if module.startswith("spatial.record") and name == "open_record"}
        assert not {name for _, name in found if name in {"SqliteRecord", "PostgresRecord"}}
    for name, module in KEEPERS.items():
        if (module, name) in found:
            assert ("spatial.pages.entry", "require_writing") in found
            assert any("require_writing" in _calls(function) for function in _functions(tree))
