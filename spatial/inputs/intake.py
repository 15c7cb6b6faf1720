"""A file brought into a folder of ours, under a name of ours, before it is opened."""

import codecs
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from spatial.errors import Fault, GateError
from spatial.inputs.checks.kinds import Kind
from spatial.inputs.checks.shapefiles import SHAPE_PARTS, part_of
from spatial.inputs.checks.zips import chosen_layer

_OURS: Final = "lager"
_ONE_LAYER: Final[frozenset[Kind]] = frozenset({"csv", "shp", "geojson", "fgb"})


@dataclass(frozen=True)
class Intake:
    """What is to be opened: its path, the layer to choose, notes, and the names that users know it by."""

    path: Path
    layer: str | None
    notes: tuple[Fault, ...]
    layers: tuple[str, ...] = ()
    called: str | None = None


def take_in(path: Path, kind: Kind, name: str, layer: str | None, folder: Path, stem: str) -> Intake:
    """Copy a file (with a shapefile its parts) into ``folder``; a table comes in as UTF-8.

    Parameters
    ----------
    path : Path
    kind : Kind
    name : str
        The name to show.
    layer : str, optional
    folder : Path
        An empty folder of ours.
    stem : str
        What the one layer of a file without layers is called.

    Returns
    -------
    Intake

    Raises
    ------
    GateError
        If a table is no text, or another layer is asked for than the file has.
    """
    target = folder / f"{_OURS}.{kind}"
    if kind not in _ONE_LAYER:
        (shutil.copytree if path.is_dir() else shutil.copyfile)(path, target)
        return Intake(target, layer, ())
    called = chosen_layer(layer, (stem,), name)
    notes: tuple[Fault, ...] = ()
    if kind == "csv":
        notes = _table_in(path, target, name)
    elif kind == "shp":
        for ending in SHAPE_PARTS:
            part = part_of(path, ending)
            if part is not None:
                shutil.copyfile(part, target.with_suffix(ending))
    else:
        shutil.copyfile(path, target)
    return Intake(target, None, notes, (called,), called)


def _table_in(path: Path, target: Path, name: str) -> tuple[Fault, ...]:
    content = path.read_bytes()
    notes: tuple[Fault, ...] = ()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        source = "utf-16"
    else:
        source = "utf-8-sig" if _is_utf8(content) else "cp1252"
    if source == "cp1252":
        notes = (Fault("gate.note_table_encoding", name, severity="warning", values={"encoding": "Windows-1252"}),)
    try:
        written = content.decode(source)
    except UnicodeDecodeError as error:
        raise GateError("gate.table_encoding", name=name) from error
    if "\x00" in written:
        raise GateError("gate.other_content", name=name, kind="csv")
    target.write_text(written, encoding="utf-8", newline="")
    return notes


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
