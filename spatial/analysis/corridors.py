"""Stråk: what the links between nodes run along, by road number, with level, people and places."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.along import cells_within, people_along, people_by_strongest
from spatial.analysis.flows import assign_flows
from spatial.analysis.grid import require_same_crs
from spatial.analysis.links import end_places, is_outside, links_between
from spatial.analysis.stretches import stretches
from spatial.analysis.strokes import completed, numbers_of_edges, strokes_of
from spatial.model import Network
from spatial.settings import Corridors

__all__ = ["COLUMNS", "corridors", "links_between", "people_along", "people_by_strongest"]

COLUMNS: Final = (
    "name",
    "number",
    "mode",
    "level",
    "level_people_inv",
    "length_m",
    "minutes_min",
    "people_inv",
    "places",
    "flow_inv",
    "from_place",
    "to_place",
    "edges",
)


def corridors(
    network: Network,
    nodes: gpd.GeoDataFrame,
    flows: pd.DataFrame | None,
    settings: Corridors,
    cells: gpd.GeoDataFrame,
    *,
    mode: str = "väg",
    on_edge: pd.Series | None = None,
) -> gpd.GeoDataFrame:
    """Return the region's stråk on a network of roads, or of railways.

    Parameters
    ----------
    network : Network
        Roads, or railways, EPSG:3006; the edges' ``number`` is the road number or the railway's name.
    nodes : GeoDataFrame
        Points, EPSG:3006, index place ids: ``name``, ``level`` (id or None), ``population_inv``, ``node_id`` (the
        place's node in this network, None where it has none); where present ``outside`` (bool: beyond the border;
        :func:`spatial.analysis.links.end_places` says which of these end a corridor).
    flows : DataFrame or None
        ``origin``, ``destination``, ``flow_inv``; None leaves no link out and gives ``flow_inv`` NaN.
    settings : Corridors
        ``reach_m``, ``node_levels``, ``levels`` from the top down, ``flow_share``, ``max_minutes``, ``detour_share``.
    cells : GeoDataFrame
        Points, EPSG:3006, ``population_inv``.
    mode : str
        ``väg`` or ``järnväg``; a road number must hold a digit, else the stretch counts as without number.
    on_edge : Series, optional
        ``flows`` as :func:`spatial.analysis.flows.assign_flows` lays them on this network, where that is done.

    Returns
    -------
    GeoDataFrame
        EPSG:3006, index ``corridor`` (mode and name, unique text), highest level and most people
        first. ``name`` (*E12 Umeå–Storuman*), ``number`` (empty where there is none), ``mode``, ``level`` (id),
        ``level_people_inv`` (what the level rests on, the same for all stretches of a number), ``length_m`` (stated
        road length), ``minutes_min``, ``people_inv`` (within ``reach_m`` of the drawn line, straight
        distance, each cell once), ``places`` (names of places with a level, or outside,
        within ``reach_m``, along the way, parted by ``, ``), ``flow_inv`` (mean over the length; NaN without flows),
        ``from_place``, ``to_place`` (names, the larger place first; None where a stretch ends at another road: *95
        Jörn–E45*), ``edges`` (ids of the network's edges, in order), geometry LineString.

    Raises
    ------
    ValueError
        If the CRS differ or are missing.

    Notes
    -----
    The links between consecutive nodes (:func:`spatial.analysis.links.links_between`) say which edges count; each
    edge lies in one corridor, so no band is drawn twice. Edges are joined into strokes under one number, which goes on
    to the next corridor or node rather than end in the forest (:mod:`spatial.analysis.strokes`); a stretch wholly
    within ``reach_m`` of longer ones is part of their bands.

    **Level.** By the people along the whole of a number: all its stretches, from end to end. Everybody is counted
    once, for the strongest number within reach (most person-kilometres travelled; without flows, most people): the
    city at the end of a small road does not make that road a regional one. The first level from the top whose
    ``min_people_inv`` is met (≥) is taken; below all of them the lowest. Roads and railways are judged apart.
    """
    require_same_crs(nodes, cells, network.edges)
    reach_m = settings.reach_m.value
    if on_edge is None and flows is not None:
        on_edge = assign_flows(network, flows, nodes["node_id"])
    links = links_between(network, nodes, settings, flows, on_edge=on_edge)
    ends = end_places(nodes, settings)
    number = numbers_of_edges(network.edges, links, reach_m, digits=mode == "väg")
    number = completed(network.edges, number, ends["node_id"])
    strokes = strokes_of(network.edges, number, on_edge, ends["node_id"])
    table = stretches(strokes, network, nodes, ends, reach_m, on_edge)
    table.index = pd.Index([f"{mode} {name}" for name in table.index], name="corridor", dtype=object)
    table["mode"] = mode
    table["people_inv"] = people_along(table, cells, reach_m)
    table = table[(table["people_inv"] > 0) | _passes(table, nodes[~is_outside(nodes)], reach_m)].copy()
    group = numbers(table)
    people = people_by_strongest(table, cells, reach_m, group, strength(table, group))
    table["level_people_inv"] = group.map(people).astype(float)
    table["level"] = [_level(people, settings) for people in table["level_people_inv"]]
    return _finished(table, settings)


def _level(people: float, settings: Corridors) -> str:
    return next((one.id for one in settings.levels if people >= one.min_people_inv.value), settings.levels[-1].id)


def _passes(table: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, reach_m: float) -> npt.NDArray[np.bool_]:
    """Return whether each line passes a place of the region's own: those far beyond the border are left out."""
    line, _ = cells_within(np.asarray(table.geometry, object), np.asarray(nodes.geometry, object), reach_m)
    return np.bincount(line, minlength=len(table)) > 0


def numbers(table: pd.DataFrame) -> pd.Series:
    """Return the number that each corridor's level is judged by; its own id where it has none."""
    named: pd.Series = table["number"].where(table["number"] != "", table.index.to_series().astype(str))
    return named


def strength(table: gpd.GeoDataFrame, group: pd.Series) -> pd.Series | None:
    """Return the person-metres travelled on each number, None where flows are not known."""
    if table["flow_inv"].isna().all():
        return None
    travelled: pd.Series = table["flow_inv"] * table["length_m"]
    return travelled.groupby(group).sum()


def _finished(table: gpd.GeoDataFrame, settings: Corridors) -> gpd.GeoDataFrame:
    order = {one.id: position for position, one in enumerate(settings.levels)}
    keys = table.assign(_level=table["level"].map(order), _id=table.index.astype(str))
    keys = keys.sort_values(["_level", "level_people_inv", "people_inv", "_id"], ascending=[True, False, False, True])
    return table.loc[keys.index, [*COLUMNS, "geometry"]]
