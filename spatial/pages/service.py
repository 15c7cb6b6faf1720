"""Service: who has far to a kind of service, where they live, and whom each facility is nearest to."""

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from spatial.analysis.asked_drawn import kept_of, with_spot_ranges, with_undecided_range
from spatial.analysis.catchment import in_zones, people_beyond, people_served, with_beyond_ranges, worst_first
from spatial.analysis.ranges import Percentages, range_names
from spatial.analysis.reach import ALL_ZONES
from spatial.analysis.spots import named_spots, white_spots
from spatial.analysis.supply import nearest_place
from spatial.archive import read_saved_draws
from spatial.pages.mapview import show_map
from spatial.pages.plain import marked
from spatial.pages.shared import Opened, municipality_names, opened
from spatial.pages.widgets import (
    Column,
    between,
    figures,
    percent,
    picture_button,
    show_table,
    span_note,
    status_note,
    twice_modelled,
    with_span,
)
from spatial.pages.widgets import minutes as minutes_of
from spatial.steps.titles import spot_name
from spatial.texts import number, text
from spatial.views.picture_trials import draw_trial
from spatial.views.themes import visible
from spatial.views.wording import told_people

_MOST_MIN = 120
_MAP_PX = 470


def show() -> None:
    """Show the page."""
    at = opened()
    lang, image = at.lang, at.image
    if "rutnat" not in image.layers or "service" not in image.layers:
        st.info(text("app.service.missing", lang))
        return
    cells = image.layers["rutnat"].geo
    titles = {kind.id: kind.title.get(lang) for kind in image.settings.services if f"{kind.id}_min" in cells}
    head, choice, limit_place = st.columns([4, 2, 3], vertical_alignment="bottom", gap="medium")
    kind = choice.selectbox(
        text("app.service.kind", lang), list(titles), format_func=titles.__getitem__, filter_mode=None, key="slag"
    )
    limit = limit_place.slider(
        text("app.service.limit", lang), 5, _MOST_MIN, _first_limit(at, kind), 5, key=f"grans-{kind}"
    )
    head.title(marked("app.service.title", lang, service=titles[kind].lower()), anchor=False)
    beyond = people_beyond(cells, kind, limit, off_network_factor=_factor(at))
    tables = at.image.indicators
    beyond = with_beyond_ranges(beyond, kind, limit, tables.get("service_kurvor"), tables.get("service_inom"))
    if range_names("undecided_inv")[0] not in beyond:
        beyond = _undecided(at.image.provenance.fingerprint, kind, limit, at, beyond)
    _figures(at, beyond, kind, limit)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        _map(at, kind, limit, titles[kind])
    with right:
        _municipalities(at, beyond, kind)
    _white_spots(at, cells, kind, limit)
    _facilities(at, cells, kind)


def _first_limit(at: Opened, kind: str) -> int:
    limits = [one.minutes.value for one in at.image.settings.thresholds if one.service == kind]
    return min(_MOST_MIN, max(5, round(limits[0] / 5) * 5)) if limits else 30


def _factor(at: Opened) -> float:
    doubt = at.image.settings.access.off_network_factor
    return 1.0 if doubt is None else doubt.value


def _figures(at: Opened, beyond: pd.DataFrame, kind: str, limit: float) -> None:
    lang, rounded = at.lang, twice_modelled(at)
    row = {str(name): float(value) for name, value in beyond.loc[[ALL_ZONES]].iloc[0].items()}

    kind_of = "rounded" if rounded else "people"

    def ends(name: str) -> tuple[float, float]:
        low, high = (row.get(end, float("nan")) for end in range_names(name))
        return low, high

    def people(name: str) -> str:
        return told_people(row[name], lang, least=at.least, rounded=rounded)

    def noted(name: str, note: str) -> str:
        told = span_note(ends(name), kind_of, lang, at.least)
        return f"{told} · {note}" if told else note

    share, low, high = percent(row["beyond_share"], lang, 1), *ends("beyond_share")
    if low <= high:
        share = text("app.ranged", lang, value=share, range=between((low, high), lang, 1))
    minutes = number(limit, lang=lang)
    doubt = text("app.service.uncertain_note", lang)
    if _factor(at) > 1:
        told = with_span(people("undecided_inv"), ends("undecided_inv"), kind_of, lang, at.least)
        doubt = text("app.service.undecided_note", lang, people=told)
    of_all = text("app.service.of_all", lang, share=share)
    nowhere = text("app.service.unreachable_note", lang)
    shown = [
        (text("app.service.beyond", lang, minutes=minutes), people("beyond_inv"), noted("beyond_inv", of_all)),
        (text("app.service.unreachable", lang), people("unreachable_inv"), noted("unreachable_inv", nowhere)),
        (text("app.service.uncertain", lang), people("uncertain_inv"), noted("uncertain_inv", doubt)),
    ]
    figures([*shown, *_half(at, kind)])


