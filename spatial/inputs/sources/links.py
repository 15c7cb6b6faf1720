"""Links between named places: a table of links with stated lengths, drawn through their waypoints."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from spatial.errors import Fault, LayerError
from spatial.inputs.received import Received
from spatial.inputs.sources.table import read_rows
from spatial.settings import LayerSpec, LinksReader

_NEEDED = ("from_id", "to_id", "via")


def read_links(spec: LayerSpec, reader: LinksReader, folder: Path) -> Received:
    """Return a table of links as lines from place to place.

    Parameters
    ----------
    spec : LayerSpec
        ``spec.crs`` is the CRS of the places and waypoints.
    reader : LinksReader
        ``path`` has the columns ``from_id``, ``to_id`` and ``via`` (waypoints ``x y; x y``); ``nodes`` are tables with
        ``id``, ``lon``, ``lat``.
    folder : Path
        What the paths are relative to.

    Returns
    -------
    Received
        LineStrings in ``spec.crs``; index = the row's number in the link table, from 1.

    Raises
    ------
    LayerError
        If a link names a place that no node table has, or a waypoint is not two numbers.
    """
    rows = read_rows(spec.id, folder / reader.path)
    faults = [
        Fault("faults.column_missing", spec.id, values={"column": name, "columns": ", ".join(rows.columns)})
        for name in _NEEDED
        if name not in rows.columns
    ]
    if faults:
        raise LayerError(faults)
    places = _places(spec.id, [folder / name for name in reader.nodes])
    lines: list[shapely.LineString | None] = []
    for row, start, end, via in zip(rows.index, rows["from_id"], rows["to_id"], rows["via"], strict=True):
        unknown = [name for name in (start, end) if name not in places]
        faults += [Fault("faults.unknown_place", spec.id, str(row), values={"place": name}) for name in unknown]
        waypoints = _waypoints(via)
        if waypoints is None:
            faults.append(Fault("faults.waypoint", spec.id, str(row), values={"given": via}))
        if unknown or waypoints is None:
            lines.append(None)
            continue
        lines.append(shapely.LineString([places[start], *waypoints, places[end]]))
    if faults:
        raise LayerError(faults)
    return Received(gpd.GeoDataFrame(rows, geometry=lines, crs=spec.crs))


def _places(layer: str, paths: list[Path]) -> dict[str, tuple[float, float]]:
    tables = [read_rows(layer, path) for path in paths]
    places = pd.concat([table[["id", "lon", "lat"]] for table in tables], ignore_index=True)
    repeated = places["id"][places["id"].duplicated()]
    if len(repeated):
        raise LayerError([Fault("faults.repeated_place", layer, values={"places": ", ".join(repeated.unique())})])
    return {key: (float(x), float(y)) for key, x, y in zip(places["id"], places["lon"], places["lat"], strict=True)}


def _waypoints(via: object) -> list[tuple[float, float]] | None:
    if not isinstance(via, str):
        return []
    points: list[tuple[float, float]] = []
    for part in via.split(";"):
        if not part.strip():
            continue
        try:
            x, y = (float(value) for value in part.split())
        except ValueError:
            return None
        points.append((x, y))
    return points
