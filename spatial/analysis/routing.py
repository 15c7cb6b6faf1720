"""The workloads of routing: arrays in, arrays out; nodes are positions, minutes are floats."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from spatial.analysis.spans import ranges

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

TIE_MIN: Final = 1e-10
"""Minutes closer than this are equal: sums of the same minutes in another order."""


class NearestTwo(NamedTuple):
    """Minutes and source (position, -1 for none) of the nearest and the second nearest source of each node."""

    minutes: FloatArray
    source: IntArray
    second_minutes: FloatArray
    second_source: IntArray


@dataclass(frozen=True)
class Pieces:
    """Edges cut at points: piece ``edge + number of cuts before it`` runs from share ``low`` to ``high`` of its edge.

    ``cut_edge`` and ``cut_share`` are the cuts in order; cut k is node ``nodes + k``. ``node`` is each point's node.
    """

    edge: IntArray
    low: FloatArray
    high: FloatArray
    start: IntArray
    end: IntArray
    cut_edge: IntArray
    cut_share: FloatArray
    node: IntArray
    nodes: int

    def at(self, edge: IntArray, share: FloatArray) -> IntArray:
        """Return the piece on which each place (edge, share) lies."""
        cuts, places = len(self.cut_edge), len(edge)
        is_cut = np.r_[np.ones(cuts, np.int64), np.zeros(places, np.int64)]
        order = np.lexsort((1 - is_cut, np.r_[self.cut_share, share], np.r_[self.cut_edge, edge]))
        before = np.empty(cuts + places, np.int64)
        before[order] = np.cumsum(is_cut[order])
        return np.asarray(edge + before[cuts:], np.int64)


def cut_edges(start: IntArray, end: IntArray, nodes: int, edge: IntArray, share: FloatArray) -> Pieces:
    """Return edges cut where points (edge, share of it 0..1) lie; a point at an edge's end takes the end's node.

    Examples
    --------
    >>> pieces = cut_edges(np.array([0]), np.array([1]), 2, np.array([0, 0]), np.array([0.25, 1.0]))
    >>> pieces.start.tolist(), pieces.end.tolist(), pieces.high.tolist(), pieces.node.tolist()
    ([0, 2], [2, 1], [0.25, 1.0], [2, 1])
    """
    inside = (share > 0) & (share < 1)
    cuts, which = np.unique(np.column_stack([edge[inside], share[inside]]), axis=0, return_inverse=True)
    cut_edge, cut_share = cuts[:, 0].astype(np.int64), cuts[:, 1]
    count = np.arange(len(cuts))
    of_edge = np.repeat(np.arange(len(start)), 1 + np.bincount(cut_edge, minlength=len(start)))
    low, high, first, last = np.zeros(len(of_edge)), np.ones(len(of_edge)), start[of_edge], end[of_edge]
    begins = cut_edge + count + 1
    low[begins], high[begins - 1] = cut_share, cut_share
    first[begins], last[begins - 1] = nodes + count, nodes + count
    node = np.where(share <= 0, start[edge], end[edge])
    node[inside] = nodes + which.reshape(-1)
    return Pieces(of_edge, low, high, first, last, cut_edge, cut_share, node, nodes)


def arc_matrix(start: IntArray, end: IntArray, forth: FloatArray, back: FloatArray, size: int) -> sparse.csr_matrix:
    """Return minutes over single arcs from node (row) to node (column), parallel arcs side by side.

    ``forth`` is minutes from ``start`` to ``end``, ``back`` the other way; inf where one may not go. Swapping the
    two gives the network against its direction.
    """
    row, column, minutes = np.r_[start, end], np.r_[end, start], np.r_[forth, back]
    order = np.argsort(np.where(np.isfinite(minutes) & (row != column), row, size), kind="stable")
    order = order[: np.count_nonzero(np.isfinite(minutes) & (row != column))]
    before = np.zeros(size + 1, np.int32)
    np.cumsum(np.bincount(row[order], minlength=size), out=before[1:])
    return sparse.csr_matrix((minutes[order], column[order].astype(np.int32), before), shape=(size, size))


def minutes_from(graph: sparse.csr_matrix, nodes: IntArray) -> FloatArray:
    """Return minutes from each of ``nodes`` (rows) to every node (columns); inf where no way leads.

    Examples
    --------
    >>> graph = arc_matrix(np.array([0]), np.array([1]), np.array([4.0]), np.array([np.inf]), 2)
    >>> minutes_from(graph, np.array([0, 1])).tolist()
    [[0.0, 4.0], [inf, 0.0]]
    """
    from scipy.sparse.csgraph import dijkstra

    if not len(nodes):
        return np.empty((0, graph.shape[0]))
    return np.asarray(dijkstra(graph, directed=True, indices=np.asarray(nodes)), float)


def nearest_two(graph: sparse.csr_matrix, at: IntArray, leg: FloatArray) -> NearestTwo:
    """Return each node's nearest and second nearest source.

    Parameters
    ----------
    graph : csr_matrix
        Minutes over single arcs, directed away from the sources (against the traffic, for ways *to* them).
    at : ndarray of int
        The node of each source; sources earlier in the array win ties.
    leg : ndarray
        Minutes between each source and its node.

    Returns
    -------
    NearestTwo
        Arrays on the nodes.

    Notes
    -----
    Erwig, M. (2000), The graph Voronoi diagram with applications, Networks 36. The second nearest: the last arc on
    its way where the nearest source changes is entered from a node whose own nearest source is at least as near, so
    one more run, inside the territories and starting where arcs cross into them, finds it.

    Examples
    --------
    >>> graph = arc_matrix(np.array([0, 1]), np.array([1, 2]), np.array([4.0, 4.0]), np.array([4.0, 4.0]), 3)
    >>> near = nearest_two(graph, np.array([0, 2]), np.array([0.0, 1.0]))
    >>> near.minutes.tolist(), near.source.tolist(), near.second_minutes.tolist()
    ([0.0, 4.0, 1.0], [0, 0, 1], [9.0, 5.0, 8.0])
    """
    size, count, every = graph.shape[0], len(at), _with_sources(graph, at, leg)
    first, source = _from_sources(every, count)
    tail, head, minutes = np.repeat(np.arange(size + count), np.diff(every.indptr)), every.indices, every.data
    crossing = (source[tail] != source[head]) & (source[tail] >= 0)
    by_source = np.flatnonzero(crossing)
    by_source = by_source[np.argsort(source[tail[by_source]], kind="stable")]
    within = np.flatnonzero(~crossing & (tail < size))
    before = np.zeros(size + count + 1, np.int32)
    tails = np.r_[tail[within], size + source[tail[by_source]]]
    np.cumsum(np.bincount(tails, minlength=size + count), out=before[1:])
    arcs = (np.r_[minutes[within], first[tail[by_source]] + minutes[by_source]], head[np.r_[within, by_source]], before)
    second, second_source = _from_sources(sparse.csr_matrix(arcs, shape=every.shape), count)
    return NearestTwo(first[:size], source[:size], second[:size], second_source[:size])


def nearest_one(
    graph: sparse.csr_matrix, at: IntArray, leg: FloatArray, limit_min: float = np.inf
) -> tuple[FloatArray, IntArray]:
    """Return each node's minutes to its nearest source, and which (-1 for none); as :func:`nearest_two`, one run.

    Nodes farther than ``limit_min`` are given as having none.

    Examples
    --------
    >>> graph = arc_matrix(np.array([0, 1]), np.array([1, 2]), np.array([4.0, 4.0]), np.array([4.0, 4.0]), 3)
    >>> near, leg = np.array([0, 2]), np.array([0.0, 1.0])
    >>> [values.tolist() for values in nearest_one(graph, near, leg)]
    [[0.0, 4.0, 1.0], [0, 0, 1]]
    >>> nearest_one(graph, near, leg, 3.0)[0].tolist()
    [0.0, inf, 1.0]
    """
    size = graph.shape[0]
    minutes, source = _from_sources(_with_sources(graph, at, leg), len(at), limit_min)
    return minutes[:size], source[:size]


def _with_sources(graph: sparse.csr_matrix, at: IntArray, leg: FloatArray) -> sparse.csr_matrix:
    """Return the graph with each source as a node, numbered from its size on, and an arc from it to its node."""
    ends = graph.indptr[-1] + np.arange(1, len(at) + 1, dtype=np.int32)
    arcs = np.r_[graph.data, leg], np.r_[graph.indices, at.astype(np.int32)], np.r_[graph.indptr, ends]
    return sparse.csr_matrix(arcs, shape=(graph.shape[0] + len(at),) * 2)


def _from_sources(graph: sparse.csr_matrix, count: int, limit_min: float = np.inf) -> tuple[FloatArray, IntArray]:
    """Return minutes and source of every node; the last ``count`` nodes are the sources."""
    from scipy.sparse.csgraph import dijkstra

    total = graph.shape[0]
    if not count:
        return np.full(total, np.inf), np.full(total, -1, np.int64)
    sources = np.arange(total - count, total)
    found, _, root = dijkstra(
        graph, directed=True, indices=sources, min_only=True, return_predecessors=True, limit=limit_min
    )
    source = np.where(np.isfinite(found), root - (total - count), -1).astype(np.int64)
    _settle_ties(graph, found, source)
    return np.asarray(found, float), source


def _settle_ties(graph: sparse.csr_matrix, found: FloatArray, source: IntArray) -> None:
    """Give each node the first source of those equally near, carried along all shortest ways."""
    head, minutes, before = graph.indices, graph.data, graph.indptr.astype(np.int64)
    unreached = np.iinfo(np.int64).max
    arcs = np.flatnonzero(np.repeat(np.where(source < 0, unreached, source), np.diff(before)) < source[head])
    tail = np.searchsorted(before, arcs, side="right") - 1
    while len(arcs):
        tight = found[tail] + minutes[arcs] <= found[head[arcs]] + TIE_MIN
        arcs, tail = arcs[tight], tail[tight]
        np.minimum.at(source, head[arcs], source[tail])
        changed = np.unique(head[arcs])
        arcs = ranges(before[changed], before[changed + 1])
        tail = np.repeat(changed, before[changed + 1] - before[changed])
        earlier = source[tail] < source[head[arcs]]
        arcs, tail = arcs[earlier], tail[earlier]


def arrival_arcs(
    tail: IntArray, head: IntArray, minutes: FloatArray, found: FloatArray, names: npt.NDArray[np.object_]
) -> IntArray:
    """Return for each node the arc by which a shortest way arrives (-1 for none), of equals the first by name."""
    sound = np.isfinite(found[tail]) & np.isfinite(minutes)
    tight = sound & (found[tail] + minutes <= found[head] + TIE_MIN) & (found[tail] < found[head])
    arcs = np.flatnonzero(tight)
    arrival = np.full(len(found), -1, np.int64)
    arrival[head[arcs]] = arcs
    tied = arcs[np.bincount(head[arcs], minlength=len(found))[head[arcs]] > 1]
    tied = tied[np.argsort(names[tied].astype(str), kind="stable")]
    where, first = np.unique(head[tied], return_index=True)
    arrival[where] = tied[first]
    return arrival


def connected_parts(start: IntArray, end: IntArray, size: int) -> IntArray:
    """Return the number of the connected part of each node, directions apart."""
    from scipy.sparse.csgraph import connected_components

    joins = sparse.csr_matrix((np.ones(len(start), np.int8), (start, end)), shape=(size, size))
    return np.asarray(connected_components(joins, directed=False)[1], np.int64)


def morton_order(x: FloatArray, y: FloatArray) -> IntArray:
    """Return the order of points along a Z-curve, so that what lies near is stored near.

    Notes
    -----
    Morton, G. M. (1966), A computer oriented geodetic data base and a new technique in file sequencing, IBM.

    Examples
    --------
    >>> morton_order(np.array([9.0, 0.0, 0.0]), np.array([9.0, 1.0, 0.0])).tolist()
    [2, 1, 0]
    """
    if not len(x):
        return np.zeros(0, np.int64)
    codes = _spread(x - x.min()) | (_spread(y - y.min()) << np.uint64(1))
    return np.asarray(np.lexsort((y, x, codes)), np.int64)


def _spread(metres: FloatArray) -> npt.NDArray[np.uint64]:
    bits = np.minimum(metres, 2.0**31).astype(np.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


def two_best(minutes: FloatArray, source: IntArray) -> NearestTwo:
    """Return, of candidates (rows) for each place (columns), the nearest two that are different sources.

    Examples
    --------
    >>> best = two_best(np.array([[5.0], [5.0], [7.0]]), np.array([[1], [0], [0]]))
    >>> best.minutes.tolist(), best.source.tolist(), best.second_minutes.tolist(), best.second_source.tolist()
    ([5.0], [0], [5.0], [1])
    """
    first, first_source = _best(minutes, source)
    second, second_source = _best(np.where(source == first_source, np.inf, minutes), source)
    return NearestTwo(first, first_source, second, second_source)


def _best(minutes: FloatArray, source: IntArray) -> tuple[FloatArray, IntArray]:
    none = np.iinfo(np.int64).max
    least = minutes.min(axis=0, initial=np.inf)
    tied = np.isfinite(minutes) & (minutes <= least + TIE_MIN)
    chosen = np.where(tied, source, none).min(axis=0, initial=none)
    own = np.where(source == chosen, minutes, np.inf).min(axis=0, initial=np.inf)
    return own, np.where(chosen == none, -1, chosen)
