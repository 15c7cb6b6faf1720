"""Pictures of what a page tries: nodes by other criteria, and people beyond a limit; each says what it shows."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

from spatial.model import StructureImage
from spatial.views.picture import DPI, draw_map, look, new_figure
from spatial.views.picture_legend import draw_legend

_MAP = (0.02, 0.03, 0.68, 0.94)


def draw_trial(
    image: StructureImage,
    *,
    state: dict[str, bool],
    note: str,
    levels: Mapping[str, str | None] | None = None,
    beyond: tuple[str, float] | None = None,
    rows: Mapping[str, Sequence[str]] | None = None,
    lang: str = "sv",
) -> bytes:
    """Return a map as a PNG of A4 across, with what is tried on it.

    Parameters
    ----------
    image : StructureImage
        Not changed.
    state : dict
        A truth for each line of the legend, as the web map has it.
    note : str
        What the picture shows, told below its title.
    levels : mapping of str to str, optional
        The nodes' levels by the criteria that are tried.
    beyond : (service, minutes), optional
        Marks the populated cells that have farther than that.
    rows : mapping of str to sequence of str, optional
        Which rows of a layer are drawn; all of the others.
    lang : {"sv", "en", "no"}
    """
    tried = _with_levels(image, levels)
    marked = None
    if beyond is not None and "rutnat" in image.layers:
        cells = image.layers["rutnat"].frame
        marked = (cells[f"{beyond[0]}_min"] > beyond[1]) & (cells["population_inv"].fillna(0) > 0)
    out = io.BytesIO()
    with look(tried):
        figure = new_figure(tried)
        draw_map(figure.add_axes(_MAP), tried, state, lang=lang, marked=marked, rows=rows)
        draw_legend(figure, tried, state, lang, note)
        figure.savefig(out, dpi=DPI, format="png", metadata={"Software": "Strukturbild"})
    return out.getvalue()


def _with_levels(image: StructureImage, levels: Mapping[str, str | None] | None) -> StructureImage:
    if not levels or "noder" not in image.layers:
        return image
    nodes = image.layers["noder"]
    frame = nodes.geo.assign(level=[levels.get(str(place)) for place in nodes.frame.index])
    return replace(image, layers={**image.layers, "noder": replace(nodes, frame=frame)})
