"""A mapping's YAML: strict, every fault at once with its line; plans read from files by settings alone."""

import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely

from spatial.errors import ConfigError
from spatial.inputs.mapping import read_example, read_mapping, read_pivot, read_rules

HEAD = 'id: min\ntitle: {sv: Min}\nversion: "1"\nsource: jag\nbasis: antagande\ncodes:\n'


def faults_of(tmp_path, codes):
    file = tmp_path / "min.yaml"
    file.write_text(HEAD + codes, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_mapping(file)
    return str(caught.value)


def test_all_faults_at_once_with_lines(tmp_path):
    said = faults_of(
        tmp_path,
        '  "A": landsbyggd\n  "B": {pivot: tvetydig, options: [vatten]}\n'
        '  "C": {pivot: vatten, options: [landsbygd, vatten]}\n'
        '  "a": vatten\n',
    )
    assert said.startswith("4 fel")
    for line in (7, 8, 9, 10):
        assert f"rad {line}" in said


def test_code_must_be_quoted(tmp_path):
    said = faults_of(tmp_path, "  1110: vatten\n")
    assert "1110" in said
    assert "citattecken" in said
    assert "rad 7" in said


def test_repeated_code_is_refused(tmp_path):
    assert "två gånger" in faults_of(tmp_path, '  "A": vatten\n  "A": landsbygd\n')


def test_rules_and_pivot_are_strict(tmp_path):
    file = tmp_path / "r.yaml"
    rule = "{id: x, check: overlap, severity: fel, sentence: {sv: '{fel}'}, fix: {sv: x}, source: x, basis: minne}"
    file.write_text(f'version: "1"\nrules:\n  - {rule}\n', encoding="utf-8")
    with pytest.raises(ConfigError):
        read_rules(file)
    file.write_text("entries: [{id: okand, aspect: varde, title: {sv: x}, source: x, basis: minne}]", encoding="utf-8")
    with pytest.raises(ConfigError):
        read_pivot(file)
    assert read_rules().version
    assert read_example().planted


@pytest.fixture
def features():
    shapes = [shapely.box(758_000 + 500 * n, 7_088_000, 758_500 + 500 * n, 7_089_000) for n in range(3)]
    shapes.append(shapely.LineString([(758_000, 7_088_000), (759_000, 7_089_000)]))
    shapes.append(shapely.Polygon([(0, 0), (400, 400), (400, 0), (0, 400)]))
    shapes[4] = shapely.transform(shapes[4], lambda xy: np.add(xy, (758_000, 7_090_000)))
    codes = ["1110", "5100", "9999", "2010", "1300"]
    return gpd.GeoDataFrame({"OBJ": [1, 2, 2, None, 5], "FORMAL": codes}, geometry=shapes, crs=3006)


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shp.zip", "gdb.zip"])
def test_a_plan_comes_in_by_settings_alone(tmp_path, features, kind):
    from spatial.image import compose
    from spatial.inputs.config import read_settings
    from spatial.inputs.layers import read_layers

    name = f"op.{kind}"
    if kind == "gpkg":
        features.to_file(tmp_path / name, layer="ytor")
    elif kind == "geojson":
        features.to_crs(4326).to_file(tmp_path / name, driver="GeoJSON")
    elif kind == "shp.zip":
        features[features.geom_type == "Polygon"].to_file(tmp_path / "op.shp", encoding="utf-8")
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            for part in tmp_path.glob("op.*"):
                if part.suffix != ".zip":
                    packed.write(part, part.name)
    else:
        features[features.geom_type == "Polygon"].to_file(tmp_path / "op.gdb", driver="OpenFileGDB", layer="ytor")
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            for part in (tmp_path / "op.gdb").iterdir():
                packed.write(part, f"op.gdb/{part.name}")
    crs = "EPSG:4326" if kind == "geojson" else "EPSG:3006"
    (tmp_path / "r.yaml").write_text(
        f"""extends: vasterbotten
models: {{}}
layers:
  - kommuner
  - id: op_2480
    title: {{sv: ÖP Umeå}}
    role: plans
    status: mätt
    year: 2024
    source: kommunen
    provider: Umeå kommun
    licence: CC0-1.0
    crs: {crs}
    reader: {{kind: file, path: {name}}}
    columns: {{id: OBJ, code: FORMAL}}
    constants: {{municipality: "2480"}}
    mapping: sosi
""",
        encoding="utf-8",
    )
    settings = read_settings(tmp_path / "r.yaml")
    layers = read_layers(settings)
    image = compose(settings, layers)
    frame = image.layers["planomraden"].frame
    assert frame.index[0] == "2480:1"
    assert frame["pivot"].tolist() == ["sammanhangande_bostad", "tvetydig", "okand", "verksamheter_industri"]
    assert frame.index.is_unique
    assert frame.geometry.is_valid.all()
    assert frame["plan_id"].eq("2480").all()
    unknown = image.indicators["planer_okanda_koder"]
    assert unknown.set_index("code")["pivot"].to_dict() == {"9999": "okand", "5100": "tvetydig"}
    if kind in {"gpkg", "geojson"}:
        assert image.layers["planomraden_linjer"].frame["pivot"].tolist() == ["transportinfrastruktur"]
    keys = {fault.key for fault in layers["op_2480"].faults}
    assert {"faults.plan_ids", "faults.plan_repaired"} <= keys
    assert "tackning-lucka" in set(image.indicators["plan_granskning"]["rule"])
