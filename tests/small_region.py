"""A small region of every role, written as files and settings: what a user would bring, in a second."""

import json
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from spatial.inputs.documents import read_document
from spatial.storage import bundled

WEST, SOUTH = 700_000, 7_080_000
CODES = {"2480": "Söderkommun", "2482": "Norrkommun"}
PLACES = {"a": ("Åby", 3000, 2), "b": ("Överby", 900, 18), "c": ("Norrby", 1500, 27), "d": ("Fjällby", 300, 37)}


def xy(column, row):
    """Return the centre of a kilometre square of the region."""
    return WEST + 1000 * column + 500, SOUTH + 1000 * row + 500


def frame(columns, geometry, crs="EPSG:3006"):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=crs)


def municipalities():
    boxes = [shapely.box(WEST, SOUTH + low, WEST + 20_000, SOUTH + low + 20_000) for low in (0, 20_000)]
    return frame({"kod": list(CODES), "namn": list(CODES.values()), "del": ["Syd", "Nord"]}, boxes)


def cells():
    rng = np.random.default_rng(7)
    columns, rows = (part.ravel() for part in np.meshgrid(np.arange(8, 13), np.arange(1, 40)))
    squares = [shapely.box(x - 500, y - 500, x + 500, y + 500) for x, y in map(xy, columns, rows)]
    ids = [f"{WEST + 1000 * c:06d}{SOUTH + 1000 * r:07d}" for c, r in zip(columns, rows, strict=True)]
    return frame({"rutid": ids, "folk": rng.integers(1, 90, len(ids))}, squares)


def places():
    names, people, rows = zip(*PLACES.values(), strict=True)
    points = [shapely.Point(xy(10, row)) for row in rows]
    return frame({"kod": list(PLACES), "namn": list(names), "folk": list(people)}, points)


def roads():
    ends = [(10, row) for _, _, row in PLACES.values()] + [(10, 60)]
    lines = [shapely.LineString([xy(*one), xy(*other)]) for one, other in pairwise(ends)]
    side = shapely.LineString([xy(10, 18), xy(2, 18)])
    classes = ["riksvag"] * len(lines) + ["lansvag"]
    return frame({"lank": [f"l{n}" for n in range(len(classes))], "klass": classes}, [*lines, side])


def tables(folder):
    (folder / "folk.csv").write_text("kod,folk\n2480,3900\n2482,1800\n", encoding="utf-8")
    (folder / "areor.csv").write_text("kod,land,vatten\n2480,390,10\n2482,400,0\n", encoding="utf-8")
    (folder / "pendling.csv").write_text("fran,till,antal\n2480,2482,120\n2482,2480,80\n", encoding="utf-8")
    (folder / "service.csv").write_text(
        "id,namn,slag,x,y\n"
        + "\n".join(
            f"s{number},{name},{kind},{xy(10, row)[0]},{xy(10, row)[1]}"
            for number, (name, kind, row) in enumerate(
                [("Sjukhuset", "hospital", 2), ("Handlarn", "livs", 18), ("Livs", "livs", 27), ("Skolan", "school", 2)]
            )
        ),
        encoding="utf-8",
    )


def files(folder):
    """Write every layer's file."""
    south, north = (shapely.box(WEST, SOUTH + low, WEST + 20_000, SOUTH + low + 20_000) for low in (0, 20_000))
    lake = shapely.box(*xy(14, 5), *xy(17, 9))
    layers = {
        "kommuner": municipalities(),
        "fa": frame({"kod": ["1"], "namn": ["FA"]}, [shapely.union(south, north)]),
        "rutor": cells(),
        "orter": places(),
        "utanfor": frame(
            {"kod": ["u"], "namn": ["Utby"], "folk": [2000], "har": ["pharmacy;hospital"]}, [shapely.Point(xy(10, 60))]
        ),
        "vagar": roads(),
        "jarnvag": frame({"kod": ["j1"]}, [shapely.LineString([xy(10, 2), xy(10, 18), xy(10, 37)])]),
        "stationer": frame({"kod": ["t1"], "namn": ["Åby C"]}, [shapely.Point(xy(10, 2))]),
        "flyg": frame({"kod": ["f1"], "namn": ["Fältet"]}, [shapely.Point(xy(5, 5))]),
        "mark": frame({"kod": ["m1", "m2"], "slag": ["S", "J"]}, [south, north]),
        "sjoar": frame({"kod": ["v1"]}, [lake]),
        "alvar": frame({"kod": ["r1"]}, [shapely.LineString([xy(3, 1), xy(4, 38)])]),
        "land": frame({"kod": ["n1"]}, [shapely.box(*xy(-20, -20), *xy(60, 60))]),
        "hallplatser": frame({"kod": ["h1"], "turer": [12]}, [shapely.Point(xy(10, 3))]),
    }
    for name, content in layers.items():
        content.to_file(folder / f"{name}.geojson" if name == "orter" else folder / f"{name}.gpkg")
    tables(folder)


