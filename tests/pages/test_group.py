"""The working group's page: who one is, what is drawn is kept once, said, answered, undone; and its pure parts."""

import math
import sys
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from spatial.pages.drawn import drawn, geojson, tools
from spatial.pages.group_map import (
    clicked,
    opinion_marks,
    opinions,
    participation_marks,
    participation_of,
    place_of,
    shapes,
)
from spatial.pages.group_who import read, written
from spatial.pages.shared import Opened
from spatial.record import events as say
from spatial.record.base import FILE, open_record
from spatial.record.events import DRAWN, Author, Target
from spatial.record.history import current
from spatial.record.reading import drawings
from spatial.record.store import SqliteRecord
from spatial.views.group_told import clock, said, thing_name

ROOT = Path(__file__).resolve().parents[2]
ANNA = Author("Anna", "municipality", "planner", "2480")
BO = Author("Bo", "municipality", "strategist", "2418")
HOSTILE = "<script>alert(1)</script> [l](http://a) **fet** \u202e :material/delete:"
PLACE = shapely.to_wkb(shapely.Point(758_803, 7_088_280))
ID = "0123456789abcdef0123456789abcdef"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def app(embedded, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", "--out", str(embedded.folder)])

    def opened(**address):
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180)
        test.query_params.update(address)
        return test.run().switch_page(str(ROOT / "spatial" / "pages" / "arbetsgrupp.py")).run()

    yield opened
    for file in embedded.folder.glob(f"{FILE}*"):
        file.unlink()


def kept(embedded, *kinds):
    record = open_record(embedded.folder)
    found = current(record.events(), *kinds)
    record.close()
    return found


def inside(app):
    test = app()
    test.text_input(key="grupp-namn").input("Anna").run()
    test.selectbox(key="grupp-organ").select(("municipality", "2480")).run()
    test.segmented_control(key="grupp-uppgift").select("planner").run()
    return test.button(key="grupp-in").click().run()


def test_one_goes_in_by_name_body_and_task_and_the_address_keeps_it(app):
    test = app()
    test.button(key="grupp-in").click().run()
    assert "Fyll i namn" in test.error[0].value
    test = inside(app)
    assert not test.exception
    assert test.query_params["grupp"] in (written(ANNA), [written(ANNA)])
    again = app(grupp=written(ANNA))
    assert not [one for one in again.text_input if one.key == "grupp-namn"]


def test_a_name_already_used_is_asked_about(app, embedded):
    record = open_record(embedded.folder)
    record.append(say.comment(ANNA, Target(), "hej"))
    record.close()
    test = inside(app)
    assert "Är det du" in test.warning[0].value
    test.button(key="grupp-samma-jag").click().run()
    assert not test.warning


def test_what_is_said_is_shown_sign_by_sign_and_undone(app, embedded):
    test = inside(app)
    area = next(one for one in test.text_area if one.key.startswith("grupp-ord-"))
    area.input(HOSTILE)
    next(one for one in test.button if one.label == "Spara").click().run()
    assert not test.error
    [event] = kept(embedded, "comment")
    assert event.payload["text"] == HOSTILE
    assert HOSTILE in [one.value for one in test.text]
    assert all("<script>" not in one.value for one in [*test.markdown, *test.caption])
    test.button(key=f"grupp-angra-{event.item}").click().run()
    assert kept(embedded, "comment") == []
    test.button(key=f"grupp-hamta-{event.item}").click().run()
    assert [one.payload["text"] for one in kept(embedded, "comment")] == [HOSTILE]


def test_a_browser_that_is_behind_does_not_undo_a_choice_made_on_the_map(app, embedded):
    test = inside(app)
    behind = test._tree.get_widget_states()
    node = Target("noder", str(embedded.image.layers["noder"].frame.index[0]))
    test.session_state["grupp-nasta"] = node
    test.run()
    assert [one.label for one in test.button if one.key == "grupp-agree"] == ["Håller med (0)"]
    test._run(behind)  # sent before the browser heard of the choice; its list still names the whole region
    test.run()
    assert [one.label for one in test.button if one.key == "grupp-agree"] == ["Håller med (0)"]
    assert test.session_state["grupp-om"] == node


