"""Minutes before and after: today's are kept, and only what a trial touches is routed anew.

What it gives equals a full count (:func:`spatial.analysis.access.minutes_to_nearest`) on the changed inputs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.journeys import Roads, Scene, Stops, scene_of
from spatial.analysis.routing import connected_parts, nearest_one, two_best
from spatial.analysis.whatif import Change, Trial, WhatIfError, together
from spatial.analysis.whatif_ground import Borders, Ground, Homes, Places, counting, groups, joined, places_of
from spatial.analysis.whatif_people import cells_at, people_on_cells
from spatial.analysis.whatif_roads import TriedRoads, tried_roads
from spatial.analysis.whatif_touched import Touched, touched
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
        rest = _nothing(count - len(self.minutes))
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


@dataclass(frozen=True)
class Present:
    """Today, under one setting of the borders: what every trial is compared with."""

    ground: Ground
    borders: Borders
    found: Mapping[str, Found]


@dataclass(frozen=True)
class Outcome:
    """Before and after a trial, cell by cell.

    ``cells``: index cell ids, today's first, then those that only newcomers live in; ``row``, ``col``, geometry,
    ``municipality_code``, ``people_before_inv``, ``people_after_inv``. ``before`` and ``after``: minutes on that
    index, a column a kind of service (NaN before where nobody lives today; inf where no service counts or no way
    leads). ``after_by_road``: as ``after``, but nobody who goes by road today takes the straight line instead: where a
    road is cut the two are the least and the most that it may mean. ``service_before``, ``service_after``: the ids.
    ``kinds``: those that were routed anew.
    """

    trial: Trial
    borders: Borders
    cells: gpd.GeoDataFrame
    before: pd.DataFrame
    after: pd.DataFrame
    after_by_road: pd.DataFrame
    service_before: pd.DataFrame
    service_after: pd.DataFrame
    places: Places
    roads: TriedRoads
    kinds: tuple[str, ...]


def present(base: Ground, borders: Borders) -> Present:
    """Return today's minutes under a setting of the borders, for all trials.

    Parameters
    ----------
    base : Ground
    borders : Borders

    Returns
    -------
    Present
    """
    route = _Route(base.roads, base.cell_stops, base.places, base)
    found = {kind: _nothing(len(base.cells)) for kind in base.kinds}
    for cells, home in groups(base.cell_homes, borders):
        counted = counting(home, base.places.homes, borders)
        for kind in base.kinds:
            route.fill(found[kind], cells, counted & (base.places.kind == kind))
    return Present(base, borders, {kind: one.sealed() for kind, one in found.items()})


def what_if(today: Present, changes: Iterable[Change]) -> Outcome:
    """Return what changes make of the minutes to each kind of service.

    Parameters
    ----------
    today : Present
        Not changed.
    changes : iterable of Change
        In any order.

    Returns
    -------
    Outcome

    Raises
    ------
    WhatIfError
        If a change is about something that is not there, or cannot be made.

    Notes
    -----
    Points stay where they joined the roads; those that a new link passes nearer may also join it, so that a new road
    takes nobody farther. A kind of service is routed anew for those people only for whom it may come to other minutes:
    a changed service that counts for them, or a changed road. Routing: one run of Dijkstra's algorithm from all the
    services that count (Erwig 2000).
    """
    base, trial = today.ground, together(changes)
    places = places_of(base, trial)
    reach = {"max_snap_m": base.reach.max_snap_m, "off_network_kmh": base.reach.off_network_kmh}
    roads = tried_roads(base.network, base.roads, trial, **reach)
    cells, stops, homes = _cells(base, trial)
    twice, near = np.zeros(0, np.int64), None
    if trial.roads:
        near = touched(base, trial, roads, places.stops)
        (twice, more), (again, doors) = roads.nearer(stops), roads.nearer(places.stops)
        stops, homes = joined(roads.put(stops), more), homes.and_then(homes.take(twice))
        places = Places(
            np.r_[places.id, places.id[again]],
            np.r_[places.kind, places.kind[again]],
            joined(roads.put(places.stops), doors),
            places.homes.and_then(places.homes.take(again)),
        )
        near = replace(near, to_service=np.r_[near.to_service, doors.leg_min])
    route = _Route(roads.roads, stops, places, base)
    found = {kind: today.found[kind].kept(len(stops.edge)) for kind in base.kinds}
    kinds = _routed(route, found, homes, today, trial, near)
    for kind in kinds:
        found[kind].fold(twice, len(cells))
    return _outcome(today, trial, cells, found, places, roads, kinds)


def _routed(
    route: "_Route", found: Mapping[str, Found], homes: Homes, today: Present, trial: Trial, near: Touched | None
) -> tuple[str, ...]:
    """Route anew for whom a trial may matter, and return the kinds of service that were."""
    base, places = today.ground, route.places
    again: set[str] = set()
    for own, home in groups(homes, today.borders):
        after = counting(home, places.homes, today.borders)
        before = counting(home, base.places.homes, today.borders)
        for kind in base.kinds:
            chosen = after & (places.kind == kind)
            same = _same(base.places, before & (base.places.kind == kind), places, chosen, trial)
            here = own[own < len(base.cells)]
            if same and near is not None:
                same = not near.matters(here, chosen, today.found[kind].road_min)
            wanted = own[own >= len(base.cells)] if same else own
            if len(wanted):
                route.fill(found[kind], wanted, chosen)
                again.add(kind)
    return tuple(kind for kind in base.kinds if kind in again)


class _Route:
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


def _cells(base: Ground, trial: Trial) -> tuple[gpd.GeoDataFrame, Stops, Homes]:
    """Return the cells with people before and after, those where only newcomers live last; on the roads of today."""
    known = base.cells[["row", "col", "geometry", "municipality_code"]]
    people = base.cells["population_inv"].to_numpy(float)
    added = people_on_cells(trial.people, base.grid)
    lived = pd.MultiIndex.from_frame(base.cells[["row", "col"]])
    after = people + added["people_inv"].reindex(lived).fillna(0.0).to_numpy(float)
    own = known.assign(people_before_inv=people, people_after_inv=after)
    rest = added[~added.index.isin(lived)]
    if rest.empty:
        return own, base.cell_stops, base.cell_homes
    new = cells_at(pd.MultiIndex.from_tuples(list(rest.index), names=["row", "col"]), base.grid)
    homes = base.outlines.homes(new)
    codes = set(base.cell_homes.municipality)
    if not set(homes.municipality) <= codes:
        raise WhatIfError("whatif.error.outside")
    new = new.assign(
        municipality_code=homes.municipality, people_before_inv=0.0, people_after_inv=rest["people_inv"].to_numpy(float)
    )
    every = gpd.GeoDataFrame(pd.concat([own, new[own.columns]]), crs=own.crs)
    return every, joined(base.cell_stops, base.stops(new)), base.cell_homes.and_then(homes)


def _same(old: Places, before: npt.NDArray[np.bool_], new: Places, after: npt.NDArray[np.bool_], trial: Trial) -> bool:
    """Return whether the same services count before and after, each in its place."""
    ids = set(new.id[after])
    return not ids & {*trial.moved, *trial.added} and ids == set(old.id[before])


def _nothing(count: int) -> Found:
    return Found(np.full(count, np.inf), np.full(count, None, object), np.full(count, np.inf))


def _outcome(
    today: Present,
    trial: Trial,
    cells: gpd.GeoDataFrame,
    found: Mapping[str, Found],
    places: Places,
    roads: TriedRoads,
    kinds: tuple[str, ...],
) -> Outcome:
    rest = len(cells) - len(today.ground.cells)
    nobody, nowhere = np.full(rest, np.nan), np.full(rest, None, object)
    index, old = cells.index, today.found
    found = {kind: one.first(len(cells)) for kind, one in found.items()}
    by_road = {kind: _by_road(old[kind], one) for kind, one in found.items()}
    return Outcome(
        trial=trial,
        borders=today.borders,
        cells=cells,
        before=pd.DataFrame({kind: np.r_[one.minutes, nobody] for kind, one in old.items()}, index=index),
        after=pd.DataFrame({kind: one.minutes for kind, one in found.items()}, index=index),
        after_by_road=pd.DataFrame(by_road, index=index),
        service_before=pd.DataFrame({kind: np.r_[one.service, nowhere] for kind, one in old.items()}, index=index),
        service_after=pd.DataFrame({kind: one.service for kind, one in found.items()}, index=index),
        places=places,
        roads=roads,
        kinds=kinds,
    )


def _by_road(old: Found, new: Found) -> FloatArray:
    """Return minutes after: by road for those who go by road today, else as they are."""
    driven = np.r_[old.road_min <= old.minutes, np.zeros(len(new.minutes) - len(old.minutes), bool)]
    return np.where(driven, new.road_min, new.minutes)
