"""What the pages about plans share: names, the mark of examples, a page whose table is missing, filters."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from spatial.pages.mapview import show_map
from spatial.pages.shared import Opened, municipality_names
from spatial.texts import number, text
from spatial.views.plan_places import PLAN_LAYERS
from spatial.views.themes import visible
from spatial.views.wording import is_example, told_people

MAP_PX: Final = 470
_GROUND: Final = ("kommuner", "noder")


def table_of(at: Opened, name: str) -> pd.DataFrame | None:
    """Return a table of the image; where it is missing, say so in one sentence and return None."""
    table = at.image.indicators.get(name)
    if table is None:
        st.info(text(f"plan_pages.missing.{name}", at.lang))
    return table


def head(at: Opened, page: str) -> None:
    """Write the page's title, and that the plans are examples where they are."""
    st.title(text(f"plan_pages.{page}.title", at.lang), anchor=False)
    layers = [at.image.layers[name] for name in PLAN_LAYERS if name in at.image.layers]
    if any(is_example(layer.meta) for layer in layers):
        st.caption(f":orange-badge[{text('plans.example', at.lang)}] {text('plan_pages.example', at.lang)}")


def plan_names(at: Opened) -> dict[str, str]:
    """Return the names of municipalities by code, those around the region too."""
    around = at.image.layers.get("grannkommuner")
    others = {} if around is None else {str(code): str(name) for code, name in around.frame["name"].items()}
    return {**others, **municipality_names(at.image)}


def said(value: object) -> str:
    """Return a cell's text; a dash where there is none."""
    return "–" if value is None or value != value or value == "" else str(value)  # noqa: PLR0124 - NaN


def amount(value: object, unit: object, lang: str, ends: tuple[object, object] = (None, None)) -> str:
    """Return a measure with its unit, and its range where it has one that says more; few people as a word."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    plain, between = measured(value, unit, lang), measured_range(ends, unit, lang)
    told = text("plan_pages.measured", lang, number=plain, unit=unit)
    return told if between == plain else ranged(told, between, lang)


def ranged(told: str, between: str, lang: str) -> str:
    """Return what is told with its range; alone where there is none, or it says the same."""
    return told if between in {"", told} else text("app.ranged", lang, value=told, range=between)


def measured(value: object, unit: object, lang: str) -> str:
    """Return a measure without its unit; few people as a word."""
    if unit == "inv":
        return told_people(float(str(value)), lang)
    decimals = 0 if unit in {"m", "m2", "antal"} else 2 if unit == "andel" else 1
    return number(float(str(value)), decimals, lang)


def measured_range(ends: tuple[object, object], unit: object, lang: str) -> str:
    """Return between which a measure lies when the models behind it are redrawn; empty where none are."""
    if any(end is None or end != end for end in ends):  # noqa: PLR0124 - NaN
        return ""
    low, high = (measured(end, unit, lang) for end in ends)
    return low if low == high else text("app.between", lang, low=low, high=high)


def choice(place: Any, at: Opened, label: str, options: Mapping[str, str] | Sequence[str], key: str) -> str:
    """Ask for one of several, *all* first; return its key, empty for all."""
    titles = dict(options) if isinstance(options, Mapping) else {one: one for one in options}
    every = text("plan_pages.all", at.lang)
    return str(
        place.selectbox(label, ["", *titles], format_func=lambda one: titles.get(one, every), filter_mode=None, key=key)
    )


def plan_map(at: Opened, key: str, outlined: Mapping[str, Any] | None, *layers: str) -> None:
    """Show the map with some layers switched on and an outline round what the page points at."""
    wanted = {*layers, *_GROUND}
    shown = visible(at.image, "helheten")
    state = {
        name: on if name.partition("/")[0] in _BELOW else name.partition("/")[0] in wanted for name, on in shown.items()
    }
    state["noder/other"] = False
    show_map(at, key=key, state={"visible": state, "outlined": outlined}, height=MAP_PX, panel=False)


_BELOW: Final = frozenset({"vatten", "vattendrag", "land"})
