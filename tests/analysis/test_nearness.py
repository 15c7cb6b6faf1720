import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.nearness import metres_to_nearest, misplaced_people, nearest_m, people_near

CRS = "EPSG:3006"
xy = st.tuples(st.integers(-50, 50), st.integers(-50, 50))
people_at = st.lists(st.tuples(xy, st.integers(0, 100)), min_size=1, max_size=20)


def cells_frame(rows):
    points = gpd.points_from_xy([p[0] for p, _ in rows], [p[1] for p, _ in rows])
    return gpd.GeoDataFrame({"population_inv": [n for _, n in rows]}, geometry=points, crs=CRS)


@given(points=st.lists(xy, min_size=1, max_size=20))
@settings(deadline=None)
def test_pieces_give_the_same_distances_as_wholes(points):
    lake = shapely.Polygon([(-20, -20), (20, -20), (20, 20), (-20, 20)], [[(-5, -5), (5, -5), (5, 5), (-5, 5)]])
    road = shapely.LineString([(-40, 0), (-30, 10), (40, 45)])
    things = np.array([lake, shapely.MultiLineString([road]), shapely.Point(44, -44)], dtype=object)
    where = np.array(points, float)
    expected = shapely.distance(shapely.points(where)[:, None], things[None]).min(axis=1)
    np.testing.assert_allclose(nearest_m(where, things), expected, atol=1e-9)


def test_many_places_have_the_distances_of_each_alone_to_the_last_bit():
    rng = np.random.default_rng(3)
    xy = rng.uniform(0, 60_000, (3000, 2))
    roads = shapely.linestrings(rng.uniform(-9_000, 70_000, (40, 6, 2)))
    towns, lake = shapely.points(rng.uniform(0, 60_000, (9, 2))), shapely.Point(30_000, 30_000).buffer(9_000)
    for things in (roads, towns, np.array([lake, *towns, *roads], dtype=object)):
        expected = shapely.distance(shapely.points(xy)[:, None], things[None]).min(axis=1)
        np.testing.assert_array_equal(nearest_m(xy, things), expected)


def test_without_things_everything_is_infinitely_far():
    assert np.isinf(nearest_m(np.zeros((1, 2)), np.array([], dtype=object))).all()


@given(a=people_at, b=people_at, dx=st.integers(0, 9))
@settings(deadline=None)
def test_misplaced_is_symmetric_and_zero_on_itself(a, b, dx):
    one, other = cells_frame(a), cells_frame(b)
    moved = misplaced_people(one, other, 10, (dx, 0))
    assert moved == misplaced_people(other, one, 10, (dx, 0)) == misplaced_people(one.iloc[::-1], other, 10, (dx, 0))
    assert misplaced_people(one, one, 10, (dx, 0)) == 0
    assert moved <= (one["population_inv"].sum() + other["population_inv"].sum()) / 2


@given(rows=people_at, limit=st.integers(0, 60))
@settings(deadline=None)
def test_people_near_equals_a_count_one_by_one(rows, limit):
    cells = cells_frame(rows)
    target = cells_frame([((0, 0), 0), ((30, 30), 0)])
    by_hand = sum(n for (x, y), n in rows if min(np.hypot(x, y), np.hypot(x - 30, y - 30)) <= limit)
    assert people_near(cells, target, limit) == by_hand
    assert metres_to_nearest(cells, target).index.equals(cells.index)


def test_crs_must_agree():
    with pytest.raises(ValueError, match="CRS"):
        people_near(cells_frame([((0, 0), 1)]), cells_frame([((0, 0), 1)]).to_crs("EPSG:3035"), 1)
