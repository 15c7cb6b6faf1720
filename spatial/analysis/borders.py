"""What neighbouring plans say across their shared border: agreement, conflict, silence, links that stop.

The border is one line that both plans are matched to; lengths are measured in each plan's own boundary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from spatial.analysis.border_lines import (
    Shared,
    Side,
    areas_of_use,
    matched,
    neighbours,
    shared_lines,
)
from spatial.analysis.border_links import link_findings
from spatial.analysis.border_uses import SILENT, UNKNOWN_USE, Uses, effective, said_same
from spatial.analysis.plan_outlines import Outline, outline_of
from spatial.geo import ANALYSIS_CRS, same_crs, to_crs
from spatial.model import FloatArray
from spatial.strategy import Compatibility

CONFLICT: Final = "konflikt"
QUIET: Final = "tyst plan"
AGREED: Final = "överens"
UNCLEAR: Final = "oklart"
FINDINGS: Final = (
    "kind", "plan_a", "plan_b", "feature_a", "feature_b", "pivot_a", "pivot_b", "silent", "severity", "length_m",
    "length_a_m", "length_b_m", "chainage_m", "boundary_a", "boundary_b", "geometry",
)  # fmt: skip
LENGTHS: Final = (AGREED, CONFLICT, QUIET, UNCLEAR)
_BRIDGED: Final = 4.0
_SAMPLES: Final = 5.0
_FINEST_M: Final = 5.0
Key = tuple[str, ...]


@dataclass(frozen=True)
class _Drawn:
    """The plans that are compared, the outlines they are drawn to, and the lines between them."""

    areas: Mapping[str, Uses]
    outlines: Mapping[str, Outline]
    reference: Mapping[str, shapely.Geometry]


def borders(
    features: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    table: Compatibility,
    *,
    tolerance_m: float | None = None,
    versions: Sequence[gpd.GeoDataFrame] = (),
    own: Mapping[str, shapely.Geometry] | None = None,
) -> gpd.GeoDataFrame:
    """Return the findings of :func:`compared`."""
    return compared(features, municipalities, table, tolerance_m=tolerance_m, versions=versions, own=own)[0]


def compared(
    features: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    table: Compatibility,
    *,
    tolerance_m: float | None = None,
    versions: Sequence[gpd.GeoDataFrame] = (),
    own: Mapping[str, shapely.Geometry] | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return what neighbouring plans say across their shared borders.

    Parameters
    ----------
    features : GeoDataFrame
        Plan features: index unique ids, ``plan_id``, ``aspect``, ``pivot``, ``pivot_options``, ``time``; any CRS.
    municipalities : GeoDataFrame
        The outlines that borders are found in, index = ``plan_id``; neighbours outside the county too. A plan
        without an outline here is given the one its areas cover.
    table : Compatibility
        Severity of each pair of uses, the families of links, and the parameters.
    tolerance_m : float, optional
        Faults shorter than this along the border give nothing. Default the table's.
    versions : sequence of GeoDataFrame
        Other drawings of the same outlines that plans may follow (index = ``plan_id``).
    own : mapping, optional
        Outlines that came with plans, by ``plan_id``, EPSG:3006.

    Returns
    -------
    findings : GeoDataFrame
        EPSG:3006; index id; ``kind`` (*konflikt*, *tyst plan*, *länk som stannar*, *brutet grönt samband*),
        ``plan_a`` < ``plan_b``, ``feature_a``, ``feature_b`` (ids, ";"-separated), ``pivot_a``, ``pivot_b``,
        ``silent`` (the plans that say nothing), ``severity`` (1 to 3), ``length_m`` (of a link: to the nearest that
        goes on across the border, or the whole border where none does), ``length_a_m`` and ``length_b_m`` (in each
        plan's own boundary), ``chainage_m``, ``boundary_a``, ``boundary_b`` (how each boundary is known),
        ``geometry`` (the stretch of the shared border). The same whichever plan comes first.
    lengths : DataFrame
        A row for each pair: ``plan_a``, ``plan_b``, ``length_m`` and metres of *överens*, *konflikt*, *tyst plan*
        and *oklart* (a category unknown or ambiguous): silence is not agreement.
    """
    if features.crs is not None and not same_crs(features.crs, ANALYSIS_CRS):
        features = to_crs(features)
    tolerance = table.borders.tolerance_m.value if tolerance_m is None else tolerance_m
    drawn = _drawn(features, municipalities, table, versions, own or {})
    findings: list[dict[str, object]] = []
    lengths: list[dict[str, object]] = []
    links = features[features["aspect"].isin(["anvandning", "inriktning"])].sort_index()
    for one, other in neighbours(drawn.reference, table.borders.max_shift_m.value):
        for shared in _shared(one, other, drawn, table, tolerance):
            made, said = _along(shared, drawn, table, tolerance)
            findings += made
            lengths.append(said)
            sides = {one: _uses(shared.a, drawn.areas[one], tolerance, table)[0]}
            sides[other] = _uses(shared.b, drawn.areas[other], tolerance, table)[0]
            findings += link_findings(shared, links, sides, table, tolerance)
    return _framed(findings), _totals(lengths)


