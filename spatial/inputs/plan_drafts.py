"""A draft of a plan's mapping: what is written for a user to correct."""

import json
import tempfile
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from spatial.errors import ConfigError
from spatial.inputs.mapping import read_mapping
from spatial.plan_codes import meaning_of, times_of
from spatial.plan_names import Namer, plain
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, Pivot, PlanMapping, Time
from spatial.storage import new_file
from spatial.texts import text

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789_"


def draft_text(
    table: pd.DataFrame,
    pivot: Pivot,
    name: str,
    column: str,
    times: Mapping[str, int] | None = None,
    known: PlanMapping | None = None,
    *,
    said: Mapping[str, Time] | None = None,
    default_time: Time = UNKNOWN,
) -> str:
    """Return a draft mapping as YAML, its texts quoted; what is only guessed says so.

    Parameters
    ----------
    table : DataFrame
        What ``draft_mapping`` gives, as somebody may have corrected it: ``code``, ``count``, ``area_km2``, ``pivot``,
        ``options`` (lists), ``time``, ``score`` and ``name``.
    pivot : Pivot
    name : str
        What the mapping is called.
    column : str
        Where the codes come from.
    times : mapping, optional
        What the plan's column of time says, and of how many features.
    known : PlanMapping, optional
        The classification that the codes belong to: it says what its times mean.
    said : mapping, optional
        What somebody says that values of time mean; else as they are drafted.
    default_time : str, optional
        What holds for features without a time.

    Returns
    -------
    str
    """
    lines = [
        text("plans.draft_head", column=column),
        f"id: {identifier(name, 'plan')}",
        f"title: {{sv: {quoted(name)}}}",
        'version: "1"',
        f"source: {quoted(text('plans.draft_source', file=name))}",
        "basis: antagande",
        f"default_time: {default_time}  # {text('plans.draft_default_time')}",
        *_times(times or {}, drafted_times(times or {}, pivot, known) | dict(said or {})),
        "codes:",
    ]
    for row in table.to_dict("records"):
        note = text("plans.draft_note", count=row["count"], area=f"{row['area_km2']:.2f}", score=f"{row['score']:.2f}")
        lines.append(f"  {quoted(row['code'])}: {_rule(row)}  # {note}")
    lines.append(text("plans.draft_values", values=", ".join([*(v.id for v in pivot.entries), AMBIGUOUS, UNKNOWN])))
    return "\n".join(lines) + "\n"


def drafted_times(values: Iterable[str], pivot: Pivot, known: PlanMapping | None = None) -> dict[str, Time]:
    """Return what the values of a plan's column of time mean, as far as a known mapping or their words say.

    Examples
    --------
    >>> from spatial.inputs.mapping import read_pivot
    >>> drafted_times(["Befintlig", "Etapp 2"], read_pivot())
    {'Befintlig': 'nuvarande', 'Etapp 2': 'okand'}
    """
    namer, sure = Namer(pivot), times_of(known)
    return {value: meaning_of(value, sure) or namer.time_of(value) or UNKNOWN for value in values}


def _times(times: Mapping[str, int], said: Mapping[str, Time]) -> list[str]:
    rows = [f"  {quoted(v)}: {said[v]}  # {text('plans.draft_time', count=count)}" for v, count in times.items()]
    return ["times:", *rows] if rows else []


def _rule(row: Mapping[Hashable, object]) -> str:
    value, time, options, name = row["pivot"], row.get("time"), row.get("options"), row.get("name")
    parts = [f"pivot: {value}"]
    if value == AMBIGUOUS and isinstance(options, list | tuple):
        parts.append(f"options: [{', '.join(options)}]")
    if isinstance(time, str) and time and time != UNKNOWN:
        parts.append(f"time: {time}")
    if isinstance(name, str) and name:
        parts.append(f"name: {quoted(name)}")
    return str(value) if len(parts) == 1 and value != AMBIGUOUS else f"{{{', '.join(parts)}}}"


def mapping_of(content: str, pivot: Pivot) -> PlanMapping:
    """Return the mapping that a text in YAML holds.

    Raises
    ------
    ConfigError
        With every fault of it.
    """
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        path = Path(folder) / "mappning.yaml"
        path.write_text(content, encoding="utf-8")
        return read_mapping(path, pivot)


def write_draft(path: Path, content: str) -> None:
    """Write a draft, whole or not at all; what somebody may have corrected is not written over.

    Raises
    ------
    ConfigError
        If the file is there already.
    """
    if path.exists():
        raise ConfigError("plans.draft_there", file=path)
    with new_file(path) as fresh:
        fresh.write_text(content, encoding="utf-8")


def identifier(name: str, otherwise: str) -> str:
    """Return a name as an id: small letters, digits and underscores, a letter first.

    Examples
    --------
    >>> identifier("ÖP 2040 (antagen)", "plan"), identifier("2040", "plan")
    ('op_2040_antagen', 'plan_2040')
    """
    signs = "".join(sign if sign in _LETTERS else "_" for sign in plain(name))
    key = "_".join(part for part in signs.split("_") if part)
    return key if key[:1].isalpha() else f"{otherwise}_{key}".strip("_")


def quoted(value: object) -> str:
    """Return a text as YAML holds it, whatever is in it."""
    return json.dumps(str(value), ensure_ascii=False)
