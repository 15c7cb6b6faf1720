"""What two plans say face to face along a shared line: agreement, conflict, silence; and how sure the match is."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from shapely.ops import substring

from spatial.analysis.border_certainty import by_place, certain
from spatial.analysis.border_frames import AGREED, CONFLICT, LENGTHS, QUIET, UNCERTAIN, UNCLEAR, Row
from spatial.analysis.border_match import Shared
from spatial.analysis.border_uses import SILENT, UNKNOWN_USE, Uses
from spatial.model import FloatArray
from spatial.strategy import Compatibility

_BRIDGED: Final = 4.0
Key = tuple[str, ...]
Texts = npt.NDArray[np.object_]
Shown = tuple[Texts, Texts]
"""The use and the area's id that a side shows at each sample."""


def faces(
    shared: Shared, areas: tuple[Uses, Uses], shown: tuple[Shown, Shown], table: Compatibility, tolerance: float
) -> tuple[list[Row], Row]:
    """Return the stretches of conflict and silence along a shared line, and the metres of everything.

    Parameters
    ----------
    shared : Shared
    areas : tuple of Uses
        Both plans' areas of use.
    shown : tuple
        What each side shows at each sample.
    table : Compatibility
    tolerance : float
        Metres; shorter stretches are left out.

    Returns
    -------
    list of dict
        Rows of :func:`spatial.analysis.borders.compared`, with ``certain``.
    dict
        A row of its lengths.
    """
    (use_a, _), (use_b, _) = shown
    same, clash = by_place(shared, areas, (use_a, use_b), table)
    keys = [_key(x, y, table) if not s else (AGREED,) for x, y, s in zip(use_a, use_b, same, strict=True)]
    metres = np.diff(shared.edges)
    kinds = np.asarray([key[0] for key in keys], object)
    keys = _bridged(keys, metres, min(tolerance / _BRIDGED, table.borders.step_m.value))
    found: list[Row] = []
    for first, last in _runs(keys):
        key = keys[first]
        if key[0] not in {CONFLICT, QUIET}:
            continue
        sure = key[0] == QUIET or certain(shared, (first, last), (use_a, use_b), clash, tolerance)
        if not sure:
            kinds[first:last] = UNCERTAIN
        row = _row(key, shared, (first, last), shown, table) | {"certain": sure}
        if row["length_m"] >= tolerance:
            found.append(row)
    said = {"plan_a": shared.a.plan, "plan_b": shared.b.plan, "length_m": float(metres.sum())}
    return found, said | {kind: float(metres[kinds == kind].sum()) for kind in LENGTHS}


def _row(key: Key, shared: Shared, run: tuple[int, int], shown: tuple[Shown, Shown], table: Compatibility) -> Row:
    first, last = run
    stretch = slice(first, last)
    (use_a, ids_a), (use_b, ids_b) = shown
    sizes = float(shared.a.length_m[stretch].sum()), float(shared.b.length_m[stretch].sum())
    quiet = key[0] == QUIET
    return {
        "kind": key[0],
        "plan_a": shared.a.plan,
        "plan_b": shared.b.plan,
        "silent": key[1] if quiet else "",
        "severity": table.borders.silent_severity if quiet else int(key[3]),
        "feature_a": _listed(ids_a[stretch]),
        "feature_b": _listed(ids_b[stretch]),
        "pivot_a": _listed(use_a[stretch]) if quiet else key[1],
        "pivot_b": _listed(use_b[stretch]) if quiet else key[2],
        "length_m": _length(key, sizes),
        "length_a_m": sizes[0],
        "length_b_m": sizes[1],
        "apart_m": float(shared.apart_m[stretch].max()),
        "chainage_m": float(shared.edges[first]),
        "boundary_a": shared.a.basis,
        "boundary_b": shared.b.basis,
        "geometry": substring(shared.line, shared.edges[first], shared.edges[last]),
    }


def _key(one: str, other: str, table: Compatibility) -> Key:
    """Return what two uses face to face are: the kind, and what must stay the same for it to be one finding."""
    if SILENT in {one, other}:
        return (QUIET, "a;b" if one == other else "a" if one == SILENT else "b")
    if UNKNOWN_USE in {one, other}:
        return (UNCLEAR,)
    worst = [table.of(x, y) for x in one.split(";") for y in other.split(";")]
    if min(worst) > 0:
        return (CONFLICT, one, other, str(min(worst)))
    return (UNCLEAR,) if max(worst) > 0 else (AGREED,)


def _length(key: Key, sizes: tuple[float, float]) -> float:
    """Return a stretch's length: where one plan is silent in its own boundary, else the mean of both."""
    if key[0] == QUIET and key[1] != "a;b":
        return sizes[0] if key[1] == "a" else sizes[1]
    return sum(sizes) / 2


def _listed(values: npt.NDArray[np.object_]) -> str:
    return ";".join(sorted({part for value in values if value for part in str(value).split(";")}))


def _runs(keys: Sequence[Key]) -> list[tuple[int, int]]:
    cuts = [0, *(i for i in range(1, len(keys)) if keys[i] != keys[i - 1]), len(keys)]
    return list(pairwise(cuts))


def _bridged(keys: list[Key], metres: FloatArray, limit_m: float) -> list[Key]:
    """Return the keys with short interruptions of one and the same finding filled."""
    runs, filled = _runs(keys), list(keys)
    for before, (first, last), after in zip(runs, runs[1:], runs[2:], strict=False):
        key = keys[before[0]]
        if key[0] in {CONFLICT, QUIET} and key == keys[after[0]] and metres[first:last].sum() < limit_m:
            filled[first:last] = [key] * (last - first)
    return filled
