"""A layer that comes back: read through the gate, made true, its rows known by their ids."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.errors import Fault, GateError, LayerError
from spatial.fingerprints import fingerprint_of_values
from spatial.geo import ANALYSIS_CRS
from spatial.inputs import gate, roles, truth
from spatial.inputs.plan_layers import told_apart
from spatial.inputs.truth import Family
from spatial.settings import Role

_FAMILIES: Final[tuple[Family | None, ...]] = (
    "point", "line", "line", "polygon", "point", "line", "polygon", None,
)  # fmt: skip
_NEW: Final = "ny-"
_LONG: Final = 8


@dataclass(frozen=True)
class Returned:
    """A layer as it came back: EPSG:3006, unique text ids, numbers as floats and everything else as text.

    ``transformed``: the file was in another CRS, so that equal places may differ by rounding.
    """

    frame: gpd.GeoDataFrame
    faults: tuple[Fault, ...]
    transformed: bool


def read_returned(
    path: Path,
    *,
    name: str,
    layer: str | None,
    called: str,
    role: Role,
    region: shapely.Geometry | None,
    margin_m: float,
) -> Returned:
    """Return a layer of a file that came back.

    Parameters
    ----------
    path : Path
    name : str
        The name that was sent.
    layer : str, optional
        Which layer of the file.
    called : str
        What faults call the layer.
    role : str
        Says the geometry (of plans: any) and which columns are numbers.
    region : Polygon or None
    margin_m : float
        How far outside the region a row may lie (metres).

    Returns
    -------
    Returned
        A row without an id (drawn in QGIS) has one that follows from what it holds.

    Raises
    ------
    GateError, LayerError
        With every fault.
    """
    received = gate.read_upload(path, name=name, layer=layer)
    frame = received.frame
    if not isinstance(frame, gpd.GeoDataFrame):
        raise GateError("export.no_geometry", name=name)
    if "id" not in frame.columns:
        raise GateError("export.no_id", name=name, layer=called)
    geometry = frame.geometry
    frame = gpd.GeoDataFrame(frame.drop(columns=[frame.geometry.name, "fid"], errors="ignore"), geometry=geometry)
    frame, faults = _numbered(frame, role, called)
    frame, noted = _named(frame, called)
    true, found = _true(frame, called, None if role == "plans" else roles.ROLES[role].family, region, margin_m, faults)
    stopping = [fault for fault in faults if fault.severity == "error"]
    if stopping:
        raise LayerError(stopping)
    same_crs = geometry.crs is not None and geometry.crs.to_epsg() == int(ANALYSIS_CRS.removeprefix("EPSG:"))
    return Returned(true, (*faults, *noted, *found), not same_crs)


def _numbered(frame: gpd.GeoDataFrame, role: Role, called: str) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    plain, faults = roles.with_numbers(pd.DataFrame(frame.drop(columns="geometry")), role, called)
    return gpd.GeoDataFrame(as_compared(plain), geometry=frame.geometry, crs=frame.crs), faults


def as_compared(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of numbers and texts whose texts have no spaces about them, and None where there is none."""
    columns = {
        name: values if pd.api.types.is_numeric_dtype(values.dtype) else pd.Series(
            [value.strip() or None if isinstance(value, str) else None for value in values], frame.index, object
        )
        for name, values in frame.items()
    }  # fmt: skip
    return pd.DataFrame(columns, index=frame.index)


def _named(frame: gpd.GeoDataFrame, called: str) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return the frame with an id in every row: new for one that was drawn, numbered for copies and split areas."""
    lacking = frame["id"].isna()
    if lacking.any():
        frame = frame.copy()
        frame.loc[lacking, "id"] = [_fresh(row) for _, row in frame[lacking].iterrows()]
    ids, faults = told_apart(frame, called)
    return frame.assign(id=ids), faults


def _fresh(row: "pd.Series[Any]") -> str:
    shape = row["geometry"]
    place = None if shape is None else np.round(shapely.get_coordinates(shape), 3).tolist()
    values = {str(name): value for name, value in row.items() if name not in {"geometry", "id"}}
    return _NEW + fingerprint_of_values([values, place])[:_LONG]


def _true(
    frame: gpd.GeoDataFrame,
    called: str,
    family: Family | None,
    region: shapely.Geometry | None,
    margin_m: float,
    so_far: list[Fault],
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    shapes = np.asarray(frame.geometry, object)
    kinds = np.array([_FAMILIES[number] for number in shapely.get_type_id(shapes)], object)
    parts: list[gpd.GeoDataFrame] = []
    faults: list[Fault] = []
    stopping = [fault for fault in so_far if fault.severity == "error"]
    for kind in [family] if family else list(dict.fromkeys(kinds)):
        rows = frame if family else frame[kinds == kind]
        try:
            true, noted = truth.true_frame(
                rows, layer=called, crs=None, family=kind, id_column="id", region=region, margin_m=margin_m
            )
        except LayerError as error:
            stopping += error.faults
        else:
            parts.append(true)
            faults += noted
    if stopping:
        raise LayerError(stopping)
    whole = gpd.GeoDataFrame(pd.concat(parts), crs=parts[0].crs)
    return whole.set_geometry(_single(whole.geometry)), faults


def _single(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return geometries of one part as single ones."""
    shapes = np.asarray(geometry, object).copy()
    one = (shapely.get_num_geometries(shapes) == 1) & (shapely.get_type_id(shapes) > 3)
    shapes[one] = shapely.get_geometry(shapes[one], 0)
    return gpd.GeoSeries(shapes, index=geometry.index, crs=geometry.crs)
