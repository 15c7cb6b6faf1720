"""Land use by simple rules, where nobody has given a map of it: a picture to begin with, marked as a model."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.grid import first_zone, require_same_crs
from spatial.analysis.nearness import nearest_m
from spatial.geo import ANALYSIS_CRS, same_crs
from spatial.lattice import lattice_for
from spatial.model import Raster

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

BAND: Final = "klass"
CLASSES: Final[Mapping[int, str]] = {1: "bebyggelse", 2: "jordbruk", 3: "skog", 4: "fjall", 5: "vatten", 6: "myr"}
"""The band's whole numbers; 0 is outside the municipalities."""
PARAMETERS: Final = (
    "locality_area_km2",
    "locality_area_exponent",
    "farm_locality_m",
    "farm_road_m",
    "farm_share",
    "bog_road_m",
    "bog_share",
    "block_m",
)
"""The names that ``models.land_use.parameters`` must hold."""
MOUNTAIN_PARAMETERS: Final = (
    "mountain_south_x_m",
    "mountain_south_y_m",
    "mountain_north_x_m",
    "mountain_north_y_m",
    "mountain_valley_m",
)
"""All or none: the line that the mountains lie west of, and how wide the valleys are along roads and places."""
_FARM, _BOG = 1, 2


def model_land_use(
    municipalities: gpd.GeoDataFrame,
    localities: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    roads: gpd.GeoDataFrame | None,
    parameters: Mapping[str, float],
    size_m: float = 500.0,
) -> Raster:
    """Return modelled land use on the national lattice; the first rule that a cell's centre meets decides.

    1. *vatten* in a water polygon; 2. *bebyggelse* within the radius of a locality, its area following its people;
    3. *fjall* west of a stated line, farther than a valley's width from roads and places; 4. *jordbruk* near both a
    place and a road, in the stated share of the blocks drawn; 5. *myr* away from roads, in its share of the blocks;
    6. *skog*.

    Parameters
    ----------
    municipalities : GeoDataFrame
        Polygons, EPSG:3006; unique index.
    localities : GeoDataFrame or None
        Points with ``population_inv``, EPSG:3006.
    water : GeoDataFrame or None
        Polygons, EPSG:3006.
    roads : GeoDataFrame or None
        Lines, EPSG:3006.
    parameters : Mapping
        ``PARAMETERS``, and ``MOUNTAIN_PARAMETERS`` where there are mountains: each in the unit of its name.
    size_m : float
        The side of a cell, metres.

    Returns
    -------
    Raster
        One band, ``BAND``, of uint8 by ``CLASSES``; 0 outside the municipalities. Blocks are drawn by a hash of
        their place: the same map on every machine, and a part of it does not change with the region around.

    Raises
    ------
    ValueError
        If a parameter is missing (all are listed) or a CRS is wrong.

    Notes
    -----
    Source: rules of our own, *antagande*; shares from official land-use statistics are named in the settings.

    Examples
    --------
    >>> area = gpd.GeoDataFrame(index=["a"], geometry=[shapely.box(6e5, 7e6, 6.01e5, 7.001e6)], crs="EPSG:3006")
    >>> numbers = dict.fromkeys(PARAMETERS, 1000.0) | {"bog_share": 0.0, "farm_share": 0.0}
    >>> model_land_use(area, None, None, None, numbers).bands["klass"].tolist()
    [[3, 3], [3, 3]]
    """
    _check(municipalities, (localities, water, roads), parameters)
    grid = lattice_for(tuple(municipalities.total_bounds), size_m)
    row, col = (index.ravel() for index in np.indices(grid.shape))
    points = np.asarray(shapely.points(*grid.centre(row, col)), object)
    inside = first_zone(points, np.asarray(municipalities.geometry, object)) >= 0
    points = points[inside]
    band = np.zeros(grid.shape, np.uint8)
    band[row[inside], col[inside]] = _classes(points, localities, _array(water), _array(roads), parameters)
    return Raster(grid, {BAND: band}, CLASSES)


