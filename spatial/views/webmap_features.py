"""Vector layers as the web map's script reads them: simplified for the screen, degrees with few decimals."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.geo import ANALYSIS_CRS, WEB_CRS, common_bounds, polygonal, to_crs, transform_xy
from spatial.model import Layer, StructureImage
from spatial.settings import LayerStyle
from spatial.steps.titles import spot_name
from spatial.views.style import class_values, web_class
from spatial.views.webmap_facts import Facts
from spatial.views.webmap_links import goals_of, municipalities_of
from spatial.views.webmap_places import municipality_sections, node_minutes

FloatArray = npt.NDArray[np.float64]

DECIMALS: Final = 4
"""Of a degree: 11 m north-south, 5 m east-west at 64° N; finer than a pixel at every zoom of the map."""
MOST_SPOTS: Final = 15
"""White spots shown of each service and threshold; all of them stand in the files."""
_SIMPLIFY_M: Final = 200.0
_SIMPLIFY_GROUND_M: Final = 500.0
_GROUND: Final = frozenset({"land", "neighbours"})
_SURROUNDINGS_M: Final = 600_000.0
MOST_LOSSES: Final = 60
LOSSES: Final = frozenset({"forlust_service", "forlust_vagar"})
"""Rankings of what hurts most to lose, of which the map shows the first."""
_SILENT: Final = frozenset({"vatten", "vattendrag", "land", "fa_regioner"})


def vector_layers(image: StructureImage, lang: str) -> list[dict[str, object]]:
    """Return the image's vector layers in the style's order, each with its classes and features."""
    facts = Facts(image, lang)
    window = surroundings(image)
    made = []
    for style in image.settings.style.layers:
        layer = image.layers.get(style.id)
        if style.geometry == "raster" or layer is None or layer.grid is not None:
            continue
        if isinstance(layer.frame, gpd.GeoDataFrame):
            made.append(_vector_layer(image, layer, style, facts, window, lang))
    return made


def region_outline(image: StructureImage) -> list[object]:
    """Return the outline of the region's municipalities together, as polygons of rings."""
    municipalities = image.layers.get("kommuner")
    if municipalities is None or municipalities.frame.empty:
        return []
    whole = shapely.union_all(simplified(municipalities.geo, _SIMPLIFY_M).geometry.to_numpy())
    rings = [shapely.Polygon(part.exterior) for part in shapely.get_parts(whole) if part.area > _SIMPLIFY_M**2]
    return packed(gpd.GeoSeries([shapely.MultiPolygon(rings)], crs=ANALYSIS_CRS))[0]


def veil(image: StructureImage) -> list[list[object]]:
    """Return the land around the region, which the map greys so that what lies there stands back."""
    municipalities = image.layers.get("kommuner")
    if municipalities is None or municipalities.frame.empty:
        return []
    inside = shapely.union_all(simplified(municipalities.geo, _SIMPLIFY_M).geometry.to_numpy())
    around = polygonal(shapely.difference(surroundings(image), inside))
    water = image.layers.get("vatten")
    if water is not None and "kind" in water.frame:
        sea = simplified(water.geo.loc[water.frame["kind"] == "hav"], _SIMPLIFY_GROUND_M).geometry.make_valid()
        around = polygonal(shapely.difference(around, shapely.union_all(sea.to_numpy())))
    return packed(gpd.GeoSeries([around], crs=ANALYSIS_CRS))


def neighbours(image: StructureImage) -> list[list[object]]:
    """Return the municipalities around the region."""
    layer = image.layers.get("grannkommuner")
    if layer is None or layer.frame.empty:
        return []
    return packed(_clipped(simplified(layer.geo, _SIMPLIFY_GROUND_M), surroundings(image)).geometry)


