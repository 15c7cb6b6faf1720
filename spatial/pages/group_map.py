"""The group's map: what is drawn, where it agrees and not, who has taken part; and what the map tells back."""

from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st

from spatial.model import StructureImage
from spatial.pages.drawn import drawn, geojson
from spatial.pages.shared import Opened
from spatial.record.events import DRAWN, Author, Event, Target
from spatial.record.standing import disagreement, participation
from spatial.texts import text
from spatial.views.group_told import drawings_by_item, thing_name, who

MINE: Final = "#0B5C5C"
OTHERS: Final = "#5B2C83"
OPINION_COLOURS: Final = {
    "agreed": "#0B5C5C", "majority_for": "#0B5C5C", "split": "#4A4A68", "majority_against": "#5B2C83",
    "rejected": "#5B2C83",
}  # fmt: skip
"""Two colours and grey, none with a meaning of its own on the map; a broken line where the group is not of one mind."""
JUDGED: Final = ("noder", "strak")
_PRESENT: Final = "#0B5C5C"
_ABSENT: Final = "#A08A72"


def shapes(at: Opened, events: list[Event], author: Author | None) -> list[dict[str, Any]]:
    """Return the group's drawings as ``karta/former.js`` takes them; one's own in another colour."""
    lang, by_item, found = at.lang, drawings_by_item(events), []
    for item, event in by_item.items():
        if event.geometry is None:
            continue
        mine = author is not None and event.author.key == author.key
        rows = [[text("group.map.by", lang), who(at.image, event.author, lang)]]
        words = str(event.payload.get("text", ""))
        rows += [[text("group.map.comment", lang), words]] if words else []
        found.append(
            {
                "layer": DRAWN, "i": item, "g": geojson(shapely.from_wkb(event.geometry)),
                "n": thing_name(at.image, by_item, Target(DRAWN, item), lang), "f": rows,
                "colour": MINE if mine else OTHERS, "dash": False,
            }
        )  # fmt: skip
    return found


def opinions(image: StructureImage, events: list[Event]) -> gpd.GeoDataFrame:
    """Return disagreement about the nodes and corridors that somebody has voted on."""
    layers = {name: image.layers[name].geo for name in JUDGED if name in image.layers}
    table = disagreement(events, layers)
    return table[table["opinion"] != "unvoted"]


def opinion_marks(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return where the group stands as marks: for and against in figures, broken where it is divided."""
    return [
        {
            "layer": row["layer"], "id": row["feature"], "colour": OPINION_COLOURS[row["opinion"]],
            "text": f"{row['agree']}–{row['disagree']}", "dash": row["minority"] > 0,
        }
        for row in table.to_dict("records")
    ]  # fmt: skip


def participation_of(image: StructureImage, events: list[Event]) -> pd.DataFrame:
    """Return who has taken part, every municipality of the region in its row."""
    return participation(events, [str(code) for code in image.layers["kommuner"].frame.index])


def participation_marks(image: StructureImage, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the municipalities as marks: how many have taken part, or that nobody has."""
    marks = []
    for code in image.layers["kommuner"].frame.index.astype(str):
        absent = bool(table.loc[code, "absent"])
        told = "" if absent else str(table.loc[code, "sessions"])
        colour = _ABSENT if absent else _PRESENT
        marks.append({"layer": "kommuner", "id": code, "colour": colour, "text": told, "dash": absent})
    return marks


def place_of(image: StructureImage, events: list[Event], about: Target) -> gpd.GeoSeries | None:
    """Return where a thing lies (EPSG:3006), or None where it has no place."""
    if about.layer == DRAWN:
        event = drawings_by_item(events).get(about.feature)
        wkb = None if event is None else event.geometry
        return None if wkb is None else gpd.GeoSeries([shapely.from_wkb(wkb)], crs="EPSG:3006")
    layer = image.layers.get(about.layer)
    if layer is None or not isinstance(layer.frame, gpd.GeoDataFrame) or about.feature not in layer.frame.index:
        return None
    return layer.geo.geometry.loc[[about.feature]]


def clicked(value: Any, key: str) -> Target | None:
    """Return the thing of a click that has not been dealt with, *the region* for one beside everything, else None."""
    picked = value.get("picked") if isinstance(value, dict) else None
    if not isinstance(picked, dict) or st.session_state.get(key) == picked:
        return None
    st.session_state[key] = picked
    thing = picked.get("thing")
    return Target(str(thing["layer"]), str(thing["id"])) if isinstance(thing, dict) else Target()


def newly_drawn(value: Any, known: set[str]) -> list[Any]:
    """Return the shapes that the map tells of and that have not been taken care of."""
    return [shape for shape in drawn(value) if shape.id not in known]
