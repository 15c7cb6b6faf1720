"""What makes a frame true: EPSG:3006 by label and by place, 2D, finite, valid, one family, unique text ids."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial import geo
from spatial.errors import Fault, LayerError
from spatial.inputs import place
from spatial.inputs.garbled import text_faults
from spatial.inputs.rows import listed, row_faults
from spatial.texts import number, text

Family = Literal["point", "line", "polygon"]
BoolArray = npt.NDArray[np.bool_]
_ID: Final = "id"
_FILE_ID: Final = "file_id"
_NEGLIGIBLE_M2: Final = 1.0
_FAMILIES: Final = np.array(["point", "line", "line", "polygon", "point", "line", "polygon", "mixed"], object)


def true_frame(
    frame: gpd.GeoDataFrame,
    *,
    layer: str,
    crs: str | None,
    family: Family | None,
    id_column: str | None,
    region: shapely.Geometry | None,
    margin_m: float,
    known_points: Mapping[str, tuple[float, float]] | None = None,
    max_area_change_share: float = 0.01,
) -> tuple[gpd.GeoDataFrame, tuple[Fault, ...]]:
    """Return the frame made true, and what was repaired or is to be noticed; the frame given is not changed.

    Parameters
    ----------
    frame : GeoDataFrame
        As its file has it, any CRS; index = the row's number in the file, from 1.
    layer : str
        What faults call it.
    crs : str or None
        What the settings say that the coordinates are in (``EPSG:nnnn``).
    family : {"point", "line", "polygon"} or None
        The geometry that the layer must have; single and multi count as one. None: whichever, but one.
    id_column : str or None
        The column of ids; None: the row's number is the id.
    region : Polygon or None
        Where the layer must lie (EPSG:3006); None: in the Nordic countries.
    margin_m : float
        How far outside the region (metres) still counts as there.
    known_points : mapping, optional
        Id → east and north (EPSG:3006) that the feature is known to lie within 25 km of.
    max_area_change_share : float
        How much of the area repair may change, in a feature and in the layer.

    Returns
    -------
    GeoDataFrame, tuple of Fault
        EPSG:3006, index ``id`` (unique text), the frame's columns; faults of severity *repaired* and *warning*.

    Raises
    ------
    LayerError
        With every fault that stops the layer, each with its row.

    Examples
    --------
    >>> umea = gpd.GeoDataFrame({"namn": ["Umeå"]}, geometry=gpd.points_from_xy([20.263], [63.8258]), index=[1])
    >>> true, faults = true_frame(
    ...     umea, layer="orter", crs="EPSG:4326", family="point", id_column=None, region=None, margin_m=0
    ... )
    >>> round(true.geometry.loc["1"].x, 3), round(true.geometry.loc["1"].y, 3), faults
    (758803.435, 7088280.798, ())
    """
    if not len(frame):
        raise LayerError([Fault("faults.truth_no_features", layer)])
    flat = _flat(frame)
    ids, faults = _ids(flat, layer, id_column)
    sound, found = _sound(flat, layer)
    faults += found + _family_faults(flat, sound, layer, family) + text_faults(flat.drop(columns="geometry"), layer)
    area = place.area_of(region, margin_m)
    true, found = _placed(flat[sound], layer, crs, area)
    faults += found
    if true is not None and frame.index.is_unique:
        true, found = _repaired(true, layer, max_area_change_share)
        faults += found
        true = true.set_axis(pd.Index(ids.loc[true.index], name=_ID, dtype=object))
        faults += place.known_faults(true, known_points or {}, layer)
    stopping = [fault for fault in faults if fault.severity == "error"]
    if stopping or true is None:
        raise LayerError(stopping)
    return _keyed(true, id_column), tuple(faults)


def _flat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy in two dimensions whose geometry column is named ``geometry``."""
    name = frame.geometry.name
    columns = pd.DataFrame(frame.drop(columns=name))
    return gpd.GeoDataFrame(columns, geometry=shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)


def _ids(frame: gpd.GeoDataFrame, layer: str, column: str | None) -> tuple["pd.Series[Any]", list[Fault]]:
    """Return the ids as text on the frame's index, and the faults of those missing or repeated."""
    given = frame.index.to_series() if column is None else frame[column]
    ids = pd.Series([_written(value) for value in given.tolist()], index=frame.index, dtype=object)
    none = ids.isna() | (ids == "")
    twice = ids.duplicated(keep=False) & ~none
    again = ids[twice]

    def said(position: int) -> dict[str, object]:
        alike = again.index[again == again.iloc[position]]
        return {"id": again.iloc[position], "rows": listed(list(alike))}

    faults = row_faults("faults.truth_no_id", layer, list(ids.index[none]), lambda _: {"column": column})
    return ids, faults + row_faults("faults.truth_repeated_id", layer, list(again.index), said)


