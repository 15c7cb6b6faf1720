"""What every store of events can do, and how the one that holds is opened."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from spatial.errors import RecordError
from spatial.record.events import Author, Draft, Event
from spatial.record_terms import RecordLimits

FILE: Final = "arbetsgrupp.sqlite"
"""The store's name in the folder of a region's image; a build never touches it."""
URL: Final = "STRUKTURBILD_RECORD_URL"
"""The environment variable that names a shared PostgreSQL: ``postgresql://user@host/database``."""
_MINUTE: Final = timedelta(minutes=1)


class Record(Protocol):
    """A store of events. Threads may share it; every call is one short transaction."""

    limits: RecordLimits

    def append(self, draft: Draft, *, once: bool = False) -> Event:
        """Keep an input. When this returns, it is on disk.

        With ``once`` an item that is there already stays as it is, and its latest event is returned: what is told
        twice is kept once.

        Raises
        ------
        RecordError
            If the input is refused (``checks.check_draft``), the session is too fast, or the store cannot be written.
        """
        ...

    def change(self, item: str, make: Callable[[list[Event]], Draft]) -> Event:
        """Keep the draft that ``make`` returns for an item's history, nobody coming between.

        Raises
        ------
        RecordError
            As ``append``; also if there is no such item.
        """
        ...

    def events(self, after: int = 0) -> list[Event]:
        """Return the events kept after a mark (``mark``) in the order they were kept; 0 gives all."""
        ...

    def mark(self) -> int:
        """Return how far the store has come: cheap to ask for, larger when there is something new."""
        ...

    def merge(self, events: Iterable[Event]) -> int:
        """Add events of another store, by id; what is here already stays as it is. Return how many were new."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...


def open_record(folder: Path, limits: RecordLimits | None = None, *, url: str | None = None) -> Record:
    """Return the store of a region's working group.

    Parameters
    ----------
    folder : Path
        Where the region's image lies: the SQLite file lies beside it and stays when the image is built anew.
    limits : RecordLimits, optional
        ``settings.record``.
    url : str, optional
        A PostgreSQL database; default what the environment variable ``STRUKTURBILD_RECORD_URL`` says, else SQLite.

    Returns
    -------
    Record

    Raises
    ------
    RecordError
        If it cannot be opened.
    """
    address = url if url is not None else os.environ.get(URL, "")
    if address:
        from spatial.record.postgres import PostgresRecord

        return PostgresRecord(address, limits)
    from spatial.record.store import SqliteRecord

    return SqliteRecord(folder / FILE, limits)


def events_beside(folder: Path, limits: RecordLimits | None = None) -> list[Event]:
    """Return what a region's working group has added; nothing, and no new file, where no group has worked."""
    if not os.environ.get(URL) and not (folder / FILE).is_file():
        return []
    record = open_record(folder, limits)
    try:
        return record.events()
    finally:
        record.close()


def minute_before(time: str) -> str:
    """Return the time a minute before, written as times are kept.

    Examples
    --------
    >>> minute_before("2026-01-01T00:00:30.000000Z")
    '2025-12-31T23:59:30.000000Z'
    """
    then = datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC) - _MINUTE
    return then.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check_pace(author: Author, within_minute: int, limits: RecordLimits) -> None:
    """Refuse an author who has already kept as many events in the last minute as the limit says.

    Raises
    ------
    RecordError
    """
    if author.session and within_minute >= limits.per_minute.value:
        raise RecordError("record.too_fast", limit=int(limits.per_minute.value))
