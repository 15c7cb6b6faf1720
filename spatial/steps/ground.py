"""The ground: the region's municipalities, what lies around them, and land use."""

import geopandas as gpd
import pandas as pd

from spatial.analysis import coverage, land_drawn, landuse, overlay
from spatial.model import Layer, LayerMeta, Raster
from spatial.steps import ranges
from spatial.steps.titles import title
from spatial.steps.work import Products, Work, made_layer

_KM2 = 1e6
_BACKGROUND = {
    "water": "vatten",
    "rivers": "vattendrag",
    "land": "land",
    "airports": "flygplatser",
    "stations": "stationer",
}


def areas(work: Work) -> Products:
    """Return ``kommuner`` (the region's), each layer of regions by its id, and the area error of the outlines."""
    layer = work.first("municipalities")
    codes = list(work.settings.region.municipalities)
    every = _municipalities(layer)
    frame = every.loc[codes].copy()
    official = work.first("official_areas")
    land = official.frame["land_km2"] if official else pd.Series(dtype=float)
    known = land + official.frame["inland_water_km2"] if official else land
    errors = overlay.area_errors(frame, known)
    frame = frame.assign(
        area_km2=frame.area / _KM2,
        official_land_km2=land.reindex(frame.index),
        official_km2=known.reindex(frame.index),
        area_error_share=errors["area_error_share"].reindex(frame.index),
    )
    meta = work.meta(title("kommuner"), "municipalities", lineage="", sources=(layer,))
    layers = {"kommuner": made_layer("kommuner", frame, meta)}
    divisions = _divisions(work, frame)
    table = errors.join(frame["name"]).assign(official_km2=known.reindex(errors.index))
    values = {"region": frame.union_all(), "divisions": tuple(divisions)}
    return Products(layers | divisions, {"ytor": table}, values)


def _divisions(work: Work, frame: gpd.GeoDataFrame) -> dict[str, Layer]:
    """Return each layer of regions (FA regions, local labour markets), as far as it touches the region."""
    region = frame.union_all()
    inner = region.buffer(-1000)
    layers: dict[str, Layer] = {}
    for given in work.of_role("regions"):
        touched = given.geo[given.geo.representative_point().within(region) | given.geo.intersects(inner)]
        meta = work.meta(given.meta.title, "regions", lineage=given.meta.lineage, sources=(given,))
        layers[given.id] = made_layer(given.id, touched, meta)
    return layers


def _municipalities(layer: Layer | None) -> gpd.GeoDataFrame:
    if layer is None:
        raise TypeError
    frame = layer.geo.copy()
    if "part" not in frame.columns:
        frame["part"] = None
    return frame[["name", "part", "geometry"]]


def background(work: Work) -> Products:
    """Return what the structure lies on: water, land, and the municipalities around."""
    region = work.value("region")
    near = region.buffer(work.settings.region.margin_m.value)
    layers: dict[str, Layer] = {}
    for role, name in _BACKGROUND.items():
        frame = work.frame(role)  # type: ignore[arg-type]
        if frame is None:
            continue
        source = work.first(role)  # type: ignore[arg-type]
        kept = frame if role == "land" else frame[frame.intersects(near)]  # land ends where the picture does
        layers[name] = made_layer(name, kept, _own(source, name))
    municipalities = work.first("municipalities")
    if municipalities is not None:
        others = municipalities.geo.drop(index=list(work.settings.region.municipalities))
        others = others[others.intersects(near)][["name", "geometry"]]
        if len(others):
            layers["grannkommuner"] = made_layer("grannkommuner", others, _own(municipalities, "grannkommuner"))
    return Products(layers, as_given=True)


def _own(source: Layer | None, name: str) -> LayerMeta:
    if source is None:
        raise TypeError(name)
    meta = source.meta
    return LayerMeta(
        title(name),
        meta.role,
        meta.status,
        meta.year,
        meta.source,
        meta.provider,
        meta.licence,
        meta.licence_note,
        meta.lineage,
        "EPSG:3006",
    )


def land_use(work: Work) -> Products:
    """Return ``markanvandning``, measured or modelled, and its area per class and municipality."""
    zones = work.layer("kommuner").geo  # type: ignore[union-attr]
    layer = work.first("land_use")
    if layer is not None and layer.raster is None:
        table = overlay.overlay_areas(layer.geo, zones, "category")
        made = made_layer("markanvandning", layer.geo, _own(layer, "markanvandning"))
        return Products({"markanvandning": made}, {"markanvandning": table}, as_given=True)
    frame = pd.DataFrame(index=pd.Index([], name="id"))
    if layer is not None and layer.raster is not None:
        table = coverage.raster_areas(layer.raster, zones)
        meta = _own(layer, "markanvandning")
        made = made_layer("markanvandning", frame, meta, grid=layer.raster.grid, raster=layer.raster)
        return Products({"markanvandning": made}, {"markanvandning": table}, as_given=True)
    raster, draws = _modelled_land_use(work, zones)
    table = ranges.of_land(coverage.raster_areas(raster, zones), draws, zones)
    meta = work.meta(title("markanvandning"), "land_use", lineage="")
    made = made_layer("markanvandning", frame, meta, grid=raster.grid, raster=raster)
    tables, values = {"markanvandning": table}, {"land_draws": draws}
    return Products({"markanvandning": made}, tables, values, modelled=True)


def _modelled_land_use(work: Work, zones: gpd.GeoDataFrame) -> tuple[Raster, land_drawn.LandDraws | None]:
    model = work.settings.models.land_use
    if model is None:
        raise TypeError
    places, options = work.value("places"), work.settings.models.redraw
    parameters = {name: parameter.value for name, parameter in model.parameters.items()}
    ground = landuse.land_ground(
        zones,
        places[~places["outside"]] if places is not None else None,
        work.frame("water"),
        work.frame("roads"),
        parameters,
        model.size_m.value,
    )
    draws = None if options is None else land_drawn.redraw_land(ground, parameters, options)
    return ground.raster(landuse.classes_on(ground, parameters)), draws
