"""Does the plan lie in its municipality: coordinate system and axis order, judged by the place, not by the label."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.findings import Finding
from spatial.geo import ANALYSIS_CRS, same_crs, transform_xy
from spatial.plan_terms import PlanRule, PlanRules

FloatArray = npt.NDArray[np.float64]


def placed(
    features: gpd.GeoDataFrame, municipality: shapely.Geometry, rules: PlanRules
) -> tuple[gpd.GeoDataFrame | None, list[Finding]]:
    """Return the features in EPSG:3006 where they belong, and what is wrong with how the file says it.

    Parameters
    ----------
    features : GeoDataFrame
        Any CRS or none; geometries may be missing.
    municipality : Polygon
        EPSG:3006.
    rules : PlanRules

    Returns
    -------
    GeoDataFrame or None
        None where no known system puts the plan in the municipality.
    list of Finding
    """
    rule = next((rule for rule in rules.rules if rule.check in {"crs_missing", "crs_wrong", "axes_swapped"}), None)
    label = None if features.crs is None else _code(features)
    x, y = _points(features)
    if rule is None or not len(x):
        return (features.set_crs(ANALYSIS_CRS) if label is None else features.to_crs(ANALYSIS_CRS)), []
    for crs, swapped in _readings(label, rule):
        if _share_within(x, y, crs, municipality, rule.number("within_m"), swapped=swapped) >= rule.number(
            "least_share"
        ):
            return _read_as(features, crs, swapped=swapped), _said(label, crs, municipality, swapped=swapped)
    missing = "crs_missing" if label is None else "crs_wrong"
    return None, [Finding(missing, (), municipality, detail="", count=len(features))]


def _code(features: gpd.GeoDataFrame) -> str:
    code = features.crs.to_epsg()
    return f"EPSG:{code}" if code else str(features.crs.to_wkt())


def _points(features: gpd.GeoDataFrame) -> tuple[FloatArray, FloatArray]:
    shapes = features.geometry.to_numpy()
    sound = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    west, south, east, north = shapely.bounds(sound).T if len(sound) else np.empty((4, 0))
    return (west + east) / 2, (south + north) / 2


def _readings(label: str | None, rule: PlanRule) -> Iterator[tuple[str, bool]]:
    """Yield how the coordinates may be read, the file's own way first."""
    others = [crs for crs in rule.values if crs != label]
    for crs in [label, *others] if label else others:
        yield crs, False
        if crs == label:
            yield crs, True
    for crs in others:
        yield crs, True


def _share_within(
    x: FloatArray, y: FloatArray, crs: str, municipality: shapely.Geometry, within_m: float, *, swapped: bool
) -> float:
    east, north = transform_xy(*((y, x) if swapped else (x, y)), crs, ANALYSIS_CRS)
    finite = np.isfinite(east) & np.isfinite(north)
    points = shapely.points(east[finite], north[finite])
    shapely.prepare(municipality)
    return float(shapely.dwithin(points, municipality, within_m).sum() / len(x))


def _read_as(features: gpd.GeoDataFrame, crs: str, *, swapped: bool) -> gpd.GeoDataFrame:
    shapes = features.geometry.to_numpy()
    if swapped:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    read = features.set_geometry(gpd.GeoSeries(shapes, index=features.index), crs=None)
    labelled = gpd.GeoDataFrame(read.drop(columns=read.geometry.name), geometry=shapes, crs=crs)
    return labelled if same_crs(crs, ANALYSIS_CRS) else labelled.to_crs(ANALYSIS_CRS)


def _said(label: str | None, crs: str, place: shapely.Geometry, *, swapped: bool) -> list[Finding]:
    found = list[Finding]()
    if label is None:
        found.append(Finding("crs_missing", (), place, detail=crs))
    elif not same_crs(label, crs):
        found.append(Finding("crs_wrong", (), place, detail=crs))
    elif not same_crs(label, ANALYSIS_CRS):
        found.append(Finding("crs_other", (), place, detail=crs))
    if swapped:
        found.append(Finding("axes_swapped", (), place))
    return found
