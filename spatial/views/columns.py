"""What columns are called, and frames as files can hold them: no infinite number, no mixed column."""

import re
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.model import ColumnInfo, StructureImage
from spatial.settings import Settings, Title
from spatial.texts import LANGUAGES, has_text, text
from spatial.views.wording import EXAMPLE, is_example, status_text, within_sentence

_MINUTES: Final = "_min"
_STATUS: Final = "_status"
_SERVICE_RULES: Final = (
    "second_min", "second_status", "second_id", "off_min", "min", "status", "id", "uncertain", "count", "inv", "share"
)  # fmt: skip
_WITHIN: Final = re.compile(r"(?P<service>.+?)_(?P<minutes>\d+)(?:_?min)?_(?P<what>inv|share)")
_RANGE: Final = re.compile(r"(?P<head>.+?)_(?P<end>low|high)(?P<tail>_[a-z]+)?")
"""Ends of a range that comes of drawing a model again: ``people_low_inv`` beside ``people_inv``."""
_ABOUT_PLANS: Final = re.compile("matris|granser|konflikter|rekommendationer|plan_granskning|planer_")


def column_info(name: str, settings: Settings) -> ColumnInfo:
    """Return what users call a column, in every language, and its unit in Swedish.

    The catalogue names it; or the rule for columns of a service type; else it keeps its own name.

    Parameters
    ----------
    name : str
        The column as the image has it.
    settings : Settings
        Knows the service types.

    Returns
    -------
    ColumnInfo
    """
    titles = {lang: _title(name, settings, lang) for lang in LANGUAGES}
    return ColumnInfo(Title(sv=titles["sv"] or name, en=titles["en"], no=titles["no"]), unit_of(name))


def known(name: str, settings: Settings) -> bool:
    """Return whether the catalogue or a rule has a name for the column."""
    return _title(name, settings, "sv") is not None


def alias(name: str, settings: Settings, lang: str = "sv") -> str:
    """Return a column's name with its unit, as a table's head or QGIS shows it."""
    shown = _title(name, settings, lang) or _title(name, settings, "sv") or name
    unit = "" if _says_unit(name, settings) else unit_of(name, lang)
    return text("columns.with_unit", lang, alias=shown, unit=unit) if unit else shown


def _says_unit(name: str, settings: Settings) -> bool:
    """Return whether a column's name is a sentence that tells its unit: minutes to a service."""
    return any(
        name in {f"{service.id}_{end}" for end in ("min", "second_min", "off_min")} for service in settings.services
    )


def unit_of(name: str, lang: str = "sv") -> str:
    """Return a column's unit by its name; empty where it has none.

    Examples
    --------
    >>> unit_of("length_m"), unit_of("share"), unit_of("name")
    ('m', 'andel', '')
    """
    name = _without_range(name)[0]
    own = f"columns.unit.{name}"
    if has_text(own):
        return text(own, lang)
    ending = f"columns.suffix.{name.rpartition('_')[2]}"
    return text(ending, lang) if "_" in name and has_text(ending) else ""


def _without_range(name: str) -> tuple[str, str]:
    """Return the column that a range belongs to, and which end of the range it is (empty for none)."""
    found = _RANGE.fullmatch(name)
    return (f"{found['head']}{found['tail'] or ''}", found["end"]) if found else (name, "")


def _title(name: str, settings: Settings, lang: str) -> str | None:
    key = f"columns.alias.{name}"
    if has_text(key, lang):
        return text(key, lang)
    whole, end = _without_range(name)
    if end:
        of, rule = _title(whole, settings, lang), f"columns.rule.{end}"
        return text(rule, lang, alias=of) if of and has_text(rule, lang) else None
    of_service = _service_title(name, settings, lang)
    if of_service is None and name.endswith(_STATUS):
        minutes = _title(name.removesuffix(_STATUS) + _MINUTES, settings, lang)
        return text("columns.rule.other_status", lang, alias=minutes) if minutes else None
    return of_service


def _service_title(name: str, settings: Settings, lang: str) -> str | None:
    """Return the name of a column that a rule makes of a kind of service, or None."""
    services = {service.id: within_sentence(service.title.get(lang)) for service in settings.services}
    if name in services:
        return _first_capital(services[name])
    for rule in _SERVICE_RULES:
        service = name.removesuffix(f"_{rule}")
        if service != name and service in services and has_text(f"columns.rule.{rule}", lang):
            return _first_capital(text(f"columns.rule.{rule}", lang, service=services[service]))
    found = _WITHIN.fullmatch(name)
    if found and found["service"] in services:
        rule = "within" if found["what"] == "inv" else "within_share"
        return text(f"columns.rule.{rule}", lang, service=services[found["service"]], minutes=found["minutes"])
    return None