def test_a_click_is_found_once_also_behind_what_was_drawn_after_it():
    picked = {"thing": {"layer": "noder", "id": "n1"}, "time": 7}
    st.session_state.pop("klick", None)
    assert clicked({"event": "drawn", "picked": None}, "klick") is None
    assert clicked({"event": "drawn", "picked": picked}, "klick") == Target("noder", "n1")
    assert clicked({"event": "clicked", "picked": dict(picked)}, "klick") is None
    assert clicked({"event": "clicked", "picked": {**picked, "time": 9}}, "klick") == Target("noder", "n1")
    assert clicked({"event": "clicked", "picked": {"thing": None, "time": 10}}, "klick") == Target()


def test_an_empty_comment_is_refused_in_one_sentence(app, embedded):
    test = inside(app)
    next(one for one in test.button if one.label == "Spara").click().run()
    assert [one.value for one in test.error] == ["Skriv något först."]
    assert kept(embedded) == []


def test_every_view_opens_with_many_inputs(app, embedded):
    record = open_record(embedded.folder)
    nodes = embedded.image.layers["noder"].frame.index
    for number in range(60):
        record.append(say.comment(ANNA if number % 2 else BO, Target("noder", str(nodes[number])), f"ord {number}"))
    third = Author("Cecilia", "region", "developer")
    for who, stance in ((ANNA, "agree"), (BO, "disagree"), (third, "agree")):
        record.append(say.vote(who, Target("noder", str(nodes[0])), stance))
    record.append(say.proposal(BO, Target("noder", str(nodes[0])), "level", "regional_core", "större"))
    record.append(say.comment(BO, Target("noder", "finns-inte"), "om en nod som är borta"))
    record.close()
    test = inside(app)
    assert "finns inte längre" in "".join(one.label for one in test.button)
    for view in ("opinions", "participation", "files", "talk"):
        test.segmented_control(key="grupp-vy").select(view).run()
        assert not test.exception
        assert not test.error
        said = [one.value for one in test.markdown if one.value.endswith("Minoritet: Malå, strateg.")]
        assert len(said) == (view == "opinions")


# --- what is drawn ----------------------------------------------------------------------------------------------


def told(kind, coordinates, shape_id=ID):
    return {"event": "drawn", "drawn": [{"id": shape_id, "geometry": {"type": kind, "coordinates": coordinates}}]}


def test_a_point_lies_where_it_was_drawn():
    [shape] = drawn(told("Point", [20.263, 63.8258]))
    assert shape.geometry.distance(shapely.Point(758_803.435, 7_088_280.798)) < 0.01


@given(some.lists(some.tuples(some.floats(12, 24), some.floats(56, 69)), min_size=2, max_size=9, unique=True))
def test_a_line_goes_out_and_home_within_a_metre(places):
    [shape] = drawn(told("LineString", [list(place) for place in places]))
    back = geojson(shape.geometry)["coordinates"]
    assert len(back) == len(places)
    for (lon, lat), (x, y) in zip(places, back, strict=True):
        assert math.isclose(lon, x, abs_tol=1e-6)
        assert math.isclose(lat, y, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("kind", "coordinates", "fault"),
    [
        ("Polygon", [[[20, 64], [21, 65], [21, 64], [20, 65], [20, 64]]], "crossed"),
        ("Point", [64, 20], "outside"),
        ("Point", [float("nan"), 64], "unread"),
        ("Point", "x", "unread"),
        ("LineString", [[20, 64]], "unread"),
        ("MultiPoint", [[20, 64]], "unread"),
        ("Point", [], "unread"),
    ],
)
def test_what_cannot_be_kept_says_why(kind, coordinates, fault):
    [shape] = drawn(told(kind, coordinates))
    assert (shape.geometry, shape.fault) == (None, fault)


def test_a_shape_that_takes_anothers_place_says_which():
    [new] = drawn(told("Point", [20.263, 63.8258]))
    value = told("Point", [20.263, 63.8258])
    value["drawn"][0]["of"] = ID
    [changed] = drawn(value)
    value["drawn"][0]["of"] = "../x"
    [odd] = drawn(value)
    assert (new.of, changed.of, odd.of) == ("", ID, "")
    edit = tools("sv", "grupp", edit=(ID, changed.geometry, 3))["edit"]
    assert edit == {"id": ID, "geometry": {"type": "Point", "coordinates": [20.263, 63.8258]}, "turn": 3}


