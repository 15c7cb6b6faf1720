"""Seconds in the app as a user meets them, in a browser: first map of a fresh server, and answers to a filter.

Run: ``python benchmarks/bench_app.py IMAGE_FOLDER [--rounds 5]`` with an image built by ``strukturbild build --out``,
Debian's chromium and the Python package playwright. Every round starts a server, opens a new browser window as soon as
the server says that it is ready, and waits until the first label of the map is drawn; then the threshold of Service and
a criterion of Noder are changed, and a shop closed and a road cut in Tänk om, each timed until the map (of Service also
the text beside it) has answered. Without network. The run fails where the median first map takes more than 5 s, or
another median more than 1 s: limits for a machine that does nothing else.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
from urllib.request import urlopen

from limits import Limits
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MAP = 'iframe[title*="karta"]'
WAIT_MS = 120_000
CHANGES = 3
LIMITS_S = {"first map": 5, "service threshold": 1, "node criterion": 1, "shop closed": 1, "road cut too": 1}


def start(folder):
    """Start the app; return its process, port, and the seconds until it says that it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    command = [sys.executable, "-m", "spatial.cli", "app", "--out", folder, "--port", str(port)]
    begun = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=kept, **quiet)
    while time.perf_counter() - begun < 120:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return process, port, time.perf_counter() - begun
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise SystemExit("the app did not start")


def drawn(page):
    """Return the map's frame when its first label is drawn."""
    page.frame_locator(MAP).locator(".sb-label").first.wait_for(timeout=WAIT_MS)
    return next(frame for frame in reversed(page.frames) if "karta/index.html" in frame.url)


def threshold(page):
    """Move the threshold of Service by five minutes; return seconds until map and heading say so."""
    slider = page.get_by_test_id("stSlider").locator("input")
    slider.focus()
    limit = int(slider.input_value()) + 5
    begun = time.perf_counter()
    slider.press("ArrowRight")
    drawn(page).wait_for_function(f"(window.Strukturbild.karta.wantedBeyond || {{}}).minutes === {limit}")
    page.get_by_role("heading", name=f"De som bor längre bort än {limit} min").wait_for(timeout=WAIT_MS)
    return time.perf_counter() - begun


def criterion(page, people):
    """Change the people that a regional core needs; return seconds until map and table say so."""
    box = page.get_by_test_id("stNumberInput").first.locator("input")
    box.fill(str(people))
    cores = 1 if people > 40_000 else 2
    begun = time.perf_counter()
    box.press("Enter")
    nodes = "window.Strukturbild.karta.data.layers.find(l => l.id === 'noder').features"
    drawn(page).wait_for_function(f"{nodes}.filter(f => f.c === 'regional_core').length === {cores}")
    return time.perf_counter() - begun


def trial(page, kind, name, button):
    """Try a change in Tänk om; return seconds from the button until the map and the list of what is tried say so."""
    pickers = page.get_by_test_id("stMain").get_by_role("combobox")
    for place, words in ((0, kind), (1, name)):
        pickers.nth(place).click()
        page.keyboard.type(words)
        page.get_by_role("option").first.click()
        page.wait_for_timeout(1500)  # the page has settled
    picture = "(document.querySelector('.leaflet-sb-skillnad-pane img') || {}).src || ''"
    frame = drawn(page)
    before = frame.evaluate(picture)
    begun = time.perf_counter()
    page.get_by_test_id("stMain").get_by_role("button", name=button, exact=True).last.click()
    frame.wait_for_function(f"before => {{ const now = {picture}; return now && now !== before; }}", arg=before)
    return time.perf_counter() - begun


def one_round(browser, folder):
    """Return the seconds of a round by what was waited for."""
    process, port, ready = start(folder)
    told = {"server ready": [ready]}
    try:
        page = browser.new_context(viewport={"width": 1280, "height": 720}, locale="sv-SE").new_page()
        begun = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/", timeout=WAIT_MS)
        drawn(page)
        told["first map"] = [time.perf_counter() - begun]
        page.get_by_role("link", name="Service", exact=True).click()
        page.get_by_role("heading", name="Kommun för kommun").wait_for(timeout=WAIT_MS)
        drawn(page)
        told["service threshold"] = [threshold(page) for _ in range(CHANGES)]
        page.get_by_role("link", name="Noder och stråk").click()
        page.get_by_test_id("stNumberInput").first.wait_for(timeout=WAIT_MS)
        drawn(page)
        told["node criterion"] = [criterion(page, people) for people in (50_000, 30_000, 50_000)]
        page.get_by_role("link", name="Tänk om").click()
        page.get_by_text("Vad vill du pröva?").wait_for(timeout=WAIT_MS)
        told["shop closed"] = [trial(page, "Stäng en service", "Livsmedel, Vindeln", "Pröva")]
        told["road cut too"] = [trial(page, "Bryt en väg", "Lycksele", "Lägg till")]
        page.context.close()
    finally:
        process.terminate()
        process.wait(timeout=30)
    return told


def main():
    """Time the rounds and tell the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    found: dict[str, list[float]] = {}
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for _ in range(asked.rounds):
            for name, seconds in one_round(browser, asked.folder).items():
                found.setdefault(name, []).extend(seconds)
        browser.close()
    print(f"load {os.getloadavg()[0]:.1f}")
    for name, seconds in found.items():
        every = " ".join(f"{one:.2f}" for one in seconds)
        print(f"{name:18} median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s   ({every})")
    limits = Limits()
    for name, ceiling in LIMITS_S.items():
        limits.most(f"{name}, s", statistics.median(found[name]), ceiling)
    limits.judged()


if __name__ == "__main__":
    main()
