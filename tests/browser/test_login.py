"""Login by the provider that the settings name: who is invited reads or writes, who is not is told so."""

import os
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from spatial.texts import text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
APP = runpy.run_path(str(HERE / "test_app.py"))
ANNA = {"email": "Anna@umea.se", "email_verified": True}
BO = {"email": "bo@lasare.se"}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def provider():
    given = runpy.run_path(str(HERE / "oidc_provider.py"))["Provider"]()
    yield given
    given.close()


@pytest.fixture(scope="module")
def address(provider, embedded, tmp_path_factory):
    """Start the app as one does who has set up login: the secrets lie in the folder where it is started."""
    folder, port = tmp_path_factory.mktemp("inloggning"), APP["free_port"]()
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "prov, inte hemligt"
client_id = "strukturbild"
client_secret = "prov"
server_metadata_url = "{provider.address}/.well-known/openid-configuration"
[strukturbild]
write = ["umea.se"]
read = ["bo@lasare.se"]
""",
        encoding="utf-8",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "spatial.cli", "app", "--out", str(embedded.folder), "--port", str(port)],
        cwd=folder, env={**kept, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    for _ in range(480):
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                break
        except OSError:
            time.sleep(0.25)
    yield f"http://localhost:{port}"
    APP["stop"](process, signal.SIGTERM)


@pytest.fixture
def logged_in(chromium, address, provider):
    """Return a function that logs a person in, in a browser of its own; at a page's own address where one is given."""
    contexts = []

    def enter(person, page=""):
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="sv-SE")
        contexts.append(context)
        opened = context.new_page()
        opened.goto(f"{address}/{page}")
        opened.get_by_text(text("entry.login")).wait_for(timeout=60_000)
        assert opened.locator(APP["MAP"]).count() == 0
        provider.person = person
        opened.get_by_role("button", name=text("entry.login_button")).click()
        return opened

    yield enter
    for context in contexts:
        context.close()


def test_one_who_is_invited_to_write_writes_and_logs_out(logged_in, provider):
    page = logged_in(ANNA)
    APP["map_frame"](page)
    assert page.get_by_text(text("entry.reading")).count() == 0
    page.get_by_role("link", name="Arbetsgrupp", exact=True).click()
    page.get_by_role("button", name="Gå in").wait_for(timeout=30_000)
    page.get_by_role("button", name=text("entry.logout")).click()
    page.get_by_text(text("entry.login")).wait_for(timeout=60_000)
    assert {"/authorize", "/token", "/jwks"} <= set(provider.asked)


def test_one_who_is_invited_to_read_reads(logged_in):
    page = logged_in(BO)
    APP["map_frame"](page)
    page.get_by_text(text("entry.reading")).wait_for(timeout=30_000)
    page.get_by_role("link", name="Arbetsgrupp", exact=True).click()
    page.get_by_text(text("group.reader")).wait_for(timeout=30_000)
    assert page.get_by_role("button", name="Gå in").count() == 0


@pytest.mark.parametrize("person", [{"email": "okand@annan.se"}, {"email": "falsk@umea.se", "email_verified": False}])
def test_one_who_is_not_invited_sees_one_sentence_and_may_try_as_another(logged_in, provider, person):
    page = logged_in(person)
    page.get_by_text(text("entry.not_invited")).wait_for(timeout=60_000)
    assert page.locator(APP["MAP"]).count() == 0
    page.get_by_role("button", name=text("entry.logout")).click()
    page.get_by_text(text("entry.login")).wait_for(timeout=60_000)
