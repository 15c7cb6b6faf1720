"""Corridors and hinterlands of Västerbotten with open data, held against known totals and other engines."""

from collections import defaultdict

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.analysis.access import minutes_to_each
from spatial.analysis.flows import assign_flows, gravity_flows
from spatial.analysis.hinterland import node_of_cells
from spatial.analysis.network import network_from_lines, shortest_minutes
from spatial.analysis.snapping import snap_points, with_points

CENSUS_PEOPLE = 274_455


@pytest.fixture(scope="module")
def image(vasterbotten):
    return vasterbotten.image


@pytest.fixture(scope="module")
def roads(image):
    lines = image.inputs["vagar"].geo
    speeds = {name: one.value for name, one in image.settings.road_speeds_kmh.items()}
    return network_from_lines(lines.assign(length_m=lines["length_km"] * 1000), speeds)


@pytest.fixture(scope="module")
def cells(image):
    every = image.layers["rutnat"].geo
    return every[every["population_inv"] > 0]


@pytest.fixture(scope="module")
def centres(image):
    nodes = image.layers["noder"].geo
    return nodes[nodes["level"].isin(image.settings.corridors.node_levels)]


@pytest.fixture(scope="module")
def minutes(image, roads, cells, centres):
    access = image.settings.access
    return minutes_to_each(
        roads,
        cells[["geometry"]],
        centres[["geometry"]],
        off_network_kmh=access.off_network_kmh.value,
        max_snap_m=access.max_snap_m.value,
    )


class OtherEngine:
    """Minutes by networkx and shapely alone: the model of the access room, written a second time."""

    def __init__(self, network, access):
        self.edges, self.speed = network.edges, access.off_network_kmh.value / 0.06
        self.reach, self.tree = access.max_snap_m.value, shapely.STRtree(network.edges.geometry.to_numpy())
        self.graph, land = nx.DiGraph(), nx.Graph()
        for name, row in self.edges.iterrows():
            self._arc((row["from_node"]), row["to_node"], row["minutes_min"])
            self._arc(row["to_node"], row["from_node"], row["minutes_back_min"])
            if not row["ferry"]:
                land.add_edge(row["from_node"], row["to_node"], name=name)
        self.part = {node: number for number, part in enumerate(nx.connected_components(land)) for node in part}

    def _arc(self, start, end, weight):
        known = self.graph.get_edge_data(start, end, {"weight": np.inf})["weight"]
        self.graph.add_edge(start, end, weight=min(weight, known))

    def stop(self, point):
        """Return the edge that a point joins, how far along it, and the leg there in minutes; None beyond reach."""
        line = self.edges.geometry.iloc[int(self.tree.nearest(point))]
        if shapely.distance(line, point) > self.reach:
            return None
        row = self.edges.iloc[int(self.tree.nearest(point))]
        share = shapely.line_locate_point(line, point, normalized=True)
        return row, float(share), float(shapely.distance(line, point) / self.speed)

    def to_point(self, point):
        """Return a function that gives the minutes from any point to this one."""
        stop = self.stop(point)
        if stop is None:
            return lambda _: np.inf
        row, share, leg = stop
        ends = {row["from_node"]: share * row["minutes_min"], row["to_node"]: (1 - share) * row["minutes_back_min"]}
        graph = self.graph.copy()
        for node, weight in ends.items():
            graph.add_edge(node, "here", weight=min(weight, ends[node]))
        there = nx.single_source_dijkstra_path_length(graph.reverse(copy=False), "here")

        def minutes_from(other):
            found = self.stop(other)
            if found is None:
                return np.inf
            start, at, own = found
            ways = [
                at * start["minutes_back_min"] + there.get(start["from_node"], np.inf),
                (1 - at) * start["minutes_min"] + there.get(start["to_node"], np.inf),
            ]
            if start.name == row.name:
                along = start["minutes_min"] if share >= at else start["minutes_back_min"]
                ways.append(abs(share - at) * along)
            straight = shapely.distance(other, point)
            same = self.part.get(start["from_node"]) == self.part.get(row["from_node"])
            as_the_crow_flies = straight / self.speed if same and straight <= self.reach else np.inf
            return min(own + min(ways) + leg, as_the_crow_flies)

        return minutes_from


def test_minutes_from_the_census_cells_to_the_nodes_equal_another_engine(image, roads, cells, centres, minutes):
    other = OtherEngine(roads, image.settings.access)
    chosen = cells.iloc[np.random.default_rng(5).choice(len(cells), 60, replace=False)]
    for node, point in centres.geometry.items():
        measured = other.to_point(point)
        expected = [measured(cell) for cell in chosen.geometry]
        np.testing.assert_allclose(minutes.loc[chosen.index, node], expected, atol=1e-6)


def test_everybody_is_in_one_hinterland_or_reaches_no_node(image, cells, minutes):
    table = image.indicators["omland"]
    nearest = node_of_cells(minutes)["node"]
    reached = nearest.notna()
    assert table["people_inv"].sum() == cells.loc[reached, "population_inv"].sum()
    assert table["people_inv"].sum() + cells.loc[~reached, "population_inv"].sum() == CENSUS_PEOPLE
    assert table["cells"].sum() == reached.sum()
    by_hand = cells["population_inv"].groupby(minutes[reached].idxmin(axis=1)).sum()
    assert table["people_inv"].to_dict() == pytest.approx(by_hand.to_dict())


