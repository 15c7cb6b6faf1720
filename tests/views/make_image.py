"""A small structure image with a row of every kind, made by hand: what the views' tests draw and write."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

from spatial.geo import ANALYSIS_CRS, transform_xy
from spatial.inputs.config import read_settings
from spatial.model import Grid, Layer, LayerMeta, Omission, Provenance, Raster, StepRecord, StructureImage
from spatial.settings import Title

LEFT, BOTTOM = 700_000.0, 7_060_000.0
WIDE = 60_000.0


def settings():
    """Return the embedded region's settings under another name."""
    whole = read_settings("vasterbotten")
    region = whole.region.model_copy(
        update={
            "id": "provlanet",
            "title": Title(sv="Provlänet", en="Test county"),
            "municipalities": ["0114", "2401", "2480"],
        }
    )
    return whole.model_copy(update={"region": region, "layers": []})


def layer(name, title, frame, role, *, status="mätt", grid=None, raster=None):
    meta = LayerMeta(
        title=Title(sv=title),
        role=role,
        status=status,
        year=2021,
        source=f"Källan till {title.lower()} & <prov>",
        provider="Provverket",
        licence="CC0-1.0",
        lineage="Ritad för hand.",
        crs=ANALYSIS_CRS,
    )
    return Layer(name, meta, frame, f"seal-{name}", grid, raster, (), len(frame))


def frame(rows, geometry, ids, **named):
    return gpd.GeoDataFrame(
        rows, geometry=geometry, crs=ANALYSIS_CRS, index=pd.Index(ids, name=named.get("index", "id"))
    )


def xy(across, up):
    return LEFT + across * WIDE, BOTTOM + up * WIDE


def line(*places):
    return shapely.LineString([xy(*place) for place in places])


def cells(crs):
    """Return cells every second kilometre or so over the region, on a lattice in ``crs``."""
    size = 1000.0
    x, y = transform_xy(
        [LEFT, LEFT + WIDE, LEFT, LEFT + WIDE], [BOTTOM, BOTTOM, BOTTOM + WIDE, BOTTOM + WIDE], ANALYSIS_CRS, crs
    )
    west, top = np.floor(x.min() / size) * size, np.ceil(y.max() / size) * size
    shape = (int((top - np.floor(y.min() / size) * size) / size), int(np.ceil((x.max() - west) / size)))
    grid = Grid(crs, Affine(size, 0, west, 0, -size, top), shape)
    row, col = (values.ravel() for values in np.indices(shape))
    kept = (row * 7 + col * 3) % 5 < 2
    row, col = row[kept], col[kept]
    east, north = transform_xy(*grid.centre(row, col), crs, ANALYSIS_CRS)
    inside = (east > LEFT) & (east < LEFT + WIDE) & (north > BOTTOM) & (north < BOTTOM + WIDE)
    row, col, east, north = row[inside], col[inside], east[inside], north[inside]
    away = np.hypot(east - LEFT - WIDE / 2, north - BOTTOM - WIDE / 2) / 1000
    grocery = away * 3
    grocery[away > 38] = np.inf
    rows = {
        "row": row,
        "col": col,
        "population_inv": np.floor(3000 / (1 + away**2)) + 1,
        "municipality_code": np.where(
            east < LEFT + WIDE / 3, "0114", np.where(north < BOTTOM + WIDE / 2, "2401", "2480")
        ),
        "grocery_min": grocery,
        "grocery_id": np.where(np.isfinite(grocery), "butik", None),
        "grocery_uncertain": away > 30,
        "hospital_min": away * 4,
        "snap_m": away * 10,
    }
    rows["hospital_min"][:3] = np.nan
    ids = [f"r{r}k{c}" for r, c in zip(row, col, strict=True)]
    return frame(rows, shapely.points(east, north), ids), grid


