"""The door: who comes in, who may write, how often a code may be tried; nothing of a code is kept or told."""

import asyncio
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from spatial.access_rights import Refusal, Visit, comes_locally, decide, is_loopback, role_of
from spatial.attempts import Attempts
from spatial.door import Door
from spatial.entry_code import FILE, hashed, read_codes, remove_codes, set_code
from spatial.entry_terms import EntryLimits
from spatial.errors import EntryError
from spatial.record.events import Author, Target, comment, withdrawal
from spatial.record.guard import ReadingRecord
from spatial.record.store import SqliteRecord

WRITE, READ = "tre korta ord", "bara för ögonen"
LIMITS = EntryLimits()


@pytest.fixture
def folder(tmp_path):
    set_code(tmp_path, "write", WRITE)
    set_code(tmp_path, "read", READ)
    return tmp_path


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


# --- codes -------------------------------------------------------------------------------------------------------


def test_each_code_opens_its_own_role(folder):
    codes = read_codes(folder)
    assert [codes.role_of(code) for code in (WRITE, READ, f" {READ} ", "något annat", "", "\ud800")] == [
        "write", "read", "read", None, None, None,
    ]  # fmt: skip


def test_the_file_holds_no_code_and_is_for_its_owner_only(folder):
    kept = (folder / FILE).read_text(encoding="utf-8")
    assert WRITE not in kept
    assert READ not in kept
    assert hashed(WRITE) != hashed(WRITE)
    if os.name == "posix":
        assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


def test_scrypt_is_the_one_of_the_standard():
    # RFC 7914, section 12, third vector: N 16384, r 8, p 1; its first bytes.
    made = hashed("pleaseletmein", b"SodiumChloride").partition(".")[2]
    assert made.startswith("cCO9yzr9c0")


def test_a_pass_holds_until_its_time_and_for_its_key(folder):
    codes = read_codes(folder)
    given = codes.signed_pass("read", 2000)
    assert codes.pass_role(given, 1999.9) == "read"
    assert codes.pass_role(given, 2000) is None
    for false in (given.replace("read", "write"), given.replace("2000", "9000"), given[:-2], "", None, "..", "a.b.c"):
        assert codes.pass_role(false, 1000) is None
    set_code(folder, "write", "en helt annan kod")
    assert read_codes(folder).pass_role(given, 1000) is None


def test_codes_that_are_refused(folder, tmp_path):
    for code, role, key in (("kort", "write", "entry.short"), (READ, "write", "entry.same")):
        with pytest.raises(EntryError) as told:
            set_code(folder, role, code)
        assert told.value.key == key
    remove_codes(folder)
    assert read_codes(folder) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"codes": {}, "key": "kort"}', '{"codes": 1, "key": 2}', "\x00"])
def test_a_broken_lock_is_not_an_open_door(tmp_path, content):
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(EntryError):
        read_codes(tmp_path)


# --- tries -------------------------------------------------------------------------------------------------------


def test_waits_grow_and_no_code_is_tried_meanwhile():
    clock, waits = Clock(), []
    tries = Attempts(LIMITS, clock)
    assert [tries.wait_s("a") for _ in range(5)] == [0.0] * 5
    for _ in range(4):
        waits.append(tries.wait_s("a"))
        clock.now += waits[-1] - 1
        assert tries.wait_s("a") == 1
        clock.now += 1
        assert tries.wait_s("a") == 0
    assert waits == [5, 10, 20, 40]
    for _ in range(100):
        waits.append(tries.wait_s("a"))
        clock.now += waits[-1]
    assert max(waits) == 900


def test_a_guesser_gets_few_tries_in_a_day():
    clock, tried = Clock(), 0
    tries = Attempts(LIMITS, clock)
    while clock.now < 1000 + 86_400:
        wait = tries.wait_s("a")
        tried += wait == 0
        clock.now += wait
    assert tried < 600


def test_one_client_does_not_shut_out_another_and_all_together_are_limited():
    clock = Clock()
    tries = Attempts(LIMITS, clock)
    for _ in range(20):
        tries.wait_s("a")
    assert tries.wait_s("b") == 0
    free = sum(tries.wait_s(f"c{number}") == 0 for number in range(200))
    assert free == 60 - 5 - 1
    assert 0 < tries.wait_s("ny") <= 60
    clock.now += 60
    assert tries.wait_s("ny") == 0


