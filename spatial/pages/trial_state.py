"""A user's trial in the session, and what follows from it: counted once for all who try the same."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
import streamlit as st

from spatial.analysis.whatif import Change, change_of, plain
from spatial.analysis.whatif_access import Outcome, Present, present, what_if
from spatial.analysis.whatif_findings import changed_findings
from spatial.analysis.whatif_ground import Borders, Ground
from spatial.analysis.whatif_plans import today_evidence
from spatial.analysis.whatif_rests import Rests
from spatial.model import StructureImage
from spatial.pages.shared import Opened
from spatial.scenario import ground_of, rests_of
from spatial.views.trial_words import Names, names_of
from spatial.views.webmap_picture import Lens

_KEY: Final = "tankom"
MAP: Final = "tankom-karta"
"""The key of the page's map: what was told of it stands in the session under it."""


@dataclass
class Trying:
    """What a user tries now: changes, the borders that services are counted across, and the scenario it came from.

    It outlives the widgets: what is not shown in a run forgets its value.
    """

    changes: list[Change] = field(default_factory=list)
    across: Borders = field(default_factory=Borders)
    kind: str = "close_service"
    name: str = ""
    item: str = ""
    taken: set[str] = field(default_factory=set)
    turn: int = 0
    told: object = None


def trying() -> Trying:
    """Return the user's trial."""
    found = st.session_state.get(_KEY)
    if not isinstance(found, Trying):
        found = st.session_state[_KEY] = Trying()
    return found


def borders() -> Borders:
    """Return the borders across which services are counted, as the switches stand."""
    now, state = trying(), st.session_state
    now.across = Borders(
        bool(state.get("tankom-kommun", now.across.municipal)), bool(state.get("tankom-land", now.across.national))
    )
    return now.across


def map_value() -> Mapping[str, Any]:
    """Return what the map last told."""
    found = st.session_state.get(MAP)
    return found if isinstance(found, Mapping) else {}


def ground(at: Opened) -> Ground:
    """Return what trials are made on."""
    return _ground(at.image.provenance.fingerprint, at.image)


def rests(at: Opened) -> Rests:
    """Return what findings rest on."""
    return _rests(at.image.provenance.fingerprint, at.image)


def names(at: Opened) -> Names:
    """Return what services and roads are called."""
    return _names(at.image.provenance.fingerprint, at.lang, at.image)


def outcome(at: Opened, changes: Sequence[Change], across: Borders) -> Outcome:
    """Return what changes make of the minutes.

    Raises
    ------
    WhatIfError
        If they cannot be tried.
    """
    return _outcome(at.image.provenance.fingerprint, _written(changes), across.municipal, across.national, at.image)


def findings(at: Opened, changes: Sequence[Change], across: Borders) -> pd.DataFrame:
    """Return the findings that changes change."""
    return _findings(at.image.provenance.fingerprint, _written(changes), across.municipal, across.national, at.image)


def lens(at: Opened, found: Outcome) -> Lens | None:
    """Return the web map's view of today's cells; None where newcomers have cells of their own."""
    if len(found.cells) != len(ground(at).cells):
        return None
    return _lens(at.image.provenance.fingerprint, at.image)


def _written(changes: Sequence[Change]) -> str:
    return json.dumps([plain(change) for change in changes], sort_keys=True)


def _read(written: str) -> list[Change]:
    return [change_of(values) for values in json.loads(written)]


@st.cache_resource(show_spinner=False, max_entries=2)
def _ground(fingerprint: str, _image: StructureImage) -> Ground:  # noqa: ARG001 - what it is kept by
    return ground_of(_image)


@st.cache_resource(show_spinner=False, max_entries=2)
def _rests(fingerprint: str, _image: StructureImage) -> Rests:  # noqa: ARG001
    return rests_of(_image)


@st.cache_resource(show_spinner=False, max_entries=6)
def _names(fingerprint: str, lang: str, _image: StructureImage) -> Names:  # noqa: ARG001
    return names_of(_image, lang)


@st.cache_resource(show_spinner=False, max_entries=2)
def _lens(fingerprint: str, _image: StructureImage) -> Lens:
    base = _ground(fingerprint, _image)
    return Lens(base.grid, base.cells["row"].to_numpy(int), base.cells["col"].to_numpy(int))


@st.cache_resource(show_spinner=False, max_entries=8)
def _present(fingerprint: str, municipal: bool, national: bool, _image: StructureImage) -> Present:
    return present(_ground(fingerprint, _image), Borders(municipal, national))


@st.cache_resource(show_spinner=False, max_entries=8)
def _known(fingerprint: str, municipal: bool, national: bool, _image: StructureImage) -> dict[str, pd.DataFrame]:
    return today_evidence(_present(fingerprint, municipal, national, _image), _rests(fingerprint, _image))


@st.cache_resource(show_spinner=False, max_entries=48)
def _outcome(fingerprint: str, changes: str, municipal: bool, national: bool, _image: StructureImage) -> Outcome:
    return what_if(_present(fingerprint, municipal, national, _image), _read(changes))


@st.cache_resource(show_spinner=False, max_entries=48)
def _findings(fingerprint: str, changes: str, municipal: bool, national: bool, _image: StructureImage) -> pd.DataFrame:
    found = _outcome(fingerprint, changes, municipal, national, _image)
    known = _known(fingerprint, municipal, national, _image)
    return changed_findings(_ground(fingerprint, _image), found, _rests(fingerprint, _image), known)
