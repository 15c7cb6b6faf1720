"""The models drawn again, seeded: from the spread follows the range beside every number that rests on them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis import access, redraw
from spatial.analysis import nearest_drawn as drawn
from spatial.analysis.journeys import MINUTES_PER_M_AT_1_KMH
from spatial.analysis.snapping import snap
from spatial.model import FloatArray, Network
from spatial.settings import Redraw, ServiceRule
from spatial.steps.work import Products, Work

_MODELLED = "modell:"


def redraws(work: Work) -> Products:
    """Return the values ``draws`` (people, run by run), ``lived`` (inhabited cells with minutes) and ``draw_service``.

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
        draws = redraw.redraw_population(ground, parameters, options)
    else:
        draws = redraw.measured_people(cells.geo, options)
    return Products(values={"draws": draws, **_service(work, draws, options, rules)})


def _service(
    work: Work, draws: redraw.Draws, options: Redraw, rules: tuple[ServiceRule, ...]
) -> dict[str, gpd.GeoDataFrame | pd.DataFrame]:
    network, service = work.value("network"), work.layer("service")
    if network is None or service is None:
        return {}
    given = service.geo[~service.geo.index.str.startswith(_MODELLED)]
    places = _places(work, options, rules)
    every = _every(given, places, rules)
    found = access.minutes_to_nearest(network, draws.cells[["geometry"]], given, **_reach(work))
    kinds = {
        kind: drawn.nearest_given(found, kind, every.index, options.runs)
        for kind in sorted(set(given["service_type"]))
        if draws.modelled or kind in {rule.service for rule in rules}
    }
    if rules:
        minutes = access.minutes_to_each(network, draws.cells[["geometry"]], places[["geometry"]], **_reach(work))
        to_places = np.ascontiguousarray(minutes.to_numpy(float).T)
        legs = _legs(work, network, every), found["off_network_min"].to_numpy(float)
        for rule in rules:
            at = every.index.get_indexer(pd.Index([_id(rule, place) for place in places.index]))
            own = drawn.nearest_by_rule(to_places, places, at, rule, options)
            own = drawn.with_legs(own, (_xy(draws.cells), legs[1]), (_xy(every), legs[0]), _minutes_per_m(work))
            kinds[rule.service] = drawn.merged(own, kinds[rule.service]) if rule.service in kinds else own
    share = work.settings.access.uncertain_share.value
    return {"lived": drawn.lived_cells(draws, kinds, options.runs, share), "draw_service": every}


def _places(work: Work, options: Redraw, rules: tuple[ServiceRule, ...]) -> gpd.GeoDataFrame:
    """Return the places that have a service by rule in some run."""
    places: gpd.GeoDataFrame | None = work.value("local_places")
    if places is None or not rules:
        return gpd.GeoDataFrame({"population_inv": [], "municipality_code": []}, geometry=[], crs="EPSG:3006")
    least = min(rule.min_population_inv.value for rule in rules) * (1 - options.spread_share.value)
    return places[(places["population_inv"] >= least) | places["central"]]


def _every(given: gpd.GeoDataFrame, places: gpd.GeoDataFrame, rules: tuple[ServiceRule, ...]) -> gpd.GeoDataFrame:
    """Return the given facilities and those that rules may place, by id: of equally near ones the first is taken."""
    columns = ["municipality_code", "geometry"]
    ruled = [places[columns].set_axis([_id(rule, place) for place in places.index]) for rule in rules]
    return gpd.GeoDataFrame(pd.concat([given[columns], *ruled]), crs=given.crs).sort_index()


def _id(rule: ServiceRule, place: object) -> str:
    return f"{_MODELLED}{rule.service}:{place}"


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
