"""A shapefile's parts: whole, of one length, and with the encoding of its names known."""

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from spatial.errors import Fault, GateError

SHAPE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_SAMPLE_BYTES: Final = 50_000_000
_NORDIC: Final = "åäöÅÄÖéøæØÆ"
_LETTERS: Final = {name: frozenset(_NORDIC.encode(name)) for name in ("latin-1", "cp850")}
_GDAL_NAMES: Final = {"utf-8": "UTF-8", "latin-1": "ISO-8859-1", "cp850": "CP850"}
_SURE: Final = 10


@dataclass(frozen=True)
class Parts:
    """What was found of a shapefile: the encoding to read it by (None: as it says itself), and notes."""

    encoding: str | None
    notes: tuple[Fault, ...]


def check_shapefile(path: Path, name: str, *, has_crs: bool = False) -> Parts:
    """Judge a shapefile by its parts' headers, and find the encoding of its names where it does not say.

    Parameters
    ----------
    path : Path
        The ``.shp``; its other parts lie beside it.
    name : str
        The name to show.
    has_crs : bool
        True where the CRS is declared elsewhere, so that a missing ``.prj`` is no matter.

    Returns
    -------
    Parts

    Raises
    ------
    GateError
        If a part is cut short, ``.shx`` is missing, the parts do not belong together, or nobody can tell the
        encoding.
    """
    index = part_of(path, ".shx")
    if index is None:
        raise GateError("gate.shp_no_index", name=name)
    _check_length(path, name, ".shp")
    _check_length(index, name, ".shx")
    notes = []
    if part_of(path, ".prj") is None and not has_crs:
        notes.append(Fault("gate.note_no_prj", name, severity="warning"))
    table = part_of(path, ".dbf")
    if table is None:
        return Parts(None, (*notes, Fault("gate.note_no_dbf", name, severity="warning")))
    shapes = (index.stat().st_size - 100) // 8
    start, rows = _check_table(table, name)
    if rows != shapes:
        raise GateError("gate.shp_uneven", name=name, shapes=shapes, rows=rows)
    return _encoding(path, table, start, name, notes)


def part_of(path: Path, ending: str) -> Path | None:
    """Return the part of a shapefile with an ending, in either case, or None."""
    return next((part for part in (path.with_suffix(e) for e in (ending, ending.upper())) if part.is_file()), None)


def _check_length(part: Path, name: str, ending: str) -> None:
    with part.open("rb") as source:
        head = source.read(100)
    size = part.stat().st_size
    if len(head) < 100 or struct.unpack(">i", head[24:28])[0] * 2 > size:
        raise GateError("gate.shp_cut", name=name, part=ending)


def _check_table(table: Path, name: str) -> tuple[int, int]:
    with table.open("rb") as source:
        head = source.read(32)
    if len(head) < 32:
        raise GateError("gate.shp_cut", name=name, part=".dbf")
    rows, start, width = struct.unpack("<IHH", head[4:12])
    if table.stat().st_size < start + rows * width:
        raise GateError("gate.shp_cut", name=name, part=".dbf")
    return start, rows


def _encoding(path: Path, table: Path, start: int, name: str, notes: list[Fault]) -> Parts:
    with table.open("rb") as source:
        source.seek(start)
        content = source.read(_SAMPLE_BYTES)
    stated = part_of(path, ".cpg")
    if content.isascii() or (stated is not None and _holds(content, stated)):
        return Parts(None, tuple(notes))
    found = guessed_encoding(content)
    if found is None:
        raise GateError("gate.shp_encoding", name=name)
    key = "gate.note_encoding_guessed" if stated is None else "gate.note_encoding_wrong"
    values = {"encoding": _GDAL_NAMES[found], "example": _example(content, found)}
    return Parts(_GDAL_NAMES[found], (*notes, Fault(key, name, severity="warning", values=values)))


def _holds(content: bytes, stated: Path) -> bool:
    """Return whether the content can be what its .cpg says: UTF-8 shows when it is not, others cannot."""
    label = stated.read_bytes()[:40].decode("ascii", "replace").strip().lower()
    is_utf8 = guessed_encoding(content) == "utf-8"
    return is_utf8 if label in {"utf-8", "utf8", "65001"} else not is_utf8


def guessed_encoding(content: bytes) -> str | None:
    """Return ``utf-8``, ``latin-1`` or ``cp850`` by the letters of Nordic names, or None where none is clear.

    Examples
    --------
    >>> [guessed_encoding("Åsele, Örträsk".encode(name)) for name in ("utf-8", "latin-1", "cp850")]
    ['utf-8', 'latin-1', 'cp850']
    """
    whole = sum(map(len, re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", content)))
    broken = _count(content, range(128, 256)) - whole
    if whole > broken * _SURE:
        return "utf-8"
    latin, dos = (_count(content, _LETTERS[name]) for name in ("latin-1", "cp850"))
    if latin > dos * _SURE:
        return "latin-1"
    return "cp850" if dos > latin * _SURE else None


def _count(content: bytes, these: Iterable[int]) -> int:
    return len(content) - len(content.translate(None, bytes(these)))


def _example(content: bytes, encoding: str) -> str:
    words = re.findall(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*", content[:1_000_000])
    longest = max(words[:200], key=len, default=b"")
    return longest.decode(encoding, "replace")[:40]
