"""What opens a geodata file: run as a program of its own it is the limited child process; it imports nothing of ours.

The parent sends one JSON job on standard input and has set ``GDAL_SKIP`` in the environment, so that the drivers are
gone before pyogrio is imported. An Arrow file comes back, and one JSON answer on standard output: what was read, or
the key of the sentence that says why not.
"""

import json
import os
import re
import sqlite3
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    import pyarrow as pa

Domains = dict[str, dict[str, str]]

_OTHER_TABLES: Final = frozenset({"layer_styles", "qgis_projects"})
_LINEAR: Final = 7
_OPEN_FILES: Final = 256
_NOT_NEEDED: Final = ("geopandas", "pandas", "shapely", "pyproj")
_NOISE: Final = (
    "Several features with id",
    "Non closed ring detected",
    "Measured (M) geometry types are not supported",
)
_BYTE_MB: Final = 1_000_000
_MOST_WORDS: Final = 20_000
_LONGEST_WORD: Final = 200
_ENUMS: Final = """SELECT given.column_name, listed.value, listed.description
FROM gpkg_data_columns AS given JOIN gpkg_data_column_constraints AS listed USING (constraint_name)
WHERE lower(given.table_name) = lower(?) AND listed.constraint_type = 'enum' AND listed.description <> ''"""


class RefusedError(Exception):
    """The file is not read: the key of the sentence, and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def layers_of(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of all layers of a file, and of those that have a geometry."""
    import pyogrio

    listed = [(str(name), kind) for name, kind in pyogrio.list_layers(path) if name not in _OTHER_TABLES]
    return tuple(name for name, _ in listed), tuple(name for name, kind in listed if kind is not None)


def read_arrow(
    path: Path,
    layer: str | None,
    *,
    columns: Iterable[str] | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    options: Mapping[str, str] | None = None,
) -> "tuple[pa.Table, dict[str, Any]]":
    """Return a layer of a file as an Arrow table with its geometry as WKB, straight where it was curved.

    Parameters
    ----------
    path : Path
    layer : str, optional
        Default the only layer with a geometry, or the only layer.
    columns : iterable of str, optional
        Default all.
    bbox : tuple of float, optional
        West, south, east, north in the layer's own CRS.
    options : mapping, optional
        The driver's open options.

    Returns
    -------
    Table, dict
        What was read, and ``crs``, ``layer``, ``layers``, ``geometry`` (its column or None), ``domains`` (of each
        column that has one: code → word), ``warnings``.

    Raises
    ------
    RefusedError
        If the file cannot be read, or the layer is not chosen.
    """
    import pyarrow as pa
    import pyogrio

    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            every, drawn = layers_of(path)
            chosen = _chosen(layer, every, drawn)
            wanted = None if columns is None else list(columns)
            request = {"layer": chosen, "columns": wanted, "bbox": bbox, **(options or {})}
            about, table = pyogrio.read_arrow(path, datetime_as_string=True, **request)
            table = _with_codes(table)
            geometry = about["geometry_name"] or "wkb_geometry"
            if geometry in table.column_names and _is_curved(table.column(geometry)):
                straight = _binary(pyogrio.raw.read(path, **request)[2])
                table = table.set_column(table.column_names.index(geometry), geometry, straight)
    except MemoryError as error:
        raise RefusedError("gate.too_heavy") from error
    except (RuntimeError, UnicodeError, ValueError, pa.ArrowException) as error:
        raise RefusedError("gate.unreadable", reason=_short(error)) from error
    return table, {
        "crs": about["crs"],
        "layer": chosen,
        "layers": list(every),
        "geometry": geometry if geometry in table.column_names else None,
        "domains": domains_of(path, chosen),
        "warnings": sorted({said for said in map(_said, caught) if not said.startswith(_NOISE)}),
    }


def domains_of(path: Path, layer: str) -> Domains:
    """Return what a GeoPackage or a File Geodatabase calls the codes of a layer's columns; of other files nothing."""
    readers = {".gpkg": _geopackage_words, ".gdb": _geodatabase_words}
    reader = readers.get(path.suffix.lower())
    found: Domains = {}
    for count, (column, code, word) in enumerate(reader(path, layer) if reader is not None else ()):
        if count == _MOST_WORDS:
            break
        found.setdefault(column, {})[code.strip()] = word.strip()[:_LONGEST_WORD]
    return found


def _geopackage_words(path: Path, layer: str) -> Iterator[tuple[str, str, str]]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            base.text_factory = lambda written: written.decode("utf-8", "replace")
            for row in base.execute(_ENUMS, (layer,)):
                yield tuple(map(str, row))  # type: ignore[misc]
    except sqlite3.Error:  # a GeoPackage need not have the two tables
        return


