"""A modelled population grid, where nobody has given a measured one: dasymetric, documented, marked as a model.

People of localities are spread by a kernel whose area follows their number; the rest of each municipality's people
along roads, near places, rivers and the coast, off the water. Every number is a named parameter of the settings.
"""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.apportion import largest_remainder, settle
from spatial.analysis.grid import require_same_crs
from spatial.analysis.settlement import Ground, ground_of, road_ends, rural_weight, urban_density
from spatial.geo import ANALYSIS_CRS, same_crs
from spatial.lattice import scb_cell_ids
from spatial.model import Grid

__all__ = ["PARAMETERS", "VARIABLE", "inhabited", "model_population", "people_on", "population_ground", "road_ends"]

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

VARIABLE: Final = (
    "locality_kernel_share",
    "road_decay_m",
    "off_road_share",
    "village_weight",
    "village_decay_m",
    "river_weight",
    "river_decay_m",
    "coast_weight",
    "coast_decay_m",
    "access_exponent",
    "people_per_settlement",
    "settlement_size_spread",
)
"""Those that can be drawn anew on the same ground: the settings' ``models.redraw.varied``."""


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
    ground = population_ground(municipalities, totals, localities, roads, water, parameters, size_m, rivers=rivers)
    return inhabited(ground, people_on(ground, parameters, seed)), ground.grid


def population_ground(
    municipalities: gpd.GeoDataFrame,
    totals: pd.Series,
    localities: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    parameters: Mapping[str, float],
    size_m: float = 1000.0,
    *,
    rivers: gpd.GeoDataFrame | None = None,
) -> Ground:
    """Return what stays the same however often the model is drawn; parameters as :func:`model_population` takes them.

    Raises
    ------
    ValueError
        As :func:`model_population` does.
    """
    _check(municipalities, totals, localities, parameters, (roads, water, rivers))
    people = {str(code): int(totals[code]) for code in municipalities.index}
    return ground_of(municipalities, people, localities, (roads, water, rivers), parameters, size_m)


def people_on(ground: Ground, parameters: Mapping[str, float], seed: int) -> npt.NDArray[np.int64]:
    """Return whole people in each cell of the ground, one drawing; every municipality's total is kept exactly.

    Parameters
    ----------
    ground : Ground
    parameters : Mapping
        ``PARAMETERS``; of these only ``VARIABLE`` may differ from those that the ground was made with.
    seed : int

    Returns
    -------
    ndarray of int64
        On the ground's cells.
    """
    urban, weight = urban_density(ground, parameters), rural_weight(ground, parameters)
    mean, spread = parameters["people_per_settlement"], parameters["settlement_size_spread"]
    people = np.zeros(len(ground.x), np.int64)
    for position, (code, total) in enumerate(zip(ground.codes, ground.totals, strict=True)):
        inside = np.flatnonzero(ground.zone == position)
        town, order = urban[inside], ground.order[inside]
        rest = max(total - float(town.sum()), 0.0)
        share = weight[inside] if weight[inside].sum() > 0 else np.ones(len(inside))
        rural = settle(share / share.sum() * rest, order, mean, spread, (seed, *str(code).encode()))
        people[inside] = largest_remainder(town + rural, total, order)
    return people


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


def inhabited(
    ground: Ground, people: npt.NDArray[np.int64], where: npt.NDArray[np.bool_] | None = None
) -> gpd.GeoDataFrame:
    """Return the ground's cells that hold people, or those ``where`` says, as :func:`model_population` does."""
    lived = np.flatnonzero(people if where is None else where)
    x, y = ground.x[lived], ground.y[lived]
    row, col = ground.grid.cell(x, y)
    half = ground.grid.size_m / 2
    columns = {
        "row": row,
        "col": col,
        "population_inv": people[lived],
        "municipality_code": pd.Series(ground.codes, dtype=object).to_numpy()[ground.zone[lived]],
    }
    index = pd.Index(scb_cell_ids(x - half, y - half), name="id")
    return gpd.GeoDataFrame(columns, geometry=shapely.points(x, y), crs=ANALYSIS_CRS, index=index)
