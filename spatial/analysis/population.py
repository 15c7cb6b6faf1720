"""A modelled population grid, where nobody has given a measured one: dasymetric, documented, marked as a model.

People of localities are spread by a kernel whose area follows their number; the rest of each municipality's people
along roads, near places, rivers and the coast, off the water. Every number is a named parameter of the settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.apportion import largest_remainder, morton_order, settle
from spatial.analysis.grid import require_same_crs, zones_of_cells
from spatial.analysis.nearness import nearest_m
from spatial.geo import ANALYSIS_CRS, same_crs
from spatial.lattice import lattice_for, scb_cell_ids
from spatial.model import Grid

FloatArray = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

PARAMETERS: Final = (
    "locality_area_km2",
    "locality_area_exponent",
    "locality_kernel_share",
    "locality_reach_m",
    "min_land_share",
    "village_min_distance_m",
    "road_decay_m",
    "off_road_share",
    "village_weight",
    "village_decay_m",
    "river_weight",
    "river_decay_m",
    "coast_weight",
    "coast_decay_m",
    "sea_min_area_km2",
    "access_decay_m",
    "access_exponent",
    "people_per_settlement",
    "settlement_size_spread",
)
"""The names that the settings' ``models.population.parameters`` must hold."""


@dataclass(frozen=True)
class _Cells:
    """The lattice's cells within the municipalities: centres, the municipality's position, share of land."""

    x: FloatArray
    y: FloatArray
    zone: npt.NDArray[np.int64]
    land: FloatArray
    size_m: float

    @property
    def points(self) -> Objects:
        return np.asarray(shapely.points(self.x, self.y), object)


def model_population(
    municipalities: gpd.GeoDataFrame,
    totals: pd.Series,
    localities: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    parameters: Mapping[str, float],
    size_m: float = 1000.0,
    *,
    rivers: gpd.GeoDataFrame | None = None,
    seed: int = 0,
) -> tuple[gpd.GeoDataFrame, Grid]:
    """Return a modelled population grid that keeps every municipality's people exactly.

    Parameters
    ----------
    municipalities : GeoDataFrame
        Polygons, EPSG:3006; index = code (text).
    totals : Series
        Code → people; one for each municipality.
    localities : GeoDataFrame
        Points, EPSG:3006, with ``population_inv`` and ``municipality_code``. One of another municipality gets no
        people, but its nearness counts.
    roads : GeoDataFrame or None
        Lines, EPSG:3006. Their ends away from localities count as villages.
    water : GeoDataFrame or None
        Polygons, EPSG:3006: lakes, and the sea (what is larger than ``sea_min_area_km2``).
    parameters : Mapping
        ``PARAMETERS``: each in the unit of its name.
    size_m : float
        The side of a cell, metres.
    rivers : GeoDataFrame, optional
        Lines, EPSG:3006.
    seed : int
        Which drawing of the rural settlements; the same seed gives the same grid.

    Returns
    -------
    tuple of (GeoDataFrame, Grid)
        The inhabited cells: index = SCB's id of the cell, ``row``, ``col``, ``population_inv`` (whole people),
        ``municipality_code``, geometry Point (centre) EPSG:3006; and the lattice.

    Raises
    ------
    ValueError
        If a parameter, a total or the CRS is missing or wrong; all missing names are listed.

    Notes
    -----
    Method: dasymetric mapping after Eicher and Brewer (2001), Cartography and GIS 28(2); localities' area by their
    population after Nordbeck (1971), Urban allometric growth, Geografiska Annaler B 53; nearness to people as
    potential after Hansen (1959). What it is worth against the census is in ``docs/befolkningsmodell.md``.

    Examples
    --------
    >>> area = gpd.GeoDataFrame(index=["a"], geometry=[shapely.box(6e5, 7e6, 6.2e5, 7.02e6)], crs="EPSG:3006")
    >>> place = gpd.GeoDataFrame({"population_inv": [300], "municipality_code": ["a"]}, crs="EPSG:3006",
    ...                          geometry=gpd.points_from_xy([6.1e5], [7.01e6]))
    >>> numbers = dict.fromkeys(PARAMETERS, 1000.0) | {"locality_area_exponent": 0.7, "locality_area_km2": 0.012,
    ...     "locality_kernel_share": 1.0, "access_exponent": 0.5, "people_per_settlement": 10.0,
    ...     "settlement_size_spread": 1.0, "min_land_share": 0.02}
    >>> cells, grid = model_population(area, pd.Series({"a": 500}), place, None, None, numbers)
    >>> int(cells["population_inv"].sum()), grid.shape
    (500, (20, 20))
    """
    _check(municipalities, totals, localities, parameters, (roads, water, rivers))
    codes = sorted(municipalities.index)
    grid = lattice_for(tuple(municipalities.total_bounds), size_m)
    cells = _cells(municipalities, water, grid, codes)
    places = localities.sort_index()
    urban = _urban(cells, places, codes, parameters)
    weight = _rural_weight(cells, places, (roads, water, rivers), parameters)
    order = morton_order(cells.x, cells.y, size_m)
    people = np.zeros(len(cells.x), np.int64)
    for position, code in enumerate(codes):
        inside = np.flatnonzero(cells.zone == position)
        total = int(totals[code])
        if not len(inside):
            message = f"no cell of {size_m:g} m has its centre in municipality {code}"
            raise ValueError(message)
        town, rest = urban[inside], max(total - float(urban[inside].sum()), 0.0)
        share = weight[inside] if weight[inside].sum() > 0 else np.ones(len(inside))
        mean, spread = parameters["people_per_settlement"], parameters["settlement_size_spread"]
        rural = settle(share / share.sum() * rest, order[inside], mean, spread, (seed, *str(code).encode()))
        people[inside] = largest_remainder(town + rural, total, order[inside])
    return _frame(cells, people, codes, grid), grid


