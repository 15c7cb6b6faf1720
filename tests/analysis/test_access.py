import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spatial.analysis.access import minutes_to_each, minutes_to_nearest
from spatial.analysis.network import component_of_nodes, network_from_lines, snap_points, with_points
from spatial.model import Network

OFF = {"off_network_kmh": 6.0, "max_snap_m": 500.0}  # 100 m a minute


def points(places, **columns):
    xy = np.array(list(places.values()), float).reshape(-1, 2)
    index = pd.Index(list(places), dtype=object)
    return gpd.GeoDataFrame(columns, index=index, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs="EPSG:3006")


def shops(places, kind="shop"):
    return points(places, service_type=[kind] * len(places))


def roads(*links, **columns):
    """Links as ((x, y), (x, y)), 60 km/h: 1 km a minute."""
    frame = gpd.GeoDataFrame(
        {"speed_kmh": 60.0} | columns,
        index=[f"v{i}" for i in range(len(links))],
        geometry=[shapely.LineString(link) for link in links],
        crs="EPSG:3006",
    )
    return network_from_lines(frame, {})


def test_island_is_unreachable_not_far():
    net = roads(((0, 0), (5000, 0)), ((5200, 0), (9000, 0)))
    cells = points({"fastland": (1000, 0), "ö": (5300, 0), "hav": (0, 5000)})
    found = minutes_to_nearest(net, cells, shops({"ica": (5000, 0)}), **OFF)
    assert found["shop_min"].tolist() == [4.0, np.inf, np.inf]
    assert found["shop_id"].tolist() == ["ica", None, None]
    assert found["snap_m"].tolist() == [0.0, 0.0, 5000.0]
    assert not found["shop_uncertain"].any()
    assert np.isinf(found["shop_second_min"]).all()


def test_ferry_joins_but_nobody_boards_between_the_quays():
    net = roads(
        ((0, 0), (1000, 0)), ((1000, 0), (3000, 0)), ((3000, 0), (4000, 0)), ferry=[0, 1, 0], speed_kmh=[60, 12, 60]
    )
    cells = points({"kaj": (1000, 0), "sund": (2000, 0), "ö": (4000, 0)})
    found = minutes_to_nearest(net, cells, shops({"ica": (0, 0)}), off_network_kmh=6.0, max_snap_m=1500.0)
    assert found["shop_min"].tolist() == [1.0, 11.0, 12.0]
    assert found["snap_m"].tolist() == [0.0, 1000.0, 0.0]
    # the shop on the island is 400 m across the water, and still only to be had by ferry
    short = roads(
        ((0, 0), (1000, 0)), ((1000, 0), (1400, 0)), ((1400, 0), (4000, 0)), ferry=[0, 1, 0], speed_kmh=[60, 1, 60]
    )
    across = minutes_to_nearest(short, points({"kaj": (1000, 0)}), shops({"ica": (1400, 0)}), **OFF)
    assert across["shop_min"].tolist() == [24.0]


def test_one_way_pair_differs_there_and_back():
    net = roads(((0, 0), (4000, 0)), ((4000, 0), (4000, 3000), (0, 3000), (0, 0)), oneway=[1, 1])
    cells = points({"a": (0, 0), "b": (4000, 0)})
    found = minutes_to_nearest(net, cells, shops({"ica": (4000, 0)}), **OFF)
    assert found["shop_min"].tolist() == [4.0, 0.0]
    found = minutes_to_nearest(net, cells, shops({"ica": (0, 0)}), **OFF)
    assert found["shop_min"].tolist() == [0.0, 10.0]


def test_cell_past_the_shop_on_a_one_way_drives_round():
    net = roads(((0, 0), (4000, 0)), ((4000, 0), (4000, 3000), (0, 3000), (0, 0)), oneway=[1, 1])
    cells = points({"före": (1000, 0), "efter": (3000, 0)})
    found = minutes_to_nearest(net, cells, shops({"ica": (2000, 0)}), **OFF)
    assert found["shop_min"].tolist() == [1.0, 13.0]


