import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.network import (
    component_of_nodes,
    line_faults,
    network_from_lines,
    network_summary,
    path_edges,
    shortest_minutes,
    snap_points,
    with_points,
    without_fragments,
)

SPEEDS = {"gata": 60.0, "led": 90.0}


def lines(wkt, **columns):
    columns = {"road_class": ["gata"] * len(wkt)} | columns
    index = columns.pop("index", [f"v{i}" for i in range(len(wkt))])
    return gpd.GeoDataFrame(columns, index=index, geometry=shapely.from_wkt(wkt), crs="EPSG:3006")


def ends(network):
    return {name: (row.from_node, row.to_node) for name, row in network.edges.iterrows()}


def test_time_follows_stated_length_not_geometry():
    net = network_from_lines(lines(["LINESTRING (0 0, 1000 0)"], length_m=[3000.0]), SPEEDS)
    assert net.edges["minutes_min"].tolist() == pytest.approx([3.0], abs=1e-12)
    assert net.edges["length_m"].tolist() == [3000.0]


def test_own_speed_before_class_and_back_speed():
    net = network_from_lines(
        lines(["LINESTRING (0 0, 1000 0)"] * 2, speed_kmh=[30.0, np.nan], speed_back_kmh=[np.nan, 20.0]), SPEEDS
    )
    assert net.edges["minutes_min"].tolist() == pytest.approx([2.0, 1.0])
    assert net.edges["minutes_back_min"].tolist() == pytest.approx([2.0, 3.0])


def test_one_way_both_directions():
    net = network_from_lines(lines(["LINESTRING (0 0, 1000 0)"] * 3, oneway=[0, 1, -1]), SPEEDS)
    assert np.isinf(net.edges["minutes_back_min"]).tolist() == [False, True, True]
    assert ends(net)["v2"] == ends(net)["v1"][::-1]
    assert net.edges.geometry["v2"].coords[0] == (1000.0, 0.0)


@pytest.mark.parametrize("word", ["-1", "reverse", -1.0])
def test_one_way_in_the_words_of_osm(word):
    net = network_from_lines(lines(["LINESTRING (0 0, 1000 0)"], oneway=[word]), SPEEDS)
    assert net.edges.geometry["v0"].coords[0] == (1000.0, 0.0)


def test_links_keep_their_nodes_even_where_lines_do_not_meet():
    frame = lines(
        ["LINESTRING (0 0, 1000 0)", "LINESTRING (1200 0, 2000 0)"], from_id=["a", "b"], to_id=["b", "c"], ferry=[0, 1]
    )
    net = network_from_lines(frame, SPEEDS)
    assert sorted(net.nodes.index) == ["a", "b", "c"]
    assert net.nodes.geometry["b"].coords[0] == (1000.0, 0.0)
    assert net.edges["ferry"].tolist() == [False, True]
    assert shortest_minutes(net, ["a"])[0][net.nodes.index.get_loc("c")] == pytest.approx(1.8)


def test_ends_within_tolerance_are_one_node_and_beyond_are_not():
    frame = lines(["LINESTRING (0 0, 1000 0)", "LINESTRING (1000.8 0, 2000 0)", "LINESTRING (2001.2 0, 3000 0)"])
    net = network_from_lines(frame, SPEEDS, tolerance_m=1.0)
    assert len(net.nodes) == 5
    assert ends(net)["v0"][1] == ends(net)["v1"][0]
    assert len(network_summary(net)) == 2


def test_split_at_vertex_shares_stated_length_by_geometry():
    frame = lines(
        ["LINESTRING (0 0, 250 0, 1000 0)", "LINESTRING (250 0, 250 400)"], length_m=[2000.0, np.nan], index=["w", "x"]
    )
    net = network_from_lines(frame, SPEEDS)
    assert net.edges["length_m"].to_dict() == pytest.approx({"w#1": 500.0, "w#2": 1500.0, "x": 400.0})


