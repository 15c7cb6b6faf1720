"""Gränser: what neighbouring plans say across their border, as a list and on the map."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from spatial.pages.plans import choice, head, plan_map, plan_names, said, table_of
from spatial.pages.shared import Opened, opened
from spatial.pages.widgets import Column, show_table
from spatial.texts import text
from spatial.views.plan_places import outlined

_LENGTHS = (
    ("överens", "agree"),
    ("konflikt", "conflict"),
    ("tyst plan", "silent"),
    ("oklart", "unclear"),
    ("osäker matchning", "uncertain"),
)
_BESIDE = ("granser_osakra", "grannplaner", "grannplaner_linjer")


def show() -> None:
    """Show the page."""
    at = opened()
    lang = at.lang
    head(at, "granser")
    findings = table_of(at, "granser")
    if findings is None:
        return
    st.caption(text("plan_pages.granser.how", lang))
    if findings.empty:
        st.write(text("plan_pages.granser.none", lang))
        if any(name in at.image.layers for name in _BESIDE):
            _map(at, None)
    else:
        _findings(at, findings)
    if len(at.image.indicators.get("granser_osakra", ())):
        _uncertain(at, at.image.indicators["granser_osakra"])
    if "granser_langd" in at.image.indicators:
        _lengths(at, at.image.indicators["granser_langd"])


def _findings(at: Opened, findings: pd.DataFrame) -> None:
    lang = at.lang
    told = _told(at, findings)
    list_, map_ = st.columns([5, 4], gap="medium")
    with list_:
        kept = _filtered(at, told)
        chosen = None
        if kept.empty:
            st.write(text("plan_pages.nothing", lang))
        else:
            st.caption(text("plan_pages.pick_row", lang))
            chosen = show_table(at, kept, _columns(lang), name="granser", rows=10, pick=True)
            if chosen is not None:
                st.text(_face_to_face(kept.iloc[chosen], lang))
        st.caption(text("plan_pages.shown", lang, shown=len(kept), count=len(told)))
    layer = at.image.layers.get("granser")
    ids = list(kept.index) if chosen is None else [kept.index[chosen]]
    shapes = None if layer is None or chosen is None else outlined(layer.geo.geometry.reindex(ids), ids)
    with map_:
        _map(at, shapes)


def _map(at: Opened, shapes: Mapping[str, Any] | None) -> None:
    """Show the map, and under it what the greys and the paler colours are."""
    lang, layers = at.lang, at.image.layers
    plan_map(at, "granser-karta", shapes, "granser", "planomraden", *_BESIDE)
    if "granser_osakra" in layers:
        count = len(layers["granser_osakra"].frame)
        st.text(text("plan_pages.granser.map_uncertain", lang, count=count))
    whose = {str(name) for one in _BESIDE[1:] if one in layers for name in layers[one].frame["municipality_name"]}
    if whose:
        st.text(text("plan_pages.granser.map_neighbours", lang, names=", ".join(sorted(whose))))


def _told(at: Opened, findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings with the names that users know."""
    names, lang = _names(at), at.lang
    pivots = {value.id: value.title.get(lang) for value in at.image.settings.pivot.entries}
    pairs = zip(findings["plan_a"], findings["plan_b"], strict=True)
    return findings.assign(
        pair=[text("plan_pages.granser.pair_of", lang, one=names.get(a, a), other=names.get(b, b)) for a, b in pairs],
        name_a=findings["plan_a"].map(lambda code: names.get(code, code)),
        name_b=findings["plan_b"].map(lambda code: names.get(code, code)),
        silent=findings["silent"].map(lambda code: names.get(code, said(code))),
        pivot_a=findings["pivot_a"].map(lambda one: pivots.get(one, said(one))),
        pivot_b=findings["pivot_b"].map(lambda one: pivots.get(one, said(one))),
        feature_a=findings["feature_a"].map(said),
        feature_b=findings["feature_b"].map(said),
    ).sort_values(["severity", "length_m"], ascending=False, kind="stable")


