"""Which boundary a plan is drawn to: the one it came with, a known version of the outline, or what its areas cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from spatial.geo import shared, united, without

OWN: Final = "egen gräns"
REFERENCE: Final = "gemensam gräns"
DERIVED: Final = "ur planens ytor"
_LEAST_M: Final = 10.0
_COVERED: Final = 0.5
_TOUCHED: Final = 0.25
_EVENLY: Final = (np.arange(40) + 0.5) / 40


@dataclass(frozen=True)
class Outline:
    """The boundary that a plan is drawn to, and how we know it."""

    area: shapely.Polygon
    basis: str


def outline_of(
    areas: npt.NDArray[np.object_],
    plan: str,
    versions: Sequence[gpd.GeoSeries],
    same_outline_m: float,
    given: Mapping[str, shapely.Geometry],
) -> Outline:
    """Return the boundary that a plan is drawn to.

    Parameters
    ----------
    areas : ndarray of Polygon
        The plan's areas of use, EPSG:3006.
    plan : str
        Its municipality.
    versions : sequence of GeoSeries
        Outlines that are known, by municipality; the reference first.
    same_outline_m : float
        The plan is drawn to a version if it reaches less than this, in the mean, into the neighbours there, and comes
        this near to at least a quarter of its borders.
    given : mapping
        Outlines that came with plans.

    Returns
    -------
    Outline
        The one given; else the version that fits best (the reference first); else what the plan's own areas cover,
        their holes filled. From areas alone one cannot tell silence along the border from another border: then only
        holes are silent.
    """
    if plan in given:
        return Outline(_largest(given[plan]), OWN)
    known = [version for version in versions if plan in version.index]
    out = [_reaches_out(areas, plan, version) for version in known]
    for reach, _, version in sorted(zip(out, range(len(known)), known, strict=True), key=lambda each: each[:2]):
        if reach <= same_outline_m and _touches(areas, plan, version, same_outline_m):
            return Outline(_largest(version[plan]), REFERENCE)
    if not len(areas):
        return Outline(shapely.Polygon(), DERIVED)
    covered = _largest(united(shapely.make_valid(areas)))
    if known and covered.area < _COVERED * known[0][plan].area:
        return Outline(_largest(known[0][plan]), REFERENCE)
    return Outline(shapely.Polygon(covered.exterior), DERIVED)


def _largest(area: shapely.Geometry) -> shapely.Polygon:
    parts = shapely.get_parts(shapely.get_parts(area))
    parts = parts[shapely.get_dimensions(parts) == 2]
    return parts[int(np.argmax(shapely.area(parts)))] if len(parts) else shapely.Polygon()


def _reaches_out(areas: npt.NDArray[np.object_], plan: str, version: gpd.GeoSeries) -> float:
    """Return how far the areas reach into the neighbours' outlines: square metres a metre of shared border.

    Of an outline that came without neighbours: how far they reach out of it.
    """
    shapes, border = _around(plan, version)
    if not len(areas):
        return 0.0
    if not len(shapes):
        out = shapely.area(*without([united(shapely.make_valid(areas))], [version[plan]]))
        return float(out / max(shapely.length(version[plan]), _LEAST_M))
    tree = shapely.STRtree(shapes)
    inside, _ = tree.query(areas, predicate="within")
    of, piece = tree.query(areas, predicate="intersects")
    partly = ~np.isin(of, inside)
    out = shapely.area(shared(areas[of[partly]], shapes[piece[partly]])).sum()
    out += shapely.area(areas[np.unique(inside)]).sum()
    return float(out / max(shapely.length(border), _LEAST_M))


def _touches(areas: npt.NDArray[np.object_], plan: str, version: gpd.GeoSeries, near_m: float) -> bool:
    """Return whether the areas come near to at least a quarter of the borders."""
    _, border = _around(plan, version)
    if shapely.length(border) < _LEAST_M or not len(areas):
        return True
    lines = shapely.get_parts(shapely.line_merge(border))
    points = np.concatenate([shapely.line_interpolate_point(line, _EVENLY, normalized=True) for line in lines])
    weights = np.repeat(shapely.length(lines), len(_EVENLY))
    near, _ = shapely.STRtree(areas).query(points, predicate="dwithin", distance=near_m)
    return bool(weights[np.unique(near)].sum() >= _TOUCHED * weights.sum())


def _around(plan: str, version: gpd.GeoSeries) -> tuple[npt.NDArray[np.object_], shapely.Geometry]:
    others = version.drop(index=plan).to_numpy()
    others = others[shapely.dwithin(others, version[plan], 1.0)]
    return others, shapely.union_all(shapely.intersection(shapely.boundary(version[plan]), shapely.boundary(others)))
