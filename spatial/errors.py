"""Faults a user can act on: each names the layer, the row and the remedy, in the user's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from spatial.texts import DEFAULT_LANGUAGE, has_text, text

Severity = Literal["error", "warning", "repaired"]


@dataclass(frozen=True)
class Fault:
    """One fault of one layer.

    ``key`` is the catalogue key of the sentence (``faults.…``); ``<key>_remedy`` says what to do.
    ``row`` is the row's number in the file, counted from 1, or its id; None where the whole layer is meant.
    ``count`` is how many rows the fault stands for. ``severity`` is *error* (the layer is refused), *warning*
    (kept and shown) or *repaired* (changed, counted and shown).
    """

    key: str
    layer: str
    row: str | None = None
    severity: Severity = "error"
    count: int = 1
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def sentence(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return what is wrong, and where, in one sentence."""
        place = text("faults.place_row" if self.row else "faults.place", lang, layer=self.layer, row=self.row)
        return f"{place}: {text(self.key, lang, **self.values)}"

    def remedy(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return what the user should do about it; empty where nothing need be done."""
        key = f"{self.key}_remedy"
        return text(key, lang, **self.values) if has_text(key) else ""


class StrukturbildError(Exception):
    """A mistake that its user can mend; ``message(lang)`` is one clear sentence."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def message(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``lang``."""
        return text(self.key, lang, **self.values)

    def __str__(self) -> str:
        return self.message()


class ConfigError(StrukturbildError):
    """A settings file that cannot be used."""


class OutputError(StrukturbildError):
    """A folder or file that cannot be written."""


class GateError(StrukturbildError):
    """A geodata file that is refused at the gate."""


class RecordError(StrukturbildError):
    """An input of the working group that is refused, or a record that cannot be opened."""


class EntryError(StrukturbildError):
    """A visit that is not let in, or may not do what it asked for."""


class LayerError(StrukturbildError):
    """A layer with faults that stop it; all of them, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("faults.many", count=len(self.faults))

    def message(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return every fault on a line of its own, each with its remedy."""
        lines = (f"• {fault.sentence(lang)} {fault.remedy(lang)}".rstrip() for fault in self.faults)
        return "\n".join(lines)
