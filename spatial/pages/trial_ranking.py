"""What hurts most to lose: services and roads, one at a time, as the image has ranked them; a row can be tried."""

from typing import Final

import pandas as pd
import streamlit as st

from spatial.analysis.whatif import Change, CloseService, CutLink
from spatial.pages.shared import Opened
from spatial.pages.trial_choice import add
from spatial.pages.trial_state import names
from spatial.pages.widgets import Column, show_table
from spatial.texts import text
from spatial.views.trial_tables import modelled_twice

_TABLES: Final = {"service": "forlust_service", "link": "forlust_vagar"}


def ranking(at: Opened) -> None:
    """Show the two rankings, services first."""
    lang = at.lang
    which = st.segmented_control(
        text("whatif.part_ranking", lang), tuple(_TABLES), default="service", required=True, key="tankom-rang",
        format_func=lambda one: text(f"whatif.ranking_{one}", lang), label_visibility="collapsed",
    )  # fmt: skip
    _table(at, str(which))
    st.caption(text(f"whatif.ranking_how_{which}", lang))


def _table(at: Opened, which: str) -> None:
    table = at.image.indicators.get(_TABLES[which])
    if table is None or table.empty:
        st.caption(text("whatif.ranking_none", at.lang))
        return
    called = names(at).services if which == "service" else names(at).links
    rows = table.assign(name=[called.get(str(key), str(key)) for key in table.index])
    if which == "link":
        rows = rows.assign(hardest=rows["hardest"].map(names(at).kinds))
    picked = show_table(at, rows, _columns(at, which, rows), name=f"storst-{_TABLES[which]}", rows=9, pick=True)
    if picked is not None and st.button(text("whatif.ranking_try", at.lang), type="primary", key="tankom-rang-prova"):
        key = str(rows.index[picked])
        change: Change = CloseService(key) if which == "service" else CutLink(key)
        add(change)
        st.rerun()


def _columns(at: Opened, which: str, rows: pd.DataFrame) -> list[Column]:
    lang, kind = at.lang, "rounded" if modelled_twice(at.image) else "people"
    columns = [
        Column("rank", text("whatif.rank", lang), "count"),
        Column("name", text(f"whatif.ranking_{which}", lang), width="medium"),
        Column("without_inv", text("whatif.without", lang), kind, more=not rows["without_inv"].any()),
        Column("losing_inv", text("whatif.beyond", lang), kind),
        Column("loses_inv", text("whatif.loses", lang), kind, more=True),
        Column("lost_person_min", text("whatif.person_minutes", lang), "count", more=True),
    ]
    if which == "link":
        return [*columns, Column("hardest", text("whatif.hardest", lang), more=True)]
    sides = (Column(f"{one}_inv", text(f"whatif.{one}_inv", lang), kind, more=True) for one in ("across", "abroad"))
    return [*columns, *sides]
