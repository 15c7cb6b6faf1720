"""The pages about plans: what is asked, what is answered, and that an answer is kept and goes out of date."""

import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from spatial import opening
from spatial.analysis.outdated import STALE, standing
from spatial.analysis.plans import draft_mapping
from spatial.inputs.mapping import read_mapping
from spatial.inputs.plan_drafts import draft_text, mapping_of
from spatial.inputs.plan_files import received_bytes, understood
from spatial.pages.op_rus import mark
from spatial.record.base import FILE, events_beside, open_record
from spatial.record.events import Author, adoption
from spatial.record.reading import adoption as answers
from spatial.texts import text
from spatial.views.plan_places import outlined, outlined_features

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("op_rus", "granser", "granska_plan", "rekommendationer")
WHO = Author("Anna", "municipality", "planner", "2480")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def app(embedded, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", "--out", str(embedded.folder)])

    def opened(page):
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180).run()
        return test.switch_page(str(ROOT / "spatial" / "pages" / f"{page}.py")).run()

    yield opened
    for file in embedded.folder.glob(f"{FILE}*"):
        file.unlink()


def said(test):
    return "\n".join(str(one.value) for one in [*test.title, *test.markdown, *test.caption, *test.subheader])


@pytest.fixture
def plan(embedded, tmp_path):
    shape = embedded.image.layers["kommuner"].geo.geometry.loc["2404"]
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    hole = shape.centroid.buffer(2000)
    shapes = [
        shape.intersection(shapely.box(west, south, middle, north)).difference(hole),
        shape.intersection(shapely.box(middle, south, east, north)),
    ]
    frame = gpd.GeoDataFrame({"KOD": ["Bostäder", "X9"]}, geometry=shapes, crs=3006)
    frame.to_file(tmp_path / "op.gpkg", layer="ytor")
    return tmp_path / "op.gpkg"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(app, page):
    test = app(page)
    assert not test.exception
    assert not test.error
    assert not re.search(r"\b(the|and|of)\b", said(test)), "a docstring below a constant is written on the page"


@pytest.mark.parametrize("page", ["op_rus", "granser", "rekommendationer"])
def test_examples_say_so(app, page):
    assert "exempel, inte kommunens plan" in said(app(page))


def test_matrix_is_no_score_and_tells_by_more_than_colour(app):
    test = app("op_rus")
    assert "inget betyg" in said(test)
    told = test.dataframe[0].value.drop(columns="goal").to_numpy().ravel()
    assert {text[0] for text in told} <= set("▲▼–○")
    assert {"▲", "–", "○"} <= {text[0] for text in told}


def test_a_cell_opens_to_its_evidence(app, embedded):
    rows = embedded.image.indicators["matris_belagg"]
    one = rows[rows["counted"] < rows["measure"]].iloc[0]  # land that two features draw
    test = app("op_rus")
    test.selectbox(key="oprus-kommun").select(one["plan_id"]).run()
    test.selectbox(key="oprus-mal").select(one["goal"]).run()
    own = rows[(rows["plan_id"] == one["plan_id"]) & (rows["goal"] == one["goal"])]
    shown = test.dataframe[1].value
    assert sorted(shown["feature"]) == sorted(own["feature"])
    assert {"rule", "parameter", "amount", "quote"} <= set(shown.columns)
    assert ("amount_counted" in shown) == (own["counted"] < own["measure"]).any()
    assert outlined_features(embedded.image, shown["feature"]) is not None


def test_a_goal_that_is_not_spatial_gets_no_number(app):
    test = app("op_rus")
    test.selectbox(key="oprus-mal").select("kompetens").run()
    assert "aldrig ett tal" in said(test)
    row = pd.Series({"verdict": "inte rumsligt", "mixed": False, "strength": float("nan")})
    assert mark(row, "sv") == "○"


def test_little_support_is_not_told_as_none():
    row = pd.Series({"verdict": "stödjer", "mixed": False, "strength": 0.001})
    assert mark(row, "sv").endswith("<0,01")


