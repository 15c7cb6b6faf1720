"""What the package for QGIS holds: the image's layers as they are drawn, from the top of the legend down."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.geo import ANALYSIS_CRS, WEB_CRS, transform_xy
from spatial.model import Layer, LayerMeta, StructureImage
from spatial.settings import LayerStyle, StyleClass, Title
from spatial.texts import LANGUAGES, text
from spatial.views.style import GROUPS, class_values, legend_entries

OUTLINE: Final = "#57534A"
"""The region's border, as in the web map."""
SEA_KIND: Final = "hav"
_OUTLINE_PX: Final = 1.8
_CELL_PX: Final = 5.0
_GROUND: Final = ("markanvandning", "region", "grannkommuner", "land")
"""What everything else lies on, from the top down."""
_UNDER_PLANS: Final = frozenset({"rutnat", "vatten", "vattendrag", *_GROUND})
"""Of the group of the ground: what plans are drawn on. The rest (borders, roads, stations) lies on the plans."""
ORIENTATION: Final = "orientering"
BRANCHES: Final = tuple(part for name in GROUPS for part in ((ORIENTATION, name) if name == "plan" else (name,)))
"""What a drawing is stacked by, from the top down: the legend's groups, and the ground's borders over the plans."""
_WITH: Final = {"regiongrans": "kommuner"}
"""Layers of our own that are drawn with one of the catalogue's."""
_HIDDEN_UNSTYLED: Final = "underlag"


@dataclass(frozen=True)
class Packaged:
    """A vector layer of the package: its rows, its description and how it is drawn."""

    id: str
    group: str
    frame: gpd.GeoDataFrame
    meta: LayerMeta
    style: LayerStyle
    labels: dict[str, str]
    hidden: frozenset[str] = frozenset()

    @property
    def geometry(self) -> str:
        """``point``, ``line`` or ``polygon``."""
        return self.style.geometry

    @property
    def branch(self) -> str:
        """The group, or what of the ground's lies on the plans."""
        return ORIENTATION if self.group == "underlag" and self.id not in _UNDER_PLANS else self.group


def packaged_layers(image: StructureImage, lang: str = "sv") -> list[Packaged]:
    """Return the vector layers of an image in the order they are drawn, the topmost first.

    Parameters
    ----------
    image : StructureImage
    lang : {"sv", "en", "no"}

    Returns
    -------
    list of Packaged
        Every layer with geometry; the cells as their centre points; and two that only help the drawing: the region
        as a whole (paper and border), and the names of seas.
    """
    labels = _legend_labels(image, lang)
    made = [
        _packaged(image, layer, labels) for layer in image.layers.values() if isinstance(layer.frame, gpd.GeoDataFrame)
    ]
    made += _region(image)
    made += _seas(image, lang)
    known = [style.id for style in image.settings.style.layers]
    return sorted((item for item in made if len(item.frame)), key=lambda item: _place(item, known))


def _place(item: Packaged, known: list[str]) -> tuple[int, int, bool, int]:
    """Return what the layers are sorted by: branch, ground last, points over lines and areas, the catalogue's order."""
    ground = _GROUND.index(item.id) + 1 if item.id in _GROUND else 0
    own = known.index(_WITH.get(item.id, item.id)) if _WITH.get(item.id, item.id) in known else len(known)
    return BRANCHES.index(item.branch), ground, item.geometry != "point", own


def _legend_labels(image: StructureImage, lang: str) -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = {}
    for entry in legend_entries(image, lang):
        criterion = entry.criterion if entry.value != "all" else ""
        shown = f"{entry.title} – {criterion}" if criterion else entry.title
        labels.setdefault(entry.layer, {})[entry.value] = shown
    return labels


def _packaged(image: StructureImage, layer: Layer, labels: dict[str, dict[str, str]]) -> Packaged:
    style = image.settings.style.layer(layer.id)
    if style is None:
        style = _plain_style(image, layer)
    elif style.geometry == "raster":
        marks = [item.model_copy(update={"size": _CELL_PX}) for item in style.classes]
        style = style.model_copy(update={"geometry": _kind(layer.geo), "visible": False, "classes": marks})
    if layer.id == "vatten" and "kind" in layer.frame:
        style = _with_sea(image, style)
    present = set(class_values(style, layer.frame)) if style.geometry != "raster" else set()
    absent = {item.value for item in style.classes if item.value == "other" and len(present) > 1}
    own = labels.get(layer.id, {}) if style.by != "kind" else {}
    return Packaged(layer.id, style.group, layer.geo, layer.meta, style, own, frozenset(absent))


