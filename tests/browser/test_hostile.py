"""Hostile texts in every field that shows text: none runs, none becomes part of a page, none asks for anything."""

import csv
import re
import runpy
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from spatial.archive import save_image
from spatial.manifest import manifest_of
from spatial.record.base import open_record
from spatial.record.stories import save_story
from spatial.storage import new_version, write_json
from spatial.texts import text
from spatial.views.mapfile import write_map
from spatial.views.qgis import qgis_zip
from spatial.views.report import report
from spatial.views.report_html import html_page
from spatial.views.seminar import seminar
from spatial.views.tables import write_tables
from spatial.views.webmap import draw

HERE = Path(__file__).resolve().parent
HOSTILE = runpy.run_path(str(HERE.parent / "hostile" / "poison.py"))
APP = runpy.run_path(str(HERE / "test_app.py"))
PAGES = re.findall(r'^    "(\w+)",$', (HERE.parents[1] / "app.py").read_text(encoding="utf-8"), re.MULTILINE)
"""The pages that the app names: a new one is tried too."""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]
LEAKS = """() => {
  const found = [];
  const all = root => [...root.querySelectorAll('*')].flatMap(n => n.shadowRoot ? [n, ...all(n.shadowRoot)] : [n]);
  for (const n of all(document)) {
    const tag = n.tagName.toLowerCase();
    const own = [...n.childNodes].filter(c => c.nodeType === 3).map(c => c.data).join('');
    for (const a of n.attributes) {
      if (a.name.startsWith('on')) found.push(tag + ' has ' + a.name);
      if (['href', 'src', 'data', 'action', 'content'].includes(a.name)
          && /evil\\.example|^x$|^\\s*javascript:/i.test(a.value)) found.push(tag + ' ' + a.name + '=' + a.value);
    }
    if (tag === 'style' && own.includes('evil.example')) found.push('style');
    if (tag === 'script' && !n.src && !n.type.includes('json')
        && /^\\s*(alert\\(1\\)|1)/.test(own)) found.push('script');
    if (['strong', 'b', 'a', 'h1'].includes(tag)
        && /^\\s*host(fet|lank|rubrik)\\s*$/.test(n.textContent)) found.push(tag);
    if (tag === 'code' && own.trim() === 'hostkod') found.push('code');
    if (tag === 'i' && own.includes('\u2028')) found.push('i');
    if (n.classList.contains('katex')) found.push('katex ' + n.textContent);
    if (n.dataset && n.dataset.testid === 'stIconMaterial' && own === 'bug_report') found.push('icon');
    if (n.classList.contains('stMarkdownColoredText') || /rgb\\(255, 43, 43\\)/.test(n.style?.color || ''))
      found.push('colour ' + n.textContent);
  }
  return found;
}"""
SELECTBOX = "[data-testid=stSelectbox]:visible"
EVERY_FEATURE = "Strukturbild.karta.data.layers.flatMap(l => l.features.slice(0, 12).map(f => [l.id, f.i]))"


@pytest.fixture(scope="module")
def image(embedded):
    return HOSTILE["poisoned"](embedded.image)


@pytest.fixture(scope="module")
def entitled(image):
    """Return the image with hostile titles of services, levels, goals and classes too."""
    return replace(image, settings=HOSTILE["poisoned_settings"](image.settings))


@pytest.fixture
def watched(chromium):
    """Return a function that opens an address and notes dialogs, requests and errors."""
    contexts = []

    def open_page(address, home):
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="sv-SE")
        contexts.append(context)
        context.add_init_script(
            "for (const n of ['alert', 'confirm', 'prompt']) window[n] = x => console.error('RAN ' + n + x)"
        )
        page = context.new_page()
        page.wrong = []
        allowed = (*home, "data:", "blob:")
        context.route(
            "**/*", lambda route: route.continue_() if route.request.url.startswith(allowed) else route.abort()
        )
        page.on("request", lambda r: page.wrong.append(f"asked: {r.url}") if not r.url.startswith(allowed) else None)
        page.on("dialog", lambda d: (page.wrong.append(f"dialog: {d.message}"), d.dismiss()))
        page.on("console", lambda m: page.wrong.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: page.wrong.append(f"script: {e}"))
        page.on("framenavigated", lambda f: page.wrong.append(f"went: {f.url}") if "evil" in f.url else None)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def leaks(page):
    return [f"{frame.url[-40:]}: {leak}" for frame in page.frames for leak in frame.evaluate(LEAKS)]


def test_there_are_25_scripts_and_they_are_everywhere(image):
    assert len(HOSTILE["SCRIPTS"]) == 25
    cells = {
        str(v) for layer in image.layers.values() for c in layer.frame if c in HOSTILE["FREE"] for v in layer.frame[c]
    }
    told = "\n".join(cells)
    assert all(words in told for words in HOSTILE["TEXTS"])


