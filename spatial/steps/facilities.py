"""Service facility by facility: whose nearest each is, who loses if it closes, and who has farthest."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.analysis import catchment, fragility, grid, service_drawn, spots
from spatial.steps import ranges
from spatial.steps.work import Products, Work

_COUNTRY: Final = "country"


def facilities(work: Work) -> Products:
    """Return the tables ``service_anlaggningar`` (a facility a row) and ``samst_belagna`` (who has farthest)."""
    cells_layer, service = work.layer("rutnat"), work.layer("service")
    if cells_layer is None or service is None:
        raise TypeError
    cells = cells_layer.geo[cells_layer.geo["population_inv"].fillna(0) > 0]
    kinds = list(work.value("service_types"))
    homes = _municipalities(work, service.geo)
    countries = _countries(work, cells, service.geo)
    table = _every(cells, service.geo, kinds, homes, countries)
    tables = {
        "service_anlaggningar": _with_ranges(work, table, homes),
        "anlaggning_granser": _losing(work, cells, service.geo),
        "samst_belagna": ranges.of_farthest(work, _farthest(work, cells, service.geo, kinds)),
    }
    return Products(tables=tables)


def _with_ranges(work: Work, table: pd.DataFrame, homes: pd.Series) -> pd.DataFrame:
    """Return the facilities with their ranges; those that only some runs have are somebody's second choice."""
    draws, every = work.value("draws"), work.value("draw_service")
    if every is None:
        return table
    known = homes.where(homes.notna(), None).reindex(every.index)
    homes = known.where(known.notna(), every["municipality_code"])
    return ranges.of_facilities(work, table, homes, _countries(work, draws.cells, every))


def _losing(work: Work, cells: gpd.GeoDataFrame, service: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how many come beyond each threshold if a facility closes, and the minutes more for the middle one."""
    known = set(work.value("service_types"))
    parts = []
    for one in work.settings.thresholds:
        if one.service not in known:
            continue
        own = service[service["service_type"] == one.service]
        limit, kind, place = one.minutes.value, one.service, np.arange(len(own))
        shown = cells[["population_inv", f"{kind}_min", f"{kind}_second_min"]].assign(
            run=0, **{f"{kind}_first": own.index.get_indexer(pd.Index(cells[f"{kind}_id"]))}
        )
        columns = {
            "facility": own.index.astype(str),
            "name": own["name"].to_numpy(object),
            "service": kind,
            "threshold_min": limit,
            "losing_inv": service_drawn.losing_by_run(shown, kind, limit, place, 1)[0],
            "lost_median_min": service_drawn.median_loss_by_run(shown, kind, place, 1)[0],
        }
        parts.append(pd.DataFrame(columns))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["facility", "threshold_min"])
    return ranges.of_losing(work, table)


def _municipalities(work: Work, service: gpd.GeoDataFrame) -> pd.Series:
    """Return the municipality of each facility, also of those beyond the border where an outline holds them."""
    code: pd.Series = service["municipality_code"]
    everywhere = work.first("municipalities")
    if everywhere is None:
        return code
    drawn = grid.zones_of_cells(service[["geometry"]], everywhere.geo, 0)["zone"]
    filled: pd.Series = code.where(code.notna(), drawn)
    return filled


def _countries(
    work: Work, cells: gpd.GeoDataFrame, service: gpd.GeoDataFrame
) -> tuple[pd.Series, pd.Series] | tuple[None, None]:
    """Return the country of each cell and facility, by the land that it lies on or nearest; None where not known."""
    land = [layer.geo for layer in work.of_role("land") if _COUNTRY in layer.geo.columns]
    if not land:
        return None, None
    whole = land[0].dissolve(_COUNTRY)
    limit = work.settings.region.margin_m.value
    own, theirs = (grid.zones_of_cells(frame[["geometry"]], whole, limit)["zone"] for frame in (cells, service))
    return own, theirs


def _every(
    cells: gpd.GeoDataFrame,
    service: gpd.GeoDataFrame,
    kinds: list[str],
    homes: pd.Series,
    countries: tuple[pd.Series, pd.Series] | tuple[None, None],
) -> pd.DataFrame:
    shown = service[["name", "service_type", "status", "outside"]].assign(municipality_code=homes)
    tables = [_of_kind(cells, shown, kind, countries) for kind in kinds]
    table = pd.concat(tables) if tables else shown.iloc[:0]
    return table.rename_axis("facility")


def _of_kind(
    cells: gpd.GeoDataFrame,
    service: pd.DataFrame,
    kind: str,
    countries: tuple[pd.Series, pd.Series] | tuple[None, None],
) -> pd.DataFrame:
    served = catchment.people_served(cells, kind, service)
    ids = list(served.index)
    second = cells["population_inv"].astype(float).groupby(cells[f"{kind}_second_id"].astype(object)).sum()
    homes = served["municipality_code"]
    loss = fragility.loss_by_nearest(cells, kind, cells["municipality_code"], ids, zone_of_facility=homes)
    out = served.assign(second_inv=second.reindex(served.index).fillna(0.0))
    out["loses_inv"] = loss["people_inv"]
    out = out.join(loss[["lost_person_min", "lost_mean_min", "without_inv", "across_inv", "rank"]])
    own, theirs = countries
    out["abroad_inv"] = np.nan
    if own is not None and theirs is not None:
        far = fragility.loss_by_nearest(cells, kind, own.reindex(cells.index), ids, zone_of_facility=theirs)
        out["abroad_inv"] = far["across_inv"]
    return out


def _farthest(work: Work, cells: gpd.GeoDataFrame, service: gpd.GeoDataFrame, kinds: list[str]) -> pd.DataFrame:
    """Return the cells that have farthest to each kind of service; few people are not shown as a number."""
    options = work.settings.access
    count = int(options.worst_off_cells.value) if options.worst_off_cells is not None else 0
    names = work.layer("kommuner").geo["name"]  # type: ignore[union-attr]
    parts = []
    for kind in kinds:
        far = spots.worst_off(cells, cells[f"{kind}_min"], count)
        people = far["population_inv"].astype(float)
        few = people < options.least_shown_inv.value
        columns = {
            "service": kind,
            "rank": np.arange(1, len(far) + 1),
            "cell": far.index.astype(str),
            "municipality_code": far["municipality_code"],
            "municipality_name": far["municipality_code"].map(names),
            "population_inv": people.mask(few),
            "few": few,
            "minutes_min": far["minutes_min"],
            "nearest_name": far[f"{kind}_id"].map(service["name"]),
            "uncertain": far[f"{kind}_uncertain"],
        }
        parts.append(pd.DataFrame(columns, index=far.index))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["service", "rank"])
