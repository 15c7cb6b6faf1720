"""Cells and facilities set on one network, which is cut at the facilities; the arithmetic of both ends of a journey."""

from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse

from spatial.analysis.routing import Pieces, arc_matrix, connected_parts, cut_edges
from spatial.analysis.snapping import snap
from spatial.geo import same_crs
from spatial.model import FloatArray, Network

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MINUTES_PER_M_AT_1_KMH: Final = 0.06
_NEIGHBOURS: Final = 8
"""Places looked at for the straight line: enough that equally near ones on a lattice are all seen."""


@dataclass(frozen=True)
class Roads:
    """Edges as arrays: both ends as positions of ``nodes`` nodes, minutes forth and back, and whether a ferry."""

    start: IntArray
    end: IntArray
    forth: FloatArray
    back: FloatArray
    ferry: BoolArray
    nodes: int

    def parts(self) -> IntArray:
        """Return the connected land network (ferries apart) that each edge starts on."""
        roads = ~self.ferry
        return connected_parts(self.start[roads], self.end[roads], self.nodes)[self.start]


@dataclass(frozen=True)
class Stops:
    """Points on the network: position of the edge (-1 beyond reach), share along it, leg to it, and its land part.

    ``part`` is -1 until the points are set on roads.
    """

    xy: FloatArray
    edge: IntArray
    share: FloatArray
    snap_m: FloatArray
    leg_min: FloatArray
    part: IntArray

    @property
    def reached(self) -> BoolArray:
        """Whether the point joins the network."""
        return self.edge >= 0

    def take(self, chosen: IntArray | BoolArray) -> "Stops":
        """Return some of the points."""
        return Stops(
            self.xy[chosen],
            self.edge[chosen],
            self.share[chosen],
            self.snap_m[chosen],
            self.leg_min[chosen],
            self.part[chosen],
        )

    def on(self, part_of_edge: IntArray) -> "Stops":
        """Return the points with the land part of their edge."""
        part = np.full(len(self.edge), -1, np.int64)
        part[self.reached] = part_of_edge[self.edge[self.reached]]
        return replace(self, part=part)


@dataclass(frozen=True)
class Scene:
    """Cells and facilities on a network cut at the facilities: ``piece`` is the cells', ``node`` the facilities'.

    ``piece`` and ``node`` mean nothing for points beyond reach.
    """

    cell: Stops
    facility: Stops
    ids: npt.NDArray[np.object_]
    pieces: Pieces
    piece: IntArray
    node: IntArray
    forth: FloatArray
    back: FloatArray
    minutes_per_m: float
    max_snap_m: float

    def arcs_from_facilities(self) -> sparse.csr_matrix:
        """Return the cut network's arcs against the traffic."""
        pieces = self.pieces
        size = max(1, pieces.nodes + len(pieces.cut_edge))  # a network without nodes has one that leads nowhere
        return arc_matrix(pieces.start, pieces.end, self.back, self.forth, size)

    def of_cells(self, chosen: IntArray) -> "Scene":
        """Return the scene with some of its cells."""
        return replace(self, cell=self.cell.take(chosen), piece=self.piece[chosen])

    def ends(self) -> tuple[IntArray, IntArray]:
        """Return the first and the last node of each cell's piece."""
        if not len(self.pieces.start):
            return self.piece, self.piece
        return self.pieces.start[self.piece], self.pieces.end[self.piece]

    def legs(self) -> tuple[FloatArray, FloatArray]:
        """Return minutes from each cell to the first and the last node of its piece; inf where one may not go."""
        first, last = np.full(len(self.piece), np.inf), np.full(len(self.piece), np.inf)
        cells = np.flatnonzero(self.cell.reached)
        piece, share, leg = self.piece[cells], self.cell.share[cells], self.cell.leg_min[cells]
        low, high = self.pieces.low[piece], self.pieces.high[piece]
        first[cells] = leg + _part_minutes(self.back[piece], (share - low) / (high - low))
        last[cells] = leg + _part_minutes(self.forth[piece], (high - share) / (high - low))
        return first, last

    def straight_to(self, chosen: IntArray) -> FloatArray:
        """Return minutes straight from cells (columns) to facilities (rows), inf where that does not count."""
        away = self.facility.xy[chosen, None, :] - self.cell.xy[None, :, :]
        metres = np.hypot(away[..., 0], away[..., 1])
        same = (self.facility.part[chosen, None] == self.cell.part) & self.cell.reached
        return np.where(same & (metres <= self.max_snap_m), metres * self.minutes_per_m, np.inf)

    def straight_nearest(self, chosen: IntArray) -> tuple[FloatArray, IntArray]:
        """Return minutes straight from cells (columns) to the nearest facilities (rows), and which of ``chosen``."""
        from scipy.spatial import cKDTree

        apart = min(4 * self.max_snap_m + 1, 1e9)  # land parts as floors that no straight line joins
        places = np.column_stack([self.facility.xy[chosen], self.facility.part[chosen] * apart])
        first_two = _first_two(places)
        count = min(_NEIGHBOURS, len(first_two))
        if not count:
            return np.full((0, len(self.piece)), np.inf), np.zeros((0, len(self.piece)), np.int64)
        metres, which = cKDTree(places[first_two]).query(
            np.column_stack([self.cell.xy, self.cell.part * apart]),
            k=list(range(1, count + 1)),
            distance_upper_bound=np.nextafter(self.max_snap_m, np.inf),
        )
        return metres.T * self.minutes_per_m, np.r_[first_two, -1][which.T]


