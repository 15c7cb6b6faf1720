"""Where a layer comes from, as QGIS keeps it with the layer: title, abstract, licence, year, lineage, status."""

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

from spatial.model import LayerMeta, StructureImage
from spatial.texts import text
from spatial.views.wording import EXAMPLE, is_example, status_text

STANDARD_URI: Final = "http://mrcc.com/qgis.dtd"


def status_word(meta: LayerMeta, lang: str) -> str:
    """Return *mätt* or *modellerat*; *exempel, inte kommunens plan* for what rests on example plans."""
    if is_example(meta):
        return status_text(EXAMPLE, lang)
    return text("package.status_measured" if meta.status == "mätt" else "package.status_modelled", lang)


def layer_metadata(
    tag: str, name: str, meta: LayerMeta, fingerprint: str = "", lang: str = "sv", bounds: tuple[float, ...] = ()
) -> ET.Element:
    """Return the description of a layer as an element named ``tag``.

    Parameters
    ----------
    tag : str
        ``qgis`` in a file of its own, ``resourceMetadata`` in a project.
    name : str
        The layer's id.
    meta : LayerMeta
    fingerprint : str
        Of the layer's content.
    lang : {"sv", "en", "no"}
    bounds : tuple of float
        West, south, east, north in EPSG:3006; empty for a table.

    Returns
    -------
    Element
    """
    status = status_word(meta, lang)
    title = meta.title.get(lang)
    values = {"title": title, "status": status, "source": meta.source, "year": meta.year, "licence": meta.licence}
    made = _element(tag, name, title, text("package.abstract", lang, **values), lang)
    words = ET.SubElement(made, "keywords", {"vocabulary": "strukturbild"})
    for word in (status, meta.role, str(meta.year)):
        ET.SubElement(words, "keyword").text = word
    _contact(made, meta.provider)
    ET.SubElement(made, "links")
    for line in _history(meta, status, fingerprint, lang):
        ET.SubElement(made, "history").text = line
    _rights(made, meta, lang)
    if bounds:
        _extent(made, bounds, meta.year)
    return made


def _history(meta: LayerMeta, status: str, fingerprint: str, lang: str) -> list[str]:
    lines = [
        text("package.history_status", lang, status=status),
        text("package.history_source", lang, source=meta.source),
        text("package.history_year", lang, year=meta.year),
    ]
    if meta.lineage:
        lines.append(text("package.history_lineage", lang, lineage=meta.lineage))
    if fingerprint:
        lines.append(text("package.history_fingerprint", lang, fingerprint=fingerprint))
    return lines


def whole_metadata(tag: str, image: StructureImage, title: str, schematic: str, lang: str = "sv") -> ET.Element:
    """Return the description of the whole image: its steps are its lineage."""
    provenance = image.provenance
    abstract = text("package.abstract_whole", lang, title=title, schematic=schematic,
                    fingerprint=provenance.fingerprint)  # fmt: skip
    made = _element(tag, image.settings.region.id, title, abstract, lang)
    _contact(made, text("package.made_by", lang))
    ET.SubElement(made, "links")
    for step in provenance.steps:
        inputs = ", ".join(_inputs(step.inputs))
        line = text("package.history_step", lang, step=step.step, inputs=inputs, fingerprint=step.fingerprint)
        ET.SubElement(made, "history").text = line
    return made


def _inputs(inputs: Mapping[str, str]) -> list[str]:
    return [f"{name} {seal}" for name, seal in inputs.items()]


def _element(tag: str, name: str, title: str, abstract: str, lang: str) -> ET.Element:
    made = ET.Element(tag)
    for key, value in (("identifier", name), ("parentidentifier", ""), ("language", lang), ("type", "dataset"),
                       ("title", title), ("abstract", abstract)):  # fmt: skip
        ET.SubElement(made, key).text = value
    return made


def _contact(made: ET.Element, provider: str) -> None:
    contact = ET.SubElement(made, "contact")
    for key, value in (("name", provider), ("organization", provider), ("position", ""), ("voice", ""), ("fax", ""),
                       ("email", ""), ("role", "pointOfContact")):  # fmt: skip
        ET.SubElement(contact, key).text = value


def _rights(made: ET.Element, meta: LayerMeta, lang: str) -> None:
    ET.SubElement(made, "fees").text = ""
    if meta.licence_note:
        ET.SubElement(made, "constraints", {"type": "use"}).text = meta.licence_note
    ET.SubElement(made, "rights").text = text("package.right", lang, provider=meta.provider, year=meta.year)
    ET.SubElement(made, "license").text = meta.licence
    ET.SubElement(made, "encoding").text = "UTF-8"


def _extent(made: ET.Element, bounds: tuple[float, ...], year: int) -> None:
    extent = ET.SubElement(made, "extent")
    west, south, east, north = (f"{value:.1f}" for value in bounds)
    ET.SubElement(extent, "spatial", {"minx": west, "miny": south, "maxx": east, "maxy": north, "minz": "0",
                                      "maxz": "0", "dimensions": "2", "crs": "EPSG:3006"})  # fmt: skip
    period = ET.SubElement(ET.SubElement(extent, "temporal"), "period")
    ET.SubElement(period, "start").text = f"{year}-01-01T00:00:00Z"
    ET.SubElement(period, "end").text = f"{year}-12-31T00:00:00Z"