def test_a_seminar_behind_one_address_comes_in():
    tries = Attempts(LIMITS, Clock())
    for _ in range(200):
        assert tries.wait_s("a") == 0
        tries.succeeded("a")


# --- the door ----------------------------------------------------------------------------------------------------


class Visitor:
    """Asks the door as a browser does, and tells what came through to the app behind it."""

    def __init__(self, folder, clock=None):
        self.through = []

        async def app(scope, receive, send):
            self.through.append(scope["path"])
            if scope["type"] == "http":
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await send({"type": "http.response.body", "body": b"appen"})

        self.door = Door(app, folder, LIMITS, Attempts(LIMITS, clock or Clock()))

    def ask(
        self, path="/", *, kind="http", method="GET", body=b"", cookie="", client="10.0.0.1", headers=(), query=b""
    ):
        sent = []
        parts = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            return parts.pop() if parts else {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        told = [(b"cookie", cookie.encode()), *headers]
        scope = {
            "type": kind, "method": method, "path": path, "raw_path": path.encode(), "query_string": query,
            "headers": told, "client": (client, 1), "scheme": "http",
        }  # fmt: skip
        with ThreadPoolExecutor(1) as apart:  # a browser test may hold a loop in this thread
            apart.submit(asyncio.run, self.door(scope, receive, send)).result()
        first = sent[0] if sent else {}
        named = {name.decode(): value.decode() for name, value in first.get("headers", [])}
        return first.get("status", first.get("type")), named, b"".join(part.get("body", b"") for part in sent[1:])

    def give(self, code, **more):
        from urllib.parse import urlencode

        return self.ask(method="POST", body=urlencode({"kod": code}).encode(), **more)


@pytest.mark.parametrize("path", ["/", "/noder", "/component/karta/index.html", "/media/x.png", "/x/"])
def test_without_a_pass_nothing_comes_through(folder, path):
    visitor = Visitor(folder)
    status, headers, body = visitor.ask(path)
    assert status == 401
    assert b'type="password"' in body
    assert "default-src 'none'" in headers["content-security-policy"]
    assert visitor.ask(path, kind="websocket")[0] == "websocket.close"
    assert visitor.through == []


def test_a_code_gives_a_pass_and_leads_back(folder):
    visitor = Visitor(folder)
    status, headers, _ = visitor.give(READ, path="/bas/noder", query=b"lang=en&x=%3Cb%3E")
    assert (status, headers["location"]) == (303, "./noder?lang=en&x=%3Cb%3E")
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    given = cookie.partition(";")[0]
    assert visitor.ask("/noder", cookie=f"annat={{}}; {given}")[0] == 200
    visitor.ask("/_stcore/stream", kind="websocket", cookie=given)
    assert visitor.through == ["/noder", "/_stcore/stream"]
    assert visitor.ask("/noder", cookie=given.replace("read", "write"))[0] == 401
    assert visitor.ask("/_tilltrade", cookie=given)[0] == 200
    assert visitor.give(WRITE, path="/_tilltrade", cookie=given)[1]["location"] == "./"


def test_behind_tls_the_pass_is_for_tls_only(folder):
    assert "; Secure" in Visitor(folder).give(READ, headers=[(b"x-forwarded-proto", b"https")])[1]["set-cookie"]


def test_a_wrong_code_is_told_and_the_sixth_waits(folder):
    visitor = Visitor(folder)
    assert [visitor.give("fel")[0] for _ in range(6)] == [401] * 5 + [429]
    status, headers, body = visitor.give(WRITE)
    assert status == 429
    assert int(headers["retry-after"]) > 0
    assert b"set-cookie" not in body
    assert visitor.give(WRITE, client="10.0.0.2")[0] == 303
    assert visitor.through == []


def test_a_lock_that_breaks_while_the_app_runs_shuts_it(folder):
    visitor = Visitor(folder)
    given = visitor.give(WRITE)[1]["set-cookie"].partition(";")[0]
    (folder / FILE).write_text("{", encoding="utf-8")
    status, _, body = visitor.ask("/", cookie=given)
    assert status == 503
    assert str(folder).encode() not in body
    (folder / FILE).unlink()
    assert visitor.ask("/", cookie=given)[0] == 503
    assert visitor.through == []


@pytest.mark.parametrize("body", [b"", b"kod=" + b"a" * 5000, b"\xff\xfe", b"kod=%00", b"&" * 2000, b'{"kod": 1}'])
def test_odd_forms_are_wrong_codes(folder, body):
    visitor = Visitor(folder)
    assert visitor.ask(method="POST", body=body)[0] == 401
    assert visitor.through == []


def test_health_is_told_to_anyone(folder):
    assert Visitor(folder).ask("/_stcore/health")[0] == 200


# --- rights ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listens", "comes", "more", "found"),
    [
        (True, True, {}, "write"),
        (True, False, {}, "entry.from_elsewhere"),
        (False, True, {}, "entry.unlocked"),
        (False, False, {}, "entry.unlocked"),
        (False, False, {"coded": True}, "entry.no_door"),
        (True, True, {"coded": True}, "entry.no_door"),
        (False, False, {"coded": True, "given": "read"}, "read"),
        (False, False, {"coded": True, "given": "write"}, "write"),
        (True, True, {"by_login": True}, "entry.login"),
        (False, False, {"by_login": True, "login_seen": True}, "entry.not_invited"),
        (False, False, {"by_login": True, "login_seen": True, "logged_in": "read"}, "read"),
        (False, False, {"by_login": True, "given": "write"}, "entry.login"),
    ],
)
def test_who_is_let_in(listens, comes, more, found):
    decided = decide(Visit(listens_locally=listens, comes_locally=comes, **more))
    assert (decided.key if isinstance(decided, Refusal) else decided) == found


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",
        "::",
        "",
        None,
        "10.0.0.4",
        "localhost.evil.se",
        "127.0.0.1.nip.io",
        "x:127.0.0.1",
        "[::]",
        "2130706433",
    ],
)
def test_addresses_that_are_not_this_computer(host):
    assert not is_loopback(host)


