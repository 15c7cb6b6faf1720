"""Titles of what the steps make, in every language of the catalogue."""

from typing import Final

from spatial.settings import Title
from spatial.texts import DEFAULT_LANGUAGE, has_text, number, text

_AT_PLACE_M: Final = 1500.0
"""An area whose people's middle is nearer than this is told as lying about the place itself."""


def title(key: str, **values: object) -> Title:
    """Return the catalogue's ``layers.<key>`` in all languages."""
    name = f"layers.{key}"
    others = {lang: text(name, lang, **values) if has_text(name, lang) else None for lang in ("en", "no")}
    return Title(sv=text(name, "sv", **values), en=others["en"], no=others["no"])


def marked(key: str, note: str) -> Title:
    """Return a layer's title, with the mark of what is an example (the catalogue's, in other languages)."""
    called = title(key)
    if not note:
        return called
    others = {lang: getattr(called, lang) for lang in ("en", "no")}
    said = {lang: text("plans.example", lang) if has_text("plans.example", lang) else note for lang in others}
    told = {lang: f"{name} ({said[lang]})" if name else None for lang, name in others.items()}
    return Title(sv=f"{called.sv} ({note})", en=told["en"], no=told["no"])


def spot_name(place: str | None, place_m: float, direction: str | None, lang: str = DEFAULT_LANGUAGE) -> str | None:
    """Return what an area is called after the place that it lies about, or None where there is none.

    Examples
    --------
    >>> spot_name("Hällnäs", 14_300.0, "nv"), spot_name("Hällnäs", 900.0, "nv")
    ('Hällnäs, 14 km åt nordväst', 'kring Hällnäs')
    """
    if place is None or direction is None:
        return None
    if place_m < _AT_PLACE_M:
        return text("webmap.spot_at", lang, place=place)
    way = text(f"webmap.direction.{direction}", lang)
    return text("webmap.spot_by", lang, place=place, km=number(place_m / 1000, lang=lang), direction=way)
