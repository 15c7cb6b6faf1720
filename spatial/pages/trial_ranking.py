"""What hurts most to lose: services and roads, one at a time; a row can be tried at once."""

import pandas as pd
import streamlit as st

from spatial.analysis.link_loss import loss_of_links
from spatial.analysis.whatif import CloseService, CutLink
from spatial.analysis.whatif_answer import services_by_loss
from spatial.model import StructureImage
from spatial.pages.shared import Opened
from spatial.pages.trial_choice import add
from spatial.pages.trial_state import ground, names
from spatial.pages.widgets import Column, show_table
from spatial.texts import text
from spatial.views.trial_tables import modelled_twice


def ranking(at: Opened) -> None:
    """Show the two rankings, services first."""
    lang = at.lang
    which = st.segmented_control(
        text("whatif.part_ranking", lang), ("service", "link"), default="service", required=True, key="tankom-rang",
        format_func=lambda one: text(f"whatif.ranking_{one}", lang), label_visibility="collapsed",
    )  # fmt: skip
    if which == "link":
        _links(at)
    else:
        _services(at)
    st.caption(text(f"whatif.ranking_how_{which}", lang))


def _services(at: Opened) -> None:
    lang = at.lang
    table = at.image.indicators.get("service_anlaggningar")
    if table is None:
        return
    rows = services_by_loss(table, ground(at).cells, _limits(at))
    rows = rows.assign(name=[names(at).services.get(str(key), str(key)) for key in rows.index])
    columns = _columns(at, "service", "loses_inv")
    columns += [Column(f"{one}_inv", text(f"whatif.{one}_inv", lang), _people(at)) for one in ("across", "abroad")]
    picked = show_table(at, rows, columns, name="storst-forlust-service", rows=9, pick=True)
    if picked is not None and st.button(text("whatif.ranking_try", lang), type="primary", key="tankom-rang-prova"):
        add(CloseService(str(rows.index[picked])))
        st.rerun()


def _links(at: Opened) -> None:
    lang = at.lang
    rows = _loss(at.image.provenance.fingerprint, at.image, at)
    kinds = names(at).kinds
    rows = rows.assign(
        name=[names(at).links.get(str(key), str(key)) for key in rows.index],
        hardest=rows["hardest"].map(kinds),
    )
    columns = [*_columns(at, "link", "people_inv"), Column("hardest", text("whatif.hardest", lang))]
    picked = show_table(at, rows, columns, name="storst-forlust-vagar", rows=9, pick=True)
    if picked is not None and st.button(text("whatif.ranking_try", lang), type="primary", key="tankom-rang-prova"):
        add(CutLink(str(rows.index[picked])))
        st.rerun()


def _columns(at: Opened, what: str, loses: str) -> list[Column]:
    lang, kind = at.lang, _people(at)
    return [
        Column("rank", text("whatif.rank", lang), "count"),
        Column("name", text(f"whatif.ranking_{what}", lang), width="medium"),
        Column("without_inv", text("whatif.without", lang), kind),
        Column("beyond_inv", text("whatif.beyond", lang), kind),
        Column(loses, text("whatif.loses", lang), kind),
        Column("lost_person_min", text("whatif.person_minutes", lang), "count"),
    ]


@st.cache_resource(show_spinner=False, max_entries=2)
def _loss(fingerprint: str, _image: StructureImage, _at: Opened) -> pd.DataFrame:  # noqa: ARG001 - what it is kept by
    return loss_of_links(ground(_at), _limits(_at))


def _limits(at: Opened) -> dict[str, float]:
    """Return the first threshold of each kind of service."""
    return {one.service: one.minutes.value for one in reversed(at.image.settings.thresholds)}


def _people(at: Opened) -> str:
    return "rounded" if modelled_twice(at.image) else "people"
