"""The page Karta as it is worked with, without network: states compared, filters, search, cards, link, own layers."""

import importlib.util
import json
import time
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point

from spatial.record.base import open_record
from spatial.record.events import Author, Draft, Target

SPEC = importlib.util.spec_from_file_location("app_test", Path(__file__).with_name("test_app.py"))
APP = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(APP)
KARTA = "Strukturbild.karta"
SEEN_S = 6.0
"""For one who only looks; who takes part in the group is told within two."""
HOSTILE = "<img src=x onerror=top.hit=1><script>top.hit=2</script>"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def running(embedded):
    record = open_record(embedded.folder)
    author = Author("Ann <b>", "municipality", "planner", "2481")
    record.append(Draft(author, "comment", Target("noder", "2481-lycksele"), {"text": HOSTILE}))
    record.close()
    with APP.served(embedded.folder) as port:
        yield port


page = APP.page


@pytest.fixture
def karta(page, running):
    page.goto(f"http://127.0.0.1:{running}/")
    frame = APP.map_frame(page)
    frame.wait_for_function(f"{KARTA}.words")
    return frame


def state(frame):
    return json.loads(frame.evaluate(f"JSON.stringify({KARTA}.state())"))


def choose(frame, **wanted):
    """Choose in the map, and return how many milliseconds it took until it was drawn."""
    return frame.evaluate(
        f"wanted => {{ const from = performance.now(); {KARTA}.choose(wanted); document.body.offsetHeight;"
        " return performance.now() - from; }",
        wanted,
    )


def test_states_can_be_switched_and_compared(page, karta):
    assert karta.get_by_role("button", name="Nuläge").get_attribute("aria-pressed") == "true"
    karta.get_by_role("button", name="Inriktning").click()
    shown = state(karta)["visible"]
    assert shown["inriktning_samband/all"]
    assert not shown["strak/regional"]
    karta.get_by_role("button", name="Jämför").click()
    divider = karta.get_by_role("slider")
    assert divider.get_attribute("aria-valuenow") == "50"
    for _ in range(5):
        divider.press("ArrowRight")
    assert divider.get_attribute("aria-valuenow") == "60"
    clips = "n => getComputedStyle(Strukturbild.karta.map.getPane('sb-' + n)).clipPath"
    present, direction, both = (karta.evaluate(clips, n) for n in ("strak", "inriktning_samband", "noder"))
    assert present.startswith("polygon")
    assert direction.startswith("polygon")
    assert present != direction
    assert both == "none"
    box = divider.bounding_box()
    page.mouse.move(box["x"] + 16, box["y"] + 16)
    page.mouse.down()
    page.mouse.move(box["x"] - 200, box["y"] + 16, steps=4)
    page.mouse.up()
    assert 35 < int(divider.get_attribute("aria-valuenow")) < 42
    signs = karta.locator(".sb-sign:visible").all_inner_texts()
    assert len(signs) == 2
    assert "exempelplaner" in signs[1]


def test_goal_shows_what_relates_to_it_and_counts_it(karta, embedded):
    goal, image = "sammanhallen_region", embedded.image
    assert choose(karta, mode="inriktning", goal=goal) < 1000 * APP.LOADED
    expected = 0
    for name in ("inriktning_noder", "inriktning_samband", "inriktning_riktningar", "inriktning_utbyggnad"):
        wanted = image.layers[name].frame["goals"].str.split(";").map(lambda goals: goal in goals)
        told = karta.evaluate(f"id => {KARTA}.layers.shown(id).filter(i => !i.dim).length", name)
        assert told == wanted.sum(), name
        expected += told
    assert expected > 20
    recommended = (image.indicators["rekommendationer"]["goal"] == goal).sum()
    said = karta.locator(".sb-chosen").inner_text()
    assert "Mål: Sammanhållen region" in said
    assert f"Rekommendationer {recommended}" in said
    assert karta.evaluate("document.querySelectorAll('.sb-dim').length") > 20
    storeys = karta.evaluate(
        f"['planomraden', 'konflikter', 'granser', 'rekommendationer', 'noder'].map(id => {KARTA}.layers.storeys[id])"
    )
    assert storeys == sorted(set(storeys))  # what plans say never covers what is found in them


def test_filters_combine_and_nothing_is_told(karta, embedded):
    municipal = "2404"
    assert choose(karta, theme="noder", municipality=municipal) < 1000 * APP.LOADED
    nodes = embedded.image.layers["noder"].frame
    own = (nodes["municipality_code"] == municipal) & nodes["level"].notna() & (nodes["level"] != "other")
    shown = karta.evaluate(f"{KARTA}.layers.shown('noder').filter(i => !i.dim).map(i => i.feature.i)")
    assert set(shown) == set(nodes.index[own])
    abstract = next(g for g in embedded.image.settings.strategy.in_force() if g.rule is None)
    choose(karta, goal=abstract.id)
    said = karta.locator(".sb-chosen").inner_text()
    assert "Kommun: Vindeln" in said
    assert "inte rumsligt" in said
    choose(karta, goal="", municipality="")
    assert not karta.locator(".sb-chosen").is_visible()
    assert karta.evaluate("document.querySelectorAll('.sb-dim').length") == 0


