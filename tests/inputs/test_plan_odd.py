"""What strangers' plans hold: other names, codes as numbers, layers that say half, axes, several municipalities."""

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from spatial.analysis.plans import apply_mapping
from spatial.cli import cli
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
from spatial.inputs.mapping import read_mapping
from spatial.inputs.place import CANDIDATES
from spatial.inputs.plan_columns import Columns, guessed
from spatial.inputs.plan_files import PlanFile, PlanLayer
from spatial.inputs.plan_sound import sound_features, timeless
from tests.hostile_plans import office

PLAN = {"ANVANDNING": ["Bostäder", "Natur", "Rennäring", "Rennäring"], "Beskrivning": ["a b", "c d", "e f", "g h"]}


@pytest.fixture(scope="module")
def outlines():
    settings = read_settings()
    return read_layers(settings.model_copy(update={"layers": settings.layers_of("municipalities")}))["kommuner"].geo


@pytest.fixture
def squares(outlines):
    """Return four squares of a kilometre in the middle of Bjurholm, and four in Vindeln."""
    corners = [outlines.geometry[code].representative_point() for code in ("2403", "2404")]
    return [shapely.box(at.x + 1000 * n, at.y, at.x + 1000 * n + 1000, at.y + 1000) for at in corners for n in range(4)]


