"""What all tests share: where the real open data lies, and small settings."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared_folder() -> Path:
    """Return the folder of real data, from the environment or beside the project."""
    return Path(os.environ.get("STRUKTURBILD_SHARED", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = shared_folder()
    if not folder.is_dir():
        if os.environ.get("STRUKTURBILD_REQUIRE_REALDATA"):
            pytest.fail(f"real data is required here but absent: {folder}")
        pytest.skip(f"real open data is absent ({folder}); set STRUKTURBILD_SHARED to its folder")
    return folder
