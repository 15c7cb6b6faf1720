"""Style classes as QGIS draws them: the same colours, sizes from px to mm, so that screen and paper agree."""

from typing import Final
from xml.etree import ElementTree as ET

from spatial.settings import StyleClass

MM_A_PX: Final = 25.4 / 96
_RING_PX: Final = 3.6
_RING_LINE_PX: Final = 1.8
_TICK_PX: Final = 5.5
_TICK_LINE_PX: Final = 1.3
_HATCH_PX: Final = 6.0
_KIND: Final = {"point": "marker", "line": "line", "polygon": "fill"}
_SHAPE: Final = {
    "circle": "circle",
    "square": "square",
    "diamond": "diamond",
    "triangle": "triangle",
    "cross": "cross_fill",
}


def mm(px: float) -> str:
    """Return a size in px at 96 dpi as millimetres.

    Examples
    --------
    >>> mm(96)
    '25.4'
    """
    return f"{px * MM_A_PX:.4g}"


def rgba(colour: str | None, opacity: float = 1.0) -> str:
    """Return ``#RRGGBB`` as QGIS writes it; see-through where there is none.

    Examples
    --------
    >>> rgba("#6D1A3D", 0.5), rgba(None)
    ('109,26,61,128', '0,0,0,0')
    """
    if colour is None:
        return "0,0,0,0"
    red, green, blue = bytes.fromhex(colour[1:])
    return f"{red},{green},{blue},{int(opacity * 255 + 0.5)}"


def symbol(item: StyleClass, geometry: str, name: str, part: str = "whole", paper: str = "#FFFFFF") -> ET.Element:
    """Return a class's symbol.

    Parameters
    ----------
    item : StyleClass
    geometry : {"point", "line", "polygon"}
    name : str
        The symbol's number in its renderer.
    part : {"whole", "band", "core"}
        Of a corridor: its band and line, or one of them alone.
    paper : str
        What a ring is filled with.

    Returns
    -------
    Element
    """
    made = ET.Element("symbol", {"type": _KIND[geometry], "name": name, "alpha": "1", "clip_to_extent": "1",
                                 "force_rhr": "0"})  # fmt: skip
    layers = {"point": _point, "line": _line, "polygon": _polygon}
    if geometry == "point":
        made.extend(_point(item, paper))
    elif geometry == "line":
        made.extend(_line(item, part))
    else:
        made.extend(layers["polygon"](item))  # type: ignore[operator]
    return made


def options(values: dict[str, str], tag: str = "Option") -> ET.Element:
    """Return named texts as QGIS keeps them."""
    group = ET.Element(tag, {"type": "Map"})
    for name, value in values.items():
        ET.SubElement(group, "Option", {"type": "QString", "name": name, "value": value})
    return group


def symbol_layer(kind: str, values: dict[str, str], storey: int = 0) -> ET.Element:
    """Return one layer of a symbol."""
    made = ET.Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(storey)})
    made.append(options(values))
    return made


def _point(item: StyleClass, paper: str) -> list[ET.Element]:
    layers = []
    if item.ring:
        layers.append(_marker("circle", item.size + 2 * _RING_PX, rgba(paper, 0.9), item.stroke, _RING_LINE_PX, 1.0))
    fill = rgba(item.fill, item.fill_opacity)
    layers.append(_marker(_SHAPE[item.symbol], item.size, fill, item.stroke, item.stroke_width, item.stroke_opacity))
    return layers


def _marker(shape: str, size: float, fill: str, stroke: str | None, width: float, opacity: float) -> ET.Element:
    return symbol_layer(
        "SimpleMarker",
        {
            "name": shape,
            "color": fill,
            "outline_color": rgba(stroke, opacity),
            "outline_style": "solid" if stroke and width else "no",
            "outline_width": mm(width),
            "outline_width_unit": "MM",
            "size": mm(size),
            "size_unit": "MM",
            "scale_method": "diameter",
            "joinstyle": "miter" if shape != "circle" else "bevel",
        },
    )


def _line(item: StyleClass, part: str) -> list[ET.Element]:
    layers = []
    if item.band_width and part != "core":
        opacity = 1.0 if part == "band" else item.fill_opacity
        layers.append(stroke_layer(item.fill, item.band_width, opacity, cap="round"))
    if part == "band":
        return layers
    cap = "flat" if item.dash else "round"
    layers.append(stroke_layer(item.stroke, item.stroke_width, item.stroke_opacity, item.dash, cap=cap, storey=1))
    if item.ticks:
        layers.append(_ticks(item))
    return layers


def stroke_layer(
    colour: str | None,
    width: float,
    opacity: float = 1.0,
    dash: list[float] | None = None,
    *,
    cap: str = "flat",
    storey: int = 0,
) -> ET.Element:
    """Return a line, or the edge of an area."""
    values = {
        "line_color": rgba(colour, opacity),
        "line_width": mm(width),
        "line_width_unit": "MM",
        "line_style": "solid",
        "capstyle": cap,
        "joinstyle": "round",
        "use_custom_dash": "1" if dash else "0",
        "customdash": ";".join(mm(length) for length in dash or [5, 2]),
        "customdash_unit": "MM",
    }
    return symbol_layer("SimpleLine", values, storey)


def _ticks(item: StyleClass) -> ET.Element:
    made = symbol_layer(
        "HashLine",
        {
            "hash_angle": "0",
            "hash_length": mm(_TICK_PX),
            "hash_length_unit": "MM",
            "interval": mm(item.ticks),
            "interval_unit": "MM",
            "placement": "interval",
            "rotate": "1",
        },
        storey=1,
    )
    tick = ET.SubElement(made, "symbol", {"type": "line", "name": "@0@1", "alpha": "1"})
    tick.append(stroke_layer(item.stroke, _TICK_LINE_PX, item.stroke_opacity))
    return made


def _polygon(item: StyleClass) -> list[ET.Element]:
    fill = symbol_layer(
        "SimpleFill",
        {
            "color": rgba(item.fill, item.fill_opacity),
            "style": "solid" if item.fill else "no",
            "outline_style": "no",
            "outline_color": rgba(item.stroke, item.stroke_opacity),
        },
    )
    layers = [fill]
    angles = {"none": (), "diagonal": (45,), "cross": (45, 135)}[item.hatch]
    layers += [_hatch(item, angle) for angle in angles]
    if item.stroke and item.stroke_width:
        layers.append(stroke_layer(item.stroke, item.stroke_width, item.stroke_opacity, item.dash))
    return layers


def _hatch(item: StyleClass, angle: int) -> ET.Element:
    made = symbol_layer(
        "LinePatternFill",
        {"angle": str(angle), "distance": mm(_HATCH_PX), "distance_unit": "MM", "color": rgba(item.stroke),
         "line_width": mm(1), "line_width_unit": "MM"},
    )  # fmt: skip
    lines = ET.SubElement(made, "symbol", {"type": "line", "name": "@1@0", "alpha": "1"})
    lines.append(stroke_layer(item.stroke, 1.0, item.stroke_opacity))
    return made
