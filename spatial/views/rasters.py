"""The image's grids as rasters: cloud-optimised GeoTIFF on the lattice's own CRS, with a QGIS style beside each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.crs import CRS
from rasterio.io import MemoryFile
from rasterio.shutil import copy

from spatial.model import Grid, Layer, LayerMeta, StructureImage
from spatial.settings import LayerStyle
from spatial.texts import number, text
from spatial.views.qgis_metadata import status_word
from spatial.views.qgis_raster_qml import Shade, palette_qml, shades_qml
from spatial.views.style import step_tones

UNREACHABLE: Final = 9999.0
"""What stands in a raster of minutes where no way leads; minutes are never that many."""
_BLOCK: Final = 256
_JUST_BELOW: Final = 1e-4
_BEYOND: Final = 1e9


@dataclass(frozen=True)
class WrittenRaster:
    """A raster as it is written: its cells, and how QGIS draws them."""

    name: str
    layer: str
    group: str
    title: str
    grid: Grid
    cells: npt.NDArray[np.generic]
    meta: LayerMeta
    unit: str
    shades: Sequence[Shade]
    visible: bool
    note: str = ""
    nodata: float = float("nan")
    names: Sequence[str] = field(default_factory=tuple)

    @property
    def paletted(self) -> bool:
        """Whether the cells are classes with a colour table."""
        return bool(self.names)


def write_rasters(image: StructureImage, folder: Path, *, lang: str = "sv") -> list[Path]:
    """Write the image's grids as rasters, each with its QGIS style beside it.

    Parameters
    ----------
    image : StructureImage
    folder : Path
        Made where it is missing.
    lang : {"sv", "en", "no"}
        Of titles and legends.

    Returns
    -------
    list of Path
        The written ``.tif`` files: ``befolkning`` (people in the cell, float32, NaN where nobody lives),
        ``minuter_<service>`` (float32; 9999 where no way leads, NaN where unknown) and ``markanvandning`` (classes
        with a colour table, 0 outside), each on its own lattice and in its own CRS.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for raster in image_rasters(image, lang):
        path = folder / f"{raster.name}.tif"
        _write(raster, path, lang)
        qml = palette_qml(raster.shades) if raster.paletted else shades_qml(raster.shades)
        path.with_suffix(".qml").write_text(qml, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def image_rasters(image: StructureImage, lang: str = "sv") -> list[WrittenRaster]:
    """Return the image's grids as they are written, in the order of the legend."""
    made: list[WrittenRaster] = []
    style = image.settings.style
    cells = image.layers.get("rutnat")
    minutes, population, land_use = (style.layer(name) for name in ("minuter", "rutnat", "markanvandning"))
    if cells is not None and cells.grid is not None:
        if minutes is not None:
            made += _minutes(image, cells, cells.grid, minutes, lang)
        if population is not None and "population_inv" in cells.frame:
            made.append(_population(cells, cells.grid, population, lang))
    layer = image.layers.get("markanvandning")
    if layer is not None and layer.raster is not None and land_use is not None:
        made.append(_land_use(layer, land_use, lang))
    return made


def _population(layer: Layer, grid: Grid, style: LayerStyle, lang: str) -> WrittenRaster:
    bounds = [float(item.value) for item in style.classes]
    upper = [*(bound - _JUST_BELOW for bound in bounds[1:]), _BEYOND]
    shades = [Shade(0.0, None, text("package.people_zero", lang))]
    shades += [Shade(limit, item.fill, item.title.get(lang)) for limit, item in zip(upper, style.classes, strict=True)]
    values = _placed(layer, grid, layer.frame["population_inv"].to_numpy(float))
    title = text("package.raster_population", lang)
    return WrittenRaster(
        "befolkning", layer.id, style.group, title, grid, values, layer.meta, "inv", shades, style.visible
    )


def _minutes(image: StructureImage, layer: Layer, grid: Grid, style: LayerStyle, lang: str) -> list[WrittenRaster]:
    steps = image.settings.access.colour_steps_min
    tones = step_tones(style, len(steps))
    shades = [
        Shade(step, tone, text("package.within", lang, minutes=number(step, lang=lang)))
        for step, tone in zip(steps, tones, strict=False)
    ]
    shades.append(Shade(UNREACHABLE - 1, tones[-1], text("package.over", lang, minutes=number(steps[-1], lang=lang))))
    lost = next((item for item in style.classes if item.value == "unreachable"), None)
    # white under a dark edge in the web map; a raster has no hatch, so the edge's colour tells it
    shades.append(Shade(UNREACHABLE, lost.stroke if lost else "#000000", text("package.unreachable", lang)))
    note = text("package.unreachable_value", lang, value=f"{UNREACHABLE:g}")
    made = []
    for service in image.settings.services:
        name = f"{service.id}_min"
        if name in layer.frame:
            minutes = layer.frame[name].to_numpy(float)
            values = _placed(layer, grid, np.where(np.isposinf(minutes), UNREACHABLE, minutes))
            title = text("package.raster_minutes", lang, service=service.title.get(lang).lower())
            made.append(
                WrittenRaster(
                    f"minuter_{service.id}", layer.id, style.group, title, grid, values, layer.meta, "min", shades,
                    visible=False, note=note,
                )
            )  # fmt: skip
    return made


def _land_use(layer: Layer, style: LayerStyle, lang: str) -> WrittenRaster:
    raster = layer.raster
    if raster is None:
        raise TypeError(layer.id)
    band = next(iter(raster.bands.values()))
    known = {item.value: item for item in style.classes}
    there = set(raster.classes.values())
    order = [*(name for name in known if name in there), *sorted(there - set(known))]
    shades, names = [], [""]
    values = np.zeros(band.shape, np.uint8)
    for code, name in enumerate(order, 1):
        item = known.get(name)
        shown = item.title.get(lang) if item is not None else name
        shades.append(Shade(float(code), item.fill if item is not None else "#888888", shown))
        names.append(shown)
        values[np.isin(band, [value for value, own in raster.classes.items() if own == name])] = code
    title = text("package.raster_land_use", lang)
    return WrittenRaster(
        "markanvandning", layer.id, style.group, title, raster.grid, values, layer.meta, "", shades, style.visible,
        nodata=0.0, names=names,
    )  # fmt: skip


def _placed(layer: Layer, grid: Grid, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return grid.array(layer.frame["row"], layer.frame["col"], values).astype(np.float32)


def _write(raster: WrittenRaster, path: Path, lang: str) -> None:
    height, width = raster.cells.shape
    profile = {
        "driver": "GTiff",
        "height": height,
        "width": width,
        "count": 1,
        "dtype": str(raster.cells.dtype),
        "crs": CRS.from_string(raster.grid.crs),
        "transform": raster.grid.transform,
        "nodata": raster.nodata,
    }
    with MemoryFile() as memory, memory.open(**profile) as made:
        made.write(raster.cells, 1)
        made.set_band_description(1, raster.title)
        made.units = (raster.unit,)
        made.update_tags(**_tags(raster, lang))
        if raster.paletted:
            colours = {int(shade.upper): _rgba(shade.colour) for shade in raster.shades}
            made.write_colormap(1, {0: (0, 0, 0, 0), **colours})
        sizes = max(1, int(np.ceil(np.log2(max(2, min(height, width) / _BLOCK)))))
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
            copy(
                made, path, driver="COG", compress="DEFLATE", blocksize=_BLOCK, overview_resampling="NEAREST",
                overview_count=sizes, overviews="IGNORE_EXISTING",
            )  # fmt: skip


def _tags(raster: WrittenRaster, lang: str) -> dict[str, str]:
    meta = raster.meta
    tags = {
        "TITLE": raster.title,
        "STATUS": status_word(meta, lang),
        "SOURCE": meta.source,
        "LICENCE": meta.licence,
        "YEAR": str(meta.year),
        "NOTE": raster.note,
        "CLASSES": "; ".join(f"{code} = {name}" for code, name in enumerate(raster.names) if code),
    }
    return {name: value for name, value in tags.items() if value}


def _rgba(colour: str | None) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex((colour or "#000000")[1:])
    return red, green, blue, 255 if colour else 0
