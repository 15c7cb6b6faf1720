"""The map as a picture for a council paper: what the web map shows to begin with, with legend, scale and sources."""

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from spatial.model import StructureImage
from spatial.settings import LayerStyle, StyleClass
from spatial.texts import number, text
from spatial.views.picture_grids import draw_grids
from spatial.views.picture_labels import place_labels
from spatial.views.picture_legend import draw_legend, filled
from spatial.views.style import class_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Bounds = tuple[float, float, float, float]
WIDTH_IN: Final = 11.7
HEIGHT_IN: Final = 8.27
DPI: Final = 200
_PX: Final = 72 / 96
"""Points a pixel of the style catalogue."""
_MAP: Final = (0.02, 0.03, 0.68, 0.94)
_MARGIN: Final = 0.05
_NICE_KM: Final = (200, 100, 50, 20, 10, 5, 2, 1)
_FLAT: Final = frozenset({"kommuner", "omland", "fa_regioner"})


def draw_picture(image: StructureImage, *, lang: str = "sv", state: dict[str, bool] | None = None) -> bytes:
    """Return the map as a PNG of A4 across, 200 dots an inch.

    Parameters
    ----------
    image : StructureImage
    lang : {"sv", "en", "no"}
    state : dict, optional
        A truth for each line of the legend, as the web map has it; default what the style catalogue shows.

    Returns
    -------
    bytes
        Drawn without a display, by the process itself; several users may draw at once.
    """
    with look(image):
        out = io.BytesIO()
        figure = picture_figure(image, visible=state, lang=lang)
        figure.savefig(out, dpi=DPI, format="png", metadata={"Software": "Strukturbild"})
    return out.getvalue()


@contextmanager
def look(image: StructureImage) -> "Iterator[None]":
    """Draw, and save, in the style catalogue's type and ink."""
    from matplotlib import rc_context

    style = image.settings.style
    fonts = [name.strip(" '\"") for name in style.font.split(",")]
    with rc_context({"font.family": [*fonts[:1], "DejaVu Sans"], "text.color": style.ink, "text.parse_math": False}):
        yield


def new_figure(image: StructureImage, size: tuple[float, float] = (WIDTH_IN, HEIGHT_IN)) -> "Figure":
    """Return an empty page in the paper's colour, size in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, facecolor=image.settings.style.paper)
    FigureCanvasAgg(figure)
    return figure


def picture_figure(
    image: StructureImage,
    *,
    visible: "Mapping[str, bool] | None" = None,
    extent: Bounds | None = None,
    size: tuple[float, float] = (WIDTH_IN, HEIGHT_IN),
    lang: str = "sv",
) -> "Figure":
    """Return the map with its legend as a matplotlib figure.

    Parameters
    ----------
    image : StructureImage
    visible : mapping, optional
        A truth for each line of the legend, as the web map has it; default what the style catalogue shows.
    extent : tuple of float, optional
        West, south, east and north in EPSG:3006; default the region.
    size : tuple of float
        Width and height in inches.
    lang : {"sv", "en", "no"}
    """
    state = dict(visible or {})
    with look(image):
        figure = new_figure(image, size)
        draw_map(figure.add_axes(_MAP), image, state, extent=extent, lang=lang)
        draw_legend(figure, image, state, lang)
    return figure


def draw_map(
    axes: "Axes",
    image: StructureImage,
    state: dict[str, bool],
    *,
    extent: Bounds | None = None,
    lang: str = "sv",
    service: str | None = None,
    rows: "Mapping[str, Sequence[str]] | None" = None,
    marked: "pd.Series | None" = None,
) -> None:
    """Draw the map in its axes, with scale bar, north arrow and names.

    ``service`` chooses whose minutes are drawn, ``rows`` which rows of a layer, ``marked`` cells to point out.
    """
    _frame(axes, image, extent)
    _ground(axes, image)
    draw_grids(axes, image, state, service=service, marked=marked)
    for layer_style in reversed(image.settings.style.layers):
        _layer(axes, image, layer_style, state, None if rows is None else rows.get(layer_style.id))
    axes.set(xlabel="", ylabel="")
    _scale(axes, image, lang)
    place_labels(axes, image, state)


def shown(state: dict[str, bool], layer_style: LayerStyle, item: StyleClass) -> bool:
    """Return whether a class is drawn: as the state says, else as the style catalogue does."""
    return state.get(f"{layer_style.id}/{item.value}", layer_style.visible and item.value != "other")


def _frame(axes: "Axes", image: StructureImage, extent: Bounds | None) -> None:
    west, south, east, north = extent or image.layers["kommuner"].geo.total_bounds
    width, height = east - west, north - south
    box = axes.get_window_extent()
    want = box.width / box.height
    if width / height < want:
        width = height * want
    else:
        height = width / want
    x, y = (west + east) / 2, (south + north) / 2
    width, height = width * (1 + 2 * _MARGIN), height * (1 + 2 * _MARGIN)
    axes.set_xlim(x - width / 2, x + width / 2)
    axes.set_ylim(y - height / 2, y + height / 2)
    axes.set_aspect("equal")
    axes.set_autoscale_on(False)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _window(axes: "Axes") -> shapely.Polygon:
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    return shapely.box(west, south, east, north).buffer((east - west) * 0.05)


def _ground(axes: "Axes", image: StructureImage) -> None:
    """Draw sea, the neighbours' land, the region, and water on it."""
    style, window = image.settings.style, _window(axes)
    axes.set_facecolor(style.sea if "land" in image.layers or "vatten" in image.layers else style.neighbour)
    for name in ("land", "grannkommuner"):
        if name in image.layers:
            _fill(axes, image.layers[name].geo, window, face=style.neighbour, edge="#D3CDBD", width=0.5, order=1)
    region = gpd.GeoDataFrame(geometry=[image.layers["kommuner"].geo.union_all()], crs="EPSG:3006")
    _fill(axes, region, window, face=style.paper, edge="none", width=0, order=2)
    if "vatten" in image.layers:
        water = image.layers["vatten"].geo
        sea = water["kind"].eq("hav") if "kind" in water else water.index.isna()
        _fill(axes, water[sea], window, face=style.sea, edge="none", width=0, order=2.5)
        _fill(axes, water[~sea], window, face=style.water, edge="none", width=0, order=3)
    _fill(axes, region, window, face="none", edge="#57534A", width=1.3, order=9)


