"""layer.yaml + frame → Layer: read once, made true, then read-only; the faults of all layers at once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial import fingerprints, geo
from spatial.errors import Fault, GateError, LayerError
from spatial.inputs import cells, place, roles, truth
from spatial.inputs.plan_layers import true_plan
from spatial.inputs.received import Received
from spatial.inputs.sources.file import read_file
from spatial.inputs.sources.links import read_links
from spatial.inputs.sources.package import read_package
from spatial.inputs.sources.table import read_table
from spatial.model import Layer, LayerMeta, Raster
from spatial.settings import FileReader, LayerSpec, LinksReader, PackageReader, Settings
from spatial.storage import bundled

Progress = Callable[[str], None]
_CLIP_M: Final = 2_000.0


def read_layers(
    settings: Settings, data: Path | str | None = None, progress: Progress | None = None
) -> dict[str, Layer]:
    """Return every layer of the settings, made true.

    Parameters
    ----------
    settings : Settings
    data : Path, optional
        Where the settings' own files lie; default beside the settings file.
    progress : callable, optional
        Called with each layer's title before it is read.

    Returns
    -------
    dict of str to Layer
        In the order of the settings.

    Raises
    ------
    LayerError
        With every fault of every layer.
    """
    layers, faults = inspect_layers(settings, data, progress)
    if faults:
        raise LayerError(faults)
    return layers


def inspect_layers(
    settings: Settings, data: Path | str | None = None, progress: Progress | None = None
) -> tuple[dict[str, Layer], list[Fault]]:
    """Return the layers that are sound, and every fault that stops the others; ``read_layers`` refuses these."""
    layers: dict[str, Layer] = {}
    faults: list[Fault] = []
    region: shapely.Geometry | None = None
    for spec in _municipalities_first(settings):
        if progress:
            progress(spec.title.sv)
        try:
            layer = read_layer(spec, folder_of(spec, settings, data), settings, region)
            if spec.role == "municipalities" and region is None:
                region = region_of(layer, settings)
        except LayerError as error:
            faults += error.faults
        except GateError as error:
            faults.append(Fault("faults.gate", spec.id, values={"sentence": error.message()}))
        else:
            layers[spec.id] = layer
    if not settings.layers_of("municipalities"):
        faults.append(Fault("faults.no_municipalities", settings.region.id))
    return {spec.id: layers[spec.id] for spec in settings.layers if spec.id in layers}, faults


def _municipalities_first(settings: Settings) -> Iterator[LayerSpec]:
    yield from settings.layers_of("municipalities")
    yield from (spec for spec in settings.layers if spec.role != "municipalities")


def folder_of(spec: LayerSpec, settings: Settings, data: Path | str | None) -> Path:
    """Return the folder that a layer's paths are relative to."""
    if spec.home == "bundled":
        return bundled("layers", spec.id)
    if spec.home == "beside":
        return Path(settings.folder) / "layers" / spec.id
    return Path(data) if data is not None else Path(settings.folder)


def region_of(municipalities: Layer, settings: Settings) -> shapely.Geometry:
    """Return the region's polygon (EPSG:3006).

    Raises
    ------
    LayerError
        If a municipality of the settings is not in the layer.
    """
    codes = settings.region.municipalities
    absent = [code for code in codes if code not in municipalities.frame.index]
    if absent:
        raise LayerError(
            Fault("faults.no_such_municipality", municipalities.id, code, values={"code": code}) for code in absent
        )
    return shapely.union_all(municipalities.geo.loc[list(codes)].geometry.to_numpy())


def read_layer(spec: LayerSpec, folder: Path, settings: Settings, region: shapely.Geometry | None) -> Layer:
    """Return one layer, made true.

    Raises
    ------
    LayerError, GateError
        With every fault of the layer.
    """
    return layer_of(_received(spec, folder), spec, settings, region)


