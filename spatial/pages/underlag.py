"""Underlag: what the image rests on, layer by layer and municipality by municipality, and what it lacks."""

import pandas as pd
import streamlit as st

from spatial.pages.plain import marked
from spatial.pages.shared import Opened, municipality_names, opened
from spatial.pages.tillbaka import show_returned
from spatial.pages.widgets import Column, show_table
from spatial.texts import number, text
from spatial.views.wording import omitted_sentence, role_name

# What lies around the region by its nature: that a municipality has none of it is no lack.
_AROUND = frozenset({"outside_places", "land"})


def show() -> None:
    """Show the page."""
    at = opened()
    lang = at.lang
    st.title(text("app.underlag.title", lang), anchor=False)
    st.write(text("app.underlag.lead", lang))
    _register(at)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _faults(at)
    with right:
        _omitted(at)
    _inventory(at)
    show_returned(at)
    fingerprint = at.image.provenance.fingerprint
    st.caption(marked("app.underlag.fingerprint", lang, fingerprint=fingerprint, folder=at.folder))


def _register(at: Opened) -> None:
    lang = at.lang
    rows = [
        {
            "title": layer.meta.title.get(lang),
            "role": role_name(layer.meta.role, lang).partition(" (")[0],
            "status": layer.meta.status,
            "year": str(layer.meta.year),
            "provider": layer.meta.provider,
            "licence": layer.meta.licence,
            "rows": max(len(layer.frame), layer.rows_read),
            "faults": sum(fault.count for fault in layer.faults),
            "source": layer.meta.source,
            "lineage": layer.meta.lineage,
        }
        for layer in at.image.inputs.values()
    ]
    columns = [Column("title", text("app.underlag.title_layer", lang))]
    columns += [Column(name, text(f"app.underlag.{name}", lang)) for name in ("role", "status", "year")]
    columns += [Column("provider", text("app.underlag.provider", lang)), Column("licence", text("app.licence", lang))]
    columns += [Column(name, text(f"app.underlag.{name}", lang), "count") for name in ("rows", "faults")]
    columns += [Column(name, text(f"app.underlag.{name}", lang), width="large") for name in ("source", "lineage")]
    st.header(text("app.underlag.register", lang), anchor=False)
    show_table(at, pd.DataFrame(rows), columns, name="kallor", rows=16)


def _faults(at: Opened) -> None:
    lang = at.lang
    st.header(text("app.underlag.faults_list", lang), anchor=False)
    layers = [*at.image.inputs.values(), *at.image.layers.values()]
    said = dict.fromkeys(
        f"{fault.sentence(lang)} {fault.remedy(lang)}".strip() for layer in layers for fault in layer.faults
    )
    for sentence in said:
        st.text(f"• {sentence}")
    if not said:
        st.write(text("app.underlag.no_faults", lang))


def _omitted(at: Opened) -> None:
    lang = at.lang
    st.header(text("app.underlag.omitted", lang), anchor=False)
    omissions = at.image.provenance.omissions
    for omission in omissions:
        st.text(f"• {omitted_sentence(omission, lang, settings=at.image.settings)}")
    if not omissions:
        st.write(text("app.underlag.nothing_omitted", lang))


def _inventory(at: Opened) -> None:
    lang, inventory = at.lang, at.image.indicators.get("inventering")
    if inventory is None:
        return
    st.header(text("app.underlag.inventory", lang), anchor=False)
    st.caption(text("app.underlag.inventory_how", lang))
    names = municipality_names(at.image)
    wide = inventory[~inventory["role"].isin(_AROUND)].pivot_table(
        index="title", columns="municipality_code", values="features_count", sort=False
    )
    frame = wide.map(lambda count: _count(count, lang)).reset_index()
    columns = [Column("title", text("app.underlag.title_layer", lang), width="medium")]
    columns += [Column(code, name) for code, name in names.items() if code in frame]
    show_table(at, frame, columns, name="inventering", rows=18)


def _count(count: float, lang: str) -> str:
    if count < 0:
        return text("app.underlag.covers", lang)
    return number(count, lang=lang) if count else text("app.underlag.lacking", lang)


if __name__ == "__main__":
    show()
