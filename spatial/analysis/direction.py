"""The direction image (*inriktning*): what the plans and the strategy want, apart from what is there."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.rules import SUPPORTS, elements
from spatial.geo import ANALYSIS_CRS
from spatial.strategy import Goal

NODES: Final = "inriktning_noder"
LINKS: Final = "inriktning_samband"
DIRECTIONS: Final = "inriktning_riktningar"
GROWTH: Final = "inriktning_utbyggnad"
GREEN: Final = "inriktning_gront"
GREEN_LINES: Final = "inriktning_gront_linjer"
LATER: Final = frozenset({"framtida", "utveckling"})
_SAME_PLACE_M: Final = 5_000.0
_COLUMNS: Final = ("kind", "name", "plans", "goals", "features", "time", "state", "geometry")
_WANTED: Final[dict[str, tuple[frozenset[str], int]]] = {
    LINKS: (frozenset({"strak_kommunikation", "transportinfrastruktur"}), 1),
    DIRECTIONS: (frozenset({"utbyggnadsriktning"}), 1),
    GROWTH: (
        frozenset({"utbyggnadsomrade", "sammanhangande_bostad", "mangfunktionell_bebyggelse", "verksamheter_industri"}),
        2,
    ),
    GREEN: (frozenset({"samband_natur", "vardekarna_natur"}), 2),
    GREEN_LINES: (frozenset({"samband_natur"}), 1),
}
_PLACES: Final = frozenset({"regional_karna", "ortsnod"})


def direction(
    features: gpd.GeoDataFrame,
    evidence: pd.DataFrame,
    goals: Iterable[Goal],
    structure: Mapping[str, gpd.GeoDataFrame],
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the direction image.

    Parameters
    ----------
    features : GeoDataFrame
        Plan features, EPSG:3006.
    evidence : DataFrame
        What :func:`spatial.analysis.matrix.evidence` gives: it says which goals want what a plan wants.
    goals : iterable of Goal
    structure : mapping
        ``noder`` and ``strak``: what rules of goals point at is wanted by them.

    Returns
    -------
    dict of str to GeoDataFrame
        ``inriktning_noder`` (points), ``inriktning_samband``, ``inriktning_riktningar``, ``inriktning_gront_linjer``
        (lines), ``inriktning_utbyggnad``, ``inriktning_gront`` (areas), those that have anything. Index id; ``kind``
        (category), ``name``, ``plans`` and ``goals`` (who wants it, ";"-separated ids), ``features`` (evidence),
        ``time``, ``state`` (*inriktning*).

    Notes
    -----
    Uses count where they are future or to be developed, directions whatever their time. A direction image may not
    show what is there: nodes and corridors come in only where a plan or a goal wants something of them.
    """
    kept, wishes = list(goals), _goals_of(evidence)
    dimension = shapely.get_dimensions(features.geometry.to_numpy())
    later = features["time"].isin(LATER) | (features["aspect"] == "inriktning")
    layers: dict[str, gpd.GeoDataFrame] = {}
    for name, (pivots, size) in _WANTED.items():
        rows = features[features["pivot"].isin(pivots) & later & (dimension == size)].sort_index()
        layers[name] = _framed([_element(key, row.to_dict(), wishes) for key, row in rows.iterrows()])
    layers[LINKS] = _joined([layers[LINKS], _corridors(kept, structure)])
    layers[NODES] = _nodes(features[features["pivot"].isin(_PLACES)].sort_index(), wishes, kept, structure)
    return {name: frame for name, frame in layers.items() if len(frame)}


def _goals_of(evidence: pd.DataFrame) -> dict[str, str]:
    supports = evidence[evidence["effect"] == SUPPORTS]
    named = supports.groupby("feature")["goal"].agg(lambda ids: ";".join(dict.fromkeys(ids)))
    return {str(key): str(value) for key, value in named.items()}


