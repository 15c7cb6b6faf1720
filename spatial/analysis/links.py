"""Links between neighbouring nodes: the pairs a structure image joins, along their fastest ways."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.flows import assign_flows
from spatial.analysis.paths import path_edges, shortest_minutes
from spatial.model import FloatArray, Network
from spatial.settings import Corridors

TIE_MIN: Final = 1e-9
"""Minutes closer than this are equal: sums of the same minutes in another order."""


def end_places(nodes: pd.DataFrame, settings: Corridors) -> pd.DataFrame:
    """Return the places that links join: those on ``node_levels`` and those outside the region, on the network.

    Parameters
    ----------
    nodes : DataFrame
        Index place ids; ``level`` (id or None), ``node_id`` (its node in the network, None where it has none),
        ``population_inv``, and where present ``outside`` (bool: beyond the border).
    settings : Corridors

    Returns
    -------
    DataFrame
        Rows of ``nodes``, sorted by id. A place outside that is on none of the levels (who is whose centre is not
        known there) is one of them if it has at least as many people as the median of the region's own. Of places on
        one and the same node only the one with most people.
    """
    outside, chosen = is_outside(nodes), nodes["level"].isin(settings.node_levels)
    median = nodes.loc[chosen & ~outside, "population_inv"].median()
    chosen |= outside & (nodes["population_inv"] >= median)
    ends = nodes[chosen & nodes["node_id"].notna()].sort_index()
    largest = ends.sort_values("population_inv", ascending=False, kind="stable").drop_duplicates("node_id")
    return ends.loc[ends.index.isin(largest.index)]


def links_between(
    network: Network,
    nodes: gpd.GeoDataFrame,
    settings: Corridors,
    flows: pd.DataFrame | None = None,
    *,
    on_edge: pd.Series | None = None,
) -> gpd.GeoDataFrame:
    """Return the links between consecutive nodes, each along its fastest way.

    Parameters
    ----------
    network : Network
        Roads, or railways, EPSG:3006.
    nodes : GeoDataFrame
        Points, EPSG:3006, as :func:`end_places` takes them, with ``name``.
    settings : Corridors
        ``node_levels``; ``max_minutes`` (longer pairs are not joined); ``flow_share`` (with flows: a link is left
        out that carries less than this share of what the links carry together, at the one end and at the other);
        ``detour_share`` (a pair is no link if a node between them, nearer to both than they are to each other, costs
        at most this share of extra minutes: Umeå–Vännäs and Vännäs–Lycksele, not Umeå–Lycksele).
    flows : DataFrame, optional
        ``origin``, ``destination`` (ids of any of the nodes), ``flow_inv``, as :mod:`spatial.analysis.flows` gives it.
    on_edge : Series, optional
        The flows on the network's edges, where :func:`spatial.analysis.flows.assign_flows` has already been asked.

    Returns
    -------
    GeoDataFrame
        EPSG:3006, sorted; index ``link`` (``<from>~<to>``), ``from_place``, ``to_place`` (ids, the smaller first),
        ``edges`` and ``forward`` (tuples of edge ids and of bool, in order), ``length_m`` (stated), ``minutes_min``
        (from ``from_place``, or back where only that way leads), ``flow_inv`` (mean over its length; NaN
        without flows), geometry LineString.

    Notes
    -----
    A relaxed relative neighbourhood graph (Toussaint, G. T. (1980), The relative neighbourhood graph of a finite
    planar set, Pattern Recognition 12, 261-268) in minutes; it holds a minimum spanning tree, so that no node within
    ``max_minutes`` of another is left alone. The share of flow is the salient flow of Nystuen, J. D. & Dacey, M. F.
    (1961), A graph theory interpretation of nodal regions, Papers in Regional Science 7, 29-42.
    """
    ends = end_places(nodes, settings)
    pairs = _pairs(network, ends, settings.max_minutes.value, settings.detour_share.value)
    if flows is not None and on_edge is None:
        on_edge = assign_flows(network, flows, nodes["node_id"])
    rows = [row for row in _ways(network, ends, pairs) if row["edges"]]
    links = pd.DataFrame(rows, columns=["link", "from_place", "to_place", "edges", "forward"]).set_index("link")
    edges = network.edges
    links["length_m"] = [float(edges["length_m"].loc[list(e)].sum()) for e in links["edges"]]
    links["minutes_min"] = [way_minutes(edges, e, f) for e, f in zip(links["edges"], links["forward"], strict=True)]
    links["flow_inv"] = [mean_flow(edges, on_edge, e) for e in links["edges"]]
    lines = [chained(edges, e, f) for e, f in zip(links["edges"], links["forward"], strict=True)]
    frame = gpd.GeoDataFrame(links, geometry=gpd.GeoSeries(lines, index=links.index, crs=edges.crs), crs=edges.crs)
    if flows is None:
        return frame
    return frame[_matters(links, settings.flow_share.value)]


def chained(edges: gpd.GeoDataFrame, ids: tuple[str, ...], forward: tuple[bool, ...]) -> shapely.LineString:
    """Return the edges' lines as one, each turned the way it is travelled."""
    lines = edges.geometry.loc[list(ids)]
    parts = [shapely.get_coordinates(line)[:: 1 if forth else -1] for line, forth in zip(lines, forward, strict=True)]
    xy = np.vstack(parts)
    moved = np.r_[True, (xy[1:] != xy[:-1]).any(axis=1)]
    return shapely.LineString(xy[moved] if moved.sum() > 1 else xy)


