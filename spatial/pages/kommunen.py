"""Kommunen: a municipality's figures beside the county's and those of the one it is most like."""

import pandas as pd
import streamlit as st

from spatial.analysis.comparison import deviations, figures_of, most_alike, range_of, shares_of_land
from spatial.analysis.ranges import range_names
from spatial.analysis.reach import ALL_ZONES
from spatial.model import StructureImage
from spatial.pages.charts import bars, ends_of
from spatial.pages.plain import marked, plain
from spatial.pages.shared import Opened, municipality_names, opened
from spatial.pages.widgets import Column, figures, minutes, percent, show_table, span_note, status_note, with_span
from spatial.texts import number, text

_STANDING_OUT = 5
_FIRST = 3
Key = tuple[str, str, float]
Ends = tuple[float, float]
_RANGED = (
    ("within", "service_inom", "share", "threshold_min"),
    ("median", "restider", "minutes_min", "percentile"),
)
"""The figures that have a range: measure, table, its column, and what tells its rows apart."""


def show() -> None:
    """Show the page."""
    at = opened()
    lang, image = at.lang, at.image
    names = municipality_names(image)
    head, choice = st.columns([5, 2], vertical_alignment="bottom")
    code = choice.selectbox(
        text("app.kommunen.choose", lang), list(names), format_func=names.__getitem__, filter_mode=None, key="kommun"
    )
    tables = image.indicators
    every = figures_of(tables["kommuner"], tables.get("service_inom"), tables.get("restider"))
    own = every.drop(index=ALL_ZONES)
    peer = None
    if ("population", "", 0.0) in every.columns:
        peer = most_alike(own["population", "", 0.0], own["density", "", 0.0], code)
    head.title(plain(names[code]), anchor=False)
    if peer is not None:
        head.caption(marked("app.kommunen.peer", lang, peer=names[peer]))
    _figures(at, every, code, peer, names)
    left, right = st.columns([4, 5], gap="medium")
    with left:
        _standing_out(at, every, code)
        _land_use(at, code, names)
    with right:
        _shares(at, every, code, peer, names)
    _table(at, every, code, peer, names)


def _keys(every: pd.DataFrame, measure: str | None = None) -> list[Key]:
    keys = [(str(key[0]), str(key[1]), float(str(key[2]))) for key in every.columns]
    return [key for key in keys if measure in {None, key[0]}]


def _value(every: pd.DataFrame, zone: str, key: Key) -> float:
    return float(every[key].astype(float)[zone])


def _figures(at: Opened, every: pd.DataFrame, code: str, peer: str | None, names: dict[str, str]) -> None:
    keys = [key for name in ("population", "density", "nodes") for key in _keys(every, name)]
    shown = []
    for key in [*keys, *_keys(every, "within")[:_FIRST]]:
        told = {str(zone): _ranged(at, str(zone), key, _value(every, str(zone), key)) for zone in every.index}
        value = _told(at, key[0], _value(every, code, key))
        own = span_note(_ends(at, code, key), "share", at.lang, at.least)
        beside = _beside(at, told, peer, names)
        shown.append((_title(at, key), value, f"{own} · {beside}" if own else beside))
    if shown:
        figures(shown)


def _beside(at: Opened, told: dict[str, str], peer: str | None, names: dict[str, str]) -> str:
    county = text("app.kommunen.county", at.lang, value=told[ALL_ZONES])
    return f"{county} · {names[peer]} {told[peer]}" if peer is not None else county


def _title(at: Opened, key: Key) -> str:
    measure, service, limit = key
    titles = {kind.id: kind.title.get(at.lang) for kind in at.image.settings.services}
    return text(
        f"app.measure.{measure}",
        at.lang,
        service=titles.get(service, service),
        inside=titles.get(service, service).lower(),
        minutes=number(limit, lang=at.lang),
    )


def _told(at: Opened, measure: str, value: float) -> str:
    if measure == "within":
        return percent(value, at.lang)
    if measure == "median":
        return text("app.minutes", at.lang, minutes=minutes(value, at.lang))
    return number(value, 1 if measure == "density" else 0, at.lang)


def _standing_out(at: Opened, every: pd.DataFrame, code: str) -> None:
    lang = at.lang
    st.header(text("app.kommunen.stands_out", lang), anchor=False)
    least = at.image.settings.comparison
    worth = {"within": least.least_share.value, "median": least.least_minutes.value}
    found = deviations(every, code, worth).drop_duplicates("service").head(_STANDING_OUT)
    lines = []
    for _, row in found.iterrows():
        better = (row["difference"] > 0) == (row["measure"] == "within")
        key = (str(row["measure"]), str(row["service"]), float(row["at"]))
        own, whole = _ranged(at, code, key, row["own"]), _ranged(at, ALL_ZONES, key, row["whole"])
        sentence = marked("app.kommunen.sentence", lang, what=_title(at, key), own=own, whole=whole)
        lines.append(f"{'▲' if better else '▼'} {sentence}")
    st.markdown("\n\n".join(lines) or text("app.kommunen.nothing", lang))
    st.caption(text("app.kommunen.stands_out_how", lang))


