"""A plan that somebody sent, made sound enough to be measured: EPSG:3006, mended, ids apart, each repair counted."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.errors import Fault
from spatial.geo import ANALYSIS_CRS
from spatial.inputs.plan_files import PlanFile, PlanLayer
from spatial.inputs.plan_layers import mended, told_apart, without_nothing
from spatial.inputs.plan_place import placings_of
from spatial.inputs.plan_placing import Placing, placed
from spatial.plan_terms import UNKNOWN
from spatial.texts import number


def sound_features(
    plan: PlanFile, municipality: str, outline: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, tuple[Fault, ...]]:
    """Return the features of a plan's file in metres with sound geometries and ids of their own.

    Parameters
    ----------
    plan : PlanFile
    municipality : str
        The code that the features get.
    outline : Polygon
        The municipality, EPSG:3006: by it a label that is missing or wrong is mended.

    Returns
    -------
    GeoDataFrame, tuple of Fault
        EPSG:3006, what ``apply_mapping`` takes; and what was mended or left out. Layers whose place is not known are
        left out, too, and named.
    """
    parts, faults = list[gpd.GeoDataFrame](), list[Fault]()
    placings = placings_of(plan, outline, believed=False)
    for layer in plan.layers:
        here = _placed(layer, municipality, placings[layer.name])
        if here is None:
            count = len(layer.frame)
            faults.append(Fault("faults.plan_nowhere", layer.name, None, "warning", count, {"count": count}))
            continue
        kept, gone = without_nothing(here.assign(layer=plan.told_from(layer)), layer.name)
        kept, repaired = mended(kept, layer.name)
        ids, apart = told_apart(kept.rename(columns={"file_id": "id"}), layer.name)
        parts.append(kept.set_axis(pd.Index([f"{layer.name}-{ids[row]}" for row in kept.index], dtype=object)))
        faults += [*layer.notes, *gone, *repaired, *apart]
    return _together(parts), tuple(faults)


def timeless(features: gpd.GeoDataFrame, name: str) -> tuple[Fault, ...]:
    """Return what is to be said of features in the pivot (``apply_mapping``) whose time nothing tells; empty for none.

    Goals about what a plan wants to change look at times, and do not see them. National interests and other values
    need none.
    """
    count = int(((features["time"] == UNKNOWN) & (features["aspect"] != "varde")).sum())
    return (Fault("faults.plan_timeless", name, None, "warning", count, {"count": number(count)}),) if count else ()


def _placed(layer: PlanLayer, municipality: str, placing: Placing) -> gpd.GeoDataFrame | None:
    shapes = placed(layer.frame.geometry, placing)
    bare = pd.DataFrame(layer.features(municipality).set_axis(layer.frame.index).drop(columns="geometry"))
    return None if shapes is None else gpd.GeoDataFrame(bare, geometry=shapes.to_numpy(), crs=ANALYSIS_CRS)


def _together(parts: Iterable[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    frames = [part for part in parts if len(part)]
    if not frames:
        return gpd.GeoDataFrame({"municipality": [], "code": []}, geometry=[], crs=ANALYSIS_CRS)
    bare = pd.concat([pd.DataFrame(part.drop(columns="geometry")) for part in frames])
    shapes = np.concatenate([part.geometry.to_numpy() for part in frames])
    return gpd.GeoDataFrame(bare, geometry=shapes, crs=ANALYSIS_CRS)
