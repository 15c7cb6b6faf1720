"""QGIS style documents (QML): the catalogue's classes as renderers, labels, aliases and choices of values."""

import io
import re
from typing import Final
from xml.etree import ElementTree as ET

import pandas as pd

from spatial.analysis.changes import COMES_BACK, NO_LEVEL, OVERRIDE
from spatial.analysis.ranges import range_names
from spatial.analysis.rules import CELLS_LAYER
from spatial.settings import Settings, StyleClass
from spatial.texts import text
from spatial.views.columns import alias
from spatial.views.package import Packaged
from spatial.views.qgis_labels import labeling
from spatial.views.qgis_symbols import symbol
from spatial.views.style import RAIL

QGIS_VERSION: Final = "3.22.0"
_DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_SEEN_FROM: Final = {"vagnat": 1_500_000, "rutnat": 500_000, "service": 3_000_000}
"""Layers that are drawn only from this scale on: nearer, they help; farther off they cover the structure."""
_HIDDEN_FIELDS: Final = frozenset({"fid"})
_NOT_SERVED: Final = "HideFromWms|HideFromWfs"
"""How a project says of a column that no service tells it."""
_PEOPLE: Final = "population_inv"
_TOLD_FIELD: Final = {
    "type": "10",
    "typeName": "string",
    "length": "0",
    "precision": "0",
    "subType": "0",
    "comment": "",
}
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def class_expression(item: Packaged) -> str:
    """Return the QGIS expression that gives a row's class, as ``class_values`` does in the other views."""
    style = item.style
    known = [cls.value for cls in style.classes]
    fallback = "other" if "other" in known else known[0]
    expression = f"'{fallback}'"
    if style.by is not None and style.by in item.frame:
        if pd.api.types.is_numeric_dtype(item.frame[style.by].dtype):
            expression = _by_number(style.by, known)
        else:
            listed = ",".join(f"'{value}'" for value in known)
            expression = f'CASE WHEN "{style.by}" IN ({listed}) THEN "{style.by}" ELSE \'{fallback}\' END'
    for value, column, mark in (("outside", "outside", ""), ("rail", "mode", f" = '{RAIL}'")):
        if value in known and column in item.frame:
            expression = f"CASE WHEN \"{column}\"{mark} THEN '{value}' ELSE {expression} END"
    return expression


def _by_number(column: str, known: list[str]) -> str:
    bounds = sorted(known, key=float, reverse=True)
    cases = " ".join(f"WHEN \"{column}\" >= {value} THEN '{value}'" for value in bounds)
    return f"CASE {cases} ELSE '{bounds[-1]}' END"


def renderer(item: Packaged, lang: str, part: str = "whole", paper: str = "#FFFFFF") -> ET.Element:
    """Return the renderer of a layer: one symbol, or a symbol a class."""
    classes = item.style.classes
    single = len(classes) == 1
    banded = any(cls.band_width for cls in classes)
    made = ET.Element("renderer-v2", {"type": "singleSymbol" if single else "categorizedSymbol",
                                      "symbollevels": "1" if banded else "0", "forceraster": "0",
                                      "enableorderby": "0", "referencescale": "-1"})  # fmt: skip
    if not single:
        made.set("attr", class_expression(item))
        categories = ET.SubElement(made, "categories")
        for number, cls in enumerate(classes):
            shown = "false" if cls.value in item.hidden else "true"
            values = {"value": cls.value, "label": label_of(item, cls, lang), "symbol": str(number), "render": shown}
            ET.SubElement(categories, "category", values)
    symbols = ET.SubElement(made, "symbols")
    symbols.extend(symbol(cls, item.geometry, str(number), part, paper) for number, cls in enumerate(classes))
    return made


def label_of(item: Packaged, cls: StyleClass, lang: str) -> str:
    """Return a class's line in the legend: its title and criterion."""
    return item.labels.get(cls.value) or cls.title.get(lang)


def fill_layer(element: ET.Element, item: Packaged, settings: Settings, lang: str, part: str = "whole") -> None:
    """Add to ``element`` (of a QML document or a project) what QGIS is told of a layer's looks and columns."""
    seen_from = _SEEN_FROM.get(item.id, 0)
    element.set("hasScaleBasedVisibilityFlag", "1" if seen_from else "0")
    element.set("minScale", str(seen_from or 100_000_000))
    element.set("maxScale", "0")
    labels = None if part == "band" else labeling(item, settings.style, class_expression(item))
    element.set("labelsEnabled", "0" if labels is None else "1")
    element.set("simplifyDrawingHints", "1")
    element.append(renderer(item, lang, part, settings.style.paper))
    if labels is not None:
        element.append(labels)
    opacity = item.style.classes[0].fill_opacity if part == "band" else 1.0
    ET.SubElement(element, "blendMode").text = "0"
    ET.SubElement(element, "layerOpacity").text = f"{opacity:g}"
    names = field_names(item.frame)
    few = frozenset(name for name in names if item.id == CELLS_LAYER and name.endswith("_inv"))
    fill_fields(element, names, settings, lang, _choices(item, settings, lang), hidden=_HIDDEN_FIELDS | few)
    if _PEOPLE in few:
        told = ET.SubElement(ET.SubElement(element, "expressionfields"), "field", _TOLD_FIELD)
        told.set("name", text("export.people_told", lang))
        told.set("expression", told_expression(names, settings, lang))
    if item.meta.role in COMES_BACK:
        editable = ET.SubElement(element, "editable")
        for name in names:
            ours = "1" if name in COMES_BACK[item.meta.role] else "0"
            ET.SubElement(editable, "field", {"name": name, "editable": ours})
    shown = "name" if "name" in names else "id"
    ET.SubElement(element, "previewExpression").text = f'"{shown}"'


