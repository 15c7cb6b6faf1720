"""The web map as one page: script, style and data in one file that asks nothing of any network."""

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

SCRIPTS: Final = ("bas.js", "symboler.js", "lager.js", "etiketter.js", "panel.js", "karta.js")
TOOLS: Final = ("jamfor.js", "urval.js", "sok.js", "kort.js", "lank.js", "skriv.js", "verktyg.js")
"""What a map has that one works with: states to compare, filters, search, cards, a link and a print."""
_STARTER: Final = (*TOOLS, "start.js")
_STYLES: Final = ("karta.css", "verktyg.css")
_LINE_ENDS: Final = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def page(
    data: dict[str, object],
    *,
    title: str,
    lang: str,
    noscript: str,
    starter: Sequence[str] = _STARTER,
    styles: Sequence[str] = _STYLES,
) -> str:
    """Return the page as HTML; its policy lets only its own scripts run, and nothing be fetched.

    Parameters
    ----------
    data : dict
        What ``draw`` made; it is written as JSON and read as data, never as markup.
    title, noscript : str
        Plain text, escaped here.
    lang : str
        The language of the page.
    starter, styles : sequence of str
        The scripts after the map's own, the last of which starts it; and the style sheets.
    """
    script = "\n".join([_vendor("leaflet.js"), *(_own(name) for name in (*SCRIPTS, *starter))])
    style = "\n".join([_vendor("leaflet.css"), *(_own(name) for name in styles)])
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {
        "{{lang}}": escape(lang),
        "{{policy}}": escape(policy, quote=False),
        "{{title}}": escape(title),
        "{{noscript}}": escape(noscript),
        "{{style}}": style,
        "{{script}}": script,
        "{{data}}": safe_json(data),
    }
    whole = _own("karta.html")
    pieces = []
    for marker, value in sorted(parts.items(), key=lambda part: whole.index(part[0])):
        before, _, whole = whole.partition(marker)
        pieces += [before, value]
    return "".join([*pieces, whole])


def safe_json(data: object) -> str:
    r"""Return JSON that can stand inside a script element: no markup in it, no line ends that scripts know.

    Examples
    --------
    >>> safe_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, told in _LINE_ENDS.items():
        written = written.replace(sign, told)
    return written


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")


@cache
def _own(name: str) -> str:
    return _read("karta", name)


@cache
def _vendor(name: str) -> str:
    return _read("vendor", "leaflet", name)


def _read(*parts: str) -> str:
    return files("spatial.views").joinpath(*parts).read_text(encoding="utf-8").replace("\r\n", "\n")
