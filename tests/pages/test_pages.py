"""The app's pages: what is asked, what is answered, and that nothing of the shared image is changed."""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from spatial.errors import ConfigError
from spatial.opening import opened_image
from spatial.pages.shared import arguments, municipality_names
from spatial.pages.widgets import Column, _ends, _told, _values, percent, writer
from spatial.texts import LANGUAGES, text
from spatial.views.themes import themes, visible
from spatial.views.wording import told_people

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("karta", "kommunen", "service", "noder", "underlag")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def app(embedded, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", "--out", str(embedded.folder)])

    def opened(page="karta", lang=None):
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180)
        if lang:
            test.query_params["lang"] = lang
        test.run()
        if page != "karta":
            test.switch_page(str(ROOT / "spatial" / "pages" / f"{page}.py")).run()
        return test

    return opened


def _said(test):
    elements = [*test.title, *test.header, *test.markdown, *test.caption, *test.text]
    return "\n".join(str(element.value) for element in elements)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(app, page):
    test = app(page)
    assert not test.exception
    assert not test.error


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_english(app, page):
    test = app(page, "en")
    assert not test.exception
    assert not re.search(r"\b(och|invånare|Kommun för kommun|Underlag)\b", _said(test))


def test_a_fault_is_one_sentence(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", "finns-inte.yaml"])
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180).run()
    assert len(test.error) == 1
    assert "finns-inte" in test.error[0].value.replace("\\", "")
    assert not test.exception


def test_arguments():
    assert arguments(["x.yaml", "--data", "d", "--out", "o"]).out == Path("o")
    with pytest.raises(ConfigError):
        arguments(["--obekant"])


def test_municipality_beside_county_and_the_most_alike(app):
    test = app("kommunen")
    test.selectbox(key="kommun").select("2480").run()
    assert test.title[0].value == "Umeå"
    assert "Skellefteå" in _said(test)
    assert "130\u00a0997" in _said(test)


def test_threshold_changes_who_is_outside(app):
    test = app("service")
    near = test.dataframe[0].value
    test.slider[0].set_value(60).run()
    far = test.dataframe[0].value
    assert not test.exception
    assert far["beyond_inv"].sum() < near["beyond_inv"].sum()
    assert (near["beyond_inv"].round(6) % 50 == 0).all()  # equal numbers lie a hair apart, so that each has its range


def test_a_number_is_told_with_its_range_and_sorted_by_itself():
    minutes = pd.DataFrame({"far_min": [9.0, np.inf, 10.0, 9.0]})
    column = Column("far_min", "Längst", "minutes")
    ends = _ends(minutes.assign(far_low_min=[8.0, 60.0, 10.0, 5.0], far_high_min=[9.0, np.inf, 10.0, 12.0]), column)
    shown, words = _told(minutes, [column], {"far_min": ends}, "sv", 5)
    told = shown["far_min"].map(words["far_min"])
    assert told.tolist() == ["9 (8–9)", "går inte att nå (minst 60)", "10", "9 (5–12)"]
    assert shown["far_min"].is_unique
    assert shown["far_min"].argsort().tolist() == [0, 3, 2, 1]


def test_criteria_can_be_tried_and_restored(app, embedded):
    test = app("noder")
    before = test.dataframe[0].value.set_index("name")["after"]
    test.number_input(key="inv-regional_core").set_value(50_000).run()
    after = test.dataframe[0].value.set_index("name")["after"]
    assert before["Skellefteå"] == "Regional kärna"
    assert after["Skellefteå"] == "Delregional kärna"
    test.button[0].click().run()
    assert test.dataframe[0].value.set_index("name")["after"]["Skellefteå"] == "Regional kärna"
    assert embedded.image.settings.hierarchy.levels[0].min_population_inv.value == 30_000


def test_register_names_every_layer(app, embedded):
    test = app("underlag")
    assert len(test.dataframe[0].value) == len(embedded.image.inputs)
    assert set(test.dataframe[0].value["status"]) <= {"mätt", "modellerat"}


def test_pages_leave_the_image_as_it_was(app, embedded):
    tables = {name: table.copy() for name, table in embedded.image.indicators.items()}
    for page in PAGES:
        app(page)
    shared_image = opened_image(embedded.folder, embedded.image.settings)
    for name, table in shared_image.indicators.items():
        assert list(table.columns) == list(tables[name].columns)
        assert len(table) == len(tables[name])


def test_few_people_are_neither_shown_nor_sent():
    people = pd.Series([0.0, 2.0, 4.9, 5.0, 149.0])
    sent = _values(people, "people", 5.0)
    assert sent.tolist() == [0.0, 2.5, 2.5, 5.0, 149.0]
    assert [writer("people", "sv", 5.0)(value) for value in sent[:3]] == ["0", "färre än 5", "färre än 5"]
    coarse = _values(people, "rounded", 5.0)
    assert coarse.tolist() == [0.0, 50.0, 50.0, 50.0, 100.0]
    assert told_people(49.0, rounded=True) == "färre än 100"


def test_a_share_is_never_rounded_to_all_or_none():
    assert percent(0.9994, "sv") == "99,9\u00a0%"
    assert percent(1.0, "sv") == "100\u00a0%"
    assert percent(0.001, "sv") == "0,1\u00a0%"


def test_themes_switch_lines_that_the_legend_has(embedded):
    image = embedded.image
    assert themes(image)[0] == "helheten"
    for theme in themes(image):
        assert any(visible(image, theme).values())
        assert text(f"webmap.theme.{theme}")
    assert visible(image, "noder")["noder/regional_core"]
    assert not visible(image, "noder")["strak/regional"]


def test_municipalities_stand_in_alphabetical_order(embedded):
    names = list(municipality_names(embedded.image).values())
    assert names[0] == "Bjurholm"
    assert names[-1] == "Åsele"


def test_catalogue_is_complete_in_english():
    from spatial.texts import _room

    swedish, english = _room("app", "sv"), _room("app", "en")
    assert set(swedish) == set(english)
    for key, sentence in swedish.items():
        assert set(re.findall(r"{(\w+)}", sentence)) == set(re.findall(r"{(\w+)}", english[key])), key
    assert LANGUAGES[0] == "sv"
