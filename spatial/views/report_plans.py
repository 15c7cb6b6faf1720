"""The report's chapters on what was found in plans: borders, conflicts, readiness; and what tables of plans share.

Each says what is missing where a table is not there; none is a score.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from spatial.views.report_parts import Bullets, Heading, Part, Table, Words
from spatial.views.report_telling import Teller

MOST_ROWS: Final = 60
"""More rows than this are left to the tables and the map."""
SYNERGY: Final = "synergi"
SILENT: Final = "tyst plan"
_MOST_NAMED: Final = 4
_WHOSE: Final = ("plans", "plan_id", "plan_a", "plan_b")
"""The columns that say which municipalities' plans a row is about."""
Row = Mapping[Hashable, Any]
Cell = Callable[[Teller, Row], str]


def frame_of(tell: Teller, name: str) -> pd.DataFrame | None:
    """Return a table of the image, or the layer of that name without its geometry; None where there is neither."""
    table = tell.image.indicators.get(name)
    if table is None and name in tell.image.layers:
        table = tell.image.layers[name].frame.drop(columns="geometry", errors="ignore")
    return table


def examples(tell: Teller) -> list[Part]:
    """Return the sentence that the plans are examples; nothing where they are the municipalities' own."""
    return [Words(tell.say("example_plans"), "note")] if tell.example_plans() else []


def goal_titles(tell: Teller) -> dict[str, str]:
    """Return the goals' titles by id, as the matrix names them."""
    table = frame_of(tell, "matris")
    if table is None or "goal_title" not in table:
        return {}
    return {str(goal): str(title) for goal, title in zip(table["goal"], table["goal_title"], strict=True)}


def known(value: Any) -> bool:
    """Return whether a cell of a table says something."""
    return value is not None and value == value and value != ""  # noqa: PLR0124 - NaN


def rest(tell: Teller, count: int, table: str) -> str:
    """Return where the rows are that a table in the report leaves out; empty where it leaves out none."""
    return (
        tell.say("rest", shown=tell.number(MOST_ROWS), count=tell.number(count), table=table)
        if count > MOST_ROWS
        else ""
    )


def heads(tell: Teller, names: Sequence[tuple[str, Any]]) -> list[Any]:
    """Return a table's columns, named in the language."""
    return [(tell.say(f"column.{name}"), align) for name, align in names]


def borders_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the chapter on what neighbouring plans say across their borders."""
    head: list[Part] = [Heading(tell.say("chapter.borders"))]
    table = frame_of(tell, "granser")
    if table is None:
        return [*head, Words(tell.say("missing.borders"))]
    rows = (
        table if code is None else table[(table["plan_a"].astype(str) == code) | (table["plan_b"].astype(str) == code)]
    )
    rows = rows.sort_values(["severity", "length_m"], ascending=[False, False], kind="stable")
    counts = [f"{kind}: {tell.number(count)}" for kind, count in rows["kind"].value_counts().items()]
    told = [_border(tell, row) for row in rows.head(MOST_ROWS).to_dict("records")]
    columns = [("border", "text"), ("finding", "text"), ("uses", "text"), ("along", "number"), ("severity", "number")]
    note = f"{tell.say('note.borders')} {rest(tell, len(rows), 'granser')}".strip()
    made = Table(tell.say("table.borders"), heads(tell, columns), told, note, (3, 2.2, 4.6, 1.4, 1.3))
    return [*head, *examples(tell), Words(tell.say("intro.borders")), *([Bullets(counts)] if counts else []), made]


def _border(tell: Teller, row: Row) -> list[str]:
    pair = tell.say("pair", one=tell.municipality(row["plan_a"]), other=tell.municipality(row["plan_b"]))
    length = f"{tell.number(float(row['length_m']) / 1000, 1)} km"
    return [pair, str(row["kind"]), _uses(tell, row), length, tell.number(float(row["severity"]))]


def _uses(tell: Teller, row: Row) -> str:
    sides = []
    for end in ("a", "b"):
        pivot, feature = row.get(f"pivot_{end}"), row.get(f"feature_{end}")
        nothing = tell.say("silent") if row["kind"] == SILENT else tell.say("no_further")
        title = tell.pivots.get(str(pivot), str(pivot)) if known(pivot) else nothing
        sides.append(f"{title} ({feature})" if known(feature) else title)
    return " | ".join(sides)


def conflicts_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the chapter on conflicts and synergies within the plans."""
    return _listed(tell, code, "konflikter", "conflicts", _CONFLICT)


