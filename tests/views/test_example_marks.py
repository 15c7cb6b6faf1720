"""What rests on example plans says so wherever it is seen: legends, facts, tables, layers of the package."""

import re
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from spatial.views.columns import plain_table
from spatial.views.qgis_layers import project_layers
from spatial.views.style import legend_entries
from spatial.views.webmap_facts import Facts
from spatial.views.wording import EXAMPLE, is_example, status_text

MARK = "exempel, inte kommunens plan"
ABOUT_PLANS = re.compile(r"plan|granser|konflikter|rekommendationer|inriktning_|matris")


@pytest.fixture(scope="module")
def resting(embedded):
    """Return the layers that rest on plans."""
    layers = {name: layer for name, layer in embedded.image.layers.items() if ABOUT_PLANS.match(name)}
    expected = {"planomraden", "granser", "konflikter", "rekommendationer", "plan_granskning", "inriktning_noder"}
    assert expected <= set(layers)
    return layers


def test_every_layer_that_rests_on_examples_is_known_as_one(embedded, resting):
    known = {name for name, layer in embedded.image.layers.items() if is_example(layer.meta)}
    assert known == set(resting)
    assert all(MARK in layer.meta.title.sv for layer in resting.values())
    assert all("example" in layer.meta.title.en for layer in resting.values())


def test_legend_lines_and_facts(embedded, resting):
    entries = [entry for entry in legend_entries(embedded.image) if entry.layer in resting]
    assert {entry.layer for entry in entries} >= {"planomraden", "granser", "konflikter", "rekommendationer"}
    assert {entry.status for entry in entries} == {EXAMPLE}
    facts = Facts(embedded.image, "sv")
    for layer in resting.values():
        assert MARK in [value for _, value in facts.closing(layer)]
        assert any(facts.of(layer)), layer.id


def test_the_map_file_and_every_table(embedded, resting):
    page = (embedded.folder / "karta.html").read_text(encoding="utf-8")
    assert page.count(MARK) >= len(resting)
    tables = [name for name in embedded.image.indicators if re.match("matris|granser|konflikter|rekomm|plan", name)]
    assert len(tables) >= 8
    for name in tables:
        table = plain_table(embedded.image, name)
        assert table["plan_status"].eq(MARK).all(), name
        if len(table):
            assert MARK in (embedded.folder / "tabeller" / f"{name}.csv").read_text(encoding="utf-8-sig"), name


def test_package(embedded, resting):
    with closing(sqlite3.connect(embedded.folder / "strukturbild.gpkg")) as base:
        contents = pd.read_sql("SELECT table_name, identifier, description FROM gpkg_contents", base)
    rows = contents[contents["table_name"].isin(resting)]
    assert set(rows["table_name"]) == set(resting)
    told = rows["identifier"].fillna("") + rows["description"].fillna("")
    assert told.str.contains(MARK).all()


def test_other_languages_say_it_too():
    assert status_text(EXAMPLE, "en") == "example, not the municipality's plan"
    assert status_text(EXAMPLE, "no")


@pytest.mark.parametrize(("lang", "mark"), [("sv", MARK), ("en", "example, not the municipality's plan")])
def test_a_layer_of_the_project_says_it_once(embedded, resting, lang, mark):
    layers = project_layers(embedded.image, "strukturbild.gpkg", "raster", lang)
    titles = {layer.key: layer.title for layer in layers if layer.key in resting}
    assert set(titles) == set(resting)
    assert {title.count(mark) for title in titles.values()} == {1}
