"""Matrix, borders and readiness of 15 plans against 30 goals, together: seconds by number of features, and growth.

Repeat: ``PYTHONPATH=. python benchmarks/bench_plans.py [FEATURES ...] [--profile]``. Plans: Voronoi cells clipped to
the packaged outlines, every edge with a vertex each 250 m, of several categories and times, every third without a
consideration; 40 national interests, LIS areas and planned links a plan. The structure is the embedded image's.
Growth is the exponent of time by number of features: 1 is linear.
"""

import argparse
import cProfile
import math
import pstats
import time
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.borders import compared
from spatial.analysis.matrix import claims, evidence, matrix
from spatial.analysis.plans import apply_mapping
from spatial.analysis.readiness import check_plan
from spatial.analysis.rules import structure_of
from spatial.image import compose
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers

USES = {
    "Landsbygd": 0.35,
    "Skogsbruk": 0.25,
    "Sammanhängande bostadsbebyggelse": 0.1,
    "Natur och friluftsliv": 0.1,
    "Verksamheter och industri": 0.1,
    "Vatten": 0.1,
}
TIMES = ["Nuvarande", "Framtida", "Utveckling"]
OTHERS = 40


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


def run(plans, outlines, structure, goals, settings):
    """Return seconds (elapsed, of the processor) of each part, and how much each found."""
    marks = [(time.perf_counter(), time.process_time())]

    def lap():
        marks.append((time.perf_counter(), time.process_time()))

    frames = {code: apply_mapping(plan, settings.mappings["boverket"])[0] for code, plan in plans.items()}
    features = gpd.GeoDataFrame(pd.concat(frames.values()), crs="EPSG:3006")
    lap()
    rows = evidence(features, goals, structure)
    cells = matrix(rows, goals, list(plans), structure)
    claims(features, rows)
    lap()
    found, _ = compared(features, outlines, settings.compatibility)
    lap()
    checked = [
        check_plan(frame, outlines.geometry[code], settings.readiness, pivot=settings.pivot)
        for code, frame in frames.items()
    ]
    lap()
    spent = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(marks)]
    return spent, (len(features), len(rows), len(cells), len(found), sum(map(len, checked)))


def main() -> None:
    """Print a row for each size."""
    asked = argparse.ArgumentParser()
    asked.add_argument("features", nargs="*", type=int, default=[7_500, 15_000, 30_000])
    asked.add_argument("--profile", action="store_true")
    options = asked.parse_args()
    settings = read_settings()
    image = compose(settings, read_layers(settings))
    drawn = {name: layer.geo for name, layer in image.layers.items() if isinstance(layer.frame, gpd.GeoDataFrame)}
    structure, goals = structure_of(drawn), thirty(settings.strategy.in_force())
    outlines = drawn["kommuner"]
    print("features vertices | map matrix borders readiness | together (processor) | found | growth")
    before = None
    for total in options.features:
        each = total // len(outlines)
        plans = {str(code): plan_of(str(code), outline, each) for code, outline in outlines.geometry.items()}
        vertices = sum(int(shapely.get_num_coordinates(plan.geometry.to_numpy()).sum()) for plan in plans.values())
        profile = cProfile.Profile()
        if options.profile:
            profile.enable()
        spent, (features, rows, _, borders, remarks) = run(plans, outlines, structure, goals, settings)
        profile.disable()
        elapsed, processor = (sum(part[n] for part in spent) for n in (0, 1))
        grown = math.log(processor / before[1]) / math.log(features / before[0]) if before else float("nan")
        parts = " ".join(f"{part[0]:7.2f}" for part in spent)
        print(
            f"{features:8d} {vertices:8d} | {parts} | {elapsed:.2f} s ({processor:.2f}) | "
            f"{rows}, {borders}, {remarks} | {grown:.2f}",
            flush=True,
        )
        before = (features, processor)
        if options.profile:
            pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
