"""Where links would lead over land that no plan covers, and whether two that face each other can be one way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from spatial.analysis.border_crossings import Crossing
from spatial.geo import without
from spatial.model import FloatArray

_LED_M: Final = 500.0
_SAME_M: Final = 0.5
_BOTH: Final = 1 / 3
_TOWARDS: Final = 0.7
End = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class Lead:
    """Where a link would go on from its end, over land that no plan covers.

    ``tip``, ``way``: the end, and a unit vector the way it is headed; ``straight``: the line straight on; ``bent``: the
    triangle that it may come to, bending no more than ways do, and a little past the other side.
    """

    tip: FloatArray
    way: FloatArray
    straight: shapely.LineString
    bent: shapely.Polygon


def ahead(
    link: Crossing, covered: Sequence[shapely.Geometry], bend_share: float, reach_m: float, far_m: float
) -> list[Lead]:
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
    list of Lead
        One for each end of a link that has such land before it; none where the plans meet or overlap.
    """
    leads = list[Lead]()
    for tip, way in ends(link):
        ray: shapely.Geometry = shapely.LineString([tip, tip + way * far_m])
        for area in covered:
            (ray,) = without([ray], [area])
        pieces = shapely.get_parts(ray)
        pieces = pieces[shapely.length(pieces) > _SAME_M]
        starts = shapely.distance(pieces, shapely.Point(tip))
        if not len(pieces) or starts.min() > reach_m:
            continue
        long = float(starts.min() + pieces[int(starts.argmin())].length)
        over = np.array([-way[1], way[0]]) * bend_share * long
        near, past = tip + way * long, tip + way * (long + reach_m)
        bent = shapely.Polygon([tip, near + over, past + over, past - over, near - over])
        leads.append(Lead(tip, way, shapely.LineString([tip, near]), bent))
    return leads


def ends(link: Crossing) -> Iterable[End]:
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


def passes(link: Crossing) -> bool:
    """Return whether links only touch the boundary in one place: each end there faces one that goes on in the plan."""
    every = list(ends(link))
    return bool(every) and all(any(_towards(one, other) for other in every if other is not one) for one in every)


def _towards(one: End, other: End) -> bool:
    between = other[0] - one[0]
    ahead_m = min(one[1] @ between, -(other[1] @ between))
    return bool(one[1] @ other[1] < 0 and ahead_m >= _TOWARDS * np.hypot(*between) - _SAME_M)


def shifted(ones: Sequence[Lead], others: Sequence[Lead], tolerance_m: float) -> bool:
    """Return whether links of two plans face each other, one shifted aside of the other by more than the tolerance.

    Parameters
    ----------
    ones, others : sequence of Lead
        Where the links of either plan would lead; the same whichever comes first.
    tolerance_m : float

    Returns
    -------
    bool
        A way that goes on bends around one way. Where both ends would have to turn, the one to one side and the other
        back again (neither more than thrice as much), they are two ways side by side; how far aside is the mean of
        what each, led straight on, misses the other's end by.
    """
    facing = [(turn, back) for one in ones for other in others for turn, back in _turns(one, other)]
    return bool(facing) and all(
        turn * back < 0
        and min(abs(turn), abs(back)) >= _BOTH * max(abs(turn), abs(back))
        and (abs(turn) + abs(back)) / 2 > tolerance_m
        for turn, back in facing
    )


def _turns(one: Lead, other: Lead) -> Iterable[tuple[float, float]]:
    """Yield how far aside of either the other's end lies, positive where a way would turn left; nothing: not facing."""
    between = other.tip - one.tip
    if one.way @ between > 0 and other.way @ between < 0:
        yield _cross(one.way, between), _cross(other.way, between)


def _cross(way: FloatArray, between: FloatArray) -> float:
    return float(way[0] * between[1] - way[1] * between[0])
