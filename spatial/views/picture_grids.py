"""Grids on the picture: people, minutes, land use, and the cells that a step of a story is about."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from spatial.geo import ANALYSIS_CRS
from spatial.model import Layer, StructureImage
from spatial.settings import LayerStyle
from spatial.texts import number, text
from spatial.views.style import step_tones

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

Swatches = tuple[str, str, list[tuple[str, str]]]
_PX: Final = 72 / 96
_LEAST_PX: Final = 2.6
_UNREACHABLE: Final = "#FFFFFF"


def draw_grids(
    axes: "Axes",
    image: StructureImage,
    state: "Mapping[str, bool]",
    *,
    service: str | None = None,
    marked: "pd.Series | None" = None,
) -> None:
    """Draw the grids that are shown, as squares of their cells' size; marked cells never too small to be seen."""
    layer = image.layers.get("rutnat")
    land_use = image.settings.style.layer("markanvandning")
    if land_use is not None and state.get("markanvandning", land_use.visible):
        _land_use(axes, image, land_use)
    if layer is None or layer.grid is None:
        return
    style = image.settings.style.layer("rutnat")
    if style is not None and state.get("rutnat", style.visible) and "population_inv" in layer.frame:
        people = layer.frame["population_inv"].fillna(0).to_numpy(float)
        lower = [float(item.value) for item in style.classes]
        which = np.clip(np.searchsorted(lower, people, side="right") - 1, 0, None)
        _squares(axes, layer, people > 0, np.array([item.fill or "#888888" for item in style.classes])[which], 2.8)
    if service is not None and f"{service}_min" in layer.frame:
        tones = np.array([*_tones(image), _UNREACHABLE])
        minutes = layer.frame[f"{service}_min"].to_numpy(float)
        steps = image.settings.access.colour_steps_min
        which = np.where(np.isfinite(minutes), np.searchsorted(steps, minutes, side="left"), len(tones) - 1)
        _squares(axes, layer, ~np.isnan(minutes), tones[which], 2.9)
    if marked is not None:
        colours = np.full(len(marked), image.settings.style.finding)
        _squares(axes, layer, marked.to_numpy(bool), colours, 2.95, least=_LEAST_PX * _PX)


def _squares(
    axes: "Axes", layer: Layer, there: npt.NDArray[np.bool_], colours: Any, order: float, least: float = 0.0
) -> None:
    (west, east) = axes.get_xlim()
    wide = axes.get_window_extent().width * 72 / axes.figure.dpi
    side = max((layer.grid.size_m if layer.grid else 0) / (east - west) * wide, least)
    points = layer.geo.geometry
    axes.scatter(
        points.x[there], points.y[there], s=side**2, marker="s", c=colours[there], linewidths=0, zorder=order,
        rasterized=True,
    )  # fmt: skip


def _land_use(axes: "Axes", image: StructureImage, style: LayerStyle) -> None:
    layer = image.layers.get("markanvandning")
    if layer is None or layer.raster is None or layer.raster.grid.crs != ANALYSIS_CRS:
        return
    grid = layer.raster.grid
    band = next(iter(layer.raster.bands.values()))
    fills = {item.value: item.fill or "#888888" for item in style.classes}
    colours = np.zeros((*band.shape, 4))
    for value, name in layer.raster.classes.items():
        if name in fills:
            colours[band == value] = [*(int(fills[name][at : at + 2], 16) / 255 for at in (1, 3, 5)), 1.0]
    west, north = grid.transform.c, grid.transform.f
    east, south = grid.transform * (grid.shape[1], grid.shape[0])
    axes.imshow(colours, extent=(west, east, south, north), zorder=2.7, interpolation="nearest", aspect="equal")


def _tones(image: StructureImage) -> list[str]:
    style = image.settings.style.layer("minuter")
    return [] if style is None else step_tones(style, len(image.settings.access.colour_steps_min))


def swatches(image: StructureImage, state: "Mapping[str, bool]", service: str | None, lang: str) -> list[Swatches]:
    """Return the legend of the grids that are shown: title, status, and a name and a colour for each class."""
    found: list[Swatches] = []
    grid = image.layers.get("rutnat")
    if service is not None and grid is not None and f"{service}_min" in grid.frame:
        title = next((kind.title.get(lang) for kind in image.settings.services if kind.id == service), service)
        steps = image.settings.access.colour_steps_min
        names = [text("webmap.within_min", lang, minutes=number(step, lang=lang)) for step in steps]
        names.append(text("webmap.over_min", lang, minutes=number(steps[-1], lang=lang)))
        said = f"{text('webmap.js.access', lang)}: {title.lower()}"
        found.append((said, grid.meta.status, list(zip(names, _tones(image), strict=True))))
    for name in ("rutnat", "markanvandning"):
        style, layer = image.settings.style.layer(name), image.layers.get(name)
        if style is not None and layer is not None and state.get(name, style.visible):
            classes = [(item.title.get(lang), item.fill or "#888888") for item in style.classes]
            found.append((style.title.get(lang), layer.meta.status, classes))
    return found
