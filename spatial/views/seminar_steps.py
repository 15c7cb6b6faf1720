"""The steps of a story against an image: what is shown, where, what is said, and what the image lacks."""

from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.geo import ANALYSIS_CRS, WEB_CRS, transform_xy
from spatial.model import StructureImage
from spatial.settings import LayerStyle, Threshold
from spatial.story import AreaView, PlaceView, Step, Story
from spatial.texts import has_text, number, text
from spatial.views.story_figures import Figures, marked_cells

Bounds = tuple[float, float, float, float]
GROUND: Final = frozenset({"kommuner", "vatten", "vattendrag", "land"})
"""What lies under every step."""
_OTHER: Final = "other"
_MINUTES: Final = "minuter"
_MARGIN_SHARE: Final = 0.06
_EQUATOR_M: Final = 40_075_016.7
_TILE_PX: Final = 256


@dataclass(frozen=True)
class Shown:
    """A step as every view shows it. ``bounds`` in EPSG:3006; None with a place, or for the whole region."""

    id: str
    title: str
    text: str
    visible: dict[str, bool]
    service: str | None
    filter: dict[str, list[str]]
    bounds: Bounds | None
    place: PlaceView | None
    selected: tuple[str, str] | None
    notes: str
    decision: str
    missing: list[str] = field(default_factory=list)
    marked: pd.Series | None = None
    marked_title: str = ""


def shown_steps(image: StructureImage, story: Story, lang: str = "sv") -> list[Shown]:
    """Return the steps as the image can show them; what it lacks is said on the step, and the rest goes on.

    Parameters
    ----------
    image : StructureImage
    story : Story
    lang : {"sv", "en", "no"}
        The language of what is added to the story's own words.
    """
    figures = Figures(image, lang)
    keys = switches(image)
    return [_shown(image, step, keys, None if story.literal else figures, lang) for step in story.steps]


def story_title(image: StructureImage, story: Story, lang: str = "sv") -> str:
    """Return the story's title with its figures."""
    return story.title if story.literal else Figures(image, lang).fill(story.title)[0] or story.id


def switches(image: StructureImage) -> dict[str, str]:
    """Return every switch of the map (``noder/regional_core``, ``rutnat``) with the layer it belongs to."""
    found: dict[str, str] = {}
    for style in image.settings.style.layers:
        layer = image.layers.get(style.id)
        if layer is None:
            continue
        if style.geometry == "raster":
            found[style.id] = style.id
        elif isinstance(layer.frame, gpd.GeoDataFrame):
            found |= {f"{style.id}/{item.value}": style.id for item in style.classes}
    return found


def _shown(image: StructureImage, step: Step, keys: dict[str, str], figures: Figures | None, lang: str) -> Shown:
    visible = {key: _is_on(key, layer, step.visible) for key, layer in keys.items()}
    named = dict.fromkeys(name.partition("/")[0] for name in step.visible)
    missing = [_no_layer(image, name, lang) for name in named if name not in keys.values()]
    service = step.service if step.service is None or _has_minutes(image, step.service) else None
    if service != step.service:
        titles = {kind.id: kind.title.get(lang).lower() for kind in image.settings.services}
        missing.append(text("seminar.no_service", lang, service=titles.get(str(step.service), str(step.service))))
    words = {name: getattr(step, name) for name in ("title", "text", "notes")}
    if figures is not None:
        for name, own in words.items():
            words[name], lacking = figures.fill(own)
            if lacking and name == "text" and not missing:
                missing.append(text("seminar.figures_missing", lang, count=len(lacking)))
    bounds, lost = _bounds(image, step)
    if lost:
        missing.append(text("seminar.no_place", lang))
    kept, lost_rows = _known_rows(image, step)
    if lost_rows:
        missing.append(text("seminar.no_rows", lang, count=lost_rows))
    marked = None if step.highlight is None else marked_cells(image, step.highlight)
    if step.highlight is not None and marked is None:
        missing.append(text("seminar.no_highlight", lang))
    return Shown(
        marked=marked,
        marked_title="" if marked is None else _marked_title(image, str(step.highlight), lang),
        id=step.id,
        title=words["title"] or step.id,
        text=words["text"],
        visible=visible,
        service=service,
        filter=kept,
        bounds=bounds,
        place=step.view if isinstance(step.view, PlaceView) else None,
        selected=_selected(image, step),
        notes=words["notes"],
        decision=step.decision,
        missing=missing,
    )


