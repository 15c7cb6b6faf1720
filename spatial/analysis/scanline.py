"""How much of each cell of a grid polygons cover, exactly: cells that borders cut, and runs of equal cells between.

In a row of cells, a piece of border covers all that lies to its right, by its height; with the sign of its direction,
the pieces of a ring add up to the part of each cell that is inside. This is how FreeType's smooth rasteriser draws
letters (``ftgrays.c``, D. Turner, after R. Levien's LibArt), here over all zones at once. Nothing is clipped, no grid
is filled, and zones may overlap.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine

from spatial.analysis.spans import ranges

__all__ = ["Covered", "Cut", "Edges", "Runs", "covered", "edges_of", "rows_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_ROUNDING: Final = 1e-12
"""Of a cell: more than what the sums over its borders are off by."""


class Edges(NamedTuple):
    """Pieces of border, in cells from the grid's corner, from low y to high; ``sign`` 1 where the zone lies right."""

    zone: IntArray
    x: FloatArray
    y: FloatArray
    x_end: FloatArray
    y_end: FloatArray
    sign: FloatArray


class Cut(NamedTuple):
    """Cells that a border touches, sorted by zone, row and column, and the share of each that is inside."""

    zone: IntArray
    row: IntArray
    col: IntArray
    share: FloatArray


class Runs(NamedTuple):
    """Cells beside each other in a row, ``begin`` to before ``end``, and the share of each that is inside.

    It is 1, but for rows that a border follows from side to side.
    """

    zone: IntArray
    row: IntArray
    begin: IntArray
    end: IntArray
    share: FloatArray

    def cells(self) -> tuple[IntArray, IntArray]:
        """Return the run and the column of every single cell."""
        length = self.end - self.begin
        return np.repeat(np.arange(len(length)), length), ranges(self.begin, self.end)


class Covered(NamedTuple):
    """What zones cover of some rows."""

    cut: Cut
    runs: Runs