def _written(value: object) -> str | None:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _sound(frame: gpd.GeoDataFrame, layer: str) -> tuple[BoolArray, list[Fault]]:
    """Return which rows have a geometry of finite numbers, and a fault for each that has not."""
    shapes = frame.geometry.to_numpy()
    absent = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    finite = geo.finite(shapes)
    faults = row_faults("faults.truth_no_geometry", layer, list(frame.index[absent]))
    faults += row_faults("faults.truth_not_finite", layer, list(frame.index[~finite & ~absent]))
    return finite & ~absent, faults


def _family_faults(frame: gpd.GeoDataFrame, sound: BoolArray, layer: str, family: Family | None) -> list[Fault]:
    shapes = frame.geometry.to_numpy()
    kinds = pd.Series(_FAMILIES[shapely.get_type_id(shapes[sound])], index=frame.index[sound])
    if kinds.empty:
        return []
    counted = kinds.value_counts()
    most = min(counted.index, key=lambda kind: (kind == "mixed", -counted[kind], kind))
    wanted = family or most
    odd = kinds[kinds != wanted]

    def said(position: int) -> dict[str, object]:
        found = odd.iloc[position]
        return {"wanted": text(f"faults.kind_{wanted}"), "found": text(f"faults.kind_{found}")}

    return row_faults("faults.truth_family", layer, list(odd.index), said)


def _placed(
    sound: gpd.GeoDataFrame, layer: str, declared: str | None, area: place.Area
) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Return the sound rows in EPSG:3006, or None where they have no label to trust, and the faults of place."""
    if not len(sound):
        return None, []
    labelled, faults = place.label_of(sound, layer, declared, area)
    if labelled.crs is None:
        return None, faults
    moved = geo.to_crs(labelled)
    reached = geo.finite(moved.geometry.to_numpy())
    beyond = int((~reached).sum())
    if beyond:
        rows = listed(list(moved.index[~reached]))
        faults.append(Fault("faults.truth_beyond", layer, rows, "warning", beyond, {"count": beyond}))
    moved = moved[reached]
    raw = place.centres(labelled)
    if not len(moved):
        return None, [*faults, Fault("faults.truth_elsewhere", layer, values={"here": "0"})]
    return moved, faults + place.place_faults(moved, raw, layer, area, declared=declared)


def _repaired(frame: gpd.GeoDataFrame, layer: str, most: float) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return the frame with valid geometries; what that changed is counted, and refused where it is too much."""
    shapes = frame.geometry.to_numpy().copy()
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    if not len(broken):
        return frame, []
    mended = np.array([_mended(shape) for shape in shapes[broken]], dtype=object)
    before, after = shapely.area(shapes[broken]), shapely.area(mended)
    change = np.abs(after - before)
    total = float(np.maximum(shapely.area(shapes).sum(), 1e-9))
    empty = shapely.is_empty(mended)
    much = ~empty & (change > most * np.maximum(before, after)) & (change > _NEGLIGIBLE_M2)
    rows = frame.index[broken]

    def said(position: int) -> dict[str, object]:
        return {name: number(areas[much][position]) for name, areas in (("before_m2", before), ("after_m2", after))}

    faults = row_faults("faults.truth_collapsed", layer, list(rows[empty]))
    faults += row_faults("faults.truth_area_changed", layer, list(rows[much]), said)
    values: dict[str, object] = {
        "count": len(broken),
        "area_m2": number(float(change.sum())),
        "percent": number(100 * float(change.sum()) / total, 3),
    }
    if change.sum() > max(most * total, _NEGLIGIBLE_M2):
        faults.append(Fault("faults.truth_layer_changed", layer, None, "error", len(broken), values))
    faults.append(Fault("faults.truth_repaired", layer, listed(list(rows)), "repaired", len(broken), values))
    shapes[broken] = mended
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)), faults


def _mended(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry made valid, of the family it was."""
    valid = geo.repaired(shape)
    family = _FAMILIES[shapely.get_type_id(shape)]
    if family == "polygon":
        return geo.polygonal(valid)
    if family == "line":
        parts = shapely.get_parts(shapely.get_parts(valid))
        return shapely.MultiLineString([part for part in parts if shapely.get_type_id(part) == 1])
    return valid


def _keyed(frame: gpd.GeoDataFrame, id_column: str | None) -> gpd.GeoDataFrame:
    """Return the frame without a column that its index is named for."""
    if _ID not in frame.columns:
        return frame
    return frame.drop(columns=_ID) if id_column == _ID else frame.rename(columns={_ID: _FILE_ID})
