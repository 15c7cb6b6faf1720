"""Where things lie on disk, and how a whole version replaces another: temporary file, fsync, replace, lock."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

import platformdirs
from filelock import FileLock, Timeout

from spatial.errors import OutputError

MANIFEST: Final = "manifest.json"
_LOCK: Final = ".strukturbild.lock"
_LOCK_SECONDS: Final = 60.0


def bundled(*parts: str) -> Path:
    """Return the path of something the product carries: ``config``, ``layers`` or ``app.py``.

    In a checkout they lie at the top level; in the installed package under ``spatial/_bundle``.
    """
    package = Path(str(files("spatial")))
    installed = package / "_bundle"
    home = installed if installed.is_dir() else package.parent
    return home.joinpath(*parts)


def user_folder(region_id: str) -> Path:
    """Return the folder where a region's image lies when the user names none; every command finds it again."""
    return Path(platformdirs.user_data_dir("strukturbild", appauthor=False)) / region_id


def check_writable(folder: Path) -> None:
    """Make the folder, or say why it cannot be written before any work is done.

    Raises
    ------
    OutputError
        If the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError("storage.unwritable", folder=folder, reason=error.strerror or "") from error


@contextlib.contextmanager
def new_version(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write in; on success its files replace those of ``folder``, the manifest last.

    Nothing else in the folder is touched, and a failure leaves what was there.

    Raises
    ------
    OutputError
        If the folder cannot be written, or another process is writing it.
    """
    check_writable(folder)
    try:
        with FileLock(folder / _LOCK, timeout=_LOCK_SECONDS):
            fresh = Path(tempfile.mkdtemp(prefix=".ny-", dir=folder))
            try:
                yield fresh
                _replace(fresh, folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    except Timeout as error:
        raise OutputError("storage.locked", folder=folder) from error


def _replace(fresh: Path, folder: Path) -> None:
    written = sorted(
        (path for path in fresh.rglob("*") if path.is_file()),
        key=lambda path: (path.name == MANIFEST, path.as_posix()),
    )
    try:
        for path in written:
            _sync(path)
            target = folder / path.relative_to(fresh)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    except OSError as error:
        raise OutputError("storage.replace", file=target.name, reason=error.strerror or "") from error


def _sync(path: Path) -> None:
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` to write; on success it replaces ``path`` at once.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written.
    """
    check_writable(path.parent)
    with tempfile.TemporaryDirectory(prefix=".ny-", dir=path.parent) as folder:
        fresh = Path(folder) / path.name
        yield fresh
        _sync(fresh)
        try:
            fresh.replace(path)
        except OSError as error:
            raise OutputError("storage.replace", file=path.name, reason=error.strerror or "") from error


def write_json(path: Path, content: object) -> None:
    """Write JSON that reads the same everywhere: UTF-8, sorted keys, numbers as plain numbers."""
    written = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    path.write_text(written + "\n", encoding="utf-8", newline="\n")


def read_manifest(folder: Path) -> dict[str, object] | None:
    """Return the manifest of the image in a folder, or None where there is none that can be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
