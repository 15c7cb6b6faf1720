"""Granska plan: from a plan's file to what it lacks, without writing any YAML. The file stays in the user's session."""

from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from spatial.analysis.plans import draft_mapping
from spatial.errors import StrukturbildError
from spatial.inputs.plan_files import coded_frame, draft_text, guessed, mapping_of
from spatial.pages.plan_upload import (
    MAPPINGS,
    Review,
    Upload,
    drafted,
    frame_of,
    kept,
    layers_in,
    named_mapping,
    reviewed,
    upload_of,
)
from spatial.pages.plans import amount, plan_map
from spatial.pages.shared import Opened, municipality_names, opened
from spatial.pages.widgets import Column, show_table
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, PlanMapping
from spatial.texts import number, text
from spatial.views.plan_places import outlined

_OWN: Final = "eget"
_KINDS: Final = ["gpkg", "geojson", "json", "zip", "fgb"]


def show() -> None:
    """Show the page."""
    at = opened()
    lang = at.lang
    st.title(text("plan_pages.granska_plan.title", lang), anchor=False)
    if "kommuner" not in at.image.layers:
        st.info(text("plan_pages.missing.kommuner", lang))
        return
    st.caption(text("plan_pages.granska_plan.private", lang))
    sent = st.file_uploader(text("plan_pages.granska_plan.file", lang), type=_KINDS, key="granska-fil")
    if sent is None:
        st.info(text("plan_pages.granska_plan.start", lang))
        return
    try:
        _plan(at, upload_of(sent))
    except StrukturbildError as error:
        st.error(error.message(lang))


def _plan(at: Opened, upload: Upload) -> None:
    """Ask what the file's columns are, then show what they mean and what the plan lacks."""
    lang = at.lang
    names, layers = municipality_names(at.image), layers_in(upload)
    first, *between, third, fourth = st.columns(4 if len(layers) > 1 else 3, gap="small")
    code = first.selectbox(
        text("plan_pages.municipality", lang),
        ["", *names],
        format_func=lambda one: names.get(one, "–"),
        key="granska-kommun",
    )
    layer = between[0].selectbox(text("plan_pages.granska_plan.layer", lang), layers) if between else None
    frame = frame_of(upload, layer, lang)
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    if not columns:
        coded_frame(frame, None)
    usual = guessed(frame, "code")
    column = third.selectbox(
        text("plan_pages.granska_plan.column", lang), columns, index=columns.index(usual) if usual in columns else 0
    )
    mapping = fourth.selectbox(
        text("plan_pages.granska_plan.mapping", lang),
        [_OWN, *MAPPINGS],
        format_func=lambda one: text(f"plan_pages.granska_plan.{'own' if one == _OWN else one}", lang),
        key="granska-mappning",
    )
    key = (upload.key, layer)
    if mapping == _OWN:
        chosen = _own_mapping(at, frame, upload, column, key)
    else:
        chosen = named_mapping(mapping, at.image.settings.pivot)
    if not code:
        st.info(text("plan_pages.granska_plan.choose", lang))
        return
    _found(at, reviewed(at, frame, code, column, chosen, key))


def _own_mapping(
    at: Opened, frame: gpd.GeoDataFrame, upload: Upload, column: str, key: tuple[str, str | None]
) -> PlanMapping:
    """Show the codes with what each is closest to, to be corrected; return the mapping that follows."""
    lang, pivot = at.lang, at.image.settings.pivot
    texts = [str(name) for name in frame.columns if name not in {frame.geometry.name, column}]
    usual = guessed(frame, "name_of_code")
    with st.expander(text("plan_pages.granska_plan.codes", lang), expanded=True):
        spelled = st.selectbox(
            text("plan_pages.granska_plan.name_column", lang),
            ["", *texts],
            index=texts.index(usual) + 1 if usual in texts else 0,
            format_func=lambda one: one or text("plan_pages.granska_plan.no_column", lang),
        )
        received, _, _ = coded_frame(frame, column, spelled or None)
        draft = kept("granska-utkast", (*key, column, spelled), lambda: drafted(draft_mapping(received, pivot)))
        st.caption(text("plan_pages.granska_plan.codes_how", lang))
        edited = _editor(at, draft, f"granska-tabell-{upload.key}-{key[1]}-{column}-{spelled}")
        content = draft_text(edited, pivot, upload.name.rpartition(".")[0] or upload.name, column)
        st.download_button(
            text("plan_pages.granska_plan.download_mapping", lang),
            data=content.encode(),
            file_name="mappning.yaml",
            mime="application/yaml",
            on_click="ignore",
            key="granska-yaml",
        )
        return mapping_of(content, pivot)