def _element(key: object, row: Mapping[str, Any], wishes: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": str(key),
        "kind": row["pivot"],
        "name": row["name"],
        "plans": row["plan_id"],
        "goals": wishes.get(str(key), ""),
        "features": str(key),
        "time": row["time"],
        "state": "inriktning",
        "geometry": row["geometry"],
    }


def _framed(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(rows, columns=["id", *_COLUMNS]).set_index("id")
    return gpd.GeoDataFrame(table, geometry="geometry", crs=ANALYSIS_CRS)


def _joined(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    full = [frame for frame in frames if len(frame)]
    return gpd.GeoDataFrame(pd.concat(full), crs=ANALYSIS_CRS) if full else frames[0]


def _pointed_at(goals: list[Goal], layer: str, structure: Mapping[str, gpd.GeoDataFrame]) -> dict[str, list[str]]:
    """Return the elements of a layer that goals' rules point at by name of a level, with those goals."""
    wanted: dict[str, list[str]] = {}
    for goal in goals:
        if goal.rule is None or goal.rule.layer != layer or not goal.rule.where:
            continue
        things = elements(goal.rule, structure)
        for key in things.index if things is not None else []:
            wanted.setdefault(str(key), []).append(goal.id)
    return wanted


def _corridors(goals: list[Goal], structure: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    wanted = _pointed_at(goals, "strak", structure)
    if not wanted:
        return _framed([])
    frame = structure["strak"]
    rows = [
        _named(f"strak:{key}", "stråk att stärka", frame.loc[key, "name"], goals=names, geometry=frame.geometry[key])
        for key, names in sorted(wanted.items())
    ]
    return _framed(rows)


def _named(
    key: str, kind: str, name: object, *, goals: list[str], geometry: object, plans: str = "", features: str = ""
) -> dict[str, object]:
    return {
        "id": key, "kind": kind, "name": name, "plans": plans, "goals": ";".join(dict.fromkeys(goals)),
        "features": features, "time": "utveckling", "state": "inriktning", "geometry": geometry,
    }  # fmt: skip


def _nodes(
    places: gpd.GeoDataFrame, wishes: Mapping[str, str], goals: list[Goal], structure: Mapping[str, gpd.GeoDataFrame]
) -> gpd.GeoDataFrame:
    """Return the nodes that plans or goals want strengthened; a plan's place is the node that lies by it."""
    nodes = structure.get("noder")
    wanted = _pointed_at(goals, "noder", structure)
    if nodes is not None and "outside" in nodes.columns:
        wanted = {key: names for key, names in wanted.items() if not nodes.loc[key, "outside"]}
    plans: dict[str, list[str]] = {}
    loose: list[dict[str, object]] = []
    for key, row in places.iterrows():
        node = _node_at(row["geometry"], nodes)
        if node is None:
            element = _element(key, row.to_dict(), wishes)
            loose.append(element | {"geometry": row["geometry"].representative_point()})
        else:
            plans.setdefault(node, []).append(str(key))
            wanted.setdefault(node, [])
            wanted[node] += [goal for goal in wishes.get(str(key), "").split(";") if goal]
    rows = loose
    for key in sorted(wanted):
        by = plans.get(key, [])
        owners = ";".join(sorted({str(places.loc[name, "plan_id"]) for name in by}))
        row = {"goals": wanted[key], "plans": owners, "features": ";".join(by)}
        if nodes is not None:
            rows.append(_named(key, "nod att stärka", nodes.loc[key, "name"], geometry=nodes.geometry[key], **row))
    return _framed(rows)


def _node_at(shape: shapely.Geometry, nodes: gpd.GeoDataFrame | None) -> str | None:
    if nodes is None or nodes.empty:
        return None
    apart = shapely.distance(nodes.geometry.to_numpy(), shape)
    nearest = int(np.argmin(apart))
    return str(nodes.index[nearest]) if apart[nearest] <= _SAME_PLACE_M else None
