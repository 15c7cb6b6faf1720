"""Texts that people and files have written, shown as they are: Streamlit reads most of what it shows as Markdown."""

import re
from typing import Final

from spatial.texts import text

_SIGNS: Final = re.compile(r"([\\`*_\[\]()#+\-!|~$<>&^={}])")
_JOINER: Final = "\u2060"
"""An invisible sign: Streamlit finds icons, colours and addresses in a text after its escapes are gone."""
_SHORT: Final = re.compile(r":(?=material/|//|[a-z0-9_+-]+:|[a-z-]+\\\[)|(?<=www)\.", re.IGNORECASE)


def plain(words: object) -> str:
    r"""Return what somebody wrote, so that Markdown shows it sign by sign; nothing for None.

    Examples
    --------
    >>> plain("**fet** ![x](bild.png)")
    '\\*\\*fet\\*\\* \\!\\[x\\]\\(bild.png\\)'
    >>> plain("Åsele 12:30")
    'Åsele 12:30'
    """
    escaped = _SIGNS.sub(r"\\\1", "" if words is None else str(words))
    return _SHORT.sub(lambda found: found[0] + _JOINER, escaped).replace("\n", "  \n")


def marked(key: str, lang: str, **values: object) -> str:
    """Return the catalogue's sentence, which may hold Markdown, with values that hold none."""
    return text(key, lang, **{name: plain(value) for name, value in values.items()})