def test_borders_are_filtered(app, embedded):
    found = embedded.image.indicators["granser"]
    test = app("granser")
    assert len(test.dataframe[0].value) == len(found)
    test.selectbox(key="granser-kind").select("tyst plan").run()
    assert set(test.dataframe[0].value["kind"]) == {"tyst plan"}
    assert len(test.dataframe[0].value) == (found["kind"] == "tyst plan").sum()


def test_a_missing_table_is_one_sentence(app, embedded, monkeypatch, nothing_kept):
    image = embedded.image
    fewer = {key: value for key, value in image.indicators.items() if key not in {"matris", "granser"}}
    bare = type(image)(image.layers, fewer, image.provenance, image.settings, image.inputs)
    monkeypatch.setattr(opening, "image_with", lambda *_: bare)
    for page in ("op_rus", "granser"):
        test = app(page)
        assert not test.exception
        assert len(test.info) == 1
        assert "saknas" in test.info[0].value


def test_recommendations_are_filtered_and_never_binding(app, embedded):
    found = embedded.image.indicators["rekommendationer"]
    test = app("rekommendationer")
    assert len(test.dataframe[0].value) == len(found)
    assert any("inte bindande" in caption.value for caption in test.caption)
    test.toggle(key="rekommendationer-fler").set_value(True).run()
    assert set(test.dataframe[0].value["status"]) == {"rekommendation, inte bindande"}
    test.selectbox(key="rek-kommun").select("2480").run()
    own = found["plans"].str.split(";").map(lambda codes: "2480" in codes)
    assert len(test.dataframe[0].value) == own.sum()


def test_an_answer_is_kept_shown_and_goes_out_of_date(app, embedded):
    table = embedded.image.indicators["rekommendationer"]
    first, second = table.index[:2]
    record = open_record(embedded.folder)
    record.append(adoption(WHO, first, "2480", "adopted", "vi tar den", basis=table.loc[first, "basis"]))
    record.append(adoption(WHO, second, "2480", "rejected", basis="regel:x=annat"))
    record.append(adoption(WHO, "borta:2480:mal:-", "2480", "partly", basis="x"))
    record.close()
    shown = app("rekommendationer").dataframe[0].value
    assert len(shown) == len(table) + 1
    assert (shown["state"] == "inaktuell").sum() == 2
    assert shown["answer"].str.contains("Umeå: antagen").sum() == 1
    states = standing(table, answers(events_beside(embedded.folder)))
    assert states[states == STALE].index.tolist() == [second, "borta:2480:mal:-"]


def test_an_upload_is_checked_without_any_yaml(app, plan, embedded):
    test = app("granska_plan")
    test.file_uploader(key="granska-fil").upload("op.gpkg", plan.read_bytes(), "application/octet-stream").run()
    assert not test.exception, test.exception
    assert not test.error, [error.value for error in test.error]
    test.selectbox(key="granska-kommun").select("2404").run()
    assert not test.exception
    tables = {tuple(one.value.columns)[:2]: one.value for one in test.dataframe}
    rules = next(table for key, table in tables.items() if key == ("severity", "rule"))["rule"]
    assert {"kategori-okand", "tackning-lucka"} <= set(rules)
    assert "Okända och tvetydiga koder (1 objekt" in said(test)
    cells = next(table for key, table in tables.items() if key == ("goal", "cell"))
    assert len(cells) == len(embedded.image.settings.strategy.in_force())
    assert set(cells["verdict"]) <= {"stödjer", "motverkar", "inget underlag", "inte rumsligt"}


