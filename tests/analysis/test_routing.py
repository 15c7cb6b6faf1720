import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.network import network_from_lines, path_edges, shortest_minutes, snap_points, with_points
from spatial.analysis.routing import arc_matrix, minutes_from, nearest_two


def random_network(seed, nodes=12, links=20, whole=True):
    rng = np.random.default_rng(seed)
    xy = rng.choice(100, size=(nodes, 2)) * 100.0 + np.arange(nodes)[:, None]
    pairs = rng.integers(0, nodes, size=(links, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    n = len(pairs)
    minutes = rng.integers(1, 6, n) * 1.0 if whole else rng.uniform(0.5, 6, n)
    frame = gpd.GeoDataFrame(
        {
            "from_id": [f"n{i}" for i in pairs[:, 0]],
            "to_id": [f"n{i}" for i in pairs[:, 1]],
            "length_m": minutes * 1000,
            "speed_kmh": 60.0,
            "oneway": rng.choice([0, 0, 0, 1, -1], n),
            "ferry": rng.random(n) < 0.1,
        },
        index=[f"e{i}" for i in range(n)],
        geometry=shapely.linestrings(xy[pairs]),
        crs="EPSG:3006",
    )
    return network_from_lines(frame, {})


def as_networkx(network):
    graph = nx.DiGraph()
    graph.add_nodes_from(network.nodes.index)
    for row in network.edges.itertuples():
        for a, b, t in (
            (row.from_node, row.to_node, row.minutes_min),
            (row.to_node, row.from_node, row.minutes_back_min),
        ):
            if np.isfinite(t) and a != b:
                known = graph.get_edge_data(a, b, {"t": np.inf})["t"]
                graph.add_edge(a, b, t=min(t, known))
    return graph


SEEDS = st.integers(0, 10_000)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.booleans())
def test_minutes_equal_networkx(seed, whole):
    net = random_network(seed, whole=whole)
    graph = as_networkx(net)
    ids = list(net.nodes.index)
    for reverse in (False, True):
        found = shortest_minutes(net, ids, reverse=reverse)
        used = graph.reverse() if reverse else graph
        for i, source in enumerate(ids):
            known = nx.single_source_dijkstra_path_length(used, source, weight="t")
            assert found[i] == pytest.approx([known.get(node, np.inf) for node in ids], abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_path_edges_add_up_to_the_minutes_and_hang_together(seed):
    net = random_network(seed)
    ids = list(net.nodes.index)
    minutes = shortest_minutes(net, [ids[0]])[0]
    steps = path_edges(net, ids[0], ids)
    for node, total in zip(ids, minutes, strict=True):
        here, spent = ids[0], 0.0
        for step in steps[steps["to_node"] == node].itertuples():
            edge = net.edges.loc[step.edge]
            a, b = ("from_node", "to_node") if step.forward else ("to_node", "from_node")
            assert edge[a] == here
            here, spent = edge[b], spent + edge["minutes_min" if step.forward else "minutes_back_min"]
        if np.isfinite(total):
            assert (here, spent) == (node, pytest.approx(total, abs=1e-9))
        else:
            assert node not in set(steps["to_node"])


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 6), st.booleans())
def test_nearest_two_equal_one_run_per_source(seed, count, whole):
    net = random_network(seed, whole=whole)
    rng = np.random.default_rng(seed)
    start, end = net.positions()
    forth, back = (net.edges[c].to_numpy() for c in ("minutes_min", "minutes_back_min"))
    graph = arc_matrix(start, end, forth, back, len(net.nodes))
    at = rng.integers(0, len(net.nodes), count)
    leg = rng.integers(0, 3, count) * 1.0
    near = nearest_two(graph, at, leg)
    each = minutes_from(graph, at) + leg[:, None]
    for node in range(len(net.nodes)):
        ways = sorted((round(each[s, node], 9), s) for s in range(count) if np.isfinite(each[s, node]))
        ways = [*ways, (np.inf, -1), (np.inf, -1)][:2]
        got = [(near.minutes[node], near.source[node]), (near.second_minutes[node], near.second_source[node])]
        assert [s for _, s in got] == [s for _, s in ways]
        assert [m for m, _ in got] == pytest.approx([m for m, _ in ways], abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_splitting_edges_changes_no_minutes(seed):
    net = random_network(seed, whole=False)
    rng = np.random.default_rng(seed)
    places = gpd.points_from_xy(rng.uniform(0, 1e4, 8), rng.uniform(0, 1e4, 8))
    points = gpd.GeoDataFrame(geometry=places, crs="EPSG:3006")
    split, node = with_points(net, snap_points(net, points, np.inf))
    ids = list(net.nodes.index)
    where = split.nodes.index.get_indexer(ids)
    assert shortest_minutes(split, ids)[:, where] == pytest.approx(shortest_minutes(net, ids), abs=1e-9)
    assert split.edges["length_m"].sum() == pytest.approx(net.edges["length_m"].sum())
    assert set(node) <= set(split.nodes.index)
    assert split.edges.index.is_unique


def test_legs_of_no_minutes_and_sources_at_one_node():
    graph = arc_matrix(np.array([0]), np.array([1]), np.array([3.0]), np.array([3.0]), 2)
    near = nearest_two(graph, np.array([0, 0]), np.array([0.0, 0.0]))
    assert near.source.tolist() == [0, 0]
    assert near.second_source.tolist() == [1, 1]
    assert near.second_minutes.tolist() == [0.0, 3.0]
