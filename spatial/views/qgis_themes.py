"""Map themes: which layers are shown together, from the whole structure to one service's minutes."""

from collections.abc import Sequence
from typing import Final

from spatial.model import StructureImage
from spatial.texts import text
from spatial.views.qgis_layers import SPOTS, ProjectLayer

_GROUND: Final = ("region", "regiongrans", "grannkommuner", "land", "vatten", "vattendrag", "kommuner", "havsnamn")
_THEMES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("population", ("befolkning",)),
    ("nodes", ("noder", "befolkning")),
    ("corridors", ("noder", "strak", "jarnvag")),
    ("traffic", ("noder", "vagnat", "jarnvag", "stationer", "flygplatser")),
    ("hinterlands", ("noder", "omland")),
    ("labour_markets", ("noder", "fa_regioner")),
    ("services", ("noder", "service")),
    ("land_use", ("markanvandning", "noder")),
)


def themes(image: StructureImage, layers: Sequence[ProjectLayer], lang: str = "sv") -> dict[str, set[str]]:
    """Return the names of the themes, each with its layers; the first is the whole structure.

    Only themes whose own layers the image has are made; there is one for each service's minutes.
    """
    there = {layer.key for layer in layers}
    ground = there.intersection(_GROUND)
    whole = {layer.key for layer in layers if layer.visible}
    state = text(f"webmap.state.{image.settings.region.status}", lang)
    made = {text("package.theme.whole", lang, state=state): whole}
    for name, keys in _THEMES:
        if set(keys) - {"noder"} <= there | {"befolkning"} and keys[-1] in there:
            made[text(f"package.theme.{name}", lang)] = ground | there.intersection(keys)
    for layer in layers:
        if layer.key.startswith(f"{SPOTS}_"):
            made[layer.title] = ground | there.intersection({layer.key, "noder"})
    for service in image.settings.services:
        key = f"minuter_{service.id}"
        if key in there:
            title = text("package.theme.minutes", lang, service=service.title.get(lang))
            made[title] = ground | there.intersection({key, "noder"})
    return made
