"""Changes to a story: each gives a new one; texts never touch what a step shows, and the other way round."""

from collections.abc import Mapping
from typing import Any, Final

from spatial.story import AreaView, PlaceView, Selected, Step, Story, View

GROUND: Final = frozenset({"kommuner", "vatten", "vattendrag", "land"})
_WORDS: Final = ("title", "text", "notes", "decision")
_LONGEST: Final = 4000
_MOST_STEPS: Final = 60


def new_story(story_id: str, title: str, step: Step) -> Story:
    """Return a story of one step, whose texts are taken as they stand."""
    return Story(id=story_id, title=title[:_LONGEST], literal=True, steps=[step])


def add_step(story: Story, step: Step) -> Story:
    """Return the story with a step at its end, under an id of its own; a full story stays as it is."""
    if len(story.steps) >= _MOST_STEPS:
        return story
    taken = {own.id for own in story.steps}
    fresh = next(name for name in (f"steg-{number}" for number in range(1, _MOST_STEPS + 2)) if name not in taken)
    return _with(story, [*story.steps, step.model_copy(update={"id": fresh})])


def move_step(story: Story, step_id: str, by: int) -> Story:
    """Return the story with a step further on (or back, ``by`` below 0), as far as there is room."""
    steps = list(story.steps)
    at = _at(story, step_id)
    to = min(max(at + by, 0), len(steps) - 1)
    steps.insert(to, steps.pop(at))
    return _with(story, steps)


def remove_step(story: Story, step_id: str) -> Story:
    """Return the story without a step; its last step stays."""
    kept = [step for step in story.steps if step.id != step_id]
    return _with(story, kept) if kept else story


def write_step(story: Story, step_id: str, **words: str) -> Story:
    """Return the story with a step's title, text, notes or decision as they are given."""
    told: dict[str, object] = {name: words[name][:_LONGEST] for name in _WORDS if name in words}
    return _with(story, [s.model_copy(update=told) if s.id == step_id else s for s in story.steps])


def show_in_step(story: Story, step_id: str, shown: Step) -> Story:
    """Return the story with a step showing what another does; its words stay."""
    view = {name: getattr(shown, name) for name in ("visible", "service", "highlight", "filter", "view", "selected")}
    return _with(story, [s.model_copy(update=view) if s.id == step_id else s for s in story.steps])


def step_of(state: Mapping[str, Any], title: str) -> Step:
    """Return a step that shows what the map shows, as its script tells it.

    Examples
    --------
    >>> told = {"visible": {"noder/rural_node": True, "rutnat": False}, "service": "grocery",
    ...         "view": {"lat": 64.5, "lon": 18.0, "zoom": 7.5, "width": 800}}
    >>> step = step_of(told, "Byarna")
    >>> step.visible, step.service, step.view.zoom
    (['noder/rural_node'], 'grocery', 7.5)
    """
    visible = state.get("visible") or {}
    service, clicked = state.get("service"), state.get("clicked")
    filters = state.get("filter") or {}
    return Step(
        id="steg-1",
        title=title[:_LONGEST],
        visible=[str(key) for key, on in visible.items() if on and str(key).partition("/")[0] not in GROUND],
        service=str(service) if service else None,
        filter={str(name): [str(key) for key in keys] for name, keys in filters.items()},
        view=_view(state.get("view")),
        selected=Selected(layer=str(clicked["layer"]), id=str(clicked["id"])) if clicked else None,
    )


def _view(told: Mapping[str, Any] | None) -> View:
    if not told:
        return AreaView()
    lat, lon, zoom = (float(told[name]) for name in ("lat", "lon", "zoom"))
    size = {f"{name}_px": float(told[name]) for name in ("width", "height") if told.get(name)}
    place = {"lat": lat, "lon": lon, "zoom": min(max(zoom, 0.0), 18.0), **size}
    return PlaceView.model_validate({"kind": "place", **place})


def _at(story: Story, step_id: str) -> int:
    return next((at for at, step in enumerate(story.steps) if step.id == step_id), 0)


def _with(story: Story, steps: list[Step]) -> Story:
    return story.model_copy(update={"steps": steps})