def _check(
    municipalities: gpd.GeoDataFrame,
    totals: pd.Series,
    localities: gpd.GeoDataFrame,
    parameters: Mapping[str, float],
    others: tuple[gpd.GeoDataFrame | None, ...],
) -> None:
    require_same_crs(municipalities, localities, *(frame for frame in others if frame is not None))
    missing = [name for name in PARAMETERS if name not in parameters]
    missing += [f"totals[{code}]" for code in municipalities.index if code not in totals.index]
    if not same_crs(municipalities.crs, ANALYSIS_CRS):
        missing.append(ANALYSIS_CRS)
    if missing:
        message = f"the population model lacks: {', '.join(missing)}"
        raise ValueError(message)


def _cells(municipalities: gpd.GeoDataFrame, water: gpd.GeoDataFrame | None, grid: Grid, codes: list[str]) -> _Cells:
    row, col = (index.ravel() for index in np.indices(grid.shape))
    x, y = grid.centre(row, col)
    centres = gpd.GeoDataFrame(geometry=shapely.points(x, y), crs=grid.crs)
    zone = zones_of_cells(centres, municipalities, max_outside_m=0)["zone"]
    inside = zone.notna().to_numpy()
    x, y = x[inside], y[inside]
    land = np.ones(len(x))
    if water is not None and len(water):
        land = np.clip(1.0 - _water_share(x, y, grid.size_m, np.asarray(water.geometry, object)), 0.0, 1.0)
    return _Cells(x, y, np.searchsorted(codes, zone[inside].to_list()), np.round(land, 9), grid.size_m)


def _water_share(x: FloatArray, y: FloatArray, size_m: float, water: Objects) -> FloatArray:
    """Return the share of each cell that is water; what overlaps counts twice, and is cut by the caller."""
    half = size_m / 2
    boxes = shapely.box(x - half, y - half, x + half, y + half)
    which, cell = shapely.STRtree(boxes).query(water, predicate="intersects")
    wet = shapely.area(shapely.intersection(boxes[cell], water[which])) / size_m**2
    return np.asarray(np.bincount(cell, wet, len(x)), float)


