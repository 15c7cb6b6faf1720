"""The legend of the picture: title, levels with their criterion, status, sources; what a council paper must say."""

import textwrap
from typing import TYPE_CHECKING, Any, Final

from spatial.model import StructureImage
from spatial.settings import StyleClass
from spatial.texts import text
from spatial.views.picture_grids import swatches
from spatial.views.style import GROUPS, LegendEntry, legend_entries
from spatial.views.wording import status_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PX: Final = 72 / 96
_BOX: Final = (0.715, 0.03, 0.27, 0.94)
_LINE: Final = 0.0155
_SKIPPED: Final = frozenset({"land", "grannkommuner"})
_TITLE_PT: Final = 15.0
_TITLE_FITS: Final = 25
_ENTRY_CHARS: Final = 41
_AIR: Final = 1.15
"""So much closer than usual the lines can stand with their type as large as it is."""


def draw_legend(figure: Any, image: StructureImage, state: dict[str, bool], lang: str, note: str = "") -> None:
    """Draw the legend on the right of the figure; ``note`` stands below the title."""
    axes = figure.add_axes(_BOX)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.axis("off")
    region, style = image.settings.region, image.settings.style
    title = text("webmap.title", lang, region=region.title.get(lang))
    size = _TITLE_PT * min(1.0, _TITLE_FITS / len(title))
    axes.text(0, 0.985, title, fontsize=size, weight="bold", va="top")
    key = "subtitle_draft" if region.status == "arbetsmaterial" else "subtitle"
    state_name = text(f"webmap.state.{region.status}", lang)
    axes.text(
        0,
        0.942,
        text(f"webmap.{key}", lang, state=state_name, year=region.year),
        fontsize=9,
        color=style.muted,
        va="top",
    )
    y, lines = 0.895, textwrap.wrap(note, 44)
    if lines:
        axes.text(0, y, "\n".join(lines), fontsize=8.2, color=style.finding, va="top", linespacing=1.2)
        y -= 0.019 * len(lines) + 0.012
    draw_entries_within(figure, _BOX, (draw_foot(axes, image, lang), y), image, state, lang)


def draw_entries_within(
    figure: Any,
    box: tuple[float, float, float, float],
    room: tuple[float, float],
    image: StructureImage,
    state: dict[str, bool],
    lang: str,
    service: str | None = None,
) -> None:
    """Draw the lines of the legend within a column of the figure; closer together and smaller where they are many.

    ``room`` is from and to what height of the column, as shares of it.
    """
    (left, low, width, height), (bottom, top) = box, room
    axes = figure.add_axes((left, low + bottom * height, width, (top - bottom) * height))
    axes.axis("off")
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom, top)
    end = draw_entries(axes, image, state, top - 0.005, lang, service)
    over = (top - end) / (top - bottom)
    if over > 1:
        axes.set_ylim(end, top)
        for words in axes.texts:
            words.set_fontsize(words.get_fontsize() * min(1.0, _AIR / over))


def draw_entries(
    axes: "Axes", image: StructureImage, state: dict[str, bool], y: float, lang: str, service: str | None = None
) -> float:
    """Draw the lines of the legend that are shown, from ``y`` down, and return where they end."""
    muted = image.settings.style.muted
    entries = [entry for entry in legend_entries(image, lang) if _drawn(entry, state)]
    for group in GROUPS:
        own = [entry for entry in entries if entry.group == group]
        if own:
            y = _group(axes, group, own, y, lang, muted)
    for title, status, classes in swatches(image, state, service, lang):
        y = _swatches(axes, f"{title} ({_status(status, lang)})", classes, y)
    return y


