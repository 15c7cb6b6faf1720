"""The illustrative plans: whole coverage, marked as examples, and exactly what the list says is planted."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from spatial.analysis.example_faults import shared_border, spot
from spatial.analysis.example_plans import example_plans
from spatial.analysis.plans import apply_mapping
from spatial.analysis.readiness import check_plan, measured
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
from spatial.inputs.mapping import read_mapping
from spatial.storage import bundled
from spatial.texts import number

AREA_RULES = {"sliver": "tackning-lucka", "overlap": "tackning-overlapp", "silent": "tackning-lucka"}


@pytest.fixture(scope="module")
def made():
    settings = read_settings()
    wanted = {"municipalities", "localities", "water", "rivers", "roads", "airports"}
    specs = [spec for spec in settings.layers if spec.role in wanted]
    layers = {
        layer.meta.role: layer.geo for layer in read_layers(settings.model_copy(update={"layers": specs})).values()
    }
    municipalities = layers["municipalities"].loc[list(settings.region.municipalities)]
    places = layers["localities"]
    inside = places.sjoin(municipalities[["geometry"]].rename_axis("kommun"), predicate="within")
    places = places.loc[inside.index].assign(
        municipality_code=inside["kommun"], central=places["central"].fillna(0) > 0
    )
    ground = {name: layers[name] for name in ("water", "rivers", "roads", "airports")}
    raw = example_plans(municipalities, places, ground, None, settings.models.plans)
    frame, _ = apply_mapping(raw, settings.mappings["boverket"])
    return settings, municipalities, places, ground, raw, frame


def _checked(made, rules=None):
    settings, municipalities, _, ground, _, frame = made
    shores = [*ground["water"].geometry, *ground["rivers"].geometry]
    found = [
        check_plan(
            plan, municipalities.geometry.loc[code], rules or settings.readiness, pivot=settings.pivot, water=shores
        )
        for code, plan in frame.groupby("plan_id")
    ]
    return pd.concat(found)


def test_every_municipality_has_a_plan_that_says_it_is_an_example(made):
    settings, municipalities, *_, frame = made
    assert set(frame["plan_id"]) == set(municipalities.index)
    assert frame["name"].str.contains("exempel, inte kommunens plan").all()
    assert set(frame["aspect"]) == {"anvandning", "inriktning", "varde"}
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()
    uses = set(frame.loc[frame["aspect"] == "anvandning", "pivot"])
    assert set(settings.pivot.of_aspect("anvandning")) <= uses


def test_same_plans_again_and_inputs_untouched(made):
    settings, municipalities, places, ground, raw, _ = made
    before = places.copy()
    again = example_plans(municipalities.iloc[::-1], places.iloc[::-1], ground, None, settings.models.plans)
    pd.testing.assert_frame_equal(places, before)
    assert sorted(zip(raw["municipality"], raw.index, strict=True)) == sorted(
        zip(again["municipality"], again.index, strict=True)
    )
    assert again.area.sum() == pytest.approx(raw.area.sum())


@pytest.mark.parametrize("tolerance", [500.0, 5_000.0, 100_000.0])
def test_planted_areas_are_found_where_they_are_larger_than_the_tolerance(made, tolerance):
    settings, municipalities, places, *_ = made
    rules = settings.readiness.model_copy(
        update={
            "rules": [
                rule.model_copy(
                    update={
                        "parameters": {
                            name: p.model_copy(update={"value": tolerance}) if name == "area_m2" else p
                            for name, p in rule.parameters.items()
                        }
                    }
                )
                for rule in settings.readiness.rules
            ]
        }
    )
    found = _checked(made, rules)
    found = found[found["rule"].isin(set(AREA_RULES.values()))]
    wanted = []
    for item in settings.models.plans.planted:
        if item.kind not in AREA_RULES:
            continue
        where = spot(item, municipalities, places)
        if item.kind == "silent":
            band = shapely.buffer(where, item.width_m, cap_style="flat", join_style="mitre")
            area = shapely.intersection(band, municipalities.geometry.loc[item.other]).area
            wanted.append((item.other, AREA_RULES[item.kind], round(area)))
        else:
            assert where.area == pytest.approx(item.size)
            wanted.append((item.municipality, AREA_RULES[item.kind], round(item.size)))
    got = sorted(zip(found["plan_id"], found["rule"], found["measure"].round().astype(int), strict=True))
    assert got == sorted(row for row in wanted if row[2] > tolerance)


def test_other_findings_are_the_planted_ones(made):
    settings = made[0]
    found = _checked(made)
    others = found[~found["rule"].isin(set(AREA_RULES.values()))]
    rules = {
        "no_consideration": "hansyn-saknas",
        "unknown_code": "kategori-okand",
        "ambiguous_code": "kategori-tvetydig",
        "lis_off_shore": "lis-strand",
    }
    wanted = {(item.municipality, rules[item.kind]) for item in settings.models.plans.planted if item.kind in rules}
    assert set(zip(others["plan_id"], others["rule"], strict=True)) == wanted


def test_planted_borders_lie_on_the_border(made):
    settings, municipalities, places, *_, frame = made
    for item in settings.models.plans.planted:
        if item.other is None:
            continue
        line = spot(item, municipalities, places)
        border = shared_border(*municipalities.geometry.loc[[item.municipality, item.other]])
        assert line.length == pytest.approx(item.length_m)
        assert shapely.difference(line, shapely.buffer(border, 0.5)).length < 1
        assert border.distance(line) < 1e-6
        sides = frame[frame.index.str.contains(f":p-{item.id}")]
        assert set(sides["plan_id"]) == (
            {item.municipality}
            if item.kind in {"silent", "corridor_stops", "green_broken"}
            else {item.municipality, item.other}
        )
        if item.kind == "conflict":
            one, other = sides.sort_index().geometry
            assert shapely.intersection(one, other).length == pytest.approx(item.size, rel=0.01)


def test_neighbours_agree_where_nothing_is_planted(made):
    settings, municipalities, places, ground, *_ = made
    clean = settings.models.plans.model_copy(update={"planted": []})
    raw = example_plans(municipalities, places, ground, None, clean)
    frame, unknown = apply_mapping(raw, settings.mappings["boverket"])
    assert unknown.empty
    shores = [*ground["water"].geometry, *ground["rivers"].geometry]
    for code, plan in frame.groupby("plan_id"):
        assert check_plan(plan, municipalities.geometry.loc[code], settings.readiness, water=shores).empty
    one, other = municipalities.geometry.loc[["2480", "2460"]]
    points = [shared_border(one, other).interpolate(share / 20, normalized=True) for share in range(1, 20)]
    uses = frame[(frame["aspect"] == "anvandning") & (frame.area > 0)]
    for point in points:
        near = uses[uses.distance(point) < 1]
        assert set(near.loc[near["plan_id"] == "2480", "pivot"]) & set(near.loc[near["plan_id"] == "2460", "pivot"])


def _rows(page, columns):
    lines = (bundled("docs", page)).read_text(encoding="utf-8").splitlines()
    start = lines.index("## Ett räknat exempel")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:] if line.startswith("|")]
    return [row for row in rows[2:] if len(row) == columns]


def test_worked_example_of_the_readiness_page(made):
    found = _checked(made)
    shown = [measured(value, unit) for value, unit in zip(found["measure"], found["unit"], strict=True)]
    got = sorted(zip(found["plan_id"], found["rule"], shown, strict=True))
    assert got == sorted(tuple(row) for row in _rows("granskning.md", 3))


def test_every_rule_stands_on_the_readiness_page(made):
    page = bundled("docs", "granskning.md").read_text(encoding="utf-8")
    assert all(rule.id in page for rule in made[0].readiness.rules)
    assert "inte planen mot någon föreskrift" in page


def test_worked_example_of_the_mapping_page():
    page = bundled("docs", "planer.md").read_text(encoding="utf-8")
    given = page.partition("kod;bredd_m;djup_m\n")[2].partition("```")[0].split()
    sizes = [line.split(";") for line in given]
    shapes = [shapely.box(n * 9000, 0, n * 9000 + float(w), float(d)) for n, (_, w, d) in enumerate(sizes)]
    codes = [code for code, _, _ in sizes]
    raw = gpd.GeoDataFrame({"municipality": "no", "code": codes}, geometry=shapes, crs=3006, index=codes)
    frame, unknown = apply_mapping(raw, read_mapping("sosi"))
    got = [
        [row.code, "1", number(row.geometry.area / 1e6, 2), row.pivot, row.pivot_options or ""]
        for row in frame.itertuples()
    ]
    assert got == _rows("planer.md", 5)
    assert unknown["code"].tolist() == ["9999"]
