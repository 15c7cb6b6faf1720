"""Fingerprints of content: values and geometry, never file dates, row order or cell formatting."""

import hashlib
import json
import math
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

_LENGTH = 16


def _digest(*parts: bytes) -> str:
    seal = hashlib.blake2b(digest_size=_LENGTH)
    for part in parts:
        seal.update(len(part).to_bytes(8, "little"))
        seal.update(part)
    return seal.hexdigest()


def fingerprint_of_values(content: object) -> str:
    """Return the fingerprint of plain values: dicts, lists, texts, numbers.

    Examples
    --------
    >>> fingerprint_of_values({"a": 1, "b": 2}) == fingerprint_of_values({"b": 2, "a": 1.0})
    True
    """
    return _digest(json.dumps(_plain(content), ensure_ascii=True, sort_keys=True).encode())


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [_plain(inner) for inner in value]
        return sorted(items, key=repr) if isinstance(value, set | frozenset) else items
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float | np.integer | np.floating):
        return _number(float(value))
    return str(value)


def _number(value: float) -> str:
    return "nan" if math.isnan(value) else value.hex()


def fingerprints_of_features(frame: pd.DataFrame) -> pd.Series:
    """Return a fingerprint for each row, of its index, values and geometry.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Any columns; a whole number and the same number as a float are equal, missing values are one thing.

    Returns
    -------
    Series of str
        On the frame's index.
    """
    names = sorted(name for name in frame.columns if name != _geometry_name(frame))
    columns = [np.asarray([_canonical(v) for v in frame[name].tolist()], object) for name in names]
    ids = [str(value) for value in frame.index]
    geometry = _wkb(frame)
    rows = zip(*columns, strict=True) if columns else ((),) * len(frame)
    head = "\x1f".join(names).encode()
    seals = [
        _digest(head, key.encode(), "\x1f".join(row).encode(), wkb)
        for key, row, wkb in zip(ids, rows, geometry, strict=True)
    ]
    return pd.Series(seals, index=frame.index, dtype=object, name="fingerprint")


def _geometry_name(frame: pd.DataFrame) -> str | None:
    return frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None


def _wkb(frame: pd.DataFrame) -> list[bytes]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return [b""] * len(frame)
    written = shapely.to_wkb(frame.geometry.to_numpy(), output_dimension=2, byte_order=1)
    return [b"" if wkb is None else wkb for wkb in written]


def _canonical(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT:
        return "\x00"
    if isinstance(value, bool | np.bool_):
        return f"b{int(value)}"
    if isinstance(value, int | float | np.integer | np.floating):
        number = float(value)
        return "\x00" if math.isnan(number) else f"n{number.hex()}"
    return f"t{value}"


def fingerprint_of_frame(frame: pd.DataFrame, **context: object) -> str:
    """Return the fingerprint of a frame's content, whatever the order of its rows and columns.

    ``context`` is what else belongs to the content, such as the CRS.
    """
    rows = sorted(fingerprints_of_features(frame))
    return _digest(fingerprint_of_values(context).encode(), *(row.encode() for row in rows))


def fingerprint_of_arrays(arrays: Mapping[str, np.ndarray], **context: object) -> str:
    """Return the fingerprint of named arrays (raster bands)."""
    parts = [fingerprint_of_values(context).encode()]
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        parts += [
            name.encode(),
            str(array.dtype.newbyteorder("<")).encode(),
            str(array.shape).encode(),
            array.tobytes(),
        ]
    return _digest(*parts)