def test_an_upload_is_held_against_given_interests(app, plan, embedded, monkeypatch, nothing_kept):
    image = embedded.image
    own = image.layers["kommuner"]
    given = own.geo.loc[["2404"], ["name", "geometry"]].assign(pivot="ri_kulturmiljo")
    layers = {**image.layers, "intressen": replace(own, id="intressen", frame=given)}
    made = type(image)(layers, image.indicators, image.provenance, image.settings, image.inputs)
    monkeypatch.setattr(opening, "image_with", lambda *_: made)
    test = app("granska_plan")
    test.file_uploader(key="granska-fil").upload("op.gpkg", plan.read_bytes(), "application/octet-stream").run()
    test.selectbox(key="granska-kommun").select("2404").run()
    assert not test.exception
    found = next(one.value for one in test.dataframe if tuple(one.value.columns)[:2] == ("severity", "rule"))
    told = found[found["rule"] == "hansyn-saknas"]
    assert sorted(told["features"]) == ["2404:rad-1", "2404:rad-2"]


def test_a_file_that_is_refused_is_one_sentence(app):
    test = app("granska_plan")
    test.file_uploader(key="granska-fil").upload("op.gpkg", b"inte en databas", "application/octet-stream").run()
    assert len(test.error) == 1
    assert not test.exception


def sent_in(test, name, content):
    return test.file_uploader(key="granska-fil").upload(name, content, "application/octet-stream").run()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("plan.shp", b"\x00\x00'\n", "gate.shp_alone"),
        ("plan.docx", b"PK", "gate.unknown_kind"),
        ("plan.geojson", b'{"type":"FeatureCollection","features":[]}', "plan_pages.granska_plan.no_features"),
        (
            "plan.geojson",
            b'{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[19,64]}}',
            "plan_pages.granska_plan.no_columns",
        ),
    ],
)
def test_a_file_that_is_no_plan_is_one_sentence_for_users(app, name, content, sentence):
    test = sent_in(app("granska_plan"), name, content)
    assert not test.exception
    assert [one.value.replace("\\", "") for one in test.error] == [text(sentence, "sv", name=name)]
    assert "--" not in test.error[0].value, "no option of a command is told on a page"


def test_an_upload_stays_in_its_session_and_leaves_nothing_on_disk(app, plan, tmp_path, monkeypatch):
    home = tmp_path / "tillfalligt"
    home.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(home))
    test = sent_in(app("granska_plan"), "hemlig.gpkg", plan.read_bytes())
    assert any("ytor" in one.value for one in test.text), "the file was read"
    assert list(home.iterdir()) == []
    other = app("granska_plan")
    assert other.file_uploader(key="granska-fil").value is None
    assert not other.text
    assert [one.value[:16] for one in other.info] == [text("plan_pages.granska_plan.start", "sv", most=1)[:16]]
    assert "granska-ram" in test.session_state
    assert not any(f"granska-{slot}" in other.session_state for slot in ("ram", "plan", "slag", "utkast", "svar"))


def test_a_column_that_nothing_is_known_of_is_asked_for(app, plan, tmp_path):
    words = [f"Zon {letter}" for letter in "ABCDEFGHIJKL"] * 2
    frame = gpd.read_file(plan).sample(24, replace=True, random_state=1).drop(columns="KOD").assign(ZQ=words, tal=0.5)
    frame.to_file(tmp_path / "egen.gpkg", layer="ytor")
    test = sent_in(app("granska_plan"), "egen.gpkg", (tmp_path / "egen.gpkg").read_bytes())
    assert not test.error, [one.value for one in test.error]
    assert [one.value for one in test.info] == [text("plan_pages.granska_plan.which_column", "sv")]
    asked = next(one for one in test.selectbox if one.label == text("plan_pages.granska_plan.column", "sv"))
    asked.select("ZQ").run()
    test.selectbox(key="granska-kommun").select("2404").run()
    assert not test.exception
    assert not test.error
    codes = next(one.value for one in test.dataframe if "pivot" in one.value.columns and "area" in one.value.columns)
    assert set(codes["code"]) == set(words)


