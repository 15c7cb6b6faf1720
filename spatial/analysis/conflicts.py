"""Conflicts and synergies inside a plan: its uses against values, and its growth against the structure image."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.inside import inside_zone
from spatial.geo import ANALYSIS_CRS, of_one_kind, reach, shared
from spatial.strategy import Compatibility, Growth, InsideRule

CONFLICT: Final = "konflikt"
SYNERGY: Final = "synergi"
UNSERVED: Final = "utbyggnad utan nod"
IDLE_NODE: Final = "nod utan utbyggnad"
IDLE_CORRIDOR: Final = "stråk utan utbyggnad"
COLUMNS: Final = (
    "kind", "rule", "plan_id", "feature", "other", "pivot", "other_pivot", "name", "severity", "measure", "unit",
    "geometry",
)  # fmt: skip
_HA: Final = 1e4
_KM: Final = 1e3
_EVERY_PLAN: Final = ""
_OF_VALUES: Final = ["plan_id", "pivot", "geometry"]
Row = dict[str, object]


def conflicts(
    features: gpd.GeoDataFrame, table: Compatibility, structure: Mapping[str, gpd.GeoDataFrame] | None = None
) -> gpd.GeoDataFrame:
    """Return where a plan's uses clash, or go well, with its values, and where growth and structure miss each other.

    Parameters
    ----------
    features : GeoDataFrame
        Plan features, EPSG:3006: ``plan_id``, ``aspect``, ``pivot``, ``time``, ``name``.
    table : Compatibility
        ``inside``, ``growth``, ``min_overlap_ha`` and ``min_overlap_m``.
    structure : mapping, optional
        ``noder`` (``level``, ``name``, ``municipality_code``, ``outside``), ``strak`` (``level``, ``name``) and
        ``kommuner``; what is missing is not tried. ``intressen`` (``pivot``): values that lie over every plan; of
        the kinds given there, they hold instead of the plans' own.

    Returns
    -------
    GeoDataFrame
        Index id; ``kind`` (*konflikt*, *synergi*, *utbyggnad utan nod*, *nod utan utbyggnad*, *stråk utan
        utbyggnad*), ``rule``, ``plan_id``, ``feature`` (the plan's feature; empty where one is missing), ``other``
        (the value's feature, or the node or corridor), ``pivot``, ``other_pivot``, ``name``, ``severity`` (0 for
        synergies), ``measure``, ``unit`` (ha, km, or inv for a node's people), ``geometry``.
    """
    ordered = features.sort_index()
    given = None if structure is None else structure.get("intressen")
    rows = [row for rule in table.inside for row in _inside(ordered, rule, table, given)]
    if table.growth is not None and structure is not None:
        rows += _growth(ordered, table.growth, structure, table.min_overlap_ha.value)
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(COLUMNS)), geometry="geometry", crs=ANALYSIS_CRS)
    frame = frame.astype({"severity": int, "measure": float})
    names = [
        f"{r}:{p}:{f or '-'}:{o or '-'}" for r, p, f, o in frame[["rule", "plan_id", "feature", "other"]].to_numpy()
    ]
    frame.index = pd.Index(names, name="id", dtype=object)
    return frame


def _inside(
    features: gpd.GeoDataFrame, rule: InsideRule, table: Compatibility, given: gpd.GeoDataFrame | None
) -> list[Row]:
    dimension = shapely.get_dimensions(features.geometry.to_numpy())
    times = features["time"].isin(rule.times) if rule.times else np.ones(len(features), bool)
    uses = features[features["pivot"].isin(rule.uses) & times & (dimension > 0)]
    values = _values(features[dimension > 0], rule, given)
    if uses.empty or values.empty:
        return []
    mine, theirs = uses.geometry.to_numpy(), values.geometry.to_numpy()
    i, j = shapely.STRtree(theirs).query(mine, predicate="intersects")
    whose = values["plan_id"].to_numpy()[j]
    same = (uses["plan_id"].to_numpy()[i] == whose) | (whose == _EVERY_PLAN)
    order = np.lexsort((j[same], i[same]))
    i, j = i[same][order], j[same][order]
    pieces = [of_one_kind(piece) for piece in shared(mine[i], theirs[j])]
    lines = (shapely.get_dimensions(mine[i]) == 1) | (shapely.get_dimensions(theirs[j]) == 1)
    size = np.where(lines, shapely.length(pieces) / _KM, shapely.area(pieces) / _HA)
    least = np.where(lines, table.min_overlap_m.value / _KM, table.min_overlap_ha.value)
    keep = (size >= least) & (size > 0)
    return [
        {
            "kind": SYNERGY if rule.synergy else CONFLICT,
            "rule": rule.id,
            "plan_id": uses["plan_id"].iloc[a],
            "feature": uses.index[a],
            "other": values.index[b],
            "pivot": uses["pivot"].iloc[a],
            "other_pivot": values["pivot"].iloc[b],
            "name": uses["name"].iloc[a],
            "severity": 0 if rule.synergy else rule.severity,
            "measure": size[n],
            "unit": "km" if lines[n] else "ha",
            "geometry": pieces[n],
        }
        for n, (a, b) in enumerate(zip(i, j, strict=True))
        if keep[n]
    ]


def _values(drawn: gpd.GeoDataFrame, rule: InsideRule, given: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return what a rule calls values: the plans' own, and those given, which go before of their kinds."""
    own = drawn.loc[drawn["pivot"].isin(rule.values), _OF_VALUES]
    if given is None:
        return own
    theirs = given[given["pivot"].isin(rule.values)].sort_index().assign(plan_id=_EVERY_PLAN)
    parts = [part for part in (own[~own["pivot"].isin(given["pivot"])], theirs[_OF_VALUES]) if len(part)]
    return gpd.GeoDataFrame(pd.concat(parts), crs=drawn.crs) if parts else own.iloc[:0]


def _growth(
    features: gpd.GeoDataFrame, growth: Growth, structure: Mapping[str, gpd.GeoDataFrame], least_ha: float
) -> list[Row]:
    areas = shapely.get_dimensions(features.geometry.to_numpy()) == 2
    grows = features[features["pivot"].isin(growth.pivots) & features["time"].isin(growth.times) & areas]
    plans = set(features["plan_id"])
    nodes, rows = structure.get("noder"), list[Row]()
    if nodes is not None:
        known = nodes[nodes["level"].notna()]
        rows += _unserved(grows, known, growth, least_ha)
        rows += _idle_nodes(grows, known[~known["outside"].astype(bool)], growth, plans)
    corridors, zones = structure.get("strak"), structure.get("kommuner")
    if corridors is not None and zones is not None:
        wanted = corridors[corridors["level"].isin(growth.corridor_levels)]
        rows += _idle_corridors(grows, wanted, zones[zones.index.isin(plans)], growth)
    return rows


def _unserved(grows: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, growth: Growth, least_ha: float) -> list[Row]:
    served = reach(nodes.geometry.to_numpy(), growth.served_within_m.value)
    shapes = grows.geometry.to_numpy()
    beyond = (shapely.area(shapes) - inside_zone(shapes, served, shapely.area)) / _HA
    return [
        _row(UNSERVED, plan, growth, feature=key, pivot=pivot, name=name, measure=size, unit="ha", geometry=shape)
        for key, plan, pivot, name, shape, size in zip(
            grows.index, grows["plan_id"], grows["pivot"], grows["name"], shapes, beyond, strict=True
        )
        if size >= least_ha
    ]


def _idle_nodes(grows: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, growth: Growth, plans: set[str]) -> list[Row]:
    wanted = nodes[nodes["level"].isin(growth.node_levels) & nodes["municipality_code"].isin(plans)].sort_index()
    points = wanted.geometry.to_numpy()
    near, _ = shapely.STRtree(grows.geometry.to_numpy()).query(points, "dwithin", growth.node_within_m.value)
    idle = wanted[~np.isin(np.arange(len(wanted)), near)]
    people = idle["population_inv"].fillna(0) if "population_inv" in idle.columns else pd.Series(0.0, idle.index)
    return [
        _row(IDLE_NODE, code, growth, other=str(key), name=name, measure=inv, unit="inv", geometry=shape)
        for key, code, name, inv, shape in zip(
            idle.index, idle["municipality_code"], idle["name"], people, idle.geometry, strict=True
        )
    ]


def _idle_corridors(
    grows: gpd.GeoDataFrame, corridors: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, growth: Growth
) -> list[Row]:
    rows: list[Row] = []
    for plan, zone in zones.geometry.sort_index().items():
        inside = shared(corridors.geometry.to_numpy(), [zone])
        own = grows.geometry[grows["plan_id"] == plan].to_numpy()
        for key, name, piece in zip(corridors.index, corridors["name"], inside, strict=True):
            short = piece.length < growth.corridor_least_m.value
            if short or (len(own) and shapely.dwithin(own, piece, growth.corridor_within_m.value).any()):
                continue
            row = {"other": str(key), "name": name, "measure": piece.length / _KM, "unit": "km", "geometry": piece}
            rows.append(_row(IDLE_CORRIDOR, str(plan), growth, **row))
    return rows


def _row(kind: str, plan: str, growth: Growth, **values: object) -> Row:
    empty = {"feature": "", "other": "", "pivot": "", "other_pivot": ""}
    return {
        "kind": kind,
        "rule": kind.replace(" ", "_"),
        "plan_id": plan,
        "severity": growth.severity,
        **empty,
        **values,
    }
