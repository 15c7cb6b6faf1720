"""What each role asks: columns, numbers, and the rows that do not fit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.inputs.roles import (
    ROLES,
    as_texts,
    column_faults,
    interest_faults,
    is_numeric,
    service_faults,
    with_numbers,
)


def rows(**columns):
    frame = pd.DataFrame(columns)
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


@pytest.mark.parametrize("role", ROLES)
def test_every_required_column_is_missed_by_name(role):
    faults = column_faults([], role, "lager", ["a", "b"])
    for fault, name in zip(faults, ROLES[role].required, strict=True):
        assert f"kolumnen {name} behövs" in fault.sentence()
        assert "a, b" in fault.sentence()
    assert not column_faults(ROLES[role].required, role, "lager", [])


@pytest.mark.parametrize(
    ("given", "number"),
    [("12", 12.0), ("12,5", 12.5), ("1\u00a0200", 1200.0), (" 7 ", 7.0), ("yes", 1.0), ("nej", 0.0), ("-1", -1.0)],
)
def test_numbers_as_people_write_them(given, number):
    frame, faults = with_numbers(rows(length_km=[given]), "railways", "spar")
    assert frame["length_km"].tolist() == [number]
    assert not faults


def test_what_is_no_number_is_named_by_row():
    frame, faults = with_numbers(
        rows(code=["1", "2", "3"], population_inv=["5", "många", "-2"]), "municipal_totals", "f"
    )
    assert [(fault.key, fault.row) for fault in faults] == [
        ("faults.not_number", "2"), ("faults.negative_people", "3"),
    ]  # fmt: skip
    assert "många" in faults[0].sentence()
    assert np.isnan(frame.loc[2, "population_inv"])


def test_open_road_data_may_say_odd_things_and_they_are_counted():
    frame, faults = with_numbers(rows(speed_kmh=["50", "walk", "signals", None]), "roads", "vagar")
    assert frame["speed_kmh"].tolist()[0] == 50.0
    assert frame["speed_kmh"].isna().sum() == 3
    assert [(fault.key, fault.count, fault.severity) for fault in faults] == [("faults.number_left_out", 2, "warning")]


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**7), st.text(alphabet="0123456789", min_size=1, max_size=9))))
def test_codes_stay_as_they_are_written(values):
    texts = as_texts(pd.Series(values, dtype=object)).tolist()
    assert texts == [None if value is None else str(value) for value in values]


@given(st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1))
def test_numbers_keep_value_index_and_frame(values):
    frame = rows(population_inv=values)
    before = frame.copy()
    out, faults = with_numbers(frame, "population_grid", "rutor")
    assert out["population_inv"].tolist() == values
    assert out.index.equals(frame.index)
    assert frame.equals(before)
    assert not faults


def test_unknown_services_are_counted_and_all_is_too_many():
    frame = rows(service_type=["pharmacy", "bageri", None])
    (fault,) = service_faults(frame, "service", ["pharmacy"])
    assert (fault.count, fault.severity) == (2, "warning")
    assert "bageri" in fault.sentence()
    (fault,) = service_faults(frame.iloc[1:], "service", ["pharmacy"])
    assert fault.severity == "error"
    assert not service_faults(frame.iloc[:1], "service", ["pharmacy"])


def test_interests_of_no_known_kind_are_counted_and_all_is_too_many():
    frame = rows(code=["ri_naturvard", "Naturvård"])
    (fault,) = interest_faults(frame, "riksintressen", ["ri_naturvard"])
    assert (fault.count, fault.severity) == (1, "warning")
    assert "Naturvård" in fault.sentence()
    assert interest_faults(frame.iloc[1:], "riksintressen", ["ri_naturvard"])[0].severity == "error"


def test_units_tell_numbers():
    assert [is_numeric(name) for name in ("land_km2", "departures_per_day", "name", "code", "oneway")] == [
        True, True, False, False, True,
    ]  # fmt: skip
