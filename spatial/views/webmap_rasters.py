"""Grids on the web map: population, land use and minutes as pictures with legends; cells for what a click tells."""

import base64
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spatial.geo import WEB_CRS, transform_xy
from spatial.model import Grid, Layer, StructureImage
from spatial.settings import LayerStyle, StyleClass
from spatial.texts import number, text
from spatial.views.style import step_tones
from spatial.views.webmap_facts import SMALL_CELL_INV, cell_text
from spatial.views.webmap_picture import Bytes, Picture

FloatArray = npt.NDArray[np.float64]


def rasters(image: StructureImage, lang: str) -> list[dict[str, object]]:
    """Return the image's grids as pictures: population, land use, and minutes by service type."""
    made: list[dict[str, object]] = []
    grid = image.layers.get("rutnat")
    style = image.settings.style
    population, minutes, land_use = (style.layer(name) for name in ("rutnat", "minuter", "markanvandning"))
    if grid is not None and grid.grid is not None and population is not None and "population_inv" in grid.frame:
        made.append(_population(grid, grid.grid, population, lang))
    if grid is not None and grid.grid is not None and minutes is not None:
        made += _minutes(image, grid, grid.grid, minutes, lang)
    layer = image.layers.get("markanvandning")
    if layer is not None and layer.raster is not None and land_use is not None:
        made.append(_land_use(layer, land_use, lang))
    return [raster for raster in made if "url" in raster]


def cells(image: StructureImage) -> dict[str, object]:
    """Return what a click on a cell may tell, packed: centres, people (−1: too few to tell), minutes by service.

    The arrays are little-endian 32-bit (centres in 1e-5 degrees, people) and 16-bit (minutes, −1 unreachable)
    integers in base64.
    """
    layer = image.layers.get("rutnat")
    if layer is None or layer.grid is None or layer.frame.empty:
        return {}
    frame = layer.frame
    x, y = layer.grid.centre(frame["row"], frame["col"])
    lon, lat = transform_xy(x, y, layer.grid.crs, WEB_CRS)
    packed: dict[str, object] = {
        "size_m": layer.grid.size_m,
        "lon": _packed(np.round(lon * 1e5), "<i4"),
        "lat": _packed(np.round(lat * 1e5), "<i4"),
        "approximate": layer.meta.status == "modellerat",
        "minutes": {},
    }
    if "population_inv" in frame:
        told = frame["population_inv"].to_numpy(float)
        shown = np.floor(told / 10 + 0.5) * 10 if packed["approximate"] else np.round(told)
        packed["people"] = _packed(np.where(told < SMALL_CELL_INV, -1, np.maximum(shown, SMALL_CELL_INV)), "<i4")
    names = [f"{service.id}_min" for service in image.settings.services]
    values = {name[:-4]: frame[name].to_numpy(float) for name in names if name in frame}
    packed["minutes"] = {name: _packed(_whole_minutes(array), "<i2") for name, array in values.items()}
    return packed


def _whole_minutes(minutes: FloatArray) -> FloatArray:
    # rounded up, so that a cell beyond a limit is never told as being at it
    return np.where(np.isfinite(minutes), np.minimum(np.ceil(np.nan_to_num(minutes, posinf=0) - 1e-9), 32_000), -1)


