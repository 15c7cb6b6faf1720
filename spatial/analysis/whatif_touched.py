"""For whom a changed road may matter at all: bounds from today's roads, so that the others need not be routed anew."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import dijkstra

from spatial.analysis.journeys import Roads, Stops
from spatial.analysis.routing import arc_matrix, connected_parts
from spatial.analysis.whatif import Trial
from spatial.analysis.whatif_ground import Ground
from spatial.analysis.whatif_roads import TriedRoads
from spatial.model import FloatArray

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_SLACK_MIN: Final = 1e-6


@dataclass(frozen=True)
class Touched:
    """Least minutes from each cell to a changed road, and from a changed road to each service of the trial.

    A way that takes a changed road takes at least the sum of the two; who has it nearer today, by other roads, neither
    gains nor loses. ``parted``: the land networks are other than today, and with them the straight lines that count.
    """

    to_road: FloatArray
    to_service: FloatArray
    parted: bool

    def matters(self, cells: IntArray, services: BoolArray, today_min: FloatArray) -> bool:
        """Return whether a changed road may matter to some cells on their way to some services."""
        nearest = float(self.to_service[services].min(initial=np.inf))
        least = self.to_road[cells] + nearest
        return self.parted or bool((np.isfinite(least) & (least <= today_min[cells] + _SLACK_MIN)).any())


def touched(base: Ground, trial: Trial, tried: TriedRoads, services: Stops) -> Touched:
    """Return whom the changed roads of a trial may matter to.

    Parameters
    ----------
    base : Ground
    trial : Trial
    tried : TriedRoads
    services : Stops
        The trial's services on today's roads.

    Returns
    -------
    Touched
        On today's cells, and on the services given.

    Notes
    -----
    What lies on a changed road is taken to be at its end: the bounds are never too high.
    """
    roads = base.roads
    edges = base.network.edges.index.get_indexer([*trial.speeds, *trial.cuts])
    changed = np.unique(np.r_[edges, tried.joins]).astype(np.int64)
    ends = np.unique(np.r_[roads.start[changed], roads.end[changed]])
    there = _nearest(roads, ends, against=True)
    away = _nearest(roads, ends, against=False)
    to_road = _through(roads, base.cell_stops, there, changed, leaving=True)
    to_service = _through(roads, services, away, changed, leaving=False)
    return Touched(to_road, to_service, _parted(roads, tried, both=bool(trial.cuts and trial.links)))


def _nearest(roads: Roads, ends: IntArray, *, against: bool) -> FloatArray:
    forth, back = (roads.back, roads.forth) if against else (roads.forth, roads.back)
    graph = arc_matrix(roads.start, roads.end, forth, back, roads.nodes)
    return np.asarray(dijkstra(graph, directed=True, indices=ends, min_only=True), float)


def _through(roads: Roads, stops: Stops, at_nodes: FloatArray, changed: IntArray, *, leaving: bool) -> FloatArray:
    """Return least minutes between points and the changed roads."""
    out = np.full(len(stops.edge), np.inf)
    on = np.flatnonzero(stops.reached)
    edge, share = stops.edge[on], stops.share[on]
    by_start, by_end = (roads.back, roads.forth) if leaving else (roads.forth, roads.back)
    first, last = (
        np.multiply(minutes[edge], part, out=np.zeros(len(edge)), where=part > 0)
        for minutes, part in ((by_start, share), (by_end, 1 - share))
    )
    least = np.minimum(at_nodes[roads.start[edge]] + first, at_nodes[roads.end[edge]] + last)
    out[on] = stops.leg_min[on] + np.where(np.isin(edge, changed), 0.0, least)
    return out


def _parted(roads: Roads, tried: TriedRoads, *, both: bool) -> bool:
    """Return whether the land networks are other than today; taken for granted where roads are both cut and added."""
    if both:
        return True
    counts = []
    for one in (roads, tried.roads):
        land = ~one.ferry
        part = connected_parts(one.start[land], one.end[land], one.nodes)
        counts.append(int(part.max(initial=-1)))
    return counts[0] != counts[1]
