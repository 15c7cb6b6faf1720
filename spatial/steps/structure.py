"""The structure: nodes by level, and the hinterland of each."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis import access, grid, hinterland, redraw, supply
from spatial.analysis import nodes as node_levels
from spatial.analysis.changes import NO_LEVEL, OVERRIDE
from spatial.analysis.ranges import range_names, with_ranges
from spatial.analysis.stability import stability_of_levels
from spatial.model import Omission
from spatial.settings import Hierarchy
from spatial.steps import ranges
from spatial.steps.titles import title
from spatial.steps.work import Products, Work, made_layer

_FA = "fa_regioner"


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
    frame = _as_set(places.drop(columns="services", errors="ignore").join(steady), hierarchy)
    frame["services"] = [_offered(row, names) for _, row in offered.iterrows()]
    frame["services_count"] = (offered > 0).sum(axis=1)
    cells = work.layer("rutnat")
    if cells is not None:
        within_m = hierarchy.service_reach_m.value
        frame["people_near_inv"] = supply.people_reached(places, cells.geo, within_m)
        frame = ranges.of_people_near(work, places, frame, within_m)
    meta = work.meta(title("noder"), "nodes", lineage="", sources=(service, cells, *work.given.values()))
    tables = {
        "noder": pd.DataFrame(frame.drop(columns="geometry")),
        "noder_service": offered,
        "noder_skal": _named(node_levels.level_reasons(places, offered, hierarchy), places["name"]),
    }
    values = {"supply": offered, "hierarchy": hierarchy}
    return Products({"noder": made_layer("noder", frame, meta)}, tables, values, omissions)


def _as_set(frame: gpd.GeoDataFrame, hierarchy: Hierarchy) -> gpd.GeoDataFrame:
    """Return the places with the level that a strategist set, where one did; no criterion holds it up there."""
    known = {NO_LEVEL, *(one.id for one in hierarchy.levels)}
    given = frame[OVERRIDE].astype(object) if OVERRIDE in frame.columns else pd.Series(None, frame.index, object)
    frame[OVERRIDE] = chosen = given.where(given.isin(known), None)
    own = chosen.notna()
    frame["level"] = frame["level"].where(~own, chosen.where(chosen != NO_LEVEL, None))
    frame["stability_share"] = frame["stability_share"].where(~own)
    frame["most_common_other"] = frame["most_common_other"].where(~own, None)
    return frame


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({"service_type": [], "place_id": [], "distance_m": []})


def _offered(row: pd.Series, names: Mapping[str, str]) -> str:
    return ", ".join(names[str(kind)] for kind, count in row.items() if count > 0)


def _named(reasons: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    table = reasons.reset_index()
    table.insert(1, "name", table["place"].map(names))
    return table


def hinterlands(work: Work) -> Products:
    """Return ``omland``: the cells that each node reaches first, as envelopes; and who lives across other borders."""
    cells_layer, places = work.layer("rutnat"), work.layer("noder").geo  # type: ignore[union-attr]
    if cells_layer is None or cells_layer.grid is None:
        raise TypeError
    cells = cells_layer.geo[cells_layer.geo["population_inv"].fillna(0) > 0]
    centres = places[places["level"].isin(work.settings.corridors.node_levels)]
    if centres.empty:
        return Products()
    minutes = _minutes(work, cells, centres)
    nearest = hinterland.node_of_cells(minutes)
    drawn_as = work.settings.hinterlands
    frame = hinterland.hinterlands(
        cells,
        cells_layer.grid,
        nearest["node"],
        cells["population_inv"],
        close_m=drawn_as.close_m.value,
        least_share=drawn_as.least_share.value,
    )
    frame.insert(0, "name", centres["name"].reindex(frame.index))
    frame["outside"] = centres["outside"].reindex(frame.index)
    values: dict[str, object] = {"node_minutes": minutes}
    draws: redraw.Draws | None = work.value("draws")
    drawn_node: pd.Series | None = None
    if draws is not None and draws.modelled:
        values["node_minutes_drawn"] = drawn = _minutes(work, draws.cells, centres)
        drawn_node = hinterland.node_of_cells(drawn)["node"]
        frame = _with_ranges(frame, draws, drawn_node)
    tables = {
        "omland": pd.DataFrame(frame.drop(columns="geometry")),
        **_without_node(cells["population_inv"][nearest["node"].isna()], draws, drawn_node),
        **_compared(work, cells, centres, nearest["node"], drawn_node),
    }
    meta = work.meta(title("omland"), "hinterlands", lineage="", sources=(cells_layer, *work.given.values()))
    return Products({"omland": made_layer("omland", frame, meta)}, tables, values)


def _minutes(work: Work, cells: gpd.GeoDataFrame, centres: gpd.GeoDataFrame) -> pd.DataFrame:
    return access.minutes_to_each(
        work.value("network"),
        cells[["geometry"]],
        centres[["geometry"]],
        off_network_kmh=work.settings.access.off_network_kmh.value,
        max_snap_m=work.settings.access.max_snap_m.value,
    )


def _with_ranges(frame: gpd.GeoDataFrame, draws: redraw.Draws, node: pd.Series) -> gpd.GeoDataFrame:
    """Return the hinterlands with the ranges of their people, and of those whose cell lies in the drawn outline."""
    of = frame.index.get_indexer(pd.Index(node))
    zone, cell = grid.points_in(shapely.get_coordinates(draws.cells.geometry), np.asarray(frame.geometry, object))
    inside = np.full(len(of), -1)
    inside[cell[of[cell] == zone]] = zone[of[cell] == zone]
    zones = {"people_inv": of, "drawn_inv": inside}
    by_run = {name: redraw.sums_by_run(draws.people, zone, len(frame)) for name, zone in zones.items()}
    return gpd.GeoDataFrame(with_ranges(frame, by_run, draws), geometry="geometry", crs=frame.crs)


def _without_node(people: pd.Series, draws: redraw.Draws | None, node: pd.Series | None) -> dict[str, pd.DataFrame]:
    """Return the table of the people from whom no way leads to any node; none where there are none."""
    table = pd.DataFrame({"people_inv": [float(people.sum())]}, index=pd.Index([1], name="row"))
    if not people.any():
        return {}
    if draws is not None and node is not None:
        by_run = {"people_inv": draws.people[:, node.isna().to_numpy()].sum(axis=1, keepdims=True)}
        table = with_ranges(table, by_run, draws)
    return {"omland_utan_nod": table}


def _compared(
    work: Work, cells: gpd.GeoDataFrame, centres: gpd.GeoDataFrame, node: pd.Series, drawn_node: pd.Series | None
) -> dict[str, pd.DataFrame]:
    """Return who lives across the borders of each division of regions, and the totals of city and hinterland."""
    draws: redraw.Draws | None = work.value("draws") if drawn_node is not None else None
    across: list[pd.DataFrame] = []
    outside: list[pd.DataFrame] = []
    homes = centres["municipality_code"]
    totals = [_city_and_hinterland(cells, node, homes, "omland", centres["name"], draws, drawn_node)]
    for name in work.value("divisions") or ():
        regions = work.layer(name).geo  # type: ignore[union-attr]
        zones = _zones(work, cells, regions)
        drawn = _zones(work, draws.cells, regions) if draws is not None else None
        table = hinterland.people_across(cells["population_inv"], node, zones, _zones(work, centres, regions))
        if draws is not None and drawn_node is not None and drawn is not None:
            table = ranges.of_across(table, ranges.inhabited(draws), drawn_node, drawn, draws)
        outside.append(_over_border(table, name))
        if draws is not None and drawn_node is not None and drawn is not None:
            homes_of = drawn_node.map(_zones(work, centres, regions).to_dict().get)
            crosses = drawn_node.notna() & drawn.notna() & (homes_of != drawn)
            outside[-1] = ranges.of_crossing(outside[-1], ranges.inhabited(draws), crosses, draws)
        table.insert(0, "division", name)
        table.insert(2, "node_name", table["zone_a"].map(centres["name"]))
        table.insert(4, "region_name", table["zone_b"].map(regions["name"]))
        across.append(table.rename(columns={"zone_a": "node", "zone_b": "region_code"}))
        cities = hinterland.largest_zone(cells["population_inv"], zones, cells["municipality_code"])
        totals.append(_city_and_hinterland(cells, zones, cities, name, regions["name"], draws, drawn))
    tables = {"stad_omland": pd.concat(totals, ignore_index=True)}
    if across:
        tables["omland_jamforelse"] = pd.concat(across, ignore_index=True)
        tables["omland_over_grans"] = pd.concat(outside, ignore_index=True)
        every = tables["omland_jamforelse"]
        fa = every[every["division"] == _FA]
        if len(fa):
            tables["omland_fa"] = fa.drop(columns="division").reset_index(drop=True)
    return tables


def _over_border(table: pd.DataFrame, division: str) -> pd.DataFrame:
    """Return how many live in a hinterland whose node lies in another region than they do."""
    people, whole = float(table.loc[table["across"], "people_inv"].sum()), float(table["people_inv"].sum())
    share = people / whole if whole else float("nan")
    return pd.DataFrame({"division": [division], "people_inv": [people], "share": [share]})


def _zones(work: Work, points: gpd.GeoDataFrame, regions: gpd.GeoDataFrame) -> pd.Series:
    limit = work.settings.region.grid.max_outside_m.value
    zone: pd.Series = grid.zones_of_cells(points[["geometry"]], regions, limit)["zone"]
    return zone


def _city_and_hinterland(
    cells: gpd.GeoDataFrame,
    region: pd.Series,
    city: pd.Series,
    division: str,
    names: pd.Series,
    draws: redraw.Draws | None,
    drawn: pd.Series | None,
) -> pd.DataFrame:
    """Return the sums of what the cells count, for each region's city (its own municipality) and its hinterland."""
    ends = {end for name in cells.columns for end in range_names(str(name))}
    counted = [name for name in cells.columns if str(name).endswith("_inv") and name not in ends]
    inside = cells["municipality_code"] == region.map(city.to_dict().get)
    sums = hinterland.city_and_hinterland(pd.DataFrame(cells[counted]), region, inside)
    sums.loc[sums["areas"] == 0] = 0  # nobody lives there; NaN means that nothing is known of those who do
    sums = sums.reset_index().rename(columns={"areas": "cells", "population_inv": "people_inv"})
    if draws is not None and drawn is not None:
        in_city = draws.cells["municipality_code"] == drawn.map(city.to_dict().get)
        sums = ranges.of_city(sums, ranges.inhabited(draws), drawn, in_city, draws)
    sums.insert(0, "division", division)
    sums.insert(2, "region_name", sums["region"].map(names.to_dict().get))
    return sums
