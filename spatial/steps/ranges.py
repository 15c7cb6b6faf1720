"""The range beside each number that rests on a model: the steps' tables counted again on every draw."""

from collections.abc import Sequence
from functools import partial

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis import contents, curves, land_drawn, matrix_drawn, reach, redraw, service_drawn, supply
from spatial.analysis.along import cells_within
from spatial.analysis.hinterland import city_and_hinterland, people_across
from spatial.analysis.ranges import count_by_run, matched, run_zones, split_zones, with_ranges
from spatial.model import FloatArray, Grid, Raster
from spatial.steps.work import Work
from spatial.strategy import Goal

IntArray = npt.NDArray[np.int64]

_THRESHOLD = ["zone", "service", "threshold_min"]


def of_shares(
    work: Work, shares: pd.DataFrame, limits: Sequence[tuple[str, float]], off_network_factor: float
) -> pd.DataFrame:
    """Return the shares within each threshold with their ranges."""
    lived, draws = work.value("lived"), work.value("draws")
    drawn = [limit for limit in limits if lived is not None and f"{limit[0]}_min" in lived]
    if not drawn or not len(shares):
        return shares

    def count(cells: pd.DataFrame, zone: pd.Series) -> pd.DataFrame:
        people = cells["population_inv"]
        return reach.shares_within(people, zone, cells, drawn, off_network_factor=off_network_factor)

    columns = ["people_inv", "share", "unreachable_inv", "uncertain_inv", "undecided_inv"]
    by_run = matched(count_by_run(lived, count), shares, _THRESHOLD, columns, _runs(lived))
    if "people_home_inv" in shares:
        minutes = {f"{kind}_min": lived.get(f"{kind}_home_min", lived[f"{kind}_min"]) for kind, _ in drawn}
        home = pd.DataFrame({**lived[["run", "municipality_code", "population_inv"]], **minutes})
        alone = matched(count_by_run(home, count), shares, _THRESHOLD, ["people_inv", "share"], _runs(lived))
        by_run |= {"people_home_inv": alone["people_inv"], "share_home": alone["share"]}
    return with_ranges(shares, by_run, draws)


def of_percentiles(work: Work, spread: pd.DataFrame) -> pd.DataFrame:
    """Return the percentiles of minutes with their ranges."""
    lived, draws = work.value("lived"), work.value("draws")
    services = list(spread["service"].unique())
    columns = [f"{name}_min" for name in services if lived is not None and f"{name}_min" in lived]
    if not columns or not len(spread):
        return spread
    shares = sorted(spread["percentile"].unique())
    found = count_by_run(
        lived, lambda cells, zone: reach.percentiles(cells["population_inv"], zone, cells[columns], shares)
    )
    by_run = matched(found, spread, ["zone", "service", "percentile"], ["minutes_min"], _runs(lived))
    return with_ranges(spread, by_run, draws)


def of_curves(work: Work, cells: pd.DataFrame, services: Sequence[str]) -> pd.DataFrame:
    """Return the shares within every limit that can be chosen, with their ranges."""
    limits = curves.CURVE_MIN
    table = curves.curves_within(cells["population_inv"], cells["municipality_code"], cells, services, limits)
    lived, draws = work.value("lived"), work.value("draws")
    drawn = [name for name in services if lived is not None and f"{name}_min" in lived]
    if not drawn:
        return table
    count = partial(_curves, services=drawn)
    by_run = matched(count_by_run(lived, count), table, _THRESHOLD, ["people_inv", "share"], _runs(lived))
    return with_ranges(table, by_run, draws)


def _curves(cells: pd.DataFrame, zone: pd.Series, services: Sequence[str]) -> pd.DataFrame:
    return curves.curves_within(cells["population_inv"], zone, cells, services, curves.CURVE_MIN)


