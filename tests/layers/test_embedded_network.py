"""The hand-made roads, railways and stations of the embedded region: connected, plausible, true to known lengths."""

import itertools
import math
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

LAYERS = Path(__file__).resolve().parents[2] / "layers"
ROAD_CLASSES = {"europavag", "riksvag", "lansvag", "ovrig"}
STATES = {"befintlig", "planerad"}
BASES = {"källa", "antagande"}
KINDS = {"railway", "resecentrum", "bussstation"}
PEOPLE_OF_A_LOCALITY = 200
LONGEST_GAP_KM = 40

# The lengths that the project must meet within 3 per cent; the others, well known, within 5.
GOLDEN = {
    ("2480-umea", "2482-skelleftea"): 137,
    ("2480-umea", "2481-lycksele"): 129,
    ("2481-lycksele", "2421-storuman"): 103,
}
KNOWN = {
    ("2480-umea", "2284-ornskoldsvik"): 110,
    ("2480-umea", "2460-vannas"): 30,
    ("2480-umea", "2425-dorotea"): 211,
    ("2480-umea", "2404-vindeln"): 57,
    ("2482-skelleftea", "2581-pitea"): 80,
    ("2482-skelleftea", "2505-arvidsjaur"): 131,
    ("2421-storuman", "2421-hemavan"): 144,
    ("2421-storuman", "2462-vilhelmina"): 68,
    ("2421-storuman", "2422-sorsele"): 70,
    ("2462-vilhelmina", "2425-dorotea"): 55,
    ("2481-lycksele", "2463-asele"): 88,
    ("2421-hemavan", "no1833-mo-i-rana"): 99,
}
NUMBERED_ENDS = {
    "E4": ("2284-ornskoldsvik", "2480-stocksjo", "2480-savar", "2409-bygdea", "2482-burea", "2482-byske", "2581-pitea"),
    "E12": ("2480-holmsund", "2480-obbola", "2460-vannasby", "2481-lycksele", "2421-storuman", "no1833-mo-i-rana"),
    "E45": ("2313-stromsund", "2425-dorotea", "2462-vilhelmina", "2421-storuman", "2422-sorsele", "2505-arvidsjaur"),
    "90": ("2283-junsele", "2463-asele"),
    "92": ("2425-dorotea", "2463-asele", "2403-bjurholm"),
    "95": ("2482-skelleftea", "2482-boliden", "2505-arvidsjaur"),
    "353": ("2401-nordmaling", "2403-bjurholm", "2481-lycksele"),
    "360": ("2462-vilhelmina", "2481-lycksele"),
    "363": ("2404-vindeln", "2481-rusksele", "2422-sorsele"),
    "364": ("2480-botsmark", "2482-burtrask", "2482-skelleftea"),
    "365": ("2481-lycksele", "2417-norsjo"),
    "370": ("2482-boliden", "2418-mala"),
    "372": ("2482-skelleftea", "2482-skelleftehamn"),
}


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(LAYERS / name, dtype=str, keep_default_na=False)


def places(layer: str) -> dict[str, tuple[float, float]]:
    frame = pd.concat(
        [table(f"{layer}/knutar.csv"), table("tatorter/tatorter.csv"), table("grannorter/grannorter.csv")]
    )
    assert frame["id"].is_unique
    return {
        key: (float(lon), float(lat)) for key, lon, lat in zip(frame["id"], frame["lon"], frame["lat"], strict=True)
    }


