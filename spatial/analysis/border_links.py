"""Links at a border: planned ways and green links that the neighbour does not take further."""

from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from spatial.analysis.border_certainty import FAR_M
from spatial.analysis.border_match import Shared, Side
from spatial.strategy import Compatibility, LinkFamily

STOPS: Final = {"lank": "länk som stannar", "gront": "brutet grönt samband"}
_END_M: Final = 0.5
_LED_M: Final = 500.0
_ASLANT: Final = 2.0
"""A link may cross what lies between two boundaries aslant: so many times as far."""
_COMES: Final = 2.0
"""A link that ends within so many depths of the border comes to it, however wide the tolerance."""
Texts = npt.NDArray[np.object_]


def link_findings(
    shared: Shared, features: gpd.GeoDataFrame, uses: Mapping[str, Texts], table: Compatibility, tolerance: float
) -> list[dict[str, object]]:
    """Return the links that come to a shared border and are not taken further on the other side.

    Parameters
    ----------
    shared : Shared
    features : GeoDataFrame
        The plans' uses and directions, sorted by id; EPSG:3006.
    uses : mapping
        Each plan's use at the shared line's samples.
    table : Compatibility
        Its ``families``.
    tolerance : float
        Metres: a link that goes on this far aside, or this far from the border, goes on.

    Returns
    -------
    list of dict
        Rows of :func:`spatial.analysis.borders.faced`, with ``certain``: where the two boundaries differ, a stop is
        one if no link goes on within the tolerance and what they differ by.
    """
    found: list[dict[str, object]] = []
    comes = min(tolerance, _COMES * table.borders.depth_m.value)
    for family in table.families:
        planned = {side.plan: _crossings(side, features, family, comes, family.times) for side in _sides(shared)}
        every = {side.plan: _crossings(side, features, family, tolerance, []) for side in _sides(shared)}
        for side, other in (_sides(shared), _sides(shared)[::-1]):
            for crossing in planned[side.plan]:
                others = every[other.plan]
                row = _stopped(crossing, others, uses[other.plan], shared, family, tolerance)
                if row is not None and not _goes_on(crossing, others, side, features.geometry, row, tolerance):
                    found.append(row | _who(shared, side, crossing))
    return found


def _sides(shared: Shared) -> tuple[Side, Side]:
    return shared.a, shared.b


Crossing = tuple[float, float, str, str]
"""From and to (metres along the shared line), the features and their category."""


def _crossings(
    side: Side, features: gpd.GeoDataFrame, family: LinkFamily, reach_m: float, times: Sequence[str]
) -> list[Crossing]:
    own = features[(features["plan_id"] == side.plan) & features["pivot"].isin(family.pivots)]
    own = own[own["time"].isin(times)] if times else own
    dimension = shapely.get_dimensions(own.geometry.to_numpy())
    own = own[(dimension == 1) | ((dimension == 2) & family.areas)]
    own = own[shapely.dwithin(own.geometry.to_numpy(), side.arc, reach_m)]
    rows: list[tuple[float, float, str, str]] = []
    for name, pivot, shape in zip(own.index, own["pivot"], own.geometry, strict=True):
        points = _touching(side.arc, shape, reach_m)
        along = shapely.line_locate_point(side.arc, points)
        points = points[(along > _END_M) & (along < side.arc.length - _END_M)]
        at = side.chainage(points) if len(points) else np.zeros(0)
        if len(at) and shapely.get_dimensions(shape) == 2:
            rows.append((float(at.min()), float(at.max()), str(name), str(pivot)))
        else:
            rows += [(float(s), float(s), str(name), str(pivot)) for s in at]
    return _clustered(sorted(rows), reach_m)


def _touching(arc: shapely.LineString, shape: shapely.Geometry, reach_m: float) -> npt.NDArray[np.object_]:
    """Return where a feature comes to the border: a line's ends near it and its crossings; an area's stretch of it."""
    if shapely.get_dimensions(shape) == 2:
        piece = shapely.intersection(arc, shapely.buffer(shape, min(reach_m, 50.0)))
        return _points(piece)
    ends = shapely.get_parts(shapely.boundary(shapely.line_merge(shape)))
    ends = ends[shapely.distance(ends, arc) <= reach_m]
    cuts = shapely.intersection(shape, arc)
    return np.concatenate([ends, _points(cuts)])


