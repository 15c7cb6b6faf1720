"""Themes: which lines of the legend are switched on together, for a user who asks a question of the map."""

from collections.abc import Mapping
from typing import Final

from spatial.model import StructureImage
from spatial.texts import text
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
DIRECTIONS: Final[Mapping[str, frozenset[str]]] = {
    WHOLE: frozenset(
        {
            "inriktning_noder", "inriktning_samband", "inriktning_riktningar", "inriktning_utbyggnad",
            "inriktning_gront", "inriktning_gront_linjer",
        }
    ),
    "noder": frozenset({"inriktning_noder"}),
    "strak": frozenset({"inriktning_samband", "inriktning_riktningar"}),
    "omland": frozenset({"inriktning_riktningar", "inriktning_utbyggnad"}),
    "service": frozenset({"inriktning_noder", "inriktning_utbyggnad"}),
    "markanvandning": frozenset({"inriktning_utbyggnad", "inriktning_gront", "inriktning_gront_linjer", "planomraden"}),
}  # fmt: skip
"""What the plans want, by theme: the other state of the same question."""
STATES: Final = ("nulage", "inriktning", "jamfor")
"""What is there, what the plans want, and both side by side."""
_ALWAYS_OFF: Final = "noder/other"


def themes(image: StructureImage) -> list[str]:
    """Return the themes that the image has layers for, the whole first."""
    own = {"noder", "rutnat"}
    return [WHOLE, *(name for name, layers in LAYERS.items() if (layers - own or layers) & set(image.layers))]


def visible(image: StructureImage, theme: str, state: str = "nulage") -> dict[str, bool]:
    """Return what the map shows in a theme: a truth for each line of the legend and each grid.

    The whole is what the style catalogue shows to begin with. In the state *inriktning* the nodes stand as the ground
    that what is wanted is read against; *jamfor* has both.
    """
    return _in_state(_present(image, theme), theme, state)


def _in_state(present: dict[str, bool], theme: str, state: str) -> dict[str, bool]:
    if state == "nulage":
        return present
    wanted = DIRECTIONS.get(theme, frozenset())
    kept = _GROUND | {"noder"}
    return {
        key: (key.partition("/")[0] in wanted) or (on and (state == "jamfor" or key.partition("/")[0] in kept))
        for key, on in present.items()
    }


def _present(image: StructureImage, theme: str) -> dict[str, bool]:
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


def theme_presets(image: StructureImage, lang: str) -> list[dict[str, object]]:
    """Return the themes as the web map's script takes them: id, title, and what is on in each state."""
    made: list[dict[str, object]] = []
    for name in themes(image):
        present = _present(image, name)
        on = {state: [key for key, shown in _in_state(present, name, state).items() if shown] for state in STATES}
        made.append({"i": name, "t": text(f"webmap.theme.{name}", lang), "on": on})
    return made
