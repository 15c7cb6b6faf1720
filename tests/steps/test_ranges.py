"""Every number that rests on people or land that a model drew has a range, or stands here with the reason why not."""

import re
from fnmatch import fnmatch

import numpy as np
import pytest

from spatial.analysis.landuse import CLASSES
from spatial.analysis.ranges import range_names

WITHOUT: dict[tuple[str, str], str] = {
    ("rutnat", "*off_*min"): "of the minutes, those off the network: straight lines to given roads",
    **{
        ("rutnat", f"{kind}_*"): "a measured service, by given roads: no model in it"
        for kind in ("cottage_hospital", "health_centre", "hospital", "pharmacy", "station", "upper_secondary")
    },
    ("samst_belagna", "population_inv"): "a single cell of the model",
    ("befolkning", "population_inv"): "the municipality's people are given; every run keeps them exactly",
    ("kommuner", "population_inv"): "given, kept exactly",
    ("kommun_service", "population_inv"): "given, kept exactly",
    ("anslutning", "population_inv"): "given, kept exactly",
    ("service_inom", "total_inv"): "given, kept exactly",
    ("befolkning", "outside_inv"): "the model puts nobody outside the municipalities: 0 in every run",
    ("kommuner", "outside_inv"): "0 in every run",
    ("noder", "population_inv"): "the locality's own people, counted",
    ("noder_skal", "population_inv"): "the locality's own people, counted",
    ("noder_skal", "min_population_inv"): "a setting",
    ("noder", "stability_share"): "is itself the share of runs",
    ("strak", "employed_inv"): "only a measured grid has it: empty here",
    ("*", "threshold_min"): "a setting",
    ("strak", "minutes_min"): "from end to end of the road: no people in it",
    ("vagnat", "minutes_*"): "the road's: no people in it",
    ("*", "area_error_share"): "of the outlines, measured",
    ("konflikter*", "measure"): "of what plans draw, and of nodes whose levels carry their stability",
    ("plan_granskning", "measure"): "of what plans draw",
}
PEOPLE = re.compile(r".*_(inv|min|share)|share|share_.*")
RULED = re.compile(r"(facilities|grocery|fuel|parcels|library|school)_count")
ENDS = re.compile(r".*_(low|high)(_inv|_min)?")


def frames(image):
    """Yield every table, and every layer that has columns of its own: (name, frame)."""
    yield from image.indicators.items()
    for name, layer in image.layers.items():
        yield name, layer.frame


def demanded(frame):
    land = set(CLASSES.values()) & {str(name) for name in frame.columns}
    every = [str(name) for name in frame.columns]
    rests = [name for name in every if (PEOPLE.fullmatch(name) or name in land) and not ENDS.fullmatch(name)]
    rests += [name for name in every if name in {"measure", "support_measure", "against_measure", "strength"}]
    return rests + [name for name in every if RULED.fullmatch(name)]


def reason(name, column):
    return [key for key in WITHOUT if fnmatch(name, key[0]) and fnmatch(column, key[1])]


@pytest.fixture(scope="module")
def image(embedded):
    return embedded.image


def test_every_modelled_number_has_a_range_or_a_reason(image):
    lacking = [
        f"{name}.{column}"
        for name, frame in frames(image)
        for column in demanded(frame)
        if not reason(name, column) and not set(range_names(column)) <= {str(one) for one in frame.columns}
    ]
    assert not lacking


def test_no_reason_stands_for_what_has_a_range_or_is_gone(image):
    used = {
        key
        for name, frame in frames(image)
        for column in demanded(frame)
        for key in reason(name, column)
        if not set(range_names(column)) <= {str(one) for one in frame.columns}
    }
    assert used == set(WITHOUT)


def test_the_number_lies_in_its_range_and_most_ranges_are_no_points(image):
    seen = 0
    for name, frame in frames(image):
        for column in demanded(frame):
            low, high = range_names(column)
            if low not in frame:
                continue
            own, below, above = (frame[one].to_numpy(float) for one in (column, low, high))
            known = ~np.isnan(own) & (~np.isnan(below) if name.startswith("matris") else True)
            assert (below[known] <= own[known]).all(), (name, column)
            assert (own[known] <= above[known]).all(), (name, column)
            fixed = not own[known].any() or column == "vatten"
            assert fixed or (above[known] > below[known]).any(), (name, column)
            seen += int(known.sum())
    assert seen > 1000


def test_no_end_of_a_range_stands_without_its_number(image):
    for name, frame in frames(image):
        columns = {str(one) for one in frame.columns}
        ends = {end for one in columns for end in range_names(one)}
        assert {one for one in columns if ENDS.fullmatch(one)} <= ends, name


def test_totals_are_kept_where_no_range_is_given(image):
    given = {layer.meta.role: layer.frame for layer in image.inputs.values()}["municipal_totals"]["population_inv"]
    people = image.indicators["befolkning"]["population_inv"]
    assert (people == given.reindex(people.index)).all()
    assert (image.indicators["befolkning"]["outside_inv"] == 0).all()


def test_the_curve_and_the_thresholds_are_one(image):
    """The curve and the thresholds are counted on the same draws."""
    keys = ["zone", "service", "threshold_min"]
    curve = image.indicators["service_kurvor"].set_index(keys)
    shares = image.indicators["service_inom"].set_index(keys)
    both = curve.index.intersection(shares.index)
    assert len(both) == len(shares)
    columns = ["people_inv", "people_low_inv", "people_high_inv", "share", "share_low", "share_high"]
    np.testing.assert_allclose(curve.loc[both, columns], shares.loc[both, columns])


@pytest.mark.parametrize("fixture", ["vasterbotten", "small"])
def test_measured_people_have_no_range_columns(fixture, request):
    """The census is counted; flows by gravity are modelled all the same. The small region has a commuting table."""
    built = request.getfixturevalue(fixture)
    found = {
        f"{name}.{column}"
        for name, frame in frames(built.image)
        for column in frame.columns
        if ENDS.fullmatch(str(column)) and frame[column].notna().any()
    }
    flows = {f"{name}.flow_{end}_inv" for name in ("strak", "vagnat") for end in ("low", "high")}
    assert found == (flows if fixture == "vasterbotten" else set())
