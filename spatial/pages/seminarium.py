"""Seminarium: build a story from saved views, present it with keys, keep what is decided, take the file along."""

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st

from spatial.errors import StrukturbildError
from spatial.inputs.stories import read_story
from spatial.pages.entry import may_write, require_writing
from spatial.pages.mapview import show_map
from spatial.pages.plain import plain
from spatial.pages.shared import Opened, opened
from spatial.record.stories import Saved, free_id, load_story, save_story, stories
from spatial.story import Step, Story
from spatial.story_edits import add_step, move_step, new_story, remove_step, show_in_step, step_of, write_step
from spatial.texts import text
from spatial.views.handout import write_pdf
from spatial.views.seminar import seminar, story_data
from spatial.views.seminar_steps import Shown, degrees, shown_steps

_LEAST_PX: Final = 460
_WORDS: Final = (("title", "line"), ("text", "area"), ("notes", "area"), ("decision", "area"))
_STATE: Final = "sem-lage"


def show() -> None:
    """Show the page."""
    at = opened()
    kept = st.session_state.setdefault(_STATE, {"story": None, "step": None, "seen": 0, "turn": 0, "showing": None})
    saved = _chosen(at, kept)
    if saved is not None and kept["showing"] is not None:
        _present(at, kept, saved)
        return
    words, plan = st.columns([1, 2.1], gap="medium")
    with words:
        saved = _choice(at, kept, saved)
        if saved is None:
            st.info(text("seminar.page.start", at.lang))
        else:
            _editor(at, kept, saved)
    with plan:
        _map(at, kept, saved)


def _chosen(at: Opened, kept: dict[str, Any]) -> Saved | None:
    if kept["story"] is None:
        known = stories(at.folder)
        kept["story"] = known[0].story.id if known else None
    return load_story(at.folder, kept["story"]) if kept["story"] else None


def _choice(at: Opened, kept: dict[str, Any], saved: Saved | None) -> Saved | None:
    lang = at.lang
    titles = {one.story.id: one.story.title for one in stories(at.folder)}
    if titles:
        ids = list(titles)
        chosen = st.selectbox(
            text("seminar.page.choose", lang),
            ids,
            index=ids.index(kept["story"]) if kept["story"] in ids else 0,
            format_func=titles.__getitem__,
            filter_mode=None,
            key=f"sem-val-{len(ids)}-{kept['turn']}",
        )
        if chosen != kept["story"]:
            _turn(kept, story=chosen, step=None)
            st.rerun()
    with st.container(horizontal=True, gap="small"):
        if st.button(text("seminar.page.new", lang), key="sem-ny", disabled=not may_write()):
            step = Step(id="steg-1", title=text("seminar.page.new_step", lang, number=1))
            title = text("seminar.page.untitled", lang, number=len(titles) + 1)
            _begin(at, kept, new_story(free_id(at.folder), title, step))
        if st.button(text("seminar.page.example", lang), key="sem-exempel", disabled=not may_write()):
            _begin(at, kept, read_story().model_copy(update={"id": free_id(at.folder)}))
    return saved


def _begin(at: Opened, kept: dict[str, Any], story: Story) -> None:
    require_writing()
    save_story(at.folder, story, 0)
    _turn(kept, story=story.id, step=story.steps[0].id)
    st.rerun()


def _turn(kept: dict[str, Any], **changes: object) -> None:
    """Note what is chosen; a new turn lets the map go to the step's view."""
    kept.update(changes, turn=kept["turn"] + 1)


def _keep(at: Opened, saved: Saved, story: Story) -> None:
    """Save at once; what somebody else has saved in between is never written over."""
    try:
        require_writing()
        save_story(at.folder, story, saved.revision)
    except StrukturbildError as error:
        st.session_state["sem-fel"] = error.message(at.lang)


def _editor(at: Opened, kept: dict[str, Any], saved: Saved) -> None:
    lang, story = at.lang, saved.story
    if "sem-fel" in st.session_state:
        st.warning(plain(st.session_state.pop("sem-fel")))
    key = f"sem-{story.id}-titel"
    change: dict[str, Any] = {"on_change": _retitle, "args": (at, story.id, key), "disabled": not may_write()}
    st.text_input(text("seminar.page.story_title", lang), story.title, key=key, **change)
    titles = {step.id: f"{number}. {step.title}" for number, step in enumerate(story.steps, start=1)}
    if kept["step"] not in titles:
        kept["step"] = story.steps[0].id
    ids = list(titles)
    chosen = st.selectbox(
        text("seminar.page.step", lang),
        ids,
        index=ids.index(kept["step"]),
        format_func=titles.__getitem__,
        filter_mode=None,
        key=f"sem-steg-{story.id}-{kept['turn']}",
    )
    if chosen != kept["step"]:
        _turn(kept, step=chosen)
        st.rerun()
    _order(at, kept, saved)
    step = next(step for step in story.steps if step.id == kept["step"])
    for name, kind in _WORDS:
        key = f"sem-{story.id}-{step.id}-{name}"
        label, value = text(f"seminar.page.step_{name}", lang), getattr(step, name)
        change = {"on_change": _rewrite, "args": (at, story.id, step.id, name, key), "disabled": not may_write()}
        if kind == "line":
            st.text_input(label, value, key=key, **change)
        else:
            st.text_area(label, value, height=92 if name == "text" else 68, key=key, **change)


def _retitle(at: Opened, story_id: str, key: str) -> None:
    saved = load_story(at.folder, story_id)
    if saved is not None and st.session_state[key].strip():
        _keep(at, saved, saved.story.model_copy(update={"title": st.session_state[key][:200]}))


