"""Ändringar från QGIS: a file that comes back, its difference, and only then taken; what was taken, and undone."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st

from spatial.build import image_of
from spatial.changes_console import counted_sentence, difference_rows
from spatial.errors import StrukturbildError
from spatial.pages.entry import may_write, require_writing
from spatial.pages.plain import plain
from spatial.pages.shared import Opened, arguments
from spatial.record.changes import read_changes, set_withdrawn
from spatial.roundtrip import Proposal, check_apart, proposals, take
from spatial.texts import text

_HEAD = ("what", "id", "name", "column", "old", "new")
_KINDS = ("gpkg", "geojson", "zip", "fgb")


def show_returned(at: Opened) -> None:
    """Show where a file comes back, what it would change, and the changes that were taken."""
    st.header(text("export.changes", at.lang), anchor=False)
    st.caption(text("export.app.lead", at.lang))
    sent = st.file_uploader(text("export.app.upload", at.lang), type=list(_KINDS), key="qgis-fil")
    if sent is not None:
        found = _found(at, sent.name, sent.getvalue())
        if found is not None:
            _proposed(at, found)
    _taken(at)


def _found(at: Opened, name: str, content: bytes) -> list[Proposal] | None:
    with st.spinner(text("export.app.comparing", at.lang)), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"fil{Path(name).suffix.lower()}"
        path.write_bytes(content)
        try:
            return proposals(at.image, path, name=name)
        except StrukturbildError as error:
            st.error(plain(error.message(at.lang)))
            return None


def _proposed(at: Opened, found: list[Proposal]) -> None:
    lang = at.lang
    if not found:
        st.info(text("export.no_difference", lang))
        return
    for proposal in found:
        rows = pd.DataFrame(
            difference_rows(at.image, proposal, lang), columns=[text(f"export.head.{name}", lang) for name in _HEAD]
        )
        st.write(plain(counted_sentence(proposal, lang)))
        st.dataframe(rows, hide_index=True)
        for fault in proposal.faults:
            st.warning(plain(f"{fault.sentence(lang)} {fault.remedy(lang)}"))
    if st.button(text("export.app.take", lang), type="primary", key="qgis-ta-in", disabled=not may_write()):
        _do(at, lambda: _take(at, found))


def _take(at: Opened, found: list[Proposal]) -> None:
    check_apart(found)
    take(at.folder, found)


def _taken(at: Opened) -> None:
    lang = at.lang
    for change in read_changes(at.folder):
        line, button = st.columns([5, 1], vertical_alignment="center")
        held = change.withdrawn is None
        state = text("export.holds", lang) if held else text("export.withdrawn", lang, time=change.withdrawn)
        told = (str(change.number), change.time, change.title, change.file, str(change.touched), state)
        line.write(plain(" · ".join(told)))
        label = text("export.app.withdraw" if held else "export.app.restore", lang)
        if button.button(label, key=f"qgis-andring-{change.number}", disabled=not may_write()):
            number = change.number
            _do(at, lambda number=number, held=held: set_withdrawn(at.folder, number, withdrawn=held))  # type: ignore[misc]


def _do(at: Opened, act: Callable[[], object]) -> None:
    """Do what the user asked for, build the image anew and show the page with it."""
    request = arguments(sys.argv[1:])
    try:
        require_writing()
        with st.spinner(text("export.app.building", at.lang)):
            act()
            image_of(request.config, data=request.data, out=request.out)
    except StrukturbildError as error:
        st.error(plain(error.message(at.lang)))
        return
    st.rerun()
