"""Cells of a population grid: squares and points give the same lattice, and what is no lattice is refused."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import LayerError
from spatial.inputs.cells import cells_of, masked_faults

CELLS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=20, unique=True)


def squares(pairs, side=1000, west=4_532_000, south=4_700_000, crs="EPSG:3035"):
    shapes = [
        shapely.box(west + c * side, south + r * side, west + (c + 1) * side, south + (r + 1) * side) for c, r in pairs
    ]
    return gpd.GeoDataFrame(
        {"population_inv": np.arange(1.0, len(pairs) + 1)}, geometry=shapes, crs=crs, index=range(1, len(pairs) + 1)
    )


@given(CELLS, st.sampled_from([250, 500, 1000]), st.randoms())
def test_squares_and_points_within_them_give_the_same_lattice(pairs, side, random):
    frame = squares(pairs, side)
    inside = [
        shapely.Point(box.bounds[0] + random.random() * side * 0.99, box.bounds[1] + random.random() * side * 0.99)
        for box in frame.geometry
    ]
    cells, grid = cells_of(frame, "rutor", 1000)
    others, same = cells_of(frame.set_geometry(gpd.GeoSeries(inside, index=frame.index, crs=frame.crs)), "rutor", side)
    assert same == grid
    assert (others[["row", "col"]] == cells[["row", "col"]]).all().all()
    assert list(cells.index) == list(frame.index)
    assert (grid.transform.c % side, grid.transform.f % side, grid.size_m) == (0, 0, side)
    assert cells.geometry.equals(frame.centroid.rename("geometry")) or np.allclose(
        shapely.get_coordinates(cells.geometry.to_numpy()), shapely.get_coordinates(frame.centroid.to_numpy())
    )


@given(CELLS, st.randoms())
def test_order_of_rows_does_not_matter_and_the_frame_is_left(pairs, random):
    frame = squares(pairs)
    order = list(frame.index)
    random.shuffle(order)
    before = frame.copy()
    cells, grid = cells_of(frame, "rutor", 1000)
    others, same = cells_of(frame.loc[order], "rutor", 1000)
    assert same == grid
    assert others.loc[frame.index, ["row", "col", "population_inv"]].equals(cells[["row", "col", "population_inv"]])
    assert frame.equals(before)


def keys(caught):
    return [(fault.key, fault.row) for fault in caught.value.faults]


def test_a_cell_that_comes_twice_is_named_by_both_rows():
    frame = squares([(0, 0), (1, 0), (0, 0)])
    with pytest.raises(LayerError) as caught:
        cells_of(frame, "rutor", 1000)
    assert keys(caught) == [("faults.cell_twice", "1"), ("faults.cell_twice", "3")]


def test_what_is_no_square_or_of_another_size_is_named():
    frame = squares([(0, 0), (1, 0), (2, 0)])
    frame.loc[2, "geometry"] = shapely.box(4_533_000, 4_700_000, 4_535_000, 4_701_000)
    with pytest.raises(LayerError) as caught:
        cells_of(frame, "rutor", 1000)
    assert keys(caught) == [("faults.not_square", "2")]


def test_squares_off_the_lattice_are_named():
    with pytest.raises(LayerError) as caught:
        cells_of(squares([(0, 0), (1, 0)], west=4_532_250), "rutor", 1000)
    assert keys(caught) == [("faults.off_lattice", "1"), ("faults.off_lattice", "2")]


def test_masked_cells_are_counted_and_no_zeros():
    frame = squares([(0, 0), (1, 0)])
    frame.loc[1, "population_inv"] = np.nan
    (fault,) = masked_faults(frame, "rutor")
    assert (fault.key, fault.count, fault.severity) == ("faults.masked_cells", 1, "warning")
    assert not masked_faults(squares([(0, 0)]), "rutor")
