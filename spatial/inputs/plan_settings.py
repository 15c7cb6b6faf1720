"""A plan put into a region: settings that add its layers, written and read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd

from spatial.errors import ConfigError, StrukturbildError
from spatial.inputs.config import DEFAULT_REGION, read_settings
from spatial.inputs.layers import read_layers
from spatial.inputs.mapping import read_mapping
from spatial.inputs.plan_drafts import identifier, quoted, write_draft
from spatial.inputs.plan_files import MAPPINGS, PlanFile, PlanLayer, read_plan
from spatial.inputs.plan_place import Owners, owners_of, placings_of
from spatial.inputs.plan_placing import Placing
from spatial.model import Layer
from spatial.settings import Settings
from spatial.texts import text


@dataclass(frozen=True)
class Added:
    """What was added: the settings, the plan's layers made true, its file; how each is placed, and whose it is."""

    settings: Settings
    layers: tuple[Layer, ...]
    plan: PlanFile
    placings: Mapping[str, Placing]
    owners: Mapping[str, Owners]


def add_plan(
    file: Path,
    municipality: str,
    mapping: str | None,
    out: Path,
    *,
    config: str | None = None,
    layer: str | None = None,
    code: str | None = None,
    time: str | None = None,
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
    layer, code, time : str, optional
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
    plan = read_plan(file, base.pivot, layer=layer, code=code, time=time)
    placings = placings_of(plan, outlines.geometry.loc[municipality])
    owners = {one.name: owners_of(one, placings[one.name], outlines, municipality) for one in plan.layers}
    whose = (municipality, str(outlines["name"].loc[municipality]))
    ids = _ids(plan, municipality, base, config or DEFAULT_REGION)
    if not any(one.own.any() for one in owners.values()):
        found = ", ".join(sorted({code for one in owners.values() for code in one.codes}))
        raise ConfigError("plans.not_here", file=plan.name, municipality=" ".join(whose), found=found)
    start = _base(config, out)
    write_draft(out, settings_text(plan, file, out, whose, _named(named, out), start, ids, placings, owners))
    try:
        settings = read_settings(out)
        own = [spec for spec in settings.layers if spec.role == "plans" and spec not in base.layers]
        wanted = [*settings.layers_of("municipalities"), *own]
        made = read_layers(settings.model_copy(update={"layers": wanted}))
    except StrukturbildError:
        out.unlink()
        raise
    return Added(settings, tuple(made[spec.id] for spec in own), plan, placings, owners)


def _ids(plan: PlanFile, municipality: str, base: Settings, called: str) -> dict[str, str]:
    """Return the id of each of the plan's layers; where another file has the usual one, with the file's name in it."""
    taken, start = {spec.id: spec.source for spec in base.layers}, f"op_{municipality}"
    ids = dict[str, str]()
    for layer in plan.layers:
        usual = identifier(f"{start}_{layer.name}", start)
        if taken.get(usual) == plan.name:
            raise ConfigError("plans.there_already", file=plan.name, config=called)
        ids[layer.name] = identifier(f"{start}_{Path(plan.name).stem}_{layer.name}", start) if usual in taken else usual
    return ids


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
    ids: Mapping[str, str],
    placings: Mapping[str, Placing],
    owners: Mapping[str, Owners],
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
    ids, placings, owners : mapping
        Layer → its id in settings; how its coordinates are to be read; whose its features are.

    Returns
    -------
    str
    """
    year = datetime.fromtimestamp(file.stat().st_mtime, UTC).year
    own = [
        _layer(
            layer,
            plan,
            {"id": ids[layer.name], "path": _beside(file, out), "mapping": mapping, "year": str(year)},
            municipality,
            placings[layer.name],
            owners[layer.name],
        )
        for layer in plan.layers
    ]
    head = text("plans.settings_head", file=plan.name)
    return "\n".join([head, f"extends: {quoted(base)}", "add_layers:", *own]) + "\n"


def _layer(
    layer: PlanLayer,
    plan: PlanFile,
    said: Mapping[str, str],
    municipality: tuple[str, str],
    placing: Placing,
    owners: Owners,
) -> str:
    code, name = municipality
    known = layer.columns.known()
    ours = {"file_id": "id"}
    left = {"name_of_code"} if owners.column else {"name_of_code", "municipality"}
    columns = {ours.get(meaning, meaning): column for meaning, column in known.items() if meaning not in left}
    within = plan.told_from(layer)
    constants = {} if owners.codes else {"municipality": code}
    constants |= {"code": layer.constant} if layer.constant else {}
    constants |= {"layer": within} if within else {}
    titled = text("plans.settings_title", municipality=name, layer=layer.name)
    several = f", layer: {quoted(layer.name)}" if Path(plan.name).suffix.lower() in {".gpkg", ".zip"} else ""
    lines = [
        f"  - id: {said['id']}",
        f"    title: {{sv: {quoted(titled)}}}",
        "    role: plans",
        "    status: mätt",
        f"    year: {said['year']}  # {text('plans.settings_year')}",
        f"    source: {quoted(plan.name)}",
        f"    provider: {quoted(text('plans.settings_provider', municipality=name))}",
        f"    licence: {quoted(text('plans.settings_licence'))}",
        f"    reader: {{kind: file, path: {quoted(said['path'])}{several}}}",
        f"    columns: {_pairs(columns)}",
        f"    constants: {_pairs(constants)}",
        f"    mapping: {quoted(said['mapping'])}",
    ]
    if placing.swapped:
        lines.insert(7, f"    north_first: true  # {text('plans.settings_north_first')}")
    if placing.crs is not None:
        lines.insert(7, f"    crs: {placing.crs}")
    return "\n".join(lines)


def _beside(file: Path, out: Path) -> str:
    """Return how a file is named from beside another: relative where it lies below, else absolute."""
    whole, home = file.resolve(), out.resolve().parent
    return whole.relative_to(home).as_posix() if whole.is_relative_to(home) else whole.as_posix()


def _pairs(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {quoted(value)}" for key, value in values.items()) + "}"
