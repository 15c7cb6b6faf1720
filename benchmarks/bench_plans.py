"""Matrix, borders and readiness of 15 plans against 30 goals: beside geopandas, and growth; the run fails on a miss.

Repeat: ``PYTHONPATH=. python benchmarks/bench_plans.py [FEATURES ...] [--profile]``. Plans: Voronoi cells clipped to
the packaged outlines, every edge with a vertex each 250 m, of several categories and times, every third without a
consideration; 40 national interests, LIS areas and planned links a plan. The structure is the embedded image's.
The peer (``plan_peer.py``) is overlays, buffers and joins of whole frames, in the same process on the same data, and
its amounts are checked to be ours. Then 60 plans with as many features each as the 15 of the first size: the county and
three copies beside it. Processor seconds, the better of two. Growth is the exponent of time by features, or by plans:
1 is linear.
"""

import argparse
import cProfile
import pstats
import time
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import plan_peer as peer
import shapely
from limits import Limits, growth

from spatial.analysis.borders import compared
from spatial.analysis.matrix import claims, evidence, matrix
from spatial.analysis.plans import apply_mapping
from spatial.analysis.readiness import check_plan
from spatial.analysis.rules import structure_of
from spatial.image import compose
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers

USES = {
    "Landsbygd": 0.3,
    "Mångfunktionell bebyggelse": 0.05,
    "Skogsbruk": 0.25,
    "Sammanhängande bostadsbebyggelse": 0.1,
    "Natur och friluftsliv": 0.1,
    "Verksamheter och industri": 0.1,
    "Vatten": 0.1,
}
TIMES = ["Nuvarande", "Framtida", "Utveckling"]
OTHERS = 40
BESIDE_M = 2_000_000.0
PARTS = ("mapping", "matrix", "borders", "readiness")
RATIOS = {"matrix": 1.2, "borders": 0.5, "readiness": 2.0}


def plan_of(code: str, outline: shapely.Geometry, count: int) -> gpd.GeoDataFrame:
    """Return one plan with ``count`` features in all."""
    rng = np.random.default_rng(int(code))
    west, south, east, north = outline.bounds
    size = count - 3 * OTHERS
    shapely.prepare(outline)
    points = shapely.points(rng.uniform(west, east, 4 * size), rng.uniform(south, north, 4 * size))
    points = points[shapely.contains(outline, points)][:size]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=outline))
    cells = shapely.segmentize(shapely.intersection(cells, outline), 250)
    at = points[:OTHERS]
    xy = shapely.get_coordinates(at)
    ahead = xy + rng.uniform(-9000, 9000, xy.shape)
    links = [shapely.LineString(pair) for pair in zip(xy, ahead, strict=True)]
    interests = shapely.buffer(at, rng.uniform(500, 4000, OTHERS))
    shores = shapely.buffer(shapely.points(ahead), 400)
    kinds = list(rng.choice(list(USES), len(cells), p=list(USES.values())))
    kinds += ["Riksintresse energi"] * OTHERS + ["LIS-område"] * OTHERS + ["Stråk för kommunikationer"] * OTHERS
    shapes = [*cells, *interests, *shores, *links]
    said = [None if n % 3 == 0 else "Hänsyn" for n in range(len(shapes))]
    frame = {"municipality": code, "code": kinds, "consideration": said, "time": rng.choice(TIMES, len(shapes))}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:3006", index=[str(n) for n in range(len(shapes))])


