"""The pages about plans as a user opens them, without network: each opens, a plan is checked, an answer is kept."""

import importlib.util
import signal
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

SPEC = importlib.util.spec_from_file_location("app_test", Path(__file__).with_name("test_app.py"))
APP = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(APP)
MAP = 'iframe[title*="karta"]'
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def running(embedded):
    process, port = APP.start("--out", str(embedded.folder))
    yield port
    if process.poll() is None:
        APP.stop(process, signal.SIGTERM)


page = APP.page


@pytest.fixture
def plan(embedded, tmp_path):
    shape = embedded.image.layers["kommuner"].geo.geometry.loc["2404"]
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    shapes = [
        shape.intersection(shapely.box(west, south, middle, north)).difference(shape.centroid.buffer(2000)),
        shape.intersection(shapely.box(middle, south, east, north)),
    ]
    frame = gpd.GeoDataFrame({"KOD": ["Bostäder", "X9"]}, geometry=shapes, crs=3006)
    frame.to_file(tmp_path / "op.gpkg", layer="ytor")
    return tmp_path / "op.gpkg"


def go(page, port, link, heading):
    page.goto(f"http://127.0.0.1:{port}/")
    APP.map_frame(page)
    page.get_by_role("link", name=link, exact=True).click()
    page.get_by_role("heading", name=heading, exact=True).wait_for(timeout=30_000)
    assert not page.get_by_test_id("stException").count()


def click_table(page, table, right, row):
    box = page.get_by_test_id("stDataFrame").nth(table)
    box.wait_for(timeout=30_000)
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    page.mouse.click(place["x"] + right, place["y"] + 35 * row + 17)


def test_a_cell_zooms_the_map_to_its_evidence(page, running):
    go(page, running, "ÖP ↔ RUS", "ÖP ↔ RUS")
    frame = APP.map_frame(page)
    click_table(page, 0, 180 + 74 + 64 + 30, 1)
    page.get_by_role("heading", name="Lycksele – En levande plats").wait_for(timeout=20_000)
    frame.wait_for_function("window.Strukturbild.karta.outlined && window.Strukturbild.karta.map.getZoom() > 8")


def test_a_border_zooms_the_map(page, running):
    go(page, running, "Gränser", "Gränser")
    frame = APP.map_frame(page)
    assert frame.evaluate("window.Strukturbild.karta.outlined || null") is None
    click_table(page, 0, 12, 1)
    frame.wait_for_function("window.Strukturbild.karta.outlined")


def test_a_plan_is_checked(page, running, plan):
    go(page, running, "Granska plan", "Granska plan")
    page.locator("input[type=file]").set_input_files(plan)
    page.get_by_text("Vad koderna betyder").wait_for(timeout=30_000)
    APP.choose(page, 0, "Vindeln")
    page.get_by_role("heading", name="Anmärkningar (").wait_for(timeout=30_000)
    page.get_by_text("Okända och tvetydiga koder (1 objekt").wait_for()
    frame = APP.map_frame(page)
    frame.wait_for_function("window.Strukturbild.karta.outlined")
    with page.expect_download(timeout=30_000) as taken:
        page.get_by_role("button", name="Mappningen (YAML)").click()
    assert "sammanhangande_bostad" in Path(taken.value.path()).read_text(encoding="utf-8")
    with page.expect_download(timeout=30_000) as taken:
        page.get_by_role("button", name="CSV").first.click()
    assert "tackning-lucka" in Path(taken.value.path()).read_text(encoding="utf-8-sig")


def test_an_answer_survives_the_page(page, running):
    go(page, running, "Rekommendationer", "Rekommendationer")
    APP.map_frame(page)
    click_table(page, 0, 12, 1)
    page.get_by_label("Ditt namn").fill("Anna")
    page.get_by_label("Kommentar").fill("Vi återkommer")
    page.get_by_role("button", name="Spara svaret").click()
    page.get_by_text("Tidigare svar").wait_for(timeout=20_000)
    go(page, running, "Rekommendationer", "Rekommendationer")
    click_table(page, 0, 12, 1)
    page.get_by_text("Tidigare svar").wait_for(timeout=20_000)
