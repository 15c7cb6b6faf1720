"""The stories that users build: a JSON file each beside the image, whole at every moment; a rebuild leaves them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from spatial.errors import OutputError
from spatial.storage import new_file
from spatial.story import Story

FOLDER: Final = "berattelser"
_LOCK: Final = ".berattelser.lock"
_LOCK_SECONDS: Final = 20.0
_NAME: Final = re.compile(r"^[a-zåäö][a-z0-9åäö_-]{0,60}$")


class _File(BaseModel):
    revision: int
    story: Story


@dataclass(frozen=True)
class Saved:
    """A story as it stands on disk; ``revision`` grows by one with every save."""

    story: Story
    revision: int


def stories(folder: Path) -> list[Saved]:
    """Return the stories beside an image, by title; a file that cannot be read is passed over."""
    found = [_read(path) for path in sorted((folder / FOLDER).glob("*.json"))]
    return sorted((saved for saved in found if saved is not None), key=lambda saved: saved.story.title.lower())


def load_story(folder: Path, story_id: str) -> Saved | None:
    """Return a story, or None where there is none of that id."""
    return _read(_path(folder, story_id))


def save_story(folder: Path, story: Story, revision: int) -> Saved:
    """Write a story at once: the whole file, or what was there.

    Parameters
    ----------
    folder : Path
        The image's folder.
    story : Story
    revision : int
        That of the story it was made from; 0 for a new one.

    Raises
    ------
    OutputError
        If somebody else has saved it since, or the folder cannot be written.
    """
    path = _path(folder, story.id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError("storage.unwritable", folder=path.parent, reason=error.strerror or "") from error
    with FileLock(path.parent / _LOCK, timeout=_LOCK_SECONDS):
        there = _read(path)
        if (there.revision if there else 0) != revision:
            raise OutputError("seminar.changed", title=story.title)
        with new_file(path) as fresh:
            content = _File(revision=revision + 1, story=story).model_dump_json(indent=1)
            fresh.write_text(content + "\n", encoding="utf-8", newline="\n")
    return Saved(story, revision + 1)


def free_id(folder: Path) -> str:
    """Return an id that no story has."""
    number = 1
    while _path(folder, f"berattelse-{number}").exists():
        number += 1
    return f"berattelse-{number}"


def _path(folder: Path, story_id: str) -> Path:
    if not _NAME.match(story_id):
        raise OutputError("seminar.no_story_id", story=story_id)
    return folder / FOLDER / f"{story_id}.json"


def _read(path: Path) -> Saved | None:
    try:
        content = _File.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
    return Saved(content.story, content.revision)
