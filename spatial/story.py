"""A story: the steps that a seminar is led through, each a view of the map with its words. Pure types, frozen."""

import re
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from spatial.settings import Identifier, Strict

FIGURE: Final = re.compile(r"\{([a-z]+):([^{}\s]+)\}")
"""A figure in a text, ``{kind:what}``: filled in from the image's own tables."""
KINDS: Final = (
    "people", "within", "beyond", "share", "least", "leastshare", "count", "names", "most", "mostpeople", "length",
    "across", "losing", "longer", "year",
)  # fmt: skip
"""The figures that a text may name; ``spatial.views.story_figures`` says what each of them is."""
Words = Annotated[str, Field(max_length=4000)]


class AreaView(Strict):
    """An extent by name: the rows ``ids`` of a layer of the image, all of them where none is named."""

    kind: Literal["area"] = "area"
    layer: str = "kommuner"
    ids: list[str] = Field(default_factory=list)


class PlaceView(Strict):
    """An extent by its middle (degrees) and zoom; ``…_px``: of the map where it was saved.

    Examples
    --------
    >>> PlaceView(lat=64.5, lon=18.0, zoom=7.0).width_px
    850.0
    """

    kind: Literal["place"] = "place"
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    zoom: float = Field(ge=0, le=18)
    width_px: float = Field(default=850.0, gt=0)
    height_px: float = Field(default=720.0, gt=0)


View = AreaView | PlaceView


class Selected(Strict):
    """One thing that a step points at."""

    layer: str
    id: str


class Step(Strict):
    """One view of the map and what is said there.

    ``visible`` names layers (``noder``), or classes of them (``strak/regional``), that are shown; the ground always is.
    ``service`` chooses whose minutes are shown, ``filter`` which rows of a layer; ``highlight`` marks the cells that
    a figure (``beyond:<threshold>``, ``losing:<threshold>@<facility>``) counts. ``notes`` are the presenter's own,
    hidden until asked for; ``decision`` is what the room agreed on. An empty view is the whole region.
    """

    id: Identifier
    title: Words
    text: Words = ""
    visible: list[str] = Field(default_factory=list)
    service: str | None = None
    highlight: Annotated[str, Field(pattern=r"^(beyond|losing):\S+$")] | None = None
    filter: dict[str, list[str]] = Field(default_factory=dict)
    view: View = AreaView()
    selected: Selected | None = None
    notes: Words = ""
    decision: Words = ""


class Story(Strict):
    """A story, step by step. The texts of one that was built in the app are taken as they stand (``literal``)."""

    version: Literal[1] = 1
    literal: bool = False
    id: Identifier
    title: Words
    steps: list[Step] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _ids_differ(self) -> "Story":
        ids = [step.id for step in self.steps]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(", ".join(twice))
        return self

    def unknown_figures(self) -> list[tuple[tuple[str | int, ...], str]]:
        """Return the figures that no view can fill in: where they stand, and how they are written."""
        texts: list[tuple[tuple[str | int, ...], str]] = [(("title",), self.title)]
        for index, step in enumerate(self.steps):
            texts += [(("steps", index, name), getattr(step, name)) for name in ("title", "text", "notes")]
        return [
            (place, found[0])
            for place, words in texts
            for found in FIGURE.finditer(words)
            if not self.literal and found[1] not in KINDS
        ]