@pytest.mark.parametrize("value", [None, {}, {"drawn": None}, {"drawn": ["x", {}, {"id": "../x"}]}])
def test_what_the_map_did_not_draw_is_passed_over(value):
    assert drawn(value) == []


def test_tools_have_every_label_in_every_language():
    for lang in ("sv", "en", "no"):
        texts = tools(lang, "grupp")["texts"]
        assert all(texts.values())
        assert {"start_point", "start_line", "start_polygon", "crossing", "saved"} <= set(texts)


# --- who, what, where -------------------------------------------------------------------------------------------


@given(some.text(min_size=1, max_size=80).filter(lambda name: name.strip()), some.sampled_from(["2480", ""]))
def test_an_author_comes_home_from_the_address(name, code):
    author = Author(name.strip(), "municipality" if code else "region", "planner", code)
    assert read(written(author), {"2480"}, 80) == author


@pytest.mark.parametrize(
    "address", ["", "...", "municipality..planner.A", "region.2480.planner.A", "region..kung.A", "region..planner. "]
)
def test_an_address_that_is_none_lets_nobody_in(address):
    assert read(address, {"2480"}, 80) is None


def test_a_drawing_gets_its_title_in_a_version_and_stands_once(tmp_path, embedded):
    store = SqliteRecord(tmp_path / "grupp.sqlite")
    store.append(say.drawing(ANNA, PLACE, item=ID))
    store.append(say.drawing(ANNA, PLACE, "därför", title="Bytespunkt", item=ID))
    events = store.events()
    store.close()
    row = drawings(events).iloc[0]
    assert (row["title"], row["text"], row["version"]) == ("Bytespunkt", "därför", 2)
    at = Opened(embedded.image, embedded.folder, "sv")
    [shape] = shapes(at, events, ANNA)
    assert "Bytespunkt" in shape["n"]
    assert shape["colour"] != shapes(at, events, BO)[0]["colour"]
    assert place_of(embedded.image, events, Target(DRAWN, ID)).iloc[0].equals(shapely.from_wkb(PLACE))
    [one] = said(embedded.image, events, "sv")
    assert (one.words, one.who) == ("därför", "\u2068Anna\u2069 (Umeå, planerare)")


def test_agreement_and_participation_as_marks(tmp_path, embedded):
    image = embedded.image
    store = SqliteRecord(tmp_path / "grupp.sqlite")
    node, corridor = (Target(name, str(image.layers[name].frame.index[0])) for name in ("noder", "strak"))
    for who, about, stance in ((ANNA, node, "agree"), (BO, node, "disagree"), (BO, corridor, "agree")):
        store.append(say.vote(who, about, stance))
    events = store.events()
    store.close()
    by_layer = {mark["layer"]: mark for mark in opinion_marks(opinions(image, events))}
    assert (by_layer["noder"]["text"], by_layer["noder"]["dash"]) == ("1–1", True)
    assert (by_layer["strak"]["text"], by_layer["strak"]["dash"]) == ("1–0", False)
    marks = {mark["id"]: mark for mark in participation_marks(image, participation_of(image, events))}
    assert len(marks) == 15
    assert {code for code, mark in marks.items() if mark["text"]} == {"2480", "2418"}


def test_everything_has_a_name(embedded):
    image = embedded.image
    for layer in ("noder", "strak", "rekommendationer", "granser", "konflikter", "vita_flackar", "kommuner"):
        frame = image.layers[layer].frame
        assert isinstance(frame, gpd.GeoDataFrame)
        for feature in frame.index[:3]:
            name = thing_name(image, {}, Target(layer, str(feature)), "sv")
            assert name
            assert name != "nan"
    assert "finns inte längre" in thing_name(image, {}, Target("noder", "x"), "sv")


def test_the_clock_is_the_users():
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert clock(now, "Ingen/Zon").endswith("UTC")
    assert clock("2026-07-01T10:00:00.000000Z", "Europe/Stockholm") == "2026-07-01 12:00"
