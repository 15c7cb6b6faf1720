"""What is planted in the illustrative plans: each strength and fault of the list, drawn where the list says."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import shapely
from shapely.ops import substring

from spatial.analysis.example_claims import offset, rectangle
from spatial.geo import polygonal
from spatial.plan_terms import Planted

Row = dict[str, Any]
INDUSTRY: Final = "Verksamheter och industri"
HOUSING: Final = "Sammanhängande bostadsbebyggelse"
_CORRIDOR: Final = "Stråk för kommunikationer"
_GREEN: Final = "Viktigt samband för natur och friluftsliv"
_ENERGY: Final = "Riksintresse energi"


def shared_border(one: shapely.Geometry, other: shapely.Geometry) -> shapely.LineString:
    """Return the longest piece of the border that two outlines share, from its southern end.

    Examples
    --------
    >>> shared_border(shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 2)).wkt
    'LINESTRING (1 0, 1 2)'
    """
    shared = shapely.intersection(one, other)
    lines = [part for part in shapely.get_parts(shared) if shapely.get_dimensions(part) == 1]
    merged = shapely.line_merge(shapely.union_all(lines)) if lines else shapely.LineString()
    if merged.is_empty:
        return shapely.LineString()
    longest = max(shapely.get_parts(merged), key=lambda part: (part.length, part.bounds))
    start, end = longest.coords[0], longest.coords[-1]
    return shapely.LineString(longest if (start[1], start[0]) <= (end[1], end[0]) else longest.reverse())


def spot(item: Planted, municipalities: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return where a planted thing lies: its piece of the border, or its rectangle; empty where the region lacks it.

    Parameters
    ----------
    item : Planted
    municipalities : GeoDataFrame
        Polygons, index = code.
    places : GeoDataFrame
        Points, index = id.

    Returns
    -------
    LineString or Polygon
    """
    if item.other is not None:
        if not {item.municipality, item.other} <= set(municipalities.index):
            return shapely.LineString()
        border = shared_border(*municipalities.geometry.loc[[item.municipality, item.other]])
        middle, half = (item.along or 0.5) * border.length, item.length_m / 2
        return substring(border, max(middle - half, 0), min(middle + half, border.length))
    if item.place not in places.index or item.municipality not in municipalities.index:
        return shapely.Polygon()
    at = places.geometry.loc[item.place]
    centre = offset(at.x, at.y, item.bearing, item.distance_m)
    return rectangle(*centre, item.bearing, item.length_m, item.width_m)


def plant(
    rows: Sequence[Row], municipalities: gpd.GeoDataFrame, places: gpd.GeoDataFrame, planted: Sequence[Planted]
) -> list[Row]:
    """Return the rows with everything planted; what the region has no place for is left out.

    ``silent`` on a row means that the plan states no consideration there.
    """
    out = [{"silent": False, **row} for row in rows]
    for item in planted:
        where = spot(item, municipalities, places)
        if not shapely.is_empty(where):
            out = _PLANTERS[item.kind](out, item, where, municipalities)
    return out


def _row(item: Planted, municipality: str, suffix: str, code: str, shape: shapely.Geometry, **more: Any) -> Row:
    return {
        "municipality": municipality,
        "aspect": "anvandning",
        "id": f"p-{item.id}{suffix}",
        "code": code,
        "name": f"Planterad: {item.note}",
        "time": "Framtida",
        "silent": False,
        "geometry": shape,
        **more,
    }


def carved(rows: Sequence[Row], municipality: str, hole: shapely.Geometry) -> list[Row]:
    """Return the rows with a hole cut in the municipality's use areas."""
    out = list[Row]()
    for row in rows:
        shape = row["geometry"]
        mine = row["municipality"] == municipality and row["aspect"] == "anvandning" and shape.area > 0
        if mine and shape.intersects(hole):
            shape = polygonal(shapely.difference(shape, hole))
        if not shape.is_empty:
            out.append({**row, "geometry": shape})
    return out


def _two_sides(
    item: Planted, border: shapely.Geometry, municipalities: gpd.GeoDataFrame
) -> tuple[shapely.Geometry, shapely.Geometry]:
    band = shapely.buffer(border, item.width_m, cap_style="flat", join_style="mitre")
    outlines = municipalities.geometry.loc[[item.municipality, str(item.other)]]
    one, other = (polygonal(shapely.intersection(band, outline)) for outline in outlines)
    return one, other


