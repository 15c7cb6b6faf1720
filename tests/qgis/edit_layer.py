"""Edit a layer of an exported GeoPackage in real QGIS, as a strategist does. Runs under Debian's own python3.

edit_layer.py GPKG EDITS: EDITS is JSON, {"layer": {"change": {id: {column: value}}, "move": {id: [dx, dy]},
"add": [{"values": {...}, "at": [x, y]}], "delete": [id], "touch": true}}.
"""

import json
import os
import sys

from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsPointXY, QgsVectorLayer


def by_id(layer, key):
    return next(feature for feature in layer.getFeatures() if feature["id"] == key)


def edit(gpkg, name, edits):
    layer = QgsVectorLayer(f"{gpkg}|layername={name}", name, "ogr")
    assert layer.isValid(), name
    fields = layer.fields()
    assert layer.startEditing()
    for key, values in edits.get("change", {}).items():
        feature = by_id(layer, key)
        for column, value in values.items():
            assert layer.changeAttributeValue(feature.id(), fields.indexOf(column), value), column
    for key, (across, up) in edits.get("move", {}).items():
        feature = by_id(layer, key)
        geometry = QgsGeometry(feature.geometry())
        geometry.translate(across, up)
        assert layer.changeGeometry(feature.id(), geometry)
    for item in edits.get("add", []):
        feature = QgsFeature(fields)
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(*item["at"])))
        for column, value in item["values"].items():
            feature[column] = value
        assert layer.addFeature(feature)
    for key in edits.get("delete", []):
        assert layer.deleteFeature(by_id(layer, key).id())
    if edits.get("touch"):  # every value written again as it is
        for feature in layer.getFeatures():
            assert layer.changeGeometry(feature.id(), feature.geometry())
            layer.changeAttributeValue(feature.id(), fields.indexOf("name"), feature["name"])
    assert layer.commitChanges(), layer.commitErrors()
    del layer


def main():
    QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
    application = QgsApplication([], GUIenabled=False)
    application.initQgis()
    for name, edits in json.loads(sys.argv[2]).items():
        edit(sys.argv[1], name, edits)
    sys.stdout.flush()
    os._exit(0)


main()
