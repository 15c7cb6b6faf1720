"""The plans: every given plan in one classification, or illustrative ones where none is given."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from spatial.analysis import grid
from spatial.analysis.example_plans import example_plans
from spatial.analysis.plans import apply_mapping
from spatial.model import Layer, LayerMeta
from spatial.plan_terms import PlanMapping
from spatial.settings import Role
from spatial.steps.titles import title
from spatial.steps.work import Products, Work, made_layer

_EXAMPLE_MAPPING = "boverket"
_GROUND: Mapping[str, Role] = {name: name for name in ("water", "rivers", "roads", "airports")}  # type: ignore[dict-item]


def plans(work: Work) -> Products:
    """Return ``planomraden``, the codes that no mapping knows, and the value ``plans`` (the same frame)."""
    given = list(work.of_role("plans"))
    if given:
        features, tables = _given(work, given)
        meta = work.meta(title("planomraden"), "plans", lineage="", sources=tuple(given))
    else:
        features, tables = _example(work)
        meta = _example_meta(work)
    unknown = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    unknown.index = pd.Index(range(1, len(unknown) + 1), name="row")
    layer = made_layer("planomraden", features, meta)
    return Products({"planomraden": layer}, {"planer_okanda_koder": unknown}, {"plans": features}, modelled=not given)


def _example(work: Work) -> tuple[gpd.GeoDataFrame, list[pd.DataFrame]]:
    options, municipalities = work.settings.models.plans, work.layer("kommuner")
    places, land_use = work.value("places"), work.layer("markanvandning")
    if options is None or municipalities is None or places is None:
        raise TypeError
    ground = {name: work.frame(role) for name, role in _GROUND.items()}
    raster = land_use.raster if land_use is not None else None
    features = example_plans(municipalities.geo, places[~places["outside"]], ground, raster, options)
    frame, _ = apply_mapping(features, work.settings.mappings[_EXAMPLE_MAPPING])
    return frame, _unknown(frame, "exempel")


def _example_meta(work: Work) -> LayerMeta:
    options = work.settings.models.plans
    if options is None:
        raise TypeError
    meta = work.meta(title("planomraden_exempel"), "plans", lineage=options.note.sv)
    return LayerMeta(
        meta.title,
        "plans",
        "modellerat",
        meta.year,
        f"Strukturbild, {options.note.sv}",
        "Strukturbild",
        "CC0-1.0",
        lineage=options.note.sv,
        crs=meta.crs,
    )


def _given(work: Work, layers: list[Layer]) -> tuple[gpd.GeoDataFrame, list[pd.DataFrame]]:
    """Return the features of all plan layers; ids stay apart where two layers of a municipality share one."""
    frames, tables = list[gpd.GeoDataFrame](), list[pd.DataFrame]()
    shared = _shared_ids(layers)
    for layer in layers:
        features = layer.geo.assign(municipality=_municipalities(work, layer.geo))
        if layer.id in shared:
            features = features.set_axis(layer.id + "-" + features.index.astype(str))
        for name, rows in features.groupby("mapping", sort=True):
            frame, _ = apply_mapping(rows, _mapping(work, str(name)))
            frames.append(frame)
            tables += _unknown(frame, layer.id)
    return gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs), tables


def _mapping(work: Work, name: str) -> PlanMapping:
    return work.settings.mappings[name]


def _shared_ids(layers: list[Layer]) -> set[str]:
    owners: dict[str, list[str]] = {}
    for layer in layers:
        for key in layer.geo.index:
            owners.setdefault(str(key), []).append(layer.id)
    return {name for names in owners.values() if len(names) > 1 for name in names}


def _unknown(frame: gpd.GeoDataFrame, layer: str) -> list[pd.DataFrame]:
    """Return, for each plan, the codes that are unknown or ambiguous, with how many features and their area."""
    rows = frame[frame["pivot"].isin(["okand", "tvetydig"])]
    if rows.empty:
        return []
    table = pd.DataFrame({"plan_id": rows["plan_id"], "code": rows["code"], "pivot": rows["pivot"]})
    table["options"] = rows["pivot_options"].fillna("")
    table["area_km2"] = rows.area / 1e6
    keys = ["plan_id", "code", "pivot", "options"]
    groups = table.groupby(keys, sort=True, dropna=False)["area_km2"].agg(["size", "sum"]).reset_index()
    return [groups.rename(columns={"size": "count", "sum": "area_km2"}).assign(layer=layer)]


def _municipalities(work: Work, frame: gpd.GeoDataFrame) -> "pd.Series[str]":
    """Return each feature's municipality: by code or name where the plan says, else where most of it lies."""
    zones = work.layer("kommuner")
    if zones is None:
        raise TypeError
    known = zones.geo
    if "municipality" in frame.columns and frame["municipality"].notna().all():
        codes = {name.casefold(): code for code, name in known["name"].items()}
        said = frame["municipality"].astype(str).str.strip()
        return said.map(lambda value: str(codes.get(value.casefold(), value)))
    points = frame[["geometry"]].set_geometry(frame.geometry.representative_point())
    reach = work.settings.region.grid.max_outside_m.value
    return grid.zones_of_cells(points, known, reach)["zone"].fillna("–").astype(str)
