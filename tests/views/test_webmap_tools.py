"""What the map's tools go by: states and themes, municipalities and goals, a place's card, own layers, comments."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.model import Layer, LayerMeta
from spatial.record.events import Author, Draft, Target, event_of
from spatial.settings import Title
from spatial.texts import LANGUAGES, number
from spatial.views.map_comments import map_comments
from spatial.views.own_layers import MOST, own_on_map
from spatial.views.themes import DIRECTIONS, STATES, theme_presets, visible
from spatial.views.webmap import draw
from spatial.views.webmap_facts import Facts
from spatial.views.webmap_links import findings, goals, goals_of, municipalities_of
from spatial.views.webmap_places import municipality_sections, node_minutes, served, whole_minutes


def layer_of(data, name):
    return next(layer for layer in data["layers"] if layer["id"] == name)


def test_states_of_a_theme(embedded):
    image = embedded.image
    for theme, wanted in DIRECTIONS.items():
        present, direction, both = (visible(image, theme, state) for state in STATES)
        assert set(present) == set(direction) == set(both)
        assert not [key for key, on in present.items() if on and key.startswith("inriktning")]
        on = {key.partition("/")[0] for key, shown in direction.items() if shown}
        assert on & wanted == wanted & set(image.layers)
        assert not on & {"strak", "rutnat", "service"}
        assert both == {key: present[key] or direction[key] for key in present}
    presets = theme_presets(image, "sv")
    assert presets[0]["i"] == "helheten"
    assert set(presets[0]["on"]) == set(STATES)


def test_each_thing_belongs_to_its_municipalities(embedded):
    image = embedded.image
    assert municipalities_of(image, image.layers["kommuner"]) == list(image.layers["kommuner"].frame.index)
    borders = image.layers["granser"]
    told = municipalities_of(image, borders)
    assert [row.split(";") for row in told] == borders.frame[["plan_a", "plan_b"]].to_numpy().tolist()
    corridors = dict(
        zip(image.layers["strak"].frame.index, municipalities_of(image, image.layers["strak"]), strict=True)
    )
    outlines = image.layers["kommuner"].geo.geometry
    for key, shape in image.layers["strak"].geo.geometry.items():
        assert set(filter(None, corridors[key].split(";"))) == {
            c for c, area in outlines.items() if area.intersects(shape)
        }
    assert municipalities_of(image, image.layers["vatten"]) is None
    wanted = image.layers["inriktning_noder"]
    nodes = image.layers["noder"].frame["municipality_code"]
    told = dict(zip(wanted.frame.index, municipalities_of(image, wanted), strict=True))
    unplanned = wanted.frame.index[wanted.frame["plans"] == ""]
    assert len(unplanned) > 10
    assert all(
        nodes[key] in told[key].split(";") for key in unplanned if not image.layers["noder"].frame["outside"][key]
    )


def test_goals_are_those_of_the_matrix(embedded):
    image = embedded.image
    claims = image.indicators["matris_ansprak"]
    for name in ("planomraden", "planinriktning"):
        layer = image.layers[name]
        served_by, against = goals_of(image, layer)
        assert served_by == claims.loc[layer.frame.index, "supports"].fillna("").tolist()
        assert against == claims.loc[layer.frame.index, "against"].fillna("").tolist()
    cells = image.indicators["matris"].set_index(["plan_id", "goal"])["verdict"]
    municipalities = image.layers["kommuner"]
    supported, opposed = goals_of(image, municipalities)
    for code, one, other in zip(municipalities.frame.index, supported, opposed, strict=True):
        assert all(cells[code, goal] == "stödjer" for goal in one.split(";") if goal)
        assert all(cells[code, goal] == "motverkar" for goal in other.split(";") if goal)
    assert sum(bool(one) for one in supported) == (cells == "stödjer").groupby(level=0).any().sum()
    assert goals_of(image, image.layers["stationer"]) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_goals_say_whether_they_are_spatial(embedded, lang):
    told = goals(embedded.image, lang)
    in_force = embedded.image.settings.strategy.in_force()
    assert [goal["i"] for goal in told] == [goal.id for goal in in_force]
    assert [goal.get("s", False) for goal in told] == [goal.rule is not None for goal in in_force]


def test_findings_can_be_gone_to(embedded):
    image = embedded.image
    data = draw(image).data
    known = {(layer["id"], feature["i"]) for layer in data["layers"] for feature in layer["features"]}
    told = findings(image, "sv")
    tables = image.indicators
    names = ("rekommendationer", "granser", "konflikter", "plan_granskning")
    assert len(told) == sum(len(tables[name]) for name in names)
    assert all((one["l"], one["i"]) in known for one in told if "l" in one)
    codes = set(image.layers["kommuner"].frame.index)
    assert all(set(one["m"].split(";")) & codes for one in told)


def test_a_card_speaks_the_readers_language(embedded):
    image = embedded.image
    titles = {title.title.sv: title.title.en for title in image.settings.recommendations.templates}
    kinds = {"Konflikt": "Conflict", "Länk som stannar": "Link that stops", "Synergi": "Synergy"}
    swedish, english = ([one["t"] for one in findings(image, lang)] for lang in ("sv", "en"))
    told = [(one, other) for one, other in zip(swedish, english, strict=True) if one in titles or one in kinds]
    assert len(told) > 50
    assert all(other == {**titles, **kinds}[one] for one, other in told)
    facts = dict(zip(image.layers["noder"].frame.index, Facts(image, "en").of(image.layers["noder"]), strict=True))
    assert {"Hospital", "Grocery store", "Pharmacy"} <= set(dict(facts["2481-lycksele"])["Services"].split(", "))


def test_a_conflict_tells_how_large_it_is(embedded):
    image = embedded.image
    for name, unit in (("konflikter", "ha"), ("konflikter_linjer", "km")):
        layer = image.layers[name]
        told = [dict(facts)["Storlek"] for facts in Facts(image, "sv").of(layer)]
        assert told == [f"{number(value, 1)}\u00a0{unit}" for value in layer.frame["measure"]]
        assert set(layer.frame["unit"]) == {unit}


def test_node_minutes_are_those_of_the_nearest_cell(embedded):
    image = embedded.image
    nodes, cells = image.layers["noder"], image.layers["rutnat"].geo
    rows = dict(zip(nodes.frame.index, node_minutes(image, nodes), strict=True))
    services = served(image)
    key = next(key for key, row in rows.items() if row)
    nearest = cells.distance(nodes.geo.geometry.loc[key]).idxmin()
    for service, (near, second, unsure, *spans) in zip(services, rows[key], strict=True):
        assert near == whole_minutes(cells.loc[[nearest], f"{service}_min"].to_numpy(float))[0]
        assert second == whole_minutes(cells.loc[[nearest], f"{service}_second_min"].to_numpy(float))[0]
        assert unsure == int(cells.loc[nearest, f"{service}_uncertain"])
        assert second < 0 or second >= near
        assert all(low <= high for low, high in filter(None, spans))


def test_minutes_beyond_a_limit_are_not_told_as_within():
    assert whole_minutes(np.array([29.2, 30.0, 30.001, np.inf, np.nan])).tolist() == [30, 30, 31, -1, -2]


def test_municipality_card_has_the_shares_of_the_tables(embedded):
    table = embedded.image.indicators["service_inom"]
    sections = municipality_sections(embedded.image, "sv")
    own = table[(table["zone"] == "2404") & table["share"].notna()]
    people = dict(sections["2404"][0]["r"])["Invånare"]
    assert people.startswith("ca")
    rows = sections["2404"][-1]["r"]
    assert len(rows) == len(own)
    for (_, value), row in zip(rows, own.to_dict("records"), strict=True):
        assert value.startswith(f"{100 * row['share']:.0f}\u00a0%")


def test_second_nearest_and_uncertain_reach_the_script(embedded):
    import base64

    data = draw(embedded.image).data
    frame = embedded.image.layers["rutnat"].frame
    frame = frame[frame["population_inv"].fillna(0) > 0]
    bits = np.frombuffer(base64.b64decode(data["cells"]["unsure"]), "<i4")
    for place, service in enumerate(data["served"]):
        content = base64.b64decode(data["cells"]["second"][service])
        second = np.frombuffer(content, f"<u{len(content) // len(frame)}").astype(int) - 2
        assert (second == whole_minutes(frame[f"{service}_second_min"].to_numpy(float))).all()
        assert ((bits >> place & 1) == frame[f"{service}_uncertain"].to_numpy(bool)).all()


def own(count, shape=shapely.Point, **columns):
    meta = LayerMeta(Title(sv="Mitt"), "other", "mätt", 2024, "Kommunen", "Kommunen", "okänd")
    place = [shape(720_000 + i, 7_150_000) for i in range(count)]
    frame = gpd.GeoDataFrame(
        columns, geometry=place, crs=3006, index=pd.Index([str(i) for i in range(count)], name="id")
    )
    return Layer("eget_mitt", meta, frame, "x", rows_read=count)


def test_own_layer_is_drawn_with_its_columns(image):
    made = own_on_map(own(2, name=["Åsele", None], plats=[3.0, np.nan], fritt=["<b>", ""]), image, "sv")
    first, second = made["layer"]["features"]
    assert first["n"] == "Åsele"
    assert first["f"] == [["plats", "3"], ["fritt", "<b>"]]
    assert (second["n"], second["f"]) == ("", [])
    assert made["entries"][0]["criterion"] == "Kommunen, 2024. okänd"
    assert made["left_out"] == 0


def test_own_layer_too_large_to_draw_says_so(image):
    made = own_on_map(own(MOST + 5), image, "sv")
    assert (len(made["layer"]["features"]), made["left_out"]) == (MOST, 5)
    assert made["entries"][0]["criterion"].startswith("Bara 3\u00a0000 av 3\u00a0005 ritas. ")


def said(text, *, organisation="municipality", code="2404", kind="comment", **payload):
    draft = Draft(
        Author("Ann", organisation, "planner", code), kind, Target("noder", "2404-vindeln"), {"text": text, **payload}
    )
    return event_of(draft, version=1, time="2026-01-02T03:04:05.000000Z")


def test_comments_say_who_and_keep_their_words():
    rows = map_comments(
        [said("<script>", code="2404"), said("Ja", organisation="region", code="")], {"2404": "Vindeln"}, "sv"
    )
    assert {row["who"] for row in rows} == {"Ann, Vindeln", "Ann, region"}
    assert {row["text"] for row in rows} == {"<script>", "Ja"}
    assert {(row["layer"], row["feature"], row["time"]) for row in rows} == {("noder", "2404-vindeln", "2026-01-02")}


def test_image_without_plans_has_no_direction(image):
    data = draw(replace(image, layers={"kommuner": image.layers["kommuner"]})).data
    assert not data["directed"]
    assert data["findings"] == []
    assert data["goals"] == []
