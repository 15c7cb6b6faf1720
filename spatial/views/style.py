"""The style in Settings as each view needs it: the classes of a layer's rows, and the entries of the legend."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from spatial.model import Layer, StructureImage
from spatial.settings import CorridorLevel, LayerStyle, Level, StyleClass
from spatial.views.wording import shown_status, told_criterion

GROUPS: Final = ("noder", "strak", "inriktning", "tillganglighet", "fynd", "plan", "underlag")
"""The groups of the legend, from the top down: what plans say covers everything, so it lies right over the ground."""
RAIL: Final = "järnväg"
_ALWAYS: Final = frozenset({"all"})


@dataclass(frozen=True)
class LegendEntry:
    """One line of the legend: a class of a layer, with its criterion and whether it is measured or modelled."""

    layer: str
    value: str
    group: str
    title: str
    criterion: str
    status: str
    geometry: str
    visible: bool
    style: StyleClass

    @property
    def key(self) -> str:
        """The entry's name in the map's state."""
        return f"{self.layer}/{self.value}"


def class_values(style: LayerStyle, frame: pd.DataFrame) -> list[str]:
    """Return the style class of each row; a row that fits none takes the layer's fallback.

    The fallback is ``other`` where the layer has it, else its first class. Places outside the region and corridors
    by rail are classes of their own, whatever their level.

    Examples
    --------
    >>> from spatial.settings import CorridorLevel, LayerStyle, Level, StyleClass, Title
    >>> classes = [StyleClass(value=v, title=Title(sv=v)) for v in ("a", "other")]
    >>> style = LayerStyle(id="x", title=Title(sv="X"), group="noder", geometry="point", by="level", classes=classes)
    >>> class_values(style, pd.DataFrame({"level": ["a", None, "b"]}))
    ['a', 'other', 'other']
    """
    known = [item.value for item in style.classes]
    fallback = "other" if "other" in known else known[0]
    if style.by is None or style.by not in frame:
        values = [fallback] * len(frame)
    else:
        values = [value if value in known else fallback for value in frame[style.by]]
    for value, column, mark in (("outside", "outside", True), ("rail", "mode", RAIL)):
        if value in known and column in frame:
            special = (frame[column] == mark).fillna(value=False).tolist()
            values = [value if is_special else own for own, is_special in zip(values, special, strict=True)]
    return values


def web_class(item: StyleClass) -> dict[str, object]:
    """Return a style class as the web map's script reads it; what is not drawn is left out."""
    drawn: dict[str, object] = {
        "fill": item.fill,
        "fillOpacity": item.fill_opacity,
        "stroke": item.stroke,
        "strokeOpacity": item.stroke_opacity,
        "width": item.stroke_width,
        "size": item.size,
        "ring": item.ring,
        "symbol": item.symbol,
        "hatch": item.hatch,
        "dash": list(item.dash),
        "ticks": item.ticks,
        "band": item.band_width,
        "label": item.label_size,
        "bold": item.label_bold,
    }
    return {name: value for name, value in drawn.items() if value not in (None, False, 0, "none", "circle", [])}


def step_tones(style: LayerStyle, steps: int) -> list[str]:
    """Return ``steps + 1`` fills from light to dark out of the scale's ``step_…`` classes, evenly apart.

    Examples
    --------
    >>> from spatial.settings import CorridorLevel, LayerStyle, Level, StyleClass, Title
    >>> tones = [StyleClass(value=f"step_{i}", title=Title(sv="s"), fill=f"#00000{i}") for i in range(1, 9)]
    >>> style = LayerStyle(
    ...     id="m", title=Title(sv="M"), group="tillganglighet", geometry="raster", classes=tones)
    >>> step_tones(style, 2)
    ['#000001', '#000005', '#000008']
    """
    fills = [item.fill for item in style.classes if item.value.startswith("step_") and item.fill]
    chosen = np.floor(np.linspace(0, len(fills) - 1, steps + 1) + 0.5).astype(int)
    return [fills[index] for index in chosen]


def legend_entries(image: StructureImage, lang: str = "sv") -> list[LegendEntry]:
    """Return the legend of an image, group by group, in the style's order; only what the image has.

    Parameters
    ----------
    image : StructureImage
        A level of the hierarchy or of the corridors stands in the legend, with its criterion, even when no place
        reaches it; other classes when some row has them.
    lang : {"sv", "en", "no"}

    Returns
    -------
    list of LegendEntry
    """
    entries: list[LegendEntry] = []
    for style in image.settings.style.layers:
        layer = image.layers.get(style.id)
        if layer is not None and style.geometry != "raster":
            entries += _layer_entries(image, style, layer, lang)
    return sorted(entries, key=lambda entry: GROUPS.index(entry.group))


def _layer_entries(image: StructureImage, style: LayerStyle, layer: Layer, lang: str) -> list[LegendEntry]:
    present = set(class_values(style, layer.frame))
    levels = _levels(image, style.id, lang)
    entries = []
    for item in style.classes:
        level_title, criterion = levels.get(item.value, ("", ""))
        if item.value not in present and item.value not in levels:
            continue
        whole = item.value in _ALWAYS
        entries.append(
            LegendEntry(
                layer=style.id,
                value=item.value,
                group=style.group,
                title=level_title or item.title.get(lang),
                criterion=criterion or (f"{layer.meta.provider} {layer.meta.year}" if whole else ""),
                status=shown_status(layer.meta),
                geometry=style.geometry,
                visible=style.visible and item.value != "other",
                style=item,
            )
        )
    return entries


def _levels(image: StructureImage, layer_id: str, lang: str) -> dict[str, tuple[str, str]]:
    settings = image.settings
    rules: list[Level | CorridorLevel] = []
    if layer_id == "noder":
        rules += settings.hierarchy.levels
    elif layer_id == "strak":
        rules += settings.corridors.levels
    return {rule.id: (rule.title.get(lang), told_criterion(image, rule, lang)) for rule in rules}
