"""The closed vocabulary of spatial rules: how much of each plan feature meets a rule, and how much goes against it."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from spatial.analysis.counted_once import Overlaps, counted_once
from spatial.analysis.inside import Measure, Shapes, inside_zone, squares
from spatial.geo import reach
from spatial.model import FloatArray
from spatial.plan_terms import AMBIGUOUS, UNKNOWN
from spatial.strategy import Choice, Rule

SUPPORTS: Final = "stödjer"
AGAINST: Final = "motverkar"
AREAS_LAYER: Final = "kommuner"
"""The layer that *share_of_area* divides by: index the plan's municipality."""
CELLS_LAYER: Final = "rutnat"
LAYERS: Final = (
    "noder", "strak", "kommuner", "omland", "vatten", "vattendrag", "jarnvag", "fa_regioner", "service", "land",
    "intressen", CELLS_LAYER,
)  # fmt: skip
"""The layers of a structure image that rules may name."""
_PER: Final = {"ha": 1e4, "km": 1e3}
_NOTHING: Final = 1e-9
_STRETCH_M: Final = 250.0
_PIECES: Final = 5
_FINE_M: Final = 10.0
_JOINED_M: Final = 1.0
_SLACK_M: Final = 0.01
"""A thing on the limit is within it, also when coordinates have been to another CRS and back."""
IntArray = npt.NDArray[np.int64]
Rows = pd.DataFrame
Stretches = tuple[IntArray, FloatArray, FloatArray]


