"""The record of imported changes: each a file of its own beside the image, never overwritten by a build.

``andringar/0003-noder.json`` holds a taken change with old and new of every row. A change that is withdrawn keeps its
file and its number; it says when it went.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from spatial.analysis.changes import Change, RowChange
from spatial.errors import OutputError, RecordError
from spatial.storage import check_writable, new_file, write_json

FOLDER: Final = "andringar"
_LOCK: Final = ".andringar.lock"
_LOCK_SECONDS: Final = 30.0
_VERSION: Final = 1


def read_changes(folder: Path) -> list[Change]:
    """Return every change of a region's image, in the order they were taken, the withdrawn ones too.

    Parameters
    ----------
    folder : Path
        Where the region's image lies.

    Raises
    ------
    RecordError
        If a change cannot be read: none is left out unseen.
    """
    return sorted((_read(path) for path in (folder / FOLDER).glob("*.json")), key=lambda change: change.number)


def keep_changes(folder: Path, changes: list[Change], *, now: datetime | None = None) -> list[Change]:
    """Keep changes that were taken, numbered and with the time; when this returns, they are on disk.

    Raises
    ------
    RecordError, OutputError
        If an older change cannot be read, or the folder cannot be written.
    """
    kept = []
    with _locked(folder):
        first = max((change.number for change in read_changes(folder)), default=0) + 1
        for number, change in enumerate(changes, first):
            numbered = replace(change, number=number, time=_time(now))
            _write(folder, numbered)
            kept.append(numbered)
    return kept


def set_withdrawn(folder: Path, number: int, *, withdrawn: bool = True, now: datetime | None = None) -> Change:
    """Withdraw a change, or let a withdrawn one hold again.

    Raises
    ------
    RecordError
        If there is no change of that number.
    """
    with _locked(folder):
        found = next((change for change in read_changes(folder) if change.number == number), None)
        if found is None:
            raise RecordError("export.no_change", number=number)
        if (found.withdrawn is not None) == withdrawn:
            return found
        marked = replace(found, withdrawn=_time(now) if withdrawn else None)
        _write(folder, marked)
        return marked


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    check_writable(folder)
    home = folder / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home / _LOCK, timeout=_LOCK_SECONDS):
            yield
    except Timeout as error:
        raise OutputError("storage.locked", folder=home) from error


def _time(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(folder: Path, change: Change) -> None:
    with new_file(folder / FOLDER / f"{change.number:04d}-{change.layer}.json") as fresh:
        write_json(fresh, {"version": _VERSION, **asdict(change)})


def _read(path: Path) -> Change:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("version") != _VERSION:
            raise RecordError("export.bad_change", file=path.name)
        rows = tuple(_row(row) for row in content.pop("rows"))
        return Change(rows=rows, **content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError("export.bad_change", file=path.name) from error


def _row(content: dict[str, Any]) -> RowChange:
    cells = {name: (pair[0], pair[1]) for name, pair in content.pop("cells").items()}
    old, new = content.pop("geometry")
    return RowChange(cells=cells, geometry=(old, new), **content)
