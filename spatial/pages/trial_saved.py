"""Saved scenarios: kept for this browser, shown to the group when its user says so, opened and compared."""

import pandas as pd
import streamlit as st

from spatial.errors import StrukturbildError
from spatial.pages.entry import group_record, may_write
from spatial.pages.group_watch import said_so_far, watch
from spatial.pages.group_who import current_author, label_of, remember
from spatial.pages.plain import plain
from spatial.pages.shared import Opened, municipality_names
from spatial.pages.trial_state import borders, map_value, names, outcome, trying
from spatial.pages.widgets import Column, show_table
from spatial.record.base import events_beside
from spatial.record.events import ORGANISATIONS, PROFESSIONS, Author
from spatial.record.scenarios import Scenario, kept, owner_of, seen, undo, withdraw
from spatial.texts import number, text
from spatial.views.group_told import clock
from spatial.views.trial_tables import compared, modelled_twice
from spatial.views.wording import told_people


def owner() -> str:
    """Return to whom this browser's scenarios belong; empty before the map has told."""
    return owner_of(str(map_value().get("owner") or ""))


def _author(at: Opened) -> Author | None:
    """Return who saves: whoever works in this tab, else ask; None until there is a name."""
    lang = at.lang
    known = current_author(at)
    if known is not None:
        st.caption(label_of(at, known))
        return known
    one, two, three = st.columns(3, gap="small")
    name = one.text_input(
        text("whatif.session_name", lang),
        placeholder=text("whatif.session_hint", lang),
        key="sparare-namn",
        max_chars=80,
    )
    body = two.selectbox(
        text("whatif.organisation", lang), ORGANISATIONS, key="sparare-organisation", filter_mode=None,
        format_func=lambda one: text(f"record.organisation.{one}", lang),
    )  # fmt: skip
    work = three.selectbox(
        text("whatif.profession", lang), PROFESSIONS, key="sparare-uppgift", filter_mode=None,
        format_func=lambda one: text(f"record.profession.{one}", lang),
    )  # fmt: skip
    code = ""
    if body == "municipality":
        codes = municipality_names(at.image)
        code = st.selectbox(
            text("whatif.municipality", lang), list(codes), format_func=codes.__getitem__, key="sparare-kommun",
            filter_mode=None,
        )  # fmt: skip
    return Author(name.strip(), body, work, code) if name.strip() else None


def save(at: Opened) -> None:
    """Offer to save what is tried, under a name."""
    now, lang = trying(), at.lang
    if not now.changes:
        return
    with st.expander(text("whatif.save", lang), expanded=False):
        name = st.text_input(text("whatif.save_name", lang), value=now.name, max_chars=80, key=f"tankom-som-{now.item}")
        shared = st.checkbox(text("whatif.share", lang), key="tankom-dela")
        author = _author(at)
        ready = bool(name.strip()) and author is not None and bool(owner()) and may_write()
        if st.button(text("whatif.save_as", lang), disabled=not ready, type="primary", key="tankom-spara") and author:
            _keep(at, author, name, shared=shared)
    if st.session_state.pop("tankom-sparat", None):
        st.success(text("whatif.saved", lang))


def _keep(at: Opened, author: Author, name: str, *, shared: bool) -> None:
    now, mine = trying(), owner()
    known = {one.item for one in _seen(at) if one.owner == mine}
    try:
        draft = kept(
            author, name, now.changes, borders(), image=at.image.provenance.fingerprint, owner=mine, shared=shared,
            item=now.item if now.item in known else "",
        )  # fmt: skip
        event = group_record(at).append(draft)
    except StrukturbildError as error:
        st.error(plain(error.message(at.lang)))
        return
    remember(author)
    now.name, now.item = name.strip(), event.item
    st.session_state["tankom-sparat"] = True
    st.rerun()


def _seen(at: Opened) -> list[Scenario]:
    return seen(events_beside(at.folder, at.image.settings.record), owner())


def saved(at: Opened) -> None:
    """Show the saved scenarios that this browser may see, and new ones as they come; open, take away, compare."""
    watch(at, said_so_far(at)[0])
    lang, found = at.lang, _seen(at)
    if not found:
        st.caption(text("whatif.saved_none", lang))
        return
    rows = pd.DataFrame(
        {
            "name": [one.name for one in found],
            "state": [_state(at, one) for one in found],
            "who": [one.author.session for one in found],
            "when": [clock(one.time, st.context.timezone) for one in found],
        }
    )
    columns = [
        Column("name", text("whatif.about_scenario", lang)), Column("state", text("whatif.saved_state", lang)),
        Column("who", text("whatif.saved_who", lang)), Column("when", text("whatif.saved_when", lang)),
    ]  # fmt: skip
    picked = show_table(at, rows, columns, name="tank-om-sparade", rows=5, downloads=False, pick=True)
    if picked is not None:
        _chosen(at, found[picked])
    _compare(at, found)


