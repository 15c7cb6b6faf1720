"""What the readiness check finds, before it is put in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """One thing found by one rule: the features concerned, where, and how much (``unit``: m2, m or antal)."""

    rule: str
    features: tuple[str, ...]
    geometry: shapely.Geometry | None
    measure: float = 0.0
    unit: str = "antal"
    detail: str = ""
    count: int = 1


def mean_width(shapes: npt.ArrayLike) -> FloatArray:
    """Return the mean width of areas in metres: the side across of a long strip of that area and perimeter.

    Examples
    --------
    >>> import shapely
    >>> mean_width([shapely.box(0, 0, 1000, 1)]).round(2).tolist()
    [1.0]
    """
    array = np.asarray(shapes, object)
    return np.asarray(2 * shapely.area(array) / np.maximum(shapely.length(array), 1e-9), float)


def sizeable(shape: shapely.Geometry, area_m2: float, width_m: float) -> list[shapely.Geometry]:
    """Return the polygons of a geometry larger than an area and wider than a width; the largest first."""
    parts = np.asarray([part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2], object)
    if not len(parts):
        return []
    area = shapely.area(parts)
    kept = parts[(area > area_m2) & (mean_width(parts) > width_m)]
    return sorted(kept, key=lambda part: (-part.area, part.bounds))


_JOINED: Final[dict[int, Callable[[list[Any]], shapely.Geometry]]] = {
    0: shapely.MultiPoint,
    1: shapely.MultiLineString,
    2: shapely.MultiPolygon,
}


def together(shapes: Iterable[shapely.Geometry | None]) -> shapely.Geometry | None:
    """Return several geometries as one to put on a map, points on them where they are of several kinds.

    Examples
    --------
    >>> together([shapely.Point(0, 0), None, shapely.box(0, 0, 2, 2)]).wkt
    'MULTIPOINT ((0 0), (1 1))'
    """
    known = [shape for shape in shapes if shape is not None and not shapely.is_empty(shape)]
    if len(known) < 2:
        return known[0] if known else None
    parts = shapely.get_parts(np.asarray(known, object))
    dimensions = set(shapely.get_dimensions(parts).tolist())
    if len(dimensions) > 1:
        return shapely.MultiPoint([shapely.Point(shapely.point_on_surface(shape)) for shape in known])
    return _JOINED[dimensions.pop()](list(parts))
