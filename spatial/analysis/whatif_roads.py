"""Roads as they would be: links added, at another speed or cut off; and where points then join them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.journeys import Roads, Stops
from spatial.analysis.routing import Pieces, cut_edges
from spatial.analysis.snapping import snap
from spatial.analysis.whatif import AddLink, Trial, WhatIfError
from spatial.model import FloatArray, Network

IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]

_MINUTES_PER_M_AT_1_KMH: Final = 0.06
_KM: Final = 1000.0


@dataclass(frozen=True)
class TriedRoads:
    """The roads of a trial: the pieces of today's edges first, then the new links in the order of their ids.

    ``lines`` are the new links' geometries, from where they join the roads of today to where they join them again;
    ``joins`` the positions of those roads.
    """

    network: Network
    roads: Roads
    pieces: Pieces
    lines: gpd.GeoDataFrame
    joins: IntArray
    max_snap_m: float
    minutes_per_m: float

    def put(self, stops: Stops) -> Stops:
        """Return points that were on today's roads on these, each where it joined them."""
        edge, share = stops.edge.copy(), stops.share.copy()
        on = np.flatnonzero(stops.reached)
        if len(self.pieces.cut_edge):
            edge[on], share[on] = _placed(self.pieces, stops.edge[on], stops.share[on])
        return Stops(stops.xy, edge, share, stops.snap_m, stops.leg_min, stops.part)

    def nearer(self, stops: Stops) -> tuple[IntArray, Stops]:
        """Return which of the points a new link passes nearer than today's roads, and those points on it."""
        none = np.zeros(0, np.int64)
        if not len(self.lines):
            return none, stops.take(none)
        points = np.asarray(shapely.points(stops.xy), object)
        away = shapely.distance(points, shapely.union_all(self.lines.geometry.to_numpy()))
        near = np.flatnonzero(away <= np.minimum(stops.snap_m, self.max_snap_m))
        roads = self.lines[["geometry"]].assign(ferry=False)
        where, share, metres = snap(Network(self.network.nodes.iloc[:0], roads), points[near], self.max_snap_m)
        edge = np.where(where >= 0, len(self.pieces.edge) + where, -1)
        return near, Stops(stops.xy[near], edge, share, metres, metres * self.minutes_per_m, stops.part[near])


def tried_roads(
    network: Network, base: Roads, trial: Trial, *, max_snap_m: float, off_network_kmh: float
) -> TriedRoads:
    """Return the roads of a trial.

    Parameters
    ----------
    network : Network
        Of today; not changed.
    base : Roads
        The network's edges as arrays.
    trial : Trial
    max_snap_m : float
        How far from today's roads a new link may begin and end, metres.
    off_network_kmh : float
        Speed along the straight line between a point and its road.

    Returns
    -------
    TriedRoads

    Raises
    ------
    WhatIfError
        If a link is unknown, a speed or a place along a link is not sound, or a new link ends too far from the roads.
    """
    speed = _positions(network, {name: one.speed_kmh for name, one in trial.speeds.items()})
    cut = _positions(network, {name: one.share for name, one in trial.cuts.items()})
    _check(trial)
    lines, join_edge, join_share = _links(network, trial.links, max_snap_m)
    places, shares = np.r_[join_edge, cut[0]].astype(np.int64), np.r_[join_share, cut[1]]
    pieces = cut_edges(base.start, base.end, base.nodes, places, shares)
    forth, back = base.forth.copy(), base.back.copy()
    for minutes in (forth, back):
        new = network.edges["length_m"].to_numpy(float)[speed[0]] * _MINUTES_PER_M_AT_1_KMH / speed[1]
        minutes[speed[0]] = np.where(np.isfinite(minutes[speed[0]]), new, np.inf)
    length = pieces.high - pieces.low
    start, nodes = pieces.start.copy(), base.nodes + len(pieces.cut_edge)
    for number, node in enumerate(pieces.node[len(join_edge) :]):
        start[(pieces.start == node) & (pieces.edge == cut[0][number])] = nodes + number
    ends = pieces.node[: len(join_edge)].reshape(-1, 2)
    minutes = lines["length_m"].to_numpy(float) * _MINUTES_PER_M_AT_1_KMH / lines["speed_kmh"].to_numpy(float)
    roads = Roads(
        start=np.r_[start, ends[:, 0]].astype(np.int64),
        end=np.r_[pieces.end, ends[:, 1]].astype(np.int64),
        forth=np.r_[forth[pieces.edge] * length, minutes],
        back=np.r_[back[pieces.edge] * length, minutes],
        ferry=np.r_[base.ferry[pieces.edge], np.zeros(len(lines), bool)],
        nodes=nodes + len(cut[0]),
    )
    per_m = _MINUTES_PER_M_AT_1_KMH / off_network_kmh
    return TriedRoads(network, roads, pieces, lines, join_edge, max_snap_m, per_m)


