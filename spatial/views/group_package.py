"""The group's input as a fresh, closed GeoPackage 1.2: what holds now, disagreement, and the whole log to merge by."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from spatial.model import StructureImage
from spatial.record import reading
from spatial.record.events import Event
from spatial.record.exchange import TABLE, table_of
from spatial.record.scenarios import for_all
from spatial.record.standing import disagreement, participation
from spatial.storage import new_file
from spatial.texts import text
from spatial.views.gpkg_records import opened

_VERSION: Final = {"VERSION": "1.2"}
_JUDGED: Final = ("noder", "strak")
_KINDS: Final = {0: "punkter", 1: "linjer", 2: "ytor"}


def write_group(events: Iterable[Event], path: Path, *, image: StructureImage | None = None, lang: str = "sv") -> Path:
    """Write what a group has added.

    Parameters
    ----------
    events : iterable of Event
    path : Path
        What was there is replaced at once.
    image : StructureImage, optional
        Then comments lie where the thing they are about lies, and disagreement is a layer of its nodes and corridors.
    lang : {"sv", "en", "no"}
        Of the layers' descriptions.

    Returns
    -------
    Path

    Notes
    -----
    Layers ``ritat_punkter``, ``ritat_linjer``, ``ritat_ytor``, ``kommentarer`` and ``forslag`` (points),
    ``oenighet_noder`` and ``oenighet_strak``; tables ``roster``, ``svar`` (adoption), ``anteckningar``,
    ``deltagande`` and ``handelser``: the log that another group's record merges by id. Texts are as they were written.
    Scenarios that are not shown to the group are in none of them.
    """
    said = for_all(events)
    places, tables = _places(said, image), _tables(said, image)
    with new_file(Path(path)) as fresh:
        for name, frame in places.items():
            if len(frame):
                _write(fresh, frame, name, {"SPATIAL_INDEX": "YES", "GEOMETRY_NAME": "geom", "FID": "fid"})
        for name, table in tables.items():
            _write(fresh, table, name, {"ASPATIAL_VARIANT": "GPKG_ATTRIBUTES", "FID": "fid"})
        with opened(fresh) as database:
            for name in (*places, *tables):
                told = text(f"record.layer.{name}", lang)
                change = "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?"
                database.execute(change, (told, told, name))
    return Path(path)


def _write(path: Path, frame: pd.DataFrame, name: str, options: Mapping[str, Any]) -> None:
    pyogrio.write_dataframe(
        frame, path, layer=name, driver="GPKG", layer_options=dict(options),
        dataset_options=None if path.exists() else _VERSION,
    )  # fmt: skip


def _places(events: list[Event], image: StructureImage | None) -> dict[str, gpd.GeoDataFrame]:
    drawn = reading.drawings(events)
    kinds = shapely.get_dimensions(drawn.geometry.to_numpy())
    layers = {f"ritat_{name}": drawn[kinds == kind] for kind, name in _KINDS.items()}
    layers["kommentarer"] = _placed(reading.comments(events), image)
    layers["forslag"] = _placed(reading.proposals(events), image)
    if image is not None:
        for name in _JUDGED:
            if name in image.layers:
                frame = disagreement(events, {name: image.layers[name].geo})
                layers[f"oenighet_{name}"] = frame[frame["opinion"] != "unvoted"]
    return layers


def _placed(frame: gpd.GeoDataFrame, image: StructureImage | None) -> gpd.GeoDataFrame:
    """Return rows as points: where they were put, else on the thing they are about; others without a place go."""
    own = [
        shape if shape is not None else _about(layer, feature, image)
        for shape, layer, feature in zip(frame.geometry, frame["layer"], frame["feature"], strict=True)
    ]
    points = [None if shape is None else shapely.point_on_surface(shape) for shape in own]
    kept = gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=gpd.GeoSeries(points, crs=frame.crs), crs=frame.crs
    )
    return kept[[point is not None for point in points]]


def _about(layer: str, feature: str, image: StructureImage | None) -> shapely.Geometry | None:
    found = image.layers.get(layer) if image is not None else None
    if found is None or not isinstance(found.frame, gpd.GeoDataFrame) or feature not in found.frame.index:
        return None
    shape: shapely.Geometry = found.geo.geometry[feature]
    return shape


def _tables(events: list[Event], image: StructureImage | None) -> dict[str, pd.DataFrame]:
    codes = list(image.settings.region.municipalities) if image is not None else []
    tables = {
        "roster": reading.votes(events),
        "svar": reading.adoption_log(events),
        "anteckningar": reading.minutes_of_meetings(events),
        "deltagande": participation(events, codes).reset_index(),
        TABLE: table_of(events),
    }
    return {name: table for name, table in tables.items() if len(table)}
