"""What every page stands on: the image, opened once for all users; the user's language; what the app was given."""

import argparse
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st

from spatial.build import image_of
from spatial.errors import ConfigError, StrukturbildError
from spatial.model import StructureImage
from spatial.opening import opened_image, opened_settings
from spatial.storage import user_folder
from spatial.texts import DEFAULT_LANGUAGE, LANGUAGES, has_text, text


@dataclass(frozen=True)
class Request:
    """What the app was started with: a config, where its own files lie, and where the image lies."""

    config: str | None = None
    data: Path | None = None
    out: Path | None = None


@dataclass(frozen=True)
class Opened:
    """The image that every page shows (read-only: all users share it), its folder, and this user's language."""

    image: StructureImage
    folder: Path
    lang: str

    @property
    def least(self) -> float:
        """Fewer people than this are never shown as a number."""
        return self.image.settings.access.least_shown_inv.value


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError("app.arguments", reason=message)


def arguments(given: Sequence[str]) -> Request:
    """Return what stands after the script's name: ``[CONFIG] [--data DIR] [--out DIR]``.

    Raises
    ------
    ConfigError
        If it is something else.

    Examples
    --------
    >>> arguments(["vasterbotten"]).config
    'vasterbotten'
    """
    parser = _Arguments(add_help=False)
    parser.add_argument("config", nargs="?")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path)
    found = parser.parse_args(list(given))
    return Request(found.config, found.data, found.out)


def language() -> str:
    """Return the user's language: as the address says (``?lang=en``), kept for the session."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        st.session_state["lang"] = asked
    return str(st.session_state.get("lang", DEFAULT_LANGUAGE))


def opened() -> Opened:
    """Return the image; one that is missing is built first, its progress shown.

    Raises
    ------
    StrukturbildError
        If it cannot be built.
    """
    request = arguments(sys.argv[1:])
    settings = opened_settings(request.config)
    folder = request.out or user_folder(settings.region.id)
    image = opened_image(folder, settings)
    if image is None:
        _build(request)
        image = opened_image(folder, settings)
    if image is None:
        raise StrukturbildError("storage.no_image", folder=folder)
    return Opened(image, folder, language())


def image_folder() -> Path:
    """Return the folder of the image, whether or not it is built yet.

    Raises
    ------
    ConfigError
        If the settings cannot be read.
    """
    request = arguments(sys.argv[1:])
    return request.out or user_folder(opened_settings(request.config).region.id)


def municipality_names(image: StructureImage) -> dict[str, str]:
    """Return the municipalities' names by code, in the order of the alphabet."""
    names = {str(code): str(name) for code, name in image.layers["kommuner"].frame["name"].items()}
    alphabet = str.maketrans({"Å": "Z1", "Ä": "Z2", "Ö": "Z3", "å": "z1", "ä": "z2", "ö": "z3"})
    return dict(sorted(names.items(), key=lambda pair: pair[1].translate(alphabet)))


@st.cache_resource(show_spinner=False)
def _lock() -> threading.Lock:
    return threading.Lock()


def _build(request: Request) -> None:
    lang = language()
    place = st.empty()
    with place.container(), st.status(text("app.build.title", lang), expanded=True) as status:
        st.write(text("app.build.wait", lang))
        line = st.empty()

        def tell(phase: str, what: str) -> None:
            key = f"cli.step.{what}"
            step = text(key, lang) if has_text(key) else what
            line.write(f"{text(f'cli.phase.{phase}', lang)}: {step}")

        with _lock():
            image_of(request.config, data=request.data, out=request.out, progress=tell)
        status.update(state="complete")
    place.empty()
