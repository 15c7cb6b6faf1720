"""Which columns of a plan's file hold its classes, times, names and ids: by what they hold, and by usual names."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from spatial.errors import ConfigError
from spatial.inputs.domains import bare, worded
from spatial.inputs.roles import as_texts
from spatial.plan_codes import Codes, meaning_of, times_of
from spatial.plan_names import Namer
from spatial.plan_terms import UNKNOWN, PlanMapping, folded

GUESSES: Final = {
    "code": ("kod", "code", "arealformal", "arealformål", "hilucslanduse", "hilucs", "anvandning", "användning",
             "markanvandning", "markanvändning", "markanv", "huvudanvandning", "kategori", "category", "klass", "typ",
             "typkod", "beteckning"),
    "name_of_code": ("beskrivning", "benamning", "benämning", "kodtext", "klartext", "anvandning_text", "typnamn"),
    "name": ("namn", "name", "benamning", "benämning", "omrade", "område", "omr_namn", "delomr", "delområde"),
    "time": ("tid", "status", "arealstatus", "arealst", "tidsaspekt", "tidsperspektiv", "tidshorisont", "genomforande",
             "genomförande", "skede", "etapp"),
    "consideration": ("hansyn", "hänsyn", "consideration"),
    "file_id": ("id", "objektid", "objekt_id", "objektidentitet", "objectid", "objid", "uuid", "fid", "lokalid",
                "lokal_id", "globalid", "omrade_id", "område_id", "inspireid_localid", "identitet"),
    "municipality": ("kommunkod", "kommun_kod", "kn_kod", "knkod", "kommunnummer", "kommunenummer", "kommunenr",
                     "kommnr",
                     "kommun", "kommunnamn", "kommune", "municipality"),
    "aspect": ("aspekt", "aspect"),
}  # fmt: skip
"""Column names that plans are known to use, in lower case."""
_PAUSES: Final = re.compile(r"[\s.-]+")
_CUT: Final = 10
"""A shapefile cuts names of columns to so many letters."""
_MOST_CLASSES: Final = 200
_FEW_ROWS: Final = 20
_REPEATED: Final = 0.5
"""A column of classes says each of them at least twice, on average."""
_UNDERSTOOD: Final = 0.3
_USUAL_NAME: Final = 0.25
_RECOGNISED: Final = 0.8
"""So large a share of the codes belongs to a known classification before it is taken for that one."""
_MOST_TIMES: Final = 12
_STATES: Final = frozenset({"1", "2", "3"})


@dataclass(frozen=True)
class Columns:
    """The column that holds each thing; None where the file has none."""

    code: str | None = None
    name_of_code: str | None = None
    name: str | None = None
    time: str | None = None
    consideration: str | None = None
    file_id: str | None = None
    aspect: str | None = None
    municipality: str | None = None

    def known(self) -> dict[str, str]:
        """Return what is there: meaning → column."""
        return {meaning: column for meaning, column in vars(self).items() if column is not None}


def guessed(frame: pd.DataFrame, meaning: str) -> str | None:
    """Return the column that by its name, or what a shapefile leaves of it, means something (``GUESSES``), or None.

    A column of codes may have more in its name: ÖP-klass.
    """
    named = {_PAUSES.sub("_", folded(str(name))): str(name) for name in frame.columns}
    wanted = [short for name in GUESSES[meaning] for short in (name, name[:_CUT])]
    parts = {part: name for name in reversed(named) for part in name.split("_")} if meaning == "code" else {}
    found = next((name for name in wanted if name in named), None)
    found = found or next((parts[name] for name in wanted if name in parts), None)
    return None if found is None else named[found]


def _said(frame: pd.DataFrame, name: str | None) -> str | None:
    """Return the column of words where the file has one for the codes of a column, else the column itself."""
    return worded(name) if name is not None and worded(name) in frame.columns else name


def columns_of(
    frame: gpd.GeoDataFrame,
    namer: Namer,
    mappings: Iterable[PlanMapping] = (),
    *,
    code: str | None = None,
    name_of_code: str | None = None,
    time: str | None = None,
) -> Columns:
    """Return what the columns of a plan's layer hold.

    Parameters
    ----------
    frame : GeoDataFrame
        As the gate gives it.
    namer : Namer
    mappings : iterable of PlanMapping
        Classifications whose codes are known.
    code, name_of_code, time : str, optional
        What the user says.

    Returns
    -------
    Columns
        ``code`` is the column whose values are best understood; None where no column holds classes.

    Raises
    ------
    ConfigError
        If the file lacks a column that the user says.
    """
    absent = [name for name in (code, name_of_code, time) if name is not None and name not in frame.columns]
    if absent:
        raise ConfigError("plans.no_column", column=absent[0], columns=listed(frame))
    known = list(mappings)
    understood = _understood(frame, namer, known)
    chosen = code or max(understood, key=lambda name: understood[name], default=None)
    if code is None and (chosen is None or understood[chosen] < _UNDERSTOOD):
        chosen = _said(frame, guessed(frame, "code"))
    spelled = name_of_code or _spelling(frame, chosen, understood)
    same = recognised(_values(frame[chosen]), known) if chosen is not None else None
    others = {
        meaning: _said(frame, guessed(frame, meaning))
        for meaning in ("name", "consideration", "aspect", "municipality")
    }
    ids, time = guessed(frame, "file_id"), time or _time(frame, namer, chosen, same)
    used = {chosen, time}
    return Columns(
        chosen,
        None if spelled == chosen else spelled,
        file_id=ids,
        time=time,
        **{meaning: None if name in used else name for meaning, name in others.items()},
    )


def listed(frame: gpd.GeoDataFrame) -> str:
    """Return a layer's columns with how many values each has, for a sentence."""
    names = [name for name in frame.columns if name != frame.geometry.name]
    return ", ".join(f"{name} ({frame[name].nunique()})" for name in names)


