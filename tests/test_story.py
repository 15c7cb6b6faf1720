"""Stories: what a file may say, how it is changed, how it is kept."""

import json

import pytest
from pydantic import ValidationError

from spatial.errors import ConfigError, OutputError
from spatial.inputs.stories import read_story
from spatial.record.stories import FOLDER, free_id, load_story, save_story, stories
from spatial.story import AreaView, PlaceView, Selected, Step, Story
from spatial.story_edits import add_step, move_step, new_story, remove_step, show_in_step, step_of, write_step

STATE = {
    "visible": {"noder/rural_node": True, "kommuner/all": True, "rutnat": False},
    "service": "grocery",
    "filter": {"strak": ["s1"]},
    "view": {"lat": 64.5, "lon": 18.0, "zoom": 7.5, "width": 800, "height": 600},
    "clicked": {"layer": "noder", "id": "n1"},
}


def _story(count=3):
    steps = [Step(id=f"s{number}", title=f"Steg {number}") for number in range(count)]
    return Story(id="prov", title="Prov", steps=steps)


def _write(folder, content):
    path = folder / "min.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_the_example_has_eight_steps_and_only_known_figures():
    story = read_story()
    assert len(story.steps) == 8
    assert story.unknown_figures() == []
    assert all(step.notes and step.text for step in story.steps)


def test_the_example_types_no_figure_of_the_image():
    import re

    for step in read_story().steps:
        bare = re.sub(r"\{[^}]*\}", "", step.title + step.text)
        assert not re.search(r"\d{3,}|\d+ ?%", bare), step.id


def test_every_fault_of_a_file_with_its_line(tmp_path):
    path = _write(
        tmp_path,
        "version: 1\nid: prov\ntitle: Prov\nsteps:\n  - id: a\n    title: 7\n    okänt: ja\n"
        "  - id: b\n    titel: x\n    view: {lat: 95.0, lon: 18, zoom: 7}\n",
    )
    with pytest.raises(ConfigError) as caught:
        read_story(path)
    said = caught.value.message()
    assert "rad 6" in said
    assert "rad 7" in said
    assert "rad 9" in said
    assert len(said.splitlines()) >= 5


def test_an_unknown_figure_is_a_fault_with_its_line(tmp_path):
    path = _write(tmp_path, "id: a\ntitle: T\nsteps:\n  - id: a\n    title: T\n    text: '{folk:region} bor'\n")
    with pytest.raises(ConfigError, match=r"rad 6 .*\{folk:region\}"):
        read_story(path)


def test_the_same_step_twice_is_refused():
    with pytest.raises(ValidationError):
        Story(id="a", title="T", steps=[Step(id="x", title="1"), Step(id="x", title="2")])


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError):
        read_story(tmp_path / "ingen.yaml")


def test_a_view_of_the_map_becomes_a_step():
    step = step_of(STATE, "Byarna")
    assert step.visible == ["noder/rural_node"]
    assert step.filter == {"strak": ["s1"]}
    assert step.selected == Selected(layer="noder", id="n1")
    assert step.view == PlaceView(lat=64.5, lon=18.0, zoom=7.5, width_px=800.0, height_px=600.0)
    assert step_of({}, "Tom").view == AreaView()


def test_steps_are_added_moved_and_removed():
    story = add_step(_story(), step_of(STATE, "Ny"))
    assert [step.title for step in story.steps] == ["Steg 0", "Steg 1", "Steg 2", "Ny"]
    assert len({step.id for step in story.steps}) == 4
    assert [step.id for step in move_step(story, "s0", 2).steps][:3] == ["s1", "s2", "s0"]
    assert move_step(story, "s0", -1) == story
    assert [step.id for step in remove_step(story, "s1").steps][:2] == ["s0", "s2"]
    assert remove_step(_story(1), "s0") == _story(1)


def test_a_text_never_moves_the_map_and_a_view_never_changes_a_text():
    story = show_in_step(_story(), "s1", step_of(STATE, ""))
    told = write_step(story, "s1", title="Ny rubrik", text="{people:region}", notes="n", decision="Vi bygger.")
    before, after = story.steps[1], told.steps[1]
    for name in ("visible", "service", "filter", "view", "selected"):
        assert getattr(after, name) == getattr(before, name)
    seen = show_in_step(told, "s1", Step(id="x", title="x")).steps[1]
    assert (seen.title, seen.text, seen.notes, seen.decision) == ("Ny rubrik", "{people:region}", "n", "Vi bygger.")


def test_a_story_is_kept_whole_and_grows_by_revisions(tmp_path):
    story = new_story(free_id(tmp_path), "Mötet i Åsele", Step(id="a", title="T"))
    first = save_story(tmp_path, story, 0)
    second = save_story(tmp_path, write_step(story, "a", decision="Vi ringer."), first.revision)
    assert load_story(tmp_path, story.id) == second
    assert free_id(tmp_path) != story.id
    assert [saved.story.title for saved in stories(tmp_path)] == ["Mötet i Åsele"]
    assert json.loads((tmp_path / FOLDER / f"{story.id}.json").read_text(encoding="utf-8"))["revision"] == 2


def test_what_another_has_saved_is_not_written_over(tmp_path):
    story = new_story("mote", "Mötet", Step(id="a", title="T"))
    save_story(tmp_path, story, 0)
    save_story(tmp_path, write_step(story, "a", text="den ena"), 1)
    with pytest.raises(OutputError):
        save_story(tmp_path, write_step(story, "a", text="den andra"), 1)
    assert load_story(tmp_path, "mote").story.steps[0].text == "den ena"


def test_a_story_survives_a_rebuild(tmp_path):
    from spatial.storage import MANIFEST, new_version, write_json

    save_story(tmp_path, new_story("mote", "Mötet", Step(id="a", title="T")), 0)
    for files in (["a.txt", MANIFEST], [MANIFEST]):
        with new_version(tmp_path) as fresh:
            for name in files[:-1]:
                (fresh / name).write_text("x")
            write_json(fresh / MANIFEST, {"files": files})
    assert load_story(tmp_path, "mote") is not None


def test_a_garbled_file_is_passed_over_and_a_path_is_no_name(tmp_path):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "trasig.json").write_bytes(b"\xff{")
    assert stories(tmp_path) == []
    with pytest.raises(OutputError):
        load_story(tmp_path, "../manifest")
