"""Files made for download stay a while: the more people, the sooner Streamlit lets go of one that nobody has fetched.

It forgets a file made on request when any two pages have run since, whoever's they are; a browser that has not asked
for it by then is told that it does not exist. Many open pages that look for news run many times a second.
"""

import time
from typing import Final

from streamlit.runtime import memory_media_file_storage as streamlit_files
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

_STAY_S: Final = 30.0
"""So long may a browser take from the press of a button until it asks for the file."""


class LastingFiles(MemoryMediaFileStorage):
    """Streamlit's files in memory, let go of half a minute later than asked for."""

    def __init__(self, media_endpoint: str) -> None:
        super().__init__(media_endpoint)
        self._let_go: dict[str, float] = {}

    def load_and_get_id(
        self, path_or_data: str | bytes, mimetype: str, kind: MediaFileKind, filename: str | None = None
    ) -> str:
        """Add a file; one that was to go, stays."""
        found = super().load_and_get_id(path_or_data, mimetype, kind, filename)
        self._let_go.pop(found, None)
        return found

    def delete_file(self, file_id: str) -> None:
        """Note that a file may go, and let go of those whose time is out."""
        now = time.monotonic()
        self._let_go.setdefault(file_id, now + _STAY_S)
        for known, until in list(self._let_go.items()):
            if until <= now:
                del self._let_go[known]
                super().delete_file(known)


def let_files_last() -> None:
    """Let the app that is started next keep its files this way; Streamlit has no setting for it."""
    streamlit_files.MemoryMediaFileStorage = LastingFiles  # type: ignore[misc]
