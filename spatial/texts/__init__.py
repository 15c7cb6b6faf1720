"""The one catalogue of what users see: a folder a language, a TOML file a room.

``text("gate.too_large", size_mb=300)`` looks up ``too_large`` in ``sv/gate.toml``. The language is passed along,
never kept in a process-wide setting: several users share one server.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("sv", "en", "no")
DEFAULT_LANGUAGE: Final = "sv"
_NBSP: Final = "\u00a0"


def text(key: str, lang: str = DEFAULT_LANGUAGE, **values: object) -> str:
    """Return the catalogue's sentence for ``key`` with ``values`` filled in.

    Parameters
    ----------
    key : str
        ``room.name``; the room is the TOML file, the name may have further dots for tables in it.
    lang : {"sv", "en", "no"}
        A sentence that a language lacks is given in Swedish.
    **values : object
        Fills the sentence's ``{placeholders}``.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If Swedish lacks the key: the catalogue must be complete there.

    Examples
    --------
    >>> text("common.yes")
    'ja'
    """
    room, _, name = key.partition(".")
    sentence = _room(room, lang).get(name)
    if sentence is None:
        sentence = _room(room, DEFAULT_LANGUAGE)[name]
    return sentence.format_map(values) if values else sentence


def has_text(key: str, lang: str = DEFAULT_LANGUAGE) -> bool:
    """Return whether the catalogue has ``key`` in ``lang``."""
    room, _, name = key.partition(".")
    return name in _room(room, lang)


def number(value: float, decimals: int = 0, lang: str = DEFAULT_LANGUAGE) -> str:
    r"""Return ``value`` written as the language writes numbers, no-break space between thousands.

    Examples
    --------
    >>> number(274455)
    '274\xa0455'
    >>> number(12.345, 1)
    '12,3'
    >>> number(12.345, 1, lang="en")
    '12.3'
    """
    if value != value:  # noqa: PLR0124 - NaN
        return "–"
    written = f"{value:,.{decimals}f}"
    if lang == "en":
        return written.replace("-", "\u2212")
    return written.replace(",", _NBSP).replace(".", ",").replace("-", "\u2212")


@cache
def _room(room: str, lang: str) -> dict[str, str]:
    source = files(__package__).joinpath(lang, f"{room}.toml")
    if not source.is_file():
        return {}
    return dict(_flat(tomllib.loads(source.read_text(encoding="utf-8"))))


def _flat(table: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            pairs.extend(_flat(value, f"{prefix}{key}."))
        else:
            pairs.append((prefix + key, str(value)))
    return pairs