def _is_on(key: str, layer: str, named: list[str]) -> bool:
    if layer in GROUND or key in named:
        return True
    return layer in named and not key.endswith(f"/{_OTHER}")


def _has_minutes(image: StructureImage, service: str) -> bool:
    grid = image.layers.get("rutnat")
    return grid is not None and f"{service}_min" in grid.frame and image.settings.style.layer(_MINUTES) is not None


def _no_layer(image: StructureImage, name: str, lang: str) -> str:
    key = "no_style" if name in image.layers else "no_layer"
    return text(f"seminar.{key}", lang, layer=layer_title(image, name, lang))


def layer_title(image: StructureImage, name: str, lang: str) -> str:
    """Return what a layer is called, also one that the image lacks."""
    style: LayerStyle | None = image.settings.style.layer(name)
    if style is not None:
        return style.title.get(lang)
    key = f"seminar.layer.{name}"
    return text(key, lang) if has_text(key) else name


def _bounds(image: StructureImage, step: Step) -> tuple[Bounds | None, bool]:
    """Return the named area's bounds, and whether it is gone from the image."""
    view = step.view
    if not isinstance(view, AreaView):
        return None, False
    layer = image.layers.get(view.layer)
    if layer is None or not isinstance(layer.frame, gpd.GeoDataFrame):
        return None, bool(view.ids)
    if not view.ids:
        return None, False
    rows = layer.geo[layer.geo.index.astype(str).isin(view.ids)]
    if rows.empty:
        return None, True
    west, south, east, north = (float(value) for value in rows.total_bounds)
    pad = max(_MARGIN_SHARE * max(east - west, north - south), 2000.0)
    return (west - pad, south - pad, east + pad, north + pad), len(rows) < len(view.ids)


def _known_rows(image: StructureImage, step: Step) -> tuple[dict[str, list[str]], int]:
    """Return the filter with the rows that are there, and how many are gone."""
    kept: dict[str, list[str]] = {}
    gone = 0
    for name, ids in step.filter.items():
        layer = image.layers.get(name)
        known = set() if layer is None else set(layer.frame.index.astype(str))
        kept[name] = [key for key in ids if key in known]
        gone += len(ids) - len(kept[name]) if layer is not None else 0
    threshold = _threshold(image, step.highlight)
    places = image.layers.get("service")
    if threshold is not None and step.service is None and "service" not in kept and places is not None:
        own = places.frame["service_type"] == threshold.service
        kept["service"] = [str(key) for key in places.frame.index[own]]
    return kept, gone


def _threshold(image: StructureImage, highlight: str | None) -> Threshold | None:
    name = (highlight or "").partition(":")[2].partition("@")[0]
    return next((one for one in image.settings.thresholds if one.id == name), None)


def _marked_title(image: StructureImage, highlight: str, lang: str) -> str:
    threshold = _threshold(image, highlight)
    if threshold is None:
        return ""
    titles = {kind.id: kind.title.get(lang).lower() for kind in image.settings.services}
    minutes = number(threshold.minutes.value, lang=lang)
    key = f"seminar.marked_{highlight.partition(':')[0]}"
    return text(key, lang, minutes=minutes, service=titles.get(threshold.service, threshold.service))


def _selected(image: StructureImage, step: Step) -> tuple[str, str] | None:
    if step.selected is None:
        return None
    layer = image.layers.get(step.selected.layer)
    known = layer is not None and step.selected.id in set(layer.frame.index.astype(str))
    return (step.selected.layer, step.selected.id) if known else None


def degrees(bounds: Bounds) -> list[list[float]]:
    """Return the south-western and north-eastern corners of a box in degrees, latitude first."""
    west, south, east, north = bounds
    x, y = np.array([west, east, west, east]), np.array([south, south, north, north])
    lon, lat = transform_xy(x, y, ANALYSIS_CRS, WEB_CRS)
    return [
        [round(float(lat.min()), 4), round(float(lon.min()), 4)],
        [round(float(lat.max()), 4), round(float(lon.max()), 4)],
    ]


def metres(place: PlaceView) -> tuple[float, float, float]:
    """Return where a saved view's middle lies in EPSG:3006, and how many metres a pixel of it was."""
    x, y = transform_xy(np.array([place.lon]), np.array([place.lat]), WEB_CRS, ANALYSIS_CRS)
    pixel_m = _EQUATOR_M * np.cos(np.radians(place.lat)) / (_TILE_PX * 2.0**place.zoom)
    return float(x[0]), float(y[0]), float(pixel_m)
