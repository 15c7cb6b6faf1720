"""The seminar's file in a browser without network, opened from disk and led by keys, at both projector sizes."""

import importlib.util
import json
from pathlib import Path

import pytest

from spatial.story import PlaceView, Selected, Step, Story
from spatial.story_edits import add_step, new_story, step_of, write_step
from spatial.views.seminar import seminar

pytestmark = pytest.mark.browser
_spec = importlib.util.spec_from_file_location("karta_tests", Path(__file__).with_name("test_karta.py"))
_karta = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_karta)
INJECTIONS, OVERLAPS, SIZES = _karta.INJECTIONS, _karta.OVERLAPS, _karta.SIZES
KEYS = ("ArrowRight", "PageDown", "Space")
PROJECTOR_EDGE = """() => {
  const w = innerWidth * 0.03, h = innerHeight * 0.03;
  const kinds = '.sb-label, .sb-badge, .sb-story h1, .sb-text, .sb-key, .sb-row:not([hidden]), .sb-scale';
  const parts = [...document.querySelectorAll(kinds)];
  return parts.filter(n => n.getClientRects().length).map(n => [n.textContent, n.getBoundingClientRect()])
    .filter(([t, r]) => r.left < w - 1 || r.top < h - 1
      || r.right > innerWidth - w + 1 || r.bottom > innerHeight - h + 1)
    .map(([t]) => t);
}"""
CUT = """() => {
  const panel = document.querySelector('.sb-story'), legend = document.querySelector('.sb-legend');
  return [panel.scrollHeight - panel.clientHeight, legend.scrollHeight - legend.clientHeight];
}"""


def _story():
    """Return a story as the app builds it: views saved from the map, words written to them."""
    nodes = {f"noder/{name}": True for name in ("regional_core", "subregional_core", "service_node")}
    first = step_of({"visible": nodes}, "Noderna bär länet")
    strak = step_of(
        {"visible": {**nodes, "strak/regional": True}, "clicked": {"layer": "noder", "id": "n1"}}, "Stråken"
    )
    near = {"lat": 63.9, "lon": 19.6, "zoom": 8.5, "width": 900, "height": 700}
    story = add_step(new_story("prov", "Provets berättelse", first), strak)
    story = add_step(story, step_of({"visible": nodes, "service": "grocery", "view": near}, "Till butiken"))
    story = add_step(story, Step(id="x", title="Planerna", visible=["noder", "planomraden"]))
    return write_step(
        story, "steg-1", text="Det här steget visar noderna.\n- En punkt.", notes="Hemligt tills någon frågar."
    )


@pytest.fixture
def opened(chromium, tmp_path):
    """Give a function that opens a story's file offline and records what it asks for and complains of."""
    contexts = []

    def open_page(image, story, size=SIZES[0], address=""):
        path = seminar(image, story).save(tmp_path / "seminarium.html")
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.seen = {"requests": [], "errors": []}
        page.on("request", lambda request: page.seen["requests"].append(request.url))
        page.on("requestfailed", lambda request: page.seen["errors"].append(request.url))
        page.on("console", lambda m: page.seen["errors"].append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.seen["errors"].append(str(error)))
        page.goto(path.as_uri() + address)
        page.wait_for_selector(".sb-label")
        page.wait_for_timeout(250)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _at(page):
    return page.evaluate("Strukturbild.seminarium.at")


@pytest.mark.parametrize("size", SIZES)
def test_led_by_keys_without_network(opened, build_image, size):
    story = _story()
    page = opened(build_image(), story, size)
    slowest = 0.0
    for at in range(len(story.steps)):
        if at:
            page.keyboard.press(KEYS[at % len(KEYS)])
            page.wait_for_function("at => Strukturbild.seminarium.at === at", arg=at)
            assert page.evaluate("location.hash") == f"#steg-{at + 1}"
            slowest = max(slowest, page.evaluate("Strukturbild.seminarium.stepMs"))
        assert page.inner_text(".sb-story h1") == story.steps[at].title
        count, found = page.evaluate(OVERLAPS)
        assert count >= 1
        assert found == []
        assert page.evaluate(PROJECTOR_EDGE) == []
        assert max(page.evaluate(CUT)) <= 1
    assert slowest < 250
    assert "finns inte i den här bilden" in page.inner_text(".sb-missing")
    assert [url for url in page.seen["requests"] if not url.startswith("data:")] == [page.url.partition("#")[0]]
    assert page.seen["errors"] == []