def test_cell_and_shops_on_one_road():
    net = roads(((0, 0), (10000, 0)))
    cells = points({"mitt": (4000, 100), "ände": (10000, 0)})
    found = minutes_to_nearest(net, cells, shops({"v": (1000, 0), "ö": (6000, 200)}), **OFF)
    assert found["shop_min"].tolist() == [4.0, 6.0]
    assert found["shop_id"].tolist() == ["v", "ö"]
    assert found["shop_second_min"].tolist() == [5.0, 9.0]
    assert found["shop_second_id"].tolist() == ["ö", "v"]
    assert found["off_network_min"].tolist() == [1.0, 0.0]


def test_tie_goes_to_the_id_that_comes_first():
    net = roads(((0, 0), (1000, 0)), ((1000, 0), (2000, 0)), ((1000, 0), (1000, 1000)))
    cells = points({"mitt": (1000, 0)})
    for order in (["c", "b", "a"], ["b", "a", "c"]):
        places = {"a": (1000, 1000), "b": (2000, 0), "c": (0, 0)}
        found = minutes_to_nearest(net, cells, shops({name: places[name] for name in order}), **OFF).iloc[0]
        assert (found["shop_id"], found["shop_second_id"]) == ("a", "b")
        assert (found["shop_min"], found["shop_second_min"]) == (1.0, 1.0)


def test_service_just_across_the_border_counts_when_it_is_given():
    net = roads(((0, 0), (20000, 0)))
    cells = points({"gräns": (10000, 0)})
    home, beyond = shops({"hemma": (0, 0)}), shops({"över": (10100, 0)})
    assert minutes_to_nearest(net, cells, home, **OFF)["shop_id"].tolist() == ["hemma"]
    both = minutes_to_nearest(net, cells, pd.concat([home, beyond]), **OFF)
    assert both["shop_id"].tolist() == ["över"]
    assert both["shop_second_min"].tolist() == [10.0]


def test_minutes_exactly_at_a_threshold_are_not_above_it():
    # 0.1 + 0.2 + ... in another order: what is 30 minutes must not come out as 30.000000000000004
    thirds = [((i * 1000, 0), ((i + 1) * 1000, 0)) for i in range(30)]
    net = roads(*thirds, speed_kmh=[60.0] * 30)
    found = minutes_to_nearest(net, points({"x": (30000, 0)}), shops({"ica": (0, 0)}), **OFF)
    assert found["shop_min"].tolist() == [30.0]


def test_straight_line_where_it_is_quicker_than_the_road():
    net = roads(((0, 0), (9000, 0), (9000, 300), (0, 300)))
    cells = points({"granne": (1000, 0), "längre": (5000, 0)})
    found = minutes_to_nearest(net, cells, shops({"ica": (1000, 300)}), **OFF)
    assert found["shop_min"].tolist() == [3.0, pytest.approx(4.0 + 0.3 + 8.0)]
    assert found["shop_uncertain"].tolist() == [True, False]
    assert found["shop_off_min"].tolist() == [3.0, 0.0]


def test_uncertain_is_more_than_the_share_not_equal_to_it():
    net = roads(((0, 0), (9000, 0)))
    cells = points({"lika": (2000, 200), "mer": (2000, 201)})
    found = minutes_to_nearest(net, cells, shops({"ica": (0, 0)}), uncertain_share=0.5, **OFF)
    assert found["shop_uncertain"].tolist() == [False, True]
    assert found["shop_off_min"].tolist() == pytest.approx([2.0, 2.01])


def test_snap_exactly_at_the_limit_counts_and_a_shop_beyond_it_is_not_had():
    net = roads(((0, 0), (9000, 0)))
    cells = points({"på": (2000, 500), "bortom": (2000, 501)})
    found = minutes_to_nearest(net, cells, shops({"ica": (0, 0), "stuga": (2000, 900)}), **OFF)
    assert found["shop_min"].tolist() == [7.0, np.inf]
    assert found["snap_m"].tolist() == [500.0, 501.0]
    assert found["shop_second_id"].tolist() == [None, None]


