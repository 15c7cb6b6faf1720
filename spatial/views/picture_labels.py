"""Names on the picture: ranked by level and people, placed where they cover neither each other nor a symbol."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spatial.model import StructureImage
from spatial.settings import StyleClass
from spatial.views.style import class_values

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PX: Final = 72 / 96
_SIDES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.8, 0.8), (-0.8, 0.8), (0.8, -0.8), (-0.8, -0.8))
_GAP: Final = 3.0
_HALO: Final = 2.2
_HIGH: Final = 2
"""Names of levels down to this one may lie over symbols of lower levels: they must not be missing."""
_OVER: Final = 2
_SCALE: Final = (0.4, 0.11)
"""The shares of the map's width and height that the scale bar and the north arrow have to themselves."""


def place_labels(axes: "Axes", image: StructureImage, state: dict[str, bool]) -> None:
    """Write the names of the nodes; a name that finds no room is left out."""
    layer, style = image.layers.get("noder"), image.settings.style.layer("noder")
    if layer is None or style is None:
        return
    classes = {item.value: item for item in style.classes}
    values = class_values(style, layer.frame)
    frame = layer.geo.assign(klass=values, rank=[list(classes).index(value) for value in values])
    people = frame["population_inv"].fillna(0) if "population_inv" in frame else 0
    frame = frame.assign(people=people).sort_values(["rank", "people"], ascending=[True, False], kind="stable")
    drawn = {v for v in classes if state.get(f"noder/{v}", style.visible and v != "other")}
    frame = frame[frame["klass"].isin(drawn)]
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    inside = frame.geometry.x.between(west, east) & frame.geometry.y.between(south, north)
    _place(axes, frame[inside], classes, image.settings.style.paper, image.settings.style.muted)


def _place(axes: "Axes", frame: Any, classes: dict[str, StyleClass], paper: str, muted: str) -> None:
    from matplotlib.patheffects import withStroke

    figure = axes.figure
    scale = figure.dpi / 72
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    spots = axes.transData.transform(np.column_stack([frame.geometry.x, frame.geometry.y]))
    reach = [(classes[klass].size * _PX / 2 + (3 if classes[klass].ring else 0)) * scale for klass in frame["klass"]]
    symbols = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(spots, reach, strict=True)]
    ranks = list(frame["rank"])
    border = axes.get_window_extent(renderer)
    taken = [(border.x0, border.y0, border.x0 + _SCALE[0] * border.width, border.y0 + _SCALE[1] * border.height)]
    for (x, y), r, name, klass, rank in zip(spots, reach, frame["name"], frame["klass"], ranks, strict=True):
        item = classes[klass]
        written = axes.annotate(
            str(name), (x, y), xycoords="figure pixels", annotation_clip=False, zorder=20,
            fontsize=max(item.label_size, 8) * _PX, fontweight="bold" if item.label_bold else "normal",
            color=muted if klass == "outside" else None,
            path_effects=[withStroke(linewidth=_HALO, foreground=paper)], ha="left", va="bottom",
        )  # fmt: skip
        box = written.get_window_extent(renderer)
        own = (x - r, y - r, x + r, y + r)
        hidden = rank + _OVER if rank <= _HIGH else len(classes)
        near = [box for box, other in zip(symbols, ranks, strict=True) if other < hidden and box != own]
        found = _room(x, y, r + _GAP * scale, box.width, box.height, [*taken, *near], border)
        written.remove()
        if found is None:
            continue
        taken.append(found)
        left, low = axes.transData.inverted().transform(found[:2])
        axes.text(
            left, low, str(name), zorder=20, fontsize=max(item.label_size, 8) * _PX,
            fontweight="bold" if item.label_bold else "normal", color=muted if klass == "outside" else None,
            path_effects=[withStroke(linewidth=_HALO, foreground=paper)], ha="left", va="bottom",
        )  # fmt: skip


def _room(
    x: float, y: float, r: float, wide: float, high: float, taken: list[tuple[float, float, float, float]], border: Any
) -> tuple[float, float, float, float] | None:
    """Return the first box beside a point that covers nothing, or None."""
    for across, up in _SIDES:
        left = x + across * r - (wide if across < 0 else wide / 2 if across == 0 else 0)
        low = y + up * r - (high if up < 0 else high / 2 if up == 0 else 0)
        box = (left, low, left + wide, low + high)
        within = box[0] > border.x0 and box[1] > border.y0 and box[2] < border.x1 and box[3] < border.y1
        if within and not any(_covers(box, other) for other in taken):
            return box
    return None


def _covers(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
