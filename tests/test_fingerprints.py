import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from spatial.fingerprints import (
    fingerprint_of_arrays,
    fingerprint_of_frame,
    fingerprint_of_values,
    fingerprints_of_features,
)


def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": ["Åsele", "Malå", None], "people_inv": [1700.0, 1950.0, np.nan]},
        geometry=[Point(1, 2), Point(3, 4), Point(5, 6)],
        index=["a", "b", "c"],
        crs="EPSG:3006",
    )


def test_known_value_on_every_machine():
    # Worked out once; another machine, another day, must give the same.
    assert fingerprint_of_values({"a": 1, "b": [1.5, "å", None]}) == "0f1ab1335c4c6f63f6c385754b9841a4"
    assert fingerprint_of_frame(frame()) == "d2c5beac73d69db28a18af3839eb86f4"


@given(st.permutations([0, 1, 2]), st.permutations(["name", "people_inv", "geometry"]))
def test_order_of_rows_and_columns_does_not_matter(rows, columns):
    assert fingerprint_of_frame(frame().iloc[rows][columns]) == fingerprint_of_frame(frame())


def test_missing_values_are_one_thing_and_numbers_by_value():
    other = frame()
    other["name"] = [*other["name"].tolist()[:2], np.nan]
    other["people_inv"] = pd.array([1700, 1950, None], dtype="Int64")
    assert fingerprint_of_frame(other) == fingerprint_of_frame(frame())


@pytest.mark.parametrize("change", ["value", "vertex", "id", "column", "missing"])
def test_one_change_changes_its_feature_and_no_other(change):
    before, other = fingerprints_of_features(frame()), frame()
    if change == "value":
        other.loc["b", "people_inv"] = 1951.0
    elif change == "vertex":
        other.loc["b", "geometry"] = Point(3, 4.001)
    elif change == "id":
        other = other.rename(index={"b": "B"})
    elif change == "missing":
        other.loc["b", "name"] = None
    else:
        other = other.rename(columns={"name": "namn"})
    after = fingerprints_of_features(other)
    changed = [i for i in range(3) if before.iloc[i] != after.iloc[i]]
    assert changed == ([0, 1, 2] if change == "column" else [1])
    assert fingerprint_of_frame(other) != fingerprint_of_frame(frame())


def test_text_is_not_number():
    assert fingerprint_of_frame(pd.DataFrame({"a": ["1"]})) != fingerprint_of_frame(pd.DataFrame({"a": [1]}))


def test_arrays_by_value_shape_and_name():
    one = fingerprint_of_arrays({"a": np.arange(6).reshape(2, 3)})
    assert one == fingerprint_of_arrays({"a": np.asfortranarray(np.arange(6).reshape(2, 3))})
    assert one != fingerprint_of_arrays({"a": np.arange(6).reshape(3, 2)})
    assert one != fingerprint_of_arrays({"b": np.arange(6).reshape(2, 3)})
