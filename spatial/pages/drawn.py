"""What users draw on a map: the tools' labels on the way in, checked shapes in metres on the way out.

How a page lets users draw::

    shown = show_map(at, key="karta", state={**state, "draw": tools(at.lang, "tankom", ("point", "line"), taken)}, …)
    for shape in drawn(shown):
        if shape.fault:
            st.error(text(f"draw.{shape.fault}", at.lang))
        elif shape.id not in kept: …          # keep shape.geometry (EPSG:3006) under shape.id
        taken.add(shape.id)                    # in the session; then st.rerun(), so that the map is told

A shape is told until its id stands in ``taken``, whatever happens between; so the page keeps each id once.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely

from spatial.geo import ANALYSIS_CRS, WEB_CRS, transform_xy
from spatial.texts import text

TOOLS: Final = ("point", "line", "polygon")
_TEXTS: Final = (
    "toolbar", "point", "line", "polygon", "point_how", "line_how", "polygon_how", "finish", "finish_how", "undo",
    "undo_how", "cancel", "cancel_how", "start_point", "start_line", "start_polygon", "more", "next_line",
    "next_polygon", "few_point", "few_line", "few_polygon", "crossing", "removed", "cancelled", "done", "saving",
    "saved", "edit_point", "edit_line", "edit_polygon", "handle",
)  # fmt: skip
_TYPES: Final = frozenset({"Point", "LineString", "Polygon"})
_ID: Final = re.compile(r"^[0-9a-f]{32}$")
_WINDOW: Final = (-10.0, 45.0, 45.0, 75.0)
"""Longitude and latitude where SWEREF 99 TM still makes sense for a plan: outside it is a slip of the hand."""
_DECIMALS: Final = 6


@dataclass(frozen=True)
class Drawn:
    """A shape that a user drew: ``geometry`` in EPSG:3006, or None and ``fault``, a key of the room ``draw``.

    ``of`` is the kept shape that it takes the place of; empty for a new one.
    """

    id: str
    geometry: shapely.Geometry | None
    fault: str = ""
    of: str = ""


def tools(
    lang: str,
    name: str,
    shown: Sequence[str] = TOOLS,
    taken: Collection[str] = (),
    *,
    mode: str | None = None,
    turn: object = 0,
    edit: tuple[str, shapely.Geometry, object] | None = None,
) -> dict[str, Any]:
    """Return the state ``draw`` as ``karta/rita.js`` takes it.

    Parameters
    ----------
    lang : {"sv", "en", "no"}
    name : str
        Whose drawings these are: each page has its own, so that none takes another's.
    shown : sequence of {"point", "line", "polygon"}
        The tools to offer as buttons.
    taken : collection of str
        Ids of shapes that the page has kept or refused; the map then lets go of them.
    mode, turn
        A tool to take up at once; ``turn`` is changed to take it up again.
    edit : tuple of str, geometry and a turn, optional
        A kept shape to change (EPSG:3006), by its id; another turn takes it up again.

    Examples
    --------
    >>> tools("sv", "grupp", ["line"])["texts"]["line"]
    'Linje'
    """
    texts = {key: text(f"draw.{key}", lang) for key in _TEXTS}
    return {
        "name": name, "tools": list(shown), "taken": sorted(taken), "mode": mode, "turn": turn, "texts": texts,
        "edit": None if edit is None else {"id": edit[0], "geometry": geojson(edit[1]), "turn": edit[2]},
    }  # fmt: skip


def drawn(value: Mapping[str, Any] | None) -> list[Drawn]:
    """Return what is drawn and not yet taken, the oldest first, as the map told it (``mapview.show_map``).

    Nothing is repaired: what lies elsewhere, crosses itself or cannot be read comes with its fault. What does not even
    have an id was not made by the map, and is passed over.
    """
    told = (value or {}).get("drawn")
    shapes = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    known = [one for one in shapes if _ID.match(str(one.get("id", "")))]
    return [replace(_read(str(one["id"]), one.get("geometry")), of=_of(one.get("of"))) for one in known]


def _of(told: Any) -> str:
    return str(told) if _ID.match(str(told)) else ""


def _read(shape_id: str, told: Any) -> Drawn:
    try:
        degrees = shapely.force_2d(shapely.from_geojson(json.dumps(told)))
    except (shapely.errors.ShapelyError, TypeError, ValueError):
        return Drawn(shape_id, None, "unread")
    places = shapely.get_coordinates(degrees)
    if degrees is None or degrees.geom_type not in _TYPES or not len(places):
        return Drawn(shape_id, None, "unread")
    west, south, east, north = _WINDOW
    if not ((places > [west, south]) & (places < [east, north])).all():
        return Drawn(shape_id, None, "outside")
    if not degrees.is_valid:
        return Drawn(shape_id, None, "crossed")
    return Drawn(shape_id, _moved(degrees, WEB_CRS, ANALYSIS_CRS))


def geojson(geometry: shapely.Geometry) -> dict[str, Any]:
    """Return a geometry in EPSG:3006 as GeoJSON in WGS 84, as ``karta/former.js`` takes it.

    Examples
    --------
    >>> geojson(shapely.Point(758803.435, 7088280.798))
    {'type': 'Point', 'coordinates': [20.263, 63.8258]}
    """
    degrees = _moved(geometry, ANALYSIS_CRS, WEB_CRS)
    told: dict[str, Any] = json.loads(shapely.to_geojson(shapely.transform(degrees, lambda xy: xy.round(_DECIMALS))))
    return told


def _moved(geometry: shapely.Geometry, source: str, target: str) -> shapely.Geometry:
    moved: shapely.Geometry = shapely.transform(
        geometry, lambda xy: np.column_stack(transform_xy(xy[:, 0], xy[:, 1], source, target))
    )
    return moved
