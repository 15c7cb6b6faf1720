"""The layers of the QGIS project, in the order they lie on each other."""

from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from spatial.model import LayerMeta, StructureImage
from spatial.texts import number, text
from spatial.views.columns import plain_table
from spatial.views.geopackage import TABLE_PREFIX, table_meta
from spatial.views.package import BRANCHES, Packaged, packaged_layers
from spatial.views.qgis_metadata import status_word
from spatial.views.rasters import WrittenRaster, image_rasters

PROJECT_NAME: Final = "strukturbild"
SPOTS: Final = "vita_flackar"
"""The layer whose rows answer several questions at once."""
_OVER_GROUND: Final = ("befolkning", "markanvandning")


@dataclass(frozen=True)
class ProjectLayer:
    """A layer of the project: a table or layer of the GeoPackage, or a raster."""

    key: str
    id: str
    title: str
    group: str
    source: str
    visible: bool
    meta: LayerMeta
    content: Packaged | WrittenRaster | pd.DataFrame

    @property
    def branch(self) -> str:
        """The group in the tree."""
        return self.content.branch if isinstance(self.content, Packaged) else self.group

    @property
    def provider(self) -> str:
        """What QGIS reads it with."""
        return "gdal" if isinstance(self.content, WrittenRaster) else "ogr"


def project_layers(image: StructureImage, gpkg: str, rasters: str, lang: str = "sv") -> list[ProjectLayer]:
    """Return the project's layers, the topmost first, the tables last."""
    made = [layer for item in packaged_layers(image, lang) for layer in _vectors(image, item, gpkg, lang)]
    for raster in reversed(image_rasters(image, lang)):
        layer = ProjectLayer(
            key=raster.name,
            id=f"{PROJECT_NAME}_raster_{raster.name}",
            title=_with_status(raster.title, raster.meta, lang),
            group=raster.group,
            source=f"{rasters}/{raster.name}.tif",
            visible=raster.visible,
            meta=raster.meta,
            content=raster,
        )
        made.insert(_raster_place(made, layer), layer)
    for name in image.indicators:
        meta = table_meta(image, name, lang)
        made.append(
            ProjectLayer(
                key=TABLE_PREFIX + name, id=f"{PROJECT_NAME}_{TABLE_PREFIX}{name}", title=meta.title.get(lang),
                group="tabeller", source=f"{gpkg}|layername={TABLE_PREFIX}{name}", visible=False, meta=meta,
                content=plain_table(image, name, lang),
            )
        )  # fmt: skip
    return made


def _raster_place(made: list[ProjectLayer], layer: ProjectLayer) -> int:
    """Return where a raster goes: over the ground it colours, under what is drawn on it."""
    ground = [
        index for index, other in enumerate(made) if other.group == layer.group and other.key in {"region", "land"}
    ]
    if layer.key in _OVER_GROUND and ground:
        return ground[0]
    own = [index for index, other in enumerate(made) if other.branch == layer.branch]
    points = [index for index in own if isinstance(made[index].content, Packaged) and made[index].key == "service"]
    if own:
        return (points or [own[0] - 1])[-1] + 1
    later = [index for index, other in enumerate(made) if _rank(other.branch) > _rank(layer.branch)]
    return later[0] if later else len(made)


def _rank(branch: str) -> int:
    return BRANCHES.index(branch) if branch in BRANCHES else len(BRANCHES)


def _vectors(image: StructureImage, item: Packaged, gpkg: str, lang: str) -> list[ProjectLayer]:
    """Return a layer as the project shows it: white spots lie on each other, so each limit is a layer of its own."""
    whole = _vector(item, gpkg, lang)
    if item.id != SPOTS or not {"service", "threshold_min"} <= set(item.frame.columns):
        return [whole]
    titles = {service.id: service.title.get(lang) for service in image.settings.services}
    made = []
    for (service, limit), rows in item.frame.groupby(["service", "threshold_min"], sort=False):
        name = text("package.beyond", lang, title=item.meta.title.get(lang), service=titles.get(service, service),
                    minutes=number(limit, lang=lang))  # fmt: skip
        made.append(
            replace(
                whole,
                key=f"{SPOTS}_{service}_{limit:g}",
                id=f"{whole.id}_{service}_{limit:g}",
                title=_with_status(name, item.meta, lang),
                source=f'{whole.source}|subset="service" = \'{service}\' AND "threshold_min" = {limit:g}',
                content=replace(item, frame=rows),
            )
        )
    return made


def _vector(item: Packaged, gpkg: str, lang: str) -> ProjectLayer:
    title = _with_status(item.meta.title.get(lang), item.meta, lang)
    identity = f"{PROJECT_NAME}_{item.id}"
    source = f"{gpkg}|layername={item.id}"
    return ProjectLayer(item.id, identity, title, item.group, source, item.style.visible, item.meta, item)


def _with_status(title: str, meta: LayerMeta, lang: str) -> str:
    word = status_word(meta, lang)
    if meta.status != "modellerat" or word in title:
        return title
    return text("package.status_note", lang, title=title, status=word)
