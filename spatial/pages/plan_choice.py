"""What a plan's file holds, told and asked: its layers, the column of its codes, what was left out."""

from typing import Any

import geopandas as gpd
import streamlit as st

from spatial.errors import ConfigError
from spatial.inputs.plan_files import PlanFile, received_bytes
from spatial.pages.plan_upload import Upload, kept, plan_of
from spatial.plan_terms import Pivot
from spatial.texts import number, text


def whole_plan(upload: Upload, pivot: Pivot, lang: str) -> tuple[PlanFile | None, str | None]:
    """Return every layer of the file, and the column that the user had to name; no layers before it is named."""
    try:
        return plan_of(upload, pivot, lang), None
    except ConfigError as error:
        if error.key != "plans.which_column":
            raise
    named = _asked(upload, lang)
    return (None, None) if named is None else (plan_of(upload, pivot, lang, None, named), named)


def _asked(upload: Upload, lang: str) -> str | None:
    """Ask which column holds the codes, where none looks like it; None where nothing is chosen or can be."""
    received = kept("granska-ram", upload.key, lambda: received_bytes(upload.content, upload.name))
    frames = [one.frame for one in received if isinstance(one.frame, gpd.GeoDataFrame)]
    counts: dict[str, int] = {}
    for frame in frames:
        for name in frame.columns.drop(frame.geometry.name):
            counts[str(name)] = counts.get(str(name), 0) + int(frame[name].nunique())
    if not counts or not any(counts.values()):
        key = "no_columns" if any(map(len, frames)) else "no_features"
        st.error(text(f"plan_pages.granska_plan.{key}", lang))
        return None
    st.info(text("plan_pages.granska_plan.which_column", lang))
    chosen = st.selectbox(
        text("plan_pages.granska_plan.column", lang),
        ["", *(name for name, count in counts.items() if count)],
        format_func=lambda one: f"{one} ({number(counts[one], lang=lang)})" if one else "–",
        key=f"granska-kolumn-{upload.key}",
    )
    return chosen or None


def column_of(place: Any, whole: PlanFile, layer: str, lang: str) -> str | None:
    """Ask for the column of codes where one layer is looked at; what was recognised stands first."""
    one = next((one for one in whole.layers if one.name == layer), None)
    if one is None or one.columns.code is None:
        place.selectbox(
            text("plan_pages.granska_plan.column", lang),
            [text("plan_pages.granska_plan.recognised", lang)],
            disabled=True,
        )
        return None
    columns = [str(name) for name in one.frame.columns if name != one.frame.geometry.name]
    usual = columns.index(one.columns.code)
    return str(place.selectbox(text("plan_pages.granska_plan.column", lang), columns, index=usual))


def say_layers(plan: PlanFile, whole: PlanFile, lang: str) -> None:
    """Say what was read of each layer, what of the whole file was left out, and what the reader noticed."""
    for layer in plan.layers:
        code = layer.columns.code or text("plans.layer_is_code", lang)
        said = {"layer": layer.name, "count": number(len(layer.frame), lang=lang), "code": code}
        said |= {"time": layer.columns.time or "–", "id": layer.columns.file_id or "–"}
        st.text(text("plans.layer_row", lang, **said))
        for note in layer.notes:
            st.text(note.sentence(lang))
    for name, count in whole.left_out:
        left = text("plan_pages.granska_plan.left_out", lang, layer=name, count=number(count, lang=lang))
        st.text(left)
    if whole.empty:
        st.text(text("plans.layers_empty", lang, layers=", ".join(whole.empty)))
