"""Print layouts of the QGIS project: the county on A4 and A3, and an atlas page a municipality."""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np

from spatial.model import StructureImage
from spatial.texts import text
from spatial.views.qgis_labels import font_family
from spatial.views.qgis_layers import ProjectLayer
from spatial.views.qgis_legend import legend
from spatial.views.qgis_symbols import rgba, stroke_layer, symbol_layer

_ITEM: Final = {"map": 65639, "picture": 65640, "label": 65641, "legend": 65642, "scale_bar": 65646, "page": 65638}
_NAMESPACE: Final = uuid.UUID("5f0c9f0e-6c3d-4f2b-8d5a-9a5f4f0b7c11")
_NORTH: Final = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 32'><path d='M10 1 L16 12 L10 9.5 L4 12 Z' fill='{ink}'/>"
    "<path d='M10 9 V17' stroke='{ink}' stroke-width='1.6'/><path d='M6.2 31 V20 L13.8 31 V20' fill='none' "
    "stroke='{ink}' stroke-width='2'/></svg>"
)
_MARGIN_SHARE: Final = 0.03
_ATLAS_MARGIN: Final = 0.15
_BAR_SHARE: Final = 0.28
_SEGMENTS: Final = 2
_PAGE_MM: Final = 210
"""The height of the sheet that the others are enlarged from."""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, its size in mm, how much larger than A4 its texts are, and whether it is the atlas."""

    name: str
    width: float
    height: float
    scale: float
    atlas: bool = False

    @property
    def margin(self) -> float:
        """The edge that stays empty, mm."""
        return 8 * self.scale

    @property
    def panel(self) -> float:
        """The width of the legend's column, mm."""
        return 64 * self.scale

    @property
    def map_box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the map, mm."""
        wide = self.width - 2 * self.margin - self.panel - 4 * self.scale
        return self.margin, self.margin, wide, self.height - 2 * self.margin

    @property
    def panel_left(self) -> float:
        """Where the legend's column begins, mm."""
        left, _, wide, _ = self.map_box
        return left + wide + 4 * self.scale

    def identity(self, item: str) -> str:
        """Return an item's id, the same every time."""
        return "{" + str(uuid.uuid5(_NAMESPACE, f"{self.name}/{item}")) + "}"


def layouts(image: StructureImage, layers: Sequence[ProjectLayer], theme: str, lang: str = "sv") -> ET.Element:
    """Return the print layouts.

    Parameters
    ----------
    image : StructureImage
    layers : sequence of ProjectLayer
    theme : str
        The map theme that the maps follow.
    lang : {"sv", "en", "no"}

    Returns
    -------
    Element
        ``Layouts`` of a project: A4, A3 and the municipalities' atlas.
    """
    made = ET.Element("Layouts")
    sheets = (
        Sheet(text("package.layout.a4", lang), 297, 210, 1.0),
        Sheet(text("package.layout.a3", lang), 420, 297, 1.414),
        Sheet(text("package.layout.atlas", lang), 297, 210, 1.0, atlas=True),
    )
    made.extend(_layout(image, layers, theme, sheet, lang) for sheet in sheets)
    return made


def _layout(image: StructureImage, layers: Sequence[ProjectLayer], theme: str, sheet: Sheet, lang: str) -> ET.Element:
    made = ET.Element("Layout", {"name": sheet.name, "units": "mm", "printResolution": "300"})
    pages = ET.SubElement(made, "PageCollection")
    page = _item("page", sheet, "sida", (0, 0, sheet.width, sheet.height), 0)
    _page_symbol(page, image.settings.style.paper)
    pages.append(page)
    extent = map_extent(image, sheet)
    made.append(_map(image, sheet, extent, theme))
    made.extend(_texts(image, sheet, lang))
    legend_top = sheet.margin + 21 * sheet.scale
    box = (sheet.panel_left, legend_top, sheet.panel, 10.0)
    frame = _item("legend", sheet, "teckenforklaring", box, 3)
    legend(frame, image, layers, theme_keys(layers), sheet.identity("karta"), sheet.scale, lang)
    made.append(frame)
    made.append(_scale_bar(image, sheet, extent))
    made.append(_north(image, sheet))
    coverage = next((layer for layer in layers if layer.key == "kommuner"), None)
    if sheet.atlas and coverage is not None:
        ET.SubElement(made, "Atlas", {
            "enabled": "1", "coverageLayer": coverage.id, "coverageLayerName": coverage.title,
            "coverageLayerSource": coverage.source, "coverageLayerProvider": "ogr", "hideCoverage": "0",
            "pageNameExpression": '"name"', "filenamePattern": "\"id\" || '_' || \"name\"", "sortFeatures": "1",
            "sortKey": '"name"', "sortAscending": "1", "filterFeatures": "0",
        })  # fmt: skip
    return made


def theme_keys(layers: Sequence[ProjectLayer]) -> set[str]:
    """Return the layers that are shown from the start."""
    return {layer.key for layer in layers if layer.visible}


