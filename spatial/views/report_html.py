"""A report as one HTML file that asks for nothing: styles and pictures lie in it, and every text is escaped."""

import base64
import html
from collections.abc import Iterator, Sequence
from typing import Final

from spatial.texts import text
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

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE: Final = """
:root { color-scheme: light; --ink: #23201a; --muted: #5f5a4f; --line: #cfc9ba; --paper: #fdfcf7; --mark: #6d1a3d; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 "Source Sans 3", "Segoe UI", Arial, sans-serif; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 .3rem; } h2 { font-size: 1.5rem; margin: 3rem 0 .6rem;
  padding-top: 1rem; border-top: 2px solid var(--ink); } h3 { font-size: 1.15rem; margin: 1.8rem 0 .4rem; }
p { max-width: 44rem; margin: .5rem 0; } li { max-width: 44rem; } .lead { font-size: 1.15rem; }
.note { border-left: 4px solid var(--mark); padding: .4rem .9rem; background: #f5eef0; }
.small, caption, figcaption, .facts, footer { font-size: .875rem; color: var(--muted); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1.2rem 0; }
dd { margin: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: 1rem 0 .3rem; font-size: .875rem; }
caption { caption-side: top; text-align: left; font-weight: 600; color: var(--ink); padding-bottom: .3rem; }
th, td { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; } thead th { border-bottom: 2px solid var(--ink); vertical-align: bottom; }
th { overflow-wrap: normal; } td, th { min-width: 3.5rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead .number { white-space: normal; }
figure { margin: 1.2rem 0; } img { max-width: 100%; height: auto; border: 1px solid var(--line); }
nav ol { padding-left: 1.4rem; } nav a { color: inherit; } a:focus-visible { outline: 3px solid var(--mark); }
@media print { body { max-width: none; padding: 0; background: #fff; font-size: 10pt; } h2 { break-after: avoid; }
  tr, figure { break-inside: avoid; } td { overflow-wrap: anywhere; } thead { display: table-header-group; }
  .wide { overflow: visible; } }
"""


def html_page(document: Document) -> str:
    """Return a document as a page that works without network, escaped throughout.

    Parameters
    ----------
    document : Document

    Returns
    -------
    str
    """
    lang = document.lang
    facts = "".join(f"<dt>{_safe(name)}</dt><dd>{_safe(value)}</dd>" for name, value in document.facts)
    return (
        f'<!DOCTYPE html>\n<html lang="{_safe(lang)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_safe(document.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<header>\n"
        f'<h1>{_safe(document.title)}</h1>\n<p class="lead">{_safe(document.subtitle)}</p>\n'
        f'<dl class="facts">{facts}</dl>\n</header>\n<main>\n'
        f"{''.join(_parts(document))}</main>\n<footer><p>{_safe(document.foot)}</p></footer>\n</body>\n</html>\n"
    )


def _safe(words: str) -> str:
    return html.escape(clean(words), quote=True)


def _parts(document: Document) -> Iterator[str]:
    place = 0
    for part in document.parts:
        if isinstance(part, Heading):
            place += 1
            yield f'<h{part.level + 1} id="del-{place}">{_safe(part.text)}</h{part.level + 1}>\n'
        elif isinstance(part, Contents):
            yield _contents(part, document.parts)
        else:
            yield _part(part, document.lang)


def _contents(part: Contents, parts: Sequence[Part]) -> str:
    headings = [one for one in parts if isinstance(one, Heading)]
    links = "".join(
        f'<li><a href="#del-{place}">{_safe(one.text)}</a></li>'
        for place, one in enumerate(headings, 1)
        if one.level == 1
    )
    return f'<nav aria-label="{_safe(part.title)}"><h2>{_safe(part.title)}</h2><ol>{links}</ol></nav>\n'


def _part(part: Part, lang: str) -> str:
    if isinstance(part, Words):
        look = "" if part.look == "body" else f' class="{part.look}"'
        return f"<p{look}>{_safe(part.text)}</p>\n"
    if isinstance(part, Bullets):
        return "<ul>" + "".join(f"<li>{_safe(item)}</li>" for item in part.items) + "</ul>\n"
    if isinstance(part, Picture):
        data = base64.b64encode(part.png).decode("ascii")
        image = f'<img src="data:image/png;base64,{data}" alt="{_safe(part.alt)}">'
        return f"<figure>{image}<figcaption>{_safe(part.caption)}</figcaption></figure>\n"
    if isinstance(part, Table):
        return _table(part, lang)
    return ""


def _table(part: Table, lang: str) -> str:
    looks = [' class="number"' if align == "number" else "" for _, align in part.columns]
    heads = "".join(
        f'<th scope="col"{look}>{_safe(name)}</th>' for (name, _), look in zip(part.columns, looks, strict=True)
    )
    rows = "".join(_row(row, looks, part) for row in part.rows)
    if not part.rows:
        rows = f'<tr><td colspan="{len(looks)}">{_safe(text("report.no_rows", lang))}</td></tr>'
    note = f'<p class="small">{_safe(part.note)}</p>' if part.note else ""
    return (
        f'<div class="wide"><table><caption>{_safe(part.caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{note}\n"
    )


def _row(row: Sequence[str], looks: list[str], part: Table) -> str:
    cells = []
    for place, (value, look) in enumerate(zip(row, looks, strict=True)):
        colour = mark_of(part, value)
        shade = f' style="background:{colour}"' if colour else ""
        tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
        cells.append(f"<{tag}{scope}{look}{shade}>{breakable(_safe(value), '<wbr>')}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"


def mark_of(part: Table, value: str) -> str:
    """Return the background of a cell, or an empty text."""
    return next((colour for begins, colour in part.marks if value.startswith(begins)), "")
