"""Minutes by road from cells to services: the nearest, the second nearest, and each by itself.

The model: straight from the cell to the nearest road at a declared speed, along the network, and straight from the
road to the service at the same speed. Where cell and service stand on the same connected land network (ferries
apart) within ``max_snap_m`` of each other, the straight line between them counts if it is quicker than the way by
road: nobody drives round a block to the house next door. An island without a bridge therefore stays *unreachable*.
"""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from spatial.analysis.journeys import Scene, set_scene
from spatial.analysis.reach import people_where, percentiles, reach_of_stops, shares_within
from spatial.analysis.routing import minutes_from, nearest_two, two_best
from spatial.analysis.spots import white_spots, worst_off
from spatial.model import FloatArray, Network

__all__ = [
    "minutes_to_each",
    "minutes_to_nearest",
    "people_where",
    "percentiles",
    "reach_of_stops",
    "shares_within",
    "white_spots",
    "worst_off",
]

IntArray = npt.NDArray[np.int64]

_CHUNK: Final = 32
"""Facilities whose minutes to all nodes are held at once."""
_DECIMALS: Final = 9
"""Of minutes: what is exactly at a threshold must not be above it for the order of a sum."""


def minutes_to_nearest(
    network: Network,
    cells: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    off_network_kmh: float,
    max_snap_m: float,
    uncertain_share: float = 0.5,
) -> pd.DataFrame:
    """Return minutes from each cell to the nearest and second nearest facility of each type.

    Parameters
    ----------
    network : Network
    cells : GeoDataFrame
        Points in EPSG:3006.
    facilities : GeoDataFrame
        Points in EPSG:3006, index unique text ids, with ``service_type``.
    off_network_kmh : float
        Speed along the straight line between a point and its road, km/h.
    max_snap_m : float
        The longest such line, metres; points farther from all roads are not reached.
    uncertain_share : float
        A cell is uncertain if more than this share of its minutes lies off the network.

    Returns
    -------
    DataFrame
        Index the cells'. ``snap_m`` (metres to the nearest road), ``off_network_min`` (that line's minutes), and for
        each type t ``{t}_min``, ``{t}_id``, ``{t}_second_min``, ``{t}_second_id`` (minutes; inf and None where
        unreachable), ``{t}_off_min`` (how many of the minutes to the nearest lie off the network, at both ends; NaN
        where unreachable) and ``{t}_uncertain`` (bool). Of facilities equally near, the one whose id comes first.

    Raises
    ------
    ValueError
        If facility ids are repeated, a point is missing, or the CRS differ.

    Notes
    -----
    Two runs of Dijkstra's algorithm per type (Erwig, M. (2000), The graph Voronoi diagram with applications,
    Networks 36): the first gives every node its nearest facility; the second lets each facility's minutes cross into
    its neighbours' territory, where it is second.

    Examples
    --------
    >>> import shapely
    >>> ends = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 9000], [0, 0]), index=["a", "b"], crs="EPSG:3006")
    >>> road = {"from_node": "a", "to_node": "b", "length_m": 9000.0, "minutes_min": 9.0, "minutes_back_min": 9.0}
    >>> line = shapely.from_wkt(["LINESTRING (0 0, 9000 0)"])
    >>> edges = gpd.GeoDataFrame([road | {"ferry": False}], index=["ab"], geometry=line, crs="EPSG:3006")
    >>> cells = gpd.GeoDataFrame(geometry=gpd.points_from_xy([1000], [100]), index=["r1"], crs="EPSG:3006")
    >>> shops = gpd.GeoDataFrame(geometry=gpd.points_from_xy([9000], [0]), index=["ica"], crs="EPSG:3006")
    >>> found = minutes_to_nearest(
    ...     Network(ends, edges), cells, shops.assign(service_type="grocery"), off_network_kmh=6.0, max_snap_m=500.0
    ... )
    >>> found[["grocery_min", "grocery_id", "off_network_min"]].to_dict("index")
    {'r1': {'grocery_min': 9.0, 'grocery_id': 'ica', 'off_network_min': 1.0}}
    """
    scene = set_scene(network, cells, facilities, off_network_kmh, max_snap_m)
    columns: dict[str, object] = {"snap_m": scene.cell.snap_m, "off_network_min": scene.cell.leg_min}
    kinds = facilities["service_type"].astype(str).to_numpy(object)
    graph, legs = scene.arcs_from_facilities(), scene.legs()
    for kind in sorted(set(kinds)):
        chosen = np.flatnonzero((kinds == kind) & scene.facility.reached)
        chosen = chosen[np.argsort(scene.ids[chosen].astype(str), kind="stable")]
        columns |= _columns_of(scene, graph, legs, chosen, kind, uncertain_share)
    return pd.DataFrame(columns).set_axis(cells.index)


