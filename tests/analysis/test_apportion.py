import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.analysis.apportion import largest_remainder, morton_order, settle

shares = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=50).filter(lambda s: sum(s) > 1e-3)


@settings(deadline=None)
@given(weights=shares, total=st.integers(0, 100_000), seed=st.integers(0, 99))
def test_rounding_keeps_total_and_order_decides_nothing(weights, total, seed):
    order = np.arange(len(weights))
    people = largest_remainder(weights, total, order)
    assert people.sum() == total
    assert (np.abs(people - np.array(weights) / np.sum(weights) * total) <= 1 + 1e-6).all()
    mixed = np.random.default_rng(seed).permutation(len(weights))
    assert (largest_remainder(np.array(weights)[mixed], total, order[mixed]) == people[mixed]).all()


@pytest.mark.parametrize("bad", [[-1, 2], [np.nan, 1], [0, 0]])
def test_rounding_refuses(bad):
    with pytest.raises(ValueError, match="shares"):
        largest_remainder(bad, 5, [0, 1])


@settings(deadline=None)
@given(
    expected=st.lists(st.floats(0, 50), min_size=1, max_size=200),
    per_cell=st.floats(1, 50),
    spread=st.floats(0, 2),
    seed=st.integers(0, 9),
)
def test_settling_keeps_mass_and_puts_none_where_none_is_expected(expected, per_cell, spread, seed):
    cells = np.array(expected)
    before = cells.copy()
    order = np.arange(len(cells))
    settled = settle(cells, order, per_cell, spread, (seed,))
    assert settled.sum() == pytest.approx(cells.sum())
    assert (settled[cells == 0] == 0).all()
    assert (cells == before).all()
    mixed = np.random.default_rng(seed).permutation(len(cells))
    np.testing.assert_allclose(settle(cells[mixed], order[mixed], per_cell, spread, (seed,)), settled[mixed])


def test_settling_keeps_every_neighbourhood():
    settled = settle(np.ones(1000), np.arange(1000), 10.0, 0.0, (1,))
    assert 80 <= np.count_nonzero(settled) <= 100
    assert np.abs(settled.reshape(10, 100).sum(axis=1) - 100).max() <= 10 + 1e-9


def test_morton_is_unique_and_absolute():
    x, y = (a.ravel() * 1000.0 for a in np.meshgrid(np.arange(300, 330), np.arange(7000, 7040)))
    order = morton_order(x, y, 1000)
    assert len(np.unique(order)) == len(order)
    assert (morton_order(x[5:9], y[5:9], 1000) == order[5:9]).all()