def set_scene(
    network: Network, cells: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, off_network_kmh: float, max_snap_m: float
) -> Scene:
    """Return cells and facilities set on the network.

    Parameters
    ----------
    network : Network
    cells, facilities : GeoDataFrame
        Points in the network's CRS; the facilities' index unique.
    off_network_kmh : float
        Speed along the straight line between a point and its road.
    max_snap_m : float
        The longest such line, metres.

    Returns
    -------
    Scene

    Raises
    ------
    ValueError
        If facility ids are repeated, a point is missing, the CRS differ, or the speed is not above zero.
    """
    ids = facilities.index.astype(str).to_numpy(object)
    if len(set(ids)) < len(ids):
        raise ValueError("facility ids are repeated")
    if not off_network_kmh > 0:
        raise ValueError(f"off_network_kmh {off_network_kmh}")
    minutes_per_m = MINUTES_PER_M_AT_1_KMH / off_network_kmh
    cell, facility = (stops_of(network, points, max_snap_m, minutes_per_m) for points in (cells, facilities))
    return scene_of(roads_of(network), cell, facility, ids, minutes_per_m, max_snap_m)


def roads_of(network: Network) -> Roads:
    """Return a network's edges as arrays."""
    start, end = network.positions()
    forth, back = (network.edges[name].to_numpy(float) for name in ("minutes_min", "minutes_back_min"))
    return Roads(start, end, forth, back, network.edges["ferry"].to_numpy(bool), len(network.nodes))


def stops_of(network: Network, points: gpd.GeoDataFrame, max_snap_m: float, minutes_per_m: float) -> Stops:
    """Return points on a network.

    Raises
    ------
    ValueError
        If a point is missing, or the CRS differ.
    """
    if not same_crs(points.crs, network.edges.crs):
        raise ValueError(f"points in {points.crs}, network in {network.edges.crs}")
    places = np.asarray(points.geometry, object)
    edge, share, metres = snap(network, places, max_snap_m)
    none = np.full(len(places), -1, np.int64)
    return Stops(shapely.get_coordinates(places).reshape(-1, 2), edge, share, metres, metres * minutes_per_m, none)


def scene_of(
    roads: Roads,
    cell: Stops,
    facility: Stops,
    ids: npt.NDArray[np.object_],
    minutes_per_m: float,
    max_snap_m: float,
) -> Scene:
    """Return points that are on roads as a scene: the roads cut at the facilities."""
    part = roads.parts()
    cell, facility = cell.on(part), facility.on(part)
    reached, on_road = facility.reached, cell.reached
    pieces = cut_edges(roads.start, roads.end, roads.nodes, facility.edge[reached], facility.share[reached])
    node, piece = np.zeros(len(facility.edge), np.int64), np.zeros(len(cell.edge), np.int64)
    node[reached] = pieces.node
    piece[on_road] = pieces.at(cell.edge[on_road], cell.share[on_road])
    length = pieces.high - pieces.low
    forth, back = roads.forth[pieces.edge] * length, roads.back[pieces.edge] * length
    return Scene(cell, facility, ids, pieces, piece, node, forth, back, minutes_per_m, max_snap_m)


def _part_minutes(minutes: FloatArray, share: FloatArray) -> FloatArray:
    """Return the minutes of a share of pieces; none for no share, even where one may not go."""
    out = np.zeros(len(minutes))
    np.multiply(minutes, share, out=out, where=share > 0)
    return out


def _first_two(places: FloatArray) -> IntArray:
    """Return the positions of the first two of those that share a place: more are never nearest or second."""
    order = np.lexsort(places.T)
    if len(order) <= 2:
        return np.arange(len(order))
    third = np.r_[False, False, (places[order[2:]] == places[order[:-2]]).all(axis=1)]
    return np.sort(order[~third])
