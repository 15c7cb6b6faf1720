"""The QGIS project of an image, written without QGIS: groups as in the legend, themes, labels, layouts, atlas."""

import io
import json
import zipfile
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pandas as pd
from pyproj import CRS

from spatial.geo import ANALYSIS_CRS
from spatial.model import StructureImage
from spatial.storage import new_file
from spatial.story import Story
from spatial.texts import text
from spatial.views.geopackage import image_title, written_frame
from spatial.views.gpkg_records import write_project_record
from spatial.views.package import BRANCHES, ORIENTATION, Packaged
from spatial.views.qgis_layers import PROJECT_NAME, ProjectLayer, project_layers
from spatial.views.qgis_layouts import layouts
from spatial.views.qgis_metadata import layer_metadata, whole_metadata
from spatial.views.qgis_qml import QGIS_VERSION, document, fill_fields, fill_layer
from spatial.views.qgis_raster_qml import fill_palette, fill_shades
from spatial.views.qgis_themes import step_themes, themes
from spatial.views.rasters import WrittenRaster

_GEOMETRY: Final = {
    "point": ("Point", "Point"),
    "line": ("Line", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
}
_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)


def write_project(
    image: StructureImage, gpkg: Path, rasters: Path, target: Path, *, lang: str = "sv", story: Story | None = None
) -> Path:
    """Write the project that opens the package in QGIS, and keep it in the GeoPackage too.

    Parameters
    ----------
    image : StructureImage
    gpkg : Path
        What ``write_geopackage`` wrote.
    rasters : Path
        The folder that ``write_rasters`` wrote.
    target : Path
        The ``.qgz`` to write; sources are given relative to its folder.
    lang : {"sv", "en", "no"}
    story : Story, optional
        A seminar whose steps become themes.

    Returns
    -------
    Path
        The written project.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written.
    """
    folder = target.parent
    layers = project_layers(image, _relative(gpkg, folder), _relative(rasters, folder), lang)
    content = _zipped(document(project(image, layers, lang, story)))
    with new_file(target) as fresh:
        fresh.write_bytes(content)
    inside = project_layers(image, _relative(gpkg, gpkg.parent), _relative(rasters, gpkg.parent), lang)
    day = f"{image.settings.region.year}-12-31T00:00:00"
    told = json.dumps({"last_modified_time": day, "last_modified_user": PROJECT_NAME})
    write_project_record(gpkg, PROJECT_NAME, _zipped(document(project(image, inside, lang, story))), told)
    return target


def _relative(path: Path, folder: Path) -> str:
    """Return a path as seen from a folder, with ``./`` before it and forward slashes."""
    here, there = folder.resolve().parts, path.resolve().parts
    shared = next((i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there)))
    steps = [".."] * (len(here) - shared) + list(there[shared:])
    return "./" + "/".join(steps)


def project(
    image: StructureImage, layers: list[ProjectLayer], lang: str = "sv", story: Story | None = None
) -> ET.Element:
    """Return the whole project."""
    title = image_title(image, lang)
    root = ET.Element("qgis", {"projectname": title, "version": QGIS_VERSION})
    ET.SubElement(root, "homePath", {"path": ""})
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "projectCrs").append(reference_system(ANALYSIS_CRS))
    root.append(_tree(layers, lang))
    kept = ET.SubElement(root, "projectlayers")
    kept.extend(_map_layer(image, layer, lang) for layer in layers)
    order = ET.SubElement(root, "layerorder")
    for layer in layers:
        ET.SubElement(order, "layer", {"id": layer.id})
    root.append(_properties(image, title, layers))
    chosen = themes(image, layers, lang) | (step_themes(image, layers, story, lang) if story else {})
    root.append(_presets(chosen, layers))
    root.append(whole_metadata("projectMetadata", image, title, text("webmap.schematic", lang), lang))
    root.append(layouts(image, layers, next(iter(chosen)), lang))
    root.append(_canvas(image))
    return root