def _geodatabase_words(path: Path, layer: str) -> Iterator[tuple[str, str, str]]:
    """Yield the words of the domains that the fields of a layer name, and of the layer's own subtypes."""
    import pyogrio

    try:
        said = ["Name", "Definition"]
        _, items = pyogrio.read_arrow(path, layer="GDB_Items", columns=said, read_geometry=False)
    except (RuntimeError, ValueError):  # made before version 10: no such table
        return
    rows = [(str(row["Name"]), _parsed(row["Definition"])) for row in items.to_pylist()]
    known = {name: xml for name, xml in rows if xml is not None and xml.find("CodedValues") is not None}
    described = (xml for name, xml in rows if xml is not None and name == layer)
    for fields in described:
        for field in fields.iterfind("GPFieldInfoExs/GPFieldInfoEx"):
            domain = known.get(field.findtext("DomainName", ""))
            for value in domain.iterfind("CodedValues/CodedValue") if domain is not None else ():
                yield field.findtext("Name", ""), value.findtext("Code", ""), value.findtext("Name", "")
        for kind in fields.iterfind("Subtypes/Subtype"):
            column = fields.findtext("SubtypeFieldName", "")
            yield column, kind.findtext("SubtypeCode", ""), kind.findtext("SubtypeName", "")


def _parsed(definition: object) -> ET.Element | None:
    """Return a definition as XML; None where it is none, or could define entities that unfold."""
    if not isinstance(definition, str) or "<!DOCTYPE" in definition:
        return None
    try:
        return ET.fromstring(definition)  # noqa: S314 - no DOCTYPE, so no entities
    except ET.ParseError:
        return None


def _chosen(layer: str | None, every: tuple[str, ...], drawn: tuple[str, ...]) -> str:
    if layer is not None:
        if layer not in every:
            raise RefusedError("gate.no_such_layer", layer=layer, layers=", ".join(every))
        return layer
    candidates = drawn or every
    if not candidates:
        raise RefusedError("gate.no_layers")
    if len(candidates) > 1:
        raise RefusedError("gate.several_layers", layers=", ".join(candidates))
    return candidates[0]


def _with_codes(table: "pa.Table") -> "pa.Table":
    """Return the table with codes where GDAL has put the words of some domains: a code outside of them is kept."""
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            codes = [chunk.indices for chunk in table.column(at).chunks]
            table = table.set_column(at, field.name, pa.chunked_array(codes, field.type.index_type))
    return table


def _binary(values: "Iterable[bytes | None]") -> "pa.Array":
    """Return an Arrow array of bytes, built of buffers: ``pa.array`` asks for pandas, which is not here."""
    import numpy as np
    import pyarrow as pa

    shapes = list(values)
    there = np.array([shape is not None for shape in shapes], bool)
    ends = np.cumsum([len(shape or b"") for shape in shapes], dtype=np.int64)
    buffers = (np.packbits(there, bitorder="little"), np.concatenate([np.zeros(1, np.int64), ends]))
    content = pa.py_buffer(b"".join(shape or b"" for shape in shapes))
    return pa.Array.from_buffers(
        pa.large_binary(), len(shapes), [*(pa.py_buffer(part.tobytes()) for part in buffers), content]
    )


def _is_curved(column: "pa.ChunkedArray") -> bool:
    import numpy as np

    for chunk in column.chunks:
        sound = chunk.drop_null()
        if not len(sound):
            continue
        wide = "large" in str(sound.type)
        offsets = np.frombuffer(sound.buffers()[1], np.int64 if wide else np.int32)[sound.offset :][: len(sound)]
        content = np.frombuffer(sound.buffers()[2], np.uint8)
        low, high = content[offsets + 1].astype(int), content[offsets + 2].astype(int)
        kinds = (low + 256 * high) % 1000
        if (kinds >= _LINEAR).any():
            return True
    return False


def _said(warning: warnings.WarningMessage) -> str:
    return _short(warning.message)


def _short(error: object) -> str:
    """Return a message without the folders of this machine."""
    return re.sub(r"(?:/[^\s'\"/]+)+/", "", str(error))[:200]


def _limit(memory_mb: float, cpu_s: float, output_mb: float) -> None:
    try:
        import resource
    except ImportError:  # Windows: the driver list and the parent's clock still hold
        return
    for what, most in (
        (resource.RLIMIT_AS, int(memory_mb * _BYTE_MB)),
        (resource.RLIMIT_CPU, int(cpu_s)),
        (resource.RLIMIT_FSIZE, int(output_mb * _BYTE_MB)),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, ceiling = resource.getrlimit(what)
        bound = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        resource.setrlimit(what, (bound, bound))


def _work(job: dict[str, Any]) -> dict[str, Any]:
    sys.path[:] = job["sys_path"]
    _limit(**job["limits"])
    sys.modules.update(dict.fromkeys(_NOT_NEEDED))  # type: ignore[arg-type]
    import pyarrow as pa
    import pyogrio

    if not set(pyogrio.list_drivers()) <= set(job["drivers"]):
        raise RefusedError("gate.not_limited")
    table, about = read_arrow(Path(job["path"]), job["layer"], options=job["options"])
    with pa.OSFile(job["out"], "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return about


def main() -> int:
    """Do the one job that comes on standard input; say on standard output how it went."""
    job = json.loads(sys.stdin.buffer.read())
    answer_to = os.dup(1)
    os.dup2(2, 1)
    try:
        answer = _work(job)
    except RefusedError as refused:
        answer = {"refused": refused.key, "values": refused.values}
    except MemoryError:
        answer = {"refused": "gate.too_heavy", "values": {}}
    except OSError:
        answer = {"refused": "gate.too_heavy", "values": {}}
    os.write(answer_to, json.dumps(answer).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
