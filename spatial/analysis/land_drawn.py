"""Modelled land use drawn again: how much of each class there may be, and who may live in it."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from spatial.analysis.coverage import cells_of_zones
from spatial.analysis.landuse import CLASSES, LandGround, classes_on
from spatial.analysis.redraw import varied
from spatial.model import FloatArray, Raster
from spatial.settings import Redraw

_LAND = 3
"""Part of the seed, beside those of people and of rules."""


@dataclass(frozen=True)
class LandDraws:
    """Land use as the model draws it again and again.

    ``classes``: of each of the ground's cells, a row a run; ``low`` and ``high``: the percentages between which a range
    lies.
    """

    ground: LandGround
    classes: npt.NDArray[np.uint8]
    low: float
    high: float

    def raster(self, run: int) -> Raster:
        """Return the land use of a run."""
        return self.ground.raster(self.classes[run])


def redraw_land(ground: LandGround, parameters: Mapping[str, float], options: Redraw) -> LandDraws:
    """Return the modelled land use drawn again: other blocks each time, and the uncertain parameters varied.

    Parameters
    ----------
    ground : LandGround
        Of :func:`spatial.analysis.landuse.land_ground`.
    parameters : Mapping
        The model's, as settings give them.
    options : Redraw
        ``runs``, ``seed``, ``spread_share``, ``varied_land_use`` and the percentages.

    Notes
    -----
    As :func:`spatial.analysis.redraw.redraw_population` draws people: Heuvelink (1998).
    """
    runs = []
    for run in range(options.runs):
        own = varied(parameters, options.varied_land_use, options.spread_share.value, (options.seed, _LAND, run))
        runs.append(classes_on(ground, own, options.seed * 10_000 + run + 1))
    return LandDraws(ground, np.stack(runs), options.low_percentile.value, options.high_percentile.value)


def areas_by_run(draws: LandDraws, zones: gpd.GeoDataFrame) -> dict[str, FloatArray]:
    """Return the area of each class in each zone in every run, as :func:`spatial.analysis.coverage.raster_areas` does.

    Parameters
    ----------
    draws : LandDraws
    zones : GeoDataFrame
        Polygons, EPSG:3006; may overlap.

    Returns
    -------
    dict of str to ndarray
        By class: a row a run, a column a zone, km².
    """
    ground = draws.ground
    zone, cell, km2 = cells_of_zones(ground.grid, zones)
    place = np.full(ground.grid.shape, -1)
    place[ground.row, ground.col] = np.arange(len(ground.row))
    own = place.ravel()[cell]
    inside = own >= 0
    size = max(CLASSES) + 1
    first = zone[inside] * size
    runs = [
        np.bincount(first + classes[own[inside]], km2[inside], len(zones) * size).reshape(len(zones), size)
        for classes in draws.classes
    ]
    return {name: np.stack([run[:, number] for run in runs]) for number, name in CLASSES.items()}