def _drawn(
    features: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    table: Compatibility,
    versions: Sequence[gpd.GeoDataFrame],
    own: Mapping[str, shapely.Geometry],
) -> _Drawn:
    known = [version.geometry.set_axis(version.index.astype(str)) for version in (municipalities, *versions)]
    areas, outlines, reference = {}, {}, {}
    for plan in sorted(features["plan_id"].unique()):
        frame = areas_of_use(features, plan)
        areas[plan] = Uses(frame)
        outlines[plan] = outline_of(frame.geometry.to_numpy(), plan, known, table.borders.same_outline_m.value, own)
        reference[plan] = known[0][plan] if plan in known[0].index else outlines[plan].area
    return _Drawn(areas, outlines, reference)


def _shared(one: str, other: str, drawn: _Drawn, table: Compatibility, tolerance: float) -> list[Shared]:
    thirds = np.asarray([area for plan, area in drawn.reference.items() if plan not in {one, other}], object)
    lines = shared_lines(drawn.reference[one], drawn.reference[other], thirds, table.borders.max_shift_m.value)
    step = max(_FINEST_M, min(table.borders.step_m.value, tolerance / _SAMPLES))
    depth = min(tolerance, table.borders.depth_m.value)
    pair = (drawn.outlines[one], drawn.outlines[other])
    return [matched(line, pair, (one, other), step, depth) for line in lines]


def _uses(
    side: Side, uses: Uses, tolerance: float, table: Compatibility
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    found = effective(side, uses)
    found[0][side.apart_m > max(table.borders.max_shift_m.value, tolerance)] = SILENT
    return found


def _along(
    shared: Shared, drawn: _Drawn, table: Compatibility, tolerance: float
) -> tuple[list[dict[str, object]], dict[str, object]]:
    a, b = shared.a, shared.b
    use_a, ids_a = _uses(a, drawn.areas[a.plan], tolerance, table)
    use_b, ids_b = _uses(b, drawn.areas[b.plan], tolerance, table)
    same = said_same(a, b, drawn.areas[a.plan], drawn.areas[b.plan], use_a, use_b)
    keys = [_key(x, y, table) if not s else (AGREED,) for x, y, s in zip(use_a, use_b, same, strict=True)]
    metres = np.diff(shared.edges)
    said = {"plan_a": a.plan, "plan_b": b.plan, "length_m": float(metres.sum())}
    kinds = np.asarray([key[0] for key in keys], object)
    said |= {kind: float(metres[kinds == kind].sum()) for kind in LENGTHS}
    keys = _bridged(keys, metres, min(tolerance / _BRIDGED, table.borders.step_m.value))
    found: list[dict[str, object]] = []
    for first, last in _runs(keys):
        key, stretch = keys[first], slice(first, last)
        sizes = float(a.length_m[stretch].sum()), float(b.length_m[stretch].sum())
        length = _length(key, sizes)
        if key[0] not in {CONFLICT, QUIET} or length < tolerance:
            continue
        row = {
            "kind": key[0],
            "silent": key[1] if key[0] == QUIET else "",
            "severity": int(key[3]) if key[0] == CONFLICT else table.borders.silent_severity,
            "feature_a": _listed(ids_a[stretch]),
            "feature_b": _listed(ids_b[stretch]),
            "pivot_a": _listed(use_a[stretch]) if key[0] == QUIET else key[1],
            "pivot_b": _listed(use_b[stretch]) if key[0] == QUIET else key[2],
            "length_m": length,
            "length_a_m": sizes[0],
            "length_b_m": sizes[1],
        }
        found.append(row | _placed(shared, first, last))
    return found, said


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


def _placed(shared: Shared, first: int, last: int) -> dict[str, object]:
    start, end = shared.edges[first], shared.edges[last]
    return {
        "plan_a": shared.a.plan,
        "plan_b": shared.b.plan,
        "chainage_m": float(start),
        "boundary_a": shared.a.basis,
        "boundary_b": shared.b.basis,
        "geometry": substring(shared.line, start, end),
    }


_SHORT: Final = {CONFLICT: "konflikt", QUIET: "tyst", "länk som stannar": "lank", "brutet grönt samband": "gront"}


def _framed(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    for row in rows:
        named = {"a": str(row["plan_a"]), "b": str(row["plan_b"])}
        row["silent"] = ";".join(named[side] for side in str(row["silent"]).split(";") if side)
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(FINDINGS)), geometry="geometry", crs=ANALYSIS_CRS)
    numbers = ["length_m", "length_a_m", "length_b_m", "chainage_m"]
    frame = frame.astype({"severity": int} | dict.fromkeys(numbers, float))
    order = ["plan_a", "plan_b", "kind", "chainage_m", "feature_a", "feature_b"]
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    short = frame["plan_a"] + "~" + frame["plan_b"] + ":" + frame["kind"].map(_SHORT)
    names = short + ":" + (frame.groupby(["plan_a", "plan_b", "kind"]).cumcount() + 1).astype(str)
    frame.index = pd.Index(names.to_numpy(object), name="id")
    return frame


def _totals(rows: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["plan_a", "plan_b", "length_m", *LENGTHS])
    return frame.groupby(["plan_a", "plan_b"], as_index=False).sum()