def map_extent(image: StructureImage, sheet: Sheet) -> tuple[float, float, float, float]:
    """Return west, south, east, north (EPSG:3006) of a map that holds the region in the sheet's frame."""
    layer = image.layers.get("kommuner")
    west, south, east, north = (0.0, 6_000_000.0, 1e6, 7_700_000.0) if layer is None else layer.geo.total_bounds
    _, _, wide, high = sheet.map_box
    span = max((east - west) / wide, (north - south) / high) * (1 + 2 * _MARGIN_SHARE)
    x, y = (west + east) / 2, (south + north) / 2
    half_wide, half_high = span * wide / 2, span * high / 2
    return float(x - half_wide), float(y - half_high), float(x + half_wide), float(y + half_high)


def _item(kind: str, sheet: Sheet, name: str, box: tuple[float, float, float, float], storey: int) -> ET.Element:
    left, top, wide, high = (f"{value:.2f}" for value in box)
    key = sheet.identity(name)
    made = ET.Element("LayoutItem", {
        "type": str(_ITEM[kind]), "id": name, "uuid": key, "templateUuid": key, "zValue": str(storey),
        "position": f"{left},{top},mm", "positionOnPage": f"{left},{top},mm", "size": f"{wide},{high},mm",
        "referencePoint": "0", "itemRotation": "0", "background": "false", "frame": "false", "opacity": "1",
        "visibility": "1", "excludeFromExports": "0", "positionLock": "false", "blendMode": "0",
    })  # fmt: skip
    ET.SubElement(made, "BackgroundColor", {"red": "255", "green": "255", "blue": "255", "alpha": "255"})
    return made


def _page_symbol(page: ET.Element, colour: str) -> None:
    shape = ET.SubElement(page, "symbol", {"type": "fill", "name": "", "alpha": "1"})
    shape.append(symbol_layer("SimpleFill", {"color": rgba(colour), "style": "solid", "outline_style": "no"}))


def _map(image: StructureImage, sheet: Sheet, extent: tuple[float, float, float, float], theme: str) -> ET.Element:
    made = _item("map", sheet, "karta", sheet.map_box, 1)
    style = image.settings.style
    ground = style.sea if "land" in image.layers else style.neighbour
    made.attrib |= {"followPreset": "true", "followPresetName": theme, "keepLayerSet": "false", "background": "true",
                    "drawCanvasItems": "true", "mapRotation": "0", "labelMargin": "1,mm", "mapFlags": "0"}  # fmt: skip
    for old in made.findall("BackgroundColor"):
        made.remove(old)
    made.append(_colour("BackgroundColor", ground))
    west, south, east, north = (f"{value:.1f}" for value in extent)
    ET.SubElement(made, "Extent", {"xmin": west, "ymin": south, "xmax": east, "ymax": north})
    blocking = ET.SubElement(made, "labelBlockingItems")
    for name in ("skalstock", "norrpil"):
        ET.SubElement(blocking, "item", {"uuid": sheet.identity(name)})
    driven = "1" if sheet.atlas else "0"
    ET.SubElement(made, "AtlasMap", {"atlasDriven": driven, "scalingMode": "2", "margin": str(_ATLAS_MARGIN)})
    return made


def _colour(tag: str, colour: str) -> ET.Element:
    red, green, blue = (str(part) for part in bytes.fromhex(colour[1:]))
    return ET.Element(tag, {"red": red, "green": green, "blue": blue, "alpha": "255"})


def _texts(image: StructureImage, sheet: Sheet, lang: str) -> list[ET.Element]:
    region, style = image.settings.region, image.settings.style
    state = text(f"webmap.state.{region.status}", lang)
    key = "subtitle_draft" if region.status == "arbetsmaterial" else "subtitle"
    title = _unevaluated(text("webmap.title", lang, region=region.title.get(lang)))
    if sheet.atlas:
        title = text("package.layout.municipality", lang, title=title)
    metas = [layer.meta for layer in (image.inputs or image.layers).values()]
    sources = sorted({_unevaluated(f"{meta.provider or meta.source} {meta.year}") for meta in metas})
    made_from = text("package.layout.made_from", lang, crs=text("webmap.crs", lang),
                     fingerprint=image.provenance.fingerprint[:16])  # fmt: skip
    sources_line = text("package.layout.sources", lang, sources="; ".join(sources)) + " " + made_from
    nodes = style.layer("noder")
    accent = (nodes.classes[0].fill if nodes is not None else None) or style.ink
    rows = (
        ("titel", title, 13, True, style.ink, (0, 13)),
        ("status", text(f"webmap.{key}", lang, state=state, year=region.year), 9, False, style.muted, (14, 6)),
        ("schematisk", text("webmap.schematic", lang), 8, True, accent, (_PAGE_MM - 42, 6)),
        ("kallor", sources_line, 5, False, style.muted, (_PAGE_MM - 36, 20)),
    )
    return [_label(sheet, image, row) for row in rows]


