import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.runs import classes_of, numbers_in
from spatial.analysis.scanline import Runs


def drawn_runs(seed, rows, cols, count=40):
    """Return runs here and there, some of them wholly or partly outside a raster."""
    rng = np.random.default_rng(seed)
    begin = rng.integers(-5, cols + 5, count)
    row, end = rng.integers(-2, rows + 2, count), begin + rng.integers(1, cols + 4, count)
    return Runs(rng.integers(0, 4, count), row, begin, end, np.ones(count))


@given(seed=st.integers(0, 10_000), rows=st.integers(1, 5), cols=st.integers(1, 40))
@settings(deadline=None, max_examples=60)
def test_equals_a_count_of_each_run_alone(seed, rows, cols):
    values = np.random.default_rng(seed).integers(0, 5, (rows, cols)).astype(np.uint8)
    runs, column = drawn_runs(seed, rows, cols), {1: 0, 4: 1, 2: 0}
    found = np.zeros((len(runs.row), 3), int)
    for number, counts in numbers_in(values, runs, column, 2):
        found[:, number] += counts
    for position, (row, begin, end) in enumerate(zip(runs.row, runs.begin, runs.end, strict=True)):
        there = values[row, max(begin, 0) : max(end, 0)] if 0 <= row < rows else values[0, :0]
        known = [int(np.isin(there, (1, 2)).sum()), int((there == 4).sum())]
        assert found[position].tolist() == [*known, end - begin - sum(known)]


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64])
@pytest.mark.parametrize("known", [(1, 2, 5), (0, 70_000), (-7, 3), (2**31 - 1, 2**31 - 3), (2**40,), (), (2**63,)])
def test_every_value_counts_as_its_class(kind, known):
    limits = np.iinfo(kind)
    column = {value: place for place, value in enumerate(known) if limits.min <= value <= limits.max}
    near = [value + step for value in known for step in (-1, 0, 1)]
    every = [value for value in (*near, limits.min, limits.max, 0, 9) if limits.min <= value <= limits.max]
    values = np.random.default_rng(1).choice(np.array(every, kind), (20, 7))
    expected = [[column.get(int(value), len(known)) for value in row] for row in values]
    row, col = np.indices(values.shape).reshape(2, -1)
    found = classes_of(values, row, col, column, len(known))
    assert found.reshape(values.shape).tolist() == expected
    lines = np.arange(20)
    runs = Runs(lines, lines, np.zeros(20, int), np.full(20, 7), np.ones(20))
    for number, counts in numbers_in(values, runs, column, len(known)):
        assert counts.tolist() == [line.count(number) for line in expected]
