"""Tänk om: try a change of services, roads or people, and see what it means; the map always in view."""

from functools import partial
from typing import Any, Final

import streamlit as st

from spatial.analysis.whatif import Change
from spatial.analysis.whatif_access import Outcome
from spatial.analysis.whatif_ground import Borders
from spatial.errors import StrukturbildError
from spatial.pages import trial_answer, trial_ranking, trial_saved
from spatial.pages.drawn import geojson, tools
from spatial.pages.mapview import show_map
from spatial.pages.plain import plain
from spatial.pages.shared import Opened, opened
from spatial.pages.trial_choice import choose, kind_chosen, listed, service_shown, take_from_map, tool_wanted
from spatial.pages.trial_state import MAP, borders, findings, ground, lens, names, outcome, trying
from spatial.texts import text
from spatial.views.themes import visible
from spatial.views.trial_picture import web_difference
from spatial.views.trial_tables import Told
from spatial.views.trial_telling import headline, told_service
from spatial.views.trial_words import shapes_of, told_borders, told_change

_MAP_PX: Final = 468
_SIDE_PX: Final = 540
_PARTS: Final = ("try", "people", "within", "findings", "ranking", "saved")
_DASHED: Final = frozenset({"CloseService", "CutLink"})


def show() -> None:
    """Show the page."""
    at = opened()
    ground(at)
    reopened = st.session_state.pop("tankom-byt", None)
    if isinstance(reopened, Borders):
        trying().across = reopened
        st.session_state["tankom-kommun"], st.session_state["tankom-land"] = reopened.municipal, reopened.national
    take_from_map(at)
    left, right = st.columns([4.7, 5.3], gap="medium")
    found, fault = _tried(at)
    with left:
        part = st.segmented_control(
            text("whatif.title", at.lang), _PARTS, default="try", required=True, key="tankom-del",
            format_func=lambda one: text(f"whatif.part_{one}", at.lang), label_visibility="collapsed",
            width="stretch",
        )  # fmt: skip
        with st.container(height=_SIDE_PX, border=False):
            service = _part(at, str(part), found)
    with right:
        if fault:
            st.error(plain(fault))
        shown = service or (told_service(found) if found is not None else None)
        _answer(at, found, shown)
        _map(at, found, shown, drawing=part == "try")


def _tried(at: Opened) -> tuple[Outcome | None, str]:
    """Return what the changes make, and the sentence that says why they cannot be tried."""
    if not trying().changes:
        return None, ""
    try:
        return outcome(at, trying().changes, borders()), ""
    except StrukturbildError as error:
        return None, error.message(at.lang)


def _part(at: Opened, part: str, found: Outcome | None) -> str | None:
    """Show a part of the side beside the map, and return the kind of service that was chosen in it."""
    if part == "saved":
        trial_saved.saved(at)
    elif part == "ranking":
        trial_ranking.ranking(at)
    elif part == "try":
        choose(at)
        listed(at)
        service = _service(at, found)
        _across(at)
        trial_saved.save(at)
        return service
    elif found is None:
        st.caption(text("whatif.nothing", at.lang))
    elif part == "findings":
        trial_answer.findings_table(at, findings(at, trying().changes, borders()))
    else:
        service = _service(at, found) or str(found.after.columns[0])
        (trial_answer.people_table if part == "people" else trial_answer.within_table)(at, found, service)
        return service
    return None


def _across(at: Opened) -> None:
    """Show the two switches: whether services across the municipal and the national border count."""
    st.caption(text("whatif.across", at.lang))
    across = borders()
    st.session_state.setdefault("tankom-kommun", across.municipal)
    st.session_state.setdefault("tankom-land", across.national)
    one, two = st.columns(2)
    one.toggle(text("whatif.across_municipal", at.lang), key="tankom-kommun")
    two.toggle(text("whatif.across_national", at.lang), key="tankom-land")


