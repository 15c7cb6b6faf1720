"""Karta: the structure image, with its legend; filters above it, facts on a click, files to take along."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from spatial.inputs.stories import read_story
from spatial.pages.mapview import show_map
from spatial.pages.shared import Opened, municipality_names, opened
from spatial.pages.widgets import XLSX
from spatial.texts import text
from spatial.views.picture import draw_picture
from spatial.views.qgis import qgis_zip
from spatial.views.themes import WHOLE, themes, visible

_LEAST_PX = 420
_FILES = (
    ("karta.html", "karta.html", "text/html"),
    ("strukturbild.gpkg", "strukturbild.gpkg", "application/geopackage+sqlite3"),
    ("tabeller.xlsx", "tabeller/tabeller.xlsx", XLSX),
)


def show() -> None:
    """Show the page."""
    at = opened()
    lang, image = at.lang, at.image
    place, theme, service, files = st.columns([2.2, 4.6, 2.4, 1.1], vertical_alignment="bottom", gap="small")
    names = municipality_names(image)
    code = place.selectbox(
        text("app.karta.municipality", lang),
        ["", *names],
        format_func=lambda one: names.get(one, image.settings.region.title.get(lang)),
        label_visibility="collapsed",
        filter_mode=None,
        key="karta-kommun",
    )
    chosen = theme.segmented_control(
        text("app.karta.theme", lang),
        themes(image),
        default=WHOLE,
        required=True,
        format_func=lambda one: text(f"app.theme.{one}", lang),
        label_visibility="collapsed",
        key="karta-tema",
    )
    titles = {kind.id: kind.title.get(lang) for kind in image.settings.services if _known(at, kind.id)}
    kind = service.selectbox(
        text("app.karta.service", lang),
        ["", *titles],
        format_func=lambda one: (
            text("app.karta.minutes_to", lang, service=titles[one].lower())
            if one
            else text("app.karta.no_minutes", lang)
        ),
        label_visibility="collapsed",
        filter_mode=None,
        key="karta-service",
    )
    with files.popover(text("app.karta.files", lang), width="stretch"):
        _files(at, visible(image, chosen or WHOLE))
    state = {
        "visible": visible(image, chosen or WHOLE),
        "service": kind or None,
        "fit": {"layer": "kommuner", "id": code} if code else None,
        "selected": {"layer": "kommuner", "id": code} if code else None,
    }
    show_map(at, key="karta", state=state, height=_LEAST_PX, fill=True)


def _known(at: Opened, service: str) -> bool:
    grid = at.image.layers.get("rutnat")
    return grid is not None and f"{service}_min" in grid.frame


def _files(at: Opened, shown: dict[str, bool]) -> None:
    lang = at.lang
    for name, path, mime in _FILES:
        file = at.folder / path
        if file.is_file():
            _button(text(f"app.files.{name.rpartition('.')[2]}", lang), partial(Path.read_bytes, file), name, mime)
    drawing = partial(draw_picture, at.image, lang=lang, state=shown)
    _button(text("app.files.png", lang), drawing, "strukturbild.png", "image/png")
    packed = partial(qgis_zip, at.image, lang=lang, story=read_story())
    _button(text("export.app.download", lang), packed, "strukturbild-qgis.zip", "application/zip")


def _button(label: str, content: Callable[[], bytes], name: str, mime: str) -> None:
    st.download_button(
        label, data=content, file_name=name, mime=mime, on_click="ignore", width="stretch", key=f"fil-{name}"
    )


if __name__ == "__main__":
    show()
