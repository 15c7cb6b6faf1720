"""Corridors: people along lines, links between nodes, strokes under one number, levels; planted cases by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.along import cells_within, people_by_strongest, people_by_strongest_drawn
from spatial.analysis.corridors import COLUMNS, corridors, links_between, people_along
from spatial.analysis.flows import gravity_flows
from spatial.analysis.network import network_from_lines
from spatial.analysis.paths import shortest_minutes
from spatial.analysis.strokes import absorbed
from spatial.model import Network
from spatial.settings import CorridorLevel, Corridors, Parameter, Title

CRS = "EPSG:3006"


def number(value):
    return Parameter(value=value, unit="–", source="antagande")


def options(**more):
    levels = [("regional", 40000), ("subregional", 10000), ("local", 100)]
    given_ = {
        "reach_m": number(5000.0),
        "node_levels": ["core", "centre"],
        "levels": [
            CorridorLevel(id=name, title=Title(sv=name), criterion=Title(sv=name), min_people_inv=number(people))
            for name, people in levels
        ],
        "gravity_exponent": number(2.0),
        "flow_share": number(0.0),
        "max_minutes": number(200.0),
        "detour_share": number(0.05),
        "least_minutes": number(1.0),
        "station_reach_m": number(3000.0),
    }
    return Corridors(**(given_ | more))


# Kilometres. E4 runs south to north through Umea; E12 west from it to Lycksele by Vannas, which lies 3 km off the road;
# 363 is a loose road from Umea that ends in the forest; Byn is a village with service on the E12.
AT = {
    "pitea": (0, 300),
    "skelleftea": (0, 130),
    "umea": (0, 0),
    "nordmaling": (0, -50),
    "v-korsning": (-30, 0),
    "vannas": (-30, 3),
    "byn": (-60, 0),
    "lycksele": (-120, 0),
    "v-skog": (-40, 60),
}
LINKS = [
    ("nordmaling", "umea", "E4"),
    ("umea", "skelleftea", "E4"),
    ("skelleftea", "pitea", "E4"),
    ("umea", "v-korsning", "E12"),
    ("v-korsning", "byn", "E12"),
    ("byn", "lycksele", "E12"),
    ("v-korsning", "vannas", "lokal"),
    ("umea", "v-skog", "363"),
]


def network(links=LINKS):
    xy = {name: (700000 + x * 1000, 7000000 + y * 1000) for name, (x, y) in AT.items()}
    lines = gpd.GeoDataFrame(
        {
            "from_id": [a for a, _, _ in links],
            "to_id": [b for _, b, _ in links],
            "number": [n for _, _, n in links],
            "speed_kmh": 60.0,
            "road_class": "x",
        },
        geometry=[shapely.LineString([xy[a], xy[b]]) for a, b, _ in links],
        index=[f"{a}-{b}" for a, b, _ in links],
        crs=CRS,
    )
    return network_from_lines(lines, {})


def places():
    level = {"umea": "core", "skelleftea": "core", "nordmaling": "centre", "vannas": "centre", "lycksele": "centre"}
    people = {"umea": 90000, "skelleftea": 36000, "nordmaling": 2500, "vannas": 4500, "lycksele": 8600, "byn": 300}
    ids = ["umea", "vannas", "skelleftea", "lycksele", "nordmaling", "byn", "pitea"]
    return gpd.GeoDataFrame(
        {
            "name": [one.title() for one in ids],
            "level": pd.Series([level.get(one) for one in ids], dtype=object).to_numpy(object),
            "population_inv": [float(people.get(one, 23000)) for one in ids],
            "node_id": ids,
            "outside": [one == "pitea" for one in ids],
        },
        geometry=gpd.points_from_xy([700000 + AT[i][0] * 1000 for i in ids], [7000000 + AT[i][1] * 1000 for i in ids]),
        index=ids,
        crs=CRS,
    )


def cells():
    home = places()
    return gpd.GeoDataFrame(
        {"population_inv": home["population_inv"].to_numpy()}, geometry=home.geometry.to_numpy(), crs=CRS
    )[lambda frame: frame["population_inv"] != 23000]


def flows(network_, nodes):
    minutes = shortest_minutes(network_, list(nodes["node_id"]))
    minutes = minutes[:, network_.nodes.index.get_indexer(nodes["node_id"])]
    table = pd.DataFrame(minutes, index=nodes.index, columns=nodes.index)
    return gravity_flows(nodes, table, exponent=2, max_minutes=200)


def test_links_join_consecutive_nodes_and_the_place_beyond_the_border():
    got = links_between(network(), places(), options())
    assert list(got.index) == [
        "lycksele~vannas",
        "nordmaling~umea",
        "pitea~skelleftea",
        "skelleftea~umea",
        "umea~vannas",
    ]
    assert got.loc["umea~vannas", "length_m"] == pytest.approx(33000)
    assert got.loc["lycksele~vannas", "minutes_min"] == pytest.approx(93)
    assert got.geometry.iloc[0].coords[0] == (580000, 7000000)
    assert got["flow_inv"].isna().all()


def test_a_node_off_the_way_does_not_part_a_link_unless_the_detour_is_small():
    strict = links_between(network(), places(), options(detour_share=number(0.0)))
    assert "lycksele~umea" in strict.index
    assert "lycksele~umea" not in links_between(network(), places(), options(detour_share=number(0.05))).index


def test_a_long_pair_and_a_pair_wholly_outside_are_no_links():
    short = links_between(network(), places(), options(max_minutes=number(120.0)))
    assert "pitea~skelleftea" not in short.index
    foreign = places()
    foreign.loc["skelleftea", "outside"] = True
    assert "pitea~skelleftea" not in links_between(network(), foreign, options()).index


def test_small_places_outside_end_no_corridor():
    nodes = places()
    nodes.loc["pitea", "population_inv"] = 100
    assert "pitea~skelleftea" not in links_between(network(), nodes, options()).index


def test_corridors_by_hand():
    nodes, net = places(), network()
    before = nodes.copy()
    got = corridors(net, nodes, flows(net, nodes), options(), cells())
    assert list(got.columns) == [*COLUMNS, "geometry"]
    assert list(got["name"]) == ["E4 Pitea–Nordmaling", "E12 Umea–Lycksele"]
    assert got.index.name == "corridor"
    e4, e12 = got.iloc[0], got.iloc[1]
    assert (e4["level"], e4["people_inv"], e4["level_people_inv"]) == ("regional", 128500, 128500)
    # Umea counts for the E4; Byn has no level, so it is not named, but its people are counted.
    assert (e12["level"], e12["people_inv"], e12["level_people_inv"]) == ("subregional", 103400, 13400)
    assert e12["places"] == "Umea, Vannas, Lycksele"
    assert (e12["length_m"], e12["minutes_min"]) == (pytest.approx(120000), pytest.approx(120))
    assert (e4["from_place"], e4["to_place"], e4["mode"]) == ("Pitea", "Nordmaling", "väg")
    assert e4["flow_inv"] * e4["length_m"] > e12["flow_inv"] * e12["length_m"] > 0
    assert set(got.geom_type) == {"LineString"}
    pd.testing.assert_frame_equal(nodes, before)


def test_corridors_without_flows_cells_or_nodes():
    net, nodes = network(), places()
    got = corridors(net, nodes, None, options(), cells())
    assert got["flow_inv"].isna().all()
    assert got["level"].tolist() == ["regional", "subregional"]
    assert corridors(net, nodes, None, options(), cells().iloc[:0])["people_inv"].tolist() == [0, 0]
    assert corridors(net, nodes.iloc[:1], None, options(), cells()).empty
    assert corridors(net, nodes.iloc[:0], None, options(), cells()).empty


def test_a_number_goes_on_to_the_next_corridor_or_ends_where_it_does():
    nodes = places()
    got = corridors(network([*LINKS[:-1], ("umea", "byn", "363")]), nodes, None, options(), cells())
    assert "363" not in set(got["number"])  # no link uses it
    AT["v-mitt"] = (-60, 40)
    try:
        # Skelleftea-Lycksele turns off the 363 half-way; the 363 itself goes on to Umea.
        links = [*LINKS[:-1], ("umea", "v-mitt", "363"), ("v-mitt", "lycksele", "363"), ("v-mitt", "skelleftea", "364")]
        got = corridors(network(links), nodes, None, options(), cells())
    finally:
        del AT["v-mitt"]
    assert "363 Umea–Lycksele" in set(got["name"])
    assert "364 Skelleftea–363" in set(got["name"])
    assert got.loc[got["number"] == "364", "to_place"].tolist() == [None]


def test_a_railway_has_a_name_for_a_number():
    links = [("umea", "skelleftea", "Norrbotniabanan"), ("skelleftea", "pitea", "Norrbotniabanan")]
    nodes = places()
    nodes["node_id"] = nodes["node_id"].where(nodes["node_id"].isin(["umea", "skelleftea", "pitea"]), None)
    got = corridors(network(links), nodes, None, options(), cells(), mode="järnväg")
    assert got["name"].tolist() == ["Norrbotniabanan Umea–Pitea"]
    assert got["mode"].tolist() == ["järnväg"]


def test_short_runs_take_the_longer_neighbours_name():
    assert absorbed(["E4", "", "E4"], [30, 4, 30], 5) == ["E4", "E4", "E4"]
    assert absorbed(["E4", "346"], [30, 7], 5) == ["E4", "346"]
    assert absorbed(["a", "b", "c"], [1, 1, 3], 5) == ["c", "c", "c"]
    assert absorbed([], [], 5) == []


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_corridors_do_not_depend_on_any_order(random):
    net, nodes, homes = network(), places(), cells()
    flow = flows(net, nodes)
    one = corridors(net, nodes, flow, options(), homes)

    def mixed(frame):
        return frame.sample(frac=1, random_state=random.randrange(10_000))

    other = corridors(Network(mixed(net.nodes), mixed(net.edges)), mixed(nodes), mixed(flow), options(), mixed(homes))
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


def test_every_edge_lies_in_one_corridor_at_most():
    got = corridors(network(), places(), None, options(), cells())
    lines = list(got.geometry)
    assert all(a.intersection(b).length == 0 for i, a in enumerate(lines) for b in lines[:i])


coordinates = st.tuples(st.integers(-30, 30), st.integers(-30, 30))


@settings(deadline=None)
@given(
    st.lists(st.lists(coordinates, min_size=2, max_size=20), min_size=1, max_size=4),
    st.lists(coordinates, min_size=1, max_size=30),
    st.integers(0, 12),
)
def test_people_along_equal_a_point_by_point_count(paths, homes, distance):
    lines = gpd.GeoDataFrame(geometry=[shapely.LineString(path) for path in paths], crs=CRS)
    points = gpd.GeoDataFrame(
        {"population_inv": np.arange(1.0, len(homes) + 1)}, geometry=[shapely.Point(p) for p in homes], crs=CRS
    )
    want = [points.loc[points.distance(line) <= distance, "population_inv"].sum() for line in lines.geometry]
    assert people_along(lines, points, distance).tolist() == want
    multi = gpd.GeoDataFrame(geometry=[shapely.MultiLineString(list(lines.geometry))], crs=CRS)
    near = np.unique(cells_within(np.array(lines.geometry), np.array(points.geometry), distance)[1])
    assert people_along(multi, points, distance).item() == points["population_inv"].iloc[near].sum()
    shared = people_by_strongest(lines, points, distance, pd.Series(range(len(lines))))
    assert shared.sum() == points["population_inv"].iloc[near].sum()


def test_a_cell_exactly_at_the_distance_is_within_and_a_missing_figure_is_nought():
    lines = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (10, 0)])], index=["x"], crs=CRS)
    homes = gpd.GeoDataFrame(
        {"population_inv": [1, np.nan, 4]}, geometry=gpd.points_from_xy([5, 5, 5], [5, 1, 5.0000001]), crs=CRS
    )
    assert people_along(lines, homes, 5).to_dict() == {"x": 1}
    with pytest.raises(ValueError, match="CRS"):
        people_along(lines, homes.to_crs("EPSG:3067"), 5)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_people_by_strongest_are_counted_alike_on_every_draw(seed, flows_known):
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, 9, (4, 4))
    lines = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(a, b), (c, d)]) for a, b, c, d in ends], index=list("abcd"), crs=CRS
    )
    group = pd.Series(["E4", "E12", "E4", "363"], index=lines.index)
    strength = pd.Series({"E4": 2.0, "E12": 3.0, "363": 1.0}) if flows_known else None
    points, people = gpd.points_from_xy(*rng.uniform(0, 9, (2, 12))), rng.integers(0, 9, (3, 12)).astype(float)
    pairs = cells_within(np.asarray(lines.geometry, object), np.asarray(points, object), 2.0)
    found = people_by_strongest_drawn(pairs, people, group, strength)
    for run in range(3):
        cells = gpd.GeoDataFrame({"population_inv": people[run]}, geometry=points, crs=CRS)
        expected = people_by_strongest(lines, cells, 2.0, group, strength)
        assert found.loc[run, list(expected.index)].tolist() == expected.tolist()
