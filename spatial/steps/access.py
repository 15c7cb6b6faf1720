"""The road network, and minutes by car from every populated cell to each kind of service."""

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.analysis import access as reach_minutes
from spatial.analysis import network as networks
from spatial.analysis import reach, spots, supply
from spatial.errors import LayerError
from spatial.steps import ranges
from spatial.steps.titles import spot_name, title
from spatial.steps.work import Products, Work, made_layer


def roads(work: Work) -> Products:
    """Return the value ``network``, the layer ``vagnat`` and the network's parts."""
    lines = work.frame("roads")
    if lines is None:
        raise TypeError
    if "length_km" in lines.columns and "length_m" not in lines.columns:
        lines = lines.assign(length_m=lines["length_km"] * 1000)
    speeds = {name: parameter.value for name, parameter in work.settings.road_speeds_kmh.items()}
    faults = networks.line_faults(lines, speeds, layer=next(work.of_role("roads")).id)
    if faults:
        raise LayerError(faults)
    network = networks.network_from_lines(lines, speeds, tolerance_m=work.settings.access.join_m.value)
    meta = work.meta(title("vagnat"), "roads", lineage="")
    layer = made_layer("vagnat", network.edges, meta)
    return Products({"vagnat": layer}, {"vagnatets_delar": networks.network_summary(network)}, {"network": network})


def minutes(work: Work) -> Products:
    """Return ``rutnat`` with minutes to the nearest and second nearest service of each type."""
    cells_layer, service = work.layer("rutnat"), work.layer("service")
    if cells_layer is None or service is None:
        raise TypeError
    cells = cells_layer.geo
    options = work.settings.access
    populated = cells[cells["population_inv"].fillna(0) > 0]
    found = reach_minutes.minutes_to_nearest(
        work.value("network"),
        populated[["geometry"]],
        service.geo,
        off_network_kmh=options.off_network_kmh.value,
        max_snap_m=options.max_snap_m.value,
        uncertain_share=options.uncertain_share.value,
    )
    joined = gpd.GeoDataFrame(cells.join(found), geometry="geometry", crs=cells.crs)
    meta = work.meta(title("rutnat"), "population_grid", lineage="", sources=(cells_layer, service))
    layer = made_layer("rutnat", joined, meta, grid=cells_layer.grid, faults=cells_layer.faults)
    types = [kind.id for kind in work.settings.services if f"{kind.id}_min" in found.columns]
    values = {"service_types": types, "home_minutes": _home_minutes(work, populated, service.geo)}
    return Products({"rutnat": layer}, {"anslutning": _snapping(joined)}, values)


def _home_minutes(work: Work, cells: gpd.GeoDataFrame, service: gpd.GeoDataFrame) -> pd.DataFrame | None:
    """Return minutes to the nearest service this side of the border; None where there is none beyond it."""
    if not service["outside"].any():
        return None
    options = work.settings.access
    return reach_minutes.minutes_to_nearest(
        work.value("network"),
        cells[["geometry"]],
        service[~service["outside"]],
        off_network_kmh=options.off_network_kmh.value,
        max_snap_m=options.max_snap_m.value,
    )


def _snapping(cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how far cells and people lie from the network, per municipality."""
    rows = cells[cells["snap_m"].notna()]
    people = rows["population_inv"]
    return pd.DataFrame(
        {
            "cells": rows.groupby("municipality_code").size(),
            "population_inv": people.groupby(rows["municipality_code"]).sum(),
            "median_snap_m": rows.groupby("municipality_code")["snap_m"].median(),
            "max_snap_m": rows.groupby("municipality_code")["snap_m"].max(),
        }
    )


def _shares(work: Work, cells: gpd.GeoDataFrame, limits: list[tuple[str, float]]) -> pd.DataFrame:
    """Return the shares within each threshold; the same without services beyond the border; and their range."""
    people, zone = cells["population_inv"], cells["municipality_code"]
    doubt = work.settings.access.off_network_factor
    factor = 1.0 if doubt is None else doubt.value
    shares = reach.shares_within(people, zone, cells, limits, off_network_factor=factor)
    home = work.value("home_minutes")
    if home is not None:
        lacking = {f"{name}_min": np.inf for name, _ in limits if f"{name}_min" not in home.columns}
        alone = reach.shares_within(people, zone, home.reindex(cells.index).assign(**lacking), limits)
        shares = shares.assign(people_home_inv=alone["people_inv"], share_home=alone["share"])
    return ranges.of_shares(work, shares, limits, factor)


def thresholds(work: Work) -> Products:
    """Return the shares of people within each threshold, and the white spots beyond it."""
    layer = work.layer("rutnat")
    if layer is None or layer.grid is None:
        raise TypeError
    cells = layer.geo[layer.geo["population_inv"].fillna(0) > 0]
    types = set(work.value("service_types"))
    limits = [(t.service, t.minutes.value) for t in work.settings.thresholds if t.service in types]
    shares = _shares(work, cells, limits)
    columns = [f"{name}_min" for name in work.value("service_types")]
    spread = reach.percentiles(cells["population_inv"], cells["municipality_code"], cells[columns])
    options = work.settings.access
    tables = {
        "service_inom": shares,
        "service_kurvor": ranges.of_curves(work, cells, work.value("service_types")),
        "restider": ranges.of_percentiles(work, spread),
    }
    if not limits:
        return Products(tables=tables)
    places = work.value("places")
    near = None if places is None else pd.Series(supply.nearest_place(places, cells)[0], index=cells.index)
    least, gap = options.least_shown_inv.value, round(options.white_spot_gap_m.value / layer.grid.size_m)
    found = [
        spots.white_spots(cells, layer.grid, cells[f"{service}_min"], limit, least, gap_cells=gap, place=near).assign(
            service=service, threshold_min=limit
        )
        for service, limit in limits
    ]
    every = gpd.GeoDataFrame(pd.concat([one for one in found if len(one)] or found, ignore_index=True), crs=cells.crs)
    if places is not None:
        every = spots.named_spots(every, places)
        every["name"] = [
            spot_name(*row) for row in every[["place_name", "place_m", "direction"]].itertuples(index=False)
        ]
    every = ranges.of_spots(work, every, cells, 2 * gap + 1)
    every.index = pd.Index([f"vit-{number}" for number in range(1, len(every) + 1)], name="id")
    meta = work.meta(title("vita_flackar"), "white_spots", lineage="", sources=(layer,))
    return Products({"vita_flackar": made_layer("vita_flackar", every, meta)}, tables)
