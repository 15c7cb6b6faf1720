"""The whole path of a group, without network: go in, draw, comment, be seen by others, reload, nothing lost."""

import importlib.util
import time
from pathlib import Path

import pytest
import shapely

from spatial.record.base import FILE, open_record
from spatial.record.history import current, histories

SPEC = importlib.util.spec_from_file_location("app_test", Path(__file__).with_name("test_app.py"))
APP = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(APP)
SEEN_S = 2.0
MAP = 'iframe[title*="karta"]'
SHAPES = "Object.keys(Strukturbild.karta.shapes || {}).length"
HOSTILE = "<img src=x onerror=window.hit=1> [l](https://x.se) **fet** \u202eomvänd مرحبا 🙂"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def running(embedded):
    with APP.served(embedded.folder) as port:
        yield f"http://127.0.0.1:{port}", embedded.folder
    for file in embedded.folder.glob(f"{FILE}*"):
        file.unlink()


@pytest.fixture
def visit(chromium, running):
    """Give what opens a browser of its own at the app; whatever it asks for in vain, or outside, fails the test."""
    address, wrong, contexts = running[0], [], []
    home = (f"{address}/", address.replace("http", "ws") + "/", "data:", "blob:")

    def opened(width=1280, height=720, *, touch=False):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
            has_touch=touch,
        )
        contexts.append(context)
        page = context.new_page()

        page.on("request", lambda r: None if r.url.startswith(home) else wrong.append(f"outside: {r.url}"))
        page.on("requestfailed", lambda r: wrong.append(f"failed: {r.url}"))
        page.on("response", lambda r: wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: wrong.append(f"script: {e}"))
        page.goto(address)
        frame_of(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def frame_of(page):
    page.frame_locator(MAP).locator(".sb-label").first.wait_for(timeout=60_000)
    return next(frame for frame in reversed(page.frames) if "karta/index.html" in frame.url)


def go_in(page, name, body, task):
    page.get_by_role("link", name="Arbetsgrupp", exact=True).click()
    page.get_by_label("Namn, så som").fill(name)
    page.get_by_label("Namn, så som").press("Tab")
    page.get_by_role("combobox").first.fill(body)
    page.get_by_role("option", name=body, exact=True).click()
    page.get_by_text(task, exact=True).last.click()
    page.get_by_role("button", name="Gå in").click()
    page.frame_locator(MAP).get_by_role("button", name="Yta").wait_for(timeout=30_000)
    return frame_of(page)


def click_map(page, *places):
    box = page.locator(MAP).bounding_box()
    for x, y in places:
        page.mouse.click(box["x"] + x, box["y"] + y)


def tool(page, name):
    page.frame_locator(MAP).get_by_role("button", name=name, exact=True).click()


def sketch(frame):
    return frame.evaluate("[Strukturbild.karta.rita.tool, Strukturbild.karta.rita.points]")


def kept(folder, *kinds):
    record = open_record(folder)
    try:
        return current(record.events(), *kinds)
    finally:
        record.close()


def versions_of(folder, item):
    record = open_record(folder)
    try:
        return histories(record.events())[item]
    finally:
        record.close()


def test_the_whole_path_of_a_group(visit, running):
    folder = running[1]
    anna = visit()
    _filtered(anna)
    _tried(anna)
    seen_by_anna = go_in(anna, "Anna", "Umeå", "Planerare")
    bo = visit(1920, 1080)
    seen_by_bo = go_in(bo, "Bo", "Malå", "Strateg")

    # Bo is in the midst of drawing, and of writing, while Anna adds.
    bo.get_by_label("Text", exact=True).fill("halvvägs")
    tool(bo, "Yta")
    click_map(bo, (300, 300), (420, 330))
    half = sketch(seen_by_bo)
    assert half[0] == "polygon"
    assert len(half[1]) == 2
    times = []
    for number in range(3):
        tool(anna, "Punkt")
        started = time.perf_counter()
        click_map(anna, (300 + 20 * number, 420))
        seen_by_bo.wait_for_function(f"{SHAPES} === {number + 1}", timeout=20_000)
        times.append(time.perf_counter() - started)
    assert sorted(times)[1] < SEEN_S * APP.LOADED, times
    assert sketch(seen_by_bo) == half
    assert bo.get_by_label("Text", exact=True).input_value() == "halvvägs"

    # What is drawn is kept at once, and gets its title in a version of its own.
    anna.get_by_text("3 av 3, senaste först").wait_for(timeout=20_000)
    anna.get_by_label("Rubrik").fill(HOSTILE)
    anna.get_by_label("Kommentar").fill(HOSTILE)
    anna.get_by_role("button", name="Spara", exact=True).click()
    anna.locator("[class*='st-key-grupp-inlagg-']", has_text="onerror").first.wait_for(timeout=20_000)
    bo.locator("[class*='st-key-grupp-inlagg-']", has_text="onerror").first.wait_for(timeout=20_000)
    click_map(bo, (380, 420))
    bo.keyboard.press("Enter")
    seen_by_anna.wait_for_function(f"{SHAPES} === 4", timeout=20_000)

    # One agrees, one does not; the map and the table tell.
    for page, frame, stance in ((anna, seen_by_anna, "Håller med (0)"), (bo, seen_by_bo, "Håller inte med (0)")):
        place = frame.evaluate(
            "(() => { const k = Strukturbild.karta; const i = Object.values(k.layers.byId).find("
            "i => i.feature.n === 'Lycksele' && i.layer.id === 'noder');"
            " const p = k.map.latLngToContainerPoint(i.feature.g); return [p.x, p.y]; })()"
        )
        click_map(page, place)
        page.get_by_role("button", name=stance).click()
    anna.get_by_role("button", name="Håller inte med (1)").wait_for(timeout=20_000)
    anna.get_by_label("Text", exact=True).fill("En kommentar")
    anna.get_by_role("button", name="Spara", exact=True).click()
    anna.get_by_test_id("stText").get_by_text("En kommentar").first.wait_for(timeout=20_000)
    anna.get_by_text("Enighet", exact=True).click()
    anna.frame_locator(MAP).get_by_text("1–1", exact=True).wait_for(timeout=20_000)
    anna.get_by_text("Deltagande", exact=True).click()
    anna.get_by_text("2 av 15 kommuner").wait_for(timeout=20_000)

    # A half-drawn line and everything kept survive a reload; nothing is there twice.
    anna.get_by_text("Samtal", exact=True).click()
    tool(anna, "Linje")
    click_map(anna, (200, 300), (260, 320))
    half = sketch(seen_by_anna)
    anna.reload()
    seen_by_anna = frame_of(anna)
    seen_by_anna.wait_for_function(f"Strukturbild.karta.rita && {SHAPES} === 4", timeout=30_000)
    assert sketch(seen_by_anna) == half
    anna.keyboard.press("Escape")
    anna.get_by_text("Anna").first.wait_for()
    drawn = kept(folder, "drawing")
    assert len(drawn) == 4
    assert sorted(event.version for event in drawn) == [1, 1, 1, 2]
    assert {event.payload["stance"] for event in kept(folder, "vote")} == {"agree", "disagree"}
    assert [event.payload["text"] for event in kept(folder, "comment")] == ["En kommentar"]
    assert HOSTILE in {event.payload["title"] for event in drawn}
    for page in (anna, bo):
        assert page.evaluate("window.hit") is None
        assert frame_of(page).evaluate("window.hit") is None
    _taken_along(anna)


def _filtered(page):
    """Choose one municipality on the map: the map says so, and what it holds."""
    frame = page.frame_locator(MAP)
    frame.get_by_label("Kommun", exact=True).select_option(label="Umeå")
    frame.get_by_text("Kommun: Umeå").wait_for(timeout=20_000)


def _tried(page):
    """Close a service in thought, and read whom it concerns."""
    page.get_by_role("link", name="Tänk om", exact=True).click()
    page.get_by_text("Vad vill du pröva?").wait_for(timeout=30_000)
    page.frame_locator(MAP).locator(".leaflet-control-zoom").first.wait_for(timeout=30_000)
    page.get_by_role("combobox").nth(1).click()
    page.keyboard.type("Livsmedel, Bjurholm")
    page.get_by_role("option").first.click()
    page.get_by_test_id("stMain").get_by_role("button", name="Pröva", exact=True).last.click()
    page.frame_locator(MAP).locator(".sb-skillnad").wait_for(timeout=60_000)
    assert "livsmedelsbutik" in page.get_by_role("heading", level=3).first.inner_text()


def _taken_along(page):
    page.get_by_text("Filer", exact=True).click()
    for label, start in (("GIS-data och logg", b"SQLite format 3"), ("Protokoll", b"PK")):
        with page.expect_download(timeout=60_000) as taken:
            page.get_by_role("button", name=label).click()
        assert Path(taken.value.path()).read_bytes().startswith(start)


def test_drawing_by_keys_alone(visit, running):
    page = visit()
    frame = go_in(page, "Cecilia", "Norsjö", "Planerare")
    before = len(kept(running[1], "drawing"))
    button = page.frame_locator(MAP).get_by_role("button", name="Linje", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    for key in ("Space", "ArrowLeft", "Space", "ArrowUp", "Space", "Backspace"):
        page.keyboard.press(key)
        time.sleep(0.5)  # the map glides after an arrow
    assert len(sketch(frame)[1]) == 2
    page.keyboard.press("Escape")
    assert sketch(frame)[0] is None
    tool(page, "Punkt")
    page.keyboard.press("Space")
    frame.wait_for_function("Strukturbild.karta.rita.kept.outbox.length === 0", timeout=20_000)
    assert len(kept(running[1], "drawing")) == before + 1


def test_drawing_by_touch_and_changing_the_shape_afterwards(visit, running):
    page, folder = visit(touch=True), running[1]
    frame = go_in(page, "Disa", "Sorsele", "Planerare")
    before = {event.item for event in kept(folder, "drawing")}
    box = page.locator(MAP).bounding_box()
    page.frame_locator(MAP).get_by_role("button", name="Yta", exact=True).tap()
    for x, y in ((300, 300), (400, 300), (400, 380), (302, 302)):
        page.touchscreen.tap(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(400)
    frame.wait_for_function("Strukturbild.karta.rita.kept.outbox.length === 0", timeout=20_000)
    [item] = {event.item for event in kept(folder, "drawing")} - before
    first = versions_of(folder, item)[-1]
    assert len(shapely.from_wkb(first.geometry).exterior.coords) == 4

    # Dragged by a corner; nothing is kept until it is done, and what is kept is a version of the same drawing.
    handles = page.frame_locator(MAP).locator(".sb-vertex")
    page.get_by_role("button", name="Ändra formen").click()
    handles.nth(2).wait_for(timeout=20_000)
    assert handles.count() == 3
    corner = handles.nth(2).bounding_box()
    lies = frame.evaluate(
        "(() => { const r = Strukturbild.karta.rita; const p = r.map.latLngToContainerPoint("
        "r.points[2]); const s = r.karta.stage.getBoundingClientRect(); return [s.x + p.x, s.y + p.y]; })()"
    )
    assert abs(corner["x"] + 9 - box["x"] - lies[0]) < 2
    assert abs(corner["y"] + 9 - box["y"] - lies[1]) < 2
    page.mouse.move(corner["x"] + 9, corner["y"] + 9)
    page.mouse.down()
    page.mouse.move(corner["x"] + 9, corner["y"] + 69, steps=5)
    page.mouse.up()
    assert len(versions_of(folder, item)) == 1
    handles.nth(0).focus()
    page.keyboard.press("Enter")
    frame.wait_for_function("Strukturbild.karta.rita.kept.outbox.length === 0", timeout=20_000)
    second = versions_of(folder, item)[-1]
    assert second.version == 2
    moved = [
        shapely.get_coordinates(shapely.from_wkb(second.geometry))[i]
        - shapely.get_coordinates(shapely.from_wkb(first.geometry))[i]
        for i in range(3)
    ]
    assert [abs(way).max() > 100 for way in moved] == [False, False, True]

    # By keys: a corner taken away is too few, an arrow moves it; Esc leaves all as it was.
    page.get_by_role("button", name="Ändra formen").click()
    handles.nth(2).focus()
    page.keyboard.press("Delete")
    page.frame_locator(MAP).get_by_text("minst tre punkter").wait_for(timeout=10_000)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert len(versions_of(folder, item)) == 2
    assert sketch(frame)[0] is None

    page.locator(f".st-key-grupp-inlagg-{item}").get_by_role("button", name="⋯").click()
    page.get_by_role("button", name="Ångra senaste").click()
    page.wait_for_timeout(500)
    for _ in range(40):
        if len(versions_of(folder, item)) == 3:
            break
        page.wait_for_timeout(250)
    assert versions_of(folder, item)[-1].geometry == first.geometry
