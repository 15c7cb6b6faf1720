"""Where lines meet: nodes, and the pieces of lines between them; arrays in, arrays out."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.routing import connected_parts
from spatial.analysis.spans import ranges

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]

_PER_METRE: Final = 1000
"""Coordinates that agree to the millimetre coincide."""


@dataclass(frozen=True)
class Topology:
    """Nodes at ``x``, ``y``, and pieces: whose line, between which nodes, what share of the line, which geometry."""

    node: TextArray
    x: FloatArray
    y: FloatArray
    line: IntArray
    start: IntArray
    end: IntArray
    share: FloatArray
    geometry: TextArray


@dataclass(frozen=True)
class _Vertices:
    """The vertices of all parts in order: part, length so far along it, unique place, and whether first or last."""

    part: IntArray
    along_m: FloatArray
    place: IntArray
    first: BoolArray
    last: BoolArray
    x: FloatArray
    y: FloatArray

    @property
    def end(self) -> BoolArray:
        return self.first | self.last


def linked(geometry: TextArray, from_id: TextArray, to_id: TextArray) -> Topology:
    """Return links between named nodes; a node lies where the first of its links' ends (by x, then y) is.

    Parameters
    ----------
    geometry : ndarray of LineString or MultiLineString
        Metres, drawn from ``from_id`` to ``to_id``.
    from_id, to_id : ndarray of str

    Returns
    -------
    Topology
        A piece a link.
    """
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    begins = np.searchsorted(owner, np.arange(len(geometry)))
    stops = np.searchsorted(owner, np.arange(len(geometry)), side="right") - 1
    names, where = np.unique(np.r_[from_id, to_id].astype(str), return_inverse=True)
    ends = np.vstack([xy[begins], xy[stops]])
    order = np.lexsort((ends[:, 1], ends[:, 0], where))
    chosen = order[np.searchsorted(where[order], np.arange(len(names)))]
    whole = np.asarray(shapely.linestrings(xy, indices=owner) if len(xy) else [], object)
    count = len(geometry)
    return Topology(
        node=names.astype(object),
        x=ends[chosen, 0],
        y=ends[chosen, 1],
        line=np.arange(count),
        start=where[:count].astype(np.int64),
        end=where[count:].astype(np.int64),
        share=np.ones(count),
        geometry=whole,
    )


def joined(geometry: TextArray, tolerance_m: float) -> Topology:
    """Return lines cut where they meet: ends within the tolerance, ends near vertices, coinciding vertices.

    Parameters
    ----------
    geometry : ndarray of LineString or MultiLineString
        Metres.
    tolerance_m : float

    Returns
    -------
    Topology
        Pieces by line, then along it; a node is named for its place.

    Examples
    --------
    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 5 0, 9 0)", "LINESTRING (5 0, 5 3)"])
    >>> met = joined(lines, 1.0)
    >>> met.node.tolist(), met.start.tolist(), met.end.tolist()
    (['0.000_0.000', '5.000_0.000', '5.000_3.000', '9.000_0.000'], [0, 1, 1], [1, 3, 2])
    """
    parts, line = shapely.get_parts(geometry, return_index=True)
    vertices = _vertices(parts)
    places = len(vertices.x)
    is_node = np.bincount(vertices.place, minlength=places) > 1
    is_node[vertices.place[vertices.end]] = True
    near = _near_pairs(vertices, tolerance_m)
    is_node[near.ravel()] = True
    groups = connected_parts(near[:, 0], near[:, 1], places)
    _, lowest = np.unique(groups, return_index=True)
    stands_for = lowest[groups]  # the first place (by x, then y) of its group
    kept = np.unique(stands_for[is_node])
    number = np.full(places, -1, np.int64)
    number[kept] = np.arange(len(kept))
    at = np.flatnonzero(is_node[vertices.place])
    begin, stop = at[:-1], at[1:]
    start, end = number[stands_for[vertices.place[begin]]], number[stands_for[vertices.place[stop]]]
    swallowed = (start == end) & (stop - begin == 1)  # a piece inside one node
    real = (vertices.part[begin] == vertices.part[stop]) & ~swallowed
    begin, stop, start, end = begin[real], stop[real], start[real], end[real]
    owner = line[vertices.part[begin]]
    length_m = vertices.along_m[stop] - vertices.along_m[begin]
    whole_m = np.bincount(owner, weights=length_m, minlength=len(geometry))
    x, y = vertices.x[kept], vertices.y[kept]
    return Topology(
        node=np.array([f"{east:.3f}_{north:.3f}" for east, north in zip(x, y, strict=True)], object),
        x=x,
        y=y,
        line=owner,
        start=start,
        end=end,
        share=length_m / whole_m[owner],
        geometry=_pieces(vertices, begin, stop, np.column_stack([x, y]), start, end),
    )


def _vertices(parts: TextArray) -> _Vertices:
    """Return vertices, those that repeat the one before them left out."""
    xy, part = shapely.get_coordinates(parts, return_index=True)
    step_m = np.r_[0.0, np.hypot(*np.diff(xy, axis=0).T)] if len(xy) else np.zeros(0)
    new_part = np.r_[True, part[1:] != part[:-1]][: len(part)]
    along = np.cumsum(np.where(new_part, 0.0, step_m))
    along -= np.repeat(along[new_part], np.diff(np.r_[np.flatnonzero(new_part), len(part)]))
    grid = np.round(xy * _PER_METRE).astype(np.int64)
    order = np.lexsort((grid[:, 1], grid[:, 0]))
    fresh = np.r_[True, (np.diff(grid[order], axis=0) != 0).any(axis=1)][: len(order)]
    place = np.empty(len(order), np.int64)
    place[order] = np.cumsum(fresh) - 1
    unique = grid[order[fresh]] / _PER_METRE
    kept = new_part | np.r_[True, place[1:] != place[:-1]][: len(part)]
    first = new_part[kept]
    last = np.r_[first[1:], True][: len(first)]
    return _Vertices(part[kept], along[kept], place[kept], first, last, unique[:, 0], unique[:, 1])


def _near_pairs(vertices: _Vertices, tolerance_m: float) -> IntArray:
    """Return pairs of places that are one node: ends near ends, and ends near another line's nearest vertex."""
    from scipy.spatial import cKDTree

    ends = np.unique(vertices.place[vertices.end])
    if not len(ends):
        return np.zeros((0, 2), np.int64)
    places = np.column_stack([vertices.x, vertices.y])
    of_ends = cKDTree(places[ends])
    both = ends[of_ends.query_pairs(tolerance_m, output_type="ndarray")].reshape(-1, 2)
    near = of_ends.sparse_distance_matrix(cKDTree(places), tolerance_m, output_type="ndarray")
    end, other, metres = ends[near["i"]], near["j"].astype(np.int64), near["v"]
    by_place = np.argsort(vertices.place, kind="stable")
    before = np.searchsorted(vertices.place[by_place], np.arange(len(places) + 1))
    count = before[other + 1] - before[other]
    at = by_place[ranges(before[other], before[other + 1])]
    end, metres, other = np.repeat(end, count), np.repeat(metres, count), np.repeat(other, count)
    order = np.lexsort((other, metres, vertices.part[at], end))
    end, other, part = end[order], other[order], vertices.part[at[order]]
    nearest = np.r_[True, (end[1:] != end[:-1]) | (part[1:] != part[:-1])][: len(end)]
    pairs = np.column_stack([end, other])[nearest & (end != other)]
    return np.vstack([both, pairs])


def _pieces(
    vertices: _Vertices, begin: IntArray, stop: IntArray, nodes: FloatArray, start: IntArray, end: IntArray
) -> TextArray:
    """Return the pieces' geometry, from node to node."""
    at = ranges(begin, stop + 1)
    if not len(at):
        return np.zeros(0, object)
    xy = np.column_stack([vertices.x, vertices.y])[vertices.place[at]]
    owner = np.repeat(np.arange(len(begin)), stop - begin + 1)
    stops = np.cumsum(stop - begin + 1)
    xy[stops - 1] = nodes[end]
    xy[np.r_[0, stops[:-1]]] = nodes[start]
    return np.asarray(shapely.linestrings(xy, indices=owner), object)
