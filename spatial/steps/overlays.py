"""What lies in what, as tables to sort: along each stråk, in each kind of land, within reach of each node."""

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.analysis import access, contents, redraw
from spatial.analysis.reach import ALL_ZONES
from spatial.model import Layer, Raster
from spatial.steps import ranges, service_ranges
from spatial.steps.work import Products, Work


def overlays(work: Work) -> Products:
    """Return ``strak_markanvandning``, ``strak_service``, ``strak_kommun``, ``markanvandning_boende``, ``nod_inom``.

    And ``kommun_service``; each where what it needs is there.
    """
    tables: dict[str, pd.DataFrame] = {}
    cells, service, lines = work.layer("rutnat"), work.layer("service"), work.layer("strak")
    land = _land(work.layer("markanvandning"))
    names = work.layer("kommuner").geo["name"]  # type: ignore[union-attr]
    kinds = [kind.id for kind in work.settings.services]
    if lines is not None and len(lines.geo):
        tables |= _along(work, lines.geo, cells, service, land)
    if cells is not None and cells.grid is not None and land is not None:
        tables["markanvandning_boende"] = _living_on(work, cells, land, names)
    if service is not None:
        counted = _services(service.geo, cells, kinds, names)
        tables["kommun_service"] = service_ranges.of_municipalities(work, counted)
    if cells is not None and work.value("node_minutes") is not None:
        tables["nod_inom"] = _around_nodes(work, cells.geo, service, kinds)
    return Products(tables=tables)


def _land(layer: Layer | None) -> Raster | gpd.GeoDataFrame | None:
    if layer is None:
        return None
    return layer.raster if layer.raster is not None else layer.geo


def _along(
    work: Work,
    lines: gpd.GeoDataFrame,
    cells: Layer | None,
    service: Layer | None,
    land: Raster | gpd.GeoDataFrame | None,
) -> dict[str, pd.DataFrame]:
    reach_m = work.settings.corridors.reach_m.value
    kinds = [kind.id for kind in work.settings.services]
    names = work.layer("kommuner").geo["name"]  # type: ignore[union-attr]
    tables: dict[str, pd.DataFrame] = {}
    if land is not None:
        near = contents.bands(lines, reach_m)
        along = contents.land_within(land, near)
        tables["strak_markanvandning"] = ranges.of_land(along, work.value("land_draws"), near)
    if service is not None:
        counts = contents.facilities_along(lines, service.geo, reach_m, kinds)
        known = counts.loc[:, counts.any(axis=0)].add_suffix("_count")
        known.insert(0, "facilities_count", counts.sum(axis=1))
        known = service_ranges.of_lines(work, known, lines, reach_m)
        tables["strak_service"] = pd.DataFrame(lines[["name", "mode", "level"]]).join(known)
    if cells is not None:
        people = ranges.of_lines(work, contents.people_of_lines(lines, cells.geo, reach_m), lines, reach_m)
        people.insert(1, "name", people["corridor"].map(lines["name"]))
        people.insert(3, "municipality_name", people["municipality_code"].map(names))
        tables["strak_kommun"] = people
    return tables


def _living_on(work: Work, cells: Layer, land: Raster | gpd.GeoDataFrame, names: pd.Series) -> pd.DataFrame:
    options, lattice = work.settings.overlay, cells.grid
    if lattice is None:
        raise TypeError
    bare = options.uninhabited if options is not None else []
    lived = cells.geo[cells.geo["population_inv"].fillna(0) > 0]
    shares = contents.land_of_cells(land, lived, lattice, bare)
    table = contents.people_by_land(lived["population_inv"], lived["municipality_code"], shares, ALL_ZONES)
    table.insert(1, "zone_name", table["zone"].map(names))
    return ranges.of_people_by_land(work, table, lived, land, lattice)


def _services(service: gpd.GeoDataFrame, cells: Layer | None, kinds: list[str], names: pd.Series) -> pd.DataFrame:
    """Return how many facilities of each kind lie in each municipality, and people for each."""
    inside = service[~service["outside"]]
    counts = pd.crosstab(inside["municipality_code"], inside["service_type"])
    counts = counts.reindex(index=names.index, columns=kinds, fill_value=0).astype(int)
    known = counts.loc[:, counts.any(axis=0)].add_suffix("_count")
    known.insert(0, "name", names)
    known.insert(1, "facilities_count", counts.sum(axis=1))
    if cells is not None:
        people = cells.geo["population_inv"].fillna(0).groupby(cells.geo["municipality_code"]).sum()
        known.insert(1, "population_inv", people.reindex(names.index).fillna(0))
    return known.rename_axis(index="municipality_code", columns=None)


def _around_nodes(work: Work, cells: gpd.GeoDataFrame, service: Layer | None, kinds: list[str]) -> pd.DataFrame:
    """Return what each node reaches by car within each limit: the region's people, employed and jobs; services."""
    minutes, options = work.value("node_minutes"), work.settings.overlay
    limits = [limit.value for limit in options.node_minutes] if options is not None else []
    nodes = work.layer("noder").geo.loc[list(minutes.columns)]  # type: ignore[union-attr]
    names = [name for name in ("population_inv", "employed_inv", "jobs_inv") if name in cells.columns]
    counted = cells.loc[minutes.index, names].rename(columns={"population_inv": "people_inv"})
    table = contents.counts_within(minutes, pd.DataFrame(counted), limits)
    draws: redraw.Draws | None = work.value("draws")
    drawn = work.value("node_minutes_drawn")
    if draws is not None and drawn is not None:
        within = np.stack([drawn.to_numpy(float) <= limit for limit in limits], axis=2).reshape(len(drawn), -1)
        sums = draws.people @ within.astype(float)
        low, high = redraw.ranges(sums, table["people_inv"], draws.low, draws.high)
        table.insert(1, "people_low_inv", low)
        table.insert(2, "people_high_inv", high)
    if service is not None:
        table = table.join(_services_around(work, nodes, service.geo, kinds, limits))
    table = table.reset_index()
    table.insert(1, "name", table["node"].map(nodes["name"]))
    table.insert(2, "level", table["node"].map(nodes["level"]))
    table.insert(3, "municipality_code", table["node"].map(nodes["municipality_code"]))
    table.insert(4, "outside", table["node"].map(nodes["outside"]))
    return table


def _services_around(
    work: Work, nodes: gpd.GeoDataFrame, service: gpd.GeoDataFrame, kinds: list[str], limits: list[float]
) -> pd.DataFrame:
    every: gpd.GeoDataFrame | None = work.value("draw_service")
    asked = service if every is None else pd.concat([service[["geometry"]], every[["geometry"]]])
    asked = asked[~asked.index.duplicated()]
    to_nodes = access.minutes_to_each(
        work.value("network"),
        asked[["geometry"]],
        nodes[["geometry"]],
        off_network_kmh=work.settings.access.off_network_kmh.value,
        max_snap_m=work.settings.access.max_snap_m.value,
    )
    minutes = to_nodes.loc[service.index]
    known = [kind for kind in kinds if (service["service_type"] == kind).any()]
    each = pd.DataFrame({f"{kind}_count": service["service_type"] == kind for kind in known}).astype(float)
    each.insert(0, "facilities_count", 1.0)
    table = contents.counts_within(minutes, each, limits).astype(int)
    return table if every is None else service_ranges.of_nodes(work, table, to_nodes.loc[every.index])
