"""A small made-up region for the views: two municipalities, a few places, one corridor, twelve cells."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from shapely.geometry import LineString, Point, box

from spatial.inputs.config import read_settings
from spatial.model import Grid, Layer, LayerMeta, Omission, Provenance, StructureImage
from spatial.settings import ServiceType, Settings, Title

WEST, SOUTH = 700_000, 7_080_000


SERVICES = (
    ServiceType(id="grocery", title=Title(sv="Livsmedel", en="Groceries"), basic=True),
    ServiceType(id="health_centre", title=Title(sv="Vårdcentral"), basic=True),
    ServiceType(id="hospital", title=Title(sv="Sjukhus")),
)
CRITERIA = {
    "regional_core": "≥ 30 000 inv, alla servicetyper",
    "municipal_centre": "centralort, vårdcentral, apotek",
}


def make_settings() -> Settings:
    """Return the embedded region's settings with three services and steps that the tests' minutes are made for."""
    own = read_settings()
    levels = [
        level.model_copy(update={"criterion": Title(sv=CRITERIA.get(level.id, level.criterion.sv))})
        for level in own.hierarchy.levels
    ]
    return own.model_copy(
        update={
            "services": list(SERVICES),
            "thresholds": [],
            "access": own.access.model_copy(update={"colour_steps_min": [5.0, 15.0, 30.0, 45.0, 60.0, 90.0]}),
            "hierarchy": own.hierarchy.model_copy(update={"levels": levels}),
        }
    )


def make_layer(layer_id, frame, *, status="mätt", role="", grid=None, provider="SCB", title=None, raster=None):
    meta = LayerMeta(Title(sv=title or layer_id), role, status, 2021, f"{provider}, provdata", provider, "CC0")
    return Layer(layer_id, meta, frame, f"print-{layer_id}", grid=grid, raster=raster)


def _frame(rows, ids):
    return gpd.GeoDataFrame(rows, index=pd.Index(ids, name="id"), geometry="geometry", crs="EPSG:3006")


def _cells():
    grid = Grid("EPSG:3006", Affine(1000, 0, WEST, 0, -1000, SOUTH + 60_000), (60, 60))
    row, col = (
        np.array([5, 5, 6, 20, 20, 40, 41, 42, 43, 44, 50, 50]),
        np.array([5, 6, 6, 9, 30, 40, 41, 42, 43, 44, 3, 4]),
    )
    x, y = grid.centre(row, col)
    frame = _frame(
        {
            "row": row,
            "col": col,
            "population_inv": [3.0, 4.0, 5.0, 25.0, 150.0, 1200.0, 80.0, 19.0, 20.0, 7.0, 1.0, 99.0],
            "municipality_code": ["2480"] * 6 + ["2482"] * 6,
            "grocery_min": [1.0, 5.0, 5.01, 15.0, 30.0, 44.0, 61.0, 95.0, np.inf, 2.0, 3.0, 4.0],
            "grocery_uncertain": [False] * 10 + [True, True],
            "hospital_min": np.linspace(0, 120, 12),
            "geometry": gpd.points_from_xy(x, y),
        },
        [f"r{i}" for i in range(12)],
    )
    return make_layer("rutnat", frame, grid=grid, provider="Eurostat")


def make_image(names=None, *, omissions=("land_use",)) -> StructureImage:
    """Return the image; ``names`` replaces the names of everything that has one, in turn."""
    given = list(names or [])
    used = iter(range(10**6))

    def name(own):
        return given[next(used) % len(given)] if given else own

    kommuner = _frame(
        {
            "name": [name("Umeå"), name("Skellefteå")],
            "population_inv": [130_224.0, 72_589.0],
            "official_land_km2": [2316.5, 6799.4],
            "area_error_share": [0.009, 0.056],
            "geometry": [
                box(WEST, SOUTH, WEST + 60_000, SOUTH + 30_000),
                box(WEST, SOUTH + 30_000, WEST + 60_000, SOUTH + 60_000),
            ],
        },
        ["2480", "2482"],
    )
    places = [
        ("Umeå", "regional_core", 92_000, 30, 10),
        ("Lycksele", "subregional_core", 8_600, 12, 25),
        ("Sävar", "service_node", 2_900, 34, 14),
    ]
    places += [("Gumboda", "rural_node", 210, 40, 40), ("Tavelsjö", None, 400, 31, 22), ("Piteå", None, 23_000, 57, 68)]
    places += [(f"Ort {i}", "service_node", 500 + i, 28 + i % 5 * 2, 6 + i // 5 * 3) for i in range(14)]
    noder = _frame(
        {
            "name": [name(place[0]) for place in places],
            "level": [place[1] for place in places],
            "population_inv": [float(place[2]) for place in places],
            "municipality_code": ["2480"] * len(places),
            "services": [name("grocery;hospital")] * len(places),
            "stability_share": [0.925] * len(places),
            "outside": [place[0] == "Piteå" for place in places],
            "geometry": [Point(WEST + place[3] * 1000, SOUTH + place[4] * 1000) for place in places],
        },
        [f"n{i}" for i in range(len(places))],
    )
    strak = _frame(
        {
            "name": [name("E4 Umeå–Skellefteå"), name("Stambanan")],
            "number": ["E4", ""],
            "level": ["regional", "regional"],
            "length_m": [137_000.0, 80_000.0],
            "minutes_min": [92.4, 60.0],
            "people_inv": [123_456.0, 40_000.0],
            "places": [name("Umeå, Sävar"), "Umeå"],
            "mode": ["väg", "järnväg"],
            "geometry": [
                LineString([(WEST + 30_000, SOUTH + 10_000), (WEST + 45_000, SOUTH + 55_000)]),
                LineString([(WEST + 5_000, SOUTH + 10_000), (WEST + 12_000, SOUTH + 55_000)]),
            ],
        },
        ["s1", "s2"],
    )
    layers = [
        make_layer("kommuner", kommuner, role="municipalities"),
        _cells(),
        make_layer("noder", noder),
        make_layer("strak", strak, status="modellerat"),
    ]
    missing = tuple(Omission(f"step_{role}", role) for role in omissions)
    provenance = Provenance((), {}, missing, "fingerprint")
    return StructureImage({layer.id: layer for layer in layers}, {}, provenance, make_settings())


@pytest.fixture(scope="session")
def image() -> StructureImage:
    return make_image()


@pytest.fixture(scope="session")
def build_image():
    """Give the maker of small images: ``names`` for everything that has a name, ``omissions`` by role."""
    return make_image
