"""A change tried at county size, against counting everything anew with the tools a planner would use.

Run from the repository: ``PYTHONPATH=. python benchmarks/bench_whatif.py [--small]``. The synthetic network of
``bench_access.py`` (150,000 junctions), 32,000 cells and five kinds of service with 60 facilities each. The peer does
what a script does today: joins cells and services to their nearest road (``geopandas.sjoin_nearest``) and runs
``networkx.multi_source_dijkstra_path_length``, or scipy's ``dijkstra(min_only)``, for every kind. All in the same
process on the same data; CPU seconds, medians of three (networkx: one kind once, times five). Minutes are checked to
agree with our own full count, and the run fails where an answer is not quicker than counting anew (not with --small).
"""

import argparse

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from bench_access import lattice, scattered, seconds
from limits import Limits
from scipy.sparse.csgraph import dijkstra

from spatial.analysis.access import minutes_to_nearest
from spatial.analysis.network import network_from_lines
from spatial.analysis.routing import arc_matrix
from spatial.analysis.whatif import AddLink, AddPeople, AddService, CloseService, CutLink, MoveService, SetSpeed
from spatial.analysis.whatif_access import present, what_if
from spatial.analysis.whatif_answer import effects, within
from spatial.analysis.whatif_ground import Borders, Outlines, Reach, ground
from spatial.model import Grid

KINDS = tuple(f"kind{number}" for number in range(5))
REACH = Reach(off_network_kmh=20.0, max_snap_m=2000.0)
EVERYWHERE = Borders(municipal=True, national=True)


def region(net, cell_count, facilities):
    west, south, east, north = net.nodes.total_bounds
    grid = Grid(
        "EPSG:3006", Affine(500, 0, west, 0, -500, north), (int((north - south) / 500), int((east - west) / 500))
    )
    rng = np.random.default_rng(3)
    places = rng.choice(grid.shape[0] * grid.shape[1], min(cell_count, grid.shape[0] * grid.shape[1]), replace=False)
    row, col = places // grid.shape[1], places % grid.shape[1]
    x, y = grid.centre(row, col)
    cells = gpd.GeoDataFrame(
        {"row": row, "col": col, "population_inv": rng.integers(1, 60, len(row)).astype(float)},
        index=[f"r{number}" for number in range(len(row))], geometry=gpd.points_from_xy(x, y), crs="EPSG:3006",
    )  # fmt: skip
    edges = np.linspace(west, east, 16)
    low, high = ([(x, y) for x in part] for part, y in ((edges[:-1], south - 1e4), (edges[1:], north + 1e4)))
    stripes = gpd.GeoDataFrame(
        {"name": [f"K{number}" for number in range(15)]}, index=[f"{number:04}" for number in range(15)],
        geometry=[shapely.box(*pair, *top) for pair, top in zip(low, high, strict=True)], crs="EPSG:3006",
    )  # fmt: skip
    cells["municipality_code"] = [f"{min(14, int((value - west) / (east - west) * 15)):04}" for value in x]
    shops = scattered(facilities * len(KINDS), net.nodes.total_bounds, "s", 4)
    shops = shops.assign(service_type=np.resize(KINDS, len(shops)), name=shops.index, municipality_code=None)
    return grid, cells, shops, Outlines(stripes, None, 5000.0)


def peer_scipy(net, cells, shops):
    """Snap everything and route every kind anew, as a script with geopandas and scipy does."""
    roads = net.edges[["geometry"]].reset_index(drop=True)
    near = [
        frame[["geometry"]].sjoin_nearest(roads).groupby(level=0).first()["index_right"] for frame in (cells, shops)
    ]
    start, end = net.positions()
    forth, back = (net.edges[name].to_numpy() for name in ("minutes_min", "minutes_back_min"))
    graph = arc_matrix(start, end, back, forth, len(net.nodes))
    out = {}
    for kind in KINDS:
        at = start[near[1].loc[shops.index[shops["service_type"] == kind]].to_numpy()]
        out[kind] = dijkstra(graph, indices=np.unique(at), min_only=True)[start[near[0].loc[cells.index].to_numpy()]]
    return out, graph


