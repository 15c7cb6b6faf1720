"""The app as a user opens it, without network: started by the command, clicked through, stopped without an orphan."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRST_MAP_S = float(os.environ.get("STRUKTURBILD_FIRST_MAP_S", "5"))
FILTER_S = 1.0
LOADED = 3.0
"""On a machine that runs other things too, times are allowed to be so many times longer before the test fails."""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]
MAP = 'iframe[title*="karta"]'
NODES = "window.Strukturbild.karta.data.layers.find(l => l.id === 'noder').features"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(*arguments, env=None):
    port = free_port()
    command = [sys.executable, "-m", "spatial.cli", "app", *arguments, "--port", str(port)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("STREAMLIT_")}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**environment, **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    for _ in range(240):
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return process, port
        except OSError:
            time.sleep(0.25)
    process.kill()
    pytest.fail("the app did not start")


def stop(process, sign):
    process.send_signal(sign)
    process.wait(timeout=20)
    left = subprocess.run(["ps", "-o", "pid=", "-g", str(process.pid)], capture_output=True, text=True, check=False)
    return left.stdout.split()


@contextlib.contextmanager
def served(folder):
    """Let the app serve a folder's image as long as the block lasts, and give its port."""
    process, port = start("--out", str(folder))
    try:
        yield port
    finally:
        if process.poll() is None:
            stop(process, signal.SIGTERM)


@pytest.fixture(scope="module")
def running(embedded):
    with served(embedded.folder) as port:
        time.sleep(4)  # as long as it takes to open a browser
        yield port


@pytest.fixture
def page(chromium, running):
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="sv-SE")
    opened = context.new_page()
    home = (f"http://127.0.0.1:{running}/", f"ws://127.0.0.1:{running}/", "data:", "blob:")
    wrong = []
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(home) else route.abort())
    opened.on("request", lambda r: wrong.append(f"outside: {r.url}") if not r.url.startswith(home) else None)
    opened.on("requestfailed", lambda r: wrong.append(f"failed: {r.url}"))
    opened.on("response", lambda r: wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
    opened.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)
    opened.on("pageerror", lambda e: wrong.append(f"script: {e}"))
    yield opened
    context.close()
    assert wrong == []


def map_frame(page):
    page.frame_locator(MAP).locator(".sb-label").first.wait_for(timeout=60_000)
    return next(frame for frame in reversed(page.frames) if "karta/index.html" in frame.url)


def click_node(page, frame, name):
    place = frame.evaluate(
        """name => { const k = window.Strukturbild.karta;
        const item = Object.values(k.layers.byId).find(i => i.feature.n === name && i.layer.id === 'noder');
        const p = k.map.latLngToContainerPoint(item.feature.g); const stage = k.stage.getBoundingClientRect();
        return [stage.left + p.x, stage.top + p.y]; }""",
        name,
    )
    box = page.locator(MAP).bounding_box()
    page.mouse.click(box["x"] + place[0], box["y"] + place[1])


def choose(page, box, option):
    page.get_by_test_id("stSelectbox").nth(box).click()
    page.get_by_role("option", name=option, exact=True).click()


def answered(frame, condition):
    started = time.perf_counter()
    frame.wait_for_function(condition, timeout=20_000)
    return time.perf_counter() - started


def test_first_map_comes_soon_and_shows_the_nodes(page, running):
    started = time.perf_counter()
    page.goto(f"http://127.0.0.1:{running}/")
    frame = map_frame(page)
    assert time.perf_counter() - started < FIRST_MAP_S * LOADED
    assert frame.evaluate(f"{NODES}.length") > 60
    box = page.locator(MAP).bounding_box()
    assert box["y"] + box["height"] <= 720
    assert box["height"] > 560
    assert frame.locator(".sb-panel").is_visible()
    assert "Umeå" in frame.locator(".sb-map").inner_text()


def test_click_tells_facts(page, running):
    page.goto(f"http://127.0.0.1:{running}/")
    frame = map_frame(page)
    click_node(page, frame, "Lycksele")
    card = frame.locator(".sb-card")
    card.wait_for()
    said = card.inner_text()
    for expected in ("Lycksele", "Delregional kärna", "Uppfyller", "Nästa nivå", "Service", "Källa"):
        assert expected in said


def test_filters_answer(page, running):
    page.goto(f"http://127.0.0.1:{running}/")
    frame = map_frame(page)
    frame.get_by_label("Restid till").select_option(label="Sjukhus")
    assert answered(frame, "window.Strukturbild.karta.layers.service === 'hospital'") < FILTER_S * LOADED
    frame.get_by_label("Kommun", exact=True).select_option(label="Storuman")
    selected = "(window.Strukturbild.karta.selected || {feature: {}}).feature.i === '2421'"
    assert answered(frame, selected) < FILTER_S * LOADED
    frame.get_by_label("Tema").select_option(label="Noder")
    assert answered(frame, "window.Strukturbild.karta.layers.visible['strak/regional'] === false") < FILTER_S * LOADED


def test_map_follows_the_criteria(page, running):
    page.goto(f"http://127.0.0.1:{running}/")
    map_frame(page)
    page.get_by_role("link", name="Noder och stråk").click()
    page.get_by_test_id("stNumberInput").first.wait_for()
    frame = map_frame(page)
    people = page.get_by_test_id("stNumberInput").first.locator("input")
    people.fill("50000")
    people.press("Enter")
    assert answered(frame, f"{NODES}.filter(f => f.c === 'regional_core').length === 1") < FILTER_S * LOADED


def test_every_page_opens_by_its_link(page, running):
    page.goto(f"http://127.0.0.1:{running}/")
    map_frame(page)
    for link, heading in (
        ("Kommunen", "Vad som sticker ut"),
        ("Service", "Kommun för kommun"),
        ("Noder och stråk", "Pröva kriterierna"),
        ("Underlag", "Källor"),
    ):
        page.get_by_role("link", name=link, exact=True).click()
        page.get_by_role("heading", name=heading).wait_for(timeout=30_000)
        if link in {"Service", "Noder och stråk"}:
            map_frame(page)
        assert not page.get_by_test_id("stException").count()
        assert not page.get_by_test_id("stAlert").count()


def test_picture_can_be_taken_along(page, running):
    page.goto(f"http://127.0.0.1:{running}/")
    map_frame(page).get_by_role("button", name="Hämta").click()
    with page.expect_download(timeout=60_000) as taken:
        page.get_by_role("button", name="Bild till tjänsteskrivelse (PNG)").click()
    content = Path(taken.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 100_000


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_app_leaves_no_orphan(embedded, sign):
    process, port = start("--out", str(embedded.folder))
    assert stop(process, sign) == []
    with pytest.raises(OSError):
        urlopen(f"http://127.0.0.1:{port}/", timeout=1)


def test_a_missing_image_is_built_with_progress_shown(chromium, tmp_path):
    process, port = start("--out", str(tmp_path / "ny"))
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    try:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_text("Bygger strukturbilden").wait_for(timeout=30_000)
        page.frame_locator(MAP).locator(".sb-label").first.wait_for(timeout=150_000)
        assert (tmp_path / "ny" / "manifest.json").is_file()
    finally:
        context.close()
        assert stop(process, signal.SIGTERM) == []
