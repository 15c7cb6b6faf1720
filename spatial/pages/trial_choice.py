"""Choosing what to try: from a list of seven kinds, by a click on the map, or by drawing there."""

from collections.abc import Callable, Mapping
from typing import Final

import shapely
import streamlit as st

from spatial.analysis.whatif import (
    KINDS,
    AddLink,
    AddPeople,
    AddService,
    Change,
    CloseService,
    CutLink,
    MoveService,
    SetSpeed,
)
from spatial.pages.drawn import Drawn, drawn
from spatial.pages.shared import Opened
from spatial.pages.trial_state import map_value, names, trying
from spatial.texts import text
from spatial.views.trial_words import told_change

_TOOL: Final = {
    "add_service": "point",
    "move_service": "point",
    "cut_link": "point",
    "set_speed": "point",
    "add_link": "line",
    "add_people": "polygon",
}
_ORDER: Final = ("close_service", "add_service", "move_service", "cut_link", "set_speed", "add_link", "add_people")
_ENDS: Final = (0.01, 0.99)
_SPEED_KMH: Final = 80
_PEOPLE_INV: Final = 500
KIND: Final = "tankom-slag"
_FACILITY: Final = "tankom-anlaggning"
_LINK: Final = "tankom-vag"
_SERVICE: Final = "tankom-servicetyp"


def kind_chosen() -> str:
    """Return the kind of change that is chosen."""
    now = trying()
    kind = st.session_state.get(KIND, now.kind)
    now.kind = str(kind) if kind in KINDS else _ORDER[0]
    return now.kind


def service_shown() -> str | None:
    """Return the kind of service whose points the map should show; None for all."""
    kind = kind_chosen()
    if kind == "add_service":
        return str(st.session_state.get(_SERVICE) or "") or None
    return None if kind in {"close_service", "move_service"} else ""


def tool_wanted() -> str | None:
    """Return the tool that the map should take up for the chosen kind; None where a click is enough."""
    kind = kind_chosen()
    if kind == "move_service" and not st.session_state.get(_FACILITY):
        return None
    return _TOOL.get(kind)


def take_from_map(at: Opened) -> None:
    """Take what was clicked or drawn on the map since last: called before anything is shown."""
    value, now = map_value(), trying()
    picked = value.get("picked")
    thing = picked.get("thing") if isinstance(picked, dict) else None
    if picked != now.told and isinstance(thing, dict):
        _clicked(at, str(thing.get("layer")), str(thing.get("id")))
    now.told = picked
    for shape in drawn(value):
        if shape.id not in now.taken:
            now.taken.add(shape.id)
            _take(at, shape)


def _clicked(at: Opened, layer: str, key: str) -> None:
    """Choose the service that was clicked, to be closed or moved."""
    if layer != "service" or key not in names(at).services:
        return
    st.session_state[_FACILITY] = key
    if kind_chosen() not in {"close_service", "move_service"}:
        st.session_state[KIND] = "close_service"


def _take(at: Opened, shape: Drawn) -> None:
    if shape.fault or shape.geometry is None:
        st.session_state["tankom-fel"] = text(f"draw.{shape.fault}", at.lang)
        return
    change = _of_shape(at, shape.geometry)
    if change is not None:
        add(change)


def _of_shape(at: Opened, shape: shapely.Geometry) -> Change | None:
    """Return the change that a drawn shape makes, with what is filled in beside the map."""
    kind, state, family = kind_chosen(), st.session_state, shapely.get_type_id(shape)
    xy = [(float(x), float(y)) for x, y in shapely.get_coordinates(shape)]
    if kind == "add_link" and family == shapely.GeometryType.LINESTRING:
        return AddLink(_free("ny-vag"), tuple(xy), float(state.get("tankom-fart-ny") or _SPEED_KMH))
    if kind == "add_people" and family == shapely.GeometryType.POLYGON:
        name = str(state.get("tankom-omrade") or text("whatif.growth_name", at.lang))
        return AddPeople(_free("omrade"), tuple(xy[:-1]), float(state.get("tankom-manniskor") or _PEOPLE_INV), name)
    if family != shapely.GeometryType.POINT:
        return None
    if kind == "add_service":
        service = str(state.get(_SERVICE) or next(iter(_kinds(at))))
        return AddService(_free("ny-service"), service, xy[0], str(state.get("tankom-namn") or ""))
    if kind == "move_service" and state.get(_FACILITY):
        return MoveService(str(state[_FACILITY]), xy[0])
    return _of_road(at, shape, kind)


def _of_road(at: Opened, point: shapely.Geometry, kind: str) -> Change | None:
    edges = at.image.layers["vagnat"].geo
    lines = edges.geometry.to_numpy()
    nearest = int(shapely.STRtree(lines).nearest(point))
    link = str(edges.index[nearest])
    if kind == "cut_link":
        share = float(shapely.line_locate_point(lines[nearest], point, normalized=True))
        return CutLink(link, min(max(share, _ENDS[0]), _ENDS[1]))
    if kind == "set_speed":
        st.session_state[_LINK] = link
    return None


