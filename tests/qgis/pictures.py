"""The guide's pictures, drawn by QGIS itself from exported packages. Runs under Debian's own python3.

pictures.py BEFORE AFTER OUT NODE: two packages (before and after a change) and the id of the node that was changed.
"""

import os
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsLayoutExporter,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
)
from qgis.gui import QgsAttributeForm, QgsGui
from qgis.PyQt.QtCore import QSize

HALF_M = 32_000


def small(path):
    """Write a picture again with a palette: few colours, a fifth of the bytes."""
    from osgeo import gdal

    gdal.UseExceptions()
    source = gdal.Open(str(path))
    memory = gdal.GetDriverByName("MEM").Create("", source.RasterXSize, source.RasterYSize, 1)
    table = gdal.ColorTable()
    bands = [source.GetRasterBand(number) for number in (1, 2, 3)]
    gdal.ComputeMedianCutPCT(*bands, 128, table)
    gdal.DitherRGB2PCT(*bands, memory.GetRasterBand(1), table)
    memory.GetRasterBand(1).SetColorTable(table)
    gdal.GetDriverByName("PNG").CreateCopy(str(path), memory, options=["ZLEVEL=9"])
    path.with_name(f"{path.name}.aux.xml").unlink(missing_ok=True)


def draw(project, centre, path):
    settings = QgsMapSettings()
    shown = project.layerTreeRoot().checkedLayers()
    theme = project.mapThemeCollection().mapThemeVisibleLayers("Stråk")
    settings.setLayers([layer for layer in project.layerTreeRoot().layerOrder() if layer in (theme or shown)])
    settings.setBackgroundColor(project.backgroundColor())
    settings.setOutputSize(QSize(640, 480))
    settings.setDestinationCrs(project.crs())
    x, y = centre.x(), centre.y()
    settings.setExtent(QgsRectangle(x - HALF_M, y - HALF_M, x + HALF_M, y + HALF_M))
    settings.setOutputDpi(96)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(path))
    small(path)


def main():
    before, after, out, node = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
    application = QgsApplication([], GUIenabled=True)
    application.initQgis()
    QgsGui.editorWidgetRegistry().initEditors()
    project = QgsProject.instance()
    centre = None
    for package, name in ((before, "fore"), (after, "efter")):
        project.read(str(package / "strukturbild.qgz"))
        layer = project.mapLayer("strukturbild_noder")
        if centre is None:
            feature = next(one for one in layer.getFeatures() if one["id"] == node)
            centre = feature.geometry().asPoint()
            layer.startEditing()
            feature["level_override"] = "subregional_core"
            form = QgsAttributeForm(layer, feature)
            form.resize(620, 520)
            form.show()
            for _ in range(20):
                application.processEvents()
            form.grab().save(str(out / "qgis-formular.png"))
            small(out / "qgis-formular.png")
            layer.rollBack()
        draw(project, centre, out / f"qgis-{name}.png")
        if name == "fore":
            layout = project.layoutManager().layoutByName("Karta A4")
            picture = QgsLayoutExporter.ImageExportSettings()
            picture.dpi = 72
            QgsLayoutExporter(layout).exportToImage(str(out / "qgis-layout.png"), picture)
            small(out / "qgis-layout.png")
    sys.stdout.flush()
    os._exit(0)


main()
