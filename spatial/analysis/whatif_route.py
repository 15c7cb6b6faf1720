"""The nearest service that counts for each cell, and the search for it along roads."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from spatial.analysis.journeys import Roads, Scene, Stops, scene_of
from spatial.analysis.routing import connected_parts, nearest_one, two_best
from spatial.analysis.whatif_ground import Ground, Places
from spatial.model import FloatArray

if TYPE_CHECKING:
    from scipy import sparse

IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]

_DECIMALS: Final = 9
"""As the minutes of the image are rounded."""
_SLACK_MIN: Final = 1e-6
_DETOUR: Final = 1.5
_SAMPLE: Final = 500
"""Cells that the first guess of how far to search rests on."""


@dataclass(frozen=True)
class Found:
    """Each cell's nearest service that counts: minutes (inf where there is none), its id (or None).

    ``road_min``: to the nearest by road alone, without the straight line that counts where it is quicker.
    """

    minutes: FloatArray
    service: TextArray
    road_min: FloatArray

    def kept(self, count: int) -> "Found":
        """Return the same for ``count`` cells, these first; the rest have none."""
        rest = nothing(count - len(self.minutes))
        return Found(
            np.r_[self.minutes, rest.minutes],
            np.r_[self.service, rest.service],
            np.r_[self.road_min, rest.road_min],
        )

    def first(self, count: int) -> "Found":
        """Return the same for the first cells."""
        return Found(self.minutes[:count], self.service[:count], self.road_min[:count])

    def sealed(self) -> "Found":
        """Return the same with arrays that nobody can write in: what all who try share."""
        for values in (self.minutes, self.service, self.road_min):
            values.flags.writeable = False
        return self

    def fold(self, twice: IntArray, count: int) -> None:
        """Let cells that are here twice, again from ``count`` on, have the better of the two."""
        again = np.arange(count, count + len(twice))
        better = self.minutes[again] < self.minutes[twice]
        self.minutes[twice[better]] = self.minutes[again[better]]
        self.service[twice[better]] = self.service[again[better]]
        np.minimum.at(self.road_min, twice, self.road_min[again])


def nothing(count: int) -> Found:
    """Return what cells have before anything is found for them."""
    return Found(np.full(count, np.inf), np.full(count, None, object), np.full(count, np.inf))


class Route:
    """Roads with cells and services on them, ready to be asked for one kind after the other."""

    def __init__(self, roads: Roads, cells: Stops, places: Places, base: Ground) -> None:
        self.places = places
        self.scene: Scene = scene_of(
            roads, cells, places.stops, places.id, base.reach.minutes_per_m, base.reach.max_snap_m
        )
        self.graph: sparse.csr_matrix = self.scene.arcs_from_facilities()
        self.minutes_per_m = base.minutes_per_m

    def fill(self, found: Found, cells: IntArray, counted: npt.NDArray[np.bool_]) -> None:
        """Write what is nearest of some services to some cells.

        The search ends where it is farther from the services than the farthest of the cells: a guess, doubled once
        where it was too low; then without an end.
        """
        chosen = np.flatnonzero(counted & self.scene.facility.reached)
        chosen = chosen[np.argsort(self.scene.ids[chosen].astype(str), kind="stable")]
        scene = self.scene.of_cells(cells)
        ends, legs = scene.ends(), scene.legs()
        waits, guess = self._waiting(scene, chosen), self._guess(scene, chosen)
        for limit in (guess, 2 * guess, np.inf):
            at_nodes, source = nearest_one(self.graph, scene.node[chosen], scene.facility.leg_min[chosen], limit)
            by_road = np.vstack([at_nodes[end] + leg for end, leg in zip(ends, legs, strict=True)])
            least = by_road.min(axis=0)
            if not (least[waits] > limit - _SLACK_MIN).any():
                break
        straight, straight_source = scene.straight_nearest(chosen)
        sources = np.vstack([*(source[end] for end in ends), straight_source])
        best = two_best(np.vstack([by_road, straight]), sources)
        found.minutes[cells] = np.round(best.minutes, _DECIMALS)
        found.road_min[cells] = np.round(least, _DECIMALS)
        found.service[cells] = np.r_[scene.ids[chosen], np.array([None], object)][best.source]

    @cached_property
    def _part(self) -> IntArray:
        """The part of the network that each node hangs together with, ferries among it and directions apart."""
        pieces = self.scene.pieces
        return connected_parts(pieces.start, pieces.end, self.graph.shape[0])

    def _waiting(self, scene: Scene, chosen: IntArray) -> npt.NDArray[np.bool_]:
        """Return the cells that a way may lead to: the others need not be searched for."""
        if not len(scene.pieces.start):
            return np.zeros(len(scene.piece), bool)
        served = np.zeros(len(self._part), bool)
        served[self._part[scene.node[chosen]]] = True
        return np.asarray(scene.cell.reached & served[self._part[scene.ends()[0]]], bool)

    def _guess(self, scene: Scene, chosen: IntArray) -> float:
        """Return minutes within which the cells probably are, by the straight line of the farthest of some."""
        from scipy.spatial import cKDTree

        some = scene.cell.xy[:: 1 + len(scene.piece) // _SAMPLE]
        if not len(chosen) or not len(some):
            return np.inf
        metres, _ = cKDTree(scene.facility.xy[chosen]).query(some)
        return float(_DETOUR * metres.max() * self.minutes_per_m + scene.facility.leg_min[chosen].min()) or np.inf
