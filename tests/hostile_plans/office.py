"""Plans as national schemas deliver them: many empty layers, measured and mixed geometry, no label."""

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

STAGES = ("Ny användning", "Ändrad användning", "Nuvarande användning", "Ej angivet")


def schema(folder: Path, x: float, y: float) -> Path:
    """Write a GeoPackage of which one layer is drawn (Z and M), two are empty, one has no geometry in any row."""
    path = folder / "modell.gpkg"
    cells = [shapely.box(x + 100 * n, y, x + 100 * n + 100, y + 100) for n in range(40)]
    columns = {"ANV": ["Landsbygd", "Vatten"] * 20, "ANV_TID": list(STAGES) * 10}
    rings = [np.column_stack([shapely.get_coordinates(cell), np.ones((5, 2))]) for cell in cells]
    head = b"\x01" + (3003).to_bytes(4, "little") + (1).to_bytes(4, "little") + (5).to_bytes(4, "little")
    pyogrio.raw.write(
        path,
        geometry=np.array([head + ring.tobytes() for ring in rings], object),
        field_data=[np.array(values, object) for values in columns.values()],
        fields=np.array(list(columns)),
        layer="ANVANDNING_Y",
        driver="GPKG",
        geometry_type="Unknown",
        crs="EPSG:3006",
    )
    bare = gpd.GeoDataFrame({"NAMN": ["a", "b"]}, geometry=[None, None], crs=3006)
    bare.to_file(path, layer="LIS_OMRADE_Y", geometry_type="Polygon")
    for layer in ("RI_FRILUFTSLIV_Y", "RI_NATURVARD_Y"):
        bare.iloc[:0].to_file(path, layer=layer, geometry_type="Polygon")
    return path


def beside(outline: shapely.Geometry) -> shapely.Point:
    """Return a place 5 km north of a municipality: what lies there alone would rather be read in another system."""
    x, y = max(shapely.get_coordinates(outline), key=lambda corner: corner[1])
    return shapely.Point(x, y + 5000)


def unlabelled(folder: Path, outline: shapely.Geometry, crs: str) -> Path:
    """Write a zip of two shapefiles without .prj: the municipality's uses, and a few lines beside them."""
    work = folder / "shp"
    work.mkdir()
    west, south, east, north = outline.bounds
    grid = [
        shapely.box(a, b, a + 5000, b + 5000)
        for a in np.arange(west, east, 5000)
        for b in np.arange(south, north, 5000)
    ]
    cells = [part for cell in grid if not (part := cell.intersection(outline)).is_empty]
    uses = gpd.GeoDataFrame(
        {"ANVANDNING": [("Skogsbruk", "Vatten")[n % 2] for n in range(len(cells))]}, geometry=cells, crs=3006
    )
    at = beside(outline)
    lines = [shapely.LineString([(at.x + n, at.y), (at.x + n, at.y + 900)]) for n in range(6)]
    links = gpd.GeoDataFrame({"TYP": ["Grönt stråk"] * 6}, geometry=lines, crs=3006)
    for name, frame in {"anvandning": uses, "strak": links}.items():
        frame.to_crs(crs).to_file(work / f"{name}.shp", engine="pyogrio")
        (work / f"{name}.prj").unlink()
    path = folder / "op.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for part in sorted(work.iterdir()):
            packed.write(part, part.name)
    return path
