"""A municipality's plan as offices keep it: own classes, several columns, thousands of features, every fault at once.

Made from a municipality's real outline and a fixed seed. The class names are such as Swedish plans use.
"""

import json
import zipfile
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

USES = {
    "B1": ("Befintlig bostadsbebyggelse", "sammanhangande_bostad", 9),
    "B2": ("Nya bostäder", "sammanhangande_bostad", 6),
    "C": ("Centrumverksamhet", "mangfunktionell_bebyggelse", 2),
    "S": ("Stadsbygd", "mangfunktionell_bebyggelse", 4),
    "J1": ("Industriområde", "verksamheter_industri", 3),
    "J2": ("Nytt verksamhetsområde", "verksamheter_industri", 3),
    "T": ("Väg och järnväg", "transportinfrastruktur", 2),
    "E": ("Tekniska anläggningar", "teknisk_anlaggning", 2),
    "V": ("Vindkraftsområde", "teknisk_anlaggning", 3),
    "JS": ("Jord- och skogsbruk", "areell_naring", 30),
    "R": ("Renskötselområde", "areell_naring", 8),
    "P": ("Park och grönyta", "gronomrade_park", 3),
    "N": ("Naturområde", "natur_friluftsliv", 8),
    "F": ("Tätortsnära rekreationsområde", "natur_friluftsliv", 5),
    "L": ("Landsbygd och byar", "landsbygd", 8),
    "W": ("Sjö och vattendrag", "vatten", 6),
    "BV": ("Bostäder och verksamheter", "tvetydig", 2),
    "X9": ("Åtgärdsområde 9", "okand", 1),
}
"""Code → name, the pivot value it should be drafted as, and how common it is."""
LINES = {"GC": ("Gång- och cykelstråk", 30), "GS": ("Grönt stråk", 30), "KS": ("Kollektivtrafikstråk", 20)}
POINTS = {"SO": ("Serviceort", 25), "BP": ("Bytespunkt", 10)}
VALUES = {"RI": ("Riksintresse naturvård", 40), "LIS": ("LIS-område", 60), "VS": ("Vattenskyddsområde", 30)}
STAGES = ("Befintlig", "Ny", "Pågående utveckling", None)


def uses(outline: shapely.Geometry, count: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Return ``count`` areas that cover the outline, each with an own class; sound, EPSG:3006."""
    rng = np.random.default_rng(seed)
    west, south, east, north = outline.bounds
    points = shapely.points(rng.uniform(west, east, 6 * count), rng.uniform(south, north, 6 * count))
    shapely.prepare(outline)
    points = points[shapely.contains(outline, points)][:count]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=outline))
    shapes = shapely.make_valid(shapely.intersection(cells, outline))
    weights = np.array([weight for *_, weight in USES.values()], float)
    codes = rng.choice(list(USES), len(shapes), p=weights / weights.sum())
    return _rows(codes, {code: name for code, (name, *_) in USES.items()}, shapes, rng)


def _rows(codes, names, shapes, rng) -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {
            "OBJECTID": np.arange(1, len(codes) + 1),
            "BETECKN": codes,
            "MARKANV": [names[code] for code in codes],
            "SKEDE": pd.Series(rng.choice(len(STAGES), len(codes))).map(dict(enumerate(STAGES))),
            "DELOMR": [f"Åsträsk {n % 40}" for n in range(len(codes))],
            "HANSYN": [None if n % 4 else "Hänsyn till rennäringen" for n in range(len(codes))],
        }
    )
    return gpd.GeoDataFrame(table, geometry=list(shapes), crs="EPSG:3006")


def others(outline: shapely.Geometry, classes: dict[str, tuple[str, int]], kind: str, seed: int) -> gpd.GeoDataFrame:
    """Return lines, points or discs of some classes within the outline."""
    rng = np.random.default_rng(seed)
    west, south, east, north = outline.bounds
    shapes, codes = [], []
    for code, (_, count) in classes.items():
        at = shapely.points(rng.uniform(west, east, 20 * count), rng.uniform(south, north, 20 * count))
        at = at[shapely.contains(outline, at)][: count + 1]
        if kind == "lines":
            shapes += [shapely.LineString([a, b]) for a, b in pairwise(at)]
        else:
            shapes += list(at[:count] if kind == "points" else shapely.buffer(at[:count], 1500, quad_segs=4))
        codes += [code] * (len(at) - 1 if kind == "lines" else len(at[:count]))
    return _rows(np.array(codes), {code: name for code, (name, _) in classes.items()}, shapes, rng)


def broken(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame with what real files hold: crossed and doubled rings, collections, Z, none, ids twice."""
    shapes = frame.geometry.to_numpy().copy()
    x, y = shapely.get_coordinates(shapely.point_on_surface(shapes[0]))[0]
    shapes[1] = shapely.Polygon([(x, y), (x + 400, y + 400), (x + 400, y), (x, y + 400)])
    ring = shapely.box(x, y + 900, x + 300, y + 1200).exterior.coords
    shapes[2] = shapely.Polygon(ring, [ring])
    shapes[3] = shapely.GeometryCollection([shapes[3], shapely.LineString([(x, y), (x + 50, y)]), shapely.Point(x, y)])
    shapes[4] = shapely.force_3d(shapes[4], 12.0)
    shapes[5] = None
    shapes[6] = shapely.Polygon()
    shapes[7] = shapely.Polygon([(x, y), (x + 500, y), (x + 500, y), (x + 200, y), (x + 500, y), (x + 500, y + 500)])
    shapes[8] = shapely.MultiPolygon([shapely.box(x, y, x + 90, y + 90), shapely.box(x + 50, y, x + 150, y + 90)])
    ids = frame["OBJECTID"].to_numpy().copy()
    ids[10:14] = ids[9]
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)).assign(OBJECTID=ids)


