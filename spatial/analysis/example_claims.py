"""What the illustrative plans claim of the land: discs, sectors and bands by stated rules, the same over borders."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.landuse import BAND
from spatial.model import Raster

FloatArray = npt.NDArray[np.float64]
_TURN: Final = 360.0
_QUARTER: Final = 8
_ARC_STEPS: Final = 9


@dataclass(frozen=True)
class Claim:
    """Land that a use lays claim to; of two claims the first in the list has it."""

    code: str
    shape: shapely.Geometry
    name: str = ""
    time: str = "Nuvarande"


def bearing_of(key: str) -> float:
    """Return a direction (degrees from north, clockwise) that follows from a place's id alone.

    Examples
    --------
    >>> bearing_of("2480-umea") == bearing_of("2480-umea"), 0 <= bearing_of("x") < 360
    (True, True)
    """
    return float(zlib.crc32(key.encode()) % 360)


def offset(x: float, y: float, bearing: float, distance_m: float) -> tuple[float, float]:
    """Return the point at a bearing (degrees from north) and distance (metres).

    Examples
    --------
    >>> [round(value) for value in offset(0, 0, 90, 100)]
    [100, 0]
    """
    angle = np.deg2rad(bearing)
    return float(x + distance_m * np.sin(angle)), float(y + distance_m * np.cos(angle))


def rectangle(x: float, y: float, bearing: float, length_m: float, width_m: float) -> shapely.Polygon:
    """Return a rectangle about (x, y), its length along the bearing.

    Examples
    --------
    >>> round(rectangle(0, 0, 30, 300, 20).area, 6)
    6000.0
    """
    ahead, across = (np.array(offset(0, 0, angle, 1.0)) for angle in (bearing, bearing + 90))
    corners = [
        (x, y) + ahead * one * length_m / 2 + across * two * width_m / 2
        for one, two in ((-1, -1), (-1, 1), (1, 1), (1, -1))
    ]
    return shapely.Polygon(corners)


def sector(x: float, y: float, bearing: float, degrees: float, radii: tuple[float, float]) -> shapely.Polygon:
    """Return the part of a ring (inner and outer radius, metres) within so many degrees about a bearing."""
    angles = np.linspace(bearing - degrees / 2, bearing + degrees / 2, _ARC_STEPS)
    outer = [offset(x, y, angle, radii[1]) for angle in angles]
    inner = [offset(x, y, angle, radii[0]) for angle in angles[::-1]]
    return shapely.Polygon([*outer, *inner])


def radius_m(people: float, values: Mapping[str, float]) -> float:
    """Return a locality's radius: its area follows its people (Nordbeck 1971)."""
    area_m2 = 1e6 * values["locality_area_km2"] * people ** values["locality_area_exponent"]
    return float(max(np.sqrt(area_m2 / np.pi), values["least_radius_m"]))


def place_claims(places: gpd.GeoDataFrame, values: Mapping[str, float]) -> list[Claim]:
    """Return what localities claim, largest first: core, housing, then sectors of the ring outside.

    Parameters
    ----------
    places : GeoDataFrame
        Points EPSG:3006, index id; ``name``, ``population_inv``.
    values : Mapping
        The example's parameters, in the unit of each.

    Returns
    -------
    list of Claim
    """
    order = places.assign(key=places.index).sort_values(["population_inv", "key"], ascending=[False, True])
    inner, outer = list[Claim](), list[Claim]()
    for key, people, name, point in zip(
        order.index, order["population_inv"], order["name"], order.geometry, strict=True
    ):
        r = radius_m(people, values)
        if people >= values["core_min_inv"]:
            core = point.buffer(r * values["core_share"], _QUARTER)
            inner.append(Claim("Mångfunktionell bebyggelse", core, f"{name}, kärna"))
        inner.append(Claim("Sammanhängande bostadsbebyggelse", point.buffer(r, _QUARTER), f"{name}, bostäder"))
        if people >= values["town_min_inv"]:
            outer += _ring(str(key), str(name), (point.x, point.y), r, values)
    return [*inner, *outer]