def of_spots(work: Work, spots: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, near_cells: int) -> gpd.GeoDataFrame:
    """Return the white spots with the ranges of their people and their longest minutes; cells so near are one area."""
    lived, draws = work.value("lived"), work.value("draws")
    if lived is None or not len(spots):
        return spots
    by_run = {name: np.full((_runs(lived), len(spots)), np.nan) for name in ("people_inv", "longest_min")}
    of = list(zip(spots["service"].astype(str), spots["threshold_min"].astype(float), strict=True))
    for service, limit in dict.fromkeys(of):
        if f"{service}_min" not in lived:
            continue
        rows = [place for place, one in enumerate(of) if one == (service, limit)]
        found = service_drawn.spots_by_run(
            lived, draws.cells, cells, spots.iloc[rows], (service, limit), near_cells, _runs(lived)
        )
        for name, values in found.items():
            by_run[name][:, rows] = values
    return gpd.GeoDataFrame(with_ranges(spots, by_run, draws), geometry="geometry", crs=spots.crs)


def of_people_near(work: Work, places: gpd.GeoDataFrame, frame: gpd.GeoDataFrame, within_m: float) -> gpd.GeoDataFrame:
    """Return the places with the range of the people near them."""
    draws: redraw.Draws | None = work.value("draws")
    if draws is None or not draws.modelled:
        return frame
    place, metres = supply.nearest_place(places, draws.cells)
    at = np.where(metres <= within_m, frame.index.get_indexer(pd.Index(place)), -1)
    sums = redraw.sums_by_run(draws.people, at, len(frame))
    return gpd.GeoDataFrame(with_ranges(frame, {"people_near_inv": sums}, draws), geometry="geometry", crs=frame.crs)


def of_facilities(
    work: Work, table: pd.DataFrame, homes: pd.Series, countries: tuple[pd.Series, pd.Series] | tuple[None, None]
) -> pd.DataFrame:
    """Return the facilities with the ranges of whom they serve and what is lost without them.

    Parameters
    ----------
    work : Work
    table : DataFrame
        Index facility ids, with ``service_type``.
    homes : Series
        The municipality of every facility that some run has.
    countries : tuple of Series
        The country of the draws' cells (in their order) and of every facility; None where not known.
    """
    lived, draws, every = work.value("lived"), work.value("draws"), work.value("draw_service")
    cell = lived["cell"].to_numpy(np.int64)
    home, of_home = _codes(lived["municipality_code"], homes.reindex(every.index))
    own, theirs = countries
    land, of_land = (None, None) if own is None or theirs is None else _codes(own, theirs.reindex(every.index))
    facilities = service_drawn.Facilities(table.index.get_indexer(every.index), of_home, of_land)
    zones = home, None if land is None else land[cell]
    by_run: dict[str, FloatArray] = {}
    for kind, rows in table.groupby("service_type").indices.items():
        if f"{kind}_min" not in lived:
            continue
        found = service_drawn.served_by_run(lived, str(kind), facilities, len(table), _runs(lived), zones)
        for name, values in found.items():
            by_run.setdefault(name, np.full(values.shape, np.nan))[:, rows] = values[:, rows]
    return with_ranges(table, {name: by_run[name] for name in table.columns if name in by_run}, draws)


def of_losing(work: Work, table: pd.DataFrame) -> pd.DataFrame:
    """Return what is lost at a threshold without a facility, with the ranges."""
    lived, draws, every = work.value("lived"), work.value("draws"), work.value("draw_service")
    if lived is None or not len(table):
        return table
    by_run = {name: np.full((_runs(lived), len(table)), np.nan) for name in ("losing_inv", "lost_median_min")}
    of = list(zip(table["service"].astype(str), table["threshold_min"].astype(float), strict=True))
    for kind, limit in dict.fromkeys(of):
        rows = [place for place, one in enumerate(of) if one == (kind, limit)]
        if f"{kind}_min" in lived:
            place = pd.Index(table["facility"].iloc[rows]).get_indexer(every.index)
            by_run["losing_inv"][:, rows] = service_drawn.losing_by_run(lived, kind, limit, place, _runs(lived))
            by_run["lost_median_min"][:, rows] = service_drawn.median_loss_by_run(lived, kind, place, _runs(lived))
    return with_ranges(table, by_run, draws)