def test_search_by_keyboard_folds_letters(page, karta):
    box = karta.get_by_role("combobox", name="Sök")
    box.fill("asele")
    assert karta.locator("[role=option]").first.inner_text().startswith("Åsele")
    box.press("Enter")
    assert state(karta)["clicked"] == {"layer": "noder", "id": "2463-asele"}
    box.fill("asele")
    box.press("ArrowDown")
    box.press("Enter")
    assert state(karta)["clicked"] == {"layer": "kommuner", "id": "2463"}
    box.fill("grans_lank:2404")
    box.press("Enter")
    clicked = state(karta)
    assert clicked["clicked"]["id"].startswith("grans_lank:2404")
    assert any(on for key, on in clicked["visible"].items() if key.startswith("rekommendationer/"))
    box.fill("finnsinte")
    assert "Inget med det namnet" in karta.locator(".sb-hits").inner_text()
    box.press("Escape")
    assert not karta.locator(".sb-hits").is_visible()
    karta.locator(".sb-close").focus()
    page.keyboard.press("Escape")
    assert not karta.locator(".sb-card").is_visible()


def test_card_of_a_place(page, karta):
    karta.evaluate(f"{KARTA}.select('noder', '2481-lycksele', true)")
    card = karta.locator(".sb-card")
    table = card.locator(".sb-minutes")
    assert "modellerat" in table.inner_text()
    hospital = table.locator("tr", has_text="Sjukhus").first.inner_text()
    assert "min" in hospital
    assert "näst närmast" in table.inner_text()
    assert "Fynd i kommunen" in card.inner_text()
    comment = card.locator(".sb-comment")
    comment.wait_for()
    assert HOSTILE in comment.inner_text()
    assert "Ann <b>, Lycksele" in comment.inner_text()
    assert page.evaluate("window.hit") is None
    card.get_by_text("Fynd i kommunen").click()
    card.locator("button.sb-finding").first.click()
    assert state(karta)["clicked"]["layer"] in {"rekommendationer", "granser", "plan_granskning"}
    karta.evaluate(f"{KARTA}.select('kommuner', '2481', true)")
    card.get_by_role("button", name="Lycksele i siffror").click()
    page.get_by_role("heading", name="Lycksele", exact=True).wait_for(timeout=30_000)


def said_by_the_group(folder, words):
    record = open_record(folder)
    about = Target("noder", "2481-lycksele")
    record.append(Draft(Author("Bo", "region", "planner"), "comment", about, {"text": words}))
    record.close()
    return time.perf_counter()


def test_what_the_group_says_is_seen_while_one_looks(page, karta, embedded):
    karta.evaluate(f"{KARTA}.select('noder', '2481-lycksele', true)")
    view = state(karta)["view"]
    said = said_by_the_group(embedded.folder, "Sagt medan ni tittar")
    karta.locator(".sb-comment", has_text="Sagt medan ni tittar").wait_for(state="attached", timeout=20_000)
    assert time.perf_counter() - said < SEEN_S * APP.LOADED
    assert state(karta)["view"] == view
    karta.get_by_role("button", name="Hämta").click()
    page.get_by_role("dialog").wait_for(timeout=20_000)
    said_by_the_group(embedded.folder, "Sagt bakom en ruta")
    page.wait_for_timeout(6500)
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    karta.locator(".sb-comment", has_text="Sagt bakom en ruta").wait_for(state="attached", timeout=20_000)


def test_small_cells_are_never_a_number(karta):
    few = karta.evaluate(
        f"""() => {{ const k = {KARTA}; k.cells.load(); const at = k.cells.people.indexOf(-1);
        if (at < 0) return 'färre än 5';
        k.mark(k.layers.byId['kommuner/2481'], at); return k.panel.card.querySelector('dd').textContent; }}"""
    )
    assert few == "färre än 5"


def test_link_opens_the_exact_view(page, karta, running, chromium):
    choose(karta, mode="jamfor", theme="strak", goal="levande_plats")
    karta.evaluate(
        f"""() => {{ const k = {KARTA}; k.apply({{service: 'hospital'}}); k.divide(0.31);
        k.panel.act.show('stationer/all', false); k.select('noder', '2421-storuman', false);
        k.held = true; k.map.setView([65.1, 17.2], 8.25, {{animate: false}}); k.writeAddress(); }}"""
    )
    before, address = state(karta), page.evaluate("location.href")
    assert "#vy=65.1,17.2,8.25" in address
    page.goto("about:blank")
    page.goto(address)
    again = APP.map_frame(page)
    again.wait_for_function(f"{KARTA}.words && {KARTA}.selected")
    again.wait_for_timeout(500)
    assert state(again) == before
    assert page.evaluate("location.href") == address
    page.locator(".st-key-sprak button:visible").first.click()
    page.get_by_role("menuitem", name="English").click()
    again = APP.map_frame(page)
    again.wait_for_function(f"{KARTA}.words && {KARTA}.data.lang === 'en'")
    page.wait_for_function("address => location.href === address", arg=address.replace("/#", "/?lang=en#"))
    assert state(again) == before
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    again.get_by_role("button", name="Link", exact=True).click()
    told = again.locator(".sb-message")
    told.wait_for()
    assert "copied" in told.inner_text() or told.locator("input").input_value() == page.url


