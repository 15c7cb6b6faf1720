"""What trials need of a structure image: its roads, people and services, set up once."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.analysis.nodes import judgeable
from spatial.analysis.routing import morton_order
from spatial.analysis.rules import CELLS_LAYER, LAYERS
from spatial.analysis.whatif import WhatIfError
from spatial.analysis.whatif_ground import Ground, Outlines, Reach, ground
from spatial.analysis.whatif_rests import Rests
from spatial.model import Network, StructureImage

_NEEDED: Final = ("rutnat", "service", "vagnat", "kommuner")
_STRUCTURE: Final = tuple(name for name in LAYERS if name != CELLS_LAYER)
"""What findings rest on besides the cells, whose minutes a trial changes."""


def ground_of(image: StructureImage) -> Ground:
    """Return what trials are made on.

    Parameters
    ----------
    image : StructureImage
        Not changed.

    Returns
    -------
    Ground

    Raises
    ------
    WhatIfError
        If the image has no people, services or roads.
    """
    if any(name not in image.layers for name in _NEEDED) or image.layers["rutnat"].grid is None:
        raise WhatIfError("whatif.error.no_ground")
    settings, layer = image.settings, image.layers["rutnat"]
    cells = layer.geo[layer.geo["population_inv"].fillna(0) > 0]
    if layer.grid is None or cells.empty:
        raise WhatIfError("whatif.error.no_ground")
    kinds = tuple(kind.id for kind in settings.services if f"{kind.id}_min" in cells.columns)
    return ground(
        network_of(image.layers["vagnat"].geo),
        cells,
        layer.grid,
        image.layers["service"].geo,
        kinds=kinds,
        reach=Reach(settings.access.off_network_kmh.value, settings.access.max_snap_m.value),
        outlines=_outlines(image),
    )


def network_of(edges: gpd.GeoDataFrame) -> Network:
    """Return the network of an image's edges: its nodes lie where the first of their edges begins or ends."""
    lines = edges.geometry.to_numpy()
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    names = np.r_[edges["from_node"].to_numpy(object), edges["to_node"].to_numpy(object)]
    _, first = np.unique(names.astype(str), return_index=True)
    order = first[morton_order(*ends[first].T)]
    points = gpd.points_from_xy(*ends[order].T)
    nodes = gpd.GeoDataFrame(geometry=points, index=pd.Index(names[order], name="node", dtype=object), crs=edges.crs)
    return Network(nodes, edges)


def _outlines(image: StructureImage) -> Outlines:
    frames = [
        image.layers[name].geo[["name", "geometry"]] for name in ("kommuner", "grannkommuner") if name in image.layers
    ]
    every = gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs)
    every = every[~every.index.duplicated()]
    countries = [
        layer.geo for layer in image.inputs.values() if layer.meta.role == "land" and "country" in layer.frame.columns
    ]
    whole = countries[0].dissolve("country")[["geometry"]] if countries else None
    return Outlines(every, whole, image.settings.region.grid.max_outside_m.value)


def rests_of(image: StructureImage) -> Rests:
    """Return what an image's findings rest on besides minutes."""
    settings, layers = image.settings, image.layers
    grid = layers["rutnat"].grid
    cells = layers["rutnat"].frame
    known = set(layers["service"].frame["service_type"])
    options = settings.overlay
    named = {**{one.id: one.title.sv for one in settings.pivot.entries}, **_names(image)}
    frames = [layer.geo for layer in layers.values() if layer.meta.role == "plans" and "aspect" in layer.frame.columns]
    plans = gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs).sort_index() if frames else None
    if plans is not None:
        plans = plans[plans["plan_id"].isin(list(settings.region.municipalities))]
    return Rests(
        thresholds=[(t.service, t.minutes.value) for t in settings.thresholds if f"{t.service}_min" in cells.columns],
        least_inv=settings.access.least_shown_inv.value,
        gap_cells=round(settings.access.white_spot_gap_m.value / grid.size_m) if grid is not None else 0,
        nodes=layers["noder"].geo if "noder" in layers else None,
        hierarchy=judgeable(settings.hierarchy, known),
        reach_levels=settings.corridors.node_levels,
        reach_min=[limit.value for limit in options.node_minutes] if options is not None else [],
        plans=plans,
        goals=tuple(settings.strategy.in_force()),
        compatibility=settings.compatibility,
        templates=settings.recommendations,
        structure={name: layers[name].geo for name in _STRUCTURE if name in layers},
        names=named,
    )


def _names(image: StructureImage) -> dict[str, str]:
    frames = [image.layers[name].frame for name in ("grannkommuner", "kommuner") if name in image.layers]
    return {str(code): str(name) for frame in frames for code, name in frame["name"].items()}
