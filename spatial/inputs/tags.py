"""OpenStreetMap's other tags, from one text column to a column each."""

import re
from collections.abc import Iterable
from typing import Any, Final

_COLUMN: Final = "other_tags"
_PAIR: Final = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_ROADS: Final = ("ref", "maxspeed", "oneway", "lanes", "surface", "bridge", "tunnel", "junction", "access")
_RAILWAYS: Final = ("usage", "electrified", "gauge", "railway", "station", "public_transport", "route", "duration")
_SERVICES: Final = ("amenity", "shop", "healthcare", "emergency", "office", "operator", "population", "place")
_GROUND: Final = ("landuse", "natural", "water", "service", "ferry", "wikidata")
_NAMES: Final = ("name:sv", "name:se", "name:smj", "name:sma", "name:fi")
_USUAL: Final = (*_ROADS, *_RAILWAYS, *_SERVICES, *_GROUND, *_NAMES)


def parse_tags(written: str | None) -> dict[str, str]:
    r"""Return the tags of one feature.

    Examples
    --------
    >>> parse_tags('"ref"=>"E 4","maxspeed"=>"110"')
    {'ref': 'E 4', 'maxspeed': '110'}
    >>> parse_tags(None)
    {}
    """
    if not written:
        return {}
    return {_plain(key): _plain(value) for key, value in _PAIR.findall(written)}


def with_tags(table: Any, geometry: str | None, columns: Iterable[str] | None) -> Any:
    """Return an OSM layer's Arrow table with tags as columns of their own.

    Parameters
    ----------
    table : Table
        With ``other_tags``.
    geometry : str or None
        The geometry's column, always kept.
    columns : iterable of str, optional
        Only these columns and tags; default the file's columns and the usual tags.

    Returns
    -------
    Table
        A tag that no feature has is a column without values.
    """
    import pyarrow as pa

    if _COLUMN not in table.column_names:
        return table
    wanted = [*dict.fromkeys([*table.column_names, *_USUAL] if columns is None else columns)]
    found = [parse_tags(written) for written in table.column(_COLUMN).to_pylist()]
    parts = {}
    for name in wanted:
        if name in table.column_names:
            parts[name] = table.column(name)
        else:
            parts[name] = pa.array([tags.get(name) for tags in found], pa.string())
    if geometry is not None:
        parts[geometry] = table.column(geometry)
    return pa.table(parts)


def _plain(written: str) -> str:
    return re.sub(r"\\(.)", r"\1", written)
