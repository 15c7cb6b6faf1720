"""A trial's files: every table, few people never as a number, a GeoPackage that opens, a picture with its classes."""

import io
import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest

from spatial.analysis.whatif import AddPeople, CloseService
from spatial.analysis.whatif_access import present, what_if
from spatial.analysis.whatif_findings import changed_findings
from spatial.analysis.whatif_ground import Borders
from spatial.scenario import ground_of, rests_of
from spatial.views.themes import visible
from spatial.views.trial_picture import change_classes, draw_difference, web_difference
from spatial.views.trial_tables import Told, compared, hidden, trial_csv, trial_gpkg, trial_tables, trial_xlsx
from spatial.views.trial_telling import headline, told_service
from spatial.views.trial_words import heads, names_of, told_change


@pytest.fixture(scope="module")
def tried(small):
    image = small.image
    base = ground_of(image)
    service = base.services.index[(base.services["service_type"] == "grocery") & ~base.services["outside"]][0]
    x, y = base.cells.geometry.iloc[0].x, base.cells.geometry.iloc[0].y
    ring = ((x, y), (x + 3000, y), (x + 3000, y + 3000), (x, y + 3000))
    changes = [CloseService(str(service)), AddPeople("p", ring, 400.0, "=Nytt")]
    found = what_if(present(base, Borders(municipal=True, national=True)), changes)
    return image, Told("Prov", changes, found, changed_findings(base, found, rests_of(image)))


def test_the_answer_is_told_and_its_table_adds_up(tried):
    image, told = tried
    names = names_of(image, "sv")
    service = told_service(told.outcome)
    assert service == "grocery"
    first, *rest = headline(told.outcome, image, names, service, "sv")
    assert first.endswith("min längre till livsmedelsbutik.")
    assert any("400 människor flyttar in" in sentence for sentence in rest)
    assert told_change(told.changes[0], names, "sv").startswith("Stäng ")


def test_every_table_is_in_excel_and_csv_with_heads_and_no_formula(tried):
    image, told = tried
    tables = trial_tables(told, image, names_of(image, "sv"))
    book = openpyxl.load_workbook(io.BytesIO(trial_xlsx(tables, heads("sv"))))
    assert book.sheetnames == ["Om", "Ändringar", "Vinner och förlorar", "Inom gränserna", "Fynd"]
    assert "Får längre (inv)" in [cell.value for cell in book["Vinner och förlorar"][1]]
    with zipfile.ZipFile(io.BytesIO(trial_csv(tables))) as packed:
        assert len(packed.namelist()) == 5
        content = b"".join(packed.read(name) for name in packed.namelist()).decode("utf-8")
    assert ";=Nytt" not in content


def test_few_people_are_never_a_number(tried):
    image, _ = tried
    table = pd.DataFrame(
        {"longer_inv": [0.0, 4.0, 5.0], "longer_mean_min": [np.nan, 9.0, 9.0], "person_min": [0.0, 36.0, 45.0]}
    )
    shown = hidden(table, image, "sv")
    assert shown["longer_inv"].tolist() == [0.0, "färre än 5", 5.0]
    assert shown["longer_mean_min"].fillna(-1).tolist() == [-1.0, -1.0, 9.0]
    assert "person_min" not in shown


def test_the_geopackage_opens_and_holds_minutes_but_no_people(tried, tmp_path):
    image, told = tried
    path = tmp_path / "prov.gpkg"
    path.write_bytes(trial_gpkg(told, image, names_of(image, "sv")))
    layers = [name for name, _ in pyogrio.list_layers(path)]
    assert {"restid_fore_efter", "andringar_point", "andringar_polygon"} <= set(layers)
    cells = gpd.read_file(path, layer="restid_fore_efter")
    assert cells.crs.to_epsg() == 3006
    assert {"grocery_before_min", "grocery_after_min"} <= set(cells.columns)
    assert not [name for name in cells.columns if name.endswith("_inv")]


def test_the_picture_shows_only_the_classes_that_there_are(tried):
    image, told = tried
    grid = image.layers["rutnat"].grid
    seen = web_difference(image, grid, told.outcome, "grocery", "sv")
    assert all("min" in row["t"] for row in seen["legend"])
    assert seen["url"].startswith("data:image/png;base64,")
    png = draw_difference(image, told.outcome, "grocery", state=visible(image, "service"), note="Prov")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"


def test_changes_are_classed_by_sign_and_size():
    values = pd.Series([np.inf, 21, 20, 5, 0.5, 0, -0.5, -5, -20, -21, -np.inf, np.nan])
    assert change_classes(values).tolist() == [1, 2, 3, 4, 5, 0, 5, 6, 7, 8, 9, 0]


def test_scenarios_stand_side_by_side(tried):
    image, told = tried
    base = ground_of(image)
    nothing = what_if(present(base, Borders(municipal=True, national=True)), [])
    table = compared([("Inget", nothing), ("Prov", told.outcome)], "grocery", 15.0)
    assert table.loc["longer_inv", 0] == 0.0
    assert table.loc["longer_inv", 1] > 0
    assert table.loc["new_inv"].round(6).tolist() == [0.0, 400.0]
