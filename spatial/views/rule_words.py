"""What a strategy's rule looks at and how far, in words: the tables keep the names that settings use."""

from typing import Final

from spatial.settings import Settings
from spatial.texts import has_text, number, text
from spatial.views.wording import within_sentence

_MINUTES: Final = "_min"


def told_kind(kind: str, lang: str = "sv") -> str:
    """Return what a kind of rule is called; its own name where the catalogue has none.

    Examples
    --------
    >>> told_kind("within_minutes"), told_kind("unheard_of")
    ('inom minuter', 'unheard_of')
    """
    key = f"plan_pages.rule_kind.{kind}"
    return text(key, lang) if has_text(key) else kind


def told_limit(kind: str, stated: str, settings: Settings, lang: str = "sv") -> str:
    """Return a rule's limit as a sentence says it.

    Parameters
    ----------
    kind : str
        The rule's kind.
    stated : str
        As the matrix has it: number and unit, and the layer or column that is looked at.
    settings : Settings
        For what services are called.
    lang : str

    Returns
    -------
    str
        As stated where it is of no known kind.
    """
    amount, _, name = stated.partition(", ")
    value, _, _ = amount.partition(" ")
    key = f"plan_pages.rule_limit.{kind}"
    if not name or not has_text(key):
        return stated
    return text(key, lang, value=number(float(value), lang=lang), thing=told_thing(name, settings, lang))


def told_thing(name: str, settings: Settings, lang: str = "sv") -> str:
    """Return what a layer, or a column of minutes to a service, is called within a sentence."""
    titles = {f"{service.id}{_MINUTES}": service.title.get(lang) for service in settings.services}
    key = f"layers.{name}"
    return within_sentence(titles.get(name) or (text(key, lang) if has_text(key) else name))
