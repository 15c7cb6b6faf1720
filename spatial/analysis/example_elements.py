"""The illustrative plans' direction (utvecklingsinriktning) and values (national interests, LIS)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.analysis import example_claims as claiming
from spatial.geo import polygonal, shared, without
from spatial.model import Raster

Row = dict[str, Any]
Ground = Mapping[str, gpd.GeoDataFrame | None]
_QUARTER: Final = 8
_MAIN: Final = ("europavag", "riksvag")
_LEAST_LINE_M: Final = 500.0


def elements(
    municipalities: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    ground: Ground,
    raster: Raster | None,
    values: Mapping[str, float],
) -> list[Row]:
    """Return nodes, growth directions and areas, corridors along main roads, green links along rivers."""
    rows = list[Row]()
    for code, outline, own in _each(municipalities, places):
        rows += _growth(code, outline, own, values)
        rows += _lines(
            code, outline, _main_roads(ground.get("roads")), "str", "Stråk för kommunikationer", "Utveckling"
        )
        rivers = _named(ground.get("rivers"), "name")
        rows += _lines(code, outline, rivers, "sam", "Viktigt samband för natur och friluftsliv", "Utveckling")
        roads = _main_roads(ground.get("roads"))
        rows += _lines(code, outline, roads, "vag", "Transportinfrastruktur", "Nuvarande", aspect="anvandning")
    mountains = claiming.blocks_of(raster, "fjall", values["block_m"], 1.0)
    rows += list(_areas(municipalities, mountains, "karna", "Värdekärna för natur och friluftsliv", "inriktning"))
    return rows


def _each(
    municipalities: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> Iterator[tuple[str, shapely.Geometry, gpd.GeoDataFrame]]:
    ordered = municipalities.sort_index()
    for code, outline in zip(ordered.index, ordered.geometry, strict=True):
        own = places[(places["municipality_code"] == code) & places.within(outline)].sort_index()
        yield str(code), outline, own


def _growth(code: str, outline: shapely.Geometry, own: gpd.GeoDataFrame, values: Mapping[str, float]) -> list[Row]:
    rows = list[Row]()
    for key, people, name, central, at in zip(
        own.index, own["population_inv"], own["name"], own["central"], own.geometry, strict=True
    ):
        number = f"{len(rows) + 1:02d}"
        if people >= values["core_region_min_inv"]:
            rows.append(_row(code, f"nod-{number}", "Regional kärna", at, name, "Utveckling"))
        elif central:
            rows.append(_row(code, f"nod-{number}", "Ort att utveckla", at, name, "Utveckling"))
        if people < values["town_min_inv"]:
            continue
        r = claiming.radius_m(people, values)
        angle = claiming.bearing_of(str(key)) + 90
        ends = [claiming.offset(at.x, at.y, angle, d) for d in (0.9 * r, values["direction_share"] * r)]
        sector = claiming.growth_sector(str(key), (at.x, at.y), r, values)
        arrow, grown = shared([shapely.LineString(ends), sector], [outline])
        area = polygonal(grown)
        rows.append(_row(code, f"rikt-{number}", "Utbyggnadsriktning", arrow, f"{name} växer", "Framtida"))
        rows.append(_row(code, f"utb-{number}", "Utbyggnadsområde", area, f"{name}, utbyggnad", "Framtida"))
    return [row for row in rows if not row["geometry"].is_empty]


def _row(
    code: str, key: str, kind: str, shape: shapely.Geometry, name: object, time: str, aspect: str = "inriktning"
) -> Row:
    return {
        "municipality": code,
        "aspect": aspect,
        "id": key,
        "code": kind,
        "name": str(name),
        "time": time,
        "geometry": shape,
    }


def _main_roads(roads: gpd.GeoDataFrame | None) -> dict[str, shapely.Geometry]:
    if roads is None or "road_class" not in roads.columns:
        return {}
    return _named(roads[roads["road_class"].isin(_MAIN)], "number")


def _named(lines: gpd.GeoDataFrame | None, column: str) -> dict[str, shapely.Geometry]:
    """Return lines merged by name, in the order of the names."""
    if lines is None or column not in lines.columns:
        return {}
    known = lines[lines[column].notna()]
    groups = pd.Series(known.geometry.to_numpy(), index=known[column].astype(str)).groupby(level=0, sort=True)
    return {str(name): shapely.line_merge(shapely.union_all(shapes.to_numpy())) for name, shapes in groups}


def _lines(
    code: str,
    outline: shapely.Geometry,
    lines: Mapping[str, shapely.Geometry],
    key: str,
    kind: str,
    time: str,
    aspect: str = "inriktning",
) -> list[Row]:
    inside = shapely.line_merge(shared(list(lines.values()), [outline]))
    cut = dict(zip(lines, inside, strict=True))
    kept = {name: line for name, line in cut.items() if line.length >= _LEAST_LINE_M}
    return [
        _row(code, f"{key}-{number:02d}", kind, line, name, time, aspect)
        for number, (name, line) in enumerate(kept.items(), 1)
    ]


def _areas(
    municipalities: gpd.GeoDataFrame, shapes: list[shapely.Polygon], key: str, kind: str, aspect: str, name: str = ""
) -> Iterator[Row]:
    """Yield the parts of some shapes that lie in each municipality, one feature a municipality."""
    if not shapes:
        return
    whole = shapely.union_all(shapes)
    ordered = municipalities.sort_index()
    for code, outline in zip(ordered.index, ordered.geometry, strict=True):
        mine = polygonal(*shared([whole], [outline]))
        if shapely.area(mine) > 0:
            yield _row(str(code), key, kind, mine, name or kind, "Nuvarande" if aspect == "varde" else "", aspect)


def values_of_land(
    municipalities: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    ground: Ground,
    raster: Raster | None,
    values: Mapping[str, float],
) -> list[Row]:
    """Return national interests and LIS areas by rule; none of them is an authority's decision."""
    bounds = tuple(float(value) for value in municipalities.total_bounds)
    herding = claiming.drawn_blocks(bounds, values["herding_block_m"], values["herding_share"])  # type: ignore[arg-type]
    mountains = claiming.blocks_of(raster, "fjall", values["block_m"], values["mountain_block_share"])
    rivers, roads = ground.get("rivers"), _main_roads(ground.get("roads"))
    valleys = [] if rivers is None else list(rivers.geometry.buffer(values["river_m"] / 2, _QUARTER))
    rows = [
        *_areas(municipalities, herding, "ren", "Riksintresse rennäring", "varde"),
        *_areas(municipalities, mountains, "fri", "Riksintresse friluftsliv", "varde"),
        *_areas(municipalities, valleys, "alv", "Riksintresse 4 kap.", "varde"),
    ]
    for code, outline, own in _each(municipalities, places):
        rows += _lines(code, outline, roads, "kom", "Riksintresse kommunikationer", "Nuvarande", aspect="varde")
        central = own[own["central"]]
        if len(central):
            rows += _near(code, outline, central.iloc[0], ground.get("water"), rivers, values)
    return rows


