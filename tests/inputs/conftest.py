"""The hostile files, made once."""

import runpy
from pathlib import Path

import pytest

MAKE = runpy.run_path(str(Path(__file__).parents[1] / "hostile" / "make.py"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    return MAKE["make"](tmp_path_factory.mktemp("hostile"))