def minutes_to_each(
    network: Network,
    cells: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    off_network_kmh: float,
    max_snap_m: float,
) -> pd.DataFrame:
    """Return minutes from each cell to each facility.

    Parameters
    ----------
    network : Network
    cells, facilities : GeoDataFrame
        Points in EPSG:3006; the facilities' index unique text ids.
    off_network_kmh : float
        Speed along the straight line between a point and its road, km/h.
    max_snap_m : float
        The longest such line, metres.

    Returns
    -------
    DataFrame
        Index the cells', a column a facility (its id, in the facilities' order), minutes; inf where unreachable.

    Raises
    ------
    ValueError
        If facility ids are repeated, a point is missing, or the CRS differ.

    Examples
    --------
    >>> import shapely
    >>> ends = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 9000], [0, 0]), index=["a", "b"], crs="EPSG:3006")
    >>> road = {"from_node": "a", "to_node": "b", "length_m": 9000.0, "minutes_min": 9.0, "minutes_back_min": 9.0}
    >>> line = shapely.from_wkt(["LINESTRING (0 0, 9000 0)"])
    >>> edges = gpd.GeoDataFrame([road | {"ferry": False}], index=["ab"], geometry=line, crs="EPSG:3006")
    >>> cells = gpd.GeoDataFrame(geometry=gpd.points_from_xy([1000], [100]), index=["r1"], crs="EPSG:3006")
    >>> shops = gpd.GeoDataFrame(geometry=gpd.points_from_xy([9000], [0]), index=["ica"], crs="EPSG:3006")
    >>> minutes_to_each(Network(ends, edges), cells, shops, off_network_kmh=6.0, max_snap_m=500.0).to_dict("index")
    {'r1': {'ica': 9.0}}
    """
    scene = set_scene(network, cells, facilities, off_network_kmh, max_snap_m)
    return pd.DataFrame(each_of(scene), index=cells.index, columns=pd.Index(scene.ids, dtype=object))


def each_of(scene: Scene) -> FloatArray:
    """Return minutes from each cell (rows) to each facility (columns) of a scene; inf where unreachable."""
    graph, (first, last), (leg_first, leg_last) = scene.arcs_from_facilities(), scene.ends(), scene.legs()
    out = np.full((len(scene.piece), len(scene.node)), np.inf)
    reached = np.flatnonzero(scene.facility.reached)
    for begin in range(0, len(reached), _CHUNK):
        chunk = reached[begin : begin + _CHUNK]
        at_nodes = minutes_from(graph, scene.node[chunk]) + scene.facility.leg_min[chunk, None]
        by_road = np.minimum(at_nodes[:, first] + leg_first, at_nodes[:, last] + leg_last)
        out[:, chunk] = np.round(np.minimum(by_road, scene.straight_to(chunk)), _DECIMALS).T
    return out


def _columns_of(
    scene: Scene,
    graph: sparse.csr_matrix,
    legs: tuple[FloatArray, FloatArray],
    chosen: IntArray,
    kind: str,
    uncertain_share: float,
) -> dict[str, object]:
    """Return the columns of one type of service; ``chosen`` are its facilities, those that win ties first."""
    own_leg = scene.facility.leg_min[chosen]
    near = nearest_two(graph, scene.node[chosen], own_leg)
    at_nodes, sources = np.vstack([near[0], near[2]]), np.vstack([near[1], near[3]])
    by_road = np.vstack([at_nodes[:, end] + leg for end, leg in zip(scene.ends(), legs, strict=True)])
    road_source = np.vstack([sources[:, end] for end in scene.ends()])
    straight, straight_source = scene.straight_nearest(chosen)
    best = two_best(np.vstack([by_road, straight]), np.vstack([road_source, straight_source]))
    road_min, straight_min = (
        np.where(source == best.source, minutes, np.inf).min(axis=0, initial=np.inf)
        for minutes, source in ((by_road, road_source), (straight, straight_source))
    )
    off_min = scene.cell.leg_min + np.r_[own_leg, 0.0][best.source]
    off_min = np.where(straight_min < road_min, straight_min, off_min)
    reachable = np.isfinite(best.minutes)
    names = np.r_[scene.ids[chosen], np.array([None], object)]
    return {
        f"{kind}_min": np.round(best.minutes, _DECIMALS),
        f"{kind}_id": pd.Series(names[best.source], dtype=object),
        f"{kind}_second_min": np.round(best.second_minutes, _DECIMALS),
        f"{kind}_second_id": pd.Series(names[best.second_source], dtype=object),
        f"{kind}_off_min": np.where(reachable, np.round(off_min, _DECIMALS), np.nan),
        f"{kind}_uncertain": reachable & (off_min > uncertain_share * best.minutes + 10.0**-_DECIMALS),
    }