def _service(at: Opened, found: Outcome | None) -> str | None:
    """Return the kind of service that is told of: the one that is chosen, else the one that most changes."""
    if found is None:
        return None
    kinds = {kind: names(at).kinds[kind] for kind in found.after.columns if kind in found.kinds}
    if not kinds:
        return str(found.after.columns[0])
    first = told_service(found)
    options = list(kinds)
    if len(options) == 1:
        return options[0]
    chosen = st.selectbox(
        text("whatif.compare_service", at.lang), options, format_func=kinds.__getitem__, filter_mode=None,
        index=options.index(first) if first in options else 0, key=f"tankom-visad-{trying().turn}",
    )  # fmt: skip
    return str(chosen)


def _answer(at: Opened, found: Outcome | None, service: str | None) -> None:
    """Say in plain words what the trial means."""
    lang = at.lang
    with st.container(key="tankom-svar"):
        if found is None or service is None:
            st.markdown(f"#### {text('whatif.title', lang)}")
            st.caption(text("whatif.lead", lang))
            return
        every = Borders(municipal=True, national=True)
        wider = None if found.borders == every else outcome(at, trying().changes, every)
        first, *rest = headline(found, at.image, names(at), service, lang, wider=wider)
        said, files = st.columns([5, 1.2], vertical_alignment="top", gap="small")
        with said:
            st.subheader(plain(first), anchor=False)
            for sentence in rest:
                st.text(sentence)
            told = [told_borders(found.borders, lang)]
            if at.image.layers["rutnat"].meta.status == "modellerat" or found.trial.people:
                told.append(text("whatif.modelled", lang))
            st.caption(plain(" ".join(told)))
        with files:
            name = trying().name or text("whatif.untitled", lang)
            note = f"{text('whatif.picture_title', lang, name=name)}. {first}"
            whole = partial(_whole, at, name, list(trying().changes), found)
            trial_answer.downloads(at, whole, service, note)


def _whole(at: Opened, name: str, changes: list[Change], found: Outcome) -> Told:
    """Return the trial with its findings, as files tell it."""
    return Told(name, changes, found, trial_answer.told_findings(at, findings(at, changes, found.borders)))


def _map(at: Opened, found: Outcome | None, service: str | None, *, drawing: bool) -> None:
    lang, now = at.lang, trying()
    points = at.image.layers["service"].frame
    wanted = service_shown() if found is None or kind_chosen() in {"close_service", "move_service"} else service or ""
    kept = points.index if wanted is None else points.index[points["service_type"] == wanted]
    tool = tool_wanted() if drawing else None
    state: dict[str, Any] = {
        "visible": {**visible(at.image, "service"), "vita_flackar/all": False, "rutnat": False},
        "filter": {"service": [str(one) for one in kept]},
        "draw": tools(lang, "tankom", [tool] if tool else [], now.taken, mode=tool, turn=f"{kind_chosen()}-{now.turn}"),
        "shapes": _shapes(at),
        "difference": _difference(at, found, service),
        "owner": True,
    }
    show_map(at, key=MAP, state=state, height=_MAP_PX, fill=True, panel=False)


def _difference(at: Opened, found: Outcome | None, service: str | None) -> dict[str, object] | None:
    if found is None or service is None:
        return None
    title = text("whatif.map_legend", at.lang, service=names(at).kinds[service].lower())
    seen = web_difference(at.image, ground(at).grid, found, service, at.lang, lens=lens(at, found))
    return {**seen, "title": title} if seen["legend"] else None


def _shapes(at: Opened) -> list[dict[str, Any]]:
    """Return the changes as shapes on the map; what goes is dashed."""
    changes = trying().changes
    told = partial(told_change, names=names(at), lang=at.lang)
    ink = at.image.settings.style.ink
    return [
        {"layer": "prov", "i": str(number), "g": geojson(shape), "n": told(changes[number]), "f": [], "colour": ink,
         "dash": type(changes[number]).__name__ in _DASHED}
        for number, shape in shapes_of(changes, at.image).items()
    ]  # fmt: skip


if __name__ == "__main__":
    show()
