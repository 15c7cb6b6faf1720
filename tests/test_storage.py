import json
import os
from pathlib import Path

import pytest
from filelock import FileLock

from spatial import storage
from spatial.errors import OutputError


def test_new_version_replaces_and_leaves_other_files(tmp_path: Path):
    (tmp_path / "egen.txt").write_text("min")
    (tmp_path / "karta.html").write_text("gammal")
    with storage.new_version(tmp_path) as fresh:
        (fresh / "karta.html").write_text("ny")
        (fresh / "raster").mkdir()
        (fresh / "raster" / "a.tif").write_bytes(b"x")
        assert (tmp_path / "karta.html").read_text() == "gammal"
    assert (tmp_path / "karta.html").read_text() == "ny"
    assert (tmp_path / "raster" / "a.tif").read_bytes() == b"x"
    assert (tmp_path / "egen.txt").read_text() == "min"
    assert not list(tmp_path.glob(".ny-*"))


def test_failure_leaves_what_was_there(tmp_path: Path):
    (tmp_path / "karta.html").write_text("gammal")
    with pytest.raises(ZeroDivisionError), storage.new_version(tmp_path) as fresh:
        (fresh / "karta.html").write_text(str(1 // 0))
    assert (tmp_path / "karta.html").read_text() == "gammal"
    assert not list(tmp_path.glob(".ny-*"))


def test_manifest_is_replaced_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    order: list[str] = []
    real = Path.replace

    def spy(self: Path, target: Path) -> Path:
        order.append(self.name)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", spy)
    with storage.new_version(tmp_path) as fresh:
        for name in ("manifest.json", "a.csv", "z.html"):
            (fresh / name).write_text("{}")
    assert order[-1] == "manifest.json"


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path):
    (tmp_path / "fil").write_text("")
    with pytest.raises(OutputError) as caught, storage.new_version(tmp_path / "fil" / "ut"):
        pass
    assert "--out" in str(caught.value)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_unwritable_folder(tmp_path: Path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError):
        storage.check_writable(tmp_path)


def test_another_writer_is_waited_for_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(storage, "_LOCK_SECONDS", 0.05)
    with FileLock(tmp_path / ".strukturbild.lock"), pytest.raises(OutputError) as caught, storage.new_version(tmp_path):
        pass
    assert "bygge" in str(caught.value)


def test_json_refuses_what_is_no_number(tmp_path: Path):
    with pytest.raises(ValueError, match="Out of range"):
        storage.write_json(tmp_path / "a.json", {"a": float("nan")})
    storage.write_json(tmp_path / "b.json", {"å": 1})
    assert json.loads((tmp_path / "b.json").read_text(encoding="utf-8")) == {"å": 1}


def test_manifest_that_cannot_be_read_is_none(tmp_path: Path):
    assert storage.read_manifest(tmp_path) is None
    (tmp_path / "manifest.json").write_text("{trasig")
    assert storage.read_manifest(tmp_path) is None
