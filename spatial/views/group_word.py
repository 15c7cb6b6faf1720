"""The group's input as a Word document: who took part, what was said, agreed, disputed, proposed and decided."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from spatial.model import StructureImage
from spatial.record import reading
from spatial.record.events import DRAWN, ORGANISATIONS, Event
from spatial.record.standing import disagreement
from spatial.texts import text
from spatial.views.group_told import drawings_by_item
from spatial.views.report_parts import Contents, Document, Heading, Part, Table, Words
from spatial.views.report_summary import participation_part
from spatial.views.report_telling import Teller
from spatial.views.report_word import write_word

_JUDGED: Final = ("noder", "strak")
_TIME: Final = 16


def group_document(image: StructureImage, events: Iterable[Event], *, lang: str = "sv") -> Document:
    """Return what a group has added as a document; texts as they were written."""
    tell, said = Teller(image, lang), list(events)
    parts: list[Part] = [Contents(tell.say("contents")), *participation_part(tell, said)]
    parts += _opinions(tell, said)
    for room, frame, columns in (
        ("comments", reading.comments(said), ("text",)),
        ("drawings", reading.drawings(said), ("title", "text")),
        ("proposals", reading.proposals(said), ("value", "text")),
        ("minutes", reading.minutes_of_meetings(said), ("text", "responsible", "deadline")),
        (
            "answers",
            reading.adoption_log(said).assign(layer="", feature=lambda t: t["recommendation"]),
            ("status", "text"),
        ),
    ):
        parts += _chapter(tell, room, frame.assign(title_about=_drawn_titles(frame, said)), columns)
    region = image.settings.region
    title = text("record.document.title", lang, region=region.title.get(lang))
    facts = [
        (tell.say("fact.region"), region.title.get(lang)),
        (tell.say("fact.fingerprint"), image.provenance.fingerprint),
    ]
    subtitle = text("record.document.subtitle", lang, count=tell.number(len(said)))
    return Document(title, subtitle, facts, parts, tell.say("foot", title=title), lang)


def write_group_word(image: StructureImage, events: Iterable[Event], path: Path, *, lang: str = "sv") -> Path:
    """Write what a group has added as Word; see :func:`group_document`."""
    return write_word(group_document(image, events, lang=lang), path)


def _chapter(tell: Teller, room: str, frame: pd.DataFrame, columns: Sequence[str]) -> list[Part]:
    head = Heading(text(f"record.chapter.{room}", tell.lang))
    if frame.empty:
        return [head, Words(text("record.nothing", tell.lang))]
    rows = [
        [_time(row), _who(tell, row), _about(tell, row), *(_said(tell, name, row) for name in columns)]
        for row in frame.to_dict("records")
    ]
    heads: list[Any] = [
        (text(f"record.column.{name}", tell.lang), "text") for name in ("time", "who", "about", *columns)
    ]
    return [head, Table(text(f"record.chapter.{room}", tell.lang), heads, rows)]


def _time(row: Any) -> str:
    return str(row["time"])[:_TIME].replace("T", " ")


def _said(tell: Teller, name: str, row: Any) -> str:
    value = str(row[name])
    if name == "value":
        levels = {level.id: level.title.get(tell.lang) for level in tell.image.settings.hierarchy.levels}
        return levels.get(value, value) or "–"
    return text(f"record.adoption.{value}", tell.lang) if name == "status" else value or "–"


def _who(tell: Teller, row: Any) -> str:
    code = str(row.get("author_code", row.get("municipality_code", "")) or "")
    organisation = str(row["organisation"])
    body = tell.municipality(code) if code else text(f"record.organisation.{organisation}", tell.lang)
    known = organisation in ORGANISATIONS
    return (
        f"{row['session']} ({body}, {text('record.profession.' + str(row['profession']), tell.lang)})"
        if known
        else body
    )


def _about(tell: Teller, row: Any) -> str:
    layer, feature = tell.image.layers.get(str(row["layer"])), str(row["feature"])
    if layer is not None and feature in layer.frame.index and "name" in layer.frame:
        return str(layer.frame.loc[feature, "name"])
    return str(row["title_about"]) or feature or "–"


def _drawn_titles(frame: pd.DataFrame, events: list[Event]) -> list[str]:
    """Return the title of the drawing that each row is about; empty where it is about something else."""
    titles = {item: str(event.payload.get("title", "")) for item, event in drawings_by_item(events).items()}
    return [
        titles.get(str(feature), "") if layer == DRAWN else ""
        for layer, feature in zip(frame["layer"], frame["feature"], strict=True)
    ]


def _opinions(tell: Teller, events: list[Event]) -> list[Part]:
    """Return where the group agrees and where not; what nobody has answered is left out, and that is said."""
    layers = {name: tell.image.layers[name].geo for name in _JUDGED if name in tell.image.layers}
    frame = disagreement(events, layers)
    voted = frame[frame["opinion"] != "unvoted"].sort_values("consensus_share", kind="stable")
    rows = [
        [str(row["name"]), text(f"record.opinion.{row['opinion']}", tell.lang), tell.number(row["agree"]),
         tell.number(row["disagree"]), _minority(tell, str(row["minority_who"]))]
        for row in voted.to_dict("records")
    ]  # fmt: skip
    heads: list[Any] = [(text(f"record.column.{name}", tell.lang), "text") for name in ("about", "opinion")]
    heads += [(text(f"record.column.{name}", tell.lang), "number") for name in ("agree", "disagree")]
    heads.append((text("record.column.minority", tell.lang), "text"))
    title = text("record.chapter.opinions", tell.lang)
    return [Heading(title), Words(text("record.unvoted_note", tell.lang)), Table(title, heads, rows)]


def _minority(tell: Teller, who: str) -> str:
    told = []
    for one in filter(None, who.split("; ")):
        body, _, profession = one.rpartition(" ")
        name = text(f"record.organisation.{body}", tell.lang) if body in ORGANISATIONS else tell.municipality(body)
        told.append(f"{name}, {text(f'record.profession.{profession}', tell.lang)}")
    return "; ".join(told) or "–"
