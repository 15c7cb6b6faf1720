import csv
import io
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

from spatial.views.geopackage import write_geopackage
from spatial.views.tables import table_csv, table_xlsx, write_tables
from tests.views.make_image import make_image


@pytest.fixture(scope="module")
def image():
    return make_image()


@pytest.fixture(scope="module")
def written(image, tmp_path_factory):
    return {path.name: path for path in write_tables(image, tmp_path_factory.mktemp("t") / "tabeller")}


def test_a_file_a_table_a_workbook_and_the_columns(image, written):
    assert set(written) == {*(f"{name}.csv" for name in image.indicators), "kolumner.csv", "tabeller.xlsx"}


def test_csv_reads_back(image, written):
    raw = written["befolkning.csv"].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(written["befolkning.csv"], sep=";", dtype={"municipality_code": str}, index_col=0)
    assert back.index.tolist() == ["0114", "2401", "2480"]
    assert back["population_inv"].tolist() == image.indicators["befolkning"]["population_inv"].tolist()
    assert back["name"].tolist() == ["Väster", "Örträsk", "'-Åsele"]


def test_unreachable_is_empty_and_said(written):
    back = pd.read_csv(written["restider.csv"], sep=";")
    assert back["minutes_min"].tolist()[0] == 12.25
    assert np.isnan(back["minutes_min"].tolist()[1])
    assert back["minutes_status"].tolist() == ["nås", "går inte att nå"]


def test_every_column_is_explained(image, written):
    told = pd.read_csv(written["kolumner.csv"], sep=";")
    row = told[(told["table"] == "befolkning") & (told["column"] == "population_inv")].iloc[0]
    assert (row["alias"], row["unit"]) == ("Invånare", "antal")
    assert set(told["table"]) == set(image.indicators)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_taken_for_a_formula(start):
    table = pd.DataFrame({f"{start}head": [f"{start}1+1", "Åsele"], "number": [-1.5, 2.0]})
    rows = list(csv.reader(io.StringIO(table_csv(table).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [[f"'{start}head", "number"], [f"'{start}1+1", "-1.5"], ["Åsele", "2"]]
    sheet = openpyxl.load_workbook(io.BytesIO(table_xlsx(table))).active
    assert sheet["A1"].data_type == "s"
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.startswith("'")
    assert sheet["B2"].value == -1.5


def test_cells_with_separators_quotes_and_lines_come_back():
    table = pd.DataFrame({"t": ["a;b", 'say "x"', "two\nlines", None]})
    back = pd.read_csv(io.BytesIO(table_csv(table)), sep=";", skip_blank_lines=False)
    assert back["t"].tolist()[:3] == ["a;b", 'say "x"', "two\nlines"]


def test_the_workbook_has_a_sheet_a_table_with_names_as_heads(image, written):
    book = openpyxl.load_workbook(written["tabeller.xlsx"])
    assert book.sheetnames == list(image.indicators)
    assert [cell.value for cell in book["befolkning"][1]] == ["Kommunkod", "Namn", "Invånare (antal)"]
    assert book["befolkning"]["A2"].value == "0114"


def test_the_matrix_says_that_it_is_no_score_wherever_its_numbers_are(image, tmp_path):
    matrix = pd.DataFrame({"plan_id": ["2480"], "strength": [0.5]})
    write_tables(replace(image, indicators={"matris": matrix, **image.indicators}), tmp_path)
    book, told = openpyxl.load_workbook(tmp_path / "tabeller.xlsx"), pd.read_csv(tmp_path / "kolumner.csv", sep=";")
    assert "inget betyg" in book["matris"]["A1"].comment.text
    assert book["befolkning"]["A1"].comment is None
    assert told["description"].str.contains("inget betyg").equals(told["table"] == "matris")
    package = tmp_path / "bild.gpkg"
    write_geopackage(replace(image, indicators={"matris": matrix}), package)
    with closing(sqlite3.connect(package)) as database:
        rows = dict(database.execute("SELECT table_name, description FROM gpkg_contents"))
    assert "inget betyg" in rows["tabell_matris"]


def test_the_same_tables_make_the_same_bytes(image, written, tmp_path):
    for path in write_tables(image, tmp_path):
        assert path.read_bytes() == written[path.name].read_bytes()


def test_long_and_odd_sheet_names():
    table = pd.DataFrame({"a": [1]})
    book = openpyxl.load_workbook(io.BytesIO(table_xlsx(table, title="[x]" + "å" * 50)))
    assert len(book.sheetnames[0]) <= 31
