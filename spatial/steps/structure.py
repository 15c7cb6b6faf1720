"""The structure: nodes by level, corridors between them, and the hinterland of each."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from spatial.analysis import access, flows, grid, hinterland, supply
from spatial.analysis import corridors as corridor_lines
from spatial.analysis import network as networks
from spatial.analysis import nodes as node_levels
from spatial.analysis.paths import shortest_minutes
from spatial.analysis.snapping import snap_points, with_points
from spatial.analysis.stability import stability_of_levels
from spatial.model import Layer, Network, Omission
from spatial.steps.titles import title
from spatial.steps.work import Products, Work, made_layer

_STATION_REACH_M = 3_000.0


def nodes(work: Work) -> Products:
    """Return ``noder``: places with their level, what they offer and how stable the level is."""
    places, service = work.value("places"), work.layer("service")
    types = [kind.id for kind in work.settings.services]
    known = set(service.geo["service_type"]) if service is not None else set()
    hierarchy = node_levels.judgeable(work.settings.hierarchy, known)
    untried = node_levels.untried_criteria(work.settings.hierarchy, known)
    omissions = tuple(Omission(f"criterion:{level}:{kind}", "services") for level, kind in untried)
    facilities = supply.facilities_of_places(places, service.geo) if service is not None else _nothing()
    offered = supply.supply_within(facilities, places.index, hierarchy.service_reach_m.value, types)
    steady = stability_of_levels(places, offered, hierarchy, facilities=facilities)
    names = {kind.id: kind.title.sv for kind in work.settings.services}
    frame = places.drop(columns="services", errors="ignore").join(steady)
    frame["services"] = [_offered(row, names) for _, row in offered.iterrows()]
    frame["services_count"] = (offered > 0).sum(axis=1)
    cells = work.layer("rutnat")
    if cells is not None:
        frame["people_near_inv"] = supply.people_reached(places, cells.geo, hierarchy.service_reach_m.value)
    meta = work.meta(title("noder"), "nodes", lineage="", sources=(service, cells, *work.given.values()))
    tables = {
        "noder": pd.DataFrame(frame.drop(columns="geometry")),
        "noder_service": offered,
        "noder_skal": _named(node_levels.level_reasons(places, offered, hierarchy), places["name"]),
    }
    values = {"supply": offered, "hierarchy": hierarchy}
    return Products({"noder": made_layer("noder", frame, meta)}, tables, values, omissions)


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({"service_type": [], "place_id": [], "distance_m": []})


def _offered(row: pd.Series, names: Mapping[str, str]) -> str:
    return ", ".join(names[str(kind)] for kind, count in row.items() if count > 0)


def _named(reasons: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    table = reasons.reset_index()
    table.insert(1, "name", table["place"].map(names))
    return table


def corridors(work: Work) -> Products:
    """Return ``strak`` by road and by rail, and ``jarnvag``; flows by a gravity model where none are observed."""
    places, network, options = work.layer("noder").geo, work.value("network"), work.settings.corridors  # type: ignore[union-attr]
    cells = work.layer("rutnat")
    people = _people(cells)
    placed, ids = _joined(network, places, work.settings.access.max_snap_m.value)
    flow = _flows(work, placed, places, ids)
    found = [corridor_lines.corridors(placed, places.assign(node_id=ids), flow, options, people)]
    layers: dict[str, Layer] = {}
    rails = work.frame("railways")
    if rails is not None:
        meta = work.meta(title("jarnvag"), "railways", lineage="", sources=tuple(work.of_role("railways")))
        layers["jarnvag"] = made_layer("jarnvag", rails, meta)
        found.append(_rail_corridors(work, rails, places, people))
    every = gpd.GeoDataFrame(pd.concat([frame for frame in found if len(frame)]), crs=places.crs)
    every = every.rename(columns={"jobs": "employed_inv"})
    meta = work.meta(title("strak"), "corridors", lineage="", sources=(cells, *work.given.values()))
    layers["strak"] = made_layer("strak", every, meta)
    values = {"node_ids": ids, "placed": placed}
    return Products(layers, {"strak": pd.DataFrame(every.drop(columns="geometry"))}, values, modelled=True)


def _people(cells: Layer | None) -> gpd.GeoDataFrame:
    if cells is None:
        return gpd.GeoDataFrame({"population_inv": []}, geometry=[], crs="EPSG:3006")
    frame = cells.geo
    known = {"jobs": frame["employed_inv"].fillna(0)} if "employed_inv" in frame.columns else {}
    return frame[["geometry"]].assign(population_inv=frame["population_inv"].fillna(0), **known)


def _joined(network: Network, places: gpd.GeoDataFrame, reach_m: float) -> tuple[Network, pd.Series]:
    """Return the network with every place on it, and each place's node: its own where a link names it."""
    own = places.index.isin(network.nodes.index)
    snaps = snap_points(network, places[~own], reach_m)
    placed, ids = with_points(network, snaps)
    named = pd.Series(places.index[own], index=places.index[own], dtype=object)
    return placed, pd.concat([named, ids.astype(object)]).reindex(places.index)