def test_the_map_file(watched, entitled, tmp_path):
    file = draw(entitled).save(tmp_path / "karta.html")
    page = watched(file.as_uri(), [file.as_uri()])
    page.wait_for_selector(".sb-label")
    for layer, key in page.evaluate(EVERY_FEATURE):
        page.evaluate("([layer, id]) => Strukturbild.karta.select(layer, id)", [layer, key])
        page.evaluate("() => new Promise(done => requestAnimationFrame(done))")
    for words in HOSTILE["TEXTS"]:
        page.get_by_label("Sök ort").fill(words)
        page.keyboard.press("Enter")
    for box in page.locator(".sb-row input:visible").all()[:80]:
        box.click(force=True)
    page.mouse.move(500, 400)
    page.wait_for_timeout(300)
    assert leaks(page) == []
    assert page.wrong == []


def test_the_seminar_file(watched, entitled, tmp_path):
    file = seminar(entitled, HOSTILE["story"]()).save(tmp_path / "seminarium.html")
    page = watched(file.as_uri(), [file.as_uri()])
    page.wait_for_selector(".sb-label")
    for key in ("a", "n", "h", *["PageDown"] * 40):
        page.keyboard.press(key)
        page.wait_for_timeout(40)
    assert leaks(page) == []
    assert page.wrong == []


@pytest.mark.filterwarnings("ignore:Glyph:UserWarning")
def test_the_report(watched, entitled, tmp_path):
    with_record = open_record(tmp_path)
    HOSTILE["fill"](with_record, entitled)
    file = tmp_path / "rapport.html"
    file.write_text(html_page(report(entitled, events=with_record.events())), encoding="utf-8")
    with_record.close()
    page = watched(file.as_uri(), [file.as_uri()])
    page.wait_for_selector("h1")
    assert "<script>alert(1)</script>" in page.inner_text("body")
    assert leaks(page) == []
    assert page.wrong == []


def test_tables_hold_no_formula(image, tmp_path):
    write_tables(image, tmp_path)
    for path in tmp_path.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file, delimiter=";") for cell in row]
        assert [cell for cell in cells if cell[:1] in set("=+@\t\r")] == [], path.name
        assert [cell for cell in cells if cell.startswith("-") and not cell[1:].replace(".", "").isdigit()] == []
    book = openpyxl.load_workbook(tmp_path / "tabeller.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f" or str(cell.value)[:1] in set("=+@")] == []
    assert any("DDEAUTO" in str(cell.value) for cell in cells)


def test_the_qgis_project_evaluates_no_text(image, tmp_path):
    (tmp_path / "qgis.zip").write_bytes(qgis_zip(image))
    with zipfile.ZipFile(tmp_path / "qgis.zip") as packed:
        names = [name for name in packed.namelist() if name.endswith(".qgz")]
        assert names
        packed.extractall(tmp_path)
    for name in names:
        project = zipfile.ZipFile(tmp_path / name)
        tree = ET.fromstring(project.read(next(one for one in project.namelist() if one.endswith(".qgs"))))
        shown = [v for node in tree.iter() for key, v in node.attrib.items() if key in {"labelText", "label", "html"}]
        assert [value for value in shown if "[% hostuttryck %]" in value] == []


@pytest.fixture(scope="module")
def running(image, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fientlig") / "bild"
    with new_version(folder) as fresh:
        save_image(image, fresh)
        write_map(image, fresh)
        write_json(fresh / "manifest.json", {**manifest_of(image, {}, []), "changes": ""})
    record = open_record(folder)
    record.limits = record.limits.model_copy(
        update={"per_minute": record.limits.per_minute.model_copy(update={"value": 10_000})}
    )
    HOSTILE["fill"](record, image)
    record.close()
    save_story(folder, HOSTILE["story"](), 0)
    with APP["served"](folder) as port:
        time.sleep(4)
        yield port


def _shown(page):
    """Wait until the page's run is over and its map stands."""
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')", timeout=60_000)
    page.wait_for_timeout(400)


@pytest.mark.parametrize("name", PAGES)
def test_the_apps_page(watched, running, name):
    home = (f"http://127.0.0.1:{running}/", f"ws://127.0.0.1:{running}/")
    page = watched(home[0], home)
    page.get_by_test_id("stMain").locator("[data-testid=stElementContainer]").first.wait_for(timeout=60_000)
    if name != PAGES[0]:
        page.get_by_role("link", name=text(f"app.page.{name}"), exact=True).click()
        page.wait_for_url(f"**/{name}*")
    _shown(page)
    found = leaks(page)
    for number in range(min(page.locator(SELECTBOX).count(), 4)):
        page.locator(SELECTBOX).nth(number).click()
        options = page.get_by_role("option")
        found += leaks(page)
        if options.count() > 1:
            options.nth(1).click()
            _shown(page)
            found += leaks(page)
        else:
            page.keyboard.press("Escape")
    for table in page.get_by_test_id("stDataFrame").all()[:2]:
        box = table.bounding_box()
        page.mouse.click(box["x"] + 12, box["y"] + 52)
        _shown(page)
        found += leaks(page)
    frame = next((frame for frame in page.frames if "karta/index.html" in frame.url), None)
    if frame is not None:
        frame.wait_for_function("window.Strukturbild && window.Strukturbild.karta", timeout=60_000)
        for layer, key in frame.evaluate(EVERY_FEATURE)[:80]:
            frame.evaluate("([layer, id]) => Strukturbild.karta.select(layer, id)", [layer, key])
        _shown(page)
        found += leaks(page)
    assert sorted(set(found)) == []
    assert not page.get_by_test_id("stException").count()
    assert page.wrong == []
