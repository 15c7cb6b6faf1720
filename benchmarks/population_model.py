"""The population model against the census grid, and against naive decay around localities, in the same run.

``compare`` takes frames and returns numbers; the test in ``tests/analysis/test_population_realdata.py`` reads the
files and holds the limits; the figures are in ``docs/befolkningsmodell.md``.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.grid import lattice_for, zones_of_cells
from spatial.analysis.nearness import misplaced_people, people_near
from spatial.analysis.population import PARAMETERS, model_population

SQUARE_M = 10_000
OFFSETS_M = ((0, 0), (5000, 0), (0, 5000), (5000, 5000))
CITIES = ("2480", "2482")
DECAYS_M = (1000, 1500, 2000, 2500, 4000)


def naive_grid(
    municipalities: gpd.GeoDataFrame, totals: pd.Series, localities: gpd.GeoDataFrame, decay_m: float
) -> gpd.GeoDataFrame:
    """Return each municipality's people spread as the localities' people fall off with distance, over every cell."""
    grid = lattice_for(tuple(municipalities.total_bounds), 1000)
    row, col = (index.ravel() for index in np.indices(grid.shape))
    cells = gpd.GeoDataFrame(geometry=shapely.points(*grid.centre(row, col)), crs="EPSG:3006")
    cells["municipality_code"] = zones_of_cells(cells, municipalities, 0)["zone"]
    cells = cells[cells["municipality_code"].notna()].reset_index(drop=True)
    weight = np.zeros(len(cells))
    for point, people in zip(localities.geometry, localities["population_inv"], strict=True):
        weight += people * np.exp(-cells.distance(point).to_numpy() / decay_m)
    share = pd.Series(weight).groupby(cells["municipality_code"]).transform(lambda part: part / part.sum())
    cells["population_inv"] = share * cells["municipality_code"].map(totals)
    return cells


def misplaced(model: gpd.GeoDataFrame, census: gpd.GeoDataFrame, without: tuple[str, ...] = ()) -> float:
    """Return people misplaced at 10 km squares, mean over four lattice offsets, without some municipalities."""
    parts = [frame[~frame["municipality_code"].isin(without)] for frame in (model, census)]
    return float(np.mean([misplaced_people(*parts, SQUARE_M, offset) for offset in OFFSETS_M]))


def near_share(cells: gpd.GeoDataFrame, localities: gpd.GeoDataFrame) -> float:
    """Return the share of people within 10 km of a locality of at least 1,000 people."""
    towns = localities[localities["population_inv"] >= 1000]
    return people_near(cells, towns, 10_000) / float(cells["population_inv"].sum())


def compare(
    inputs: Mapping[str, object], census: gpd.GeoDataFrame, parameters: Mapping[str, float], seeds: tuple[int, ...]
) -> dict[str, float]:
    """Return the figures of model, naive decay (the best of several) and census.

    ``inputs``: municipalities, totals, localities, roads, water, rivers. ``census``: points with ``population_inv``.
    """
    ground = {name: inputs[name] for name in ("municipalities", "totals", "localities", "roads", "water", "rivers")}
    where = zones_of_cells(census, ground["municipalities"], 20_000)["zone"]
    census = census.assign(municipality_code=where)
    base = [ground[name] for name in ("municipalities", "totals", "localities")]
    naive = [naive_grid(*base, decay) for decay in DECAYS_M]
    models = [model_population(parameters=parameters, seed=seed, **ground)[0] for seed in seeds]
    return {
        "model_all": float(np.mean([misplaced(m, census) for m in models])),
        "model_without_cities": float(np.mean([misplaced(m, census, CITIES) for m in models])),
        "naive_all": min(misplaced(n, census) for n in naive),
        "naive_without_cities": min(misplaced(n, census, CITIES) for n in naive),
        "model_near_share": near_share(models[0], ground["localities"]),
        "naive_near_share": near_share(naive[1], ground["localities"]),
        "census_near_share": near_share(census, ground["localities"]),
        "model_cells": float(np.mean([len(m) for m in models])),
        "census_cells": float(len(census)),
    }


def held_out(
    inputs: Mapping[str, object], census: gpd.GeoDataFrame, parameters: Mapping[str, float], codes: list[str]
) -> dict[str, float]:
    """Return people misplaced by model and by the best naive decay in some municipalities only."""
    where = zones_of_cells(census, inputs["municipalities"], 20_000)["zone"]
    census = census.assign(municipality_code=where)
    others = tuple(code for code in inputs["municipalities"].index if code not in codes)
    base = [inputs[name] for name in ("municipalities", "totals", "localities")]
    model = model_population(parameters={name: parameters[name] for name in PARAMETERS}, seed=1, **inputs)[0]
    naive = min(misplaced(naive_grid(*base, decay), census, others) for decay in DECAYS_M)
    return {"model": misplaced(model, census, others), "naive": naive}
