"""The seminar on paper: a page a step with map, words and legend, as PDF or pictures; drawn without a browser."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spatial.model import StructureImage
from spatial.settings import Style
from spatial.storage import new_file
from spatial.story import PlaceView, Story
from spatial.texts import text
from spatial.views.picture import DPI, Bounds, draw_map, look, new_figure
from spatial.views.picture_legend import draw_entries_within, draw_foot
from spatial.views.seminar import is_marked
from spatial.views.seminar_steps import Shown, metres, shown_steps, story_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MAP: Final = (0.025, 0.05, 0.62, 0.9)
_COLUMN: Final = (0.665, 0.05, 0.31, 0.9)
_FOOT: Final = 0.11
_LINE: Final = 1.28
_TITLE_PT: Final = 17.0
_TEXT_PT: Final = 10.5


def write_pdf(image: StructureImage, story: Story, path: Path, *, lang: str = "sv") -> Path:
    """Write the hand-out as one PDF.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written.
    """
    from matplotlib.backends.backend_pdf import PdfPages

    info = {"Title": story_title(image, story, lang), "Creator": "Strukturbild", "CreationDate": None}
    with new_file(path) as fresh, look(image), PdfPages(fresh, metadata=info) as pages:
        for figure in _pages(image, story, lang):
            pages.savefig(figure, dpi=DPI)
    return path


def write_pngs(image: StructureImage, story: Story, folder: Path, *, lang: str = "sv") -> list[Path]:
    """Write the hand-out as a picture a step (``steg-1.png`` …).

    Raises
    ------
    OutputError
        If the folder or a file cannot be written.
    """
    written = []
    with look(image):
        for at, figure in enumerate(_pages(image, story, lang), start=1):
            path = folder / f"steg-{at}.png"
            with new_file(path) as fresh:
                figure.savefig(fresh, dpi=DPI, format="png", metadata={"Software": "Strukturbild"})
            written.append(path)
    return written


def _pages(image: StructureImage, story: Story, lang: str) -> "Iterator[Figure]":
    steps = shown_steps(image, story, lang)
    title = story_title(image, story, lang)
    for at, step in enumerate(steps, start=1):
        count = text("seminar.step_of", lang, at=at, count=len(steps))
        yield _page(image, step, f"{title} · {count}", lang)


def _page(image: StructureImage, step: Shown, heading: str, lang: str) -> "Figure":
    figure = new_figure(image)
    extent = step.bounds if step.place is None else _around(step.place)
    draw_map(
        figure.add_axes(_MAP), image, step.visible, extent=extent, lang=lang, service=step.service, rows=step.filter,
        marked=step.marked,
    )  # fmt: skip
    axes = figure.add_axes(_COLUMN)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.axis("off")
    style = image.settings.style
    axes.text(0, 1, heading, fontsize=7.5, color=style.muted, va="top")
    y = _words(axes, step, style, lang)
    draw_entries_within(figure, _COLUMN, (_FOOT, max(y, _FOOT + 0.05)), image, step.visible, lang, step.service)
    draw_foot(axes, image, lang)
    return figure


def _words(axes: "Axes", step: Shown, style: Style, lang: str) -> float:
    """Write the step's title, text and what the image lacks, and return where they end."""
    y = _write(axes, step.title, 0.965, _TITLE_PT, weight="bold") - 0.02
    for line in step.text.splitlines():
        bullet = line.startswith("- ")
        y = _write(axes, f"• {line[2:]}" if bullet else line, y, _TEXT_PT) - (0.006 if bullet else 0.012)
    for line in step.missing:
        y = _write(axes, f"▸ {line}", y - 0.004, _TEXT_PT - 1.5, color=style.modelled, style="italic") - 0.008
    if step.decision:
        y = _write(axes, f"{text('seminar.decision', lang)} {step.decision}", y - 0.004, _TEXT_PT, weight="bold") - 0.01
    if step.marked is not None:
        y = (
            _write(axes, f"■ {step.marked_title}", y - 0.004, _TEXT_PT - 1.5, color=style.finding, weight="bold")
            - 0.008
        )
    if is_marked(step, lang):
        y = _write(axes, text("seminar.marked", lang), y, 7.0, color=style.muted) - 0.008
    return y - 0.012


def _write(axes: "Axes", words: str, y: float, size: float, **look_of: Any) -> float:
    """Write a paragraph, broken where the column ends, and return where it ends."""
    figure = axes.figure
    box = axes.get_window_extent()
    lines = _broken(axes, words, size, box.width, **look_of)
    axes.text(0, y, "\n".join(lines), fontsize=size, va="top", linespacing=_LINE, **look_of)
    return y - len(lines) * size * _LINE * figure.dpi / 72 / box.height


def _broken(axes: "Axes", words: str, size: float, width: float, **look_of: Any) -> list[str]:
    renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    probe = axes.text(0, 0, "", fontsize=size, **look_of)

    def wide(line: str) -> float:
        probe.set_text(line)
        return float(probe.get_window_extent(renderer).width)

    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and wide(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    probe.remove()
    return lines


def _around(place: PlaceView) -> Bounds:
    """Return the extent that a saved view showed, whatever the page."""
    x, y, pixel_m = metres(place)
    across, up = place.width_px * pixel_m / 2, place.height_px * pixel_m / 2
    return x - across, y - up, x + across, y + up
