"""The web map: what is in its page, what never is, and how it is written."""

import base64
import json
import re
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest

from spatial.errors import OutputError
from spatial.texts import LANGUAGES
from spatial.views.webmap import COMPONENT_FOLDER, LEAFLET_FOLDER, draw
from spatial.views.webmap_facts import Facts, people, rounded
from spatial.views.webmap_features import DECIMALS, encoded, packed
from spatial.views.webmap_page import safe_json
from spatial.views.webmap_picture import paletted_png
from spatial.views.webmap_rasters import _packed_minutes

HOSTILE = "</script><script>alert(1)</script>\u2028\u2029<img src=x onerror=alert(1)>"


def _layer(data, layer_id):
    return next(layer for layer in data["layers"] if layer["id"] == layer_id)


def _pixels(url):
    content = base64.b64decode(url.partition(",")[2])
    width, height = struct.unpack(">II", content[16:24])
    start = content.index(b"IDAT") + 4
    length = struct.unpack(">I", content[start - 8 : start - 4])[0]
    lines = np.frombuffer(zlib.decompress(content[start : start + length]), np.uint8).reshape(height, -1)[:, 1:]
    return np.stack([lines >> 4, lines & 15], axis=-1).reshape(height, -1)[:, :width]


def _cells(data, name, kind):
    content = data["cells"][name] if name in data["cells"] else data["cells"]["minutes"][name]
    return np.frombuffer(base64.b64decode(content), kind).tolist()


def test_page_is_one_file_with_its_data(image, tmp_path):
    made = draw(image)
    path = made.save(tmp_path / "ut" / "karta.html")
    page = path.read_text(encoding="utf-8")
    inside = re.search(r'<script type="application/json" id="karta-data">(.*?)</script>', page, re.DOTALL).group(1)
    assert json.loads(inside) == json.loads(json.dumps(made.data))
    assert "{{" not in page.partition("<script")[0]
    assert not re.search(r'(src|href)="(?!data:)', re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))
    assert len(page.encode()) < 400_000


def test_same_image_same_page(image, build_image):
    assert draw(image).html == draw(build_image()).html
    assert draw(image).data["fingerprint"] != draw(image, lang="en").data["fingerprint"]


def test_names_cannot_close_the_script(build_image):
    page = draw(build_image([HOSTILE])).html
    assert "<img" not in page
    assert page.count("</script>") == 2
    assert "\u2028" not in page
    assert "\u2029" not in page
    assert json.loads(safe_json({"a": HOSTILE})) == {"a": HOSTILE}


def test_policy_lets_nothing_in(image):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', draw(image).html).group(1)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert policy.count("sha256-") == 2


def test_small_cells_are_never_a_number(image):
    data = draw(image).data
    assert _cells(data, "people", "<i4") == [-1, -1, 5, 25, 150, 1200, 80, 19, 20, 7, -1, 99]


def test_modelled_people_are_rounded(image):
    grid = image.layers["rutnat"]
    modelled = replace(grid, meta=replace(grid.meta, status="modellerat"))
    data = draw(replace(image, layers={**image.layers, "rutnat": modelled})).data
    assert data["cells"]["approximate"]
    assert _cells(data, "people", "<i4") == [-1, -1, 10, 30, 150, 1200, 80, 20, 20, 10, -1, 100]
    assert rounded(123_456) == 123_000
    assert people(123_456, "modellerat", "sv") == "ca 123\u00a0000"
    assert people(0, "mätt", "sv") == "0"
    assert people(4, "mätt", "sv") == "färre än 5"


def test_minutes_at_a_limit_are_within_it(image):
    data = draw(image).data
    assert [value - 2 for value in _cells(data, "grocery", "<u1")] == [1, 5, 6, 15, 30, 44, 61, 95, -1, 2, 3, 4]
    grocery = next(raster for raster in data["rasters"] if raster.get("service") == "grocery")
    assert [item["t"] for item in grocery["legend"]][:2] == ["≤ 5 min", "≤ 15 min"]
    assert len(grocery["legend"]) == 9  # six steps, beyond, uncertain, unreachable
    seen = set(np.unique(_pixels(grocery["url"])))
    assert {0, 1, 2, 3, 4, 6, 7, 8, 9, 10} == seen  # 5 (45-60 min) has no cell; 9 hatch, 10 white of the cross


def test_minutes_beyond_a_byte_are_told_whole():
    for longest, kind in ((253.0, "<u1"), (254.0, "<u2"), (32_000.0, "<u2")):
        told = base64.b64decode(_packed_minutes(np.array([-2.0, -1.0, 0.0, longest])))
        assert (np.frombuffer(told, kind).astype(int) - 2).tolist() == [-2, -1, 0, longest]


