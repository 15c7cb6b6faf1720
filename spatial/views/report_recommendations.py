"""The report's chapter of recommendations: what, who, with what evidence, and what each municipality has answered."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from spatial.analysis.outdated import STALE, standing
from spatial.record.events import Event
from spatial.record.reading import adoption
from spatial.texts import text
from spatial.views.report_parts import Heading, Part, Table, Words
from spatial.views.report_plans import (
    MOST_ROWS,
    Row,
    about,
    cell,
    codes_of,
    examples,
    few,
    frame_of,
    goal_titles,
    rest,
    worst_first,
)
from spatial.views.report_telling import Teller


def recommendations_part(tell: Teller, code: str | None, events: Iterable[Event]) -> list[Part]:
    """Return the chapter of recommendations; *rekommendation, inte bindande* stands first."""
    head: list[Part] = [Heading(tell.say("chapter.recommendations"))]
    table = frame_of(tell, "rekommendationer")
    if table is None:
        return [*head, Words(tell.say("missing.recommendations"))]
    rows = worst_first(about(table, code))
    said = adoption(events)
    answers, states = _answers(said), standing(table, said)
    goals = goal_titles(tell)
    told = [
        _row(tell, str(key), {**row, "state": states[str(key)]}, goals, answers, code)
        for key, row in zip(rows.index, rows.head(MOST_ROWS).to_dict("records"), strict=False)
    ]
    names = ("id", "recommendation", "goal", "actor", "evidence", "answer")
    heads: list[Any] = [(tell.say(f"column.{name}"), "text") for name in names]
    note = rest(tell, len(rows), "rekommendationer")
    return [
        *head,
        Words(tell.say("not_binding"), "note"),
        *examples(tell),
        Words(tell.say("intro.recommendations", count=tell.number(len(rows)))),
        Table(tell.say("table.recommendations"), heads, told, note, (2.5, 4.6, 2.2, 2.1, 2.7, 1.9)),
    ]


def _row(
    tell: Teller,
    key: str,
    row: Row,
    goals: Mapping[str, str],
    answers: Mapping[tuple[str, str], str],
    code: str | None,
) -> list[str]:
    own_id = str(row.get("id") or key)
    goal = str(row.get("goal") or "")
    said = cell("text", "title")(tell, row)
    if row["state"] == STALE:
        said = tell.say("stale", sentence=said)
    evidence = "; ".join(
        told for told in (str(row.get("finding") or ""), few(row.get("evidence"))) if told not in {"", "–"}
    )
    whom = [code] if code is not None else codes_of(row.get("plans"))
    return [
        own_id,
        said,
        ", ".join(goals.get(one, one) for one in codes_of(goal)) or "–",
        cell("actor")(tell, row),
        evidence or "–",
        _answered(tell, own_id, whom, answers),
    ]


def _answers(table: pd.DataFrame) -> dict[tuple[str, str], str]:
    keys = zip(table["recommendation"], table["municipality_code"], table["status"], strict=True)
    return {(str(recommendation), str(code)): str(status) for recommendation, code, status in keys}


def _answered(tell: Teller, own_id: str, codes: list[str], answers: Mapping[tuple[str, str], str]) -> str:
    said = [(code, answers[own_id, code]) for code in codes if (own_id, code) in answers]
    if not said:
        return text("record.adoption.unanswered", tell.lang)
    return "; ".join(
        f"{tell.municipality(code)}: {text(f'record.adoption.{status}', tell.lang)}" for code, status in said
    )
