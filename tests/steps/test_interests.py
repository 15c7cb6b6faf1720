"""National interests as layers of their own: over every municipality's plan, from file to recommendation."""

import runpy
from functools import partial
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from spatial.views.columns import plain_table

REGION = runpy.run_path(str(Path(__file__).with_name("own_region.py")))
SHARED = 700.0
"""Metres that the given interest reaches into each new housing area, 1 km across."""


def saved(folder, name, rows):
    codes, shapes = zip(*rows, strict=True)
    ids = [f"o{n}" for n in range(len(rows))]
    frame = {"OBJ": ids, "KOD": codes, "TID": "framtida", "NAMN": [f"{name} {one}" for one in ids]}
    gpd.GeoDataFrame(frame, geometry=list(shapes), crs=3006).to_file(folder / f"{name}.gpkg")


@pytest.fixture(scope="module")
def homes():
    """Return two municipalities' outlines and a square kilometre in each."""
    outlines = REGION["outlines"]()
    inner = {code: outlines[code].representative_point() for code in ("2421", "2422")}
    return {code: (outlines[code], shapely.box(p.x, p.y, p.x + 1000, p.y + 1000)) for code, p in inner.items()}


def composed(folder, homes, reach_m=SHARED):
    """Return an image of two plans, with new housing partly on a given interest, and the layers it was made from."""
    for code, (outline, square) in homes.items():
        rows = [("Landsbygd", outline.difference(square)), ("Sammanhängande bostadsbebyggelse", square)]
        saved(folder, f"op_{code}", rows)
    herding = [shapely.box(*square.bounds[:2], square.bounds[0] + reach_m, square.bounds[3])
               for _, square in homes.values()]  # fmt: skip
    saved(folder, "riksintressen", [("Rennäring", herding[0]), ("Rennäring", herding[1]), ("Annat", herding[0])])
    told = partial(REGION["LAYER"].format, title="prov", crs="EPSG:3006")
    whose = '    constants: {{municipality: "{}"}}\n'
    layers = [told(id=f"op_{code}", role="plans", columns=", time: TID", more=whose.format(code)) for code in homes]
    classes = "    classes: {Rennäring: ri_rennaring}\n"
    layers.append(told(id="riksintressen", role="interests", columns=", name: NAMN", more=classes))
    return REGION["composed"](folder, layers)


@pytest.fixture(scope="module")
def image(tmp_path_factory, homes):
    return composed(tmp_path_factory.mktemp("interests"), homes)


def test_both_plans_meet_the_given_interest(image):
    found = plain_table(image[0], "konflikter")
    rows = found[found["rule"] == "bebyggelse_rennaring"].set_index("plan_id")
    assert rows["other"].to_dict() == {"2421": "riksintressen:o0", "2422": "riksintressen:o1"}
    assert rows["measure"].to_numpy() == pytest.approx([SHARED * 1000 / 1e4] * 2)


def test_a_use_that_says_nothing_of_the_given_interest_is_found(image):
    found = image[0].indicators["plan_granskning"]
    told = found[found["measure"].round(6) == SHARED * 1000]
    assert told["features"].tolist() == ["2421:o1", "2422:o1"]
    assert told["sentence"].str.contains("rennäring", case=False).all()


def test_the_layer_is_shown_as_given_and_an_unknown_code_is_told(image):
    made, read = image
    layer = made.layers["intressen"]
    assert (layer.meta.status, layer.meta.source) == ("mätt", "prov")
    assert layer.frame["pivot"].tolist() == ["ri_rennaring"] * 2
    (fault,) = [fault for fault in read["riksintressen"].faults if fault.count == 1 and "Annat" in fault.sentence()]
    assert fault.severity == "warning"


def test_only_the_advice_that_rests_on_a_changed_interest_changes(image, homes, tmp_path):
    before = image[0].indicators["rekommendationer"]
    again = composed(tmp_path, homes)[0].indicators["rekommendationer"]
    assert again["basis"].to_dict() == before["basis"].to_dict()
    longer = composed(tmp_path, homes, SHARED + 1)[0].indicators["rekommendationer"]
    changed = set(before.index[longer["basis"].reindex(before.index).to_numpy() != before["basis"].to_numpy()])
    assert changed == set(before.index[before["template"] == "inom_konflikt"])
    assert [before.loc[key, "evidence"] for key in sorted(changed)] == [
        "2421:o1;riksintressen:o0", "2422:o1;riksintressen:o1",
    ]  # fmt: skip
