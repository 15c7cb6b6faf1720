"""Titles of what the steps make, in every language of the catalogue."""

from spatial.settings import Title
from spatial.texts import has_text, text


def title(key: str, **values: object) -> Title:
    """Return the catalogue's ``layers.<key>`` in all languages."""
    name = f"layers.{key}"
    others = {lang: text(name, lang, **values) if has_text(name, lang) else None for lang in ("en", "no")}
    return Title(sv=text(name, "sv", **values), en=others["en"], no=others["no"])