def kilometres(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the great-circle distance in km."""
    south, north = math.radians(start[1]), math.radians(end[1])
    east = math.radians(end[0] - start[0])
    half = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(east / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def waypoints(via: str) -> list[tuple[float, float]]:
    pairs = [part.split() for part in via.split(";") if part.strip()]
    assert all(len(pair) == 2 for pair in pairs), via
    return [(float(lon), float(lat)) for lon, lat in pairs]


def legs(frame: pd.DataFrame, where: dict[str, tuple[float, float]]) -> pd.Series:
    """Return each link's legs in km, from waypoint to waypoint."""
    return pd.Series(
        [
            [kilometres(a, b) for a, b in itertools.pairwise(line)]
            for line in (
                [where[start], *waypoints(via), where[end]]
                for start, end, via in zip(frame["from_id"], frame["to_id"], frame["via"], strict=True)
            )
        ],
        index=frame["id"],
    )


def graph_of(frame: pd.DataFrame) -> nx.Graph:
    graph = nx.Graph()
    for start, end, length in zip(frame["from_id"], frame["to_id"], frame["length_km"].astype(float), strict=True):
        if not graph.has_edge(start, end) or graph[start][end]["length_km"] > length:
            graph.add_edge(start, end, length_km=length)
    return graph


@pytest.fixture(scope="module")
def roads() -> pd.DataFrame:
    return table("vagar/lankar.csv")


@pytest.fixture(scope="module")
def railways() -> pd.DataFrame:
    return table("jarnvagar/lankar.csv")


@pytest.fixture(scope="module")
def stations() -> pd.DataFrame:
    return table("stationer/stationer.csv")


@pytest.fixture(scope="module")
def network(roads: pd.DataFrame) -> nx.Graph:
    return graph_of(roads)


@pytest.mark.parametrize(
    "name",
    ["vagar/lankar.csv", "vagar/knutar.csv", "jarnvagar/lankar.csv", "jarnvagar/knutar.csv", "stationer/stationer.csv"],
)
def test_ids_are_unique_and_filled(name: str) -> None:
    frame = table(name)
    assert len(frame) > 0
    assert frame["id"].is_unique
    assert (frame["id"].str.strip() != "").all()


@pytest.mark.parametrize("name", ["vagar/lankar.csv", "jarnvagar/lankar.csv", "stationer/stationer.csv"])
def test_every_row_says_where_from(name: str) -> None:
    frame = table(name)
    assert (frame["source"].str.len() > 10).all()
    assert set(frame["basis"]) <= BASES


@pytest.mark.parametrize("layer", ["vagar", "jarnvagar"])
def test_links_run_between_known_places(layer: str) -> None:
    frame, where = table(f"{layer}/lankar.csv"), places(layer)
    assert set(frame["from_id"]) | set(frame["to_id"]) <= set(where)
    assert (frame["from_id"] != frame["to_id"]).all()


@pytest.mark.parametrize("layer", ["vagar", "jarnvagar"])
def test_every_junction_is_used(layer: str) -> None:
    frame = table(f"{layer}/lankar.csv")
    assert set(table(f"{layer}/knutar.csv")["id"]) <= set(frame["from_id"]) | set(frame["to_id"])


@pytest.mark.parametrize("layer", ["vagar", "jarnvagar"])
def test_waypoints_lie_in_the_north(layer: str) -> None:
    where = places(layer)
    points = [point for via in table(f"{layer}/lankar.csv")["via"] for point in waypoints(via)]
    points += [where[key] for key in table(f"{layer}/knutar.csv")["id"]]
    assert all(12 < lon < 26 and 62 < lat < 68 for lon, lat in points)


@pytest.mark.parametrize("layer", ["vagar", "jarnvagar"])
def test_stated_length_is_never_below_the_drawn_line(layer: str) -> None:
    frame, where = table(f"{layer}/lankar.csv"), places(layer)
    stated = frame.set_index("id")["length_km"].astype(float)
    straight = pd.Series(
        [kilometres(where[a], where[b]) for a, b in zip(frame["from_id"], frame["to_id"], strict=True)],
        index=frame["id"],
    )
    drawn = legs(frame, where).map(sum)
    assert (stated >= straight * 0.99).all()
    assert list(drawn.index[stated < drawn * 0.99]) == []
    assert list(drawn.index[stated > drawn * 1.5 + 0.5]) == []


@pytest.mark.parametrize("layer", ["vagar", "jarnvagar"])
def test_lines_do_not_zigzag_and_bend_often_enough(layer: str) -> None:
    frame, where = table(f"{layer}/lankar.csv"), places(layer)
    for start, end, via in zip(frame["from_id"], frame["to_id"], frame["via"], strict=True):
        line = [where[start], *waypoints(via), where[end]]
        assert max(kilometres(a, b) for a, b in itertools.pairwise(line)) < LONGEST_GAP_KM, (start, end)
        for before, here, after in zip(line[:-2], line[1:-1], line[2:], strict=True):
            detour = kilometres(before, here) + kilometres(here, after)
            assert detour < 1.6 * kilometres(before, after), (start, end, here)


def test_road_columns_hold_their_values(roads: pd.DataFrame) -> None:
    assert set(roads["road_class"]) == ROAD_CLASSES
    assert set(roads["oneway"]) <= {"0", "1"}
    assert set(roads["ferry"]) == {"0", "1"}
    assert (roads["number"] != "").all()
    speed = roads["speed_kmh"].astype(float)
    assert speed[roads["ferry"] == "0"].between(40, 100).all()
    assert speed[roads["ferry"] == "1"].between(15, 45).all()
    european = roads["number"].str.match(r"E\d")
    assert ((roads["road_class"] == "europavag") == european).all()


def test_the_roads_are_one_network(network: nx.Graph) -> None:
    assert nx.is_connected(network)


def test_the_land_roads_are_one_network(roads: pd.DataFrame) -> None:
    land = graph_of(roads[roads["ferry"] == "0"])
    assert nx.is_connected(land)


def test_every_locality_is_an_end_of_a_link(network: nx.Graph) -> None:
    localities = table("tatorter/tatorter.csv")
    wanted = localities["id"][localities["population_inv"].astype(float) >= PEOPLE_OF_A_LOCALITY]
    assert sorted(set(wanted) - set(network)) == []


def test_every_place_beyond_the_county_is_on_the_network(network: nx.Graph) -> None:
    assert sorted(set(table("grannorter/grannorter.csv")["id"]) - set(network)) == []


def test_all_municipal_centres_reach_each_other(network: nx.Graph) -> None:
    localities = table("tatorter/tatorter.csv")
    centres = localities[localities["central"] == "1"]
    assert len(set(centres["municipality_code"])) == 15
    reached = nx.node_connected_component(network, "2480-umea")
    assert set(centres["id"]) <= reached


@pytest.mark.parametrize(("ends", "kilometre"), GOLDEN.items())
def test_golden_lengths(network: nx.Graph, ends: tuple[str, str], kilometre: float) -> None:
    assert nx.shortest_path_length(network, *ends, weight="length_km") == pytest.approx(kilometre, rel=0.03)


@pytest.mark.parametrize(("ends", "kilometre"), KNOWN.items())
def test_known_lengths(network: nx.Graph, ends: tuple[str, str], kilometre: float) -> None:
    assert nx.shortest_path_length(network, *ends, weight="length_km") == pytest.approx(kilometre, rel=0.05)


@pytest.mark.parametrize(("number", "ends"), NUMBERED_ENDS.items())
def test_numbered_roads_reach_their_places(roads: pd.DataFrame, number: str, ends: tuple[str, ...]) -> None:
    road = roads[roads["number"] == number]
    assert set(ends) <= set(road["from_id"]) | set(road["to_id"])


def test_railway_columns_hold_their_values(railways: pd.DataFrame) -> None:
    assert set(railways["state"]) == STATES
    assert set(railways["passenger"]) == {"0", "1"}
    assert {
        "Botniabanan", "Stambanan genom övre Norrland", "Inlandsbanan", "Tvärbanan Hällnäs–Lycksele–Storuman",
        "Skelleftebanan", "Norrbotniabanan",
    } <= set(railways["kind"])  # fmt: skip
    assert railways["speed_kmh"].astype(float).between(30, 250).all()


def test_only_norrbotniabanan_is_planned(railways: pd.DataFrame) -> None:
    assert ((railways["kind"] == "Norrbotniabanan") == (railways["state"] == "planerad")).all()


def test_the_existing_railways_are_one_network(railways: pd.DataFrame) -> None:
    assert nx.is_connected(graph_of(railways[railways["state"] == "befintlig"]))


@pytest.mark.parametrize(
    ("kind", "kilometre"),
    [("Tvärbanan Hällnäs–Lycksele–Storuman", 167), ("Norrbotniabanan", 270)],
)
def test_railway_lengths(railways: pd.DataFrame, kind: str, kilometre: float) -> None:
    assert railways.loc[railways["kind"] == kind, "length_km"].astype(float).sum() == pytest.approx(kilometre, rel=0.02)


def test_stations_hold_their_values(stations: pd.DataFrame) -> None:
    assert set(stations["state"]) == STATES
    assert set(stations["kind"]) <= KINDS
    assert stations["lon"].astype(float).between(12, 26).all()
    assert stations["lat"].astype(float).between(62, 68).all()
    assert stations["municipality_code"].str.fullmatch(r"\d{4}").all()


def test_stations_lie_at_their_place(stations: pd.DataFrame) -> None:
    where = places("jarnvagar")
    for row in stations.itertuples():
        assert row.place_id in where, row.id
        assert kilometres(where[row.place_id], (float(row.lon), float(row.lat))) < 5, row.id


def test_passenger_stations_lie_on_a_railway_with_their_state(stations: pd.DataFrame, railways: pd.DataFrame) -> None:
    where = places("jarnvagar")
    for state in STATES:
        lines = railways[railways["state"] == state]
        ends = [where[key] for key in {*lines["from_id"], *lines["to_id"]}]
        for row in stations[(stations["state"] == state) & (stations["kind"] != "bussstation")].itertuples():
            assert min(kilometres((float(row.lon), float(row.lat)), end) for end in ends) < 5, row.id


def test_every_municipality_has_a_station_or_bus_station(stations: pd.DataFrame) -> None:
    have = set(stations.loc[stations["state"] == "befintlig", "municipality_code"])
    assert set(table("tatorter/tatorter.csv")["municipality_code"]) <= have
