"""One plan's file as somebody sent it: its codes, its features for the readiness check, the draft of its mapping."""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.errors import ConfigError, GateError
from spatial.inputs import gate
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers
from spatial.inputs.mapping import read_mapping
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, Pivot, PlanMapping
from spatial.settings import Settings
from spatial.storage import new_file
from spatial.texts import text

GUESSES: Final = {
    "code": ("kod", "code", "arealformal", "arealformål", "hilucslanduse", "hilucs", "anvandning", "användning",
             "markanvandning", "markanvändning", "huvudanvandning", "kategori", "category", "typ", "typkod"),
    "name_of_code": ("beskrivning", "benamning", "benämning", "kodtext", "klartext", "anvandning_text", "typnamn"),
    "name": ("namn", "name", "benamning", "benämning", "omrade", "område"),
    "time": ("tid", "status", "arealstatus", "tidsaspekt", "genomforande"),
    "consideration": ("hansyn", "hänsyn", "consideration"),
    "file_id": ("id", "objektid", "objekt_id", "objectid", "uuid", "fid", "lokalid"),
    "aspect": ("aspekt", "aspect"),
}  # fmt: skip
"""Column names that plans are known to use; the first that is there is taken, and the user may say another."""


def coded(
    file: Path, layer: str | None, column: str | None, name_column: str | None = None
) -> tuple[gpd.GeoDataFrame, str, str | None]:
    """Return a plan's features with ``code`` and ``name_of_code``, in metres, and the columns these came from.

    Raises
    ------
    GateError, ConfigError
        If the file is refused, has no geometry, or no column can be taken for the code.
    """
    return coded_frame(_opened(file, layer), column, name_column)


def coded_frame(
    frame: gpd.GeoDataFrame, column: str | None, name_column: str | None = None
) -> tuple[gpd.GeoDataFrame, str, str | None]:
    """Return what ``coded`` does, of a frame that the gate has let in.

    Raises
    ------
    ConfigError
        If no column can be taken for the code.
    """
    chosen = column or guessed(frame, "code")
    if chosen is None or chosen not in frame.columns:
        raise ConfigError("plans.which_column", column=column or "–", columns=_listed(frame))
    spelled = name_column or guessed(frame, "name_of_code")
    values = {"code": frame[chosen].astype(object)}
    if spelled in frame.columns:
        values["name_of_code"] = frame[spelled].astype(object)
    metres = frame.to_crs("EPSG:3006") if frame.crs is not None and frame.crs.is_geographic else frame
    return gpd.GeoDataFrame(values, geometry=metres.geometry, crs=metres.crs), chosen, spelled


def _opened(file: Path, layer: str | None) -> gpd.GeoDataFrame:
    frame = gate.read_upload(file, name=file.name, layer=layer).frame
    if not isinstance(frame, gpd.GeoDataFrame):
        raise ConfigError("plans.no_geometry", file=file.name)
    return frame


def guessed(frame: pd.DataFrame, meaning: str) -> str | None:
    """Return the column that is known to mean something (``GUESSES``), or None."""
    known = {str(name).casefold(): str(name) for name in frame.columns}
    return next((known[name] for name in GUESSES[meaning] if name in known), None)


def _listed(frame: gpd.GeoDataFrame) -> str:
    names = [name for name in frame.columns if name != frame.geometry.name]
    return ", ".join(f"{name} ({frame[name].nunique()})" for name in names)


def plan_features(frame: gpd.GeoDataFrame, municipality: str, column: str | None = None) -> gpd.GeoDataFrame:
    """Return what ``mapped`` takes, from a file as it came: columns by their usual names, nothing mended.

    Raises
    ------
    ConfigError
        If no column can be taken for the code.
    """
    chosen = {meaning: guessed(frame, meaning) for meaning in GUESSES} | ({"code": column} if column else {})
    if chosen["code"] not in frame.columns:
        raise ConfigError("plans.which_column", column=column or "–", columns=_listed(frame))
    taken = {meaning: frame[name].astype(object) for meaning, name in chosen.items() if name is not None}
    out = gpd.GeoDataFrame(taken, geometry=frame.geometry, crs=frame.crs).assign(municipality=municipality)
    own = out.get("file_id")
    rows = pd.Series([f"rad-{row}" for row in frame.index], index=frame.index, dtype=object)
    return out.set_axis(rows if own is None else own.where(own.notna(), rows).astype(str))


@dataclass(frozen=True)
class OnePlan:
    """A plan's file with what it is checked against: its mapping, its municipality's outline, known shores."""

    features: gpd.GeoDataFrame
    mapping: PlanMapping
    outline: shapely.Geometry
    shores: tuple[shapely.Geometry, ...]
    settings: Settings


