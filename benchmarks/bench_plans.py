"""Matrix and borders of 15 plans: seconds by number of features, 30 goals. Repeat: python benchmarks/bench_plans.py.

Synthetic plans: each municipality cut by a square lattice into areas of use, of several categories and times; the
structure is the embedded image's. Growth from one size to the next is printed: near linear is near the ratio of sizes.
"""

import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.borders import borders
from spatial.analysis.matrix import evidence, matrix
from spatial.analysis.rules import squares
from spatial.image import compose
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers

USES = ["landsbygd", "areell_naring", "sammanhangande_bostad", "natur_friluftsliv", "verksamheter_industri", "vatten"]
TIMES = ["nuvarande", "framtida", "utveckling"]


def plans(zones, count):
    """Return about ``count`` features that cover the municipalities."""
    side = float(np.sqrt(zones.area.sum() / count))
    frames = []
    draw = np.random.default_rng(1)
    for code, zone in zones.geometry.items():
        x0, y0, x1, y1 = zone.bounds
        x, y = (a.ravel() for a in np.meshgrid(np.arange(x0, x1, side), np.arange(y0, y1, side)))
        cells = shapely.box(x, y, x + side, y + side)
        shapely.prepare(zone)
        pieces = np.where(shapely.covers(zone, cells), cells, shapely.intersection(cells, zone))
        pieces = pieces[shapely.area(pieces) > 1]
        ids = [f"{code}:{n}" for n in range(len(pieces))]
        n = len(pieces)
        table = {"plan_id": code, "aspect": "anvandning", "pivot_options": None, "name": ids, "code": "x"}
        table |= {"pivot": draw.choice(USES, n, p=[0.5, 0.25, 0.1, 0.05, 0.05, 0.05]), "time": draw.choice(TIMES, n)}
        frames.append(gpd.GeoDataFrame(table, geometry=pieces, crs=zones.crs, index=ids))
    return gpd.GeoDataFrame(pd.concat(frames), crs=zones.crs)


def thirty(goals):
    """Return thirty goals: those of the strategy, again and again with other limits."""
    spatial = [goal for goal in goals if goal.rule]
    out = []
    for n in range(30):
        goal = spatial[n % len(spatial)]
        value = goal.rule.parameter.value * (1 + 0.2 * (n // len(spatial)))
        rule = goal.rule.model_copy(update={"parameter": goal.rule.parameter.model_copy(update={"value": value})})
        out.append(goal.model_copy(update={"id": f"{goal.id}-{n}", "rule": rule}))
    return out


def main():
    settings = read_settings()
    image = compose(settings, read_layers(settings))
    structure = {name: layer.geo for name, layer in image.layers.items() if isinstance(layer.frame, gpd.GeoDataFrame)}
    structure["rutnat"] = structure["rutnat"].set_geometry(
        gpd.GeoSeries(squares(structure["rutnat"]), structure["rutnat"].index, structure["rutnat"].crs)
    )
    goals, before = thirty(settings.strategy.in_force()), None
    for count in [int(a) for a in sys.argv[1:]] or [7_500, 15_000, 30_000]:
        features = plans(structure["kommuner"], count)
        start = time.process_time()
        rows = evidence(features, goals, structure)
        matrix(rows, goals, features["plan_id"].unique(), structure)
        middle = time.process_time()
        found = borders(features, structure["kommuner"], settings.compatibility)
        end = time.process_time()
        ratio = f", {(end - start) / before[1]:.2f} × for {len(features) / before[0]:.2f} ×" if before else ""
        print(
            f"{len(features)} features: matrix {middle - start:.2f} s ({len(rows)} rows), "
            f"borders {end - middle:.2f} s ({len(found)} findings), together {end - start:.2f} s{ratio}"
        )
        before = (len(features), end - start)


if __name__ == "__main__":
    main()
