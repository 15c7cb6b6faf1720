"""Ranges at a limit of one's own: as those at a limit of the image, of the same draws."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.analysis.asked_drawn import kept, kept_of, with_spot_ranges, with_undecided_range
from spatial.analysis.catchment import people_beyond
from spatial.analysis.ranges import Percentages

ENDS = Percentages(0, 100)


@pytest.fixture
def lived():
    """Return two runs of three cells in a row: the last is inhabited in the second run only."""
    rows = {
        "run": [0, 0, 1, 1, 1],
        "cell": [4, 9, 4, 9, 2],
        "municipality_code": ["a", "b", "a", "b", "b"],
        "population_inv": [10.0, 20.0, 12.0, 18.0, 7.0],
        "fuel_min": [29.0, 40.0, 31.0, 40.0, 33.0],
        "fuel_off_min": [2.0, 1.0, 2.0, 1.0, 8.0],
        "fuel_first": 0,
    }
    cells = pd.DataFrame({"row": np.zeros(10, int), "col": np.arange(10)})
    return kept(pd.DataFrame(rows), cells)


def test_what_is_kept_of_a_service(lived):
    assert list(lived.columns) == kept_of("fuel")
    assert lived["col"].tolist() == lived["cell"].tolist()


def test_undecided_are_counted_in_every_run(lived):
    first = lived[lived["run"] == 0].reset_index(drop=True)
    beyond = people_beyond(first, "fuel", 30, off_network_factor=2)
    told = with_undecided_range(beyond, lived, ("fuel", 30), 2, ENDS)
    assert told["undecided_inv"].to_dict() == {"a": 10, "b": 0, "alla": 10}  # 29 + 2 min would be beyond
    assert told["undecided_low_inv"].to_dict() == {"a": 10, "b": 0, "alla": 10}
    assert told["undecided_high_inv"].to_dict() == {"a": 12, "b": 7, "alla": 19}  # 31 − 1 and 33 − 4 would be within


def test_spots_have_the_people_of_every_run_near_their_cells(lived):
    shown = gpd.GeoDataFrame(
        {"row": [0, 0], "col": [4, 9]}, geometry=[shapely.Point(4.5, 0), shapely.Point(9.5, 0)], crs="EPSG:3006"
    )
    spot = gpd.GeoDataFrame(
        {"kind": ["far"], "people_inv": [20.0], "longest_min": [40.0]}, geometry=[shapely.box(9, -1, 10, 1)],
        crs="EPSG:3006",
    )  # fmt: skip
    row = with_spot_ranges(spot, lived, shown, ("fuel", 30), 5, ENDS).iloc[0]
    assert (row["people_low_inv"], row["people_high_inv"]) == (20, 30)  # 31 min at column 4 is five columns away
    assert (row["longest_low_min"], row["longest_high_min"]) == (40, 40)
    near = with_spot_ranges(spot, lived, shown, ("fuel", 30), 1, ENDS).iloc[0]
    assert (near["people_low_inv"], near["people_high_inv"]) == (18, 20)
