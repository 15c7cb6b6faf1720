"""The seminar: a story's steps on the map, as one file that opens anywhere, and as what the app's component is sent."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from spatial.model import StructureImage
from spatial.story import Story
from spatial.texts import text
from spatial.views.seminar_steps import Shown, degrees, shown_steps, story_title
from spatial.views.webmap import WebMap, draw
from spatial.views.webmap_page import page, safe_json

LARGEST_BYTES: Final = 2_900_000
"""A larger file leaves out layers that no step shows, the largest first."""
_STARTER: Final = ("stegpanel.js", "seminarium.js", "start_seminarium.js")
_STYLES: Final = ("karta.css", "seminarium.css")
_TEXTS: Final = (
    "previous", "previous_key", "next", "next_key", "layers", "layers_key", "notes", "notes_key", "full", "full_key",
    "steps", "decision", "no_notes", "marked",
)  # fmt: skip


@dataclass(frozen=True)
class Seminar(WebMap):
    """A seminar: ``data`` is the map's with the story in it, ``html`` the page, ``save(path)`` writes it."""

    @cached_property
    def html(self) -> str:
        """The whole page, with script and style in it; never larger than it may be, if layers can be left out."""
        whole = self._page(self.data)
        spare = _spare_layers(self.data)
        left_out: list[str] = []
        while len(whole.encode()) > LARGEST_BYTES and spare:
            left_out.append(spare.pop())
            whole = self._page(_without(self.data, left_out))
        return whole

    def _page(self, data: dict[str, object]) -> str:
        story: Any = data["story"]
        noscript = text("webmap.js.noscript", self.lang)
        title = str(story["title"])
        return page(data, title=title, lang=self.lang, noscript=noscript, starter=_STARTER, styles=_STYLES)


def seminar(image: StructureImage, story: Story, *, lang: str = "sv", drawn: WebMap | None = None) -> Seminar:
    """Return a story on its map.

    Parameters
    ----------
    image : StructureImage
        What a step shows and the image lacks is said on the step; the rest goes on.
    story : Story
    lang : {"sv", "en", "no"}
        The language of everything but the story's own words.
    drawn : WebMap, optional
        The image's map where it is drawn already.

    Returns
    -------
    Seminar
        The same image and story give the same page, byte for byte.
    """
    data = dict((drawn or draw(image, lang=lang)).data)
    data["story"] = story_data(image, story, lang)
    data["fingerprint"] = hashlib.sha256(safe_json(data).encode()).hexdigest()
    return Seminar(data, lang)


def story_data(image: StructureImage, story: Story, lang: str) -> dict[str, object]:
    """Return the story as the script reads it: plain texts, switches, and extents in degrees."""
    return {
        "title": story_title(image, story, lang),
        "steps": [{**_step_data(step, lang), **_cells_data(image, step)} for step in shown_steps(image, story, lang)],
        "texts": {name: text(f"seminar.{name}", lang) for name in _TEXTS},
    }


def _step_data(step: Shown, lang: str) -> dict[str, object]:
    place = step.place
    return {
        "id": step.id,
        "title": step.title,
        "text": step.text,
        "visible": step.visible,
        "service": step.service,
        "filter": step.filter,
        "bounds": None if step.bounds is None else degrees(step.bounds),
        "place": None
        if place is None
        else {"lat": place.lat, "lon": place.lon, "zoom": place.zoom, "size": [place.width_px, place.height_px]},
        "selected": None if step.selected is None else dict(zip(("layer", "id"), step.selected, strict=True)),
        "notes": step.notes,
        "decision": step.decision,
        "missing": step.missing,
        "marked": is_marked(step, lang),
    }


def _cells_data(image: StructureImage, step: Shown) -> dict[str, object]:
    """Return the marked cells by their number among those that the map's data holds (people live there)."""
    if step.marked is None:
        return {}
    frame = image.layers["rutnat"].frame
    lived = frame["population_inv"].fillna(0).to_numpy(float) > 0
    return {"cells": np.flatnonzero(step.marked.to_numpy(bool)[lived]).tolist(), "cellsTitle": step.marked_title}


def is_marked(step: Shown, lang: str) -> bool:
    """Return whether a step's words tell a modelled, and so rounded, figure."""
    mark = text("webmap.approximately", lang, number="").strip().lower()
    return mark in step.text.lower().split()


def _spare_layers(data: dict[str, object]) -> list[str]:
    """Return the layers that no step shows and no ground needs, the smallest first."""
    story: Any = data["story"]
    layers: Any = data["layers"]
    used = {key.partition("/")[0] for step in story["steps"] for key, on in step["visible"].items() if on}
    spare = [layer for layer in layers if layer["id"] not in used]
    return [str(layer["id"]) for layer in sorted(spare, key=lambda layer: len(json.dumps(layer["features"])))]


def _without(data: dict[str, object], left_out: list[str]) -> dict[str, object]:
    layers: Any = data["layers"]
    groups: Any = data["groups"]
    kept = [{**group, "entries": [e for e in group["entries"] if e["layer"] not in left_out]} for group in groups]
    return {**data, "layers": [layer for layer in layers if layer["id"] not in left_out], "groups": kept}
