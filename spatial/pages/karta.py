"""Karta: the structure image as it is and as the plans want it; what the map itself cannot do is asked of this page."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st

from spatial.inputs.stories import read_story
from spatial.pages.group_watch import said_so_far, watch
from spatial.pages.mapview import show_map
from spatial.pages.own_layer import add_layer, own_image, own_layers
from spatial.pages.shared import Opened, municipality_names, opened
from spatial.pages.widgets import XLSX
from spatial.texts import text
from spatial.views.map_comments import map_comments
from spatial.views.picture import draw_picture
from spatial.views.qgis import qgis_zip

_LEAST_PX: Final = 420
_FILES: Final = (
    ("karta.html", "karta.html", "text/html"),
    ("strukturbild.gpkg", "strukturbild.gpkg", "application/geopackage+sqlite3"),
    ("tabeller.xlsx", "tabeller/tabeller.xlsx", XLSX),
)
_PAGES: Final = {"kommunen": "kommun", "service": "slag", "op_rus": "oprus-kommun"}
"""The pages that a card leads to, and the choice there that the place, or the service, is put in."""
_ANSWERED: Final = "karta-besvarad"
_ASKING: Final = "karta-fragar"
"""Whether a dialog lies over the map: a page that is run again would close it."""


def show() -> None:
    """Show the page."""
    region = opened()
    at = own_image(region)
    st.session_state[_ASKING] = False
    mark, events = said_so_far(region)
    watch(region, mark, busy=lambda: bool(st.session_state.get(_ASKING)))
    state = {"comments": map_comments(events, municipality_names(at.image), at.lang), "own": own_layers(at)}
    tools = {"files": True, "add": True, "go": True}
    told = show_map(at, key="karta", state=state, height=_LEAST_PX, fill=True, extra={"tools": tools})
    if told is not None and _is_new(told):
        _answer(at, told)


def _is_new(told: Mapping[str, Any]) -> bool:
    """Return whether what the map tells has not been answered: the last telling stays until there is another."""
    if st.session_state.get(_ANSWERED) == told.get("time"):
        return False
    st.session_state[_ANSWERED] = told.get("time")
    return True


def _answer(at: Opened, told: Mapping[str, Any]) -> None:
    event = told.get("event")
    st.session_state[_ASKING] = event in {"files", "add"}
    if event == "files":
        _files(at, {str(key): bool(on) for key, on in dict(told.get("visible") or {}).items()})
    elif event == "add":
        add_layer(at)
    elif event == "go":
        _go(at, dict(told.get("go") or {}))


def _go(at: Opened, asked: Mapping[str, Any]) -> None:
    """Open another page with the place, the service and the goal chosen there, those that the image has."""
    page = str(asked.get("page"))
    if page not in _PAGES:
        return
    wanted = asked.get("service") if page == "service" else asked.get("municipality")
    services = {kind.id for kind in at.image.settings.services}
    if wanted in (services if page == "service" else municipality_names(at.image)):
        st.session_state[_PAGES[page]] = wanted
    matrix = at.image.indicators.get("matris")
    if page == "op_rus" and matrix is not None and asked.get("goal") in set(matrix["goal"]):
        st.session_state["oprus-mal"] = asked["goal"]
    st.switch_page(Path(__file__).with_name(f"{page}.py"))


def _files(at: Opened, shown: dict[str, bool]) -> None:
    @st.dialog(text("app.karta.files", at.lang), on_dismiss="rerun")
    def dialog() -> None:
        _offer(at, shown)

    dialog()


def _offer(at: Opened, shown: dict[str, bool]) -> None:
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
