"""A zip, judged by its directory before a byte is unpacked; only known parts come out, under names of ours."""

import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from spatial.errors import GateError
from spatial.inputs.checks.limits import MB, Limits
from spatial.inputs.checks.shapefiles import SHAPE_PARTS

_ARCHIVES: Final = frozenset(
    {".zip", ".kmz", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".lz4", ".jar"}
)
_SAFE: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_END: Final = struct.Struct("<4s4H2LH")
_DIRECTORY_BYTES: Final = 1_000_000
_OURS: Final = "lager"


@dataclass(frozen=True)
class Unpacked:
    """What came out of a zip: the path to open, its kind, and (shapefiles) the name of it and of all its like."""

    path: Path
    kind: str
    layer: str | None = None
    layers: tuple[str, ...] = ()


def unpack(path: Path, folder: Path, name: str, limits: Limits, layer: str | None = None) -> Unpacked:
    """Unpack the shapefile or File Geodatabase of a zip into ``folder``, under names that we give.

    Parameters
    ----------
    path : Path
    folder : Path
        An empty folder of ours.
    name : str
        The zip's name to show.
    limits : Limits
    layer : str, optional
        Which shapefile, where there are several.

    Returns
    -------
    Unpacked

    Raises
    ------
    GateError
        If the directory breaks a limit or a rule, or there is not one thing to open.
    """
    if limits.members != float("inf"):
        _check_directory_size(path, name)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _judged(archive.infolist(), name, limits)
            geodatabases = {PurePosixPath(m.filename).parent for m in members if _ending(m) == ".gdbtable"}
            shapes = _shapefiles(members)
            if bool(geodatabases) == bool(shapes) or len(geodatabases) > 1:
                raise GateError("gate.zip_mixed" if shapes or geodatabases else "gate.zip_nothing", name=name)
            if geodatabases:
                return _geodatabase(archive, members, geodatabases.pop(), folder)
            chosen = chosen_layer(layer, tuple(shapes), name)
            target = folder / f"{_OURS}.shp"
            for member in shapes[chosen]:
                _extract(archive, member, target.with_suffix(_ending(member)))
            return Unpacked(target, "shp", chosen, tuple(shapes))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise GateError("gate.zip_broken", name=name) from error


def chosen_layer(layer: str | None, layers: tuple[str, ...], name: str) -> str:
    """Return the layer to open: the one asked for, or the only one.

    Raises
    ------
    GateError
        If it is not there, or none is asked for and there are several.

    Examples
    --------
    >>> chosen_layer(None, ("vagar",), "plan.zip")
    'vagar'
    """
    listed = ", ".join(layers)
    if layer is not None and layer not in layers:
        raise GateError("gate.no_such_layer", name=name, layer=layer, layers=listed)
    if layer is None and len(layers) != 1:
        raise GateError("gate.several_layers", name=name, layers=listed)
    return layer if layer is not None else layers[0]


def _check_directory_size(path: Path, name: str) -> None:
    """Refuse a directory too large to be read, before zipfile reads it."""
    with path.open("rb") as source:
        size = source.seek(0, 2)
        source.seek(max(0, size - 65_557))
        tail = source.read()
    start = tail.rfind(b"PK\x05\x06")
    if start < 0 or len(tail) - start < _END.size:
        raise GateError("gate.zip_broken", name=name)
    directory_bytes = _END.unpack_from(tail, start)[5]
    if directory_bytes > _DIRECTORY_BYTES or b"PK\x06\x07" in tail[max(0, start - 20) :]:
        raise GateError("gate.zip_members", name=name)


def _judged(members: list[zipfile.ZipInfo], name: str, limits: Limits) -> list[zipfile.ZipInfo]:
    if len(members) > limits.members:
        raise GateError("gate.zip_members", name=name)
    total = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if total > limits.unpacked_mb * MB:
        raise GateError("gate.zip_too_large", name=name, size_mb=total // MB, limit_mb=int(limits.unpacked_mb))
    if total > limits.ratio * packed:
        raise GateError("gate.zip_bomb", name=name)
    for member in members:
        _judge_member(member, name)
    if max(Counter(member.filename.casefold() for member in members).values(), default=1) > 1:
        raise GateError("gate.zip_twice", name=name)
    return [member for member in members if not member.is_dir() and not _is_litter(member)]


def _judge_member(member: zipfile.ZipInfo, name: str) -> None:
    parts = member.filename.replace("\\", "/").split("/")
    absolute = not parts[0] or ":" in parts[0] or ".." in parts
    if absolute or stat.S_ISLNK(member.external_attr >> 16) or "\x00" in member.orig_filename:
        raise GateError("gate.zip_escape", name=name)
    if _ending(member) in _ARCHIVES:
        raise GateError("gate.zip_nested", name=name)
    if member.flag_bits & 1:
        raise GateError("gate.zip_locked", name=name)


def _is_litter(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    return "__MACOSX" in path.parts or path.name.startswith(".")


def _ending(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).suffix.lower()


def _shapefiles(members: Iterable[zipfile.ZipInfo]) -> dict[str, list[zipfile.ZipInfo]]:
    groups: dict[str, list[zipfile.ZipInfo]] = {}
    for member in members:
        if _ending(member) in SHAPE_PARTS:
            groups.setdefault(member.filename[: -len(_ending(member))], []).append(member)
    whole = {stem: parts for stem, parts in groups.items() if any(_ending(part) == ".shp" for part in parts)}
    short = [PurePosixPath(stem).name for stem in whole]
    return {
        (base if short.count(base) == 1 else stem): parts
        for base, (stem, parts) in zip(short, whole.items(), strict=True)
    }


def _geodatabase(
    archive: zipfile.ZipFile, members: Iterable[zipfile.ZipInfo], inside: PurePosixPath, folder: Path
) -> Unpacked:
    target = folder / f"{_OURS}.gdb"
    target.mkdir()
    for member in members:
        path = PurePosixPath(member.filename)
        if path.parent == inside and _SAFE.fullmatch(path.name) and path.suffix != ".lock":
            _extract(archive, member, target / path.name)
    return Unpacked(target, "gdb")


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    with archive.open(member) as source, target.open("xb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
