"""The app, run in this process: private, on this computer only, stopped when the command is."""

import contextlib
import importlib
import os
import sys
import threading
from pathlib import Path
from typing import Final

from spatial.errors import StrukturbildError
from spatial.storage import bundled

SETTINGS: Final[dict[str, object]] = {
    "browser.gatherUsageStats": False,
    "browser.serverAddress": "localhost",
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.maxUploadSize": 50,
    "server.fileWatcherType": "none",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "theme.base": "light",
    "theme.primaryColor": "#6D1A3D",
    "theme.backgroundColor": "#FDFCF7",
    "theme.secondaryBackgroundColor": "#F3EFE4",
    "theme.textColor": "#1F2A36",
    "theme.font": "'DejaVu Sans', Verdana, 'Segoe UI', Arial, sans-serif",
}
"""What Streamlit is started with; a STREAMLIT_… variable of the user's own goes before."""


def flag_options(port: int | None) -> dict[str, object]:
    """Return Streamlit's options in the form of its flags, save what the environment sets."""
    kept = {name: value for name, value in SETTINGS.items() if _variable(name) not in os.environ}
    asked = {} if port is None else {"server.port": port}
    return {name.replace(".", "_"): value for name, value in {**kept, **asked}.items()}


def _variable(option: str) -> str:
    snake = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in option)
    return "STREAMLIT_" + snake.replace(".", "_").upper()


def _warm(config: str | None, out: Path | None) -> None:
    """Load what the first page needs while the user opens the browser; a mistake is told by the page."""
    from spatial.build import built_image
    from spatial.inputs.config import read_settings
    from spatial.storage import user_folder

    importlib.import_module("altair")
    with contextlib.suppress(StrukturbildError):
        built_image(out or user_folder(read_settings(config).region.id))


def run_app(config: str | None, *, data: Path | None, out: Path | None, port: int | None) -> None:
    """Run the app until it is stopped; its arguments reach ``app.py`` as those of a script."""
    from streamlit.web import bootstrap

    options = flag_options(port)
    arguments = [
        *([config] if config else []),
        *(["--data", str(data)] if data else []),
        *(["--out", str(out)] if out else []),
    ]
    script = str(bundled("app.py"))
    bootstrap.load_config_options(flag_options=options)
    threading.Thread(target=_warm, args=(config, out), daemon=True).start()
    sys.argv = [script, *arguments]
    bootstrap.run(script, is_hello=False, args=arguments, flag_options=options)
