"""Where plans meet the strategy, each other and the structure image; and what should be done about it."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import shapely

from spatial.analysis import borders as frontiers
from spatial.analysis import conflicts as clashes
from spatial.analysis import direction as wishes
from spatial.analysis import matrix as crossing
from spatial.analysis import recommendations as advice
from spatial.analysis.outdated import fresh
from spatial.analysis.rules import LAYERS, structure_of
from spatial.model import Layer, Omission
from spatial.settings import Settings
from spatial.steps import plan_owners
from spatial.steps.ranges import of_matrix
from spatial.steps.titles import marked
from spatial.steps.work import Products, Work, made_layer

_ENDINGS = ("_punkter", "_linjer", "")


def links(work: Work) -> Products:
    """Return the tables ``matris`` (plan × goal), ``matris_belagg``, ``matris_ansprak`` and ``strategi``."""
    strategies = work.settings.strategy
    if not strategies.strategies:
        return Products(omissions=(Omission("links", "strategy"),))
    features, goals, structure = work.value("plans"), strategies.in_force(), _structure(work)
    rows = crossing.evidence(features, goals, structure)
    cells = crossing.matrix(rows, goals, features["plan_id"].unique(), structure)
    cells, rows = of_matrix(work, features, goals, cells, rows)
    titles = {goal.id: goal.title.sv for goal in goals}
    cells.insert(2, "goal_title", cells["goal"].map(titles))
    cells.insert(1, "municipality_name", cells["plan_id"].map(_names(work)).fillna(cells["plan_id"]))
    tables = {
        "matris": _numbered(cells),
        "matris_belagg": _numbered(rows),
        "matris_ansprak": crossing.claims(features, rows),
        "strategi": _strategy(work.settings),
    }
    return Products({}, tables, {"matrix": cells, "evidence": rows})


def _strategy(settings: Settings) -> pd.DataFrame:
    rows = [
        {
            "id": goal.id,
            "strategy": strategy.title.sv,
            "period": strategy.period,
            "status": strategy.status,
            "kind": goal.kind,
            "parent": goal.parent or "",
            "title": goal.title.sv,
            "quote": crossing.quoted(goal),
            "themes": "; ".join(goal.themes),
            "basis": goal.basis,
            "rule": goal.rule.kind if goal.rule else crossing.NOT_SPATIAL,
            "example": bool(goal.rule and goal.rule.example),
        }
        for strategy in settings.strategy.strategies
        for goal in strategy.goals
    ]
    return pd.DataFrame(rows).set_index("id")


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_axis(pd.Index(range(1, len(table) + 1), name="row"))


def _structure(work: Work) -> dict[str, gpd.GeoDataFrame]:
    found = {name: work.layer(name) for name in LAYERS}
    return structure_of({name: layer.geo for name, layer in found.items() if layer is not None})


def _names(work: Work) -> dict[str, str]:
    layers = [work.layer(name) for name in ("grannkommuner", "kommuner")]
    known = {str(k): str(v) for layer in layers if layer is not None for k, v in layer.geo["name"].items()}
    return {**(work.value("plan_names") or {}), **known}


def borders(work: Work) -> Products:
    """Return ``granser``: what neighbouring plans say across their border; and the metres of agreement and silence.

    Neighbours around the region are compared with where their plan is given. A plan is measured in the outline that it
    follows: one of those given for plans, the municipality's, or what its own areas cover. ``granser_osakra`` are the
    stretches where two plans follow different drawings of the border, so that no one can say what meets what. Both are
    layers where there are any.
    """
    table, own = work.settings.compatibility, work.layer("kommuner")
    if table is None or own is None:
        return Products(omissions=(Omission("borders", "compatibility"),))
    versions = [layer.geo for layer in work.of_role("plan_outlines")]
    found = frontiers.faced(_every_plan(work), plan_owners.outlines(work), table, versions=versions)
    names = _names(work)
    told, unsure = (_called(frame, names) for frame in (found.findings, found.uncertain))
    tables = {name: pd.DataFrame(frame.drop(columns="geometry"))
              for name, frame in (("granser", told), ("granser_osakra", unsure))}  # fmt: skip
    tables["granser_langd"] = _numbered(found.lengths)
    layers = _layers(work, {"granser": told, "granser_osakra": unsure})
    return Products(layers, tables, {"borders": found.findings}, as_given=True)  # rests on plans and outlines alone


def _every_plan(work: Work) -> gpd.GeoDataFrame:
    """Return the features of the region's plans and of those around it."""
    parts = [part for name in ("plans", "plans_around") if (part := work.value(name)) is not None and len(part)]
    return gpd.GeoDataFrame(pd.concat(parts), crs=parts[0].crs)


