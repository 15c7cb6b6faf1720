"""Do the use areas cover the municipality, once: gaps, overlaps, what lies outside, and another border."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from spatial.analysis.findings import Finding, sizeable
from spatial.geo import polygonal, shared, united, without
from spatial.plan_terms import PlanRule

_SAMPLES = 400
_BESIDE_M = 1.0
_MOST_NAMED = 10


@dataclass(frozen=True)
class Cover:
    """The use areas of a plan, their union, the union without holes, and what of the municipality they leave out."""

    areas: gpd.GeoDataFrame
    tree: shapely.STRtree
    union: shapely.Geometry
    whole: shapely.Geometry
    missing: shapely.Geometry
    municipality: shapely.Geometry


def cover_of(areas: gpd.GeoDataFrame, municipality: shapely.Geometry) -> Cover:
    """Return what the coverage checks share.

    Parameters
    ----------
    areas : GeoDataFrame
        Valid polygons, EPSG:3006; column ``id``.
    municipality : Polygon
    """
    shapes = areas.geometry.to_numpy()
    union = united(shapes)
    (missing,) = without([municipality], [union])
    return Cover(areas, shapely.STRtree(shapes), union, filled(union), missing, municipality)


def border_of(cover: Cover, border_m: float) -> tuple[float, float]:
    """Return the share of the municipality's border that the plan's own border follows, and the mean distance (m).

    Measured at 400 points along the border, so that a plan drawn to another version of it is known as such.
    """
    line = shapely.boundary(cover.municipality)
    steps = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    points = np.concatenate(
        [
            shapely.line_interpolate_point(
                part, steps[: max(round(_SAMPLES * part.length / shapely.length(line)), 1)], normalized=True
            )
            for part in shapely.get_parts(line)
        ]
    )
    own = shapely.boundary(cover.whole)
    shapely.prepare(own)
    near = shapely.dwithin(points, own, border_m)
    if near.all() or shapely.is_empty(own):
        return float(near.mean()), 0.0
    return float(near.mean()), float(shapely.distance(points, own).mean())


def filled(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry's polygons without their holes."""
    rings = shapely.get_exterior_ring(shapely.get_parts(polygonal(shape)))
    return shapely.union_all(shapely.polygons(rings)) if len(rings) else shapely.Polygon()


def gaps(cover: Cover, rule: PlanRule) -> list[Finding]:
    """Return what no use covers; where the plan follows another border, only holes and what is deep enough."""
    share, _ = border_of(cover, rule.number("border_m"))
    missing = cover.missing
    if share < rule.number("border_share") and len(cover.areas):
        holes = shared(without([cover.whole], [cover.union]), [cover.municipality])[0]
        (beyond,) = without([cover.municipality], [cover.whole])
        missing = shapely.union_all([holes, *_deep(beyond, rule.number("border_depth_m"))])
    parts = sizeable(missing, rule.number("area_m2"), rule.number("width_m"))
    return [Finding("not_covered", _beside(cover, part), part, float(shapely.area(part)), "m2") for part in parts]


def _deep(shape: shapely.Geometry, depth_m: float) -> list[shapely.Geometry]:
    """Return the polygons that a circle of that radius fits in."""
    parts = shapely.get_parts(polygonal(shape))
    big = [part for part in parts if shapely.area(part) > depth_m**2]
    return [part for part in big if not shapely.is_empty(shapely.buffer(part, -depth_m, quad_segs=2))]


def _beside(cover: Cover, part: shapely.Geometry) -> tuple[str, ...]:
    found = cover.tree.query(part, predicate="dwithin", distance=_BESIDE_M)
    return tuple(sorted(cover.areas["id"].iloc[found]))[:_MOST_NAMED]


def overlaps(cover: Cover, rule: PlanRule) -> list[Finding]:
    """Return what more than one use covers, a place a finding, whatever the number of features there."""
    shapes = cover.areas.geometry.to_numpy()
    spare = float(shapely.area(shapes).sum() - shapely.area(cover.union))
    if spare <= rule.number("area_m2"):
        return []
    one, other = cover.tree.query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    apart = shapely.touches(shapes[one], shapes[other])
    twice = shared(shapes[one[~apart]], shapes[other[~apart]])
    pieces = [polygonal(shape) for shape in twice[shapely.area(twice) > 0]]
    parts = sizeable(united(pieces), rule.number("area_m2"), rule.number("width_m"))
    return [Finding("overlap", _under(cover, part), part, float(shapely.area(part)), "m2") for part in parts]


def _under(cover: Cover, part: shapely.Geometry) -> tuple[str, ...]:
    found = cover.tree.query(part, predicate="intersects")
    common = shapely.area(shared(cover.areas.geometry.to_numpy()[found], np.asarray([part], object)))
    return tuple(sorted(cover.areas["id"].iloc[found[common > _BESIDE_M]]))[:_MOST_NAMED]


def outside(cover: Cover, rule: PlanRule) -> list[Finding]:
    """Return what of the plan lies outside the municipality; by another border, only what is deep enough."""
    share, _ = border_of(cover, rule.number("border_m"))
    spare = float(shapely.area(cover.union) - (shapely.area(cover.municipality) - shapely.area(cover.missing)))
    if spare <= rule.number("area_m2"):
        return []
    (beyond,) = without([cover.union], [cover.municipality])
    if share < rule.number("border_share"):
        beyond = shapely.union_all(_deep(beyond, rule.number("border_depth_m")))
    parts = sizeable(beyond, rule.number("area_m2"), rule.number("width_m"))
    return [Finding("outside", _under(cover, part), part, float(shapely.area(part)), "m2") for part in parts]


def other_border(cover: Cover, rule: PlanRule) -> list[Finding]:
    """Return one finding where the plan follows another version of the border; how far apart, on average."""
    share, mean_m = border_of(cover, rule.number("border_m"))
    if share >= rule.number("border_share") or not len(cover.areas):
        return []
    return [Finding("other_border", (), shapely.boundary(cover.municipality), mean_m, "m")]
