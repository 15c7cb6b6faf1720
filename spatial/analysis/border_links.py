"""Links at a border: planned ways and green links that the neighbour does not take further."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from spatial.analysis.border_ahead import Lead, ahead
from spatial.analysis.border_certainty import FAR_M
from spatial.analysis.border_crossings import Crossing, crossings
from spatial.analysis.border_joins import Links, Met, met
from spatial.analysis.border_match import Shared, Side
from spatial.strategy import Compatibility, LinkFamily

STOPS: Final = {"lank": "länk som stannar", "gront": "brutet grönt samband"}
_END_M: Final = 0.5
_COMES: Final = 2.0
"""A link that ends within so many depths of the border comes to it, however wide the tolerance."""
Texts = npt.NDArray[np.object_]
Places = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Around:
    """What lies around two neighbours, near to their border.

    ``drawn``: what the plans there are drawn to; ``unplanned``: the municipalities whose plan is not given.
    """

    drawn: Sequence[shapely.Geometry]
    unplanned: Sequence[shapely.Geometry]


def link_findings(
    shared: Shared,
    features: gpd.GeoDataFrame,
    uses: Mapping[str, Texts],
    around: Around,
    table: Compatibility,
    tolerance: float,
) -> list[dict[str, object]]:
    """Return the links that come to a shared border and are not taken further on the other side.

    Parameters
    ----------
    shared : Shared
    features : GeoDataFrame
        The plans' uses and directions, sorted by id; EPSG:3006.
    uses : mapping
        Each plan's use at the shared line's samples.
    around : Around
    table : Compatibility
        Its ``families``.
    tolerance : float
        Metres: a link that goes on this far aside, or this far from the border, goes on.

    Returns
    -------
    list of dict
        Rows of :func:`spatial.analysis.borders.faced`, with ``certain``: False where a link may go on
        (:class:`spatial.analysis.border_joins.Met`), or leads to a municipality whose plan is not given.
    """
    found: list[dict[str, object]] = []
    for family in table.families:
        for side, other, link, what in _met_on_a_border(shared, features, family, around, table, tolerance):
            here = uses[other.plan][_beside(link, shared)]
            if not what.goes_on and not np.isin(here, family.continues).any():
                found.append(_row(link, what, here, shared, family, tolerance) | _who(shared, side, link))
    return found


def _met_on_a_border(
    shared: Shared,
    features: gpd.GeoDataFrame,
    family: LinkFamily,
    around: Around,
    table: Compatibility,
    tolerance: float,
) -> Iterator[tuple[Side, Side, Crossing, Met]]:
    """Yield each planned link that comes to the border, and what it meets."""
    every_one = _of_family(features, family)
    own = {side.plan: every_one[every_one["plan_id"] == side.plan] for side in (shared.a, shared.b)}
    beyond = every_one.geometry[~every_one["plan_id"].isin(list(own))].to_numpy()
    beyond = beyond[shapely.dwithin(beyond, shared.line, table.borders.max_shift_m.value)]
    covered = [shared.a.area, shared.b.area, *around.drawn]
    comes = min(tolerance, _COMES * table.borders.depth_m.value)
    lead = table.borders.bend_share.value, tolerance, table.borders.max_shift_m.value
    ways = ((shared.a, shared.b), (shared.b, shared.a))
    every = dict[str, Links]()
    for sides in ways:
        all_of_them = own[sides[0].plan]
        come = crossings(sides[0], all_of_them, tolerance)
        leads = [ahead(link, covered, *lead) if _apart(link, shared) > FAR_M else [] for link in come]
        every[sides[0].plan] = Links(come, leads, all_of_them.geometry.to_numpy())
    for side, other in ways:
        links = own[side.plan]
        planned = links[links["time"].isin(family.times)] if family.times else links
        for link in crossings(side, planned, comes):
            leads_on, links_of = ahead(link, covered, *lead), (every[side.plan], every[other.plan])
            what = met(link, leads_on, *links_of, beyond, (side, other), _apart(link, shared), tolerance)
            if _leads_to(around.unplanned, link, leads_on, tolerance):
                what = replace(what, may_go_on=True)
            yield side, other, link, what


def _leads_to(areas: Sequence[shapely.Geometry], link: Crossing, leads: Sequence[Lead], tolerance: float) -> bool:
    ways = shapely.GeometryCollection([*link.points, *(lead.straight for lead in leads)])
    return bool(len(areas)) and bool(shapely.dwithin(ways, list(areas), tolerance).any())


def _of_family(features: gpd.GeoDataFrame, family: LinkFamily) -> gpd.GeoDataFrame:
    own = features[features["pivot"].isin(family.pivots)]
    dimension = shapely.get_dimensions(own.geometry.to_numpy())
    return own[(dimension == 1) | ((dimension == 2) & family.areas)]


def _beside(link: Crossing, shared: Shared) -> Places:
    off = np.abs(shared.s - np.clip(shared.s, link.start, link.end))
    return np.asarray(off <= off.min() + _END_M)


def _apart(link: Crossing, shared: Shared) -> float:
    return float(shared.apart_m[_beside(link, shared)].max())


def _row(
    link: Crossing, what: Met, here: Texts, shared: Shared, family: LinkFamily, tolerance: float
) -> dict[str, object]:
    broken = bool(np.isin(here, family.broken_by).any())
    low, high = max(0.0, link.start - tolerance / 2), min(shared.line.length, link.end + tolerance / 2)
    return {
        "kind": STOPS[family.id],
        "silent": "",
        "severity": family.cut if broken else family.severity,
        "length_m": min(what.aside_m, shared.line.length),
        "apart_m": _apart(link, shared),
        "certain": not what.may_go_on,
        "chainage_m": link.start,
        "geometry": substring(shared.line, low, high),
    }


def _who(shared: Shared, side: Side, link: Crossing) -> dict[str, object]:
    mine, theirs = ("a", "b") if side is shared.a else ("b", "a")
    return {
        "plan_a": shared.a.plan,
        "plan_b": shared.b.plan,
        f"feature_{mine}": ";".join(sorted(link.names)),
        f"feature_{theirs}": "",
        f"pivot_{mine}": ";".join(sorted(link.pivots)),
        f"pivot_{theirs}": "",
        "length_a_m": 0.0,
        "length_b_m": 0.0,
        "boundary_a": shared.a.basis,
        "boundary_b": shared.b.basis,
    }
