"""How much of each shape lies in a zone of many parts, each place counted once."""

from collections.abc import Callable
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from spatial.geo import shared
from spatial.model import FloatArray

_TILE_M: Final = 10_000.0
Shapes = npt.NDArray[np.object_]
Measure = Callable[[Shapes], FloatArray]


def squares(cells: gpd.GeoDataFrame) -> Shapes:
    """Return the grid's cells as squares around their centres (the side is the shortest distance between two)."""
    shapes: Shapes = cells.geometry.to_numpy()
    if len(shapes) < 2 or shapely.get_dimensions(shapes[0]) == 2:
        return shapes
    xy = shapely.get_coordinates(shapes)
    side = float(np.round(cKDTree(xy).query(xy, k=2)[0][:, 1].min()))
    return np.asarray(shapely.box(*(xy - side / 2).T, *(xy + side / 2).T), object)


def inside_zone(shapes: Shapes, zone: Shapes, size: Measure) -> FloatArray:
    """Return the area (or length) of each shape inside the union of a zone's parts, each place counted once."""
    total = np.zeros(len(shapes))
    pieces = tiled(zone)
    if not len(pieces) or not len(shapes):
        return total
    tree = shapely.STRtree(pieces)
    of, piece = tree.query(shapes, predicate="intersects")
    within, _ = tree.query(shapes, predicate="covered_by")
    whole = np.unique(within)
    total[whole] = size(shapes[whole])
    partly = ~np.isin(of, whole)
    of, piece = of[partly], piece[partly]
    np.add.at(total, of, size(shared(shapes[of], pieces[piece])))
    return total


def tiled(zone: Shapes) -> Shapes:
    """Return the union of areas as pieces that do not overlap, none wider than a tile.

    By ``intersection``: ``clip_by_rect`` was measured to lose a fifth of three overlapping discs, without a word.
    """
    merged = shapely.get_parts(np.asarray([shapely.union_all(zone)], object))
    merged = merged[shapely.get_dimensions(merged) == 2]
    pieces: list[Shapes] = []
    for part in merged:
        low_x, low_y, high_x, high_y = shapely.bounds(part)
        if max(high_x - low_x, high_y - low_y) <= 2 * _TILE_M:
            pieces.append(np.asarray([part], object))
            continue
        y = np.arange(low_y, high_y, _TILE_M)
        for x in np.arange(low_x, high_x, _TILE_M):
            column = shapely.intersection(part, shapely.box(x, low_y, x + _TILE_M, high_y))
            pieces.append(shapely.intersection(column, shapely.box(x, y, x + _TILE_M, y + _TILE_M)))
    made = np.concatenate(pieces) if pieces else np.zeros(0, object)
    return made[shapely.area(made) > 0]
