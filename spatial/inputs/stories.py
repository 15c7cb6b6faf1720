"""YAML → Story: all faults of a story at once, each with its line and what to do."""

from pathlib import Path
from typing import Final

from pydantic import ValidationError

from spatial.errors import ConfigError
from spatial.inputs.config import fault_line, fault_sentences
from spatial.inputs.documents import read_document
from spatial.storage import bundled
from spatial.story import KINDS, Story
from spatial.texts import text

EXAMPLE: Final = "seminarium"
_MAX_LISTED: Final = 30


def read_story(path: Path | str | None = None) -> Story:
    """Return a story.

    Parameters
    ----------
    path : Path or str, optional
        A YAML file. Default: the example story.

    Returns
    -------
    Story

    Raises
    ------
    ConfigError
        With every fault of the file.
    """
    file = bundled("config", f"{EXAMPLE}.yaml") if path is None else Path(path)
    document = read_document(file)
    try:
        story = Story.model_validate(document.values)
        faults = [
            fault_line(document, place, text("seminar.no_figure", figure=figure, kinds=", ".join(KINDS)))
            for place, figure in story.unknown_figures()
        ]
        if not faults:
            return story
    except ValidationError as error:
        faults = fault_sentences(document, error)
    raise ConfigError("seminar.faults", file=file, count=len(faults), faults="\n".join(faults[:_MAX_LISTED]))
