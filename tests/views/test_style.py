"""The style catalogue: complete, legible in grey, one meaning a colour; and what the map makes of it."""

import colorsys
import itertools
from dataclasses import replace

import pytest

from spatial.model import Omission
from spatial.views.style import class_values, legend_entries, step_tones, web_class


@pytest.fixture
def style(image):
    return image.settings.style


def _grey(colour):
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _contrast(one, other):
    light, dark = sorted((_grey(one), _grey(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _hue(colour):
    hue, _, saturation = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    return hue * 360, saturation


def test_every_layer_of_the_image_has_a_style(style):
    wanted = "kommuner noder strak jarnvag stationer vagnat service flygplatser omland fa_regioner vatten vattendrag"
    wanted += " land rutnat minuter markanvandning vita_flackar"
    assert {layer.id for layer in style.layers} >= set(wanted.split())


def test_every_name_is_in_three_languages(style):
    titles = [item.title for layer in style.layers for item in (layer, *layer.classes)]
    assert all(title.sv and title.en and title.no for title in titles)


def test_levels_fall_in_size_and_rise_in_tone_together(style):
    nodes = style.layer("noder").classes[:5]
    outer = [item.size + (8 if item.ring else 0) for item in nodes]
    tones = [_grey(item.fill) for item in nodes]
    assert outer == sorted(outer, reverse=True)
    assert len(set(outer)) == 5
    assert tones == sorted(tones)
    assert all(later - earlier > 0.02 for earlier, later in itertools.pairwise(tones))


def test_minutes_darken_step_by_step(style):
    for steps in range(2, 8):
        tones = [_grey(tone) for tone in step_tones(style.layer("minuter"), steps)]
        assert len(tones) == steps + 1
        assert tones == sorted(tones, reverse=True)
        assert min(a - b for a, b in itertools.pairwise(tones)) > 0.004


def test_blue_is_only_water_and_red_only_findings(style):
    blue_at_home = {"vatten", "vattendrag", "markanvandning"}
    for layer in style.layers:
        for item in layer.classes:
            for colour in filter(None, (item.fill, item.stroke)):
                hue, saturation = _hue(colour)
                if 185 <= hue <= 215 and saturation > 0.3:
                    assert layer.id in blue_at_home or item.value == "vatten", (layer.id, colour)
                if (hue <= 12 or hue >= 350) and saturation > 0.5:
                    assert layer.group == "fynd", (layer.id, colour)


@pytest.mark.parametrize("colour", ["ink", "muted", "modelled", "finding"])
def test_text_has_contrast_aa(colour, style):
    assert _contrast(getattr(style, colour), style.paper) >= 4.5


def test_outside_and_rail_are_classes_of_their_own(image, style):
    nodes = image.layers["noder"].frame
    classes = class_values(style.layer("noder"), nodes)
    assert classes[:6] == ["regional_core", "subregional_core", "service_node", "rural_node", "other", "outside"]
    assert class_values(style.layer("strak"), image.layers["strak"].frame) == ["regional", "rail"]


def test_legend_has_every_level_with_its_criterion_and_status(image):
    entries = {entry.key: entry for entry in legend_entries(image)}
    assert entries["noder/municipal_centre"].criterion == "centralort, vårdcentral, apotek"
    assert entries["strak/local"].status == "modellerat"
    assert entries["noder/regional_core"].status == "mätt"
    assert not any(key.startswith("vagnat/") for key in entries)
    groups = [entry.group for entry in entries.values()]
    assert groups == sorted(groups, key=["noder", "strak", "tillganglighet", "fynd", "underlag"].index)


def test_web_class_leaves_out_what_is_not_drawn(style):
    assert web_class(style.layer("kommuner").classes[0]).keys() == {
        "stroke",
        "width",
        "dash",
        "fillOpacity",
        "strokeOpacity",
    }


def test_a_criterion_that_no_data_could_try_says_so(image):
    level = image.settings.hierarchy.levels[0]
    service = image.settings.services[0]
    left_out = Omission(f"criterion:{level.id}:{service.id}", "services")
    untried = replace(image, provenance=replace(image.provenance, omissions=(left_out,)))
    shown = {entry.value: entry.criterion for entry in legend_entries(untried) if entry.layer == "noder"}
    assert shown[level.id].startswith(level.criterion.sv)
    assert f"ej prövat, underlag saknas: {service.title.sv.lower()}" in shown[level.id]
    before = {entry.value: entry.criterion for entry in legend_entries(image) if entry.layer == "noder"}
    assert all("ej prövat" not in criterion for criterion in before.values())
