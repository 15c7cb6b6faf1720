"""The region's figures by municipality, and the register of what they rest on."""

import pandas as pd

from spatial.analysis import inventory as stock
from spatial.steps.work import Products, Work


def summary(work: Work) -> Products:
    """Return the tables ``kommuner`` (a municipality a row, and the region) and ``inventering``."""
    zones = work.layer("kommuner").geo  # type: ignore[union-attr]
    table = zones[["name", "part", "area_km2", "official_land_km2", "area_error_share"]].copy()
    people = work.table("befolkning")
    if people is not None:
        table["population_inv"] = people["population_inv"]
        table["outside_inv"] = people["outside_inv"]
        table["density_inv_km2"] = people["population_inv"] / table["official_land_km2"].fillna(table["area_km2"])
    shares = work.table("service_inom")
    if shares is not None:
        table = table.join(_wide(shares))
    walking = work.table("kollektivtrafik")
    if walking is not None:
        table["stops_share"] = walking.set_index("zone")["share"].reindex(table.index)
    nodes = work.layer("noder")
    if nodes is not None:
        counted = nodes.geo[~nodes.geo["outside"] & nodes.geo["level"].notna()]
        table["nodes_count"] = counted.groupby("municipality_code").size().reindex(table.index).fillna(0).astype(int)
    table.index.name = "municipality_code"
    return Products(tables={"kommuner": table, "inventering": stock.inventory(work.given, zones)})


def _wide(shares: pd.DataFrame) -> pd.DataFrame:
    """Return a row a zone and a column a threshold; beside each share its range, where it rests on a model."""
    names = shares["service"] + "_" + shares["threshold_min"].astype(int).astype(str) + "min_"
    parts = []
    for value in ("share", "share_low", "share_high"):
        if value in shares.columns:
            wide = shares.assign(column=names + value).pivot_table(
                index="zone", columns="column", values=value, sort=False
            )
            parts.append(wide)
    every = pd.concat(parts, axis=1)
    order = [name + value for name in names.unique() for value in ("share", "share_low", "share_high")]
    return every[[name for name in order if name in every.columns]]
