"""What a report is made of, whatever file it becomes: headings, paragraphs, tables and pictures, as plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Align = Literal["text", "number"]
_LONG: Final = re.compile(r"\S{13,}")
_SEAM: Final = re.compile(r"(?<=\w[:_])(?=\w)")


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 begins a chapter."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Words:
    """A paragraph; *note* is a caveat that must be seen, *small* what stands under a table or picture."""

    text: str
    look: Literal["body", "lead", "note", "small"] = "body"


@dataclass(frozen=True)
class Bullets:
    """A list of short points."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table with its caption above it; ``columns`` are heads with how they are set, ``rows`` are texts.

    ``widths`` share the page's width between the columns; default as the texts ask.
    """

    caption: str
    columns: Sequence[tuple[str, Align]]
    rows: Sequence[Sequence[str]]
    note: str = ""
    widths: Sequence[float] = ()
    marks: Sequence[tuple[str, str]] = field(default=())
    """Cell texts that get a background (beside the text, never instead of it): (how the text begins, colour)."""


@dataclass(frozen=True)
class Picture:
    """A picture, its caption and what it shows for those who do not see it."""

    png: bytes
    caption: str
    alt: str


@dataclass(frozen=True)
class Contents:
    """The place of the table of contents."""

    title: str


Part = Heading | Words | Bullets | Table | Picture | Contents


@dataclass(frozen=True)
class Document:
    """A whole report: its title page and its parts. ``foot`` stands on every page."""

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part]
    foot: str
    lang: str = "sv"


def clean(words: str) -> str:
    r"""Return a text without the control characters that no document may hold; everything else stays as it is.

    Examples
    --------
    >>> clean("a\x00b\x0bc\ud800 <i>")
    'abc <i>'
    """
    return "".join(letter for letter in words if _kept(ord(letter)))


def breakable(words: str, mark: str) -> str:
    """Return a text whose long ids may break where their parts meet: ``mark`` stands after colons and underscores.

    Examples
    --------
    >>> breakable("se inom_konflikt:2422:5affc60b kl. 10:30", "|")
    'se inom_|konflikt:|2422:|5affc60b kl. 10:30'
    """
    return _LONG.sub(lambda found: _SEAM.sub(mark, found.group()), words)


def _kept(code: int) -> bool:
    return code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
