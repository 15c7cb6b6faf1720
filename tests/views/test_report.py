"""The report: opens in Word, asks nobody for anything, tells the tables' own figures, runs no text that it shows."""

import base64
import json
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from docx.oxml.ns import qn

from spatial.errors import OutputError
from spatial.record import events as said
from spatial.record.events import Author, event_of
from spatial.report_commands import report_command
from spatial.texts import number, text
from spatial.views import report as reports
from spatial.views import report_maps
from spatial.views.report import headings, report, write_report
from spatial.views.report_html import html_page
from spatial.views.report_parts import Picture, Table, Words
from spatial.views.report_telling import Teller
from tests.views.report_tables import planned, tables

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
INJECTIONS = json.loads((Path(__file__).parent.parent / "hostile" / "injections.json").read_text(encoding="utf-8"))
UMEA = Author("Umeå", "municipality", "planner", "2480")


@pytest.fixture(scope="module")
def image(build_image):
    return build_image(omissions=())


@pytest.fixture
def quick(monkeypatch):
    """Leave out the drawing: a point for each map."""
    monkeypatch.setattr(report_maps, "drawn", lambda image, state, lang: PIXEL)


@pytest.fixture
def made(image, quick):
    whole = replace(image, indicators={**tables(image), **planned()})
    told = said.adoption(UMEA, "rek-1", "2480", "adopted", basis="objekt:2480:a=0")
    answer = event_of(told, version=1, time=said.now())
    return whole, report(whole, events=[answer])


def plainly(row):
    return [value.replace("\u00a0", " ") for value in row]


def cells_of(document, caption):
    title = text(f"report.table.{caption}")
    found = next(part for part in document.parts if isinstance(part, Table) and part.caption == title)
    return replace(found, rows=[plainly(row) for row in found.rows])


def test_word_has_headings_contents_alt_texts_language_and_page_numbers(made, tmp_path):
    _, document = made
    word, _ = write_report(document, tmp_path, "rapport")
    book = docx.Document(str(word))
    found = [p.text for p in book.paragraphs if p.style.name == "Heading 1"]
    assert found == headings(document)
    assert found[0] == text("report.chapter.summary")
    pictures = [part for part in document.parts if isinstance(part, Picture)]
    alts = [shape._inline.docPr.get("descr") for shape in book.inline_shapes]
    assert alts == [picture.alt for picture in pictures]
    assert len(alts) >= 2
    assert all(alts)
    with zipfile.ZipFile(word) as archive:
        body, styles = archive.read("word/document.xml").decode(), archive.read("word/styles.xml").decode()
        foot = archive.read("word/footer1.xml").decode()
    assert 'TOC \\o "1-2"' in body
    assert all(f">{name}" in body for name in found)
    assert 'w:lang w:val="sv-SE"' in styles
    assert "en-US" not in styles
    assert "PAGE" in foot
    assert "NUMPAGES" in foot
    assert book.core_properties.title == "Strukturbild Västerbotten"
    assert book.core_properties.language == "sv-SE"
    captions = [table._tbl.tblPr.find(qn("w:tblCaption")) for table in book.tables]
    assert all(caption is not None for caption in captions)
    assert body.count("w:tblHeader") == len(book.tables)


def test_figures_are_the_tables_own(made):
    _, document = made
    rows = cells_of(document, "municipalities").rows
    assert [row[0] for row in rows] == ["Umeå", "Skellefteå"]
    assert rows[0][1:] == plainly([number(130_224), number(2316.5), number(56.21, 1), "19"])
    service = cells_of(document, "service").rows
    assert [row[2] for row in service] == ["75 %", "50 %"]
    assert "Skellefteå under 1 %" in service[1][-1]
    assert "Umeå över 99 %" in service[1][-1]
    corridors = cells_of(document, "corridors").rows
    assert corridors[0][:5] == ["E4 Umeå–Skellefteå", "Regionalt stråk", "väg", "137", "123 000"]


def test_a_share_is_a_percentage_and_evidence_tells_what_of_it_counts(image, quick):
    own = planned()
    own["matris"].loc[0, ["unit", "support_measure", "full"]] = ["andel", 0.055, 0.2]
    own["matris_belagg"].loc[0, ["unit", "measure", "counted"]] = ["andel", 0.052, 0.041]
    document = report(replace(image, indicators={**tables(image), **own}), municipality="2480")
    assert cells_of(document, "matrix_own").rows[0][2] == "5,5 % för, 0,0 % emot, av 20,0 %"
    assert cells_of(document, "evidence").rows[0][3:5] == ["5,2 %", "4,1 %"]


def test_a_link_that_stops_is_not_told_as_silence(image, quick):
    own = planned()
    told = {
        kind: report(replace(image, indicators={**tables(image), "granser": own["granser"].assign(kind=kind)}))
        for kind in ("tyst plan", "länk som stannar")
    }
    assert cells_of(told["tyst plan"], "borders").rows[0][2].endswith("| tyst")
    assert cells_of(told["länk som stannar"], "borders").rows[0][2].endswith("| går inte vidare")


def test_few_people_are_never_a_number(made):
    _, document = made
    assert cells_of(document, "municipalities").rows[1][1] == "färre än 5"
    page = html_page(document)
    assert ">3<" not in page


def test_the_matrix_is_said_to_be_no_score_with_and_without_plans(made, image, quick):
    _, document = made
    for told in (document, report(replace(image, indicators=tables(image))), report(image, municipality="2480")):
        words = [part.text for part in told.parts if isinstance(part, Words)]
        assert text("report.not_a_score") in words
        assert "återvändsgränder" in text("report.not_a_score")


