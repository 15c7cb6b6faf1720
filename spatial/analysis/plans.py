"""Plans in one pivot classification: every feature kept, unknown and ambiguous codes said, never guessed."""

from collections.abc import Iterable
from typing import Any, Final, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.fingerprints import fingerprints_of_features
from spatial.geo import ANALYSIS_CRS, same_crs
from spatial.plan_names import Guess, Namer
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, CodeRule, Pivot, PlanMapping, Time, folded
from spatial.texts import text

COLUMNS: Final = (
    "plan_id",
    "aspect",
    "code",
    "pivot",
    "pivot_options",
    "time",
    "name",
    "consideration",
    "geometry",
)
"""The columns of a plan's features, before ``fingerprint``."""
_KM2: Final = 1e6
_SAME: Final = 1.0


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def apply_mapping(features: gpd.GeoDataFrame, mapping: PlanMapping) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return a plan's features in the pivot classification, and the codes that the mapping does not know.

    Parameters
    ----------
    features : GeoDataFrame
        EPSG:3006; unique index (the feature's id); ``municipality`` and ``code`` (text); where known ``name``,
        ``time`` and ``consideration``. Any geometry.
    mapping : PlanMapping

    Returns
    -------
    GeoDataFrame
        Index ``<municipality>:<feature id>``; ``plan_id``, ``aspect`` (*anvandning*, *inriktning*, *varde*),
        ``code``, ``pivot`` (a pivot value, *okand* or *tvetydig*), ``pivot_options`` (";"-separated where
        ambiguous), ``time`` (*nuvarande*, *framtida*, *utveckling*, *okand*), ``name``, ``consideration``,
        ``geometry``, ``fingerprint``. As many rows as came in, in their order.
    DataFrame
        The unknown codes: ``code``, ``count``, ``area_km2``; the largest area first.

    Raises
    ------
    ValueError
        If the CRS is not EPSG:3006 or an id is repeated.

    Examples
    --------
    >>> from spatial.plan_terms import CodeRule, PlanMapping
    >>> from spatial.terms import Title
    >>> mapping = PlanMapping(
    ...     id="m", title=Title(sv="m"), version="1", source="s", basis="antagande",
    ...     codes={"B": CodeRule(pivot="sammanhangande_bostad", aspect="anvandning")},
    ... )
    >>> plan = gpd.GeoDataFrame(
    ...     {"municipality": ["2480", "2480"], "code": ["b", "X"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)] * 2, crs="EPSG:3006", index=["1", "2"],
    ... )
    >>> frame, unknown = apply_mapping(plan, mapping)
    >>> frame["pivot"].to_dict()
    {'2480:1': 'sammanhangande_bostad', '2480:2': 'okand'}
    >>> unknown.to_dict("list")
    {'code': ['X'], 'count': [1], 'area_km2': [1.0]}
    """
    if features.crs is None or not same_crs(features.crs, ANALYSIS_CRS):
        message = f"plans are mapped in {ANALYSIS_CRS}, not {features.crs}"
        raise ValueError(message)
    frame = mapped(features, mapping)
    if not frame.index.is_unique:
        raise ValueError(", ".join(frame.index[frame.index.duplicated()].unique()[:10]))
    unknown = counted(frame[frame["pivot"] == UNKNOWN])
    return frame.assign(fingerprint=fingerprints_of_features(frame)), unknown


def mapped(features: gpd.GeoDataFrame, mapping: PlanMapping) -> gpd.GeoDataFrame:
    """Return what ``apply_mapping`` does, without its demands: any CRS, ids that repeat, geometries that lack.

    For the readiness check, which is to find just that.
    """
    lookup = _lookup(mapping)
    rules = [_rule_of(code, lookup, mapping.prefix) for code in features["code"].tolist()]
    return _mapped(features, rules, mapping)


def _lookup(mapping: PlanMapping) -> dict[str, CodeRule]:
    return {folded(code): rule for code, rule in mapping.codes.items()}


def _rule_of(code: object, rules: dict[str, CodeRule], prefix: str) -> CodeRule | None:
    key = "" if _missing(code) else folded(str(code))
    start = folded(prefix)
    return rules.get(key) or (rules.get(key.removeprefix(start)) if start else None)


def _mapped(features: gpd.GeoDataFrame, rules: list[CodeRule | None], mapping: PlanMapping) -> gpd.GeoDataFrame:
    index = pd.Index(list(map(_id, features["municipality"], features.index)), name="id", dtype=object)
    times = {str(time): time for time in get_args(Time)}
    times |= {folded(value): time for value, time in mapping.times.items()}
    given = column(features, "time")
    fixed = column(features, "aspect")
    columns: dict[str, list[Any]] = {
        "plan_id": features["municipality"].astype(str).tolist(),
        "aspect": [
            (rule.aspect if rule else None) or aspect or mapping.aspect
            for rule, aspect in zip(rules, fixed, strict=True)
        ],
        "code": column(features, "code"),
        "pivot": [rule.pivot if rule else UNKNOWN for rule in rules],
        "pivot_options": [";".join(rule.options) if rule and rule.pivot == AMBIGUOUS else None for rule in rules],
        "time": [
            (rule.time if rule else None) or times.get(folded(value or ""), mapping.default_time)
            for rule, value in zip(rules, given, strict=True)
        ],
        "name": column(features, "name"),
        "consideration": column(features, "consideration"),
    }
    objects = {name: pd.Series(values, index=index, dtype=object) for name, values in columns.items()}
    return gpd.GeoDataFrame(objects, geometry=features.geometry.to_numpy(), crs=features.crs, index=index)


def _id(municipality: object, feature: object) -> str:
    """Return a feature's id with its municipality before it; one that came back has it already."""
    return str(feature) if str(feature).startswith(f"{municipality}:") else f"{municipality}:{feature}"


def column(features: pd.DataFrame, name: str) -> list[str | None]:
    """Return a column as stripped texts; None where it, or a value in it, is missing or empty."""
    if name not in features.columns:
        return [None] * len(features)
    texts = [None if _missing(value) else str(value).strip() for value in features[name].tolist()]
    return [value or None for value in texts]


def counted(features: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return codes with how many features bear them and their area; the largest area first, then the most."""
    codes = pd.Series([value or text("plans.no_code") for value in column(features, "code")], dtype=object)
    areas = pd.Series(shapely.area(features.geometry.to_numpy()) / _KM2, dtype=float)
    groups = pd.DataFrame({"code": codes, "area_km2": areas}).groupby("code", sort=True)["area_km2"]
    table = groups.agg(["size", "sum"]).rename(columns={"size": "count", "sum": "area_km2"}).reset_index()
    order = ["area_km2", "count", "code"]
    return table.sort_values(order, ascending=[False, False, True], kind="stable").reset_index(drop=True)


def draft_mapping(features: gpd.GeoDataFrame, pivot: Pivot, mappings: Iterable[PlanMapping] = ()) -> pd.DataFrame:
    """Return a plan's codes with the closest pivot value by name: a draft for somebody to correct.

    Parameters
    ----------
    features : GeoDataFrame
        ``code``, and ``name_of_code`` where the file spells the code out; metres.
    pivot : Pivot
        Its values' titles and ``words`` are what names are compared with (``spatial.plan_names``).
    mappings : iterable of PlanMapping
        Classifications whose codes are known already: their answers go before likeness.

    Returns
    -------
    DataFrame
        ``code``, ``count``, ``area_km2``, ``pivot`` (*okand* where nothing is near, *tvetydig* where a name speaks of
        several values), ``options`` (lists), ``time`` (what the name says of it, or *okand*) and ``score`` (0 to 1;
        1.0 is the same word).

    Notes
    -----
    A score is how alike two words are, not how likely the answer is.
    """
    namer = Namer(pivot)
    spelled = column(features, "name_of_code")
    codes = [value or text("plans.no_code") for value in column(features, "code")]
    spelling = {code: name for code, name in zip(codes, spelled, strict=True) if name}
    known = [(_lookup(mapping), mapping.prefix) for mapping in mappings]
    table = counted(features)
    rules = [next(filter(None, (_rule_of(code, *one) for one in known)), None) for code in table["code"]]
    guesses = [
        Guess(rule.pivot, _SAME, tuple(rule.options), rule.time) if rule else namer.guess(spelling.get(code, code))
        for code, rule in zip(table["code"], rules, strict=True)
    ]
    columns = {"pivot": [one.pivot for one in guesses], "options": [list(one.options) for one in guesses]}
    columns |= {"time": [one.time or UNKNOWN for one in guesses], "score": [one.score for one in guesses]}
    return table.assign(**{name: pd.Series(values, dtype=object) for name, values in columns.items()}).astype(
        {"score": float}
    )
