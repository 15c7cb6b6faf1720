"""Whole people out of shares: rounding that keeps totals, and sparse settlement that keeps mass where it belongs."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def largest_remainder(shares: npt.ArrayLike, total: int, order: npt.ArrayLike) -> IntArray:
    """Return whole numbers in proportion to shares that add up to the total exactly (Hamilton's method).

    Parameters
    ----------
    shares : array_like
        Non-negative, not all 0 unless the total is 0.
    total : int
        What the result sums to.
    order : array_like
        Who comes first where remainders tie: the smallest.

    Returns
    -------
    ndarray of int64
        On the positions of ``shares``; each within 1 of its exact share.

    Raises
    ------
    ValueError
        If a share is negative or not finite, or all are 0 and the total is not.

    Examples
    --------
    >>> largest_remainder([1, 1, 1], 5, [0, 1, 2]).tolist()
    [2, 2, 1]
    """
    weight = np.asarray(shares, float)
    whole = float(weight.sum())
    if not np.isfinite(weight).all() or (weight < 0).any() or (whole == 0 and total):
        message = "shares must be finite, non-negative and not all zero"
        raise ValueError(message)
    if not total:
        return np.zeros(len(weight), np.int64)
    exact = weight / whole * total
    people = np.floor(exact + 1e-9).astype(np.int64)
    # Rounded, so that the last bits of a sum made in another order decide nothing.
    remainder = np.round(exact - people, 9)
    first = np.lexsort((np.asarray(order), -remainder))
    people[first[: total - int(people.sum())]] += 1
    return people


def morton_order(x: npt.ArrayLike, y: npt.ArrayLike, size_m: float) -> IntArray:
    """Return each cell's place on the Z-shaped curve through the lattice: near on it is near on the ground.

    Parameters
    ----------
    x, y : array_like
        Non-negative metres (EPSG:3006).
    size_m : float
        The side of a cell.

    Returns
    -------
    ndarray of int64
        Unique for each cell of the lattice, whatever part of it is asked for.

    Notes
    -----
    Method: G. M. Morton (1966), A computer oriented geodetic data base.

    Examples
    --------
    >>> morton_order([0, 1000, 0, 1000], [0, 0, 1000, 1000], 1000).tolist()
    [0, 1, 2, 3]
    """
    code = np.zeros(np.shape(x), np.int64)
    for values, shift in ((x, 0), (y, 1)):
        number = np.floor_divide(np.asarray(values, float), size_m).astype(np.int64)
        for bit in range(24):
            code |= ((number >> bit) & 1) << (2 * bit + shift)
    return code


def settle(
    expected: FloatArray, order: IntArray, people_per_cell: float, size_spread: float, seed: tuple[int, ...]
) -> FloatArray:
    """Return the expected people gathered into few cells, so that most are empty, as the countryside is.

    Settlements of log-normal sizes are laid out along the curve that ``order`` describes, each into a cell of the
    stretch whose expected people it gathers; so every neighbourhood keeps its people to within a settlement.

    Parameters
    ----------
    expected : ndarray
        Expected people in each cell.
    order : ndarray of int
        The cells' places on a curve through them: ``morton_order``.
    people_per_cell : float
        Mean size of a settlement.
    size_spread : float
        Standard deviation of the logarithm of their sizes.
    seed : tuple of int
        The same seed, the same settlements.

    Returns
    -------
    ndarray
        People on the positions of ``expected``, summing to the same.

    Notes
    -----
    Systematic sampling with probability in proportion to size along a space-filling curve: Stevens and Olsen
    (2004), Spatially balanced sampling of natural resources, JASA 99.

    Examples
    --------
    >>> settle(np.full(8, 1.0), np.arange(8), 4.0, 0.0, (1,)).sum().item()
    8.0
    """
    total = float(expected.sum())
    settled = np.zeros(len(expected))
    if total <= 0:
        return settled
    count = max(1, round(total / people_per_cell))
    draws = np.random.default_rng(list(seed)).random((3, count))
    quantile = (np.argsort(draws[0], kind="stable") + draws[1]) / count
    sizes = np.exp(size_spread * _normal_quantile(quantile))
    sizes *= total / sizes.sum()
    place = np.cumsum(sizes) - sizes * draws[2]
    along = np.argsort(order, kind="stable")
    ends = np.cumsum(expected[along])
    position = np.minimum(np.searchsorted(ends, place), int(np.searchsorted(ends, ends[-1])))
    np.add.at(settled, along[position], sizes)
    return settled


def _normal_quantile(share: FloatArray) -> FloatArray:
    from scipy.special import ndtri

    return np.asarray(ndtri(share), float)