def readiness_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the chapter on how ready the digital plans are; it claims no conformance."""
    parts = _listed(tell, code, "plan_granskning", "readiness", _READINESS)
    caveat = tell.image.settings.readiness.caveat.get(tell.lang)
    return [*parts, *([Words(caveat, "small")] if caveat else [])]


def _listed(tell: Teller, code: str | None, name: str, room: str, wanted: Mapping[str, Cell]) -> list[Part]:
    head: list[Part] = [Heading(tell.say(f"chapter.{room}"))]
    table = frame_of(tell, name)
    if table is None:
        return [*head, Words(tell.say(f"missing.{room}"))]
    rows = worst_first(about(table, code))
    counts = [
        f"{kind}: {tell.number(count)}" for kind, count in rows.get("kind", pd.Series(dtype=str)).value_counts().items()
    ]
    shown = rows[rows["kind"] != SYNERGY] if "kind" in rows else rows
    told = [[cell(tell, row) for cell in wanted.values()] for row in shown.head(MOST_ROWS).to_dict("records")]
    columns = heads(tell, [(title, "number" if title == "amount" else "text") for title in wanted])
    left = len(rows) - len(shown)
    unshown = tell.say("note.synergies", count=tell.number(left), table=name) if left else ""
    note = f"{unshown} {rest(tell, len(shown), name)}".strip()
    made = Table(tell.say(f"table.{room}"), columns, told, note, _WIDTHS[room])
    return [*head, *examples(tell), Words(tell.say(f"intro.{room}")), *([Bullets(counts)] if counts else []), made]


def worst_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows by severity, the worst first, where it is a number."""
    if "severity" not in rows or not pd.api.types.is_numeric_dtype(rows["severity"]):
        return rows
    return rows.sort_values("severity", ascending=False, kind="stable")


def about(table: pd.DataFrame, code: str | None) -> pd.DataFrame:
    """Return the rows that are about a municipality: by its plan, or among the municipalities named."""
    if code is None:
        return table
    columns = [name for name in _WHOSE if name in table]
    named = [table[name].map(lambda value: code in codes_of(value)) for name in columns]
    return table[pd.concat(named, axis=1).any(axis=1)] if named else table


def codes_of(value: Any) -> list[str]:
    """Return the codes in a cell: a list, or a text parted by ``;`` or ``,``.

    Examples
    --------
    >>> codes_of("2480; 2482"), codes_of(["2480"]), codes_of(None)
    (['2480', '2482'], ['2480'], [])
    """
    if isinstance(value, str):
        return [part.strip() for part in value.replace(",", ";").split(";") if part.strip()]
    if value is None or isinstance(value, float):
        return []
    return [str(part) for part in value] if hasattr(value, "__iter__") else [str(value)]


def few(value: Any) -> str:
    """Return the first ids of a cell, and how many there are besides."""
    ids = codes_of(value)
    more = f" (+{len(ids) - _MOST_NAMED})" if len(ids) > _MOST_NAMED else ""
    return ", ".join(ids[:_MOST_NAMED]) + more if ids else "–"


def cell(*names: str) -> Cell:
    """Return what reads the first of some columns that a row has; a pivot by its title."""

    def read(tell: Teller, row: Row) -> str:
        value = next((row[name] for name in names if known(row.get(name))), None)
        return "–" if value is None else tell.pivots.get(str(value), str(value))

    return read


def _who(tell: Teller, row: Row) -> str:
    codes = [code for name in _WHOSE for code in codes_of(row.get(name))]
    return ", ".join(tell.municipality(code) for code in codes[:_MOST_NAMED]) or "–"


def _measure(tell: Teller, row: Row) -> str:
    value, unit = row.get("measure"), row.get("unit", "")
    decimals = 0 if unit == "inv" else 1
    return f"{tell.number(float(value), decimals)} {unit}".strip() if known(value) else "–"  # type: ignore[arg-type]


def _clash(tell: Teller, row: Row) -> str:
    sides = [cell("pivot")(tell, row), cell("other_pivot")(tell, row)]
    told = " | ".join(side for side in sides if side != "–")
    name = cell("name")(tell, row)
    return f"{name}: {told}" if told and name != "–" else told or name


_WIDTHS: Final = {"conflicts": (2.3, 2.4, 4.4, 3, 2.1, 1.4), "readiness": (2.4, 2.2, 1.8, 4, 3.4, 2.4)}
_CONFLICT: Final[Mapping[str, Cell]] = {
    "municipality": _who,
    "finding": cell("kind"),
    "what": _clash,
    "feature": lambda _, row: ", ".join(str(row[name]) for name in ("feature", "other") if known(row.get(name))) or "–",
    "amount": _measure,
    "severity": cell("severity"),
}
_READINESS: Final[Mapping[str, Cell]] = {
    "municipality": _who,
    "rule": cell("rule"),
    "severity": cell("severity"),
    "what": cell("sentence"),
    "fix": cell("fix"),
    "feature": lambda _, row: few(row.get("features") or row.get("feature")),
}