def test_city_and_hinterland_add_up_to_everybody_counted(image, cells):
    parts = image.indicators["stad_omland"]
    sums = parts.groupby("division")[["people_inv", "employed_inv", "cells"]].sum()
    assert sums.loc["fa_regioner", "people_inv"] == CENSUS_PEOPLE
    assert sums.loc["lokal_arbetsmarknad", "people_inv"] == CENSUS_PEOPLE
    assert sums.loc["lokal_arbetsmarknad", "employed_inv"] == cells["employed_inv"].sum()
    assert sums.loc["omland", "people_inv"] == image.indicators["omland"]["people_inv"].sum()


def test_who_lives_across_a_labour_market_equals_a_point_by_point_count(image, cells, minutes):
    regions = image.layers["lokal_arbetsmarknad"].geo.rename_axis("region_code")
    nearest = node_of_cells(minutes)["node"]
    inside = gpd.sjoin(cells.assign(node=nearest)[["node", "population_inv", "geometry"]], regions, predicate="within")
    counted = inside.groupby(["node", "region_code"])["population_inv"].sum()
    table = image.indicators["omland_jamforelse"].query("division == 'lokal_arbetsmarknad'")
    told = table.set_index(["node", "region_code"])["people_inv"]
    beyond = told.sub(counted, fill_value=0)  # people whose cell lies outside every outline go to the nearest one
    assert (beyond >= 0).all()
    outside = cells.index.difference(inside.index)
    assert beyond.sum() == cells.loc[outside, "population_inv"][nearest[outside].notna()].sum()
    assert beyond.sum() < 0.03 * CENSUS_PEOPLE
    assert told.sum() == image.indicators["omland"]["people_inv"].sum()
    assert 0.9 < 1 - table.loc[table["across"].astype(bool), "people_inv"].sum() / told.sum() < 1


def test_flows_on_the_roads_travel_as_long_as_another_engine_says(image, roads):
    places = image.layers["noder"].geo
    options = image.settings.corridors
    placed, ids = with_points(roads, snap_points(roads, places, image.settings.access.max_snap_m.value))
    known = ids.dropna()
    at = placed.nodes.index.get_indexer(pd.Index(known))
    table = pd.DataFrame(shortest_minutes(placed, list(known))[:, at], index=known.index, columns=known.index)
    limits = {"exponent": options.gravity_exponent.value, "max_minutes": options.max_minutes.value}
    flow = gravity_flows(places.loc[known.index], table, **limits)
    on_edge = assign_flows(placed, flow, ids)
    graph = nx.Graph()
    for row in placed.edges.itertuples():
        assert row.minutes_min == row.minutes_back_min  # these lines have no direction
        shorter = graph.get_edge_data(row.from_node, row.to_node, {"weight": np.inf})["weight"]
        graph.add_edge(row.from_node, row.to_node, weight=min(shorter, row.minutes_min))
    travelled = defaultdict(float)
    for origin, rows in flow.groupby("origin"):
        there = nx.single_source_dijkstra_path_length(graph, ids[origin])
        travelled[origin] = sum(
            n * there[ids[one]] for one, n in zip(rows["destination"], rows["flow_inv"], strict=True)
        )
    assert (on_edge * placed.edges["minutes_min"]).sum() == pytest.approx(sum(travelled.values()), rel=1e-9)
    net = pd.concat([on_edge.groupby(placed.edges[end]).sum() for end in ("from_node", "to_node")], axis=1).sum(axis=1)
    flow = flow[flow["origin"].map(ids) != flow["destination"].map(ids)]  # others use no road
    ends = pd.concat([flow.groupby(flow[one].map(ids))["flow_inv"].sum() for one in ("origin", "destination")], axis=1)
    through = (net - ends.sum(axis=1).reindex(net.index).fillna(0)) / 2  # who comes to a node and does not stay goes on
    assert (through > -1e-6).all()
    loose = [node for node in graph if graph.degree(node) == 1]
    assert np.allclose(through.reindex(loose).fillna(0), 0, atol=1e-6)


def test_rail_and_road_are_told_apart_and_lie_on_their_own_lines(image):
    lines = image.layers["strak"].geo
    assert set(lines["mode"]) == {"väg", "järnväg"}
    for mode, layer in (("väg", "vagnat"), ("järnväg", "jarnvag")):
        own = shapely.union_all(image.layers[layer].geo.geometry.to_numpy()).buffer(1)
        assert lines.loc[lines["mode"] == mode].within(own).all(), mode
    assert lines.loc[lines["mode"] == "järnväg", "flow_inv"].isna().all()
    assert (lines.loc[lines["mode"] == "väg", "flow_status"] == "modellerat").all()


def test_people_along_each_corridor_equal_a_point_by_point_count(image, cells):
    reach = image.settings.corridors.reach_m.value
    lines = image.layers["strak"].geo
    for name in ("population_inv", "employed_inv"):
        told = "people_inv" if name == "population_inv" else name
        for key, row in lines.iterrows():
            near = cells.distance(row.geometry) <= reach
            assert row[told] == pytest.approx(cells.loc[near, name].sum()), key
    assert "jobs_inv" not in lines  # the census counts the employed where they live
