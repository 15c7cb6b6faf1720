"""Grids on the web map: population, land use and minutes as pictures with legends; cells for what a click tells."""

import base64

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.ranges import range_names
from spatial.geo import WEB_CRS, transform_xy
from spatial.model import Layer, Raster, StructureImage
from spatial.settings import LayerStyle
from spatial.texts import number, text
from spatial.views.style import step_tones
from spatial.views.webmap_facts import cell_text
from spatial.views.webmap_picture import Lens
from spatial.views.webmap_places import served, whole_minutes

FloatArray = npt.NDArray[np.float64]
_MOST_BITS = 31


def rasters(image: StructureImage, lang: str) -> list[dict[str, object]]:
    """Return the image's grids as pictures: population, land use, and minutes by service type."""
    made: list[dict[str, object]] = []
    grid = image.layers.get("rutnat")
    population, minutes, land_use = (image.settings.style.layer(n) for n in ("rutnat", "minuter", "markanvandning"))
    if grid is not None and grid.grid is not None and len(grid.frame):
        lens = Lens(grid.grid, grid.frame["row"].to_numpy(int), grid.frame["col"].to_numpy(int))
        if population is not None and "population_inv" in grid.frame:
            made.append(_population(grid, lens, population, lang))
        if minutes is not None:
            made += _minutes(image, grid, lens, minutes, lang)
    layer = image.layers.get("markanvandning")
    if layer is not None and layer.raster is not None and land_use is not None:
        made.append(_land_use(layer, layer.raster, land_use, lang))
    return [raster for raster in made if "url" in raster]


def cells(image: StructureImage) -> dict[str, object]:
    """Return what a click on a cell may tell, packed: centres, people (−1: too few to tell), minutes by service.

    The arrays are little-endian integers in base64: 32 bits for centres (1e-5 degrees) and people; minutes (−1
    unreachable, −2 unknown) have one byte where all of a service's fit it, else two (``_packed_minutes``). ``second``
    is the second nearest; ``unsure`` has a bit for each service, in order. Where the models are redrawn,
    ``people_low``, ``people_high``, ``minutes_range`` and ``second_range`` hold between what the numbers fall.
    """
    layer = image.layers.get("rutnat")
    if layer is None or layer.grid is None or layer.frame.empty:
        return {}
    least = image.settings.access.least_shown_inv.value
    frame = layer.frame
    if "population_inv" in frame:
        frame = frame[frame["population_inv"].fillna(0) > 0]
    x, y = layer.grid.centre(frame["row"], frame["col"])
    lon, lat = transform_xy(x, y, layer.grid.crs, WEB_CRS)
    packed: dict[str, object] = {
        "size_m": layer.grid.size_m,
        "lon": _packed(np.round(lon * 1e5), "<i4"),
        "lat": _packed(np.round(lat * 1e5), "<i4"),
        "approximate": layer.meta.status == "modellerat",
    }
    if "population_inv" in frame:
        told = frame["population_inv"].to_numpy(float)
        packed["people"] = _packed(_told(told, least, approximate=bool(packed["approximate"])), "<i4")
        for end, column in zip(("low", "high"), range_names("population_inv"), strict=True):
            if column in frame:
                packed[f"people_{end}"] = _packed_minutes(_told(frame[column].to_numpy(float), least, approximate=True))
    for kind, ending in (("minutes", "_min"), ("second", "_second_min")):
        columns = {service: f"{service}{ending}" for service in served(image)}
        values = {service: frame[column].to_numpy(float) for service, column in columns.items() if column in frame}
        packed[kind] = {service: _packed_minutes(whole_minutes(array)) for service, array in values.items()}
        packed[f"{kind}_range"] = {service: _packed_range(frame, columns[service]) for service in values}
    packed["unsure"] = _packed(_unsure_bits(frame, served(image)), "<i4")
    return packed


def _unsure_bits(frame: pd.DataFrame, services: list[str]) -> FloatArray:
    """Return for each cell the sum of 2^position of the services whose minutes are uncertain there."""
    bits = np.zeros(len(frame), np.int64)
    for position, service in enumerate(services[:_MOST_BITS]):
        if f"{service}_uncertain" in frame:
            bits += frame[f"{service}_uncertain"].fillna(value=False).to_numpy(bool).astype(np.int64) << position
    return bits.astype(float)


def _told(people: FloatArray, least: float, *, approximate: bool) -> FloatArray:
    """Return people as they may be told: tens of what is modelled, −1 for too few, 0 for none."""
    told = np.nan_to_num(people)
    shown = np.maximum(np.floor(told / 10 + 0.5) * 10, 10) if approximate else np.round(told)
    return np.where(told <= 0, 0.0, np.where(told < least, -1.0, shown))


