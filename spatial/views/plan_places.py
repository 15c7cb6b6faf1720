"""Where the things that a plan page points at lie, as the map's script draws an outline round them."""

from collections.abc import Iterable
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.geo import ANALYSIS_CRS, repaired
from spatial.model import StructureImage
from spatial.views.webmap_features import encoded, simplified

PLAN_LAYERS: Final = tuple(
    aspect + ending
    for aspect in ("planomraden", "planinriktning", "planvarden")
    for ending in ("", "_linjer", "_punkter")
)
_TOLERANCE_M: Final = 50.0


def plan_features(image: StructureImage) -> gpd.GeoDataFrame:
    """Return every plan feature of the image, whatever its aspect and geometry, by its id."""
    frames = [image.layers[name].geo for name in PLAN_LAYERS if name in image.layers]
    if not frames:
        return gpd.GeoDataFrame({"name": []}, geometry=[], crs=ANALYSIS_CRS)
    return gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs)


def outlined(shapes: gpd.GeoSeries, turn: object = "") -> dict[str, Any] | None:
    """Return shapes (EPSG:3006) as the map's ``outlined`` takes them, or None where there is nothing to show.

    ``turn`` makes the same shapes count as asked for anew.
    """
    there = shapely.force_2d(shapes[~(shapes.isna() | shapes.is_empty)].to_numpy())
    parts = [part for shape in there for part in _simple(shape) if not shapely.is_empty(part)]
    if not parts:
        return None
    thin = simplified(gpd.GeoDataFrame(geometry=parts, crs=ANALYSIS_CRS), _TOLERANCE_M).geometry
    sizes = shapely.get_dimensions(thin.to_numpy())
    pairs = zip(sizes, encoded(thin), strict=True)
    return {"shapes": [{"d": int(size), "g": shape} for size, shape in pairs if shape], "turn": str(turn)}


def outlined_features(image: StructureImage, ids: Iterable[str], turn: object = "") -> dict[str, Any] | None:
    """Return plan features by their ids as the map's ``outlined`` takes them; ids that are gone are passed over."""
    features = plan_features(image)
    return outlined(features[features.index.isin(list(ids))].geometry, turn)


def _simple(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the parts of a collection of different kinds; of anything else itself, mended where it is broken."""
    shape = shape if shapely.is_valid(shape) else repaired(shape)
    mixed = shapely.get_type_id(shape) == shapely.GeometryType.GEOMETRYCOLLECTION
    return list(shapely.get_parts(shape)) if mixed else [shape]
