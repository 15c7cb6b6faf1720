"""What people lose if one link of the network is cut: every link tried by itself, for every kind of service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from spatial.analysis.journeys import Scene, scene_of
from spatial.analysis.routing import TIE_MIN, connected_parts
from spatial.analysis.whatif_ground import Ground
from spatial.model import FloatArray

if TYPE_CHECKING:
    from collections.abc import Iterable

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MIDDLE: Final = 0.5
"""Where along it a link is cut, as :class:`spatial.analysis.whatif.CutLink` does by itself."""
_DECIMALS: Final = 9


def loss_of_links(base: Ground, limits_min: Mapping[str, float] | None = None, *, most: int = 1000) -> pd.DataFrame:
    """Return, for each link, who loses how much if it alone is cut in the middle.

    Parameters
    ----------
    base : Ground
        Services on both sides of every border count.
    limits_min : mapping of str to float, optional
        The threshold of each kind of service, minutes.
    most : int
        At most so many links are tried: those that most people's ways to services go by.

    Returns
    -------
    DataFrame
        Index ``link``, the worst first: ``people_inv`` (people whose minutes to some kind of service grow),
        ``lost_person_min`` (people times minutes lost, all kinds together, where there is still a way),
        ``without_inv`` (people whom no way leads to some kind that they reach today), ``beyond_inv`` (people who fall
        beyond a threshold that they are within today), ``hardest`` (the kind that loses most person-minutes; None
        where none does), ``rank`` (1 = worst: most people without, then most person-minutes, then smallest id). Links
        that nobody needs are not in it.

    Notes
    -----
    The same as a trial with that one cut (:func:`spatial.analysis.whatif_access.what_if`). Only links that some
    shortest way takes, or whose cut parts the land network and with it straight lines, are routed anew, with one run
    of Dijkstra's algorithm a link and kind. Of more links than ``most`` only those on shortest ways are.
    """
    scene = scene_of(
        base.roads, base.cell_stops, base.places.stops, base.places.id,
        base.reach.minutes_per_m, base.reach.max_snap_m,
    )  # fmt: skip
    people = base.cells["population_inv"].to_numpy(float)
    routes = [_Route.of(scene, kind, base.places.kind == kind) for kind in base.kinds]
    cut = _middle_pieces(scene, len(base.network.edges))
    land = ~base.network.edges["ferry"].to_numpy(bool)[scene.pieces.edge]
    few = len(cut) <= most
    used = [
        link
        for link, piece in enumerate(cut)
        if any(route.needs(scene, int(piece)) for route in routes)
        or (few and land[piece] and _parts(scene, land, int(piece)) is not None)
    ]
    if len(used) > most:
        load = np.sum([route.load(scene, people) for route in routes], axis=0)
        used = [used[at] for at in np.argsort(-load[cut[used]], kind="stable")[:most]]
    rows = {
        str(base.network.edges.index[link]): _lost(scene, land, routes, int(cut[link]), people, limits_min or {})
        for link in used
    }
    columns = ["people_inv", "lost_person_min", "without_inv", "beyond_inv", "hardest"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("link")
    table = table[table["people_inv"] > 0].sort_index()
    table["hardest"] = table["hardest"].astype(object).where(table["hardest"].notna(), None)
    table = table.sort_values(["without_inv", "lost_person_min"], ascending=False, kind="stable")
    return table.assign(rank=np.arange(1, len(table) + 1))


@dataclass(frozen=True)
class _Route:
    """One kind of service on the scene: arcs with its sources, minutes today, and the straight lines."""

    kind: str
    chosen: IntArray
    graph: sparse.csr_matrix
    arcs: IntArray
    minutes: FloatArray
    today: FloatArray
    straight: FloatArray
    straight_to: IntArray

    @classmethod
    def of(cls, scene: Scene, kind: str, own: BoolArray) -> "_Route":
        chosen = np.flatnonzero(own & scene.facility.reached)
        pieces, size = scene.pieces, scene.pieces.nodes + len(scene.pieces.cut_edge)
        tail = np.r_[pieces.start, pieces.end, np.arange(size, size + len(chosen))]
        head = np.r_[pieces.end, pieces.start, scene.node[chosen]]
        minutes = np.r_[scene.back, scene.forth, scene.facility.leg_min[chosen]]
        order = np.argsort(tail, kind="stable")
        before = np.searchsorted(tail[order], np.arange(size + len(chosen) + 1))
        graph = sparse.csr_matrix((minutes[order], head[order], before), shape=(size + len(chosen),) * 2)
        arcs = np.empty(len(order), np.int64)
        arcs[order] = np.arange(len(order))
        straight, to = scene.straight_nearest(chosen)
        best = straight.min(axis=0, initial=np.inf)
        whom = to[straight.argmin(axis=0), np.arange(len(best))] if len(straight) else np.full(len(best), -1)
        route = cls(kind, chosen, graph, arcs, np.zeros(0), np.zeros(0), best, whom)
        route = replace(route, minutes=route.routed())
        return replace(route, today=_to_cells(scene, route.minutes, scene.legs(), best))

    def routed(self) -> FloatArray:
        """Return minutes to every node, as the arcs now stand."""
        from scipy.sparse.csgraph import dijkstra

        size = self.graph.shape[0] - len(self.chosen)
        if not len(self.chosen):
            return np.full(size, np.inf)
        sources = np.arange(size, self.graph.shape[0])
        return np.asarray(dijkstra(self.graph, directed=True, indices=sources, min_only=True), float)[:size]

    def without(self, piece: int) -> FloatArray:
        """Return minutes to every node with a piece closed; the arcs are put back."""
        both = self.arcs[[piece, piece + len(self.arcs_of_pieces) // 2]]
        kept = self.graph.data[both].copy()
        self.graph.data[both] = np.inf
        found = self.routed()
        self.graph.data[both] = kept
        return found

    @property
    def arcs_of_pieces(self) -> IntArray:
        return self.arcs[: len(self.arcs) - len(self.chosen)]

    def needs(self, scene: Scene, piece: int) -> bool:
        """Return whether a shortest way to this kind takes a piece, or somebody lives on it."""
        start, end = scene.pieces.start[piece], scene.pieces.end[piece]
        away, back = self.minutes[start] + scene.back[piece], self.minutes[end] + scene.forth[piece]
        tight = (np.isfinite(away) and away <= self.minutes[end] + TIE_MIN) or (
            np.isfinite(back) and back <= self.minutes[start] + TIE_MIN
        )
        return bool(tight or ((scene.piece == piece) & scene.cell.reached).any())

    def load(self, scene: Scene, people: FloatArray) -> FloatArray:
        """Return the people whose shortest way takes each piece: those at a node go by one arc that is shortest."""
        start, end = scene.pieces.start, scene.pieces.end
        tail, head = np.r_[start, end], np.r_[end, start]
        piece = np.r_[np.arange(len(start)), np.arange(len(start))]
        cost = np.r_[scene.back, scene.forth]
        tight = np.isfinite(self.minutes[tail]) & (self.minutes[tail] + cost <= self.minutes[head] + TIE_MIN)
        arrival = np.full(len(self.minutes), -1)
        arrival[head[tight]] = np.flatnonzero(tight)
        first, last = scene.ends()
        legs = scene.legs()
        near = np.where(self.minutes[first] + legs[0] <= self.minutes[last] + legs[1], first, last)
        at = np.bincount(near[scene.cell.reached], people[scene.cell.reached], minlength=len(self.minutes))
        sums = np.zeros(len(start))
        for node in np.argsort(-np.where(np.isfinite(self.minutes), self.minutes, -1.0), kind="stable"):
            arc = arrival[node]
            if arc >= 0 and self.minutes[tail[arc]] < self.minutes[node]:
                sums[piece[arc]] += at[node]
                at[tail[arc]] += at[node]
        return sums


def _middle_pieces(scene: Scene, links: int) -> IntArray:
    """Return the piece that holds the middle of each link."""
    edge = np.arange(links)
    piece = scene.pieces.at(edge, np.full(links, MIDDLE))
    return np.asarray(piece - ((scene.pieces.low[piece] == MIDDLE) & (scene.pieces.low[piece] > 0)), np.int64)


def _to_cells(
    scene: Scene, minutes: FloatArray, legs: tuple[FloatArray, FloatArray], straight: FloatArray
) -> FloatArray:
    first, last = scene.ends()
    by_road = np.minimum(minutes[first] + legs[0], minutes[last] + legs[1])
    return np.asarray(np.round(np.minimum(by_road, straight), _DECIMALS), float)


def _lost(
    scene: Scene,
    land: BoolArray,
    routes: "Iterable[_Route]",
    piece: int,
    people: FloatArray,
    limits_min: Mapping[str, float],
) -> tuple[float, float, float, float, str | None]:
    """Return the sums of one link that is cut."""
    legs = tuple(leg.copy() for leg in scene.legs())
    on = (scene.piece == piece) & scene.cell.reached
    before = scene.cell.share <= MIDDLE
    legs[1][on & before] = np.inf
    legs[0][on & ~before] = np.inf
    parted = _parted(scene, land, piece, on, before)
    worse, without, beyond = (np.zeros(len(people), bool) for _ in range(3))
    total, most, hardest = 0.0, 0.0, None
    for route in routes:
        after = _to_cells(scene, route.without(piece), (legs[0], legs[1]), _straight(route, parted))
        lost = after > route.today
        gone = lost & np.isinf(after)
        minutes = float(
            people
            @ np.where(lost & ~gone, np.subtract(after, route.today, where=lost & ~gone, out=np.zeros_like(after)), 0.0)
        )
        total += minutes
        if minutes > most:
            most, hardest = minutes, route.kind
        limit = limits_min.get(route.kind, np.inf)
        worse, without = worse | lost, without | gone
        beyond |= (route.today <= limit) & (after > limit)
    return float(people[worse].sum()), total, float(people[without].sum()), float(people[beyond].sum()), hardest


def _parts(scene: Scene, land: BoolArray, piece: int) -> IntArray | None:
    """Return the land part of each node without a piece; None where it joins what hangs together anyway."""
    pieces = scene.pieces
    land = land.copy()
    land[piece] = False
    nodes = connected_parts(pieces.start[land], pieces.end[land], pieces.nodes + len(pieces.cut_edge))
    return None if nodes[pieces.start[piece]] == nodes[pieces.end[piece]] else nodes


def _parted(scene: Scene, land: BoolArray, piece: int, on: BoolArray, before: BoolArray) -> Scene | None:
    """Return the scene with the land parts that the cut leaves; None where it parts nothing."""
    nodes, pieces = _parts(scene, land, piece) if land[piece] else None, scene.pieces
    if nodes is None:
        return None
    size = pieces.nodes + len(pieces.cut_edge)
    side = np.where(on & ~before, pieces.end[scene.piece], pieces.start[scene.piece])
    cell, facility = scene.cell, scene.facility
    own = np.where(cell.reached, cell.part * size + nodes[side], -1)
    theirs = np.where(facility.reached, facility.part * size + nodes[scene.node], -1)
    return replace(scene, cell=replace(cell, part=own), facility=replace(facility, part=theirs))


def _straight(route: _Route, parted: Scene | None) -> FloatArray:
    """Return the straight lines that still count: none between parts that the cut leaves."""
    if parted is None:
        return route.straight
    found = route.straight.copy()
    to = np.where(route.straight_to >= 0, route.chosen[route.straight_to], 0)
    broken = np.flatnonzero((route.straight_to >= 0) & (parted.cell.part != parted.facility.part[to]))
    if len(broken):
        again, _ = parted.of_cells(broken).straight_nearest(route.chosen)
        found[broken] = again.min(axis=0, initial=np.inf)
    return found
