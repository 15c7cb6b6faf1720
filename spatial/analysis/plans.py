"""Plans in one pivot classification: every feature kept, unknown and ambiguous codes said, never guessed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from textwrap import shorten
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.fingerprints import fingerprints_of_features
from spatial.geo import ANALYSIS_CRS, same_crs
from spatial.plan_codes import Codes, meaning_of, times_of
from spatial.plan_names import Guess, Namer
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, CodeRule, Pivot, PlanMapping, folded
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
_LONGEST_NAME: Final = 80


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
    known = Codes(mapping)
    codes = list(zip(column(features, "code"), column(features, "layer"), strict=True))
    rule_of = {pair: _rule_of(pair[0], known, pair[1]) for pair in dict.fromkeys(codes)}
    return _mapped(features, [rule_of[pair] for pair in codes], mapping)


def for_check(features: gpd.GeoDataFrame, mapping: PlanMapping) -> gpd.GeoDataFrame:
    """Return what ``mapped`` does with the file's own ids and layers beside: what the readiness check takes."""
    own = {name: features[name].to_numpy() for name in ("file_id", "layer") if name in features.columns}
    return mapped(features, mapping).assign(**own)


def _rule_of(code: str | None, known: Codes, layer: str | None = None) -> CodeRule | None:
    """Return what a code means: in its own layer where the mapping tells layers apart, else wherever it stands."""
    said = code or text("plans.no_code")
    return (known.rule(in_layer(layer, said)) if layer else None) or known.rule(said)


def in_layer(layer: str, code: str) -> str:
    """Return how a mapping writes a code that means one thing in this layer and another elsewhere.

    Examples
    --------
    >>> in_layer("Riksintressen", "Rennäring")
    'Riksintressen: Rennäring'
    """
    return f"{layer}: {code}"


def _mapped(features: gpd.GeoDataFrame, rules: list[CodeRule | None], mapping: PlanMapping) -> gpd.GeoDataFrame:
    index = pd.Index(list(map(_id, features["municipality"], features.index)), name="id", dtype=object)
    times, given = times_of(mapping), column(features, "time")
    said = {value: meaning_of(value, times) or UNKNOWN if value else mapping.default_time for value in set(given)}
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
        "time": [(rule.time if rule else None) or said[value] for rule, value in zip(rules, given, strict=True)],
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
    return [_written(value) or None for value in features[name].tolist()]


def _written(value: object) -> str:
    """Return a value as text; a code list kept as decimal numbers says 101, not 101.0."""
    if _missing(value):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def given_interests(layers: Mapping[str, gpd.GeoDataFrame], values: Iterable[str]) -> gpd.GeoDataFrame | None:
    """Return the areas of national interest, and other values, that layers of their own give; None without a layer.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        By layer id, in one CRS: unique index; ``code`` (a pivot value), ``name`` where known.
    values : iterable of str
        The pivot's values; areas of other codes are left out.

    Returns
    -------
    GeoDataFrame
        Index ``<layer>:<feature id>``; ``pivot``, ``name``, ``geometry``.
    """
    if not layers:
        return None
    frames = [_interests_of(layer, frame) for layer, frame in layers.items()]
    every = gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs)
    return every[every["pivot"].isin(list(values))]


