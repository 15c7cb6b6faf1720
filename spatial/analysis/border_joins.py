"""Whether a link of one plan and a link of its neighbour are one, where the two may follow different boundaries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.border_certainty import FAR_M
from spatial.analysis.border_crossings import Crossing, Shapes
from spatial.analysis.border_match import Side
from spatial.model import FloatArray

_LED_M: Final = 500.0
_SAME_M: Final = 0.5
_ASLANT: Final = 2.0
"""A link may cross what lies between two boundaries aslant: so many times as far."""


@dataclass(frozen=True)
class Ahead:
    """Where links would lead over land that no plan covers: straight on, and bending as much as ways do."""

    straight: Shapes
    bent: Shapes


@dataclass(frozen=True)
class Links:
    """A plan's links of one family: where they come to the border, where each would lead, and all of them."""

    crossings: Sequence[Crossing]
    ahead: Sequence[Ahead]
    shapes: Shapes


@dataclass(frozen=True)
class Met:
    """What a link meets on the other side.

    ``goes_on``: whether it is taken further; ``may_go_on``: whether it is if the boundaries are matched otherwise, or
    a link bends on land that neither plan covers; ``aside_m``: how far aside the nearest link lies (infinite: none).
    """

    goes_on: bool
    may_go_on: bool
    aside_m: float


def met(
    link: Crossing,
    leads: Ahead,
    own: Links,
    others: Links,
    beyond: Shapes,
    sides: tuple[Side, Side],
    apart_m: float,
    tolerance_m: float,
) -> Met:
    """Return what a link that comes to its plan's boundary meets on the other side.

    Parameters
    ----------
    link : Crossing
    leads : Ahead
        Where it would lead.
    own, others : Links
        All links of the family, of its own plan and of the neighbour's.
    beyond : ndarray
        The links of plans around the two: a way near a corner may go on there.
    sides : tuple of Side
        Its own plan's boundary and the neighbour's.
    apart_m : float
        How far the two lie apart there.
    tolerance_m : float

    Returns
    -------
    Met
        It goes on where a link of the neighbour's lies no further aside than the tolerance, or one of a third plan's
        comes so near to its end; or, where the boundaries differ, passes it within that on land that both plans cover,
        or would if one of them were led straight on over land that neither covers; or where it comes back to its own
        plan so. It may go on where one of them, led on, would bend no more than ways do.
    """
    told = [aside(link, other, *sides) for other in others.crossings]
    nearest = min((metres for metres, _ in told), default=np.inf)
    surely = min((metres - unsure for metres, unsure in told), default=np.inf)
    if nearest <= tolerance_m or _meets(link.points, beyond, tolerance_m):
        return Met(goes_on=True, may_go_on=True, aside_m=nearest)
    if apart_m <= FAR_M:
        return Met(goes_on=False, may_go_on=surely <= tolerance_m, aside_m=nearest)
    here = link.near(_ASLANT * apart_m + tolerance_m)
    back = [other.points for other in own.crossings if other.start > link.end or other.end < link.start]
    found = np.concatenate([others.shapes, *back, beyond])
    straight, bent = ([getattr(each, way) for each in others.ahead] for way in ("straight", "bent"))
    goes_on = (
        _meets(here, others.shapes, tolerance_m)
        or _meets(leads.straight, found, tolerance_m)
        or _meets(here, _all(straight), tolerance_m)
    )
    may = surely <= tolerance_m or _meets(leads.bent, found, 0.0) or _meets(here, _all(bent), 0.0)
    return Met(goes_on, may, nearest)


def _all(parts: Sequence[Shapes]) -> Shapes:
    return np.concatenate([np.zeros(0, object), *parts])


def _meets(ways: Shapes, others: Shapes, tolerance_m: float) -> bool:
    if not len(ways) or not len(others):
        return False
    return bool(shapely.dwithin(shapely.GeometryCollection(list(ways)), others, tolerance_m).any())


def aside(mine: Crossing, theirs: Crossing, here: Side, there: Side) -> tuple[float, float]:
    """Return how far aside of each other two links come to the border, and how unsure that is.

    Parameters
    ----------
    mine, theirs : Crossing
        A link on either side.
    here, there : Side
        Their plans' boundaries.

    Returns
    -------
    float
        Metres along the border, in the mean of the two plans' own boundaries: from the one link to the place nearest
        to the other.
    float
        Half of what the ways to match the two boundaries differ by: each point at its nearest on the other, or all
        in order along the shared line; in the one boundary, or the other. 0 where both are the same line.
    """
    (near, ordered), (near_there, ordered_there) = _along(here, mine, theirs), _along(there, theirs, mine)
    every = near, ordered, near_there, ordered_there
    return (near + near_there) / 2, (max(every) - min(every)) / 2


def _along(side: Side, own: Crossing, other: Crossing) -> tuple[float, float]:
    """Return metres along a side's boundary from its own link to the other, matched as nearest and in order."""
    along, on_line = side.s_of_u
    at = shapely.line_locate_point(side.arc, own.points)
    near = shapely.line_locate_point(side.arc, other.points)
    return _between(at, near), _between(at, np.interp([other.start, other.end], on_line, along))


def _between(one: FloatArray, other: FloatArray) -> float:
    return float(max(other.min() - one.max(), one.min() - other.max(), 0.0))


def ahead(
    link: Crossing, covered: Sequence[shapely.Geometry], bend_share: float, reach_m: float, far_m: float
) -> Ahead:
    """Return where links would lead from their plan's boundary over land that no plan covers.

    Parameters
    ----------
    link : Crossing
        Where they come to the boundary.
    covered : sequence of Polygon
        What both plans, and those around them, are drawn to.
    bend_share : float
        How far aside a way bends at most, of how far it leads.
    reach_m : float
        A link that ends so near to the boundary comes to it.
    far_m : float
        How far to look.

    Returns
    -------
    Ahead
        A line, and a triangle around it and a little past the other side, for each end of a link that has such land
        before it; none where the plans meet or overlap.
    """
    straight, bent = list[shapely.Geometry](), list[shapely.Geometry]()
    for tip, way in _ends(link):
        ray: shapely.Geometry = shapely.LineString([tip, tip + way * far_m])
        for area in covered:
            ray = shapely.difference(ray, area)
        pieces = shapely.get_parts(ray)
        pieces = pieces[~shapely.is_empty(pieces)]
        starts = shapely.distance(pieces, shapely.Point(tip))
        if not len(pieces) or starts.min() > reach_m:
            continue
        long = float(starts.min() + pieces[int(starts.argmin())].length)
        over = np.array([-way[1], way[0]]) * bend_share * long
        straight.append(shapely.LineString([tip, tip + way * long]))
        near, past = tip + way * long, tip + way * (long + reach_m)
        bent.append(shapely.Polygon([tip, near + over, past + over, past - over, near - over]))
    return Ahead(np.asarray(straight, object), np.asarray(bent, object))


def _ends(link: Crossing) -> Iterable[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """Yield the ends of links that come to the boundary, each with the direction in which it would go on."""
    for shape in link.shapes[shapely.get_dimensions(link.shapes) == 1]:
        for line in shapely.get_parts(shapely.line_merge(shape)):
            for whole in (line, shapely.reverse(line)):
                tip = shapely.get_point(whole, 0)
                if line.is_closed or shapely.distance(tip, link.points).min() > _SAME_M:
                    continue
                first, inner = shapely.get_coordinates([tip, shapely.line_interpolate_point(whole, _LED_M)])
                way = first - inner
                yield first, way / max(float(np.hypot(*way)), _SAME_M)
