"""Open a written package in real QGIS and say, as JSON, what QGIS made of it. Runs under Debian's own python3.

open_project.py PROJECT OUT: PROJECT is a .qgz, or a .gpkg whose kept project is opened; pictures and PDFs go to OUT.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsCoordinateTransform,
    QgsLayoutExporter,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

BACKGROUND = QColor("#FF00FE")
SIZE = QSize(500, 500)


def colours_of(symbol):
    found = []
    for layer in symbol.symbolLayers():
        colours = (layer.color(), layer.strokeColor(), layer.fillColor())
        found += [colour.name().upper() for colour in colours if colour.isValid() and colour.alpha()]
        below = layer.subSymbol()
        if below is not None:
            found += colours_of(below)
    return sorted(set(found))


def renderer_of(layer):
    renderer = layer.renderer()
    if renderer is None:
        return []
    kind = renderer.type()
    if kind == "categorizedSymbol":
        return [[item.value(), item.label(), colours_of(item.symbol())] for item in renderer.categories()]
    if kind == "singleSymbol":
        return [["all", layer.name(), colours_of(renderer.symbol())]]
    if kind == "singlebandpseudocolor":
        items = renderer.shader().rasterShaderFunction().colorRampItemList()
        return [[item.value, item.label, [item.color.name().upper()]] for item in items]
    if kind == "paletted":
        return [[item.value, item.label, [item.color.name().upper()]] for item in renderer.classes()]
    return []


def unlike(image):
    """Return the share of pixels that are not the background."""
    small = image.convertToFormat(4)
    wanted = BACKGROUND.rgb()
    total = small.width() * small.height()
    return sum(small.pixel(x, y) != wanted for x in range(small.width()) for y in range(small.height())) / total


def render(layers, extent, path=None, size=SIZE, background=BACKGROUND, crs=None):
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setBackgroundColor(background)
    settings.setOutputSize(size)
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setOutputDpi(96)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    if path is not None:
        image.save(str(path))
    return image


def near(extent, metres):
    """Return a window of some width about the middle of an extent."""
    middle = extent.center()
    half = metres / 2
    return QgsRectangle(middle.x() - half, middle.y() - half, middle.x() + half, middle.y() + half)


def window_of(layer, project):
    """Return where a layer is to be rendered: its extent, or nearer where it is only drawn on large scales."""
    if layer.type() != 0:
        extent = layer.extent()
        if layer.crs() != project.crs():
            extent = QgsCoordinateTransform(layer.crs(), project.crs(), project).transformBoundingBox(extent)
        return extent
    extent = layer.extent()
    extent.grow(max(500.0, 0.02 * max(extent.width(), extent.height())))
    if layer.hasScaleBasedVisibility():
        feature = next(layer.getFeatures())
        box = feature.geometry().boundingBox()
        return near(box, 0.1 * layer.minimumScale())
    return extent


def told_of(layer, project):
    told = {
        "id": layer.id(),
        "name": layer.name(),
        "valid": layer.isValid(),
        "source": layer.source(),
        "crs": layer.crs().authid(),
        "classes": renderer_of(layer) if layer.type() == 1 or layer.isSpatial() else [],
        "title": layer.metadata().title(),
        "abstract": layer.metadata().abstract(),
        "licences": layer.metadata().licenses(),
    }
    if layer.type() == 0:
        told["rows"] = layer.featureCount()
        told["aliases"] = {field.name(): layer.attributeAlias(i) for i, field in enumerate(layer.fields())}
        told["spatial"] = layer.isSpatial()
        told["labels"] = layer.labelsEnabled()
        fields = enumerate(layer.fields())
        told["clicked"] = [field.name() for i, field in fields if layer.editorWidgetSetup(i).type() != "Hidden"]
        if "Boende i rutan" in told["clicked"]:
            told["people"] = [[row["population_inv"], row["Boende i rutan"]] for row in layer.getFeatures()]
    told["clickable"] = bool(layer.flags() & layer.Identifiable)
    if layer.type() == 1 or layer.isSpatial():
        image = render([layer], window_of(layer, project), crs=project.crs())
        told["drawn_share"] = unlike(image)
    return told


def defaults_of(gpkg, names):
    """Return what QGIS takes from the GeoPackage alone, without the project."""
    told = {}
    for name in names:
        layer = QgsVectorLayer(f"{gpkg}|layername={name}", name, "ogr")
        told[name] = {
            "valid": layer.isValid(),
            "classes": renderer_of(layer) if layer.isSpatial() else [],
            "aliases": {field.name(): layer.attributeAlias(i) for i, field in enumerate(layer.fields())},
            "title": layer.metadata().title(),
            "abstract": layer.metadata().abstract(),
        }
        del layer
    return told


def layouts_of(project, out):
    told = {}
    for layout in project.layoutManager().printLayouts():
        name = layout.name()
        atlas = layout.atlas()
        pages = []
        picture, document = QgsLayoutExporter.ImageExportSettings(), QgsLayoutExporter.PdfExportSettings()
        picture.dpi = 96
        if atlas.enabled():
            atlas.beginRender()
            for number in range(atlas.count()):
                atlas.seekTo(number)
                pages.append(atlas.currentFilename())
            atlas.first()
        exporter = QgsLayoutExporter(layout)
        started = time.time()
        png, pdf = out / f"{name}.png", out / f"{name}.pdf"
        results = [exporter.exportToImage(str(png), picture), exporter.exportToPdf(str(pdf), document)]
        told[name] = {
            "results": [int(result) for result in results],
            "sizes": [path.stat().st_size if path.exists() else 0 for path in (png, pdf)],
            "pages": pages,
            "seconds": time.time() - started,
        }
    return told


def main():
    target, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
    application = QgsApplication([], GUIenabled=False)
    application.initQgis()
    project = QgsProject.instance()
    name = str(target) if target.suffix == ".qgz" else f"geopackage:{target}?projectName=strukturbild"
    read = project.read(name)
    layers = list(project.mapLayers().values())
    told = {
        "read": read,
        "crs": project.crs().authid(),
        "title": project.title(),
        "layers": {layer.id(): told_of(layer, project) for layer in layers},
        "themes": {
            theme: sorted(layer.id() for layer in project.mapThemeCollection().mapThemeVisibleLayers(theme))
            for theme in project.mapThemeCollection().mapThemes()
        },
        "order": [layer.id() for layer in project.layerTreeRoot().layerOrder()],
        "groups": [group.name() for group in project.layerTreeRoot().children()],
    }
    sources = [layer.source() for layer in layers if layer.type() == 0]
    names = sorted({re.search(r"layername=([^|]+)", source)[1] for source in sources})
    told["defaults"] = defaults_of(target.with_name("strukturbild.gpkg"), names)
    shown = project.layerTreeRoot().checkedLayers()
    order = [layer for layer in project.layerTreeRoot().layerOrder() if layer in shown]
    whole = next(layer for layer in layers if layer.id() == "strukturbild_region").extent()
    whole.scale(1.06)
    ground = project.backgroundColor()
    render(order, whole, out / "karta.png", QSize(1100, 900), ground, project.crs())
    told["layouts"] = layouts_of(project, out)
    (out / "svar.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)  # QGIS may crash while Python takes its objects apart


main()
