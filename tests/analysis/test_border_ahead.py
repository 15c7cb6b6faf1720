"""Where links would lead, and which of their ends belong together."""

import numpy as np
import pytest
import shapely

from spatial.analysis.border_ahead import ahead, passes, shifted
from spatial.analysis.border_crossings import Crossing

WEST, EAST = shapely.box(0, 0, 1000, 1000), shapely.box(1600, 0, 2600, 1000)


def come(*lines):
    """Return links that come to a boundary with their last points, as one crossing."""
    shapes = np.asarray([shapely.LineString(line) for line in lines], object)
    return Crossing(0.0, 0.0, shapely.get_point(shapes, -1), frozenset("n"), frozenset("p"), shapes)


def leads(*lines):
    return ahead(come(*lines), [WEST, EAST], 0.4, 200.0, 8000.0)


def test_a_link_leads_straight_over_the_land_that_no_plan_covers():
    (lead,) = leads([(0, 500), (1000, 500)])
    assert lead.straight.length == pytest.approx(600)
    assert lead.bent.covers(shapely.Point(1600, 500 + 239))
    assert not lead.bent.covers(shapely.Point(1600, 500 + 241))
    assert leads([(1000, 500), (0, 500)])[0].straight.length == pytest.approx(8000)
    assert ahead(come([(0, 500), (1000, 500)]), [WEST, shapely.box(1000, 0, 2600, 1000)], 0.4, 200.0, 8000.0) == []


def test_a_sliver_beside_the_boundary_stops_no_lead():
    sliver = shapely.box(1000.0001, 0, 1000.0002, 1000)
    (lead,) = ahead(come([(0, 500), (1000, 500)]), [WEST, EAST, sliver], 0.4, 200.0, 8000.0)
    assert lead.straight.length == pytest.approx(600)


@pytest.mark.parametrize(
    ("end", "inner", "expected"),
    [
        ((1600, 800), (2600, 800), True),  # as parallel as can be, 300 m aside
        ((1600, 650), (2600, 650), False),  # 150 m aside is less than the tolerance
        ((1600, 800), (2600, 1300), False),  # straight on
        ((1600, 800), (2100, 1800), False),  # bends one way around
        ((1600, 800), (2600, 1270), False),  # turns back by far less than it turned
        ((1600, 800), (1600, 0), False),  # does not face it
    ],
)
def test_links_are_shifted_where_a_way_between_them_would_turn_and_turn_back(end, inner, expected):
    west, east = leads([(0, 500), (1000, 500)]), leads([inner, end])
    assert shifted(west, east, 200) is expected
    assert shifted(east, west, 200) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([[(0, 900), (1000, 500)], [(0, 88), (1000, 488)]], False),  # two ways out
        ([[(0, 500), (500, 500)], [(1500, 500), (600, 500)]], True),  # 100 m outside, and back
        ([[(0, 500), (500, 500)], [(0, 500), (500, 500)]], False),  # one way, drawn twice
        ([[(0, 500), (500, 500)]], False),
    ],
)
def test_a_link_that_only_touches_the_boundary_passes_it(lines, expected):
    assert passes(come(*lines)) is expected
