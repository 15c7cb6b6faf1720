"""What the group has said, newest first: filtered, each with its place on the map, its history and its undo."""

from functools import partial
from typing import Any, Final

import streamlit as st

from spatial.pages.group_about import keep
from spatial.pages.plain import plain
from spatial.pages.shared import Opened, municipality_names
from spatial.record.base import Record
from spatial.record.events import KINDS, ORGANISATIONS, PROFESSIONS, Author, Draft, Event, Target, withdrawal
from spatial.record.history import histories, restored, undone
from spatial.texts import text
from spatial.views.group_told import Said, about_of, clock, said, who

_STEP: Final = 15
_SHOWN: Final = "grupp-antal"
ASKED: Final = "grupp-visa"
"""What the user asked to see on the map, with a number that makes asking again count."""


def show_feed(at: Opened, record: Record, author: Author | None, events: list[Event]) -> None:
    """Show what holds, newest first."""
    lang, everything = at.lang, said(at.image, events, at.lang)
    if not everything:
        st.caption(text("group.feed.empty", lang))
        return
    kept = _filtered(at, everything)
    st.caption(text("group.feed.count", lang, shown=len(kept), count=len(everything)))
    many = st.session_state.get(_SHOWN, _STEP)
    versions, today = histories(events), clock(_last(events), st.context.timezone).partition(" ")[0]
    for one in kept[:many]:
        _entry(at, record, author, one, versions[one.event.item], today)
    if len(kept) > many and st.button(text("group.feed.more", lang), key="grupp-fler"):
        st.session_state[_SHOWN] = many + _STEP
        st.rerun()


def _last(events: list[Event]) -> str:
    return max(event.time for event in events)


def _filtered(at: Opened, everything: list[Said]) -> list[Said]:
    lang, names = at.lang, municipality_names(at.image)
    places = st.columns([1.5, 1.1, 1], gap="small")
    bodies = {**names, **{one: text(f"record.organisation.{one}", lang) for one in ORGANISATIONS[1:]}}
    body = _choice(places[0], at, "body", bodies)
    role = _choice(places[1], at, "role", {one: text(f"record.profession.{one}", lang) for one in PROFESSIONS})
    kind = _choice(places[2], at, "kind", {one: text(f"record.kind.{one}", lang) for one in KINDS})
    return [
        one
        for one in everything
        if body in {"", one.event.author.municipality_code or one.event.author.organisation}
        and role in {"", one.event.author.profession}
        and kind in {"", one.event.kind}
    ]


def _choice(place: Any, at: Opened, name: str, options: dict[str, str]) -> str:
    every = text(f"group.feed.{name}", at.lang)
    return str(
        place.selectbox(
            every,
            ["", *options],
            format_func=lambda one: options[one] if one else every,
            label_visibility="collapsed",
            key=f"grupp-filter-{name}",
        )
    )


def _entry(at: Opened, record: Record, author: Author | None, one: Said, versions: list[Event], today: str) -> None:
    lang, event = at.lang, one.event
    time = clock(event.time, st.context.timezone, today=today)
    with st.container(border=True, key=f"grupp-inlagg-{event.item}"):
        st.caption(f"{text(f'record.kind.{event.kind}', lang).capitalize()} · {plain(one.who)} · {time}")
        place, more = st.columns([7, 1.6], gap="small", vertical_alignment="center")
        label = plain(one.about)
        if place.button(label, key=f"grupp-till-{event.item}", type="tertiary", help=text("group.feed.go", lang)):
            st.session_state[ASKED] = (about_of(event), st.session_state.get(ASKED, (None, 0))[1] + 1)
            st.session_state["grupp-nasta"] = about_of(event)
            st.rerun()
        if one.title:
            st.markdown(f"**{plain(one.title)}**")
        if one.words:
            st.text(one.words)
        mine = author is not None and event.author.key == author.key
        if mine or len(versions) > 1:
            with more.popover("⋯", help=text("group.feed.history", lang)):
                _history(at, record, author if mine else None, versions, today)


def _history(at: Opened, record: Record, author: Author | None, versions: list[Event], today: str) -> None:
    """Show every version of an input; its author goes back to one, takes back the last change, or takes it all away."""
    lang, item = at.lang, versions[-1].item
    if author is not None:
        left, right = st.columns(2, gap="small")
        if left.button(text("group.feed.undo", lang), key=f"grupp-angra-{item}", width="stretch") and keep(
            at, lambda: record.change(item, lambda known: undone(known, author))
        ):
            st.rerun()
        if right.button(text("group.about.remove", lang), key=f"grupp-bort-{item}", width="stretch") and keep(
            at, lambda: record.change(item, lambda known: withdrawal(known[-1], author))
        ):
            st.rerun()
    for event in reversed(versions):
        when = clock(event.time, st.context.timezone, today=today)
        state = f" · {text('group.feed.withdrawn', lang)}" if event.withdrawn else ""
        st.caption(f"{event.version} · {when} · {plain(who(at.image, event.author, lang))}{state}")
        words = " – ".join(filter(None, [str(event.payload.get("title", "")), str(event.payload.get("text", ""))]))
        if words:
            st.text(words)
        older = event.id != versions[-1].id
        label = text("group.feed.restore", lang, version=event.version)
        if (
            author is not None
            and older
            and st.button(label, key=f"grupp-ater-{event.id}")
            and keep(at, partial(_go_back, record, author, event))
        ):
            st.rerun()


def show_own_withdrawn(at: Opened, record: Record, author: Author, events: list[Event]) -> None:
    """Let the author bring back what was taken away."""
    gone = [v for v in histories(events).values() if v[-1].withdrawn and v[-1].author.key == author.key]
    if not gone:
        return
    with st.expander(text("group.feed.gone", at.lang, count=len(gone))):
        for versions in reversed(gone[-_STEP:]):
            last = versions[-1]
            told = str(last.payload.get("title") or last.payload.get("text") or "")
            kind = text(f"record.kind.{last.kind}", at.lang).capitalize()
            st.text(f"{kind}: {told}" if told else kind)
            if st.button(text("group.feed.bring_back", at.lang), key=f"grupp-hamta-{last.item}") and keep(
                at, partial(record.change, last.item, partial(_shown_again, author=author))
            ):
                st.rerun()


def _go_back(record: Record, author: Author, event: Event) -> Event:
    return record.change(event.item, lambda known: restored(known, author, event.id))


def _shown_again(known: list[Event], author: Author) -> Draft:
    shown = next((event for event in reversed(known) if not event.withdrawn), known[0])
    return restored(known, author, shown.id)


def asked() -> tuple[Target | None, int]:
    """Return what the user last asked to see on the map."""
    found: tuple[Target | None, int] = st.session_state.get(ASKED, (None, 0))
    return found