def _called(frame: gpd.GeoDataFrame, names: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return findings with what both municipalities are called."""
    called = {f"municipality_{side}": frame[f"plan_{side}"].map(lambda code: names.get(code, code)) for side in "ab"}
    return frame.assign(**called).set_geometry("geometry")


def _layers(work: Work, frames: Mapping[str, gpd.GeoDataFrame]) -> dict[str, Layer]:
    """Return the frames that hold anything as layers, made from what the plans are."""
    layers = [layer for products in work.known.values() for layer in products.layers.values()]
    sources = tuple(layer for layer in layers if layer.meta.role == "plans")
    note = next((layer.meta.lineage for layer in sources if layer.meta.status == "modellerat"), "")
    made: dict[str, Layer] = {}
    for name, frame in frames.items():
        if not len(frame):
            continue
        made[name] = made_layer(name, frame, work.meta(marked(name, note), "findings", lineage=note, sources=sources))
    return made


def conflicts(work: Work) -> Products:
    """Return ``konflikter``: uses against values inside each plan, and growth against the structure image.

    As a table, and as layers of one geometry each: areas, ``…_linjer`` (corridors) and ``…_punkter`` (nodes).
    """
    table = work.settings.compatibility
    if table is None:
        return Products(omissions=(Omission("conflicts", "compatibility"),))
    found = clashes.conflicts(work.value("plans"), table, _structure(work))
    dimension = shapely.get_dimensions(found.geometry.to_numpy())
    parts = {f"konflikter{ending}": found[dimension == size] for size, ending in enumerate(_ENDINGS)}
    table_of_all = pd.DataFrame(found.drop(columns="geometry"))
    return Products(_layers(work, parts), {"konflikter": table_of_all}, {"conflicts": found})


def recommendations(work: Work) -> Products:
    """Return ``rekommendationer``: what the findings suggest, with evidence and what each rests on."""
    settings = work.settings
    if settings.compatibility is None or settings.recommendations is None:
        return Products(omissions=(Omission("recommendations", "compatibility"),))
    findings = advice.Findings(*(work.value(name) for name in ("matrix", "evidence", "borders", "conflicts")))
    pivots = {value.id: value.title.sv for value in settings.pivot.entries}
    names = {**pivots, **_names(work)}
    goals = settings.strategy.in_force()
    ground = advice.Ground(_every_plan(work), goals, settings.compatibility, _structure(work), names)
    found = fresh(advice.recommendations(findings, settings.recommendations, ground))
    table = pd.DataFrame(found.drop(columns="geometry"))
    return Products(_layers(work, {"rekommendationer": found}), {"rekommendationer": table}, {"recommendations": found})


def direction(work: Work) -> Products:
    """Return the layers ``inriktning_…``: what plans and strategy want, apart from what is there."""
    rows = work.value("evidence")
    if rows is None:
        rows = pd.DataFrame({"feature": [], "goal": [], "effect": []})
    found = wishes.direction(work.value("plans"), rows, work.settings.strategy.in_force(), _structure(work))
    return Products(_layers(work, found))
