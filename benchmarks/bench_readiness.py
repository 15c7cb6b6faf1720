"""Readiness of 15 plans with 30,000 features in all: seconds of processor time, and how they grow.

Run: ``python benchmarks/bench_readiness.py``. Plans: Voronoi cells clipped to the packaged outlines, every edge with a
vertex each 250 m, 100 national interests a plan, every third use without a consideration.
"""

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.plans import apply_mapping
from spatial.analysis.readiness import check_plan
from spatial.inputs.config import read_settings
from spatial.inputs.layers import read_layers

USES = ["Landsbygd", "Skogsbruk", "Vatten", "Natur och friluftsliv", "Verksamheter och industri"]


def plan_of(code: str, outline: shapely.Geometry, count: int) -> gpd.GeoDataFrame:
    """Return one plan with ``count`` features in all."""
    rng = np.random.default_rng(int(code))
    west, south, east, north = outline.bounds
    uses = count - 100
    points = shapely.points(rng.uniform(west, east, 4 * uses), rng.uniform(south, north, 4 * uses))
    points = points[shapely.contains(outline, points)][:uses]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=outline))
    cells = shapely.segmentize(shapely.intersection(cells, outline), 250)
    at = shapely.get_coordinates(points[:100])
    interests = shapely.buffer(shapely.points(at), rng.uniform(500, 4000, len(at)))
    kinds = [USES[n % len(USES)] for n in range(len(cells))] + ["Riksintresse energi"] * len(interests)
    said = [None if n % 3 == 0 else "Hänsyn" for n in range(len(cells))] + [None] * len(interests)
    frame = {"municipality": code, "code": kinds, "consideration": said}
    ids = [str(n) for n in range(len(kinds))]
    return gpd.GeoDataFrame(frame, geometry=[*cells, *interests], crs="EPSG:3006", index=ids)


def main() -> None:
    """Print a row for each size."""
    settings = read_settings()
    outlines = read_layers(settings)["kommuner"].geo.geometry.loc[list(settings.region.municipalities)]
    print("features  vertices  map_s  check_s  findings")
    for total in (3_000, 10_000, 30_000):
        plans = {code: plan_of(code, outline, total // len(outlines)) for code, outline in outlines.items()}
        started = time.process_time()
        frames = {code: apply_mapping(plan, settings.mappings["boverket"])[0] for code, plan in plans.items()}
        mapped = time.process_time()
        found = [
            check_plan(frame, outlines[code], settings.readiness, pivot=settings.pivot)
            for code, frame in frames.items()
        ]
        done = time.process_time()
        vertices = sum(int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum()) for frame in frames.values())
        features = sum(map(len, frames.values()))
        print(f"{features:8d} {vertices:9d} {mapped - started:6.2f} {done - mapped:8.2f} {len(pd.concat(found)):9d}")


if __name__ == "__main__":
    main()
