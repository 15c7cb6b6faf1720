"""Which findings a trial changes: white spots, levels of nodes and what they reach, conflicts, goals, recommendations.

Each is counted before and after under the same setting of the borders, so that only the trial differs. What does not
rest on minutes, services or nodes is not counted again (:data:`spatial.analysis.whatif_rests.NOT_TRIED`).
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.analysis.access import each_of
from spatial.analysis.changes import OVERRIDE
from spatial.analysis.hinterland import node_of_cells
from spatial.analysis.journeys import scene_of
from spatial.analysis.nodes import levels_of_places
from spatial.analysis.supply import facilities_of_places, nearest_place, supply_within
from spatial.analysis.whatif_access import Outcome
from spatial.analysis.whatif_ground import Ground
from spatial.analysis.whatif_plans import plan_findings
from spatial.analysis.whatif_rests import COLUMNS, Rests, Row, crossed_by, finding_row
from spatial.geo import ANALYSIS_CRS
from spatial.model import FloatArray


def changed_findings(
    base: Ground, outcome: Outcome, rests: Rests, known: Mapping[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Return the findings that differ between before and after.

    Parameters
    ----------
    base : Ground
    outcome : Outcome
    rests : Rests
    known : mapping, optional
        :func:`spatial.analysis.whatif_plans.today_evidence`, so that it is not counted again for each trial.

    Returns
    -------
    DataFrame
        Index 0..n: ``finding`` (*white_spots*, *level*, *reach*, *hinterland*, *conflict*, *goal*,
        *recommendation*), ``id``, ``name`` (of place, plan feature, goal or recommendation), ``municipality_code``
        (or None), ``before`` and ``after`` (people, level id, kind of conflict, verdict, text; None where there is
        none), ``unit`` (the service and minutes of a white spot, the minutes of a reach).
    """
    nodes = _nodes_after(base, outcome, rests)
    rows = [*_white_spots(outcome, rests), *_levels(rests.nodes, nodes), *_reach(base, outcome, rests)]
    rows += plan_findings(outcome, rests, nodes, known or {})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _white_spots(outcome: Outcome, rests: Rests) -> list[Row]:
    """Return how many areas, and how many people in them, lie beyond each threshold, where that differs."""
    crossed = [(kind, limit) for kind, limit in rests.thresholds if crossed_by(outcome, kind, limit)]
    if not crossed:
        return []
    place = np.full(len(outcome.cells), "", object)
    if rests.nodes is not None:
        place = nearest_place(rests.nodes, outcome.cells)[0]
    rows = []
    for kind, limit in crossed:
        told: list[tuple[int, float]] = []
        for name, frame in (("before", outcome.before), ("after", outcome.after)):
            people, minutes = outcome.cells[f"people_{name}_inv"].to_numpy(float), frame[kind].to_numpy(float)
            beyond = (minutes > limit) & (people > 0)
            cells = outcome.cells.loc[beyond, ["row", "col"]].assign(
                people_inv=people[beyond], kind=np.isinf(minutes[beyond]), place=place[beyond]
            )
            told.append(_areas(cells, rests.gap_cells, rests.least_inv))
        if told[0] != told[1]:
            rows.append(finding_row("white_spots", f"{kind}:{limit:g}", kind, None, told[0], told[1], f"{limit:g}"))
    return rows


def _areas(cells: pd.DataFrame, gap_cells: int, least_inv: float) -> tuple[int, float]:
    """Return how many areas cells make, joined and parted as the layer of white spots is, and their people."""
    from scipy import ndimage

    sums: list[FloatArray] = []
    rows, cols, people = (cells[name].to_numpy() for name in ("row", "col", "people_inv"))
    part = cells.groupby(["kind", "place"], sort=False).ngroup().to_numpy(np.int64)
    order = np.argsort(part, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(part[order])) + 1) if len(cells) else []:
        row, col = rows[own] - rows[own].min() + gap_cells, cols[own] - cols[own].min() + gap_cells
        raster = np.zeros((row.max() + 1 + gap_cells, col.max() + 1 + gap_cells), bool)
        raster[row, col] = True
        grown = ndimage.maximum_filter(raster, 2 * gap_cells + 1) if gap_cells else raster
        label = ndimage.label(grown, structure=np.ones((3, 3), int))[0][row, col]
        sums.append(np.bincount(label, people[own]).astype(float))
    every = np.concatenate(sums) if sums else np.zeros(0)
    kept = every[every >= max(least_inv, 1e-9)]
    return len(kept), float(kept.sum())


