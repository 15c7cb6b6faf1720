"""What service each place has, and how many people it reaches."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.grid import require_same_crs


def facilities_of_places(places: gpd.GeoDataFrame, services: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the place that each facility belongs to, and how far from its point it lies.

    Parameters
    ----------
    places : GeoDataFrame
        Points in a projected CRS (metres); index unique place ids.
    services : GeoDataFrame
        Points in the same CRS with ``service_type``; where ``place_id`` is given, that is the place, at 0 m.

    Returns
    -------
    DataFrame
        Index the services'. ``service_type``, ``place_id`` (the nearest place; of equally near ones the smallest
        id; None where there are no places) and ``distance_m`` (straight line, metres; inf where there are none). A
        stated ``place_id`` that is none of the places stays, and counts for none of them.

    Raises
    ------
    ValueError
        If the CRS differ or are missing, or a place id repeats.

    Examples
    --------
    >>> places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 10], [0, 0]), index=["a", "b"], crs="EPSG:3006")
    >>> shops = gpd.GeoDataFrame({"service_type": ["grocery"]}, geometry=gpd.points_from_xy([7], [4]), crs="EPSG:3006")
    >>> facilities_of_places(places, shops).to_dict("records")
    [{'service_type': 'grocery', 'place_id': 'b', 'distance_m': 5.0}]
    """
    require_same_crs(places, services)
    _require_unique(places)
    nearest, metres = nearest_place(places, services)
    place = pd.Series(nearest, index=services.index, dtype=object)
    distance_m = pd.Series(metres, index=services.index)
    if "place_id" in services:
        stated = services["place_id"].notna()
        place = place.where(~stated, services["place_id"].astype(object))
        distance_m = distance_m.mask(stated, 0.0)
    return pd.DataFrame({"service_type": services["service_type"], "place_id": place, "distance_m": distance_m})


def supply_of_places(
    places: gpd.GeoDataFrame,
    services: gpd.GeoDataFrame,
    reach_m: float,
    service_types: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return how many facilities of each type each place has.

    Parameters
    ----------
    places, services : GeoDataFrame
        As :func:`facilities_of_places` takes them.
    reach_m : float
        A facility farther than this from its nearest place, metres as the crow flies, belongs to none; one exactly
        as far belongs.
    service_types : sequence of str, optional
        The columns wanted, in order, also of types that nobody has. Default: those that occur, sorted.

    Returns
    -------
    DataFrame
        Index the places', an int column a service type.

    Raises
    ------
    ValueError
        If the CRS differ or are missing, or a place id repeats.

    Examples
    --------
    >>> places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 10], [0, 0]), index=["a", "b"], crs="EPSG:3006")
    >>> shops = gpd.GeoDataFrame({"service_type": ["grocery"]}, geometry=gpd.points_from_xy([7], [4]), crs="EPSG:3006")
    >>> supply_of_places(places, shops, 5)["grocery"].tolist()
    [0, 1]
    """
    return supply_within(facilities_of_places(places, services), places.index, reach_m, service_types)


def supply_within(
    facilities: pd.DataFrame, places: pd.Index, reach_m: float, service_types: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return :func:`supply_of_places` from facilities whose place is known, so that the reach can be varied."""
    types = sorted(facilities["service_type"].unique()) if service_types is None else list(service_types)
    near = facilities[facilities["distance_m"] <= reach_m]
    counts = pd.crosstab(near["place_id"], near["service_type"])
    return counts.reindex(index=places, columns=types, fill_value=0).astype(int).rename_axis(columns=None)


def people_reached(places: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, within_m: float) -> pd.Series:
    """Return the people whose nearest place it is, within so many metres as the crow flies.

    Parameters
    ----------
    places : GeoDataFrame
        Points in a projected CRS (metres); index unique place ids.
    cells : GeoDataFrame
        Points in the same CRS with ``population_inv``.
    within_m : float
        Metres; a cell exactly as far counts. Straight line: never call it road distance.

    Returns
    -------
    Series
        ``people_inv`` on the places' index.

    Raises
    ------
    ValueError
        If the CRS differ or are missing, or a place id repeats.

    Examples
    --------
    >>> places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 10], [0, 0]), index=["a", "b"], crs="EPSG:3006")
    >>> cells = gpd.GeoDataFrame({"population_inv": [5, 7]}, geometry=gpd.points_from_xy([1, 99], [0, 0]),
    ...                          crs="EPSG:3006")
    >>> people_reached(places, cells, 20).tolist()
    [5.0, 0.0]
    """
    require_same_crs(places, cells)
    _require_unique(places)
    place, metres = nearest_place(places, cells)
    return _people(pd.Series(place, index=cells.index), cells["population_inv"], metres <= within_m, places.index)


def people_reached_by_car(minutes: pd.DataFrame, population: pd.Series, within_min: float) -> pd.Series:
    """Return the people whose nearest place by minutes it is, within so many minutes.

    Parameters
    ----------
    minutes : DataFrame
        Minutes from each cell (index) to each place (columns), inf where no way leads, as
        :func:`spatial.analysis.access.minutes_to_each` gives them.
    population : Series
        People in each cell, on the same index.
    within_min : float
        Minutes; a cell exactly as far counts.

    Returns
    -------
    Series
        ``people_inv``, index the columns of ``minutes``. Of places equally near, the smallest id.

    Raises
    ------
    ValueError
        If the indexes differ.

    Examples
    --------
    >>> minutes = pd.DataFrame({"a": [5.0, 30.0], "b": [9.0, 31.0]})
    >>> people_reached_by_car(minutes, pd.Series([10, 20]), 15).to_dict()
    {'a': 10.0, 'b': 0.0}
    """
    if not minutes.index.equals(population.index):
        message = "minutes and population must share their index"
        raise ValueError(message)
    if minutes.empty:
        return pd.Series(0.0, index=minutes.columns, name="people_inv")
    ordered = minutes[sorted(minutes.columns)]
    place = pd.Series(ordered.columns[ordered.to_numpy().argmin(axis=1)], index=minutes.index)
    within = ordered.min(axis=1).to_numpy() <= within_min
    return _people(place, population, within, minutes.columns)


def nearest_place(
    places: gpd.GeoDataFrame, points: gpd.GeoDataFrame
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """Return the nearest place's id (the smallest of equally near ones) and the metres to it, for each point."""
    ordered = places.sort_index()
    position, metres = np.full(len(points), len(ordered)), np.full(len(points), np.inf)
    if len(ordered) and len(points):
        tree = shapely.STRtree(ordered.geometry.to_numpy())
        (point, place), found = tree.query_nearest(points.geometry.to_numpy(), all_matches=True, return_distance=True)
        np.minimum.at(position, point, place)
        metres[point] = found
    return np.array([*ordered.index, None], dtype=object)[position], metres


def _people(place: pd.Series, population: pd.Series, within: npt.NDArray[np.bool_], index: pd.Index) -> pd.Series:
    people = population.astype(float)[within].groupby(place[within]).sum()
    return people.reindex(index, fill_value=0.0).rename("people_inv")


def _require_unique(places: gpd.GeoDataFrame) -> None:
    if not places.index.is_unique:
        message = f"place ids repeat: {list(places.index[places.index.duplicated()])}"
        raise ValueError(message)
