"""The choice of language, beside the pages' names; the address keeps it, so that a link and a reload do too."""

from typing import Final

import streamlit as st

from spatial.pages.shared import language
from spatial.texts import DEFAULT_LANGUAGE, LANGUAGES, text

_PARAMETER: Final = "lang"


def offer_languages() -> None:
    """Show which language is spoken, and let the user choose another."""
    lang = language()
    if lang != st.query_params.get(_PARAMETER, DEFAULT_LANGUAGE):
        st.query_params[_PARAMETER] = lang
    with st.container(key="sprak"):
        chosen = st.menu_button(
            text("app.language.short", lang), LANGUAGES, key="sprak-val", icon=":material/language:", type="tertiary",
            format_func=lambda one: text("app.language.name", one), help=text("app.language.how", lang),
        )  # fmt: skip
    if chosen in LANGUAGES:
        st.query_params[_PARAMETER] = str(chosen)
        st.rerun()
