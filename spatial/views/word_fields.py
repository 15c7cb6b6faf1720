"""What python-docx lacks: fields, a table of contents with its entries written, bookmarks, the document's language."""

from collections.abc import Sequence
from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm

_DEEPEST: Final = 2
_FIRST_ID: Final = 100
_RIGHT_CM: Final = 16.5


def add_field(paragraph: Any, instruction: str, shown: str, *, dirty: bool = False) -> None:
    """Add a field: what it computes, and what stands there until somebody updates it."""
    begin = _char(paragraph, "begin")
    if dirty:
        begin.set(qn("w:dirty"), "true")
    code = OxmlElement("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    paragraph.add_run()._r.append(code)  # noqa: SLF001
    _char(paragraph, "separate")
    paragraph.add_run(shown)
    _char(paragraph, "end")


def _char(paragraph: Any, kind: str) -> Any:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)  # noqa: SLF001
    return mark


def bookmark(number: int) -> str:
    """Return the name of a heading's bookmark."""
    return f"_Toc{_FIRST_ID + number}"


def add_heading(book: Any, words: str, level: int, number: int) -> Any:
    """Add a heading with a bookmark that the table of contents points at; return its paragraph."""
    paragraph = book.add_heading(words, level)
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(_FIRST_ID + number))
    start.set(qn("w:name"), bookmark(number))
    first = paragraph.runs[0]._r  # noqa: SLF001
    first.addprevious(start)
    first.addnext(end)
    return paragraph


def add_contents(book: Any, headings: Sequence[tuple[str, int]]) -> None:
    """Add a table of contents: a field whose entries are written already, so that no reader meets it empty.

    Word computes the page numbers when the document is opened or printed.
    """
    entries = [(number, words, level) for number, (words, level) in enumerate(headings, 1) if level <= _DEEPEST]
    for place, (number, words, level) in enumerate(entries):
        paragraph = book.add_paragraph()
        form = paragraph.paragraph_format
        form.left_indent, form.space_after = Cm(0.6 * (level - 1)), 0
        form.tab_stops.add_tab_stop(Cm(_RIGHT_CM), alignment=2, leader=1)
        if place == 0:
            begin = _char(paragraph, "begin")
            begin.set(qn("w:dirty"), "true")
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f' TOC \\o "1-{_DEEPEST}" \\h \\z \\u '
            paragraph.add_run()._r.append(code)  # noqa: SLF001
            _char(paragraph, "separate")
        _entry(paragraph, words, number)
        if place == len(entries) - 1:
            _char(paragraph, "end")


def _entry(paragraph: Any, words: str, number: int) -> None:
    """Add a link to a heading, with the page it stands on."""
    before = len(paragraph._p)  # noqa: SLF001
    paragraph.add_run(f"{words}\t")
    add_field(paragraph, f"PAGEREF {bookmark(number)} \\h", "")
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), bookmark(number))
    link.set(qn("w:history"), "1")
    for run in list(paragraph._p)[before:]:  # noqa: SLF001
        link.append(run)
    paragraph._p.append(link)  # noqa: SLF001


def set_language(book: Any, locale: str) -> None:
    """Set the language of the whole document, and keep other styles from saying another."""
    defaults = book.styles.element.find(qn("w:docDefaults"))
    properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    told = properties.find(qn("w:lang"))
    if told is None:
        told = OxmlElement("w:lang")
        properties.append(told)
    for name in ("val", "eastAsia"):
        told.set(qn(f"w:{name}"), locale)
    for own in book.styles.element.iter(qn("w:lang")):
        own.set(qn("w:val"), locale)
