"""A file made for download is there when the browser asks for it, however many pages have run meanwhile."""

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorageError

from spatial import lasting_files
from spatial.lasting_files import LastingFiles


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(lasting_files.time, "monotonic", lambda: now[0])
    return now


def test_a_file_that_was_let_go_of_stays_half_a_minute(clock):
    files = LastingFiles("/media")
    found = files.load_and_get_id(b"innehall", "text/plain", MediaFileKind.DOWNLOADABLE, "a.txt")
    other = files.load_and_get_id(b"annat", "text/plain", MediaFileKind.DOWNLOADABLE, "b.txt")
    files.delete_file(found)
    clock[0] = 29.0
    files.delete_file(other)
    assert files.get_file(f"{found}.txt").content == b"innehall"
    clock[0] = 31.0
    files.delete_file(other)
    with pytest.raises(MediaFileStorageError):
        files.get_file(f"{found}.txt")
    assert files.get_file(f"{other}.txt").content == b"annat"


def test_a_file_that_is_made_again_does_not_go(clock):
    files = LastingFiles("/media")
    found = files.load_and_get_id(b"samma", "text/plain", MediaFileKind.DOWNLOADABLE)
    files.delete_file(found)
    assert files.load_and_get_id(b"samma", "text/plain", MediaFileKind.DOWNLOADABLE) == found
    clock[0] = 60.0
    files.delete_file("annat")
    assert files.get_file(f"{found}.txt").content == b"samma"


def test_a_download_outlives_the_runs_of_others(clock, monkeypatch):
    manager = MediaFileManager(LastingFiles("/media"))
    monkeypatch.setattr("streamlit.runtime.media_file_manager._get_session_id", lambda: "anna")
    asked = manager.add_deferred(lambda: b"tabell", "text/csv", "1.2", "a.csv")
    url = manager.execute_deferred(asked)
    for _ in range(5):
        manager.remove_orphaned_files()
    assert manager._storage.get_file(url.rpartition("/")[2]).content == b"tabell"
