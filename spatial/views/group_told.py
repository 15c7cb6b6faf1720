"""What a group has said, as it is told: who, about what, in which words; newest first. Texts as they were written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from spatial.model import StructureImage
from spatial.record.events import DRAWN, Author, Event, Target
from spatial.record.history import current
from spatial.texts import text

THINGS: Final = (
    "noder", "strak", "rekommendationer", "granser", "konflikter", "konflikter_linjer", "konflikter_punkter",
    "vita_flackar", "kommuner",
)  # fmt: skip
"""The layers whose things a group can speak of by choosing them in a list, in that order."""
MOST_SPOTS: Final = 60
_TITLE: Final = 70
_START, _END = "\u2068", "\u2069"


@dataclass(frozen=True)
class Said:
    """One input that holds, ready to be shown: ``title`` and ``words`` are what people wrote, to be escaped."""

    event: Event
    who: str
    about: str
    title: str
    words: str


def isolated(words: str) -> str:
    """Return words that keep their own direction of writing to themselves, wherever they are put.

    Examples
    --------
    >>> isolated("abc") == "\u2068abc\u2069"
    True
    """
    return f"{_START}{words}{_END}" if words else ""


def who(image: StructureImage, author: Author, lang: str) -> str:
    """Return an author with body and task: ``Anna (Umeå, planerare)``."""
    return f"{isolated(author.session)} ({body_name(image, author, lang)}, {_profession(author, lang)})"


def body_name(image: StructureImage, author: Author, lang: str) -> str:
    """Return the name of the municipality, region or county board that an author stands for."""
    code = author.municipality_code
    if not code:
        return text(f"record.organisation.{author.organisation}", lang)
    names = image.layers["kommuner"].frame["name"] if "kommuner" in image.layers else {}
    return str(names.get(code, code))


def _profession(author: Author, lang: str) -> str:
    return text(f"record.profession.{author.profession}", lang)


def thing_name(image: StructureImage, drawn: dict[str, Event], about: Target, lang: str) -> str:
    """Return what an input is about, by name; what is gone by its id, and said to be gone.

    Parameters
    ----------
    image : StructureImage
    drawn : dict
        The group's drawings that hold, by item.
    about : Target
    lang : {"sv", "en", "no"}
    """
    if not about.layer:
        return image.settings.region.title.get(lang)
    if about.layer == DRAWN:
        found = drawn.get(about.feature)
        return _drawing_name(found, lang) if found else text("group.thing.gone_drawing", lang)
    layer = image.layers.get(about.layer)
    if layer is None or about.feature not in layer.frame.index:
        return text("group.thing.gone", lang, id=about.feature or about.layer)
    return _short(_row_name(image, about.layer, pd.Series(layer.frame.loc[about.feature]), lang) or about.feature)


def _row_name(image: StructureImage, layer: str, row: pd.Series, lang: str) -> str:
    if layer == "granser":
        return f"{row['municipality_a']}–{row['municipality_b']}: {row['kind']}"
    if layer == "rekommendationer":
        return f"{row['title']}: {row['text']}"
    if layer == "vita_flackar":
        titles = {kind.id: kind.title.get(lang).lower() for kind in image.settings.services}
        return f"{row['name']}: {titles.get(str(row['service']), row['service'])} > {row['threshold_min']:.0f} min"
    return str(row.get("name", "") or "")


def _drawing_name(event: Event, lang: str) -> str:
    title = str(event.payload.get("title", "")).strip()
    return isolated(_short(title)) if title else text("group.thing.untitled", lang, name=isolated(event.author.session))


def _short(words: str) -> str:
    return words if len(words) <= _TITLE else words[: _TITLE - 1].rstrip() + "…"


def drawings_by_item(events: Iterable[Event]) -> dict[str, Event]:
    """Return the drawings that hold, by item."""
    return {event.item: event for event in current(events, "drawing")}


def said(image: StructureImage, events: list[Event], lang: str) -> list[Said]:
    """Return everything that holds, newest first."""
    drawn = drawings_by_item(events)
    return [_said(image, drawn, event, lang) for event in reversed(current(events))]


def _said(image: StructureImage, drawn: dict[str, Event], event: Event, lang: str) -> Said:
    about = Target(DRAWN, event.item) if event.kind == "drawing" else event.target
    told = event.payload
    title = {
        "vote": lambda: text(f"record.stance.{told['stance']}", lang),
        "proposal": lambda: _proposed(image, event, lang),
        "adoption": lambda: text(f"record.adoption.{told['status']}", lang),
        "scenario": lambda: str(told["name"]),
    }.get(event.kind, lambda: "")()
    return Said(
        event, who(image, event.author, lang), thing_name(image, drawn, about, lang), title, str(told.get("text", ""))
    )


def _proposed(image: StructureImage, event: Event, lang: str) -> str:
    value = str(event.payload["value"])
    if event.payload["what"] == "level":
        levels = {level.id: level.title.get(lang) for level in image.settings.hierarchy.levels}
        return text("group.proposed.level", lang, level=levels.get(value, value))
    return value


def about_of(event: Event) -> Target:
    """Return the thing that an event is about; a drawing is about itself."""
    return Target(DRAWN, event.item) if event.kind == "drawing" else event.target


def clock(time: str, zone: str | None, *, today: str = "") -> str:
    """Return a kept time (UTC) as the user's clock shows it; the date where it is another than ``today``.

    Examples
    --------
    >>> clock("2026-11-22T04:05:06.000000Z", "Europe/Stockholm", today="2026-11-22")
    '05:05'
    >>> clock("2026-11-22T04:05:06.000000Z", None)
    '2026-11-22 04:05 UTC'
    """
    then = datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    try:
        local = then.astimezone(ZoneInfo(zone)) if zone else None
    except (ZoneInfoNotFoundError, ValueError):
        local = None
    told = (local or then).strftime("%Y-%m-%d %H:%M")
    day, _, minute = told.partition(" ")
    shown = minute if day == today else told
    return shown if local else f"{shown} UTC"
