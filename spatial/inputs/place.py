"""A CRS that is true by its label and by place: the layer must lie where the region is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from spatial import geo
from spatial.errors import Fault
from spatial.inputs.rows import row_faults
from spatial.texts import number

CANDIDATES: Final = (
    "EPSG:3006",
    "EPSG:25832",
    "EPSG:25833",
    "EPSG:25834",
    "EPSG:3067",
    "EPSG:3035",
    "EPSG:3857",
    "EPSG:4326",
    *(f"EPSG:{code}" for code in range(3007, 3019)),
    "EPSG:3021",
)
"""What coordinates in the Nordic countries usually are in; the first that fits best is named."""
NORDEN: Final = shapely.box(-350_000, 5_950_000, 1_300_000, 8_000_000)
"""Where a layer must lie when no region is given (EPSG:3006, metres)."""
_SAME: Final = ("EPSG:3006", "EPSG:25833")
_SAMPLE: Final = 5_000
_SIMPLER_M: Final = 500.0
_KNOWN_M: Final = 25_000.0
_FEW_SHARE: Final = 0.01
_HALF: Final = 0.5
_ALL_SHARE: Final = 0.95
_HERE_SHARE: Final = 0.2
_ENOUGH: Final = 5

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """How well coordinates fit the region in one CRS: the share of them in it, and near it; ``also`` fit as well."""

    crs: str
    swapped: bool
    core: float
    near: float
    also: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[float, float]:
        """Shares in whole percent, by which fits are compared."""
        return round(self.core, 2), round(self.near, 2)

    @property
    def names(self) -> str:
        """Every CRS that fits, for a sentence."""
        return ", ".join((self.crs, *self.also))


@dataclass(frozen=True)
class Area:
    """Where a layer must lie, EPSG:3006: the region, and the region with its margin."""

    core: shapely.Geometry
    near: shapely.Geometry


def area_of(region: shapely.Geometry | None, margin_m: float) -> Area:
    """Return where a layer must lie; without a region the Nordic countries."""
    if region is None:
        return Area(NORDEN, NORDEN)
    simple = shapely.simplify(region, _SIMPLER_M)
    near = shapely.buffer(simple, max(margin_m, _SIMPLER_M), quad_segs=4)
    core = shapely.buffer(simple, _SIMPLER_M, quad_segs=4)
    shapely.prepare([core, near])
    return Area(core, near)


def flat_crs(crs: object) -> CRS:
    """Return the horizontal part of a CRS.

    Examples
    --------
    >>> flat_crs("EPSG:5845").to_epsg()
    3006
    """
    system = CRS.from_user_input(crs)
    return system.sub_crs_list[0] if system.is_compound else system.to_2d()


def same_place(one: object, other: object) -> bool:
    """Return whether two labels mean the same coordinates, read east before north.

    Examples
    --------
    >>> same_place("OGC:CRS84", "EPSG:4326"), same_place("EPSG:3006", "EPSG:3067")
    (True, False)
    """
    first, second = flat_crs(one), flat_crs(other)
    if first.equals(second, ignore_axis_order=True):
        return True
    codes = first.to_epsg(min_confidence=60), second.to_epsg(min_confidence=60)
    return codes[0] is not None and codes[0] == codes[1]


def centres(frame: gpd.GeoDataFrame) -> FloatArray:
    """Return the middle of each feature's bounds; of many features an even sample, whatever their order."""
    west, south, east, north = shapely.bounds(frame.geometry.to_numpy()).T
    points = np.column_stack([(west + east) / 2, (south + north) / 2])
    if len(points) > _SAMPLE:
        order = np.lexsort((points[:, 1], points[:, 0]))
        points = points[order[:: len(points) // _SAMPLE + 1]]
    return points


def best_fit(points: FloatArray, area: Area) -> Fit | None:
    """Return the CRS, and the axis order, in which most of the points lie in the region; None where none does.

    Parameters
    ----------
    points : ndarray
        x and y as the file has them.
    area : Area

    Returns
    -------
    Fit or None

    Examples
    --------
    >>> fit = best_fit(np.array([[63.8258, 20.263]]), area_of(None, 0))
    >>> fit.crs, fit.swapped
    ('EPSG:4326', True)
    """
    fits = [_fit(points, code, area, swapped=swapped) for swapped in (False, True) for code in CANDIDATES]
    best = max(fits, key=lambda fit: fit.rank)
    if not best.near:
        return None
    alike = [fit.crs for fit in fits if fit is not best and (fit.rank, fit.swapped) == (best.rank, best.swapped)]
    return replace(best, also=tuple(code for code in alike if (best.crs, code) != _SAME))


def _fit(points: FloatArray, code: str, area: Area, *, swapped: bool) -> Fit:
    x, y = points[:, ::-1].T if swapped else points.T
    if code == geo.WEB_CRS and (np.abs(x).max() > 180 or np.abs(y).max() > 90):
        return Fit(code, swapped, 0.0, 0.0)
    east, north = geo.transform_xy(x, y, code, geo.ANALYSIS_CRS)
    known = np.isfinite(east) & np.isfinite(north)
    east, north = np.where(known, east, 0.0), np.where(known, north, 0.0)
    core, near = (known & shapely.contains_xy(part, east, north) for part in (area.core, area.near))
    return Fit(code, swapped, float(core.mean()), float(near.mean()))


def turned(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame whose coordinates have changed places: north before east becomes east before north, in 2D."""
    shapes = shapely.transform(shapely.force_2d(frame.geometry.to_numpy()), lambda xy: xy[:, ::-1])
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def beyond_degrees(frame: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Return which features have numbers that no degrees have."""
    bounds = np.abs(shapely.bounds(frame.geometry.to_numpy()))
    return np.asarray((bounds[:, [0, 2]] > 180).any(axis=1) | (bounds[:, [1, 3]] > 90).any(axis=1))


def label_of(
    frame: gpd.GeoDataFrame, layer: str, declared: str | None, area: Area
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return the frame under the one label that its file and its settings agree on, and the faults of labels.

    Parameters
    ----------
    frame : GeoDataFrame
        Sound geometries.
    layer : str
    declared : str or None
        What the settings say.
    area : Area

    Returns
    -------
    GeoDataFrame, list of Fault
        A frame without label where there is none to trust.
    """
    label = frame.crs
    bare = frame.set_crs(None, allow_override=True)
    if label is None:
        return (bare.set_crs(declared), []) if declared else (bare, [_unlabelled(bare, layer, area)])
    metres = beyond_degrees(frame) if CRS.from_user_input(label).is_geographic else np.zeros(len(frame), bool)
    if metres.mean() > _HALF:
        return _metres(bare, layer, declared, area)
    faults = row_faults("faults.truth_outside_degrees", layer, list(frame.index[metres]))
    if declared and not same_place(label, declared):
        values: dict[str, object] = {"label": _named(label), "declared": declared}
        return bare, [*faults, Fault("faults.truth_crs_conflict", layer, values=values)]
    return (bare, faults) if faults else (bare.set_crs(flat_crs(label)), [])


def _named(label: object) -> str:
    system = CRS.from_user_input(label)
    code = system.to_epsg()
    return f"EPSG:{code}" if code else str(system.name)


def _unlabelled(bare: gpd.GeoDataFrame, layer: str, area: Area) -> Fault:
    fit = best_fit(centres(bare), area)
    if fit is None:
        return Fault("faults.truth_no_crs", layer)
    return Fault("faults.truth_no_crs_axes" if fit.swapped else "faults.truth_no_crs_fits", layer, values=_said(fit))


def _metres(
    bare: gpd.GeoDataFrame, layer: str, declared: str | None, area: Area
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Judge a file labelled in degrees whose numbers are metres; settings that say which are believed."""
    if declared and not CRS.from_user_input(declared).is_geographic:
        return bare.set_crs(declared), [
            Fault("faults.truth_label_overruled", layer, severity="warning", values={"declared": declared})
        ]
    fit = best_fit(centres(bare), area)
    values: dict[str, object] = {"fits": fit.names if fit else geo.ANALYSIS_CRS}
    return bare, [Fault("faults.truth_metres_as_degrees", layer, values=values)]


def _said(fit: Fit) -> dict[str, object]:
    return {"fits": fit.names, "percent": number(100 * fit.near)}


def place_faults(
    moved: gpd.GeoDataFrame, raw: FloatArray, layer: str, area: Area, *, declared: str | None = None
) -> list[Fault]:
    """Return the fault of a layer that does not lie in or near the region, with the CRS that would place it there.

    Parameters
    ----------
    moved : GeoDataFrame
        EPSG:3006.
    raw : ndarray
        The features' centres as the file has them.
    layer : str
    area : Area
    declared : str, optional
        What the settings say: a suspicion is then only a warning, for somebody has answered for the label.

    Returns
    -------
    list of Fault
        Empty where the layer lies where it should. A layer of the whole country, or the world, does.
    """
    shapes = moved.geometry.to_numpy()
    near = float(shapely.intersects(area.near, shapes).mean())
    core = float(shapely.intersects(area.core, shapes).mean())
    if near >= _FEW_SHARE and (core >= _HERE_SHARE or len(moved) < _ENOUGH):
        return []
    fit = best_fit(raw, area)
    lost = near == 0 or (near < _FEW_SHARE and fit is not None and fit.near >= _HALF)
    if not lost and (fit is None or fit.core < _ALL_SHARE):
        return []
    values: dict[str, object] = {"here": number(100 * near)}
    if fit is None:
        return [Fault("faults.truth_elsewhere", layer, values=values)]
    key = "faults.truth_axes" if fit.swapped else "faults.truth_elsewhere_fits"
    return [Fault(key, layer, None, "error" if lost or not declared else "warning", 1, values | _said(fit))]


def known_faults(moved: gpd.GeoDataFrame, known: Mapping[str, tuple[float, float]], layer: str) -> list[Fault]:
    """Return a fault for each feature, by id, that lies more than 25 km from where it is known to be.

    Parameters
    ----------
    moved : GeoDataFrame
        EPSG:3006, index = ids.
    known : mapping
        Id → east and north in EPSG:3006.
    layer : str

    Returns
    -------
    list of Fault
    """
    faults = []
    for key, (east, north) in known.items():
        if key not in moved.index:
            continue
        off_m = float(shapely.distance(moved.geometry.loc[[key]].to_numpy(), shapely.Point(east, north)).min())
        if off_m > _KNOWN_M:
            values: dict[str, object] = {"id": key, "off_km": number(off_m / 1000)}
            faults.append(Fault("faults.truth_known_point", layer, key, values=values))
    return faults