def _fill(
    axes: "Axes", frame: gpd.GeoDataFrame, window: shapely.Polygon, *, face: str, edge: str, width: float, order: float
) -> None:
    shapes = shapely.intersection(shapely.make_valid(frame.geometry.to_numpy()), window)
    shapes = shapely.get_parts(shapes)
    shapes = [part for part in shapes if shapely.get_dimensions(part) == 2 and not part.is_empty]
    if shapes:
        drawn = gpd.GeoSeries(shapes, crs=frame.crs)
        drawn.plot(ax=axes, facecolor=face, edgecolor=edge, linewidth=width, zorder=order, aspect=None)


def _layer(
    axes: "Axes", image: StructureImage, style: LayerStyle, state: dict[str, bool], only: "Sequence[str] | None"
) -> None:
    layer = image.layers.get(style.id)
    if layer is None or style.geometry == "raster" or not isinstance(layer.frame, gpd.GeoDataFrame):
        return
    if style.id in {"vatten", "land"}:
        return
    values = class_values(style, layer.frame)
    kept = np.ones(len(layer.frame), bool) if only is None else layer.frame.index.astype(str).isin(only)
    for item in reversed(style.classes):
        rows = layer.geo[kept & np.array([value == item.value for value in values], bool)]
        if shown(state, style, item) and len(rows):
            _draw_class(axes, rows, style, item, image)


def _draw_class(
    axes: "Axes", rows: gpd.GeoDataFrame, style: LayerStyle, item: StyleClass, image: StructureImage
) -> None:
    if style.geometry == "point":
        _points(axes, rows, item, image.settings.style.paper)
    elif style.geometry == "line":
        _lines(axes, rows, item)
    else:
        hatch = {"diagonal": "////", "cross": "xxxx"}.get(item.hatch)
        face = "none" if style.id in _FLAT else filled(item)
        rows.plot(
            ax=axes, facecolor=face, edgecolor=item.stroke or "none", linewidth=item.stroke_width * _PX, hatch=hatch,
            linestyle=dashes(item), zorder=6, aspect=None,
        )  # fmt: skip


def dashes(item: StyleClass) -> Any:
    """Return a class's dash pattern as matplotlib takes it."""
    return (0, [length * _PX / max(item.stroke_width * _PX, 0.5) for length in item.dash]) if item.dash else "solid"


def _lines(axes: "Axes", rows: gpd.GeoDataFrame, item: StyleClass) -> None:
    if item.band_width:
        rows.plot(
            ax=axes, color=item.fill, linewidth=item.band_width * _PX, alpha=item.fill_opacity, zorder=7, aspect=None,
            capstyle="round",
        )  # fmt: skip
    rows.plot(
        ax=axes, color=item.stroke, linewidth=item.stroke_width * _PX, alpha=item.stroke_opacity, zorder=8,
        linestyle=dashes(item), aspect=None,
    )  # fmt: skip


def marker(item: StyleClass) -> str:
    """Return a class's symbol as matplotlib names it."""
    return {"circle": "o", "square": "s", "diamond": "D", "triangle": "^", "cross": "+"}[item.symbol]


def _points(axes: "Axes", rows: gpd.GeoDataFrame, item: StyleClass, paper: str) -> None:
    x, y = rows.geometry.x, rows.geometry.y
    size = item.size * _PX
    edge = item.stroke or "none"
    if item.ring:
        axes.scatter(x, y, s=(size + 5.4) ** 2, facecolor=paper, edgecolor=edge, linewidth=1.3, zorder=11)
    axes.scatter(
        x, y, s=size**2, marker=marker(item), facecolor=item.fill or "none", edgecolor=edge,
        linewidth=item.stroke_width * _PX, zorder=12,
    )  # fmt: skip


def _scale(axes: "Axes", image: StructureImage, lang: str) -> None:
    """Draw the scale bar and the north arrow; the grid's north (SWEREF 99 TM)."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    width, height = east - west, north - south
    km = next((nice for nice in _NICE_KM if nice * 1000 <= 0.3 * width), 1)
    x, y, ink = west + 0.04 * width, south + 0.04 * height, image.settings.style.ink
    paper = image.settings.style.paper
    axes.plot([x, x + km * 1000], [y, y], linewidth=5, color=ink, solid_capstyle="butt", zorder=30)
    axes.plot([x + km * 500, x + km * 997], [y, y], linewidth=3.4, color=paper, solid_capstyle="butt", zorder=30)
    for share in (0.0, 0.5, 1.0):
        unit = f" {text('app.picture.scale', lang)}" if share == 1 else ""
        said = number(km * share, 0 if (km * share).is_integer() else 1, lang) + unit
        axes.text(x + km * 1000 * share, y + 0.012 * height, said, fontsize=8, ha="center", zorder=30)
    top = x + km * 1000 + 0.06 * width
    arrow = {"arrowstyle": "-|>", "color": ink, "lw": 1.4}
    axes.annotate("", (top, y + 0.055 * height), (top, y), arrowprops=arrow, zorder=30)
    axes.text(top, y + 0.06 * height, "N", fontsize=9, fontweight="bold", ha="center", zorder=30)
