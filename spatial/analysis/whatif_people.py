"""People who would move in: an assumed number in an area, on the cells of the population grid."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.whatif import AddPeople, WhatIfError
from spatial.geo import ANALYSIS_CRS, shared, transform_xy
from spatial.model import Grid

_MOST_CELLS: Final = 250_000
NEW_CELL: Final = "ny-ruta-"


def people_on_cells(areas: Mapping[str, AddPeople], grid: Grid) -> pd.DataFrame:
    """Return the people of areas on the cells of a grid, each area's spread evenly over its surface.

    Parameters
    ----------
    areas : mapping of str to AddPeople
        Rings in EPSG:3006.
    grid : Grid
        In any CRS in metres.

    Returns
    -------
    DataFrame
        Index (``row``, ``col``); ``people_inv``: every area's people add up to what was stated.

    Raises
    ------
    WhatIfError
        If an area is none, is larger than can be right, or its number of people is not above zero.

    Examples
    --------
    >>> from affine import Affine
    >>> grid = Grid("EPSG:3006", Affine(1000, 0, 700000, 0, -1000, 7100000), (3, 3))
    >>> ring = ((700500.0, 7099000.0), (701250.0, 7099000.0), (701250.0, 7100000.0), (700500.0, 7100000.0))
    >>> people_on_cells({"a": AddPeople("a", ring, 300.0)}, grid)["people_inv"].round(6).to_dict()
    {(0, 0): 200.0, (0, 1): 100.0}
    """
    parts = [_spread(one, grid) for one in areas.values()]
    if not parts:
        empty = pd.MultiIndex.from_arrays([[], []], names=["row", "col"])
        return pd.DataFrame({"people_inv": []}, index=empty, dtype=float)
    return pd.concat(parts).groupby(level=["row", "col"]).sum()


def _spread(area: AddPeople, grid: Grid) -> pd.DataFrame:
    if not (np.isfinite(area.people_inv) and area.people_inv > 0):
        raise WhatIfError("whatif.error.people", what=area.name or area.id)
    if len(area.ring) < 3 or not np.isfinite(area.ring).all():
        raise WhatIfError("whatif.error.area", what=area.name or area.id)
    ring = np.array(area.ring, float)
    x, y = transform_xy(ring[:, 0], ring[:, 1], ANALYSIS_CRS, grid.crs)
    shape = shapely.Polygon(np.column_stack([x, y]))
    if not shape.is_valid or not shape.area > 0:
        raise WhatIfError("whatif.error.area", what=area.name or area.id)
    west, south, east, north = shape.bounds
    (low, high), (first, last) = grid.cell([west, east], [north, south])
    rows, cols = np.arange(low, high + 1), np.arange(first, last + 1)
    if len(rows) * len(cols) > _MOST_CELLS:
        raise WhatIfError("whatif.error.area", what=area.name or area.id)
    row, col = (part.ravel() for part in np.meshgrid(rows, cols, indexing="ij"))
    centre_x, centre_y = grid.centre(row, col)
    half = grid.size_m / 2
    squares = shapely.box(centre_x - half, centre_y - half, centre_x + half, centre_y + half)
    inside = shapely.area(shared(squares, [shape]))
    kept = inside > 0
    index = pd.MultiIndex.from_arrays([row[kept], col[kept]], names=["row", "col"])
    return pd.DataFrame({"people_inv": area.people_inv * inside[kept] / inside.sum()}, index=index)


def cells_at(places: pd.MultiIndex, grid: Grid) -> gpd.GeoDataFrame:
    """Return cells at rows and columns of a grid where nobody lives today: ``row``, ``col``, point in EPSG:3006."""
    row, col = (places.get_level_values(name).to_numpy(np.int64) for name in ("row", "col"))
    x, y = transform_xy(*grid.centre(row, col), grid.crs, ANALYSIS_CRS)
    names = [f"{NEW_CELL}{r}_{c}" for r, c in zip(row, col, strict=True)]
    columns = {"row": row, "col": col, "population_inv": 0.0}
    points = gpd.points_from_xy(x, y)
    return gpd.GeoDataFrame(columns, index=pd.Index(names, dtype=object), geometry=points, crs=ANALYSIS_CRS)