def _interests_of(layer: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = frame["name"] if "name" in frame.columns else pd.Series(None, index=frame.index, dtype=object)
    told = gpd.GeoDataFrame({"pivot": frame["code"], "name": names}, geometry=frame.geometry, crs=frame.crs)
    return told.set_axis(pd.Index(layer + ":" + frame.index.astype(str), name="id"))


def counted(features: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return codes with how many features bear them and their area; the largest area first, then the most."""
    codes = pd.Series(
        _one_spelling([value or text("plans.no_code") for value in column(features, "code")]), dtype=object
    )
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
        ``code``; ``name_of_code`` where the file spells the code out, ``layer`` where it has several; metres.
    pivot : Pivot
        Its values' titles and ``words`` are what names are compared with (``spatial.plan_names``).
    mappings : iterable of PlanMapping
        Classifications whose codes are known already: their answers go before likeness.

    Returns
    -------
    DataFrame
        ``code`` (one row however it is cased; ``<layer>: <code>`` where layers mean different things by it),
        ``count``, ``area_km2``, ``pivot`` (*okand* where nothing is near, *tvetydig* where a name speaks of
        several values), ``options`` (lists), ``time`` (what the name says of it, or *okand*), ``score`` (0 to 1;
        1.0 is the same word) and ``name`` (what the file calls the code, where that is something else).

    Notes
    -----
    A score is how alike two words are, not how likely the answer is.
    """
    namer = Namer(pivot)
    known = [Codes(mapping) for mapping in mappings]
    codes = _one_spelling([value or text("plans.no_code") for value in column(features, "code")])
    layers, spelled = column(features, "layer"), column(features, "name_of_code")
    names = {(code, layer): name for code, layer, name in zip(codes, layers, spelled, strict=True) if name}
    values = frozenset(pivot.of_aspect("varde"))
    guess_of = {
        (code, layer): _guess(code, names.get((code, layer)), known, namer, values)
        for code, layer in dict.fromkeys(zip(codes, layers, strict=True))
    }
    written = _apart(guess_of)
    table = counted(features.assign(code=[written[pair] for pair in zip(codes, layers, strict=True)]))
    said = {written[pair]: guess for pair, guess in guess_of.items()}
    guesses = [said[code] for code in table["code"]]
    columns = {"pivot": [one.pivot for one in guesses], "options": [list(one.options) for one in guesses]}
    columns |= {"time": [one.time or UNKNOWN for one in guesses], "score": [one.score for one in guesses]}
    called = {written[pair]: _other_name(pair[0], names.get(pair), known) for pair in written}
    columns["name"] = [called.get(code, "") for code in table["code"]]
    return table.assign(**{name: pd.Series(values, dtype=object) for name, values in columns.items()}).astype(
        {"score": float}
    )


def _other_name(code: str, name: str | None, known: Iterable[Codes]) -> str:
    """Return what the file, else a known classification, calls a code, where that says more than the code itself."""
    if code == text("plans.no_code"):  # features without a code have no name in common
        return ""
    told = shorten(name, _LONGEST_NAME, placeholder=" …") if name and not folded(name).endswith(folded(code)) else ""
    return told or next((rule.name for one in known if (rule := one.rule(code)) and rule.name), "")


def _one_spelling(codes: list[str]) -> list[str]:
    """Return the codes as each is most often written: a mapping takes *Skog* and *skog* for the same."""
    counts = Counter(codes)
    often: dict[str, str] = {}
    for code in sorted(counts, key=lambda one: (-counts[one], one)):
        often.setdefault(folded(code), code)
    usual = {code: often[folded(code)] for code in counts}
    return [usual[code] for code in codes]


def _guess(code: str, name: str | None, known: list[Codes], namer: Namer, values: frozenset[str]) -> Guess:
    """Return what a known classification says of a code; else what the better understood of code and name says.

    A name that tells of a value goes before: reindeer herding in a layer of national interests is no use of land.
    """
    named = namer.guess(name) if name else None
    if named is not None and named.pivot in values:
        return named
    rule = next(filter(None, (_rule_of(code, one) for one in known)), None)
    if rule is not None:
        return Guess(rule.pivot, _SAME, tuple(rule.options), rule.time)
    coded = Guess(UNKNOWN, 0.0) if code == text("plans.no_code") else namer.guess(code)
    guesses = [guess for guess in (named, coded) if guess is not None]
    return max(guesses, key=lambda guess: (guess.pivot != UNKNOWN, guess.score))


def _apart(guess_of: Mapping[tuple[str, str | None], Guess]) -> dict[tuple[str, str | None], str]:
    """Return how the draft writes each code of each layer: with the layer where layers mean different things by it."""
    meant: dict[str, set[str]] = {}
    for (code, _), guess in guess_of.items():
        meant.setdefault(code, set()).add(guess.pivot)
    return {
        (code, layer): in_layer(layer, code) if layer and len(meant[code]) > 1 else code for code, layer in guess_of
    }
