"""Whose plan each feature is, and which plans are the region's own and which its neighbours'."""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from spatial.analysis import grid
from spatial.model import Layer
from spatial.steps.work import Work


def owners(work: Work, layer: Layer) -> "pd.Series[str]":
    """Return each feature's municipality.

    By code or name where the plan says; else the one in or around the region where it lies; else, of those where
    others of the layer lie, the nearest within reach (a coast is drawn in many ways); else the layer's own id: a plan
    beyond every outline we know is nobody's here.
    """
    known, frame = outlines(work), layer.geo
    said = pd.Series(None, index=frame.index, dtype=object)
    if "municipality" in frame.columns:
        codes = {str(name).casefold(): str(code) for code, name in known["name"].items()}
        told = frame["municipality"].dropna().astype(str).str.strip()
        said.loc[told.index] = told.map(lambda value: codes.get(value.casefold(), value))
    untold = frame[said.isna()]
    if len(untold):
        points = untold[["geometry"]].set_geometry(untold.geometry.representative_point())
        said.loc[untold.index] = grid.zones_of_cells(points, known, 0)["zone"]
        lost, near = points[said[points.index].isna()], known[known.index.isin(said.dropna())]
        if len(lost) and len(near):
            reach = work.settings.region.grid.max_outside_m.value
            said.loc[lost.index] = grid.zones_of_cells(lost, near, reach)["zone"]
    return said.fillna(layer.id).astype(str)


def outlines(work: Work) -> gpd.GeoDataFrame:
    """Return the municipalities of the region and around it: ``name``, ``geometry``; index = code."""
    layers = [layer for name in ("kommuner", "grannkommuner") if (layer := work.layer(name)) is not None]
    frames = [layer.geo[["name", "geometry"]] for layer in layers]
    return gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs)


def is_own(work: Work, plans: "pd.Series[str]") -> "pd.Series[bool]":
    """Return which of the municipalities are the region's."""
    return plans.isin(list(work.settings.region.municipalities))


def plan_names(work: Work, layers: Iterable[Layer]) -> dict[str, str]:
    """Return what plans of municipalities without an outline are called: as the layer says, else by its title."""
    known = outlines(work)["name"]
    names: dict[str, str] = {}
    for layer in layers:
        codes = owners(work, layer)
        said = layer.geo.get("municipality_name", pd.Series(None, index=layer.geo.index, dtype=object))
        called = said.where(said.notna(), layer.meta.title.sv).astype(str)
        names |= {code: called[codes == code].iloc[0] for code in codes.unique() if code not in known.index}
    return names