def _packed(values: FloatArray, kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")


def _population(layer: Layer, grid: Grid, style: LayerStyle, lang: str) -> dict[str, object]:
    lower = [float(item.value) for item in style.classes]
    people = layer.frame["population_inv"].to_numpy(float)
    which = np.searchsorted(lower, people, side="right")
    which[(which == 0) & (people > 0)] = 1
    classes = _placed(layer, grid, which)
    picture = Picture(grid, classes, [item.fill or "#888888" for item in style.classes])
    note = cell_text(grid.size_m, "people_per_cell", lang)
    return {**_entry(layer, style, lang, note), "legend": _swatches(style.classes, lang), **picture.payload()}


def _land_use(layer: Layer, style: LayerStyle, lang: str) -> dict[str, object]:
    raster = layer.raster
    if raster is None:
        return {}
    known = [item.value for item in style.classes]
    band = next(iter(raster.bands.values()))
    classes = np.zeros(band.shape, np.uint8)
    for value, name in raster.classes.items():
        if name in known:
            classes[band == value] = known.index(name) + 1
    picture = Picture(raster.grid, classes, [item.fill or "#888888" for item in style.classes])
    note = f"{layer.meta.title.get(lang)}, {layer.meta.year}"
    return {**_entry(layer, style, lang, note), "legend": _swatches(style.classes, lang), **picture.payload()}


def _minutes(image: StructureImage, layer: Layer, grid: Grid, style: LayerStyle, lang: str) -> list[dict[str, object]]:
    made = []
    for service in image.settings.services:
        name = f"{service.id}_min"
        if name in layer.frame:
            entry = _entry(layer, style, lang, "") | {"service": service.id, "title": service.title.get(lang)}
            steps = image.settings.access.colour_steps_min
            unsure = _uncertain(layer, service.id)
            made.append(entry | _minutes_picture(layer, grid, style, steps, name, unsure, lang))
    return made


def _minutes_picture(
    layer: Layer,
    grid: Grid,
    style: LayerStyle,
    steps: list[float],
    column: str,
    unsure: npt.NDArray[np.bool_],
    lang: str,
) -> dict[str, object]:
    special = {item.value: item.stroke for item in style.classes}
    tones = step_tones(style, len(steps))
    palette = [*tones, special.get("unreachable") or "#000000"]
    minutes = layer.frame[column].to_numpy(float)
    which = np.where(np.isfinite(minutes), np.searchsorted(steps, minutes, side="left") + 1, len(palette))
    picture = Picture(
        grid,
        _placed(layer, grid, which),
        palette,
        hatched=_placed(layer, grid, unsure),
        hatch_colour=special.get("uncertain") or "#FFFFFF",
        crossed=len(palette),
    )
    written = [text("webmap.within_min", lang, minutes=number(step, lang=lang)) for step in steps]
    written.append(text("webmap.over_min", lang, minutes=number(steps[-1], lang=lang)))
    legend: list[dict[str, object]] = [{"t": t, "s": {"fill": c}} for t, c in zip(written, tones, strict=True)]
    if unsure.any():
        pattern = {"fill": tones[-2], "stroke": picture.hatch_colour, "hatch": "diagonal"}
        legend.append({"t": text("webmap.uncertain", lang), "s": pattern})
    if not np.isfinite(minutes).all():
        pattern = {"fill": "#FFFFFF", "stroke": palette[-1], "hatch": "cross"}
        legend.append({"t": text("webmap.unreachable", lang), "s": pattern})
    return {"legend": legend, **picture.payload()}


def _uncertain(layer: Layer, service: str) -> npt.NDArray[np.bool_]:
    for name in (f"{service}_uncertain", "uncertain"):
        if name in layer.frame:
            return layer.frame[name].fillna(value=False).to_numpy(bool)
    return np.zeros(len(layer.frame), bool)


def _entry(layer: Layer, style: LayerStyle, lang: str, note: str) -> dict[str, object]:
    return {
        "id": style.id,
        "title": style.title.get(lang),
        "note": note,
        "group": style.group,
        "status": layer.meta.status,
        "visible": style.visible,
    }


def _swatches(classes: Sequence[StyleClass], lang: str) -> list[dict[str, object]]:
    return [{"t": item.title.get(lang), "s": {"fill": item.fill}} for item in classes]


def _placed(layer: Layer, grid: Grid, values: npt.NDArray[np.generic]) -> Bytes:
    out = np.zeros(grid.shape, np.uint8)
    out[layer.frame["row"].to_numpy(), layer.frame["col"].to_numpy()] = values
    return out
