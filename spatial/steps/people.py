"""The population grid: measured, or modelled from localities and municipal totals; nobody vanishes."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd

from spatial.analysis import grid
from spatial.analysis import population as dasymetric
from spatial.errors import Fault, LayerError
from spatial.model import Grid, LayerMeta
from spatial.steps.titles import title
from spatial.steps.work import Products, Work, made_layer


def population(work: Work) -> Products:
    """Return ``rutnat`` (cells with people and municipality) and the people of each municipality and part."""
    layer = work.first("population_grid")
    municipalities = work.layer("kommuner").geo  # type: ignore[union-attr]
    if layer is None:
        return _modelled(work, municipalities)
    if layer.grid is None:
        raise TypeError(layer.id)
    limit = work.settings.region.grid.max_outside_m.value
    zones = grid.zones_of_cells(layer.geo[["geometry"]], municipalities, limit)
    far = zones.index[zones["zone"].isna()]
    faults = _left_out(layer.geo, far, layer.id, limit)
    kept = layer.geo.join(zones.rename(columns={"zone": "municipality_code"})).drop(index=far)
    meta = work.meta(title("rutnat"), "population_grid", lineage="", sources=(layer,))
    return _products(kept, layer.grid, meta, municipalities, modelled=False, faults=faults)


def _left_out(frame: gpd.GeoDataFrame, far: pd.Index, layer: str, limit_m: float) -> tuple[Fault, ...]:
    if not len(far):
        return ()
    people = float(frame.loc[far, "population_inv"].sum())
    values = {"count": len(far), "people": round(people), "limit_m": limit_m}
    return (Fault("faults.cells_outside", layer, None, "warning", len(far), values),)


def _modelled(work: Work, municipalities: gpd.GeoDataFrame) -> Products:
    totals_layer, model = work.first("municipal_totals"), work.settings.models.population
    places = work.value("places")
    if totals_layer is None or model is None or places is None:
        raise LayerError([Fault("faults.model_needs", "befolkning")])
    totals = totals_layer.frame["population_inv"].reindex(municipalities.index)
    missing = list(totals.index[totals.isna()])
    if missing:
        raise LayerError(Fault("faults.no_total", totals_layer.id, code, values={"code": code}) for code in missing)
    network = work.value("network")
    parameters = {name: parameter.value for name, parameter in model.parameters.items()}
    ground = dasymetric.population_ground(
        municipalities,
        totals,
        places[~places["outside"]],
        network.edges if network is not None else None,
        work.frame("water"),
        parameters,
        work.settings.region.grid.size_m.value,
        rivers=work.frame("rivers"),
    )
    cells = dasymetric.inhabited(ground, dasymetric.people_on(ground, parameters, model.seed)).assign(outside_m=0.0)
    meta = work.meta(title("rutnat"), "population_grid", lineage="")
    made = _products(cells, ground.grid, meta, municipalities, modelled=True, faults=())
    return replace(made, values={"ground": ground})


def _products(
    cells: gpd.GeoDataFrame,
    lattice: Grid,
    meta: LayerMeta,
    municipalities: gpd.GeoDataFrame,
    *,
    modelled: bool,
    faults: tuple[Fault, ...],
) -> Products:
    made = made_layer("rutnat", cells, meta, grid=lattice, faults=faults)
    table = _by_municipality(cells, municipalities)
    return Products({"rutnat": made}, {"befolkning": table}, modelled=modelled, as_given=not modelled)


def _by_municipality(cells: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return people and cells per municipality, and of them those whose centre lies outside every outline."""
    out = cells["outside_m"] > 0
    rows = pd.DataFrame(
        {
            "zone": cells["municipality_code"],
            "population_inv": cells["population_inv"].fillna(0),
            "cells": 1,
            "outside_cells": out.astype(int),
            "outside_inv": cells["population_inv"].fillna(0).where(out, 0),
            "outside_max_m": cells["outside_m"],
        }
    )
    table = rows.groupby("zone").agg(
        {"population_inv": "sum", "cells": "sum", "outside_cells": "sum", "outside_inv": "sum", "outside_max_m": "max"}
    )
    table = table.reindex(municipalities.index).fillna(0)
    table.insert(0, "name", municipalities["name"])
    table.insert(1, "part", municipalities["part"])
    table.index.name = "municipality_code"
    return table
