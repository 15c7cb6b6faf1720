"""Whom each facility is nearest to, and who lives beyond a limit: what a planner asks of one kind of service."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.ranges import range_names
from spatial.analysis.reach import ALL_ZONES, shares_within
from spatial.geo import shared


def people_served(cells: pd.DataFrame, service: str, facilities: pd.DataFrame) -> pd.DataFrame:
    """Return how many people each facility is the nearest to, and how far they have.

    Parameters
    ----------
    cells : DataFrame
        ``population_inv``, ``{service}_id`` and ``{service}_min`` (minutes by car; inf where unreachable).
    service : str
    facilities : DataFrame
        Index ids, with ``service_type`` and ``name``.

    Returns
    -------
    DataFrame
        Index the ids of the facilities of that type, most people first: the facilities' columns, ``people_inv``,
        ``mean_min`` (weighed by people) and ``longest_min`` (both NaN where it is nobody's nearest).

    Examples
    --------
    >>> cells = pd.DataFrame({"population_inv": [10, 30], "grocery_id": ["x", "x"], "grocery_min": [4.0, 8.0]})
    >>> shops = pd.DataFrame({"service_type": ["grocery"], "name": ["ICA"]}, index=["x"])
    >>> people_served(cells, "grocery", shops)[["people_inv", "mean_min", "longest_min"]].loc["x"].tolist()
    [40.0, 7.0, 8.0]
    """
    own = facilities[facilities["service_type"] == service]
    reached = cells[np.isfinite(cells[f"{service}_min"].to_numpy(float)) & (cells["population_inv"] > 0)]
    people = reached["population_inv"].astype(float)
    taken = reached[f"{service}_min"].astype(float)
    by = reached[f"{service}_id"].astype(str)
    total = people.groupby(by).sum()
    found = pd.DataFrame(
        {
            "people_inv": total,
            "mean_min": (people * taken).groupby(by).sum() / total,
            "longest_min": taken.groupby(by).max(),
        }
    )
    table = own.drop(columns="geometry", errors="ignore").join(found.reindex(own.index))
    table["people_inv"] = table["people_inv"].fillna(0.0)
    return pd.DataFrame(table).sort_values("people_inv", ascending=False, kind="stable")


def people_beyond(
    cells: pd.DataFrame, service: str, limit_min: float, *, off_network_factor: float = 1.0
) -> pd.DataFrame:
    """Return the people farther than a limit from a service, by municipality and in all.

    Parameters
    ----------
    cells : DataFrame
        ``population_inv``, ``municipality_code``, ``{service}_min`` and, where known, ``{service}_uncertain`` and
        ``{service}_off_min``.
    service : str
    limit_min : float
        Minutes; exactly at it is within.
    off_network_factor : float
        As :func:`spatial.analysis.reach.shares_within` takes it.

    Returns
    -------
    DataFrame
        Index ``zone`` (last ``alla``): ``beyond_inv``, ``total_inv``, ``beyond_share`` (0..1), ``unreachable_inv``,
        ``uncertain_inv``, ``undecided_inv``.

    Examples
    --------
    >>> cells = pd.DataFrame({"population_inv": [10, 30], "municipality_code": "a", "grocery_min": [30.0, 30.5]})
    >>> people_beyond(cells, "grocery", 30).loc["alla", ["beyond_inv", "beyond_share"]].tolist()
    [30.0, 0.75]
    """
    counted = cells[cells["population_inv"].fillna(0) > 0]
    rows = shares_within(
        counted["population_inv"],
        counted["municipality_code"],
        counted,
        [(service, limit_min)],
        off_network_factor=off_network_factor,
    ).set_index("zone")
    return pd.DataFrame(
        {
            "beyond_inv": rows["total_inv"] - rows["people_inv"],
            "total_inv": rows["total_inv"],
            "beyond_share": 1 - rows["share"],
            "unreachable_inv": rows["unreachable_inv"],
            "uncertain_inv": rows["uncertain_inv"],
            "undecided_inv": rows["undecided_inv"],
        }
    )


def with_beyond_ranges(
    beyond: pd.DataFrame,
    service: str,
    limit_min: float,
    curves: pd.DataFrame | None,
    shares: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return :func:`people_beyond` with the ranges that the image knows.

    Parameters
    ----------
    beyond : DataFrame
    service : str
    limit_min : float
    curves : DataFrame or None
        As :func:`spatial.analysis.curves.curves_within` gives them, with ranges: of those beyond.
    shares : DataFrame or None
        As :func:`spatial.analysis.reach.shares_within` gives them, with ranges: of those without a way and of the
        uncertain, which no threshold decides; of the undecided at this threshold.

    Examples
    --------
    >>> beyond = pd.DataFrame({"beyond_inv": [2.0], "total_inv": [10.0], "beyond_share": [0.2]}, index=["a"])
    >>> curves = pd.DataFrame({"zone": ["a"], "service": "fuel", "threshold_min": 30.0, "people_low_inv": 7.0,
    ...                        "people_high_inv": 9.0, "share_low": 0.7, "share_high": 0.9})
    >>> with_beyond_ranges(beyond, "fuel", 30, curves, None)[["beyond_low_inv", "beyond_high_inv"]].values.tolist()
    [[1.0, 3.0]]
    """
    out = beyond.copy()
    rows = _of(curves, service, limit_min, "share_low")
    if rows is not None:
        rows = rows.reindex(out.index)
        out["beyond_low_inv"] = out["total_inv"] - rows["people_high_inv"]
        out["beyond_high_inv"] = out["total_inv"] - rows["people_low_inv"]
        out["beyond_share_low"], out["beyond_share_high"] = 1 - rows["share_high"], 1 - rows["share_low"]
    for name, limit in (("unreachable_inv", None), ("uncertain_inv", None), ("undecided_inv", limit_min)):
        low, high = range_names(name)
        known = _of(shares, service, limit, low)
        if known is not None:
            out[[low, high]] = known[[low, high]].reindex(out.index)
    return out


def _of(table: pd.DataFrame | None, service: str, limit_min: float | None, column: str) -> pd.DataFrame | None:
    """Return a service's rows by zone; None where the table has none, or not the column."""
    if table is None or column not in table:
        return None
    rows = table[table["service"] == service]
    rows = rows if limit_min is None else rows[rows["threshold_min"] == limit_min]
    return None if rows.empty else rows.drop_duplicates("zone").set_index("zone")


def worst_first(table: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`people_beyond` without the sum, the largest share first; of equals, most people first.

    Examples
    --------
    >>> rows = pd.DataFrame({"beyond_inv": [1.0, 2.0, 3.0], "beyond_share": [0.1, 0.2, 0.15]}, index=["a", "b", "alla"])
    >>> worst_first(rows).index.tolist()
    ['b', 'a']
    """
    return table.drop(index=ALL_ZONES).sort_values(["beyond_share", "beyond_inv"], ascending=False, kind="stable")


def in_zones(areas: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return areas with the names of the zones they lie in, most of the area first.

    Parameters
    ----------
    areas, zones : GeoDataFrame
        Polygons in one CRS; the zones with ``name``.

    Returns
    -------
    GeoDataFrame
        The areas with ``zones`` (names with commas between; empty where an area lies in none).

    Examples
    --------
    >>> zones = gpd.GeoDataFrame({"name": ["A", "B"]}, geometry=[shapely.box(0, 0, 2, 9), shapely.box(2, 0, 9, 9)])
    >>> in_zones(gpd.GeoDataFrame(geometry=[shapely.box(1, 0, 5, 1)]), zones)["zones"].tolist()
    ['B, A']
    """
    shapes, borders = areas.geometry.to_numpy(), zones.geometry.to_numpy()
    area, zone = shapely.STRtree(borders).query(shapes, predicate="intersects")
    common = shapely.area(shared(shapes[area], borders[zone]))
    pairs = pd.DataFrame({"area": area, "name": zones["name"].to_numpy()[zone], "shared": common})
    pairs = pairs[pairs["shared"] > 0].sort_values(["area", "shared"], ascending=[True, False], kind="stable")
    names = pairs.groupby("area")["name"].agg(", ".join).reindex(range(len(areas))).fillna("")
    return areas.assign(zones=names.to_numpy())
