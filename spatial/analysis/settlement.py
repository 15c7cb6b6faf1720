"""The ground that a modelled population is laid on: cells, how far each is from what draws people, and the draw itself.

What does not change when the model is drawn again lies in ``Ground``; densities follow from it and the parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from spatial.analysis.apportion import morton_order
from spatial.analysis.grid import first_zone
from spatial.analysis.nearness import nearest_m
from spatial.geo import shared
from spatial.lattice import lattice_for
from spatial.model import Grid

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

DRAWS: Final = ("road", "village", "coast", "river")
"""What draws people who live outside localities: the ground holds the metres to each."""


@dataclass(frozen=True)
class Ground:
    """The lattice's cells within the municipalities, and what the model needs to know of each.

    ``zone`` is the municipality's position among ``codes``, ``order`` the cell's place on a curve through the
    lattice, ``land`` its share of land, ``metres`` to what ``DRAWS`` names, ``potential`` the people near it, each by
    distance. ``east``, ``north``, ``people`` and ``home`` (position among ``codes``) are the region's own localities.
    """

    grid: Grid
    codes: tuple[str, ...]
    totals: tuple[int, ...]
    x: FloatArray
    y: FloatArray
    zone: IntArray
    order: IntArray
    land: FloatArray
    metres: Mapping[str, FloatArray]
    potential: FloatArray
    east: FloatArray
    north: FloatArray
    people: FloatArray
    home: IntArray


def ground_of(
    municipalities: gpd.GeoDataFrame,
    totals: Mapping[str, int],
    places: gpd.GeoDataFrame,
    lines_and_water: tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame | None, gpd.GeoDataFrame | None],
    parameters: Mapping[str, float],
    size_m: float,
) -> Ground:
    """Return the ground of the population model; ``lines_and_water`` are roads, water and rivers.

    Raises
    ------
    ValueError
        If a municipality holds no cell's centre.
    """
    codes = sorted(municipalities.index)
    grid = lattice_for(tuple(municipalities.total_bounds), size_m)
    row, col = (index.ravel() for index in np.indices(grid.shape))
    x, y = grid.centre(row, col)
    outlines = np.asarray(municipalities.sort_index().geometry, object)
    zone = first_zone(np.column_stack([x, y]), outlines)
    inside = zone >= 0
    x, y, zone = x[inside], y[inside], zone[inside]
    _require_cells(codes, zone, size_m)
    roads, water, rivers = (
        np.array([], object) if frame is None else np.asarray(frame.geometry, object) for frame in lines_and_water
    )
    land = np.clip(1.0 - _water_share(x, y, size_m, water), 0.0, 1.0) if len(water) else np.ones(len(x))
    places = places.sort_index()
    own = places[places["municipality_code"].isin(codes)]
    return Ground(
        grid=grid,
        codes=tuple(codes),
        totals=tuple(int(totals[code]) for code in codes),
        x=x,
        y=y,
        zone=zone,
        order=morton_order(x, y, size_m),
        land=np.round(land, 9),
        metres=_metres(np.column_stack([x, y]), places, (roads, water, rivers), parameters),
        potential=_potential(x, y, places, parameters["access_decay_m"]),
        east=own.geometry.x.to_numpy(float),
        north=own.geometry.y.to_numpy(float),
        people=own["population_inv"].to_numpy(float),
        home=np.searchsorted(codes, own["municipality_code"].to_list()),
    )


def _require_cells(codes: list[str], zone: IntArray, size_m: float) -> None:
    empty = [code for code, count in zip(codes, np.bincount(zone, minlength=len(codes)), strict=True) if not count]
    if empty:
        message = f"no cell of {size_m:g} m has its centre in municipality {', '.join(empty)}"
        raise ValueError(message)


def _water_share(x: FloatArray, y: FloatArray, size_m: float, water: Objects) -> FloatArray:
    """Return the share of each cell that is water; what overlaps counts twice, and is cut by the caller."""
    half = size_m / 2
    boxes = shapely.box(x - half, y - half, x + half, y + half)
    which, cell = shapely.STRtree(boxes).query(water, predicate="intersects")
    wet = shapely.area(shared(boxes[cell], water[which])) / size_m**2
    return np.asarray(np.bincount(cell, wet, len(x)), float)


def _metres(
    xy: FloatArray, places: gpd.GeoDataFrame, ground: tuple[Objects, Objects, Objects], parameters: Mapping[str, float]
) -> dict[str, FloatArray]:
    roads, water, rivers = ground
    sea = water[shapely.area(water) >= 1e6 * parameters["sea_min_area_km2"]] if len(water) else water
    villages = road_ends(roads, np.asarray(places.geometry, object), parameters["village_min_distance_m"])
    things = {"road": roads, "village": villages, "coast": sea, "river": rivers}
    return {name: nearest_m(xy, things[name]) for name in DRAWS}


def _potential(x: FloatArray, y: FloatArray, places: gpd.GeoDataFrame, decay_m: float) -> FloatArray:
    if not len(places):
        return np.ones(len(x))
    potential = np.zeros(len(x))
    people = places["population_inv"].to_numpy(float)
    for east, north, inv in zip(places.geometry.x.to_numpy(), places.geometry.y.to_numpy(), people, strict=True):
        potential += inv * np.exp(-np.hypot(x - east, y - north) / decay_m)
    return potential


def road_ends(roads: Objects, towns: Objects, min_distance_m: float) -> Objects:
    """Return the distinct ends of road lines at least so far from any locality: crossroads and villages.

    Examples
    --------
    >>> road = np.array([shapely.LineString([(0, 0), (9000, 0)])])
    >>> [point.wkt for point in road_ends(road, np.array([shapely.Point(0, 0)]), 1500)]
    ['POINT (9000 0)']
    """
    if not len(roads):
        return np.array([], object)
    lines = shapely.get_parts(roads)
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, end)) for end in (0, -1)])
    ends = np.unique(ends, axis=0)
    return np.asarray(shapely.points(ends[nearest_m(ends, towns) >= min_distance_m]), object)


def urban_density(ground: Ground, parameters: Mapping[str, float]) -> FloatArray:
    """Return the expected people of localities: a round normal density, exact over each cell, cut at the border."""
    from scipy.special import ndtr

    half = ground.grid.size_m / 2

    def mass(distance_m: FloatArray, sigma_m: float) -> FloatArray:
        return np.asarray(ndtr((distance_m + half) / sigma_m) - ndtr((distance_m - half) / sigma_m), float)

    people = np.zeros(len(ground.x))
    area_m2 = 1e6 * parameters["locality_area_km2"] * ground.people ** parameters["locality_area_exponent"]
    sigma_m = parameters["locality_kernel_share"] * np.sqrt(np.maximum(area_m2, 1.0) / (2 * np.pi))
    cells_of = [np.flatnonzero(ground.zone == position) for position in range(len(ground.codes))]
    for east, north, inv, sigma, home in zip(
        ground.east, ground.north, ground.people, sigma_m, ground.home, strict=True
    ):
        inside = cells_of[home]
        dx, dy = ground.x[inside] - east, ground.y[inside] - north
        metres = np.hypot(dx, dy)
        near = metres <= max(parameters["locality_reach_m"], 4 * sigma)
        there = inside[near]
        kernel = mass(dx[near], sigma) * mass(dy[near], sigma)
        kernel *= np.maximum(ground.land[there], parameters["min_land_share"])
        if kernel.sum() <= 0:  # a point that the generalised outline has left outside: the nearest cell
            there, kernel = inside[[np.argmin(metres)]], np.ones(1)
        people[there] += kernel / kernel.sum() * inv
    return people


def rural_weight(ground: Ground, parameters: Mapping[str, float]) -> FloatArray:
    """Return how strongly each cell draws the people who live outside localities; only ratios matter."""
    road, village, coast, river = (np.exp(-ground.metres[name] / parameters[f"{name}_decay_m"]) for name in DRAWS)
    settled = parameters["off_road_share"] + road + parameters["village_weight"] * village
    shore = 1.0 + parameters["coast_weight"] * coast
    valley = 1.0 + parameters["river_weight"] * river
    nearness = ground.potential ** parameters["access_exponent"]
    return np.asarray(ground.land * settled * shore * valley * nearness, float)