def test_each_type_has_its_own_columns_and_an_empty_frame_is_no_fault():
    net = roads(((0, 0), (9000, 0)))
    both = pd.concat([shops({"ica": (0, 0)}), shops({"vc": (9000, 0)}, "care")])
    found = minutes_to_nearest(net, points({"x": (3000, 0)}), both, **OFF)
    assert (found["shop_min"].iloc[0], found["care_min"].iloc[0]) == (3.0, 6.0)
    assert minutes_to_nearest(net, points({}), both, **OFF).empty
    assert list(minutes_to_nearest(net, points({"x": (0, 0)}), both.iloc[:0], **OFF)) == ["snap_m", "off_network_min"]
    nothing = Network(net.nodes.iloc[:0], net.edges.iloc[:0])
    assert np.isinf(minutes_to_nearest(nothing, points({"x": (0, 0)}), both, **OFF)["care_min"]).all()
    assert np.isinf(minutes_to_each(nothing, points({"x": (0, 0)}), both, **OFF)).all(axis=None)


def test_repeated_ids_and_other_crs_are_refused():
    net = roads(((0, 0), (9000, 0)))
    cells, shop = points({"x": (0, 0)}), shops({"ica": (0, 0)})
    with pytest.raises(ValueError, match="repeated"):
        minutes_to_nearest(net, cells, pd.concat([shop, shop]), **OFF)
    with pytest.raises(ValueError, match="EPSG:4326"):
        minutes_to_nearest(net, cells.to_crs("EPSG:4326"), shop, **OFF)
    with pytest.raises(ValueError, match="off_network_kmh"):
        minutes_to_nearest(net, cells, shop, off_network_kmh=0.0, max_snap_m=500.0)


# --- against another engine, and properties ------------------------------------------------------------------------


def scene(seed, cells=10, facilities=5, links=14):
    """A small random country: integer places, so that ties happen; one-ways, ferries, own lengths."""
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 12, size=(9, 2)) * 200.0
    pairs = rng.integers(0, 9, size=(links, 2))
    pairs = pairs[(xy[pairs[:, 0]] != xy[pairs[:, 1]]).any(axis=1)]
    n = len(pairs)
    lines = gpd.GeoDataFrame(
        {
            "from_id": [f"n{i}" for i in pairs[:, 0]],
            "to_id": [f"n{i}" for i in pairs[:, 1]],
            "speed_kmh": rng.choice([30.0, 60.0], n),
            "oneway": rng.choice([0, 0, 1, -1], n),
            "ferry": rng.random(n) < 0.15,
        },
        index=[f"e{i}" for i in range(n)],
        geometry=shapely.linestrings(xy[pairs]),
        crs="EPSG:3006",
    )
    lines["length_m"] = lines.length * rng.choice([1.0, 1.5], n)
    cell = points({f"c{i}": tuple(rng.integers(0, 24, 2) * 100.0) for i in range(cells)})
    shop = points({f"s{i}": tuple(rng.integers(0, 24, 2) * 100.0) for i in range(facilities)})
    shop["service_type"] = rng.choice(["p", "q"], facilities)
    return lines, cell, shop


def by_networkx(network, cells, shops_, off_network_kmh, max_snap_m):
    """The same minutes by putting everybody on the network as nodes of their own."""
    everybody = pd.concat([cells, shops_])
    snaps = snap_points(network, everybody, max_snap_m)
    split, node = with_points(network, snaps)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(split.nodes.index)
    for row in split.edges.itertuples():
        for a, b, t in (
            (row.from_node, row.to_node, row.minutes_min),
            (row.to_node, row.from_node, row.minutes_back_min),
        ):
            if np.isfinite(t):
                graph.add_edge(a, b, t=t)
    part = component_of_nodes(split, ferries=False)
    leg = snaps["snap_m"] * 0.06 / off_network_kmh
    out = pd.DataFrame(np.inf, index=cells.index, columns=shops_.index)
    for c in cells.index[node[cells.index].notna()]:
        known = nx.single_source_dijkstra_path_length(graph, node[c], weight="t")
        for s in shops_.index[node[shops_.index].notna()]:
            way = leg[c] + known.get(node[s], np.inf) + leg[s]
            metres = cells.geometry[c].distance(shops_.geometry[s])
            if part[node[c]] == part[node[s]] and metres <= max_snap_m:
                way = min(way, metres * 0.06 / off_network_kmh)
            out.loc[c, s] = way
    return out


SEEDS = st.integers(0, 100_000)
PROPERTY = settings(max_examples=40, deadline=None)


