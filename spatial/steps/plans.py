"""The plans: every given plan in one classification, or illustrative ones where none is given."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.analysis.example_plans import example_plans
from spatial.analysis.plans import apply_mapping, given_interests
from spatial.analysis.readiness import check_plan
from spatial.errors import Fault, LayerError
from spatial.model import Layer, LayerMeta
from spatial.plan_terms import PlanMapping
from spatial.settings import Role
from spatial.steps.plan_owners import is_own, outlines, owners, plan_names
from spatial.steps.titles import marked, title
from spatial.steps.work import Products, Work, made_layer

_EXAMPLE_MAPPING: Final = "boverket"
_LAYERS: Final = {"anvandning": "planomraden", "inriktning": "planinriktning", "varde": "planvarden"}
_SHORES: Final[tuple[Role, ...]] = ("water", "rivers")
_ENDINGS: Final = ("_punkter", "_linjer", "")
_GROUND: Final[Mapping[str, Role]] = {
    "water": "water",
    "rivers": "rivers",
    "roads": "roads",
    "airports": "airports",
}


def plans(work: Work) -> Products:
    """Return the plans' layers, the codes that no mapping knows, and the value ``plans``: every feature in one frame.

    ``planomraden`` holds the uses that are areas, ``planinriktning`` the directions, ``planvarden`` the values; lines
    and points lie in layers of their own (``…_linjer``, ``…_punkter``). They are the region's: plans of municipalities
    around it are the value ``plans_around``, for the borders alone, called as ``plan_names`` says; ``grannplaner``
    shows their areas of use and ``grannplaner_linjer`` their lines, with whose they are.
    """
    given = list(work.of_role("plans"))
    tables = list[pd.DataFrame]()
    values: dict[str, object] = {}
    features, beside = None, dict[str, Layer]()
    if given:
        every, tables = _given(work, given)
        own = is_own(work, every["plan_id"])
        names = plan_names(work, given)
        values = {"plans_around": every[~own], "plan_names": names}
        beside = _beside(work, every[~own], names, given)
        features, meta = every[own], work.meta(title("planomraden"), "plans", lineage="", sources=tuple(given))
    modelled = features is None or features.empty
    if features is None or features.empty:
        features, codes = _example(work)
        tables, meta = [*tables, *codes], _example_meta(work)
    unknown = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    unknown.index = pd.Index(range(1, len(unknown) + 1), name="row")
    values["plans"] = features
    tables_out = {"planer_okanda_koder": unknown}
    shown = _shown(features, meta) | beside
    return Products(shown, tables_out, values, modelled=modelled, as_given=not modelled)


def interests(work: Work) -> Products:
    """Return ``intressen``: the areas of national interest, and other values, that layers of their own give.

    They lie over every municipality. Areas whose code is no value of the pivot were told when the layer was read.
    """
    given = list(work.of_role("interests"))
    found = given_interests({layer.id: layer.geo for layer in given}, work.settings.pivot.of_aspect("varde"))
    if found is None:
        return Products()
    meta = work.meta(title("intressen"), "interests", lineage="", sources=tuple(given))
    return Products({"intressen": made_layer("intressen", found, meta)})


def _beside(work: Work, features: gpd.GeoDataFrame, names: Mapping[str, str], given: list[Layer]) -> dict[str, Layer]:
    """Return the plans of municipalities around the region as layers: areas of use, and lines, with whose they are."""
    called = outlines(work)["name"].to_dict() | dict(names)
    told = features.assign(municipality_name=features["plan_id"].map(called).astype(str))
    dimension = shapely.get_dimensions(told.geometry.to_numpy())
    of_use, links = told["aspect"] == "anvandning", told["aspect"] != "varde"
    parts = {"grannplaner": told[of_use & (dimension == 2)], "grannplaner_linjer": told[links & (dimension == 1)]}
    return {
        name: made_layer(name, rows, work.meta(title(name), "plans", lineage="", sources=tuple(given)))
        for name, rows in parts.items()
        if len(rows)
    }


def _shown(features: gpd.GeoDataFrame, meta: LayerMeta) -> dict[str, Layer]:
    """Return the features as layers of one geometry and one aspect each, as maps want them."""
    dimension = shapely.get_dimensions(features.geometry.to_numpy())
    layers: dict[str, Layer] = {}
    for aspect, name in _LAYERS.items():
        for size, ending in enumerate(_ENDINGS):
            rows = features[(features["aspect"] == aspect) & (dimension == size)]
            if len(rows):
                own = replace(meta, title=marked(name + ending, meta.lineage))
                layers[name + ending] = made_layer(name + ending, rows, own)
    return layers


def _example(work: Work) -> tuple[gpd.GeoDataFrame, list[pd.DataFrame]]:
    options, municipalities = work.settings.models.plans, work.layer("kommuner")
    places, land_use = work.value("places"), work.layer("markanvandning")
    if options is None or places is None:
        raise LayerError([Fault("faults.plans_around", "plans")])
    if municipalities is None:
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
    meta = work.meta(title("planomraden"), "plans", lineage=options.note.sv)
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
    whole = {layer.id: layer.geo.assign(municipality=owners(work, layer)) for layer in layers}
    shared = _shared_ids(whole)
    for layer in layers:
        features = whole[layer.id]
        if layer.id in shared:
            features = features.set_axis(layer.id + "-" + features.index.astype(str))
        for name, rows in features.groupby("mapping", sort=True):
            frame, _ = apply_mapping(rows, _mapping(work, str(name)))
            frames.append(frame)
            tables += _unknown(frame, layer.id)
    return gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs), tables


def _mapping(work: Work, name: str) -> PlanMapping:
    return work.settings.mappings[name]


def _shared_ids(plans: Mapping[str, gpd.GeoDataFrame]) -> set[str]:
    """Return the layers that share an id, within one municipality."""
    owned: dict[tuple[str, str], set[str]] = {}
    for layer, frame in plans.items():
        for key in zip(frame["municipality"], frame.index.astype(str), strict=True):
            owned.setdefault(key, set()).add(layer)
    return {name for names in owned.values() if len(names) > 1 for name in names}


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


def readiness(work: Work) -> Products:
    """Return ``plan_granskning``: what each plan lacks, by the rules; and the same as a table."""
    features, outlines = work.value("plans"), work.frame("municipalities")
    if features is None or outlines is None:
        raise TypeError
    shores = [shape for role in _SHORES for shape in _shapes(work, role)]
    given, settings = work.layer("intressen"), work.settings
    interests = None if given is None else given.geo
    judged = partial(check_plan, rules=settings.readiness, pivot=settings.pivot, water=shores, interests=interests)
    found = [
        judged(plan, outlines.geometry.loc[code])
        for code, plan in features.groupby("plan_id", sort=True)
        if code in outlines.index
    ]
    if not found:
        return Products()
    every = gpd.GeoDataFrame(pd.concat(found), crs=features.crs)
    names = outlines["name"] if "name" in outlines.columns else pd.Series(outlines.index, index=outlines.index)
    every.insert(1, "municipality_name", every["plan_id"].map(names))
    meta = replace(work.meta(title("plan_granskning"), "readiness", lineage=""), source=work.settings.readiness.source)
    shown = work.layer("planomraden")
    lineage = shown.meta.lineage if shown is not None else ""
    meta = replace(meta, lineage=lineage)
    dimension = shapely.get_dimensions(every.geometry.to_numpy())
    areas, others = every[dimension == 2], every[(dimension == 0) | (dimension == 1)]
    others = others.set_geometry(others.geometry.representative_point())
    layers = {
        name: made_layer(name, rows, replace(meta, title=marked(name, lineage)))
        for name, rows in (("plan_granskning", areas), ("plan_granskning_punkter", others))
        if len(rows)
    }
    return Products(layers, {"plan_granskning": pd.DataFrame(every.drop(columns="geometry"))})


def _shapes(work: Work, role: Role) -> list[shapely.Geometry]:
    frame = work.frame(role)
    return [] if frame is None else frame.geometry.to_list()
