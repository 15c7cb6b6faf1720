"""What two areas share is really in both; what lies within a distance is round."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.geo import reach, repaired, shared, united, without

TOUCHED = shapely.Polygon([
    (724835.7980017512, 7054863.102852846), (724688.3374710858, 7054498.125231998),
    (724518.1205153863, 7054991.452888695),
])  # fmt: skip
BESIDE = shapely.Polygon([
    (724515.1714342905, 7055000.0), (724576.8891636785, 7054821.127908847), (724279.1752639806, 7055683.970860657),
    (734665.5385591948, 7060711.112357285),
])  # fmt: skip
"""A corner of the one lies 3e-11 m from an edge of the other: GEOS 3.14.1 gives the whole of the first as shared."""


CROSSED = shapely.Polygon([
    (732632.1867078029, 7157408.846967275), (735853.8640159855, 7153969.697658849),
    (729065.8051175848, 7142825.14517364), (735366.0485203062, 7154490.442030218),
    (733154.1093233975, 7156851.693152424),
])  # fmt: skip
"""A corner lies a rounding inside the ring's own edge: make_valid by structure gives nothing of 449 ha."""


def in_common(one, other):
    """Return the area that two areas share by what they cover together."""
    return one.area + other.area - shapely.union(one, other).area


@pytest.mark.parametrize("pair", [(TOUCHED, BESIDE), (BESIDE, TOUCHED)])
def test_an_area_that_touches_another_is_not_taken_for_part_of_it(pair):
    (found,) = shared([pair[0]], [pair[1]])
    assert found.area == pytest.approx(in_common(*pair), abs=0.01)
    assert found.area < 0.8 * TOUCHED.area


@pytest.mark.parametrize("pair", [(TOUCHED, BESIDE), (BESIDE, TOUCHED)])
def test_an_area_beside_another_is_not_lost_without_it(pair):
    (found,) = without([pair[0]], [pair[1]])
    assert found.area == pytest.approx(pair[0].area - in_common(*pair), abs=0.01)


SPIKE = shapely.Polygon([
    (790034.9842668361, 7067778.3179812515), (789656.281585909, 7067763.091719135),
    (791144.193464252, 7067822.915262531), (794522.4361748294, 7046716.823826118),
])  # fmt: skip
ROUND = shapely.LineString([
    (789391.1408412182, 7067273.312094084), (788822.3396333684, 7067729.5619360125),
    (789788.2619101801, 7067768.398169585), (789391.1408412182, 7067273.312094084),
])  # fmt: skip
"""An edge of the area lies less than a rounding from one of the line: GEOS 3.14.1 gives the whole line as shared."""


def test_no_area_is_lost_where_areas_are_joined():
    corner = shapely.Polygon([
        (740712.9730411526, 7089138.560323005), (740598.1661364475, 7089089.15038028),
        (740669.9664963414, 7089238.488556465),
    ])  # fmt: skip
    spike = shapely.Polygon([
        (740680.5063672961, 7089260.410523262), (740637.218332118, 7089170.375372551),
        (740770.7576012894, 7089448.124828636), (744237.3364157702, 7088262.156507977),
    ])  # fmt: skip
    apart = shapely.box(0, 0, 10, 10)
    assert united([corner, apart, spike]).area == pytest.approx(corner.area + spike.area + 100, abs=1)
    assert united([]).is_empty


def test_a_line_that_touches_an_area_is_not_taken_to_lie_in_it():
    inside = ROUND.intersection(SPIKE.buffer(0.01)).length
    assert ROUND.length > 2000 > inside
    (found,), (rest,) = shared([ROUND], [SPIKE]), without([ROUND], [SPIKE])
    assert shared([SPIKE], [ROUND])[0].length == pytest.approx(found.length)
    assert found.length == pytest.approx(inside, abs=0.1)
    assert found.length + rest.length == pytest.approx(ROUND.length, abs=0.01)


def test_a_repaired_area_keeps_what_its_parts_share_and_takes_no_hole_for_land():
    beside = shapely.Polygon(shapely.box(0, 0, 4, 4).exterior, [shapely.box(3, 1, 6, 2).exterior.coords])
    assert repaired(beside).area == 15
    assert repaired(shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)])).area == 6
    twice = shapely.Polygon(shapely.box(0, 0, 4, 4).exterior, [shapely.box(0, 0, 4, 4).exterior.coords])
    assert repaired(twice).area == 16
    assert repaired(shapely.LineString([(0, 0), (1, 1), (0, 1), (1, 0)])).length == pytest.approx(2 * 2**0.5 + 1)


def test_no_part_of_an_area_is_lost_where_its_ring_crosses_itself_by_a_rounding():
    corners = shapely.get_coordinates(CROSSED) - shapely.get_coordinates(CROSSED)[0]
    (x, y), (next_x, next_y) = corners[:-1].T, corners[1:].T
    by_its_corners = abs(float((x * next_y - next_x * y).sum())) / 2
    assert repaired(CROSSED).area == pytest.approx(by_its_corners, abs=0.01)
    both = repaired(shapely.MultiPolygon([CROSSED, shapely.box(0, 0, 100, 100)]))
    assert both.is_valid
    assert both.area == pytest.approx(by_its_corners + 10_000, abs=0.01)


def test_what_a_ring_goes_round_twice_is_land():
    twice = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 1), (3, 1), (3, 3), (1, 3), (1, 1)])
    assert repaired(twice).area == 16
    assert repaired(shapely.Polygon()).is_empty
    assert repaired(shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(5, 5)])).area == 1


def test_pairs_keep_their_places_beside_one_that_is_mended():
    square = shapely.box(0, 0, 10, 10)
    line = shapely.LineString([(-5, 5), (5, 5)])
    found = shared([square, TOUCHED, line, square], [shapely.box(5, 0, 20, 10), BESIDE, square, shapely.Point(3, 3)])
    assert [shape.area for shape in found[[0, 2, 3]]] == [50, 0, 0]
    assert found[2].length == 5
    assert found[3].equals(shapely.Point(3, 3))
    assert len(shared(np.zeros(0, object), np.zeros(0, object))) == 0


@given(st.floats(1, 50_000))
def test_what_is_within_reach_is_round(distance_m):
    disc = reach([shapely.Point(0, 0)], distance_m)[0]
    off = distance_m - shapely.distance(shapely.Point(0, 0), disc.exterior)
    assert -1e-6 * distance_m <= off <= 0.5 + 1e-6
    assert 0.99 < disc.area / (np.pi * distance_m**2) <= 1