def _urban(cells: _Cells, places: gpd.GeoDataFrame, codes: list[str], parameters: Mapping[str, float]) -> FloatArray:
    """Return the expected people of localities: a round normal density, exact over each cell, cut at the border."""
    from scipy.special import ndtr

    def mass(distance_m: FloatArray, sigma_m: float) -> FloatArray:
        half = cells.size_m / 2
        return np.asarray(ndtr((distance_m + half) / sigma_m) - ndtr((distance_m - half) / sigma_m), float)

    people = np.zeros(len(cells.x))
    own = places[places["municipality_code"].isin(codes)]
    number = own["population_inv"].to_numpy(float)
    area_m2 = 1e6 * parameters["locality_area_km2"] * number ** parameters["locality_area_exponent"]
    sigma_m = parameters["locality_kernel_share"] * np.sqrt(np.maximum(area_m2, 1.0) / (2 * np.pi))
    zone = np.searchsorted(codes, own["municipality_code"].to_list())
    for east, north, inv, sigma, where in zip(
        own.geometry.x.to_numpy(), own.geometry.y.to_numpy(), number, sigma_m, zone, strict=True
    ):
        inside = np.flatnonzero(cells.zone == where)
        if not len(inside):
            continue
        dx, dy = cells.x[inside] - east, cells.y[inside] - north
        metres = np.hypot(dx, dy)
        kernel = mass(dx, sigma) * mass(dy, sigma) * np.maximum(cells.land[inside], parameters["min_land_share"])
        kernel[metres > max(parameters["locality_reach_m"], 4 * sigma)] = 0.0
        if kernel.sum() <= 0:  # a point that the generalised outline has left outside: the nearest cell
            kernel[np.argmin(metres)] = 1.0
        people[inside] += kernel / kernel.sum() * inv
    return people


def _rural_weight(
    cells: _Cells,
    places: gpd.GeoDataFrame,
    ground: tuple[gpd.GeoDataFrame | None, ...],
    parameters: Mapping[str, float],
) -> FloatArray:
    """Return how strongly each cell draws the people who live outside localities; only ratios matter."""
    roads, water, rivers = (
        np.array([], object) if frame is None else np.asarray(frame.geometry, object) for frame in ground
    )
    points = cells.points
    towns = np.asarray(places.geometry, object)
    sea = water[shapely.area(water) >= 1e6 * parameters["sea_min_area_km2"]] if len(water) else water
    villages = road_ends(roads, towns, parameters["village_min_distance_m"])

    def pull(things: Objects, name: str) -> FloatArray:
        return np.exp(-nearest_m(points, things) / parameters[f"{name}_decay_m"])

    potential = np.zeros(len(points))
    for east, north, inv in zip(
        places.geometry.x.to_numpy(),
        places.geometry.y.to_numpy(),
        places["population_inv"].to_numpy(float),
        strict=True,
    ):
        metres = np.hypot(cells.x - east, cells.y - north)
        potential += inv * np.exp(-metres / parameters["access_decay_m"])
    settled = parameters["off_road_share"] + pull(roads, "road")
    settled += parameters["village_weight"] * pull(villages, "village")
    shore = 1.0 + parameters["coast_weight"] * pull(sea, "coast")
    valley = 1.0 + parameters["river_weight"] * pull(rivers, "river")
    nearness = potential ** parameters["access_exponent"] if len(places) else np.ones(len(points))
    return np.asarray(cells.land * settled * shore * valley * nearness, float)


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
    points = np.asarray(shapely.points(np.unique(ends, axis=0)), object)
    return np.asarray(points[nearest_m(points, towns) >= min_distance_m], object)


def _frame(cells: _Cells, people: npt.NDArray[np.int64], codes: list[str], grid: Grid) -> gpd.GeoDataFrame:
    lived = np.flatnonzero(people)
    x, y = cells.x[lived], cells.y[lived]
    row, col = grid.cell(x, y)
    half = cells.size_m / 2
    columns = {
        "row": row,
        "col": col,
        "population_inv": people[lived],
        "municipality_code": pd.Series(codes, dtype=object).to_numpy()[cells.zone[lived]],
    }
    index = pd.Index(scb_cell_ids(x - half, y - half), name="id")
    return gpd.GeoDataFrame(columns, geometry=shapely.points(x, y), crs=ANALYSIS_CRS, index=index)
