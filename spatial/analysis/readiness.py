"""Is a digital plan ready: a versioned rule set against the plan's features, each finding with place and remedy.

The rules are data (``config/rules_op.yaml``); this module knows the checks that they may ask for. It claims no
conformance with any specification.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.analysis import readiness_content as content
from spatial.analysis import readiness_cover as covering
from spatial.analysis.findings import Finding
from spatial.analysis.readiness_place import placed
from spatial.geo import ANALYSIS_CRS, polygonal, repaired
from spatial.plan_terms import Pivot, PlanRule, PlanRules
from spatial.texts import DEFAULT_LANGUAGE, number, text

COLUMNS: Final = (
    "plan_id", "rule", "severity", "features", "sentence", "fix", "measure", "unit", "count", "detail", "source",
    "geometry",
)  # fmt: skip
_SEVERITIES: Final = ("fel", "varning", "upplysning")
_MOST_NAMED: Final = 3
_HA: Final = 1e4
_KM2: Final = 1e6
_KM: Final = 1e3
_COVER: Final[Mapping[str, Callable[[covering.Cover, PlanRule], list[Finding]]]] = {
    "not_covered": covering.gaps,
    "overlap": covering.overlaps,
    "outside": covering.outside,
    "other_border": covering.other_border,
}


def check_plan(
    features: gpd.GeoDataFrame,
    municipality: shapely.Geometry,
    rules: PlanRules,
    *,
    pivot: Pivot | None = None,
    water: Iterable[shapely.Geometry] | None = None,
    interests: gpd.GeoDataFrame | None = None,
    lang: str = DEFAULT_LANGUAGE,
) -> gpd.GeoDataFrame:
    """Return what a plan lacks, by the rules: sentence, place on the map, measure and suggested fix.

    Parameters
    ----------
    features : GeoDataFrame
        One plan in the pivot classification (``apply_mapping``, or ``mapped`` for a file as it came): ids may repeat,
        geometries be missing or invalid, the CRS any or none. ``file_id``, where given, is the file's own id.
    municipality : Polygon or MultiPolygon
        EPSG:3006.
    rules : PlanRules
    pivot : Pivot, optional
        Names the interests in the sentences.
    water : iterable of geometry, optional
        Shores that the plan does not hold itself, EPSG:3006.
    interests : GeoDataFrame, optional
        National interests that the plan does not hold itself: ``pivot``; EPSG:3006.
    lang : {"sv", "en", "no"}

    Returns
    -------
    GeoDataFrame
        Index ``id``; ``plan_id``, ``rule``, ``severity`` (*fel*, *varning*, *upplysning*), ``features``
        (";"-separated ids), ``sentence``, ``fix``, ``measure``, ``unit`` (m2, m, antal), ``source``, ``geometry``
        (EPSG:3006). Sorted by severity, rule and size; empty for a plan that is ready.
    """
    named = features.assign(id=features.index.astype(str))
    found = _found(named, municipality, rules, water, interests)
    return _frame(found, named, rules, pivot, lang)


def _found(
    features: gpd.GeoDataFrame,
    municipality: shapely.Geometry,
    rules: PlanRules,
    water: Iterable[shapely.Geometry] | None,
    interests: gpd.GeoDataFrame | None,
) -> list[Finding]:
    here, found = placed(features, municipality, rules)
    by_check = {rule.check: rule for rule in rules.rules}
    if here is None:
        return found
    for name, look in content.CHECKS.items():
        if name in by_check:
            found += look(here, by_check[name])
    sound = _sound(here)
    areas = sound[(sound["aspect"] == "anvandning") & (sound.area > 0)]
    cover = covering.cover_of(areas, municipality)
    for name, judge in _COVER.items():
        if name in by_check:
            found += judge(cover, by_check[name])
    if "consideration_missing" in by_check:
        found += content.consideration_missing(sound, by_check["consideration_missing"], interests)
    if "lis_off_shore" in by_check:
        found += content.lis_off_shore(sound, by_check["lis_off_shore"], water)
    return found


def _sound(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that have a geometry, each valid and of one kind.

    By structure: what two parts of one area cover both is not taken for a hole in it.
    """
    shapes = features.geometry.to_numpy()
    there = features[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    shapes = there.geometry.to_numpy().copy()
    bad = ~shapely.is_valid(shapes)
    shapes[bad] = [
        polygonal(repaired(shape)) if shapely.get_dimensions(shape) == 2 else repaired(shape) for shape in shapes[bad]
    ]
    return there.set_geometry(gpd.GeoSeries(shapes, index=there.index, crs=there.crs))


def _frame(
    found: list[Finding], features: pd.DataFrame, rules: PlanRules, pivot: Pivot | None, lang: str
) -> gpd.GeoDataFrame:
    by_check = {rule.check: rule for rule in rules.rules}
    plan = str(features["plan_id"].iloc[0]) if len(features) else ""
    names = dict(zip(features["id"], features["name"], strict=True))
    rows = [_row(item, by_check[item.rule], plan, names, pivot, lang) for item in found if item.rule in by_check]
    rows.sort(key=lambda row: (_SEVERITIES.index(row["severity"]), row["rule"], -row["measure"], row["features"]))
    counted: dict[str, int] = {}
    ids = list[str]()
    for row in rows:
        counted[row["rule"]] = counted.get(row["rule"], 0) + 1
        ids.append(f"{plan}:{row['rule']}:{counted[row['rule']]}")
    index = pd.Index(ids, name="id", dtype=object)
    plain = pd.DataFrame.from_records(rows, columns=list(COLUMNS)).set_axis(index)
    shapes = plain.pop("geometry").to_list()
    return gpd.GeoDataFrame(plain, geometry=shapes, crs=ANALYSIS_CRS, index=index)


def _row(
    item: Finding, rule: PlanRule, plan: str, names: Mapping[str, object], pivot: Pivot | None, lang: str
) -> dict[str, Any]:
    sentence, fix = told(item, rule, names, pivot, lang)
    return {
        "plan_id": plan,
        "rule": rule.id,
        "severity": rule.severity,
        "features": ";".join(item.features),
        "sentence": sentence,
        "fix": fix,
        "measure": float(item.measure),
        "unit": item.unit,
        "count": item.count,
        "detail": item.detail,
        "source": rule.source,
        "geometry": item.geometry,
    }


def told(
    item: Finding, rule: PlanRule, names: Mapping[str, object], pivot: Pivot | None, lang: str = DEFAULT_LANGUAGE
) -> tuple[str, str]:
    """Return a finding's sentence, and what to do about it, in a language; ``names`` are those of the features."""
    value = pivot.value(item.detail) if pivot is not None else None
    detail = value.title.get(lang) if value is not None else item.detail
    if not detail and rule.check in {"crs_missing", "crs_wrong"}:
        detail = text("readiness.none", lang)
    blanks = {
        "names": _named(item.features, names, lang),
        "count": number(item.count, lang=lang),
        "measure": measured(item.measure, item.unit, lang),
        "detail": detail,
    }
    return rule.sentence.get(lang).format_map(blanks), rule.fix.get(lang).format_map(blanks).replace(" ()", "")


def _named(ids: tuple[str, ...], names: Mapping[str, object], lang: str) -> str:
    known = [str(names.get(key) or text("readiness.no_name", lang, id=key.partition(":")[2] or key)) for key in ids]
    listed = ", ".join(known[:_MOST_NAMED])
    rest = len(known) - _MOST_NAMED
    return text("readiness.more", lang, listed=listed, count=rest) if rest > 0 else listed


def measured(value: float, unit: str, lang: str = DEFAULT_LANGUAGE) -> str:
    r"""Return a measure in the unit that reads best.

    Examples
    --------
    >>> measured(800.0, "m2"), measured(180000.0, "m2"), measured(4000000.0, "m2"), measured(420.0, "m")
    ('800 m²', '18,0 ha', '4,0 km²', '420 m')
    """
    steps = {"m2": ((_KM2, "km2"), (_HA, "ha"), (1.0, "m2")), "m": ((_KM, "km"), (1.0, "m"))}.get(unit)
    if steps is None:
        return number(value, lang=lang)
    size, name = next(((s, n) for s, n in steps if value >= s), steps[-1])
    return text(f"readiness.{name}", lang, value=number(value / size, 1 if size > 1 else 0, lang))