def _unevaluated(words: str) -> str:
    """Return a text in which QGIS finds no expression to evaluate (``[% … %]``)."""
    return words.replace("[%", "[\u200b%")


def _label(
    sheet: Sheet, image: StructureImage, row: tuple[str, str, int, bool, str, tuple[float, float]]
) -> ET.Element:
    name, words, size, bold, colour, (top, high) = row
    box = (sheet.panel_left, sheet.margin + top * sheet.scale, sheet.panel, high * sheet.scale)
    made = _item("label", sheet, name, box, 4)
    made.attrib |= {"labelText": words, "halign": "1", "valign": "32", "marginX": "0", "marginY": "0", "htmlState": "0"}
    family = font_family(image.settings.style)
    points, weight = f"{size * sheet.scale:g}", "75" if bold else "50"
    style_name = "Bold" if bold else "Book"
    ET.SubElement(made, "LabelFont", {"description": f"{family},{points},-1,5,{weight},0,0,0,0,0", "style": style_name})
    made.append(_colour("FontColor", colour))
    return made


def _scale_bar(image: StructureImage, sheet: Sheet, extent: tuple[float, float, float, float]) -> ET.Element:
    left, top, wide, high = sheet.map_box
    ink = image.settings.style.ink
    share = 0.3 if sheet.atlas else 1.0
    segment = round_km((extent[2] - extent[0]) / 1000 * share * _BAR_SHARE / _SEGMENTS)
    made = _item("scale_bar", sheet, "skalstock", (left + 6, top + high - 14 * sheet.scale, wide / 3, 12), 5)
    made.attrib |= {
        "mapUuid": sheet.identity("karta"), "style": "Single Box", "unitType": "km", "unitLabel": "km",
        "numMapUnitsPerScaleBarUnit": "1", "numUnitsPerSegment": f"{segment:g}", "numSegments": str(_SEGMENTS),
        "numSegmentsLeft": "0", "segmentSizeMode": "1" if sheet.atlas else "0", "minBarWidth": "30",
        "maxBarWidth": "60", "height": f"{1.4 * sheet.scale:g}", "labelBarSpace": "1", "boxContentSpace": "1",
        "alignment": "0", "outlineWidth": "0.2", "labelVerticalPlacement": "0", "labelHorizontalPlacement": "0",
        "segmentMillimeters": "20",
    }  # fmt: skip
    words = ET.SubElement(made, "text-style", {
        "fontFamily": font_family(image.settings.style), "fontSize": f"{7 * sheet.scale:g}", "fontSizeUnit": "Point",
        "textColor": rgba(ink), "textOpacity": "1", "fontWeight": "50", "namedStyle": "Book",
    })  # fmt: skip
    halo = {"bufferDraw": "1", "bufferColor": rgba(image.settings.style.neighbour), "bufferSize": "0.6",
            "bufferSizeUnits": "MM", "bufferOpacity": "0.8", "bufferNoFill": "1"}  # fmt: skip
    ET.SubElement(words, "text-buffer", halo)
    for tag, colour in (("fillColor", ink), ("fillColor2", "#FFFFFF"), ("strokeColor", ink)):
        made.append(_colour(tag, colour))
    line = ET.SubElement(ET.SubElement(made, "lineSymbol"), "symbol", {"type": "line", "name": "", "alpha": "1"})
    line.append(stroke_layer(ink, 0.8))
    for tag, colour in (("fillSymbol1", ink), ("fillSymbol2", "#FFFFFF")):
        shape = ET.SubElement(ET.SubElement(made, tag), "symbol", {"type": "fill", "name": "", "alpha": "1"})
        shape.append(symbol_layer("SimpleFill", {"color": rgba(colour), "style": "solid", "outline_style": "no"}))
    return made


def round_km(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, … that is not more than ``value`` (at least 0.1).

    Examples
    --------
    >>> round_km(73), round_km(4.9), round_km(0.01)
    (50.0, 2.0, 0.1)
    """
    power = 10.0 ** np.floor(np.log10(max(value, 0.1)))
    return float(max(step * power for step in (1, 2, 5) if step * power <= max(value, 0.1)))


def _north(image: StructureImage, sheet: Sheet) -> ET.Element:
    left, top, wide, high = sheet.map_box
    drawn = _NORTH.format(ink=image.settings.style.ink).encode()
    box = (left + wide - 14 * sheet.scale, top + high - 18 * sheet.scale, 8 * sheet.scale, 13 * sheet.scale)
    made = _item("picture", sheet, "norrpil", box, 6)
    made.attrib |= {"file": "base64:" + base64.b64encode(drawn).decode("ascii"), "mode": "0", "resizeMode": "0",
                    "northMode": "0", "northOffset": "0", "mapUuid": sheet.identity("karta"), "anchorPoint": "4",
                    "pictureRotation": "0", "svgFillColor": rgba(image.settings.style.ink)}  # fmt: skip
    return made
