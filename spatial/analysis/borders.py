"""What neighbouring plans say across their shared border: agreement, conflict, silence, links that stop.

The border is one line that both plans are matched to; lengths are measured in each plan's own boundary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.border_faces import Shown, faces
from spatial.analysis.border_frames import Row, doubtful, framed, totals
from spatial.analysis.border_lines import areas_of_use, nearer_lines, neighbours, shared_lines
from spatial.analysis.border_links import Around, link_findings
from spatial.analysis.border_match import Shared, Side, matched
from spatial.analysis.border_uses import SILENT, Uses, effective
from spatial.analysis.plan_outlines import Outline, outline_of
from spatial.geo import ANALYSIS_CRS, same_crs, to_crs
from spatial.strategy import Compatibility

_SAMPLES: Final = 5.0
_FINEST_M: Final = 5.0


@dataclass(frozen=True)
class _Drawn:
    """The plans that are compared, the outlines they are drawn to, and the lines between them.

    ``unplanned``: the outlines of municipalities whose plan is not given.
    """

    areas: Mapping[str, Uses]
    outlines: Mapping[str, Outline]
    reference: Mapping[str, shapely.Geometry]
    unplanned: Sequence[shapely.Geometry]


def borders(
    features: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    table: Compatibility,
    *,
    tolerance_m: float | None = None,
    versions: Sequence[gpd.GeoDataFrame] = (),
    own: Mapping[str, shapely.Geometry] | None = None,
) -> gpd.GeoDataFrame:
    """Return the findings of :func:`faced`."""
    return faced(features, municipalities, table, tolerance_m=tolerance_m, versions=versions, own=own).findings


def compared(
    features: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    table: Compatibility,
    *,
    tolerance_m: float | None = None,
    versions: Sequence[gpd.GeoDataFrame] = (),
    own: Mapping[str, shapely.Geometry] | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the findings and the lengths of :func:`faced`."""
    found = faced(features, municipalities, table, tolerance_m=tolerance_m, versions=versions, own=own)
    return found.findings, found.lengths


@dataclass(frozen=True)
class Faced:
    """What plans say across their borders: findings, what may be one, and the metres of everything."""

    findings: gpd.GeoDataFrame
    uncertain: gpd.GeoDataFrame
    lengths: pd.DataFrame


def faced(
    features: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    table: Compatibility,
    *,
    tolerance_m: float | None = None,
    versions: Sequence[gpd.GeoDataFrame] = (),
    own: Mapping[str, shapely.Geometry] | None = None,
) -> Faced:
    """Return what neighbouring plans say across their shared borders, and how sure the match is.

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
    Faced
        ``findings``: EPSG:3006; index id; ``kind`` (*konflikt*, *tyst plan*, *länk som stannar*, *brutet grönt
        samband*), ``plan_a`` < ``plan_b``, ``feature_a``, ``feature_b`` (ids, ";"-separated), ``pivot_a``,
        ``pivot_b``, ``silent`` (the plans that say nothing), ``severity`` (1 to 3), ``length_m`` (of a link: to the
        nearest that goes on across the border, or the whole border where none does), ``length_a_m`` and
        ``length_b_m`` (in each plan's own boundary), ``apart_m`` (how far the two boundaries lie apart there),
        ``chainage_m``, ``boundary_a``, ``boundary_b`` (how each boundary is known), ``geometry`` (the stretch of the
        shared border). The same whichever plan comes first.
        ``uncertain``: the same columns, ``kind`` *osäker matchning* and ``suspected``: what looks like a conflict or
        a link that stops, but may be that the plans are drawn to different versions of the border, or that the link
        goes on in a municipality whose plan is not given.
        ``lengths``: a row for each pair: ``plan_a``, ``plan_b``, ``length_m`` and metres of *överens*, *konflikt*,
        *tyst plan*, *oklart* (a category unknown or ambiguous) and *osäker matchning*: silence is not agreement.
    """
    if features.crs is not None and not same_crs(features.crs, ANALYSIS_CRS):
        features = to_crs(features)
    tolerance = table.borders.tolerance_m.value if tolerance_m is None else tolerance_m
    drawn = _drawn(features, municipalities, table, versions, own or {})
    rows: list[Row] = []
    lengths: list[Row] = []
    links = features[features["aspect"].isin(["anvandning", "inriktning"])].sort_index()
    for one, other in neighbours(drawn.reference, table.borders.max_shift_m.value):
        areas = drawn.areas[one], drawn.areas[other]
        for shared in _shared(one, other, drawn, table, tolerance):
            shown = _shown(shared.a, areas[0], tolerance, table), _shown(shared.b, areas[1], tolerance, table)
            found, said = faces(shared, areas, shown, table, tolerance)
            uses = {one: shown[0][0], other: shown[1][0]}
            around = _around(shared, drawn, table.borders.max_shift_m.value)
            rows += [*found, *link_findings(shared, links, uses, around, table, tolerance)]
            lengths.append(said)
    sure = [row for row in rows if row["certain"]]
    return Faced(framed(sure), doubtful([row for row in rows if not row["certain"]]), totals(lengths))


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
    return _Drawn(areas, outlines, reference, list(known[0].drop(labels=reference, errors="ignore")))


def _shared(one: str, other: str, drawn: _Drawn, table: Compatibility, tolerance: float) -> list[Shared]:
    thirds = np.asarray([area for plan, area in drawn.reference.items() if plan not in {one, other}], object)
    lines = shared_lines(drawn.reference[one], drawn.reference[other], thirds, table.borders.max_shift_m.value)
    pair = (drawn.outlines[one], drawn.outlines[other])
    lines = nearer_lines(lines, pair)
    step = max(_FINEST_M, min(table.borders.step_m.value, tolerance / _SAMPLES))
    depth = min(tolerance, table.borders.depth_m.value)
    return [matched(line, pair, (one, other), step, depth) for line in lines]


def _around(shared: Shared, drawn: _Drawn, reach_m: float) -> Around:
    others = [outline.area for plan, outline in drawn.outlines.items() if plan not in {shared.a.plan, shared.b.plan}]
    return Around(*(_near(areas, shared.line, reach_m) for areas in (others, drawn.unplanned)))


def _near(areas: Sequence[shapely.Geometry], line: shapely.LineString, reach_m: float) -> list[shapely.Geometry]:
    return [area for area in areas if shapely.dwithin(area, line, reach_m)]


def _shown(side: Side, uses: Uses, tolerance: float, table: Compatibility) -> Shown:
    """Return what a side shows; nothing where its boundary lies too far away to be this border."""
    found = effective(side, uses)
    found[0][side.apart_m > max(table.borders.max_shift_m.value, tolerance)] = SILENT
    return found