def _rewrite(at: Opened, story_id: str, step_id: str, name: str, key: str) -> None:
    saved = load_story(at.folder, story_id)
    if saved is not None:
        _keep(at, saved, write_step(saved.story, step_id, **{name: st.session_state[key]}))


def _order(at: Opened, kept: dict[str, Any], saved: Saved) -> None:
    lang, story, step = at.lang, saved.story, kept["step"]
    closed = len(story.steps) == 1 or not may_write()
    with st.container(horizontal=True, gap="small"):
        for name, by in (("up", -1), ("down", 1)):
            if st.button(text(f"seminar.page.{name}", lang), key=f"sem-{name}", disabled=not may_write()):
                _keep(at, saved, move_step(story, step, by))
                kept["turn"] += 1
                st.rerun()
        if st.button(text("seminar.page.remove", lang), key="sem-bort", disabled=closed):
            _keep(at, saved, remove_step(story, step))
            _turn(kept, step=None)
            st.rerun()


def _bar(at: Opened, kept: dict[str, Any], story: Story) -> None:
    lang = at.lang
    replace, files, go = st.columns([2.4, 1.3, 1], vertical_alignment="center", gap="small")
    replace.toggle(text("seminar.page.replace", lang), key="sem-ersatt")
    with files.popover(text("seminar.page.take", lang), width="stretch"):
        _files(at, story)
    if go.button(text("seminar.page.show", lang), type="primary", key="sem-visa", width="stretch"):
        first = next((n for n, step in enumerate(story.steps) if step.id == kept["step"]), 0)
        kept["showing"] = {"at": first, "fingerprint": f"{story.id}-{kept['turn']}"}
        st.rerun()


def _files(at: Opened, story: Story) -> None:
    lang = at.lang
    for name, make, mime in (("file", _html, "text/html"), ("pdf", _pdf, "application/pdf")):
        st.download_button(
            text(f"seminar.page.{name}", lang),
            data=partial(make, at, story),
            file_name="seminarium.html" if name == "file" else "seminarium.pdf",
            mime=mime,
            on_click="ignore",
            width="stretch",
            key=f"sem-{name}",
        )


def _html(at: Opened, story: Story) -> bytes:
    return seminar(at.image, story, lang=at.lang).html.encode()


def _pdf(at: Opened, story: Story) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write_pdf(at.image, story, Path(folder) / "seminarium.pdf", lang=at.lang).read_bytes()


def _map(at: Opened, kept: dict[str, Any], saved: Saved | None) -> None:
    lang = at.lang
    state: dict[str, object] = {}
    if saved is not None:
        steps = {step.id: step for step in shown_steps(at.image, saved.story, lang)}
        step = steps.get(kept["step"])
        if step is not None:
            for line in step.missing:
                st.caption(f"⚠ {plain(line)}")
            state = _state(step, kept["turn"])
        _bar(at, kept, saved.story)
    found = show_map(
        at, key="sem-karta", state=state, height=_LEAST_PX, fill=True, extra={"save": text("seminar.page.save", lang)}
    )
    if _is_new(kept, found, "save"):
        _save_view(at, kept, saved, step_of(found or {}, ""))


def _is_new(kept: dict[str, Any], found: Mapping[str, Any] | None, event: str) -> bool:
    """Return whether the map tells something that is not yet seen to."""
    if not found or found.get("event") != event or found.get("time", 0) <= kept["seen"]:
        return False
    kept["seen"] = found["time"]
    return True


def _save_view(at: Opened, kept: dict[str, Any], saved: Saved | None, step: Step) -> None:
    lang = at.lang
    if saved is None:
        named = step.model_copy(update={"title": text("seminar.page.new_step", lang, number=1)})
        _begin(at, kept, new_story(free_id(at.folder), text("seminar.page.untitled", lang, number=1), named))
    elif st.session_state.get("sem-ersatt"):
        _keep(at, saved, show_in_step(saved.story, kept["step"], step))
    else:
        title = text("seminar.page.new_step", lang, number=len(saved.story.steps) + 1)
        longer = add_step(saved.story, step.model_copy(update={"title": title}))
        _keep(at, saved, longer)
        _turn(kept, step=longer.steps[-1].id)
    st.rerun()


def _state(step: Shown, turn: int) -> dict[str, object]:
    """Return a step as the map's script takes it; ``turn`` makes the same extent count as asked for anew."""
    state: dict[str, object] = {
        "visible": step.visible,
        "service": step.service,
        "filter": step.filter,
        "selected": None if step.selected is None else dict(zip(("layer", "id"), step.selected, strict=True)),
    }
    if step.place is not None:
        place = step.place
        state["view"] = {"lat": place.lat, "lon": place.lon, "zoom": place.zoom, "turn": turn}
    elif step.bounds is not None:
        (south, west), (north, east) = degrees(step.bounds)
        state["extent"] = {"bounds": [[south, west], [north, east]], "turn": turn}
    else:
        state["fit"] = {"layer": "", "id": "", "turn": turn}
    return state


def _present(at: Opened, kept: dict[str, Any], saved: Saved) -> None:
    lang = at.lang
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.caption(text("seminar.page.keys", lang))
    if right.button(text("seminar.page.stop", lang), key="sem-slut", width="stretch"):
        _turn(kept, showing=None)
        st.rerun()
    story = {**story_data(at.image, saved.story, lang), **kept["showing"]}
    found = show_map(at, key="sem-visning", state={}, height=_LEAST_PX, fill=True, extra={"story": story})
    if _is_new(kept, found, "written") and found is not None and found.get("name") in {"notes", "decision"}:
        _keep(at, saved, write_step(saved.story, str(found["step"]), **{str(found["name"]): str(found["value"])}))


if __name__ == "__main__":
    show()
