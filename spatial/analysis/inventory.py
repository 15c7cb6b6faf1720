"""The inventory of structures: what there is of each layer in each municipality, and what is missing."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import shapely

from spatial.model import Layer


def features_by_zone(frame: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.Series:
    """Return how many features touch each zone.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:3006, any geometry.
    zones : GeoDataFrame
        Polygons, EPSG:3006.

    Returns
    -------
    Series of int
        Index the zones'; a feature that touches several zones counts in each.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(index=["a", "b"], geometry=[shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    >>> features_by_zone(gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.5], [0.5])), zones).to_dict()
    {'a': 1, 'b': 0}
    """
    tree = shapely.STRtree(frame.geometry.to_numpy())
    zone, _ = tree.query(zones.geometry.to_numpy(), predicate="intersects")
    counts = pd.Series(zone).value_counts()
    return pd.Series([int(counts.get(number, 0)) for number in range(len(zones))], index=zones.index, dtype="int64")


def inventory(layers: Mapping[str, Layer], zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a row a layer and municipality: how many features are there, of which year, measured or modelled.

    Parameters
    ----------
    layers : mapping of str to Layer
        EPSG:3006.
    zones : GeoDataFrame
        The region's municipalities; index code, ``name``.

    Returns
    -------
    DataFrame
        Index 0..n; ``layer``, ``title``, ``role``, ``municipality_code``, ``municipality``, ``features_count``
        (-1 for a raster, which covers), ``year``, ``status``, ``provider``, ``licence``, ``missing`` (bool: the layer
        has nothing there).
    """
    rows = [row for layer in layers.values() for row in _rows(layer, zones)]
    return pd.DataFrame(rows)


def _rows(layer: Layer, zones: gpd.GeoDataFrame) -> list[dict[str, object]]:
    counts = _counts(layer, zones)
    meta = layer.meta
    return [
        {
            "layer": layer.id,
            "title": meta.title.sv,
            "role": meta.role,
            "municipality_code": code,
            "municipality": name,
            "features_count": int(counts.loc[code]),
            "year": meta.year,
            "status": meta.status,
            "provider": meta.provider,
            "licence": meta.licence,
            "missing": bool(counts.loc[code] == 0),
        }
        for code, name in zones["name"].items()
    ]


def _counts(layer: Layer, zones: gpd.GeoDataFrame) -> pd.Series:
    if layer.raster is not None:
        return pd.Series(-1, index=zones.index)
    if isinstance(layer.frame, gpd.GeoDataFrame):
        return features_by_zone(layer.frame, zones)
    rows = pd.Series(1, index=layer.frame.index.astype(str)).groupby(level=0).sum()
    return rows.reindex(zones.index).fillna(0).astype(int)