def _tree(layers: list[ProjectLayer], lang: str) -> ET.Element:
    tree = ET.Element("layer-tree-group")
    titles = {"tabeller": text("package.tables", lang), ORIENTATION: text("package.orientation", lang)}
    for name in (*BRANCHES, "tabeller"):
        members = [layer for layer in layers if layer.branch == name]
        if not members:
            continue
        title = titles.get(name) or text(f"webmap.group.{name}", lang)
        branch = ET.SubElement(tree, "layer-tree-group", {"name": title, "checked": "Qt::Checked",
                                                          "expanded": "0" if name == "tabeller" else "1"})  # fmt: skip
        for layer in members:
            ET.SubElement(branch, "layer-tree-layer", {
                "id": layer.id, "name": layer.title, "source": layer.source, "providerKey": layer.provider,
                "checked": "Qt::Checked" if layer.visible else "Qt::Unchecked",
                "expanded": "1" if layer.visible and layer.group != "underlag" else "0",
            })  # fmt: skip
    return tree


def _map_layer(image: StructureImage, layer: ProjectLayer, lang: str) -> ET.Element:
    content = layer.content
    raster = isinstance(content, WrittenRaster)
    made = ET.Element("maplayer", {"type": "raster" if raster else "vector", "styleCategories": "AllStyleCategories"})
    ET.SubElement(made, "id").text = layer.id
    ET.SubElement(made, "datasource").text = layer.source
    ET.SubElement(made, "layername").text = layer.title
    ET.SubElement(made, "shortname").text = layer.key
    if not isinstance(content, pd.DataFrame):
        crs = content.grid.crs if isinstance(content, WrittenRaster) else ANALYSIS_CRS
        ET.SubElement(made, "srs").append(reference_system(crs))
    own = image.layers.get(content.id if isinstance(content, Packaged) else layer.key)
    described = layer_metadata("resourceMetadata", layer.key, layer.meta, own.fingerprint if own else "", lang)
    made.append(described)
    ET.SubElement(made, "abstract").text = described.findtext("abstract")
    provider = ET.SubElement(made, "provider", {} if raster else {"encoding": "UTF-8"})
    provider.text = layer.provider
    styles = ET.SubElement(made, "map-layer-style-manager", {"current": "default"})
    ET.SubElement(styles, "map-layer-style", {"name": "default"})
    if isinstance(content, WrittenRaster):
        made.append(_flags(identifiable=content.unit != "inv"))
        made.set("hasScaleBasedVisibilityFlag", "0")
        (fill_palette if content.paletted else fill_shades)(made, content.shades)
    elif isinstance(content, Packaged):
        geometry, kind = _GEOMETRY[content.geometry]
        made.set("geometry", geometry)
        made.set("wkbType", kind)
        fill_layer(made, _as_written(image, content, lang), image.settings, lang)
    else:
        made.set("geometry", "No geometry")
        made.set("wkbType", "NoGeometry")
        fill_fields(made, ["fid", *(str(name) for name in content.columns)], image.settings, lang, {})
    return made


def _flags(*, identifiable: bool) -> ET.Element:
    """Return what may be done with a layer: people in a single cell are told by the grid, few as a word."""
    made = ET.Element("flags")
    for name, value in (("Identifiable", identifiable), ("Removable", True), ("Searchable", True), ("Private", False)):
        ET.SubElement(made, name).text = str(int(value))
    return made


def _as_written(image: StructureImage, item: Packaged, lang: str) -> Packaged:
    frame = written_frame(image, item, lang)
    return Packaged(item.id, item.group, frame, item.meta, item.style, item.labels, item.hidden)


