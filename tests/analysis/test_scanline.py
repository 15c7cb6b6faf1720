import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spatial.analysis.scanline import covered, edges_of, rows_of

ROWS, COLS, SIZE = 7, 9, 1000.0
WEST, NORTH = 700_000.0, 7_100_000.0
NORTH_UP = Affine(SIZE, 0, WEST, 0, -SIZE, NORTH)
SOUTH_UP = Affine(SIZE, 0, WEST, 0, SIZE, NORTH - ROWS * SIZE)
# Whole and half cells put borders on the lines of the grid; the others lie anywhere, also beyond it.
lines = st.integers(-4, 24).map(lambda n: n / 2)
anywhere = st.floats(-3, 12, allow_subnormal=False)
corners = st.tuples(lines, lines) | st.tuples(anywhere, anywhere)


def squares(transform):
    row, col = np.indices((ROWS, COLS)).reshape(2, -1)
    x, y = transform.c + col * transform.a, transform.f + row * transform.e
    return shapely.box(x, np.minimum(y, y + transform.e), x + SIZE, np.maximum(y, y + transform.e))


def shares(zones, transform, blocks=((0, ROWS),)):
    found, edges = np.zeros((len(zones), ROWS, COLS + 1)), edges_of(np.array(zones, object), transform)
    for first, end in blocks:
        cut, runs = covered(edges, first, end)
        run, col = runs.cells()
        for zone, row, at, share in (cut[:4], (runs.zone[run], runs.row[run], col, runs.share[run])):
            assert ((row >= first) & (row < end)).all()
            within = (at >= 0) & (at < COLS)
            np.add.at(found, (zone[within], row[within], at[within]), share[within])
    return found[:, :, :COLS]


def by_shapely(zones, transform):
    areas = [shapely.area(shapely.intersection(squares(transform), zone)) / SIZE**2 for zone in zones]
    return np.array(areas).reshape(len(zones), ROWS, COLS)


def placed(cells):
    return shapely.transform(cells, lambda xy: xy * [SIZE, -SIZE] + [WEST, NORTH])


def polygon(points):
    """Return what the points' ring encloses: with holes and in several parts where it crosses itself."""
    valid = shapely.make_valid(placed(shapely.Polygon(points)))
    parts = [part for part in shapely.get_parts(valid) if shapely.area(part) > 0]
    return shapely.union_all(shapely.get_parts(np.array(parts, object))) if parts else shapely.Polygon()


polygons = st.lists(corners, min_size=3, max_size=9).map(polygon)


@example(zones=[polygon([(0, 0), (0, 1.5), (3, 1.5)])], south=False, cut=1)  # a border along a row, within its cells
@given(zones=st.lists(polygons, min_size=1, max_size=3), south=st.booleans(), cut=st.integers(1, ROWS - 1))
@settings(deadline=None, max_examples=80)
def test_equals_the_overlay_of_each_cell_however_the_rows_are_divided(zones, south, cut):
    transform = SOUTH_UP if south else NORTH_UP
    found = shares(zones, transform)
    np.testing.assert_allclose(found, by_shapely(zones, transform), atol=1e-9)
    assert (found >= 0).all()
    np.testing.assert_allclose(found, shares(zones, transform, ((0, cut), (cut, ROWS))), atol=1e-12)


# Eighths of a cell: a corner a hair's breadth from a line makes exactextract 0.3.0 lose a whole cell.
eighths = st.integers(-16, 88).map(lambda n: n / 8)


@given(zone=st.lists(st.tuples(eighths, eighths), min_size=3, max_size=9).map(polygon))
@settings(deadline=None, max_examples=40, derandomize=True)
def test_equals_exactextract(zone):
    box = {"xmin": WEST, "xmax": WEST + COLS * SIZE, "ymin": NORTH - ROWS * SIZE, "ymax": NORTH}
    source = NumPyRasterSource(np.zeros((ROWS, COLS)), **box, srs_wkt="EPSG:3006")
    frame = gpd.GeoDataFrame(geometry=[zone], crs="EPSG:3006")
    expected = np.zeros(ROWS * COLS)
    if zone.intersects(shapely.box(box["xmin"], box["ymin"], box["xmax"], box["ymax"])):
        said = exact_extract(source, frame, ["cell_id", "coverage"])[0]["properties"]
        expected[said["cell_id"].astype(int)] = said["coverage"]
    np.testing.assert_allclose(shares([zone], NORTH_UP)[0].ravel(), expected, atol=1e-6)  # its shares have 24 bits


def test_a_zone_within_a_cell_and_one_on_the_lines():
    small, whole = shapely.box(2.25, 3.5, 2.5, 3.75), shapely.box(1, 2, 4, 5)
    found = shares(placed(np.array([small, whole])), NORTH_UP)
    assert found[0].sum() == found[0, 3, 2] == 1 / 16
    expected = np.zeros((ROWS, COLS))
    expected[2:5, 1:4] = 1
    assert found[1].tolist() == expected.tolist()


def test_neighbours_share_each_cell_out():
    rng = np.random.default_rng(3)
    frame = shapely.box(0, 0, COLS, ROWS)
    points = shapely.multipoints(rng.uniform(0, ROWS, (12, 2)))
    parts = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame)), frame)
    np.testing.assert_allclose(shares(placed(parts), NORTH_UP).sum(axis=0), 1, atol=1e-12)


def test_far_from_the_grid_and_nothing_at_all():
    far = shapely.box(10_000, -10_003, 10_002, -10_001)
    edges = edges_of(np.array([placed(far)]), NORTH_UP)
    cut, runs = covered(edges, *rows_of(edges))
    assert rows_of(edges) == (-10_003, -10_001)
    assert cut.share.sum() + (runs.end - runs.begin).sum() == pytest.approx(4)
    for nothing in ([], [shapely.Polygon()], [None]):
        edges = edges_of(np.array(nothing, object), NORTH_UP)
        cut, runs = covered(edges, *rows_of(edges))
        assert len(cut.zone) == len(runs.zone) == 0


def test_rings_drawn_in_either_direction():
    ring, hole = [(0, 0), (6, 0), (6, 6), (0, 6)], [(2, 2), (4, 2), (4, 5), (2, 5)]
    drawn = [placed(shapely.Polygon(r, [h])) for r in (ring, ring[::-1]) for h in (hole, hole[::-1])]
    for zone in drawn:
        np.testing.assert_array_equal(shares([zone], NORTH_UP), by_shapely(drawn[:1], NORTH_UP))


def test_refuses_borders_that_are_nowhere():
    with pytest.raises(ValueError, match="not finite"):
        edges_of(np.array([shapely.Polygon([(0, 0), (np.inf, 0), (1, 1)])]), NORTH_UP)
