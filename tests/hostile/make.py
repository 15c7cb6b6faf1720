"""Hostile files, each named by its fault; small, and made when the tests run."""

import json
import shutil
import sqlite3
import stat
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

NAMES = ["Åsele", "Örträsk", "Umeå", "Vännäs"]
LON_LAT = [(17.35, 64.16), (19.02, 64.14), (20.263, 63.8258), (19.75, 63.91)]
SECRET = "HEMLIG-4711"


def places(crs="EPSG:4326"):
    frame = gpd.GeoDataFrame(
        {"namn": NAMES, "folk": [1800, 100, 92000, 5000]}, geometry=gpd.points_from_xy(*np.transpose(LON_LAT)), crs=4326
    )
    return frame.astype({"folk": "int32"}).to_crs(crs)


def collection(features):
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(x, y):
    return {"type": "Point", "coordinates": [x, y]}


def square(lon, lat, side=0.01):
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def shapefile(folder, frame=None, *, encoding="UTF-8", name="orter"):
    """Write a shapefile's parts, and return them by ending."""
    home = Path(tempfile.mkdtemp(dir=folder))
    pyogrio.write_dataframe(
        frame if frame is not None else places("EPSG:3006"), home / f"{name}.shp", encoding=encoding
    )
    return {part.suffix: part.read_bytes() for part in home.iterdir()}