def _half(at: Opened, kind: str) -> list[tuple[str, str, str]]:
    """Return the figure of how far half of all have at most, and the other percentages."""
    times = at.image.indicators.get("restider")
    if times is None:
        return []
    own = times[(times["zone"] == ALL_ZONES) & (times["service"] == kind)]
    told = {row["percentile"]: _minutes(at, row) for row in own.to_dict("records")}
    rest = [text("app.service.at", at.lang, share=f"{share:.0f}", minutes=v) for share, v in told.items()][1:]
    return [(text("app.service.half", at.lang), next(iter(told.values())), " · ".join(rest))] if told else []


def _minutes(at: Opened, row: Mapping[Hashable, Any]) -> str:
    told = text("app.minutes", at.lang, minutes=minutes_of(row["minutes_min"], at.lang))
    low, high = (row.get(end, float("nan")) for end in range_names("minutes_min"))
    return with_span(told, (low, high), "minutes", at.lang, at.least)


def _map(at: Opened, kind: str, limit: float, title: str) -> None:
    lang = at.lang
    st.header(text("app.service.map", lang, minutes=number(limit, lang=lang)), anchor=False)
    service = at.image.layers["service"].frame
    own = service.index[service["service_type"] == kind]
    only = {"service": [str(one) for one in own]}
    shown = {**visible(at.image, "service"), "vita_flackar/all": False}
    state = {
        "visible": shown,
        "filter": only,
        "beyond": {"service": kind, "minutes": limit},
    }
    show_map(at, key="service-karta", state=state, height=_MAP_PX, panel=False)
    st.caption(text("app.service.map_legend", lang))
    status_note(at, "rutnat", "service", rounded=twice_modelled(at))
    what = text("app.service.picture", lang, service=title.lower(), minutes=number(limit, lang=lang))
    drawing = partial(draw_trial, at.image, lang=lang, state=shown, beyond=(kind, float(limit)), note=what, rows=only)
    picture_button(at, drawing, f"service-{kind}-{limit:.0f}-min")


def _municipalities(at: Opened, beyond: pd.DataFrame, kind: str) -> None:
    lang = at.lang
    st.header(text("app.service.by_municipality", lang), anchor=False)
    names = municipality_names(at.image)
    frame = worst_first(beyond).assign(name=lambda rows: rows.index.map(names))
    people = "rounded" if twice_modelled(at) else "people"
    columns = [
        Column("name", text("app.municipality", lang)),
        Column("beyond_inv", text("app.service.people_beyond", lang), people),
        Column("beyond_share", text("app.service.share", lang), "share"),
        Column("uncertain_inv", text("app.service.people_uncertain", lang), people, more=True),
    ]
    factor, share = _factor(at), at.image.settings.access.uncertain_share.value
    if factor > 1:
        columns.append(Column("undecided_inv", text("app.service.people_undecided", lang), people, more=True))
    show_table(at, frame, columns, name=f"service-{kind}-kommuner", rows=15)
    if set(range_names("beyond_inv")) <= set(frame):
        st.caption(text("app.range_how", lang))
    if factor > 1:
        how = {"share": number(share * 100, lang=lang), "factor": number(factor, lang=lang)}
        st.caption(text("app.service.uncertain_how", lang, **how))


@st.cache_data(show_spinner=False, max_entries=64)
def _spots(fingerprint: str, kind: str, limit: float, _at: Opened) -> pd.DataFrame:
    """Return the white spots with their municipality, kept for the next who asks the same of this image.

    Those beyond a threshold of the settings are the image's own, with their ranges.
    """
    known = _at.image.layers.get("vita_flackar")
    if known is not None:
        same = (known.frame["service"] == kind) & (known.frame["threshold_min"] == limit)
        if same.any():
            own = known.geo[same].sort_values("people_inv", ascending=False, kind="stable")
            return pd.DataFrame(in_zones(own, _at.image.layers["kommuner"].geo).drop(columns="geometry"))
    layer = _at.image.layers["rutnat"]
    cells = layer.geo[layer.geo["population_inv"].fillna(0) > 0]
    if layer.grid is None:
        raise TypeError(fingerprint)
    gap = round(_at.image.settings.access.white_spot_gap_m.value / layer.grid.size_m)
    places = _at.image.layers["noder"].geo if "noder" in _at.image.layers else None
    near = None if places is None else pd.Series(nearest_place(places, cells)[0], index=cells.index)
    spots = white_spots(cells, layer.grid, cells[f"{kind}_min"], limit, _at.least, gap_cells=gap, place=near)
    if places is not None:
        spots = named_spots(spots, places)
    lived, ends = _drawn(fingerprint, kind, _at), _ends_of(_at)
    if lived is not None and ends is not None:
        spots = with_spot_ranges(spots, lived, cells, (kind, limit), 2 * gap + 1, ends)
    return pd.DataFrame(in_zones(spots, _at.image.layers["kommuner"].geo).drop(columns="geometry"))


