"""What comes back from QGIS: compared with the image, shown, and only then taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.changes import COMES_BACK, NO_LEVEL, OVERRIDE, Change
from spatial.analysis.difference import ADDED, MOVED, difference
from spatial.change_rows import change_rows
from spatial.errors import Fault, GateError, LayerError, StrukturbildError
from spatial.fingerprints import fingerprints_of_features
from spatial.inputs import gate
from spatial.inputs.returned import Returned, as_compared, read_returned
from spatial.inputs.roles import with_numbers
from spatial.model import Layer, StructureImage
from spatial.record.changes import keep_changes, set_withdrawn
from spatial.settings import Role
from spatial.texts import LANGUAGES
from spatial.views.columns import plain

_ORIGINS: Final[Mapping[str, tuple[Role, ...]]] = {
    "nodes": ("localities", "outside_places"),
    "plans": ("plans",),
    "services": ("services",),
}
"""The roles of what the image's layers of a role are made from, where a strategist edits them."""
_FIXED: Final = frozenset({"municipalities", "regions", "population_grid", "land_use", "roads"})
"""Roles whose rows are not edited one by one."""
_ROUNDING_M: Final = 0.05


@dataclass(frozen=True)
class Proposal:
    """A layer that came back and what it would change; nothing has been taken yet.

    ``table`` is as ``spatial.analysis.difference.difference`` gives it, with the rows' names in ``name``.
    """

    layer: str
    title: str
    table: pd.DataFrame
    change: Change
    faults: tuple[Fault, ...] = ()
    rows: int = 0

    def counted(self, change: str) -> int:
        """Return how many rows were added, changed, moved or removed."""
        return int(self.table.loc[self.table["change"] == change, "id"].nunique())


def editable(image: StructureImage) -> dict[str, Role]:
    """Return the layers that may come back changed, each with the role of what it is made from."""
    found = {name: _ORIGINS[layer.meta.role][0] for name, layer in image.layers.items() if layer.meta.role in _ORIGINS}
    for name, layer in image.inputs.items():
        spatial = isinstance(layer.frame, gpd.GeoDataFrame)
        if spatial and name not in found and layer.meta.role not in _FIXED and name in image.layers:
            found[name] = layer.meta.role  # type: ignore[assignment]
    return found


def proposals(image: StructureImage, path: Path, *, name: str | None = None, partial: bool = False) -> list[Proposal]:
    """Return what a file that came back would change, a proposal a layer; layers without a difference are left out.

    Parameters
    ----------
    image : StructureImage
        What it is compared with.
    path : Path
        The exported GeoPackage after editing, or a file of one layer (its name, else its ids, say which).
    name : str, optional
        The name that was sent; default the file's own.
    partial : bool
        The file holds only some of the rows: what it lacks stays.

    Returns
    -------
    list of Proposal

    Raises
    ------
    GateError, LayerError
        If the file is refused or has faults, all of them told; or if it has no layer of the image.
    """
    sent = name or path.name
    tables = gate.upload_layers(path, name=sent)
    known = editable(image)
    untouched = f"{image.settings.region.year}-12-31T00:00:00"
    ours = [one for one in tables if one in known]
    if not ours and len(tables) > 1:
        raise GateError("export.nothing_known", name=sent, layers=", ".join(known))
    pairs: list[tuple[str, str | None]] = [(one, one) for one in ours if not tables[one].startswith(untouched)]
    if not ours:
        pairs = [(_recognised(image, path, sent, known), None)]
    found, faults = list[Proposal](), list[Fault]()
    for layer, table in pairs:
        try:
            returned = _returned(image, path, sent, layer, table)
            proposal = _proposal(image, layer, returned, sent, partial=partial)
        except LayerError as error:
            faults += error.faults
        else:
            found += [proposal] if len(proposal.table) else []
    if faults:
        raise LayerError(faults)
    return found