def _check(trial: Trial) -> None:
    speeds = {name: one.speed_kmh for ones in (trial.speeds, trial.links) for name, one in ones.items()}
    for name, speed in speeds.items():
        if not (np.isfinite(speed) and speed > 0):
            raise WhatIfError("whatif.error.speed", what=name)
    for cut in trial.cuts.values():
        if not 0 < cut.share < 1:
            raise WhatIfError("whatif.error.share", what=cut.id)


def _positions(network: Network, values: Mapping[str, float]) -> tuple[IntArray, FloatArray]:
    where = network.edges.index.get_indexer(pd.Index(list(values), dtype=object))
    unknown = [name for name, at in zip(values, where, strict=True) if at < 0]
    if unknown:
        raise WhatIfError("whatif.error.no_link", what=unknown[0])
    return where.astype(np.int64), np.array(list(values.values()), float)


def _links(
    network: Network, links: Mapping[str, AddLink], max_snap_m: float
) -> tuple[gpd.GeoDataFrame, IntArray, FloatArray]:
    """Return the new links as lines from road to road, and where both ends of each join: edge and share."""
    crs = network.edges.crs
    if not links:
        none = gpd.GeoDataFrame({"length_m": [], "speed_kmh": []}, geometry=[], crs=crs)
        return none, np.zeros(0, np.int64), np.zeros(0)
    ends = shapely.points([place for one in links.values() for place in _ends(one)])
    edge, share, metres = snap(network, np.asarray(ends, object), max_snap_m)
    for number in range(len(links)):
        far = metres[2 * number : 2 * number + 2].max()
        if (edge[2 * number : 2 * number + 2] < 0).any():
            raise WhatIfError("whatif.error.far_link", km=f"{far / _KM:.0f}", most=f"{max_snap_m / _KM:.0f}")
    lines = np.asarray(network.edges.geometry, object)[edge]
    joins = shapely.get_coordinates(shapely.line_interpolate_point(lines, share, normalized=True))
    shapes = [
        shapely.LineString([joins[2 * number], *one.points, joins[2 * number + 1]])
        for number, one in enumerate(links.values())
    ]
    stated = [one.length_m or shape.length for one, shape in zip(links.values(), shapes, strict=True)]
    columns = {"length_m": stated, "speed_kmh": [one.speed_kmh for one in links.values()]}
    index = pd.Index(list(links), dtype=object)
    return gpd.GeoDataFrame(columns, index=index, geometry=shapes, crs=crs), edge, share


def _ends(link: AddLink) -> tuple[tuple[float, float], tuple[float, float]]:
    if len(link.points) < 2 or not np.isfinite(link.points).all():
        raise WhatIfError("whatif.error.short_link", what=link.id)
    return link.points[0], link.points[-1]


def _placed(pieces: Pieces, edge: IntArray, share: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the piece, and the share along it, of places on whole edges; a place at a cut lies before it."""
    piece = pieces.at(edge, share)
    piece = piece - ((share == pieces.low[piece]) & (pieces.low[piece] > 0))
    low, high = pieces.low[piece], pieces.high[piece]
    return piece, (share - low) / (high - low)
