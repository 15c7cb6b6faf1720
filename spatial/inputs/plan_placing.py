"""How the coordinates of a plan's layer are to be read: judged by where they must lie, whatever the file says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from spatial.geo import ANALYSIS_CRS, transform_xy
from spatial.inputs import place

_MOST: Final = 0.5


@dataclass(frozen=True)
class Placing:
    """How a layer's coordinates are to be read: the system that settings must name, and whether axes change places.

    ``also`` are other systems that put the layer as well in its place.
    """

    crs: str | None = None
    swapped: bool = False
    also: tuple[str, ...] = ()


def placing_in(area: place.Area, frame: gpd.GeoDataFrame, name: str, *, believed: bool = True) -> Placing:
    """Return how a layer's coordinates are to be read so that it lies in an area.

    Parameters
    ----------
    area : Area
        Where the layer must lie, EPSG:3006.
    frame : GeoDataFrame
        As the file has it; geometries may be missing.
    name : str
        The layer's.
    believed : bool, optional
        Whether a label of metres holds wherever it puts the layer.

    Returns
    -------
    Placing
        Empty where the file's own label holds, and where no known system puts the layer there.
    """
    there = _there(frame)
    if not len(there):
        return Placing()
    labelled, faults = place.label_of(there, name, None, area)
    if labelled.crs is not None:
        as_told, turned = _shares(labelled, area)
        fit = None if believed or max(as_told, turned) else place.best_fit(place.centres(labelled), area)
        return Placing(swapped=as_told < _MOST <= turned) if fit is None else Placing(fit.crs, fit.swapped)
    for fault in faults:
        fits = fault.values.get("fits")
        if fits is not None:
            first, *also = str(fits).split(", ")
            return Placing(first, "axes" in fault.key, tuple(also))
    return Placing()


def agreed(
    frames: Mapping[str, gpd.GeoDataFrame], placings: Mapping[str, Placing], area: place.Area
) -> dict[str, Placing]:
    """Return the placings of a file's layers where those without a label are all read in one system.

    Parameters
    ----------
    frames : mapping of str to GeoDataFrame
        The layers as the file has them.
    placings : mapping of str to Placing
        Of each layer on its own: a small one may fit in several systems.
    area : Area

    Returns
    -------
    dict of str to Placing
        As they were where no one system puts every layer without a label in its place.
    """
    bare = {name: there for name, frame in frames.items() if frame.crs is None and len(there := _there(frame))}
    largest = sorted(bare, key=lambda name: -len(bare[name]))
    tried = dict.fromkeys(replace(placings[name], also=()) for name in largest if placings[name].crs is not None)
    worst = {one: min(_shares(part.set_crs(one.crs), area)[one.swapped] for part in bare.values()) for one in tried}
    best = max(worst, key=lambda one: worst[one], default=Placing())
    if len(tried) < 2 or worst[best] < _MOST:
        return dict(placings)
    return {name: best if name in bare else one for name, one in placings.items()}


def _there(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame[~(frame.geometry.isna() | frame.geometry.is_empty)]


def _shares(frame: gpd.GeoDataFrame, area: place.Area) -> tuple[float, float]:
    """Return how much of a frame lies in the area as its coordinates stand, and the other way round."""
    first, second = place.centres(frame).T
    return _share(first, second, frame, area), _share(second, first, frame, area)


def _share(x: place.FloatArray, y: place.FloatArray, frame: gpd.GeoDataFrame, area: place.Area) -> float:
    east, north = transform_xy(x, y, frame.crs.to_wkt(), ANALYSIS_CRS)
    known = np.isfinite(east) & np.isfinite(north)
    return float(shapely.contains_xy(area.near, np.where(known, east, 0.0), np.where(known, north, 0.0)).mean())


def placed(shapes: gpd.GeoSeries, placing: Placing) -> gpd.GeoSeries | None:
    """Return geometries in EPSG:3006, read as they are to be; None where no system is known."""
    if placing.crs is not None:
        shapes = shapes.set_crs(placing.crs, allow_override=True)
    if shapes.crs is None:
        return None
    if placing.swapped:
        shapes = place.turned(gpd.GeoDataFrame(geometry=shapes)).geometry
    return shapes.to_crs(ANALYSIS_CRS)
