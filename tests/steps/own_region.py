"""A region in a folder: settings that build on the embedded municipalities, with layers from files beside."""

from spatial.image import compose
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers

LAYER = """  - id: {id}
    title: {{sv: "{title}"}}
    role: {role}
    status: mätt
    year: 2024
    source: prov
    provider: prov
    licence: CC0-1.0
    crs: {crs}
    reader: {{kind: file, path: {id}.gpkg}}
    columns: {{id: OBJ, code: KOD{columns}}}
{more}"""


def outlines():
    """Return the outlines of the embedded region's municipalities and of those around it, by code."""
    settings = read_settings()
    specs = [spec for spec in settings.layers if spec.role == "municipalities"]
    return next(iter(read_layers(settings.model_copy(update={"layers": specs})).values())).geo.geometry


def composed(folder, layers, models="{}"):
    """Return the image of a region with these layers (YAML) and models, and what was read for it."""
    text = f"extends: vasterbotten\nmodels: {models}\nlayers:\n  - kommuner\n" + "".join(layers)
    (folder / "r.yaml").write_text(text, encoding="utf-8")
    settings = read_settings(folder / "r.yaml")
    read = read_layers(settings)
    return compose(settings, read), read
