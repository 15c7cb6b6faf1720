"""The seminar: figures from the image, what a step lacks, one safe file, hand-outs."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from spatial.inputs.stories import read_story
from spatial.settings import Parameter, Threshold
from spatial.story import AreaView, PlaceView, Selected, Step, Story
from spatial.texts import LANGUAGES
from spatial.views.handout import write_pdf, write_pngs
from spatial.views.seminar import LARGEST_BYTES, seminar
from spatial.views.seminar_steps import shown_steps
from spatial.views.story_figures import Figures, marked_cells

HOSTILE = "</script><script>alert(1)</script>\u2028<img src=x onerror=alert(1)>"


def _image(image):
    """Return the small region with a threshold, and the tables that figures are read from."""
    limit = Parameter(value=15.0, unit="min", source="prov")
    thresholds = [Threshold(id="grocery_15", service="grocery", minutes=limit)]
    grid = image.layers["rutnat"]
    cells = grid.frame.assign(grocery_id=["a"] * 6 + ["b"] * 6, grocery_second_min=[16.0, 14.0] * 6)
    tables = {
        "befolkning": pd.DataFrame(
            {"population_inv": [900.0, 733.0]}, index=pd.Index(["2480", "2482"], name="municipality_code")
        ),
        "service_inom": pd.DataFrame(
            {
                "zone": ["2480", "2482", "alla"],
                "service": "grocery",
                "threshold_min": 15.0,
                "people_inv": [800.0, 233.0, 1033.0],
                "total_inv": [900.0, 733.0, 1633.0],
                "share": [0.8889, 0.3179, 0.6326],
            }
        ),
    }
    return replace(
        image,
        layers={**image.layers, "rutnat": replace(grid, frame=cells)},
        indicators=tables,
        settings=image.settings.model_copy(update={"thresholds": thresholds}),
    )


def _one(**step):
    return Story(id="prov", title="Prov", steps=[Step(id="a", **{"title": "T", **step})])


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        ("people:region", "1\u00a0633"),
        ("people:2482", "733"),
        ("within:grocery_15", "1\u00a0033"),
        ("beyond:grocery_15@2482", "500"),
        ("share:grocery_15", "63\u00a0%"),
        ("least:grocery_15", "Skellefteå"),
        ("leastshare:grocery_15", "32\u00a0%"),
        ("count:noder/service_node", "15"),
        ("names:noder/regional_core", "Umeå"),
        ("most:strak/regional", "E4 Umeå–Skellefteå"),
        ("mostpeople:strak/regional", "ca 123\u00a0000"),
        ("length:strak/regional", "ca 140\u00a0km"),
        ("year:region", "2021"),
        ("losing:grocery_15@a", "8"),
        ("people:9999", None),
        ("share:okänd", None),
        ("count:granser", None),
        ("across:region", None),
    ],
)
def test_figures_come_from_the_image(image, figure, told):
    kind, _, what = figure.partition(":")
    assert Figures(_image(image)).value(kind, what) == told


def test_modelled_figures_are_rounded_and_marked(image):
    own = _image(image)
    grid = own.layers["rutnat"]
    modelled = replace(
        own, layers={**own.layers, "rutnat": replace(grid, meta=replace(grid.meta, status="modellerat"))}
    )
    told, lacking = Figures(modelled).fill("{people:region} bor här. {share:grocery_15} når en butik.")
    assert told == "Ca 1\u00a0630 bor här. Ca 63\u00a0% når en butik."
    assert lacking == []
    step = seminar(modelled, _one(text="{people:region} bor här")).data["story"]["steps"][0]
    assert step["marked"]


def test_a_paragraph_without_its_figure_is_left_out(image):
    told, lacking = Figures(_image(image)).fill("{count:granser} ställen.\nResten står kvar.")
    assert told == "Resten står kvar."
    assert lacking == ["{count:granser}"]


def test_marked_cells_are_those_that_the_figure_counts(image):
    own = _image(image)
    beyond = marked_cells(own, "beyond:grocery_15")
    assert int(beyond.sum()) == 5  # 30, 44, 61, 95 minutes and the one that no way leads to; 15 is within
    assert marked_cells(own, "losing:grocery_15@a").tolist()[:4] == [True, False, True, False]
    assert marked_cells(own, "losing:grocery_15@ingen") is None
    step = seminar(own, _one(highlight="beyond:grocery_15")).data["story"]["steps"][0]
    assert step["cells"] == np.flatnonzero(beyond.to_numpy()).tolist()
    assert "15 min" in step["cellsTitle"]


def test_a_step_says_what_the_image_lacks_and_the_rest_goes_on(image):
    story = _one(
        visible=["noder", "okant_lager"],
        service="pharmacy",
        view=AreaView(ids=["9999"]),
        filter={"strak": ["s1", "borta"]},
        selected=Selected(layer="noder", id="borta"),
    )
    step = shown_steps(_image(image), story)[0]
    assert len(step.missing) == 4
    assert "okant_lager" in step.missing[0]
    assert step.visible["noder/regional_core"]
    assert not step.visible["noder/other"]
    assert not step.visible["strak/regional"]
    assert step.visible["kommuner/all"]
    assert (step.service, step.bounds, step.selected) == (None, None, None)
    assert step.filter == {"strak": ["s1"]}


def test_extents_by_name_and_by_place(image):
    story = Story(
        id="a",
        title="T",
        steps=[
            Step(id="a", title="T", view=AreaView(ids=["2480"])),
            Step(id="b", title="T", view=PlaceView(lat=64.0, lon=19.0, zoom=8.0)),
        ],
    )
    area, place = seminar(_image(image), story).data["story"]["steps"]
    (south, west), (north, east) = area["bounds"]
    assert south < 63.9 < north
    assert west < east
    assert place["bounds"] is None
    assert place["place"] == {"lat": 64.0, "lon": 19.0, "zoom": 8.0, "size": [850.0, 720.0]}


def test_the_example_on_a_small_image(image):
    made = seminar(_image(image), read_story())
    steps = made.data["story"]["steps"]
    assert len(steps) == 8
    assert "{" not in json.dumps([[s["title"], s["text"], s["notes"]] for s in steps])
    assert [bool(step["missing"]) for step in steps][4:6] == [True, True]


def test_one_file_with_the_maps_own_policy(image, tmp_path):
    story = _one(title=HOSTILE, text=HOSTILE, notes=HOSTILE, decision=HOSTILE).model_copy(
        update={"literal": True, "title": HOSTILE}
    )
    page = seminar(_image(image), story).save(tmp_path / "seminarium.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert "\u2028" not in page.partition("<body>")[2]
    assert len(page.encode()) < 450_000


def test_same_story_same_page(image, build_image):
    assert seminar(_image(image), read_story()).html == seminar(_image(build_image()), read_story()).html


def test_a_large_file_leaves_out_what_no_step_shows(image, monkeypatch):
    import spatial.views.seminar as module

    own = _image(image)
    whole = len(seminar(own, _one(visible=["noder"])).html.encode())
    assert whole < LARGEST_BYTES
    monkeypatch.setattr(module, "LARGEST_BYTES", whole - 50)
    made = module.seminar(own, _one(visible=["noder"])).html
    data = json.loads(re.search(r'id="karta-data">(.*?)</script>', made, re.DOTALL).group(1))
    left = {layer["id"] for layer in data["layers"]}
    assert "noder" in left
    assert "kommuner" in left
    assert "strak" not in left
    assert all(entry["layer"] in left for group in data["groups"] for entry in group["entries"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language(image, lang):
    made = seminar(_image(image), _one(visible=["okant_lager"]), lang=lang)
    assert f'<html lang="{lang}">' in made.html
    assert made.data["story"]["steps"][0]["missing"]


def test_handouts_without_a_browser(image, tmp_path):
    story = Story(
        id="a",
        title="Prov",
        steps=[
            Step(id="a", title="En rubrik som är så lång att den måste brytas", text="Ett.\n- Två.", visible=["noder"]),
            Step(
                id="b", title="T", service="grocery", highlight="beyond:grocery_15", decision="Ja.", visible=["granser"]
            ),
            Step(id="c", title="T", view=PlaceView(lat=64.0, lon=19.0, zoom=8.0), visible=["strak", "rutnat"]),
        ],
    )
    own = _image(image)
    pdf = write_pdf(own, story, tmp_path / "ut" / "a.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 3
    pictures = write_pngs(own, story, tmp_path / "bilder")
    assert [path.name for path in pictures] == ["steg-1.png", "steg-2.png", "steg-3.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)


def test_scripts_put_text_in_as_text_and_stay_short():
    from spatial.views.webmap import COMPONENT_FOLDER

    for name in ("seminarium.js", "stegpanel.js", "start_seminarium.js", "spara.js"):
        content = (COMPONENT_FOLDER / name).read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", content)
        assert len(content.splitlines()) < 300
