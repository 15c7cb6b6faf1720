"""compose(settings, layers) → StructureImage: the recipe, its steps in order, each with what it is made from.

A step declares the roles it reads, the earlier steps it builds on and the sections of the settings it uses; it is
given no more than that. Its fingerprint follows from theirs, so that one changed input changes exactly what depends
on it. A step whose needs are not met is left out and named.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from spatial import fingerprints
from spatial.model import Layer, Omission, Provenance, StepRecord, StructureImage
from spatial.settings import Settings, Strict
from spatial.steps.recipe import RECIPE
from spatial.steps.work import Products, Step, Work

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["METHOD_VERSION", "RECIPE", "compose", "declared", "section_of"]

Model = TypeVar("Model", bound=Strict)
METHOD_VERSION: Final = "3"
"""Raised when a method changes, so that results of the old one are not taken for those of the new."""


def compose(
    settings: Settings, layers: Mapping[str, Layer], progress: Callable[[str], None] | None = None
) -> StructureImage:
    """Return the structure image of a region.

    Parameters
    ----------
    settings : Settings
    layers : mapping of str to Layer
        What ``read_layers`` gives; EPSG:3006.
    progress : callable, optional
        Called with each step's name before it runs.

    Returns
    -------
    StructureImage
        Pure: the same settings and layers give the same image, with the same fingerprint, on any machine.
    """
    layers = _ordered(layers)
    made: dict[str, Products] = {}
    records: dict[str, StepRecord] = {}
    omissions: list[Omission] = []
    for step in RECIPE:
        lacking = _lacking(step, settings, layers, made)
        if lacking:
            omissions.append(Omission(step.name, lacking))
            continue
        if progress:
            progress(step.name)
        started = time.perf_counter()
        work = _work(step, settings, layers, made)
        inputs = _inputs(step, layers, records)
        parameters = {name: section_of(settings, name) for name in step.settings}
        seal = _seal(step, parameters, inputs)
        products = step.run(work)
        made[step.name] = products.sealed(seal, work.modelled)
        seconds = time.perf_counter() - started
        records[step.name] = StepRecord(step.name, inputs, parameters, seal, seconds)
        omissions += products.omissions
    return _image(settings, layers, made, records, omissions)


def _ordered(layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """Return the layers by id, each with its rows by id: in which order they came does not matter."""
    return {name: replace(layers[name], frame=layers[name].frame.sort_index(kind="stable")) for name in sorted(layers)}


def _image(
    settings: Settings,
    layers: Mapping[str, Layer],
    made: Mapping[str, Products],
    records: Mapping[str, StepRecord],
    omissions: list[Omission],
) -> StructureImage:
    drawn: dict[str, Layer] = {}
    tables: dict[str, pd.DataFrame] = {}
    for products in made.values():
        drawn |= products.layers
        tables |= products.tables
    seals = {name: layer.fingerprint for name, layer in layers.items()}
    whole = fingerprints.fingerprint_of_values({name: record.fingerprint for name, record in records.items()})
    provenance = Provenance(tuple(records.values()), MappingProxyType(seals), tuple(omissions), whole)
    kept = made["redraws"].values.get("kept") if "redraws" in made else None  # noqa: PD011
    return StructureImage(
        MappingProxyType(drawn), MappingProxyType(tables), provenance, settings, MappingProxyType(dict(layers)), kept
    )


def _lacking(step: Step, settings: Settings, layers: Mapping[str, Layer], made: Mapping[str, Products]) -> str:
    """Return the role, or the step, for want of which a step is left out; empty where it can run."""
    have = {layer.meta.role for layer in layers.values()}
    for role in step.roles:
        if role not in have and not (step.role_or_model and _modelled(step, settings)):
            return role
    return next((name for name in step.after if name not in made), "")


def _modelled(step: Step, settings: Settings) -> bool:
    return getattr(settings.models, step.name, None) is not None


def _work(step: Step, settings: Settings, layers: Mapping[str, Layer], made: Mapping[str, Products]) -> Work:
    wanted = {*step.roles, *step.optional}
    given = {name: layer for name, layer in layers.items() if layer.meta.role in wanted}
    known = {name: made[name] for name in (*step.after, *step.built_on) if name in made}
    return Work(step, declared(settings, step.settings), given, known)


def _inputs(step: Step, layers: Mapping[str, Layer], records: Mapping[str, StepRecord]) -> dict[str, str]:
    wanted = {*step.roles, *step.optional}
    read = {name: layer.fingerprint for name, layer in layers.items() if layer.meta.role in wanted}
    built = {name: records[name].fingerprint for name in (*step.after, *step.built_on) if name in records}
    return {**{f"layer:{name}": seal for name, seal in read.items()}, **{f"step:{n}": s for n, s in built.items()}}


def _seal(step: Step, parameters: Mapping[str, object], inputs: Mapping[str, str]) -> str:
    content = {
        "step": step.name,
        "method": METHOD_VERSION,
        "inputs": inputs,
        "settings": parameters,
    }
    return fingerprints.fingerprint_of_values(content)


def section_of(settings: Settings, dotted: str) -> object:
    """Return a section of the settings as plain values, by its dotted name."""
    content: object = settings.model_dump(mode="json")
    for part in dotted.split("."):
        content = content[part] if isinstance(content, Mapping) else None
    return content


def declared(settings: Settings, names: Iterable[str]) -> Settings:
    """Return the settings with nothing but the sections named; another is an AttributeError to whoever reads it.

    Examples
    --------
    >>> from spatial.inputs.config import read_settings
    >>> seen = declared(read_settings(), ["region.year"])
    >>> seen.region.year, hasattr(seen.region, "title"), hasattr(seen, "access")
    (2021, False, False)
    """
    return _part(settings, [name.split(".") for name in names])


def _part(model: Model, wanted: Iterable[Sequence[str]]) -> Model:
    sections: dict[str, list[Sequence[str]]] = {}
    for first, *rest in wanted:
        sections.setdefault(first, []).append(rest)
    seen = model.model_copy()
    seen.__dict__.clear()
    for name, below in sections.items():
        value = getattr(model, name)
        seen.__dict__[name] = value if [] in below or not isinstance(value, Strict) else _part(value, below)
    return seen
