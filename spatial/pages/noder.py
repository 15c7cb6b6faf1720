"""Noder och stråk: the hierarchy with criteria that can be tried, how firmly each place stands, and the corridors."""

from functools import partial

import pandas as pd
import streamlit as st

from spatial.analysis.criteria import levels_with
from spatial.analysis.nodes import judgeable
from spatial.analysis.ranges import range_names
from spatial.pages.mapview import show_map
from spatial.pages.plain import marked, plain
from spatial.pages.shared import Opened, municipality_names, opened
from spatial.pages.widgets import Column, picture_button, show_table, status_note, with_span
from spatial.settings import Hierarchy, Level
from spatial.texts import number, text
from spatial.views.picture_trials import draw_trial
from spatial.views.symbols import point_symbol
from spatial.views.themes import visible
from spatial.views.wording import told_people

_MAP_PX = 500
_NONE = "other"


def show() -> None:
    """Show the page."""
    at = opened()
    lang, tables = at.lang, at.image.indicators
    st.title(text("app.noder.title", lang), anchor=False)
    if "noder" not in tables:
        st.info(text("app.noder.missing", lang))
        return
    left, right = st.columns([5, 4], gap="medium")
    with right:
        hierarchy, changes, counts = _criteria(at)
    levels = levels_with(tables["noder"], tables["noder_service"], hierarchy, changes)
    with left:
        _map(at, levels)
    inside = levels[~tables["noder"]["outside"].astype(bool)]
    for level, place in counts.items():
        place.markdown(_count(inside, level, lang))
    _places(at, levels, hierarchy)
    if "strak" in tables:
        _corridors(at)
    if "omland" in tables:
        _hinterlands(at)


def _criteria(
    at: Opened,
) -> tuple[Hierarchy, dict[str, tuple[float, int]], dict[str, st.delta_generator.DeltaGenerator]]:
    """Ask for each level's criterion; return the hierarchy, what was changed, and where to write each count."""
    lang = at.lang
    service = at.image.layers.get("service")
    known = set(service.frame["service_type"]) if service is not None else set()
    hierarchy = judgeable(at.image.settings.hierarchy, known)
    st.header(text("app.noder.criteria", lang), anchor=False)
    widths = [0.6, 3.6, 2.3, 2.1, 1.4]
    for place, name in zip(st.columns(widths)[1:], ("level", "people", "services", "places"), strict=True):
        place.caption(text(f"app.noder.{name}", lang))
    style = at.image.settings.style.layer("noder")
    symbols = {item.value: point_symbol(item) for item in style.classes} if style is not None else {}
    changes, counts = {}, {}
    rows = st.container(key="kriterier")
    for level in hierarchy.levels:
        symbol, title, people, services, count = rows.columns(widths, vertical_alignment="center", gap="small")
        symbol.html(symbols.get(level.id, ""))
        title.markdown(f"**{plain(level.title.get(lang))}**")
        title.caption(plain(level.criterion.get(lang)))
        changes[level.id] = (_people(people, level, lang), _services(services, level, lang))
        counts[level.id] = count.empty()
    st.caption(text("app.noder.criteria_how", lang))
    st.button(text("app.noder.reset", lang), on_click=_reset, args=(hierarchy,))
    return hierarchy, changes, counts


def _people(place: st.delta_generator.DeltaGenerator, level: Level, lang: str) -> float:
    return float(
        place.number_input(
            marked("app.noder.people_of", lang, level=level.title.get(lang)),
            min_value=0,
            max_value=1_000_000,
            value=int(level.min_population_inv.value),
            step=_step(level.min_population_inv.value),
            key=f"inv-{level.id}",
            label_visibility="collapsed",
        )
    )


def _services(place: st.delta_generator.DeltaGenerator, level: Level, lang: str) -> int:
    if not level.services:
        place.caption(text("app.noder.required" if level.required else "app.noder.no_services", lang))
        return level.min_services
    return int(
        place.number_input(
            marked("app.noder.services_of", lang, level=level.title.get(lang)),
            min_value=0,
            max_value=len(level.services),
            value=level.min_services,
            step=1,
            key=f"service-{level.id}",
            label_visibility="collapsed",
        )
    )


def _step(people: float) -> int:
    return 1000 if people >= 5000 else 100 if people >= 1000 else 50


def _reset(hierarchy: Hierarchy) -> None:
    for level in hierarchy.levels:
        st.session_state[f"inv-{level.id}"] = int(level.min_population_inv.value)
        if level.services:
            st.session_state[f"service-{level.id}"] = level.min_services


def _count(levels: pd.DataFrame, level: str, lang: str) -> str:
    now, then = int((levels["after"] == level).sum()), int((levels["before"] == level).sum())
    change = f" ({'+' if now > then else '−'}{abs(now - then)})" if now != then else ""
    return f"**{number(now, lang=lang)}**{change}"


