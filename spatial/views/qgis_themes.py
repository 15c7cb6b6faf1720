"""Map themes: which layers are shown together, from the whole structure to one service's minutes."""

from collections.abc import Sequence
from typing import Final

from spatial.model import StructureImage
from spatial.story import Story
from spatial.texts import text
from spatial.views.qgis_layers import SPOTS, ProjectLayer
from spatial.views.seminar_steps import shown_steps
from spatial.views.themes import LAYERS

_GROUND: Final = ("region", "regiongrans", "grannkommuner", "land", "vatten", "vattendrag", "kommuner", "havsnamn")
_SHARED: Final = {
    "noder": "nodes",
    "strak": "corridors",
    "omland": "hinterlands",
    "service": "services",
    "markanvandning": "land_use",
}
"""The themes that the app has too, with the same layers, and their keys in the catalogue."""
_OWN: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("population", frozenset({"befolkning"})),
    ("traffic", frozenset({"noder", "vagnat", "jarnvag", "stationer", "flygplatser"})),
    ("labour_markets", frozenset({"noder", "fa_regioner"})),
    ("borders", frozenset({"granser", "granser_osakra"})),
)
_GROUPS: Final = (("direction", "inriktning"), ("plans", "plan"))
"""Themes of a whole group of the legend."""
_DRAWN_AS: Final = {"rutnat": "befolkning"}
"""What is a raster of its own in the package."""
_COMPANIONS: Final = frozenset({"noder", "befolkning"})
"""Layers that help a theme and make none by themselves."""


def themes(image: StructureImage, layers: Sequence[ProjectLayer], lang: str = "sv") -> dict[str, set[str]]:
    """Return the names of the themes, each with its layers; the first is the whole structure.

    Only themes whose own layers the image has are made; there is one for each service's minutes.
    """
    there = {layer.key for layer in layers}
    ground = there.intersection(_GROUND)
    state = text(f"webmap.state.{image.settings.region.status}", lang)
    made = {text("package.theme.whole", lang, state=state): {layer.key for layer in layers if layer.visible}}
    shared = [(key, frozenset(_DRAWN_AS.get(one, one) for one in LAYERS[name])) for name, key in _SHARED.items()]
    for name, keys in (*_OWN[:1], *shared, *_OWN[1:]):
        if (keys - _COMPANIONS or keys) & there:
            made[text(f"package.theme.{name}", lang)] = ground | (there & keys)
    for name, group in _GROUPS:
        keys = frozenset(layer.key for layer in layers if layer.group == group)
        if keys:
            made[text(f"package.theme.{name}", lang)] = ground | keys | (there & {"noder"})
    for layer in layers:
        if layer.key.startswith(f"{SPOTS}_"):
            made[layer.title] = ground | there.intersection({layer.key, "noder"})
    for service in image.settings.services:
        key = f"minuter_{service.id}"
        if key in there:
            title = text("package.theme.minutes", lang, service=service.title.get(lang))
            made[title] = ground | there.intersection({key, "noder"})
    return made


def step_themes(
    image: StructureImage, layers: Sequence[ProjectLayer], story: Story, lang: str = "sv"
) -> dict[str, set[str]]:
    """Return a theme for each step of a seminar, named and numbered as there, with the layers that it shows."""
    there = {layer.key for layer in layers}
    ground = there.intersection(_GROUND)
    made: dict[str, set[str]] = {}
    for number, (step, shown) in enumerate(zip(story.steps, shown_steps(image, story, lang), strict=True), 1):
        wanted = {_DRAWN_AS.get(name, name) for name in (entry.partition("/")[0] for entry in step.visible)}
        spots = {key for key in there if SPOTS in wanted and key.startswith(f"{SPOTS}_")}
        minutes = {f"minuter_{step.service}"} if step.service else set()
        title = text("package.theme.step", lang, number=number, title=shown.title)
        made[title] = ground | spots | there.intersection(wanted | minutes)
    return made