def _points(shape: shapely.Geometry) -> npt.NDArray[np.object_]:
    return np.asarray(shapely.points(shapely.get_coordinates(shape)), object)


def _clustered(rows: list[Crossing], apart_m: float) -> list[Crossing]:
    """Return crossings with those nearer than the tolerance as one."""
    merged: list[Crossing] = []
    for start, end, name, pivot in rows:
        if merged and start - merged[-1][1] <= apart_m:
            first, last, names, pivots = merged[-1]
            both = ";".join(sorted({*names.split(";"), name})), ";".join(sorted({*pivots.split(";"), pivot}))
            merged[-1] = (first, max(last, end), *both)
        else:
            merged.append((start, end, name, pivot))
    return merged


def _stopped(
    crossing: Crossing, others: list[Crossing], uses: Texts, shared: Shared, family: LinkFamily, tolerance: float
) -> dict[str, object] | None:
    start, end = crossing[:2]
    gaps = [max(other[0] - end, start - other[1], 0.0) for other in others]
    nearest = min(gaps, default=float("inf"))
    near = np.abs(shared.s - np.clip(shared.s, start, end))
    here = uses[near <= max(near.min(), 0.0) + _END_M]
    carried = len(here) > 0 and bool(np.isin(here, family.continues).any())
    if nearest <= tolerance or carried:
        return None
    broken = bool(np.isin(here, family.broken_by).any())
    apart = float(shared.apart_m[near <= near.min() + _END_M].max())
    low, high = max(0.0, start - tolerance / 2), min(shared.line.length, end + tolerance / 2)
    return {
        "kind": STOPS[family.id],
        "silent": "",
        "severity": family.cut if broken else family.severity,
        "length_m": min(nearest, shared.line.length),
        "apart_m": apart,
        "certain": apart <= FAR_M or nearest > tolerance + apart,
        "chainage_m": start,
        "geometry": substring(shared.line, low, high),
    }


def _goes_on(
    crossing: Crossing,
    others: list[Crossing],
    side: Side,
    shapes: gpd.GeoSeries,
    row: dict[str, object],
    tolerance: float,
) -> bool:
    """Return whether a link meets one of the neighbour's between two boundaries that differ, led straight on."""
    apart = float(str(row["apart_m"]))
    if apart <= FAR_M:
        return False
    mine = shapes[crossing[2].split(";")].to_numpy()
    near = {name for other in others if other[0] - apart * _ASLANT <= crossing[1] for name in other[2].split(";")
            if other[1] + apart * _ASLANT >= crossing[0]}  # fmt: skip
    theirs = shapes[sorted(near)].to_numpy()
    longer = [shapely.union(shape, _led_on(shape, side.arc, apart * _ASLANT)) for shape in mine]
    return any(shapely.dwithin(shape, theirs, tolerance).any() for shape in longer)


def _led_on(shape: shapely.Geometry, arc: shapely.LineString, metres: float) -> shapely.Geometry:
    """Return how a line would go on, straight, from those of its ends that lie nearest to the boundary."""
    if shapely.get_dimensions(shape) != 1:
        return shapely.LineString()
    lines = shapely.get_parts(shapely.line_merge(shape))
    ends = [(line, back) for line in lines if not line.is_closed for back in (False, True)]
    if not ends:
        return shapely.LineString()
    line, back = min(ends, key=lambda end: shapely.distance(shapely.get_point(end[0], -1 if end[1] else 0), arc))
    at = line.length if back else 0.0
    tip = shapely.line_interpolate_point(line, at)
    inner = shapely.line_interpolate_point(line, max(at - _LED_M, 0.0) if back else _LED_M)
    long = max(shapely.distance(tip, inner), _END_M)
    reach = metres / long
    return shapely.LineString([tip, (tip.x + (tip.x - inner.x) * reach, tip.y + (tip.y - inner.y) * reach)])


def _who(shared: Shared, side: Side, crossing: Crossing) -> dict[str, object]:
    mine, theirs = ("a", "b") if side is shared.a else ("b", "a")
    return {
        "plan_a": shared.a.plan,
        "plan_b": shared.b.plan,
        f"feature_{mine}": crossing[2],
        f"feature_{theirs}": "",
        f"pivot_{mine}": crossing[3],
        f"pivot_{theirs}": "",
        "length_a_m": 0.0,
        "length_b_m": 0.0,
        "boundary_a": shared.a.basis,
        "boundary_b": shared.b.basis,
    }
