"""Hinterlands (omland): every cell's node by travel time, as envelopes, and compared with other divisions."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.geo import ANALYSIS_CRS, shared, transform_xy
from spatial.model import Grid


def node_of_cells(minutes: pd.DataFrame) -> pd.DataFrame:
    """Return the node that each cell reaches first.

    Parameters
    ----------
    minutes : DataFrame
        Minutes from each cell (index) to each node (columns), inf where no way leads, as
        :func:`spatial.analysis.access.minutes_to_each` gives them.

    Returns
    -------
    DataFrame
        Index the cells'. ``node`` (id; of nodes equally near the smallest; None where no way leads to any) and
        ``minutes_min`` (NaN where no way leads).

    Notes
    -----
    Hinterlands as the network Voronoi diagram of the nodes: Okabe, A. & Sugihara, K. (2012), Spatial Analysis along
    Networks, chapter 4. By time alone: a larger node does not draw from farther away.

    Examples
    --------
    >>> minutes = pd.DataFrame({"b": [5.0, 7.0, float("inf")], "a": [5.0, 9.0, float("inf")]})
    >>> node_of_cells(minutes)["node"].tolist()
    ['a', 'b', None]
    """
    ordered = minutes[sorted(minutes.columns)]
    if ordered.shape[1] == 0:
        nearest, best = np.zeros(len(ordered), int), np.full(len(ordered), np.inf)
    else:
        values = ordered.to_numpy(float)
        nearest, best = values.argmin(axis=1), values.min(axis=1)
    names = np.array([*ordered.columns, None], dtype=object)
    node = pd.Series(names[np.where(np.isfinite(best), nearest, -1)], index=minutes.index, dtype=object)
    return pd.DataFrame({"node": node, "minutes_min": np.where(np.isfinite(best), best, np.nan)}, index=minutes.index)


def hinterlands(
    cells: gpd.GeoDataFrame,
    grid: Grid,
    node_of_cell: pd.Series,
    population: pd.Series,
    *,
    close_m: float,
    least_share: float,
) -> gpd.GeoDataFrame:
    """Return each node's hinterland as one envelope that reads at the scale of a county.

    Parameters
    ----------
    cells : GeoDataFrame
        With ``row`` and ``col`` on ``grid``, no two alike.
    grid : Grid
        The lattice of the cells, in any CRS in metres.
    node_of_cell : Series
        The node of each cell, on the same index; None for a cell without one: ``node_of_cells(...)["node"]``.
    population : Series
        People in each cell, on the same index.
    close_m : float
        Empty land up to twice as wide between cells is closed; outlines are simplified by a tenth of it, metres.
    least_share : float
        A part that holds less than this share of both the hinterland's people and its cells is not drawn (it still
        counts).

    Returns
    -------
    GeoDataFrame
        EPSG:3006, index ``node``, sorted. ``people_inv`` and ``cells``: exact, of all its cells; ``drawn_inv``: the
        people whose cell lies in a part that is drawn; geometry: polygons. Empty land goes to the nearest cell's node,
        so that envelopes meet, but for the simplified outline. They are for the eye: count by cells, not by area.

    Raises
    ------
    ValueError
        If the indexes differ.

    Notes
    -----
    Voronoi polygons of the cells, dissolved by node, within the morphological closing (dilation, then erosion) of all
    cells: Serra, J. (1982), Image Analysis and Mathematical Morphology, chapter II.
    """
    if not (cells.index.equals(node_of_cell.index) and cells.index.equals(population.index)):
        message = "cells, node_of_cell and population must share their index"
        raise ValueError(message)
    if cells.empty:
        nothing = pd.DataFrame(columns=["people_inv", "cells", "drawn_inv"], index=pd.Index([], name="node"))
        return gpd.GeoDataFrame(nothing, geometry=[], crs=ANALYSIS_CRS)
    order = np.lexsort((cells["col"], cells["row"]))  # outlines begin where their first cell lies
    x, y = transform_xy(*grid.centre(cells["row"].iloc[order], cells["col"].iloc[order]), grid.crs, ANALYSIS_CRS)
    centres = np.asarray(shapely.points(x, y), dtype=object)
    closed = _closed(centres, close_m)
    land = _nearest_land(centres, closed)
    frame = pd.DataFrame({"node": node_of_cell.to_numpy(object), "people_inv": population.to_numpy(float)})
    frame = frame.iloc[order].reset_index(drop=True)
    rows = []
    for node, own in frame[frame["node"].notna()].groupby("node", sort=True):
        people, where = own["people_inv"].to_numpy(), own.index.to_numpy()
        (own_land,) = shared([shapely.make_valid(shapely.coverage_union_all(land[where]))], [closed])
        envelope, drawn = _envelope(centres[where], own_land, people, close_m / 10, least_share)
        rows.append((node, people.sum(), len(own), drawn, envelope))
    table = pd.DataFrame(rows, columns=["node", "people_inv", "cells", "drawn_inv", "geometry"])
    return gpd.GeoDataFrame(table.set_index("node"), geometry="geometry", crs=ANALYSIS_CRS)


def _closed(centres: npt.NDArray[np.object_], close_m: float) -> shapely.Geometry:
    """Return the closing of all cells, by blocks of a fifth of ``close_m``: there are far fewer blocks than cells."""
    size = close_m / 5
    low = np.unique(np.floor(shapely.get_coordinates(centres) / size), axis=0) * size
    blocks = shapely.box(low[:, 0], low[:, 1], low[:, 0] + size, low[:, 1] + size)
    # Buffers first, then their union: the buffer of a union of scattered squares takes a hundred times as long.
    return shapely.union_all(shapely.buffer(blocks, close_m, quad_segs=4)).buffer(-close_m, quad_segs=4)


def _nearest_land(centres: npt.NDArray[np.object_], closed: shapely.Geometry) -> npt.NDArray[np.object_]:
    """Return the Voronoi polygon of each cell, as far out as ``closed`` goes."""
    nearest = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=shapely.envelope(closed))
    )
    if len(nearest) < len(centres):  # a single cell has no neighbour to be parted from
        return np.array([closed] * len(centres), dtype=object)
    polygon, cell = shapely.STRtree(centres).query(nearest, predicate="contains_properly")
    return np.asarray(nearest[polygon[np.argsort(cell)]], dtype=object)


def _envelope(
    centres: npt.NDArray[np.object_],
    land: shapely.Geometry,
    people: npt.NDArray[np.float64],
    tolerance_m: float,
    least_share: float,
) -> tuple[shapely.Geometry, float]:
    parts = shapely.get_parts(land)
    parts = parts[shapely.get_type_id(parts) == 3]
    part = shapely.STRtree(parts).nearest(centres)
    inv = np.bincount(part, weights=people, minlength=len(parts))
    cells = np.bincount(part, minlength=len(parts))
    kept = ((inv >= least_share * people.sum()) & (inv > 0)) | (cells >= least_share * len(centres))
    whole = shapely.union_all([_without_holes(polygon, 20 * tolerance_m**2) for polygon in parts[kept]])
    return shapely.make_valid(whole.simplify(tolerance_m)), float(inv[kept].sum())


def _without_holes(polygon: shapely.Polygon, least_m2: float) -> shapely.Polygon:
    holes = [ring for ring in polygon.interiors if shapely.Polygon(ring).area >= least_m2]
    return shapely.Polygon(polygon.exterior, holes)


def people_across(
    population: pd.Series, zone_a: pd.Series, zone_b: pd.Series, home_of_a: pd.Series | None = None
) -> pd.DataFrame:
    """Return how many people live in each pair of zones of two divisions, and who lives across.

    Parameters
    ----------
    population : Series
        People in each cell.
    zone_a, zone_b : Series
        The cells' zones in two divisions, on the same index: say hinterland and FA region, or hinterland and local
        labour market. Cells without a zone in either are left out.
    home_of_a : Series, optional
        The zone of division b that each zone of a belongs to (index the zones of a): for hinterlands, where the
        node itself lies.

    Returns
    -------
    DataFrame
        Index 0..n, sorted; ``zone_a``, ``zone_b``, ``people_inv``, ``share`` (of zone a's people, 0..1; NaN where
        nobody lives) and, with ``home_of_a``, ``across`` (bool: zone b is not zone a's home).

    Raises
    ------
    ValueError
        If the indexes differ.

    Examples
    --------
    >>> people = pd.Series([30, 10, 5])
    >>> near, region = pd.Series(["Umeå", "Umeå", None]), pd.Series(["FA1", "FA2", "FA2"])
    >>> people_across(people, near, region, pd.Series({"Umeå": "FA1"})).values.tolist()
    [['Umeå', 'FA1', 30.0, 0.75, False], ['Umeå', 'FA2', 10.0, 0.25, True]]
    """
    if not (population.index.equals(zone_a.index) and population.index.equals(zone_b.index)):
        message = "population, zone_a and zone_b must share their index"
        raise ValueError(message)
    frame = pd.DataFrame({"zone_a": zone_a, "zone_b": zone_b, "people_inv": population.astype(float)})
    frame = frame[frame["zone_a"].notna() & frame["zone_b"].notna()]
    table = frame.groupby(["zone_a", "zone_b"], sort=True)["people_inv"].sum().reset_index()
    total = table.groupby("zone_a")["people_inv"].transform("sum")
    table["share"] = table["people_inv"] / total.where(total > 0)
    if home_of_a is not None:
        table["across"] = table["zone_a"].map(home_of_a.to_dict().get) != table["zone_b"]
    return table


def city_and_hinterland(values: pd.DataFrame, region: pd.Series, city: pd.Series) -> pd.DataFrame:
    """Return the totals of each indicator for the city and for its hinterland.

    Parameters
    ----------
    values : DataFrame
        A row an area (municipality or cell), columns whatever adds up: people, jobs, homes (never shares or means).
    region : Series
        The region (node, FA region) of each area, on the same index; None for an area in none.
    city : Series of bool
        Whether the area is, or lies in, the region's node municipality, on the same index.

    Returns
    -------
    DataFrame
        Index (``region``, ``part``), sorted, with both ``city`` and ``hinterland`` of every region; ``areas``
        (count) and the sums. A sum without a single figure is NaN; missing figures beside others count 0.

    Raises
    ------
    ValueError
        If the indexes differ.

    Examples
    --------
    >>> values = pd.DataFrame({"people_inv": [130, 9, 7]}, index=["2480", "2460", "2404"])
    >>> region, city = pd.Series("Umeå", index=values.index), pd.Series([True, False, False], index=values.index)
    >>> city_and_hinterland(values, region, city)["people_inv"].tolist()
    [130.0, 16.0]
    """
    if not (values.index.equals(region.index) and values.index.equals(city.index)):
        message = "values, region and city must share their index"
        raise ValueError(message)
    inside = region.notna()
    keys = [region[inside].rename("region"), city[inside].map({True: "city", False: "hinterland"}).rename("part")]
    groups = values[inside].astype(float).groupby(keys)
    index = pd.MultiIndex.from_product(
        [sorted(region[inside].unique()), ["city", "hinterland"]], names=["region", "part"]
    )
    sums = groups.sum(min_count=1).reindex(index)
    sums.insert(0, "areas", groups.size().reindex(index, fill_value=0))
    return sums


def largest_zone(population: pd.Series, region: pd.Series, zone: pd.Series) -> pd.Series:
    """Return the zone (municipality) with most people in each region: its city.

    Parameters
    ----------
    population, region, zone : Series
        People, region and zone of each cell, on one index.

    Returns
    -------
    Series
        Zone, index the regions, sorted; of equally large ones the smallest code.

    Examples
    --------
    >>> largest_zone(pd.Series([5, 9]), pd.Series(["r", "r"]), pd.Series(["2460", "2480"])).to_dict()
    {'r': '2480'}
    """
    frame = pd.DataFrame({"region": region, "zone": zone, "people": population.astype(float)}).dropna()
    sums = frame.groupby(["region", "zone"], sort=True)["people"].sum().reset_index()
    order = sums.sort_values(["region", "people"], ascending=[True, False], kind="stable")
    return order.drop_duplicates("region").set_index("region")["zone"]
