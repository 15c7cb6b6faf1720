"""The door of the app as its pages know it: who is let in, who may write, and the group's store through it."""

import importlib.util
import time
from pathlib import Path
from typing import Any, Final

import streamlit as st

from spatial.access_rights import Refusal, Visit, comes_locally, decide, is_loopback, role_of
from spatial.entry_code import COOKIE, read_codes
from spatial.errors import EntryError
from spatial.pages.shared import Opened, image_folder, language
from spatial.record.base import Record, open_record
from spatial.record.guard import ReadingRecord
from spatial.settings import Settings
from spatial.texts import text

_ROLE: Final = "entry-role"


def require_entry() -> None:
    """Let the visit in, or show why not and stop; called before anything of the image is shown.

    Raises
    ------
    EntryError
        If it is not let in and cannot log in here.
    """
    found = decide(_visit())
    if isinstance(found, Refusal):
        st.session_state.pop(_ROLE, None)
        if not found.login:
            _offer_logout()
            raise EntryError(found.key)
        _log_in()
        st.stop()
    else:
        st.session_state[_ROLE] = found


def may_write() -> bool:
    """Return whether the visit may add and change; a page disables what it may not do."""
    return st.session_state.get(_ROLE) == "write"


def require_writing() -> None:
    """Refuse what only writers may do: called where something is kept, whatever the page showed.

    Raises
    ------
    EntryError
    """
    if not may_write():
        raise EntryError("entry.read_only")


def group_record(at: Opened) -> Record:
    """Return the group's store; one that refuses to keep anything for a visit that only reads.

    Raises
    ------
    RecordError
        If it cannot be opened.
    """
    record = _record(str(at.folder), at.image.settings)
    return record if may_write() else ReadingRecord(record)


@st.cache_resource(show_spinner=False, max_entries=4)
def _record(folder: str, _settings: Settings) -> Record:
    return open_record(Path(folder), _settings.record)


def _visit() -> Visit:
    login = _secret("auth")
    codes = None if login else read_codes(image_folder())
    user = _user() if login else {}
    return Visit(
        listens_locally=is_loopback(str(st.get_option("server.address") or "")),
        comes_locally=_comes_locally(),
        coded=codes is not None,
        by_login=bool(login),
        given=codes.pass_role(_pass(), time.time()) if codes else None,
        login_seen=bool(user),
        logged_in=role_of(user, _secret("strukturbild")) if user else None,
    )


def _pass() -> str | None:
    return st.context.cookies.get(COOKIE)


def _comes_locally() -> bool:
    """Return whether the visit comes from this computer; one without any request (a test) does."""
    headers = st.context.headers.to_dict()
    return not headers or comes_locally(headers)


def _secret(name: str) -> dict[str, Any]:
    if not st.secrets.load_if_toml_exists():
        return {}
    return dict(st.secrets.get(name, {}))


def _user() -> dict[str, Any]:
    return st.user.to_dict() if st.user.get("is_logged_in") else {}


def _log_in() -> None:
    lang = language()
    st.title(text("app.title", lang), anchor=False)
    if importlib.util.find_spec("authlib") is None:
        raise EntryError("entry.no_authlib")
    st.write(text("entry.login", lang))
    if st.button(text("entry.login_button", lang), type="primary"):
        st.login()


def show_role() -> None:
    """Say that the visit only reads, and let one who has logged in log out."""
    lang = language()
    if not may_write():
        st.caption(text("entry.reading", lang))
    _offer_logout()


def _offer_logout() -> None:
    if _secret("auth") and st.user.get("is_logged_in"):
        st.button(text("entry.logout", language()), on_click=st.logout, key="entry-ut")
