"""Stråk by road and by rail, the flows they carry, and the people along them with their range."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.analysis import along, flows, flows_drawn, redraw
from spatial.analysis import corridors as corridor_lines
from spatial.analysis import network as networks
from spatial.analysis.paths import shortest_minutes
from spatial.analysis.ranges import Ends, Percentages, with_ranges
from spatial.analysis.snapping import snap_points, with_points
from spatial.errors import Fault, LayerError
from spatial.model import FloatArray, Layer, Network
from spatial.settings import Redraw
from spatial.steps.titles import title
from spatial.steps.work import Products, Work, made_layer

_WORK = ("employed_inv", "jobs_inv")
"""Employed people where they live (the census grid's EMP) and jobs where they are, if a population layer has them."""


def corridors(work: Work) -> Products:
    """Return ``strak`` by road and by rail, ``jarnvag``, and ``vagnat`` with its flows: observed, else by gravity."""
    places, network, options = work.layer("noder").geo, work.value("network"), work.settings.corridors  # type: ignore[union-attr]
    cells = work.layer("rutnat")
    people = _people(cells)
    placed, ids = _joined(network, places, work.settings.access.max_snap_m.value)
    observed = work.first("commuting")
    drawn = None
    if observed is not None:
        flow = _observed(observed, places)
    else:
        gravity = _Gravity.of(work, placed, places, ids)
        flow, drawn = gravity.flows(), gravity.drawn(work.settings.models.redraw)
    on_edge = flows.assign_flows(placed, flow, ids)
    found = [corridor_lines.corridors(placed, places.assign(node_id=ids), flow, options, people, on_edge=on_edge)]
    layers: dict[str, Layer] = {}
    rails = work.frame("railways")
    if rails is not None:
        meta = work.meta(title("jarnvag"), "railways", lineage="", sources=tuple(work.of_role("railways")))
        layers["jarnvag"] = made_layer("jarnvag", rails, meta)
        found.append(_rail_corridors(work, rails, places, people))
    every = gpd.GeoDataFrame(pd.concat([frame for frame in found if len(frame)] or found), crs=places.crs)
    status = "mätt" if observed is not None else "modellerat"
    every = _counted(every, people, options.reach_m.value).assign(
        flow_status=pd.Series(status, index=every.index, dtype=object).where(every["flow_inv"].notna(), None)
    )
    every = _with_ranges(every, work.value("draws"), options.reach_m.value)
    if drawn is not None:
        known = zip(every["edges"], every["flow_inv"].notna(), strict=True)
        on_road = [ids if has_flow else () for ids, has_flow in known]
        means = flows_drawn.mean_by_run(drawn.on_edge, placed.edges, on_road)
        every = _ranged(every, {"flow_inv": means}, drawn.ends)
    every = every.drop(columns="edges")
    meta = work.meta(title("strak"), "corridors", lineage="", sources=(cells, *work.given.values()))
    layers["strak"] = made_layer("strak", every, meta)
    roads = work.layer("vagnat")
    if roads is not None:
        carried = roads.geo.assign(flow_inv=flows.flows_of_edges(on_edge, placed.edges, roads.geo.index))
        if drawn is not None:
            carried = _ranged(carried, {"flow_inv": drawn.on_whole(placed.edges, roads.geo.index)}, drawn.ends)
        layers["vagnat"] = made_layer("vagnat", carried, roads.meta)
    values = {"node_ids": ids, "placed": placed}
    tables = {"strak": pd.DataFrame(every.drop(columns="geometry"))}
    return Products(layers, tables, values, modelled=observed is None)


def _people(cells: Layer | None) -> gpd.GeoDataFrame:
    if cells is None:
        return gpd.GeoDataFrame({"population_inv": []}, geometry=[], crs="EPSG:3006")
    known = [name for name in ("population_inv", *_WORK) if name in cells.geo.columns]
    return cells.geo[[*known, "geometry"]]


def _counted(lines: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, reach_m: float) -> gpd.GeoDataFrame:
    """Return the corridors with the employed people, and where a layer has them the jobs, along each."""
    out = lines.assign(employed_inv=np.nan)
    for name in _WORK:
        if name in cells.columns:
            out[name] = along.people_along(lines, cells, reach_m, name)
    return out


def _with_ranges(lines: gpd.GeoDataFrame, draws: redraw.Draws | None, reach_m: float) -> gpd.GeoDataFrame:
    """Return the corridors with the ranges of the people along each, and of those that its level is judged by."""
    if draws is None or not draws.modelled:
        return lines
    line, cell = along.cells_within(
        np.asarray(lines.geometry, object), np.asarray(draws.cells.geometry, object), reach_m
    )
    judged = np.zeros((len(draws.people), len(lines)))
    for own in lines.groupby("mode", sort=False).indices.values():
        table = lines.iloc[own]
        group = corridor_lines.numbers(table)
        place = np.full(len(lines), -1)
        place[own] = np.arange(len(own))
        there = place[line] >= 0
        pairs = place[line[there]], cell[there]
        strength = corridor_lines.strength(table, group)
        judged[:, own] = along.people_by_strongest_drawn(pairs, draws.people, group, strength)[group.tolist()]
    sums = {"people_inv": redraw.sums_by_pairs(draws.people, line, cell, len(lines)), "level_people_inv": judged}
    return _ranged(lines, sums, draws)


def _ranged(frame: gpd.GeoDataFrame, by_run: dict[str, FloatArray], ends: Ends) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(with_ranges(frame, by_run, ends), geometry="geometry", crs=frame.crs)


def _joined(network: Network, places: gpd.GeoDataFrame, reach_m: float) -> tuple[Network, pd.Series]:
    """Return the network with every place on it, and each place's node: its own where a link names it."""
    own = places.index.isin(network.nodes.index)
    snaps = snap_points(network, places[~own], reach_m)
    placed, ids = with_points(network, snaps)
    named = pd.Series(places.index[own], index=places.index[own], dtype=object)
    return placed, pd.concat([named, ids.astype(object)]).reindex(places.index)


def _observed(layer: Layer, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a commuting table as flows between places; a municipality's code stands for its central place."""
    table, known = layer.frame, places.drop(columns="geometry")
    ends = {name: flows.places_of_codes(table[name], known) for name in ("origin", "destination")}
    faults = [
        Fault("faults.commuting_place", layer.id, str(row), values={"place": table.loc[row, name]})
        for name, found in ends.items()
        for row in found.index[found.isna()]
    ]
    count = table["commuters_inv"].astype(float)
    bad = table.index[~(np.isfinite(count) & (count >= 0))]
    faults += [Fault("faults.commuting_count", layer.id, str(row)) for row in bad]
    if faults:
        raise LayerError(faults)
    pairs = pd.DataFrame({**ends, "count": count}).groupby(["origin", "destination"], sort=True, as_index=False).sum()
    return flows.observed_flows(pairs, places.index)


@dataclass(frozen=True)
class _Drawn:
    """The people on each edge, a row a run, and the percentages of the runs between which a range lies."""

    on_edge: FloatArray
    ends: Percentages

    def on_whole(self, parts: pd.DataFrame, edges: pd.Index) -> FloatArray:
        """Return the people on each whole edge, a row a run."""
        runs = (pd.Series(run, index=parts.index) for run in self.on_edge)
        return np.stack([flows.flows_of_edges(run, parts, edges).to_numpy(float) for run in runs])


@dataclass(frozen=True)
class _Gravity:
    """The gravity model on a network: places that stand on it, minutes between them, and its parameters."""

    network: Network
    places: pd.DataFrame
    minutes: pd.DataFrame
    node_of_place: pd.Series
    parameters: dict[str, float]

    @classmethod
    def of(cls, work: Work, network: Network, places: gpd.GeoDataFrame, ids: pd.Series) -> "_Gravity":
        """Return the model of a work's settings."""
        options, joined = work.settings.corridors, ids.dropna()
        positions = network.nodes.index.get_indexer(pd.Index(joined))
        minutes = shortest_minutes(network, list(joined))[:, positions]
        table = pd.DataFrame(minutes, index=joined.index, columns=joined.index)
        names = ("gravity_exponent", "max_minutes", "least_minutes")
        own = {name: getattr(options, name).value for name in names}
        return cls(network, pd.DataFrame(places.loc[joined.index, ["population_inv"]]), table, joined, own)

    def flows(self) -> pd.DataFrame:
        """Return the flows between places."""
        own = self.parameters
        limits = {name: own[name] for name in ("max_minutes", "least_minutes")}
        return flows.gravity_flows(self.places, self.minutes, exponent=own["gravity_exponent"], **limits)

    def drawn(self, options: Redraw | None) -> _Drawn | None:
        """Return what goes on each edge when the parameters are drawn again; None where none are to be."""
        if options is None or not options.varied_flows:
            return None
        on_edge = flows_drawn.flows_by_run(
            self.network, self.places, self.minutes, self.node_of_place, self.parameters, options
        )
        return _Drawn(on_edge, Percentages.of(options))


def _rail_corridors(
    work: Work, rails: gpd.GeoDataFrame, places: gpd.GeoDataFrame, people: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    lines = rails[rails["state"] == "befintlig"] if "state" in rails.columns else rails
    lines = lines[lines["passenger"] == 1] if "passenger" in lines.columns else lines
    lines = lines.assign(road_class="railway", number=lines["kind"] if "kind" in lines.columns else None)
    if "length_km" in lines.columns:
        lines = lines.assign(length_m=lines["length_km"] * 1000)
    speeds = {name: parameter.value for name, parameter in work.settings.road_speeds_kmh.items()}
    network = networks.network_from_lines(lines, speeds, tolerance_m=work.settings.access.join_m.value)
    placed, ids = _joined(network, places, work.settings.corridors.station_reach_m.value)
    return corridor_lines.corridors(
        placed, places.assign(node_id=ids), None, work.settings.corridors, people, mode="järnväg"
    )
