"""The rows of a change: from the difference between what the image has and what came back, to what is kept of it."""

from collections.abc import Iterable
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.changes import RowChange
from spatial.analysis.difference import ADDED, CHANGED, MOVED, REMOVED
from spatial.errors import Fault, LayerError
from spatial.model import Layer, StructureImage

MODELLED: Final = "planer"
"""The layer that modelled plans are given as, once a strategist has changed them."""
_EXAMPLE_MAPPING: Final = "boverket"
_KEPT: Final = ("aspect", "code", "time", "name", "consideration")


def change_rows(
    image: StructureImage,
    layer: str,
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    table: pd.DataFrame,
    columns: list[str],
    given: list[Layer],
) -> tuple[RowChange, ...]:
    """Return what happened to each row.

    Parameters
    ----------
    image : StructureImage
    layer : str
        The image's layer.
    old, new : GeoDataFrame
        As the image has it and as it came back, by id.
    table : DataFrame
        Their difference.
    columns : list of str
        What was compared.
    given : list of Layer
        What the layer was made from; empty where it was modelled: then every row of its kind is kept as it was, so
        that the layer can be given.

    Raises
    ------
    LayerError
        If a row was modelled among others that were given.
    """
    there = [name for name in columns if name in new.columns]
    groups = table.groupby("id", sort=True)
    rows = [_row(image, layer, given, str(key), lines, old, new, there) for key, lines in groups]
    return tuple(rows if given else [*_base(image, layer), *rows])


def _base(image: StructureImage, layer: str) -> list[RowChange]:
    """Return the rows of every modelled layer of the role as they are: plans lie in a layer for each geometry."""
    role = image.layers[layer].meta.role
    rows = []
    for own in image.layers.values():
        if own.meta.role == role:
            for key, row in own.geo.iterrows():
                cells = {one: _value(row.get(one)) for one in _KEPT}
                plan = {"municipality": _value(row.get("plan_id")), "mapping": _EXAMPLE_MAPPING}
                pairs = {one: (value, value) for one, value in {**cells, **plan}.items()}
                rows.append(RowChange(str(key), "base", MODELLED, pairs, (None, _hex(row["geometry"])), ""))
    return rows


def _row(
    image: StructureImage,
    layer: str,
    given: list[Layer],
    key: str,
    lines: pd.DataFrame,
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    columns: Iterable[str],
) -> RowChange:
    kinds = set(lines["change"])
    if REMOVED in kinds:
        origin, own = _origin(given, key, layer)
        values = {name: (_value(old.loc[key].get(name)), None) for name in columns}
        return RowChange(own, "removed", origin, values, (_hex(old.loc[key, "geometry"]), None), _name(old.loc[key]))
    if ADDED in kinds:
        row = new.loc[key]
        values = {name: (None, _value(row[name])) for name in columns}
        origin = _home(image, given, row["geometry"])
        return RowChange(key, "added", origin, values, (None, _hex(row["geometry"])), _name(row))
    origin, own = _origin(given, key, layer)
    told = lines[lines["change"] == CHANGED]
    values = {str(line["column"]): (_value(line["old"]), _value(line["new"])) for _, line in told.iterrows()}
    shapes = (None, None)
    if MOVED in kinds:
        shapes = (_hex(old.loc[key, "geometry"]), _hex(new.loc[key, "geometry"]))  # type: ignore[assignment]
    return RowChange(own, "changed", origin, values, shapes, _name(new.loc[key]))


def _origin(given: list[Layer], key: str, layer: str) -> tuple[str, str]:
    """Return the layer that a row was read from, and its id there: the image may have put a word before it."""
    short = key.partition(":")[2]
    for item in given:
        for name in (key, key.removeprefix(f"{item.id}:"), short, short.removeprefix(f"{item.id}-")):
            if name and name in item.frame.index:
                return item.id, name
    if not given:
        return MODELLED, key
    raise LayerError([Fault("export.modelled_row", layer, key)])


def _home(image: StructureImage, given: list[Layer], shape: Any) -> str:
    """Return the layer that a new row belongs to: places beyond the border have one of their own."""
    ground = image.layers.get("kommuner")
    beyond = [item for item in given if item.meta.role == "outside_places"]
    if beyond and ground is not None:
        reach = image.settings.region.grid.max_outside_m.value
        if shapely.distance(shape, np.asarray(ground.geo.geometry, object)).min() > reach:
            return beyond[0].id
    return given[0].id if given else MODELLED


def _hex(shape: Any) -> str:
    return str(shapely.to_wkb(shape, hex=True, output_dimension=2, byte_order=1))


def _name(row: "pd.Series[Any]") -> str:
    name = row.get("name")
    return name if isinstance(name, str) else ""


def _value(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
