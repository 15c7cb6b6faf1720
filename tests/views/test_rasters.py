from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import rasterio

from spatial.model import Raster
from spatial.views.rasters import UNREACHABLE, write_rasters
from spatial.views.style import step_tones
from tests.views.make_image import make_image


@pytest.fixture(scope="module", params=["EPSG:3006", "EPSG:3035", "EPSG:25833"])
def image(request):
    return make_image(request.param)


@pytest.fixture(scope="module")
def written(image, tmp_path_factory):
    return {path.stem: path for path in write_rasters(image, tmp_path_factory.mktemp("r") / "raster")}


def test_each_grid_becomes_a_raster_with_a_style(written):
    assert set(written) == {"befolkning", "minuter_grocery", "minuter_hospital", "markanvandning"}
    assert all(path.with_suffix(".qml").is_file() for path in written.values())


def test_rasters_lie_on_the_grids_own_lattice(image, written):
    grid = image.layers["rutnat"].grid
    for path in written.values():
        with rasterio.open(path) as source:
            assert source.crs.to_epsg() == int(grid.crs.removeprefix("EPSG:"))
            assert source.transform == grid.transform
            assert source.shape == grid.shape


def test_they_are_cloud_optimised_with_overviews(written):
    for path in written.values():
        with rasterio.open(path) as source:
            assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert source.overviews(1)
            assert source.tags()["LICENCE"] == "CC0-1.0"


def test_people_are_all_there(image, written):
    frame = image.layers["rutnat"].frame
    with rasterio.open(written["befolkning"]) as source:
        cells = source.read(1)
        assert cells.dtype == np.float32
        assert np.isnan(source.nodata)
    assert np.nansum(cells, dtype=float) == frame["population_inv"].sum()
    assert np.isfinite(cells).sum() == len(frame)
    assert np.allclose(cells[frame["row"], frame["col"]], frame["population_inv"])


def test_unreachable_has_a_value_of_its_own_and_unknown_none(image, written):
    frame = image.layers["rutnat"].frame
    with rasterio.open(written["minuter_grocery"]) as source:
        cells = source.read(1)[frame["row"], frame["col"]]
        assert "9999" in source.tags()["NOTE"]
    lost = np.isinf(frame["grocery_min"].to_numpy())
    assert (cells[lost] == UNREACHABLE).all()
    assert (cells[~lost] < UNREACHABLE).all()
    with rasterio.open(written["minuter_hospital"]) as source:
        cells = source.read(1)[frame["row"], frame["col"]]
    assert np.isnan(cells).sum() == 3


def test_land_use_has_the_catalogues_colours(image, written):
    style = image.settings.style.layer("markanvandning")
    with rasterio.open(written["markanvandning"]) as source:
        colours = source.colormap(1)
        assert source.nodata == 0
        assert "1 = Bebyggelse" in source.tags()["CLASSES"]
    for code, item in enumerate(style.classes, 1):
        assert "#{:02X}{:02X}{:02X}".format(*colours[code][:3]) == item.fill


def test_minutes_are_drawn_as_in_the_web_map(image, written):
    steps = image.settings.access.colour_steps_min
    items = ET.fromstring(written["minuter_grocery"].with_suffix(".qml").read_text("utf-8")).findall(".//item")
    tones = step_tones(image.settings.style.layer("minuter"), len(steps))
    assert [float(item.get("value")) for item in items[: len(steps)]] == steps
    assert [item.get("color").upper() for item in items[:-1]] == tones
    assert items[-1].get("label") == "går inte att nå"
    assert float(items[-1].get("value")) == UNREACHABLE


def test_the_same_image_makes_the_same_bytes(image, written, tmp_path):
    for path in write_rasters(image, tmp_path):
        assert path.read_bytes() == written[path.stem].read_bytes()


def test_an_image_without_grids_has_no_rasters(tmp_path):
    assert write_rasters(make_image(without=("rutnat", "markanvandning")), tmp_path) == []


def test_values_of_one_class_are_one_class_in_the_raster(image, tmp_path):
    layer = image.layers["markanvandning"]
    merged = Raster(layer.raster.grid, layer.raster.bands, {**layer.raster.classes, 1: "skog", 2: "okänt slag"})
    layers = {**image.layers, "markanvandning": replace(layer, raster=merged)}
    path = next(
        path for path in write_rasters(replace(image, layers=layers), tmp_path) if path.stem == "markanvandning"
    )
    with rasterio.open(path) as source:
        told, cells = source.tags()["CLASSES"], source.read(1)
    assert told == "1 = Skog; 2 = Fjäll; 3 = Vatten; 4 = Myr; 5 = okänt slag"
    band = layer.raster.bands["class"]
    assert (cells == 1).sum() == ((band == 1) | (band == 3)).sum()
    assert ((cells == 0) == (band == 0)).all()
