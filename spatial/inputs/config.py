"""YAML → Settings: all faults of a settings file at once, each with its line and what to do."""

from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from spatial.errors import ConfigError
from spatial.inputs.documents import Document, Place, read_document
from spatial.inputs.planning import with_planning
from spatial.settings import LayerSpec, Settings, Style
from spatial.storage import bundled
from spatial.texts import has_text, text

DEFAULT_REGION: Final = "vasterbotten"
_MAX_LISTED: Final = 30


def read_settings(path: Path | str | None = None) -> Settings:
    """Return the settings of a region.

    A settings file may build on another by ``extends: standard`` (a file of ours) or ``extends: my.yaml`` (beside
    it); its own sections replace the other's whole, and ``add_layers`` come after its layers. A layer is described in
    place, or named: then its ``layers/<id>/layer.yaml`` beside the settings file, or among ours, describes it.

    Parameters
    ----------
    path : Path or str, optional
        A YAML file, or the name of an embedded region. Default: Västerbotten.

    Returns
    -------
    Settings

    Raises
    ------
    ConfigError
        With every fault of the file.
    """
    file = _find(path)
    document = read_document(file)
    values = _extended(document)
    faults: list[str] = []
    added = values.pop("add_layers", [])
    values["layers"] = _layers(document, "layers", values.get("layers", []), faults)
    values["layers"] += _layers(document, "add_layers", added, faults)
    values["style"] = _style(document, values.get("style", "style.yaml"), faults)
    values["folder"] = str(file.parent.resolve())
    faults += with_planning(values, file.parent)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        faults.extend(fault_sentences(document, error))
    if faults:
        raise ConfigError("config.faults", file=file, count=len(faults), faults="\n".join(faults[:_MAX_LISTED]))
    return settings


def _find(path: Path | str | None) -> Path:
    if path is None:
        return bundled("config", f"{DEFAULT_REGION}.yaml")
    file = Path(path)
    embedded = bundled("config", f"{path}.yaml")
    return embedded if not file.exists() and file.suffix == "" and embedded.exists() else file


def _extended(document: Document) -> dict[str, Any]:
    values = dict(document.values)
    base = values.pop("extends", None)
    if base is None:
        return values
    beside = document.path.parent / str(base)
    parent = read_document(beside if beside.is_file() else bundled("config", f"{base}.yaml"))
    built_on = _extended(parent)
    if "add_layers" in built_on:
        built_on["layers"] = [*built_on.get("layers", []), *built_on.pop("add_layers")]
    return {**built_on, **values}


def _layers(document: Document, section: str, entries: object, faults: list[str]) -> list[LayerSpec]:
    if not isinstance(entries, list):
        faults.append(fault_line(document, (section,), text("config.layers_list")))
        return []
    specs: list[LayerSpec] = []
    for index, entry in enumerate(entries):
        if isinstance(entry, str):
            own, home = _named_layer(document, (section, index), entry, faults)
        else:
            own, home = document, "data"
        if own is None:
            continue
        content = entry if own is document else own.values
        place: Place = (section, index) if own is document else ()
        try:
            specs.append(LayerSpec.model_validate(content).model_copy(update={"home": home}))
        except ValidationError as error:
            faults.extend(fault_sentences(own, error, place))
    return specs


def _named_layer(document: Document, at: Place, name: str, faults: list[str]) -> tuple[Document | None, str]:
    places = {"beside": document.path.parent / "layers" / name, "bundled": bundled("layers", name)}
    for home, folder in places.items():
        if (folder / "layer.yaml").is_file():
            try:
                return read_document(folder / "layer.yaml"), home
            except ConfigError as error:
                faults.append(f"• {error}")
                return None, home
    faults.append(fault_line(document, at, text("config.no_layer", layer=name)))
    return None, "bundled"


def _style(document: Document, name: object, faults: list[str]) -> Style | None:
    beside = document.path.parent / str(name)
    own = read_document(beside if beside.is_file() else bundled("config", "style.yaml"))
    try:
        return Style.model_validate(own.values)
    except ValidationError as error:
        faults.extend(fault_sentences(own, error))
        return None


def fault_sentences(document: Document, error: ValidationError, place: Place = ()) -> list[str]:
    """Return every fault of a document as a sentence with its line."""
    return [fault_line(document, (*place, *_clean(fault["loc"])), _sentence(fault)) for fault in error.errors()]


def _clean(place: tuple[str | int, ...]) -> Place:
    """Drop the names of union members, which pydantic puts in the place."""
    return tuple(part for part in place if part not in {"package", "table", "links", "file"} or part == place[-1])


def _sentence(fault: ErrorDetails) -> str:
    key = f"config.type.{fault['type']}"
    context = {name: value for name, value in fault.get("ctx", {}).items() if name != "given"}
    given = fault.get("input")
    shown = repr(given) if isinstance(given, str | int | float | bool) else type(given).__name__
    if has_text(key):
        return text(key, given=shown, **context)
    return text("config.type.other", given=shown, message=fault["msg"])


def fault_line(document: Document, place: Place, sentence: str) -> str:
    """Return a fault's sentence with the file, the line and the name of the place."""
    where = " → ".join(str(part + 1) if isinstance(part, int) else part for part in place) or "–"
    return text("config.fault", file=document.path.name, line=document.line(place), place=where, sentence=sentence)
