"""A layer of the user's own: a file, three questions, and it is on the map; an image with it is built on request."""

import datetime as dt
import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from spatial.build import built_image
from spatial.errors import StrukturbildError
from spatial.inputs.own import OTHER, ROLES, Answers, own_layer, sent_file, sent_layers
from spatial.model import Layer, StructureImage
from spatial.own_build import OwnBuild, start_build
from spatial.pages.plain import plain
from spatial.pages.plan_upload import kept
from spatial.pages.shared import Opened
from spatial.texts import has_text, number, text
from spatial.views.own_layers import own_on_map

if TYPE_CHECKING:
    from spatial.inputs.received import Received

KINDS: Final = ["gpkg", "geojson", "json", "zip", "fgb", "csv"]
LICENCES: Final = ("unknown", "own", "CC-BY-4.0", "CC0-1.0")
_LAYERS: Final = "egna-lager"
_BUILD: Final = "egen-bild"
_NAMES: Final = ("namn", "name", "benamning", "benämning", "ort", "skolnamn", "enhet")


def own_layers(at: Opened) -> list[dict[str, Any]]:
    """Return this session's own layers as the map takes them; a grid is seen in the image that is built with it."""
    shown = [layer for layer in _own().values() if layer.grid is None]
    return [
        kept(f"eget-{layer.id}", (layer.fingerprint, at.lang), partial(own_on_map, layer, at.image, at.lang))
        for layer in shown
    ]


def own_image(at: Opened) -> Opened:
    """Return the user's own image where one is built and chosen, else the region's; tell how a build goes."""
    build: OwnBuild | None = st.session_state.get(_BUILD)
    if build is None:
        return at
    state = build.state()
    if state["phase"] == "fault":
        st.error(plain(state["sentence"]) or text("eget.stopped", at.lang))
        _drop_build()
        return at
    if state["phase"] != "done":
        _progress(at.lang)
        return at
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.markdown(text("eget.shown", at.lang, layer=plain(_title(build.layer, at.lang))))
    if right.button(text("eget.back", at.lang), key="eget-tillbaka", width="stretch"):
        _drop_build()
        st.rerun()
    image = _built(str(build.image_folder))
    return at if image is None else Opened(image, build.image_folder, at.lang)


def add_layer(at: Opened) -> None:
    """Open the dialog that asks for a file and what it is, and lists what has been added."""

    @st.dialog(text("eget.title", at.lang), width="large", on_dismiss="rerun")
    def dialog() -> None:
        try:
            _ask(at)
        except StrukturbildError as error:
            st.error(plain(error.message(at.lang)))
        _list(at)

    dialog()


def _ask(at: Opened) -> None:
    lang = at.lang
    st.caption(text("eget.private", lang))
    sent = st.file_uploader(text("eget.file", lang), type=KINDS, key="eget-fil")
    if sent is None:
        return
    content, name = bytes(sent.getvalue()), str(sent.name)
    key = hashlib.blake2b(content, digest_size=12).hexdigest()
    layers = kept("eget-lager-i", (key, name), lambda: sent_layers(content, name))
    layer = st.selectbox(text("eget.layer", lang), layers, key="eget-lager") if layers else None
    received: Received = kept("eget-ram", (key, name, layer), lambda: sent_file(content, name, layer))
    columns = [str(column) for column in received.frame.columns if column != received.frame.geometry.name]
    st.caption(text("eget.received", lang, count=number(len(received.frame), lang=lang)))
    answers = _questions(at, columns, layer or name.rpartition(".")[0] or name)
    if answers is None or not st.button(text("eget.add", lang), type="primary", key="eget-lagg-till"):
        return
    with st.spinner(text("eget.working", lang)):
        made = own_layer(received, answers, at.image)
    st.session_state[_LAYERS] = {**_own(), made.id: made}
    if made.grid is not None:
        _start(at, made)
    st.rerun()