def _flows(work: Work, network: Network, places: gpd.GeoDataFrame, ids: pd.Series) -> pd.DataFrame:
    options = work.settings.corridors
    joined = ids.dropna()
    positions = network.nodes.index.get_indexer(pd.Index(joined))
    minutes = shortest_minutes(network, list(joined))[:, positions]
    table = pd.DataFrame(minutes, index=joined.index, columns=joined.index)
    return flows.gravity_flows(
        pd.DataFrame(places.loc[joined.index, ["population_inv"]]),
        table,
        exponent=options.gravity_exponent.value,
        max_minutes=options.max_minutes.value,
    )


def _rail_corridors(
    work: Work, rails: gpd.GeoDataFrame, places: gpd.GeoDataFrame, people: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    lines = rails[rails["state"] == "befintlig"] if "state" in rails.columns else rails
    lines = lines[lines["passenger"] == 1] if "passenger" in lines.columns else lines
    lines = lines.assign(road_class="railway", number=lines["kind"] if "kind" in lines.columns else None)
    if "length_km" in lines.columns:
        lines = lines.assign(length_m=lines["length_km"] * 1000)
    speeds = {name: parameter.value for name, parameter in work.settings.road_speeds_kmh.items()}
    network = networks.network_from_lines(lines, speeds)
    placed, ids = _joined(network, places, _STATION_REACH_M)
    return corridor_lines.corridors(
        placed, places.assign(node_id=ids), None, work.settings.corridors, people, mode="järnväg"
    )


def hinterlands(work: Work) -> Products:
    """Return ``omland``: the cells that each node reaches first, as envelopes; and who lives across other borders."""
    cells_layer, places = work.layer("rutnat"), work.layer("noder").geo  # type: ignore[union-attr]
    if cells_layer is None or cells_layer.grid is None:
        raise TypeError
    cells = cells_layer.geo[cells_layer.geo["population_inv"].fillna(0) > 0]
    centres = places[places["level"].isin(work.settings.corridors.node_levels)]
    if centres.empty:
        return Products()
    minutes = access.minutes_to_each(
        work.value("network"),
        cells[["geometry"]],
        centres[["geometry"]],
        off_network_kmh=work.settings.access.off_network_kmh.value,
        max_snap_m=work.settings.access.max_snap_m.value,
    )
    nearest = hinterland.node_of_cells(minutes)
    people = cells["population_inv"]
    frame = hinterland.hinterlands(cells, cells_layer.grid, nearest["node"], people)
    frame.insert(0, "name", centres["name"].reindex(frame.index))
    frame["outside"] = centres["outside"].reindex(frame.index)
    tables = {"omland": pd.DataFrame(frame.drop(columns="geometry"))}
    regions = work.layer("fa_regioner")
    if regions is not None:
        tables["omland_fa"] = _across(work, cells, centres, nearest["node"], regions)
    meta = work.meta(title("omland"), "hinterlands", lineage="", sources=(cells_layer, *work.given.values()))
    return Products({"omland": made_layer("omland", frame, meta)}, tables)


def _across(
    work: Work, cells: gpd.GeoDataFrame, centres: gpd.GeoDataFrame, node: pd.Series, regions: Layer
) -> pd.DataFrame:
    limit = work.settings.region.grid.max_outside_m.value
    zones = grid.zones_of_cells(cells[["geometry"]], regions.geo, limit)["zone"]
    homes = grid.zones_of_cells(centres[["geometry"]], regions.geo, limit)["zone"]
    table = hinterland.people_across(cells["population_inv"], node, zones, homes)
    table.insert(1, "node_name", table["zone_a"].map(centres["name"]))
    table.insert(3, "region_name", table["zone_b"].map(regions.geo["name"]))
    return table.rename(columns={"zone_a": "node", "zone_b": "region_code"})
