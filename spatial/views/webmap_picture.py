"""Pictures of grids: warped to the web map's projection, a few classes each, as small paletted PNG."""

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.crs import CRS
from rasterio.transform import array_bounds
from rasterio.warp import Resampling, calculate_default_transform, reproject

from spatial.geo import MERCATOR_CRS, WEB_CRS, transform_xy
from spatial.model import Grid

Bytes = npt.NDArray[np.uint8]
_PIXELS_A_CELL: Final = 4
_MAX_PIXELS: Final = 2600
_HATCH: Final = 5


@dataclass(frozen=True)
class Picture:
    """A paletted picture of a grid: classes from 1, 0 is see-through; ``hatched`` cells get a pattern over them."""

    grid: Grid
    classes: Bytes
    palette: Sequence[str]
    hatched: Bytes | None = None
    hatch_colour: str = "#FFFFFF"
    crossed: int = 0
    """The class that is drawn as a cross hatch on white, or 0."""

    def payload(self) -> dict[str, object]:
        """Return the picture's data address and its corners in degrees."""
        rows, cols = (np.flatnonzero(self.classes.any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return {}
        window = (slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1))
        corner = self.grid.transform * Affine.translation(int(cols[0]), int(rows[0]))
        warped, place = _warped(self.classes[window], corner, self.grid.crs)
        if self.hatched is not None:
            marked, _ = _warped(self.hatched[window], corner, self.grid.crs)
            lines = np.add.outer(np.arange(warped.shape[0]), np.arange(warped.shape[1])) % _HATCH == 0
            warped[(marked > 0) & (warped > 0) & lines] = len(self.palette) + 1
        if self.crossed:
            warped = _cross(warped, self.crossed, len(self.palette) + 2)
        colours = [*self.palette, self.hatch_colour, "#FFFFFF"]
        west, south, east, north = array_bounds(*warped.shape, place)
        lon, lat = transform_xy([west, east], [south, north], MERCATOR_CRS, WEB_CRS)
        corners = [[round(float(lat[i]), 6), round(float(lon[i]), 6)] for i in (0, 1)]
        url = "data:image/png;base64," + base64.b64encode(paletted_png(warped, colours)).decode("ascii")
        return {"url": url, "bounds": corners}


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
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    chunks = (struct.pack(">I", len(body)) + kind + body + struct.pack(">I", _crc(kind, body)) for kind, body in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _warped(classes: Bytes, transform: Affine, crs: str) -> tuple[Bytes, Affine]:
    """Return the classes in EPSG:3857, nearest neighbour, several pixels a cell."""
    height, width = classes.shape
    source = CRS.from_string(crs)
    target = CRS.from_string(MERCATOR_CRS)
    bounds = array_bounds(height, width, transform)
    place, wide, high = calculate_default_transform(source, target, width, height, *bounds)
    finer = max(1.0, min(_PIXELS_A_CELL, _MAX_PIXELS / max(wide, high)))
    place = place * Affine.scale(1 / finer)
    out = np.zeros((int(np.ceil(high * finer)), int(np.ceil(wide * finer))), np.uint8)
    reproject(
        classes,
        out,
        src_transform=transform,
        src_crs=source,
        dst_transform=place,
        dst_crs=target,
        resampling=Resampling.nearest,
    )
    return out, place


def _cross(classes: Bytes, crossed: int, white: int) -> Bytes:
    """Return the classes with one of them drawn as crossing lines on white."""
    rows, cols = np.arange(classes.shape[0])[:, None], np.arange(classes.shape[1])[None, :]
    lines = ((rows + cols) % _HATCH == 0) | ((rows - cols) % _HATCH == 0)
    out = classes.copy()
    out[(classes == crossed) & ~lines] = white
    return out


def _crc(kind: bytes, body: bytes) -> int:
    return zlib.crc32(kind + body) & 0xFFFFFFFF
