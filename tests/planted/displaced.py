"""Faults made from real outlines by rules alone, written without looking at any detector.

A plan is a lattice of cells clipped to an outline, each cell's use drawn by its place. The other plan is made the same
way on a displaced or generalised copy of the outlines. Then faults of stated sizes are cut in or laid on, well inside
the municipality or along a shared border. Whoever tests a detector gets the plans and the list of what was done.
"""

import zlib
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

USES = ("Landsbygd", "Skogsbruk", "Natur och friluftsliv", "Jordbruk")


@dataclass(frozen=True)
class Fault:
    """What was planted: its kind (gap, overlap, conflict), where and how large (m², or m along a border)."""

    kind: str
    municipality: str
    geometry: shapely.Geometry
    size: float


def displaced(
    outlines: gpd.GeoSeries,
    most_m: float,
    wave_m: float = 30_000.0,
    phase: tuple[float, float] = (1.0, 2.0),
    step_m: float = 2_000.0,
) -> gpd.GeoSeries:
    """Return outlines moved by a smooth field, so that neighbours still meet; at most ``most_m`` in each direction."""

    def moved(xy: np.ndarray) -> np.ndarray:
        turn = 2 * np.pi / wave_m
        east = most_m * np.sin(turn * xy[:, 1] + phase[0])
        north = most_m * np.sin(turn * xy[:, 0] + phase[1])
        return xy + np.c_[east, north]

    shapes = shapely.make_valid(shapely.transform(shapely.segmentize(outlines.to_numpy(), step_m), moved))
    return gpd.GeoSeries(shapes, index=outlines.index, crs=outlines.crs)


def generalised(outlines: gpd.GeoSeries, tolerance_m: float) -> gpd.GeoSeries:
    """Return outlines simplified together: shared borders stay shared."""
    shapes = shapely.coverage_simplify(outlines.to_numpy(), tolerance_m)
    return gpd.GeoSeries(shapely.make_valid(shapes), index=outlines.index, crs=outlines.crs)


def plan_on(code: str, outline: shapely.Geometry, cell_m: float = 8_000.0) -> gpd.GeoDataFrame:
    """Return a plan that covers an outline wholly, each place once."""
    west, south, east, north = (int(value // cell_m) for value in outline.bounds)
    boxes, uses, ids = [], [], []
    for col in range(west, east + 1):
        for row in range(south, north + 1):
            cell = shapely.intersection(
                shapely.box(col * cell_m, row * cell_m, (col + 1) * cell_m, (row + 1) * cell_m), outline
            )
            if cell.area > 0:
                boxes.append(cell)
                uses.append(USES[zlib.crc32(f"{col}:{row}".encode()) % len(USES)])
                ids.append(f"{col}-{row}")
    return gpd.GeoDataFrame({"municipality": code, "code": uses}, geometry=boxes, crs=3006, index=ids)


def inside(outline: shapely.Geometry, depth_m: float) -> shapely.Point:
    """Return a point at least so deep inside an outline."""
    return shapely.buffer(outline, -depth_m).representative_point()


def square(at: shapely.Point, area_m2: float) -> shapely.Polygon:
    half = np.sqrt(area_m2) / 2
    return shapely.box(at.x - half, at.y - half, at.x + half, at.y + half)


def with_gap(plan: gpd.GeoDataFrame, at: shapely.Point, area_m2: float) -> tuple[gpd.GeoDataFrame, Fault]:
    """Return the plan with a hole of so many square metres."""
    hole = square(at, area_m2)
    cut = plan.set_geometry(plan.geometry.difference(hole))
    return cut[~cut.is_empty], Fault("gap", plan["municipality"].iloc[0], hole, area_m2)


def with_overlap(plan: gpd.GeoDataFrame, at: shapely.Point, area_m2: float) -> tuple[gpd.GeoDataFrame, Fault]:
    """Return the plan with a use laid on top of the others."""
    code = plan["municipality"].iloc[0]
    top = gpd.GeoDataFrame(
        {"municipality": [code], "code": ["Verksamheter och industri"]},
        geometry=[square(at, area_m2)],
        crs=plan.crs,
        index=[f"ovanpa-{round(at.x)}"],
    )
    both = gpd.GeoDataFrame(
        np.r_[plan.to_numpy(), top.to_numpy()], columns=plan.columns, index=[*plan.index, *top.index]
    )
    return both.set_geometry("geometry").set_crs(plan.crs), Fault("overlap", code, top.geometry.iloc[0], area_m2)


def with_use(plan: gpd.GeoDataFrame, where: shapely.Geometry, code: str, key: str) -> gpd.GeoDataFrame:
    """Return the plan with a use in place of what was there."""
    cut = plan.set_geometry(plan.geometry.difference(where))
    cut = cut[~cut.is_empty]
    new = {"municipality": plan["municipality"].iloc[0], "code": code, "geometry": where}
    rows = [*cut.reset_index(drop=True).to_dict("records"), new]
    return gpd.GeoDataFrame(rows, crs=plan.crs, index=[*cut.index, key])