def ground():
    box = lambda a, b, c, d: shapely.box(*xy(a, b), *xy(c, d))  # noqa: E731
    areas = [box(0, 0, 1 / 3, 1), box(1 / 3, 0, 1, 0.5), box(1 / 3, 0.5, 1, 1)]
    ids = ["0114", "2401", "2480"]
    names = ["Väster", "Örträsk", "Åsele"]
    rows = {
        "name": names,
        "part": [None, None, None],
        "area_km2": [a.area / 1e6 for a in areas],
        "official_land_km2": [1180.0, np.nan, 1200.5],
    }
    return {
        "kommuner": layer("kommuner", "Kommuner", frame(rows, areas, ids, index="code"), "municipalities"),
        "grannkommuner": layer(
            "grannkommuner",
            "Grannkommuner",
            frame({"name": ["Granne"]}, [box(-0.5, 0, 0, 1)], ["2300"]),
            "municipalities",
        ),
        "land": layer("land", "Land", frame({"name": ["Land"]}, [box(-0.6, -0.3, 1.1, 1.3)], ["l"]), "land"),
        "vatten": layer(
            "vatten",
            "Sjöar",
            frame({"name": ["Storsjön", None]}, [box(0.45, 0.6, 0.6, 0.75), box(1.0, 0, 1.05, 1)], ["s1", "s2"]),
            "water",
        ),
        "vattendrag": layer(
            "vattendrag", "Vattendrag", frame({"name": ["Ån"]}, [line((0.2, 1), (0.3, 0.4), (0.5, 0))], ["v"]), "rivers"
        ),
        "fa_regioner": layer(
            "fa_regioner", "FA-regioner", frame({"name": ["Provets FA"]}, [box(0, 0, 1, 1)], ["fa"]), "regions"
        ),
        "omland": layer(
            "omland",
            "Omland",
            frame(
                {"name": ["Staden"], "population_inv": [1234.0]},
                [shapely.Point(xy(0.6, 0.45)).buffer(15_000)],
                ["stad"],
            ),
            "hinterlands",
        ),
        "vita_flackar": layer(
            "vita_flackar",
            "Vita fläckar",
            frame(
                {
                    "kind": ["far", "unreachable"],
                    "people_inv": [55.0, 5.0],
                    "service": ["grocery", "hospital"],
                    "threshold_min": [15.0, 45.0],
                    "longest_min": [31.5, np.nan],
                },
                [box(0.05, 0.8, 0.2, 0.95), box(0.7, 0.1, 0.9, 0.2)],
                ["vit-1", "vit-2"],
            ),
            "white_spots",
        ),
    }


PLACES = (
    ("stad", "Staden", "regional_core", 91_000, 0.6, 0.45),
    ("del", "Delstad", "subregional_core", 9000, 0.8, 0.85),
    ("cent", "Åsele", "municipal_centre", 2500, 0.2, 0.55),
    ("serv", "Örträsk", "service_node", 700, 0.42, 0.2),
    ("land", "Lilla byn", "rural_node", 210, 0.85, 0.15),
    ("ovrig", '=HYPERLINK("x")', None, 90, 0.15, 0.2),
    ("ute", "Utort", "municipal_centre", 5000, -0.2, 0.5),
)


