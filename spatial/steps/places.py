"""Places and services: localities in the region and beyond its border, and what they offer."""

import geopandas as gpd
import pandas as pd

from spatial.analysis import grid
from spatial.analysis.changes import OVERRIDE
from spatial.analysis.service_model import model_services
from spatial.model import Layer, Omission
from spatial.steps.titles import title
from spatial.steps.work import Products, Work, made_layer

_COLUMNS = ["name", "population_inv", "municipality_code", "central", "outside", "basis", "source", "geometry"]


def places(work: Work) -> Products:
    """Return the value ``places``: localities with people, municipality, whether central and whether outside."""
    ours = _with_columns(work.frame("localities"))
    zones = work.layer("kommuner").geo  # type: ignore[union-attr]
    reach = work.settings.region.grid.max_outside_m.value
    where = grid.zones_of_cells(ours[["geometry"]], zones, reach)["zone"]
    ours["municipality_code"] = where
    ours = ours[where.notna()]
    ours["outside"] = False
    if ours["central"].isna().all():
        ours["central"] = _largest(ours)
    beyond = work.frame("outside_places")
    frames = [ours]
    if beyond is not None:
        near = work.value("region").buffer(work.settings.region.margin_m.value)
        beyond = _with_columns(beyond[beyond.within(near) & ~beyond.within(work.value("region"))])
        beyond["outside"] = True
        frames.append(beyond.drop(index=beyond.index.intersection(ours.index)))
    every = gpd.GeoDataFrame(pd.concat(frames), crs=ours.crs).sort_index()
    every["central"] = every["central"].fillna(0).astype(bool)
    return Products(values={"places": every, "offers": _offers(beyond)})


def _with_columns(frame: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if frame is None:
        raise TypeError
    out = frame.copy()
    for name in _COLUMNS:
        if name not in out.columns:
            out[name] = None
    out["central"] = pd.to_numeric(out["central"])
    extra = [name for name in ("services", OVERRIDE) if name in out.columns]
    return out[_COLUMNS + extra]


def _largest(ours: gpd.GeoDataFrame) -> pd.Series:
    """Return 1.0 for each municipality's largest place, where the data does not say which is central."""
    order = ours.sort_values(["population_inv"], ascending=False, kind="stable")
    first = order.groupby("municipality_code").head(1).index
    return pd.Series(ours.index.isin(first).astype(float), index=ours.index)


def _offers(beyond: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Return what the places beyond the border offer, a point a service."""
    if beyond is None or "services" not in beyond.columns:
        return None
    rows = beyond[["name", "services", "geometry"]].assign(service_type=beyond["services"].str.split(";"))
    rows = rows.explode("service_type").dropna(subset=["service_type"])
    rows["service_type"] = rows["service_type"].str.strip()
    rows["place_id"] = rows.index
    rows.index = pd.Index(rows.index + ":" + rows["service_type"], name="id")
    return rows.drop(columns="services")


def services(work: Work) -> Products:
    """Return ``service``: every facility, measured or modelled, in the region and beyond, and which types lack."""
    types = {service.id: service.title.sv for service in work.settings.services}
    frames = [_measured(layer.geo, layer.id, layer.meta.status) for layer in work.of_role("services")]
    frames += _stations(work, types)
    given = set().union(*(set(frame["service_type"]) for frame in frames)) if frames else set()
    offers = work.value("offers") if work.settings.access.outside_services else None
    if offers is not None:
        frames.append(offers[offers["service_type"].isin(types)].assign(status="mätt"))
    rules = [rule for rule in work.settings.models.services if rule.service not in given]
    every_place = work.value("places")
    values: dict[str, object] = {}
    if rules and every_place is not None:
        local = every_place[~every_place["outside"]]
        frames.append(model_services(local, rules))
        values = {"service_rules": tuple(rules), "local_places": local}
    lacking = sorted(set(types) - given - {rule.service for rule in rules})
    omissions = tuple(Omission(f"services:{name}", "services") for name in lacking)
    if not frames:
        return Products(omissions=omissions)
    return Products(
        {"service": _facilities(work, frames, types)},
        values=values,
        omissions=omissions,
        modelled=any(frame["status"].eq("modellerat").any() for frame in frames),
    )


def _measured(frame: gpd.GeoDataFrame, layer: str, status: str) -> gpd.GeoDataFrame:
    out = frame.assign(status=status)
    out.index = pd.Index(layer + ":" + out.index.astype(str), name="id")
    return out


def _stations(work: Work, types: dict[str, str]) -> list[gpd.GeoDataFrame]:
    stations = work.first("stations")
    if stations is None or "station" not in types:
        return []
    frame = stations.geo
    if "state" in frame.columns:
        frame = frame[frame["state"] == "befintlig"]
    return [_measured(frame.assign(service_type="station"), stations.id, stations.meta.status)]


def _facilities(work: Work, frames: list[gpd.GeoDataFrame], types: dict[str, str]) -> Layer:
    wanted = ["name", "service_type", "status", "place_id", "municipality_code", "basis", "source", "geometry"]
    ready = [frame.reindex(columns=wanted) for frame in frames]
    every = gpd.GeoDataFrame(pd.concat(ready), geometry="geometry", crs=frames[0].crs)
    every = every[every["service_type"].isin(types)].sort_index()
    region = work.value("region")
    near = region.buffer(work.settings.region.margin_m.value)
    every = every[every.within(near)]
    places = work.value("places")
    own = list(places.index[~places["outside"]]) if places is not None else []
    every["outside"] = ~every.within(region) & ~every["place_id"].isin(own)  # outlines leave out places by the sea
    if not work.settings.access.outside_services:
        every = every[~every["outside"]]
    every["municipality_code"] = _municipalities(work, every)
    every["name"] = every["name"].fillna(every["service_type"].map(types))
    meta = work.meta(title("service"), "services", lineage="", sources=tuple(work.of_role("services")))
    return made_layer("service", every, meta)


def _municipalities(work: Work, service: gpd.GeoDataFrame) -> pd.Series:
    """Return each facility's municipality: as stated, else its place's, else the one of ours whose outline holds it."""
    places, own = work.value("places"), work.layer("kommuner").geo  # type: ignore[union-attr]
    code = service["municipality_code"].astype(object)
    if places is not None:
        code = code.where(code.notna(), service["place_id"].map(places["municipality_code"].to_dict().get))
    drawn = grid.zones_of_cells(service[["geometry"]], own, 0)["zone"]
    code = code.where(code.notna(), drawn)
    found: pd.Series = code.where(code.notna(), None)
    return found