def test_matrix_borders_and_recommendations_are_told_in_words(made):
    _, document = made
    part = next(p for p in document.parts if isinstance(p, Table) and p.caption.startswith("Tabell: plan och strategi"))
    assert [name for name, _ in part.columns][1:] == ["Skellefteå", "Umeå"]
    assert plainly(part.rows[0]) == ["Bostäder vid ån", "motverkar 80 % (båda)", "stödjer 37 %"]
    assert part.rows[1] == ["Resor", "inte rumsligt", "inget underlag"]
    border = cells_of(document, "borders").rows[0]
    assert border == ["Umeå – Skellefteå", "tyst plan", "Vatten (2480:a) | tyst", "1,2 km", "2"]
    row = cells_of(document, "recommendations").rows[0]
    assert row[0] == "rek-1"
    assert row[1].startswith("INAKTUELL")
    assert row[2:] == ["Bostäder vid ån", "region", "matris:2480:levande; 2480:a, 2480:b", "Umeå: antagen"]
    assert text("report.not_binding") in html_page(document)


def test_what_is_missing_is_named(image, quick):
    document = report(image)
    words = [part.text for part in document.parts if isinstance(part, Words)]
    for name in ("plans", "borders", "conflicts", "readiness", "recommendations"):
        assert text(f"report.missing.{name}") in words
    assert text("report.summary.no_plans") in str(document.parts)


def test_a_municipality_has_an_edition_of_its_own(made):
    image, _ = made
    document = report(image, municipality="2482")
    assert document.subtitle.startswith("Skellefteå")
    assert [row[0] for row in cells_of(document, "municipalities").rows] == ["Skellefteå"]
    assert cells_of(document, "matrix_own").rows[0][:3] == [
        "Bostäder vid ån",
        "motverkar 80 % (båda)",
        "1,0 för, 40,0 emot, av 50 ha",
    ]
    assert [row[2] for row in cells_of(document, "service").rows] == ["40 %", "under 1 %"]
    assert len(cells_of(document, "borders").rows) == 1
    with pytest.raises(OutputError, match="2480 Umeå"):
        report(image, municipality="9999")


class Reader(HTMLParser):
    """Gathers tags, attributes and texts as a browser would."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_asks_nobody_for_anything(made):
    _, document = made
    reader = Reader()
    reader.feed(html_page(document))
    assert not {"script", "link", "iframe", "object", "base", "form"} & set(reader.tags)
    for tag, name, value in reader.attributes:
        assert not name.startswith("on")
        if name in {"src", "href", "srcset", "data", "action", "poster"}:
            assert value.startswith(("data:image/png;base64,", "#")), (tag, name)
    page = html_page(document)
    assert "default-src 'none'" in page
    assert not re.search(r"url\(|@import", page)
    assert reader.tags.count("h1") == 1
    assert all(value for tag, name, value in reader.attributes if (tag, name) == ("img", "alt"))


def test_injections_stay_text_in_both(build_image, quick, tmp_path):
    assert len(INJECTIONS) == 25
    image = build_image(names=INJECTIONS, omissions=())
    hostile = replace(image, indicators={**tables(image), **planned(" ".join(INJECTIONS))})
    document = report(hostile)
    reader = Reader()
    reader.feed(html_page(document))
    assert not {"script", "svg", "iframe", "link", "b", "i", "w:instrtext"} & set(reader.tags)
    assert not [name for _, name, _ in reader.attributes if name.startswith("on")]
    everything = "".join(reader.texts)
    assert all(words.replace("\x00", "").replace("\x0b", "") in everything for words in INJECTIONS)
    word, _ = write_report(document, tmp_path, "rapport")
    book = docx.Document(str(word))
    assert len(book.tables) == sum(isinstance(part, Table) for part in document.parts)
    fields = book.element.findall(f".//{qn('w:instrText')}")
    assert all(re.fullmatch(r" (TOC|PAGEREF|PAGE|NUMPAGES).*", field.text) for field in fields)
    told = "".join(cell.text for table in book.tables for row in table.rows for cell in row.cells)
    assert "<script>alert(1)</script>" in told


def test_people_are_told_as_their_status_says(image):
    tell = Teller(image)
    assert tell.people(12_345, "mätt") == number(12_345)
    assert tell.people(12_345, "modellerat") == number(12_300)
    assert tell.people(0, "modellerat") == "0"
    assert tell.people(float("nan"), "mätt") == "–"
    assert tell.percents(0.901, 0.934) == "90–93\u00a0%"
    assert tell.percents(0.9, 0.9) == "90\u00a0%"
    assert tell.percents(0.001, 0.9) == "under\u00a01\u00a0%–90\u00a0%"


def test_the_command_writes_both_files(made, tmp_path, monkeypatch):
    from spatial import build

    image, _ = made
    monkeypatch.setattr(build, "image_of", lambda config, **_: (image, tmp_path))
    result = CliRunner().invoke(report_command, ["--municipality", "2480", "--out", str(tmp_path / "ut")])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "ut").iterdir()) == ["rapport-2480.docx", "rapport-2480.html"]
    assert not (tmp_path / "arbetsgrupp.sqlite").exists()


def test_a_real_map_is_drawn_with_its_alt_text(image):
    document = reports.report(image)
    picture = next(part for part in document.parts if isinstance(part, Picture))
    assert picture.png.startswith(b"\x89PNG")
    assert "Regional kärna" in picture.alt
    assert "ej juridiskt bindande" in picture.caption