def _codes(some: pd.Series, others: pd.Series) -> tuple[IntArray, IntArray]:
    """Return the zones of two series as whole numbers that mean the same in both; -1 for none."""
    code = pd.factorize(np.concatenate([some.to_numpy(object), others.to_numpy(object)]))[0]
    return np.asarray(code[: len(some)], np.int64), np.asarray(code[len(some) :], np.int64)


def of_farthest(work: Work, table: pd.DataFrame) -> pd.DataFrame:
    """Return those worst off with the range of the minutes: how far the one at the same rank has in every run."""
    lived, draws = work.value("lived"), work.value("draws")
    if lived is None or not len(table):
        return table
    by_run = np.full((_runs(lived), len(table)), np.nan)
    for kind, rows in table.groupby("service").indices.items():
        if f"{kind}_min" in lived:
            found = service_drawn.farthest_by_run(lived, str(kind), len(rows), _runs(lived))
            by_run[:, rows] = found[:, table["rank"].to_numpy(np.int64)[rows] - 1]
    return with_ranges(table, {"minutes_min": by_run}, draws)


def inhabited(draws: redraw.Draws) -> pd.DataFrame:
    """Return every inhabited cell of every run: ``run``, ``cell`` (position) and ``people_inv``."""
    run, cell = np.nonzero(draws.people)
    return pd.DataFrame({"run": run, "cell": cell, "people_inv": draws.people[run, cell]})


def of_city(
    table: pd.DataFrame, lived: pd.DataFrame, region: pd.Series, inside: pd.Series, draws: redraw.Draws
) -> pd.DataFrame:
    """Return the sums of city and hinterland with the range of their people.

    ``region`` and ``inside`` are those of the draws' cells, in their order: the region, and whether it is its city's.
    """
    cell = lived["cell"].to_numpy(np.int64)
    zone = pd.Series(run_zones(lived["run"], region.to_numpy(object)[cell]), dtype=object)
    found = city_and_hinterland(lived[["people_inv"]], zone, pd.Series(inside.to_numpy(bool)[cell])).reset_index()
    run, names = split_zones(found["region"])
    found = found.assign(run=run, region=names).fillna({"people_inv": 0.0})
    by_run = matched(found, table, ["region", "part"], ["people_inv"], len(draws.people), missing=0.0)
    return with_ranges(table, by_run, draws)


def of_across(
    table: pd.DataFrame, lived: pd.DataFrame, node: pd.Series, zone: pd.Series, draws: redraw.Draws
) -> pd.DataFrame:
    """Return the people of each pair of hinterland and region with their range and that of their share.

    ``node`` and ``zone`` are those of the draws' cells, in their order.
    """
    cell = lived["cell"].to_numpy(np.int64)
    near = pd.Series(run_zones(lived["run"], node.to_numpy(object)[cell]), dtype=object)
    found = people_across(lived["people_inv"], near, pd.Series(zone.to_numpy(object)[cell], dtype=object))
    run, names = split_zones(found["zone_a"])
    found = found.assign(run=run, zone_a=names)
    by_run = matched(found, table, ["zone_a", "zone_b"], ["people_inv", "share"], len(draws.people), missing=0.0)
    return with_ranges(table, by_run, draws)


def of_crossing(table: pd.DataFrame, lived: pd.DataFrame, crosses: pd.Series, draws: redraw.Draws) -> pd.DataFrame:
    """Return a row of all who live across a border with its range; ``crosses`` is that of the draws' cells."""
    people, run = lived["people_inv"].to_numpy(float), lived["run"].to_numpy(np.int64)
    there = crosses.to_numpy(bool)[lived["cell"].to_numpy(np.int64)]
    sums, whole = (np.bincount(run, people * where, len(draws.people)).astype(float)[:, None] for where in (there, 1.0))
    return with_ranges(table, {"people_inv": sums, "share": sums / whole}, draws)


def of_people_where(table: pd.DataFrame, within: pd.Series, draws: redraw.Draws) -> pd.DataFrame:
    """Return the people by municipality who live where ``within`` (of the draws' cells) is true, with their range."""
    lived = inhabited(draws)
    cell = lived["cell"].to_numpy(np.int64)
    lived["municipality_code"] = draws.cells["municipality_code"].to_numpy(object)[cell]
    there = pd.Series(within.to_numpy(bool)[cell])
    found = count_by_run(lived, lambda cells, zone: reach.people_where(cells["people_inv"], zone, there))
    by_run = matched(found, table, ["zone"], ["people_inv", "share"], len(draws.people), missing=0.0)
    return with_ranges(table, by_run, draws)