def structure():
    ids, names, levels, people, across, up = zip(*PLACES, strict=True)
    points = [shapely.Point(xy(a, b)) for a, b in zip(across, up, strict=True)]
    rows = {
        "name": names,
        "level": levels,
        "population_inv": people,
        "outside": [key == "ute" for key in ids],
        "services": ["grocery;hospital", "grocery", None, None, None, None, None],
        "stability_share": [1.0, 0.9, 0.8, 0.5, 0.6, None, None],
    }
    roads = [
        line((0.6, 0.45), (0.72, 0.62), (0.8, 0.85)),
        line((0.2, 0.55), (0.4, 0.5), (0.6, 0.45)),
        line((0.42, 0.2), (0.5, 0.3), (0.6, 0.45)),
        line((0.6, 0.45), (0.75, 0.3), (0.85, 0.15)),
    ]
    strak = {
        "level": ["regional", "subregional", "local", "local"],
        "number": ["E4", "E12", "363", None],
        "mode": ["väg", "väg", "väg", "järnväg"],
        "people_inv": [45_000.0, 20_000.0, 900.0, 1000.0],
        "length_m": [r.length for r in roads],
    }
    edges = {
        "number": ["E4", "E12", "363", ""],
        "road_class": ["europavag"] * 4,
        "ferry": [False] * 4,
        "length_m": [r.length for r in roads],
        "minutes_min": [10.0] * 4,
        "minutes_back_min": [10.0, np.inf, 10.0, 10.0],
    }
    spots = {"name": ["ICA", "+Coop"], "service_type": ["grocery", "grocery"], "status": ["mätt", "modellerat"]}
    return {
        "noder": layer("noder", "Noder", frame(rows, points, ids), "nodes"),
        "strak": layer("strak", "Stråk", frame(strak, roads, ["a", "b", "c", "d"]), "corridors", status="modellerat"),
        "vagnat": layer("vagnat", "Vägnät", frame(edges, roads, ["a", "b", "c", "d"]), "roads"),
        "jarnvag": layer(
            "jarnvag",
            "Järnväg",
            frame(
                {"state": ["befintlig", "planerad"]},
                [line((0, 0.1), (0.6, 0.4), (1, 0.35)), line((0.6, 0.4), (0.9, 1))],
                ["j1", "j2"],
            ),
            "railways",
        ),
        "stationer": layer("stationer", "Stationer", frame({"name": ["Station"]}, points[:1], ["st"]), "stations"),
        "flygplatser": layer(
            "flygplatser", "Flygplatser", frame({"name": ["Flyg"]}, [shapely.Point(xy(0.7, 0.4))], ["UME"]), "airports"
        ),
        "service": layer(
            "service", "Service", frame(spots, points[:2], ["s:1", "s:2"]), "services", status="modellerat"
        ),
    }


def land_use(grid):
    coarse = Grid(grid.crs, grid.transform, grid.shape)
    band = (np.add.outer(np.arange(grid.shape[0]) // 9, np.arange(grid.shape[1]) // 9) % 6 + 1).astype(np.uint8)
    band[:3] = 0
    names = ("bebyggelse", "jordbruk", "skog", "fjall", "vatten", "myr")
    raster = Raster(coarse, {"class": band}, dict(enumerate(names, 1)))
    empty = pd.DataFrame(index=pd.Index([], name="id"))
    return layer("markanvandning", "Markanvändning", empty, "land_use", status="modellerat", grid=coarse, raster=raster)


def make_image(crs="EPSG:3035", *, without=()):
    """Return an image with every layer of the style catalogue, its grid in ``crs``."""
    cell_frame, grid = cells(crs)
    layers = {
        **structure(),
        **ground(),
        "rutnat": layer("rutnat", "Befolkning", cell_frame, "population_grid", grid=grid),
        "markanvandning": land_use(grid),
    }
    codes = pd.Index(["0114", "2401", "2480"], name="municipality_code")
    people = cell_frame.groupby("municipality_code")["population_inv"].sum().reindex(codes)
    tables = {
        "befolkning": pd.DataFrame({"name": ["Väster", "Örträsk", "-Åsele"], "population_inv": people}, index=codes),
        "restider": pd.DataFrame(
            {"zone": ["0114", "alla"], "service": "grocery", "percentile": [50.0, 95.0], "minutes_min": [12.25, np.inf]}
        ),
    }
    steps = (StepRecord("places", {"layer:tatorter": "abc"}, {}, "seal-places", 0.0),)
    provenance = Provenance(steps, {"tatorter": "abc"}, (Omission("services:station", "stations"),), "f" * 32)
    kept = {name: item for name, item in layers.items() if name not in without}
    return StructureImage(kept, tables, provenance, settings(), {"tatorter": layers["noder"]})