def _free(stem: str) -> str:
    """Return an id that no change has."""
    taken = {change.id for change in trying().changes}
    return next(f"{stem}-{number}" for number in range(1, 10_000) if f"{stem}-{number}" not in taken)


def add(change: Change) -> None:
    """Try a change too; one of the same kind about the same thing gives way."""
    now = trying()
    now.changes = [one for one in now.changes if (type(one), one.id) != (type(change), change.id)] + [change]
    now.turn += 1


def choose(at: Opened) -> None:
    """Show the list of kinds, and what the chosen one asks for."""
    lang = at.lang
    st.session_state.setdefault(KIND, trying().kind)
    st.selectbox(
        text("whatif.change", lang), _ORDER, format_func=lambda one: text(f"whatif.kind.{one}", lang), key=KIND,
        filter_mode=None,
    )  # fmt: skip
    _FORMS[kind_chosen()](at)
    fault = st.session_state.pop("tankom-fel", None)
    if fault:
        st.error(fault)


def _facility(at: Opened) -> str | None:
    what, hint = text("whatif.facility", at.lang), text("whatif.facility_hint", at.lang)
    return _one_of(what, hint, names(at).services, _FACILITY)


def _link(at: Opened) -> str | None:
    what, hint = text("whatif.link", at.lang), text("whatif.link_hint", at.lang)
    return _one_of(what, hint, names(at).links, _LINK)


def _one_of(what: str, hint: str, things: Mapping[str, str], key: str) -> str | None:
    found = st.selectbox(
        what, sorted(things, key=things.__getitem__), index=None, key=key, placeholder=hint,
        format_func=lambda one: things.get(one, one),
    )  # fmt: skip
    return str(found) if found else None


def _button(at: Opened, change: Change | None) -> None:
    label = text("whatif.try_more" if trying().changes else "whatif.try", at.lang)
    if st.button(label, type="primary", disabled=change is None, key="tankom-prova") and change is not None:
        add(change)
        st.rerun()


def _close(at: Opened) -> None:
    chosen = _facility(at)
    _button(at, CloseService(chosen) if chosen else None)


def _move(at: Opened) -> None:
    if _facility(at):
        st.caption(text("whatif.place_click", at.lang))


def _new(at: Opened) -> None:
    kinds = _kinds(at)
    st.selectbox(
        text("whatif.service", at.lang), list(kinds), format_func=kinds.__getitem__, key=_SERVICE, filter_mode=None
    )
    st.text_input(text("whatif.name", at.lang), key="tankom-namn", max_chars=80)
    st.caption(text("whatif.place_click", at.lang))


def _cut(at: Opened) -> None:
    chosen = _link(at)
    st.caption(text("whatif.cut_where", at.lang))
    _button(at, CutLink(chosen) if chosen else None)


def _speed(at: Opened) -> None:
    chosen = _link(at)
    speed = st.number_input(text("whatif.speed", at.lang), 5, 130, _SPEED_KMH, 5, key="tankom-fart")
    _button(at, SetSpeed(chosen, float(speed)) if chosen else None)


def _build(at: Opened) -> None:
    st.number_input(text("whatif.speed", at.lang), 5, 130, _SPEED_KMH, 5, key="tankom-fart-ny")
    st.caption(text("whatif.line_draw", at.lang))


def _people(at: Opened) -> None:
    st.number_input(text("whatif.people", at.lang), 1, 200_000, _PEOPLE_INV, 50, key="tankom-manniskor")
    st.text_input(text("whatif.name", at.lang), key="tankom-omrade", max_chars=80)
    st.caption(text("whatif.area_draw", at.lang))


_FORMS: Final[dict[str, Callable[[Opened], None]]] = {
    "close_service": _close,
    "add_service": _new,
    "move_service": _move,
    "cut_link": _cut,
    "set_speed": _speed,
    "add_link": _build,
    "add_people": _people,
}


def _kinds(at: Opened) -> dict[str, str]:
    cells = at.image.layers["rutnat"].frame
    return {kind: title for kind, title in names(at).kinds.items() if f"{kind}_min" in cells}


def listed(at: Opened) -> None:
    """Show what is tried, each with a button that takes it away."""
    now, lang = trying(), at.lang
    if not now.changes:
        st.caption(text("whatif.nothing", lang))
        return
    st.markdown(f"**{text('whatif.trying', lang)}**")
    for number, change in enumerate(now.changes):
        told, button = st.columns([7, 1], vertical_alignment="center", gap="small")
        told.text(told_change(change, names(at), lang))
        if button.button("✕", key=f"tankom-bort-{number}", help=text("whatif.remove", lang)):
            now.changes = [one for one in now.changes if one is not change]
            st.rerun()
    if st.button(text("whatif.clear", lang), key="tankom-rensa"):
        now.changes, now.name, now.item = [], "", ""
        st.rerun()
