"""What a trial changes, as a picture: over the web map, and as a file with legend."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.whatif_access import Outcome
from spatial.analysis.whatif_answer import differences
from spatial.model import Grid, StructureImage
from spatial.settings import StyleClass
from spatial.views.picture import DPI, draw_map, look, new_figure
from spatial.views.picture_legend import draw_legend
from spatial.views.webmap_picture import Lens

if TYPE_CHECKING:
    from matplotlib.axes import Axes

IntArray = npt.NDArray[np.int64]

LAYER: Final = "skillnad"
_MAP: Final = (0.02, 0.03, 0.68, 0.94)
_STEPS_MIN: Final = (1.0, 5.0, 20.0)
_ORDER: Final = (
    "lost", "longer_most", "longer_more", "longer", "same", "shorter", "shorter_more", "shorter_most", "won"
)  # fmt: skip
_PX: Final = 72 / 96


def change_classes(changed: pd.Series) -> IntArray:
    """Return the class of each cell's change, counted from 1 in the order of the legend; 0 is no change at all.

    Examples
    --------
    >>> change_classes(pd.Series([np.inf, 21, 20, 5, 0.5, 0, -0.5, -5, -20, -21, -np.inf, np.nan])).tolist()
    [1, 2, 3, 4, 5, 0, 5, 6, 7, 8, 9, 0]
    """
    values = changed.to_numpy(float)
    size = np.nan_to_num(np.abs(values), nan=0.0, posinf=np.inf)
    step = np.searchsorted(np.nextafter(_STEPS_MIN, np.inf), size, side="right")
    which = np.where(values > 0, 5 - step, 5 + step)
    which = np.where(np.isposinf(values), 1, np.where(np.isneginf(values), len(_ORDER), which))
    return np.where(np.isnan(values) | (values == 0), 0, which).astype(np.int64)


def classes_of(image: StructureImage) -> list[StyleClass]:
    """Return the classes of change in the order of the legend, as the style catalogue has them."""
    style = image.settings.style.layer(LAYER)
    known = {item.value: item for item in style.classes} if style is not None else {}
    return [known[name] for name in _ORDER]


def web_difference(
    image: StructureImage, grid: Grid, outcome: Outcome, service: str, lang: str, *, lens: Lens | None = None
) -> dict[str, object]:
    """Return the picture of a trial over the web map, with the classes that it shows.

    Parameters
    ----------
    image : StructureImage
    grid : Grid
        The lattice of the cells.
    outcome : Outcome
    service : str
        The kind of service.
    lang : {"sv", "en", "no"}
    lens : Lens, optional
        Of the same cells, kept from before.

    Returns
    -------
    dict
        ``url``, ``bounds`` (corners in degrees) and ``legend`` (``t``, ``fill``, ``hatch``).
    """
    cells = outcome.cells
    seen = lens or Lens(grid, cells["row"].to_numpy(int), cells["col"].to_numpy(int))
    which, items = change_classes(differences(outcome)[service]), classes_of(image)
    colours = [
        item.stroke or item.fill or "#000000" if item.hatch == "cross" else item.fill or "#000000" for item in items
    ]
    shown = sorted({*which.tolist()} - {0})
    legend = [
        {"t": items[at - 1].title.get(lang), "fill": items[at - 1].fill, "hatch": items[at - 1].hatch == "cross",
         "ink": colours[at - 1]}
        for at in shown
    ]  # fmt: skip
    return {**seen.picture(which, colours, crossed=1), "legend": legend}


def draw_difference(
    image: StructureImage, outcome: Outcome, service: str, *, state: dict[str, bool], note: str, lang: str = "sv"
) -> bytes:
    """Return a map of what a trial changes as a PNG of A4 across.

    Parameters
    ----------
    image : StructureImage
    outcome : Outcome
    service : str
    state : dict
        A truth for each line of the legend, as the web map has it.
    note : str
        What the picture shows, told below its title.
    lang : {"sv", "en", "no"}
    """
    which, items = change_classes(differences(outcome)[service]), classes_of(image)
    out = io.BytesIO()
    with look(image):
        figure = new_figure(image)
        axes = figure.add_axes(_MAP)
        draw_map(axes, image, state, lang=lang)
        _draw_cells(axes, outcome, which, items)
        draw_legend(figure, image, state, lang, note)
        _classes(axes, [items[at - 1] for at in sorted({*which.tolist()} - {0})], lang)
        figure.savefig(out, dpi=DPI, format="png", metadata={"Software": "Strukturbild"})
    return out.getvalue()


def _draw_cells(axes: "Axes", outcome: Outcome, which: IntArray, items: Sequence[StyleClass]) -> None:
    (west, east), points = axes.get_xlim(), outcome.cells.geometry
    side = 1000.0 / (east - west) * axes.get_window_extent().width * 72 / axes.figure.dpi
    for at, item in enumerate(items, 1):
        there = which == at
        crossed = item.hatch == "cross"
        axes.scatter(
            points.x[there], points.y[there], s=max(side, 2.6 * _PX) ** 2, marker="x" if crossed else "s",
            c=item.stroke if crossed else item.fill, linewidths=0.6 if crossed else 0, zorder=2.95, rasterized=True,
        )  # fmt: skip


def _classes(axes: "Axes", items: Sequence[StyleClass], lang: str) -> None:
    from matplotlib.lines import Line2D

    marks: list[Any] = [
        Line2D([], [], linestyle="", marker="x" if item.hatch == "cross" else "s", markersize=7,
               color=item.stroke if item.hatch == "cross" else item.fill, label=item.title.get(lang))
        for item in items
    ]  # fmt: skip
    if marks:
        axes.legend(handles=marks, loc="lower left", fontsize=8, framealpha=0.92, bbox_to_anchor=(0.0, 0.06))
