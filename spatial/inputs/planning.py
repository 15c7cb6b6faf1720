"""The settings' own files for plans: pivot, mappings, readiness rules and the example, by name or the embedded ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from spatial.errors import ConfigError
from spatial.inputs.mapping import read_example, read_mapping, read_pivot, read_rules
from spatial.inputs.strategies import read_compatibility, read_strategy, read_templates
from spatial.plan_terms import Pivot
from spatial.settings import LayerSpec
from spatial.storage import bundled

_DEFAULT_MAPPING = "boverket"


def with_planning(values: dict[str, Any], folder: Path) -> list[str]:
    """Read the files that the settings name for plans into ``values``; return every fault of them."""
    faults: list[str] = []
    values["pivot"] = _read(read_pivot, values.get("pivot", "pivot.yaml"), folder, faults)
    values["readiness"] = _read(read_rules, values.get("readiness", "rules_op.yaml"), folder, faults)
    faults += _with_strategy(values, folder)
    models = values.get("models")
    if isinstance(models, dict) and isinstance(models.get("plans"), str):
        values["models"] = {**models, "plans": _read(read_example, models["plans"], folder, faults)}
    values["mappings"] = _mappings(values, folder, faults)
    if faults:
        values |= {name: {} for name in ("pivot", "readiness") if values[name] is None}
    return faults


def _with_strategy(values: dict[str, Any], folder: Path) -> list[str]:
    """Read the strategy (where one is named), the compatibility table and the templates into ``values``."""
    faults: list[str] = []
    pivot = values["pivot"] if isinstance(values["pivot"], Pivot) else None
    readers: dict[str, tuple[Callable[[Path], Any], str | None]] = {
        "strategy": (lambda path: read_strategy(path, pivot), None),
        "compatibility": (lambda path: read_compatibility(path, pivot), "compatibility.yaml"),
        "recommendations": (read_templates, "recommendations.yaml"),
    }
    for name, (reader, usual) in readers.items():
        found = _read(reader, values.get(name, usual), folder, faults)
        values.pop(name, None)
        if found is not None:
            values[name] = found
    return faults


def _read(reader: Callable[[Path], Any], name: object, folder: Path, faults: list[str]) -> Any:
    if not isinstance(name, str):
        return name
    beside = folder / name
    try:
        return reader(beside if beside.is_file() else bundled("config", name))
    except ConfigError as error:
        faults.append(f"• {error}")
        return None


def _mappings(values: dict[str, Any], folder: Path, faults: list[str]) -> dict[str, Any]:
    pivot = values["pivot"]
    plans = [spec for spec in values.get("layers", []) if isinstance(spec, LayerSpec) and spec.role == "plans"]
    if not isinstance(pivot, Pivot):
        return {}
    names = dict.fromkeys([spec.mapping or _DEFAULT_MAPPING for spec in plans] + [_DEFAULT_MAPPING])
    found: dict[str, Any] = {}
    for name in names:
        try:
            found[name] = read_mapping(name, pivot, folder)
        except ConfigError as error:
            faults.append(f"• {error}")
    return found
