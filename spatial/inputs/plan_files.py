"""A plan's file as somebody sent it: its layers, what their columns hold, its features for the readiness check."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.errors import ConfigError, Fault, GateError
from spatial.geo import ANALYSIS_CRS
from spatial.inputs import gate, place
from spatial.inputs.mapping import read_mapping
from spatial.inputs.plan_columns import Columns, columns_of, listed
from spatial.inputs.plan_placing import placed, placing_in
from spatial.inputs.roles import as_texts
from spatial.plan_codes import meaning_of, times_of
from spatial.plan_names import Namer, says_interest
from spatial.plan_terms import UNKNOWN, Pivot, PlanMapping

MAPPINGS: Final = ("boverket", "hilucs", "sosi")
"""The classifications that come with the program."""
_INTEREST: Final = "riksintresse"
"""A layer that speaks of them says of all its features what its codes leave out."""


@dataclass(frozen=True)
class PlanLayer:
    """A layer of a plan's file: its features as the gate gave them, and what its columns hold.

    ``constant`` is the code of every feature where no column holds classes: the layer's own name.
    """

    name: str
    frame: gpd.GeoDataFrame
    columns: Columns
    constant: str | None = None
    notes: tuple[Fault, ...] = ()

    @property
    def metres(self) -> gpd.GeoSeries:
        """The geometries in EPSG:3006, read so that they lie in the Nordic countries; as they stand where none does."""
        nordic = place.area_of(None, 0.0)
        shapes = placed(self.frame.geometry, placing_in(nordic, self.frame, self.name))
        return self.frame.geometry.set_crs(ANALYSIS_CRS) if shapes is None else shapes

    def coded(self) -> gpd.GeoDataFrame:
        """Return ``code`` and what it is called (``name_of_code``), in metres."""
        metres, names = self.metres, self.columns
        codes = pd.Series(self.constant, index=self.frame.index, dtype=object)
        if names.code is not None:
            codes = as_texts(self.frame[names.code])
        called = codes if names.name_of_code is None else as_texts(self.frame[names.name_of_code])
        if says_interest(self.name):
            called = called.map(lambda name: f"{_INTEREST} {name}", na_action="ignore")
        return gpd.GeoDataFrame({"code": codes, "name_of_code": called}, geometry=metres, crs=metres.crs)

    def features(self, municipality: str) -> gpd.GeoDataFrame:
        """Return what ``mapped`` takes: our column names, ids as the file has them, nothing mended."""
        known = self.columns.known()
        taken = {meaning: self.frame[name].astype(object) for meaning, name in known.items()}
        out = gpd.GeoDataFrame(taken, geometry=self.frame.geometry, crs=self.frame.crs)
        out = out.assign(municipality=municipality)
        if self.columns.code is None:
            out["code"] = self.constant
        rows = pd.Series([f"rad-{row}" for row in self.frame.index], index=self.frame.index, dtype=object)
        own = out.get("file_id")
        return out.set_axis(rows if own is None else as_texts(own).where(own.notna(), rows))


@dataclass(frozen=True)
class PlanFile:
    """The layers of a plan's file that hold its classes, and the names of those that do not or are empty."""

    name: str
    layers: tuple[PlanLayer, ...]
    left_out: tuple[tuple[str, int], ...] = ()
    empty: tuple[str, ...] = ()

    def coded(self) -> gpd.GeoDataFrame:
        """Return the codes of every layer together (``PlanLayer.coded``); ``layer`` where there are several."""
        parts = [layer.coded().assign(layer=self.told_from(layer)) for layer in self.layers]
        shapes = np.concatenate([part.geometry.to_numpy() for part in parts])
        values = pd.concat([pd.DataFrame(part.drop(columns="geometry")) for part in parts], ignore_index=True)
        return gpd.GeoDataFrame(values, geometry=shapes, crs=parts[0].crs)

    def told_from(self, layer: PlanLayer) -> str | None:
        """Return a layer's name where the file has several, None where it is the only one."""
        return layer.name if len(self.layers) > 1 else None

    def times(self) -> dict[str, int]:
        """Return what the columns of time say, and of how many features."""
        said = [layer.frame[layer.columns.time] for layer in self.layers if layer.columns.time is not None]
        if not said:
            return {}
        values = pd.concat([as_texts(column) for column in said]).dropna().str.strip()
        counts = values[values != ""].value_counts()
        return {str(value): int(count) for value, count in counts.items()}

    def with_time(self, column: str) -> "PlanFile":
        """Return the plan with another column of time in the layers that have it."""
        layers = [
            replace(one, columns=replace(one.columns, time=column)) if column in one.frame.columns else one
            for one in self.layers
        ]
        return replace(self, layers=tuple(layers))

    def untold_times(self, mapping: PlanMapping) -> dict[str, int]:
        """Return the values of time that a mapping gives no meaning, and of how many features."""
        known = times_of(mapping)
        return {value: n for value, n in self.times().items() if meaning_of(value, known) in {None, UNKNOWN}}

    def features(self, municipality: str) -> gpd.GeoDataFrame:
        """Return the features of every layer in the first one's coordinate system (``PlanLayer.features``).

        Ids stay apart where two layers share one; ``layer`` says which each feature is of where there are several.
        """
        parts = [layer.features(municipality).assign(layer=self.told_from(layer)) for layer in self.layers]
        if len(parts) > 1 and pd.concat([part.index.to_series() for part in parts]).duplicated().any():
            named = zip(self.layers, parts, strict=True)
            parts = [part.set_axis(f"{layer.name}-" + part.index.astype(str)) for layer, part in named]
        first = parts[0].crs
        moved = [part if first is None or part.crs is None else part.to_crs(first) for part in parts]
        bare = [pd.DataFrame(part.drop(columns="geometry")) for part in moved]
        shapes = np.concatenate([part.geometry.to_numpy() for part in moved])
        return gpd.GeoDataFrame(pd.concat(bare), geometry=shapes, crs=first)


