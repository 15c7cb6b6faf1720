"""The same package made with QGIS's own processing, timed: native:package with styles, rasters as COG, a project.

qgis_package.py PACKAGE OUT: under Debian's own python3; PACKAGE is what ``strukturbild export`` wrote. Says as JSON
the seconds of each part; QGIS's start is told apart.
"""

import json
import os
import sys
import time
from pathlib import Path

STARTED = time.perf_counter()
sys.path.insert(0, "/usr/share/qgis/python/plugins")

from osgeo import gdal  # noqa: E402
from qgis.analysis import QgsNativeAlgorithms  # noqa: E402
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer, QgsVectorLayer  # noqa: E402

gdal.UseExceptions()
QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
APPLICATION = QgsApplication([], GUIenabled=False)
APPLICATION.initQgis()
import processing  # noqa: E402
from processing.core.Processing import Processing  # noqa: E402

Processing.initialize()
QgsApplication.processingRegistry().addProvider(QgsNativeAlgorithms())


def main():
    package, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    seconds = {"start": time.perf_counter() - STARTED}
    source = str(package / "strukturbild.gpkg")
    first = QgsVectorLayer(source, "first", "ogr")
    found = [one.split("!!::!!")[1] for one in first.dataProvider().subLayers()]
    names = [name for name in found if name not in {"layer_styles", "qgis_projects"}]
    since = time.perf_counter()
    layers = [QgsVectorLayer(f"{source}|layername={name}", name, "ogr") for name in names]
    assert all(layer.isValid() for layer in layers)
    seconds["open"] = time.perf_counter() - since
    since = time.perf_counter()
    target = str(out / "strukturbild.gpkg")
    options = {"LAYERS": layers, "OUTPUT": target, "OVERWRITE": True, "SAVE_STYLES": True, "SAVE_METADATA": True}
    processing.run("native:package", options)
    seconds["package"] = time.perf_counter() - since
    since = time.perf_counter()
    rasters = sorted((package / "raster").glob("*.tif"))
    for path in rasters:
        gdal.Translate(str(out / path.name), str(path), format="COG", creationOptions=["COMPRESS=DEFLATE"])
        layer = QgsRasterLayer(str(out / path.name), path.stem)
        layer.loadNamedStyle(str(path.with_suffix(".qml")))
        layer.saveNamedStyle(str(out / path.with_suffix(".qml").name))
    seconds["rasters"] = time.perf_counter() - since
    since = time.perf_counter()
    project = QgsProject.instance()
    kept = [QgsVectorLayer(f"{target}|layername={name}", name, "ogr") for name in names]
    kept += [QgsRasterLayer(str(out / path.name), path.stem) for path in rasters]
    project.addMapLayers(kept)
    project.write(str(out / "strukturbild.qgz"))
    seconds["project"] = time.perf_counter() - since
    print(json.dumps({"layers": len(names), "rasters": len(rasters), "seconds": seconds}))
    sys.stdout.flush()
    os._exit(0)


main()
