"""A plan that a user has sent: kept in the user's own session, its codes and what they mean, what it lacks."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from spatial.analysis.plans import counted, mapped
from spatial.analysis.readiness import check_plan
from spatial.inputs.mapping import read_mapping
from spatial.inputs.plan_files import layers_of, plan_features, received_plan
from spatial.pages.shared import Opened
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, Pivot, PlanMapping
from spatial.texts import text

MAPPINGS: Final = ("boverket", "hilucs", "sosi")
_SHORES: Final = ("vatten", "vattendrag")


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: its name, its content and the content's fingerprint."""

    name: str
    content: bytes
    key: str


@dataclass(frozen=True)
class Review:
    """What the check found: findings with place and remedy, unknown codes, and how many features it looked at."""

    findings: gpd.GeoDataFrame
    unknown: pd.DataFrame
    features: int


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


def layers_in(upload: Upload) -> list[str]:
    """Return the layers of the file."""
    found = kept("granska-lager-i", upload.key, lambda: layers_of(upload.content, upload.name))
    return list(found)


def frame_of(upload: Upload, layer: str | None, lang: str) -> gpd.GeoDataFrame:
    """Return a layer of the file as it came through the gate."""

    def read() -> gpd.GeoDataFrame:
        with st.spinner(text("plan_pages.granska_plan.reading", lang)):
            return received_plan(upload.content, upload.name, layer)

    frame: gpd.GeoDataFrame = kept("granska-ram", (upload.key, layer), read)
    return frame


def named_mapping(name: str, pivot: Pivot) -> PlanMapping:
    """Return one of the mappings that come with the program."""
    return read_mapping(name, pivot)


def reviewed(
    at: Opened, frame: gpd.GeoDataFrame, municipality: str, column: str, mapping: PlanMapping, key: object
) -> Review:
    """Return what the plan lacks by the rules; made once for each file, municipality and mapping."""

    def check() -> Review:
        with st.spinner(text("plan_pages.granska_plan.working", at.lang)):
            return _review(at, frame, municipality, column, mapping)

    wanted = (key, municipality, column, mapping.model_dump_json())
    review: Review = kept("granska-svar", wanted, check)
    return review


def _review(at: Opened, frame: gpd.GeoDataFrame, municipality: str, column: str, mapping: PlanMapping) -> Review:
    given = plan_features(frame, municipality, column)
    features = mapped(given, mapping)
    if "file_id" in given.columns:
        features = features.assign(file_id=given["file_id"].to_numpy())
    layers, settings = at.image.layers, at.image.settings
    shores = [shape for name in _SHORES if name in layers for shape in layers[name].geo.geometry]
    outline = layers["kommuner"].geo.geometry.loc[municipality]
    found = check_plan(features, outline, settings.readiness, pivot=settings.pivot, water=shores, lang=at.lang)
    return Review(found, _unknown(features), len(features))


def _unknown(features: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the codes without one meaning, counted in square metres where the plan's own coordinates are degrees."""
    rows = features[features["pivot"].isin([UNKNOWN, AMBIGUOUS])]
    metres = rows.to_crs("EPSG:3006") if rows.crs is not None and rows.crs.is_geographic else rows
    kinds = dict(zip(rows["code"].map(str), rows["pivot"], strict=True))
    table = counted(metres)
    return table.assign(pivot=[kinds.get(str(code), UNKNOWN) for code in table["code"]])


def drafted(table: pd.DataFrame) -> pd.DataFrame:
    """Return a draft with room for what an ambiguous code may be."""
    return table.assign(options=pd.Series([[] for _ in range(len(table))], index=table.index, dtype=object))
