"""Plans of neighbours outside the region: compared at the border, in any CRS and classification, and nowhere else."""

import json
import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from spatial.errors import LayerError
from spatial.inputs.config import read_settings
from spatial.views.wording import is_example

REGION = runpy.run_path(str(Path(__file__).with_name("own_region.py")))
outlines = pytest.fixture(scope="module", name="outlines")(REGION["outlines"])


def strip(outline, line, depth_m=900):
    return shapely.intersection(outline, shapely.buffer(line, depth_m, cap_style="flat"))


def saved(folder, name, rows, crs="EPSG:3006"):
    codes, shapes = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame({"OBJ": [f"o{n}" for n in range(len(rows))], "KOD": codes, "TID": "framtida"},
                             geometry=list(shapes), crs=3006)  # fmt: skip
    frame.to_crs(crs).to_file(folder / f"{name}.gpkg", layer="ytor")


def written(folder, layers, **models):
    said = [
        REGION["LAYER"].format(
            id=name, title=title, role=role, crs=crs, more=more, columns=", time: TID" if role == "plans" else ""
        )
        for name, title, role, crs, more in layers
    ]
    return REGION["composed"](folder, said, json.dumps(models))[0]


def abroad(outlines):
    """Return the north-western border of Storuman as a line, and a made-up Norwegian neighbour of it."""
    storuman = outlines["2421"]
    side = shapely.difference(storuman.boundary, shapely.buffer(shapely.union_all(outlines.drop("2421")), 500))
    line = max(shapely.get_parts(shapely.line_merge(side)), key=shapely.length)
    country = shapely.difference(shapely.buffer(line, 15_000), shapely.buffer(shapely.union_all(outlines), 0.0))
    return line, max(shapely.get_parts(country), key=shapely.area)


@pytest.mark.parametrize("crs", ["EPSG:25833", "EPSG:25832", "EPSG:4326"])
def test_a_norwegian_neighbour_in_its_own_classification(tmp_path, outlines, crs):
    line, country = abroad(outlines)
    piece = shapely.ops.substring(line, line.length / 2 - 1_500, line.length / 2 + 1_500)
    works = strip(outlines["2421"], piece)
    homes = strip(country, piece)
    saved(
        tmp_path, "op_2421", [("Landsbygd", outlines["2421"].difference(works)), ("Verksamheter och industri", works)]
    )
    saved(tmp_path, "op_1833", [("3020", country.difference(homes)), ("1110", homes)], crs)
    image = written(tmp_path, [
        ("op_2421", "ÖP Storuman", "plans", "EPSG:3006", '    constants: {municipality: "2421"}\n'),
        ("op_1833", "Kommuneplan", "plans", crs,
         '    constants: {municipality: "1833", municipality_name: Rana}\n    mapping: sosi\n'),
    ], land_use=read_settings().models.land_use.model_dump(mode="json"))  # fmt: skip
    found = image.indicators["granser"]
    worst = found[found["severity"] == 3].iloc[0]
    assert (worst["plan_a"], worst["plan_b"], worst["municipality_a"], worst["municipality_b"]) == (
        "1833", "2421", "Rana", "Storuman")  # fmt: skip
    assert (worst["feature_a"], worst["feature_b"]) == ("1833:o1", "2421:o1")
    assert worst["length_m"] == pytest.approx(3_000, rel=0.1)
    assert set(image.layers["planomraden"].frame["plan_id"]) == {"2421"}
    assert image.layers["markanvandning"].meta.status == "modellerat"
    assert image.layers["planomraden"].meta.status == "mätt"
    assert image.layers["granser"].meta.status == "mätt"
    assert not any(is_example(layer.meta) for layer in image.layers.values())
    beside = image.layers["grannplaner"]
    assert (set(beside.frame["plan_id"]), set(beside.frame["municipality_name"])) == ({"1833"}, {"Rana"})
    assert beside.geo.area.sum() == pytest.approx(country.area, rel=0.01)
    for name in ("matris", "plan_granskning", "konflikter"):
        assert "1833" not in set(image.indicators[name].get("plan_id", []))
    advice = image.indicators["rekommendationer"]
    told = advice[advice["finding"] == worst.name].iloc[0]
    assert told["plans"] == "1833;2421"
    assert "Rana" in " ".join(map(str, told))
    assert {"1833:o1", "2421:o1"} == set(told["evidence"].split(";"))
    assert set(";".join(advice["plans"]).split(";")) == {"1833", "2421"}


