import numpy as np
import pytest
import shapely

from spatial.analysis import points
from spatial.analysis.points import points_in

SIDE = 120
"""Of a square of points, more than are tested one by one."""


def pairs(found):
    return list(zip(*(positions.tolist() for positions in found), strict=True))


def one_by_one(xy, zones):
    return [(z, p) for z, area in enumerate(zones) for p in np.flatnonzero(shapely.intersects_xy(area, xy))]


def square(step=1.0, x=0.0, y=0.0):
    """Return points on a lattice: many of them stand on the border of a zone with whole coordinates."""
    return np.stack(np.meshgrid(np.arange(SIDE) * step + x, np.arange(SIDE) * step + y), axis=-1).reshape(-1, 2)


def crooked(seed):
    rng = np.random.default_rng(seed)
    angles, reach = np.linspace(0, 6.2, 40), rng.uniform(10, 60, 40)
    star = shapely.Polygon(np.column_stack([60 + reach * np.cos(angles), 60 + reach * np.sin(angles)]))
    ring = shapely.difference(shapely.box(5, 5, 115, 115), shapely.box(20, 20, 100, 100.5))
    many = shapely.union_all([shapely.box(a, b, a + 3, b + 40) for a, b in rng.integers(0, 80, (9, 2))])
    beyond = shapely.Polygon(rng.uniform(-300, 400, (3, 2)))
    around = shapely.difference(shapely.box(-9, -9, 900, 900), shapely.box(30, 40, 31, 40))
    sliver = shapely.box(0, 59.9, 119, 60)
    return np.array([shapely.make_valid(star), ring, many, beyond, shapely.Polygon(), None, around, sliver], object)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("where", [{}, {"step": 0.25, "x": 30.0, "y": 40.0}, {"step": 3.0, "x": -100.0}])
def test_many_points_equal_a_test_of_each_alone(seed, where):
    xy, zones = square(**where), crooked(seed)
    assert len(xy) > points._MANY
    found = pairs(points_in(xy, zones))
    assert sorted(found) == one_by_one(xy, zones)
    assert [zone for zone, _ in found] == sorted(zone for zone, _ in found)


def test_few_points_equal_a_test_of_each_alone():
    xy, zones = square()[::13], crooked(1)
    assert sorted(pairs(points_in(xy, zones))) == one_by_one(xy, zones)


def test_many_points_at_one_place_far_from_the_borders():
    xy = np.full((points._MANY + 1, 2), 650_000.0)
    county = shapely.segmentize(shapely.box(4e5, 5e5, 9e5, 9e5), 1000)
    assert pairs(points_in(xy, np.array([county, shapely.box(0, 0, 1, 1)]))) == [(0, n) for n in range(len(xy))]


@pytest.mark.parametrize("number", [0, 1, 10_000])
def test_no_zones_and_no_points(number):
    xy = np.zeros((number, 2))
    for zones in ([], [shapely.Polygon()], [shapely.box(5, 5, 6, 6)]):
        assert pairs(points_in(xy, np.array(zones, object))) == []


def test_a_point_that_is_nowhere_lies_in_nothing():
    xy = square()
    xy[7] = np.nan
    found = pairs(points_in(xy, np.array([shapely.box(-1, -1, 1000, 1000)])))
    assert sorted(point for _, point in found) == [n for n in range(len(xy)) if n != 7]