def _questions(at: Opened, columns: list[str], title: str) -> Answers | None:
    """Ask the three questions; return the answers, or None while one is missing."""
    lang = at.lang
    st.markdown(f"**1. {text('eget.what', lang)}**")
    what = st.radio(
        text("eget.what", lang), [OTHER, *ROLES], format_func=lambda one: text(f"eget.role.{one}", lang),
        label_visibility="collapsed", key="eget-vad",
    )  # fmt: skip
    service = people = ""
    if what == "services":
        titles = {kind.id: kind.title.get(lang) for kind in at.image.settings.services}
        service = st.selectbox(
            text("eget.service", lang), list(titles), format_func=titles.__getitem__, key="eget-slag"
        )
    if what == "population_grid":
        people = st.selectbox(text("eget.people", lang), columns, key="eget-boende")
    st.markdown(f"**2. {text('eget.name', lang)}**")
    usual = next((place for place, column in enumerate(columns) if column.lower() in _NAMES), -1)
    name = st.selectbox(
        text("eget.name", lang), ["", *columns], index=usual + 1, label_visibility="collapsed", key="eget-namn",
        format_func=lambda one: one or text("eget.no_name", lang),
    )  # fmt: skip
    st.markdown(f"**3. {text('eget.whence', lang)}**")
    one, two, three = st.columns([1, 2, 2])
    today = dt.datetime.now(tz=dt.UTC).year
    year = one.number_input(text("eget.year", lang), 1900, today + 1, today, key="eget-ar")
    source = two.text_input(text("eget.source", lang), key="eget-kalla", max_chars=200)
    licence = three.selectbox(
        text("eget.licence", lang), LICENCES, key="eget-licens",
        format_func=lambda one: text(f"eget.licences.{one}", lang) if has_text(f"eget.licences.{one}") else one,
    )  # fmt: skip
    called = st.text_input(text("eget.called", lang), title, key=f"eget-titel-{title}", max_chars=60)
    if not source.strip() or not called.strip() or (what in {"stations", "airports"} and not name):
        st.caption(text("eget.more", lang))
        return None
    told = text(f"eget.licences.{licence}", lang) if has_text(f"eget.licences.{licence}") else licence
    return Answers(what, called, int(year), source, told, name, service, people)


def _list(at: Opened) -> None:
    """List the layers that have been added, each with what the gate noticed, and what can be done with it."""
    for layer in _own().values():
        with st.container(border=True):
            words, use, away = st.columns([4, 2, 1], vertical_alignment="center")
            count = number(len(layer.frame), lang=at.lang)
            words.markdown(f"**{text('eget.yours', at.lang)}**")
            words.text(f"{layer.meta.title.sv}, {layer.meta.source} {layer.meta.year}, {count}")
            for fault in layer.faults:
                words.caption(text("eget.noticed", at.lang))
                words.text(f"{fault.sentence(at.lang)} {fault.remedy(at.lang)}".strip())
            if layer.meta.role != OTHER and use.button(text("eget.compose", at.lang), key=f"eget-bild-{layer.id}"):
                _start(at, layer)
                st.rerun()
            if away.button(text("eget.remove", at.lang), key=f"eget-bort-{layer.id}"):
                st.session_state[_LAYERS] = {key: one for key, one in _own().items() if key != layer.id}
                st.rerun()


def _start(at: Opened, layer: Layer) -> None:
    _drop_build()
    st.session_state[_BUILD] = start_build(at.folder, layer, at.lang)


def _drop_build() -> None:
    build: OwnBuild | None = st.session_state.pop(_BUILD, None)
    if build is not None:
        build.stop()


@st.fragment(run_every=1.0)
def _progress(lang: str) -> None:
    build: OwnBuild | None = st.session_state.get(_BUILD)
    if build is None:
        return
    state = build.state()
    if state["phase"] in {"done", "fault"}:
        st.rerun()
    key = f"cli.step.{state['what']}"
    step = text(key, lang) if has_text(key) else state["what"]
    words, stop = st.columns([5, 1], vertical_alignment="center")
    words.markdown(text("eget.building", lang, phase=text(f"cli.phase.{state['phase']}", lang), step=step))
    if stop.button(text("eget.stop", lang), key="eget-avbryt", width="stretch"):
        _drop_build()
        st.rerun()


def _own() -> dict[str, Layer]:
    found: dict[str, Layer] = st.session_state.get(_LAYERS, {})
    return found


def _title(layer: str, lang: str) -> str:
    found = _own().get(layer)
    return layer if found is None else found.meta.title.get(lang)


@st.cache_resource(show_spinner=False, max_entries=2)
def _built(folder: str) -> StructureImage | None:
    return built_image(Path(folder))
