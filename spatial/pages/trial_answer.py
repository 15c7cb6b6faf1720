"""The answer beside the map: who gains and loses, who is within the limits, and which findings change."""

from collections.abc import Callable

import altair as alt
import pandas as pd
import streamlit as st

from spatial.analysis.reach import ALL_ZONES
from spatial.analysis.whatif_access import Outcome
from spatial.analysis.whatif_answer import effects, spread, within
from spatial.pages.charts import in_language
from spatial.pages.plain import marked
from spatial.pages.shared import Opened, municipality_names
from spatial.pages.trial_state import names
from spatial.pages.widgets import XLSX, Column, show_table
from spatial.texts import number, text
from spatial.views.themes import visible
from spatial.views.trial_picture import draw_difference
from spatial.views.trial_tables import Told, modelled_twice, trial_csv, trial_gpkg, trial_tables, trial_xlsx
from spatial.views.trial_words import heads
from spatial.views.wording import told_people

_TONES = {"longer": "#B4772E", "same": "#B9B3A3", "shorter": "#3C9C92"}


def people_table(at: Opened, found: Outcome, service: str) -> None:
    """Show who gains and who loses minutes to a kind of service, by municipality."""
    lang, kind = at.lang, "rounded" if modelled_twice(at.image) else "people"
    table = effects(found)
    table = table[table["service"] == service]
    touched = (table[["longer_inv", "shorter_inv", "lost_inv", "won_inv"]] > 0).any(axis=1)
    rows = _named(at, table[touched | (table["zone"] == ALL_ZONES)])
    limit = max(at.least, 100.0) if kind == "rounded" else at.least
    for side in ("longer", "shorter"):
        means = rows[f"{side}_mean_min"].where(rows[f"{side}_inv"] >= limit)
        rows[f"{side}_mean_min"] = [number(mean, 1, lang) for mean in means]
    columns = [Column("zone", text("whatif.municipality", lang))]
    for side in ("lost", "longer", "shorter", "won"):
        if rows[f"{side}_inv"].max() > 0:
            columns.append(Column(f"{side}_inv", text(f"whatif.{side}", lang), kind))
            if side in {"longer", "shorter"}:
                columns.append(Column(f"{side}_mean_min", text(f"whatif.{side}_mean", lang)))
    columns += [
        Column("before_mean_min", text("whatif.mean_before", lang), "number"),
        Column("after_mean_min", text("whatif.mean_after", lang), "number"),
    ]
    show_table(at, rows, columns, name="tank-om-vinner", rows=9)
    _spread(at, found, service)


def _named(at: Opened, table: pd.DataFrame) -> pd.DataFrame:
    """Return rows by municipality with its name, all of the region first."""
    zones = {**municipality_names(at.image), ALL_ZONES: text("whatif.region", at.lang)}
    first = (table["zone"] == ALL_ZONES).sort_values(ascending=False, kind="stable").index
    return table.loc[first].assign(zone=lambda rows: rows["zone"].map(zones)).reset_index(drop=True)


def _spread(at: Opened, found: Outcome, service: str) -> None:
    """Show the distribution behind the means, with the numbers as text."""
    lang, rounded = at.lang, modelled_twice(at.image)
    table = spread(found, service)
    changed = table[(table["side"] != "same") & (table["people_inv"] > 0)]
    if changed.empty:
        return
    limit = max(at.least, 100.0) if rounded else at.least
    rows = pd.DataFrame(
        {
            "what": [_class(row, lang) for row in changed.itertuples()],
            "side": ["longer" if side in {"lost", "longer"} else "shorter" for side in changed["side"]],
            "people": changed["people_inv"].where(changed["people_inv"] >= limit, limit / 2).to_numpy(),
            "told": [told_people(p, lang, least=at.least, rounded=rounded) for p in changed["people_inv"]],
        }
    )
    st.markdown(f"**{text('whatif.spread', lang)}**")
    base = alt.Chart(rows, height=24 * len(rows) + 10).encode(
        y=alt.Y(
            "what:N", sort=list(rows["what"]), title=None, axis=alt.Axis(labelLimit=190, ticks=False, domain=False)
        ),
        x=alt.X("people:Q", title=None, axis=None),
    )
    colour = alt.Color("side:N", scale=alt.Scale(domain=list(_TONES), range=list(_TONES.values())), legend=None)
    chart = base.mark_bar().encode(color=colour) + base.mark_text(align="left", dx=4).encode(text="told:N")
    st.altair_chart(in_language(chart, lang), width="stretch")


def _class(row: object, lang: str) -> str:
    side, low, high = (getattr(row, name) for name in ("side", "from_min", "to_min"))
    if side in {"lost", "won"}:
        return text(f"whatif.class_{side}", lang)
    if high == float("inf"):
        return text(f"whatif.class_{side}_over", lang, low=number(low, lang=lang))
    return text(f"whatif.class_{side}", lang, low=number(low, lang=lang), high=number(high, lang=lang))


