"""National interests as layers of their own: over every municipality's plan, from file to recommendation."""

import geopandas as gpd
import pytest
import shapely

from spatial.image import compose
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
from spatial.views.columns import plain_table

LAYER = """  - id: {id}
    title: {{sv: "{id}"}}
    role: {role}
    status: mätt
    year: 2024
    source: prov
    provider: prov
    licence: CC0-1.0
    crs: EPSG:3006
    reader: {{kind: file, path: {id}.gpkg}}
    columns: {{id: OBJ, code: KOD, {more}
"""
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
    settings = read_settings()
    specs = [spec for spec in settings.layers if spec.role == "municipalities"]
    outlines = next(iter(read_layers(settings.model_copy(update={"layers": specs})).values())).geo.geometry
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
    whose = 'time: TID}}\n    constants: {{municipality: "{}"}}'
    layers = [LAYER.format(id=f"op_{code}", role="plans", more=whose.format(code)) for code in homes]
    of_all = "name: NAMN}\n    classes: {Rennäring: ri_rennaring}"
    layers.append(LAYER.format(id="riksintressen", role="interests", more=of_all))
    text = "extends: vasterbotten\nmodels: {}\nlayers:\n  - kommuner\n" + "".join(layers)
    (folder / "r.yaml").write_text(text, encoding="utf-8")
    settings = read_settings(folder / "r.yaml")
    read = read_layers(settings)
    return compose(settings, read), read


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
