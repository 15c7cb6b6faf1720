"""Flows and their assignment: by hand, and what must always hold."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.flows import assign_flows, gravity_flows, observed_flows
from spatial.analysis.paths import shortest_minutes
from spatial.model import Network


def grid_network(size, minutes, numbers=None):
    """Return a square lattice of nodes 1 km apart whose edges take the given minutes."""
    names = [f"n{i}{j}" for i in range(size) for j in range(size)]
    at = {name: shapely.Point(int(name[1]) * 1000.0, int(name[2]) * 1000.0) for name in names}
    pairs = [(f"n{i}{j}", f"n{i + a}{j + b}") for i in range(size) for j in range(size) for a, b in ((0, 1), (1, 0))]
    pairs = [(a, b) for a, b in pairs if b in at]
    edges = gpd.GeoDataFrame(
        {
            "from_node": [a for a, _ in pairs],
            "to_node": [b for _, b in pairs],
            "length_m": 1000.0,
            "minutes_min": [float(minutes[k % len(minutes)]) for k in range(len(pairs))],
            "ferry": False,
            "road_class": "x",
            "number": [(numbers or [""])[k % len(numbers or [""])] for k in range(len(pairs))],
        },
        geometry=[shapely.LineString([at[a], at[b]]) for a, b in pairs],
        index=[f"{a}-{b}" for a, b in pairs],
        crs="EPSG:3006",
    )
    edges["minutes_back_min"] = edges["minutes_min"]
    nodes = gpd.GeoDataFrame(geometry=list(at.values()), index=names, crs="EPSG:3006")
    return Network(nodes, edges)


people = st.lists(st.integers(1, 10_000), min_size=2, max_size=6)


@settings(deadline=None, max_examples=50)
@given(people, st.randoms(use_true_random=False), st.floats(0.5, 3))
def test_gravity_flows_are_symmetric_and_add_up(sizes, random, exponent):
    ids = [f"p{i}" for i in range(len(sizes))]
    places = pd.DataFrame({"population_inv": sizes}, index=ids)
    minutes = pd.DataFrame([[random.uniform(2, 50) for _ in ids] for _ in ids], index=ids, columns=ids)
    before = minutes.copy()
    got = gravity_flows(places, minutes, exponent=exponent, max_minutes=60, total_inv=500)
    there = got.set_index(["origin", "destination"])["flow_inv"]
    back = got.set_index(["destination", "origin"])["flow_inv"].reindex(there.index)
    np.testing.assert_allclose(there, back, rtol=1e-12)
    assert there.sum() == pytest.approx(500)
    shuffled = gravity_flows(places.iloc[::-1], minutes.iloc[:, ::-1], exponent=exponent, max_minutes=60, total_inv=500)
    pd.testing.assert_frame_equal(got, shuffled)
    pd.testing.assert_frame_equal(minutes, before)


def test_gravity_keeps_the_limit_and_leaves_out_the_unreachable():
    places = pd.DataFrame({"population_inv": [10, 10, 10, 10]}, index=list("abcd"))
    minutes = pd.DataFrame(np.inf, index=list("abcd"), columns=list("abcd"))
    minutes.loc["a", "b"] = minutes.loc["b", "a"] = 60
    minutes.loc["a", "c"] = minutes.loc["c", "a"] = 60.01
    got = gravity_flows(places, minutes, exponent=2, max_minutes=60)
    assert got.to_numpy().tolist() == [["a", "b", 20.0], ["b", "a", 20.0]]


def test_places_without_minutes_or_with_one_id_are_refused():
    places = pd.DataFrame({"population_inv": [1, 1]}, index=["a", "a"])
    with pytest.raises(ValueError, match="repeat"):
        gravity_flows(places, pd.DataFrame(), exponent=2, max_minutes=60)
    with pytest.raises(ValueError, match="without minutes"):
        gravity_flows(places.iloc[:1], pd.DataFrame(), exponent=2, max_minutes=60)


def test_a_bad_commuting_table_is_refused_with_every_fault():
    table = pd.DataFrame({"origin": ["a", "a", "x"], "destination": ["b", "b", "a"], "count": [1, -2, None]})
    with pytest.raises(
        ValueError, match="unknown place: x; pair repeated: a → b; bad count in row 1; bad count in row 2"
    ):
        observed_flows(table, pd.Index(["a", "b"]))


@settings(deadline=None, max_examples=50)
@given(people, st.lists(st.integers(1, 9), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_assigned_flow_times_minutes_is_flow_times_way(sizes, minutes, random):
    network = grid_network(4, minutes)
    ids = [f"p{i}" for i in range(len(sizes))]
    node = dict(zip(ids, random.sample(list(network.nodes.index), len(ids)), strict=True))
    here = list(node.values())
    matrix = shortest_minutes(network, here)[:, network.nodes.index.get_indexer(here)]
    places = pd.DataFrame({"population_inv": sizes}, index=ids)
    table = pd.DataFrame(matrix, index=ids, columns=ids)
    flows = gravity_flows(places, table, exponent=2, max_minutes=1e6)
    got = assign_flows(network, flows, node)
    assert got.index.equals(network.edges.index)
    travelled = sum(f * table.loc[a, b] for a, b, f in flows.itertuples(index=False))
    assert float((got * network.edges["minutes_min"]).sum()) == pytest.approx(travelled)
    other = Network(network.nodes.iloc[::-1], network.edges.iloc[::-1])
    again = assign_flows(other, flows.iloc[::-1], node)
    np.testing.assert_allclose(again.reindex(got.index), got, rtol=1e-9, atol=1e-12)


def test_flow_between_places_off_the_network_or_on_one_node_is_nowhere():
    network = grid_network(2, [1])
    flows = pd.DataFrame({"origin": ["a", "a"], "destination": ["b", "c"], "flow_inv": [5.0, 7.0]})
    assert assign_flows(network, flows, {"a": "n00", "b": None, "c": "n00"}).sum() == 0
