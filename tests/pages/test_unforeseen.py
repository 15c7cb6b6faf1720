"""A fault that nobody foresaw: the user reads one sentence, the log has the traceback, and both the same number."""

import logging
import re
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from spatial import server, unforeseen
from spatial.pages import mapview
from spatial.texts import text

APP = Path(__file__).resolve().parents[2] / "app.py"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def opened(embedded, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", "--out", str(embedded.folder)])
    return lambda: AppTest.from_file(str(APP), default_timeout=180)


@pytest.fixture
def logged(caplog):
    """Return what is logged under the app's name; whether it is handed on to others is Streamlit's business."""
    log = logging.getLogger("strukturbild")
    log.addHandler(caplog.handler)
    yield caplog
    log.removeHandler(caplog.handler)


def broken(*_args, **_known):
    raise ZeroDivisionError("<b>hemligt</b>")


@pytest.mark.parametrize("lang", ["sv", "en", "no"])
def test_one_sentence_and_a_number_that_is_in_the_log_too(opened, monkeypatch, logged, tells_faults, lang):
    monkeypatch.setattr(mapview, "_source", broken)
    test = opened()
    test.query_params["lang"] = lang
    test.run()
    assert not test.exception
    [said] = [one.value for one in test.error]
    known_by = re.search(r"\b[0-9a-f]{6}\b", said)[0]
    assert said == text("app.unforeseen", lang, id=known_by)
    assert "hemligt" not in said
    noted = next(record for record in logged.records if known_by in record.getMessage())
    assert "ZeroDivisionError" in noted.getMessage()
    assert str(noted.exc_info[1]) == "<b>hemligt</b>"
    assert noted.exc_info[2] is not None


def test_streamlits_own_signals_are_no_faults(opened, monkeypatch, tells_faults):
    runs = []

    def once(*_args, **_known):
        runs.append(1)
        if len(runs) == 1:
            st.rerun()
        st.stop()

    monkeypatch.setattr(mapview, "_source", once)
    test = opened().run()
    assert len(runs) == 2
    assert not test.exception
    assert not test.error


def test_the_server_tells_of_a_fault_in_a_part_that_runs_by_itself_too(monkeypatch, tmp_path):
    given = {}

    class Seen:
        def __init__(self, script, **known):
            given.update(known)

        def run(self, **_known):
            pass

    monkeypatch.setattr(st, "App", Seen)
    server._run("app.py", None, None, {})
    assert given["on_script_error"] is unforeseen.tell_unforeseen
