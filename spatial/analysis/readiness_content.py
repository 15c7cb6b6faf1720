"""What the features of a plan say: ids, geometry, categories, considerations, direction and shores."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.findings import Finding, together
from spatial.geo import shared, united
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, PlanRule, folded

_MOST_NAMED = 10
_NONE: Final = frozenset({"nej", "inga", "ingen", "inget", "saknas", "0", "0.0", "false", "no", "-", "–"})


def _ids(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(rows["id"].astype(str))


def _one(check: str, rows: gpd.GeoDataFrame, detail: str = "") -> list[Finding]:
    """Return one finding for all the rows; none for none."""
    if rows.empty:
        return []
    return [Finding(check, _ids(rows), together(rows.geometry), len(rows), "antal", detail, len(rows))]


def id_missing(features: gpd.GeoDataFrame, _: PlanRule) -> list[Finding]:
    """Return the features without an id of their own (``file_id``, where the file has such a column)."""
    if "file_id" not in features.columns:
        return []
    return _one("id_missing", features[_lacking(features["file_id"])])


def id_repeated(features: gpd.GeoDataFrame, _: PlanRule) -> list[Finding]:
    """Return the features of a layer that share an id; layers number their features each for itself."""
    own = features["file_id"] if "file_id" in features.columns else features["id"]
    layer = features["layer"] if "layer" in features.columns else own.map(lambda _: None)
    twice = pd.DataFrame({"id": own, "layer": layer}).duplicated(keep=False) & ~_lacking(own)
    named = ", ".join(own[twice].astype(str).drop_duplicates()[:_MOST_NAMED])
    return _one("id_repeated", features[twice], named)


def _lacking(values: pd.Series) -> "pd.Series[bool]":
    return values.isna() | (values.astype(str).str.strip() == "")


def _says_none(consideration: object) -> bool:
    """Return whether a column of yes and no, or of what is considered, says that nothing is."""
    return folded(str(consideration)) in _NONE


def geometry_missing(features: gpd.GeoDataFrame, _: PlanRule) -> list[Finding]:
    """Return the features without a geometry."""
    shapes = features.geometry.to_numpy()
    return _one("geometry_missing", features[shapely.is_missing(shapes) | shapely.is_empty(shapes)])


def geometry_invalid(features: gpd.GeoDataFrame, _: PlanRule) -> list[Finding]:
    """Return each feature whose geometry is not valid, with what is the matter and where."""
    shapes = features.geometry.to_numpy()
    bad = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    reasons = shapely.is_valid_reason(shapes[bad])
    return [
        Finding("geometry_invalid", (str(features["id"].iloc[row]),), _where(shapes[row], reason), 1, detail=reason)
        for row, reason in zip(bad, reasons, strict=True)
    ]


def _where(shape: shapely.Geometry, reason: str) -> shapely.Geometry:
    """Return the point that the reason names, ``… [x y]``; the mended shape where it names none."""
    _, _, at = reason.partition("[")
    numbers = at.rstrip("]").split()
    if len(numbers) < 2:
        return shapely.make_valid(shape)
    return shapely.Point(float(numbers[0]), float(numbers[1]))


def use_not_area(features: gpd.GeoDataFrame, rule: PlanRule) -> list[Finding]:
    """Return the uses that are not areas, but for the lines of the values that may be."""
    dimensions = shapely.get_dimensions(features.geometry.to_numpy())
    line_allowed = features["pivot"].isin(rule.values) & (dimensions == 1)
    odd = (features["aspect"] == "anvandning") & (dimensions >= 0) & (dimensions < 2) & ~line_allowed
    rows = features[odd]
    return [
        Finding("use_not_area", (str(key),), shape, 1) for key, shape in zip(rows["id"], rows.geometry, strict=True)
    ]


def code_missing(features: gpd.GeoDataFrame, _: PlanRule) -> list[Finding]:
    """Return the features without a code."""
    return _one("code_missing", features[_lacking(features["code"])])


def code_unknown(features: gpd.GeoDataFrame, _: PlanRule) -> list[Finding]:
    """Return, for each code that the mapping does not know, its features."""
    return _by_code("code_unknown", features[(features["pivot"] == UNKNOWN) & ~_lacking(features["code"])])


def code_ambiguous(features: gpd.GeoDataFrame, _: PlanRule) -> list[Finding]:
    """Return, for each code that may mean several things, its features."""
    return _by_code("code_ambiguous", features[features["pivot"] == AMBIGUOUS])


def _by_code(check: str, rows: gpd.GeoDataFrame) -> list[Finding]:
    return [found for code, group in rows.groupby("code", sort=True) for found in _one(check, group, str(code))]


def direction_present(features: gpd.GeoDataFrame, _: PlanRule) -> list[Finding]:
    """Return the elements of direction that say they are there already."""
    rows = features[(features["aspect"] == "inriktning") & (features["time"] == "nuvarande")]
    return [
        Finding("direction_present", (str(key),), shape, 1)
        for key, shape in zip(rows["id"], rows.geometry, strict=True)
    ]


CHECKS: Final[Mapping[str, Callable[[gpd.GeoDataFrame, PlanRule], list[Finding]]]] = {
    check.__name__: check
    for check in (
        id_missing,
        id_repeated,
        geometry_missing,
        geometry_invalid,
        use_not_area,
        code_missing,
        code_unknown,
        code_ambiguous,
        direction_present,
    )
}
"""The checks that look at the features as they came, by the name that rules ask for them with."""


def consideration_missing(
    features: gpd.GeoDataFrame, rule: PlanRule, given: gpd.GeoDataFrame | None = None
) -> list[Finding]:
    """Return the use areas that a national interest touches by more than the tolerance and that say nothing of it.

    The interests are the plan's own and those ``given`` beside it (``pivot``, EPSG:3006). A finding for each feature
    and interest; the measure is square metres, or metres where the interest is a line.
    """
    silent = _lacking(features["consideration"]) | features["consideration"].map(_says_none)
    uses = features[(features["aspect"] == "anvandning") & silent & (features.area > 0)]
    interests = features.loc[features["pivot"].isin(rule.values), ["pivot", "geometry"]]
    if given is not None and len(uses):
        near = given.iloc[given.sindex.query(shapely.box(*uses.total_bounds))]
        theirs = near.loc[near["pivot"].isin(rule.values), ["pivot", "geometry"]]
        interests = pd.concat([interests, theirs]) if len(interests) else theirs
    if uses.empty or interests.empty:
        return []
    ids, shapes = uses["id"].tolist(), uses.geometry.to_numpy()
    kinds, parts = _dissolved(interests)
    part, use = shapely.STRtree(shapes).query(parts, predicate="intersects")
    common = shared(shapes[use], parts[part])
    lines = shapely.get_dimensions(parts[part]) == 1
    measure = np.where(lines, shapely.length(common), shapely.area(common))
    table = pd.DataFrame({"use": use, "kind": kinds[part], "line": lines, "measure": measure})
    sums = table.groupby(["use", "kind", "line"])["measure"].transform("sum").to_numpy()
    limit = np.where(lines, rule.number("length_m"), rule.number("area_m2"))
    kept = table[sums > limit]
    rows: dict[Any, Any] = dict(kept.groupby(["use", "kind", "line"], sort=True).groups)
    found = dict[tuple[int, str], Finding]()
    for (position, kind, line), group in rows.items():
        at = list(group)
        where, unit = together(common[at]), "m" if line else "m2"
        finding = Finding("consideration_missing", (ids[position],), where, sums[at[0]], unit, kind)
        found.setdefault((position, kind), finding)
    return list(found.values())


def _dissolved(interests: gpd.GeoDataFrame) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Return the interests' kinds and parts; parts of one kind and dimension lie apart, so that measures add up."""
    dimension = shapely.get_dimensions(interests.geometry.to_numpy())
    kinds, parts = list[str](), list[shapely.Geometry]()
    for (kind, _), rows in interests.groupby([interests["pivot"], dimension], sort=True):
        pieces = shapely.get_parts(united(rows.geometry.to_numpy()))
        parts += list(pieces)
        kinds += [str(kind)] * len(pieces)
    return np.asarray(kinds, object), np.asarray(parts, object)


def lis_off_shore(
    features: gpd.GeoDataFrame, rule: PlanRule, water: Iterable[shapely.Geometry] | None = None
) -> list[Finding]:
    """Return the LIS areas farther from every known water than the limit: the plan's own water and that given."""
    areas = features[features["pivot"].isin(rule.values)]
    own = features.loc[features["pivot"] == "vatten", "geometry"].to_list()
    shores = np.asarray([*own, *(water if water is not None else ())], object)
    if areas.empty or not len(shores):
        return []
    shapes = areas.geometry.to_numpy()
    _, metres = shapely.STRtree(shores).query_nearest(shapes, return_distance=True, all_matches=False)
    far = np.flatnonzero(metres > rule.number("distance_m"))
    return [
        Finding("lis_off_shore", (str(areas["id"].iloc[row]),), shapes[row], float(metres[row]), "m") for row in far
    ]
