"""The store as one who only reads has it: everything can be read, nothing is kept."""

from collections.abc import Callable, Iterable
from typing import NoReturn

from spatial.errors import EntryError
from spatial.record.base import Record
from spatial.record.events import Draft, Event


class ReadingRecord:
    """A store that refuses to keep anything (see ``base.Record``).

    Parameters
    ----------
    record : Record
        The store that is read.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self.limits = record.limits

    def append(self, draft: Draft, *, once: bool = False) -> Event:
        """Refuse an input."""
        _refuse(draft, once)

    def change(self, item: str, make: Callable[[list[Event]], Draft]) -> Event:
        """Refuse a change."""
        _refuse(item, make)

    def merge(self, events: Iterable[Event]) -> int:
        """Refuse another store's events."""
        _refuse(events)

    def events(self, after: int = 0) -> list[Event]:
        """Return the events kept after a mark."""
        return self._record.events(after)

    def mark(self) -> int:
        """Return how far the store has come."""
        return self._record.mark()

    def close(self) -> None:
        """Leave the store open: it is the others' too."""


def _refuse(*_asked: object) -> NoReturn:
    raise EntryError("entry.read_only")