def mean_flow(edges: gpd.GeoDataFrame, on_edge: pd.Series | None, ids: tuple[str, ...]) -> float:
    """Return the flow on edges as the mean over their length; NaN where it is not known."""
    length = edges["length_m"].loc[list(ids)].to_numpy(float)
    if on_edge is None or length.sum() == 0:
        return float("nan")
    return float(np.average(on_edge.loc[list(ids)].to_numpy(float), weights=length))


def way_minutes(edges: gpd.GeoDataFrame, ids: tuple[str, ...], forward: tuple[bool, ...]) -> float:
    """Return the minutes along edges in the order travelled, or back where only that way leads."""
    one = edges.loc[list(ids)]
    forth, back = one["minutes_min"].to_numpy(float), one["minutes_back_min"].to_numpy(float)
    there, home = np.where(forward, forth, back).sum(), np.where(forward, back, forth).sum()
    return float(there if np.isfinite(there) else home)


def is_outside(nodes: pd.DataFrame) -> pd.Series:
    """Return whether each place lies beyond the border (``outside``; nowhere said, none does)."""
    if "outside" in nodes:
        return nodes["outside"].astype(bool)
    return pd.Series(False, index=nodes.index)  # noqa: FBT003


def _pairs(network: Network, ends: pd.DataFrame, max_minutes: float, detour_share: float) -> list[tuple[int, int]]:
    """Return the pairs of ends that no other end lies between, as positions (smaller first)."""
    if ends.empty:
        return []
    where = network.nodes.index.get_indexer(ends["node_id"])
    minutes = symmetric(shortest_minutes(network, list(ends["node_id"]))[:, where])
    beyond = is_outside(ends).to_numpy()
    pairs = []
    for a in range(len(ends)):
        between = minutes[a][:, None] + minutes <= minutes[a][None, :] * (1 + detour_share) + TIE_MIN
        between &= np.maximum(minutes[a][:, None], minutes) < minutes[a][None, :] - TIE_MIN
        between[a] = False
        joined = ~between.any(axis=0) & (minutes[a] <= max_minutes) & ~(beyond[a] & beyond)
        pairs += [(a, int(b)) for b in np.flatnonzero(joined) if b > a]
    return pairs


def symmetric(minutes: FloatArray) -> FloatArray:
    """Return the mean of the minutes there and back; where only one way leads, that way's."""
    both = (minutes + minutes.T) / 2
    return np.where(np.isfinite(both), both, np.minimum(minutes, minutes.T))


def _ways(network: Network, ends: pd.DataFrame, pairs: list[tuple[int, int]]) -> list[dict[str, object]]:
    nodes, ids = ends["node_id"].to_numpy(object), ends.index.to_numpy(object)
    rows: list[dict[str, object]] = []
    for a in sorted({a for a, _ in pairs}):
        mine = [b for start, b in pairs if start == a]
        steps = path_edges(network, nodes[a], [nodes[b] for b in mine])
        there = {node: group.sort_values("step") for node, group in steps.groupby("to_node")}
        for b in mine:
            way = there.get(nodes[b])
            if way is None:
                way = path_edges(network, nodes[b], [nodes[a]]).sort_values("step", ascending=False)
                way = way.assign(forward=~way["forward"].astype(bool))
            row = {"link": f"{ids[a]}~{ids[b]}", "from_place": ids[a], "to_place": ids[b]}
            rows.append(row | {"edges": tuple(way["edge"]), "forward": tuple(map(bool, way["forward"]))})
    return rows


def _matters(links: pd.DataFrame, flow_share: float) -> npt.NDArray[np.bool_]:
    ends = pd.concat([links["from_place"], links["to_place"]])
    total = pd.concat([links["flow_inv"], links["flow_inv"]]).groupby(ends.to_numpy(object)).sum()
    least = np.minimum(*(links[end].map(total).to_numpy(float) for end in ("from_place", "to_place")))
    return np.asarray(links["flow_inv"].to_numpy(float) >= flow_share * least)
