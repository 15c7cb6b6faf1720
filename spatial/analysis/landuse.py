"""Land use by simple rules, where nobody has given a map of it: a picture to begin with, marked as a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.grid import first_zone, require_same_crs
from spatial.analysis.nearness import nearest_m
from spatial.geo import ANALYSIS_CRS, same_crs
from spatial.lattice import lattice_for
from spatial.model import Grid, Raster

IntArray = npt.NDArray[np.int64]
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
_DRAWS_APART: Final = 1_000_003
"""Columns of blocks between one drawing and the next: no region is as wide."""
_WIDEST: Final = 2**0.5
"""Of a locality's radius: twice its area is as far as a drawing may go."""


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
    ground = land_ground(municipalities, localities, water, roads, parameters, size_m)
    return ground.raster(classes_on(ground, parameters))


@dataclass(frozen=True)
class LandGround:
    """What stays the same however often land use is drawn: the cells inside the municipalities, and what lies near.

    ``row``, ``col``: on ``grid``; ``x``, ``y``: centres, metres, EPSG:3006;
    ``road_m``, ``place_m``: metres to the nearest; ``wet``: in water; ``near``: pairs of cell, locality and metres;
    ``people``: of the localities.
    """

    grid: Grid
    row: IntArray
    col: IntArray
    x: FloatArray
    y: FloatArray
    road_m: FloatArray
    place_m: FloatArray
    wet: BoolArray
    near: tuple[IntArray, IntArray, FloatArray]
    people: FloatArray

    def raster(self, classes: npt.NDArray[np.uint8]) -> Raster:
        """Return the classes of the cells as a raster; 0 outside the municipalities."""
        band = np.zeros(self.grid.shape, np.uint8)
        band[self.row, self.col] = classes
        return Raster(self.grid, {BAND: band}, CLASSES)


def land_ground(
    municipalities: gpd.GeoDataFrame,
    localities: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    roads: gpd.GeoDataFrame | None,
    parameters: Mapping[str, float],
    size_m: float = 500.0,
) -> LandGround:
    """Return the ground of the model; parameters as :func:`model_land_use` takes them.

    Raises
    ------
    ValueError
        As :func:`model_land_use` does.
    """
    _check(municipalities, (localities, water, roads), parameters)
    grid = lattice_for(tuple(municipalities.total_bounds), size_m)
    row, col = (index.ravel() for index in np.indices(grid.shape))
    xy = np.column_stack(grid.centre(row, col))
    inside = first_zone(xy, np.asarray(municipalities.geometry, object)) >= 0
    xy, row, col = xy[inside], row[inside], col[inside]
    places = _array(localities)
    people = np.array([]) if localities is None else localities["population_inv"].to_numpy(float)
    near = _near(xy, shapely.get_coordinates(places), _WIDEST * _radius_m(people, parameters))
    road_m, place_m = nearest_m(xy, _array(roads)), nearest_m(xy, places)
    wet = first_zone(xy, _array(water)) >= 0
    x, y = xy.T.copy()
    return LandGround(grid, row, col, x, y, road_m, place_m, wet, near, people)


def _near(xy: FloatArray, places: FloatArray, radius_m: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the pairs of cell and place that lie within the place's radius, and the metres between."""
    cells, metres = [np.zeros(0, np.int64)], [np.zeros(0)]
    for place, radius in zip(places, radius_m, strict=True):
        box = np.flatnonzero((np.abs(xy - place) <= radius).all(axis=1))
        away = np.sqrt(((xy[box] - place) ** 2).sum(axis=1))
        cells.append(box[away <= radius])
        metres.append(away[away <= radius])
    place = np.repeat(np.arange(len(places)), [len(one) for one in cells[1:]])
    return np.concatenate(cells), place, np.concatenate(metres)


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


def classes_on(ground: LandGround, parameters: Mapping[str, float], draw: int = 0) -> npt.NDArray[np.uint8]:
    """Return the class of each cell of the ground, one drawing of the blocks of farms and bogs.

    Parameters
    ----------
    ground : LandGround
    parameters : Mapping
        As :func:`model_land_use` takes them; ``locality_area_km2`` at most twice that of the ground.
    draw : int
        Which drawing: 0 is the one that is shown.

    Returns
    -------
    ndarray of uint8
        By ``CLASSES``.
    """
    road_m, place_m, salt = ground.road_m, ground.place_m, draw * _DRAWS_APART
    near_farm = (place_m <= parameters["farm_locality_m"]) & (road_m <= parameters["farm_road_m"])
    farms = lot(ground.x, ground.y, parameters["block_m"], salt + _FARM) < parameters["farm_share"]
    bogs = lot(ground.x, ground.y, parameters["block_m"], salt + _BOG) < parameters["bog_share"]
    rules = {
        "vatten": ground.wet,
        "bebyggelse": _built(ground, parameters),
        "fjall": _mountain(ground.x, ground.y, np.minimum(road_m, place_m), parameters),
        "jordbruk": near_farm & farms,
        "myr": (road_m > parameters["bog_road_m"]) & bogs,
    }
    number = {name: value for value, name in CLASSES.items()}
    classes = np.select(list(rules.values()), [number[name] for name in rules], number["skog"])
    return np.asarray(classes, np.uint8)


def _radius_m(people: FloatArray, parameters: Mapping[str, float]) -> FloatArray:
    area_m2 = 1e6 * parameters["locality_area_km2"] * people ** parameters["locality_area_exponent"]
    return np.asarray(np.sqrt(area_m2 / np.pi), float)


def _built(ground: LandGround, parameters: Mapping[str, float]) -> BoolArray:
    built = np.zeros(len(ground.x), bool)
    cell, place, metres = ground.near
    built[cell[metres <= _radius_m(ground.people, parameters)[place]]] = True
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
