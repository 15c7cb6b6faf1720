"""How the app is started: privately, on this computer, by what the user's own variables do not say otherwise."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from spatial.errors import EntryError
from spatial.server import SETTINGS, options
from spatial.texts import text

ROOT = Path(__file__).resolve().parents[1]


def test_a_user_variable_goes_before(monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    monkeypatch.setenv("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "true")
    asked = options(8765)
    assert asked["server.address"] == "0.0.0.0"
    assert asked["browser.gatherUsageStats"] is True
    assert asked["server.port"] == 8765
    assert options(None, "127.0.0.1")["server.address"] == "127.0.0.1"


def test_options_that_are_not_ours_are_taken_from_the_environment_too(monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_BASE_URL_PATH", "bild")
    monkeypatch.setenv("STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION", "false")
    monkeypatch.setenv("STREAMLIT_SERVER_COOKIE_SECRET", "hemlig")
    asked = options()
    assert asked["server.baseUrlPath"] == "bild"
    assert asked["server.enableXsrfProtection"] is False
    assert "server.cookieSecret" not in asked
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", "åtta")
    with pytest.raises(EntryError, match="STREAMLIT_SERVER_PORT"):
        options()


@pytest.mark.parametrize("environment", [{}, {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}])
def test_an_open_address_without_a_lock_is_refused_before_anything_listens(environment, tmp_path):
    asked = [] if environment else ["--address", "0.0.0.0"]
    command = [sys.executable, "-m", "spatial.cli", "app", "--out", str(tmp_path), "--port", "1", *asked]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT, env={**os.environ, **environment}
    )
    assert done.returncode == 2
    assert done.stderr.strip() == text("entry.unlocked")
    assert not list(tmp_path.iterdir())


def test_port_of_the_environment_holds_where_none_is_given(monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", "9000")
    assert options()["server.port"] == 9000
    assert options(8765)["server.port"] == 8765


def test_streamlits_own_file_says_the_same():
    said = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    flat = {f"{section}.{name}": value for section, rows in said.items() for name, value in rows.items()}
    assert {name: flat.get(name) for name in SETTINGS} == SETTINGS
    assert SETTINGS["browser.gatherUsageStats"] is False
    assert SETTINGS["server.address"] == "127.0.0.1"
