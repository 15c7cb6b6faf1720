"""layer.yaml and a file become a true layer; every fault with its row."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from spatial.errors import LayerError
from spatial.inputs.config import read_settings
from spatial.inputs.layers import inspect_layers, read_layers


def layer(values, name):
    return next(one for one in values["layers"] if one["id"] == name)


def changing(name, **more):
    return lambda values: layer(values, name).update(more)


def read(make_region, folder, change=None):
    return read_layers(read_settings(make_region(folder, change=change)))


def faults_of(make_region, folder, change):
    with pytest.raises(LayerError) as caught:
        read(make_region, folder, change)
    return {(fault.layer, fault.key, fault.row) for fault in caught.value.faults}


def test_layers_come_true(make_region, tmp_path):
    layers = read(make_region, tmp_path)
    for one in layers.values():
        assert one.frame.index.is_unique
        if isinstance(one.frame, gpd.GeoDataFrame):
            assert one.geo.crs.to_epsg() == 3006
            assert all(isinstance(key, str) for key in one.frame.index)
    assert layers["folk"].frame.loc["2480", "population_inv"] == 3900.0
    assert layers["rutor"].grid.crs == "EPSG:3006"
    assert layers["rutor"].rows_read == len(layers["rutor"].frame) == 195


def test_where_keeps_constants_add_and_classes_translate(make_region, tmp_path):
    def change(values):
        layer(values, "service").update(
            where={"slag": ["livs"]}, constants={"basis": "egen"}, classes={"livs": "grocery"}
        )

    frame = read(make_region, tmp_path, change)["service"].frame
    assert frame["service_type"].tolist() == ["grocery", "grocery"]
    assert frame["basis"].tolist() == ["egen", "egen"]
    assert frame.index.tolist() == ["s1", "s2"]


def test_where_reads_numbers_and_codes_alike(make_region, tmp_path):
    layers = read(make_region, tmp_path, changing("rutor", where={"folk": ["7", "8", "9"]}))
    assert set(layers["rutor"].frame["population_inv"]) <= {7.0, 8.0, 9.0}


def test_roads_classes_translate(make_region, tmp_path):
    layers = read(make_region, tmp_path, changing("vagar", classes={"riksvag": "europavag"}))
    assert set(layers["vagar"].frame["road_class"]) == {"europavag", "lansvag"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (changing("orter", where={"saknas": ["1"]}), ("orter", "faults.where_column", None)),
        (changing("orter", where={"kod": ["zz"]}), ("orter", "faults.no_features", None)),
        (changing("orter", columns={"id": "kod", "name": "namn"}), ("orter", "faults.column_missing", None)),
        (changing("orter", columns={"id": "k", "name": "namn", "population_inv": "folk"}),
         ("orter", "faults.mapped_column", None)),
        (changing("service", classes={}, where={"slag": ["livs"]}), ("service", "faults.unknown_service", None)),
        (changing("folk", columns={"code": "folk", "population_inv": "kod"}, constants={"code": "1"}),
         ("folk", "faults.repeated_id", "1")),
        (lambda values: values["layers"].remove(layer(values, "kommuner")),
         ("liten", "faults.no_municipalities", None)),
        (lambda values: values["region"].update(municipalities=["2480", "9999"]),
         ("kommuner", "faults.no_such_municipality", "9999")),
    ],
)  # fmt: skip
def test_faults_name_layer_and_row(make_region, tmp_path, change, fault):
    assert fault in faults_of(make_region, tmp_path, change)


def test_all_faults_of_a_layer_come_at_once(make_region, tmp_path):
    path = make_region(tmp_path)
    orter = gpd.read_file(tmp_path / "orter.geojson")
    orter["folk"] = ["tre", "-4", "5", "6"]
    orter["kod"] = ["a", "a", "c", "d"]
    orter.to_file(tmp_path / "orter.geojson")
    _, faults = inspect_layers(read_settings(path))
    told = {(fault.key, fault.row) for fault in faults if fault.layer == "orter"}
    assert {("faults.not_number", "1"), ("faults.negative_people", "2")} <= told
    assert any("repeated" in key for key, _ in told)


def test_a_refused_layer_does_not_hide_the_others(make_region, tmp_path):
    settings = read_settings(make_region(tmp_path, change=changing("flyg", crs="EPSG:3067")))
    layers, faults = inspect_layers(settings)
    assert {fault.layer for fault in faults} == {"flyg"}
    assert set(layers) == {one.id for one in settings.layers} - {"flyg"}


@pytest.mark.parametrize("role", ["orter", "stationer"])
def test_areas_become_points_on_them(make_region, tmp_path, role):
    path = make_region(tmp_path)
    name = next(tmp_path.glob(f"{role}.*"))
    frame = gpd.read_file(name)
    areas = frame.set_geometry(frame.buffer(300, cap_style="square"))
    name.unlink()
    areas.to_file(name)
    made = read_layers(read_settings(path))[role]
    assert set(made.geo.geom_type) == {"Point"}
    assert np.allclose(shapely.get_coordinates(made.geo.geometry.to_numpy()),
                       shapely.get_coordinates(frame.geometry.to_numpy()), atol=1)  # fmt: skip
    assert [(fault.key, fault.count, fault.severity) for fault in made.faults] == [
        ("faults.areas_as_points", len(frame), "repaired")
    ]


def test_masked_cells_are_missing_and_counted(make_region, tmp_path):
    path = make_region(tmp_path)
    cells = gpd.read_file(tmp_path / "rutor.gpkg").astype({"folk": float})
    cells.loc[:3, "folk"] = np.nan
    cells.to_file(tmp_path / "rutor.gpkg", layer="rutor")
    made = read_layers(read_settings(path))["rutor"]
    assert made.frame["population_inv"].isna().sum() == 4
    assert [(fault.key, fault.count) for fault in made.faults] == [("faults.masked_cells", 4)]


def test_points_and_squares_give_the_same_cells(make_region, tmp_path):
    path = make_region(tmp_path)
    before = read_layers(read_settings(path))["rutor"]
    cells = gpd.read_file(tmp_path / "rutor.gpkg")
    cells.set_geometry(cells.centroid).to_file(tmp_path / "rutor.gpkg", layer="rutor")
    after = read_layers(read_settings(path))["rutor"]
    assert after.grid == before.grid
    assert after.frame.drop(columns="geometry").equals(before.frame.drop(columns="geometry"))


def test_a_raster_is_sealed_by_its_values_place_and_classes(make_region, tmp_path):
    def raster(name, east=700_000, first=1):
        values = np.full((40, 20), 2, np.uint8)
        values[0, 0] = first
        path = tmp_path / name
        with rasterio.open(
            path, "w", driver="GTiff", width=20, height=40, count=1, dtype="uint8", crs="EPSG:3006",
            transform=from_origin(east, 7_120_000, 1000, 1000),
        ) as target:  # fmt: skip
            target.write(values, 1)
        reader = {"kind": "file", "path": name}

        def change(values):
            layer(values, "mark").update(reader=reader, columns={}, classes={"1": "myr", "2": "skog"})

        return read(make_region, tmp_path, change)["mark"]

    one = raster("a.tif")
    assert one.raster.classes == {1: "myr", 2: "skog"}
    assert raster("b.tif").fingerprint == one.fingerprint
    assert raster("c.tif", first=2).fingerprint != one.fingerprint
    assert raster("d.tif", east=701_000).fingerprint != one.fingerprint


@pytest.mark.parametrize("more", [{"status": "modellerat"}, {"clip_to_region": True}])
def test_what_decides_the_layer_belongs_to_its_seal(make_region, tmp_path, more):
    one = read(make_region, tmp_path)["sjoar"]
    assert read(make_region, tmp_path, changing("sjoar", **more))["sjoar"].fingerprint != one.fingerprint
    assert read(make_region, tmp_path, changing("sjoar", source="Annan källa"))["sjoar"].fingerprint == one.fingerprint


def test_order_of_rows_in_the_file_does_not_matter(make_region, tmp_path):
    path = make_region(tmp_path)
    before = read_layers(read_settings(path))
    for name in ("rutor", "vagar"):
        frame = gpd.read_file(tmp_path / f"{name}.gpkg")
        frame.iloc[::-1].to_file(tmp_path / f"{name}.gpkg", layer=name)
    after = read_layers(read_settings(path))
    assert {n: one.fingerprint for n, one in after.items()} == {n: one.fingerprint for n, one in before.items()}
