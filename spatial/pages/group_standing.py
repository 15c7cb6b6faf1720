"""Where the group stands, who is missing, and what it takes along: tables beside the map, files out and in."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from spatial.errors import StrukturbildError
from spatial.inputs.gate import read_upload
from spatial.pages.entry import require_writing
from spatial.pages.plain import marked, plain
from spatial.pages.shared import Opened, municipality_names
from spatial.pages.widgets import Column, show_table
from spatial.record.base import Record
from spatial.record.events import ORGANISATIONS, PROFESSIONS, Event
from spatial.record.exchange import TABLE, events_of
from spatial.texts import text
from spatial.views.group_package import write_group
from spatial.views.group_word import write_group_word

_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def show_opinions(at: Opened, table: pd.DataFrame) -> None:
    """Show what the group thinks of each node and corridor that somebody has voted on, the most divided first."""
    lang = at.lang
    st.caption(text("group.standing.opinions_how", lang))
    if table.empty:
        st.write(text("group.standing.no_votes", lang))
        return
    ordered = table.sort_values(["consensus_share", "minority"], ascending=[True, False], kind="stable")
    told = pd.DataFrame(ordered.drop(columns="geometry"))
    told["opinion"] = told["opinion"].map(lambda one: text(f"record.opinion.{one}", lang))
    told["minority_who"] = told["minority_who"].map(lambda who: _minority(at, who))
    columns = [
        Column("name", text("record.column.about", lang)),
        Column("agree", text("record.column.agree", lang), "count", width="small"),
        Column("disagree", text("record.column.disagree", lang), "count", width="small"),
        Column("proposals", text("group.standing.proposals", lang), "count", width="small"),
        Column("opinion", text("record.column.opinion", lang), more=True),
        Column("minority_who", text("record.column.minority", lang), more=True),
    ]
    show_table(at, told, columns, name="enighet")
    for name, opinion, who in zip(told["name"], told["opinion"], told["minority_who"], strict=True):
        key = "group.standing.with_minority" if who else "group.standing.without_minority"
        st.markdown(marked(key, lang, name=name, opinion=opinion, who=who))


def _minority(at: Opened, told: str) -> str:
    parts = [one.rpartition(" ") for one in filter(None, told.split("; "))]
    return "; ".join(
        f"{_body(at, body)}, {text(f'record.profession.{profession}', at.lang)}" for body, _, profession in parts
    )


def _body(at: Opened, body: str) -> str:
    if body in ORGANISATIONS:
        return text(f"record.organisation.{body}", at.lang).capitalize()
    return municipality_names(at.image).get(body, body)


def show_participation(at: Opened, table: pd.DataFrame) -> None:
    """Show who has taken part, by body and role, and who is missing."""
    lang = at.lang
    codes = municipality_names(at.image)
    there = int((~table.loc[list(codes), "absent"]).sum())
    st.markdown(text("group.standing.there", lang, there=there, count=len(codes)))
    ordered = table.reindex([*codes, *(body for body in table.index if body not in codes)])
    told = ordered.assign(
        body=[_body(at, str(body)) for body in ordered.index],
        missing=[
            ", ".join(text(f"record.profession.{one}", lang) for one in filter(None, str(missing).split(", ")))
            for missing in ordered["missing"]
        ],
    )
    columns = [
        Column("body", text("group.standing.body", lang)),
        *(Column(one, text(f"group.standing.{one}", lang), "count", width="small") for one in PROFESSIONS),
        Column("missing", text("group.standing.missing", lang)),
    ]
    show_table(at, told, columns, name="deltagande", rows=len(told))
    st.caption(text("group.standing.counts", lang))


def show_files(at: Opened, record: Record, events: list[Event], *, writer: bool) -> None:
    """Offer what the group has added as files, and take in another group's."""
    lang = at.lang
    st.caption(text("group.files.how", lang))

    def button(name: str, mime: str, write: Callable[[Path], object]) -> None:
        label, suffix = text(f"group.files.{name}", lang), Path(name).suffix
        st.download_button(
            label,
            data=lambda: _bytes(write, suffix or f".{name}"),
            file_name=f"arbetsgrupp.{name}",
            mime=mime,
            on_click="ignore",
            width="stretch",
            key=f"grupp-fil-{name}",
        )

    button("gpkg", "application/geopackage+sqlite3", lambda path: write_group(events, path, image=at.image, lang=lang))
    button("docx", _DOCX, lambda path: write_group_word(at.image, events, path, lang=lang))
    if not writer:
        return
    st.subheader(text("group.files.merge", lang), anchor=False)
    st.caption(text("group.files.merge_how", lang))
    sent = st.file_uploader(
        text("group.files.upload", lang), type=["gpkg"], label_visibility="collapsed", key="grupp-upp"
    )
    if sent is not None and st.button(text("group.files.take", lang), type="primary", key="grupp-ta-in"):
        try:
            new, count = _merge(at, record, sent.getvalue(), sent.name)
        except StrukturbildError as error:
            st.error(plain(error.message(lang)))
        else:
            st.success(text("group.files.taken", lang, new=new, count=count))


def _merge(at: Opened, record: Record, content: bytes, name: str) -> tuple[int, int]:
    require_writing()
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        path = Path(folder) / "sent.gpkg"
        path.write_bytes(content)
        received = read_upload(path, name=name, layer=TABLE)
    found = events_of(pd.DataFrame(received.frame), at.image.settings.record)
    return record.merge(found), len(found)


def _bytes(write: Callable[[Path], object], suffix: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        path = Path(folder) / f"arbetsgrupp{suffix}"
        write(path)
        return path.read_bytes()
