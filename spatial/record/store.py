"""The store in one SQLite file on a local disk: WAL, a connection a thread, kept means on disk."""

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from spatial.errors import RecordError
from spatial.record.base import check_pace, minute_before
from spatial.record.checks import check_draft
from spatial.record.events import Draft, Event, event_of, now
from spatial.record.rows import COLUMNS, LISTED, event_of_row, row_of
from spatial.record_terms import RecordLimits

MIGRATIONS: Final[tuple[Sequence[str], ...]] = (
    (
        (
            "CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, item TEXT NOT NULL,"
            " version INTEGER NOT NULL, time TEXT NOT NULL, session TEXT NOT NULL, organisation TEXT NOT NULL,"
            " profession TEXT NOT NULL, municipality_code TEXT NOT NULL, kind TEXT NOT NULL, layer TEXT NOT NULL,"
            " feature TEXT NOT NULL, payload TEXT NOT NULL, geometry BLOB, withdrawn INTEGER NOT NULL,"
            " restores TEXT NOT NULL)"
        ),
        "CREATE INDEX events_item ON events (item, version)",
        "CREATE TRIGGER events_kept BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'kept'); END",
        "CREATE TRIGGER events_stay BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'kept'); END",
    ),
    ("CREATE INDEX events_pace ON events (session, time)",),
)
"""What makes each version of the schema out of the one before; never changed, only added to."""
_INSERT: Final = f"INSERT OR IGNORE INTO events ({LISTED}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
_ITEM: Final = f"SELECT {LISTED} FROM events WHERE item = ? ORDER BY version, time, id"  # noqa: S608
_AFTER: Final = f"SELECT {LISTED} FROM events WHERE seq > ? ORDER BY seq"  # noqa: S608
_PACE: Final = (
    "SELECT count(*) FROM events WHERE session = ? AND organisation = ? AND profession = ? AND municipality_code = ?"
    " AND time > ?"
)


class _Connection(sqlite3.Connection):
    """A connection that closes when its thread lets go of it."""

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # one that could not be opened
            self.close()


class SqliteRecord:
    """A store of events in one file (see ``base.Record``).

    Parameters
    ----------
    path : Path
        Made where it is missing; beside it lie ``…-wal`` and ``…-shm`` while it is in use.
    limits : RecordLimits, optional

    Raises
    ------
    RecordError
        If the file cannot be opened, is of a newer version, or lies where WAL does not work.
    """

    def __init__(self, path: Path, limits: RecordLimits | None = None) -> None:
        self.path = Path(path)
        self.limits = limits or RecordLimits()
        self._own = threading.local()
        self._open: weakref.WeakSet[_Connection] = weakref.WeakSet()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordError("record.unopened", file=self.path, reason=error.strerror or "") from error
        with self._writing() as database:
            _migrate(database, self.path)

    def append(self, draft: Draft, *, once: bool = False) -> Event:
        """Keep an input (see ``base.Record.append``)."""
        check_draft(draft, self.limits)
        with self._writing() as database:
            versions = _versions(database, draft.item)
            return versions[-1] if once and versions else self._kept(database, draft, versions)

    def change(self, item: str, make: Callable[[list[Event]], Draft]) -> Event:
        """Keep what follows from an item's history (see ``base.Record.change``)."""
        with self._writing() as database:
            versions = _versions(database, item)
            if not versions:
                raise RecordError("record.no_version")
            draft = make(versions)
            check_draft(draft, self.limits)
            return self._kept(database, draft, versions)

    def _kept(self, database: sqlite3.Connection, draft: Draft, versions: list[Event]) -> Event:
        time, author = now(), draft.author
        who = (author.session, author.organisation, author.profession, author.municipality_code)
        check_pace(author, database.execute(_PACE, (*who, minute_before(time))).fetchone()[0], self.limits)
        event = event_of(draft, version=versions[-1].version + 1 if versions else 1, time=time)
        database.execute(_INSERT, row_of(event))
        return event

    def events(self, after: int = 0) -> list[Event]:
        """Return the events kept after a mark."""
        with self._reading() as database:
            return [event_of_row(row) for row in database.execute(_AFTER, (after,))]

    def mark(self) -> int:
        """Return how far the store has come."""
        with self._reading() as database:
            return int(database.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])

    def merge(self, events: Iterable[Event]) -> int:
        """Add events of another store, by id."""
        rows = [row_of(event) for event in events]
        with self._writing() as database:
            before = database.total_changes
            database.executemany(_INSERT, rows)
            return database.total_changes - before

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in list(self._open):
            connection.close()
        self._own = threading.local()

    def _connection(self) -> _Connection:
        found: _Connection | None = getattr(self._own, "connection", None)
        if found is None:
            found = sqlite3.connect(
                self.path,
                timeout=self.limits.busy_s.value,
                isolation_level=None,
                check_same_thread=False,
                factory=_Connection,
            )
            mode = found.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            if mode != "wal":
                raise RecordError("record.no_wal", file=self.path)
            found.execute("PRAGMA synchronous = FULL")
            self._own.connection = found
            self._open.add(found)
        return found

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection()
        except sqlite3.Error as error:
            raise self._told(error) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection within one transaction that waits for the other writers first."""
        with self._reading() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            finally:
                if database.in_transaction:
                    database.execute("ROLLBACK")

    def _told(self, error: sqlite3.Error) -> RecordError:
        if "locked" in str(error) or "busy" in str(error):
            return RecordError("record.busy")
        return RecordError("record.unopened", file=self.path, reason=str(error))


def _versions(database: sqlite3.Connection, item: str) -> list[Event]:
    return [event_of_row(row) for row in database.execute(_ITEM, (item,))] if item else []


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    """Bring the file's schema up to this version's; the caller's transaction keeps all of it or nothing."""
    found = int(database.execute("PRAGMA user_version").fetchone()[0])
    if found > len(MIGRATIONS):
        raise RecordError("record.newer", file=path, found=found, known=len(MIGRATIONS))
    for number, statements in enumerate(MIGRATIONS[found:], found + 1):
        for statement in statements:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {number}")