def run(*arguments, code=0):
    result = CliRunner().invoke(cli, ["plan", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def drafted(file):
    out = file.with_suffix(".yaml")
    run("map", file, "--out", out)
    return {code: rule.pivot for code, rule in read_mapping(out).codes.items()}


def added(file, municipality="2403", mapping="boverket"):
    out = file.with_name("region.yaml")
    told = run("add", file, "--municipality", municipality, "--mapping", mapping, "--out", out)
    settings = read_settings(out)
    wanted = [spec for spec in settings.layers if spec.role in {"municipalities", "plans"}]
    layers = read_layers(settings.model_copy(update={"layers": wanted})).values()
    return told, [layer for layer in layers if layer.meta.role == "plans"]


def test_a_long_description_does_not_hide_the_class(tmp_path, squares):
    gpd.GeoDataFrame(PLAN, geometry=squares[:4], crs=3006).to_file(tmp_path / "op.gpkg")
    assert drafted(tmp_path / "op.gpkg") == {
        "Bostäder": "sammanhangande_bostad",
        "Natur": "natur_friluftsliv",
        "Rennäring": "areell_naring",
    }


def test_a_layer_of_national_interests_says_what_its_codes_leave_out(tmp_path, squares):
    file = tmp_path / "op.gpkg"
    gpd.GeoDataFrame(PLAN, geometry=squares[:4], crs=3006).to_file(file, layer="Användning")
    interests = {"SLAG": ["Rennäring", "Kulturmiljövård", "Naturvård 3 kap 6 §"]}
    gpd.GeoDataFrame(interests, geometry=squares[:3], crs=3006).to_file(file, layer="Riksintressen")
    codes = drafted(file)
    assert {name: codes[name] for name in codes if "Rennäring" in name} == {
        "Användning: Rennäring": "areell_naring",
        "Riksintressen: Rennäring": "ri_rennaring",
    }
    assert (codes["Kulturmiljövård"], codes["Naturvård 3 kap 6 §"]) == ("ri_kulturmiljo", "ri_naturvard")
    told, _ = added(file, mapping=file.with_suffix(".yaml"))
    assert "Riksintresse rennäring: 1 objekt" in told
    assert "Areell näring: 2 objekt" in told


def test_numbers_as_decimals_are_codes_and_one_code_is_one_row_however_cased(tmp_path, squares):
    rows = {"MARKANV_KOD": [101.0, 101.0, 202.0, None], "BENÄMNING": ["Skog", "Skog", "Bostäder", "skog"]}
    file = tmp_path / "op.gpkg"
    gpd.GeoDataFrame(rows, geometry=squares[:4], crs=3006).to_file(file)
    assert drafted(file) == {"Skog": "areell_naring", "Bostäder": "sammanhangande_bostad"}
    told = run("map", file, "--code", "MARKANV_KOD")
    assert "101 (Skog): 2 objekt, 2,00 km² → Areell näring" in told
    assert "(kod saknas): 1 objekt" in told


def test_axes_that_stand_the_other_way_are_turned_and_told(tmp_path, squares):
    turned = shapely.transform(squares[:4], lambda xy: xy[:, ::-1])
    gpd.GeoDataFrame(PLAN, geometry=list(turned), crs=3006).to_file(tmp_path / "op.gpkg")
    told, (layer,) = added(tmp_path / "op.gpkg")
    assert "omvänd ordning" in told
    assert "4 objekt säger inte när" in told
    assert [(fault.key, fault.count) for fault in layer.faults] == [("faults.axes_turned", 4)]
    assert shapely.equals_exact(layer.geo.geometry.to_numpy(), squares[:4], 1e-6).all()
    assert "crs-axlar" in run("check", tmp_path / "op.gpkg", "--municipality", "2403", code=1)


@pytest.mark.parametrize(
    "column", [{"KOMMUNKOD": [2403] * 4 + [2404] * 4}, {"KOMMUN": ["Bjurholm"] * 4 + ["Vindeln"] * 4}, {}]
)
def test_a_plan_of_several_municipalities_is_told_apart(tmp_path, squares, column):
    twice = {name: values * 2 for name, values in PLAN.items()}
    gpd.GeoDataFrame(twice | column, geometry=squares, crs=3006).to_file(tmp_path / "op.gpkg")
    told, (layer,) = added(tmp_path / "op.gpkg")
    assert "Planen gäller flera kommuner (2403, 2404)" in told
    assert ("municipality" in layer.geo.columns) == bool(column)
    checked = run("check", tmp_path / "op.gpkg", "--municipality", "2404", code=1)
    assert "bara det som hör till 2404 granskas" in checked
    assert "crs-fel" not in checked


def test_a_plan_of_another_municipality_is_refused(tmp_path, squares):
    gpd.GeoDataFrame(PLAN, geometry=squares[:4], crs=3006).to_file(tmp_path / "op.gpkg")
    out = tmp_path / "region.yaml"
    told = run("add", tmp_path / "op.gpkg", "--municipality", "2480", "--mapping", "boverket", "--out", out, code=2)
    assert "ligger i 2480 Umeå; det ligger i 2403" in told
    assert not out.exists()


def test_ids_are_each_layers_own(tmp_path, squares):
    file = tmp_path / "op.gpkg"
    for layer in ("bostader", "natur"):
        gpd.GeoDataFrame({"ID": [1, 2]}, geometry=squares[:2], crs=3006).to_file(file, layer=layer)
    assert "id-upprepat" not in run("check", file, "--municipality", "2403", code=1)


@pytest.mark.parametrize(("crs", "said", "north_first"), [
    ("EPSG:3857", "EPSG:3857", False), ("EPSG:4326", "EPSG:4326", True), ("EPSG:4326", None, False),
    ("EPSG:3016", "EPSG:3016", False), ("EPSG:3021", None, False),
])  # fmt: skip
def test_areas_of_a_draft_are_true_whatever_the_coordinates(squares, crs, said, north_first):
    shapes = gpd.GeoSeries(squares[:4], crs=3006).to_crs(crs).to_numpy()
    if north_first:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    frame = gpd.GeoDataFrame(PLAN, geometry=gpd.GeoSeries(list(shapes), crs=said))
    layer = PlanLayer("op", frame, Columns("ANVANDNING"))
    assert layer.coded().area.to_numpy() == pytest.approx([1e6] * 4, rel=2e-3)


def test_the_check_knows_every_system_that_a_plan_may_be_added_in():
    rules = {rule.id: rule.values for rule in read_settings().readiness.rules}
    assert set(CANDIDATES) - {"EPSG:25833"} <= set(rules["crs-saknas"])  # 25833 has the numbers of 3006
    assert rules["crs-saknas"] == rules["crs-fel"] == rules["crs-axlar"]


@pytest.mark.parametrize("label", ["EPSG:3016", "EPSG:25832", "EPSG:3857"])
def test_a_plan_under_a_wrong_label_is_measured_where_it_belongs(squares, outlines, label):
    frame = gpd.GeoDataFrame(PLAN, geometry=squares[:4], crs=label)
    plan = PlanFile("op", (PlanLayer("op", frame, Columns("ANVANDNING")),))
    sound, _ = sound_features(plan, "2403", outlines.geometry.loc["2403"])
    assert shapely.equals_exact(sound.geometry.to_numpy(), squares[:4], 1e-3).all()


@pytest.mark.parametrize(("when", "count"), [(None, 4), ("1", 2), ("2", 0)])
def test_features_without_a_time_are_counted(squares, when, count):
    """Two of four features have a value of time; it, or all that lack one, may be given a meaning."""
    mapping = read_mapping("sosi").model_copy(update={"default_time": "framtida" if when == "2" else "okand"})
    frame = {"municipality": "2403", "code": "1110", "time": [when, when, None, None]}
    features, _ = apply_mapping(gpd.GeoDataFrame(frame, geometry=squares[:4], crs=3006), mapping)
    assert [fault.count for fault in timeless(features, "op")] == [count] * bool(count)
    assert not timeless(features.assign(aspect="varde"), "op")


@pytest.mark.parametrize("default", ["okand", "nuvarande"])
def test_a_value_of_time_that_nobody_has_explained_is_unknown_and_told(tmp_path, squares, default):
    """What a plan's default says of features without a time never holds for those with a value."""
    rows = PLAN | {"Status": ["Etapp A", "Etapp A", "Planerad", None], "Fas": ["a", "b", "a", "b"]}
    file = tmp_path / "op.gpkg"
    gpd.GeoDataFrame(rows, geometry=squares[:4], crs=3006).to_file(file)
    mapping = file.with_suffix(".yaml")
    told = run("map", file, "--out", mapping)
    assert "Tid Etapp A: 2 objekt → okänd" in told
    assert "Tid Planerad: 1 objekt → framtida" in told
    assert "2 objekt har ett tidsvärde utan betydelse (Etapp A)" in told
    assert "(a, b)" in run("map", file, "--time", "Fas")
    assert "kolumnen Fass finns inte i filen" in run("map", file, "--time", "Fass", code=2)
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("default_time: okand", f"default_time: {default}"))
    told, (layer,) = added(file, mapping=mapping)
    assert "2 objekt har ett tidsvärde utan betydelse (Etapp A)" in told
    assert "2 objekt har ett tidsvärde" in run("check", file, "--municipality", "2403", "--mapping", mapping, code=1)
    found, _ = apply_mapping(layer.geo.assign(municipality="2403"), read_mapping(mapping))
    assert found["time"].tolist() == ["okand", "okand", "framtida", default]


def test_a_plan_that_lies_elsewhere_is_told_so_in_the_check(tmp_path, squares):
    gpd.GeoDataFrame(PLAN, geometry=squares[:4], crs=3006).to_file(tmp_path / "op.gpkg")
    told = run("check", tmp_path / "op.gpkg", "--municipality", "2480", code=1)
    assert "Ingenting i planen ligger i 2480; det ligger i 2403" in told


def test_names_of_columns_that_a_shapefile_has_cut_are_known():
    cut = {"HUVUDANVAN": ["x"], "TIDSPERSPE": ["y"], "KOMMUNNUMM": ["2480"], "Mark anv.": ["z"]}
    assert guessed(gpd.GeoDataFrame(cut), "code") == "HUVUDANVAN"
    assert guessed(gpd.GeoDataFrame({"Namn": ["a"], "ÖP-klass": ["b"]}), "code") == "ÖP-klass"
    assert (guessed(gpd.GeoDataFrame(cut), "time"), guessed(gpd.GeoDataFrame(cut), "municipality")) == (
        "TIDSPERSPE",
        "KOMMUNNUMM",
    )


def test_layers_of_a_schema_that_nobody_has_drawn_in_are_left_out_and_told(tmp_path, outlines):
    at = outlines.geometry["2403"].representative_point()
    file = office.schema(tmp_path, at.x, at.y)
    told = run("map", file)
    assert "klass ur ANV, tid ur ANV_TID" in told
    assert "Utan objekt, och därför inte med: LIS_OMRADE_Y, RI_FRILUFTSLIV_Y, RI_NATURVARD_Y" in told
    assert "Measured" not in told
    assert "10 objekt har ett tidsvärde utan betydelse (Ej angivet)" in told
    told, (layer,) = added(file)
    assert "Utan objekt" in told
    assert len(layer.geo) == 40
    assert not layer.geo.has_z.any()


@pytest.mark.parametrize("crs", ["EPSG:3016", "EPSG:3015"])
def test_layers_without_a_label_are_read_in_the_system_of_the_largest(tmp_path, outlines, crs):
    outline = outlines.geometry["2403"]
    told, layers = added(office.unlabelled(tmp_path, outline, crs))
    assert f"eller ett som inte stämmer med läget; {crs} används" in told
    lines = next(layer.geo for layer in layers if layer.id.endswith("strak"))
    assert lines.distance(office.beside(outline)).max() < 10
