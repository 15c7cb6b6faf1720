"""What is chosen on the map or in the list: what the group thinks of it, and what one says, votes and proposes."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Final, Literal

import streamlit as st

from spatial.errors import StrukturbildError
from spatial.pages.plain import plain
from spatial.pages.shared import Opened
from spatial.record import events as say
from spatial.record.base import Record
from spatial.record.events import DRAWN, RECOMMENDATIONS, STANCES, Author, Draft, Event, Target
from spatial.record.reading import votes
from spatial.texts import text
from spatial.views.group_told import MOST_SPOTS, THINGS, drawings_by_item, thing_name

CHOSEN: Final = "grupp-om"
RESHAPED: Final = "grupp-form"
"""The drawing whose shape the map lets its author change, with a number that makes asking again count."""
_LIST: Final = "grupp-om-lista"
_LISTS: Final = "grupp-om-listor"
_TURN: Final = "grupp-omgang"
_PROPOSED: Final = {"noder": "level", "strak": "corridor", RECOMMENDATIONS: "recommendation"}
_TEXT_PX: Final = 74


def choose(at: Opened, events: list[Event]) -> Target:
    """Let the user choose what to speak of; a click on the map has already set it."""
    drawn, things = drawings_by_item(events), _things(at.image.provenance.fingerprint, at.lang, at)
    options = [Target(), *(Target(DRAWN, item) for item in reversed(drawn)), *things]
    chosen = st.session_state.setdefault(CHOSEN, Target())
    if chosen not in options:
        options.append(chosen)
    labels = unique({about: things.get(about) or _option(at, drawn, about) for about in options})
    made = st.session_state.get(_LISTS, 0)
    return st.selectbox(
        text("group.about.choose", at.lang),
        options,
        index=options.index(chosen),
        format_func=labels.__getitem__,
        key=f"{_LIST}-{made}",
        on_change=_choose,
        args=(made,),
    )


def speak_of(about: Target) -> None:
    """Choose what to speak of from elsewhere than the list.

    The list is made anew: what the browser sends before it has heard of the choice still names the old one, and would
    undo it.
    """
    st.session_state[CHOSEN] = about
    st.session_state[_LISTS] = st.session_state.get(_LISTS, 0) + 1


def _choose(made: int) -> None:
    """Keep what was chosen in the list; an older list, and a name that has changed meanwhile, choose nothing."""
    chosen = st.session_state.get(f"{_LIST}-{made}")
    if made == st.session_state.get(_LISTS, 0) and isinstance(chosen, Target):
        st.session_state[CHOSEN] = chosen


def unique(labels: dict[Target, str]) -> dict[Target, str]:
    """Return labels of which no two are alike: the browser names what is chosen by its label alone.

    Examples
    --------
    >>> list(unique({Target("ritat", "44ab12"): "Torg", Target("ritat", "55cd34"): "Torg"}).values())
    ['Torg (44ab12)', 'Torg (55cd34)']
    """
    times = Counter(labels.values())
    return {
        about: f"{label} ({about.feature[:8]})" if about.layer == DRAWN and times[label] > 1
        else f"{label} ({about.feature})" if times[label] > 1 else label
        for about, label in labels.items()
    }  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=6)
def _things(fingerprint: str, lang: str, _at: Opened) -> dict[Target, str]:  # noqa: ARG001 - the key of what is kept
    """Return what a group can speak of by choosing it in a list, by name."""
    found: dict[Target, str] = {}
    for name in THINGS:
        frame = _at.image.layers[name].frame if name in _at.image.layers else None
        if frame is not None:
            count = MOST_SPOTS if name == "vita_flackar" else len(frame)
            things = [Target(name, str(feature)) for feature in frame.index[:count]]
            found |= {about: _option(_at, {}, about) for about in things}
    return found


def _option(at: Opened, drawn: dict[str, Event], about: Target) -> str:
    name = thing_name(at.image, drawn, about, at.lang)
    known = about.layer in {DRAWN, *THINGS}
    return text(f"group.layer.{about.layer}", at.lang, name=name) if known else name


def keep(at: Opened, what: Callable[[], Any]) -> bool:
    """Do what keeps something; say in one sentence why it was refused. Return whether it was kept."""
    try:
        what()
    except StrukturbildError as error:
        st.error(plain(error.message(at.lang)))
        return False
    return True


def show_about(at: Opened, record: Record, author: Author, events: list[Event], about: Target) -> None:
    """Show what can be said of a thing."""
    own = drawings_by_item(events).get(about.feature) if about.layer == DRAWN else None
    if own is not None and own.author.key == author.key:
        _edit(at, record, author, own)
        return
    if about.layer:
        _vote(at, record, author, events, about)
    _comment(at, record, author, about)


def _vote(at: Opened, record: Record, author: Author, events: list[Event], about: Target) -> None:
    lang, cast = at.lang, votes(events)
    cast = cast[(cast["layer"] == about.layer) & (cast["feature"] == about.feature)]
    mine = cast.loc[cast["item"] == say.vote(author, about, "agree").item, "stance"]
    for place, stance in zip(st.columns(len(STANCES), gap="small"), STANCES, strict=True):
        count, chosen = int((cast["stance"] == stance).sum()), stance in set(mine)
        label = text(f"group.about.{stance}", lang, count=count)
        kind: Literal["primary", "secondary"] = "primary" if chosen else "secondary"
        pressed = place.button(label, key=f"grupp-{stance}", type=kind, width="stretch")
        if pressed and not chosen and keep(at, partial(record.append, say.vote(author, about, stance))):
            st.rerun()


def _comment(at: Opened, record: Record, author: Author, about: Target) -> None:
    lang, turn = at.lang, st.session_state.get(_TURN, 0)
    what = _PROPOSED.get(about.layer)
    kinds = ["comment", *(["proposal"] if what else []), *(["note", "decision"] if not about.layer else [])]
    kind = "comment"
    if len(kinds) > 1:
        kind = st.segmented_control(
            text("group.about.kind", lang),
            kinds,
            default="comment",
            required=True,
            format_func=lambda one: text(f"group.about.{one}", lang),
            label_visibility="collapsed",
            key=f"grupp-slag-{about.layer}",
        )
    with st.form(f"grupp-skriv-{turn}-{about.layer}-{about.feature}-{kind}", border=False):
        extra = _extra(at, kind, what or "")
        words = st.text_area(text("group.about.words", lang), height=_TEXT_PX, key=f"grupp-ord-{turn}-{kind}")
        sent = st.form_submit_button(text("group.about.save", lang), type="primary")
    if sent:
        made = _draft(author, about, kind, words, extra, what or "")
        if keep(at, lambda: record.append(made)):
            st.session_state[_TURN] = turn + 1
            st.rerun()


def _extra(at: Opened, kind: str, what: str) -> dict[str, str]:
    lang = at.lang
    if kind == "decision":
        left, right = st.columns(2, gap="small")
        return {
            "responsible": left.text_input(text("record.column.responsible", lang), key="grupp-ansvarig"),
            "deadline": right.text_input(text("record.column.deadline", lang), key="grupp-senast"),
        }
    if kind != "proposal":
        return {}
    label = text(f"group.about.value_{what}", lang)
    if what != "level":
        return {"value": st.text_input(label, key=f"grupp-varde-{what}")}
    levels = {level.id: level.title.get(lang) for level in at.image.settings.hierarchy.levels}
    chosen = st.selectbox(
        label,
        list(levels),
        index=None,
        format_func=levels.__getitem__,
        key="grupp-niva",
        placeholder=text("group.about.choose_level", lang),
    )
    return {"value": chosen or ""}


def _draft(author: Author, about: Target, kind: str, words: str, extra: dict[str, str], what: str) -> Draft:
    if kind == "proposal":
        return say.proposal(author, about, what, extra["value"].strip(), words.strip())
    if kind == "decision":
        return say.decision(author, words.strip(), target=about, **extra)
    return (
        say.note(author, words.strip(), target=about) if kind == "note" else say.comment(author, about, words.strip())
    )


def _edit(at: Opened, record: Record, author: Author, own: Event) -> None:
    """Ask for the title and text of one's own drawing, which is kept already."""
    lang = at.lang
    if not own.payload.get("title"):
        st.caption(text("group.about.just_drawn", lang))
    if st.button(text("group.about.reshape", lang), key=f"grupp-form-{own.item}", width="stretch"):
        st.session_state[RESHAPED] = (own.item, st.session_state.get(RESHAPED, ("", 0))[1] + 1)
    with st.form(f"grupp-rubrik-{own.item}", border=True):
        title = st.text_input(
            text("group.about.title", lang),
            value=str(own.payload.get("title", "")),
            max_chars=int(at.image.settings.record.name_length.value),
            key=f"grupp-t-{own.item}",
        )
        words = st.text_area(
            text("group.about.comment", lang),
            value=str(own.payload.get("text", "")),
            height=_TEXT_PX,
            key=f"grupp-k-{own.item}",
        )
        left, right = st.columns(2, gap="small")
        sent = left.form_submit_button(text("group.about.save_title", lang), type="primary", width="stretch")
        gone = right.form_submit_button(text("group.about.remove", lang), width="stretch")
    if sent and own.geometry is not None:
        made = say.drawing(author, own.geometry, words.strip(), title=title.strip(), target=own.target, item=own.item)
        if keep(at, lambda: record.append(made)):
            st.rerun()
    if gone and keep(at, lambda: record.append(say.withdrawal(own, author))):
        st.session_state["grupp-nasta"] = Target()
        st.rerun()
