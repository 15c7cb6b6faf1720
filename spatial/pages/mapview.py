"""The map as a part of a page: the same script as in ``karta.html``, served by the app itself."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import streamlit as st
from streamlit.components.v1 import declare_component

from spatial.errors import OutputError
from spatial.pages.shared import Opened
from spatial.views.mapfile import map_data, map_file, map_folder, write_map
from spatial.views.webmap import COMPONENT_FOLDER, LEAFLET_FOLDER

_map: Final = declare_component("karta", path=str(COMPONENT_FOLDER))
_leaflet: Final = declare_component("leaflet", path=str(LEAFLET_FOLDER))


def show_map(
    opened: Opened,
    *,
    key: str,
    state: Mapping[str, object],
    height: int,
    fill: bool = False,
    panel: bool = True,
    extra: Mapping[str, Any] | None = None,
) -> Mapping[str, Any] | None:
    """Show the map, and return what was clicked or switched in it.

    Parameters
    ----------
    opened : Opened
    key : str
        Keeps the map in place from run to run.
    state : mapping
        What is shown, as ``karta/karta.js`` and ``karta/app.js`` take it; only what changed is applied.
    height : int
        Pixels; with ``fill`` the least, and the map reaches to the window's end.
    fill, panel : bool
        Whether it fills the window, and whether the legend stands beside it.
    extra : mapping, optional
        ``save``: the label of a button that tells the view; ``story``: steps to present instead.
    """
    source = _source(str(opened.folder), opened.image.provenance.fingerprint, opened.lang, opened)
    found = _map(
        **source, state=dict(state), height=height, fill=fill, panel=panel, key=key, default=None, **(extra or {})
    )
    return found if isinstance(found, Mapping) else None


@st.cache_resource(show_spinner=False, max_entries=6)
def _source(folder: str, fingerprint: str, lang: str, _opened: Opened) -> dict[str, Any]:
    """Return the address of the map's data; the data itself where the folder cannot be written."""
    if not map_file(Path(folder), fingerprint, lang).is_file():
        try:
            write_map(_opened.image, Path(folder), lang=lang)
        except OutputError:
            return {"data": map_data(_opened.image, lang=lang)}
    served = _served(str(map_folder(Path(folder), fingerprint).resolve()), fingerprint)
    return {"source": f"../{served}/{map_file(Path(folder), fingerprint, lang).name}"}


@cache
def _served(folder: str, fingerprint: str) -> str:
    """Serve the map's data at an address that only those who are let in are told: files are sent without asking who."""
    return str(declare_component(f"bild-{fingerprint}-{token_hex(16)}", path=folder).name)