def _face_to_face(row: "pd.Series[Any]", lang: str) -> str:
    """Return what both plans say at a finding, with their features; in words where one says nothing."""
    nothing = said(None)
    lines = []
    for side in "ab":
        plan, use, feature = (row[f"{name}_{side}"] for name in ("name", "pivot", "feature"))
        if use == feature == nothing:
            lines.append(text("plan_pages.granser.says_nothing", lang, plan=plan))
        else:
            lines.append(text("plan_pages.granser.says", lang, plan=plan, use=use, feature=feature))
    return "\n".join(lines)


def _names(at: Opened) -> dict[str, str]:
    """Return what municipalities are called, those abroad as their plan says."""
    names: dict[str, str] = {}
    for table in ("granser", "granser_osakra"):
        found = at.image.indicators.get(table, pd.DataFrame())
        for side in "ab":
            if f"municipality_{side}" in found.columns:
                names |= dict(zip(found[f"plan_{side}"], found[f"municipality_{side}"], strict=True))
    return {**names, **plan_names(at)}


def _filtered(at: Opened, told: pd.DataFrame) -> pd.DataFrame:
    lang = at.lang
    asked = (
        ("pair", text("plan_pages.granser.pair", lang)),
        ("kind", text("plan_pages.kind", lang)),
        ("severity", text("plan_pages.severity", lang)),
    )
    for place, (column, label) in zip(st.columns([2.4, 1.6, 1], gap="small"), asked, strict=True):
        options = [str(one) for one in sorted(told[column].unique(), reverse=column == "severity")]
        wanted = choice(place, at, label, options, f"granser-{column}")
        if wanted:
            told = told[told[column].astype(str) == wanted]
    return told


def _columns(lang: str) -> list[Column]:
    return [
        Column("pair", text("plan_pages.granser.pair", lang), width="medium"),
        Column("kind", text("plan_pages.kind", lang)),
        Column("severity", text("plan_pages.severity", lang), "count"),
        Column("length_m", text("plan_pages.granser.along", lang), "km1"),
        Column("pivot_a", text("plan_pages.granser.one", lang)),
        Column("pivot_b", text("plan_pages.granser.other", lang)),
        Column("silent", text("plan_pages.granser.silent", lang)),
        Column("feature_a", text("plan_pages.feature", lang) + " 1"),
        Column("feature_b", text("plan_pages.feature", lang) + " 2"),
    ]


def _uncertain(at: Opened, rows: pd.DataFrame) -> None:
    """Show what may be a finding, where two plans follow different drawings of the border."""
    lang = at.lang
    columns = [column for column in _columns(lang) if column.name not in {"severity", "silent"}]
    columns[1] = Column("suspected", text("plan_pages.granser.suspected", lang))
    columns.insert(3, Column("apart_m", text("plan_pages.granser.apart", lang), "km1"))
    with st.expander(text("plan_pages.granser.uncertain_rows", lang, count=len(rows))):
        st.caption(text("plan_pages.granser.uncertain_how", lang))
        show_table(at, _told(at, rows), columns, name="granser-osakra", rows=10)


def _lengths(at: Opened, lengths: pd.DataFrame) -> None:
    lang, names = at.lang, _names(at)
    pairs = zip(lengths["plan_a"], lengths["plan_b"], strict=True)
    frame = lengths.assign(
        pair=[text("plan_pages.granser.pair_of", lang, one=names.get(a, a), other=names.get(b, b)) for a, b in pairs]
    )
    columns = [
        Column("pair", text("plan_pages.granser.pair", lang), width="medium"),
        Column("length_m", text("plan_pages.granser.length", lang), "km1"),
    ]
    columns += [Column(own, text(f"plan_pages.granser.{name}", lang), "km1") for own, name in _LENGTHS if own in frame]
    with st.expander(text("plan_pages.granser.lengths", lang)):
        show_table(at, frame, columns, name="granslangder", rows=16)


if __name__ == "__main__":
    show()
