"""The legend of a print layout: the groups in order, each class with its criterion, and what is modelled."""

import textwrap
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from spatial.model import StructureImage
from spatial.texts import text
from spatial.views.package import Packaged
from spatial.views.qgis_labels import font_family
from spatial.views.qgis_layers import ProjectLayer
from spatial.views.qgis_metadata import status_word
from spatial.views.qgis_qml import label_of
from spatial.views.rasters import WrittenRaster
from spatial.views.style import GROUPS

_SILENT: Final = frozenset({"region", "regiongrans", "land", "grannkommuner", "havsnamn"})
"""The ground, which needs no explaining."""
_BREAK: Final = "¶"
_LINE: Final = 42
"""Characters that fit on a line of the legend."""
_STYLES: Final = (
    ("title", 9, True, 0),
    ("group", 7.5, True, 2.0),
    ("subgroup", 5.6, False, 0.6),
    ("symbol", 6.2, False, 1.3),
    ("symbolLabel", 6.2, False, 0.5),
)
"""Font sizes in pt on A4, and the space above each line in mm."""


def legend(
    frame: ET.Element,
    image: StructureImage,
    layers: Sequence[ProjectLayer],
    keys: set[str],
    map_id: str,
    scale: float,
    lang: str,
) -> None:
    """Fill a legend's frame.

    Parameters
    ----------
    frame : Element
        The layout's item.
    image : StructureImage
    layers : sequence of ProjectLayer
    keys : set of str
        The layers to explain.
    map_id : str
        The map whose classes it shows.
    scale : float
        How much larger than on A4 its texts are.
    lang : {"sv", "en", "no"}
    """
    frame.attrib |= _looks(map_id, scale, image.settings.style.ink)
    frame.append(_styles(font_family(image.settings.style), scale))
    tree = ET.SubElement(frame, "layer-tree-group")
    for group in GROUPS:
        members = [layer for layer in layers if layer.group == group and layer.key in keys - _SILENT]
        if not members:
            continue
        branch = ET.SubElement(tree, "layer-tree-group", {"name": text(f"webmap.group.{group}", lang),
                                                          "checked": "Qt::Checked", "expanded": "1"})  # fmt: skip
        for layer in members:
            branch.append(_entry(layer, lang))


def _looks(map_id: str, scale: float, ink: str) -> dict[str, str]:
    return {
        "title": "", "map_uuid": map_id, "legendFilterByMap": "1", "legendFilterByAtlas": "0", "resizeToContents": "1",
        "symbolWidth": f"{9 * scale:g}", "symbolHeight": f"{3.4 * scale:g}", "columnCount": "1", "splitLayer": "0",
        "boxSpace": "0", "columnSpace": "2", "lineSpacing": "0.8", "wrapChar": _BREAK, "rasterBorder": "0",
        "symbolAlignment": "1", "titleAlignment": "1", "equalColumnWidth": "0", "wmsLegendWidth": "50",
        "wmsLegendHeight": "25", "minSymbolSize": "0", "maxSymbolSize": f"{7 * scale:g}",
        "fontColor": ink, "outlineWidthM": "0.3,mm",
    }  # fmt: skip


def _styles(family: str, scale: float) -> ET.Element:
    made = ET.Element("styles")
    for name, size, bold, above in _STYLES:
        style = ET.SubElement(made, "style", {"name": name, "alignment": "1", "indent": "0",
                                              "marginTop": f"{above * scale:g}", "marginBottom": "0",
                                              "marginLeft": "2" if name == "symbolLabel" else "0"})  # fmt: skip
        weight = "75" if bold else "50"
        description = f"{family},{size * scale:g},-1,5,{weight},0,0,0,0,0"
        ET.SubElement(style, "styleFont", {"description": description, "style": "Bold" if bold else "Book"})
    return made


def _entry(layer: ProjectLayer, lang: str) -> ET.Element:
    """Return a layer's lines: one class is named as the layer; of several, the layer's own line is its status."""
    made = ET.Element("layer-tree-layer", {"id": layer.id, "name": layer.title, "source": layer.source,
                                           "providerKey": layer.provider, "checked": "Qt::Checked", "expanded": "1",
                                           "legend_exp": "", "patch_size": "-1,-1"})  # fmt: skip
    content = layer.content
    several = not isinstance(content, Packaged) or len(content.style.classes) > 1
    status = status_word(layer.meta, lang)
    if isinstance(content, Packaged):
        shown = status if several else content.style.classes[0].title.get(lang)
        if not several and layer.meta.status == "modellerat":
            shown = text("package.status_note", lang, title=shown, status=status)
    else:
        shown = layer.title
    values = {"cached_name": layer.title, "legend/title-label": shown}
    values["legend/title-style"] = "subgroup" if several else "symbol"
    values |= _lines(layer, lang)
    custom = ET.SubElement(ET.SubElement(made, "customproperties"), "Option", {"type": "Map"})
    for name, value in values.items():
        ET.SubElement(custom, "Option", {"type": "QString", "name": name, "value": value})
    return made


def _lines(layer: ProjectLayer, lang: str) -> dict[str, str]:
    """Return the classes' lines, broken to fit, without the classes that are not drawn."""
    content = layer.content
    if isinstance(content, Packaged):
        classes = content.style.classes
        if len(classes) == 1:
            return {}
        labels = [label_of(content, item, lang) for item in classes]
        kept = [number for number, item in enumerate(classes) if item.value not in content.hidden]
    elif isinstance(content, WrittenRaster) and not content.paletted:
        labels = ["", *(shade.label for shade in content.shades)]  # the first line is the band's name
        kept = [number for number, shade in enumerate(content.shades, 1) if shade.colour]
    else:
        return {}
    values = {f"legend/label-{number}": _broken(label) for number, label in enumerate(labels) if label}
    return {**values, "legend/node-order": ",".join(str(number) for number in kept)}


def _broken(label: str) -> str:
    """Return a line of the legend: the title, and its criterion under it."""
    title, _, criterion = label.partition(" – ")
    return _BREAK.join([title, *textwrap.wrap(criterion, _LINE)])
