"""People within 5 km of 100 corridors: against geopandas' buffer and sjoin, in the same run, at county size and 4×.

    python benchmarks/bench_corridors.py

Prints seconds, the ratio peer / ours, the growth exponent, and how many people the buffer loses; fails where a limit is
missed.
"""

import time

import geopandas as gpd
import numpy as np
import shapely
from limits import Limits, growth

from spatial.analysis.along import people_along

REACH_M = 5000.0
CRS = "EPSG:3006"


def county(cells, seed=1):
    """Return populated cells in clusters, as many as asked for, and 100 crooked corridors over the same land."""
    rng = np.random.default_rng(seed)
    side = 350 * (cells / 27_000) ** 0.5
    towns = rng.uniform(0, side, (200, 2))
    spread = towns[rng.integers(0, len(towns), 3 * cells)] + rng.normal(0, side / 25, (3 * cells, 2))
    lattice = np.unique(np.clip(np.floor(spread), 0, side), axis=0)
    lattice = lattice[rng.permutation(len(lattice))[:cells]] * 1000 + 500
    points = gpd.GeoDataFrame(
        {"population_inv": rng.poisson(10, len(lattice)).astype(float)},
        geometry=gpd.points_from_xy(lattice[:, 0], lattice[:, 1]),
        crs=CRS,
    )
    lines = []
    for a, b in zip(towns[:100], towns[100:], strict=True):
        share = np.linspace(0, 1, 200)[:, None]
        crooked = np.cumsum(rng.normal(0, 0.3, (200, 2)), axis=0)
        lines.append(shapely.LineString(((1 - share) * a + share * b + crooked) * 1000))
    return points, gpd.GeoDataFrame(geometry=lines, crs=CRS)


def peer(lines, cells):
    """What a planner would write."""
    bands = gpd.GeoDataFrame(geometry=lines.buffer(REACH_M), crs=lines.crs)
    joined = gpd.sjoin(cells, bands, predicate="within")
    return joined.groupby("index_right")["population_inv"].sum().reindex(lines.index, fill_value=0)


def timed(function, *args, repeats=3):
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        result = function(*args)
        spent.append(time.process_time() - start)
    return min(spent), result


def main():
    sizes = []
    limits = Limits()
    for cells in (27_000, 108_000):
        points, lines = county(cells)
        theirs, counted = timed(peer, lines, points)
        ours, exact = timed(people_along, lines, points, REACH_M)
        lost = 1 - counted.sum() / exact.sum()
        print(
            f"{len(points):7d} cells, 100 corridors: buffer + sjoin {theirs:.3f} s, people_along {ours:.3f} s, "
            f"ratio {theirs / ours:.1f}, people lost by the buffer {lost:.1e}"
        )
        limits.least("buffer + sjoin / people_along", theirs / ours, 2.0)
        sizes.append((len(points), ours))
    limits.most("growth by cells", growth(*sizes), 1.2)
    limits.judged()


if __name__ == "__main__":
    main()
