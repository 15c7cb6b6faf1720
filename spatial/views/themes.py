"""Themes: which lines of the legend are switched on together, for a user who asks a question of the map."""

from collections.abc import Mapping
from typing import Final

from spatial.model import StructureImage
from spatial.views.style import legend_entries

_GROUND: Final = frozenset({"kommuner", "vatten", "vattendrag", "land"})
LAYERS: Final[Mapping[str, frozenset[str]]] = {
    "noder": frozenset({"noder", "rutnat"}),
    "strak": frozenset({"noder", "strak", "jarnvag", "stationer"}),
    "omland": frozenset({"noder", "omland", "fa_regioner"}),
    "service": frozenset({"noder", "service"}),
    "markanvandning": frozenset({"noder", "markanvandning"}),
}
"""What every view shows in a theme; the package for QGIS has further ones."""
WHOLE: Final = "helheten"
_ALWAYS_OFF: Final = "noder/other"


def themes(image: StructureImage) -> list[str]:
    """Return the themes that the image has layers for, the whole first."""
    own = {"noder", "rutnat"}
    return [WHOLE, *(name for name, layers in LAYERS.items() if (layers - own or layers) & set(image.layers))]


def visible(image: StructureImage, theme: str) -> dict[str, bool]:
    """Return what the map shows in a theme: a truth for each line of the legend and each grid.

    The whole is what the style catalogue shows to begin with.
    """
    chosen = LAYERS.get(theme)
    shown = {
        entry.key: entry.visible
        if chosen is None
        else (entry.layer in chosen or entry.layer in _GROUND) and entry.key != _ALWAYS_OFF
        for entry in legend_entries(image)
    }
    for style in image.settings.style.layers:
        layer = image.layers.get(style.id)
        if style.geometry == "raster" and layer is not None:
            shown[style.id] = style.visible if chosen is None else style.id in chosen
    return shown