def test_end_near_vertex_of_another_line_joins_it():
    net = network_from_lines(lines(["LINESTRING (0 0, 500 0, 1000 0)", "LINESTRING (500 0.6, 500 400)"]), SPEEDS)
    assert len(network_summary(net)) == 1
    assert len(net.edges) == 3


def test_dense_vertices_do_not_swallow_their_own_end():
    net = network_from_lines(lines(["LINESTRING (0 0, 0.3 0, 0.6 0, 0.9 0, 100 0)"]), SPEEDS)
    assert net.edges["length_m"].tolist() == pytest.approx([100.0])


def test_bridge_is_not_a_junction_but_coinciding_vertices_are():
    apart = network_from_lines(lines(["LINESTRING (0 0, 10 0)", "LINESTRING (5 -5, 5 5)"]), SPEEDS)
    assert len(network_summary(apart)) == 2
    joined = network_from_lines(lines(["LINESTRING (0 0, 5 0, 10 0)", "LINESTRING (5 -5, 5 0, 5 5)"]), SPEEDS)
    assert len(network_summary(joined)) == 1
    assert len(joined.edges) == 4


def test_roundabout_and_multilinestring():
    frame = lines(
        [
            "LINESTRING (0 0, 10 0, 10 10, 0 0)",
            "MULTILINESTRING ((10 0, 50 0), (50 0, 90 0))",
            "LINESTRING (50 0, 50 9)",
        ],
        oneway=[1, 0, 0],
    )
    net = network_from_lines(frame, SPEEDS)
    assert set(net.edges.index) == {"v0#1", "v0#2", "v1#1", "v1#2", "v2"}
    assert len(network_summary(net)) == 1


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"road_class": ["stig", "gata"]}, "no_speed"),
        ({"road_class": [None, "gata"]}, "no_class"),
        ({"speed_kmh": [0.0, 50.0]}, "bad_speed"),
        ({"speed_kmh": ["femtio", "50"]}, "bad_speed"),
        ({"length_m": [-1.0, 5.0]}, "bad_length"),
        ({"oneway": ["kanske", "0"]}, "bad_oneway"),
        ({"from_id": [None, "b"], "to_id": ["b", "c"]}, "no_end"),
        ({"index": ["v1", "v1"]}, "repeated_id"),
    ],
)
def test_faults_name_row_and_remedy(change, key):
    frame = lines(["LINESTRING (0 0, 10 0)", "LINESTRING (10 0, 20 0)"], **change)
    faults = line_faults(frame, SPEEDS, layer="vagar")
    assert faults[0].key == f"network.{key}"
    assert faults[0].row == frame.index[0]
    assert faults[0].sentence()
    assert faults[0].remedy()
    with pytest.raises(ValueError, match=f"{frame.index[0]}: network.{key}"):
        network_from_lines(frame, SPEEDS)


def test_missing_geometry_is_a_fault():
    frame = lines(["LINESTRING (0 0, 10 0)", "LINESTRING (10 0, 10 0)"])
    frame.loc["v0", "geometry"] = None
    assert [(f.row, f.key) for f in line_faults(frame, SPEEDS)] == [
        ("v0", "network.no_geometry"),
        ("v1", "network.no_geometry"),
    ]


def test_components_by_road_and_ferries_apart():
    frame = lines(
        [
            "LINESTRING (0 0, 1000 0)",
            "LINESTRING (1000 0, 5000 0)",
            "LINESTRING (5000 0, 9000 0)",
            "LINESTRING (0 99, 9 99)",
        ],
        ferry=[0, 1, 0, 0],
    )
    net = network_from_lines(frame, SPEEDS)
    assert network_summary(net)["km"].tolist() == pytest.approx([5.0, 0.009])
    assert network_summary(net)["ferry_km"].tolist() == pytest.approx([4.0, 0.0])
    land = component_of_nodes(net, ferries=False)
    assert land["9000.000_0.000"] == 0
    assert land["0.000_0.000"] == 1
    assert len(without_fragments(net, 1.0).edges) == 3


