"""The pictures of docs/arbetsgrupp.md, taken anew: two people work in the app as the guide tells, in a new store.

Run ``python benchmarks/group_pictures.py`` after ``strukturbild build``; ``--image`` names the folder of another image.
"""

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Frame, Page, sync_playwright

from spatial.record.base import FILE
from spatial.storage import user_folder

PORT = 8799
ADDRESS = f"http://127.0.0.1:{PORT}"
MAP = 'iframe[title*="karta"]'
PICTURES = Path(__file__).resolve().parents[1] / "docs" / "bilder"
COLOURS = 256
SIZE = {"width": 1280, "height": 720}


def visit(browser: Browser, who: str, page_name: str) -> tuple[Page, Frame]:
    """Open a page of the app as somebody, and wait for its map."""
    page = browser.new_context(viewport=SIZE, locale="sv-SE", timezone_id="Europe/Stockholm").new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{ADDRESS}/{page_name}?grupp={who}")
    page.frame_locator(MAP).locator(".sb-label").first.wait_for()
    settle(page)
    return page, next(frame for frame in reversed(page.frames) if "karta/index.html" in frame.url)


def settle(page: Page) -> None:
    """Wait until the page's run is over."""
    page.wait_for_timeout(500)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stStatusWidget]') && !document.querySelector('[data-stale=true]')"
    )
    page.wait_for_timeout(1200)


def picture(page: Page, name: str, *, keep_pointer: bool = False) -> None:
    """Save what the page shows, in few colours, so that the file is small; those of small symbols are kept."""
    settle(page)
    if not keep_pointer:
        page.mouse.move(700, 3)
        page.wait_for_timeout(300)
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shown.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        PICTURES / f"{name}.png", optimize=True
    )


def node(frame: Frame, name: str) -> tuple[float, float]:
    """Return where a node lies in the map, in pixels."""
    x, y = frame.evaluate(
        """name => { const k = Strukturbild.karta; const i = Object.values(k.layers.byId).find(
        i => i.feature.n === name && i.layer.id === 'noder'); const p = k.map.latLngToContainerPoint(i.feature.g);
        return [p.x, p.y]; }""",
        name,
    )
    return x, y


def click(page: Page, *places: tuple[float, float]) -> None:
    """Click on places of the map."""
    box = page.locator(MAP).bounding_box()
    assert box is not None
    for x, y in places:
        page.mouse.click(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(300)


def entry_of(page: Page, words: str) -> None:
    """Wait until somebody's words stand in the feed."""
    page.locator("[class*='st-key-grupp-inlagg-']", has_text=words).first.wait_for()


def tried(browser: Browser) -> None:
    """Close the shop in Vindeln, in thought."""
    page, _ = visit(browser, "municipality.2404.planner.Anna Berg", "tank_om")
    page.get_by_role("combobox").nth(1).click()
    page.keyboard.type("Livsmedel, Vindeln")
    page.get_by_role("option").first.click()
    page.get_by_test_id("stMain").get_by_role("button", name="Pröva", exact=True).last.click()
    page.frame_locator(MAP).locator(".sb-skillnad").wait_for()
    picture(page, "grupp-tank-om")


def drawn(page: Page, frame: Frame) -> None:
    """Draw an area beside Vindeln, give it a title, and change its shape."""
    x, y = node(frame, "Vindeln")
    box = page.locator(MAP).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x, box["y"] + y)
    for _ in range(3):
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(900)
    x, y = node(frame, "Vindeln")
    page.frame_locator(MAP).get_by_role("button", name="Yta", exact=True).click()
    click(page, (x + 14, y + 12), (x + 66, y + 16), (x + 62, y + 60), (x + 12, y + 56))
    page.mouse.move(box["x"] + x + 16, box["y"] + y + 30)
    picture(page, "grupp-rita", keep_pointer=True)
    page.keyboard.press("Enter")
    page.get_by_label("Rubrik").fill("Bostäder vid stationen i Vindeln")
    page.get_by_label("Kommentar").fill("Cirka 40 bostäder på gångavstånd till tåget.")
    page.get_by_role("button", name="Spara", exact=True).click()
    entry_of(page, "Bostäder vid")
    page.get_by_role("button", name="Ändra formen").click()
    page.frame_locator(MAP).locator(".sb-vertex").nth(3).wait_for()
    picture(page, "grupp-andra")
    corner = page.frame_locator(MAP).locator(".sb-vertex").nth(2).bounding_box()
    assert corner is not None
    page.mouse.move(corner["x"] + 9, corner["y"] + 9)
    page.mouse.down()
    page.mouse.move(corner["x"] + 29, corner["y"] + 24, steps=5)
    page.mouse.up()
    page.frame_locator(MAP).get_by_role("button", name="Klar", exact=True).click()
    settle(page)


def proposed(page: Page, frame: Frame) -> None:
    """Propose another level for Vindeln, and agree with it."""
    click(page, node(frame, "Vindeln"))
    page.get_by_role("button", name="Håller med (0)").click()
    page.get_by_test_id("stMain").get_by_text("Förslag", exact=True).first.click()
    settle(page)
    page.get_by_label("Föreslagen nivå").click()
    page.get_by_role("option", name="Delregional kärna").click()
    page.get_by_label("Text", exact=True).fill("Tåget stannar här och bostäder planeras.")
    picture(page, "grupp-forslag")
    page.get_by_role("button", name="Spara", exact=True).click()
    entry_of(page, "Tåget stannar")


def told(page: Page, frame: Frame) -> None:
    """Show the history of what was drawn, then vote, and show where the group stands."""
    entry_of(page, "Tåget stannar")
    settle(page)
    own = page.locator("[class*='st-key-grupp-inlagg-']", has_text="Bostäder vid").last
    own.get_by_role("button", name="⋯").click()
    page.get_by_role("button", name="Ångra senaste").wait_for()
    picture(page, "grupp-historik")
    page.keyboard.press("Escape")
    click(page, node(frame, "Vindeln"))
    page.get_by_role("button", name="Håller inte med (0)").click()
    page.get_by_role("button", name="Håller inte med (1)").wait_for()
    frame.get_by_role("button", name="Visa hela området").click()
    settle(page)
    click(page, node(frame, "Lycksele"))
    page.get_by_role("button", name="Håller med (0)").click()
    page.get_by_role("button", name="Håller med (1)").wait_for()
    page.get_by_text("Enighet", exact=True).click()
    picture(page, "grupp-enighet")


def main(image: Path) -> None:
    """Start the app on a copy of an image without its group, and take every picture."""
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        copy = shutil.copytree(image, Path(folder) / "bild", ignore=shutil.ignore_patterns(f"{FILE}*"))
        command = [sys.executable, "-m", "spatial.cli", "app", "--out", str(copy), "--port", str(PORT)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as app, sync_playwright() as running:
            try:
                for _ in range(120):
                    try:
                        urlopen(f"{ADDRESS}/_stcore/health", timeout=1).close()
                        break
                    except OSError:
                        time.sleep(0.5)
                browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
                tried(browser)
                anna, annas = visit(browser, "municipality.2404.planner.Anna Berg", "arbetsgrupp")
                drawn(anna, annas)
                bo, bos = visit(browser, "region..strategist.Bo Lind", "arbetsgrupp")
                proposed(bo, bos)
                told(anna, annas)
                browser.close()
            finally:
                app.terminate()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--image", type=Path, default=user_folder("vasterbotten"))
    main(asked.parse_args().image)
