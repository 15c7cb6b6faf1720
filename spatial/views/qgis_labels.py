"""Labels in QGIS: ranked by level, with a halo in the ground's colour, road numbers on badges."""

from typing import Final
from xml.etree import ElementTree as ET

from spatial.settings import Style, StyleClass
from spatial.views.package import Packaged
from spatial.views.qgis_symbols import mm, rgba, symbol_layer
from spatial.views.style import RAIL

PT_A_PX: Final = 0.75
_ORDER: Final = "R,L,TR,BR,TL,BL,TSR,BSR"
_SEEN_FROM: Final = ((12.5, 0), (10.0, 3_000_000), (9.5, 1_200_000), (0.0, 500_000))
"""From which scale labels of at least so many px are shown; 0 is always. The small ones would cover the county."""
_BADGE_PX: Final = 10.5
_SEA_PT: Final = 12.0
_SEA_INK: Final = "#5C93AE"
_AREA_FROM: Final = 900_000


def font_family(style: Style) -> str:
    """Return the first family of the style's list.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> font_family(SimpleNamespace(font="'DejaVu Sans', Arial"))
    'DejaVu Sans'
    """
    return style.font.split(",", maxsplit=1)[0].strip(" '\"")


def labeling(item: Packaged, style: Style, class_expression: str) -> ET.Element | None:
    """Return the labels of a layer, or None where it has none.

    Parameters
    ----------
    item : Packaged
    style : Style
    class_expression : str
        What gives a row's class in QGIS.

    Returns
    -------
    Element or None
    """
    rules: list[ET.Element] = []
    if item.id == "havsnamn":
        rules.append(_rule("", _settings("name", style, size=_SEA_PT, colour=_SEA_INK, italic=True, halo=None)))
    elif item.id == "noder":
        rules += [_node_rule(cls, rank, style, class_expression) for rank, cls in enumerate(item.style.classes)
                  if cls.label_size]  # fmt: skip
    elif item.id == "strak" and "number" in item.frame:
        rules.append(_rule(_numbered(item), _badge(item, style)))
    elif item.id == "kommuner":
        settings = _settings("name", style, size=7.5, colour=style.muted, halo=style.paper, place=_inside())
        rules.append(_rule("", settings, _AREA_FROM))
    if not rules:
        return None
    made = ET.Element("labeling", {"type": "rule-based"})
    group = ET.SubElement(made, "rules", {"key": f"{{regler-{item.id}}}"})
    for number, rule in enumerate(rules):
        rule.set("key", f"{{regel-{item.id}-{number}}}")
        group.append(rule)
    return made


def _rule(condition: str, settings: ET.Element, seen_from: int = 0) -> ET.Element:
    rule = ET.Element("rule")
    if condition:
        rule.set("filter", condition)
    if seen_from:
        rule.set("scalemaxdenom", str(seen_from))
    rule.append(settings)
    return rule


def _numbered(item: Packaged) -> str:
    """Return which corridors have a badge: roads by their number; a railway's name is no number."""
    roads = f" AND coalesce(\"mode\", '') <> '{RAIL}'" if "mode" in item.frame else ""
    return f"\"number\" <> ''{roads}"


def _node_rule(cls: StyleClass, rank: int, style: Style, class_expression: str) -> ET.Element:
    size = cls.label_size * PT_A_PX
    seen_from = next(scale for least, scale in _SEEN_FROM if cls.label_size >= least)
    gap = cls.size / 2 * 0.35 + (3.6 if cls.ring else 1.0)
    place = {
        "placement": "6",
        "predefinedPositionOrder": _ORDER,
        "dist": mm(gap),
        "distUnits": "MM",
        "offsetType": "1",
        "priority": str(max(0, 10 - 2 * rank)),
    }
    colour = style.muted if cls.value in {"outside", "other"} else style.ink
    settings = _settings("name", style, size=size, colour=colour, bold=cls.label_bold, halo=style.paper, place=place)
    return _rule(f"({class_expression}) = '{cls.value}'", settings, seen_from)


def _badge(item: Packaged, style: Style) -> ET.Element:
    core = item.style.classes[0]
    place = {"placement": "4", "priority": "4", "repeatDistance": "0", "dist": "0", "lineAnchorPercent": "0.5"}
    settings = _settings("number", style, size=_BADGE_PX * PT_A_PX, colour="#FFFFFF", bold=True, halo=None, place=place)
    text_style = settings.find("text-style")
    if text_style is not None:
        text_style.append(_plate(core.stroke or style.ink, style.paper))
    rendering = settings.find("rendering")
    if rendering is not None:
        rendering.set("mergeLines", "1")
    return settings


def _plate(colour: str, edge: str) -> ET.Element:
    values = {"shapeDraw": "1", "shapeType": "0", "shapeSizeType": "0", "shapeSizeX": "0.8", "shapeSizeY": "0.3",
              "shapeSizeUnit": "MM", "shapeFillColor": rgba(colour), "shapeBorderColor": rgba(edge),
              "shapeBorderWidth": "0.2", "shapeBorderWidthUnit": "MM", "shapeRadiiX": "0.5", "shapeRadiiY": "0.5",
              "shapeRadiiUnit": "MM", "shapeOpacity": "1", "shapeJoinStyle": "64"}  # fmt: skip
    plate = ET.Element("background", values)
    shape = ET.SubElement(plate, "symbol", {"type": "fill", "name": "fillSymbol", "alpha": "1"})
    fill = {"color": rgba(colour), "style": "solid", "outline_color": rgba(edge), "outline_style": "solid",
            "outline_width": "0.2", "outline_width_unit": "MM"}  # fmt: skip
    shape.append(symbol_layer("SimpleFill", fill))
    return plate


def _inside() -> dict[str, str]:
    return {"placement": "1", "priority": "1", "fitInPolygonOnly": "0", "centroidWhole": "1", "quadOffset": "4"}


def _settings(
    field: str,
    style: Style,
    *,
    size: float,
    colour: str,
    bold: bool = False,
    italic: bool = False,
    halo: str | None,
    place: dict[str, str] | None = None,
) -> ET.Element:
    settings = ET.Element("settings", {"calloutType": "simple"})
    written = {
        "fieldName": field,
        "isExpression": "0",
        "fontFamily": font_family(style),
        "fontSize": f"{size:g}",
        "fontSizeUnit": "Point",
        "fontWeight": "75" if bold else "50",
        "fontItalic": "1" if italic else "0",
        "textColor": rgba(colour),
        "textOpacity": "1",
        "namedStyle": "Bold" if bold else ("Oblique" if italic else "Book"),
        "allowHtml": "0",
    }
    text_style = ET.SubElement(settings, "text-style", written)
    buffer = {"bufferDraw": "1" if halo else "0", "bufferColor": rgba(halo or "#FFFFFF"), "bufferSize": "0.7",
              "bufferSizeUnits": "MM", "bufferOpacity": "0.9", "bufferJoinStyle": "128",
              "bufferNoFill": "1"}  # fmt: skip
    ET.SubElement(text_style, "text-buffer", buffer)
    ET.SubElement(settings, "text-format", {"wrapChar": "", "multilineAlign": "3"})
    ET.SubElement(settings, "placement", {"placement": "0", "dist": "0", "priority": "5", **(place or {})})
    rendering = {"drawLabels": "1", "obstacle": "1", "obstacleFactor": "1", "displayAll": "0", "zIndex": "0",
                 "scaleVisibility": "0", "fontLimitPixelSize": "0", "upsidedownLabels": "0"}  # fmt: skip
    ET.SubElement(settings, "rendering", rendering)
    return settings
