"""The models drawn again, seeded: from the spread follows the range beside every number that rests on them."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis import access, redraw
from spatial.analysis import nearest_drawn as drawn
from spatial.analysis.asked_drawn import kept
from spatial.analysis.journeys import MINUTES_PER_M_AT_1_KMH
from spatial.analysis.snapping import snap
from spatial.model import FloatArray, Network
from spatial.settings import Redraw, ServiceRule
from spatial.steps.work import Products, Work, made_layer


def redraws(work: Work) -> Products:
    """Return ``rutnat`` with ranges, and the values ``draws``, ``lived`` and ``draw_service``.

    ``draws``: people, run by run; ``lived``: the inhabited cells of every run with minutes (``kept``: of them what
    the image keeps); ``draw_exists``: whether each facility of ``draw_service`` is there, run by run.

    ``draw_service``: every facility that there is in some run; ``lived`` holds its position. Kinds of service that
    are measured are left out of ``lived`` where the people are measured too: nothing about them is drawn.
    """
    options, cells = work.settings.models.redraw, work.layer("rutnat")
    ground, rules = work.value("ground"), work.value("service_rules") or ()
    model = work.settings.models.population
    if options is None or cells is None or (ground is None and not rules):
        return Products()
    if ground is not None and model is not None:
        parameters = {name: parameter.value for name, parameter in model.parameters.items()}
        draws = redraw.redraw_population(ground, parameters, options, cells.geo[["row", "col"]])
    else:
        draws = redraw.measured_people(cells.geo, options)
    kinds, values = _service(work, draws, options, rules)
    ranged = drawn.with_cell_ranges(cells.geo, draws, kinds)
    frame = gpd.GeoDataFrame(ranged, geometry="geometry", crs=cells.geo.crs)
    layer = made_layer("rutnat", frame, cells.meta, grid=cells.grid, faults=cells.faults)
    return Products({"rutnat": layer}, values={"draws": draws, **values})


def _service(
    work: Work, draws: redraw.Draws, options: Redraw, rules: tuple[ServiceRule, ...]
) -> tuple[dict[str, drawn.Nearest], dict[str, Any]]:
    """Return the nearest of each kind of service, and the values of :func:`redraws` about services."""
    network, service = work.value("network"), work.layer("service")
    if network is None or service is None:
        return {}, {}
    given = service.geo[~service.geo.index.str.startswith(drawn.MODELLED)]
    places = _places(work, options, rules)
    every = _every(given, places, rules)
    found = access.minutes_to_nearest(network, draws.cells[["geometry"]], given, **_reach(work))
    kinds = {
        kind: drawn.nearest_given(found, kind, every.index, options.runs)
        for kind in sorted(set(given["service_type"]))
        if draws.modelled or kind in {rule.service for rule in rules}
    }
    ruled = _ruled(work, draws, options, rules, places, every, found["off_network_min"].to_numpy(float))
    for kind, own in ruled.items():
        kinds[kind] = drawn.merged(own, kinds[kind]) if kind in kinds else own
    lived = drawn.lived_cells(draws, kinds, options.runs, work.settings.access.uncertain_share.value)
    lived = lived.assign(**_home(work, draws, given, every, kinds, ruled, lived))
    exists = drawn.facilities_by_run(every, places, rules, options)
    made = {"lived": lived, "kept": kept(lived, draws.cells), "draw_service": every, "draw_exists": exists}
    return kinds, made


def _ruled(
    work: Work,
    draws: redraw.Draws,
    options: Redraw,
    rules: tuple[ServiceRule, ...],
    places: gpd.GeoDataFrame,
    every: gpd.GeoDataFrame,
    leg_min: FloatArray,
) -> dict[str, drawn.Nearest]:
    """Return the nearest of each kind of service that rules place; ``leg_min`` from the cells to their roads."""
    if not rules:
        return {}
    network = work.value("network")
    minutes = access.minutes_to_each(network, draws.cells[["geometry"]], places[["geometry"]], **_reach(work))
    to_places = np.ascontiguousarray(minutes.to_numpy(float).T)
    cell, facility = (_xy(draws.cells), leg_min), (_xy(every), _legs(work, network, every))
    found: dict[str, drawn.Nearest] = {}
    for rule in rules:
        at = every.index.get_indexer(pd.Index([drawn.modelled_id(rule, place) for place in places.index]))
        own = drawn.nearest_by_rule(to_places, places, at, rule, options)
        found[rule.service] = drawn.with_legs(own, cell, facility, _minutes_per_m(work))
    return found


def _home(
    work: Work,
    draws: redraw.Draws,
    given: gpd.GeoDataFrame,
    every: gpd.GeoDataFrame,
    kinds: dict[str, drawn.Nearest],
    ruled: dict[str, drawn.Nearest],
    lived: pd.DataFrame,
) -> dict[str, FloatArray]:
    """Return ``{kind}_home_min``: minutes to the nearest this side of the border, for the rows of ``lived``."""
    beyond = np.append(every["outside"].to_numpy(bool), False)
    crossing = [beyond[nearest.first].any(axis=0) for nearest in kinds.values()]
    away = np.flatnonzero(np.any(crossing, axis=0)) if crossing else np.zeros(0, np.int64)
    if not len(away):
        return {}
    found = access.minutes_to_nearest(
        work.value("network"), draws.cells.iloc[away][["geometry"]], given[~given["outside"]], **_reach(work)
    )
    row = np.full(len(draws.cells), -1)
    row[away] = np.arange(len(away))
    run, cell = lived["run"].to_numpy(np.int64), lived["cell"].to_numpy(np.int64)
    out: dict[str, FloatArray] = {}
    for kind, nearest in kinds.items():
        measured = found[f"{kind}_min"].to_numpy(float) if f"{kind}_min" in found else np.full(len(away), np.inf)
        home = np.append(measured, np.inf)[row[cell]]
        if kind in ruled:
            home = np.minimum(home, ruled[kind].minutes[ruled[kind].state[run], cell])
        crosses = beyond[nearest.first[nearest.state[run], cell]]
        out[f"{kind}_home_min"] = np.where(crosses, home, lived[f"{kind}_min"].to_numpy(float))
    return out


def _places(work: Work, options: Redraw, rules: tuple[ServiceRule, ...]) -> gpd.GeoDataFrame:
    """Return the places that have a service by rule in some run."""
    places: gpd.GeoDataFrame | None = work.value("local_places")
    if places is None or not rules:
        return gpd.GeoDataFrame(
            {"population_inv": [], "municipality_code": [], "outside": []}, geometry=[], crs="EPSG:3006"
        )
    least = min(rule.min_population_inv.value for rule in rules) * (1 - options.spread_share.value)
    return places[(places["population_inv"] >= least) | places["central"]]


def _every(given: gpd.GeoDataFrame, places: gpd.GeoDataFrame, rules: tuple[ServiceRule, ...]) -> gpd.GeoDataFrame:
    """Return the given facilities and those that rules may place, by id: of equally near ones the first is taken."""
    columns = ["municipality_code", "outside", "geometry"]
    ruled = [
        places[columns].set_axis([drawn.modelled_id(rule, place) for place in places.index]).assign(service_type=kind)
        for rule in rules
        for kind in [rule.service]
    ]
    return gpd.GeoDataFrame(pd.concat([given[[*columns, "service_type"]], *ruled]), crs=given.crs).sort_index()


def _reach(work: Work) -> dict[str, float]:
    options = work.settings.access
    return {"off_network_kmh": options.off_network_kmh.value, "max_snap_m": options.max_snap_m.value}


def _minutes_per_m(work: Work) -> float:
    return MINUTES_PER_M_AT_1_KMH / work.settings.access.off_network_kmh.value


def _xy(frame: gpd.GeoDataFrame) -> FloatArray:
    return np.asarray(shapely.get_coordinates(np.asarray(frame.geometry, object)), float)


def _legs(work: Work, network: Network, frame: gpd.GeoDataFrame) -> FloatArray:
    metres = snap(network, np.asarray(frame.geometry, object), work.settings.access.max_snap_m.value)[2]
    return np.asarray(metres * _minutes_per_m(work), float)
