"""What all tests share: where the real open data lies, a small region, and each region built once."""

import os
import runpy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from hypothesis import settings

from spatial.build import build
from spatial.model import StructureImage
from spatial.storage import read_manifest

ROOT = Path(__file__).resolve().parent.parent
SMALL = runpy.run_path(str(Path(__file__).with_name("small_region.py")))


settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
"""A drawn example may take its time: on a busy machine that is no fault of what is tried."""


def shared_folder() -> Path:
    """Return the folder of real data, from the environment or beside the project."""
    return Path(os.environ.get("STRUKTURBILD_SHARED", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session", autouse=True)
def yaml_read_once():
    """Let a YAML text that was read be known when it is read again: regions by the hundred build on the same files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "compose", lru_cache(maxsize=128)(yaml.compose))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = shared_folder()
    if not folder.is_dir():
        if os.environ.get("STRUKTURBILD_REQUIRE_REALDATA"):
            pytest.fail(f"real data is required here but absent: {folder}")
        pytest.skip(f"real open data is absent ({folder}); set STRUKTURBILD_SHARED to its folder")
    return folder


@pytest.fixture(scope="session")
def make_region():
    """Return the function that writes the small region of every role: ``make(folder, without=(), change=None)``."""
    return SMALL["make"]


@pytest.fixture(scope="session")
def hostile_files(tmp_path_factory) -> Path:
    """Return a folder of hostile files, each named by its fault."""
    hostile = runpy.run_path(str(Path(__file__).parent / "hostile" / "make.py"))
    return hostile["make"](tmp_path_factory.mktemp("fientligt"))


@dataclass(frozen=True)
class Built:
    """A region that was built: its image, the folder of its files, and its manifest."""

    image: StructureImage
    folder: Path
    manifest: dict


def _built(tmp_path_factory, name, config=None, data=None) -> Built:
    image, folder = build(config, data=data, out=tmp_path_factory.mktemp(name) / "bild")
    return Built(image, folder, read_manifest(folder))


@pytest.fixture(scope="session")
def embedded(tmp_path_factory) -> Built:
    return _built(tmp_path_factory, "inbyggd")


@pytest.fixture(scope="session")
def vasterbotten(shared, tmp_path_factory) -> Built:
    return _built(tmp_path_factory, "vasterbotten", ROOT / "tests/realdata/vasterbotten.yaml", shared)


@pytest.fixture(scope="session")
def innlandet(shared, tmp_path_factory) -> Built:
    return _built(tmp_path_factory, "innlandet", ROOT / "tests/realdata/innlandet.yaml", shared)


@pytest.fixture(scope="session")
def small(make_region, tmp_path_factory) -> Built:
    config = make_region(tmp_path_factory.mktemp("liten"))
    return _built(tmp_path_factory, "liten_bild", config)