def test_every_key_and_the_address(opened, build_image):
    page = opened(build_image(), _story(), address="#steg-3")
    assert _at(page) == 2
    for key, at in (
        ("PageUp", 1),
        ("ArrowLeft", 0),
        ("ArrowLeft", 0),
        ("End", 3),
        ("PageDown", 3),
        ("Home", 0),
        ("2", 1),
    ):
        page.keyboard.press(key)
        page.wait_for_function("at => Strukturbild.seminarium.at === at", arg=at)
    page.evaluate("location.hash = 'steg-4'")
    page.wait_for_function("Strukturbild.seminarium.at === 3")
    page.evaluate("location.hash = 'steg-99'")
    page.wait_for_timeout(100)
    assert _at(page) == 3
    page.keyboard.press("b")
    assert page.is_visible(".sb-dark")
    page.keyboard.press("Escape")
    assert not page.is_visible(".sb-dark")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")


def test_notes_are_hidden_until_asked_for(opened, build_image):
    page = opened(build_image(), _story())
    assert not page.is_visible(".sb-notes")
    page.keyboard.press("n")
    assert "Hemligt" in page.inner_text(".sb-notes")
    page.keyboard.press("n")
    assert not page.is_visible(".sb-notes")


def test_type_is_large_and_the_legend_tells_what_is_shown(opened, build_image):
    page = opened(build_image(), _story())
    size = "s => parseFloat(getComputedStyle(document.querySelector(s)).fontSize) / innerHeight"
    assert page.evaluate(size, ".sb-story h1") > 0.035
    assert page.evaluate(size, ".sb-text p") > 0.022
    rows = """[...document.querySelectorAll('.sb-row')].filter(n => n.offsetParent)
      .map(n => n.querySelector('.sb-title').textContent)"""
    shown = page.evaluate(rows)
    assert "Regional kärna" in shown
    assert "Regionalt stråk" not in shown
    assert "≥ 30 000 inv, alla servicetyper" in page.inner_text(".sb-legend")
    assert page.is_visible(".sb-legend .sb-tag >> nth=0")
    page.keyboard.press("ArrowRight")
    assert "Regionalt stråk" in page.evaluate(rows)
    page.keyboard.press("ArrowRight")
    assert "Livsmedel" in page.inner_text(".sb-legend")


def test_layers_are_switched_and_facts_told(opened, build_image):
    page = opened(build_image(), _story())
    names = "[...document.querySelectorAll('.sb-label')].map(n => n.textContent)"
    assert "Umeå" in page.evaluate(names)
    page.keyboard.press("l")
    page.get_by_label("≥ 30 000 inv").uncheck()
    assert "Umeå" not in page.evaluate(names)
    page.keyboard.press("l")
    page.evaluate("Strukturbild.karta.select('noder', 'n1')")
    assert page.inner_text(".sb-card h2") == "Lycksele"
    page.keyboard.press("ArrowRight")
    assert not page.is_visible(".sb-card")
    assert "Umeå" in page.evaluate(names)
    assert page.evaluate("Strukturbild.karta.selected.feature.n") == "Lycksele"


def test_a_saved_view_fits_another_screen(opened, build_image):
    view = PlaceView(lat=63.9, lon=19.6, zoom=9.5, width_px=900.0, height_px=700.0)
    story = Story(id="a", title="T", steps=[Step(id="a", title="T", visible=["noder"], view=view)])
    covers = """() => {
      const b = Strukturbild.karta.map.getBounds();
      return [b.getEast() - b.getWest(), b.getNorth() - b.getSouth()];
    }"""
    spans = [opened(build_image(), story, size).evaluate(covers) for size in SIZES]
    wanted = 900 / 256 / 2**9.5 * 360
    assert all(span[0] >= 0.99 * wanted for span in spans)
    assert abs(spans[0][1] - spans[1][1]) < 0.05 * spans[0][1]


def test_injected_texts_run_nowhere(opened, build_image):
    story = Story(
        id="a",
        title=INJECTIONS[1],
        literal=True,
        steps=[
            Step(
                id=f"s{number}",
                title=words,
                text=f"{words}\n- {words}",
                notes=words,
                decision=words,
                visible=["noder", "strak", words],
                selected=Selected(layer="noder", id="n1"),
            )
            for number, words in enumerate(INJECTIONS)
        ],
    )
    page = opened(build_image(INJECTIONS), story)
    page.keyboard.press("n")
    for number in range(len(INJECTIONS)):
        page.evaluate("at => Strukturbild.seminarium.go(at)", number)
        page.evaluate("Strukturbild.karta.select('strak', 's1')")
    page.mouse.move(300, 400)
    page.wait_for_timeout(200)
    assert page.evaluate("window.hit") is None
    assert page.query_selector("#karta img[src=x], #karta iframe, #karta object, #karta script") is None
    assert page.seen["errors"] == []
    assert json.loads(page.evaluate("JSON.stringify(Strukturbild.seminarium.data.story.title)")) == INJECTIONS[1]