def reference_system(code: str) -> ET.Element:
    """Return a CRS as QGIS keeps it."""
    crs = CRS.from_user_input(code)
    made = ET.Element("spatialrefsys")
    values = {
        "wkt": crs.to_wkt(),
        "srid": code.removeprefix("EPSG:"),
        "authid": code,
        "description": crs.name,
        "geographicflag": "true" if crs.is_geographic else "false",
    }
    for name, value in values.items():
        ET.SubElement(made, name).text = value
    return made


def _properties(image: StructureImage, title: str, layers: list[ProjectLayer]) -> ET.Element:
    made = ET.Element("properties")
    ground = image.settings.style.sea if "land" in image.layers else image.settings.style.neighbour
    colour = dict(zip(("Red", "Green", "Blue"), bytes.fromhex(ground[1:]), strict=True))
    parts: dict[str, dict[str, tuple[str, str]]] = {
        "Gui": {f"CanvasColor{name}Part": ("int", str(value)) for name, value in colour.items()},
        "Paths": {"Absolute": ("bool", "false")},
        "SpatialRefSys": {"ProjectionsEnabled": ("int", "1")},
        "Measurement": {"DistanceUnits": ("QString", "meters"), "AreaUnits": ("QString", "km2")},
        "PositionPrecision": {"Automatic": ("bool", "true")},
    }
    for part, values in parts.items():
        holder = ET.SubElement(made, part)
        for name, (kind, value) in values.items():
            ET.SubElement(holder, name, {"type": kind}).text = value
    _published(made, image, title, layers)
    return made


def _published(made: ET.Element, image: StructureImage, title: str, layers: list[ProjectLayer]) -> None:
    """Add what a QGIS Server tells of the project, and which layers it gives as features: all, for reading only."""
    ET.SubElement(made, "WMSServiceCapabilities", {"type": "bool"}).text = "true"
    ET.SubElement(made, "WMSServiceTitle", {"type": "QString"}).text = title
    ET.SubElement(made, "WMSRootName", {"type": "QString"}).text = PROJECT_NAME
    ET.SubElement(made, "WMSUseLayerIDs", {"type": "bool"}).text = "false"
    ground = image.layers.get("kommuner")
    if ground is not None:
        _listed(made, "WMSExtent", [f"{value:.1f}" for value in ground.geo.total_bounds])
    _listed(made, "WMSCrsList", [ANALYSIS_CRS, "EPSG:3857", "EPSG:4326"])
    _listed(made, "WFSLayers", [layer.id for layer in layers if layer.provider == "ogr"])
    _listed(made, "WCSLayers", [layer.id for layer in layers if layer.provider == "gdal"])


def _listed(made: ET.Element, name: str, values: list[str]) -> None:
    holder = ET.SubElement(made, name, {"type": "QStringList"})
    for value in values:
        ET.SubElement(holder, "value").text = value


def _presets(chosen: dict[str, set[str]], layers: list[ProjectLayer]) -> ET.Element:
    made = ET.Element("visibility-presets")
    for name, keys in chosen.items():
        preset = ET.SubElement(made, "visibility-preset", {"name": name, "has-expanded-info": "0"})
        for layer in layers:
            if layer.key in keys:
                ET.SubElement(preset, "layer", {"id": layer.id, "visible": "1", "style": "default", "expanded": "1"})
    return made


def _canvas(image: StructureImage) -> ET.Element:
    made = ET.Element("mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    ET.SubElement(made, "units").text = "meters"
    extent = ET.SubElement(made, "extent")
    layer = image.layers.get("kommuner")
    if layer is not None:
        for name, value in zip(("xmin", "ymin", "xmax", "ymax"), layer.geo.total_bounds, strict=True):
            ET.SubElement(extent, name).text = f"{value:.1f}"
    ET.SubElement(made, "rotation").text = "0"
    ET.SubElement(made, "destinationsrs").append(reference_system(ANALYSIS_CRS))
    return made


def _zipped(content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        member = zipfile.ZipInfo(f"{PROJECT_NAME}.qgs", _ZIP_DAY)
        target.writestr(member, content.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return out.getvalue()