def _land_use(at: Opened, code: str, names: dict[str, str]) -> None:
    lang, table = at.lang, at.image.indicators.get("markanvandning")
    style = at.image.settings.style.layer("markanvandning")
    if table is None or style is None:
        return
    st.header(text("app.kommunen.land_use", lang), anchor=False)
    titles = {item.value: item.title.get(lang) for item in style.classes if item.value in table}
    shares = shares_of_land(table[list(titles)], code)
    whose = {"own": names[code], "whole": text("app.county", lang)}
    rows = []
    for kind in shares.index:
        for column, name in whose.items():
            row = {"what": titles[str(kind)], "who": name, "value": float(shares[column][kind])}
            ends = range_of(table.assign(code=table.index), str(kind), {"code": code}) if column == "own" else None
            area = float(table[list(titles)].sum(axis=1)[code])
            rows.append(row | ends_of((ends[0] / area, ends[1] / area) if ends else None, lang))
    st.altair_chart(bars(pd.DataFrame(rows), list(whose.values()), lang), width="stretch")
    status_note(at, "markanvandning")


def _shares(at: Opened, every: pd.DataFrame, code: str, peer: str | None, names: dict[str, str]) -> None:
    lang = at.lang
    st.header(text("app.kommunen.within", lang), anchor=False)
    zones = {code: names[code], ALL_ZONES: text("app.county", lang)}
    if peer is not None:
        zones[peer] = names[peer]
    rows = []
    for key in _keys(every, "within"):
        service = _title(at, ("name", key[1], 0.0))
        what = text("app.within_short", lang, service=service, minutes=number(key[2], lang=lang))
        for zone, name in zones.items():
            row = {"what": what, "who": name, "value": _value(every, zone, key)}
            rows.append(row | ends_of(_ends(at, zone, key), lang))
    if rows:
        st.altair_chart(bars(pd.DataFrame(rows), list(zones.values()), lang), width="stretch")
    status_note(at, "rutnat", "service")


def _table(at: Opened, every: pd.DataFrame, code: str, peer: str | None, names: dict[str, str]) -> None:
    lang = at.lang
    st.header(text("app.kommunen.all", lang), anchor=False)
    keys = _keys(every)
    zones = {"own": code, "county": ALL_ZONES, **({"peer": peer} if peer is not None else {})}
    heads = {"own": names[code], "county": text("app.county", lang), "peer": names[peer] if peer is not None else ""}
    frame = pd.DataFrame({"what": [_title(at, key) for key in keys]})
    columns = [Column("what", text("app.kommunen.figure", lang), width="large")]
    for name, zone in zones.items():
        frame[name] = [_ranged(at, zone, key, _value(every, zone, key)) for key in keys]
        columns.append(Column(name, heads[name]))
    show_table(at, frame, columns, name=f"kommunen-{names[code]}", rows=30)
    if any(_ends(at, code, key) for key in keys):
        st.caption(text("app.range_how", lang))
    status_note(at, "rutnat", "service")


def _ends(at: Opened, zone: str, key: Key) -> Ends | None:
    """Return between which values a figure lies when the models are redrawn, where the image knows."""
    return _every_end(at.image.provenance.fingerprint, at.image).get((zone, key))


@st.cache_resource(show_spinner=False, max_entries=4)
def _every_end(fingerprint: str, _image: StructureImage) -> dict[tuple[str, Key], Ends | None]:  # noqa: ARG001 - the key
    """Look every figure's range up once: a page tells two hundred of them."""
    found: dict[tuple[str, Key], Ends | None] = {}
    for measure, name, column, limit in _RANGED:
        table, (low, high) = _image.indicators.get(name), range_names(column)
        if table is None or low not in table:
            continue
        for zone, service, at, *ends in table[["zone", "service", limit, low, high]].itertuples(index=False):
            known = (float(ends[0]), float(ends[1])) if all(map(pd.notna, ends)) else None
            found.setdefault((str(zone), (measure, str(service), float(at))), known)
    return found


def _ranged(at: Opened, zone: str, key: Key, value: float) -> str:
    """Return a figure as it is told, with its range."""
    told = _told(at, key[0], value)
    return with_span(told, _ends(at, zone, key), "share" if key[0] == "within" else "minutes", at.lang, at.least)


if __name__ == "__main__":
    show()
