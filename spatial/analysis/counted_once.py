"""What a plan draws more than once: each place belongs to one feature when amounts are added up."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.inside import Shapes
from spatial.geo import shared, united, without
from spatial.model import FloatArray

_NOTHING = 1e-6
_INSIDES_MEET = "T********"
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Overlaps:
    """Which features of the same plan lie over each other: ids, the one that comes first and the one after it."""

    first: npt.NDArray[np.object_]
    after: npt.NDArray[np.object_]


def overlaps(features: gpd.GeoDataFrame) -> Overlaps:
    """Return which areas share area, and which lines share length, with another of their plan.

    Parameters
    ----------
    features : GeoDataFrame
        Plan features, EPSG:3006: index unique ids, ``plan_id``, ``geometry``.

    Examples
    --------
    >>> boxes = [shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2), shapely.box(3, 0, 4, 2)]
    >>> plan = gpd.GeoDataFrame({"plan_id": "A"}, geometry=boxes, index=["a", "b", "c"], crs="EPSG:3006")
    >>> overlaps(plan)
    Overlaps(first=array(['a'], dtype=object), after=array(['b'], dtype=object))
    """
    ordered = features.sort_index()
    shapes, plans = ordered.geometry.to_numpy(), ordered["plan_id"].to_numpy()
    kind = shapely.get_dimensions(shapes)
    after, first = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    kept = (first < after) & (plans[first] == plans[after]) & (kind[first] == kind[after]) & (kind[first] > 0)
    first, after = first[kept], after[kept]
    kept = shapely.relate_pattern(shapes[first], shapes[after], _INSIDES_MEET)
    first, after = first[kept], after[kept]
    kept = _size(shared(shapes[first], shapes[after]), kind[first]) > _NOTHING
    ids = ordered.index.to_numpy(object)
    return Overlaps(ids[first[kept]], ids[after[kept]])


def _size(shapes: Shapes, kind: IntArray) -> FloatArray:
    return np.where(kind == 2, shapely.area(shapes), shapely.length(shapes))


def counted_once(features: gpd.GeoDataFrame, known: Overlaps) -> Shapes:
    """Return each feature's geometry without what those of its plan before it already have; itself where that is all.

    Parameters
    ----------
    features : GeoDataFrame
        Some of the features that ``known`` was made of.
    known : Overlaps

    Examples
    --------
    >>> boxes = [shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)]
    >>> plan = gpd.GeoDataFrame({"plan_id": "A"}, geometry=boxes, index=["a", "b"], crs="EPSG:3006")
    >>> shapely.area(counted_once(plan, overlaps(plan))).tolist()
    [4.0, 2.0]
    """
    shapes: Shapes = features.geometry.to_numpy()
    made = shapes.copy()
    first, after = features.index.get_indexer(known.first), features.index.get_indexer(known.after)
    both = (first >= 0) & (after >= 0)
    first, after = first[both], after[both]
    order = np.argsort(after, kind="stable")
    changed, begins = np.unique(after[order], return_index=True)
    before = np.split(first[order], begins[1:])
    covered = np.asarray([united(shapes[some]) for some in before[: len(changed)]], object)
    if len(changed):
        made[changed] = without(shapes[changed], covered)
    return made
