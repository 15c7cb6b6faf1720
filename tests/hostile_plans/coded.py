"""Plans whose codes are bare numbers and letters: the words stand in the file's own lists (coded-value domains).

Run by a Python that has GDAL's own bindings, it writes a File Geodatabase: ``python coded.py FOLDER X Y``.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

USES = {"11": "Bostäder", "12": "Natur & friluftsliv", "13": "Verksamheter", "99": "Annat", "98": "Annat"}
STAGES = {"B": "Befintlig", "P": "Planerad"}
LAYER = "Användning"
COUNT = 60


def rows(x: float, y: float) -> list[tuple[int | None, str, str]]:
    """Return the code of use, the code of time and the outline (WKT) of each feature; one code is in no list."""
    codes = [7, None, *map(int, USES)]
    squares = [(x + 100 * (n % 10), y + 100 * (n // 10)) for n in range(COUNT)]
    shapes = [f"POLYGON(({a} {b},{a + 100} {b},{a + 100} {b + 100},{a} {b + 100},{a} {b}))" for a, b in squares]
    return [(codes[n % 7] if n > 6 else 11, "BP"[n % 2], shape) for n, shape in enumerate(shapes)]


def geopackage(folder: Path, x: float, y: float) -> Path:
    """Write a GeoPackage with its lists in ``gpkg_data_columns`` and ``gpkg_data_column_constraints``."""
    import geopandas as gpd
    import pandas as pd

    path = folder / "koder.gpkg"
    table = pd.DataFrame(rows(x, y), columns=["ANV", "SKEDE", "shape"]).astype({"ANV": "Int64"})
    shapes = gpd.GeoSeries.from_wkt(table.pop("shape"), crs=3006)
    gpd.GeoDataFrame(table, geometry=shapes).to_file(path, layer=LAYER, engine="pyogrio")
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, title TEXT,"
            " description TEXT, mime_type TEXT, constraint_name TEXT)"
        )
        base.execute(
            "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT, constraint_type TEXT, value TEXT,"
            " min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT)"
        )
        for column, words in (("ANV", USES), ("SKEDE", STAGES)):
            base.execute("INSERT INTO gpkg_data_columns VALUES (?,?,NULL,NULL,NULL,NULL,?)", (LAYER, column, column))
            listed = [(column, code, word) for code, word in words.items()]
            said = "INSERT INTO gpkg_data_column_constraints VALUES (?,'enum',?,NULL,NULL,NULL,NULL,?)"
            base.executemany(said, listed)
    return path


def write_geodatabase(path: str, x: float, y: float) -> None:
    """Write a File Geodatabase with domains; needs GDAL's own bindings, 3.6 or later."""
    from osgeo import gdal, ogr, osr

    gdal.UseExceptions()
    system = osr.SpatialReference()
    system.ImportFromEPSG(3006)
    base = gdal.GetDriverByName("OpenFileGDB").Create(path, 0, 0, 0, gdal.GDT_Unknown)
    layer = base.CreateLayer(LAYER, system, ogr.wkbPolygon)
    for column, words, kind in (("ANV", USES, ogr.OFTInteger), ("SKEDE", STAGES, ogr.OFTString)):
        base.AddFieldDomain(ogr.CreateCodedFieldDomain(f"lista {column}", "", kind, ogr.OFSTNone, words))
        field = ogr.FieldDefn(column, kind)
        field.SetDomainName(f"lista {column}")
        layer.CreateField(field)
    for use, stage, shape in rows(x, y):
        feature = ogr.Feature(layer.GetLayerDefn())
        if use is not None:
            feature["ANV"] = use
        feature["SKEDE"] = stage
        feature.SetGeometry(ogr.CreateGeometryFromWkt(shape))
        layer.CreateFeature(feature)


if __name__ == "__main__":
    write_geodatabase(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
