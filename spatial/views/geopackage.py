"""The structure image as one GeoPackage: layers and tables with names, units, sources, licences and styles."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio

from spatial.geo import ANALYSIS_CRS
from spatial.model import LayerMeta, StructureImage, together
from spatial.settings import Title
from spatial.storage import new_file
from spatial.texts import has_text, text
from spatial.views.columns import alias, plain, plain_table
from spatial.views.gpkg_records import Record, write_records
from spatial.views.package import Packaged, packaged_layers
from spatial.views.qgis_metadata import layer_metadata, whole_metadata
from spatial.views.qgis_qml import document, layer_qml, table_qml

TABLE_PREFIX: Final = "tabell_"
"""What the indicators' tables are named by, so that none takes a layer's name."""
_AT_ONCE: Final = {"OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "MEMORY"}
"""The file is new, and synced when it is whole: each layer need not wait for the disk."""
_VERSION: Final = {"VERSION": "1.2"}
_LAYER: Final = {"SPATIAL_INDEX": "YES", "GEOMETRY_NAME": "geom", "FID": "fid"}
_TABLE: Final = {"ASPATIAL_VARIANT": "GPKG_ATTRIBUTES", "FID": "fid"}


def write_geopackage(image: StructureImage, path: Path, *, lang: str = "sv") -> Path:
    """Write the image's vector layers and tables as a GeoPackage 1.2 in EPSG:3006.

    Parameters
    ----------
    image : StructureImage
    path : Path
        What was there is replaced at once, or kept if writing fails.
    lang : {"sv", "en", "no"}
        Of aliases, legends and descriptions.

    Returns
    -------
    Path
        The written file.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written.

    Notes
    -----
    Layers keep the image's names, tables are named ``tabell_…``. Every layer has ``id`` (text); minutes that no way
    leads to are empty, and ``…_status`` says so. The same image gives the same file, byte for byte: every date in it
    is the last day of the region's year.
    """
    layers = packaged_layers(image, lang)
    day = f"{image.settings.region.year}-12-31"
    with new_file(Path(path)) as fresh:
        with _gdal({**_AT_ONCE, "OGR_CURRENT_DATE": f"{day}T00:00:00.000Z"}):
            records = [_write_layer(fresh, image, item, lang) for item in layers]
            records += [_write_table(fresh, image, name, lang) for name in image.indicators]
        write_records(fresh, records, document(_whole(image, lang)), day)
    return Path(path)


@contextmanager
def _gdal(options: dict[str, str]) -> Iterator[None]:
    """Have GDAL write by some options; afterwards it does as before."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _whole(image: StructureImage, lang: str) -> ET.Element:
    return whole_metadata("qgis", image, image_title(image, lang), text("webmap.schematic", lang), lang)


def image_title(image: StructureImage, lang: str = "sv") -> str:
    """Return the title of every map of the image."""
    return text("webmap.title", lang, region=image.settings.region.title.get(lang))


def written_frame(image: StructureImage, item: Packaged, lang: str = "sv") -> gpd.GeoDataFrame:
    """Return a layer's rows as they are written: ``id`` first, in the order of the ids."""
    frame = item.frame.sort_index(kind="stable")
    frame.index = pd.Index([str(key) for key in frame.index], name="id", dtype=object)
    return plain(frame, image.settings, lang)


def _write_layer(path: Path, image: StructureImage, item: Packaged, lang: str) -> Record:
    frame = written_frame(image, item, lang)
    pyogrio.write_dataframe(
        frame.to_crs(ANALYSIS_CRS),
        path,
        layer=item.id,
        driver="GPKG",
        promote_to_multi=item.geometry != "point",
        append=False,
        dataset_options=None if path.exists() else _VERSION,
        layer_options=_LAYER,
    )
    meta = item.meta
    own = image.layers.get(item.id)
    bounds = tuple(float(value) for value in frame.total_bounds)
    described = layer_metadata("qgis", item.id, meta, own.fingerprint if own else "", lang, bounds)
    names = [str(name) for name in frame.columns if name != frame.geometry.name]
    styled = Packaged(item.id, item.group, frame, meta, item.style, item.labels, item.hidden)
    return Record(
        table=item.id,
        title=meta.title.get(lang),
        description=described.findtext("abstract") or "",
        aliases={name: alias(name, image.settings, lang) for name in names},
        metadata=document(described),
        qml=layer_qml(styled, image.settings, lang),
        geometry=True,
    )


def _write_table(path: Path, image: StructureImage, name: str, lang: str) -> Record:
    frame = plain_table(image, name, lang)
    table = TABLE_PREFIX + name
    pyogrio.write_dataframe(
        frame,
        path,
        layer=table,
        driver="GPKG",
        dataset_options=None if path.exists() else _VERSION,
        layer_options=_TABLE,
    )
    meta = table_meta(image, name, lang)
    described = layer_metadata("qgis", table, meta, image.provenance.fingerprint, lang)
    return Record(
        table=table,
        title=meta.title.get(lang),
        description=f"{table_caveat(name, lang)} {described.findtext('abstract') or ''}".strip(),
        aliases={str(column): alias(str(column), image.settings, lang) for column in frame.columns},
        metadata=document(described),
        qml=table_qml(frame, image.settings, lang),
        geometry=False,
    )


def table_caveat(name: str, lang: str = "sv") -> str:
    """Return what must be known by whoever reads a table: of the matrix, that it is no score (D15)."""
    return text("links.caveat", lang) if name == "matris" else ""


def table_meta(image: StructureImage, name: str, lang: str = "sv") -> LayerMeta:
    """Return the description of an indicators' table: of the layer of its name, or of all that was read."""
    key = f"package.table.{name}"
    shown = text("package.table_title", lang, name=text(key, lang) if has_text(key) else name)
    layer = image.layers.get(name)
    sources = [layer.meta] if layer is not None else [item.meta for item in image.inputs.values()]
    modelled = any(item.meta.status == "modellerat" for item in image.layers.values()) if layer is None else False
    return LayerMeta(
        title=Title(sv=shown),
        role="table",
        status="modellerat" if modelled or any(meta.status == "modellerat" for meta in sources) else "mätt",
        year=image.settings.region.year,
        source=together(meta.source for meta in sources),
        provider=together(meta.provider for meta in sources),
        licence=together(meta.licence for meta in sources),
        crs="",
    )