def _map(at: Opened, levels: pd.DataFrame) -> None:
    inside = levels[~at.image.indicators["noder"]["outside"].astype(bool)]
    changed = inside[inside["step"] != 0]
    classes = {str(place): str(row["after"] or _NONE) for place, row in changed.iterrows()}
    shown = visible(at.image, "strak")
    state = {"visible": shown, "classes": {"noder": classes}}
    show_map(at, key="noder-karta", state=state, height=_MAP_PX, panel=False)
    status_note(at, "noder")
    note = text("app.noder.picture", at.lang) if classes else ""
    after = {str(place): level for place, level in levels["after"].items()}
    picture_button(at, partial(draw_trial, at.image, lang=at.lang, state=shown, levels=after, note=note), "noder")


def _places(at: Opened, levels: pd.DataFrame, hierarchy: Hierarchy) -> None:
    lang, nodes = at.lang, at.image.indicators["noder"]
    st.header(text("app.noder.places_table", lang), anchor=False)
    titles = {level.id: level.title.get(lang) for level in hierarchy.levels}
    ranks = {name: rank for rank, name in enumerate(titles)}
    names = municipality_names(at.image)
    none = text("app.noder.none", lang)
    frame = nodes.join(levels)
    frame = frame[frame["after"].notna() | frame["before"].notna()]
    frame = frame.assign(
        rank=frame["after"].map(lambda one: ranks.get(one, len(ranks))),
        after=frame["after"].map(lambda one: titles.get(one, none)),
        before=frame["before"].map(lambda one: titles.get(one, none)),
        other=frame["most_common_other"].map(lambda one: titles.get(one, "–")),
        municipality=frame["municipality_code"].map(lambda one: names.get(one, text("app.noder.outside", lang))),
        change=frame["step"].map(
            lambda one: text(f"app.noder.step_{'up' if one > 0 else 'down'}", lang) if one else ""
        ),
    ).sort_values(["outside", "rank", "population_inv"], ascending=[True, True, False], kind="stable")
    columns = [
        Column("name", text("app.noder.place", lang)),
        Column("municipality", text("app.municipality", lang)),
        Column("after", text("app.noder.level", lang)),
        Column("change", text("app.noder.change", lang)),
        Column("population_inv", text("app.noder.population", lang), "people"),
        Column("services_count", text("app.noder.service_kinds", lang), "count"),
        Column("stability_share", text("app.noder.stability", lang), "share"),
        Column("other", text("app.noder.other", lang)),
    ]
    show_table(at, frame, columns, name="noder", rows=12)
    variation = number(hierarchy.variation_share.value * 100, lang=lang)
    st.caption(text("app.noder.stability_how", lang, runs=number(hierarchy.runs, lang=lang), variation=variation))


def _corridors(at: Opened) -> None:
    lang = at.lang
    st.header(text("app.noder.corridors", lang), anchor=False)
    titles = {level.id: level.title.get(lang) for level in at.image.settings.corridors.levels}
    frame = at.image.indicators["strak"].assign(
        level=lambda rows: rows["level"].map(titles), places=lambda rows: rows["places"].str.replace("; ", ", ")
    )
    known = [name for name in ("employed_inv", "jobs_inv", "flow_inv") if name in frame and frame[name].notna().any()]
    columns = [
        Column("name", text("app.noder.corridor", lang), width="medium"),
        Column("mode", text("app.noder.mode", lang), width="small"),
        Column("level", text("app.noder.level", lang)),
        Column("length_m", text("app.noder.length", lang), "km"),
        Column("minutes_min", text("app.noder.minutes", lang), "minutes"),
        Column("people_inv", text("app.noder.along", lang), "rounded"),
        Column("level_people_inv", text("app.noder.counted", lang), "rounded"),
        *(Column(name, text(f"app.noder.{name.removesuffix('_inv')}", lang), "rounded") for name in known),
        Column("places", text("app.noder.places_along", lang), width="large"),
    ]
    show_table(at, frame, columns, name="strak", rows=12)
    if "flow_inv" in known:
        how = "modelled" if (frame["flow_status"] == "modellerat").any() else "measured"
        st.caption(text(f"app.noder.flow_{how}", lang))
    status_note(at, "strak", rounded=True)


def _hinterlands(at: Opened) -> None:
    lang, frame = at.lang, at.image.indicators["omland"]
    st.header(text("app.noder.hinterlands", lang), anchor=False)
    columns = [Column("name", text("app.noder.node", lang))]
    columns.append(Column("people_inv", text("app.noder.hinterland_people", lang), "rounded"))
    show_table(at, frame.sort_values("people_inv", ascending=False), columns, name="omland", rows=10)
    for lost in at.image.indicators.get("omland_utan_nod", pd.DataFrame()).to_dict("records"):
        low, high = (float(lost.get(name, "nan")) for name in range_names("people_inv"))
        told = told_people(lost["people_inv"], lang, least=at.least, rounded=True)
        people = with_span(told, (low, high), "rounded", lang, at.least)
        st.caption(text("app.noder.no_node", lang, people=people))
    if "people_low_inv" in frame:
        st.caption(text("app.range_how", lang))
    status_note(at, "omland", rounded=True)


if __name__ == "__main__":
    show()