def geopackage(folder: Path, outline: shapely.Geometry, count: int) -> Path:
    """Write a GeoPackage of five layers: uses (broken), directions, nodes, values, the plan's border; and a table."""
    path = folder / "ÖP 2040 (antagen).gpkg"
    broken(uses(outline, count)).to_file(path, layer="mark_och_vattenanvändning", engine="pyogrio")
    parts = {
        "utvecklingsstråk": others(outline, LINES, "lines", 2),
        "noder": others(outline, POINTS, "points", 3),
        "värden": others(outline, VALUES, "discs", 4),
    }
    for layer, frame in parts.items():
        frame.to_file(path, layer=layer, engine="pyogrio")
    border = gpd.GeoDataFrame({"plannamn": ["ÖP 2040"]}, geometry=[outline], crs="EPSG:3006")
    border.to_file(path, layer="plangräns", engine="pyogrio")
    pyogrio.write_dataframe(pd.DataFrame({"kod": ["B1"], "text": ["Befintlig"]}), path, layer="kodlista")
    return path


def curved(folder: Path, outline: shapely.Geometry) -> Path:
    """Write a GeoPackage whose areas are bounded by arcs (CURVEPOLYGON of COMPOUNDCURVE)."""
    path = folder / "kurvor.gpkg"
    centre = outline.representative_point()
    rows = [_curve(centre.x + 2000 * n, centre.y, 800.0) for n in range(4)]
    names = np.array(["Nya bostäder", "Stadsbygd", "Naturområde", "Nya bostäder"], object)
    pyogrio.raw.write(
        path,
        geometry=np.array(rows, object),
        field_data=[names],
        fields=np.array(["ANVANDN"]),
        layer="ytor",
        driver="GPKG",
        geometry_type="Unknown",
        crs="EPSG:3006",
    )
    return path


def _curve(x: float, y: float, radius: float) -> bytes:
    """Return the WKB of a half disc: an arc and the line that closes it."""
    arc = np.array([[x - radius, y], [x, y + radius], [x + radius, y]])
    line = np.array([[x + radius, y], [x - radius, y]])

    def part(kind: int, points: np.ndarray) -> bytes:
        return b"\x01" + kind.to_bytes(4, "little") + len(points).to_bytes(4, "little") + points.tobytes()

    compound = b"\x01" + (9).to_bytes(4, "little") + (2).to_bytes(4, "little") + part(8, arc) + part(2, line)
    return b"\x01" + (10).to_bytes(4, "little") + (1).to_bytes(4, "little") + compound


def shapefile(folder: Path, outline: shapely.Geometry, count: int) -> Path:
    """Write a zipped shapefile in CP850 without .cpg."""
    work = folder / "shp"
    work.mkdir()
    uses(outline, count, 5).to_file(work / "oversiktsplan.shp", encoding="CP850", engine="pyogrio")
    (work / "oversiktsplan.cpg").unlink(missing_ok=True)
    path = folder / "Översiktsplan.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for part in sorted(work.iterdir()):
            packed.write(part, f"ÖP/{part.name}")
    return path


def geodatabase(folder: Path, outline: shapely.Geometry, count: int) -> Path:
    """Write a zipped File Geodatabase of two layers."""
    work = folder / "op.gdb"
    uses(outline, count, 6).to_file(work, driver="OpenFileGDB", layer="Anvandning", engine="pyogrio")
    others(outline, LINES, "lines", 7).to_file(work, driver="OpenFileGDB", layer="Strak", mode="a", engine="pyogrio")
    path = folder / "op_gdb.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for part in sorted(work.iterdir()):
            packed.write(part, f"op.gdb/{part.name}")
    return path


def geojson(folder: Path, outline: shapely.Geometry, count: int, *, metres: bool = False) -> Path:
    """Write GeoJSON with areas, lines and points together, an unclosed ring and a null; ``metres``: mislabelled."""
    parts = [uses(outline, count, 8), others(outline, LINES, "lines", 9), others(outline, POINTS, "points", 10)]
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs="EPSG:3006")
    written = json.loads((frame if metres else frame.to_crs(4326)).to_json(drop_id=True))
    written.pop("crs", None)
    features = written["features"]
    features[0]["geometry"]["coordinates"][0].pop()
    features[1]["geometry"] = None
    path = folder / ("meter.geojson" if metres else "plan.geojson")
    path.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return path