def run(side, cell_count, facilities, held):
    net = network_from_lines(lattice(side), {})
    grid, cells, shops, outlines = region(net, cell_count, facilities)
    reach = {"off_network_kmh": REACH.off_network_kmh, "max_snap_m": REACH.max_snap_m}
    once_s, base = seconds(lambda: ground(net, cells, grid, shops, kinds=KINDS, reach=REACH, outlines=outlines), 1)
    today_s, today = seconds(lambda: present(base, EVERYWHERE), 1)
    own_s, own = seconds(lambda: present(base, Borders()), 1)
    full_s, _ = seconds(lambda: minutes_to_nearest(net, cells, shops, **reach), 1)
    scipy_s, (_, graph) = seconds(lambda: peer_scipy(net, cells, shops))
    peer = nx.from_scipy_sparse_array(graph, create_using=nx.DiGraph)
    nx_s, _ = seconds(lambda: nx.multi_source_dijkstra_path_length(peer, set(range(facilities)), weight="weight"), 1)
    nx_s *= len(KINDS)
    print(
        f"\n{len(net.nodes):,} nodes, {len(net.edges):,} edges, {len(cells):,} cells, {len(shops)} services of 5 kinds"
    )
    print(f"  set up once {once_s:.2f} s; today, all borders open {today_s:.2f} s, closed {own_s:.2f} s")
    print(f"  full count: ours (and second nearest) {full_s:.2f} s, stock {scipy_s:.2f} s, networkx {nx_s:.2f} s")
    middle = cells.geometry.iloc[len(cells) // 2]
    x, y = middle.x, middle.y
    link = str(net.edges.index[len(net.edges) // 2])
    changes = {
        "close a service": CloseService(str(shops.index[0])),
        "add a service": AddService("ny", KINDS[0], (x, y)),
        "move a service": MoveService(str(shops.index[0]), (x, y)),
        "cut a link": CutLink(link),
        "another speed": SetSpeed(link, 20.0),
        "a new link": AddLink("ny", ((x, y), (x + 4000, y + 3000)), 90.0),
        "people move in": AddPeople("p", ((x, y), (x + 3000, y), (x + 3000, y + 3000)), 900.0),
    }
    limits = [(kind, 15.0) for kind in KINDS]
    print(f"  {'':18}{'open':>8}{'closed':>8}   ratio to geopandas + scipy (stock), to networkx; open")
    for name, change in changes.items():
        spent = []
        for state in (today, own):

            def answer(state=state, change=change):
                found = what_if(state, [change])
                return found, effects(found), within(found, limits)

            took, _ = seconds(answer)
            spent.append(took)
        checked(net, cells, shops, change, what_if(today, [change]), reach)
        print(f"  {name:18}{spent[0]:7.2f}s{spent[1]:7.2f}s   {scipy_s / spent[0]:5.1f} {nx_s / spent[0]:7.1f}")
        held.least(f"geopandas + scipy / {name}", scipy_s / spent[0], 1.1)


def checked(net, cells, shops, change, found, reach):
    """Count in full what one can change in the inputs in a line, and compare."""
    if isinstance(change, CloseService):
        shops = shops.drop(index=change.id)
    elif isinstance(change, AddService):
        new = gpd.GeoDataFrame({"service_type": [change.service_type]}, index=[change.id],
                               geometry=gpd.points_from_xy(*np.array([change.place]).T), crs=shops.crs)  # fmt: skip
        shops = gpd.GeoDataFrame(pd.concat([shops, new]), crs=shops.crs)
    elif isinstance(change, SetSpeed):
        edges = net.edges.copy()
        minutes = edges.loc[change.id, "length_m"] * 0.06 / change.speed_kmh
        edges.loc[change.id, ["minutes_min", "minutes_back_min"]] = minutes
        net = type(net)(net.nodes, edges)
    else:
        return
    full = minutes_to_nearest(net, cells, shops, **reach)
    for kind in KINDS:
        assert np.allclose(found.after[kind], full[f"{kind}_min"], rtol=0, atol=1e-9), (change, kind)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth, to see that it runs")
    scale = 0.1 if parser.parse_args().small else 1.0
    limits = Limits()
    run(int(388 * scale**0.5), int(32_000 * scale), int(60 * scale**0.5), limits)
    if scale == 1.0:
        limits.judged()