def read_plan(
    path: Path,
    pivot: Pivot,
    *,
    name: str | None = None,
    layer: str | None = None,
    code: str | None = None,
    name_of_code: str | None = None,
    time: str | None = None,
) -> PlanFile:
    """Return a plan's file through the gate, every layer of it or the one that is asked for.

    Parameters
    ----------
    path : Path
    pivot : Pivot
        By its words the columns that hold classes are found.
    name : str, optional
        What the file is called; default the path's name.
    layer, code, name_of_code, time : str, optional
        What the user says; else the file's layers, and the columns that are best understood.

    Returns
    -------
    PlanFile

    Raises
    ------
    GateError, ConfigError
        If the file is refused, has no geometry, or no column can be taken for the code.
    """
    called = name or path.name
    said = {"code": code, "name_of_code": name_of_code, "time": time}
    return understood(called, received_layers(path, called, layer), pivot, **said)


def understood(
    name: str,
    received: Iterable[gate.Received],
    pivot: Pivot,
    *,
    code: str | None = None,
    name_of_code: str | None = None,
    time: str | None = None,
) -> PlanFile:
    """Return the layers of a file that the gate has let in, with what their columns hold.

    Raises
    ------
    ConfigError
        If none has a geometry or an object, or no column can be taken for the code.
    """
    namer, known = Namer(pivot), [read_mapping(one, pivot) for one in MAPPINGS]
    drawn = [one for one in received if isinstance(one.frame, gpd.GeoDataFrame)]
    if not drawn:
        raise ConfigError("plans.no_geometry", file=name)
    for column in filter(None, (code, name_of_code, time)):
        if not any(column in one.frame.columns for one in drawn):
            raise ConfigError("plans.no_column", column=column, columns=_columns(drawn))
    kept, left_out = list[PlanLayer](), list[tuple[str, int]]()
    filled = [one for one in drawn if not _is_empty(one)]
    without = tuple(str(one.layer) for one in drawn if filled and _is_empty(one))
    for one in filled or drawn:
        found = _understood(one, namer, known, (code, name_of_code, time), only=len(drawn) == 1)
        if found is None:
            left_out.append((str(one.layer), len(one.frame)))
        else:
            kept.append(found)
    if not kept:
        raise ConfigError("plans.which_column", column="–", columns=_columns(drawn))
    if not any(len(one.frame) for one in kept):
        raise ConfigError("plans.no_objects", file=name)
    return PlanFile(name, tuple(kept), tuple(left_out), without)


def _is_empty(received: gate.Received) -> bool:
    shapes = gpd.GeoDataFrame(received.frame).geometry
    return bool((shapes.isna() | shapes.is_empty).all())


def _columns(received: Iterable[gate.Received]) -> str:
    return "; ".join(f"{one.layer}: {listed(gpd.GeoDataFrame(one.frame))}" for one in received)


def received_layers(path: Path, name: str, layer: str | None = None) -> list[gate.Received]:
    """Return the layer that is asked for, else every layer of the file, through the gate.

    Raises
    ------
    GateError
        If the file is refused.
    """
    names: Sequence[str | None] = [layer]
    if layer is None:
        names = list(gate.upload_layers(path, name=name)) or [None]
    try:
        return [gate.read_upload(path, name=name, layer=one) for one in names]
    except GateError as error:
        if layer is not None or error.key != "gate.several_layers":
            raise
        several = str(error.values["layers"]).split(", ")
        return [gate.read_upload(path, name=name, layer=one) for one in several]


def _understood(
    received: gate.Received,
    namer: Namer,
    known: Iterable[PlanMapping],
    said: tuple[str | None, str | None, str | None],
    *,
    only: bool,
) -> PlanLayer | None:
    """Return a layer with what its columns hold; None where nothing in it says what its features are."""
    frame, title = received.frame, str(received.layer)
    code, name_of_code, time = (name if only or name in frame.columns else None for name in said)
    columns = columns_of(frame, namer, known, code=code, name_of_code=name_of_code, time=time)
    if columns.code is not None:
        return PlanLayer(title, frame, columns, notes=received.notes)
    if only or namer.guess(title).pivot == UNKNOWN:
        return None
    return PlanLayer(title, frame, columns, title, received.notes)


def received_bytes(content: bytes, name: str) -> list[gate.Received]:
    """Return every layer of a file that came as bytes, through the gate; nothing of it stays on disk.

    Raises
    ------
    GateError
        If the file is refused.
    """
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        path = Path(folder) / "inlamnad"
        path.write_bytes(content)
        return received_layers(path, name)
