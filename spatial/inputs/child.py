"""The limited child process: started, fed one job, listened to, and stopped in time."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from spatial.errors import GateError
from spatial.inputs import gate_child
from spatial.inputs.checks.kinds import DRIVERS
from spatial.inputs.checks.limits import Limits
from spatial.inputs.intake import Intake

_KEPT: Final = ("SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "GDAL_DATA", "PROJ_DATA", "PROJ_LIB")
_KEPT_ON_WINDOWS: Final = ("PATH",)


@cache
def _skipped() -> str:
    """Return every driver of this machine that a child must not have, as GDAL reads the list."""
    import pyogrio

    return ",".join(sorted(set(pyogrio.list_drivers()) - DRIVERS))


def child_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a child: where its libraries lie, the drivers it lacks, and nothing of ours."""
    kept = (*_KEPT, *_KEPT_ON_WINDOWS) if os.name == "nt" else _KEPT
    return {
        **{key: os.environ[key] for key in kept if key in os.environ},
        **dict.fromkeys(("TMP", "TEMP", "TMPDIR", "HOME", "CPL_TMPDIR"), str(folder)),
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GDAL_NUM_THREADS", "ARROW_NUM_THREADS"), "1"),
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
        "GDAL_SKIP": _skipped(),
        "GDAL_DRIVER_PATH": "disable",
        "LC_ALL": "C.UTF-8",
    }


def read_in_child(
    intake: Intake, folder: Path, name: str, limits: Limits, options: Mapping[str, str]
) -> tuple[Any, dict[str, Any]]:
    """Return the Arrow table that a child process reads from a file, and what it says about it.

    Parameters
    ----------
    intake : Intake
        The file, in ``folder``.
    folder : Path
        A folder of ours; the child's only temporary one.
    name : str
        The name to show.
    limits : Limits
    options : mapping
        The driver's open options.

    Returns
    -------
    Table, dict
        As ``gate_child.read_arrow``.

    Raises
    ------
    GateError
        If the child refuses the file, takes too long or too much, or falls.
    """
    out = folder / "svar.arrow"
    job = {
        "path": str(intake.path),
        "layer": intake.layer,
        "out": str(out),
        "options": dict(options),
        "drivers": sorted(DRIVERS),
        "sys_path": [entry for entry in sys.path if entry],
        "limits": {"memory_mb": limits.memory_mb, "cpu_s": limits.cpu_s, "output_mb": limits.output_mb},
    }
    answer = _answer(_run(job, folder, name, limits), name)
    import pyarrow as pa

    try:
        with pa.OSFile(str(out), "rb") as source:
            table = pa.ipc.open_file(source).read_all()
        table.validate(full=True)
    except (OSError, pa.ArrowException) as error:
        raise GateError("gate.fell", name=name) from error
    return table, answer


def _run(job: dict[str, Any], folder: Path, name: str, limits: Limits) -> bytes:
    command = [sys.executable, "-I", "-X", "utf8", str(Path(gate_child.__file__).resolve())]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(job).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(folder),
            cwd=folder,
            timeout=limits.wall_s,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise GateError("gate.too_slow", name=name, seconds=int(limits.wall_s)) from error
    if done.returncode in _out_of_time():
        raise GateError("gate.too_slow", name=name, seconds=int(limits.cpu_s))
    if done.returncode != 0:
        raise GateError("gate.fell", name=name)
    return done.stdout


def _out_of_time() -> set[int]:
    """Return the exit codes of a child that its CPU limit has stopped; there are none on Windows."""
    return {-int(getattr(signal, name)) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)}


def _answer(said: bytes, name: str) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError as error:
        raise GateError("gate.fell", name=name) from error
    if "refused" in answer:
        raise GateError(answer["refused"], **{"name": name, **answer["values"]})
    return dict(answer)
