"""The seminar's file: seconds to build, bytes, and how fast a step is shown; PDF hand-out beside it.

Run: ``python benchmarks/bench_seminar.py [IMAGE_FOLDER]`` (an image built by ``strukturbild build --out``). The
browser part needs Debian's chromium and is left out without it. The run fails where the median step takes more than
200 ms.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from limits import Limits

from spatial.build import built_image, image_of
from spatial.inputs.stories import read_story
from spatial.views.handout import write_pdf
from spatial.views.seminar import seminar

CHROMIUM = Path("/usr/bin/chromium")
SIZES = ((1280, 720), (1920, 1080))


def best(run, times=3):
    """Return the least seconds of a few runs, and what the last gave."""
    seconds, found = [], None
    for _ in range(times):
        started = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - started)
    return min(seconds), found


def steps_ms(page_file, count):
    """Return milliseconds until each step stands, the slowest of two rounds, by window size."""
    from playwright.sync_api import sync_playwright

    told = {}
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        for width, height in SIZES:
            context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
            page = context.new_page()
            page.goto(page_file.as_uri())
            page.wait_for_selector(".sb-label")
            page.wait_for_timeout(500)
            found = []
            for _ in range(2):
                page.keyboard.press("Home")
                for _ in range(count - 1):
                    page.keyboard.press("PageDown")
                    page.wait_for_timeout(60)
                    found.append(page.evaluate("Strukturbild.seminarium.stepMs"))
            told[f"{width}x{height}"] = {"median": round(sorted(found)[len(found) // 2]), "slowest": round(max(found))}
            context.close()
        browser.close()
    return told


def main():
    """Print what was measured as JSON."""
    image = built_image(Path(sys.argv[1])) if len(sys.argv) > 1 else image_of()[0]
    story = read_story()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "seminarium.html"
        seconds, path = best(lambda: seminar(image, story).save(target))
        pdf_seconds, pdf = best(lambda: write_pdf(image, story, Path(folder) / "a.pdf"), 1)
        told = {
            "file_s": round(seconds, 2),
            "file_mb": round(path.stat().st_size / 1e6, 2),
            "pdf_s": round(pdf_seconds, 2),
            "pdf_mb": round(pdf.stat().st_size / 1e6, 2),
        }
        if CHROMIUM.exists():
            told["step_ms"] = steps_ms(path, len(story.steps))
    print(json.dumps(told, indent=1))
    limits = Limits()
    for size, milliseconds in told.get("step_ms", {}).items():
        limits.most(f"median step at {size}, ms", milliseconds["median"], 200)
    limits.judged()


if __name__ == "__main__":
    main()
