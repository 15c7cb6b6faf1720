"""What Streamlit's own field for files says, in the user's language: it knows only English, so the style says it."""

import json
from typing import Final

import streamlit as st

from spatial.texts import text

_FIELD: Final = '[data-testid="stFileUploaderDropzone"]'
_PLACES: Final = {
    "button": f'{_FIELD} button [data-testid="stMarkdownContainer"] p',
    "how": '[data-testid="stFileUploaderDropzoneInstructions"] span',
    "drop": f"{_FIELD} > input + div > span",
}


def say_upload(lang: str) -> None:
    """Put the language's words in the place of the English ones."""
    most = int(st.get_option("server.maxUploadSize"))
    rules = [
        f"{place} {{ font-size: 0 !important; }} "
        f"{place}::after {{ content: {json.dumps(text(f'app.upload.{name}', lang, most=most), ensure_ascii=False)}; "
        "font-size: 0.95rem; }"
        for name, place in _PLACES.items()
    ]
    st.html(f"<style>{' '.join(rules)}</style>")
