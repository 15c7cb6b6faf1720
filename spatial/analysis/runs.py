"""How many cells of each class lie in runs of a raster's rows, read once a class whatever the number of runs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from spatial.analysis.scanline import Runs

IntArray = npt.NDArray[np.integer]
Words = npt.NDArray[np.uint64]

_WORD: Final = 8
"""Cells that one multiplication counts: a byte each."""
_ONES: Final = np.uint64(0x0101010101010101)
_TOP_BYTE: Final = np.uint64(56)
_FROM: Final = np.triu(np.ones((_WORD, _WORD), np.uint8)).view(np.uint64).ravel()
"""The cells of a word from its first, second … eighth on, in the machine's own order of bytes."""


def classes_of(
    values: IntArray, row: npt.NDArray[np.int64], col: npt.NDArray[np.int64], column: Mapping[int, int], other: int
) -> npt.NDArray[np.int64]:
    """Return the column of the value of each cell; ``other`` where the value has none or the raster does not reach.

    Examples
    --------
    >>> classes_of(np.array([[7, 9]]), np.array([0, 0, 0]), np.array([0, 1, 2]), {7: 0}, 1).tolist()
    [0, 1, 1]
    """
    found = np.full(len(row), other)
    within = np.flatnonzero((row >= 0) & (row < values.shape[0]) & (col >= 0) & (col < values.shape[1]))
    if not len(within) or not column:
        return found
    known = np.array(sorted(column), values.dtype)
    columns = np.array([column[value] for value in sorted(column)])
    there = values[row[within], col[within]]
    at = np.minimum(np.searchsorted(known, there), len(known) - 1)
    found[within] = np.where(known[at] == there, columns[at], other)
    return found


def numbers_in(
    values: IntArray, runs: Runs, column: Mapping[int, int], other: int
) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Yield a column and how many cells of it each run holds: for each value, and last for all others together.

    Parameters
    ----------
    values : ndarray
        Whole numbers. What of a run lies outside has no value.
    runs : Runs
        Of :func:`spatial.analysis.scanline.covered`.
    column : Mapping
        Of each value that is counted; all within the limits of the values' type.
    other : int
        The column of all others.

    Examples
    --------
    >>> runs = Runs(np.array([0]), np.array([0]), np.array([1]), np.array([5]), np.array([1.0]))
    >>> [(number, counts.tolist()) for number, counts in numbers_in(np.array([[7, 7, 9, 7]]), runs, {7: 0}, 1)]
    [(0, [2]), (1, [2])]
    """
    rest = runs.end - runs.begin
    rows, cols = values.shape
    begin, end = np.clip(runs.begin, 0, cols), np.clip(runs.end, 0, cols)
    within = np.flatnonzero((runs.row >= 0) & (runs.row < rows) & (begin < end))
    if len(within):
        row, begin, end = runs.row[within], begin[within], end[within]
        top, left = int(row.min()), int(begin.min())
        window = values[top : int(row.max()) + 1, left : int(end.max())]
        for value, counted in zip(column, _counted(window, column, row - top, begin - left, end - left), strict=True):
            numbers = np.zeros(len(rest), np.int64)
            numbers[within] = counted
            rest = rest - numbers
            yield column[value], numbers
    yield other, rest


def _counted(
    window: IntArray,
    values: Iterable[int],
    row: npt.NDArray[np.int64],
    begin: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
) -> Iterator[npt.NDArray[np.int64]]:
    """Yield how often each value stands in each run, as the difference of two counts from the row's beginning."""
    rows, cols = window.shape
    words = cols // _WORD + 1
    hit = np.zeros((rows, words * _WORD), bool)
    marks: Words = hit.view(np.uint64)
    through = np.zeros_like(marks)
    ends = [(row * words + col // _WORD, _FROM[col % _WORD]) for col in (begin, end)]
    for value in values:
        np.equal(window, value, out=hit[:, :cols])
        # A byte a cell: the multiplication adds the eight up in the highest byte.
        np.right_shift(np.multiply(marks, _ONES, out=through), _TOP_BYTE, out=through)
        np.cumsum(through, axis=1, out=through)
        to_begin, to_end = (
            through.ravel()[word] - ((marks.ravel()[word] & later) * _ONES >> _TOP_BYTE) for word, later in ends
        )
        yield (to_end - to_begin).astype(np.int64)