def _with_sea(image: StructureImage, style: LayerStyle) -> LayerStyle:
    whole = style.classes[0].model_copy(update={"title": _title("package.lake")})
    sea = whole.model_copy(update={"value": SEA_KIND, "fill": image.settings.style.sea, "title": _title("package.sea")})
    return style.model_copy(update={"by": "kind", "classes": [whole, sea]})


def _kind(frame: gpd.GeoDataFrame) -> str:
    dimension = int(shapely.get_dimensions(frame.geometry.to_numpy()).max())
    return ("point", "line", "polygon")[dimension]


def _plain_style(image: StructureImage, layer: Layer) -> LayerStyle:
    """Return how a layer is drawn that the catalogue does not know: as the neighbours, or a thin quiet line."""
    catalogue = image.settings.style
    ground = layer.id in _GROUND
    land = catalogue.layer("land")
    edge = land.classes[0].stroke if land is not None else catalogue.muted
    kind = _kind(layer.geo)
    whole = StyleClass(
        value="all",
        title=layer.meta.title,
        fill=catalogue.neighbour if ground else (catalogue.muted if kind == "point" else None),
        stroke=edge if ground else catalogue.muted,
        stroke_width=0.6,
        size=5.0 if kind == "point" else 0.0,
    )
    return LayerStyle(
        id=layer.id,
        title=layer.meta.title,
        group=_HIDDEN_UNSTYLED,
        geometry=kind,  # type: ignore[arg-type]
        classes=[whole],
        visible=ground,
    )


def _title(key: str) -> Title:
    return Title(**{lang: text(key, lang) for lang in LANGUAGES})


def _region(image: StructureImage) -> list[Packaged]:
    """Return the region as one area: the paper that its structure is drawn on, and its border over the ground."""
    layer = image.layers.get("kommuner")
    if layer is None or layer.frame.empty:
        return []
    region, catalogue = image.settings.region, image.settings.style
    shape = shapely.union_all(layer.geo.geometry.to_numpy())
    frame = gpd.GeoDataFrame(
        {"name": [region.title.sv]}, geometry=[shape], crs=layer.geo.crs, index=pd.Index([region.id], name="id")
    )
    looks: dict[str, dict[str, object]] = {
        "regiongrans": {"stroke": OUTLINE, "stroke_width": _OUTLINE_PX},
        "region": {"fill": catalogue.paper},
    }
    made = []
    for name, look in looks.items():
        title = _title(f"package.{name}")
        whole = StyleClass.model_validate({"value": "all", "title": title, **look})
        style = LayerStyle(id=name, title=title, group="underlag", geometry="polygon", classes=[whole])
        made.append(_helper(name, frame, style, layer.meta))
    return made


def _seas(image: StructureImage, lang: str) -> list[Packaged]:
    seas = image.settings.style.seas
    layer = image.layers.get("land") or image.layers.get("vatten")
    if not seas or layer is None:
        return []
    x, y = transform_xy([sea.lon for sea in seas], [sea.lat for sea in seas], WEB_CRS, ANALYSIS_CRS)
    title = _title("package.seas")
    whole = StyleClass(value="all", title=title, label_size=14, label_bold=False)
    style = LayerStyle(id="havsnamn", title=title, group="underlag", geometry="point", classes=[whole])
    ids = pd.Index([f"hav-{number}" for number in range(1, len(seas) + 1)], name="id")
    names = [sea.title.get(lang) for sea in seas]
    frame = gpd.GeoDataFrame({"name": names}, geometry=shapely.points(x, y), crs=ANALYSIS_CRS, index=ids)
    return [_helper("havsnamn", frame, style, layer.meta)]


def _helper(name: str, frame: gpd.GeoDataFrame, style: LayerStyle, source: LayerMeta) -> Packaged:
    meta = LayerMeta(
        title=style.title,
        role=name,
        status=source.status,
        year=source.year,
        source=source.source,
        provider=source.provider,
        licence=source.licence,
        lineage=text(f"package.lineage_{name}"),
        crs=ANALYSIS_CRS,
    )
    return Packaged(name, style.group, frame, meta, style, {})
