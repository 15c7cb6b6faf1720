"""The same store in PostgreSQL with PostGIS, for organisations that share one; needs ``strukturbild[postgres]``."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from spatial.errors import RecordError
from spatial.record.base import URL, check_pace, minute_before
from spatial.record.checks import check_draft
from spatial.record.events import Draft, Event, event_of, now
from spatial.record.rows import COLUMNS, LISTED, event_of_row, row_of
from spatial.record_terms import RecordLimits

_SCHEMA: Final = "strukturbild"
_LOCK: Final = 7_280_991
"""The advisory lock that lets one writer in at a time: events are numbered in the order they are kept."""
_READ: Final = LISTED.replace("geometry", "ST_AsBinary(geometry)").replace("payload", "payload::text")
_VALUES: Final = ", ".join("ST_GeomFromWKB(%s, 3006)" if name == "geometry" else "%s" for name in COLUMNS)
_TABLE: Final = f"{_SCHEMA}.events"
_INSERT: Final = f"INSERT INTO {_TABLE} ({LISTED}) VALUES ({_VALUES}) ON CONFLICT (id) DO NOTHING"  # noqa: S608
_ITEM: Final = f'SELECT {_READ} FROM {_TABLE} WHERE item = %s ORDER BY version, time COLLATE "C", id COLLATE "C"'  # noqa: S608
_AFTER: Final = f"SELECT {_READ} FROM {_TABLE} WHERE seq > %s ORDER BY seq"  # noqa: S608
_PACE: Final = (
    f"SELECT count(*) FROM {_TABLE} WHERE session = %s AND organisation = %s AND profession = %s"  # noqa: S608
    ' AND municipality_code = %s AND time COLLATE "C" > %s'
)
MIGRATIONS: Final = (
    (
        (
            f"CREATE TABLE {_TABLE} (seq BIGSERIAL PRIMARY KEY, id TEXT NOT NULL UNIQUE, item TEXT NOT NULL,"
            " version INTEGER NOT NULL, time TEXT NOT NULL, session TEXT NOT NULL, organisation TEXT NOT NULL,"
            " profession TEXT NOT NULL, municipality_code TEXT NOT NULL, kind TEXT NOT NULL, layer TEXT NOT NULL,"
            " feature TEXT NOT NULL, payload JSON NOT NULL, geometry geometry(Geometry, 3006),"
            " withdrawn INTEGER NOT NULL, restores TEXT NOT NULL)"
        ),
        f"CREATE INDEX events_item ON {_TABLE} (item, version)",
        (
            f"CREATE FUNCTION {_SCHEMA}.kept() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'events are kept as they are'; END $$"
        ),
        (
            f"CREATE TRIGGER events_kept BEFORE UPDATE OR DELETE ON {_TABLE}"
            f" FOR EACH ROW EXECUTE FUNCTION {_SCHEMA}.kept()"
        ),
    ),
    (
        f"CREATE INDEX events_pace ON {_TABLE} (session, time)",
        f"CREATE INDEX events_place ON {_TABLE} USING gist (geometry)",
    ),
)


class PostgresRecord:
    """A store of events in the schema ``strukturbild`` of a database (see ``base.Record``).

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host/database``.
    limits : RecordLimits, optional

    Raises
    ------
    RecordError
        If the driver, the server or PostGIS is missing, or the schema is of a newer version.
    """

    def __init__(self, url: str, limits: RecordLimits | None = None) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise RecordError("record.no_driver") from error
        self._psycopg: Any = psycopg
        self._url = url
        self.limits = limits or RecordLimits()
        self._own = threading.local()
        self._open: list[tuple[threading.Thread, Any]] = []
        self._guard = threading.Lock()
        with self._writing() as cursor:
            self._migrate(cursor)

    def append(self, draft: Draft, *, once: bool = False) -> Event:
        """Keep an input (see ``base.Record.append``)."""
        check_draft(draft, self.limits)
        with self._writing() as cursor:
            versions = _versions(cursor, draft.item)
            return versions[-1] if once and versions else self._kept(cursor, draft, versions)

    def change(self, item: str, make: Callable[[list[Event]], Draft]) -> Event:
        """Keep what follows from an item's history (see ``base.Record.change``)."""
        with self._writing() as cursor:
            versions = _versions(cursor, item)
            if not versions:
                raise RecordError("record.no_version")
            draft = make(versions)
            check_draft(draft, self.limits)
            return self._kept(cursor, draft, versions)

    def _kept(self, cursor: Any, draft: Draft, versions: list[Event]) -> Event:
        time, author = now(), draft.author
        who = (author.session, author.organisation, author.profession, author.municipality_code)
        cursor.execute(_PACE, (*who, minute_before(time)))
        check_pace(author, cursor.fetchone()[0], self.limits)
        event = event_of(draft, version=versions[-1].version + 1 if versions else 1, time=time)
        cursor.execute(_INSERT, row_of(event))
        return event

    def events(self, after: int = 0) -> list[Event]:
        """Return the events kept after a mark."""
        with self._reading() as cursor:
            cursor.execute(_AFTER, (after,))
            return [event_of_row(row) for row in cursor]

    def mark(self) -> int:
        """Return how far the store has come."""
        with self._reading() as cursor:
            cursor.execute(f"SELECT coalesce(max(seq), 0) FROM {_TABLE}")  # noqa: S608
            return int(cursor.fetchone()[0])

    def merge(self, events: Iterable[Event]) -> int:
        """Add events of another store, by id."""
        rows = [row_of(event) for event in events]
        with self._writing() as cursor:
            new = 0
            for row in rows:
                cursor.execute(_INSERT, row)
                new += cursor.rowcount
            return new

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for _, connection in self._open:
                connection.close()
            self._open.clear()
            self._own = threading.local()

    def _connection(self) -> Any:
        found = getattr(self._own, "connection", None)
        if found is None or found.closed or found.broken:
            found = self._psycopg.connect(self._url, autocommit=True, connect_timeout=int(self.limits.busy_s.value))
            self._own.connection = found
            with self._guard:
                for thread, left in self._open:
                    if not thread.is_alive():
                        left.close()
                self._open = [pair for pair in self._open if pair[0].is_alive() and not pair[1].closed]
                self._open.append((threading.current_thread(), found))
        return found

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        try:
            with self._connection().cursor() as cursor:
                yield cursor
        except self._psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise RecordError("record.no_server", reason=reason, variable=URL) from error

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """Give a cursor within one transaction that waits for the other writers first."""
        with self._reading() as cursor, cursor.connection.transaction():
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            yield cursor

    def _migrate(self, cursor: Any) -> None:
        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        except self._psycopg.Error as error:
            raise RecordError("record.no_postgis", reason=" ".join(str(error).split())) from error
        with suppress(self._psycopg.errors.DuplicateSchema):
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {_SCHEMA}.version (number INTEGER NOT NULL)")
        cursor.execute(f"SELECT coalesce(max(number), 0) FROM {_SCHEMA}.version")  # noqa: S608
        found = int(cursor.fetchone()[0])
        if found > len(MIGRATIONS):
            raise RecordError("record.newer", found=found, known=len(MIGRATIONS))
        for number, statements in enumerate(MIGRATIONS[found:], found + 1):
            for statement in statements:
                cursor.execute(statement)
            cursor.execute(f"INSERT INTO {_SCHEMA}.version VALUES (%s)", (number,))  # noqa: S608


def _versions(cursor: Any, item: str) -> list[Event]:
    if not item:
        return []
    cursor.execute(_ITEM, (item,))
    return [event_of_row(row) for row in cursor]