def within_table(at: Opened, found: Outcome, service: str) -> None:
    """Show the people within the limits before and after, by municipality."""
    lang, kind = at.lang, "rounded" if modelled_twice(at.image) else "people"
    limits = [(t.service, t.minutes.value) for t in at.image.settings.thresholds if t.service == service]
    table = within(found, limits)
    for _, limit in limits:
        rows = table[table["threshold_min"] == limit]
        touched = (rows[["out_inv", "in_inv", "new_within_inv", "new_beyond_inv"]] > 0).any(axis=1)
        shown = _named(at, rows[touched | (rows["zone"] == ALL_ZONES)])
        title = names(at).kinds[service]
        st.markdown(f"**{marked('whatif.threshold_told', lang, service=title, minutes=number(limit, lang=lang))}**")
        columns = [Column("zone", text("whatif.municipality", lang))]
        columns += [
            Column(name, text(f"whatif.{key}", lang), kind)
            for name, key in (
                ("out_inv", "within_out"), ("in_inv", "within_in"), ("new_within_inv", "within_new"),
                ("new_beyond_inv", "within_new_beyond"), ("before_inv", "within_before"), ("after_inv", "within_after"),
            )
            if name in {"before_inv", "after_inv"} or shown[name].max() > 0
        ]  # fmt: skip
        show_table(at, shown, columns, name=f"tank-om-inom-{limit:.0f}", rows=7)


def findings_table(at: Opened, changed: pd.DataFrame) -> None:
    """Show the findings that change, and say which are not counted again."""
    lang = at.lang
    if changed.empty:
        st.write(text("whatif.none_findings", lang))
    else:
        rows = told_findings(at, changed)
        told = heads(lang)
        columns = [Column(name, told[name]) for name in ("finding", "name", "before", "after")]
        show_table(at, rows, columns, name="tank-om-fynd", rows=11)
    st.caption(text("whatif.not_tried", lang))


def told_findings(at: Opened, changed: pd.DataFrame) -> pd.DataFrame:
    """Return findings as users read them: ``finding``, ``name``, ``before``, ``after``."""
    lang, codes = at.lang, municipality_names(at.image)
    levels = {one.id: one.title.get(lang) for one in at.image.settings.hierarchy.levels}
    kinds = names(at).kinds
    rows = []
    for row in changed.itertuples(index=False):
        name = str(row.name)
        if row.finding == "white_spots":
            name = text("whatif.threshold_told", lang, service=kinds[name], minutes=row.unit)
        elif row.finding == "hinterland":
            name = text("whatif.hinterland_told", lang, people=_people(at, float(name)))
        elif row.finding == "reach":
            name = f"{name}, {text('app.minutes', lang, minutes=row.unit)}"
        where = ", ".join(codes.get(code, code) for code in str(row.municipality_code or "").split(";") if code)
        shown = f"{name} ({where})" if where and row.finding in {"goal", "conflict", "recommendation"} else name
        before, after = (_side(at, str(row.finding), value, levels) for value in (row.before, row.after))
        rows.append((text(f"whatif.find_{row.finding}", lang), shown, before, after))
    return pd.DataFrame(rows, columns=["finding", "name", "before", "after"])


def _side(at: Opened, finding: str, value: object, levels: dict[str, str]) -> str:
    lang = at.lang
    if finding == "white_spots" and isinstance(value, tuple):
        return text("whatif.spots_told", lang, count=number(value[0], lang=lang), people=_people(at, value[1]))
    if finding == "reach":
        return text("whatif.reach_told", lang, people=_people(at, float(str(value))))
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return text("whatif.no_level" if finding == "level" else "whatif.none", lang)
    return levels.get(str(value), str(value))


def _people(at: Opened, people: float) -> str:
    return told_people(people, at.lang, least=at.least, rounded=modelled_twice(at.image))


def downloads(at: Opened, whole: Callable[[], Told], service: str, note: str) -> None:
    """Offer the trial as Excel, CSV, GeoPackage and picture, each made when it is asked for."""
    lang, image, called = at.lang, at.image, names(at)
    state = {**visible(image, "service"), "vita_flackar/all": False, "rutnat": False}

    def tables() -> dict[str, pd.DataFrame]:
        return trial_tables(whole(), image, called, lang)

    def picture() -> bytes:
        return draw_difference(image, whole().outcome, service, state=state, note=note, lang=lang)

    files: tuple[tuple[str, Callable[[], bytes], str, str], ...] = (
        ("xlsx", lambda: trial_xlsx(tables(), heads(lang)), "tank-om.xlsx", XLSX),
        ("csv", lambda: trial_csv(tables()), "tank-om.zip", "application/zip"),
        ("gpkg", lambda: trial_gpkg(whole(), image, called, lang), "tank-om.gpkg", "application/geopackage+sqlite3"),
        ("png", picture, "tank-om.png", "image/png"),
    )
    with st.popover(text("whatif.export", lang), width="stretch"):
        for name, content, file, mime in files:
            st.download_button(
                text(f"whatif.export_{name}", lang), data=content, file_name=file, mime=mime, on_click="ignore",
                key=f"tankom-{name}", width="stretch",
            )  # fmt: skip
