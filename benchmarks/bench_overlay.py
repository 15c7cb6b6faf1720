"""Overlay and zonal statistics at county size and four times that, against what a planner would use, in the same run.

Run from the repository: ``PYTHONPATH=. python benchmarks/bench_overlay.py [--small]``. Synthetic land use with fractal
edges, municipalities of many vertices; CPU seconds, best of three (peers once at 4×; cells in zones best of eight).
Ratios above 1 mean that ours is quicker; what each engine counts is checked to agree, and the run fails where a limit
is missed (not with --small).
"""

import argparse
import math
import time
import warnings

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from limits import Limits, growth

from spatial.analysis.coverage import raster_areas
from spatial.analysis.grid import zones_of_cells
from spatial.analysis.overlay import overlay_areas, people_in_zones
from spatial.model import Grid, Raster

CRS = "EPSG:3006"
LEFT, BOTTOM = 400_000.0, 7_000_000.0
KINDS = np.array(["skog", "myr", "jordbruk", "vatten", "bebyggelse"], object)


def tiles(count, side_m, vertices, seed):
    """Return a tiling of a square, its edges crooked alike on both sides."""
    rng = np.random.default_rng(seed)
    points = shapely.points(rng.uniform(0, side_m, count) + LEFT, rng.uniform(0, side_m, count) + BOTTOM)
    frame = shapely.box(LEFT, BOTTOM, LEFT + side_m, BOTTOM + side_m)
    cells = shapely.intersection(
        shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame)), frame
    )
    cells = cells[~shapely.is_empty(cells)]
    finer = shapely.segmentize(cells, side_m / math.sqrt(count) / vertices * 4)
    bend = side_m / math.sqrt(count) / 60

    def crooked(xy):
        x, y = xy.T / bend
        return xy + bend * np.column_stack([np.sin(y / 3) + np.sin(x / 1.7), np.cos(x / 3) + np.sin(y / 1.3)])

    shapes = shapely.make_valid(shapely.transform(finer, crooked))
    return gpd.GeoDataFrame({"category": rng.choice(KINDS, len(shapes))}, geometry=shapes, crs=CRS)


def timed(call, repeats=3):
    best, result = math.inf, None
    for _ in range(repeats):
        begin = time.process_time()
        result = call()
        best = min(best, time.process_time() - begin)
    return best, result


def by_overlay(parcels, zones):
    cut = gpd.overlay(parcels, zones.reset_index(names="zone")[["zone", "geometry"]], keep_geom_type=True)
    return cut.assign(km2=cut.area / 1e6).pivot_table(index="zone", columns="category", values="km2", aggfunc="sum")


def by_exactextract(raster, zones):
    """What a planner would write: the fractions of each class, times the zone's area."""
    band, grid = raster.bands["klass"], raster.grid
    rows, cols = band.shape
    west, north, size = grid.transform.c, grid.transform.f, grid.size_m
    box = {"xmin": west, "xmax": west + cols * size, "ymin": north - rows * size, "ymax": north}
    source = NumPyRasterSource(band, **box, srs_wkt=zones.crs.to_wkt())
    found = exact_extract(source, zones.reset_index(names="zone"), ["unique", "frac"], include_cols=["zone"])
    said = [one["properties"] for one in found]
    return [[dict(zip(one["unique"], one["frac"], strict=True)).get(k, 0) for k in raster.classes] for one in said]


LEAST = {"overlay_areas": 6.0, "raster_areas": 6.0, "people_in_zones": 2.5}


def compared(peer, peer_s, ours, ours_s, stock, limits):
    print(f"  {peer} {peer_s:.2f} s, {ours} {ours_s:.2f} s, ratio {peer_s / ours_s:.2f} ({stock})")
    if limits:
        limits.least(f"{peer} / {ours}", peer_s / ours_s, LEAST[ours])


def run(parcels, municipalities, pixels, cells, limits, *, repeats):
    side = 240_000.0 * math.sqrt(parcels / 27_000)
    land, zones = tiles(parcels, side, 50, 1), tiles(municipalities, side, 2000, 2)[["geometry"]]
    zones.index = [f"z{n}" for n in range(len(zones))]
    theirs_s, known = timed(lambda: by_overlay(land, zones), repeats)
    ours_s, found = timed(lambda: overlay_areas(land, zones, "category"))
    assert np.allclose(known.fillna(0).reindex(found.index)[list(found.columns)], found, rtol=1e-9, atol=1e-9)
    vertices = shapely.get_num_coordinates(land.geometry).sum()
    print(f"\n{len(land):,} parcels x {len(zones)} municipalities, {vertices:,} vertices")
    compared("geopandas.overlay", theirs_s, "overlay_areas", ours_s, "stock column: 7.6", limits)
    size = side / pixels
    grid = Grid(CRS, Affine(size, 0, LEFT, 0, -size, BOTTOM + side), (pixels, pixels))
    classes = dict(enumerate(KINDS, 1))
    raster = Raster(
        grid, {"klass": np.random.default_rng(3).integers(1, 6, (pixels, pixels)).astype(np.int32)}, classes
    )
    peer_s, shares = timed(lambda: by_exactextract(raster, zones), repeats)
    own_s, areas = timed(lambda: raster_areas(raster, zones))
    assert np.allclose(areas.sum(axis=1), zones.area / 1e6)
    covered = areas[list(KINDS)]
    assert np.allclose(covered.div(covered.sum(axis=1), axis=0), shares, rtol=0, atol=1e-6)
    print(f"{pixels}² pixels in {len(zones)} zones")
    compared("exactextract", peer_s, "raster_areas", own_s, "stock column: 1", limits)
    rng = np.random.default_rng(4)
    xy = rng.uniform(0, side, (2, cells))
    points = gpd.GeoDataFrame(
        {"population_inv": np.ones(cells)}, geometry=gpd.points_from_xy(xy[0] + LEFT, xy[1] + BOTTOM), crs=CRS
    )
    join_s, joined = timed(lambda: gpd.sjoin(points, zones, predicate="within").groupby("index_right").size(), 8)
    people_s, people = timed(lambda: people_in_zones(points, zones), 8)  # a run takes 20 ms
    zone_s, _ = timed(lambda: zones_of_cells(points, zones, 15_000))
    assert np.allclose(joined.reindex(people.index, fill_value=0), people["population_inv"], atol=2)
    print(f"{cells:,} cells in {len(zones)} zones")
    compared("sjoin", join_s, "people_in_zones", people_s, "stock column: 4.7", limits)
    print(f"  zone of each, nobody lost: {zone_s:.2f} s")
    return {"overlay": ours_s, "raster": own_s, "people": people_s, "zones": zone_s}


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message=".*keep_geom_type.*")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth, to see that it runs")
    small = parser.parse_args().small
    scale, limits = (0.1, None) if small else (1.0, Limits())
    pixels = int(4000 * scale**0.5)
    first = run(int(27_000 * scale), 15, pixels, int(110_000 * scale), limits, repeats=2)
    second = run(int(108_000 * scale), 60, 2 * pixels, int(440_000 * scale), limits, repeats=1)
    grown = {name: growth((1, first[name]), (4, second[name])) for name in first}
    print("\ngrowth exponents over x4: " + ", ".join(f"{name} {value:.2f}" for name, value in grown.items()))
    if limits:
        for name in ("overlay", "raster", "people"):
            limits.most(f"growth of {name}", grown[name], 1.2)
        limits.judged()