def test_a_broken_link_still_shows_the_map(page, running):
    page.goto(
        f"http://127.0.0.1:{running}/#vy=a,b;lage=x;tema=%3Cb%3E;kommun=9;mal=%E0%A4%A;pa=finns%2Finte;vald=noder~x;delare=7"
    )
    frame = APP.map_frame(page)
    frame.wait_for_function(f"{KARTA}.words")
    assert state(frame)["mode"] == "nulage"
    assert frame.locator(".sb-label").count() > 10


FOCUSED = """() => { const e = document.activeElement; const s = getComputedStyle(e);
  return [(e.getAttribute('aria-label') || e.textContent || '').slice(0, 40), s.outlineStyle, String(e.className)]; }"""


def test_everything_is_reached_by_tab_and_seen(page, karta):
    karta.locator(".sb-modes button").first.focus()
    names = []
    for _ in range(17):
        names.append(karta.evaluate(FOCUSED))
        page.keyboard.press("Tab")
    said = " ".join(name for name, _, _ in names)
    for tool in ("Nuläge", "Jämför", "Länk", "Skriv ut", "Hämta", "Lägg till lager", "Piltangenter", "Sök"):
        assert tool in said
    assert [name for name in names if name[1] == "none"] == []


def test_map_is_used_by_keyboard(page, karta):
    before = state(karta)["view"]
    karta.locator(".sb-map").focus()
    page.keyboard.press("ArrowRight")
    karta.wait_for_function(f"lon => {KARTA}.state().view.lon > lon", arg=before["lon"])
    karta.evaluate(f"{KARTA}.map.setView([64.5954, 18.6735], 9, {{animate: false}})")
    page.keyboard.press("Enter")
    assert state(karta)["clicked"] == {"layer": "noder", "id": "2481-lycksele"}
    karta.evaluate(f"{KARTA}.map.setView([64.75, 18.3], 11, {{animate: false}})")
    page.keyboard.press("Enter")
    assert state(karta)["clicked"] == {"layer": "kommuner", "id": "2481"}
    page.keyboard.press("Escape")
    assert state(karta)["clicked"] is None


def test_fits_the_window(page, karta):
    assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")
    box = page.locator(APP.MAP).bounding_box()
    assert box["y"] + box["height"] <= 720
    assert karta.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tools = karta.locator(".sb-toolbar")
    assert tools.bounding_box()["height"] < 45


@pytest.fixture
def libraries(tmp_path):
    names = ["Åsele bibliotek", HOSTILE]
    frame = gpd.GeoDataFrame(
        {"namn": names, "hyllor": [3, 4]}, geometry=[Point(17.4, 64.2), Point(19.6, 63.9)], crs=4326
    )
    frame.to_file(tmp_path / "bib.gpkg", layer="bib")
    return tmp_path / "bib.gpkg"


def add(page, frame, path):
    frame.get_by_role("button", name="Lägg till lager").click()
    page.get_by_text("Fil: GeoPackage").wait_for(timeout=20_000)
    page.locator("input[type=file]").set_input_files(str(path))


def test_own_layer_by_three_answers(page, karta, libraries, running, chromium):
    add(page, karta, libraries)
    page.get_by_text("2 objekt i filen").wait_for(timeout=30_000)
    page.get_by_label("Källa").fill("Kommunen")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Lägg till på kartan").click()
    frame = APP.map_frame(page)
    frame.wait_for_function(f"{KARTA}.data.layers.some(l => l.own)", timeout=30_000)
    assert "bara hos dig" in frame.locator(".sb-group-eget").inner_text()
    ids = frame.evaluate(f"{KARTA}.data.layers.find(l => l.own).features.map(f => f.i)")
    for key in ids:
        frame.evaluate(f"id => {KARTA}.select('eget_bib', id, true)", key)
    assert HOSTILE in frame.locator(".sb-card h2").inner_text()
    assert "hyllor" in frame.locator(".sb-card").inner_text()
    assert page.evaluate("window.hit") is None
    other = chromium.new_context()
    try:
        somebody = other.new_page()
        somebody.goto(f"http://127.0.0.1:{running}/")
        theirs = APP.map_frame(somebody)
        theirs.wait_for_function(f"{KARTA}.words")
        assert not theirs.evaluate(f"{KARTA}.data.layers.some(l => l.own)")
    finally:
        other.close()


def test_a_refused_file_is_one_sentence(page, karta, tmp_path):
    path = tmp_path / "fel.gpkg"
    path.write_bytes(b"inte en geopackage")
    add(page, karta, path)
    alert = page.get_by_role("dialog").get_by_test_id("stAlert")
    alert.wait_for(timeout=30_000)
    assert "fel.gpkg" in alert.inner_text()
    assert "Traceback" not in alert.inner_text()