@st.cache_resource(show_spinner=False, max_entries=4)
def _drawn(fingerprint: str, kind: str, _at: Opened) -> pd.DataFrame | None:
    """Return who lives where with how far to a service on every draw; read-only, shared by everybody."""
    return read_saved_draws(_at.folder, fingerprint, kept_of(kind))


def _ends_of(at: Opened) -> Percentages | None:
    options = at.image.settings.models.redraw
    return None if options is None else Percentages.of(options)


@st.cache_data(show_spinner=False, max_entries=64)
def _undecided(fingerprint: str, kind: str, limit: float, _at: Opened, _beyond: pd.DataFrame) -> pd.DataFrame:
    """Return the people beyond a limit with the range of the undecided, counted on the draws that the image kept."""
    lived, ends = _drawn(fingerprint, kind, _at), _ends_of(_at)
    if lived is None or ends is None:
        return _beyond
    return with_undecided_range(_beyond, lived, (kind, limit), _factor(_at), ends)


def _white_spots(at: Opened, cells: gpd.GeoDataFrame, kind: str, limit: float) -> None:
    lang = at.lang
    st.header(text("app.service.spots", lang, minutes=number(limit, lang=lang)), anchor=False)
    if not (cells[f"{kind}_min"] > limit).any():
        st.write(text("app.service.no_spots", lang))
        return
    spots = _spots(at.image.provenance.fingerprint, kind, limit, at)
    words = {one: text(f"app.service.spot_{one}", lang) for one in ("far", "unreachable")}
    frame = spots.assign(kind=spots["kind"].map(words))
    columns = []
    if "place_name" in spots:
        told = spots[["place_name", "place_m", "direction"]].itertuples(index=False)
        frame["name"] = [spot_name(name, metres, way, lang) for name, metres, way in told]
        columns.append(Column("name", text("app.service.about", lang), width="large"))
    columns += [
        Column("zones", text("app.municipality", lang), width="medium"),
        Column("kind", text("app.service.spot_kind", lang)),
        Column("people_inv", text("app.service.living", lang), "rounded" if twice_modelled(at) else "people"),
        Column("cells", text("app.service.cells", lang), "count"),
        Column("longest_min", text("app.service.longest", lang), "minutes"),
    ]
    st.caption(text("app.service.spots_how", lang, count=number(len(spots), lang=lang)))
    show_table(at, frame, columns, name=f"vita-flackar-{kind}", rows=8)
    if set(range_names("people_inv")) <= set(frame):
        st.caption(text("app.range_how", lang))


def _facilities(at: Opened, cells: gpd.GeoDataFrame, kind: str) -> None:
    lang = at.lang
    st.header(text("app.service.facilities", lang), anchor=False)
    known = at.image.indicators.get("service_anlaggningar")
    if known is not None and (known["service_type"] == kind).any():
        frame = known[known["service_type"] == kind].sort_values("people_inv", ascending=False, kind="stable")
    else:
        frame = people_served(cells, kind, at.image.layers["service"].frame)
    if "outside" in frame:
        where = {True: text("app.service.outside", lang), False: text("app.service.inside", lang)}
        frame = frame.assign(outside=frame["outside"].astype(bool).map(where))
    columns = [
        Column("name", text("app.service.facility", lang), width="medium"),
        Column("outside", text("app.service.where", lang)),
        Column("people_inv", text("app.service.nearest_to", lang), "rounded" if twice_modelled(at) else "people"),
        Column("mean_min", text("app.service.mean", lang), "minutes"),
        Column("longest_min", text("app.service.longest", lang), "minutes"),
        Column("status", text("app.status", lang)),
    ]
    show_table(at, frame, [c for c in columns if c.name in frame], name=f"service-{kind}-stallen", rows=10)
    status_note(at, "rutnat", "service", rounded=twice_modelled(at))


if __name__ == "__main__":
    show()
