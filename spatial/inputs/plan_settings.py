"""A plan put into a region: settings that add its layers, written and read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely

from spatial.errors import ConfigError, StrukturbildError
from spatial.inputs import place
from spatial.inputs.config import DEFAULT_REGION, read_settings
from spatial.inputs.layers import read_layers
from spatial.inputs.mapping import read_mapping
from spatial.inputs.plan_drafts import identifier, quoted, write_draft
from spatial.inputs.plan_files import MAPPINGS, PlanFile, PlanLayer, read_plan
from spatial.model import Layer
from spatial.settings import Settings
from spatial.texts import text

_MARGIN_M: Final = 20_000.0


@dataclass(frozen=True)
class Added:
    """What was added: the settings, the plan's layers made true, its file, and coordinate systems that were set."""

    settings: Settings
    layers: tuple[Layer, ...]
    plan: PlanFile
    crs: Mapping[str, str]


def add_plan(
    file: Path,
    municipality: str,
    mapping: str | None,
    out: Path,
    *,
    config: str | None = None,
    layer: str | None = None,
    code: str | None = None,
) -> Added:
    """Write settings that build on a region and add a plan, and read them back.

    Parameters
    ----------
    file : Path
        The plan.
    municipality : str
        Its code.
    mapping : str, optional
        A mapping's file, or the name of one of ours; default Boverket's names.
    out : Path
        The settings to write; what is there already is not written over.
    config : str, optional
        The settings to build on; default the embedded region.
    layer, code : str, optional
        As for ``read_plan``.

    Returns
    -------
    Added

    Raises
    ------
    GateError, ConfigError, LayerError
        If the file is refused, the municipality is not known, or the plan cannot be made true; then nothing is left.
    """
    base = read_settings(config)
    outlines = _outlines(base)
    if municipality not in outlines.index:
        raise ConfigError("plans.no_municipality", code=municipality)
    named = mapping or MAPPINGS[0]
    read_mapping(named, base.pivot, Path.cwd())
    plan = read_plan(file, base.pivot, layer=layer, code=code)
    needed = {one.name: crs_of(one, outlines.geometry.loc[municipality]) for one in plan.layers}
    crs = {name: system for name, system in needed.items() if system is not None}
    whose = (municipality, str(outlines["name"].loc[municipality]))
    start = _base(config, out)
    write_draft(out, settings_text(plan, file, out, whose, _named(named, out), start, crs))
    try:
        settings = read_settings(out)
        own = [spec for spec in settings.layers if spec.role == "plans" and spec not in base.layers]
        wanted = [*settings.layers_of("municipalities"), *own]
        made = read_layers(settings.model_copy(update={"layers": wanted}))
    except StrukturbildError:
        out.unlink()
        raise
    return Added(settings, tuple(made[spec.id] for spec in own), plan, crs)


def _outlines(settings: Settings) -> gpd.GeoDataFrame:
    wanted = settings.layers_of("municipalities")
    return next(iter(read_layers(settings.model_copy(update={"layers": wanted})).values())).geo


def _named(mapping: str, out: Path) -> str:
    path = Path(mapping)
    return _beside(path, out) if path.is_file() else mapping


def _base(config: str | None, out: Path) -> str:
    if config is None:
        return DEFAULT_REGION
    return _beside(Path(config), out) if Path(config).is_file() else config


def settings_text(
    plan: PlanFile,
    file: Path,
    out: Path,
    municipality: tuple[str, str],
    mapping: str,
    base: str,
    crs: Mapping[str, str],
) -> str:
    """Return settings that build on a region and add a plan, a layer for each layer of its file.

    Parameters
    ----------
    plan : PlanFile
    file, out : Path
        The plan, and where the settings will lie: paths in them are relative to that.
    municipality : tuple of str
        Code and name.
    mapping, base : str
        The mapping (a file, or the name of one of ours); the settings that are built on.
    crs : mapping
        Layer → coordinate system, where the file is not to be believed.

    Returns
    -------
    str
    """
    year = datetime.fromtimestamp(file.stat().st_mtime, UTC).year
    own = [_layer(layer, plan, _beside(file, out), year, municipality, mapping, crs) for layer in plan.layers]
    head = text("plans.settings_head", file=plan.name)
    return "\n".join([head, f"extends: {quoted(base)}", "add_layers:", *own]) + "\n"


def _layer(
    layer: PlanLayer,
    plan: PlanFile,
    path: str,
    year: int,
    municipality: tuple[str, str],
    mapping: str,
    crs: Mapping[str, str],
) -> str:
    code, name = municipality
    known = layer.columns.known()
    ours = {"file_id": "id"}
    columns = {ours.get(meaning, meaning): column for meaning, column in known.items() if meaning != "name_of_code"}
    constants = {"municipality": code} | ({"code": layer.constant} if layer.constant else {})
    titled = text("plans.settings_title", municipality=name, layer=layer.name)
    several = f", layer: {quoted(layer.name)}" if Path(plan.name).suffix.lower() in {".gpkg", ".zip"} else ""
    lines = [
        f"  - id: {identifier(f'op_{code}_{layer.name}', f'op_{code}')}",
        f"    title: {{sv: {quoted(titled)}}}",
        "    role: plans",
        "    status: mätt",
        f"    year: {year}  # {text('plans.settings_year')}",
        f"    source: {quoted(plan.name)}",
        f"    provider: {quoted(text('plans.settings_provider', municipality=name))}",
        f"    licence: {quoted(text('plans.settings_licence'))}",
        f"    reader: {{kind: file, path: {quoted(path)}{several}}}",
        f"    columns: {_pairs(columns)}",
        f"    constants: {_pairs(constants)}",
        f"    mapping: {quoted(mapping)}",
    ]
    if layer.name in crs:
        lines.insert(7, f"    crs: {crs[layer.name]}")
    return "\n".join(lines)


def _beside(file: Path, out: Path) -> str:
    """Return how a file is named from beside another: relative where it lies below, else absolute."""
    whole, home = file.resolve(), out.resolve().parent
    return whole.relative_to(home).as_posix() if whole.is_relative_to(home) else whole.as_posix()


def crs_of(layer: PlanLayer, outline: shapely.Geometry) -> str | None:
    """Return the coordinate system that settings must name for a layer, or None where its own label holds.

    Parameters
    ----------
    layer : PlanLayer
    outline : Polygon
        The municipality, EPSG:3006: where the plan must lie.
    """
    shapes = layer.frame.geometry
    there = layer.frame[~(shapes.isna() | shapes.is_empty)]
    if not len(there):
        return None
    labelled, faults = place.label_of(there, layer.name, None, place.area_of(outline, _MARGIN_M))
    if labelled.crs is not None:
        return None
    fits = [str(fault.values["fits"]) for fault in faults if "fits" in fault.values and "axes" not in fault.key]
    return fits[0].split(", ")[0] if fits else None


def _pairs(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {quoted(value)}" for key, value in values.items()) + "}"
