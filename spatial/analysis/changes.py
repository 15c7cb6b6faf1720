"""Changes that came back from a strategist: kept row by row with old and new, and laid over the layers that were read.

A change is laid over what was read, not stored instead of it: a newer source keeps what nobody touched, and a change
that is withdrawn leaves no trace.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd
import shapely

from spatial.errors import Fault
from spatial.fingerprints import fingerprint_of_frame, fingerprint_of_values
from spatial.model import Layer, LayerMeta
from spatial.settings import Title
from spatial.texts import text

Kind = Literal["added", "changed", "removed", "base"]
Pair = tuple[Any, Any]
OVERRIDE: Final = "level_override"
"""The column of a place in which a strategist sets its level; ``NO_LEVEL`` for none."""
NO_LEVEL: Final = "ingen"
COMES_BACK: Final[Mapping[str, tuple[str, ...]]] = {
    "nodes": ("name", "population_inv", OVERRIDE),
    "plans": ("code", "name", "time", "consideration"),
    "services": ("name", "service_type"),
}
"""The columns that a strategist edits in the image's layers of a role; the others are calculated."""
_CRS: Final = "EPSG:3006"


@dataclass(frozen=True)
class RowChange:
    """What happened to a row: ``cells`` by column and the geometry (WKB in hexadecimal, EPSG:3006), each old and new.

    ``origin`` is the layer that the row was, or is to be, read from. A *base* row is one of a layer that was modelled,
    as it was: with them it becomes a layer that is given, and the changes are laid over it.
    """

    id: str
    change: Kind
    origin: str
    cells: Mapping[str, Pair] = field(default_factory=dict)
    geometry: tuple[str | None, str | None] = (None, None)
    name: str = ""


@dataclass(frozen=True)
class Change:
    """A change of a layer that was taken: when, from which file, on which image; ``withdrawn`` is when it went."""

    number: int
    time: str
    layer: str
    file: str
    image: str
    rows: tuple[RowChange, ...]
    role: str = ""
    title: str = ""
    withdrawn: str | None = None

    @property
    def touched(self) -> int:
        """How many rows are other than before."""
        return sum(row.change != "base" for row in self.rows)

    @property
    def seal(self) -> str:
        """The fingerprint of what it changes, whenever it was taken."""
        rows = [[row.id, row.change, row.origin, _new(row.cells), row.geometry[1]] for row in self.rows]
        return fingerprint_of_values([self.layer, self.role, rows])


def _new(values: Mapping[str, Pair]) -> dict[str, Any]:
    return {name: pair[1] for name, pair in values.items()}


def seal_of(changes: Iterable[Change]) -> str:
    """Return the fingerprint of the changes that hold; empty where there are none."""
    seals = [change.seal for change in changes if change.withdrawn is None]
    return fingerprint_of_values(seals) if seals else ""


def with_changes(layers: Mapping[str, Layer], changes: Iterable[Change]) -> dict[str, Layer]:
    """Return the layers with the changes that hold laid over them, in the order they were taken.

    Parameters
    ----------
    layers : mapping of str to Layer
        As they were read; not changed.
    changes : iterable of Change
        Withdrawn ones are passed over.

    Returns
    -------
    dict of str to Layer
        A changed layer has a fingerprint of its own and says in its source that it was changed; a change whose row is
        gone is a fault (*warning*) of the layer.
    """
    out = dict(layers)
    for change in changes:
        if change.withdrawn is None:
            for origin in dict.fromkeys(row.origin for row in change.rows):
                rows = [row for row in change.rows if row.origin == origin]
                found = out.get(origin) or _given(origin, rows, change)
                if found is not None:
                    out[origin] = _changed(found, rows, change)
    return out


def _changed(layer: Layer, rows: list[RowChange], change: Change) -> Layer:
    frame, faults = layer.frame.copy(), list(layer.faults)
    gone = [row.id for row in rows if row.change in {"changed", "removed"} and row.id not in frame.index]
    faults += [
        Fault("export.conflict", change.title or layer.id, key, "warning", 1, {"number": change.number}) for key in gone
    ]
    edited = [row for row in rows if row.change == "changed" and row.id not in gone]
    added = [row for row in rows if row.change == "added"]
    dropped = {row.id for row in rows if row.change == "removed"} | {row.id for row in added}
    frame = frame[~frame.index.isin(list(dropped))]
    frame = _with_values(frame, edited)
    if added:
        frame = _joined(frame, _frame(added))
        if layer.meta.role == "plans" and "mapping" in frame.columns:
            frame["mapping"] = frame["mapping"].ffill().bfill()
    source = text("export.source", source=layer.meta.source, day=change.time[:10])
    meta = replace(layer.meta, source=layer.meta.source if source in layer.meta.source else source)
    seal = fingerprint_of_values([layer.fingerprint, change.seal])
    return replace(layer, frame=frame.sort_index(kind="stable"), fingerprint=seal, faults=tuple(faults), meta=meta)


def _with_values(frame: Any, rows: list[RowChange]) -> Any:
    names = dict.fromkeys(name for row in rows for name in row.cells)
    for name in names:
        given = {row.id: row.cells[name][1] for row in rows if name in row.cells}
        own = frame[name] if name in frame.columns else pd.Series(None, index=frame.index, dtype=object)
        whole = own.astype(object)
        whole.loc[list(given)] = pd.Series(given, dtype=object)
        frame[name] = whole.astype(float) if pd.api.types.is_numeric_dtype(own.dtype) else whole
    shapes = {row.id: row.geometry[1] for row in rows if row.geometry[1]}
    if shapes:
        moved = frame.geometry.copy()
        moved.loc[list(shapes)] = shapely.from_wkb(list(shapes.values()))
        frame = frame.set_geometry(moved)
    return frame


def _frame(rows: list[RowChange]) -> gpd.GeoDataFrame:
    names = dict.fromkeys(name for row in rows for name in row.cells)
    columns = {name: [row.cells.get(name, (None, None))[1] for row in rows] for name in names}
    index = pd.Index([row.id for row in rows], name="id", dtype=object)
    shapes = shapely.from_wkb([row.geometry[1] for row in rows])
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=_CRS, index=index)


def _joined(frame: Any, added: gpd.GeoDataFrame) -> Any:
    names = [*frame.columns, *(name for name in added.columns if name not in frame.columns)]
    columns: dict[str, Any] = {}
    for name in names:
        if name == "geometry":
            continue
        parts = [
            list(part[name]) if name in part.columns else [None] * len(part)
            for part in (frame, added)
        ]  # fmt: skip
        numeric = name in frame.columns and pd.api.types.is_numeric_dtype(frame[name].dtype)
        columns[name] = pd.Series([*parts[0], *parts[1]], dtype=float if numeric else object).to_numpy()
    index = pd.Index([*frame.index, *added.index], name=frame.index.name, dtype=object)
    shapes = [*frame.geometry, *added.geometry]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=added.crs, index=index)


def _given(origin: str, rows: list[RowChange], change: Change) -> Layer | None:
    """Return a layer of the rows of a modelled one; None where the change rests on a layer that is gone."""
    own = [row for row in rows if row.change == "base"]
    if not own or not change.role:
        return None
    frame = _frame(own).sort_index(kind="stable")
    meta = LayerMeta(
        title=Title(sv=change.title),
        role=change.role,
        status="modellerat",
        year=int(change.time[:4]),
        source=text("export.model"),
        provider="Strukturbild",
        licence="CC0-1.0",
        lineage=text("export.lineage"),
        crs=_CRS,
    )
    return Layer(origin, meta, frame, fingerprint_of_frame(frame), rows_read=len(frame))