def test_empty_lines_make_an_empty_network():
    net = network_from_lines(lines(["LINESTRING (0 0, 9 0)"]).iloc[:0], SPEEDS)
    assert len(net.nodes) == len(net.edges) == 0
    assert network_summary(net).empty


def test_path_edges_take_the_first_edge_of_a_tie_and_name_directions():
    frame = lines(
        ["LINESTRING (0 0, 1000 0)", "LINESTRING (0 0, 500 500, 1000 0)", "LINESTRING (2000 0, 1000 0)"],
        length_m=[1000.0, 1000.0, 1000.0],
        from_id=["a", "a", "c"],
        to_id=["b", "b", "b"],
        index=["z", "y", "x"],
    )
    net = network_from_lines(frame, SPEEDS)
    steps = path_edges(net, "a", ["c", "a"])
    assert steps.to_dict("list") == {
        "to_node": ["c", "c"],
        "step": [0, 1],
        "edge": ["y", "x"],
        "forward": [True, False],
    }
    with pytest.raises(ValueError, match="nowhere"):
        path_edges(net, "nowhere", ["a"])


def test_snap_ties_ferries_and_limit():
    frame = lines(
        ["LINESTRING (0 0, 1000 0)", "LINESTRING (0 200, 1000 200)", "LINESTRING (0 90, 1000 90)"],
        ferry=[0, 0, 1],
        index=["s", "r", "färja"],
    )
    net = network_from_lines(frame, SPEEDS)
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([500, 100, 2000, 1000], [100, 20, 0, 0]), index=["mitt", "nära", "långt", "ände"],
        crs="EPSG:3006",
    )  # fmt: skip
    snaps = snap_points(net, points, 100.0)
    assert snaps["edge"].tolist() == ["r", "s", None, "s"]
    assert snaps["snap_m"].tolist() == [100.0, 20.0, 1000.0, 0.0]
    assert snaps["share"].tolist()[:2] == [0.5, 0.1]
    assert snaps["share"]["ände"] == 1.0
    split, node = with_points(net, snaps)
    assert node.tolist() == ["r@0.5", "s@0.1", None, "1000.000_0.000"]
    assert split.edges.loc["s#1", "geometry"].wkt == "LINESTRING (0 0, 100 0)"
    with pytest.raises(ValueError, match="another network"):
        with_points(split, snaps)


def test_points_without_place_or_crs_are_refused():
    net = network_from_lines(lines(["LINESTRING (0 0, 9 0)"]), SPEEDS)
    with pytest.raises(ValueError, match="without place"):
        snap_points(net, gpd.GeoDataFrame(geometry=[None], crs="EPSG:3006"), 10.0)
    with pytest.raises(ValueError, match="EPSG:4326"):
        snap_points(net, gpd.GeoDataFrame(geometry=gpd.points_from_xy([0], [0]), crs="EPSG:4326"), 10.0)


COORDINATE = st.integers(0, 8).map(lambda v: v * 100.0)
PATHS = st.lists(
    st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=5).filter(lambda c: len(set(c)) > 1),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(PATHS, st.randoms(use_true_random=False))
def test_network_does_not_depend_on_order_nor_change_its_input(paths, random):
    frame = lines([shapely.LineString(path).wkt for path in paths], oneway=[random.choice([0, 1, -1]) for _ in paths])
    before = frame.copy(deep=True)
    net = network_from_lines(frame, SPEEDS)
    pd.testing.assert_frame_equal(frame, before)
    order = list(range(len(frame)))
    random.shuffle(order)
    other = network_from_lines(frame.iloc[order], SPEEDS)
    pd.testing.assert_frame_equal(pd.DataFrame(net.nodes), pd.DataFrame(other.nodes))
    pd.testing.assert_frame_equal(pd.DataFrame(net.edges), pd.DataFrame(other.edges))
    assert net.edges["length_m"].sum() == pytest.approx(shapely.length(frame.geometry).sum())
    first = shapely.get_point(net.edges.geometry.to_numpy(), 0)
    assert shapely.equals(first, net.nodes.geometry.loc[net.edges["from_node"]].to_numpy()).all()
