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
IMAGE: Final = ".bild"
"""The folder of whole images, one a fingerprint; the manifest names the one that holds."""
_LOCK: Final = ".strukturbild.lock"
_LOCK_SECONDS: Final = 60.0
_FRESH: Final = ".bygge-"


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
    """Say whether a folder can be written, or made, before any work is done; nothing is made.

    Raises
    ------
    OutputError
        If the folder cannot be made or written.
    """
    there = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError("storage.unwritable", folder=folder, reason=error.strerror or "")


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


@contextlib.contextmanager
def new_version(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write in; on success its files replace those of ``folder``, the manifest last.

    What the older manifest lists and the new version lacks goes, and so do older images. Nothing else in the folder
    is touched, and a failure leaves what was there.

    Raises
    ------
    OutputError
        If the folder cannot be written, or another process is writing it.
    """
    _made(folder)
    try:
        with FileLock(folder / _LOCK, timeout=_LOCK_SECONDS):
            for left in folder.glob(f"{_FRESH}*"):  # by a build that was killed
                shutil.rmtree(left, ignore_errors=True)
            fresh = Path(tempfile.mkdtemp(prefix=_FRESH, dir=folder))
            try:
                yield fresh
                _replace(fresh, folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    except Timeout as error:
        raise OutputError("storage.locked", folder=folder) from error
    except OSError as error:
        raise _unwritable(folder, error) from error


def _replace(fresh: Path, folder: Path) -> None:
    written = sorted(
        (path for path in fresh.rglob("*") if path.is_file()),
        key=lambda path: (path.name == MANIFEST, path.as_posix()),
    )
    names = {path.relative_to(fresh).as_posix() for path in written}
    older = _older(folder, names) if MANIFEST in names else []
    try:
        for path in written:
            _sync(path)
            target = folder / path.relative_to(fresh)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    except OSError as error:
        raise OutputError("storage.replace", file=target.name, reason=error.strerror or "") from error
    for path in older:
        with contextlib.suppress(OSError):  # a file that is open stays until the next build
            path.unlink()
            path.parent.rmdir()


def _older(folder: Path, names: set[str]) -> list[Path]:
    """Return the files of the version that is there, and of images left behind, that the new version lacks."""
    listed = (read_manifest(folder) or {}).get("files")
    home = folder.resolve()
    told = [folder / str(name) for name in listed] if isinstance(listed, list) else []
    found = [path for path in (*told, *(folder / IMAGE).rglob("*")) if path.is_file()]
    ours = [path for path in dict.fromkeys(found) if path.resolve().is_relative_to(home)]
    return [path for path in ours if path.relative_to(folder).as_posix() not in names]


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
    _made(path.parent)
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
