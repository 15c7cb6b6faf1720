"""The drawn map as the app's component fetches it: one JSON file a language, beside the image it was drawn from."""

from pathlib import Path
from typing import Any, Final

from spatial.model import StructureImage
from spatial.storage import IMAGE, new_file
from spatial.views.criteria import criterion_facts
from spatial.views.webmap import FORMAT, WebMap, draw
from spatial.views.webmap_page import safe_json

_NODES: Final = "noder"


def map_folder(folder: Path, fingerprint: str) -> Path:
    """Return where the drawn maps of an image lie."""
    return folder / IMAGE / fingerprint / "karta"


def map_file(folder: Path, fingerprint: str, lang: str) -> Path:
    """Return the file of the map in a language, whether it is there or not."""
    return map_folder(folder, fingerprint) / f"{lang}-{FORMAT}.json"


def write_map(image: StructureImage, folder: Path, *, lang: str = "sv", drawn: WebMap | None = None) -> Path:
    """Write the map's data; ``drawn`` saves drawing it again.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    target = map_file(folder, image.provenance.fingerprint, lang)
    with new_file(target) as fresh:
        fresh.write_text(safe_json(map_data(image, lang=lang, drawn=drawn)), encoding="utf-8", newline="\n")
    return target


def map_data(image: StructureImage, *, lang: str = "sv", drawn: WebMap | None = None) -> dict[str, Any]:
    """Return what the component is given: the drawn map, and why each place stands on its level."""
    data: dict[str, Any] = dict((drawn or draw(image, lang=lang)).data)
    facts = criterion_facts(image, lang)
    data["layers"] = [_with_facts(layer, facts) if layer["id"] == _NODES else layer for layer in data["layers"]]
    return data


def _with_facts(layer: dict[str, Any], facts: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    features = []
    for feature in layer["features"]:
        own = list(feature.get("f", []))
        own[1:1] = facts.get(feature["i"], [])
        features.append({**feature, "f": own})
    return {**layer, "features": features}