def _state(at: Opened, one: Scenario) -> str:
    words = [text("whatif.shared" if one.shared else "whatif.private", at.lang)]
    if one.image != at.image.provenance.fingerprint:
        words.append(text("whatif.stale", at.lang))
    return ", ".join(words)


def _chosen(at: Opened, one: Scenario) -> None:
    lang, now = at.lang, trying()
    if one.image != at.image.provenance.fingerprint:
        st.warning(text("whatif.stale_told", lang), icon=":material/update:")
    with st.container(horizontal=True, gap="small"):
        if st.button(text("whatif.open", lang), type="primary", key="tankom-oppna"):
            now.changes, now.name, now.item = list(one.changes), one.name, one.item if one.owner == owner() else ""
            now.turn += 1
            st.session_state["tankom-byt"] = one.borders
            st.rerun()
        mine = one.owner == owner() and may_write()
        if st.button(text("whatif.withdraw", lang), disabled=not mine, key="tankom-dra-tillbaka"):
            _change(at, one, withdraw)
        if st.button(text("whatif.undo", lang), disabled=not mine, key="tankom-angra"):
            _change(at, one, undo)


def _change(at: Opened, one: Scenario, what: object) -> None:
    try:
        (withdraw if what is withdraw else undo)(group_record(at), one.item, one.author, owner())
    except StrukturbildError as error:
        st.error(plain(error.message(at.lang)))
        return
    st.rerun()


def _compare(at: Opened, found: list[Scenario]) -> None:
    """Show two or more scenarios side by side, and what each differs from the first."""
    lang = at.lang
    by_item = {one.item: one for one in found}
    picked = st.multiselect(
        text("whatif.compare", lang), list(by_item), format_func=lambda item: by_item[item].name,
        placeholder=text("whatif.compare_pick", lang), key="tankom-jamfor",
    )  # fmt: skip
    if len(picked) < 2:
        return
    kinds = {t.service: names(at).kinds[t.service] for t in at.image.settings.thresholds if t.service in _known(at)}
    service = st.selectbox(
        text("whatif.compare_service", lang), list(kinds), format_func=kinds.__getitem__, key="tankom-jamfor-slag",
        filter_mode=None,
    )  # fmt: skip
    limit = next((t.minutes.value for t in at.image.settings.thresholds if t.service == service), None)
    parts = []
    for item in picked:
        try:
            parts.append((by_item[item].name, outcome(at, by_item[item].changes, by_item[item].borders)))
        except StrukturbildError as error:
            lost = text("whatif.stale_lost", lang, reason=error.message(lang))
            st.error(plain(f"{by_item[item].name}: {lost}"))
            return
    table = compared(parts, str(service), limit)
    shown = pd.DataFrame({"what": [_measure(str(name), limit, lang) for name in table.index]})
    columns = [Column("what", text("whatif.compare_what", lang))]
    for number_, (name, _) in enumerate(parts):
        told = [_value(at, str(measure), value) for measure, value in table[number_].items()]
        shown[f"part{number_}"] = told
        columns.append(Column(f"part{number_}", name))
        if number_:
            difference = table[number_] - table[0]
            shown[f"diff{number_}"] = [_value(at, str(m), v, signed=True) for m, v in difference.items()]
            columns.append(Column(f"diff{number_}", text("whatif.compare_difference", lang)))
    show_table(at, shown, columns, name="tank-om-jamforelse", rows=9)


def _known(at: Opened) -> set[str]:
    cells = at.image.layers["rutnat"].frame
    return {kind for kind in names(at).kinds if f"{kind}_min" in cells}


def _measure(name: str, limit: float | None, lang: str) -> str:
    key = name.removesuffix("_inv").removesuffix("_min")
    return text(f"whatif.measure_{key}", lang, minutes=number(limit or 0, lang=lang))


def _value(at: Opened, measure: str, value: float, *, signed: bool = False) -> str:
    if value != value:  # noqa: PLR0124 - NaN
        return "–"
    if measure.endswith("_min"):
        told = number(abs(value), 1, at.lang)
    else:
        told = told_people(abs(value), at.lang, least=at.least, rounded=modelled_twice(at.image))
    sign = "" if not signed or value == 0 else "+" if value > 0 else "−"
    return f"{sign}{told}"
