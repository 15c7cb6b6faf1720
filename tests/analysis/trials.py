"""Random and planted ground for trials, and the changed inputs made anew by frames, to count in full."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from shapely.ops import substring

from spatial.analysis.network import network_from_lines
from spatial.analysis.snapping import snap_points, with_points
from spatial.analysis.whatif import together
from spatial.analysis.whatif_ground import Outlines, Reach, ground
from spatial.analysis.whatif_people import cells_at, people_on_cells
from spatial.model import Grid, Network

CRS = "EPSG:3006"
X0, Y0 = 700_000.0, 7_000_000.0
GRID = Grid(CRS, Affine(1000, 0, X0, 0, -1000, Y0 + 40_000), (40, 40))
KINDS = ("grocery", "school")
REACH = Reach(off_network_kmh=20.0, max_snap_m=6000.0)
HALVES = gpd.GeoDataFrame(
    {"name": ["Väster", "Öster", "Utland"]},
    index=pd.Index(["0101", "0102", "9999"], name="code"),
    geometry=[
        shapely.box(X0, Y0, X0 + 14_000, Y0 + 40_000),
        shapely.box(X0 + 14_000, Y0, X0 + 28_000, Y0 + 40_000),
        shapely.box(X0 + 28_000, Y0, X0 + 40_000, Y0 + 40_000),
    ],
    crs=CRS,
)
COUNTRIES = gpd.GeoDataFrame(
    index=pd.Index(["NO", "SE"], name="country"),
    geometry=[HALVES.geometry.iloc[2], shapely.union_all(HALVES.geometry.iloc[:2].to_numpy())],
    crs=CRS,
)
OUTLINES = Outlines(HALVES, COUNTRIES, 50_000.0)


def frame(rows, **columns):
    points = gpd.points_from_xy(*np.array(list(rows.values()), float).reshape(-1, 2).T)
    return gpd.GeoDataFrame(columns, index=pd.Index(list(rows), dtype=object), geometry=points, crs=CRS)


def make_ground(lines, cells, services):
    network = network_from_lines(lines, {})
    return ground(network, cells, GRID, services, kinds=KINDS, reach=REACH, outlines=OUTLINES)


def random_region(seed):
    """Return roads, cells and services scattered over two municipalities and a neighbouring country."""
    rng = np.random.default_rng(seed)
    side = 7
    at = np.column_stack([np.arange(side * side) % side, np.arange(side * side) // side]) * 5000.0
    at = np.round(at + np.array([X0 + 3000, Y0 + 3000]) + rng.uniform(-900, 900, at.shape), 3)
    node = np.arange(side * side).reshape(side, side)
    across = np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()])
    pairs = np.vstack([across, np.column_stack([node[:-1].ravel(), node[1:].ravel()])])
    pairs = pairs[rng.permutation(len(pairs))[: int(len(pairs) * 0.7)]]
    bend = at[pairs].mean(axis=1) + rng.uniform(-400, 400, (len(pairs), 2))
    lines = gpd.GeoDataFrame(
        {
            "speed_kmh": rng.choice([30.0, 50.0, 70.0, 90.0], len(pairs)),
            "oneway": rng.choice(["0", "0", "0", "1"], len(pairs)),
            "ferry": rng.random(len(pairs)) < 0.05,
        },
        index=[f"v{number}" for number in range(len(pairs))],
        geometry=shapely.linestrings(np.stack([at[pairs[:, 0]], bend, at[pairs[:, 1]]], axis=1)),
        crs=CRS,
    )
    return lines, _cells(rng), _services(rng)


def _cells(rng):
    # only in the two municipalities: the region's own
    places = rng.choice(28 * 40, 90, replace=False)
    cells = cells_at(pd.MultiIndex.from_arrays([places // 28, places % 28], names=["row", "col"]), GRID)
    codes = np.where(cells["col"] < 14, "0101", "0102").astype(object)
    return cells.assign(population_inv=rng.integers(1, 200, len(cells)).astype(float), municipality_code=codes)


def _services(rng):
    spots = {f"s{number:02}": rng.uniform([X0, Y0], [X0 + 40_000, Y0 + 40_000]) for number in range(14)}
    services = frame(spots, service_type=rng.choice(KINDS, len(spots)), name="", municipality_code=None)
    return services.assign(name=services.index)


def changed_inputs(base, changes):
    """Return network, cells and services as they would be read had the changes been made: frames, edge by edge."""
    trial = together(changes)
    network = _cut(_faster(_linked(base.network, trial), trial), trial)
    services = base.services[["service_type", "geometry"]].drop(index=[*trial.closed, *trial.moved])
    new = {name: (base.services.loc[name, "service_type"], one.place) for name, one in trial.moved.items()}
    new |= {name: (one.service_type, one.place) for name, one in trial.added.items()}
    more = frame({name: place for name, (_, place) in new.items()}, service_type=[kind for kind, _ in new.values()])
    services = gpd.GeoDataFrame(pd.concat([services, more]) if new else services, crs=CRS)
    added = people_on_cells(trial.people, GRID)
    fresh = added.index[~added.index.isin(pd.MultiIndex.from_frame(base.cells[["row", "col"]]))]
    cells = base.cells[["row", "col", "geometry", "municipality_code"]]
    if len(fresh):
        there = cells_at(fresh, GRID)
        cells = pd.concat([cells, there.assign(municipality_code=np.where(there["col"] < 14, "0101", "0102"))])
    return network, gpd.GeoDataFrame(cells, crs=CRS), services


def _linked(network, trial):
    if not trial.links:
        return network
    ends = {f"{name}/{at}": one.points[at] for name, one in trial.links.items() for at in (0, -1)}
    joined, node = with_points(network, snap_points(network, frame(ends), REACH.max_snap_m))
    rows = []
    for name, one in trial.links.items():
        first, last = (node[f"{name}/{at}"] for at in (0, -1))
        line = shapely.LineString([joined.nodes.geometry[first], *one.points, joined.nodes.geometry[last]])
        length = one.length_m or line.length
        minutes = length / 1000 / one.speed_kmh * 60
        ends_of = {"from_node": first, "to_node": last, "length_m": length}
        taken = {"minutes_min": minutes, "minutes_back_min": minutes}
        rows.append({**ends_of, **taken, "ferry": False, "road_class": "", "number": "", "geometry": line})
    links = gpd.GeoDataFrame(rows, index=pd.Index(list(trial.links), name="edge"), geometry="geometry", crs=CRS)
    return Network(joined.nodes, gpd.GeoDataFrame(pd.concat([joined.edges, links]), crs=CRS))


def _owner(network):
    return pd.Series([str(name).split("#")[0] for name in network.edges.index], index=network.edges.index)


def _faster(network, trial):
    edges = network.edges.copy()
    for name, one in trial.speeds.items():
        own = _owner(network) == name
        for column in ("minutes_min", "minutes_back_min"):
            open_ = own & np.isfinite(edges[column])
            edges.loc[open_, column] = edges.loc[open_, "length_m"] / 1000 / one.speed_kmh * 60
    return Network(network.nodes, edges)


def _cut(network, trial):
    """Take each cut edge apart at its place; where new links had already parted it, the right one of its parts."""
    for name, one in trial.cuts.items():
        parts = network.edges[_owner(network) == name]
        lengths = parts["length_m"].to_numpy()
        ends = np.cumsum(lengths) / lengths.sum()
        number = int(np.searchsorted(ends, one.share))
        begin = ends[number - 1] if number else 0.0
        row, share = parts.iloc[number], (one.share - begin) / (ends[number] - begin)
        halves = []
        for half, (low, high) in enumerate(((0.0, share), (share, 1.0))):
            values = {column: row[column] * (high - low) for column in ("length_m", "minutes_min", "minutes_back_min")}
            end = {"to_node": f"{name}-slut"} if half == 0 else {"from_node": f"{name}-start"}
            line = substring(row.geometry, low, high, normalized=True)
            halves.append({**row.to_dict(), **values, **end, "geometry": line})
        index = pd.Index([f"{row.name}#a", f"{row.name}#b"], name="edge", dtype=object)
        new = gpd.GeoDataFrame(halves, index=index, geometry="geometry", crs=CRS)
        at = shapely.get_point(new.geometry.iloc[0], -1)
        nodes = gpd.GeoDataFrame(geometry=[at, at], index=[f"{name}-slut", f"{name}-start"], crs=CRS)
        edges = gpd.GeoDataFrame(pd.concat([network.edges.drop(index=row.name), new]), crs=CRS)
        network = Network(gpd.GeoDataFrame(pd.concat([network.nodes, nodes]), crs=CRS), edges)
    return network
