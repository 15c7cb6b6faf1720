"""Small planted plans that the tests of matrix, borders and recommendations share."""

import geopandas as gpd
import pandas as pd
import shapely

from spatial.fingerprints import fingerprints_of_features

CRS = "EPSG:3006"
X0, Y0 = 700_000.0, 7_100_000.0
COLUMNS = ["plan_id", "aspect", "code", "pivot", "pivot_options", "time", "name", "consideration", "geometry"]


def box(x0, y0, x1, y1):
    return shapely.box(X0 + x0, Y0 + y0, X0 + x1, Y0 + y1)


def line(*points):
    return shapely.LineString([(X0 + x, Y0 + y) for x, y in points])


def point(x, y):
    return shapely.Point(X0 + x, Y0 + y)


def feature(name, plan, pivot, geometry, *, aspect="anvandning", time="framtida", options=None):
    row = dict.fromkeys(COLUMNS) | {"plan_id": plan, "aspect": aspect, "pivot": pivot, "time": time}
    return row | {"id": f"{plan}:{name}", "name": name, "code": pivot, "pivot_options": options, "geometry": geometry}


def plans(*rows):
    table = pd.DataFrame(list(rows), columns=["id", *COLUMNS]).set_index("id")
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs=CRS)
    return frame.assign(fingerprint=fingerprints_of_features(frame))


def resealed(frame):
    bare = frame.drop(columns="fingerprint", errors="ignore")
    return bare.assign(fingerprint=fingerprints_of_features(bare))


def layer(rows, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(rows.values()), index=pd.Index(list(rows), name="id"), crs=CRS)
