"""Where a plan's layer lies and whose its features are: judged by the place, whatever the file says."""

from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.inputs import place
from spatial.inputs.plan_files import PlanFile, PlanLayer
from spatial.inputs.plan_placing import Placing, agreed, placed, placing_in
from spatial.inputs.roles import as_texts

_MARGIN_M: Final = 20_000.0
_SEVERAL: Final = 0.1
"""So large a share of the features in other municipalities makes a plan theirs, too; less is drawn past the border."""


@dataclass(frozen=True)
class Owners:
    """Whose the features of a layer are.

    ``own`` says which are the municipality's; ``codes`` are all municipalities where the plan is of several, told
    apart by ``column`` or, without one, by where each feature lies; ``astray`` counts features that lie in another
    municipality and are its nevertheless.
    """

    own: npt.NDArray[np.bool_]
    codes: tuple[str, ...] = ()
    column: str | None = None
    astray: int = 0


def placings_of(plan: PlanFile, outline: shapely.Geometry, *, believed: bool = True) -> dict[str, Placing]:
    """Return how the coordinates of each of a plan's layers are to be read so that it lies in its municipality.

    Parameters
    ----------
    plan : PlanFile
    outline : Polygon
        The municipality, EPSG:3006: where the plan must lie.
    believed : bool, optional
        As for ``placing_in``.

    Returns
    -------
    dict of str to Placing
        By the layer's name; empty where the file's own label holds, and where no known system puts the plan there.
        Layers without a label are read in one system where one will do for all.
    """
    area = place.area_of(outline, _MARGIN_M)
    frames = {layer.name: layer.frame for layer in plan.layers}
    alone = {name: placing_in(area, frame, name, believed=believed) for name, frame in frames.items()}
    return agreed(frames, alone, area)


def owners_of(layer: PlanLayer, placing: Placing, outlines: gpd.GeoDataFrame, municipality: str) -> Owners:
    """Return whose the features of a layer are.

    Parameters
    ----------
    layer : PlanLayer
    placing : Placing
    outlines : GeoDataFrame
        Municipalities: ``name``, ``geometry`` (EPSG:3006); index = code.
    municipality : str
        The one that the plan is said to be of.

    Returns
    -------
    Owners
        A plan of one municipality is its whole; one of several is told apart by the file's own column or by place.
    """
    column, every = layer.columns.municipality, np.ones(len(layer.frame), bool)
    said = _said(layer.frame[column], outlines) if column is not None else pd.Series(dtype=object)
    codes = _codes(said)
    if len(codes) > 1:
        return Owners((said == municipality).to_numpy(), codes, column)
    shapes = placed(layer.frame.geometry, placing)
    if shapes is None:
        return Owners(every)
    lies = _where(shapes, outlines)
    away = (lies.notna() & (lies != municipality)).to_numpy()
    if away.mean() < _SEVERAL:
        return Owners(every, astray=int(away.sum()))
    return Owners(~away & lies.notna().to_numpy(), _codes(lies))


def own_part(plan: PlanFile, outlines: gpd.GeoDataFrame, municipality: str) -> tuple[PlanFile, tuple[str, ...]]:
    """Return what of a plan of several municipalities is this one's, and whose it is in all; else the whole plan.

    Parameters
    ----------
    plan : PlanFile
    outlines : GeoDataFrame
        As for ``owners_of``.
    municipality : str

    Returns
    -------
    PlanFile, tuple of str
        The codes are empty for a plan of this municipality alone; they lack it where nothing of the plan lies in it.
    """
    outline = outlines.geometry.loc[municipality]
    placings = placings_of(plan, outline)
    owners = [owners_of(layer, placings[layer.name], outlines, municipality) for layer in plan.layers]
    codes = tuple(sorted({code for one in owners for code in one.codes}))
    if not any(one.own.any() for one in owners):
        return plan, codes
    if not codes:
        return plan, ()
    kept = [
        replace(layer, frame=layer.frame[one.own])
        for layer, one in zip(plan.layers, owners, strict=True)
        if one.own.any()
    ]
    return replace(plan, layers=tuple(kept)), codes


def _said(values: "pd.Series[Any]", outlines: gpd.GeoDataFrame) -> "pd.Series[Any]":
    names = {str(name).casefold(): str(code) for code, name in outlines["name"].items()}
    codes = names | {str(code): str(code) for code in outlines.index}
    return as_texts(values).map(lambda value: codes.get(str(value).strip().casefold()))


def _where(shapes: gpd.GeoSeries, outlines: gpd.GeoDataFrame) -> "pd.Series[Any]":
    """Return the code of the municipality that a point on each feature lies in; None in none."""
    points = shapely.point_on_surface(shapely.force_2d(shapes.to_numpy()))
    at, zone = shapely.STRtree(outlines.geometry.to_numpy()).query(points, predicate="within")
    lies = pd.Series(None, index=range(len(points)), dtype=object)
    lies.iloc[at] = outlines.index.to_numpy()[zone]
    return lies.set_axis(shapes.index)


def _codes(found: "pd.Series[Any]") -> tuple[str, ...]:
    return tuple(sorted(map(str, found.dropna().unique())))