def _nodes_after(base: Ground, outcome: Outcome, rests: Rests) -> gpd.GeoDataFrame | None:
    """Return the nodes with the level that they would have by their services; None where services stay."""
    trial = outcome.trial
    if rests.nodes is None or rests.hierarchy is None or not (trial.added or trial.closed or trial.moved):
        return None
    types = sorted(set(base.places.kind))
    reach = rests.hierarchy.service_reach_m.value
    today = base.services[["service_type", "place_id", "geometry"]] if "place_id" in base.services else base.services
    kept = today[~today.index.isin([*trial.closed, *trial.moved])]
    new = {name: (base.services["service_type"][name], one.place) for name, one in trial.moved.items()}
    new |= {name: (one.service_type, one.place) for name, one in trial.added.items()}
    points = gpd.points_from_xy(*np.array([place for _, place in new.values()], float).reshape(-1, 2).T)
    more = gpd.GeoDataFrame(
        {"service_type": [kind for kind, _ in new.values()]}, index=pd.Index(list(new), dtype=object),
        geometry=points, crs=ANALYSIS_CRS,
    )  # fmt: skip
    after = gpd.GeoDataFrame(pd.concat([kept, more]) if new else kept, crs=ANALYSIS_CRS)
    levels = []
    for services in (today, after):
        supply = supply_within(facilities_of_places(rests.nodes, services), rests.nodes.index, reach, types)
        levels.append(levels_of_places(rests.nodes, supply, rests.hierarchy))
    own = rests.nodes["level"].astype(object).where(rests.nodes["level"].notna(), None)
    changed = pd.Series([one != other for one, other in zip(*levels, strict=True)], index=own.index)
    if OVERRIDE in rests.nodes:
        changed &= rests.nodes[OVERRIDE].isna()
    return rests.nodes.assign(level=own.where(~changed, levels[1]))


def _levels(nodes: gpd.GeoDataFrame | None, after: gpd.GeoDataFrame | None) -> list[Row]:
    if nodes is None or after is None:
        return []
    pairs = zip(
        nodes.index,
        nodes["name"],
        nodes["municipality_code"],
        _none(nodes["level"]),
        _none(after["level"]),
        strict=True,
    )
    return [finding_row("level", key, name, code, was, now) for key, name, code, was, now in pairs if was != now]


def _none(values: pd.Series) -> list[object]:
    return [None if pd.isna(value) else value for value in values]


def _reach(base: Ground, outcome: Outcome, rests: Rests) -> list[Row]:
    """Return what nodes reach by car within each limit, and whose nearest node is another, where that differs."""
    if rests.nodes is None or not (outcome.trial.roads or outcome.trial.people):
        return []
    centres = rests.nodes[rests.nodes["level"].isin(list(rests.reach_levels))].sort_index()
    stops = base.stops(centres)
    ids = centres.index.astype(str).to_numpy(object)
    count, reach = len(base.cells), (base.reach.minutes_per_m, base.reach.max_snap_m)
    cells = base.cell_stops  # a new link is joined at its ends
    before = each_of(scene_of(base.roads, cells, stops, ids, *reach))
    after = before
    if outcome.trial.roads:
        put = outcome.roads.put
        after = each_of(scene_of(outcome.roads.roads, put(cells), put(stops), ids, *reach))
    people = [outcome.cells[f"people_{name}_inv"].to_numpy(float)[:count] for name in ("before", "after")]
    rows = []
    for limit in rests.reach_min:
        sums = [who @ (minutes <= limit) for who, minutes in zip(people, (before, after), strict=True)]
        for at in np.flatnonzero(np.abs(sums[1] - sums[0]) >= rests.least_inv):
            node = centres.iloc[at]
            told = (float(sums[0][at]), float(sums[1][at]))
            rows.append(
                finding_row("reach", ids[at], node["name"], node["municipality_code"], *told, unit=f"{limit:g}")
            )
    return rows + _moved(before, after, people[0], centres, rests.least_inv)


def _moved(
    before: FloatArray, after: FloatArray, people: FloatArray, centres: gpd.GeoDataFrame, least_inv: float
) -> list[Row]:
    if after is before:
        return []
    nearest = [node_of_cells(pd.DataFrame(minutes, columns=centres.index))["node"] for minutes in (before, after)]
    other = (nearest[0] != nearest[1]) & nearest[0].notna() & nearest[1].notna()
    moves = pd.DataFrame({"was": nearest[0][other], "now": nearest[1][other], "inv": people[other.to_numpy(bool)]})
    sums = moves.groupby(["was", "now"], as_index=False)["inv"].sum()
    names = centres["name"]
    return [
        finding_row("hinterland", f"{was}>{now}", round(float(inv)), None, names[was], names[now])
        for was, now, inv in sums[sums["inv"] >= least_inv].itertuples(index=False)
    ]
