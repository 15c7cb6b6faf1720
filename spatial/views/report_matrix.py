"""The report's chapter on plan and strategy: the matrix, and in a municipality's edition its amounts and evidence."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from spatial.analysis.ranges import range_names
from spatial.analysis.rules import CELLS_LAYER
from spatial.texts import text
from spatial.views.report_parts import Heading, Part, Table, Words
from spatial.views.report_plans import MOST_ROWS, Row, examples, frame_of, goal_titles, heads, known, rest
from spatial.views.report_telling import Teller
from spatial.views.rule_words import told_kind, told_limit

MARKS: Final = (("stödjer", "#DCE9D5"), ("motverkar", "#F3D9D0"))
_ABREAST: Final = 4
"""Municipalities side by side in the matrix, so that the names fit on a page."""
_SHARE: Final = "andel"


def matrix_part(tell: Teller, code: str | None) -> list[Part]:
    """Return the chapter on plan and strategy; it always says what the matrix is not (D15)."""
    head: list[Part] = [Heading(tell.say("chapter.matrix")), Words(tell.say("not_a_score"), "note")]
    table = frame_of(tell, "matris")
    if table is None or table.empty:
        return [*head, Words(tell.say("missing.matrix" if tell.plan_layers() else "missing.plans"))]
    head += [Words(tell.say("intro.matrix")), *examples(tell)]
    goals = goal_titles(tell)
    if code is None:
        return [*head, *_matrix_tables(tell, table, goals), Words(text("links.strength", tell.lang), "small")]
    own = table[table["plan_id"].astype(str) == code]
    columns = [("goal", "text"), ("verdict", "text"), ("amount", "text"), ("rule", "text"), ("quote", "text")]
    rows = [
        [
            goals.get(row["goal"], row["goal"]),
            _verdict(tell, row),
            _amount(tell, row),
            _rule(tell, row),
            str(row["quote"]),
        ]
        for row in own.to_dict("records")
    ]
    made = Table(
        tell.say("table.matrix_own"),
        heads(tell, columns),
        rows,
        text("links.strength", tell.lang),
        (4, 2.2, 2.6, 3, 2),
        MARKS,
    )
    return [*head, made, *_evidence(tell, code, goals)]  # fmt: skip


def _matrix_tables(tell: Teller, table: pd.DataFrame, goals: Mapping[str, str]) -> list[Part]:
    plans = sorted(table["plan_id"].astype(str).unique(), key=tell.municipality)
    groups = [plans[first : first + _ABREAST] for first in range(0, len(plans), _ABREAST)]
    cells = {(str(row["plan_id"]), row["goal"]): row for row in table.to_dict("records")}
    parts: list[Part] = []
    for number, group in enumerate(groups, 1):
        rows = []
        for goal in dict.fromkeys(table["goal"]):
            told = [_verdict(tell, cells[plan, goal]) if (plan, goal) in cells else "–" for plan in group]
            rows.append([goals.get(goal, str(goal)), *told])
        columns: list[Any] = [(tell.say("column.goal"), "text"), *((tell.municipality(plan), "text") for plan in group)]
        caption = tell.say("table.matrix", number=number, count=len(groups))
        parts.append(Table(caption, columns, rows, "", (4.6, *(2.4 for _ in group)), MARKS))
    return parts


def _verdict(tell: Teller, row: Row) -> str:
    told = str(row["verdict"])
    strength = row.get("strength")
    if strength is not None and strength == strength:  # noqa: PLR0124 - NaN
        ends = (float(row.get(name, float("nan"))) for name in range_names("strength"))
        told = f"{told} {tell.ranged(tell.percent(float(strength)), tell.percents(*ends))}"
    return tell.say("mixed", verdict=told) if row.get("mixed") else told


def _amount(tell: Teller, row: Row) -> str:
    sides = [float(row.get(name) or 0.0) for name in ("support_measure", "against_measure")]
    if not any(side > 0 for side in sides):
        return "–"
    told = [_measured(tell, row, f"{side}_measure") for side in ("support", "against")]
    full, unit = _plain(tell, float(row["full"]), row["unit"]), _unit(row)
    return tell.say("amount", support=told[0], against=told[1], full=full, unit=unit).strip()


def _plain(tell: Teller, value: float, unit: Any) -> str:
    """Return a measure without its unit; a share of the area as a percentage, or nothing would be left of it."""
    if unit == _SHARE:
        return text("webmap.percent", tell.lang, number=tell.number(value * 100, 1))
    return tell.number(value, 0 if unit == "inv" or value == round(value) else 1)


def _unit(row: Row) -> str:
    return "" if row["unit"] == _SHARE else str(row["unit"])


def _measured(tell: Teller, row: Row, name: str) -> str:
    """Return a measure with its range where the models behind it are redrawn; few people as a word."""
    status = tell.status(CELLS_LAYER)

    def told(value: float) -> str:
        if row["unit"] == "inv":
            return tell.people(value, status)
        return _plain(tell, value, row["unit"]) if row["unit"] == _SHARE else tell.number(value, 1)

    value = told(float(row[name] or 0.0))
    low, high = (float(row.get(end, float("nan"))) for end in range_names(name))
    if low != low or high != high:  # noqa: PLR0124 - NaN
        return value
    ends = [told(low), told(high)]
    return tell.ranged(value, ends[0] if ends[0] == ends[1] else tell.say("between", low=ends[0], high=ends[1]))


def _rule(tell: Teller, row: Row) -> str:
    kind, limit = (str(row[name]) if known(row.get(name)) else "" for name in ("rule", "parameter"))
    if not kind:
        return "–"
    told = told_limit(kind, limit, tell.image.settings, tell.lang) if limit else ""
    return ", ".join(part for part in (told_kind(kind, tell.lang), told) if part)


def _evidence(tell: Teller, code: str, goals: Mapping[str, str]) -> list[Part]:
    rows = frame_of(tell, "matris_belagg")
    if rows is None:
        return []
    own = rows[rows["plan_id"].astype(str) == code]
    weight = own["counted"] / own.groupby(["goal", "effect"])["counted"].transform("sum")
    shown = own.loc[weight.sort_values(ascending=False, kind="stable").index[:MOST_ROWS]]
    shown = shown.assign(goal=pd.Categorical(shown["goal"], list(goals))).sort_values(
        ["goal", "effect", "counted"], ascending=[True, False, False], kind="stable"
    )
    told = [
        [str(row["feature"]), goals.get(row["goal"], str(row["goal"])), str(row["effect"]),
         *(f"{_measured(tell, row, name)} {_unit(row)}".strip() for name in ("measure", "counted")), _rule(tell, row)]
        for row in shown.to_dict("records")
    ]  # fmt: skip
    columns = [("feature", "text"), ("goal", "text"), ("effect", "text"), ("amount", "number"), ("counted", "number")]
    note = f"{tell.say('note.evidence')} {rest(tell, len(own), 'matris_belagg')}".strip()
    widths = (2.3, 2.5, 1.8, 2.1, 2.1, 2.9)
    return [Table(tell.say("table.evidence"), heads(tell, [*columns, ("rule", "text")]), told, note, widths, MARKS)]