def _swatches(axes: "Axes", title: str, classes: list[tuple[str, str]], y: float) -> float:
    from matplotlib.patches import Rectangle

    axes.text(0, y, title, fontsize=8.2, va="top")
    y -= 0.024
    for at, (name, fill) in enumerate(classes):
        left, low = 0.26 * (at % 4), y - 0.02 * (at // 4)
        axes.add_patch(Rectangle((left, low - 0.013), 0.04, 0.012, facecolor=fill, edgecolor="#B9B3A3", linewidth=0.4))
        axes.text(left + 0.05, low, name, fontsize=6.8, va="top")
    return y - 0.02 * ((len(classes) + 3) // 4) - 0.01


def _drawn(entry: LegendEntry, state: dict[str, bool]) -> bool:
    return state.get(entry.key, entry.visible) and entry.layer not in _SKIPPED


def _group(axes: "Axes", group: str, entries: list[LegendEntry], y: float, lang: str, muted: str) -> float:
    statuses = {entry.status for entry in entries}
    one = statuses.pop() if len(statuses) == 1 else None
    title = text(f"webmap.group.{group}", lang).upper()
    axes.text(
        0, y, title + (f"  ·  {_status(one, lang)}" if one else ""), fontsize=7, weight="bold", color=muted, va="top"
    )
    y -= 0.027
    for entry in entries:
        _sample(axes, entry, y - 0.008)
        status = "" if one else f" ({_status(entry.status, lang)})"
        told = textwrap.wrap(entry.title + status, _ENTRY_CHARS)
        axes.text(0.17, y, "\n".join(told), fontsize=8.2, va="top", linespacing=1.15)
        y -= 0.021 + 0.0175 * (len(told) - 1)
        lines = textwrap.wrap(entry.criterion, 46)
        if lines:
            axes.text(0.17, y, "\n".join(lines), fontsize=6.3, color=muted, va="top", linespacing=1.15)
        y -= _LINE * len(lines) + 0.005
    return y - 0.012


def _status(status: str | None, lang: str) -> str:
    return status_text(status or "modellerat", lang)


def _sample(axes: "Axes", entry: LegendEntry, y: float) -> None:
    from matplotlib.patches import Rectangle

    item = entry.style
    dash: Any = (0, [max(length * _PX, 1) for length in item.dash]) if item.dash else "solid"
    if entry.geometry == "point":
        size, edge = item.size * _PX, item.stroke or "none"
        if item.ring:
            axes.scatter([0.07], [y], s=(size + 5.4) ** 2, facecolor="white", edgecolor=edge, linewidth=1.3)
        symbol = {"circle": "o", "square": "s", "diamond": "D", "triangle": "^", "cross": "+"}[item.symbol]
        axes.scatter(
            [0.07], [y], s=size**2, marker=symbol, facecolor=item.fill or "none", edgecolor=edge,
            linewidth=item.stroke_width * _PX,
        )  # fmt: skip
    elif entry.geometry == "line":
        if item.band_width:
            axes.plot([0.02, 0.12], [y, y], color=item.fill, linewidth=item.band_width * _PX, alpha=item.fill_opacity)
        axes.plot([0.02, 0.12], [y, y], color=item.stroke, linewidth=item.stroke_width * _PX, linestyle=dash)
    else:
        axes.add_patch(
            Rectangle(
                (0.02, y - 0.007), 0.1, 0.014, facecolor=filled(item), edgecolor=item.stroke or "none",
                linewidth=item.stroke_width * _PX, linestyle=dash,
                hatch={"diagonal": "////", "cross": "xxxx"}.get(item.hatch),
            )
        )  # fmt: skip


def filled(item: StyleClass) -> Any:
    """Return a class's fill with its opacity, as matplotlib takes it."""
    from matplotlib.colors import to_rgba

    return "none" if item.fill is None else to_rgba(item.fill, item.fill_opacity)


def draw_foot(axes: "Axes", image: StructureImage, lang: str) -> float:
    """Write what binds nobody, and the sources, at the foot; return where that begins."""
    style = image.settings.style
    layers = (image.inputs or image.layers).values()
    sources = sorted({f"{layer.meta.provider or layer.meta.source} {layer.meta.year}" for layer in layers})
    said = f"{text('webmap.crs', lang)}. {text('webmap.sources', lang)}: {', '.join(sources)}."
    lines = textwrap.wrap(said, 62)
    low = 0.012 * len(lines)
    axes.text(0, low + 0.012, text("webmap.schematic", lang), fontsize=9, weight="bold", color="#6D1A3D", va="bottom")
    axes.text(0, 0, "\n".join(lines), fontsize=5.8, color=style.muted, va="bottom", linespacing=1.2)
    return low + 0.045
