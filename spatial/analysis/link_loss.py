"""What people lose if one link of the network is cut: every link tried by itself, for every kind of service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from spatial.analysis.journeys import Scene
from spatial.analysis.routing import TIE_MIN, connected_parts
from spatial.analysis.spans import ranges
from spatial.model import FloatArray

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MIDDLE: Final = 0.5
"""Where along it a link is cut, as :class:`spatial.analysis.whatif.CutLink` does by itself."""
MEASURES: Final = ("people_inv", "lost_person_min", "without_inv", "beyond_inv")
_DECIMALS: Final = 9


@dataclass(frozen=True)
class LinkLosses:
    """What each link means to people, who may be drawn several times.

    ``link``: positions of links that somebody needs; ``by_run``: of each of :data:`MEASURES` an array, a row a draw
    of the people and a column a link; ``hardest``: the kind of service that loses most person-minutes in the first.
    """

    link: IntArray
    by_run: Mapping[str, FloatArray]
    hardest: tuple[str | None, ...]


def loss_of_links(
    scene: Scene,
    kinds: npt.NDArray[np.object_],
    ferry: BoolArray,
    people: FloatArray,
    limits_min: Mapping[str, float] | None = None,
    *,
    most: int = 1000,
) -> LinkLosses:
    """Return, for each link, who loses how much if it alone is cut in the middle.

    Parameters
    ----------
    scene : Scene
        Cells and services on the roads; services on both sides of every border count.
    kinds : ndarray of str
        The kind of each service; the empty one is not counted.
    ferry : ndarray of bool
        Whether each link is a ferry.
    people : ndarray
        People in each cell (columns), once for every draw (rows).
    limits_min : mapping of str to float, optional
        The threshold of each kind of service, minutes.
    most : int
        At most so many links are tried: those that most people's ways to services go by.

    Returns
    -------
    LinkLosses
        ``people_inv`` (people whose minutes to some kind of service grow), ``lost_person_min`` (people times minutes
        lost, all kinds together, where there is still a way), ``without_inv`` (people whom no way leads to some kind
        that they reach today), ``beyond_inv`` (people who fall beyond a threshold that they are within today).

    Notes
    -----
    The same as a trial with that one cut (:func:`spatial.analysis.whatif_access.what_if`). Where a link is cut, only
    what lies behind it on the tree of shortest ways is routed anew, from its rim on (Ramalingam, G. & Reps, T. 1996,
    An incremental algorithm for a generalization of the shortest-path problem, Journal of Algorithms 21, 267-305).
    Links that no shortest way takes are tried where their cut parts the land network, and with it straight lines,
    unless there are more links than ``most``.
    """
    links = len(ferry)
    routes = [_Route(scene, str(kind), kinds == kind) for kind in sorted(set(kinds)) if kind]
    cut, land = _middle_pieces(scene, links), ~ferry[scene.pieces.edge]
    needed = np.any([route.needed() for route in routes], axis=0)[cut] if routes else np.zeros(links, bool)
    if links <= most:
        needed |= [bool(land[piece]) and _parts(scene, land, int(piece)) is not None for piece in cut]
    used = np.flatnonzero(needed)
    if len(used) > most:
        load = np.sum([route.load(people[0]) for route in routes], axis=0)
        used = np.sort(used[np.argsort(-load[cut[used]], kind="stable")[:most]])
    found = [_lost(scene, land, routes, int(cut[link]), people[0], limits_min or {}) for link in used]
    by_run = {name: _summed([one[name] for one, _ in found], people) for name in MEASURES}
    there = by_run["people_inv"].max(axis=0, initial=0) > 0
    hardest = tuple(one for (_, one), kept in zip(found, there, strict=True) if kept)
    return LinkLosses(used[there], {name: sums[:, there] for name, sums in by_run.items()}, hardest)


def _summed(weights: list[FloatArray], people: FloatArray) -> FloatArray:
    """Return the people, each weighed as one link does it, in all: a row a draw, a column a link."""
    kept = [np.flatnonzero(one) for one in weights]
    before = np.r_[0, np.cumsum([len(one) for one in kept], dtype=np.int64)]
    values = [one[cells] for one, cells in zip(weights, kept, strict=True)]
    content = np.concatenate([np.zeros(0), *values]), np.concatenate([np.zeros(0, np.int64), *kept]), before
    sums: FloatArray = (sparse.csr_matrix(content, shape=(len(weights), people.shape[1])) @ people.T).T
    return sums


class _Route:
    """One kind of service on the scene: arcs from its facilities, minutes today, and the straight lines."""

    def __init__(self, scene: Scene, kind: str, own: BoolArray) -> None:
        from scipy.sparse.csgraph import dijkstra

        self.scene, self.kind, self.ends, self.legs = scene, kind, scene.ends(), scene.legs()
        self.chosen = np.flatnonzero(own & scene.facility.reached)
        pieces, size = scene.pieces, scene.pieces.nodes + len(scene.pieces.cut_edge)
        count, self.size = len(pieces.start), size + 1  # the last node leads to every facility
        self.tail = np.r_[pieces.start, pieces.end, np.full(len(self.chosen), size)]
        self.head = np.r_[pieces.end, pieces.start, scene.node[self.chosen]]
        self.cost = np.r_[scene.back, scene.forth, scene.facility.leg_min[self.chosen]]
        self.piece = np.r_[np.arange(count), np.arange(count), np.full(len(self.chosen), -1)]
        graph = _matrix(self.tail, self.head, self.cost, self.size)
        self.minutes = np.asarray(dijkstra(graph, indices=size), float)
        known = np.isfinite(self.minutes[self.tail]) & np.isfinite(self.cost)
        self.tight = known & (self.minutes[self.tail] + self.cost <= self.minutes[self.head] + TIE_MIN)
        self.onward = _matrix(self.tail[self.tight], self.head[self.tight], np.ones(int(self.tight.sum())), self.size)
        self.into = np.argsort(self.head, kind="stable")
        self.before = np.r_[0, np.cumsum(np.bincount(self.head, minlength=self.size))]
        straight, to = scene.straight_nearest(self.chosen)
        self.straight: FloatArray = straight.min(axis=0, initial=np.inf)
        self.straight_to = (
            to[straight.argmin(axis=0), np.arange(to.shape[1])] if len(to) else np.full(len(self.straight), -1)
        )
        self.today = self.to_cells(self.minutes, slice(None), self.legs, self.straight)

    def needed(self) -> BoolArray:
        """Return which pieces a shortest way to this kind takes, or somebody lives on."""
        taken = np.bincount(self.piece[self.tight & (self.piece >= 0)], minlength=len(self.scene.pieces.start)) > 0
        taken[self.scene.piece[self.scene.cell.reached]] = True
        return taken

    def without(self, piece: int) -> tuple[FloatArray, BoolArray]:
        """Return minutes to every node with a piece closed, and which nodes may have others than today."""
        from scipy.sparse.csgraph import breadth_first_order, dijkstra

        behind = np.zeros(self.size, bool)
        for arc in (piece, piece + len(self.scene.pieces.start)):
            if self.tight[arc] and not behind[self.head[arc]]:
                order = breadth_first_order(self.onward, self.head[arc], return_predecessors=False)
                behind[order] = True
        nodes = np.flatnonzero(behind)
        if not len(nodes):
            return self.minutes, behind
        arcs = self.into[ranges(self.before[nodes], self.before[nodes + 1])]
        arcs = arcs[(self.piece[arcs] != piece) & np.isfinite(self.cost[arcs])]
        inside = behind[self.tail[arcs]]
        where = np.full(self.size, len(nodes))
        where[nodes] = np.arange(len(nodes))
        cost = self.cost[arcs] + np.where(inside, 0.0, self.minutes[self.tail[arcs]])
        known = np.isfinite(cost)
        graph = _matrix(where[self.tail[arcs]][known], where[self.head[arcs]][known], cost[known], len(nodes) + 1)
        minutes = self.minutes.copy()
        minutes[nodes] = dijkstra(graph, indices=len(nodes))[:-1]
        return minutes, behind

    def to_cells(
        self, minutes: FloatArray, cells: IntArray | slice, legs: tuple[FloatArray, FloatArray], straight: FloatArray
    ) -> FloatArray:
        """Return minutes to some cells, whose legs and straight lines are given."""
        first, last = self.ends
        by_road = np.minimum(minutes[first[cells]] + legs[0], minutes[last[cells]] + legs[1])
        return np.asarray(np.round(np.minimum(by_road, straight), _DECIMALS), float)

    def load(self, people: FloatArray) -> FloatArray:
        """Return the people whose shortest way takes each piece: those at a node go by one arc that is shortest."""
        scene, count = self.scene, len(self.scene.pieces.start)
        arrival = np.full(self.size, -1)
        arrival[self.head[self.tight]] = np.flatnonzero(self.tight)
        (first, last), legs = self.ends, self.legs
        near = np.where(self.minutes[first] + legs[0] <= self.minutes[last] + legs[1], first, last)
        at = np.bincount(near[scene.cell.reached], people[scene.cell.reached], minlength=self.size)
        sums = np.zeros(count)
        for node in np.argsort(-np.where(np.isfinite(self.minutes), self.minutes, -1.0), kind="stable"):
            arc = arrival[node]
            if 0 <= arc < 2 * count and self.minutes[self.tail[arc]] < self.minutes[node]:
                sums[self.piece[arc]] += at[node]
                at[self.tail[arc]] += at[node]
        return sums


def _matrix(tail: IntArray, head: IntArray, cost: FloatArray, size: int) -> sparse.csr_matrix:
    """Return arcs by tail, parallel ones side by side."""
    order = np.argsort(tail, kind="stable")
    before = np.r_[0, np.cumsum(np.bincount(tail, minlength=size))].astype(np.int32)
    return sparse.csr_matrix((cost[order], head[order].astype(np.int32), before), shape=(size, size))


def _middle_pieces(scene: Scene, links: int) -> IntArray:
    """Return the piece that holds the middle of each link."""
    edge = np.arange(links)
    piece = scene.pieces.at(edge, np.full(links, MIDDLE))
    return np.asarray(piece - ((scene.pieces.low[piece] == MIDDLE) & (scene.pieces.low[piece] > 0)), np.int64)


def _lost(
    scene: Scene,
    land: BoolArray,
    routes: list[_Route],
    piece: int,
    people: FloatArray,
    limits_min: Mapping[str, float],
) -> tuple[dict[str, FloatArray], str | None]:
    """Return how one link that is cut weighs on the people of each cell, and the kind that it is worst for."""
    on = (scene.piece == piece) & scene.cell.reached
    parted = _parted(scene, land, piece, on)
    weight = {name: np.zeros(len(people)) for name in MEASURES}
    most, hardest = 0.0, None
    for route in routes:
        cells, after = _after(scene, route, piece, on, parted)
        today = route.today[cells]
        lost = after > today
        cells, after, today = cells[lost], after[lost], today[lost]
        gone = np.isinf(after)
        longer = after[~gone] - today[~gone]
        minutes = float(people[cells[~gone]] @ longer)
        if minutes > most:
            most, hardest = minutes, route.kind
        limit = limits_min.get(route.kind, np.inf)
        weight["people_inv"][cells] = 1.0
        weight["lost_person_min"][cells[~gone]] += longer
        weight["without_inv"][cells[gone]] = 1.0
        weight["beyond_inv"][cells[(today <= limit) & (after > limit)]] = 1.0
    return weight, hardest


def _after(scene: Scene, route: _Route, piece: int, on: BoolArray, parted: Scene | None) -> tuple[IntArray, FloatArray]:
    """Return the cells whose minutes a cut may change, and their minutes after it."""
    minutes, behind = route.without(piece)
    straight = _straight(route, parted)
    first, last = route.ends
    touched = on | behind[first] | behind[last]
    cells = np.flatnonzero(touched if parted is None else touched | (straight > route.straight))
    before = scene.cell.share[cells] <= MIDDLE
    legs = (
        np.where(on[cells] & ~before, np.inf, route.legs[0][cells]),
        np.where(on[cells] & before, np.inf, route.legs[1][cells]),
    )
    return cells, route.to_cells(minutes, cells, legs, straight[cells])


def _parts(scene: Scene, land: BoolArray, piece: int) -> IntArray | None:
    """Return the land part of each node without a piece; None where it joins what hangs together anyway."""
    pieces = scene.pieces
    land = land.copy()
    land[piece] = False
    nodes = connected_parts(pieces.start[land], pieces.end[land], pieces.nodes + len(pieces.cut_edge))
    return None if nodes[pieces.start[piece]] == nodes[pieces.end[piece]] else nodes


def _parted(scene: Scene, land: BoolArray, piece: int, on: BoolArray) -> Scene | None:
    """Return the scene with the land parts that the cut leaves; None where it parts nothing."""
    nodes, pieces = _parts(scene, land, piece) if land[piece] else None, scene.pieces
    if nodes is None:
        return None
    size = pieces.nodes + len(pieces.cut_edge)
    side = np.where(on & (scene.cell.share > MIDDLE), pieces.end[scene.piece], pieces.start[scene.piece])
    cell, facility = scene.cell, scene.facility
    own = np.where(cell.reached, cell.part * size + nodes[side], -1)
    theirs = np.where(facility.reached, facility.part * size + nodes[scene.node], -1)
    return replace(scene, cell=replace(cell, part=own), facility=replace(facility, part=theirs))


def _straight(route: _Route, parted: Scene | None) -> FloatArray:
    """Return the straight lines that still count: none between parts that the cut leaves."""
    if parted is None:
        return route.straight
    found: FloatArray = route.straight.copy()
    going = np.flatnonzero(route.straight_to >= 0)
    to = route.chosen[route.straight_to[going]]
    broken = going[parted.cell.part[going] != parted.facility.part[to]]
    if len(broken):
        again, _ = parted.of_cells(broken).straight_nearest(route.chosen)
        found[broken] = again.min(axis=0, initial=np.inf)
    return found