def _recognised(image: StructureImage, path: Path, sent: str, known: Mapping[str, Role]) -> str:
    """Return the layer that a file of one layer is: by its name, else the one that shares most ids."""
    stem = Path(sent).stem
    if stem in known:
        return stem
    frame = gate.read_upload(path, name=sent).frame
    ids = {str(value) for value in frame["id"]} if "id" in frame.columns else set()
    shared = {layer: len(ids.intersection(map(str, image.layers[layer].frame.index))) for layer in known}
    best = max(shared, key=lambda layer: shared[layer], default="")
    if not best or not shared[best]:
        raise GateError("export.nothing_known", name=sent, layers=", ".join(known))
    return best


def _returned(image: StructureImage, path: Path, sent: str, layer: str, table: str | None) -> Returned:
    ground = image.layers.get("kommuner")
    region = shapely.union_all(ground.geo.geometry.to_numpy()) if ground is not None else None
    return read_returned(
        path,
        name=sent,
        layer=table,
        called=image.layers[layer].meta.title.sv,
        role=editable(image)[layer],
        region=region,
        margin_m=image.settings.region.margin_m.value,
    )


def _proposal(image: StructureImage, layer: str, returned: Returned, sent: str, *, partial: bool) -> Proposal:
    old, new = _as_written(image, layer), returned.frame
    columns = _columns(image, layer)
    if partial:
        new = gpd.GeoDataFrame(pd.concat([new, old[~old.index.isin(new.index)]]), crs=old.crs)
    faults = list[Fault]()
    if layer == "noder":
        new, faults = _with_override(image, old, new)
        faults += _incomplete(image, old, new)
    table = difference(old, new, columns, least_move_m=_ROUNDING_M if returned.transformed else 0.001)
    if layer == "noder":
        faults += _misplaced(image, new.loc[table.loc[table["change"].isin([ADDED, MOVED]), "id"]])
    stopping = [fault for fault in faults if fault.severity == "error"]
    if stopping:
        raise LayerError(stopping)
    names = {**_names(new), **_names(old)}
    table.insert(1, "name", [names.get(key, "") for key in table["id"]])
    own = image.layers[layer]
    given = _given(image, layer)
    rows = change_rows(image, layer, old, new, table, columns, given)
    change = Change(
        0, "", layer, sent, image.provenance.fingerprint, rows, "" if given else editable(image)[layer],
        own.meta.title.sv,
    )  # fmt: skip
    return Proposal(layer, own.meta.title.sv, table, change, (*returned.faults, *faults), len(new))


def _names(frame: pd.DataFrame) -> dict[str, str]:
    if "name" not in frame.columns:
        return {}
    return {str(key): str(value) for key, value in frame["name"].items() if isinstance(value, str)}


def _columns(image: StructureImage, layer: str) -> list[str]:
    role = image.layers[layer].meta.role
    if role in COMES_BACK:
        return list(COMES_BACK[role])
    return [str(name) for name in image.inputs[layer].frame.columns if name != "geometry"]


def _as_written(image: StructureImage, layer: str) -> gpd.GeoDataFrame:
    """Return the image's layer as its file has it and as a file is read: what comes back is compared with this."""
    frame = image.layers[layer].geo
    flat = plain(frame.set_axis(pd.Index([str(key) for key in frame.index], name="id", dtype=object)), image.settings)
    told, _ = with_numbers(pd.DataFrame(flat.drop(columns="geometry")), editable(image)[layer], layer)
    told = as_compared(told)
    shapes = shapely.force_2d(np.asarray(frame.geometry, object))
    made = gpd.GeoDataFrame(told.drop(columns="id"), geometry=shapes, crs=frame.crs)
    return made.set_axis(pd.Index(list(flat["id"]), name="id", dtype=object))