def _conflict(rows: list[Row], item: Planted, border: shapely.Geometry, all_: gpd.GeoDataFrame) -> list[Row]:
    one, other = _two_sides(item, border, all_)
    rows = carved(carved(rows, item.municipality, one), str(item.other), other)
    return [
        *rows,
        _row(item, item.municipality, "-a", INDUSTRY, one),
        _row(item, str(item.other), "-b", HOUSING, other),
    ]


def _silent(rows: list[Row], item: Planted, border: shapely.Geometry, all_: gpd.GeoDataFrame) -> list[Row]:
    one, other = _two_sides(item, border, all_)
    rows = carved(carved(rows, item.municipality, one), str(item.other), other)
    return [*rows, _row(item, item.municipality, "-a", INDUSTRY, one)]


def _link(code: str, *, both: bool) -> Callable[..., list[Row]]:
    def planter(rows: list[Row], item: Planted, border: shapely.Geometry, all_: gpd.GeoDataFrame) -> list[Row]:
        line = shapely.LineString(shapely.get_coordinates(border))
        at = line.interpolate(0.5, normalized=True)
        (x1, y1), (x2, y2) = line.coords[0], line.coords[-1]
        step = max(line.length, 1.0)
        across = ((y2 - y1) / step, -(x2 - x1) / step)
        ends = [
            shapely.Point(at.x + s * across[0] * item.length_m, at.y + s * across[1] * item.length_m) for s in (1, -1)
        ]
        whole = shapely.LineString([ends[0], at, ends[1]])
        names = [item.municipality, *([str(item.other)] if both else [])]
        cut = {name: _touching(shapely.intersection(whole, all_.geometry.loc[name]), at) for name in names}
        made = [
            _row(item, name, f"-{letter}", code, line, aspect="inriktning")
            for letter, (name, line) in zip("ab", cut.items(), strict=False)
        ]
        return [*rows, *made]

    return planter


def _touching(line: shapely.Geometry, at: shapely.Point) -> shapely.Geometry:
    """Return the part of a cut line that ends at the border point."""
    parts = [part for part in shapely.get_parts(line) if shapely.get_dimensions(part) == 1]
    nearest: shapely.Geometry = min(parts, key=lambda part: (part.distance(at), -part.length))
    return nearest


def _sliver(rows: list[Row], item: Planted, hole: shapely.Geometry, _: gpd.GeoDataFrame) -> list[Row]:
    return carved(rows, item.municipality, hole)


def _overlap(rows: list[Row], item: Planted, shape: shapely.Geometry, _: gpd.GeoDataFrame) -> list[Row]:
    return [*rows, _row(item, item.municipality, "", "Natur och friluftsliv", shape)]


def _new_area(code: str, *, silent: bool = False, interest: bool = False) -> Callable[..., list[Row]]:
    def planter(rows: list[Row], item: Planted, shape: shapely.Geometry, _: gpd.GeoDataFrame) -> list[Row]:
        made = [*carved(rows, item.municipality, shape), _row(item, item.municipality, "", code, shape, silent=silent)]
        if interest:
            made.append(_row(item, item.municipality, "-ri", _ENERGY, shape, aspect="varde", time="Nuvarande"))
        return made

    return planter


def _lis(rows: list[Row], item: Planted, shape: shapely.Geometry, _: gpd.GeoDataFrame) -> list[Row]:
    return [*rows, _row(item, item.municipality, "", "LIS-område", shape, aspect="varde", time="Nuvarande")]


_PLANTERS: Final[Mapping[str, Callable[..., list[Row]]]] = {
    "conflict": _conflict,
    "silent": _silent,
    "corridor_stops": _link(_CORRIDOR, both=False),
    "corridor_meets": _link(_CORRIDOR, both=True),
    "green_broken": _link(_GREEN, both=False),
    "green_meets": _link(_GREEN, both=True),
    "sliver": _sliver,
    "overlap": _overlap,
    "unknown_code": _new_area("Z9"),
    "ambiguous_code": _new_area("Annan användning"),
    "no_consideration": _new_area(INDUSTRY, silent=True, interest=True),
    "lis_off_shore": _lis,
}
