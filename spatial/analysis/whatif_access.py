"""Minutes before and after: today's are kept, and only what a trial touches is routed anew.

What it gives equals a full count (:func:`spatial.analysis.access.minutes_to_nearest`) on the changed inputs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.journeys import Stops
from spatial.analysis.whatif import Change, Trial, WhatIfError, together
from spatial.analysis.whatif_ground import Borders, Ground, Homes, Places, counting, groups, joined, places_of
from spatial.analysis.whatif_people import cells_at, people_on_cells
from spatial.analysis.whatif_roads import TriedRoads, tried_roads
from spatial.analysis.whatif_route import Found, Route, nothing
from spatial.analysis.whatif_touched import Touched, touched
from spatial.model import FloatArray


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
    route = Route(base.roads, base.cell_stops, base.places, base)
    found = {kind: nothing(len(base.cells)) for kind in base.kinds}
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
    route = Route(roads.roads, stops, places, base)
    found = {kind: today.found[kind].kept(len(stops.edge)) for kind in base.kinds}
    kinds = _routed(route, found, homes, today, trial, near)
    for kind in kinds:
        found[kind].fold(twice, len(cells))
    return _outcome(today, trial, cells, found, places, roads, kinds)


def _routed(
    route: Route, found: Mapping[str, Found], homes: Homes, today: Present, trial: Trial, near: Touched | None
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
