"""A report as a Word document: real headings, contents, alt texts, page numbers, in the language it is written in."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from spatial.storage import new_file
from spatial.texts import text
from spatial.views.report_html import mark_of
from spatial.views.report_parts import (
    Bullets,
    Contents,
    Document,
    Heading,
    Part,
    Picture,
    Table,
    Words,
    breakable,
    clean,
)
from spatial.views.word_fields import add_contents, add_field, add_heading, set_language

_LOCALES: Final = {"sv": "sv-SE", "en": "en-GB", "no": "nb-NO"}
_FONT: Final = "Calibri"
_INK: Final = RGBColor(0x23, 0x20, 0x1A)
_MUTED: Final = RGBColor(0x5F, 0x5A, 0x4F)
_SHADE: Final = "EEEAE0"
_SEAM: Final = "\u200b"
_NOTE_SHADE: Final = "F5EEF0"
_SIZES: Final = {"Normal": 10.5, "Heading 1": 20, "Heading 2": 14, "Heading 3": 12, "Title": 30, "Caption": 9}
_PAGE_CM: Final = (21.0, 29.7)
_MARGIN_CM: Final = 2.2
_MAP_MARGIN_CM: Final = 1.4
_MAP_CM: Final = 24.0
"""As wide as a picture of A4 across can be with its caption under it on the same page."""
_SMALL_PT: Final = 8.5


def write_word(document: Document, path: Path) -> Path:
    """Write a document as Word.

    Parameters
    ----------
    document : Document
    path : Path
        What was there is replaced at once.

    Returns
    -------
    Path
    """
    book = docx.Document()
    _look(book, document)
    _title_page(book, document)
    headings = [part for part in document.parts if isinstance(part, Heading)]
    number, across = 0, False
    for part in document.parts:
        if isinstance(part, Picture) != across:
            across = not across
            _turn(book, across=across)
        if isinstance(part, Heading):
            number += 1
            add_heading(book, clean(part.text), part.level, number).paragraph_format.page_break_before = number == 1
        elif isinstance(part, Contents):
            book.add_paragraph(clean(part.title), style="TOC Heading")
            add_contents(book, [(clean(one.text), one.level) for one in headings])
        else:
            _add(book, part, document.lang)
    with new_file(Path(path)) as fresh:
        book.save(str(fresh))
    return Path(path)


def _look(book: Any, document: Document) -> None:
    """Set fonts, page, language, properties and the foot of every page."""
    from docx.enum.style import WD_STYLE_TYPE

    if "TOC Heading" not in [style.name for style in book.styles]:
        book.styles.add_style("TOC Heading", WD_STYLE_TYPE.PARAGRAPH).base_style = book.styles["Normal"]
    for name, points in {**_SIZES, "TOC Heading": 16}.items():
        style = book.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(points), _INK
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(f"w:{theme}"), None)
    frame = book.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if frame is not None:
        frame.getparent().remove(frame)
    book.styles["Caption"].font.bold = True
    book.styles["Caption"].paragraph_format.keep_with_next = True
    book.styles["Heading 1"].paragraph_format.space_before = Pt(26)
    book.styles["Heading 1"].paragraph_format.space_after = Pt(6)
    book.styles["Normal"].paragraph_format.space_after = Pt(6)
    locale = _LOCALES.get(document.lang, document.lang)
    set_language(book, locale)
    core = book.core_properties
    core.title, core.subject, core.language = clean(document.title), clean(document.subtitle), locale
    core.author, core.comments, core.keywords = "Strukturbild", "", ""
    section = book.sections[0]
    section.page_width, section.page_height = (Cm(size) for size in _PAGE_CM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(_MARGIN_CM)
    _foot(section, document)


def _foot(section: Any, document: Document) -> None:
    paragraph = section.footer.paragraphs[0]
    run = paragraph.add_run(f"{clean(document.foot)}  ·  {text('report.page', document.lang)} ")
    add_field(paragraph, "PAGE", "1")
    paragraph.add_run(" / ")
    add_field(paragraph, "NUMPAGES", "1")
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(8), _MUTED


def _title_page(book: Any, document: Document) -> None:
    book.add_paragraph(clean(document.title), style="Title")
    lead = book.add_paragraph().add_run(clean(document.subtitle))
    lead.font.size = Pt(14)
    for name, value in document.facts:
        paragraph = book.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(1)
        paragraph.add_run(f"{clean(name)}: ").bold = True
        paragraph.add_run(clean(value))


def _add(book: Any, part: Part, lang: str) -> None:
    if isinstance(part, Words):
        _words(book, part)
    elif isinstance(part, Bullets):
        for item in part.items:
            book.add_paragraph(clean(item), style="List Bullet").paragraph_format.space_after = Pt(2)
    elif isinstance(part, Picture):
        _picture(book, part)
    elif isinstance(part, Table):
        _table(book, part, lang)


def _words(book: Any, part: Words) -> None:
    paragraph = book.add_paragraph()
    run = paragraph.add_run(clean(part.text))
    if part.look == "small":
        run.font.size, run.font.color.rgb = Pt(_SMALL_PT), _MUTED
    elif part.look == "lead":
        run.font.size = Pt(12)
    elif part.look == "note":
        _shade(paragraph._p.get_or_add_pPr(), _NOTE_SHADE)  # noqa: SLF001 - python-docx has no other way


def _picture(book: Any, part: Picture) -> None:
    """Add a picture with its caption; the page is turned across already."""
    paragraph = book.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_after = Pt(2)
    shape = paragraph.add_run().add_picture(io.BytesIO(part.png), width=Cm(_MAP_CM))
    properties = shape._inline.docPr  # noqa: SLF001
    properties.set("descr", clean(part.alt))
    properties.set("title", clean(part.caption))
    caption = book.add_paragraph(clean(part.caption), style="Caption")
    caption.paragraph_format.keep_with_next = False


def _turn(book: Any, *, across: bool) -> None:
    """Begin a new page, across or upright."""
    section = book.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    wide, high = reversed(_PAGE_CM) if across else _PAGE_CM
    section.page_width, section.page_height = Cm(wide), Cm(high)
    margin = Cm(_MAP_MARGIN_CM if across else _MARGIN_CM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = margin


def _table(book: Any, part: Table, lang: str) -> None:
    book.add_paragraph(clean(part.caption), style="Caption")
    rows = part.rows or [[text("report.no_rows", lang), *[""] * (len(part.columns) - 1)]]
    made = book.add_table(rows=1 + len(rows), cols=len(part.columns))
    made.autofit = False
    _describe(made, part)
    _row(made.rows[0], [name for name, _ in part.columns], part, head=True)
    for row, values in zip(list(made.rows)[1:], rows, strict=True):
        _row(row, values, part, head=False)
    for width, column in zip(_widths(part), made.columns, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    note = book.add_paragraph()
    run = note.add_run(clean(part.note))
    run.font.size, run.font.color.rgb = Pt(_SMALL_PT), _MUTED


def _widths(part: Table) -> list[Any]:
    """Return the columns' widths: as told, else as much as the longest word and the usual text need."""
    wide = _PAGE_CM[0] - 2 * _MARGIN_CM
    shares = list(part.widths)
    if not shares:
        for place, (head, _) in enumerate(part.columns):
            texts = [str(row[place]) for row in part.rows] or [""]
            word = max(len(word) for told in (head, *texts) for word in (told.split(" ") or [""]))
            usual = sorted(len(told) for told in texts)[int(len(texts) * 0.8)]
            shares.append(min(max(word, usual * 0.75, 4) + 2, 34))
    return [Cm(wide * share / sum(shares)) for share in shares]


def _row(row: Any, values: Sequence[str], part: Table, *, head: bool) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    for cell, value, (_, align) in zip(row.cells, values, part.columns, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(1)
        run = paragraph.add_run(breakable(clean(str(value)), _SEAM))
        run.font.size, run.bold = Pt(_SMALL_PT), head
        if align == "number":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        colour = _SHADE if head else mark_of(part, str(value)).removeprefix("#")
        if colour:
            _shade(cell._tc.get_or_add_tcPr(), colour)  # noqa: SLF001


def _shade(properties: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    properties.append(shade)


def _describe(made: Any, part: Table) -> None:
    """Give the table thin lines, and its caption as alt text."""
    properties = made._tbl.tblPr  # noqa: SLF001
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "CFC9BA")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    properties.append(borders)
    for tag in ("tblCaption", "tblDescription"):
        told = OxmlElement(f"w:{tag}")
        told.set(qn("w:val"), clean(part.caption))
        properties.append(told)
