"""A structure image on disk, whole: what the app and the exports open instead of composing it anew."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from affine import Affine

from spatial.errors import Fault, OutputError
from spatial.model import Grid, Layer, LayerMeta, Omission, Provenance, Raster, StepRecord, StructureImage
from spatial.settings import Settings, Title
from spatial.storage import IMAGE as FOLDER

_VERSION: Final = 4
_DRAWN: Final = "dragningar.parquet"

Frame = TypeVar("Frame", bound=pd.DataFrame)


def save_image(image: StructureImage, folder: Path) -> None:
    """Write the image's layers, tables and provenance under ``folder`` (a new version's folder).

    The layers lie in ``.bild/<fingerprint>``; ``load_image`` takes the one that the manifest names.
    """
    home = folder / FOLDER / image.provenance.fingerprint
    home.mkdir(parents=True, exist_ok=True)
    for group, layers in (("layers", image.layers), ("inputs", image.inputs)):
        for name, layer in layers.items():
            layer.frame.to_parquet(home / f"{group}-{name}.parquet")
            if layer.raster is not None:
                np.savez_compressed(home / f"{group}-{name}.npz", allow_pickle=False, **dict(layer.raster.bands))
    for name, table in image.indicators.items():
        table.to_parquet(home / f"table-{name}.parquet")
    if image.drawn is not None:
        image.drawn.to_parquet(home / _DRAWN, compression="zstd")
    description = {
        "version": _VERSION,
        "settings": image.settings.model_dump(mode="json"),
        "provenance": _provenance(image.provenance),
        "layers": {name: _describe(layer) for name, layer in image.layers.items()},
        "inputs": {name: _describe(layer) for name, layer in image.inputs.items()},
        "tables": {name: _kinds(table) for name, table in image.indicators.items()},
    }
    (home / "image.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")


def _kinds(frame: pd.DataFrame) -> dict[str, str]:
    """Return the columns' types, and the index's under the empty name: the file does not keep all of them."""
    return {"": str(frame.index.dtype), **{str(name): str(kind) for name, kind in frame.dtypes.items()}}


def _as_it_was(frame: Frame, kinds: Mapping[str, str]) -> Frame:
    """Return a frame that was read with its texts as the objects they were, and None where there was none."""
    texts = [name for name in frame.columns if kinds[name] == "object" and str(frame.dtypes[name]) != "object"]
    for name in texts:
        column = frame[name].astype(object)
        frame[name] = column.where(column.notna(), None)
    if str(frame.index.dtype) != kinds[""]:
        frame.index = frame.index.astype(kinds[""])
    return frame


def load_image(folder: Path, fingerprint: str) -> StructureImage:
    """Return the image that ``save_image`` wrote.

    Raises
    ------
    OutputError
        If it is not there, was written by another version, or has files that cannot be read.
    """
    home = folder / FOLDER / fingerprint
    description = _described(home, folder)
    settings = _read_settings(folder, description["settings"])
    try:
        return StructureImage(
            layers=_load_layers(home, "layers", description["layers"]),
            indicators={
                name: _as_it_was(pd.read_parquet(home / f"table-{name}.parquet"), kinds)
                for name, kinds in description["tables"].items()
            },
            provenance=_read_provenance(description["provenance"]),
            settings=settings,
            inputs=_load_layers(home, "inputs", description["inputs"]),
        )
    except (OSError, ValueError) as error:
        raise OutputError("storage.broken_image", folder=folder) from error


def read_saved_layer(folder: Path, fingerprint: str, name: str) -> Layer | None:
    """Return one layer of the image that ``save_image`` wrote, or None where the image has none of that name.

    Raises
    ------
    OutputError
        If the image is not there, was written by another version, or has files that cannot be read.
    """
    home = folder / FOLDER / fingerprint
    described = _described(home, folder)["layers"].get(name)
    try:
        return None if described is None else _load_layer(home / f"layers-{name}", name, described)
    except (OSError, ValueError) as error:
        raise OutputError("storage.broken_image", folder=folder) from error


def read_saved_draws(folder: Path, fingerprint: str, columns: Sequence[str]) -> pd.DataFrame | None:
    """Return columns of the image's draws as they were saved; None where it has no draws, or lacks a column.

    Raises
    ------
    OutputError
        If the file cannot be read.
    """
    path = folder / FOLDER / fingerprint / _DRAWN
    if not path.is_file():
        return None
    try:
        known = set(pq.read_schema(path).names)
        return pd.read_parquet(path, columns=list(columns)) if known.issuperset(columns) else None
    except (OSError, ValueError) as error:
        raise OutputError("storage.broken_image", folder=folder) from error


def _described(home: Path, folder: Path) -> dict[str, Any]:
    try:
        description: dict[str, Any] = json.loads((home / "image.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError("storage.no_image", folder=folder) from error
    if description.get("version") != _VERSION:
        raise OutputError("storage.old_image", folder=folder)
    return description


def _read_settings(folder: Path, described: Mapping[str, Any]) -> Settings:
    try:
        return Settings.model_validate_json(json.dumps(described))
    except ValueError as error:
        raise OutputError("storage.old_image", folder=folder) from error


def save_layer(layer: Layer, folder: Path) -> None:
    """Write one layer of vectors or cells, for ``load_layer`` in another process."""
    folder.mkdir(parents=True, exist_ok=True)
    layer.frame.to_parquet(folder / "layer.parquet")
    content = {"id": layer.id, **_describe(layer)}
    (folder / "layer.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def load_layer(folder: Path) -> Layer:
    """Return the layer that ``save_layer`` wrote."""
    content = json.loads((folder / "layer.json").read_text(encoding="utf-8"))
    return _load_layer(folder / "layer", content["id"], content)


def _load_layers(home: Path, group: str, described: Mapping[str, Any]) -> dict[str, Layer]:
    return {name: _load_layer(home / f"{group}-{name}", name, content) for name, content in described.items()}


def _load_layer(stem: Path, name: str, content: Mapping[str, Any]) -> Layer:
    path = stem.parent / f"{stem.name}.parquet"
    frame = gpd.read_parquet(path) if content["spatial"] else pd.read_parquet(path)
    grid = _read_grid(content["grid"])
    raster = None
    if content["raster"] is not None and grid is not None:
        with np.load(stem.parent / f"{stem.name}.npz", allow_pickle=False) as bands:
            arrays = {band: bands[band] for band in bands.files}
        classes = {int(value): text for value, text in content["raster"].items()}
        raster = Raster(grid, arrays, classes)
    meta = content["meta"]
    return Layer(
        id=name,
        meta=LayerMeta(**{**meta, "title": Title(**meta["title"])}),
        frame=_as_it_was(frame, content["columns"]),
        fingerprint=content["fingerprint"],
        grid=grid,
        raster=raster,
        faults=tuple(Fault(**fault) for fault in content["faults"]),
        rows_read=content["rows_read"],
    )


def _describe(layer: Layer) -> dict[str, Any]:
    meta = {**asdict(layer.meta), "title": layer.meta.title.model_dump()}
    grid = layer.grid
    return {
        "meta": meta,
        "fingerprint": layer.fingerprint,
        "columns": _kinds(layer.frame),
        "spatial": isinstance(layer.frame, gpd.GeoDataFrame),
        "grid": None if grid is None else {"crs": grid.crs, "transform": list(grid.transform)[:6], "shape": grid.shape},
        "raster": None if layer.raster is None else {str(k): v for k, v in layer.raster.classes.items()},
        "faults": [_plain_fault(fault) for fault in layer.faults],
        "rows_read": layer.rows_read,
    }


def _plain_fault(fault: Fault) -> dict[str, Any]:
    plain = asdict(fault)
    values = fault.values.items()  # noqa: PD011 - a dict, no Series
    plain["values"] = {key: value if isinstance(value, int | float) else str(value) for key, value in values}
    return plain


def _read_grid(content: Mapping[str, Any] | None) -> Grid | None:
    if content is None:
        return None
    rows, cols = content["shape"]
    return Grid(content["crs"], Affine(*content["transform"]), (rows, cols))


def _provenance(provenance: Provenance) -> dict[str, Any]:
    return {
        "steps": [{**asdict(step), "inputs": dict(step.inputs)} for step in provenance.steps],
        "layers": dict(provenance.layers),
        "omissions": [asdict(omission) for omission in provenance.omissions],
        "fingerprint": provenance.fingerprint,
    }


def _read_provenance(content: Mapping[str, Any]) -> Provenance:
    return Provenance(
        steps=tuple(StepRecord(**step) for step in content["steps"]),
        layers=content["layers"],
        omissions=tuple(Omission(**omission) for omission in content["omissions"]),
        fingerprint=content["fingerprint"],
    )
