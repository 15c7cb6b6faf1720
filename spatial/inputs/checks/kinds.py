"""The kinds of geodata file: by the name's ending, and by what the first bytes really are."""

import codecs
import re
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from spatial.errors import GateError

Kind = Literal["gpkg", "geojson", "zip", "fgb", "csv", "kml", "gml", "osm", "parquet", "shp", "gdb"]
_ENDINGS: Final[dict[str, Kind]] = {
    ".gpkg": "gpkg",
    ".geojson": "geojson",
    ".json": "geojson",
    ".zip": "zip",
    ".fgb": "fgb",
    ".csv": "csv",
    ".kml": "kml",
    ".gml": "gml",
    ".pbf": "osm",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".shp": "shp",
    ".gdb": "gdb",
}
UPLOADS: Final[frozenset[Kind]] = frozenset({"gpkg", "geojson", "zip", "fgb", "csv"})
"""What is opened of a file that somebody gave us."""
DRIVERS: Final = frozenset({"GPKG", "GeoJSON", "ESRI Shapefile", "OpenFileGDB", "FlatGeobuf", "CSV"})
"""The drivers that the child process has left."""
_MAGIC: Final[dict[Kind, bytes]] = {
    "gpkg": rb"SQLite format 3\x00",
    "zip": rb"PK\x03\x04",
    "fgb": rb"fgb\x03",
    "parquet": rb"PAR1",
    "osm": rb"(?s)....\n\tOSMHeader",
    "geojson": rb"(?:\xef\xbb\xbf)?\s*\{",
    "kml": rb"(?:\xef\xbb\xbf)?\s*<",
    "gml": rb"(?:\xef\xbb\xbf)?\s*<",
    "shp": rb"\x00\x00\x27\x0a",
    "csv": rb"(?!(?:\xef\xbb\xbf)?\s*[<{])(?s:.)",
}
_POINTS_ELSEWHERE: Final = re.compile(rb"gdal_streamed_alg|<OGRVRTDataSource|<VRTDataset|<WarpedVRT")
_ENTITIES: Final = re.compile(rb"<!DOCTYPE|<!ENTITY")
_CHUNK: Final = 1 << 20
_LONGEST_NAME: Final = 80


def shown(name: str) -> str:
    """Return a file's name as it may be shown: its last part, without control characters, not too long.

    Examples
    --------
    >>> shown("../../etc/passwd")
    'passwd'
    """
    last = re.split(r"[\\/]", name.strip().rstrip("\\/"))[-1]
    clean = "".join(sign for sign in last if sign.isprintable())
    return clean[-_LONGEST_NAME:] or "?"


def kind_of(name: str) -> Kind | None:
    """Return the kind that a name's ending promises, or None where it is not one we open.

    Examples
    --------
    >>> kind_of("Vägar.GPKG"), kind_of("plan.gdb.zip"), kind_of("bild.png")
    ('gpkg', 'zip', None)
    """
    return _ENDINGS.get(PurePosixPath(shown(name)).suffix.lower())


def check_content(path: Path, kind: Kind, name: str) -> None:
    """Refuse a file whose bytes are not what its name says, or that sends the reader on to other files.

    Parameters
    ----------
    path : Path
    kind : Kind
        What the name promises.
    name : str
        The name to show.

    Raises
    ------
    GateError
        If the file is empty, of another kind, names other files to be read, or (XML) declares a DOCTYPE.
    """
    if path.is_dir():
        return
    with path.open("rb") as source:
        head = source.read(4096)
    if not head:
        raise GateError("gate.empty", name=name)
    if kind in {"csv", "geojson", "kml", "gml"}:
        _check_text(path, kind, name)
    if not re.match(_MAGIC.get(kind, b""), head) and not (kind == "csv" and _utf16(head)):
        raise GateError("gate.other_content", name=name, kind=kind)
    if kind in {"kml", "gml"} and b"\x00" in head:
        raise GateError("gate.other_content", name=name, kind=kind)


def _check_text(path: Path, kind: Kind, name: str) -> None:
    pattern = re.compile(_POINTS_ELSEWHERE.pattern + (b"|" + _ENTITIES.pattern if kind in {"kml", "gml"} else b""))
    tail = b""
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            found = pattern.search(tail + chunk)
            if found:
                key = "gate.doctype" if _ENTITIES.match(found.group()) else "gate.points_elsewhere"
                raise GateError(key, name=name)
            tail = chunk[-64:]


def _utf16(head: bytes) -> bool:
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
