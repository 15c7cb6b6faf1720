"""Arbetsgrupp: many around one map; what one draws, says and votes is kept at once and seen by the others."""

from typing import Any, Final

import shapely
import streamlit as st

from spatial.errors import StrukturbildError
from spatial.pages.drawn import Drawn, tools
from spatial.pages.entry import group_record, may_write
from spatial.pages.group_about import CHOSEN, RESHAPED, choose, show_about, speak_of
from spatial.pages.group_feed import asked, show_feed, show_own_withdrawn
from spatial.pages.group_map import (
    clicked,
    newly_drawn,
    opinion_marks,
    opinions,
    participation_marks,
    participation_of,
    place_of,
    shapes,
)
from spatial.pages.group_standing import show_files, show_opinions, show_participation
from spatial.pages.group_watch import events_until, watch
from spatial.pages.group_who import ask, current_author, show_author
from spatial.pages.mapview import show_map
from spatial.pages.plain import plain
from spatial.pages.shared import Opened, opened
from spatial.record.base import Record
from spatial.record.events import DRAWN, Author, Event, Target, drawing
from spatial.record.history import reshaped
from spatial.texts import text
from spatial.views.plan_places import outlined
from spatial.views.themes import WHOLE, visible

VIEWS: Final = ("talk", "opinions", "participation", "files")
_MAP: Final = "grupp-karta"
_TAKEN: Final = "grupp-tagna"
_NEXT: Final = "grupp-nasta"
_LEAST_PX: Final = 480
_PANEL_PX: Final = 560


def show() -> None:
    """Show the page."""
    at = opened()
    record, author = group_record(at), current_author(at) if may_write() else None
    if author is not None:
        _keep_drawn(at, record, author)
    mark = record.mark()
    events = events_until(at, record, mark)
    watch(at, mark)
    _follow_click()
    left, right = st.columns([6.1, 3.9], gap="small")
    with right:
        view = _head(at, author)
        with st.container(height=_PANEL_PX, border=False, key="grupp-panel"):
            _panel(at, record, author, events, view)
    with left:
        _map(at, author, events, view)


def _keep_drawn(at: Opened, record: Record, author: Author) -> None:
    """Keep what was drawn, each shape once; what the store is too busy for is told again by the map."""
    taken: set[str] = st.session_state.setdefault(_TAKEN, set())
    fresh = newly_drawn(st.session_state.get(_MAP), taken)
    if not fresh:
        return
    for shape in fresh:
        if shape.geometry is None:
            st.error(text(f"draw.{shape.fault}", at.lang))
        else:
            try:
                kept = _kept(record, author, shape.geometry, shape)
            except StrukturbildError as error:
                st.error(plain(error.message(at.lang)))
                if error.key in {"record.busy", "record.too_fast"}:
                    continue
            else:
                st.session_state[_NEXT] = Target(DRAWN, kept.item)
                st.session_state.pop(RESHAPED, None)
        taken.add(shape.id)


def _kept(record: Record, author: Author, geometry: shapely.Geometry, shape: Drawn) -> Event:
    wkb = shapely.to_wkb(geometry)
    if shape.of:
        return record.change(shape.of, lambda versions: reshaped(versions, author, wkb))
    return record.append(drawing(author, wkb, item=shape.id), once=True)


def _follow_click() -> None:
    """Choose what was clicked on the map, or asked for in the list, before the list of choices is made."""
    thing = clicked(st.session_state.get(_MAP), "grupp-klick")
    following = st.session_state.pop(_NEXT, None) or thing
    if following is not None:
        speak_of(following)


def _head(at: Opened, author: Author | None) -> str:
    lang = at.lang
    if author is not None:
        show_author(at, author)
    return str(
        st.segmented_control(
            text("group.view.title", lang),
            VIEWS,
            default="talk",
            required=True,
            format_func=lambda one: text(f"group.view.{one}", lang),
            label_visibility="collapsed",
            width="stretch",
            key="grupp-vy",
        )
    )


def _panel(at: Opened, record: Record, author: Author | None, events: list[Event], view: str) -> None:
    if view == "opinions":
        show_opinions(at, opinions(at.image, events))
    elif view == "participation":
        show_participation(at, participation_of(at.image, events))
    elif view == "files":
        show_files(at, record, events, writer=may_write())
    else:
        if author is not None:
            show_about(at, record, author, events, choose(at, events))
            st.subheader(text("group.feed.title", at.lang), anchor=False)
        elif may_write():
            ask(at, events)
        else:
            st.info(text("group.reader", at.lang))
        show_feed(at, record, author, events)
        if author is not None:
            show_own_withdrawn(at, record, author, events)


def _map(at: Opened, author: Author | None, events: list[Event], view: str) -> None:
    wanted, turn = asked()
    place = place_of(at.image, events, wanted) if wanted is not None else None
    marks: list[dict[str, Any]] = []
    if view == "opinions":
        marks = opinion_marks(opinions(at.image, events))
    elif view == "participation":
        marks = participation_marks(at.image, participation_of(at.image, events))
    taken = st.session_state.get(_TAKEN, set())
    state = {
        "visible": visible(at.image, WHOLE),
        "shapes": shapes(at, events, author),
        "marks": marks,
        "outlined": None if place is None else outlined(place, turn),
        "draw": tools(at.lang, "grupp", taken=taken, edit=_changed(at, events)) if author is not None else None,
    }
    show_map(at, key=_MAP, state=state, height=_LEAST_PX, fill=True, panel=False)


def _changed(at: Opened, events: list[Event]) -> tuple[str, shapely.Geometry, object] | None:
    """Return the drawing whose shape is being changed, as long as it is what one speaks of."""
    item, turn = st.session_state.get(RESHAPED, ("", 0))
    about = Target(DRAWN, item)
    place = place_of(at.image, events, about) if item and st.session_state.get(CHOSEN) == about else None
    return None if place is None else (item, place.iloc[0], turn)


if __name__ == "__main__":
    show()