def _near(
    code: str,
    outline: shapely.Geometry,
    centre: pd.Series,
    water: gpd.GeoDataFrame | None,
    rivers: gpd.GeoDataFrame | None,
    values: Mapping[str, float],
) -> list[Row]:
    """Return a cultural and an energy interest, and a LIS area by the nearest shore, about the central place."""
    at, side = centre.geometry, values["interest_m"]
    bearing = claiming.bearing_of(f"{code}:energi")
    wind = claiming.rectangle(*claiming.offset(at.x, at.y, bearing, 5 * side), bearing, side, side)
    church = claiming.rectangle(*claiming.offset(at.x, at.y, bearing + 120, 2 * side), bearing, side / 4, side / 4)
    shapes = {"ene": ("Riksintresse energi", wind), "kul": ("Riksintresse kulturmiljövård", church)}
    shores = [layer.geometry.to_numpy() for layer in (water, rivers) if layer is not None and len(layer)]
    if shores:
        near = min((at.distance(s), n, s) for n, s in enumerate(shore for array in shores for shore in array))
        if near[0] <= values["lis_reach_m"]:
            bank = shapely.shortest_line(near[2], at).coords[0]
            disc = shapely.Point(bank).buffer(values["lis_m"], _QUARTER)
            dry = disc if near[2].area == 0 else without([disc], [near[2]])[0]
            shapes["lis"] = ("LIS-område", dry)
    cut = {key: (kind, polygonal(*shared([shape], [outline]))) for key, (kind, shape) in shapes.items()}
    return [
        _row(code, key, kind, shape, f"{centre['name']}, {kind}", "Nuvarande", "varde")
        for key, (kind, shape) in cut.items()
        if shapely.area(shape) > 0
    ]