def layer_of(received: Received, spec: LayerSpec, settings: Settings, region: shapely.Geometry | None) -> Layer:
    """Return what was received as a layer, made true.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    meta = _meta(spec)
    if received.raster is not None:
        return _raster_layer(spec, meta, received, received.raster)
    _check_columns(received.frame, spec)
    frame = _named(_chosen(received.frame, spec), spec)
    frame, turned = _turned(frame, spec)
    frame, faults = roles.with_numbers(frame, spec.role, spec.id)
    faults += turned
    faults += roles.service_faults(frame, spec.id, [service.id for service in settings.services])
    if spec.role == "interests":
        faults += roles.interest_faults(frame, spec.id, settings.pivot.of_aspect("varde"))
    stopping = [fault for fault in faults if fault.severity == "error"]
    try:
        layer = _true_layer(spec, frame, settings, region)
    except LayerError as error:
        raise LayerError([*stopping, *error.faults]) from error
    if stopping:
        raise LayerError(stopping)
    notes = (*received.notes, *faults, *layer.faults)
    return replace(layer, meta=meta, faults=notes, rows_read=received.rows_read)


def _turned(frame: pd.DataFrame, spec: LayerSpec) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the frame east before north where the settings say that its file has north first, and a count of it."""
    if not (spec.north_first and isinstance(frame, gpd.GeoDataFrame)):
        return frame, []
    said: dict[str, object] = {"count": len(frame)}
    return place.turned(frame), [Fault("faults.axes_turned", spec.id, None, "repaired", len(frame), said)]


def _raster_layer(spec: LayerSpec, meta: LayerMeta, received: Received, raster: Raster) -> Layer:
    classes = {int(value): name for value, name in spec.classes.items() if value.lstrip("-").isdigit()}
    named = replace(raster, classes=classes or raster.classes)
    seal = fingerprints.fingerprint_of_arrays(
        dict(raster.bands),
        classes=classes,
        transform=list(raster.grid.transform)[:6],
        **_context(spec, raster.grid.crs),
    )
    return Layer(spec.id, meta, received.frame, seal, raster.grid, named, received.notes)


def _received(spec: LayerSpec, folder: Path) -> Received:
    reader = spec.reader
    if isinstance(reader, PackageReader):
        return read_package(spec, reader, folder)
    if isinstance(reader, LinksReader):
        return read_links(spec, reader, folder)
    if isinstance(reader, FileReader):
        return read_file(spec, reader, folder)
    return read_table(spec, reader, folder)


def _meta(spec: LayerSpec) -> LayerMeta:
    return LayerMeta(
        spec.title,
        spec.role,
        spec.status,
        spec.year,
        spec.source,
        spec.provider,
        spec.licence,
        spec.licence_note,
        spec.lineage,
        spec.crs or "",
    )


def _check_columns(frame: pd.DataFrame, spec: LayerSpec) -> None:
    """Refuse a file that lacks a column that the settings name, or that the role needs."""
    have = [str(name) for name in frame.columns if name != "geometry"]
    listed = ", ".join(have)
    faults = [Fault("faults.where_column", spec.id, values={"column": name}) for name in spec.where if name not in have]
    faults += [
        Fault("faults.mapped_column", spec.id, values={"column": name, "columns": listed})
        for name in dict.fromkeys(spec.columns.values())
        if name not in have
    ]
    ours = [*(spec.columns or have), *spec.constants]
    faults += roles.column_faults(ours, spec.role, spec.id, have)
    if faults:
        raise LayerError(faults)


def _chosen(frame: pd.DataFrame, spec: LayerSpec) -> pd.DataFrame:
    for column, allowed in spec.where.items():
        frame = frame[roles.as_texts(frame[column]).isin(allowed)]
    if frame.empty:
        raise LayerError([Fault("faults.no_features", spec.id)])
    return frame


