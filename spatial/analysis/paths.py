"""Shortest ways over a network: minutes from nodes to all nodes, and the edges of a way."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.routing import arc_matrix, arrival_arcs, minutes_from
from spatial.model import FloatArray, Network

IntArray = npt.NDArray[np.int64]


def shortest_minutes(network: Network, sources: Sequence[str], *, reverse: bool = False) -> FloatArray:
    """Return minutes from each source to every node, or to each source from every node.

    Parameters
    ----------
    network : Network
    sources : sequence of str
        Node ids.
    reverse : bool
        Minutes *to* the sources (against one-ways) instead of from them.

    Returns
    -------
    ndarray, shape (len(sources), len(network.nodes))
        Minutes, inf where no way leads; columns in the order of ``network.nodes``.

    Raises
    ------
    ValueError
        If the network has no such node.

    Notes
    -----
    Dijkstra, E. W. (1959), A note on two problems in connexion with graphs, Numerische Mathematik 1.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> ids = ["a", "b", "c"]
    >>> places = gpd.points_from_xy([0, 100, 200], [0, 0, 0])
    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 200 0)"])
    >>> links = {"from_node": ["a", "b"], "to_node": ["b", "c"], "minutes_min": [1.0, 2.0]}
    >>> links |= {"minutes_back_min": [1.0, float("inf")]}
    >>> edges = gpd.GeoDataFrame(links, index=["ab", "bc"], geometry=lines, crs="EPSG:3006")
    >>> network = Network(gpd.GeoDataFrame(geometry=places, index=ids, crs="EPSG:3006"), edges)
    >>> shortest_minutes(network, ["b"]).tolist(), shortest_minutes(network, ["b"], reverse=True).tolist()
    ([[1.0, 0.0, 2.0]], [[1.0, 0.0, inf]])
    """
    start, end = network.positions()
    forth, back = _minutes(network)
    if reverse:
        forth, back = back, forth
    return minutes_from(arc_matrix(start, end, forth, back, len(network.nodes)), _at(network, sources))


def path_edges(network: Network, from_node: str, to_nodes: Sequence[str]) -> pd.DataFrame:
    """Return the edges of the shortest way from a node to each of others.

    Parameters
    ----------
    network : Network
    from_node : str
        Node id.
    to_nodes : sequence of str
        Node ids.

    Returns
    -------
    DataFrame
        A row a step, index 0..n; ``to_node``, ``step`` (from 0, in the order travelled), ``edge`` (edge id),
        ``forward`` (bool: travelled from the edge's ``from_node``). No row where no way leads, or none is needed.
        Of ways that take equally long, the one that at each node, seen from the end, comes by the edge whose id is
        first.

    Raises
    ------
    ValueError
        If the network has no such node.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> ids = ["a", "b", "c"]
    >>> places = gpd.points_from_xy([0, 100, 200], [0, 0, 0])
    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 200 0)"])
    >>> links = {"from_node": ["a", "b"], "to_node": ["b", "c"], "minutes_min": [1.0, 2.0]}
    >>> links |= {"minutes_back_min": [1.0, float("inf")]}
    >>> edges = gpd.GeoDataFrame(links, index=["ab", "bc"], geometry=lines, crs="EPSG:3006")
    >>> network = Network(gpd.GeoDataFrame(geometry=places, index=ids, crs="EPSG:3006"), edges)
    >>> path_edges(network, "a", ["c"]).to_dict("list")
    {'to_node': ['c', 'c'], 'step': [0, 1], 'edge': ['ab', 'bc'], 'forward': [True, True]}
    """
    start, end = network.positions()
    forth, back = _minutes(network)
    found = minutes_from(arc_matrix(start, end, forth, back, len(network.nodes)), _at(network, [from_node]))[0]
    names = network.edges.index.to_numpy(object)
    tail, head = np.r_[start, end], np.r_[end, start]
    arrival = arrival_arcs(tail, head, np.r_[forth, back], found, np.r_[names, names])
    return _steps(network, to_nodes, _back_to_source(arrival, tail, _at(network, to_nodes)))


def carried(network: Network, from_nodes: Sequence[str], to_nodes: Sequence[str], amounts: FloatArray) -> FloatArray:
    """Return what goes over each edge when amounts go from nodes to nodes by the shortest ways.

    Parameters
    ----------
    network : Network
    from_nodes, to_nodes : sequence of str
        Node ids, the two ends of each pair.
    amounts : ndarray, shape (pairs, columns)
        What goes from end to end: a column each for what is asked at once.

    Returns
    -------
    ndarray, shape (len(network.edges), columns)
        Both directions together; rows in the order of ``network.edges``. Ways are those of :func:`path_edges`; what
        no way leads for goes nowhere.

    Raises
    ------
    ValueError
        If the network has no such node.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> ids = ["a", "b", "c"]
    >>> places = gpd.points_from_xy([0, 100, 200], [0, 0, 0])
    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 200 0)"])
    >>> links = {"from_node": ["a", "b"], "to_node": ["b", "c"], "minutes_min": 1.0, "minutes_back_min": 1.0}
    >>> edges = gpd.GeoDataFrame(links, index=["ab", "bc"], geometry=lines, crs="EPSG:3006")
    >>> network = Network(gpd.GeoDataFrame(geometry=places, index=ids, crs="EPSG:3006"), edges)
    >>> carried(network, ["a", "b"], ["c", "c"], np.array([[5.0], [2.0]])).tolist()
    [[5.0], [7.0]]
    """
    from scipy import sparse

    start, end = network.positions()
    forth, back = _minutes(network)
    names, size = network.edges.index.to_numpy(object), len(network.edges)
    both = np.r_[names, names]
    tail, head, minutes = np.r_[start, end], np.r_[end, start], np.r_[forth, back]
    sources, source = np.unique(_at(network, from_nodes), return_inverse=True)
    target = _at(network, to_nodes)
    found = minutes_from(arc_matrix(start, end, forth, back, len(network.nodes)), sources)
    out = np.zeros((size, amounts.shape[1]))
    for place, reached in enumerate(found):
        pairs = np.flatnonzero(source == place)
        steps = _back_to_source(arrival_arcs(tail, head, minutes, reached, both), tail, target[pairs])
        pair, arc = (np.concatenate([np.zeros(0, np.int64), *part]) for part in zip(*steps, strict=True))
        on_edge = sparse.csr_matrix((np.ones(len(arc)), (arc % size, pair)), shape=(size, len(pairs)))
        out += on_edge @ amounts[pairs]
    return out


def _back_to_source(arrival: IntArray, tail: IntArray, ends: IntArray) -> list[tuple[IntArray, IntArray]]:
    """Return the arcs of the ways to ``ends``, from the ends backwards: ways (positions) and arcs, step by step."""
    here, which = ends, np.arange(len(ends))
    steps: list[tuple[IntArray, IntArray]] = []
    while len(here):
        arc = arrival[here]
        here, which, arc = tail[arc[arc >= 0]], which[arc >= 0], arc[arc >= 0]
        steps.append((which, arc))
    return steps


def _steps(network: Network, to_nodes: Sequence[str], steps: list[tuple[IntArray, IntArray]]) -> pd.DataFrame:
    """Return steps that were found from the ends backwards as a table in the order travelled."""
    none = np.zeros(0, np.int64)
    target = np.concatenate([none, *(target for target, _ in steps)])
    arc = np.concatenate([none, *(arc for _, arc in steps)])
    order = np.lexsort((-np.repeat(np.arange(len(steps)), [len(arc) for _, arc in steps]), target))
    target, arc = target[order], arc[order]
    size = len(network.edges)
    edge = network.edges.index.to_numpy(object)[arc % size] if size else np.zeros(0, object)
    columns = {
        "to_node": pd.Series(np.array(to_nodes, object)[target], dtype=object),
        "step": np.arange(len(target)) - np.searchsorted(target, target),
        "edge": pd.Series(edge, dtype=object),
        "forward": arc < size,
    }
    return pd.DataFrame(columns)


def _minutes(network: Network) -> tuple[FloatArray, FloatArray]:
    return network.edges["minutes_min"].to_numpy(float), network.edges["minutes_back_min"].to_numpy(float)


def _at(network: Network, nodes: Sequence[str]) -> IntArray:
    at = network.nodes.index.get_indexer(pd.Index(list(nodes), dtype=object))
    if np.any(at < 0):
        raise ValueError(", ".join(str(node) for node, where in zip(nodes, at, strict=True) if where < 0))
    return np.asarray(at, np.int64)