def _check(
    municipalities: gpd.GeoDataFrame, others: tuple[gpd.GeoDataFrame | None, ...], parameters: Mapping[str, float]
) -> None:
    require_same_crs(municipalities, *(frame for frame in others if frame is not None))
    wanted = (*PARAMETERS, *MOUNTAIN_PARAMETERS) if any(n in parameters for n in MOUNTAIN_PARAMETERS) else PARAMETERS
    missing = [name for name in wanted if name not in parameters]
    if not same_crs(municipalities.crs, ANALYSIS_CRS):
        missing.append(ANALYSIS_CRS)
    if missing:
        message = f"the land-use model lacks: {', '.join(missing)}"
        raise ValueError(message)


def _array(frame: gpd.GeoDataFrame | None) -> Objects:
    return np.array([], object) if frame is None else np.asarray(frame.geometry, object)


def _classes(
    points: Objects,
    localities: gpd.GeoDataFrame | None,
    water: Objects,
    roads: Objects,
    parameters: Mapping[str, float],
) -> npt.NDArray[np.uint8]:
    x, y = shapely.get_x(points), shapely.get_y(points)
    road_m, place_m = nearest_m(points, roads), nearest_m(points, _array(localities))
    wet = np.zeros(len(points), bool)
    if len(water):
        wet[shapely.STRtree(points).query(water, predicate="intersects")[1]] = True
    near_farm = (place_m <= parameters["farm_locality_m"]) & (road_m <= parameters["farm_road_m"])
    farm = near_farm & (lot(x, y, parameters["block_m"], _FARM) < parameters["farm_share"])
    bog = (road_m > parameters["bog_road_m"]) & (lot(x, y, parameters["block_m"], _BOG) < parameters["bog_share"])
    rules = {
        "vatten": wet,
        "bebyggelse": _built(points, localities, parameters),
        "fjall": _mountain(x, y, np.minimum(road_m, place_m), parameters),
        "jordbruk": farm,
        "myr": bog,
    }
    number = {name: value for value, name in CLASSES.items()}
    classes = np.select(list(rules.values()), [number[name] for name in rules], number["skog"])
    return np.asarray(classes, np.uint8)


def _built(points: Objects, localities: gpd.GeoDataFrame | None, parameters: Mapping[str, float]) -> BoolArray:
    built = np.zeros(len(points), bool)
    if localities is not None and len(localities):
        people = localities["population_inv"].to_numpy(float)
        area_m2 = 1e6 * parameters["locality_area_km2"] * people ** parameters["locality_area_exponent"]
        radius_m = np.sqrt(area_m2 / np.pi)
        tree = shapely.STRtree(points)
        _, cell = tree.query(_array(localities), predicate="dwithin", distance=radius_m)
        built[cell] = True
    return built


def _mountain(x: FloatArray, y: FloatArray, settled_m: FloatArray, parameters: Mapping[str, float]) -> BoolArray:
    if not all(name in parameters for name in MOUNTAIN_PARAMETERS):
        return np.zeros(len(x), bool)
    south_x, south_y, north_x, north_y, valley_m = (parameters[name] for name in MOUNTAIN_PARAMETERS)
    west = (north_x - south_x) * (y - south_y) - (north_y - south_y) * (x - south_x) >= 0
    return np.asarray(west & (settled_m > valley_m), bool)


def lot(x: FloatArray, y: FloatArray, block_m: float, salt: int) -> FloatArray:
    """Return a number in [0, 1) drawn by the place's block alone, the same everywhere and always.

    Notes
    -----
    Method: SplitMix64 (Steele, Lea and Flood, 2014) of the block's column and row.

    Examples
    --------
    >>> drawn = lot(np.array([10.0, 990.0, 1010.0]), np.zeros(3), 1000.0, 1)
    >>> bool(drawn[0] == drawn[1]), bool(drawn[1] == drawn[2])
    (True, False)
    """
    col, row = (np.floor(values / block_m).astype(np.int64).astype(np.uint64) for values in (x, y))
    state = _mixed(_mixed(col + np.uint64(salt)) + row)
    return np.asarray((state >> np.uint64(11)).astype(float) / 2.0**53, float)


def _mixed(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    state = state + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