def recognised(codes: Iterable[str], mappings: Iterable[PlanMapping]) -> PlanMapping | None:
    """Return the classification that most of the codes belong to, or None."""
    wanted = {folded(code): code for code in codes}.values()
    if not wanted:
        return None
    shares = [(_share(wanted, mapping), mapping) for mapping in mappings]
    share, best = max(shares, key=lambda found: found[0], default=(0.0, None))
    return best if share >= _RECOGNISED else None


def _share(wanted: Collection[str], mapping: PlanMapping) -> float:
    known = Codes(mapping)
    return sum(map(known.owns, wanted)) / len(wanted)


def _understood(frame: gpd.GeoDataFrame, namer: Namer, mappings: list[PlanMapping]) -> dict[str, float]:
    """Return, for each column that may hold classes, how well its values are understood (0 to 1, usual names more)."""
    usual = {guessed(frame, meaning) for meaning in ("name", "consideration", "file_id", "aspect", "municipality")}
    usual -= {guessed(frame, "code"), guessed(frame, "name_of_code")}
    found: dict[str, float] = {}
    for name in frame.columns:
        if name == frame.geometry.name or bare(str(name)) in usual:
            continue
        values = _values(frame[name])
        if not values or len(values) > _MOST_CLASSES:
            continue
        if len(frame) >= _FEW_ROWS and len(values) > _REPEATED * len(frame):
            continue
        guesses = [namer.guess(value) for value in values]
        share = sum(guess.score for guess in guesses if guess.pivot != UNKNOWN) / len(values)
        if recognised(values, mappings) is not None:
            share = 1.0
        elif _says_times(values, namer) or worded(str(name)) in frame.columns:
            share = 0.0
        found[str(name)] = share + (_USUAL_NAME if bare(str(name)).casefold() in GUESSES["code"] else 0.0)
    return found


def _values(column: "pd.Series[Any]") -> list[str]:
    if pd.api.types.is_bool_dtype(column):
        return []
    if pd.api.types.is_float_dtype(column) and not (column.dropna() % 1 == 0).all():
        return []
    texts = as_texts(column).dropna().str.strip()
    return sorted(set(texts[texts != ""]))


def _spelling(frame: gpd.GeoDataFrame, code: str | None, understood: Mapping[str, float]) -> str | None:
    """Return the column that spells a code out: the same for every feature of a code, named so or understood."""
    if code is None:
        return None
    usual = guessed(frame, "name_of_code")
    fits = [name for name in understood if understood[name] >= _UNDERSTOOD]
    if worded(code) in frame.columns:
        return worded(code)
    wanted = [usual] if usual is not None else []
    if understood.get(code, 0.0) < _UNDERSTOOD:
        wanted += sorted(fits, key=lambda name: -understood[name])
    return next((name for name in wanted if name != code and frame.groupby(code)[name].nunique().max() == 1), None)


def _time(frame: gpd.GeoDataFrame, namer: Namer, code: str | None, same: PlanMapping | None) -> str | None:
    """Return the column that says when: by its usual name, else by what it holds; words, where a file has them.

    The codes stay where the classification that the plan is in says what they mean. A column with a usual name is taken
    even where its values are not understood: what they mean is then asked.
    """
    usual = guessed(frame, "time")
    sure = times_of(same)
    if usual and same is not None and any(meaning_of(value, sure) for value in _values(frame[usual])):
        return usual
    names = [_said(frame, usual)] if usual else []
    names += [str(name) for name in frame.columns if name not in {*names, frame.geometry.name}]
    for name in names:
        values = _values(frame[name]) if name != code else []
        if _says_times(values, namer) or (name == usual and values and set(values) <= _STATES):
            return name
    first = names[0] if usual and names[0] != code else None
    return first if first and 0 < len(_values(frame[first])) <= _MOST_TIMES else None


def may_say_times(frame: gpd.GeoDataFrame) -> list[str]:
    """Return the columns that hold a few values that come again: any of them may say when."""
    names = [str(name) for name in frame.columns if name != frame.geometry.name]
    counts = {name: len(_values(frame[name])) for name in names}
    return [name for name, count in counts.items() if 0 < count <= _MOST_TIMES and count < max(len(frame), 2)]


def _says_times(values: list[str], namer: Namer) -> bool:
    if not values or len(values) > _MOST_TIMES:
        return False
    known = sum(map(namer.only_says_when, values))
    return 2 * known >= len(values)
