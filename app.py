"""The app: what ``strukturbild app`` and ``streamlit run app.py`` open. Navigation only."""

from importlib.resources import files
from pathlib import Path

import streamlit as st

from spatial.errors import StrukturbildError
from spatial.pages.entry import require_entry, show_role
from spatial.pages.languages import offer_languages
from spatial.pages.plain import plain
from spatial.pages.shared import language, opened
from spatial.pages.upload_words import say_upload
from spatial.texts import text
from spatial.unforeseen import tell_unforeseen

PAGES = (
    "karta",
    "kommunen",
    "service",
    "noder",
    "tank_om",
    "op_rus",
    "granser",
    "granska_plan",
    "rekommendationer",
    "arbetsgrupp",
    "seminarium",
    "underlag",
)
HERE = Path(str(files("spatial")))


def main() -> None:
    """Open the image, and the page that is asked for; what a user can mend is told in one sentence."""
    lang = language()
    st.set_page_config(text("app.title", lang), page_icon=str(HERE / "views" / "app.svg"), layout="wide")
    st.html(HERE / "views" / "app.css")
    say_upload(lang)
    pages = [
        st.Page(
            HERE / "pages" / f"{name}.py", title=text(f"app.page.{name}", lang), url_path=name, default=not position
        )
        for position, name in enumerate(PAGES)
    ]
    try:
        require_entry()
        page = st.navigation(pages, position="top")
        opened()
        offer_languages()
        page.run()
        show_role()
    except StrukturbildError as error:
        st.error(plain(error.message(lang)))
    except Exception as error:  # noqa: BLE001 - the one place: the fault is logged, and told in the user's language
        tell_unforeseen(error)


main()
