"""A routable network from lines: nodes where lines meet, minutes from stated lengths and speeds.

What is asked of a network is asked from here; the rooms beside hold the parts.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.paths import path_edges, shortest_minutes
from spatial.analysis.roadlines import RoadLines, road_lines
from spatial.analysis.routing import connected_parts, morton_order
from spatial.analysis.snapping import snap_points, with_points
from spatial.analysis.topology import Topology, joined, linked
from spatial.errors import Fault
from spatial.geo import ANALYSIS_CRS
from spatial.model import FloatArray, Network

__all__ = [
    "component_of_nodes",
    "line_faults",
    "network_from_lines",
    "network_summary",
    "path_edges",
    "shortest_minutes",
    "snap_points",
    "with_points",
    "without_fragments",
]


def network_from_lines(
    lines: gpd.GeoDataFrame, speeds_kmh: Mapping[str, float], *, tolerance_m: float = 1.0
) -> Network:
    """Return the network that lines, or links between named nodes, make.

    Parameters
    ----------
    lines : GeoDataFrame
        Lines in EPSG:3006, index unique ids. Columns used where present: ``number``, ``road_class`` (text),
        ``speed_kmh`` (else ``speeds_kmh[road_class]``), ``speed_back_kmh`` (against the line; else as forth),
        ``length_m`` (stated road length; else the geometry's), ``oneway`` (1 along the line, -1 against it, 0 both),
        ``ferry`` (bool), ``from_id`` and ``to_id`` (the ids of the nodes that a link joins).
    speeds_kmh : mapping
        Speed of each road class, km/h.
    tolerance_m : float
        Line ends at most this far apart, metres, are one node.

    Returns
    -------
    Network
        Nodes and edges in an order and with ids that do not depend on the order of the lines. An edge is named for
        its line, a part of a line ``<id>#1``, ``<id>#2``, ... A line that is one-way against its own direction is
        turned round.

    Raises
    ------
    ValueError
        If a line lacks geometry, speed or a sound length, or an id is repeated; every such row is listed
        (:func:`line_faults` gives them as faults).

    Notes
    -----
    Time follows the stated length; geometry is for the eye, and shares a line's length among its parts. Without
    ``from_id`` and ``to_id`` nodes are made where line ends meet within the tolerance, where an end lies within it
    of another line's vertex, and where vertices of two lines coincide (as OSM ways join); lines that merely cross
    (bridges) are not joined.

    Examples
    --------
    >>> lines = gpd.GeoDataFrame(
    ...     {"road_class": ["gata", "gata"], "length_m": [1200.0, None]},
    ...     index=["a", "b"],
    ...     geometry=shapely.from_wkt(["LINESTRING (0 0, 500 0, 1000 0)", "LINESTRING (500 0, 500 300)"]),
    ...     crs="EPSG:3006",
    ... )
    >>> network_from_lines(lines, {"gata": 60.0}).edges["minutes_min"].round(3).to_dict()
    {'a#1': 0.6, 'a#2': 0.6, 'b': 0.3}
    """
    roads = road_lines(lines, speeds_kmh)
    if roads.faults:
        raise ValueError("; ".join(f"{fault.row}: {fault.key}" for fault in roads.faults))
    crs = ANALYSIS_CRS if lines.crs is None else lines.crs
    roads = roads.take(_in_space(roads.geometry))
    topology = joined(roads.geometry, tolerance_m) if roads.ends is None else linked(roads.geometry, *roads.ends)
    order = morton_order(topology.x, topology.y)
    nodes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(topology.x[order], topology.y[order]),
        index=pd.Index(topology.node[order], name="node", dtype=object),
        crs=crs,
    )
    return Network(nodes, gpd.GeoDataFrame(_edges(roads, topology), geometry="geometry", crs=crs))


def line_faults(lines: gpd.GeoDataFrame, speeds_kmh: Mapping[str, float], *, layer: str = "") -> tuple[Fault, ...]:
    """Return what keeps lines from becoming a network, a fault a row.

    Parameters
    ----------
    lines : GeoDataFrame
        As :func:`network_from_lines` takes them.
    speeds_kmh : mapping
        Speed of each road class, km/h.
    layer : str
        The layer's id, named in the faults.

    Returns
    -------
    tuple of Fault
        In the order of the lines' ids; empty where all is well.

    Examples
    --------
    >>> line = shapely.from_wkt(["LINESTRING (0 0, 500 0)"])
    >>> lines = gpd.GeoDataFrame({"road_class": ["stig"]}, index=["a"], geometry=line, crs="EPSG:3006")
    >>> print(line_faults(lines, {"gata": 60.0}, layer="vagar")[0].sentence())
    Lager vagar, rad a: Vägklassen stig har ingen hastighet, och raden ingen egen.
    """
    return road_lines(lines, speeds_kmh, layer).faults


def component_of_nodes(network: Network, *, ferries: bool = True) -> pd.Series:
    """Return the connected part that each node belongs to, 0 the one with most road.

    Parameters
    ----------
    network : Network
    ferries : bool
        Whether a ferry connects.

    Returns
    -------
    Series of int
        Index the nodes'. Connected means that a road leads there in one direction or the other.
    """
    start, end = network.positions()
    used = np.ones(len(start), bool) if ferries else ~network.edges["ferry"].to_numpy(bool)
    part = connected_parts(start[used], end[used], len(network.nodes))
    count = int(part.max()) + 1 if len(part) else 0
    road_m = np.bincount(part[start[used]], weights=_road_m(network)[used], minlength=count)
    first_id = pd.Series(network.nodes.index.astype(str)).groupby(part).min().to_numpy(object)
    order = np.lexsort((first_id.astype(str), -np.round(road_m, 3)))
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return pd.Series(rank[part], index=network.nodes.index, name="component")


def network_summary(network: Network, *, ferries: bool = True) -> pd.DataFrame:
    """Return the network's connected parts: how many nodes and edges, and how many km.

    Parameters
    ----------
    network : Network
    ferries : bool
        Whether a ferry connects.

    Returns
    -------
    DataFrame
        Index ``component`` (0 has most km); ``nodes``, ``edges`` (counts), ``km`` (stated length, ferries apart),
        ``ferry_km`` (those between parts, where ferries do not connect, at their ``from_node``).
    """
    component = component_of_nodes(network, ferries=ferries)
    start, _ = network.positions()
    of_edge = component.to_numpy()[start]
    total_m = network.edges["length_m"].to_numpy(float)
    count = len(component.unique())
    road_km = np.bincount(of_edge, weights=_road_m(network) / 1000, minlength=count)
    return pd.DataFrame(
        {
            "nodes": np.bincount(component, minlength=count),
            "edges": np.bincount(of_edge, minlength=count),
            "km": road_km,
            "ferry_km": np.bincount(of_edge, weights=total_m / 1000, minlength=count) - road_km,
        },
        index=pd.RangeIndex(count, name="component"),
    )


def without_fragments(network: Network, min_km: float) -> Network:
    """Return the network without its connected parts of less than ``min_km`` road, the loose ends of a data set.

    Parameters
    ----------
    network : Network
    min_km : float
        A part with as much road is kept; ferries connect, but do not count as road.

    Returns
    -------
    Network
    """
    component = component_of_nodes(network)
    summary = network_summary(network)
    kept = component.isin(summary.index[summary["km"] >= min_km])
    return Network(network.nodes[kept], network.edges[network.edges["from_node"].map(kept).astype(bool)])


def _road_m(network: Network) -> FloatArray:
    edges = network.edges
    return np.where(edges["ferry"].to_numpy(bool), 0.0, edges["length_m"].to_numpy(float))


def _edges(roads: RoadLines, topology: Topology) -> dict[str, object]:
    """Return the columns of the edges; a line that is one-way against itself turned round."""
    line = topology.line
    stated = roads.length_m[line]
    length_m = topology.share * np.where(np.isnan(stated), shapely.length(roads.geometry)[line], stated)
    turned = roads.against[line]
    with np.errstate(divide="ignore"):
        forth, back = length_m * 0.06 / roads.forth_kmh[line], length_m * 0.06 / roads.back_kmh[line]
    start, end = (topology.node[ends].astype(object) for ends in (topology.start, topology.end))
    index = pd.Index(_edge_ids(roads, topology), name="edge", dtype=object)
    if not index.is_unique:
        raise ValueError("; ".join(f"{name}: network.repeated_id" for name in index[index.duplicated()]))
    columns = {
        "from_node": np.where(turned, end, start),
        "to_node": np.where(turned, start, end),
        "length_m": length_m,
        "minutes_min": forth,
        "minutes_back_min": back,
        "ferry": roads.ferry[line],
        "road_class": roads.road_class[line],
        "number": roads.number[line],
        "geometry": np.where(turned, shapely.reverse(topology.geometry), topology.geometry),
    }
    return {name: pd.Series(values, index=index) for name, values in columns.items()}


def _in_space(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return the order of lines by where they begin: what lies near is stored near."""
    xy, line = shapely.get_coordinates(geometry, return_index=True)
    first = np.searchsorted(line, np.arange(len(geometry)))
    return morton_order(xy[first, 0], xy[first, 1])


def _edge_ids(roads: RoadLines, topology: Topology) -> list[str]:
    line = topology.line
    pieces = np.bincount(line, minlength=len(roads.id))
    nth = np.arange(len(line)) - np.searchsorted(line, line) + 1
    return [
        str(name) if alone else f"{name}#{part}"
        for name, alone, part in zip(roads.id[line], pieces[line] == 1, nth, strict=True)
    ]
