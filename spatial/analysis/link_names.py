"""What road links are called: their number, and the places nearest to where they begin and end."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.supply import nearest_place

Between = Callable[[str, str], str]


def link_names(edges: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None, between: Between) -> pd.Series:
    """Return what links are called.

    Parameters
    ----------
    edges : GeoDataFrame
        Lines in a projected CRS, with ``number`` where known; index unique link ids.
    places : GeoDataFrame or None
        Points in the same CRS with ``name``.
    between : callable
        How a link is told whose ends lie at two places of other names.

    Returns
    -------
    Series
        On the links' index; without places their ids.

    Examples
    --------
    >>> from shapely import LineString, Point
    >>> places = gpd.GeoDataFrame({"name": ["Vännäs", "Umeå"]}, geometry=[Point(0, 0), Point(9, 0)], index=["v", "u"],
    ...                           crs=3006)
    >>> edges = gpd.GeoDataFrame({"number": ["E12"]}, geometry=[LineString([(1, 0), (8, 0)])], index=["a"], crs=3006)
    >>> link_names(edges, places, "{}–{}".format).to_dict()
    {'a': 'E12 Vännäs–Umeå'}
    """
    if places is None or places.empty or edges.empty:
        return pd.Series(edges.index.astype(str).to_numpy(object), index=edges.index, dtype=object)
    lines = edges.geometry.to_numpy()
    ends = [gpd.GeoDataFrame(geometry=shapely.get_point(lines, at), crs=edges.crs) for at in (0, -1)]
    called = [places["name"].reindex(nearest_place(places, end)[0]).to_numpy(object) for end in ends]
    numbers = edges["number"].fillna("").astype(str).to_numpy(object) if "number" in edges else np.full(len(edges), "")
    told = [
        f"{road} {first if first == last else between(str(first), str(last))}".strip()
        for road, first, last in zip(numbers, *called, strict=True)
    ]
    return pd.Series(told, index=edges.index, dtype=object)
