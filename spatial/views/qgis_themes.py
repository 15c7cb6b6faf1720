"""Map themes: which layers are shown together, from the whole structure to one service's minutes."""

from collections.abc import Sequence
from typing import Final, Protocol

from spatial.model import StructureImage
from spatial.texts import text

_GROUND: Final = ("region", "regiongrans", "grannkommuner", "land", "vatten", "vattendrag", "kommuner", "havsnamn")
_THEMES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("population", ("befolkning",)),
    ("nodes", ("noder", "befolkning")),
    ("corridors", ("noder", "strak", "jarnvag")),
    ("traffic", ("noder", "vagnat", "jarnvag", "stationer", "flygplatser")),
    ("hinterlands", ("noder", "omland")),
    ("labour_markets", ("noder", "fa_regioner")),
    ("services", ("noder", "service")),
    ("white_spots", ("noder", "vita_flackar")),
    ("land_use", ("markanvandning", "noder")),
)


class Shown(Protocol):
    """What a theme needs to know of a layer."""

    @property
    def key(self) -> str:
        """The layer's name in the package."""

    @property
    def visible(self) -> bool:
        """Whether it is shown from the start."""


def themes(image: StructureImage, layers: Sequence[Shown], lang: str = "sv") -> dict[str, set[str]]:
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
    for service in image.settings.services:
        key = f"minuter_{service.id}"
        if key in there:
            title = text("package.theme.minutes", lang, service=service.title.get(lang))
            made[title] = ground | there.intersection({key, "noder"})
    return made
