"""Service on every draw: whom each facility is nearest to, who has farthest, and who lives in a white spot."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.model import FloatArray

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Facilities:
    """What is known of every facility that some run has: the position in a table (-1: in none), and its zone.

    ``row``: of the table's rows; ``municipality`` and ``country``: codes of zones, -1 where not known.
    """

    row: IntArray
    municipality: IntArray
    country: IntArray | None


@dataclass(frozen=True)
class _Sums:
    """Sums by run and row of a table."""

    at: IntArray
    shape: tuple[int, int]

    def of(self, values: FloatArray, where: BoolArray) -> FloatArray:
        kept = where & (self.at >= 0)
        sums = np.bincount(self.at[kept], weights=values[kept], minlength=self.shape[0] * self.shape[1])
        return np.asarray(sums.reshape(self.shape), float)

    def most(self, values: FloatArray, where: BoolArray) -> FloatArray:
        kept = where & (self.at >= 0)
        out = np.full(self.shape[0] * self.shape[1], np.nan)
        np.fmax.at(out, self.at[kept], values[kept])
        return out.reshape(self.shape)


def served_by_run(
    lived: pd.DataFrame,
    kind: str,
    facilities: Facilities,
    rows: int,
    runs: int,
    home: tuple[IntArray, IntArray | None],
) -> dict[str, FloatArray]:
    """Return what each facility of a kind means to people, in every run.

    Parameters
    ----------
    lived : DataFrame
        As :func:`spatial.analysis.nearest_drawn.lived_cells` gives it.
    kind : str
    facilities : Facilities
    rows, runs : int
        Of the table, and of the draws.
    home : tuple of ndarray
        The municipality and the country of each row of ``lived``, as codes of ``facilities``.

    Returns
    -------
    dict of str to ndarray
        A row a run, a column a row of the table: the columns of :func:`spatial.analysis.catchment.people_served` and
        :func:`spatial.analysis.fragility.loss_by_nearest` under the table's names. People 0 and minutes NaN in a run
        where the facility is nobody's nearest, or where the rule does not place it.

    Examples
    --------
    >>> lived = pd.DataFrame({"run": [0, 1], "population_inv": [3.0, 5.0], "fuel_min": [4.0, 6.0],
    ...                       "fuel_second_min": [9.0, np.inf], "fuel_first": [0, 0], "fuel_second": [1, -1]})
    >>> both = Facilities(np.array([0, 1]), np.array([0, 0]), None)
    >>> found = served_by_run(lived, "fuel", both, 2, 2, (np.array([0, 0]), None))
    >>> found["people_inv"].tolist(), found["lost_person_min"].tolist(), found["without_inv"].tolist()
    ([[3.0, 0.0], [5.0, 0.0]], [[15.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [5.0, 0.0]])
    """
    run, people = lived["run"].to_numpy(np.int64), lived["population_inv"].to_numpy(float)
    best, rest = lived[f"{kind}_min"].to_numpy(float), lived[f"{kind}_second_min"].to_numpy(float)
    first, second = (lived[f"{kind}_{end}"].to_numpy(np.int64) for end in ("first", "second"))
    nearest, following = (_Sums(_at(run, one, facilities.row, rows), (runs, rows)) for one in (first, second))
    reached, has = np.isfinite(best), np.isfinite(rest)
    loses = reached & (rest > best)
    extra = np.subtract(rest, best, out=np.zeros(len(rest)), where=has)
    out = {
        "people_inv": nearest.of(people, reached),
        "longest_min": nearest.most(best, reached),
        "second_inv": following.of(people, second >= 0),
        "loses_inv": nearest.of(people, loses),
        "lost_person_min": nearest.of(people * extra, loses & has),
        "without_inv": nearest.of(people, loses & ~has),
        "across_inv": nearest.of(people, loses & has & _across(facilities.municipality, second, home[0])),
    }
    taken = np.where(reached, best, 0.0)
    out["mean_min"] = _mean(nearest.of(people * taken, reached), out["people_inv"])
    out["lost_mean_min"] = _mean(out["lost_person_min"], out["loses_inv"] - out["without_inv"])
    if facilities.country is not None and home[1] is not None:
        out["abroad_inv"] = nearest.of(people, loses & has & _across(facilities.country, second, home[1]))
    return out


def losing_by_run(lived: pd.DataFrame, kind: str, limit_min: float, row: IntArray, runs: int) -> FloatArray:
    """Return how many come beyond a limit, in every run, if the facility that they have nearest closes.

    ``row``: of each facility among those asked about, -1 for none.

    Examples
    --------
    >>> lived = pd.DataFrame({"run": [0, 0], "population_inv": [3.0, 5.0], "fuel_min": [4.0, 6.0],
    ...                       "fuel_second_min": [31.0, 30.0], "fuel_first": [0, 0]})
    >>> losing_by_run(lived, "fuel", 30, np.array([0]), 1).tolist()
    [[3.0]]
    """
    run, first = lived["run"].to_numpy(np.int64), lived[f"{kind}_first"].to_numpy(np.int64)
    rows = int(row.max(initial=-1)) + 1
    losing = (lived[f"{kind}_min"] <= limit_min) & (lived[f"{kind}_second_min"] > limit_min)
    sums = _Sums(_at(run, first, row, rows), (runs, rows))
    return sums.of(lived["population_inv"].to_numpy(float), losing.to_numpy(bool))


def median_loss_by_run(lived: pd.DataFrame, kind: str, row: IntArray, runs: int) -> FloatArray:
    """Return how many minutes longer it gets, in every run, for the middle one of those who have a facility nearest.

    ``row``: of each facility among those asked about, -1 for none. NaN where nobody has it nearest, inf where half of
    them then have no way.

    Examples
    --------
    >>> lived = pd.DataFrame({"run": [0, 0], "population_inv": [3.0, 5.0], "fuel_min": [4.0, 6.0],
    ...                       "fuel_second_min": [31.0, 30.0], "fuel_first": [0, 0]})
    >>> median_loss_by_run(lived, "fuel", np.array([0]), 1).tolist()
    [[24.0]]
    """
    best, rest = (lived[f"{kind}_{end}"].to_numpy(float) for end in ("min", "second_min"))
    rows = int(row.max(initial=-1)) + 1
    at = _at(lived["run"].to_numpy(np.int64), lived[f"{kind}_first"].to_numpy(np.int64), row, rows)
    kept = np.flatnonzero((at >= 0) & np.isfinite(best))
    extra = rest[kept] - best[kept]
    order = np.lexsort((extra, at[kept]))
    at, extra, people = at[kept][order], extra[order], lived["population_inv"].to_numpy(float)[kept][order]
    total = np.bincount(at, people, runs * rows)
    before = np.cumsum(total) - total
    half = np.cumsum(people) - before[at] >= total[at] / 2
    group, first = np.unique(at[half], return_index=True)
    out = np.full(runs * rows, np.nan)
    out[group] = extra[half][first]
    return out.reshape(runs, rows)


def _at(run: IntArray, facility: IntArray, row: IntArray, rows: int) -> IntArray:
    place = np.append(row, -1)[facility]
    return np.asarray(np.where(place >= 0, run * rows + place, -1), np.int64)


def _across(zone_of_facility: IntArray, second: IntArray, zone: IntArray) -> BoolArray:
    other = np.append(zone_of_facility, -1)[second]
    return np.asarray((other >= 0) & (other != zone), bool)


def _mean(total: FloatArray, people: FloatArray) -> FloatArray:
    return np.asarray(np.divide(total, people, out=np.full(total.shape, np.nan), where=people > 0), float)


def farthest_by_run(lived: pd.DataFrame, kind: str, count: int, runs: int) -> FloatArray:
    """Return the minutes of the inhabited cells that have farthest, of those that have a way: longest first.

    Returns
    -------
    ndarray
        A row a run, a column a place in that order; NaN where a run has fewer.

    Examples
    --------
    >>> lived = pd.DataFrame({"run": [0, 0, 1], "fuel_min": [4.0, 9.0, np.inf]})
    >>> farthest_by_run(lived, "fuel", 2, 2).tolist()
    [[9.0, 4.0], [nan, nan]]
    """
    minutes = lived[f"{kind}_min"].to_numpy(float)
    ends = np.searchsorted(lived["run"].to_numpy(np.int64), np.arange(1, runs))
    out = np.full((runs, count), np.nan)
    for run, taken in enumerate(np.split(minutes, ends)):
        known = taken[np.isfinite(taken)]
        longest = np.sort(np.partition(known, len(known) - count)[-count:] if len(known) > count else known)[::-1]
        out[run, : len(longest)] = longest
    return out


def spots_by_run(
    lived: pd.DataFrame,
    cells: pd.DataFrame,
    shown: gpd.GeoDataFrame,
    spots: gpd.GeoDataFrame,
    limit: tuple[str, float],
    near_cells: int,
    runs: int,
) -> dict[str, FloatArray]:
    """Return who lives in or by each white spot, farther than the threshold, in every run.

    Parameters
    ----------
    lived : DataFrame
        As :func:`spatial.analysis.nearest_drawn.lived_cells` gives it.
    cells : DataFrame
        The draws' cells: ``row`` and ``col``.
    shown : GeoDataFrame
        The cells that the spots were made of: points in EPSG:3006, ``row`` and ``col`` on the same grid.
    spots : GeoDataFrame
        As :func:`spatial.analysis.spots.white_spots` gives them, EPSG:3006.
    limit : tuple of (str, float)
        The service and the threshold that the spots are beyond, minutes.
    near_cells : int
        Cells at most so many rows and columns apart are one area.
    runs : int

    Returns
    -------
    dict of str to ndarray
        ``people_inv`` and ``longest_min`` (NaN where nobody is): a row a run, a column a spot. In every run those who
        are beyond the threshold (or have no way) are counted to the spot of the nearest cell that is shown, within
        ``near_cells``: an area is drawn round the cells that one run inhabits, and the next run's lie beside them.

    Examples
    --------
    >>> lived = pd.DataFrame({"run": [0, 1], "cell": [0, 0], "population_inv": [3.0, 5.0], "fuel_min": [40.0, 20.0]})
    >>> shown = gpd.GeoDataFrame({"row": [0], "col": [0]}, geometry=[shapely.Point(0, 0)], crs="EPSG:3006")
    >>> spots = gpd.GeoDataFrame({"kind": ["far"]}, geometry=[shapely.box(-1, -1, 1, 1)], crs="EPSG:3006")
    >>> spots_by_run(lived, shown, shown, spots, ("fuel", 30), 1, 2)["people_inv"].tolist()
    [[3.0], [0.0]]
    """
    minutes = lived[f"{limit[0]}_min"].to_numpy(float)
    run, cell = (lived[name].to_numpy(np.int64) for name in ("run", "cell"))
    people = lived["population_inv"].to_numpy(float)
    spot, within = shapely.STRtree(np.asarray(shown.geometry, object)).query(
        np.asarray(spots.geometry, object), predicate="intersects"
    )
    lattice, own = (frame[["row", "col"]].to_numpy(float) for frame in (cells, shown.iloc[within]))
    at = np.full(len(lived), -1)
    finite = np.isfinite(minutes)
    for sort, beyond in (("far", finite & (minutes > limit[1])), ("unreachable", np.isinf(minutes))):
        rows = np.flatnonzero((spots["kind"] == sort).to_numpy(bool)[spot])
        if len(rows) and beyond.any():
            there = np.unique(cell[beyond])
            of_cell = np.full(len(cells), -1)
            of_cell[there] = _nearest(lattice[there], own[rows], spot[rows], near_cells)
            at[beyond] = of_cell[cell[beyond]]
    sums = _Sums(np.where(at >= 0, run * len(spots) + at, -1), (runs, len(spots)))
    return {"people_inv": sums.of(people, at >= 0), "longest_min": sums.most(minutes, finite & (at >= 0))}


def _nearest(lattice: FloatArray, own: FloatArray, spot: IntArray, near_cells: int) -> IntArray:
    """Return the spot of the nearest of its cells, -1 where none is near."""
    from scipy.spatial import cKDTree

    away, which = cKDTree(own).query(lattice, p=np.inf, distance_upper_bound=near_cells + 0.5)
    return np.asarray(np.where(np.isfinite(away), np.append(spot, -1)[which], -1), np.int64)
