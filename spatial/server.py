"""The app, run in this process: private, on this computer only, stopped when the command is."""

import contextlib
import ctypes
import importlib
import os
import sys
from pathlib import Path
from typing import Any, Final

from spatial.access_rights import is_loopback
from spatial.entry_code import read_codes
from spatial.errors import EntryError, StrukturbildError
from spatial.settings import Settings
from spatial.storage import bundled, user_folder

SETTINGS: Final[dict[str, object]] = {
    "browser.gatherUsageStats": False,
    "browser.serverAddress": "localhost",
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.maxUploadSize": 50,
    "server.fileWatcherType": "none",
    "global.minCachedMessageSize": 1e9,  # a browser that is behind has thrown away what it is sent only the name of
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "runner.magicEnabled": False,
    "theme.base": "light",
    "theme.primaryColor": "#6D1A3D",
    "theme.backgroundColor": "#FDFCF7",
    "theme.secondaryBackgroundColor": "#F3EFE4",
    "theme.textColor": "#1F2A36",
    "theme.font": "'DejaVu Sans', Verdana, 'Segoe UI', Arial, sans-serif",
    "runner.postScriptGC": False,  # Python collects when it has reason to; after every run it took a fifth of the time
}
"""What Streamlit is started with; a STREAMLIT_… variable of the user's own goes before."""
_YES: Final = frozenset({"1", "true", "yes", "on", "t", "y"})
_M_ARENA_MAX: Final = -8
"""As ``malloc.h`` has it."""
_ARENAS: Final = 2
_FIRST_PAGE: Final = (
    "altair",
    "spatial.own_build",
    "spatial.views.mapfile",
    "spatial.views.picture",
    "spatial.views.qgis",
)
"""What the first page imports; the pages themselves can be imported only by a session."""
_ROOT_PAGE: Final = "karta"


def options(port: int | None = None, address: str | None = None) -> dict[str, Any]:
    """Return Streamlit's options: ours, then what the user's STREAMLIT_… variables say, then what was asked for.

    Raises
    ------
    EntryError
        If a variable says what its option cannot be.
    """
    asked = {"server.port": port, "server.address": address}
    return {**SETTINGS, **_from_environment(), **{name: value for name, value in asked.items() if value is not None}}


def _from_environment() -> dict[str, Any]:
    """Read the variables ourselves: Streamlit does so only for its own command."""
    from streamlit.config import _config_options_template as known

    found: dict[str, Any] = {}
    for name, option in known.items():
        said = os.environ.get(_variable(name))
        if said is None or option.sensitive:
            continue
        try:
            found[name] = said.lower() in _YES if option.type is bool else option.type(said)
        except ValueError as error:
            raise EntryError("entry.variable", name=_variable(name), value=said) from error
    return found


def _variable(option: str) -> str:
    snake = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in option)
    return "STREAMLIT_" + snake.replace(".", "_").upper()


def _few_arenas() -> None:
    """Let all threads share two heaps, where the C library is glibc: by default each of many sessions grows its own."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, _ARENAS)


def _plain_texts() -> None:
    """Let texts in tables be Python's own: pages work with small tables, where Arrow's took a quarter of a run."""
    import pandas as pd

    pd.options.mode.string_storage = "python"


def _warm(folder: Path, settings: Settings) -> None:
    """Load what the first page needs before the server says that it is ready; a mistake is told by the page.

    Done while a browser already asks, it would take twice as long: both wait for one interpreter.
    """
    from spatial.opening import opened_image

    for name in _FIRST_PAGE:
        importlib.import_module(name)
    with contextlib.suppress(StrukturbildError):
        opened_image(folder, settings)


def run_app(config: str | None, *, data: Path | None, out: Path | None, port: int | None, address: str | None) -> None:
    """Run the app until it is stopped; its arguments reach ``app.py`` as those of a script.

    Raises
    ------
    EntryError
        If it would be reached from other computers without a code and without login.
    """
    from streamlit.web import bootstrap

    from spatial.opening import opened_settings

    asked = options(port, address)
    bootstrap.load_config_options({name.replace(".", "_"): value for name, value in asked.items()})
    settings = opened_settings(config)
    folder = out or user_folder(settings.region.id)
    coded = _locked(folder)
    arguments = [
        *([config] if config else []),
        *(["--data", str(data)] if data else []),
        *(["--out", str(out)] if out else []),
    ]
    script = str(bundled("app.py"))
    _few_arenas()
    _plain_texts()
    _warm(folder, settings)
    sys.argv = [script, *arguments]
    _run(script, folder if coded else None, settings, asked)


def _locked(folder: Path) -> bool:
    """Return whether a code is to be asked for."""
    import streamlit as st

    by_login = bool(st.secrets.load_if_toml_exists() and "auth" in st.secrets)
    coded = not by_login and read_codes(folder) is not None
    if not coded and not by_login and not is_loopback(str(st.get_option("server.address") or "")):
        raise EntryError("entry.unlocked")
    return coded


def _run(script: str, codes: Path | None, settings: Settings, asked: dict[str, Any]) -> None:
    """Run the app, behind a door where there are codes."""
    from starlette.middleware import Middleware
    from streamlit import App

    from spatial.door import Door
    from spatial.lasting_files import let_files_last
    from spatial.rooted import Rooted
    from spatial.unforeseen import tell_unforeseen

    pages = Path(__file__).with_name("pages").glob("*.py")
    layers = [Middleware(Rooted, pages=[page.stem for page in pages], first=_ROOT_PAGE)]
    if codes is not None:
        layers = [Middleware(Door, folder=codes, limits=settings.entry), *layers]
    let_files_last()
    with contextlib.suppress(KeyboardInterrupt):
        App(script, middleware=layers, on_script_error=tell_unforeseen).run(config=asked)
