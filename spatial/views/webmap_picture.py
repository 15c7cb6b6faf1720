"""Pictures of grids: warped to the web map's projection, a few classes each, as small paletted PNG."""

import base64
import struct
import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.crs import CRS
from rasterio.warp import Resampling, calculate_default_transform, reproject

from spatial.geo import MERCATOR_CRS, WEB_CRS, transform_xy
from spatial.model import Grid

Bytes = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.integer]
_PIXELS_A_CELL: Final = 4
_MAX_PIXELS: Final = 2600
_HATCH: Final = 5


class Lens:
    """A grid seen in the web map's projection: warped once, whatever number of pictures is made of its cells.

    Parameters
    ----------
    grid : Grid
        In any CRS; several pixels are drawn for each cell, the nearest cell in each.
    row, col : array of int
        The cells that there are, at least one.
    """

    def __init__(self, grid: Grid, row: Whole, col: Whole) -> None:
        top, left = int(row.min()), int(col.min())
        numbers = np.zeros((int(row.max()) - top + 1, int(col.max()) - left + 1), np.int32)
        numbers[row - top, col - left] = np.arange(1, len(row) + 1)
        self._cells, place = _warped(numbers, _from_cell(grid.transform, top, left), grid.crs)
        west, south, east, north = _bounds(self._cells.shape, place)
        lon, lat = transform_xy([west, east], [south, north], MERCATOR_CRS, WEB_CRS)
        self._corners = [[round(float(lat[i]), 6), round(float(lon[i]), 6)] for i in (0, 1)]

    def picture(
        self,
        classes: Whole,
        colours: Sequence[str],
        *,
        hatched: npt.NDArray[np.bool_] | None = None,
        hatch_colour: str = "#FFFFFF",
        crossed: int = 0,
    ) -> dict[str, object]:
        """Return a picture's data address and its corners in degrees.

        Parameters
        ----------
        classes : array of int
            One for each cell: 0 is see-through, 1 the first colour.
        colours : sequence of str
            At most 13.
        hatched : array of bool, optional
            The cells that get a diagonal hatch in ``hatch_colour`` over their colour.
        crossed : int
            The class that is drawn as a cross hatch on white; 0 for none.
        """
        pixels = np.r_[0, classes].astype(np.uint8)[self._cells]
        if hatched is not None and hatched.any():
            marked = np.r_[False, hatched][self._cells] & (pixels > 0) & (pixels != crossed)
            down, across = np.nonzero(marked)
            line = (down + across) % _HATCH == 0
            pixels[down[line], across[line]] = len(colours) + 1
        if crossed:
            down, across = np.nonzero(pixels == crossed)
            between = ((down + across) % _HATCH != 0) & ((down - across) % _HATCH != 0)
            pixels[down[between], across[between]] = len(colours) + 2
        png = paletted_png(pixels, [*colours, hatch_colour, "#FFFFFF"])
        return {"url": "data:image/png;base64," + base64.b64encode(png).decode("ascii"), "bounds": self._corners}


def paletted_png(classes: Bytes, colours: Sequence[str]) -> bytes:
    r"""Return a PNG of at most 16 colours, four bits a pixel; class 0 is see-through, class 1 the first colour.

    Examples
    --------
    >>> paletted_png(np.array([[0, 1]], np.uint8), ["#FF0000"])[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    height, width = classes.shape
    even = np.zeros((height, width + width % 2), np.uint8)
    even[:, :width] = classes
    packed = (even[:, ::2] << 4) | even[:, 1::2]
    lines = np.zeros((height, packed.shape[1] + 1), np.uint8)
    lines[:, 1:] = packed
    palette = b"\0\0\0" + b"".join(bytes.fromhex(colour[1:]) for colour in colours)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)),
        (b"PLTE", palette),
        (b"tRNS", b"\0"),
        (b"IDAT", zlib.compress(lines.tobytes(), 6)),
        (b"IEND", b""),
    )
    chunks = (struct.pack(">I", len(body)) + kind + body + struct.pack(">I", _crc(kind, body)) for kind, body in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _warped(cells: npt.NDArray[np.int32], transform: Affine, crs: str) -> tuple[npt.NDArray[np.int32], Affine]:
    """Return the cells' numbers in EPSG:3857, nearest neighbour, several pixels a cell."""
    height, width = cells.shape
    source, target = CRS.from_string(crs), CRS.from_string(MERCATOR_CRS)
    bounds = _bounds(cells.shape, transform)
    place, wide, high = calculate_default_transform(source, target, width, height, *bounds)
    finer = max(1.0, min(_PIXELS_A_CELL, _MAX_PIXELS / max(wide, high)))
    place = Affine(place.a / finer, 0.0, place.c, 0.0, place.e / finer, place.f)
    out = np.zeros((int(np.ceil(high * finer)), int(np.ceil(wide * finer))), np.int32)
    reproject(
        cells,
        out,
        src_transform=transform,
        src_crs=source,
        dst_transform=place,
        dst_crs=target,
        resampling=Resampling.nearest,
    )
    return out, place


def _from_cell(transform: Affine, row: int, col: int) -> Affine:
    """Return the transform of the part of an upright grid that begins at a cell."""
    west, north = transform.c + col * transform.a, transform.f + row * transform.e
    return Affine(transform.a, 0.0, west, 0.0, transform.e, north)


def _bounds(shape: tuple[int, ...], transform: Affine) -> tuple[float, float, float, float]:
    """Return west, south, east and north of an upright grid."""
    height, width = shape
    east, south = transform.c + width * transform.a, transform.f + height * transform.e
    return float(transform.c), float(south), float(east), float(transform.f)


def _crc(kind: bytes, body: bytes) -> int:
    return zlib.crc32(kind + body) & 0xFFFFFFFF