def pack(path, members, *, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def pack_parts(path, parts, without=(), name="orter"):
    pack(path, {f"{name}{ending}": content for ending, content in parts.items() if ending not in without})


def spoil(path, *statements):
    places("EPSG:3006").to_file(path, layer="orter")
    with sqlite3.connect(path) as base:
        for statement in statements:
            base.execute(statement)
    base.close()


def texts(folder):
    """Files that are plain text."""
    (folder / "hemlig.geojson").write_text(collection([feature(point(20, 64), hemlighet=SECRET)]))
    target = folder / "hemlig.geojson"
    source = f'<OGRVRTLayer name="hemlig"><SrcDataSource>{target}</SrcDataSource></OGRVRTLayer>'
    vrt = f"<OGRVRTDataSource>{source}</OGRVRTDataSource>"
    gdalg = json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {target}"})
    doctype = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<x>&e;</x>'
    odd = [feature({"type": "LineString", "coordinates": [[20, 64], [20.1, 64]]}, namn="väg")]
    roads = [{"type": "LineString", "coordinates": [[20.1, 63.9], [x, 63.95]]} for x in (20.2, "NAN")]
    nan = collection([feature(road, namn="väg") for road in roads])
    rosette = {"type": "Polygon", "coordinates": [[[20, 64], [20.1, 64.1], [20.1, 64], [20, 64.1], [20, 64]]]}
    xy3006 = [(p.x, p.y) for p in places("EPSG:3006").geometry]
    sound = [feature(point(*xy), namn=name) for xy, name in zip(LON_LAT, NAMES, strict=True)]
    written = {
        "sund.geojson": collection(sound),
        "vrt_som_pekar_ut.geojson": vrt,
        "vrt_som_pekar_ut.csv": vrt,
        "vrt_som_pekar_ut.vrt": vrt,
        "gdalg_som_pekar_ut.geojson": gdalg,
        "doctype.gml": doctype,
        "doctype.kml": doctype,
        "tom.geojson": "",
        "fel_andelse.gpkg": collection(sound),
        "avkapad.geojson": collection(sound)[:150],
        "noll_objekt.geojson": collection([]),
        "nan.geojson": nan.replace('"NAN"', "NaN"),
        "bytta_axlar.geojson": collection([feature(point(y, x), namn="a") for x, y in LON_LAT]),
        "3006_som_4326.geojson": collection([feature(point(*xy), namn="a") for xy in xy3006]),
        "rosett.geojson": collection([feature(square(20, 64), namn="hel"), feature(rosette, namn="rosett")]),
        "dubbla_id.geojson": collection(
            [feature(point(*xy), kod=kod) for xy, kod in zip(LON_LAT, "ABAC", strict=True)]
        ),
        "blandade_slag.geojson": collection([*sound, *odd]),
        "utan_geometri.geojson": collection([*sound, feature(None, namn="ingenstans")]),
        "utf8_som_latin1.geojson": collection(
            [
                feature(point(*xy), namn=n.encode().decode("cp1252", "replace"))
                for xy, n in zip(LON_LAT, NAMES, strict=True)
            ]
        ),
    }
    for name, content in written.items():
        (folder / name).write_text(content, encoding="utf-8")
    table = "namn;lon;lat\n" + "\n".join(f"{n};{x};{y}" for n, (x, y) in zip(NAMES, LON_LAT, strict=True))
    (folder / "utf8.csv").write_bytes(table.encode())
    (folder / "windows1252.csv").write_bytes(table.encode("cp1252"))
    (folder / "utf16.csv").write_bytes(table.encode("utf-16"))
    (folder / "binar.csv").write_bytes(b"a;b\n\x00\x01\x02")


def zips(folder):
    """Zip files, broken and bad and sound."""
    parts = shapefile(folder)
    pack_parts(folder / "sund.zip", parts)
    pack_parts(folder / "utan_prj.zip", parts, {".prj"})
    pack_parts(folder / "utan_dbf.zip", parts, {".dbf", ".cpg"})
    pack_parts(folder / "utan_shx.zip", parts, {".shx"})
    pack_parts(folder / "utf8_utan_cpg.zip", parts, {".cpg"})
    pack_parts(folder / "fel_cpg.zip", parts | {".cpg": b"ISO-8859-1"})
    for encoding, name in (("ISO-8859-1", "latin1"), ("CP850", "cp850")):
        pack_parts(folder / f"{name}_utan_cpg.zip", shapefile(folder, encoding=encoding), {".cpg"})
    pack_parts(folder / "avkapad.zip", parts | {".shp": parts[".shp"][:-40]})
    pack_parts(folder / "avkapad_dbf.zip", parts | {".dbf": parts[".dbf"][:-40]})
    fewer = shapefile(folder, places("EPSG:3006").iloc[:3])
    pack_parts(folder / "ojamna_delar.zip", parts | {".dbf": fewer[".dbf"]})
    two = {f"{stem}{ending}": content for stem in ("orter", "byar") for ending, content in parts.items()}
    pack(folder / "tva_shapefiler.zip", {f"ut/{name}": content for name, content in two.items()})
    (folder / "avkapad_zip.zip").write_bytes((folder / "sund.zip").read_bytes()[:-60])
    pack(folder / "bombe.zip", {"orter.shp": b"\0" * 30_000_000})
    pack(folder / "sokvag_ut.zip", {"../../../tmp/orter.shp": parts[".shp"]})
    pack(folder / "rotsokvag.zip", {"/tmp/orter.shp": parts[".shp"]})
    pack(folder / "zip_i_zip.zip", {"orter.shp": parts[".shp"], "mer.zip": b"PK"})
    pack(folder / "for_manga.zip", {f"{number}.txt": b"" for number in range(201)})
    pack(folder / "vrt_i_zip.zip", {"orter.vrt": (folder / "vrt_som_pekar_ut.vrt").read_bytes()})
    link = zipfile.ZipInfo("orter.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    pack(folder / "lank.zip", {link: b"/etc/passwd"})
    with zipfile.ZipFile(folder / "katalog_full.zip", "w") as archive:
        for number in range(6000):
            archive.writestr(f"{'x' * 150}{number}", b"")


def geodatabase(folder):
    """Write a sound File Geodatabase, zipped with its folder."""
    home = folder / "plan.gdb"
    places("EPSG:3006").to_file(home, layer="orter", driver="OpenFileGDB", engine="pyogrio")
    pack(folder / "plan.gdb.zip", {f"leverans/plan.gdb/{part.name}": part.read_bytes() for part in home.iterdir()})
    shutil.rmtree(home)


def geopackages(folder):
    """GeoPackages, bad and sound."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, i FROM n"
    spoil(folder / "sund.gpkg")
    spoil(
        folder / "gpkg_med_rekursiv_vy.gpkg",
        f"CREATE VIEW oandlig AS {endless}",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('oandlig', 'attributes', 'oandlig')",
    )
    spoil(
        folder / "gpkg_med_utlosare.gpkg",
        "CREATE TRIGGER busig AFTER INSERT ON orter BEGIN DELETE FROM orter; END",
    )
    spoil(folder / "gpkg_med_virtuell_tabell.gpkg", "CREATE VIRTUAL TABLE sok USING fts5(namn)")
    with sqlite3.connect(folder / "sqlite_utan_gpkg.gpkg") as base:
        base.execute("CREATE TABLE orter (namn TEXT)")
    base.close()
    (folder / "trasig.gpkg").write_bytes((folder / "sund.gpkg").read_bytes()[:20_000])
    # the numbers are UTM 32, the label says UTM 33
    many = gpd.GeoDataFrame(
        {"namn": [f"plats {i}" for i in range(20)]},
        geometry=gpd.points_from_xy(np.linspace(16, 20, 20), np.linspace(64.2, 64.6, 20)),
        crs=4326,
    )
    wrong = many.to_crs(25832).set_crs(25833, allow_override=True)
    wrong.to_file(folder / "fel_etikett_25833.gpkg", layer="platser")
    two = folder / "tva_lager.gpkg"
    places("EPSG:3006").to_file(two, layer="orter")
    places("EPSG:3006").to_file(two, layer="byar")


def others(folder):
    """Kinds that only the settings' own files may have, and a sound FlatGeobuf."""
    places("EPSG:3006").to_file(folder / "sund.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")
    places("EPSG:3035").to_parquet(folder / "sund.parquet")
    pd.DataFrame({"kod": ["0114"]}).to_parquet(folder / "tabell.parquet")
    places().to_file(folder / "sund.kml", driver="KML")
    places("EPSG:3006").to_file(folder / "sund.gml", driver="GML")
    for ending, content in shapefile(folder, encoding="CP850").items():
        if ending != ".cpg":
            (folder / f"orter{ending}").write_bytes(content)


def make(folder):
    """Write every file into ``folder``."""
    texts(folder)
    zips(folder)
    geodatabase(folder)
    geopackages(folder)
    others(folder)
    return folder