def test_a_request_through_a_proxy_is_from_elsewhere():
    assert comes_locally({"Host": "localhost:8501"})
    assert not comes_locally({"Host": "localhost:8501", "x-forwarded-for": "10.1.2.3"})
    assert not comes_locally({"Host": "struktur.umea.se"})
    assert not comes_locally({"Origin": "http://localhost"})


@pytest.mark.parametrize(
    ("user", "role"),
    [
        ({"email": "anna@umea.se"}, "write"),
        ({"email": "ANNA@UMEA.SE", "email_verified": True}, "write"),
        ({"email": "anna@umea.se", "email_verified": False}, None),
        ({"email": "bo@regionvasterbotten.se"}, "read"),
        ({"email": "chef@lst.se"}, "write"),
        ({"email": "annan@lst.se"}, None),
        ({"email": "anna@under.umea.se"}, None),
        ({"email": "umea.se"}, None),
        ({"email": ["anna@umea.se"]}, None),
        ({}, None),
    ],
)
def test_who_is_invited(user, role):
    invited = {"write": ["umea.se", "chef@lst.se"], "read": ["@regionvasterbotten.se"]}
    assert role_of(user, invited) == role


def test_nobody_is_invited_by_no_list():
    assert role_of({"email": "anna@umea.se"}, {}) is None
    assert role_of({"email": "anna@umea.se"}, {"read": 7}) is None
    assert role_of({"email": "anna@umea.se"}, {"read": "*"}) == "read"


# --- the store ---------------------------------------------------------------------------------------------------


def test_a_reader_can_keep_nothing(tmp_path):
    store = SqliteRecord(tmp_path / "grupp.sqlite")
    author = Author("Umeå", "region", "planner")
    event = store.append(comment(author, Target("noder", "x"), "hej"))
    read = ReadingRecord(store)
    kept = store.mark()
    for act in (
        lambda: read.append(comment(author, Target(), "nej")),
        lambda: read.change(event.item, lambda versions: withdrawal(versions[-1], author)),
        lambda: read.merge([event]),
    ):
        with pytest.raises(EntryError):
            act()
    read.close()
    assert [one.id for one in read.events()] == [event.id]
    assert read.mark() == store.mark() == kept
    store.close()