def _first_capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def plain_table(image: StructureImage, name: str, lang: str = "sv") -> pd.DataFrame:
    """Return one of an image's tables as files can hold it; a table about plans says in each row whose plans they are.

    Returns
    -------
    DataFrame
        As :func:`plain`; with ``plan_status`` (*exempel, inte kommunens plan*, or *inlämnad plan*) last.
    """
    table = plain(image.indicators[name], image.settings, lang)
    plans = [layer for layer in image.layers.values() if layer.meta.role == "plans"]
    if not plans or not _ABOUT_PLANS.match(name):
        return table
    examples = any(is_example(layer.meta) for layer in plans)
    return table.assign(plan_status=status_text(EXAMPLE, lang) if examples else text("plans.given", lang))


def plain(frame: pd.DataFrame, settings: Settings, lang: str = "sv") -> pd.DataFrame:
    """Return a frame as files can hold it, its index as first columns.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Not changed.
    settings : Settings
        Knows the service types.
    lang : {"sv", "en", "no"}
        The language of the statuses.

    Returns
    -------
    DataFrame or GeoDataFrame
        Index 0..n. Infinite minutes are empty, and a column ``…_status`` after them says that no way leads there;
        every service's minutes have that column. Other columns are of one kind each: whole number, number, yes/no
        or text.
    """
    flat = _flat(frame)
    services = {f"{service.id}{end}" for service in settings.services for end in ("_min", "_second_min")}
    columns: dict[str, object] = {}
    for name in flat.columns:
        values = flat[name]
        if isinstance(flat, gpd.GeoDataFrame) and name == flat.geometry.name:
            continue
        whole = _one_kind(values)
        if pd.api.types.is_float_dtype(whole.dtype):
            infinite = np.isinf(whole.to_numpy(float))
            columns[name] = whole.mask(infinite)
            if name in services or (infinite.any() and name.endswith(_MINUTES)):
                columns[name.removesuffix(_MINUTES) + _STATUS] = _reached(whole, infinite, lang)
        else:
            columns[name] = whole
    made = pd.DataFrame(columns, index=flat.index)
    if isinstance(flat, gpd.GeoDataFrame):
        placed: pd.DataFrame = gpd.GeoDataFrame(made, geometry=flat.geometry.to_numpy(), crs=flat.crs)
        return placed
    return made


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    names = [name if name is not None else ("id" if position == 0 else f"id_{position + 1}")
             for position, name in enumerate(frame.index.names)]  # fmt: skip
    if isinstance(frame.index, pd.RangeIndex) and frame.index.name is None:
        return frame.reset_index(drop=True)
    taken = frame.drop(columns=[name for name in names if name in frame.columns])
    flat: pd.DataFrame = taken.reset_index(names=names)
    return flat


def _one_kind(values: pd.Series) -> pd.Series:
    """Return a column whose values are of one kind."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("boolean") if values.isna().any() else values.astype(bool)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.astype("Float64").astype(float) if values.isna().any() else values
    if isinstance(values.dtype, pd.StringDtype):
        return values.astype(object).where(values.notna(), None)
    missing = values.isna().tolist()
    kinds = {type(value) for value, lacks in zip(values, missing, strict=True) if not lacks}
    if kinds and kinds <= {bool, np.bool_}:
        return values.astype("boolean")
    if kinds and kinds <= {int, float, np.int64, np.float64}:
        return pd.to_numeric(values).astype(float)
    written = [None if lacks else str(value) for value, lacks in zip(values, missing, strict=True)]
    return pd.Series(written, index=values.index, dtype=object)


def _reached(minutes: pd.Series, infinite: np.ndarray, lang: str) -> pd.Series:
    words = {name: text(f"columns.reach.{name}", lang) for name in ("reached", "unreachable", "unknown")}
    unknown = minutes.isna().to_numpy(bool)
    said = np.select([infinite, unknown], [words["unreachable"], words["unknown"]], words["reached"])
    return pd.Series(said.astype(object), index=minutes.index)
