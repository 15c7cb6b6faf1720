"""The report's maps: the one style catalogue's pictures, of the region or around one municipality."""

import io
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import geopandas as gpd
import pandas as pd

from spatial.model import Layer, StructureImage
from spatial.texts import text
from spatial.views.picture import look, picture_figure
from spatial.views.report_parts import Part, Picture
from spatial.views.report_telling import Teller
from spatial.views.style import legend_entries
from spatial.views.themes import WHOLE, visible

Tell = Callable[[str], None]
_DPI: Final = 170
_GROUPS: Final = {"plan": ("plan",), "inriktning": ("inriktning",), "fynd": ("fynd",)}
"""Maps that show whole groups of the legend, over ground and nodes."""
_GROUND: Final = frozenset({"kommuner", "vatten", "vattendrag", "land"})
_SPOTS: Final = "vita_flackar"
_ELSEWHERE: Final = frozenset({_SPOTS, "forlust_service", "forlust_vagar"})
"""Findings about services and roads, which the map of findings between plans leaves to other maps."""
_OTHERS: Final = "grannkommuner"
_FINDINGS: Final = "granser"


class Maps:
    """The maps of an edition, drawn where the image has what they show.

    Parameters
    ----------
    tell : Teller
    municipality : str, optional
        A code: then the maps are of that municipality, the others greyed as neighbours.
    progress : callable, optional
        Called with each map's name before it is drawn.
    """

    def __init__(self, tell: Teller, municipality: str | None = None, progress: Tell | None = None) -> None:
        self._tell, self._code, self._progress = tell, municipality, progress
        self._image = tell.image if municipality is None else around(tell.image, municipality)

    def of(self, theme: str, name: str) -> list[Part]:
        """Return a theme's map, or nothing where the image lacks its layers."""
        tell, state = self._tell, self._state(theme)
        if "kommuner" not in self._image.layers or state is None:
            return []
        title = tell.say(f"map.{name}")
        image = self._image
        if theme == "service":
            image, what = one_limit(self._image, tell)
            title = f"{title}: {what}" if what else title
        if self._progress:
            self._progress(title)
        region = image.settings.region
        area = tell.municipality(self._code) if self._code else region.title.get(tell.lang)
        state_name = text(f"webmap.state.{region.status}", tell.lang)
        values = {"map": title, "area": area, "state": state_name, "year": region.year}
        seen = [entry.title for entry in legend_entries(image, tell.lang) if state.get(entry.key, False)]
        alt = tell.say("map.alt", **values, layers=", ".join(dict.fromkeys(seen)))
        marked = tell.say("example_mark") if theme in _GROUPS and tell.example_plans() else ""
        caption = f"{tell.say('map.caption', **values)} {marked}".strip()
        return [Picture(drawn(image, state, tell.lang), caption, f"{alt} {marked}".strip())]

    def _state(self, theme: str) -> dict[str, bool] | None:
        image = self._image
        groups = _GROUPS.get(theme)
        if groups is None:
            if theme != WHOLE and theme not in image.layers:
                return None
            spots = {entry.key: True for entry in legend_entries(image) if entry.layer == _SPOTS}
            return {**visible(image, theme), **(spots if theme == "service" else {})}
        entries = legend_entries(image)
        ours = {entry.key for entry in entries if entry.group in groups and entry.layer not in _ELSEWHERE}
        if not ours or (theme == "fynd" and _FINDINGS not in image.layers):
            return None
        kept = {entry.key for entry in entries if entry.layer in _GROUND or (entry.layer == "noder" and entry.visible)}
        grids = {style.id: False for style in image.settings.style.layers if style.geometry == "raster"}
        return {**{entry.key: entry.key in ours | kept for entry in entries}, **grids}


def drawn(image: StructureImage, state: dict[str, bool], lang: str) -> bytes:
    """Return a map as PNG, with legend, scale bar, north arrow and sources."""
    out = io.BytesIO()
    with look(image):
        figure = picture_figure(image, visible=state, lang=lang)
        figure.savefig(out, dpi=_DPI, format="png", metadata={"Software": "Strukturbild"})
    return out.getvalue()


def around(image: StructureImage, code: str) -> StructureImage:
    """Return the image as one municipality sees it: the others of the region are neighbours."""
    layer = image.layers.get("kommuner")
    if layer is None:
        return image
    own = layer.geo.loc[[code]]
    others = layer.geo.drop(index=code)[["name", "geometry"]]
    known = image.layers.get(_OTHERS)
    frames = [others, *([known.geo[["name", "geometry"]]] if known is not None else [])]
    beside = gpd.GeoDataFrame(pd.concat(frames), crs=own.crs)
    template = known if known is not None else replace(layer, id=_OTHERS)
    return _with(image, replace(layer, frame=own), replace(template, frame=beside))


def one_limit(image: StructureImage, tell: Teller) -> tuple[StructureImage, str]:
    """Return the image with the white spots of its first limit only, and what that is: all at once say nothing."""
    layer = image.layers.get(_SPOTS)
    if layer is None or not image.settings.thresholds or "threshold_min" not in layer.frame:
        return image, ""
    first = image.settings.thresholds[0]
    frame = layer.geo[(layer.geo["service"] == first.service) & (layer.geo["threshold_min"] == first.minutes.value)]
    service = tell.services.get(first.service, first.service)
    what = text("app.within_short", tell.lang, service=service.lower(), minutes=tell.number(first.minutes.value))
    return _with(image, replace(layer, frame=frame)), what


def _with(image: StructureImage, *layers: Layer) -> StructureImage:
    return replace(image, layers=MappingProxyType({**image.layers, **{layer.id: layer for layer in layers}}))
