"""The seminar page in the app: a story from saved views, presented, kept on disk, exported and opened from file."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def served(embedded, tmp_path_factory):
    """Give the address of the app and the folder of its image, a copy: stories are kept there."""
    folder = tmp_path_factory.mktemp("seminarium") / "bild"
    shutil.copytree(embedded.folder, folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "spatial.cli", "app", "--out", str(folder), "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://localhost:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
            break
        except OSError:
            time.sleep(0.5)
    yield address, folder
    process.terminate()
    process.wait(timeout=20)


def _saved(folder):
    return json.loads((folder / "berattelser" / "berattelse-1.json").read_text(encoding="utf-8"))


def _until(check, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if check():
                return True
        except (OSError, ValueError, IndexError):
            pass
        time.sleep(0.2)
    return False


def test_from_saved_views_to_the_file(served, chromium, tmp_path):
    address, folder = served
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
    page = context.new_page()
    errors, outside = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "request", lambda r: outside.append(r.url) if not r.url.startswith((address, "data:", "ws", "blob:")) else None
    )
    page.goto(f"{address}/seminarium")
    plan = page.frame_locator("iframe[title*='karta']")
    plan.locator(".sb-label").first.wait_for(timeout=60_000)

    plan.get_by_role("button", name="Spara vyn").click()
    assert _until(lambda: len(_saved(folder)["story"]["steps"]) == 1)
    plan.get_by_label("Landsbygdsnod").wait_for()
    page.get_by_label("Rubrik").fill("Min första vy")
    page.get_by_label("Rubrik").press("Enter")
    assert _until(lambda: _saved(folder)["story"]["steps"][0]["title"] == "Min första vy")
    shown = "Strukturbild.karta.state().view"
    frame = next(frame for frame in page.frames if "karta" in frame.url)
    before = frame.evaluate(shown)
    page.get_by_label("Text (en rad").fill("Ett <b>ord</b> ${window.hit=1}")
    page.get_by_label("Rubrik").focus()
    assert _until(lambda: "ord" in _saved(folder)["story"]["steps"][0]["text"])
    assert frame.evaluate(shown) == before

    plan.get_by_label("Stråk", exact=False).first.wait_for()
    frame.evaluate("Strukturbild.karta.map.setZoom(Strukturbild.karta.map.getZoom() + 1, {animate: false})")
    plan.get_by_role("button", name="Spara vyn").click()
    assert _until(lambda: len(_saved(folder)["story"]["steps"]) == 2)
    views = [step["view"] for step in _saved(folder)["story"]["steps"]]
    assert views[1]["zoom"] == pytest.approx(views[0]["zoom"] + 1, abs=0.05)

    page.get_by_role("button", name="Flytta upp").click()
    assert _until(lambda: _saved(folder)["story"]["steps"][1]["title"] == "Min första vy")

    page.get_by_role("button", name="Visa", exact=True).click()
    show = page.frame_locator("iframe[title*='karta']")
    show.locator(".sb-story h1").wait_for(timeout=30_000)
    show.locator("body").press("PageDown")
    show.locator(".sb-story h1", has_text="Min första vy").wait_for(timeout=10_000)
    show.locator("body").press("n")
    show.get_by_label("Beslut").fill("Vi ringer grannen.")
    show.get_by_label("Beslut").blur()
    assert _until(lambda: _saved(folder)["story"]["steps"][1]["decision"] == "Vi ringer grannen.")
    page.get_by_role("button", name="Avsluta visningen").click()
    page.get_by_role("button", name="Ta med").click()
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Hämta filen").click()
    path = tmp_path / "seminarium.html"
    download.value.save_as(path)
    assert errors == []
    assert outside == []
    context.close()
    _opened_from_disk(chromium, path)


def _opened_from_disk(chromium, path):
    assert path.stat().st_size < 3_000_000
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: errors.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type in {"error", "warning"} else None)
    page.goto(f"{path.as_uri()}#steg-2")
    page.wait_for_selector(".sb-label")
    assert page.inner_text(".sb-story h1") == "Min första vy"
    assert "Vi ringer grannen." in page.inner_text(".sb-decision")
    assert "<b>ord</b> ${window.hit=1}" in page.inner_text(".sb-said")
    assert page.evaluate("window.hit") is None
    assert len([url for url in asked if not url.startswith("data:")]) == 1
    assert errors == []
    context.close()
