"""What a recommendation says of a finding: a template's sentence with the finding's names and numbers in it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from spatial.analysis.matrix import NO_EVIDENCE
from spatial.strategy import Goal, Template
from spatial.texts import DEFAULT_LANGUAGE, number

if TYPE_CHECKING:
    import pandas as pd

_CALLED: Final = ("kommun", "andra", "pivot", "pivot_andra")
_DECIMALS: Final = {"inv": 0, "m": 0, "ha": 0, "km": 1, "andel": 2}
Values = dict[str, Any]
"""What a finding gives a sentence: codes of plans and categories, a name, and a measure with its unit."""


def sentence_of(
    template: Template, values: Values, names: Mapping[str, str], goal: Goal | None, lang: str = DEFAULT_LANGUAGE
) -> str:
    """Return what a template says of a finding, in a language.

    Parameters
    ----------
    template : Template
    values : Values
        What :func:`values_of_cell`, :func:`values_of_border` or :func:`values_of_conflict` gives.
    names : mapping of str to str
        What plans and categories are called in that language.
    goal : Goal or None
    lang : {"sv", "en", "no"}
    """
    called = {key: ", ".join(names.get(part, part) for part in values[key].split(";")) for key in _CALLED}
    amount = number(values["measure"], _DECIMALS.get(values["unit"], 0), lang)
    told = {**called, "namn": values["namn"], "matt": amount, "enhet": values["unit"]}
    return template.sentence.get(lang).format_map({**told, "mal": goal.title.get(lang) if goal else ""})


def values_of_cell(cell: "pd.Series[Any]") -> Values:
    """Return what a recommendation may say of a cell of the matrix."""
    measure = 0.0 if cell["verdict"] == NO_EVIDENCE else float(cell["against_measure"])
    return _values(cell["plan_id"], measure, cell["unit"])


def values_of_border(row: "pd.Series[Any]", feature_names: "pd.Series[Any]") -> Values:
    """Return what a recommendation may say of a finding at a border; the plan that is silent goes first."""
    silent = str(row["silent"])
    first = silent if silent in {row["plan_a"], row["plan_b"]} else row["plan_a"]
    second = row["plan_b"] if first == row["plan_a"] else row["plan_a"]
    name = "".join(str(feature_names.get(key) or "") for key in evidence_at(row)[:1])
    uses = {"pivot": str(row["pivot_a"]), "pivot_andra": str(row["pivot_b"])}
    return _values(first, row["length_m"], "m", andra=str(second), namn=name, **uses)


def values_of_conflict(row: "pd.Series[Any]") -> Values:
    """Return what a recommendation may say of a conflict within a plan."""
    uses = {"pivot": str(row["pivot"]), "pivot_andra": str(row["other_pivot"])}
    return _values(row["plan_id"], row["measure"], row["unit"], namn=str(row["name"] or ""), **uses)


def _values(plan: object, measure: float, unit: object, **others: str) -> Values:
    empty: dict[str, Any] = {"andra": "", "namn": "", "pivot": "", "pivot_andra": ""}
    return {**empty, "kommun": str(plan), "measure": float(measure), "unit": str(unit), **others}


def evidence_at(row: "pd.Series[Any]") -> list[str]:
    """Return the plan features on both sides of a finding at a border."""
    return sorted({name for side in ("feature_a", "feature_b") for name in str(row[side]).split(";") if name})
