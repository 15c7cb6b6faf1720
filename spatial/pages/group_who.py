"""Who works in this tab: a name and a role, asked for once, kept in the address so that a reload keeps them."""

from typing import Final

import streamlit as st

from spatial.pages.plain import marked
from spatial.pages.shared import Opened, municipality_names
from spatial.record.events import ORGANISATIONS, PROFESSIONS, Author, Event
from spatial.texts import text
from spatial.views.group_told import who

PARAMETER: Final = "grupp"
_STATE: Final = "grupp-jag"
_ASKED: Final = "grupp-samma"


def written(author: Author) -> str:
    """Return an author as the address has it; the name last, so that any sign may stand in it.

    Examples
    --------
    >>> written(Author("Anna S.", "municipality", "planner", "2480"))
    'municipality.2480.planner.Anna S.'
    """
    return f"{author.organisation}.{author.municipality_code}.{author.profession}.{author.session}"


def read(address: str, municipalities: set[str], longest: int) -> Author | None:
    """Return the author of an address, or None if it is not one.

    Examples
    --------
    >>> read("region..planner.Anna", set(), 80)
    Author(session='Anna', organisation='region', profession='planner', municipality_code='')
    >>> read("kungen..planner.Anna", set(), 80) is None
    True
    """
    organisation, code, profession, name = (address.split(".", 3) + [""] * 4)[:4]
    known = organisation in ORGANISATIONS and profession in PROFESSIONS
    placed = code in municipalities if organisation == "municipality" else not code
    if not known or not placed or not name.strip() or len(name) > longest:
        return None
    return Author(name.strip(), organisation, profession, code)


def current_author(at: Opened) -> Author | None:
    """Return who works in this tab, as the session or the address says; the address is kept up to date."""
    longest = int(at.image.settings.record.name_length.value)
    found: Author | None = st.session_state.get(_STATE)
    if found is None:
        found = read(st.query_params.get(PARAMETER, ""), set(municipality_names(at.image)), longest)
    if found is not None:
        st.session_state[_STATE] = found
        if st.query_params.get(PARAMETER) != written(found):
            st.query_params[PARAMETER] = written(found)
    return found


def ask(at: Opened, events: list[Event]) -> None:
    """Show the form of entry; a name and role that has already been used is asked about, as votes go by it."""
    lang, names = at.lang, municipality_names(at.image)
    st.subheader(text("group.entry.title", lang), anchor=False)
    st.caption(text("group.entry.why", lang))
    longest = int(at.image.settings.record.name_length.value)
    name = st.text_input(text("group.entry.name", lang), key="grupp-namn", max_chars=longest)
    bodies = [("municipality", code) for code in names] + [(one, "") for one in ORGANISATIONS[1:]]
    body = st.selectbox(
        text("group.entry.body", lang),
        bodies,
        index=None,
        placeholder=text("group.entry.choose", lang),
        format_func=lambda one: names[one[1]] if one[1] else text(f"record.organisation.{one[0]}", lang).capitalize(),
        key="grupp-organ",
    )
    profession = st.segmented_control(
        text("group.entry.profession", lang),
        PROFESSIONS,
        format_func=lambda one: text(f"record.profession.{one}", lang).capitalize(),
        key="grupp-uppgift",
    )
    if st.button(text("group.entry.enter", lang), type="primary", key="grupp-in"):
        if not name.strip() or body is None or profession is None:
            st.session_state.pop(_ASKED, None)
            st.error(text("group.entry.needed", lang))
        else:
            author = Author(name.strip(), body[0], profession, body[1])
            if author.key in {event.author.key for event in events}:
                st.session_state[_ASKED] = author
            else:
                _enter(author)
    same: Author | None = st.session_state.get(_ASKED)
    if same is not None:
        st.warning(marked("group.entry.same", lang, who=who(at.image, same, lang)))
        if st.button(text("group.entry.me", lang), key="grupp-samma-jag"):
            _enter(same)


def show_author(at: Opened, author: Author) -> None:
    """Say who works here, and let another take over."""
    with st.popover(label_of(at, author), width="stretch"):
        st.caption(text("group.entry.link", at.lang))
        if st.button(text("group.entry.leave", at.lang), key="grupp-ut"):
            st.session_state.pop(_STATE, None)
            st.query_params.pop(PARAMETER, None)
            st.rerun()


def label_of(at: Opened, author: Author) -> str:
    """Return who works here as a label, which is Markdown, shows it."""
    return marked("group.entry.you", at.lang, who=who(at.image, author, at.lang))


def remember(author: Author) -> None:
    """Let an author who has said who they are elsewhere in the app be the same here."""
    st.session_state.pop(_ASKED, None)
    st.session_state[_STATE] = author


def _enter(author: Author) -> None:
    remember(author)
    st.query_params[PARAMETER] = written(author)
    st.rerun()