def _packed_range(frame: pd.DataFrame, column: str) -> dict[str, object]:
    """Return between what minutes fall where that is not one number: steps from cell to cell, lowest and highest."""
    if not set(range_names(column)) <= set(frame.columns):
        return {}
    low, high = (whole_minutes(frame[end].to_numpy(float)) for end in range_names(column))
    at = np.flatnonzero((low != high) & (low > -2))
    steps = np.diff(at, prepend=0).astype(float)
    told = {"step": steps, "low": low[at], "high": high[at]}
    return {"count": len(at), **{name: _packed_minutes(values) for name, values in told.items()}}


def _packed_minutes(minutes: FloatArray) -> str:
    """Return whole numbers two above what they are, so that none is negative: in 8, 16 or 32 bits each, as they fit."""
    raised = minutes + 2
    most = raised.max(initial=0)
    return _packed(raised, next(kind for kind in ("<u1", "<u2", "<u4") if most <= np.iinfo(kind).max))


def _packed(values: FloatArray, kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")


def _population(layer: Layer, lens: Lens, style: LayerStyle, lang: str) -> dict[str, object]:
    lower = [float(item.value) for item in style.classes]
    people = layer.frame["population_inv"].fillna(0).to_numpy(float)
    which = np.searchsorted(lower, people, side="right")
    which[(which == 0) & (people > 0)] = 1
    size = layer.grid.size_m if layer.grid is not None else 0.0
    note = cell_text(size, "people_per_cell", lang)
    return {**_entry(layer, style, lang, note), **_legend(style, lang), **lens.picture(which, _fills(style))}


def _land_use(layer: Layer, raster: Raster, style: LayerStyle, lang: str) -> dict[str, object]:
    known = {item.value: number for number, item in enumerate(style.classes, start=1)}
    band = next(iter(raster.bands.values()))
    classes = np.zeros(band.shape, np.uint8)
    for value, name in raster.classes.items():
        classes[band == value] = known.get(name, 0)
    row, col = np.nonzero(classes)
    if not len(row):
        return {}
    picture = Lens(raster.grid, row, col).picture(classes[row, col], _fills(style))
    note = f"{layer.meta.provider} {layer.meta.year}"
    return {**_entry(layer, style, lang, note), **_legend(style, lang), **picture}


def _minutes(image: StructureImage, layer: Layer, lens: Lens, style: LayerStyle, lang: str) -> list[dict[str, object]]:
    made = []
    for service in image.settings.services:
        name = f"{service.id}_min"
        if name in layer.frame:
            entry = _entry(layer, style, lang, "") | {"service": service.id, "title": service.title.get(lang)}
            steps = image.settings.access.colour_steps_min
            minutes, unsure = layer.frame[name].to_numpy(float), _uncertain(layer, service.id)
            made.append(entry | _minutes_picture(lens, style, steps, minutes, unsure, lang))
    return made


def _minutes_picture(
    lens: Lens, style: LayerStyle, steps: list[float], minutes: FloatArray, unsure: npt.NDArray[np.bool_], lang: str
) -> dict[str, object]:
    special = {item.value: item.stroke for item in style.classes}
    tones = step_tones(style, len(steps))
    colours = [*tones, special.get("unreachable") or "#000000"]
    hatch_colour = special.get("uncertain") or "#FFFFFF"
    which = np.where(np.isfinite(minutes), np.searchsorted(steps, minutes, side="left") + 1, len(colours))
    which[np.isnan(minutes)] = 0
    written = [text("webmap.within_min", lang, minutes=number(step, lang=lang)) for step in steps]
    written.append(text("webmap.over_min", lang, minutes=number(steps[-1], lang=lang)))
    legend: list[dict[str, object]] = [{"t": t, "s": {"fill": c}} for t, c in zip(written, tones, strict=True)]
    if unsure.any():
        pattern = {"fill": tones[-2], "stroke": hatch_colour, "hatch": "diagonal"}
        legend.append({"t": text("webmap.uncertain", lang), "s": pattern})
    if np.isinf(minutes).any():
        pattern = {"fill": "#FFFFFF", "stroke": colours[-1], "hatch": "cross"}
        legend.append({"t": text("webmap.unreachable", lang), "s": pattern})
    picture = lens.picture(which, colours, hatched=unsure, hatch_colour=hatch_colour, crossed=len(colours))
    return {"legend": legend, **picture}


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


def _fills(style: LayerStyle) -> list[str]:
    return [item.fill or "#888888" for item in style.classes]


def _legend(style: LayerStyle, lang: str) -> dict[str, object]:
    return {"legend": [{"t": item.title.get(lang), "s": {"fill": item.fill}} for item in style.classes]}
