"""Whole numbers in stretches, all at once: what positions between stated ends are."""

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


def ranges(low: IntArray, high: IntArray) -> IntArray:
    """Return ``low[0]..high[0]-1, low[1]..high[1]-1, ...`` as one array.

    Examples
    --------
    >>> ranges(np.array([0, 5]), np.array([2, 8])).tolist()
    [0, 1, 5, 6, 7]
    """
    count = high - low
    shift = np.repeat(low - np.r_[0, np.cumsum(count)[:-1]], count) if len(count) else np.zeros(0, np.int64)
    return np.asarray(np.arange(len(shift)) + shift, np.int64)