def _with_override(
    image: StructureImage, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return the nodes with the level that the strategist set; one written over the calculated level is told."""
    title = image.layers["noder"].meta.title.sv
    levels = image.settings.hierarchy.levels
    known = {level.title.get(lang).casefold(): level.id for level in levels for lang in LANGUAGES}
    known |= {level.id: level.id for level in levels} | {NO_LEVEL: NO_LEVEL}
    given = new[OVERRIDE] if OVERRIDE in new.columns else old[OVERRIDE].reindex(new.index)
    chosen = [known.get(value.casefold()) if isinstance(value, str) else None for value in given]
    unknown = [key for key, value, level in zip(new.index, given, chosen, strict=True)
               if isinstance(value, str) and level is None]  # fmt: skip
    shown = ", ".join(level.title.sv for level in levels)
    faults = [
        Fault("export.unknown_level", title, str(key), values={"given": given[key], "levels": shown}) for key in unknown
    ]
    if "level" in new.columns:
        before = old["level"].reindex(new.index)
        over = [str(key) for key in new.index if key in old.index and _other(new.loc[key, "level"], before[key])]
        if over:
            faults.append(Fault("export.level_calculated", title, ", ".join(over), "warning", len(over)))
    return new.assign(**{OVERRIDE: pd.Series(chosen, new.index, object)}), faults


def _other(one: object, other: object) -> bool:
    return (one if isinstance(one, str) else None) != (other if isinstance(other, str) else None)


def _incomplete(image: StructureImage, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> list[Fault]:
    """Return a fault for each node that has no name or no number of people."""
    title = image.layers["noder"].meta.title.sv
    faults = list[Fault]()
    for column in ("name", "population_inv"):
        absent = new.index[new[column].isna()] if column in new.columns else new.index.difference(old.index)
        faults += [Fault(f"export.no_{column.partition('_')[0]}", title, str(key)) for key in absent]
    return faults


def take(folder: Path, found: Iterable[Proposal]) -> list[Change]:
    """Keep what was shown and agreed on; the next build lays it over the layers.

    Raises
    ------
    OutputError, RecordError
        If it cannot be kept.
    """
    return keep_changes(folder, [proposal.change for proposal in found])


def _misplaced(image: StructureImage, placed: gpd.GeoDataFrame) -> list[Fault]:
    """Return a fault for each new or moved node that no image would show: too far off, or across the border."""
    ground = image.layers.get("kommuner")
    if ground is None or placed.empty:
        return []
    region = image.settings.region
    off = shapely.distance(np.asarray(placed.geometry, object), shapely.union_all(ground.geo.geometry.to_numpy()))
    outside = image.layers["noder"].frame["outside"].astype(bool)
    faults = []
    for key, metres in zip(placed.index, off, strict=True):
        inside = metres <= region.grid.max_outside_m.value
        crossed = key in outside.index and (bool(outside[key]) if metres == 0 else not (outside[key] or inside))
        if crossed or metres > region.margin_m.value:
            faults.append(Fault("export.misplaced", image.layers["noder"].meta.title.sv, str(key)))
    return faults


def _given(image: StructureImage, layer: str) -> list[Layer]:
    roles = _ORIGINS.get(image.layers[layer].meta.role)
    if roles is None:
        return [image.inputs[layer]]
    return [item for role in roles for item in image.inputs.values() if item.meta.role == role]


def effects(before: StructureImage, after: StructureImage) -> dict[str, int]:
    """Return how many rows of each layer and table are other than before; those without difference are left out."""
    told: dict[str, int] = {}
    for name, layer in after.layers.items():
        told[name] = _unlike(before.layers[name].frame, layer.frame) if name in before.layers else len(layer.frame)
    for name, table in after.indicators.items():
        if name not in after.layers:
            told[name] = _unlike(before.indicators[name], table) if name in before.indicators else len(table)
    return {name: count for name, count in told.items() if count}


def _unlike(before: pd.DataFrame, after: pd.DataFrame) -> int:
    one, other = (set(fingerprints_of_features(frame)) for frame in (before, after))
    return max(len(one - other), len(other - one))


def check_apart(found: Iterable[Proposal]) -> None:
    """Refuse several files that change the same layer at once: each was compared with the image as it is.

    Raises
    ------
    StrukturbildError
    """
    layers = [proposal.title for proposal in found]
    twice = sorted({layer for layer in layers if layers.count(layer) > 1})
    if twice:
        raise StrukturbildError("export.twice", layers=", ".join(twice))


def drop(folder: Path, change: Change) -> None:
    """Withdraw a change that no image could be built with."""
    set_withdrawn(folder, change.number)
