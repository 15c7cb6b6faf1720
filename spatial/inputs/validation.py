"""What the readers of strict YAML share: a document made a model, every fault at once and with its line."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from spatial.errors import ConfigError
from spatial.inputs.documents import Document, Place
from spatial.terms import Strict
from spatial.texts import has_text, text

Model = TypeVar("Model", bound=Strict)
_MAX_LISTED: Final = 30
_KEY: Final = "[key]"


def validated(document: Document, model: type[Model]) -> tuple[Model | None, list[str]]:
    """Return what a document says as a model, or None; and its faults, each with its line."""
    try:
        return model.model_validate(document.values), []
    except ValidationError as error:
        return None, [_fault_line(document, fault) for fault in error.errors()]


def raised(document: Document, made: Model | None, faults: Iterable[str]) -> Model:
    """Return the model, or raise every fault that was found.

    Raises
    ------
    ConfigError
    """
    found = list(dict.fromkeys(faults))
    if made is None or found:
        listed = "\n".join(found[:_MAX_LISTED])
        raise ConfigError("config.faults", file=document.path, count=len(found), faults=listed)
    return made


def _fault_line(document: Document, fault: ErrorDetails) -> str:
    place = tuple(part for part in fault["loc"] if part != _KEY)
    parts = tuple(str(part) if _is_key(document.values, place[:n]) else part for n, part in enumerate(place))
    key = f"config.type.{fault['type']}"
    given = fault.get("input")
    shown = repr(given) if isinstance(given, str | int | float | bool) else type(given).__name__
    if not has_text(key):
        return line_of(document, parts, text("config.type.other", given=shown, message=fault["msg"]))
    context = {name: value for name, value in fault.get("ctx", {}).items() if name != "given"}
    return line_of(document, parts, text(key, given=shown, **context))


def _is_key(values: Any, place: Place) -> bool:
    """Return whether what lies at a place holds names (not numbered items)."""
    for part in place:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(values, Mapping)


def line_of(document: Document, place: Place, sentence: str) -> str:
    """Return a fault's sentence with the file, the line and the name of the place."""
    where = " → ".join(str(part + 1) if isinstance(part, int) else part for part in place) or "–"
    return text("config.fault", file=document.path.name, line=document.line(place), place=where, sentence=sentence)
