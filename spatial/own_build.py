"""A user's own image, built in a process of its own: the app goes on answering, and a stopped build leaves none.

``python -m spatial.own_build BASE OUT LANG`` reads the own layer in ``OUT/eget`` and writes the image
into ``OUT/bild``; ``OUT/lage.json`` tells how far it has come, and at last that it is done, or in one sentence why not.
"""

import json
import os
import subprocess
import sys
import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

from spatial.archive import load_layer, save_layer
from spatial.build import build_with
from spatial.errors import StrukturbildError
from spatial.model import Layer

_STATE: Final = "lage.json"
_LAYER: Final = "eget"
_IMAGE: Final = "bild"


@dataclass(eq=False)
class OwnBuild:
    """A build that goes on, or has ended, for one user; it ends and its folder goes when nobody holds it any longer."""

    layer: str
    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def image_folder(self) -> Path:
        """The folder that the image lies in when it is done."""
        return self.folder / _IMAGE

    def state(self) -> dict[str, Any]:
        """Return ``phase`` (read, compose, write, done, fault), ``what`` is being done, ``sentence`` of a fault."""
        try:
            told: dict[str, Any] = json.loads((self.folder / _STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            told = {"phase": "read", "what": ""}
        ended = self.process.poll() is not None
        return {"phase": "fault", "sentence": ""} if ended and told["phase"] not in {"done", "fault"} else told

    def stop(self) -> None:
        """Stop it and take away what it has written."""
        _end(self.process, self.folder)


def start_build(base: Path, own: Layer, lang: str) -> OwnBuild:
    """Start building an image with a user's own layer; return at once.

    Parameters
    ----------
    base : Path
        The folder of the image that is built on.
    own : Layer
    lang : {"sv", "en", "no"}
        The language of a fault's sentence.
    """
    folder = Path(tempfile.mkdtemp(prefix="strukturbild-egen-"))
    save_layer(own, folder / _LAYER)
    command = [sys.executable, "-X", "utf8", "-m", "spatial.own_build", str(base), str(folder), lang]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    build = OwnBuild(own.id, folder, process)
    weakref.finalize(build, _end, process, folder)
    return build


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    rmtree(folder, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Build, and tell how it goes; return 0 when the image is there."""
    base, folder, lang = Path(arguments[0]), Path(arguments[1]), arguments[2]

    def tell(phase: str, what: str = "", sentence: str = "") -> None:
        fresh = folder / f"{_STATE}.ny"
        fresh.write_text(json.dumps({"phase": phase, "what": what, "sentence": sentence}), encoding="utf-8")
        fresh.replace(folder / _STATE)

    try:
        build_with(base, load_layer(folder / _LAYER), folder / _IMAGE, tell)
    except StrukturbildError as error:
        tell("fault", sentence=error.message(lang))
        return 1
    tell("done")
    return 0


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(5)  # those who look at the map go first
    sys.exit(main(sys.argv[1:]))
