"""The built image, opened once in this process for all who use the app; opened anew when it or its settings change."""

import gc
from pathlib import Path

import streamlit as st

from spatial.build import image_with
from spatial.inputs.config import read_settings
from spatial.model import StructureImage
from spatial.settings import Settings
from spatial.storage import MANIFEST


def opened_settings(config: str | None) -> Settings:
    """Return the settings of a config file, or of the embedded region.

    Raises
    ------
    ConfigError
        If they cannot be read.
    """
    return _settings(config, _stamp(Path(config)) if config else 0)


def opened_image(folder: Path, settings: Settings) -> StructureImage | None:
    """Return the image built in a folder with these settings, or None where none is; all sessions share it."""
    return _image(str(folder), _stamp(folder / MANIFEST), settings)


@st.cache_resource(show_spinner=False, max_entries=8)
def _settings(config: str | None, stamp: int) -> Settings:  # noqa: ARG001 - read anew when the file changes
    return read_settings(config)


@st.cache_resource(show_spinner=False, max_entries=2)
def _image(folder: str, stamp: int, _settings: Settings) -> StructureImage | None:
    image = image_with(_settings, Path(folder)) if stamp else None
    _settle()
    return image


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _settle() -> None:
    """Let the garbage collector pass over what is loaded by now: Streamlit runs it after every run of a page.

    An image is some hundred thousand objects that stay; to look through them takes a tenth of a second each time,
    in which nobody else's page runs.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
