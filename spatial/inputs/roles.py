"""What each role asks of a layer: its geometry, its columns, and what they mean."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from spatial.errors import Fault, Severity
from spatial.settings import Role

Family = Literal["point", "line", "polygon"]
_NUMERIC_ENDINGS: Final = ("_inv", "_km", "_m", "_km2", "_kmh", "_min", "_share", "_per_day", "_count")
_LISTED: Final = 10
_NUMERIC_NAMES: Final = frozenset({"central", "oneway", "ferry", "passenger"})
_WORDS: Final = {"yes": 1.0, "true": 1.0, "ja": 1.0, "no": 0.0, "false": 0.0, "nej": 0.0, "-1": -1.0, "reversible": 0.0}


@dataclass(frozen=True)
class RoleRules:
    """The geometry family (None: a table), the columns that must be there, and which of them is the id.

    ``lenient``: number columns in which what is no number is left out and counted. ``class_column``: the column whose
    values a layer's ``classes`` translate.
    """

    family: Family | None
    required: tuple[str, ...] = ()
    id_column: str | None = None
    lenient: tuple[str, ...] = ()
    class_column: str = "category"


ROLES: Final[dict[Role, RoleRules]] = {
    "municipalities": RoleRules("polygon", ("code", "name"), "code"),
    "regions": RoleRules("polygon", ("code", "name"), "code"),
    "municipal_totals": RoleRules(None, ("code", "population_inv"), "code"),
    "official_areas": RoleRules(None, ("code", "land_km2", "inland_water_km2"), "code"),
    "localities": RoleRules("point", ("name", "population_inv"), "id"),
    "outside_places": RoleRules("point", ("name", "population_inv"), "id"),
    "population_grid": RoleRules("polygon", ("population_inv",), "id"),
    "services": RoleRules("point", ("service_type",), "id", class_column="service_type"),
    "roads": RoleRules("line", (), "id", lenient=("speed_kmh", "oneway", "ferry"), class_column="road_class"),
    "railways": RoleRules("line", (), "id", lenient=("speed_kmh",)),
    "stations": RoleRules("point", ("name",), "id"),
    "airports": RoleRules("point", ("name",), "id"),
    "land_use": RoleRules("polygon", ("category",), "id"),
    "water": RoleRules("polygon", (), "id"),
    "rivers": RoleRules("line", (), "id"),
    "land": RoleRules("polygon", (), "id"),
    "stops": RoleRules("point", ("departures_per_day",), "id"),
    "plans": RoleRules("polygon", ("code",), "id"),
    "plan_outlines": RoleRules("polygon", ("code",), "code"),
    "interests": RoleRules("polygon", ("code",), "id", class_column="code"),
    "commuting": RoleRules(None, ("origin", "destination", "commuters_inv"), None),
}


def column_faults(ours: Iterable[str], role: Role, layer: str, theirs: Iterable[str]) -> list[Fault]:
    """Return a fault for each column that the role needs and is not among ours; ``theirs`` are those of the file."""
    known, have = set(ours), ", ".join(theirs)
    return [
        Fault("faults.column_missing", layer, values={"column": name, "columns": have})
        for name in ROLES[role].required
        if name not in known
    ]


def service_faults(frame: pd.DataFrame, layer: str, types: Collection[str]) -> list[Fault]:
    """Return the fault of services whose type is none of the settings': they are counted, and all is too many."""
    return _kind_faults(frame, layer, "service_type", types, "faults.unknown_service")


def interest_faults(frame: pd.DataFrame, layer: str, values: Collection[str]) -> list[Fault]:
    """Return the fault of areas whose ``code`` is none of the pivot's values: they are counted, and all is too many."""
    return _kind_faults(frame, layer, "code", values, "faults.unknown_interest")


def _kind_faults(frame: pd.DataFrame, layer: str, column: str, known: Collection[str], fault: str) -> list[Fault]:
    if column not in frame.columns:
        return []
    unknown = frame[column][~frame[column].isin(known)]
    if unknown.empty:
        return []
    given = ", ".join(sorted({str(value) for value in unknown.dropna()})[:_LISTED]) or "–"
    values = {"count": len(unknown), "given": given, "types": ", ".join(known)}
    severity: Severity = "error" if len(unknown) == len(frame) else "warning"
    return [Fault(fault, layer, None, severity, len(unknown), values)]


def is_numeric(name: str) -> bool:
    """Return whether a column of ours holds numbers, by its name's unit.

    Examples
    --------
    >>> is_numeric("population_inv"), is_numeric("code")
    (True, False)
    """
    return name.endswith(_NUMERIC_ENDINGS) or name in _NUMERIC_NAMES


def with_numbers(frame: pd.DataFrame, role: Role, layer: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the frame with its number columns as floats and every other column as text, and what did not fit.

    Parameters
    ----------
    frame : DataFrame
        Index = the row's number in the file.
    role : Role
    layer : str

    Returns
    -------
    DataFrame, list of Fault
        A value that is no number is a fault with its row; in a column where the role is lenient (speeds and
        directions of open road data) it becomes missing and is counted.
    """
    out, faults = frame.copy(), list[Fault]()
    for name in frame.columns:
        if name == "geometry":
            continue
        if not is_numeric(str(name)):
            out[name] = as_texts(frame[name])
            continue
        numbers = _numbers(frame[name])
        wrong = frame.index[numbers.isna() & frame[name].notna()]
        out[name] = numbers
        if name in ROLES[role].lenient and len(wrong):
            values = {"column": name, "count": len(wrong), "given": frame.loc[wrong[0], name]}
            faults.append(Fault("faults.number_left_out", layer, None, "warning", len(wrong), values))
        else:
            faults += [
                Fault("faults.not_number", layer, str(row), values={"column": name, "given": frame.loc[row, name]})
                for row in wrong
            ]
    return out, faults + _people_faults(out, layer)


def _numbers(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float).replace([np.inf, -np.inf], np.nan)
    texts = column.map(
        lambda value: value.strip().replace("\u00a0", "").replace(",", ".") if isinstance(value, str) else value
    )
    words = texts.map(lambda value: _WORDS.get(str(value).lower()))
    return pd.to_numeric(texts, errors="coerce").astype(float).fillna(words.astype(float))


def as_texts(column: pd.Series) -> pd.Series:
    """Return a column's values as text: whole numbers without decimals, what is missing as None.

    Examples
    --------
    >>> as_texts(pd.Series([114.0, None])).tolist(), as_texts(pd.Series(["0114"])).tolist()
    (['114', None], ['0114'])
    """

    def written(value: object) -> str | None:
        if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
            return None
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

    return pd.Series([written(value) for value in column.tolist()], index=column.index, dtype=object)


def _people_faults(frame: pd.DataFrame, layer: str) -> list[Fault]:
    if "population_inv" not in frame.columns:
        return []
    rows = frame.index[frame["population_inv"] < 0]
    return [
        Fault("faults.negative_people", layer, str(row), values={"given": frame.loc[row, "population_inv"]})
        for row in rows
    ]
