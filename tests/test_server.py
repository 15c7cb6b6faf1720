"""How the app is started: privately, on this computer, by what the user's own variables do not say otherwise."""

import tomllib
from pathlib import Path

from spatial.server import SETTINGS, options

ROOT = Path(__file__).resolve().parents[1]


def test_a_user_variable_goes_before(monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    monkeypatch.setenv("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "true")
    asked = options(8765)
    assert "server.address" not in asked
    assert "browser.gatherUsageStats" not in asked
    assert asked["server.port"] == 8765


def test_port_of_the_environment_holds_where_none_is_given(monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", "9000")
    assert "server.port" not in options()


def test_streamlits_own_file_says_the_same():
    said = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    flat = {f"{section}.{name}": value for section, rows in said.items() for name, value in rows.items()}
    assert {name: flat.get(name) for name in SETTINGS} == SETTINGS
    assert SETTINGS["browser.gatherUsageStats"] is False
    assert SETTINGS["server.address"] == "127.0.0.1"