def edges_of(zones: npt.NDArray[np.object_], transform: Affine) -> Edges:
    """Return the borders of polygons in cells of a grid, counted from its corner.

    Parameters
    ----------
    zones : ndarray of geometries
        Valid polygons, with or without holes, in the grid's CRS; missing and empty ones have no edges.
    transform : Affine
        Of the grid; not rotated. Coordinates are moved to its corner before anything is multiplied.

    Raises
    ------
    ValueError
        If a coordinate is not finite.

    Examples
    --------
    >>> edges = edges_of(np.array([shapely.box(10, 0, 30, 10)]), Affine(10, 0, 0, 0, -10, 20))
    >>> edges.x.tolist(), edges.y.tolist(), edges.y_end.tolist(), edges.sign.tolist()
    ([3.0, 1.0], [1.0, 1.0], [2.0, 2.0], [-1.0, 1.0])
    """
    parts, zone = shapely.get_parts(zones, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    hole = np.zeros(len(rings), bool)
    hole[1:] = part[1:] == part[:-1]
    # Left of a shell drawn anticlockwise lies the zone; counted in rows downwards, an edge then has it to its right.
    against = (shapely.is_ccw(rings) == hole) != (transform.a * transform.e > 0)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if not np.isfinite(xy).all():
        message = "a zone has coordinates that are not finite: it lies beyond what the grid's CRS can tell"
        raise ValueError(message)
    x, y = (xy[:, 0] - transform.c) / transform.a, (xy[:, 1] - transform.f) / transform.e
    at = np.flatnonzero((ring[1:] == ring[:-1]) & (y[1:] != y[:-1]))
    up = y[at + 1] < y[at]
    low, high = np.where(up, at + 1, at), np.where(up, at, at + 1)
    sign = np.where(up != against[ring[at]], -1.0, 1.0)
    return Edges(zone[part[ring[at]]].astype(np.int64), x[low], y[low], x[high], y[high], sign)


def rows_of(edges: Edges) -> tuple[int, int]:
    """Return the first row that the edges reach, and the one after the last."""
    if not len(edges.y):
        return 0, 0
    return int(np.floor(edges.y.min())), int(np.ceil(edges.y_end.max()))


def covered(edges: Edges, first: int, end: int) -> Covered:
    """Return what zones cover of the cells of some rows.

    Parameters
    ----------
    edges : Edges
        Of :func:`edges_of`.
    first, end : int
        The first row and the one after the last. Columns are not limited; both may lie outside the grid.

    Examples
    --------
    >>> edges = edges_of(np.array([shapely.box(0, 0, 45, 10)]), Affine(10, 0, 0, 0, -10, 20))
    >>> cut, runs = covered(edges, 0, 2)
    >>> cut.col.tolist(), cut.share.tolist(), runs.begin.tolist(), runs.end.tolist()
    ([0, 4], [1.0, 0.5], [1], [4])
    """
    zone, row, low, high, cover = _by_row(edges, first, end)
    left = int(np.floor(low.min())) if len(low) else 0
    width = int(np.floor(high.max())) + 2 - left if len(high) else 1
    line = zone * (end - first) + row - first
    cell, area, cover = _by_cell(line * width - left, low, high, cover)
    cell, area, cover = _summed(cell, area, cover)
    line = cell // width
    return _gathered(line // (end - first), line % (end - first) + first, cell % width + left, area, cover)


def _by_row(edges: Edges, first: int, end: int) -> tuple[IntArray, IntArray, FloatArray, FloatArray, FloatArray]:
    """Return zone, row, left and right end, and signed height of the edges' pieces between two lines of rows."""
    within = np.flatnonzero((edges.y_end > first) & (edges.y < end))
    y, y_end = edges.y[within], edges.y_end[within]
    top = np.maximum(np.floor(y), first).astype(np.int64)
    which, row = _counted(top, np.minimum(np.ceil(y_end), end).astype(np.int64) - top)
    at = within[which]
    x, y, x_end, y_end = edges.x[at], y[which], edges.x_end[at], y_end[which]
    begin, stop = np.maximum(y, row), np.minimum(y_end, row + 1)
    across, down = x_end - x, y_end - y
    start = x + across * ((begin - y) / down)
    to = np.where(stop < y_end, x + across * ((stop - y) / down), x_end)
    return edges.zone[at], row, np.minimum(start, to), np.maximum(start, to), edges.sign[at] * (stop - begin)


def _by_cell(
    line: IntArray, low: FloatArray, high: FloatArray, cover: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the cell of each piece between two lines of columns, the area to its right within it, and its height."""
    col = np.floor(low).astype(np.int64)
    which, col = _counted(col, np.maximum(np.ceil(high).astype(np.int64) - col, 1))
    low, high, cover = low[which], high[which], cover[which]
    begin, stop = np.maximum(low, col), np.minimum(high, col + 1)
    wide = high - low
    part = np.divide(stop - begin, wide, out=np.ones_like(wide), where=wide > 0)
    cover = cover * part
    return line[which] + col, cover * (1 - ((begin - col) + (stop - col)) / 2), cover


def _counted(first: IntArray, number: IntArray) -> tuple[IntArray, IntArray]:
    """Return, for each item as often as stated, its position and the numbers on from its first."""
    return np.repeat(np.arange(len(first)), number), ranges(first, first + number)


def _summed(cell: IntArray, area: FloatArray, cover: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return each cell once, in order, with the sums of what its pieces say."""
    if not len(cell):
        return cell, area, cover
    order = np.argsort(cell)
    cell = cell[order]
    start = np.flatnonzero(np.concatenate([[True], cell[1:] != cell[:-1]]))
    return cell[start], np.add.reduceat(area[order], start), np.add.reduceat(cover[order], start)


def _gathered(zone: IntArray, row: IntArray, col: IntArray, area: FloatArray, cover: FloatArray) -> Covered:
    same = (zone[1:] == zone[:-1]) & (row[1:] == row[:-1])
    start = np.flatnonzero(np.concatenate([[True], ~same])) if len(zone) else np.zeros(0, np.int64)
    through = np.cumsum(cover)
    before_line = (through - cover)[start]
    through -= np.repeat(before_line, np.diff(np.append(start, len(zone))))
    share = through - cover + area
    gap = np.flatnonzero(same & (col[1:] > col[:-1] + 1) & (np.abs(through[:-1]) >= _ROUNDING))
    runs = Runs(zone[gap], row[gap], col[gap] + 1, col[gap + 1], _even(through[gap]))
    return Covered(Cut(zone, row, col, _even(share)), runs)


def _even(share: FloatArray) -> FloatArray:
    """Return the shares with none and all as 0 and 1, free of rounding."""
    whole = np.rint(share)
    return np.where(np.abs(share - whole) < _ROUNDING, whole, share)
