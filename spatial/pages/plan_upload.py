"""A plan that a user has sent: kept in the user's own session, its codes and what they mean, what it lacks."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from spatial.analysis import matrix as crossing
from spatial.analysis.plans import apply_mapping, counted, draft_mapping, for_check
from spatial.analysis.readiness import check_plan
from spatial.analysis.rules import structure_of
from spatial.errors import Fault
from spatial.inputs.mapping import read_mapping
from spatial.inputs.plan_columns import recognised
from spatial.inputs.plan_files import MAPPINGS, PlanFile, received_bytes, understood
from spatial.inputs.plan_place import own_part
from spatial.inputs.plan_sound import sound_features, timeless
from spatial.model import Layer
from spatial.pages.shared import Opened
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, Pivot, PlanMapping
from spatial.texts import text

_SHORES: Final = ("vatten", "vattendrag")


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: its name, its content and the content's fingerprint."""

    name: str
    content: bytes
    key: str


@dataclass(frozen=True)
class Review:
    """What was found: findings with place and remedy, unknown codes, repairs, what the plan says of each goal.

    ``codes`` are the municipalities of a plan that is of several; then only the chosen one's part was looked at. They
    lack ``municipality`` where nothing of the plan lies in it.
    """

    findings: gpd.GeoDataFrame
    unknown: pd.DataFrame
    features: int
    repairs: tuple[Fault, ...]
    cells: pd.DataFrame
    municipality: str
    codes: tuple[str, ...] = ()


def upload_of(sent: Any) -> Upload:
    """Return what Streamlit's uploader gives, with its fingerprint."""
    content = bytes(sent.getvalue())
    return Upload(str(sent.name), content, hashlib.blake2b(content, digest_size=12).hexdigest())


def kept(slot: str, key: object, make: Any) -> Any:
    """Return what was made for a key, kept in this user's session: one thing a slot, so that memory does not grow."""
    held = st.session_state.get(slot)
    if held is None or held[0] != key:
        held = (key, make())
        st.session_state[slot] = held
    return held[1]


def plan_of(upload: Upload, pivot: Pivot, lang: str, layer: str | None = None, code: str | None = None) -> PlanFile:
    """Return the file's layers as they came through the gate, with what their columns hold."""

    def read() -> Any:
        with st.spinner(text("plan_pages.granska_plan.reading", lang)):
            return received_bytes(upload.content, upload.name)

    received = [one for one in kept("granska-ram", upload.key, read) if layer in {None, one.layer}]
    plan: PlanFile = kept(
        "granska-plan", (upload.key, layer, code), lambda: understood(upload.name, received, pivot, code=code)
    )
    return plan


def classification(plan: PlanFile, pivot: Pivot) -> PlanMapping | None:
    """Return the mapping, among those that come with the program, that the plan's codes belong to."""
    known = [read_mapping(name, pivot) for name in MAPPINGS]
    return recognised(plan.coded()["code"].dropna().astype(str), known)


def draft_of(plan: PlanFile, pivot: Pivot) -> pd.DataFrame:
    """Return the plan's codes with what each is closest to."""
    usual = read_mapping(MAPPINGS[0], pivot)
    return draft_mapping(plan.coded(), pivot, [known for known in (classification(plan, pivot), usual) if known])


def named_mapping(name: str, pivot: Pivot) -> PlanMapping:
    """Return one of the mappings that come with the program."""
    return read_mapping(name, pivot)


def reviewed(at: Opened, plan: PlanFile, municipality: str, mapping: PlanMapping, key: object) -> Review:
    """Return what the plan lacks by the rules, and what it says of the goals; made once for each file and mapping."""

    def check() -> Review:
        with st.spinner(text("plan_pages.granska_plan.working", at.lang)):
            return _review(at, plan, municipality, mapping)

    wanted = (key, municipality, mapping.model_dump_json())
    review: Review = kept("granska-svar", wanted, check)
    return review


def _review(at: Opened, plan: PlanFile, municipality: str, mapping: PlanMapping) -> Review:
    layers, settings = at.image.layers, at.image.settings
    plan, codes = own_part(plan, layers["kommuner"].geo, municipality)
    features = for_check(plan.features(municipality), mapping)
    shores = [shape for name in _SHORES if name in layers for shape in layers[name].geo.geometry]
    outline = layers["kommuner"].geo.geometry.loc[municipality]
    interests = layers["intressen"].geo if "intressen" in layers else None
    known = {"water": shores, "interests": interests}
    found = check_plan(features, outline, settings.readiness, pivot=settings.pivot, lang=at.lang, **known)
    sound, repairs = sound_features(plan, municipality, outline)
    mapped, _ = apply_mapping(sound, mapping)
    cells = _cells(at, mapped, municipality)
    told = (*repairs, *timeless(mapped, plan.name))
    return Review(found, _unknown(features, plan), len(features), told, cells, municipality, codes)


def _cells(at: Opened, features: gpd.GeoDataFrame, municipality: str) -> pd.DataFrame:
    """Return the plan's row of the matrix, against the opened image's structure and goals."""
    goals = at.image.settings.strategy.in_force()
    structure = structure_of({name: layer.geo for name, layer in at.image.layers.items() if _is_drawn(layer)})
    rows = crossing.evidence(features, goals, structure)
    return crossing.matrix(rows, goals, [municipality], structure)


def _is_drawn(layer: Layer) -> bool:
    return isinstance(layer.frame, gpd.GeoDataFrame)


def _unknown(features: gpd.GeoDataFrame, plan: PlanFile) -> pd.DataFrame:
    """Return the codes without one meaning, with their areas in square metres, whatever the plan's own coordinates."""
    there = features.set_geometry(plan.coded().geometry.set_axis(features.index))
    rows = there[there["pivot"].isin([UNKNOWN, AMBIGUOUS])]
    kinds = dict(zip(rows["code"].map(str), rows["pivot"], strict=True))
    table = counted(rows)
    return table.assign(pivot=[kinds.get(str(code), UNKNOWN) for code in table["code"]])
