"""Points on a network: where they join it, at what distance, and the network split there."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.routing import Pieces, cut_edges, morton_order
from spatial.geo import same_crs
from spatial.model import FloatArray, Network

IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]

_DECIMALS: Final = 12
"""Of a share: far below a millimetre on the longest road."""
_METRE_DECIMALS: Final = 6
_EQUAL_M: Final = 2e-6
"""Roads that are as near as this to one another are equally near, and a place so near an end is the end."""


def snap_points(network: Network, points: gpd.GeoDataFrame, max_snap_m: float) -> pd.DataFrame:
    """Return where points join the network by the straight line to the nearest road; never to a ferry.

    Parameters
    ----------
    network : Network
    points : GeoDataFrame
        Points in EPSG:3006.
    max_snap_m : float
        The longest straight line allowed, metres; one as long as it counts.

    Returns
    -------
    DataFrame
        Index the points'. ``edge`` (edge id; None beyond ``max_snap_m``), ``share`` (where along the edge, 0 at
        ``from_node`` to 1 at ``to_node``; NaN beyond), ``snap_m`` (straight line, metres; always given, inf where
        there is no road at all). Of roads equally near, the one whose id comes first.

    Raises
    ------
    ValueError
        If a point is missing or empty, or the CRS differ.

    Examples
    --------
    >>> ends = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 100], [0, 0]), index=["a", "b"], crs="EPSG:3006")
    >>> road = {"from_node": "a", "to_node": "b", "length_m": 120.0, "minutes_min": 1.0, "minutes_back_min": 1.0}
    >>> line = shapely.from_wkt(["LINESTRING (0 0, 100 0)"])
    >>> edges = gpd.GeoDataFrame([road | {"ferry": False}], index=["ab"], geometry=line, crs="EPSG:3006")
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([25], [40]), index=["p"], crs="EPSG:3006")
    >>> snap_points(Network(ends, edges), points, 50.0).to_dict("index")
    {'p': {'edge': 'ab', 'share': 0.25, 'snap_m': 40.0}}
    """
    if not same_crs(points.crs, network.edges.crs):
        raise ValueError(f"points in {points.crs}, network in {network.edges.crs}")
    position, share, metres = snap(network, np.asarray(points.geometry, object), max_snap_m)
    edge = np.full(len(points), None, object)
    edge[position >= 0] = network.edges.index.to_numpy(object)[position[position >= 0]]
    columns = {"edge": pd.Series(edge, index=points.index, dtype=object), "share": share, "snap_m": metres}
    return pd.DataFrame(columns, index=points.index)


def with_points(network: Network, snaps: pd.DataFrame) -> tuple[Network, pd.Series]:
    """Return the network split where points join it, and the node of each point; no minutes change.

    Parameters
    ----------
    network : Network
    snaps : DataFrame
        As :func:`snap_points` gives it, for this network.

    Returns
    -------
    tuple of Network and Series
        The network with parts ``<edge>#1``, ``<edge>#2``, ... and new nodes ``<edge>@<share>``; and the node id of
        each snap (index the snaps'; None for a point beyond reach).

    Raises
    ------
    ValueError
        If a snap names an edge that the network has not.
    """
    position = network.edges.index.get_indexer(pd.Index(snaps["edge"], dtype=object))
    if np.any((position < 0) & snaps["edge"].notna().to_numpy(bool)):
        raise ValueError("snaps of another network")
    hit = position >= 0
    start, end = network.positions()
    share = snaps["share"].to_numpy(float)
    pieces = cut_edges(start, end, len(network.nodes), position[hit].astype(np.int64), share[hit])
    edge_id = network.edges.index.to_numpy(object)
    cut_id = [
        f"{edge_id[e]}@{s:.{_DECIMALS}f}".rstrip("0") for e, s in zip(pieces.cut_edge, pieces.cut_share, strict=True)
    ]
    node_id = np.r_[network.nodes.index.to_numpy(object), np.array(cut_id, object)]
    line = np.asarray(network.edges.geometry, object)[pieces.cut_edge]
    where = shapely.line_interpolate_point(line, pieces.cut_share, normalized=True)
    new = gpd.GeoDataFrame(geometry=where, index=pd.Index(cut_id, dtype=object), crs=network.nodes.crs)
    nodes = pd.concat([network.nodes, new]).rename_axis(network.nodes.index.name) if len(new) else network.nodes
    at = np.full(len(snaps), None, object)
    at[hit] = node_id[pieces.node]
    return Network(nodes, _cut(network, pieces, node_id)), pd.Series(at, index=snaps.index, name="node", dtype=object)


def snap(network: Network, points: TextArray, max_snap_m: float) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the position of each point's edge (-1 beyond reach), the share along it, and the metres there."""
    if np.any(shapely.is_missing(points) | shapely.is_empty(points)):
        raise ValueError("points without place")
    roads = np.flatnonzero(~network.edges["ferry"].to_numpy(bool))
    position, metres = np.full(len(points), -1, np.int64), np.full(len(points), np.inf)
    share = np.full(len(points), np.nan)
    if not len(roads) or not len(points):
        return position, share, metres
    order = morton_order(*shapely.get_coordinates(points).T)
    lines, points = np.asarray(network.edges.geometry, object)[roads], points[order]
    tree = shapely.STRtree(lines)
    (point, _), near = tree.query_nearest(points, all_matches=False, return_distance=True)
    metres[order[point]] = np.round(near, _METRE_DECIMALS)
    within = np.flatnonzero(metres[order] <= max_snap_m)
    point, road = tree.query(points[within], predicate="dwithin", distance=metres[order[within]] + _EQUAL_M)
    names = network.edges.index.to_numpy(object)[roads]
    point, road = _first_by_name(point, road, names)
    position[order[within[point]]] = roads[road]
    share[order[within[point]]] = _share_along(lines[road], points[within[point]])
    return position, share, metres


def _first_by_name(point: IntArray, road: IntArray, names: TextArray) -> tuple[IntArray, IntArray]:
    """Return each point once, with that of its roads whose id comes first."""
    _, at, count = np.unique(point, return_inverse=True, return_counts=True)
    several = count[at] > 1
    rank = np.zeros(len(road), np.int64)
    rank[several] = np.unique(names[road[several]].astype(str), return_inverse=True)[1]
    order = np.lexsort((rank, point))
    found, first = np.unique(point[order], return_index=True)
    return found, road[order][first]


def _share_along(lines: TextArray, points: TextArray) -> FloatArray:
    """Return the share of each line at its place nearest the point; at its very ends, exactly 0 or 1."""
    along, whole = shapely.line_locate_point(lines, points), shapely.length(lines)
    share = np.round(np.divide(along, whole, out=np.zeros(len(lines)), where=whole > 0), _DECIMALS)
    return np.where(along < _EQUAL_M, 0.0, np.where(along > whole - _EQUAL_M, 1.0, share))


def _cut(network: Network, pieces: Pieces, node_id: TextArray) -> gpd.GeoDataFrame:
    """Return the edges of the pieces; those not cut as they were."""
    count = np.bincount(pieces.edge, minlength=len(network.edges))
    if (count == 1).all():
        return network.edges
    edges = network.edges.iloc[pieces.edge].copy()
    of_edge = count[pieces.edge]
    nth = np.arange(len(edges)) - np.searchsorted(pieces.edge, pieces.edge) + 1
    names = [str(e) if c == 1 else f"{e}#{k}" for e, c, k in zip(edges.index, of_edge, nth, strict=True)]
    length = pieces.high - pieces.low
    for column in ("length_m", "minutes_min", "minutes_back_min"):
        edges[column] = edges[column].to_numpy(float) * length
    edges["from_node"], edges["to_node"] = node_id[pieces.start], node_id[pieces.end]
    lines = np.array(edges.geometry, object)
    for k in np.flatnonzero(of_edge > 1):
        lines[k] = _part_of(lines[k], pieces.low[k], pieces.high[k])
    index = pd.Index(names, name=network.edges.index.name, dtype=object)
    return gpd.GeoDataFrame(edges.set_axis(index).assign(geometry=lines), geometry="geometry", crs=network.edges.crs)


def _part_of(line: shapely.LineString, low: float, high: float) -> shapely.LineString:
    from shapely.ops import substring

    part = substring(line, low, high, normalized=True)
    return part if isinstance(part, shapely.LineString) else shapely.LineString([part, part])