@PROPERTY
@given(SEEDS)
def test_each_and_nearest_equal_networkx(seed):
    lines, cells, shop = scene(seed)
    net = network_from_lines(lines, {})
    known = by_networkx(net, cells, shop, **OFF)
    each = minutes_to_each(net, cells, shop, **OFF)
    np.testing.assert_allclose(each, known, atol=1e-9, rtol=0)
    found = minutes_to_nearest(net, cells, shop, **OFF)
    for kind, members in shop.groupby("service_type"):
        for cell in cells.index:
            ways = sorted((round(known.loc[cell, s], 7), s) for s in members.index if np.isfinite(known.loc[cell, s]))
            ways = [*ways, (np.inf, None), (np.inf, None)]
            row = found.loc[cell]
            assert [row[f"{kind}_id"], row[f"{kind}_second_id"]] == [ways[0][1], ways[1][1]]
            for column, way in (("min", ways[0]), ("second_min", ways[1])):
                exact = known.loc[cell, way[1]] if way[1] else np.inf
                assert row[f"{kind}_{column}"] == pytest.approx(exact, abs=1e-9)


@PROPERTY
@given(SEEDS)
def test_a_new_facility_never_lengthens(seed):
    lines, cells, shop = scene(seed)
    net = network_from_lines(lines, {})
    before = minutes_to_nearest(net, cells, shop.iloc[:-1].assign(service_type="p"), **OFF)
    after = minutes_to_nearest(net, cells, shop.assign(service_type="p"), **OFF)
    for column in ("p_min", "p_second_min"):
        assert (after[column] <= before[column] + 1e-9).all()


@PROPERTY
@given(SEEDS, st.integers(0, 13))
def test_a_link_less_never_shortens(seed, gone):
    """Of a link that nobody joins the network by: who must join elsewhere may come to a better road."""
    lines, cells, shop = scene(seed)
    net = network_from_lines(lines, {})
    used = set(snap_points(net, pd.concat([cells, shop]), OFF["max_snap_m"])["edge"])
    assume(f"e{gone}" in lines.index)
    assume(f"e{gone}" not in used)
    before = minutes_to_each(net, cells, shop, **OFF)
    after = minutes_to_each(network_from_lines(lines.drop(index=f"e{gone}"), {}), cells, shop, **OFF)
    assert (after >= before - 1e-9).all(axis=None)


@PROPERTY
@given(SEEDS)
def test_a_split_edge_changes_nothing(seed):
    lines, cells, shop = scene(seed)
    net = network_from_lines(lines, {})
    rng = np.random.default_rng(seed)
    extra = points({f"p{i}": tuple(rng.integers(0, 24, 2) * 100.0) for i in range(6)})
    split, _ = with_points(net, snap_points(net, extra, np.inf))
    pd.testing.assert_frame_equal(
        minutes_to_nearest(net, cells, shop, **OFF), minutes_to_nearest(split, cells, shop, **OFF), atol=2e-9, rtol=0
    )


@PROPERTY
@given(SEEDS, st.sampled_from([0.5, 2.0, 3.0]))
def test_all_speeds_scaled_scale_all_minutes(seed, factor):
    lines, cells, shop = scene(seed)
    faster = lines.assign(speed_kmh=lines["speed_kmh"] * factor)
    before = minutes_to_each(network_from_lines(lines, {}), cells, shop, **OFF)
    after = minutes_to_each(network_from_lines(faster, {}), cells, shop, off_network_kmh=6.0 * factor, max_snap_m=500.0)
    np.testing.assert_allclose(after * factor, before, atol=4e-9, rtol=0)


@PROPERTY
@given(SEEDS)
def test_order_does_not_matter_inputs_stay_and_the_index_is_kept(seed):
    lines, cells, shop = scene(seed)
    net = network_from_lines(lines, {})
    copies = [frame.copy(deep=True) for frame in (net.nodes, net.edges, cells, shop)]
    found = minutes_to_nearest(net, cells, shop, **OFF)
    for frame, copy in zip((net.nodes, net.edges, cells, shop), copies, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(copy))
    assert found.index.equals(cells.index)
    rng = np.random.default_rng(seed)
    shuffled = [frame.iloc[rng.permutation(len(frame))] for frame in (lines, cells, shop)]
    other = minutes_to_nearest(network_from_lines(shuffled[0], {}), shuffled[1], shuffled[2], **OFF)
    pd.testing.assert_frame_equal(other.loc[found.index], found)