def _editor(at: Opened, draft: pd.DataFrame, key: str) -> pd.DataFrame:
    edited = st.data_editor(
        draft,
        hide_index=True,
        disabled=["code", "count", "area_km2", "score"],
        column_order=["code", "pivot", "options", "count", "area_km2", "score"],
        column_config=_draft_columns(at),
        key=key,
    )
    several = [list(one) if isinstance(one, list | tuple) else [] for one in edited["options"]]
    return pd.DataFrame(edited.assign(options=pd.Series(several, index=edited.index, dtype=object)))


def _draft_columns(at: Opened) -> dict[str, Any]:
    lang = at.lang
    titles = {value.id: value.title.get(lang) for value in at.image.settings.pivot.entries}
    others = {AMBIGUOUS: "ambiguous", UNKNOWN: "unknown"}
    every = {**titles, **{key: text(f"plan_pages.granska_plan.{name}", lang) for key, name in others.items()}}

    def head(name: str) -> str:
        return text(f"plan_pages.granska_plan.{name}", lang)

    def called(one: object) -> str:
        return every.get(str(one), str(one))

    shape = st.column_config
    return {
        "code": shape.TextColumn(head("code"), width="medium"),
        "pivot": shape.SelectboxColumn(
            head("value"), options=list(every), format_func=called, required=True, width="medium"
        ),
        "options": shape.MultiselectColumn(head("options"), options=list(titles), format_func=called, width="medium"),
        "count": shape.NumberColumn(head("count"), width="small"),
        "area_km2": shape.NumberColumn(head("area"), format="localized", width="small"),
        "score": shape.NumberColumn(head("score"), format="localized", width="small"),
    }


def _found(at: Opened, review: Review) -> None:
    lang, found = at.lang, review.findings
    counts = found["severity"].value_counts()
    told = {name: int(counts.get(key, 0)) for name, key in _SEVERITIES.items()}
    version = at.image.settings.readiness.version
    st.header(text("plan_pages.granska_plan.findings", lang, count=len(found)), anchor=False)
    st.write(text("plan_pages.granska_plan.summary", lang, features=review.features, version=version, **told))
    st.caption(at.image.settings.readiness.caveat.get(lang))
    left, right = st.columns([5, 4], gap="medium")
    with left:
        chosen = _findings(at, found)
        _unknown(at, review.unknown)
    with right:
        shapes = found.geometry if chosen is None else found.geometry.iloc[[chosen]]
        turn = (len(found), chosen)
        plan_map(at, "granska-karta", outlined(shapes, turn))


_SEVERITIES: Final = {"faults": "fel", "warnings": "varning", "notes": "upplysning"}


def _findings(at: Opened, found: gpd.GeoDataFrame) -> int | None:
    lang = at.lang
    if found.empty:
        st.success(text("plan_pages.granska_plan.ready", lang))
        return None
    st.caption(text("plan_pages.pick_row", lang))
    pairs = zip(found["measure"], found["unit"], strict=True)
    told = pd.DataFrame(found.drop(columns="geometry")).assign(
        amount=[amount(value, unit, lang) for value, unit in pairs]
    )
    columns = [
        Column("severity", text("plan_pages.severity", lang)),
        Column("rule", text("plan_pages.granska_plan.rule", lang)),
        Column("sentence", text("plan_pages.granska_plan.sentence", lang), width="large"),
        Column("fix", text("plan_pages.granska_plan.fix", lang), width="large"),
        Column("features", text("plan_pages.granska_plan.features", lang)),
        Column("amount", text("plan_pages.measure", lang)),
        Column("source", text("plan_pages.granska_plan.source", lang)),
    ]
    return show_table(at, told, columns, name="anmarkningar", rows=9, pick=True)


def _unknown(at: Opened, unknown: pd.DataFrame) -> None:
    lang = at.lang
    if unknown.empty:
        st.caption(text("plan_pages.granska_plan.all_known", lang))
        return
    area = number(float(unknown["area_km2"].sum()), 2, lang)
    count = int(unknown["count"].sum())
    st.markdown(f"**{text('plan_pages.granska_plan.unknown_codes', lang, count=count, area=area)}**")
    kinds = {AMBIGUOUS: "ambiguous", UNKNOWN: "unknown"}
    told = unknown.assign(
        pivot=unknown["pivot"].map(lambda one: text(f"plan_pages.granska_plan.{kinds[one]}", lang)),
        area=[number(float(value), 2, lang) for value in unknown["area_km2"]],
    )
    columns = [
        Column("code", text("plan_pages.granska_plan.code", lang)),
        Column("pivot", text("plan_pages.granska_plan.value", lang)),
        Column("count", text("plan_pages.granska_plan.count", lang), "count"),
        Column("area", text("plan_pages.granska_plan.area", lang)),
    ]
    show_table(at, told, columns, name="okanda-koder", rows=6)


if __name__ == "__main__":
    show()