def test_a_plan_of_the_next_county_is_known_by_where_it_lies(tmp_path, outlines):
    one, other = outlines["2401"], outlines["2284"]
    border = shapely.line_merge(shapely.intersection(one.boundary, other.boundary))
    middle = shapely.ops.substring(border, border.length / 2 - 1_000, border.length / 2 + 1_000)
    homes, works = strip(one, middle), strip(other, middle)
    saved(tmp_path, "op_2401", [("Landsbygd", one.difference(homes)), ("Sammanhängande bostadsbebyggelse", homes)])
    saved(tmp_path, "op_y", [("Landsbygd", other.difference(works)), ("Verksamheter och industri", works)])
    layers = [("op_2401", "ÖP Nordmaling", "plans", "EPSG:3006", ""), ("op_y", "ÖP", "plans", "EPSG:3006", "")]
    image = written(tmp_path, layers)
    found = image.indicators["granser"]
    assert found[["plan_a", "plan_b", "municipality_a", "kind"]].to_numpy().tolist() == [
        ["2284", "2401", "Örnsköldsvik", "konflikt"]
    ]
    assert found["length_m"].iloc[0] == pytest.approx(2_000, rel=0.1)
    assert set(image.layers["planomraden"].frame["plan_id"]) == {"2401"}
    assert "2284" not in set(image.indicators["plan_granskning"].get("plan_id", []))


def test_only_a_neighbours_plan_is_an_error_that_says_what_to_do(tmp_path, outlines):
    saved(tmp_path, "op_y", [("Landsbygd", outlines["2284"])])
    with pytest.raises(LayerError, match="utanför regionen"):
        written(tmp_path, [("op_y", "ÖP", "plans", "EPSG:3006", "")])


def test_a_plan_beyond_every_outline_is_nobodys_here(tmp_path, outlines):
    _, country = abroad(outlines)
    saved(tmp_path, "op_2421", [("Landsbygd", outlines["2421"])])
    saved(tmp_path, "nabo", [("3020", country)], "EPSG:25832")
    image = written(tmp_path, [
        ("op_2421", "ÖP Storuman", "plans", "EPSG:3006", ""),
        ("nabo", "Naboplan", "plans", "EPSG:25832", "    mapping: sosi\n"),
    ])  # fmt: skip
    assert set(image.layers["planomraden"].frame["plan_id"]) == {"2421"}
    pairs = image.indicators["granser_langd"]
    assert pairs[["plan_a", "plan_b"]].to_numpy().tolist() == [["2421", "nabo"]]


def across(border, area, aside_m, fall=0.0):
    """Return a way from west to east over a border, a tenth along it and so far aside, as far as a plan reaches.

    ``fall``: how far south it goes, of how far east.
    """
    at = shapely.line_interpolate_point(border, 0.1, normalized=True)
    ends = [(at.x + dx, at.y + aside_m - fall * dx) for dx in (-20_000, 20_000)]
    whole = shapely.LineString(ends)
    return max(shapely.get_parts(shapely.intersection(whole, area)), key=shapely.length)


def test_a_plan_is_measured_in_the_outline_that_came_with_it(tmp_path, outlines):
    """The plan follows a line of its own, 600 m west, given as a layer; its gap along it is silence, and seen.

    Two ways come to the land between and would bend there: whether they are one cannot be seen, and that is a layer.
    """
    own = {code: shapely.transform(outlines[code], lambda xy: xy - np.array([600.0, 0.0])) for code in ("2421", "2422")}
    border = shapely.line_merge(shapely.intersection(own["2421"].boundary, own["2422"].boundary))
    middle = shapely.ops.substring(border, border.length / 2 - 1_500, border.length / 2 + 1_500)
    gap = strip(own["2421"], middle)
    saved(tmp_path, "op_2421", [("Landsbygd", own["2421"].difference(gap))])
    saved(tmp_path, "op_2422", [("Landsbygd", outlines["2422"])])
    saved(tmp_path, "vag_2421", [("Transportinfrastruktur", across(border, own["2421"], 0))])
    saved(tmp_path, "vag_2422", [("Transportinfrastruktur", across(border, outlines["2422"], 380, fall=1.0))])
    saved(tmp_path, "granser_op", list(own.items()))
    plans = [(f"{what}_{code}", "ÖP", "plans", "EPSG:3006", f'    constants: {{municipality: "{code}"}}\n')
             for what in ("op", "vag") for code in own]  # fmt: skip
    without = written(tmp_path, plans).indicators["granser"]
    assert without.empty
    image = written(tmp_path, [*plans, ("granser_op", "Gränser", "plan_outlines", "EPSG:3006", "")])
    found = image.indicators["granser"]
    assert found[["kind", "silent"]].to_numpy().tolist() == [["tyst plan", "2421"]]
    assert found["length_m"].iloc[0] == pytest.approx(middle.length, rel=0.05)
    layer = image.layers["granser_osakra"]
    assert set(layer.frame["kind"]) == {"osäker matchning"}
    assert set(layer.frame["suspected"]) == {"länk som stannar"}
    assert set(layer.frame["feature_a"] + layer.frame["feature_b"]) == {"2421:vag_2421-o0", "2422:vag_2422-o0"}
    assert set(layer.frame["municipality_a"] + layer.frame["municipality_b"]) == {"StorumanSorsele"}
    assert layer.frame.index.tolist() == image.indicators["granser_osakra"].index.tolist()
    assert layer.meta.status == "mätt"
