"""The recipe: what depends on what, and nothing else."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from spatial.fingerprints import fingerprint_of_frame
from spatial.image import RECIPE, compose, declared, section_of
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
from spatial.steps.work import Products, Step, Work

PROGRAM = """
import json, sys
from spatial.fingerprints import fingerprint_of_frame
from spatial.image import compose
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
settings = read_settings(sys.argv[1])
image = compose(settings, read_layers(settings))
print(json.dumps({
    "whole": image.provenance.fingerprint,
    "steps": {step.step: step.fingerprint for step in image.provenance.steps},
    "layers": dict(image.provenance.layers),
    "content": {name: fingerprint_of_frame(layer.frame) for name, layer in image.layers.items()},
}))
"""


@pytest.fixture(scope="module")
def config(make_region, tmp_path_factory):
    return make_region(tmp_path_factory.mktemp("recept"))


@pytest.fixture(scope="module")
def settings(config):
    return read_settings(config)


@pytest.fixture(scope="module")
def image(settings):
    return compose(settings, read_layers(settings))


def steps_of(image):
    return {step.step: step.fingerprint for step in image.provenance.steps}


def content_of(image):
    return {name: fingerprint_of_frame(layer.frame) for name, layer in image.layers.items()}


def closed(reads):
    """Return the steps that ``reads`` holds for, and those built on them, by what the recipe declares."""
    reached = set()
    for step in RECIPE:  # in order: a step comes after what it is built on
        if reads(step) or reached & {*step.after, *step.built_on}:
            reached.add(step.name)
    return reached


def dependants(role):
    return closed(lambda step: role in {*step.roles, *step.optional})


def left_out(roles):
    """Return the steps that cannot do without roles, and those that cannot do without these."""
    out = set()
    for step in RECIPE:
        if roles & {*step.roles} or out & {*step.after}:
            out.add(step.name)
    return out


OTHER = {"road_class": "lansvag", "service_type": "grocery", "code": "x"}


def with_value(frame):
    """Return the frame with one value changed: the last column that is neither geometry nor place on the lattice."""
    out = frame.copy()
    name = [column for column in out.columns if column not in {"geometry", "row", "col"}][-1]
    column = out[name].tolist()
    column[0] = column[0] + 1 if isinstance(column[0], float) else OTHER.get(name, f"{column[0]} x")
    out[name] = column
    return out


def with_vertex(frame):
    out = frame.copy()
    moved = shapely.get_coordinates(out.geometry.iloc[[0]].to_numpy())
    moved[len(moved) // 2] += 0.25
    shapes = out.geometry.to_numpy().copy()
    shapes[0] = shapely.set_coordinates(shapes[[0]].copy(), moved)[0]
    return out.set_geometry(gpd.GeoSeries(shapes, index=out.index, crs=out.crs))


def changed(layer, frame):
    """Return the layer as it would have been read from the changed frame."""
    return replace(layer, frame=frame, fingerprint=fingerprint_of_frame(frame))


def test_recipe_comes_in_order():
    seen = set()
    for step in RECIPE:
        assert {*step.after, *step.built_on} <= seen, step.name
        assert step.name not in seen
        seen.add(step.name)


def test_same_inputs_give_the_same_image_twice(settings, image):
    again = compose(settings, read_layers(settings))
    assert again.provenance.fingerprint == image.provenance.fingerprint
    assert (steps_of(again), content_of(again)) == (steps_of(image), content_of(image))


@pytest.mark.parametrize("seed", ["1", "4711"])
def test_another_process_elsewhere_gives_the_same_image(config, image, tmp_path, seed):
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(config)],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(run.stdout)
    assert told["whole"] == image.provenance.fingerprint
    assert told["steps"] == steps_of(image)
    assert told["layers"] == dict(image.provenance.layers)
    assert told["content"] == content_of(image)


def test_copied_files_give_the_same_image(make_region, image, tmp_path):
    settings = read_settings(make_region(tmp_path / "annan mapp"))
    assert compose(settings, read_layers(settings)).provenance.fingerprint == image.provenance.fingerprint


@pytest.mark.parametrize(
    "name",
    ["kommuner", "fa", "folk", "areor", "orter", "utanfor", "rutor", "service", "vagar", "jarnvag", "stationer", "flyg",
     "mark", "sjoar", "alvar", "land", "hallplatser", "pendling"],
)  # fmt: skip
def test_one_change_changes_what_depends_on_it_and_nothing_else(settings, image, name):
    layers = dict(image.inputs)
    frame = layers[name].frame
    change = with_vertex if list(frame.columns) == ["geometry"] else with_value
    layers[name] = changed(layers[name], change(frame))
    other = compose(settings, layers)
    before, after = steps_of(image), steps_of(other)
    expected = dependants(layers[name].meta.role) & set(before)
    assert expected
    assert {step for step in before if before[step] != after[step]} == expected
    assert other.provenance.fingerprint != image.provenance.fingerprint
    old, new = content_of(image), content_of(other)
    for layer, sealed in image.layers.items():
        step = next(s for s in before if sealed.fingerprint == f"{before[s]}:{layer}")
        if step not in expected:
            assert new[layer] == old[layer], layer
            assert other.layers[layer].fingerprint == sealed.fingerprint


@pytest.mark.parametrize("name", ["kommuner", "rutor", "vagar", "sjoar", "orter"])
def test_one_vertex_changes_what_depends_on_it(settings, image, name):
    layers = dict(image.inputs)
    layers[name] = changed(layers[name], with_vertex(layers[name].geo))
    assert layers[name].fingerprint != image.inputs[name].fingerprint
    before, after = steps_of(image), steps_of(compose(settings, layers))
    assert {step for step in before if before[step] != after[step]} == dependants(layers[name].meta.role) & set(before)


def test_the_file_itself_seals_the_layer(make_region, image, tmp_path):
    path = make_region(tmp_path)
    table = tmp_path / "folk.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("3900", "3901"), encoding="utf-8")
    layers = read_layers(read_settings(path))
    differing = {name for name, layer in layers.items() if layer.fingerprint != image.inputs[name].fingerprint}
    assert differing == {"folk"}


def with_section(settings, section, **values):
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=values)})


CHANGES = {
    "style": lambda s: with_section(s, "style", paper="#000000"),
    "corridors": lambda s: with_section(s, "corridors", node_levels=s.corridors.node_levels[:1]),
    "access": lambda s: with_section(s, "access", outside_services=False),
    "hierarchy": lambda s: with_section(s, "hierarchy", runs=2),
    "thresholds": lambda s: s.model_copy(update={"thresholds": s.thresholds[:1]}),
    "road_speeds_kmh": lambda s: s.model_copy(
        update={"road_speeds_kmh": {**s.road_speeds_kmh, "egen": s.region.margin_m}}
    ),
}


@pytest.mark.parametrize("section", CHANGES)
def test_settings_change_the_steps_that_declare_them(settings, image, section):
    before, after = steps_of(image), steps_of(compose(CHANGES[section](settings), image.inputs))
    changed = CHANGES[section](settings)
    expected = closed(
        lambda step: any(section_of(settings, name) != section_of(changed, name) for name in step.settings)
    ) & set(before)
    assert {step for step in before if before[step] != after[step]} == expected
    assert bool(expected) == (section != "style")


@effort(max_examples=3, deadline=None)
@given(data=st.data())
def test_order_of_layers_and_rows_does_not_matter(settings, image, data):
    names = data.draw(st.permutations(list(image.inputs)))
    seed = data.draw(st.integers(0, 1000))
    layers = {
        name: replace(image.inputs[name], frame=image.inputs[name].frame.sample(frac=1, random_state=seed))
        for name in names
    }
    other = compose(settings, layers)
    assert other.provenance.fingerprint == image.provenance.fingerprint
    assert content_of(other) == content_of(image)
    for name, table in image.indicators.items():
        pd.testing.assert_frame_equal(other.indicators[name], table)


def test_inputs_are_left_as_they_were(settings, image):
    layers = read_layers(settings)
    before = {name: layer.frame.copy(deep=True) for name, layer in layers.items()}
    compose(settings, layers)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(layers[name].frame), pd.DataFrame(frame))


@pytest.mark.parametrize(
    ("role", "steps"),
    [
        ("roads", {"roads", "access", "thresholds", "corridors", "hinterlands"}),
        ("localities", {"places", "nodes", "corridors", "hinterlands"}),
        ("population_grid", {"population", "access", "thresholds", "hinterlands"}),
        ("land_use", {"land_use"}),
        ("railways", set()),
        ("regions", set()),
    ],
)
def test_a_missing_role_leaves_out_and_names_what_needs_it(settings, image, role, steps):
    layers = {name: layer for name, layer in image.inputs.items() if layer.meta.role != role}
    made = compose(settings, layers)
    already = {o.step for o in image.provenance.omissions}
    omitted = {o.step: o.role for o in made.provenance.omissions if ":" not in o.step and o.step not in already}
    assert steps <= set(omitted)
    assert set(omitted) == left_out({role}) - already
    assert set(steps_of(made)) == set(steps_of(image)) - set(omitted)
    assert set(omitted.values()) <= {role, *omitted}


def test_only_municipalities_still_make_an_image(settings, image):
    made = compose(settings, {"kommuner": image.inputs["kommuner"]})
    assert set(made.layers) == {"kommuner"}
    assert {o.role for o in made.provenance.omissions} >= {"localities", "roads", "population_grid", "land_use"}


def test_nothing_at_all_names_the_municipalities(settings):
    made = compose(settings, {})
    assert {"areas", "register"} <= {o.step for o in made.provenance.omissions}
    assert not made.layers


def test_a_step_is_given_what_it_declares_and_no_more(settings, image, monkeypatch):
    seen = {}

    def look(work: Work) -> Products:
        seen["layers"], seen["steps"], seen["settings"] = set(work.given), set(work.known), work.settings
        seen["roads"], seen["places"] = work.frame("roads"), work.value("places")
        return Products()

    spy = Step("spy", look, roles=("water",), after=("areas",), settings=("region.year", "models.services"))
    monkeypatch.setattr("spatial.image.RECIPE", (*RECIPE, spy))
    compose(settings, image.inputs)
    assert seen["layers"] == {"sjoar"}
    assert seen["steps"] == {"areas"}
    assert seen["roads"] is None
    assert seen["places"] is None
    assert seen["settings"].region.year == 2021
    for section in ("access", "hierarchy", "services", "layers", "style"):
        with pytest.raises(AttributeError):
            getattr(seen["settings"], section)
    with pytest.raises(AttributeError):
        _ = seen["settings"].region.municipalities
    with pytest.raises(AttributeError):
        _ = seen["settings"].models.population


def test_declared_settings_leave_the_whole_untouched(settings):
    before = settings.model_dump()
    part = declared(settings, ["region.grid.size_m", "access"])
    assert part.region.grid.size_m is settings.region.grid.size_m
    assert part.access is settings.access
    assert settings.model_dump() == before


def test_records_tell_inputs_and_parameters(image):
    for record in image.provenance.steps:
        step = next(step for step in RECIPE if step.name == record.step)
        roles = {image.inputs[name.removeprefix("layer:")].meta.role for name in record.inputs if name[:6] == "layer:"}
        assert roles <= {*step.roles, *step.optional}
        assert {name.removeprefix("step:") for name in record.inputs if name[:5] == "step:"} <= {
            *step.after,
            *step.built_on,
        }
        assert set(record.parameters) == set(step.settings)
        json.dumps(record.parameters)


def test_modelled_follows_into_what_rests_on_it(settings, image):
    layers = dict(image.inputs)
    roads = layers["vagar"]
    layers["vagar"] = replace(roads, meta=replace(roads.meta, status="modellerat"))
    made = compose(settings, layers)
    status = {name: layer.meta.status for name, layer in made.layers.items()}
    assert status["vagnat"] == status["rutnat"] == "modellerat"  # the cells' minutes rest on the roads
    assert status["kommuner"] == status["flygplatser"] == status["markanvandning"] == "mätt"


def test_people_are_kept(image):
    cells = image.inputs["rutor"].frame["population_inv"]
    table = image.indicators["befolkning"]
    assert table["population_inv"].sum() == cells.sum()
    assert np.isclose(image.layers["rutnat"].frame["population_inv"].sum(), cells.sum())