def of_lines(work: Work, table: pd.DataFrame, lines: gpd.GeoDataFrame, reach_m: float) -> pd.DataFrame:
    """Return the people within reach of each line by municipality with their range."""
    draws: redraw.Draws | None = work.value("draws")
    if draws is None or not draws.modelled or not len(table):
        return table
    line, cell = cells_within(np.asarray(lines.geometry, object), np.asarray(draws.cells.geometry, object), reach_m)
    names = lines.index.to_numpy(object)[line], draws.cells["municipality_code"].to_numpy(object)[cell]
    wanted = pd.MultiIndex.from_frame(table[["corridor", "municipality_code"]])
    row = wanted.get_indexer(pd.MultiIndex.from_arrays(names))
    sums = redraw.sums_by_pairs(draws.people, row[row >= 0], cell[row >= 0], len(table))
    return with_ranges(table, {"people_inv": sums}, draws)


def of_land(table: pd.DataFrame, draws: land_drawn.LandDraws | None, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return areas by class, a row a zone, with their ranges."""
    if draws is None:
        return table
    by_run = land_drawn.areas_by_run(draws, zones)
    return with_ranges(table, {name: areas for name, areas in by_run.items() if name in table.columns}, draws)


def of_people_by_land(
    work: Work, table: pd.DataFrame, lived: gpd.GeoDataFrame, land: Raster | gpd.GeoDataFrame, lattice: Grid
) -> pd.DataFrame:
    """Return the people by land use with their range: people, land or both drawn again, whichever is modelled."""
    people: redraw.Draws | None = work.value("draws")
    ends: redraw.Draws | land_drawn.LandDraws
    drawn: land_drawn.LandDraws | None = work.value("land_draws")
    options = work.settings.overlay
    bare = options.uninhabited if options is not None else []
    if people is not None and people.modelled:
        ends, cells, counted = people, people.cells, people.people
    elif drawn is not None:
        ends, cells = drawn, lived
        counted = np.broadcast_to(lived["population_inv"].to_numpy(float), (len(drawn.classes), len(lived)))
    else:
        return table
    zones, classes = (pd.Index(table[name].unique()) for name in ("zone", "category"))
    zone = zones.get_indexer(pd.Index(cells["municipality_code"]))
    sums = np.zeros((len(counted), len(zones), len(classes)))
    for run, own in enumerate(counted):
        there = np.flatnonzero(own)
        shares = contents.land_of_cells(land if drawn is None else drawn.raster(run), cells.iloc[there], lattice, bare)
        weighed = own[there, None] * shares.reindex(columns=classes, fill_value=0.0).to_numpy(float)
        np.add.at(sums[run], zone[there], weighed)
        sums[run, zones.get_loc(reach.ALL_ZONES)] = weighed.sum(axis=0)
    inhabitants = table.groupby("zone")["people_inv"].transform("sum").to_numpy(float)
    at = zones.get_indexer(pd.Index(table["zone"])), classes.get_indexer(pd.Index(table["category"]))
    people_inv = sums[:, at[0], at[1]]
    return with_ranges(table, {"people_inv": people_inv, "share": people_inv / inhabitants}, ends)


def of_matrix(
    work: Work, features: gpd.GeoDataFrame, goals: Sequence[Goal], cells: pd.DataFrame, rows: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the matrix of plans and goals, and its evidence, with the ranges of what counts people or minutes."""
    draws: redraw.Draws | None = work.value("draws")
    if draws is None or not draws.modelled or not len(rows):
        return cells, rows
    drawn = matrix_drawn.evidence_by_run(features, goals, draws, work.value("lived"))
    return matrix_drawn.with_matrix_ranges(cells, drawn, draws), matrix_drawn.with_evidence_ranges(rows, drawn, draws)


def _runs(lived: pd.DataFrame) -> int:
    return int(lived["run"].max()) + 1