def surroundings(image: StructureImage) -> shapely.Polygon:
    """Return the rectangle that can come into view: the region and what lies around it (EPSG:3006)."""
    known = ("kommuner", "rutnat", "noder")
    frames = [image.layers[name].frame for name in known if name in image.layers]
    bounds = common_bounds([frame for frame in frames if isinstance(frame, gpd.GeoDataFrame) and len(frame)][:1])
    return shapely.box(*bounds).buffer(_SURROUNDINGS_M, join_style="mitre")


def view_bounds(image: StructureImage) -> list[list[float]]:
    """Return the south-western and north-eastern corners of the region in degrees, latitude first."""
    inner = surroundings(image).buffer(-_SURROUNDINGS_M, join_style="mitre")
    layer = image.layers.get("kommuner")
    shape = inner if layer is None else shapely.union_all(layer.geo.geometry.to_numpy())
    x, y = shapely.get_coordinates(shape).T
    lon, lat = transform_xy(x, y, ANALYSIS_CRS, WEB_CRS)
    corners = [[lat.min(), lon.min()], [lat.max(), lon.max()]]
    return [[round(float(value), DECIMALS) for value in corner] for corner in corners]


def simplified(frame: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Return the frame with fewer vertices; polygons that share borders still share them where GEOS can."""
    shapes = frame.geometry.to_numpy()
    areal = (shapely.get_dimensions(shapes) == 2).all()
    if areal and hasattr(shapely, "coverage_simplify") and bool(shapely.coverage_is_valid(shapes)):
        thin = shapely.coverage_simplify(shapes, tolerance_m)
    else:
        thin = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    return frame.set_geometry(gpd.GeoSeries(thin, index=frame.index, crs=frame.crs))


def _vector_layer(
    image: StructureImage, layer: Layer, style: LayerStyle, facts: Facts, window: shapely.Polygon, lang: str
) -> dict[str, object]:
    layer = _largest(layer, lang)
    frame = layer.geo
    told = facts.of(layer) if layer.id not in _SILENT else [[] for _ in range(len(frame))]
    tolerance = _SIMPLIFY_GROUND_M if layer.id in _GROUND else _SIMPLIFY_M
    columns = {
        "i": [str(key) for key in frame.index],
        "c": class_values(style, frame),
        "n": _words(frame, "name"),
        "r": _words(frame, "number"),
        "p": frame["population_inv"].fillna(0).round().astype(int).tolist() if "population_inv" in frame else None,
        "k": _words(frame, "kind"),
        "s": _words(frame, "service_type") or _words(frame, "service"),
        "g": packed(_clipped(simplified(frame, tolerance), window).geometry),
        "f": told,
        **_belonging(image, layer),
        **_told_of_places(image, layer, lang),
    }
    parts = {name: values for name, values in columns.items() if values is not None}
    rows = (dict(zip(parts, row, strict=True)) for row in zip(*parts.values(), strict=True))
    features = [{name: value for name, value in row.items() if value not in ("", [], 0)} for row in rows if row["g"]]
    return {
        "id": style.id,
        "geometry": style.geometry,
        "title": style.title.get(lang),
        "status": layer.meta.status,
        "closing": facts.closing(layer),
        "classes": {item.value: web_class(item) for item in style.classes},
        "features": features,
    }


def _belonging(image: StructureImage, layer: Layer) -> dict[str, list[str] | None]:
    """Return what the filters go by: municipalities ``m``, goals served ``q`` and worked against ``w``."""
    served, against = goals_of(image, layer) or (None, None)
    return {"m": municipalities_of(image, layer), "q": served, "w": against}


def _told_of_places(image: StructureImage, layer: Layer, lang: str) -> dict[str, list[object]]:
    """Return what a place's card tells beside its facts: a node's minutes ``v``, a municipality's sections ``x``."""
    if layer.id == "noder":
        return {"v": list(node_minutes(image, layer))}
    if layer.id == "kommuner":
        sections = municipality_sections(image, lang)
        return {"x": [sections[str(code)] for code in layer.frame.index]}
    return {}


def _largest(layer: Layer, lang: str) -> Layer:
    """Return what the map shows of a long layer: the worst losses; the white spots with most people, named."""
    if layer.id in LOSSES:
        return replace(layer, frame=layer.frame.nsmallest(MOST_LOSSES, "rank"))
    by = [name for name in ("service", "threshold_min") if name in layer.frame]
    if layer.id != "vita_flackar" or len(by) != 2 or "people_inv" not in layer.frame:
        return layer
    most = layer.geo.sort_values("people_inv", ascending=False, kind="stable").groupby(by, sort=True).head(MOST_SPOTS)
    if "place_name" in most:
        told = most[["place_name", "place_m", "direction"]].itertuples(index=False)
        most = most.assign(name=[spot_name(place, metres, way, lang) for place, metres, way in told])
    return replace(layer, frame=most)


def _words(frame: pd.DataFrame, column: str) -> list[str] | None:
    if column not in frame:
        return None
    return ["" if missing else str(value) for value, missing in zip(frame[column], frame[column].isna(), strict=True)]


def _clipped(frame: gpd.GeoDataFrame, window: shapely.Polygon) -> gpd.GeoDataFrame:
    """Return the frame cut to what can come into view; points outside become empty."""
    shapes = frame.geometry.to_numpy()
    outside = ~shapely.covers(window, shapes)
    if not outside.any():
        return frame
    cut = shapes.copy()
    cut[outside] = [_same_kind(shapely.intersection(shapely.make_valid(s), window), s) for s in shapes[outside]]
    return frame.set_geometry(gpd.GeoSeries(cut, index=frame.index, crs=frame.crs))


def _same_kind(shape: shapely.Geometry, original: shapely.Geometry) -> shapely.Geometry:
    return polygonal(shape) if shapely.get_dimensions(original) == 2 else shape


def encoded(shapes: gpd.GeoSeries) -> list[list[object]]:
    """Return each geometry as nested lists, latitude first: a point, a list of lines, or of polygons of rings."""
    return _shapes(shapes, _pairs)


def packed(shapes: gpd.GeoSeries) -> list[list[object]]:
    """Return what ``encoded`` does, but a line or ring as ``bas.js`` unpacks it: one list of steps between its points.

    The steps are whole units of the last decimal, latitude first, and begin at 0, 0: a third of the bytes of pairs.

    Examples
    --------
    >>> line = shapely.LineString([(20.0, 64.0), (20.0001, 64.0003)])
    >>> packed(gpd.GeoSeries([line], crs=4326))
    [[[640000, 200000, 3, 1]]]
    """
    return _shapes(shapes, _steps)


def _shapes(shapes: gpd.GeoSeries, line: Callable[[FloatArray], Sequence[object]]) -> list[list[object]]:
    moved = to_crs(gpd.GeoDataFrame(geometry=shapes), WEB_CRS).geometry.to_numpy()
    return [_shape(shape, line) for shape in moved]


def _shape(shape: shapely.Geometry, line: Callable[[FloatArray], Sequence[object]]) -> list[object]:
    if shape is None or bool(shapely.is_empty(shape)):
        return []
    dimension = int(shapely.get_dimensions(shape))
    if dimension == 0:
        return list(_pairs(_rounded(shapely.get_parts(shape)[0]))[0])
    parts = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == dimension]
    if dimension == 1:
        return [line(_rounded(part)) for part in parts]
    return [[line(_rounded(ring)) for ring in (part.exterior, *part.interiors)] for part in parts]


def _rounded(line: shapely.Geometry) -> FloatArray:
    """Return latitude and longitude of the points in units of the last decimal, each once in a row."""
    pairs = np.round(shapely.get_coordinates(line)[:, ::-1] * 10**DECIMALS)
    return pairs[np.r_[True, (np.diff(pairs, axis=0) != 0).any(axis=1)]]


def _pairs(points: FloatArray) -> list[list[float]]:
    return (points / 10**DECIMALS).tolist()  # type: ignore[no-any-return]


def _steps(points: FloatArray) -> list[int]:
    return np.diff(points, axis=0, prepend=0).astype(int).ravel().tolist()
