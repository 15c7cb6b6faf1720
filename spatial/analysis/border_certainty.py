"""Whether what faces what across a border is certain where the two plans are drawn to different versions of it."""

from typing import Final

import numpy as np
import numpy.typing as npt

from spatial.analysis.border_match import Shared
from spatial.analysis.border_uses import OUTSIDE, SILENT, UNKNOWN_USE, Uses
from spatial.model import FloatArray
from spatial.strategy import Compatibility

FAR_M: Final = 25.0
"""Boundaries nearer to each other than this are the same line."""
_MANY: Final = 3.0
_CALM: Final = 0.8
_PAST: Final = 0.1
_HALF: Final = 0.5
Texts = npt.NDArray[np.object_]
Places = npt.NDArray[np.bool_]
_NOTHING: Final = (SILENT, UNKNOWN_USE, OUTSIDE)


def by_place(
    shared: Shared, areas: tuple[Uses, Uses], shown: tuple[Texts, Texts], table: Compatibility
) -> tuple[Places, Places]:
    """Return where the land right beside the boundaries decides what the plans say, thin strips and all.

    Parameters
    ----------
    shared : Shared
    areas : tuple of Uses
        Both plans' areas of use.
    shown : tuple of ndarray
        What each side shows at each sample.
    table : Compatibility

    Returns
    -------
    tuple of ndarray of bool
        Where they say the same right beside their boundaries, or of land there that both cover (silence along the own
        boundary stays silence); and where they say of such land what does not go together.
    """
    same, clash = np.zeros(len(shared.s), bool), np.zeros(len(shared.s), bool)
    ask = np.flatnonzero((shown[0] != shown[1]) & (shown[0] != SILENT) & (shown[1] != SILENT))
    beside = areas[0].at(shared.a.just[ask])[0], areas[1].at(shared.b.just[ask])[0]
    same[ask] = (beside[0] == beside[1]) & np.isin(beside[0], _NOTHING, invert=True)
    ask = ask[shared.apart_m[ask] > FAR_M]
    for points in (shared.a.just[ask], shared.b.just[ask]):
        if not len(points):
            continue
        here, there = (uses.at(points)[0] for uses in areas)
        told = ~np.isin(here, _NOTHING) & ~np.isin(there, _NOTHING)
        same[ask] |= told & (here == there)
        apart = [_least(one, other, table) > 0 for one, other in zip(here[told], there[told], strict=True)]
        clash[ask[told]] |= np.asarray(apart, bool)
    return same, clash


def _least(one: str, other: str, table: Compatibility) -> int:
    return min(table.of(x, y) for x in one.split(";") for y in other.split(";"))


def certain(
    shared: Shared, run: tuple[int, int], shown: tuple[Texts, Texts], clash: Places, tolerance_m: float
) -> bool:
    """Return whether a stretch of conflict is one, however the two boundaries are matched.

    Parameters
    ----------
    shared : Shared
    run : tuple of int
        The stretch's first sample, and the one after its last.
    shown : tuple of ndarray
        What each side shows at each sample.
    clash : ndarray of bool
        Where both plans say of the same land what does not go together.
    tolerance_m : float
        What is shorter is no finding.

    Returns
    -------
    bool
        True where the boundaries are one line, or both plans clash on the same land. Else a match may be wrong along
        the border by as much as the boundaries lie apart: True where no match within that lets a use meet its like
        on the other side, and the stretch is either longer than thrice that, or lies between stretches, on both
        sides, where the plans agree.
    """
    first, last = run
    apart = float(shared.apart_m[first:last].max())
    if apart <= FAR_M or clash[first:last].mean() >= _HALF:
        return True
    start, end = shared.edges[first], shared.edges[last]
    low = int(np.searchsorted(shared.s, start - apart))
    high = int(np.searchsorted(shared.s, end + apart))
    (one, other), metres = shown, np.diff(shared.edges)
    mine, theirs = _named(one[first:last]), _named(other[first:last])
    if mine & _named(other[low:high]) or theirs & _named(one[low:high]):
        return False
    if end - start >= tolerance_m + _MANY * apart:
        return True
    agreed = (one == other) & (one != SILENT) & (one != UNKNOWN_USE)
    goes_on = np.isin(one, list(mine)), np.isin(other, list(theirs))
    past = np.where(goes_on[0], shared.a.length_m, 0.0) + np.where(goes_on[1], shared.b.length_m, 0.0)
    beyond = np.flatnonzero(past == 0)
    return all(
        _calm(run, side, past, metres, agreed, apart) for side in (beyond[beyond < first][::-1], beyond[beyond >= last])
    )


def _calm(
    run: tuple[int, int], side: npt.NDArray[np.intp], past: FloatArray, metres: FloatArray, agreed: Places, apart: float
) -> bool:
    """Return whether the plans agree beside a stretch, as far as the boundaries lie apart.

    ``side``: the samples on one side of it where neither of its uses goes on past the other's end, nearest first. They
    may go on a little (``past``, in the plan's own metres): the matching is never exact.
    """
    if not len(side):
        return False
    between = slice(side[0] + 1, run[0]) if side[0] < run[0] else slice(run[1], side[0])
    around = side[: int(np.searchsorted(np.cumsum(metres[side]), apart)) + 1]
    near = past[between].sum() <= _PAST * apart + metres.max()
    wide = metres[around].sum() >= _HALF * apart
    return bool(near and wide and metres[around][agreed[around]].sum() >= _CALM * metres[around].sum())


def _named(uses: Texts) -> set[str]:
    return {part for use in set(uses) for part in str(use).split(";") if part}
