"""What a lines layer says of its roads: speed, length, direction; and what it leaves unsaid, as faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.errors import Fault
from spatial.model import FloatArray

BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]

_ONEWAY: Final = {
    "": 0, "0": 0, "no": 0, "false": 0, "reversible": 0, "alternating": 0,
    "1": 1, "yes": 1, "true": 1,
    "-1": -1, "reverse": -1,
}  # fmt: skip
_YES: Final = frozenset({"1", "yes", "true"})


@dataclass(frozen=True)
class RoadLines:
    """Road lines as arrays, a value a line, in the order of their ids; NaN lengths are not stated."""

    id: TextArray
    geometry: TextArray
    forth_kmh: FloatArray
    back_kmh: FloatArray
    length_m: FloatArray
    against: BoolArray
    ferry: BoolArray
    road_class: TextArray
    number: TextArray
    ends: tuple[TextArray, TextArray] | None
    faults: tuple[Fault, ...]

    def take(self, order: npt.NDArray[np.int64]) -> "RoadLines":
        """Return the lines in another order."""
        return RoadLines(
            id=self.id[order],
            geometry=self.geometry[order],
            forth_kmh=self.forth_kmh[order],
            back_kmh=self.back_kmh[order],
            length_m=self.length_m[order],
            against=self.against[order],
            ferry=self.ferry[order],
            road_class=self.road_class[order],
            number=self.number[order],
            ends=None if self.ends is None else (self.ends[0][order], self.ends[1][order]),
            faults=self.faults,
        )


def road_lines(lines: gpd.GeoDataFrame, speeds_kmh: Mapping[str, float], layer: str = "") -> RoadLines:
    """Return what lines say of their roads, with every fault found.

    Parameters
    ----------
    lines : GeoDataFrame
        As :func:`spatial.analysis.network.network_from_lines` takes them.
    speeds_kmh : mapping
        Speed of each road class, km/h.
    layer : str
        The layer's id, named in the faults.

    Returns
    -------
    RoadLines
        Speeds are 0 in a direction that is closed; a line open only against itself has ``against``.
    """
    ids = _texts(pd.Series(lines.index, dtype=object))
    order = np.argsort(ids.astype(str), kind="stable")
    ids, lines = ids[order], lines.iloc[order]
    geometry = np.asarray(lines.geometry, object)
    geometry = shapely.force_2d(geometry) if shapely.has_z(geometry).any() else geometry
    road_class, own_kmh = _column(lines, "road_class"), _numbers(lines, "speed_kmh")
    class_kmh = pd.Series(road_class).map(dict(speeds_kmh)).to_numpy(float, na_value=np.nan)
    along = np.where(np.isnan(own_kmh), class_kmh, own_kmh)
    opposite = _numbers(lines, "speed_back_kmh")
    opposite = np.where(np.isnan(opposite), along, opposite)
    said = _column(lines, "oneway")
    oneway = pd.Series([str(value).lower() for value in said]).map(_ONEWAY).to_numpy(float, na_value=np.nan)
    length_m = _numbers(lines, "length_m")
    ends = _ends(lines)
    checks: list[tuple[str, BoolArray, dict[str, TextArray]]] = [
        ("repeated_id", pd.Series(ids).duplicated(keep=False).to_numpy(bool), {}),
        ("no_geometry", _no_line(geometry, linked=ends is not None), {}),
        ("no_class", np.isnan(along) & (road_class == ""), {}),
        ("no_speed", np.isnan(along) & (road_class != ""), {"road_class": road_class}),
        ("bad_speed", ~_sound(along) | ~_sound(opposite), {}),
        ("bad_length", ~_sound(length_m), {}),
        ("bad_oneway", np.isnan(oneway), {"value": said}),
        ("no_end", np.zeros(len(ids), bool) if ends is None else (ends[0] == "") | (ends[1] == ""), {}),
    ]
    against = oneway == -1
    return RoadLines(
        id=ids,
        geometry=geometry,
        forth_kmh=np.where(against, opposite, along),
        back_kmh=np.where(oneway == 0, opposite, 0.0),
        length_m=length_m,
        against=against,
        ferry=np.array([str(value).lower() in _YES for value in _column(lines, "ferry")], bool),
        road_class=road_class,
        number=_column(lines, "number"),
        ends=ends,
        faults=_faults(ids, checks, layer),
    )


def _faults(ids: TextArray, checks: list[tuple[str, BoolArray, dict[str, TextArray]]], layer: str) -> tuple[Fault, ...]:
    found = [
        (row, Fault(f"network.{key}", layer, str(ids[row]), values={name: v[row] for name, v in values.items()}))
        for key, wrong, values in checks
        for row in np.flatnonzero(wrong)
    ]
    return tuple(fault for _, fault in sorted(found, key=lambda pair: pair[0]))


def _ends(lines: gpd.GeoDataFrame) -> tuple[TextArray, TextArray] | None:
    if not {"from_id", "to_id"} <= set(lines.columns):
        return None
    return _column(lines, "from_id"), _column(lines, "to_id")


def _no_line(geometry: TextArray, *, linked: bool) -> BoolArray:
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    wrong = missing | ~np.isin(shapely.get_type_id(geometry), (1, 5))
    return np.asarray(wrong if linked else wrong | ~(shapely.length(geometry) > 0), bool)


def _sound(values: FloatArray) -> BoolArray:
    """Return whether values are above zero, or not given."""
    return np.asarray(np.isnan(values) | ((values > 0) & np.isfinite(values)), bool)


def _numbers(lines: gpd.GeoDataFrame, name: str) -> FloatArray:
    """Return a column's numbers, NaN where empty; what is not a number is -1, which no speed or length may be."""
    if name not in lines.columns:
        return np.full(len(lines), np.nan)
    values = pd.to_numeric(lines[name], errors="coerce").to_numpy(float, na_value=np.nan)
    return np.where(np.isnan(values) & (_column(lines, name) != ""), -1.0, values)


def _column(lines: gpd.GeoDataFrame, name: str) -> TextArray:
    return _texts(lines[name]) if name in lines.columns else np.full(len(lines), "", object)


def _texts(values: pd.Series) -> TextArray:
    """Return values as text: empty where missing, whole numbers without decimals."""
    given = np.flatnonzero(values.notna().to_numpy(bool))
    out = np.full(len(values), "", object)
    out[given] = [_text(value) for value in values.to_numpy(object)[given]]
    return out


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