def _ring(key: str, name: str, at: tuple[float, float], r: float, values: Mapping[str, float]) -> list[Claim]:
    start, width = bearing_of(key), values["wedge_degrees"]
    edge = values["ring_share"]
    half = (1 + edge) / 2
    technical = values["technical_m"]
    place = offset(*at, start + 135, edge * r + technical)
    return [
        Claim("Verksamheter och industri", sector(*at, start, width, (0.9 * r, half * r)), f"{name}, verksamheter"),
        Claim(
            "Verksamheter och industri",
            sector(*at, start, width, (half * r, edge * r)),
            f"{name}, nya verksamheter",
            "Framtida",
        ),
        Claim(
            "Grönområde och park", sector(*at, start + 180, width, (0.9 * r, edge * r)), f"{name}, tätortsnära natur"
        ),
        Claim(
            "Sammanhängande bostadsbebyggelse",
            sector(*at, start + 90, width, (0.9 * r, edge * r)),
            f"{name}, nya bostäder",
            "Framtida",
        ),
        Claim(
            "Sammanhängande bostadsbebyggelse",
            sector(*at, start + 270, width, (0.9 * r, half * r)),
            f"{name}, förtätning",
            "Utveckling",
        ),
        Claim("Teknisk anläggning", rectangle(*place, start, technical, technical), f"{name}, teknisk försörjning"),
    ]


def growth_sector(key: str, at: tuple[float, float], r: float, values: Mapping[str, float]) -> shapely.Polygon:
    """Return where a town means to grow: the sector of its new housing."""
    return sector(*at, bearing_of(key) + 90, values["wedge_degrees"], (0.9 * r, values["ring_share"] * r))


def blocks_of(raster: Raster | None, name: str, size_m: float, least_share: float) -> list[shapely.Polygon]:
    """Return the blocks of a land-use raster where a class has at least a share of the cells inside the region.

    Parameters
    ----------
    raster : Raster or None
        One band, classes by name.
    name : str
        The class.
    size_m : float
        A block's side, a multiple of the raster's cell.
    least_share : float

    Returns
    -------
    list of Polygon
        Squares in the raster's CRS; none where there is no raster.
    """
    if raster is None or BAND not in raster.bands:
        return []
    band = np.asarray(raster.bands[BAND])
    value = next((key for key, title in raster.classes.items() if title == name), None)
    step = max(int(size_m // raster.grid.size_m), 1)
    rows, cols = (-(-size // step) for size in band.shape)
    padded = np.zeros((rows * step, cols * step), band.dtype)
    padded[: band.shape[0], : band.shape[1]] = band
    cells = padded.reshape(rows, step, cols, step)
    inside = (cells > 0).sum(axis=(1, 3))
    share = (cells == value).sum(axis=(1, 3)) / np.maximum(inside, 1)
    row, col = np.nonzero((share >= least_share) & (inside > 0))
    side = step * raster.grid.size_m
    west = raster.grid.transform.c + col * side
    north = raster.grid.transform.f - row * side
    return list(shapely.box(west, north - side, west + side, north))


def drawn_blocks(bounds: tuple[float, float, float, float], size_m: float, share: float) -> list[shapely.Polygon]:
    """Return the share of the national blocks of a size that a hash of their place draws."""
    west, south, east, north = (int(value // size_m) for value in bounds)
    chosen = [
        (col, row)
        for col in range(west, east + 1)
        for row in range(south, north + 1)
        if zlib.crc32(f"{col}:{row}".encode()) % 1000 < 1000 * share
    ]
    return [shapely.box(c * size_m, r * size_m, (c + 1) * size_m, (r + 1) * size_m) for c, r in chosen]


def land_claims(
    ground: Mapping[str, gpd.GeoDataFrame | None],
    places: gpd.GeoDataFrame,
    raster: Raster | None,
    values: Mapping[str, float],
) -> list[Claim]:
    """Return what the land outside the towns is claimed for: airports, rivers, mountains, farms, countryside."""
    claims = list[Claim]()
    airports, rivers, roads = (ground.get(name) for name in ("airports", "rivers", "roads"))
    if airports is not None:
        names = airports["name"] if "name" in airports.columns else airports.index.astype(str)
        claims += [
            Claim("Transportinfrastruktur", rectangle(at.x, at.y, 0, *(values["airport_m"],) * 2), f"{name}, flygplats")
            for at, name in zip(airports.geometry, names, strict=True)
        ]
    nature = list(rivers.geometry.buffer(values["river_m"], _QUARTER)) if rivers is not None else []
    claims += [Claim("Natur och friluftsliv", shapely.union_all(nature), "Älvdalens natur")] if nature else []
    mountains = blocks_of(raster, "fjall", values["block_m"], values["mountain_block_share"])
    claims += [Claim("Natur och friluftsliv", shapely.union_all(mountains), "Fjällen")] if mountains else []
    farms = blocks_of(raster, "jordbruk", values["block_m"], values["farm_block_share"])
    claims += [Claim("Jordbruk", shapely.union_all(farms), "Jordbruksbygd")] if farms else []
    country = list(places.geometry.buffer(values["countryside_place_m"], _QUARTER))
    if roads is not None:
        country += list(roads.geometry.simplify(200).buffer(values["countryside_road_m"], 2))
    claims.append(Claim("Landsbygd", shapely.union_all(country), "Landsbygd"))
    return claims
