"""The legend of the pictures: whatever is shown, every line is on the page, none over another, in the map's colours."""

import pytest

from spatial.views.picture import look, new_figure
from spatial.views.picture_legend import draw_legend, filled
from spatial.views.report_maps import Maps
from spatial.views.report_telling import Teller
from spatial.views.style import legend_entries


def boxes(image, state, lang):
    """Return the place of every line of type, the column's first."""
    with look(image):
        figure = new_figure(image)
        draw_legend(figure, image, state, lang)
        renderer = figure.canvas.get_renderer()
        texts = [words for axes in figure.axes for words in axes.texts]
        return figure.bbox, [(words.get_text(), words.get_window_extent(renderer)) for words in texts]


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("theme", ["helheten", "service", "plan", "fynd"])
def test_no_line_is_cut_or_over_another(embedded, theme, lang):
    state = Maps(Teller(embedded.image, lang))._state(theme)
    page, lines = boxes(embedded.image, state, lang)
    assert len(lines) > 15
    for words, box in lines:
        assert box.x1 <= page.x1, words
        assert page.y0 <= box.y0 < box.y1 <= page.y1, words
    told = sorted(lines, key=lambda line: -line[1].y1)
    for at, (words, box) in enumerate(told):
        for other, below in told[at + 1 :]:
            over = min(box.y1, below.y1) - max(box.y0, below.y0)
            assert over <= 2 or not box.overlaps(below), (words, other)


def test_the_map_of_service_shows_its_white_spots_and_that_of_plans_no_other_findings(embedded):
    maps = Maps(Teller(embedded.image, "sv"))
    layers = {entry.key: entry.layer for entry in legend_entries(embedded.image)}
    shown = {theme: {layers[key] for key, on in maps._state(theme).items() if on and key in layers}
             for theme in ("service", "fynd")}  # fmt: skip
    assert "vita_flackar" in shown["service"]
    assert {"granser", "konflikter", "rekommendationer"} <= shown["fynd"]
    assert not shown["fynd"] & {"vita_flackar", "forlust_service", "forlust_vagar"}


def test_a_fill_is_as_light_as_the_style_says(embedded):
    synergy = next(entry.style for entry in legend_entries(embedded.image) if entry.key == "konflikter/synergi")
    assert filled(synergy)[3] == synergy.fill_opacity < 1
