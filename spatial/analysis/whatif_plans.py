"""Which findings about plans a trial changes: conflicts, goals of the strategy, recommendations."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd
import shapely

from spatial.analysis.conflicts import conflicts
from spatial.analysis.inside import squares
from spatial.analysis.matrix import evidence, matrix
from spatial.analysis.recommendations import Findings, recommendations
from spatial.analysis.recommendations import Ground as Basis
from spatial.analysis.whatif_access import Outcome, Present
from spatial.analysis.whatif_rests import Rests, Row, crossed_by, finding_row
from spatial.strategy import Compatibility, Goal


def today_evidence(today: Present, rests: Rests) -> dict[str, pd.DataFrame]:
    """Return what plans do today for the goals whose rule asks for minutes, by goal: the same for every trial.

    Parameters
    ----------
    today : Present
    rests : Rests

    Returns
    -------
    dict of str to DataFrame
        As :func:`spatial.analysis.matrix.evidence` gives it.
    """
    if rests.plans is None:
        return {}
    minutes = pd.DataFrame({kind: one.minutes for kind, one in today.found.items()}, index=today.ground.cells.index)
    cells = _squares(today.ground.cells, minutes, today.ground.cells["population_inv"])
    asked = [goal for goal in rests.goals if goal.rule is not None and goal.rule.kind == "within_minutes"]
    return {goal.id: evidence(rests.plans, [goal], {**rests.structure, "rutnat": cells}) for goal in asked}


def plan_findings(
    outcome: Outcome, rests: Rests, nodes: gpd.GeoDataFrame | None, known: Mapping[str, pd.DataFrame]
) -> list[Row]:
    """Return the conflicts, goals and recommendations that differ."""
    plans, table = rests.plans, rests.compatibility
    if plans is None or table is None:
        return []
    new = _growth_areas(outcome, plans, table)
    features = gpd.GeoDataFrame(pd.concat([plans, new]), crs=plans.crs) if len(new) else plans
    levels = nodes is not None and rests.nodes is not None and not nodes["level"].equals(rests.nodes["level"])
    structure = {**rests.structure, **({"noder": nodes} if nodes is not None and levels else {})}
    clashes: tuple[gpd.GeoDataFrame, ...] = ()
    if levels or len(new):
        narrow = table if len(new) else table.model_copy(update={"inside": []})
        clashes = (conflicts(plans, narrow, rests.structure), conflicts(features, narrow, structure))
    goals = _goals(outcome, rests, levels=levels)
    sides = [
        _matrix(plans, goals, {**rests.structure, **_cells(outcome, "before")}, known),
        _matrix(plans, goals, {**structure, **_cells(outcome, "after")}, {}),
    ]
    rows = _compared("conflict", clashes[0], clashes[1], ("kind", "name", "plan_id")) if clashes else []
    rows += _verdicts(sides[0][0], sides[1][0], goals) if goals else []
    if rests.templates is None or not (goals or clashes):
        return rows
    before, after = (
        recommendations(
            Findings(cells if goals else None, evident if goals else None, None, clashes[at] if clashes else None),
            rests.templates,
            Basis((plans, features)[at], rests.goals, table, (rests.structure, structure)[at], rests.names),
        )
        for at, (cells, evident) in enumerate(sides)
    )
    return rows + _compared("recommendation", before, after, ("text", "title", "plans"))


def _matrix(
    plans: gpd.GeoDataFrame,
    goals: Sequence[Goal],
    structure: Mapping[str, gpd.GeoDataFrame],
    known: Mapping[str, pd.DataFrame],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of the matrix for some goals, and their evidence."""
    evident = [known[goal.id] if goal.id in known else evidence(plans, [goal], structure) for goal in goals]
    rows = pd.concat(evident, ignore_index=True) if evident else evidence(plans, [], structure)
    return matrix(rows, goals, plans["plan_id"].unique(), structure), rows


def _growth_areas(outcome: Outcome, plans: gpd.GeoDataFrame, table: Compatibility) -> gpd.GeoDataFrame:
    """Return the areas where people are assumed to move in, as plan features of growth."""
    areas, growth = outcome.trial.people, table.growth
    if not areas or growth is None:
        return plans.iloc[:0]
    shapes = [shapely.Polygon(one.ring) for one in areas.values()]
    cells = outcome.cells.set_geometry("geometry")
    nearest = shapely.STRtree(cells.geometry.to_numpy()).nearest([shape.centroid for shape in shapes])
    columns = {
        "plan_id": cells["municipality_code"].to_numpy(object)[nearest],
        "aspect": "inriktning",
        "pivot": growth.pivots[-1],
        "time": growth.times[0],
        "name": [one.name or one.id for one in areas.values()],
    }
    index = pd.Index([f"prov:{name}" for name in areas], name=plans.index.name, dtype=object)
    return gpd.GeoDataFrame(columns, index=index, geometry=shapes, crs=plans.crs).reindex(columns=plans.columns)


def _goals(outcome: Outcome, rests: Rests, *, levels: bool) -> list[Goal]:
    """Return the goals whose rule rests on something that the trial changes."""
    chosen = []
    for goal in rests.goals:
        rule = goal.rule
        if rule is None or rule.layer not in {"rutnat", "noder"}:
            continue
        if rule.layer == "noder":
            touched = levels
        elif rule.kind == "within_minutes":
            kind = str(rule.column).removesuffix("_min")
            touched = crossed_by(outcome, kind, rule.parameter.value)
        else:
            touched = bool(outcome.trial.people)
        if touched:
            chosen.append(goal)
    return chosen


def _cells(outcome: Outcome, side: str) -> dict[str, gpd.GeoDataFrame]:
    lived = outcome.cells[outcome.cells[f"people_{side}_inv"] > 0]
    minutes = outcome.before if side == "before" else outcome.after
    return {"rutnat": _squares(lived, minutes.loc[lived.index], lived[f"people_{side}_inv"])}


def _squares(cells: gpd.GeoDataFrame, minutes: pd.DataFrame, people: pd.Series) -> gpd.GeoDataFrame:
    columns = minutes.add_suffix("_min").assign(population_inv=people)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(squares(cells), cells.index, cells.crs))


def _verdicts(before: pd.DataFrame, after: pd.DataFrame, goals: Sequence[Goal]) -> list[Row]:
    titles = {goal.id: goal.title.sv for goal in goals}
    pairs = before.merge(after, on=["plan_id", "goal"], suffixes=("_was", "_now"), validate="1:1")
    other = pairs[pairs["verdict_was"] != pairs["verdict_now"]]
    return [
        finding_row("goal", f"{plan}:{goal}", titles[goal], plan, was, now)
        for plan, goal, was, now in other[["plan_id", "goal", "verdict_was", "verdict_now"]].itertuples(index=False)
    ]


def _compared(finding: str, before: pd.DataFrame, after: pd.DataFrame, columns: tuple[str, str, str]) -> list[Row]:
    """Return the findings that go, and those that come; ``columns``: what is told, the name and the municipality."""
    told, name, code = columns
    gone, come = before[~before.index.isin(after.index)], after[~after.index.isin(before.index)]
    return [
        *(finding_row(finding, key, row[name], row[code], row[told], None) for key, row in gone.iterrows()),
        *(finding_row(finding, key, row[name], row[code], None, row[told]) for key, row in come.iterrows()),
    ]
