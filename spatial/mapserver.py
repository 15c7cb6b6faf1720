"""The project served to other programs by QGIS Server: WMS and OGC API Features, on this computer only."""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from spatial.errors import StrukturbildError

PROGRAM: Final = "qgis_mapserver"
LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8620
_PATIENCE_S: Final = 60.0
_PAUSE_S: Final = 0.2
_ASK_S: Final = 20.0
_STOP_S: Final = 5.0
_DIE_WITH_PARENT: Final = 1


def program() -> str:
    """Return where QGIS Server lies.

    Raises
    ------
    StrukturbildError
        If it is not installed; the sentence says how it is.
    """
    found = shutil.which(PROGRAM)
    if found is None:
        raise StrukturbildError("export.no_server")
    return found


def check_port(address: str, port: int) -> None:
    """Say whether something else listens on the port.

    Raises
    ------
    StrukturbildError
        If the port is taken or the address is not this computer's.
    """
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OSError as error:
            raise StrukturbildError("export.port_taken", address=address, port=port) from error


def serve(project: Path, *, address: str, port: int, ready: Callable[[str], None]) -> int:
    """Serve a project until this process is stopped; the server stops with it.

    Parameters
    ----------
    project : Path
        A ``.qgz`` beside its data.
    address : str
        Where to listen; loopback unless the user says otherwise.
    port : int
    ready : callable
        Called with the address once the server answers.

    Returns
    -------
    int
        The server's exit code; 0 where it was stopped.

    Raises
    ------
    StrukturbildError
        If it is not installed, cannot start, or does not answer.
    """
    found = program()
    check_port(address, port)
    root = f"http://{address}:{port}"
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as home, _stopped_by_signals():
        command = [found, "-l", "2", "-p", str(project), f"{address}:{port}"]
        child = subprocess.Popen(  # the same process group: Ctrl-C reaches it
            command,
            env=environment(Path(home)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **_dies_with_us(),
        )
        try:
            _wait(child, root)
            ready(root)
            return child.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            _stop(child)


def environment(home: Path) -> dict[str, str]:
    """Return the server's environment: no screen, no desktop profile, no project but ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QGIS_", "PYTHON", "VIRTUAL_"))}
    return {
        **kept,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(home),
        "HOME": str(home),
        "QGIS_OPTIONS_PATH": str(home),
        "QGIS_SERVER_CACHE_DIRECTORY": str(home / "cache"),
    }


def _wait(child: "subprocess.Popen[bytes]", root: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        if child.poll() is not None:
            raise StrukturbildError("export.server_ended", code=child.returncode)
        try:
            with urllib.request.urlopen(f"{root}/wfs3/conformance.json", timeout=_ASK_S):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(_PAUSE_S)
    raise StrukturbildError("export.server_silent", seconds=int(_PATIENCE_S))


def _stop(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Turn a request to end (SIGTERM) into the same orderly stop as Ctrl-C."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _dies_with_us() -> dict[str, Any]:
    """Return what makes the kernel stop the server even where we are killed without warning (Linux)."""
    if not sys.platform.startswith("linux"):
        return {}
    library = ctypes.CDLL(None, use_errno=True)

    def bind() -> None:
        library.prctl(_DIE_WITH_PARENT, signal.SIGTERM)

    return {"preexec_fn": bind}
