"""Strukturbild: nod, stråk och område over municipal borders; five calls take settings to maps and files.

>>> import spatial
>>> settings = spatial.read_settings()
>>> settings.region.title.sv
'Västerbotten'

``layers = read_layers(settings)``, ``image = compose(settings, layers)``, ``draw(image).save("karta.html")`` and
``export(image, "strukturbild.gpkg")`` follow. Each is imported when it is first used: a cold start stays short.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spatial.image import compose
    from spatial.inputs.config import read_settings
    from spatial.inputs.layers import read_layers
    from spatial.views.qgis import export
    from spatial.views.webmap import draw

__all__ = ["compose", "draw", "export", "read_layers", "read_settings"]

_HOMES = {
    "compose": "spatial.image",
    "draw": "spatial.views.webmap",
    "export": "spatial.views.qgis",
    "read_layers": "spatial.inputs.layers",
    "read_settings": "spatial.inputs.config",
}


def __getattr__(name: str) -> Any:
    """Return one of the five calls, importing its room."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
