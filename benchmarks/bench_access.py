"""Minutes to the nearest service, at county size and four times that, against the engines a planner would use.

Run from the repository: ``PYTHONPATH=. python benchmarks/bench_access.py [--small]``. The same synthetic road network
(a lattice with a third of its links gone, bent roads, own speeds) and the same facilities go to every engine in the
same run; medians of three, networkx once; CPU seconds (every engine here runs on one thread). Ratios above 1 mean that
ours is quicker. Minutes of every engine are checked to agree, and the run fails where a limit is missed (not with
--small).
"""

import argparse
import statistics
import time

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from limits import Limits, growth
from scipy.sparse.csgraph import dijkstra

from spatial.analysis.access import minutes_to_nearest
from spatial.analysis.network import network_from_lines
from spatial.analysis.routing import arc_matrix, nearest_two


def lattice(side, seed=1):
    """Links of a lattice of ``side`` × ``side`` junctions 400 m apart, in no particular order."""
    rng = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    pairs = np.vstack(
        [
            np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
            np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
        ]
    )
    pairs = pairs[rng.permutation(len(pairs))[: int(len(pairs) * 0.67)]]
    xy = np.column_stack([node.ravel() % side, node.ravel() // side]) * 400.0 + rng.uniform(-80, 80, (side * side, 2))
    ends = np.round(xy[pairs] + [600_000, 7_000_000], 3)
    bend = ends.mean(axis=1) + rng.uniform(-40, 40, (len(pairs), 2))
    geometry = shapely.linestrings(np.stack([ends[:, 0], bend, ends[:, 1]], axis=1))
    columns = {"speed_kmh": rng.choice([30.0, 50.0, 70.0, 80.0, 100.0], len(pairs))}
    index = [f"v{i}" for i in range(len(pairs))]
    return gpd.GeoDataFrame(columns, index=index, geometry=geometry, crs="EPSG:3006")


def scattered(count, bounds, name, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(bounds[0], bounds[2], count), rng.uniform(bounds[1], bounds[3], count)
    index = [f"{name}{i}" for i in range(count)]
    return gpd.GeoDataFrame(index=index, geometry=gpd.points_from_xy(x, y), crs="EPSG:3006")


def seconds(call, repeats=3):
    spent = []
    for _ in range(repeats):
        begin = time.process_time()
        result = call()
        spent.append(time.process_time() - begin)
    return statistics.median(spent), result


def run(side, cell_count, facility_count):
    lines = lattice(side)
    build_s, net = seconds(lambda: network_from_lines(lines, {}), 1)
    start, end = net.positions()
    forth, back = (net.edges[c].to_numpy() for c in ("minutes_min", "minutes_back_min"))
    size = len(net.nodes)
    rng = np.random.default_rng(2)
    at = rng.choice(size, facility_count, replace=False)
    matrix_s, graph = seconds(lambda: arc_matrix(start, end, back, forth, size))
    two_s, near = seconds(lambda: nearest_two(graph, at, np.zeros(facility_count)))
    one_s, morton = seconds(lambda: dijkstra(graph, indices=at, min_only=True))
    as_given = rng.permutation(size)  # nodes in the order of an unsorted file
    unsorted = graph[as_given][:, as_given].tocsr()
    place = np.argsort(as_given)
    scipy_s, stock = seconds(lambda: dijkstra(unsorted, indices=place[at], min_only=True))
    assert np.allclose(near.minutes, morton, atol=1e-9)
    assert np.allclose(stock, morton[as_given], atol=1e-9)
    peer = nx.from_scipy_sparse_array(graph, create_using=nx.DiGraph)
    nx_s, known = seconds(lambda: nx.multi_source_dijkstra_path_length(peer, set(at.tolist()), weight="weight"), 1)
    assert all(abs(near.minutes[node] - minutes) < 1e-9 for node, minutes in known.items())
    ten_s, _ = seconds(lambda: dijkstra(graph, indices=at[:10]), 1)
    each_s = ten_s / 10 * facility_count
    cells = scattered(cell_count, net.nodes.total_bounds, "c", 3)
    shops = scattered(facility_count, net.nodes.total_bounds, "s", 4).assign(service_type="shop")
    whole_s, _ = seconds(lambda: minutes_to_nearest(net, cells, shops, off_network_kmh=20.0, max_snap_m=2000.0))
    print(f"\n{size:,} nodes, {len(net.edges):,} edges, {cell_count:,} cells, {facility_count} facilities")
    print(f"  lines -> network                     {build_s:7.2f} s")
    print(f"  arcs -> matrix                       {matrix_s:7.3f} s")
    print(f"  nearest, scipy min_only, unsorted    {scipy_s:7.3f} s")
    print(f"  nearest, scipy min_only, our order   {one_s:7.3f} s   ratio {scipy_s / one_s:5.2f} (stock column: 1.28)")
    print(f"  nearest AND second with ids, ours    {two_s:7.3f} s   per run {two_s / 2:.3f} s")
    print(f"  networkx multi_source (nearest only) {nx_s:7.2f} s   ratio {nx_s / two_s:5.1f}")
    print(f"  one scipy run per facility           {each_s:7.2f} s   ratio {each_s / two_s:5.1f}")
    print(f"  cells -> table, snapping included    {whole_s:7.2f} s")
    spent = {"two": two_s, "whole": whole_s, "build": build_s, "scipy": scipy_s}
    return spent, {"scipy, unsorted / our order": scipy_s / one_s, "networkx / ours": nx_s / two_s}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth, to see that it runs")
    small = parser.parse_args().small
    scale = 0.1 if small else 1.0
    first, few = run(int(388 * scale**0.5), int(27_000 * scale), 60)
    second, many = run(int(776 * scale**0.5), int(108_000 * scale), 240)
    grown = {name: growth((1, first[name]), (4, second[name])) for name in first}
    print("\ngrowth exponents over x4: " + ", ".join(f"{name} {value:.2f}" for name, value in grown.items()))
    if not small:
        limits = Limits()
        for name, floor in (("scipy, unsorted / our order", 1.1), ("networkx / ours", 4.0)):
            limits.least(f"{name}, county", few[name], floor)
            limits.least(f"{name}, 4×", many[name], floor)
        limits.most("growth of the nearest two", grown["two"], 1.6)
        limits.most("growth of the whole table", grown["whole"], 1.4)
        limits.judged()