def spec(name, role, file, columns, **more):
    kind = "table" if file.endswith(".csv") else "file"
    reader = {"kind": kind, "path": file, **more.pop("reader", {})}
    return {
        "id": name, "title": {"sv": name}, "role": role, "status": "mätt", "year": 2021, "source": f"Källa {name}",
        "provider": "Prov", "licence": "CC0-1.0", "crs": "EPSG:3006", "reader": reader, "columns": columns, **more,
    }  # fmt: skip


def specs():
    return [
        spec("kommuner", "municipalities", "kommuner.gpkg", {"code": "kod", "name": "namn", "part": "del"}),
        spec("fa", "regions", "fa.gpkg", {"code": "kod", "name": "namn"}),
        spec("folk", "municipal_totals", "folk.csv", {"code": "kod", "population_inv": "folk"}),
        spec("areor", "official_areas", "areor.csv", {"code": "kod", "land_km2": "land", "inland_water_km2": "vatten"}),
        spec("orter", "localities", "orter.geojson", {"id": "kod", "name": "namn", "population_inv": "folk"}),
        spec(
            "utanfor", "outside_places", "utanfor.gpkg",
            {"id": "kod", "name": "namn", "population_inv": "folk", "services": "har"},
        ),
        spec("rutor", "population_grid", "rutor.gpkg", {"id": "rutid", "population_inv": "folk"}),
        spec(
            "service", "services", "service.csv", {"id": "id", "name": "namn", "service_type": "slag"},
            reader={"x": "x", "y": "y"}, classes={"livs": "grocery"},
        ),
        spec("vagar", "roads", "vagar.gpkg", {"id": "lank", "road_class": "klass"}),
        spec("jarnvag", "railways", "jarnvag.gpkg", {"id": "kod"}),
        spec("stationer", "stations", "stationer.gpkg", {"id": "kod", "name": "namn"}),
        spec("flyg", "airports", "flyg.gpkg", {"id": "kod", "name": "namn"}),
        spec(
            "mark", "land_use", "mark.gpkg", {"id": "kod", "category": "slag"}, classes={"S": "skog", "J": "jordbruk"}
        ),
        spec("sjoar", "water", "sjoar.gpkg", {"id": "kod"}),
        spec("alvar", "rivers", "alvar.gpkg", {"id": "kod"}),
        spec("land", "land", "land.gpkg", {"id": "kod"}),
        spec("hallplatser", "stops", "hallplatser.gpkg", {"id": "kod", "departures_per_day": "turer"}),
        spec(
            "pendling", "commuting", "pendling.csv",
            {"origin": "fran", "destination": "till", "commuters_inv": "antal"},
        ),
    ]  # fmt: skip


def number(value, unit):
    return {"value": value, "unit": unit, "source": "antagande", "why": ""}


def settings(layers, **region):
    """Return the settings as plain values; JSON is YAML too."""
    about = {
        "id": "liten", "title": {"sv": "Liten region"}, "year": 2021, "municipalities": list(CODES),
        "margin_m": number(50_000, "m"), "max_area_error_share": number(0.1, "andel"),
        "grid": {"size_m": number(1000, "m"), "max_outside_m": number(5000, "m")}, **region,
    }  # fmt: skip
    hierarchy = {**read_document(bundled("config", "standard.yaml")).values["hierarchy"], "runs": 3}
    return {
        "extends": "standard", "version": 1, "region": about, "models": {}, "layers": layers, "hierarchy": hierarchy,
    }  # fmt: skip


def make(folder: Path, *, without=(), change=None) -> Path:
    """Write the region's files and settings in ``folder``; ``change`` may alter the settings' values."""
    folder.mkdir(parents=True, exist_ok=True)
    files(folder)
    values = settings([layer for layer in specs() if layer["role"] not in without])
    if change:
        change(values)
    path = folder / "liten.yaml"
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1), encoding="utf-8")
    return path