def _named(frame: pd.DataFrame, spec: LayerSpec) -> pd.DataFrame:
    theirs = {ours: frame[name] for ours, name in spec.columns.items()}
    named = pd.DataFrame(theirs, index=frame.index) if spec.columns else frame.drop(columns="geometry", errors="ignore")
    named = named.assign(**spec.constants)
    column = roles.ROLES[spec.role].class_column
    if spec.classes and column in named.columns:
        given = roles.as_texts(named[column])
        named[column] = given.map(lambda value: spec.classes.get(value, value))
    if isinstance(frame, gpd.GeoDataFrame):
        named = gpd.GeoDataFrame(named, geometry=frame.geometry, crs=frame.crs)
    return named


def _true_layer(spec: LayerSpec, frame: pd.DataFrame, settings: Settings, region: shapely.Geometry | None) -> Layer:
    rules = roles.ROLES[spec.role]
    seal = fingerprints.fingerprint_of_frame(_keyed(frame, rules.id_column), **_context(spec, _label(frame)))
    if rules.family is None or not isinstance(frame, gpd.GeoDataFrame):
        return _true_table(spec, frame, rules, seal)
    if spec.role == "plans":
        plan, noted = true_plan(spec, frame, settings, region)
        return Layer(spec.id, _meta(spec), plan, seal, None, None, noted)
    grid = None
    notes: list[Fault] = []
    if spec.role == "population_grid":
        if frame.crs is None:
            frame = frame.set_crs(spec.crs) if spec.crs else frame
        frame, grid = cells.cells_of(frame, spec.id, settings.region.grid.size_m.value)
    elif rules.family == "point":
        frame, notes = _points(frame, spec.id)
    true, faults = truth.true_frame(
        frame,
        layer=spec.id,
        crs=spec.crs,
        family="point" if grid else rules.family,
        id_column=rules.id_column if rules.id_column in frame.columns else None,
        region=region,
        margin_m=settings.region.margin_m.value,
    )
    if spec.clip_to_region and region is not None:
        true = true[true.intersects(shapely.buffer(region, _CLIP_M))]
    notes += [*faults, *(cells.masked_faults(true, spec.id) if grid else [])]
    return Layer(spec.id, _meta(spec), true, seal, grid, None, tuple(notes))


def _context(spec: LayerSpec, crs: str) -> dict[str, object]:
    """Return what of the description belongs to the layer's content: it decides what the layer becomes."""
    said: dict[str, object] = {
        "role": spec.role,
        "status": spec.status,
        "crs": crs,
        "declared": spec.crs,
        "clip": spec.clip_to_region,
    }
    return {**said, "mapping": spec.mapping, "aspect": spec.aspect} if spec.role == "plans" else said


def _points(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return the frame with its areas (a school's ground, a locality's extent) as points on them, and how many."""
    shapes = frame.geometry.to_numpy().copy()
    areas = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    areas[areas] = geo.finite(shapes[areas])
    count = int(areas.sum())
    if not count:
        return frame, []
    shapes[areas] = shapely.point_on_surface(shapely.make_valid(shapes[areas]))
    fault = Fault("faults.areas_as_points", layer, None, "repaired", count, {"count": count})
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)), [fault]


def _keyed(frame: pd.DataFrame, id_column: str | None) -> pd.DataFrame:
    return frame.set_index(id_column) if id_column in frame.columns else frame.reset_index(drop=True)


def _label(frame: pd.DataFrame) -> str:
    return str(frame.crs) if isinstance(frame, gpd.GeoDataFrame) else ""


def _true_table(spec: LayerSpec, frame: pd.DataFrame, rules: roles.RoleRules, seal: str) -> Layer:
    if rules.family is not None:
        raise LayerError([Fault("faults.no_geometry", spec.id)])
    if rules.id_column is None:
        return Layer(spec.id, _meta(spec), frame, seal)
    twice = frame.index[frame[rules.id_column].duplicated(keep=False)]
    if len(twice):
        raise LayerError(
            Fault("faults.repeated_id", spec.id, str(row), values={"id": frame.loc[row, rules.id_column]})
            for row in twice
        )
    return Layer(spec.id, _meta(spec), frame.set_index(rules.id_column), seal)