def one_plan(
    file: Path, municipality: str, mapping: str | None, config: str | None, layer: str | None, column: str | None
) -> OnePlan:
    """Return a plan's features as the file has them, and what they are checked against.

    Raises
    ------
    GateError, ConfigError, LayerError
        If the file is refused, the municipality is not known or the mapping has faults.
    """
    settings = read_settings(config)
    wanted = [spec for spec in settings.layers if spec.role in {"municipalities", "water", "rivers"}]
    layers = read_layers(settings.model_copy(update={"layers": wanted})).values()
    outlines = next(made.geo for made in layers if made.meta.role == "municipalities")
    if municipality not in outlines.index:
        raise ConfigError("plans.no_municipality", code=municipality)
    chosen = read_mapping(mapping or "boverket", settings.pivot, Path.cwd())
    features = plan_features(_opened(file, layer), municipality, column)
    shores = tuple(shape for made in layers if made.meta.role != "municipalities" for shape in made.geo.geometry)
    return OnePlan(features, chosen, outlines.geometry.loc[municipality], shores, settings)


def draft_text(table: pd.DataFrame, pivot: Pivot, name: str, column: str) -> str:
    """Return a draft mapping as YAML, its texts quoted; what is only guessed says so.

    ``table`` is what ``draft_mapping`` gives, as somebody may have corrected it: a column ``options`` (lists) says
    what an ambiguous code may be.
    """
    key = "".join(letter if letter.isalnum() else "_" for letter in name.casefold()).strip("_") or "plan"
    key = key if key[0].isalpha() else f"plan_{key}"
    lines = [
        text("plans.draft_head", column=column),
        f"id: {_ascii(key)}",
        f"title: {{sv: {_quoted(name)}}}",
        'version: "1"',
        f"source: {_quoted(text('plans.draft_source', file=name))}",
        "basis: antagande",
        "default_time: okand",
        "codes:",
    ]
    columns = ["code", "count", "area_km2", "pivot", "score"]
    options = table["options"] if "options" in table.columns else [()] * len(table)
    for (code, count, area, value, score), several in zip(table[columns].itertuples(index=False), options, strict=True):
        note = text("plans.draft_note", count=count, area=f"{area:.2f}", score=f"{score:.2f}")
        lines.append(f"  {_quoted(code)}: {_rule(value, several)}  # {note}")
    lines.append(text("plans.draft_values", values=", ".join([*(v.id for v in pivot.entries), AMBIGUOUS, UNKNOWN])))
    return "\n".join(lines) + "\n"


def _rule(value: str, options: Iterable[str]) -> str:
    return f"{{pivot: {value}, options: [{', '.join(options)}]}}" if value == AMBIGUOUS else value


def mapping_of(content: str, pivot: Pivot) -> PlanMapping:
    """Return the mapping that a text in YAML holds.

    Raises
    ------
    ConfigError
        With every fault of it.
    """
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        path = Path(folder) / "mappning.yaml"
        path.write_text(content, encoding="utf-8")
        return read_mapping(path, pivot)


def received_plan(content: bytes, name: str, layer: str | None = None) -> gpd.GeoDataFrame:
    """Return the frame of a file that came as bytes, through the gate; nothing of it stays on disk.

    Raises
    ------
    GateError, ConfigError
        If the file is refused or has no geometry.
    """
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        path = _laid(content, folder)
        frame = gate.read_upload(path, name=name, layer=layer).frame
    if not isinstance(frame, gpd.GeoDataFrame):
        raise ConfigError("plans.no_geometry", file=name)
    return frame


def layers_of(content: bytes, name: str) -> list[str]:
    """Return the layers of a file that came as bytes, where it has several.

    Raises
    ------
    GateError
        If the file is refused.
    """
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        path = _laid(content, folder)
        known = list(gate.upload_layers(path, name=name))
        if known:
            return known
        try:
            return list(gate.read_upload(path, name=name).layers)
        except GateError as error:
            if error.key != "gate.several_layers":
                raise
            return str(error.values["layers"]).split(", ")


def _laid(content: bytes, folder: str) -> Path:
    path = Path(folder) / "inlamnad"
    path.write_bytes(content)
    return path


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)


def _ascii(key: str) -> str:
    return "".join(letter for letter in key if letter in "abcdefghijklmnopqrstuvwxyz0123456789_åäö-") or "plan"


def write_draft(path: Path, content: str) -> None:
    """Write a draft mapping, whole or not at all."""
    with new_file(path) as fresh:
        fresh.write_text(content, encoding="utf-8")