def test_what_a_column_of_time_says_is_asked_and_a_wrong_municipality_told(app, plan, tmp_path):
    frame = gpd.read_file(plan).sample(24, replace=True, random_state=1)
    frame.assign(KOD="Bostäder", STATUS=["A", "B"] * 12, FAS=["Ett", "Två"] * 12).to_file(tmp_path / "tid.gpkg")
    test = sent_in(app("granska_plan"), "tid.gpkg", (tmp_path / "tid.gpkg").read_bytes())
    test.selectbox(key="granska-kommun").select("2404").run()
    assert not test.exception
    untold = text("plan_pages.granska_plan.times_untold", "sv", count="24", values="A, B")
    assert untold in [one.value for one in test.text]
    choices = {one.label: one for one in test.selectbox}
    choices[text("plan_pages.granska_plan.time_column", "sv")].select("FAS").run()
    assert not test.exception
    assert '--time "FAS"' in test.code[0].value
    assert any("(Ett, Två)" in one.value for one in test.text)
    test.selectbox(key="granska-kommun").select("2480").run()
    assert [one.value for one in test.warning] == [text("plan_pages.granska_plan.elsewhere", "sv", names="Vindeln")]
    assert not any("verdict" in one.value.columns for one in test.dataframe), "a plan from elsewhere has no row"


def test_what_was_noted_when_a_file_was_read_is_said_once(app):
    ring = "[[[19,64],[19.5,64],[19.5,64.3],[19,64.3]]]"
    area = f'{{"type":"Feature","properties":{{"kod":"Vatten"}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}}'
    content = f'{{"type":"FeatureCollection","features":[{area}]}}'.encode()
    test = sent_in(app("granska_plan"), "oppen.geojson", content)
    test.selectbox(key="granska-kommun").select("2404").run()
    told = [one.value for one in test.text]
    assert len([one for one in told if "slut" in one]) == 1
    assert len(told) == len(set(told))


def test_a_corrected_draft_reads_back(plan, embedded):
    pivot = embedded.image.settings.pivot
    read = understood("op.gpkg", received_bytes(plan.read_bytes(), "op.gpkg"), pivot)
    assert [(layer.name, layer.columns.code) for layer in read.layers] == [("ytor", "KOD")]
    table = draft_mapping(read.coded(), pivot, [read_mapping("boverket", pivot)])
    several = [["areell_naring", "vatten"] if code == "X9" else [] for code in table["code"]]
    table = table.assign(pivot=table["pivot"].where(table["code"] != "X9", "tvetydig"), options=several)
    rules = mapping_of(draft_text(table, pivot, "op", "KOD", read.times()), pivot).codes
    assert rules["X9"].options == ["areell_naring", "vatten"]
    assert rules["Bostäder"].pivot == "sammanhangande_bostad"


def test_outlines_are_of_every_kind_and_nothing_is_none():
    shapes = gpd.GeoSeries([shapely.Point(7e5, 7.1e6), shapely.LineString([(7e5, 7.1e6), (7.1e5, 7.1e6)]), None])
    made = outlined(shapes.set_crs(3006), 1)
    assert [shape["d"] for shape in made["shapes"]] == [0, 1]
    assert outlined(gpd.GeoSeries([None], crs=3006)) is None


def test_what_is_broken_in_a_plan_is_outlined_all_the_same():
    """The findings carry geometries as the file has them: a ring of three corners, a line of one place, NaN heights."""
    rings = "((7e5 71e5 1, 700100 71e5 1, 7e5 71e5 1)), ((7e5 71e5 0, 7e5 7101000 0, 701000 71e5 0, 7e5 71e5 0))"
    flat = shapely.from_wkt(f"MULTIPOLYGON Z ({rings})")
    point = shapely.from_wkt("LINESTRING (7e5 71e5, 7e5 71e5)")
    bow = shapely.from_wkt("POLYGON ((7e5 71e5, 701000 7101000, 701000 71e5, 7e5 7101000, 7e5 71e5))")
    for shape in (flat, point, bow):
        outlined(gpd.GeoSeries([shape], crs=3006))
    assert {one["d"] for one in outlined(gpd.GeoSeries([flat, bow], crs=3006))["shapes"]} >= {2}
