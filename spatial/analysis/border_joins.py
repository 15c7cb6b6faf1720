"""Whether a link of one plan and a link of its neighbour are one, where the two may follow different boundaries."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import Final

import numpy as np
import shapely

from spatial.analysis.border_ahead import Lead, passes, shifted
from spatial.analysis.border_certainty import FAR_M
from spatial.analysis.border_crossings import Crossing, Shapes
from spatial.analysis.border_match import Side
from spatial.geo import without
from spatial.model import FloatArray

_SAME_M: Final = 0.5
_ASLANT: Final = 2.0
"""A link may cross what lies between two boundaries aslant: so many times as far."""


@dataclass(frozen=True)
class Links:
    """A plan's links of one family: where they come to the border, where each would lead, and all of them."""

    crossings: Sequence[Crossing]
    ahead: Sequence[Sequence[Lead]]
    shapes: Shapes

    def but(self, gone: Sequence[bool], reach_m: float) -> "Links":
        """Return those whose crossing is not ``gone``; of the others only what lies further from it than the reach."""
        if not any(gone):
            return self
        left = [not one for one in gone]
        lines = shapely.get_dimensions(self.shapes) == 1
        parts = np.r_[self.shapes[~lines], shapely.get_parts(shapely.line_merge(self.shapes[lines]))]
        for crossing in compress(self.crossings, gone):
            ends = shapely.MultiPoint(list(crossing.points))
            there = shapely.dwithin(parts, ends, _SAME_M)
            parts[there] = without(parts[there], [shapely.buffer(ends, reach_m, quad_segs=4)])
        return Links(list(compress(self.crossings, left)), list(compress(self.ahead, left)), parts)


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
    leads: Sequence[Lead],
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
    leads : sequence of Lead
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
        comes so near to its end, or it but touches the boundary; or, where the boundaries differ, where one passes it
        within that on land that both plans cover, or would if one of them were led straight on over land that neither
        covers; or where it comes back to its own plan so. It may go on where one of them, led on, would bend no more
        than ways do. A link of the neighbour's that faces it across such land but is shifted aside
        (:func:`spatial.analysis.border_ahead.shifted`) is another one.
    """
    told = [aside(link, other, *sides) for other in others.crossings]
    nearest = min((metres for metres, _ in told), default=np.inf)
    if nearest <= tolerance_m or _meets(link.points, beyond, tolerance_m) or passes(link):
        return Met(goes_on=True, may_go_on=True, aside_m=nearest)
    if apart_m <= FAR_M:
        may = any(metres - by <= tolerance_m for metres, by in told)
        return Met(goes_on=False, may_go_on=may, aside_m=nearest)
    reach_m = _ASLANT * apart_m + tolerance_m
    apart = [shifted(leads, theirs, tolerance_m) for theirs in others.ahead]
    unsure = [bool(leads or theirs) and not gone for theirs, gone in zip(others.ahead, apart, strict=True)]
    left = others.but(apart, reach_m)
    here = link.near(reach_m)
    back = [other.points for other in own.crossings if other.start > link.end or other.end < link.start]
    found = np.concatenate([left.shapes, *back, beyond])
    facing = list(chain.from_iterable(left.ahead))
    goes_on = (
        _meets(here, left.shapes, tolerance_m)
        or _meets([lead.straight for lead in leads], found, tolerance_m)
        or _meets(here, [lead.straight for lead in facing], tolerance_m)
    )
    bent = _meets([lead.bent for lead in leads], found, 0.0) or _meets(here, [lead.bent for lead in facing], 0.0)
    matched = any(metres - by <= tolerance_m for metres, by in compress(told, unsure))
    return Met(goes_on, matched or bent, nearest)


def _meets(ways: Sequence[shapely.Geometry] | Shapes, others: Sequence[shapely.Geometry] | Shapes, by_m: float) -> bool:
    if not len(ways) or not len(others):
        return False
    return bool(shapely.dwithin(shapely.GeometryCollection(list(ways)), others, by_m).any())


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
