"""Tänk om as a group uses it, without network: tried, saved, still there after a reload, and nobody else's."""

import importlib.util
import signal
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]
MAP = 'iframe[title*="karta"]'
WAIT_MS = 60_000


def _app():
    path = Path(__file__).with_name("test_app.py")
    spec = importlib.util.spec_from_file_location("app_for_trials", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


APP = _app()


@pytest.fixture(scope="module")
def running(embedded):
    process, port = APP.start("--out", str(embedded.folder))
    yield port
    if process.poll() is None:
        APP.stop(process, signal.SIGTERM)


@pytest.fixture
def visit(chromium, running):
    """Return a function that opens the page in a browser of its own; whatever goes wrong in any fails the test."""
    home = (f"http://127.0.0.1:{running}/", f"ws://127.0.0.1:{running}/", "data:", "blob:")
    wrong, contexts = [], []

    def opened():
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="sv-SE")
        contexts.append(context)
        page = context.new_page()
        context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(home) else route.abort())
        page.on("request", lambda r: wrong.append(f"outside: {r.url}") if not r.url.startswith(home) else None)
        page.on("requestfailed", lambda r: wrong.append(f"failed: {r.url}"))
        page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: wrong.append(f"script: {e}"))
        page.goto(f"http://127.0.0.1:{running}/")
        to_page(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def to_page(page):
    """Go to the page; from the first page its map is waited for, so that leaving breaks off no request."""
    if not page.url.endswith("/tank_om"):
        page.frame_locator(MAP).locator(".sb-label").first.wait_for(timeout=WAIT_MS)
    page.get_by_role("link", name="Tänk om").click(timeout=WAIT_MS)
    page.get_by_text("Vad vill du pröva?").wait_for(timeout=WAIT_MS)
    page.frame_locator(MAP).locator(".leaflet-control-zoom").first.wait_for(timeout=WAIT_MS)


def part(page, name):
    radio = page.get_by_role("radio", name=name, exact=True)
    radio.or_(page.get_by_role("button", name=name, exact=True)).first.click()


def close_service(page, name):
    page.get_by_role("combobox").nth(1).click()
    page.keyboard.type(name)
    page.get_by_role("option").first.click(timeout=WAIT_MS)
    page.get_by_test_id("stMain").get_by_role("button", name="Pröva", exact=True).last.click()
    page.frame_locator(MAP).locator(".sb-skillnad").wait_for(timeout=WAIT_MS)


def fill(page, label, value):
    box = page.get_by_label(label)
    box.fill(value)
    box.press("Enter")


def save(page, name, *, shared):
    page.get_by_text("Spara scenariot").click()
    fill(page, "Scenariots namn", name)
    fill(page, "Ditt namn i gruppen", "Anna")
    page.get_by_role("combobox").last.scroll_into_view_if_needed()
    if shared:
        page.get_by_text("Visa för gruppen").click()
    button = page.get_by_role("button", name="Spara", exact=True)
    button.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    button.click()
    page.get_by_text("Sparat.").wait_for(timeout=WAIT_MS)


def saved(page):
    part(page, "Sparat")
    page.wait_for_timeout(2500)
    return page.get_by_text("Inga sparade scenarier.").count() == 0


def test_a_closed_service_is_answered_saved_kept_and_its_own_browsers(visit):
    page = visit()
    close_service(page, "Livsmedel, Bjurholm")
    answer = page.get_by_role("heading", level=3).first
    assert "står utan livsmedelsbutik" in answer.inner_text()
    legend = page.frame_locator(MAP).locator(".sb-skillnad").inner_text()
    assert "står utan service" in legend
    assert "Skillnad i restid till livsmedelsbutik" in legend
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")

    part(page, "Berörda")
    page.get_by_test_id("stDataFrame").first.wait_for(timeout=WAIT_MS)
    part(page, "Pröva")
    page.get_by_text("kommungränsen").click()
    page.get_by_role("heading", name="min längre till livsmedelsbutik").wait_for(timeout=WAIT_MS)

    save(page, "Bjurholm utan butik", shared=False)
    page.goto(page.url.rpartition("/")[0] + "/")
    to_page(page)
    assert saved(page)

    other = visit()
    assert not saved(other)

    part(page, "Pröva")
    close_service(page, "Livsmedel, Åsele")
    save(page, "Åsele utan butik", shared=True)
    other.get_by_test_id("stDataFrame").wait_for(timeout=WAIT_MS)
    assert other.get_by_text("Inga sparade scenarier.").count() == 0


def test_a_click_for_a_new_place_is_an_answer(visit):
    page = visit()
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="Öppna en ny service").click()
    page.frame_locator(MAP).get_by_text("Klicka där punkten ska ligga").wait_for(timeout=WAIT_MS)
    map_ = next(frame for frame in reversed(page.frames) if "karta/index.html" in frame.url)
    spot = map_.evaluate(
        "(() => { const p = Strukturbild.karta.map.latLngToContainerPoint([65.1, 17.1]); return [p.x, p.y]; })()"
    )
    box = page.locator(MAP).bounding_box()
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    page.frame_locator(MAP).locator(".sb-skillnad").wait_for(timeout=WAIT_MS)
    assert "kortare" in page.get_by_role("heading", level=3).first.inner_text()
