"""What is asked at a limit of one's own, on every draw: ranges beside numbers that the image has not counted."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.analysis import reach, service_drawn
from spatial.analysis.ranges import Ends, count_by_run, matched, with_ranges

_KEPT: Final = ("run", "cell", "row", "col", "municipality_code", "population_inv")
_OF_SERVICE: Final = ("min", "off_min")


def kept(lived: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return what is kept of the draws with the image.

    Parameters
    ----------
    lived : DataFrame
        As :func:`spatial.analysis.nearest_drawn.lived_cells` gives it.
    cells : DataFrame
        ``row`` and ``col`` of the draws' cells, by position.

    Returns
    -------
    DataFrame
        A row an inhabited cell and run: ``run``, ``cell`` (position), ``row``, ``col``, ``municipality_code``,
        ``population_inv`` and for each service k ``{k}_min`` and ``{k}_off_min``.
    """
    kinds = [str(name).removesuffix("_first") for name in lived.columns if str(name).endswith("_first")]
    at = lived["cell"].to_numpy(np.int64)
    where = {name: cells[name].to_numpy(np.int32)[at] for name in ("row", "col")}
    own = [name for kind in kinds for name in kept_of(kind) if name not in _KEPT]
    return lived.assign(**where)[[*_KEPT, *own]]


def kept_of(service: str) -> list[str]:
    """Return the columns of :func:`kept` that a service needs.

    Examples
    --------
    >>> kept_of("fuel")[-3:]
    ['population_inv', 'fuel_min', 'fuel_off_min']
    """
    return [*_KEPT, *(f"{service}_{end}" for end in _OF_SERVICE)]


def with_undecided_range(
    beyond: pd.DataFrame, lived: pd.DataFrame, limit: tuple[str, float], off_network_factor: float, ends: Ends
) -> pd.DataFrame:
    """Return people beyond a limit with the range of those whose answer hangs on their way off the network.

    Parameters
    ----------
    beyond : DataFrame
        As :func:`spatial.analysis.catchment.people_beyond` gives it at the limit, index zones.
    lived : DataFrame
        As :func:`kept` gives it, of that service.
    limit : (service, minutes)
    off_network_factor : float
    ends : Ends
    """
    table = beyond.reset_index(names="zone")

    def count(cells: pd.DataFrame, zone: pd.Series) -> pd.DataFrame:
        people = cells["population_inv"]
        return reach.shares_within(people, zone, cells, [limit], off_network_factor=off_network_factor)

    by_run = matched(count_by_run(lived, count), table, ["zone"], ["undecided_inv"], int(lived["run"].max()) + 1)
    return with_ranges(table, by_run, ends).set_index("zone")


def with_spot_ranges(
    spots: gpd.GeoDataFrame,
    lived: pd.DataFrame,
    shown: gpd.GeoDataFrame,
    limit: tuple[str, float],
    near_cells: int,
    ends: Ends,
) -> gpd.GeoDataFrame:
    """Return white spots at a limit with the ranges of their people and of their longest minutes.

    Parameters
    ----------
    spots : GeoDataFrame
        As :func:`spatial.analysis.spots.white_spots` gives them at the limit.
    lived : DataFrame
        As :func:`kept` gives it, of that service.
    shown : GeoDataFrame
        The cells that the spots are drawn round: ``row``, ``col``, points.
    limit : (service, minutes)
    near_cells : int
        As :func:`spatial.analysis.service_drawn.spots_by_run` takes it.
    ends : Ends
    """
    if not len(spots) or not len(lived):
        return spots
    cells = lived.drop_duplicates("cell")[["row", "col"]]
    placed = lived.assign(cell=pd.factorize(lived["cell"])[0])
    by_run = service_drawn.spots_by_run(placed, cells, shown, spots, limit, near_cells, int(lived["run"].max()) + 1)
    return gpd.GeoDataFrame(with_ranges(spots, by_run, ends), geometry="geometry", crs=spots.crs)
