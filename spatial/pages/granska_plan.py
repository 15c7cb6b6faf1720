"""Granska plan: from a plan's file to what it lacks, without writing any YAML. The file stays in the user's session."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from spatial.errors import StrukturbildError
from spatial.inputs.plan_drafts import draft_text, mapping_of
from spatial.inputs.plan_files import MAPPINGS, PlanFile
from spatial.pages.op_rus import mark
from spatial.pages.plain import plain
from spatial.pages.plan_choice import column_of, say_layers, whole_plan
from spatial.pages.plan_times import asked_times, say_untold
from spatial.pages.plan_upload import (
    Review,
    Upload,
    classification,
    draft_of,
    kept,
    named_mapping,
    plan_of,
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
_TIMES: Final = {"okand": "unsaid", "nuvarande": "present", "framtida": "future", "utveckling": "developed"}


def show() -> None:
    """Show the page."""
    at = opened()
    lang = at.lang
    st.title(text("plan_pages.granska_plan.title", lang), anchor=False)
    if "kommuner" not in at.image.layers:
        st.info(text("plan_pages.missing.kommuner", lang))
        return
    st.caption(text("plan_pages.granska_plan.private", lang))
    # of any kind: the gate says in a sentence what is wrong, the field would only turn red
    sent = st.file_uploader(text("plan_pages.granska_plan.file", lang), key="granska-fil")
    if sent is None:
        most = int(st.get_option("server.maxUploadSize"))
        st.info(text("plan_pages.granska_plan.start", lang, most=most))
        return
    try:
        _plan(at, upload_of(sent))
    except StrukturbildError as error:
        st.error(plain(error.message(lang)))


def _plan(at: Opened, upload: Upload) -> None:
    """Ask what the file holds where it is not clear, then show what its codes mean and what the plan lacks."""
    lang, pivot = at.lang, at.image.settings.pivot
    names, (whole, named) = municipality_names(at.image), whole_plan(upload, pivot, lang)
    if whole is None:
        return
    first, *between, third, fourth = st.columns(4 if len(whole.layers) > 1 else 3, gap="small")
    code = first.selectbox(
        text("plan_pages.municipality", lang),
        ["", *names],
        format_func=lambda one: names.get(one, "–"),
        key="granska-kommun",
    )
    layer = between[0].selectbox(
        text("plan_pages.granska_plan.layer", lang),
        ["", *(one.name for one in whole.layers)],
        format_func=lambda one: one or text("plan_pages.granska_plan.all_layers", lang),
    ) if between else whole.layers[0].name  # fmt: skip
    column = column_of(third, whole, layer, lang) or (None if layer else named)
    plan = plan_of(upload, pivot, lang, layer or None, column)
    say_layers(plan, whole, lang)
    same = kept("granska-slag", (upload.key, layer, column), lambda: classification(plan, pivot))
    usual = same.id if same is not None else None
    options = [_OWN, *MAPPINGS]
    mapping = fourth.selectbox(
        text("plan_pages.granska_plan.mapping", lang),
        options,
        index=options.index(usual) if usual in options else 0,
        format_func=lambda one: text(f"plan_pages.granska_plan.{'own' if one == _OWN else one}", lang),
        key=f"granska-mappning-{upload.key}",
    )
    key = (upload.key, layer, column)
    if mapping == _OWN:
        chosen, plan, time = _own_mapping(at, plan, upload, key, same)
    else:
        chosen, time = named_mapping(mapping, pivot), None
    say_untold(plan, chosen, lang)
    if not code:
        st.info(text("plan_pages.granska_plan.choose", lang))
        return
    review = reviewed(at, plan, code, chosen, (*key, time))
    _found(at, review)
    _goals(at, review, plan)
    own = next((one.columns.code for one in whole.layers if one.name == layer), None)
    asked = {"--layer": layer if between else None, "--code": named or (column if column != own else None)}
    _next(at, upload, code, mapping, {**asked, "--time": time})


def _own_mapping(
    at: Opened, plan: PlanFile, upload: Upload, key: tuple[str, str, str | None], same: PlanMapping | None
) -> tuple[PlanMapping, PlanFile, str | None]:
    """Show what codes and times may mean, to be corrected; return the mapping that follows, and the column of time."""
    lang, pivot = at.lang, at.image.settings.pivot
    with st.expander(text("plan_pages.granska_plan.codes", lang), expanded=True):
        draft = kept("granska-utkast", key, lambda: draft_of(plan, pivot))
        st.caption(text("plan_pages.granska_plan.codes_how", lang))
        edited = _editor(at, draft, "-".join(["granska-tabell", *map(str, key)]))
        times = asked_times(plan, pivot, same, key, lang)
        columns = ", ".join(dict.fromkeys(one.columns.code or one.name for one in plan.layers))
        title = upload.name.rpartition(".")[0] or upload.name
        values = times.plan.times()
        content = draft_text(edited, pivot, title, columns, values, same, said=times.said, default_time=times.default)
        st.download_button(
            text("plan_pages.granska_plan.download_mapping", lang),
            data=content.encode(),
            file_name="mappning.yaml",
            mime="application/yaml",
            on_click="ignore",
            key="granska-yaml",
        )
        return mapping_of(content, pivot), times.plan, times.column


def _editor(at: Opened, draft: pd.DataFrame, key: str) -> pd.DataFrame:
    named = ["name"] if draft["name"].any() else []
    edited = st.data_editor(
        draft,
        hide_index=True,
        disabled=["code", "name", "count", "area_km2", "score"],
        column_order=["code", *named, "pivot", "options", "time", "count", "area_km2", "score"],
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
        "name": shape.TextColumn(text("plan_pages.name", lang), width="medium"),
        "pivot": shape.SelectboxColumn(
            head("value"), options=list(every), format_func=called, required=True, width="medium"
        ),
        "options": shape.MultiselectColumn(head("options"), options=list(titles), format_func=called, width="medium"),
        "time": shape.SelectboxColumn(
            head("time"),
            options=list(_TIMES),
            format_func=lambda one: text(f"plan_pages.granska_plan.{_TIMES.get(str(one), 'unsaid')}", lang),
            required=True,
            width="small",
        ),
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
    st.caption(plain(at.image.settings.readiness.caveat.get(lang)))
    if review.codes:
        names = municipality_names(at.image)
        several = ", ".join(names.get(code, code) for code in review.codes)
        if review.municipality in review.codes:
            st.info(plain(text("plan_pages.granska_plan.several", lang, names=several)))
        else:
            st.warning(plain(text("plan_pages.granska_plan.elsewhere", lang, names=several)))
    left, right = st.columns([5, 4], gap="medium")
    with left:
        chosen = _findings(at, found)
        _unknown(at, review.unknown)
    with right:
        shapes = found.geometry if chosen is None else found.geometry.iloc[[chosen]]
        turn = (len(found), chosen)
        plan_map(at, "granska-karta", outlined(shapes, turn))


def _goals(at: Opened, review: Review, plan: PlanFile) -> None:
    """Show the plan's row of the matrix, and what was mended before it was measured."""
    lang, cells = at.lang, review.cells
    if cells.empty or (review.codes and review.municipality not in review.codes):
        return
    st.header(text("plan_pages.granska_plan.goals", lang), anchor=False)
    st.caption(text("plan_pages.granska_plan.goals_how", lang))
    titles = {goal.id: goal.title.get(lang) for goal in at.image.settings.strategy.in_force()}
    shown = cells.assign(
        goal=cells["goal"].map(titles),
        cell=[mark(row, lang) for _, row in cells.iterrows()],
        features=cells["features"].astype(int),
    )
    columns = [
        Column("goal", text("plan_pages.goal", lang), width="large"),
        Column("cell", text("plan_pages.granska_plan.cell", lang)),
        Column("verdict", text("plan_pages.granska_plan.verdict", lang)),
        Column("features", text("plan_pages.granska_plan.features", lang), "count"),
    ]
    show_table(at, shown, columns, name="planens-matris", rows=12)
    known = {note.sentence(lang) for layer in plan.layers for note in layer.notes}
    for told in dict.fromkeys(fault.sentence(lang) for fault in review.repairs):
        if told not in known:
            st.text(told)


def _next(at: Opened, upload: Upload, code: str, mapping: str, options: Mapping[str, str | None]) -> None:
    """Say how the plan comes into the image for everybody."""
    lang = at.lang
    st.header(text("plan_pages.granska_plan.next", lang), anchor=False)
    st.write(text("plan_pages.granska_plan.next_how", lang))
    named = "mappning.yaml" if mapping == _OWN else mapping
    said = "".join(f' {option} "{value}"' for option, value in options.items() if value)
    steps = text("plan_pages.granska_plan.next_command", lang, file=upload.name, code=code, mapping=named, options=said)
    st.code(steps, language=None)


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
