"""What the group has added, read once for all who look, and looked for again as long as a page is open."""

import os
from collections.abc import Callable
from typing import Final

import streamlit as st

from spatial.errors import StrukturbildError
from spatial.pages.entry import group_record
from spatial.pages.group_who import current_author
from spatial.pages.shared import Opened
from spatial.record.base import FILE, URL, Record
from spatial.record.events import Event

_EVERY_S: Final = 1.0
_ONLOOKER_S: Final = 5.0
"""How often one who looks, and does not take part, is told the news: fifty who look must not take all the time."""


def said_so_far(at: Opened) -> tuple[int, list[Event]]:
    """Return how far the group has come and what it has added; nothing, and no new file, where none has worked.

    Raises
    ------
    RecordError
        If the store cannot be opened.
    """
    if not _worked(at):
        return 0, []
    record = group_record(at)
    mark = record.mark()
    return mark, events_until(at, record, mark)


def events_until(at: Opened, record: Record, mark: int) -> list[Event]:
    """Return the group's events, read anew when something is added."""
    return _events(str(at.folder), mark, record)


def watch(at: Opened, mark: int, busy: Callable[[], bool] = bool) -> None:
    """Run the page again soon after somebody has added something; until then nothing is sent to the browser.

    It is looked for once a second for who takes part, and now and then for who only looks.

    Parameters
    ----------
    at : Opened
    mark : int
        How far the group had come when the page was shown.
    busy : callable
        Whether the user must not be disturbed now: it is asked again in a moment.
    """
    every_s = _ONLOOKER_S if current_author(at) is None else _EVERY_S
    st.fragment(_look, run_every=every_s)(at, mark, busy)


def _look(at: Opened, mark: int, busy: Callable[[], bool]) -> None:
    try:
        now = group_record(at).mark() if _worked(at) else 0
    except StrukturbildError:
        return  # asked again in a moment; the page itself tells if the store stays away
    if now != mark and not busy():
        st.rerun()


def _worked(at: Opened) -> bool:
    return bool(os.environ.get(URL)) or (at.folder / FILE).is_file()


@st.cache_resource(show_spinner=False, max_entries=4)
def _events(folder: str, mark: int, _record: Record) -> list[Event]:  # noqa: ARG001 - what it is kept by
    return _record.events()