def structure_of(frames: Mapping[str, gpd.GeoDataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Return those of an image's layers that rules may name; the grid as squares."""
    known = {name: frames[name] for name in LAYERS if name in frames}
    cells = known.get(CELLS_LAYER)
    if cells is not None:
        known[CELLS_LAYER] = cells.set_geometry(gpd.GeoSeries(squares(cells), cells.index, cells.crs))
    return known


def chosen(features: gpd.GeoDataFrame, choice: Choice) -> gpd.GeoDataFrame:
    """Return the features that a rule looks at, sorted by id; an empty list of the choice lets all through."""
    return features[meets(features, choice)].sort_index()


def meets(features: gpd.GeoDataFrame, choice: Choice) -> npt.NDArray[np.bool_]:
    """Return whether a rule looks at each feature; never at one whose category is unknown or ambiguous."""
    keep = ~np.asarray(features["pivot"].isin([UNKNOWN, AMBIGUOUS]), bool)
    for column, wanted in (("aspect", choice.aspects), ("pivot", choice.pivots), ("time", choice.times)):
        if wanted:
            keep &= features[column].isin(wanted).to_numpy()
    return keep


def elements(rule: Rule, structure: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame | None:
    """Return the elements of the structure that a rule means; None where layer or column is not there."""
    frame = structure.get(rule.layer or AREAS_LAYER)
    if frame is None or (rule.column is not None and rule.column not in frame.columns):
        return None
    for column, wanted in rule.where.items():
        if column not in frame.columns:
            return None
        frame = frame[frame[column].astype(str).isin(wanted)]
    return frame


def measured(features: gpd.GeoDataFrame, rule: Rule, things: gpd.GeoDataFrame, known: Overlaps) -> Rows:
    """Return how much of each feature meets a rule, and how much goes against it.

    Parameters
    ----------
    features : GeoDataFrame
        What :func:`chosen` gives; EPSG:3006, ``plan_id``.
    rule : Rule
    things : GeoDataFrame
        What :func:`elements` gives, EPSG:3006.
    known : Overlaps
        What :func:`spatial.analysis.counted_once.overlaps` gives for the plans' features.

    Returns
    -------
    DataFrame
        ``feature`` (id), ``effect`` (*stödjer*, *motverkar*), ``measure`` in the unit of ``rule.full`` and ``counted``
        (what of it no feature of the plan before it has); only what is more than nothing.

    Notes
    -----
    What is ``counted`` adds up: an area, a length or people belong to one feature only, so that a feature cut in two
    has together what it had whole, and land drawn twice is land once. Corridors and people go to the nearest feature
    of the plan within the limit; where that changes along a corridor is known to within ten metres.
    """
    once = counted_once(features, known)
    if rule.kind == "along":
        found = _along(features, rule, things)
    elif rule.kind == "population_reached":
        found = _reached(features, rule, things)
    elif rule.kind == "connects":
        found = _connecting(features, rule, things, once)
    elif rule.kind == "share_of_area":
        found = _shares(features, rule, things, once)
    else:
        found = _in_zone(features, rule, things, once)
    return found[found["measure"] > _NOTHING].reset_index(drop=True)


def _rows(ids: pd.Index, effect: str, measure: FloatArray, counted: FloatArray | None = None) -> Rows:
    own = measure if counted is None else counted
    return pd.DataFrame({"feature": np.asarray(ids, object), "effect": effect, "measure": measure, "counted": own})


def _in_zone(features: gpd.GeoDataFrame, rule: Rule, things: gpd.GeoDataFrame, once: Shapes) -> Rows:
    shapes = features.geometry.to_numpy()
    kept, size = measure_of(rule, shapes)
    shapes, once, ids = shapes[kept], once[kept], features.index[kept]
    less = np.asarray([part is not whole for part, whole in zip(once, shapes, strict=True)], bool)
    inside, rest = _sides(np.concatenate([shapes, once[less]]), rule, things, size)
    own = [side[: len(shapes)].copy() for side in (inside, rest)]
    for side, found in zip(own, (inside, rest), strict=True):
        side[less] = found[len(shapes) :]
    met, missed = inside[: len(shapes)], rest[: len(shapes)]
    if rule.kind == "avoids":
        return pd.concat([_rows(ids, AGAINST, met, own[0]), _rows(ids, SUPPORTS, missed, own[1])])
    parts = [_rows(ids, SUPPORTS, met, own[0]), _rows(ids, AGAINST, missed, own[1])]
    return pd.concat(parts if rule.against else parts[:1])


def _sides(shapes: Shapes, rule: Rule, things: gpd.GeoDataFrame, size: Measure) -> tuple[FloatArray, FloatArray]:
    """Return how much of each shape lies in the zone that a rule draws around things, and how much outside it."""
    whole = size(shapes)
    if rule.kind == "within_minutes":
        minutes = things[rule.column].to_numpy(float)
        cells = squares(things)
        inside = inside_zone(shapes, cells[minutes <= rule.parameter.value], size)
        rest = inside_zone(shapes, cells[minutes > rule.parameter.value], size)
    else:
        zone = reach(things.geometry.to_numpy(), rule.parameter.value)
        inside = inside_zone(shapes, zone, size)
        rest = whole - inside
    return inside, np.where(rest > _NOTHING * np.maximum(whole, 1), rest, 0.0)


def measure_of(rule: Rule, shapes: Shapes) -> tuple[npt.NDArray[np.bool_], Measure]:
    """Return which shapes a rule measures, areas or lines, and how: in the unit of its ``full``."""
    unit = rule.full.unit
    kept = shapely.get_dimensions(shapes) == (2 if unit == "ha" else 1)
    size = shapely.area if unit == "ha" else shapely.length
    return kept, lambda some: np.asarray(size(some) / _PER[unit], float)


def _reached(features: gpd.GeoDataFrame, rule: Rule, things: gpd.GeoDataFrame) -> Rows:
    """Return the people nearest to each feature of its plan, within the limit."""
    points, people = things.geometry.centroid.to_numpy(), things["population_inv"].fillna(0).to_numpy(float)
    points, people = points[people > 0], people[people > 0]
    total = np.zeros(len(features))
    feature, point = assigned(features, points, rule.parameter.value)
    np.add.at(total, feature, people[point])
    return _rows(features.index, SUPPORTS, total)


def _along(features: gpd.GeoDataFrame, rule: Rule, things: gpd.GeoDataFrame) -> Rows:
    """Return the length of corridors nearest to each feature of its plan, within the limit."""
    lines = shapely.get_parts(shapely.line_merge(things.geometry.to_numpy()))
    of, low, high = _stretches(np.arange(len(lines)), np.zeros(len(lines)), shapely.length(lines), _STRETCH_M)
    every = shapely.STRtree(shapely.line_interpolate_point(lines[of], (low + high) / 2))
    shapes, plans = features.geometry.to_numpy(), features["plan_id"].to_numpy()
    limit, total = rule.parameter.value + _SLACK_M, np.zeros(len(features))
    for plan in np.unique(plans):
        own = np.flatnonzero(plans == plan)
        box = shapely.box(*shapely.total_bounds(shapes[own]))
        near = np.sort(every.query(shapely.buffer(box, limit + _STRETCH_M, join_style="mitre")))
        tree, rest, length_m = shapely.STRtree(shapes[own]), (of[near], low[near], high[near]), _STRETCH_M
        while len(rest[0]):
            length_m /= _PIECES
            found, metres, unsure = _beside(tree, lines, rest, limit, last=length_m < _FINE_M)
            np.add.at(total, own[found], metres / _PER["km"])
            line, start, end = rest
            rest = _stretches(line[unsure], start[unsure], end[unsure], length_m)
    return _rows(features.index, SUPPORTS, total)


def _stretches(line: IntArray, low: FloatArray, high: FloatArray, length_m: float) -> Stretches:
    """Return parts of lines, from metre to metre, cut into even ones no longer than a length."""
    counts = np.maximum(1, np.ceil((high - low) / length_m - _NOTHING)).astype(np.int64)
    of = np.repeat(np.arange(len(line)), counts)
    step = ((high - low) / counts)[of]
    start = low[of] + step * (np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts))
    return line[of], start, start + step


def _beside(
    tree: shapely.STRtree, lines: Shapes, parts: Stretches, limit: float, *, last: bool
) -> tuple[IntArray, FloatArray, npt.NDArray[np.bool_]]:
    """Return the nearest feature and the metres of each stretch within the limit, and which are to be cut finer.

    A stretch is told by its middle; one that the limit may cross, or that lies where another feature becomes the
    nearest, is unsure until the last round.
    """
    line, low, high = parts
    half = (high - low) / 2
    middle = shapely.line_interpolate_point(lines[line], low + half)
    at, which, away = _nearest(tree, middle, limit + half.max())
    nearest, gap = np.full(len(line), -1), np.full(len(line), np.inf)
    nearest[at], gap[at] = which, away
    unsure = np.abs(gap - limit) < half
    turns = (np.diff(nearest) != 0) & (np.diff(line) == 0) & (np.minimum(gap[1:], gap[:-1]) <= limit)
    unsure[1:] |= turns
    unsure[:-1] |= turns
    unsure &= not last
    kept = ~unsure & (gap <= limit)
    return nearest[kept], 2 * half[kept], unsure


def assigned(features: gpd.GeoDataFrame, points: Shapes, within_m: float) -> tuple[IntArray, IntArray]:
    """Return the nearest feature of each plan to each point, where one is so near: positions of feature and point."""
    none = np.zeros(0, np.int64)
    found: list[tuple[IntArray, IntArray]] = [(none, none)]
    shapes, plans = features.geometry.to_numpy(), features["plan_id"].to_numpy()
    every = shapely.STRtree(points)
    for plan in np.unique(plans):
        own = np.flatnonzero(plans == plan)
        box = shapely.box(*shapely.total_bounds(shapes[own]))
        near = np.sort(every.query(shapely.buffer(box, within_m + 1, join_style="mitre")))
        if not len(near):
            continue
        at, which, _ = _nearest(shapely.STRtree(shapes[own]), points[near], within_m + _SLACK_M)
        found.append((own[which], near[at]))
    feature, point = (np.concatenate(part) for part in zip(*found, strict=True))
    return feature, point


def _nearest(tree: shapely.STRtree, points: Shapes, within_m: float) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the points that have something so near, the nearest to each and its metres; of equals the first.

    Equal is what differs by less than a rounding: a point inside two areas, or beside an edge that they share. Which
    of them a tree gives depends on what else is in it.
    """
    (at, _), away = tree.query_nearest(points, max_distance=within_m, return_distance=True, all_matches=False)
    near, which = tree.query(points[at], predicate="dwithin", distance=away + _SLACK_M)
    first = np.full(len(at), len(tree))
    np.minimum.at(first, near, which)
    return at, first, np.asarray(away, float)


def _connecting(features: gpd.GeoDataFrame, rule: Rule, things: gpd.GeoDataFrame, once: Shapes) -> Rows:
    """Return the length of lines that, with those of the plan they touch, join at least two of the places."""
    is_line = shapely.get_dimensions(features.geometry.to_numpy()) == 1
    lines, once = features[is_line], once[is_line]
    shapes, plans = lines.geometry.to_numpy(), lines["plan_id"].to_numpy()
    if not len(shapes):
        return _rows(lines.index, SUPPORTS, np.zeros(0))
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_JOINED_M)
    same = plans[one] == plans[other]
    graph = sparse.coo_matrix((np.ones(same.sum()), (one[same], other[same])), shape=(len(shapes), len(shapes)))
    _, part = connected_components(graph, directed=False)
    place = shapely.STRtree(things.geometry.to_numpy())
    line, node = place.query(shapes, predicate="dwithin", distance=rule.parameter.value + _SLACK_M)
    reached = pd.DataFrame({"part": part[line], "node": node}).drop_duplicates().groupby("part").size()
    joins = pd.Series(part).map(reached).fillna(0).to_numpy() >= 2
    own, counted = (np.where(joins, shapely.length(some), 0.0) / _PER["km"] for some in (shapes, once))
    return _rows(lines.index, SUPPORTS, own, counted)


def _shares(features: gpd.GeoDataFrame, rule: Rule, things: gpd.GeoDataFrame, once: Shapes) -> Rows:
    whole = pd.Series(things.geometry.area.to_numpy(), index=things.index.astype(str))
    area = features["plan_id"].map(whole).to_numpy(float)
    own, counted = (np.nan_to_num(shapely.area(some) / area) for some in (features.geometry.to_numpy(), once))
    together = pd.Series(counted).groupby(features["plan_id"].to_numpy()).transform("sum").to_numpy()
    enough = together >= rule.parameter.value
    return _rows(features.index, SUPPORTS, np.where(enough, own, 0.0), np.where(enough, counted, 0.0))
