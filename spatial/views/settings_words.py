"""What the data's own Swedish words are called in another language, as far as the settings name them."""

from collections.abc import Mapping

from spatial.settings import Settings
from spatial.terms import Title
from spatial.texts import DEFAULT_LANGUAGE, text
from spatial.views.wording import within_sentence


def settings_words(settings: Settings, lang: str) -> dict[str, str]:
    """Return what the words of layers and tables are called: by the titles of the settings.

    Parameters
    ----------
    settings : Settings
    lang : {"sv", "en", "no"}

    Returns
    -------
    dict of str to str
        By the Swedish word as tables have it; empty in Swedish. A class of the style is known by its title only: the
        same value may mean one thing in one layer and another in the next.

    Examples
    --------
    >>> from spatial.inputs.config import read_settings
    >>> settings_words(read_settings(), "en")["länk som stannar"]
    'link that stops'
    """
    words: dict[str, str] = {}
    if lang != DEFAULT_LANGUAGE:
        words["konflikt"] = within_sentence(text("plan_pages.granser.conflict", lang))
        content = settings.model_dump(mode="json")
        for part in (content["services"], content):  # a service goes before a layer with the same Swedish title
            _gather(part, lang, words)
    return words


def _gather(content: object, lang: str, words: dict[str, str]) -> None:
    """Put every title below into ``words``, also as it stands within a sentence."""
    if isinstance(content, Mapping) and set(content) == set(Title.model_fields):
        title = Title(**content)
        words.setdefault(title.sv, title.get(lang))
        words.setdefault(within_sentence(title.sv), within_sentence(title.get(lang)))
    parts = content.values() if isinstance(content, Mapping) else content if isinstance(content, list) else ()
    for part in parts:
        _gather(part, lang, words)
