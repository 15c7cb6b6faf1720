"""A fault that nobody foresaw: its traceback goes to the log, one sentence to the user, and the same number to both."""

from secrets import token_hex

import streamlit as st

from spatial.texts import DEFAULT_LANGUAGE, text


def tell_unforeseen(error: Exception) -> bool:
    """Log a fault and tell the user of it; called where the page's part that failed was shown.

    Parameters
    ----------
    error : Exception
        Streamlit's own signals (stop, rerun) are none: they are no ``Exception``.

    Returns
    -------
    bool
        True: Streamlit need not show anything of its own (``App(on_script_error=…)``).
    """
    from streamlit.logger import get_logger

    known_by = token_hex(3)
    get_logger("strukturbild").error("Fault %s: %s", known_by, type(error).__name__, exc_info=error)
    lang = str(st.session_state.get("lang", DEFAULT_LANGUAGE))
    st.error(text("app.unforeseen", lang, id=known_by))
    return True
