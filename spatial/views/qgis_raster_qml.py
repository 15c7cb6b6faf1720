"""QGIS style documents of rasters: classes with a colour, and colours up to a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from spatial.views.qgis_qml import QGIS_VERSION, document

_BEYOND: Final = 1e8


@dataclass(frozen=True)
class Shade:
    """A colour and its line in the legend: for values up to and with ``upper``, or for that class alone."""

    upper: float
    colour: str | None
    label: str


def shades_qml(shades: Sequence[Shade]) -> str:
    """Return the style of a raster whose values take the colour of the first limit they do not pass."""
    root = _root()
    fill_shades(root, shades)
    return document(root)


def palette_qml(shades: Sequence[Shade]) -> str:
    """Return the style of a raster of classes."""
    root = _root()
    fill_palette(root, shades)
    return document(root)


def fill_shades(element: ET.Element, shades: Sequence[Shade]) -> None:
    """Add to ``element`` the renderer of a raster whose values take the colour of the first limit not passed."""
    drawn = _renderer(element, "singlebandpseudocolor")
    drawn.set("classificationMin", f"{shades[0].upper:g}")
    drawn.set("classificationMax", f"{shades[-2].upper:g}")
    values = {"colorRampType": "DISCRETE", "classificationMode": "1", "clip": "0", "labelPrecision": "4"}
    shader = ET.SubElement(ET.SubElement(drawn, "rastershader"), "colorrampshader", values)
    for shade in shades:
        value = "inf" if shade.upper > _BEYOND else repr(shade.upper)
        ET.SubElement(shader, "item", {"value": value, **_colour(shade)})


def fill_palette(element: ET.Element, shades: Sequence[Shade]) -> None:
    """Add to ``element`` the renderer of a raster of classes."""
    drawn = _renderer(element, "paletted")
    entries = ET.SubElement(drawn, "colorPalette")
    for shade in shades:
        ET.SubElement(entries, "paletteEntry", {"value": f"{shade.upper:g}", **_colour(shade)})


def _root() -> ET.Element:
    return ET.Element("qgis", {"version": QGIS_VERSION, "styleCategories": "AllStyleCategories",
                               "hasScaleBasedVisibilityFlag": "0", "minScale": "1e+08", "maxScale": "0"})  # fmt: skip


def _renderer(element: ET.Element, kind: str) -> ET.Element:
    pipe = ET.SubElement(element, "pipe")
    drawn = ET.SubElement(pipe, "rasterrenderer", {"type": kind, "band": "1", "opacity": "1", "alphaBand": "-1",
                                                   "nodataColor": ""})  # fmt: skip
    ET.SubElement(drawn, "rasterTransparency")
    ET.SubElement(pipe, "brightnesscontrast", {"brightness": "0", "contrast": "0", "gamma": "1"})
    ET.SubElement(pipe, "rasterresampler", {"maxOversampling": "2"})
    return drawn


def _colour(shade: Shade) -> dict[str, str]:
    return {
        "color": (shade.colour or "#FFFFFF").lower(),
        "alpha": "255" if shade.colour else "0",
        "label": shade.label,
    }
