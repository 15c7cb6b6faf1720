"""Which polygon holds which point, borders included: many points through a lattice of tiles, few one by one."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.spans import ranges

__all__ = ["points_in"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

_MANY: Final = 5000
_MOST_TILES: Final = 255
"""Along a side: two bytes number them all, and are sorted in one pass."""
_FINEST: Final = 2.0**-12
"""Of the polygons' extent: a tile is no smaller, so that long borders are not divided without end."""
_HAIR: Final = 1e-6
"""Of a tile's side: far more than what rounding moves a border."""


class _Tiles(NamedTuple):
    """Square tiles around points: ``number`` along a side, of ``size``, from ``x`` and ``y``."""

    x: float
    y: float
    size: float
    number: int


class _Stretches(NamedTuple):
    """Tiles beside each other in a row, from ``begin`` to before ``end``, and a zone."""

    zone: IntArray
    row: IntArray
    begin: IntArray
    end: IntArray


def points_in(xy: FloatArray, polygons: Objects) -> tuple[IntArray, IntArray]:
    """Return which polygon holds which point (a row of x and y), borders included, as positions: arrays in and out.

    Sorted by polygon. A tile of the lattice that no border touches lies wholly inside or outside, as its middle does:
    only points in the others are tested one by one.

    Examples
    --------
    >>> found = points_in(np.array([[1.0, 0.0], [5.0, 5.0]]), np.array([shapely.box(0, 0, 1, 1)]))
    >>> [positions.tolist() for positions in found]
    [[0], [0]]
    """
    # Prepared copies: a prepared geometry that two threads share brings the interpreter down.
    own = np.asarray(shapely.from_wkb(shapely.to_wkb(polygons)), object)
    shapely.prepare(own)
    if len(xy) < _MANY or not len(polygons):
        zone, point = shapely.STRtree(np.asarray(shapely.points(xy), object)).query(own, predicate="intersects")
        return zone.astype(np.int64), point.astype(np.int64)
    x, y = np.ascontiguousarray(xy.T)
    tiles = _tiles(x, y, own)
    order, start = _by_tile(tiles, x, y)
    touched = _touched(tiles, own)
    between = _between(touched)
    middle = tiles.x + (between.begin + 0.5) * tiles.size, tiles.y + (between.row + 0.5) * tiles.size
    inside = shapely.intersects_xy(own[between.zone], *middle)
    whole = _within(_Stretches(*(values[inside] for values in between)), tiles, start)
    zone, at = _within(touched, tiles, start)
    near = order[at]
    met = shapely.intersects_xy(own[zone], x[near], y[near])
    zone, point = np.concatenate([whole[0], zone[met]]), np.concatenate([order[whole[1]], near[met]])
    by_zone = np.argsort(zone, kind="stable")
    return zone[by_zone], point[by_zone]


def _tiles(x: FloatArray, y: FloatArray, polygons: Objects) -> _Tiles:
    """Return about a tile a point, around all of them."""
    west, south = float(np.nanmin(x)), float(np.nanmin(y))
    number = min(int(np.sqrt(len(x))), _MOST_TILES)
    wide = max(float(np.nanmax(x)) - west, float(np.nanmax(y)) - south, 1.0)
    bounds = np.nan_to_num(shapely.total_bounds(polygons))  # none has bounds where all are empty
    finest = float((bounds[2:] - bounds[:2]).max()) * _FINEST
    return _Tiles(west, south, max(wide * (1 + _HAIR) / number, finest), number)


def _by_tile(tiles: _Tiles, x: FloatArray, y: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the points in order of their tiles, row by row, and where each tile begins in it."""
    somewhere = np.flatnonzero(np.isfinite(x) & np.isfinite(y))  # an empty point lies nowhere
    col = ((x[somewhere] - tiles.x) / tiles.size).astype(np.int64)
    row = ((y[somewhere] - tiles.y) / tiles.size).astype(np.int64)
    tile = (row * tiles.number + col).astype(np.uint16)
    count = np.bincount(tile, minlength=tiles.number**2)
    return somewhere[np.argsort(tile, kind="stable")], np.concatenate([[0], np.cumsum(count)])


def _touched(tiles: _Tiles, polygons: Objects) -> _Stretches:
    """Return each tile that a border reaches, a hair's breadth added, sorted; beyond the sides as columns -1 and last.

    A border is divided into pieces no longer than a tile: the box of one reaches four tiles at most.
    """
    parts, zone = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    at = (xy - [tiles.x, tiles.y]) / tiles.size
    piece = np.flatnonzero(ring[1:] == ring[:-1])
    low, high, piece = _divided(at[piece], at[piece + 1], zone[part[ring[piece]]])
    first, last = np.floor(low - _HAIR), np.floor(high + _HAIR)
    width = tiles.number + 2
    first[:, 0], last[:, 0] = (np.clip(values[:, 0], -1, tiles.number) + 1 for values in (first, last))
    keys = []
    for col, row, other in (
        (first, first, np.ones(len(first), bool)),
        (last, first, last[:, 0] > first[:, 0]),
        (first, last, last[:, 1] > first[:, 1]),
        (last, last, (last > first).all(axis=1)),
    ):
        kept = np.flatnonzero(other & (row[:, 1] >= 0) & (row[:, 1] < tiles.number))
        key = (piece[kept] * tiles.number + row[kept, 1].astype(np.int64)) * width + col[kept, 0].astype(np.int64)
        keys.append(key[np.flatnonzero(np.diff(key, prepend=-1))])
    key = np.unique(np.concatenate(keys))
    line, col = key // width, key % width - 1
    return _Stretches(line // tiles.number, line % tiles.number, col, col + 1)


def _divided(begin: FloatArray, end: FloatArray, zone: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return the boxes of pieces at most 1 long, and their zone."""
    times = np.maximum(np.ceil(np.abs(end - begin).max(axis=1, initial=0.0)), 1).astype(np.int64)
    if (times > 1).any():
        which = np.repeat(np.arange(len(times)), times)
        step = ranges(np.zeros_like(times), times)
        move = (end - begin)[which] / times[which][:, None]
        begin, zone = begin[which] + step[:, None] * move, zone[which]
        end = begin + move
    return np.minimum(begin, end), np.maximum(begin, end), zone


def _between(touched: _Stretches) -> _Stretches:
    """Return the stretches between tiles that a zone's border touches in one row: all inside it, or all outside."""
    zone, row, begin, end = touched
    gap = np.flatnonzero((zone[1:] == zone[:-1]) & (row[1:] == row[:-1]) & (begin[1:] > end[:-1]))
    return _Stretches(zone[gap], row[gap], end[gap], begin[gap + 1])


def _within(stretches: _Stretches, tiles: _Tiles, start: IntArray) -> tuple[IntArray, IntArray]:
    """Return the zone and the place in the tiles' order of each point in the stretches."""
    first, last = (np.clip(values, 0, tiles.number) for values in (stretches.begin, stretches.end))
    begin, end = (start[stretches.row * tiles.number + col] for col in (first, last))
    return np.repeat(stretches.zone, end - begin), ranges(begin, end)
