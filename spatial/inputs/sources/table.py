"""Tables: CSV, or JSON records; every cell comes in as text, so that 0114 stays 0114."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.errors import Fault, LayerError
from spatial.inputs.received import Received
from spatial.settings import LayerSpec, TableReader

_MISSING = {"": None, "NA": None, "null": None, "None": None}


def read_table(spec: LayerSpec, reader: TableReader, folder: Path) -> Received:
    """Return a table's rows; points where the reader names coordinate columns.

    Parameters
    ----------
    spec : LayerSpec
        ``spec.crs`` is the CRS of the coordinates.
    reader : TableReader
        ``separator`` and ``encoding`` hold for CSV.
    folder : Path
        What ``reader.path`` is relative to.

    Returns
    -------
    Received
        A GeoDataFrame of points in ``spec.crs``, or a DataFrame; index = the row's number in the file, from 1.

    Raises
    ------
    LayerError
        If the file is missing or unreadable, or lacks a coordinate column.
    """
    rows = read_rows(spec.id, folder / reader.path, separator=reader.separator, encoding=reader.encoding)
    if reader.x is None or reader.y is None:
        return Received(rows)
    absent = [name for name in (reader.x, reader.y) if name not in rows.columns]
    if absent:
        have = ", ".join(map(str, rows.columns))
        raise LayerError(
            Fault("faults.column_missing", spec.id, values={"column": name, "columns": have}) for name in absent
        )
    x, y = (_coordinates(spec.id, rows, name) for name in (reader.x, reader.y))
    given = x.notna() & y.notna() & ~((x == 0) & (y == 0))
    notes = _notes(spec.id, rows.index[~given])
    kept = rows[given]
    points = gpd.points_from_xy(x[given], y[given])
    return Received(gpd.GeoDataFrame(kept, geometry=points, crs=spec.crs), notes=notes, rows=len(rows))


def read_rows(layer: str, path: Path, *, separator: str = ",", encoding: str = "utf-8") -> pd.DataFrame:
    """Return the rows of a CSV or JSON-records file as text; the index counts from 1.

    Raises
    ------
    LayerError
        If the file is missing, is not the encoding that is said, or is not a table.
    """
    try:
        source = path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except OSError as error:
        raise LayerError([Fault("faults.no_file", layer, values={"path": path})]) from error
    except (UnicodeDecodeError, LookupError) as error:
        raise LayerError([Fault("faults.encoding", layer, values={"path": path, "encoding": encoding})]) from error
    rows = _records(layer, source, path) if path.suffix == ".json" else _csv(layer, source, separator, path)
    if rows.empty:
        raise LayerError([Fault("faults.no_rows", layer)])
    rows.index = pd.RangeIndex(1, len(rows) + 1)
    return rows


def _csv(layer: str, source: str, separator: str, path: Path) -> pd.DataFrame:
    from io import StringIO

    try:
        rows = pd.read_csv(StringIO(source), sep=separator, dtype=object, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise LayerError([Fault("faults.not_table", layer, values={"path": path})]) from error
    return rows.map(lambda value: _MISSING.get(value, value))


def _records(layer: str, source: str, path: Path) -> pd.DataFrame:
    try:
        records = json.loads(source)
    except ValueError as error:
        raise LayerError([Fault("faults.not_table", layer, values={"path": path})]) from error
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise LayerError([Fault("faults.not_table", layer, values={"path": path})])
    flat = [_flat(record) for record in records]
    return pd.DataFrame(flat, dtype=object)


def _flat(record: dict[str, object], prefix: str = "") -> dict[str, object]:
    out: dict[str, object] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            out |= _flat(value, f"{prefix}{key}.")
        elif isinstance(value, bool):
            out[prefix + key] = str(value).lower()
        elif isinstance(value, list):
            continue
        else:
            out[prefix + key] = None if value is None else str(value)
    return out


def _coordinates(layer: str, rows: pd.DataFrame, name: str) -> pd.Series:
    texts = rows[name].map(lambda value: value.replace(",", ".") if isinstance(value, str) else value)
    numbers = pd.to_numeric(texts, errors="coerce").astype(float)
    wrong = rows.index[numbers.isna() & rows[name].notna()]
    if len(wrong):
        raise LayerError(
            Fault("faults.not_number", layer, str(row), values={"column": name, "given": rows.loc[row, name]})
            for row in wrong
        )
    return numbers.replace([np.inf, -np.inf], np.nan)


def _notes(layer: str, rows: pd.Index) -> tuple[Fault, ...]:
    if not len(rows):
        return ()
    listed = ", ".join(map(str, rows[:10])) + (" …" if len(rows) > 10 else "")
    return (Fault("faults.no_place", layer, listed, "warning", len(rows), {"count": len(rows)}),)