def field_names(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a written layer, ``fid`` and ``id`` first."""
    own = [str(name) for name in frame.columns if name not in {"geometry", "id", "fid"}]
    return ["fid", "id", *own]


def fill_fields(
    element: ET.Element,
    names: list[str],
    settings: Settings,
    lang: str,
    choices: dict[str, dict[str, str]],
    *,
    hidden: frozenset[str] = _HIDDEN_FIELDS,
) -> None:
    """Add the columns' aliases, and the values to choose from where a column holds classes."""
    fields = ET.SubElement(element, "fieldConfiguration")
    for name in names:
        flags = _NOT_SERVED if name in hidden - _HIDDEN_FIELDS else "None"
        field = ET.SubElement(fields, "field", {"name": name, "configurationFlags": flags})
        kind = "Hidden" if name in hidden else ("ValueMap" if name in choices else "")
        config = ET.SubElement(ET.SubElement(field, "editWidget", {"type": kind}), "config")
        if name in choices:
            _value_map(config, choices[name])
        else:
            ET.SubElement(config, "Option")
    aliases = ET.SubElement(element, "aliases")
    for index, name in enumerate(names):
        shown = "" if name in _HIDDEN_FIELDS else alias(name, settings, lang)
        ET.SubElement(aliases, "alias", {"field": name, "index": str(index), "name": shown})


def told_expression(names: list[str], settings: Settings, lang: str) -> str:
    """Return the expression that tells the people of a cell as they may be told: fewer than a few as a word.

    What a click on a cell shows instead of the numbers, which are hidden; with the range where the models are redrawn.
    """
    least = f"{settings.access.least_shown_inv.value:g}"

    def number_of(name: str) -> str:
        return f'format_number("{name}", 0)'

    few = _quoted(text("app.fewer", lang, number=least))
    told = f'CASE WHEN "{_PEOPLE}" > 0 AND "{_PEOPLE}" < {least} THEN {few} ELSE {number_of(_PEOPLE)} END'
    low, high = range_names(_PEOPLE)
    if not {low, high} <= set(names):
        return told
    most = " || ".join(_quoted(part) for part in text("app.at_most", lang, high="\0").split("\0"))
    at_most = most.replace(" || ", f" || {number_of(high)} || ")
    ends = f'CASE WHEN "{low}" > 0 AND "{low}" < {least} THEN {at_most} ELSE '
    ends += f"{number_of(low)} || '–' || {number_of(high)} END"
    return f"{told} || CASE WHEN \"{high}\" >= {least} THEN ' (' || {ends} || ')' ELSE '' END"


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _value_map(config: ET.Element, values: dict[str, str]) -> None:
    whole = ET.SubElement(config, "Option", {"type": "Map"})
    listed = ET.SubElement(whole, "Option", {"type": "List", "name": "map"})
    for value, shown in values.items():
        entry = ET.SubElement(listed, "Option", {"type": "Map"})
        ET.SubElement(entry, "Option", {"type": "QString", "name": shown, "value": value})


def _choices(item: Packaged, settings: Settings, lang: str) -> dict[str, dict[str, str]]:
    chosen = _classes(item, lang)
    if OVERRIDE in item.frame:
        levels = {level.id: level.title.get(lang) for level in settings.hierarchy.levels}
        chosen[OVERRIDE] = {**levels, NO_LEVEL: text("export.no_level", lang)}
    return chosen


def _classes(item: Packaged, lang: str) -> dict[str, dict[str, str]]:
    style = item.style
    if style.by is None or style.by not in item.frame or pd.api.types.is_numeric_dtype(item.frame[style.by].dtype):
        return {}
    special = {"outside", "rail", "other", "all"}
    return {style.by: {cls.value: cls.title.get(lang) for cls in style.classes if cls.value not in special}}


def layer_qml(item: Packaged, settings: Settings, lang: str = "sv") -> str:
    """Return a layer's style document.

    Parameters
    ----------
    item : Packaged
    settings : Settings
    lang : {"sv", "en", "no"}

    Returns
    -------
    str
        QML, as QGIS keeps it beside a file or in a GeoPackage's ``layer_styles``.
    """
    root = ET.Element("qgis", {"version": QGIS_VERSION, "styleCategories": "AllStyleCategories"})
    fill_layer(root, item, settings, lang)
    return document(root)


def table_qml(frame: pd.DataFrame, settings: Settings, lang: str = "sv") -> str:
    """Return the style document of a table: its aliases."""
    root = ET.Element("qgis", {"version": QGIS_VERSION, "styleCategories": "AllStyleCategories"})
    fill_fields(root, ["fid", *[str(name) for name in frame.columns if name != "fid"]], settings, lang, {})
    return document(root)


def document(root: ET.Element) -> str:
    """Return an element as a document of QGIS's own type, without the control characters that no XML can hold."""
    ET.indent(root, " ")
    for node in root.iter():
        node.text = None if node.text is None else _UNWRITABLE.sub("", node.text)
        for name, value in node.attrib.items():
            node.set(name, _UNWRITABLE.sub("", value))
    out = io.StringIO()
    ET.ElementTree(root).write(out, encoding="unicode")
    return _DOCTYPE + out.getvalue() + "\n"