def test_packed_rings_are_those_of_pairs(image):
    shapes = image.layers["kommuner"].geo.geometry
    for short, long in zip(packed(shapes), encoded(shapes), strict=True):
        unpacked = [[np.reshape(ring, (-1, 2)).cumsum(axis=0) / 10**DECIMALS for ring in part] for part in short]
        assert [[ring.tolist() for ring in part] for part in unpacked] == long


def test_cells_lie_where_the_grid_says(image):
    data = draw(image).data
    population = next(raster for raster in data["rasters"] if raster["id"] == "rutnat")
    (south, west), (north, east) = population["bounds"]
    lat, lon = (np.array(_cells(data, name, "<i4")) / 1e5 for name in ("lat", "lon"))
    assert south < lat.min() < lat.max() < north
    assert west < lon.min() < lon.max() < east
    pixels = _pixels(population["url"])
    mercator = np.arctanh(np.sin(np.radians(np.r_[south, north, lat])))
    down = (mercator[1] - mercator[2:]) / (mercator[1] - mercator[0]) * pixels.shape[0]
    across = (lon - west) / (east - west) * pixels.shape[1]
    told = pixels[down.astype(int), across.astype(int)].tolist()
    assert told == [1, 1, 1, 2, 3, 4, 2, 1, 2, 1, 1, 2]


def test_facts_are_written_out(image):
    node = _layer(draw(image).data, "noder")["features"][0]
    assert dict(node["f"])["Invånare"] == "92\u00a0000"
    assert dict(node["f"])["Kommun"] == "Umeå"
    assert dict(node["f"])["Service"] == "Livsmedel, Sjukhus"
    assert dict(_layer(draw(image).data, "noder")["closing"])["Uppgiften är"] == "mätt"
    corridor = _layer(draw(image).data, "strak")["features"][0]
    assert dict(corridor["f"])["Boende längs stråket"] == "ca 123\u00a0000"
    assert dict(corridor["f"])["Längd"] == "137\u00a0km"
    municipality = _layer(draw(image).data, "kommuner")["features"][1]
    assert dict(municipality["f"])["Ytfel i kartans gräns"] == "5,6\u00a0%"


def test_a_stretch_of_border_is_told_to_a_tenth_of_a_kilometre(image):
    found = image.layers["strak"]
    border = replace(found, id="granser", frame=found.frame.assign(kind="tyst plan", length_m=879.65))
    assert dict(Facts(image, "sv").of(border)[0])["Längs gränsen"] == "0,9\u00a0km"


def test_what_is_missing_is_left_out_and_named(image):
    bare = replace(image, layers={"kommuner": image.layers["kommuner"]})
    made = draw(bare)
    assert made.data["rasters"] == []
    assert made.data["cells"] == {}
    assert [layer["id"] for layer in made.data["layers"]] == ["kommuner"]
    assert made.data["missing"]["list"] == ["markanvändning"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language(image, lang):
    made = draw(image, lang=lang)
    assert f'<html lang="{lang}">' in made.html
    assert made.data["texts"]["none"] == {"sv": "ingen", "en": "none", "no": "ingen"}[lang]


def test_catalogues_have_the_same_keys():
    import tomllib

    folder = COMPONENT_FOLDER.parent.parent / "texts"
    keys = [_flat(tomllib.loads((folder / lang / "webmap.toml").read_text(encoding="utf-8"))) for lang in LANGUAGES]
    assert keys[0] == keys[1] == keys[2]


def _flat(table, prefix=""):
    return {
        key
        for name, value in table.items()
        for key in (_flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name})
    }


def test_text_is_only_ever_put_in_as_text():
    for script in COMPONENT_FOLDER.glob("*.js"):
        content = script.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", content)
        assert len(content.splitlines()) < 400
    assert (LEAFLET_FOLDER / "LICENSE").is_file()
    assert (COMPONENT_FOLDER / "index.html").is_file()


def test_png_is_read_by_others(tmp_path):
    import rasterio

    path = tmp_path / "bild.png"
    path.write_bytes(paletted_png(np.array([[0, 1, 2]], np.uint8), ["#FF0000", "#00FF00"]))
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        source = rasterio.open(path)
    with source:
        assert source.read(1).tolist() == [[0, 1, 2]]
        assert source.colormap(1)[2] == (0, 255, 0, 255)
        assert source.colormap(1)[0][3] == 0


def test_unwritable_folder_is_one_sentence(image, tmp_path):
    (tmp_path / "fil").write_text("x")
    with pytest.raises(OutputError):
        draw(image).save(tmp_path / "fil" / "karta.html")