def thirty(goals):
    """Return thirty goals: the spatial ones of the strategy, again and again with other limits."""
    spatial = [goal for goal in goals if goal.rule]
    out = []
    for n in range(30):
        goal = spatial[n % len(spatial)]
        value = goal.rule.parameter.value * (1 + 0.2 * (n // len(spatial)))
        rule = goal.rule.model_copy(update={"parameter": goal.rule.parameter.model_copy(update={"value": value})})
        out.append(goal.model_copy(update={"id": f"{goal.id}-{n}", "rule": rule}))
    return out


def copied(frames, times):
    """Return layers with copies of themselves beside them; municipalities have codes of their own."""
    out = {}
    for name, frame in frames.items():
        copies = [frame.set_geometry(frame.translate(BESIDE_M * n)) for n in range(times)]
        if name == "kommuner":
            copies = [copy.set_axis((copy.index.astype(int) + 1000 * n).astype(str)) for n, copy in enumerate(copies)]
        out[name] = gpd.GeoDataFrame(pd.concat(copies), crs=frame.crs)
    return out


def ours(plans, outlines, structure, goals, settings):
    """Return the seconds of each part, and what it gave."""
    marks = [time.process_time()]
    frames = {code: apply_mapping(plan, settings.mappings["boverket"])[0] for code, plan in plans.items()}
    features = gpd.GeoDataFrame(pd.concat(frames.values()), crs="EPSG:3006")
    marks.append(time.process_time())
    rows = evidence(features, goals, structure)
    cells = matrix(rows, goals, list(plans), structure)
    claims(features, rows)
    marks.append(time.process_time())
    _, lengths = compared(features, outlines, settings.compatibility)
    marks.append(time.process_time())
    checked = [
        check_plan(frame, outlines.geometry[code], settings.readiness, pivot=settings.pivot)
        for code, frame in frames.items()
    ]
    marks.append(time.process_time())
    spent = dict(zip(PARTS, (b - a for a, b in pairwise(marks)), strict=True))
    return spent, frames, features, (cells, lengths, pd.concat(checked))


def theirs(frames, features, outlines, structure, goals, settings):
    """Return the peer's seconds of each part, and what it gave."""
    marks = [time.process_time()]
    amounts = peer.amounts(features, goals, structure)
    marks.append(time.process_time())
    lengths = peer.faces(features, outlines, settings.compatibility)
    marks.append(time.process_time())
    found = [peer.remarks(frame, outlines.geometry[code], settings.readiness) for code, frame in frames.items()]
    marks.append(time.process_time())
    spent = dict(zip(PARTS[1:], (b - a for a, b in pairwise(marks)), strict=True))
    return spent, (amounts, lengths, pd.DataFrame(found).sum())


def agree(ours, theirs, settings):
    """Fail unless both count the same: amounts, conflicting metres and numbers of findings."""
    (cells, lengths, checked), (amounts, metres, found) = ours, theirs
    cells = cells.set_index(["plan_id", "goal"])
    amounts = amounts.reindex(cells.index).fillna(0.0)
    for column, own in (("support", "support_measure"), ("against", "against_measure")):
        mine, full = cells[own].astype(float), cells["full"].astype(float)
        assert (np.abs(mine - amounts[column]) <= 0.005 * mine + 0.01 * full).all(), column  # arcs of 16 segments
    both = lengths.set_index(["plan_a", "plan_b"]).join(metres.add_suffix("_peer"), how="outer")
    assert np.allclose(both["length_m"], both["length_m_peer"])
    assert np.allclose(both["konflikt"], both["konflikt_peer"], rtol=0.02, atol=100)  # ours asks each 50 m
    checks = {rule.id: rule.check for rule in settings.readiness.rules}
    mine = checked["rule"].map(checks).value_counts().reindex(found.index, fill_value=0)
    assert (mine == found).all(), (mine, found)


def measured(each, outlines, structure, goals, settings, profile):
    """Tell what plans of so many features each take, and return the features, the seconds and what was found."""
    plans = {code: plan_of(code, outline, each) for code, outline in outlines.geometry.items()}
    vertices = sum(int(shapely.get_num_coordinates(plan.geometry.to_numpy()).sum()) for plan in plans.values())
    watch = cProfile.Profile()
    if profile:
        watch.enable()
    first, *_ = ours(plans, outlines, structure, goals, settings)
    watch.disable()
    again, frames, features, found = ours(plans, outlines, structure, goals, settings)
    spent = better(first, again)
    told(f"{len(plans)} plans, {len(features):,} features, {vertices:,} vertices", spent)
    if profile:
        pstats.Stats(watch).sort_stats("cumulative").print_stats(45)
    return spent, frames, features, found


def better(first, again):
    """Return the lesser seconds of each part: others may be at work."""
    return {part: min(seconds, again[part]) for part, seconds in first.items()}


def told(what, spent):
    """Print the seconds of each part, and together."""
    parts = ", ".join(f"{part} {seconds:.2f}" for part, seconds in spent.items())
    print(f"{what}: {parts}; together {sum(spent.values()):.2f} s", flush=True)


def main() -> None:
    """Measure each size, the peer at the largest, and the copies at the smallest."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("features", nargs="*", type=int, default=[7_500, 30_000])
    asked.add_argument("--profile", action="store_true")
    options = asked.parse_args()
    settings = read_settings()
    image = compose(settings, read_layers(settings))
    drawn = {name: layer.geo for name, layer in image.layers.items() if isinstance(layer.frame, gpd.GeoDataFrame)}
    structure, goals = structure_of(drawn), thirty(settings.strategy.in_force())
    limits = Limits()
    sizes = []
    for total in options.features:
        each = total // len(drawn["kommuner"])
        found = measured(each, drawn["kommuner"], structure, goals, settings, options.profile)
        sizes.append((len(found[2]), sum(found[0].values())))
    spent, frames, features, result = found
    first, _ = theirs(frames, features, drawn["kommuner"], structure, goals, settings)
    again, known = theirs(frames, features, drawn["kommuner"], structure, goals, settings)
    peers = better(first, again)
    told("geopandas", peers)
    agree(result, known, settings)
    for part, floor in RATIOS.items():
        limits.least(f"{part}, geopandas / ours", peers[part] / spent[part], floor)
    limits.least("together, geopandas / ours", sum(peers.values()) / sum(spent[part] for part in RATIOS), 1.5)
    limits.most(f"{len(features):,} features, processor seconds", sizes[-1][1], 20)
    if len(sizes) > 1:
        limits.most("growth by features", growth(sizes[0], sizes[-1]), 1.2)
    copies = copied(structure, 4)
    each = options.features[0] // len(drawn["kommuner"])
    spent, *_ = measured(each, copies["kommuner"], copies, goals, settings, options.profile)
    limits.most("growth by plans", growth((15, sizes[0][1]), (60, sum(spent.values()))), 1.2)
    limits.judged()


if __name__ == "__main__":
    main()
