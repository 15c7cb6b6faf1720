"""The door before the app: whoever has no pass is asked for the group's code, and reaches nothing else."""

import asyncio
import html
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from spatial.attempts import Attempts
from spatial.entry_code import COOKIE, Codes, read_codes
from spatial.entry_terms import EntryLimits
from spatial.errors import EntryError
from spatial.texts import DEFAULT_LANGUAGE, LANGUAGES, text

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

ANEW: Final = "_tilltrade"
"""The last part of the address where another code can be given by one who is in already."""
_HEALTH: Final = "_stcore/health"
_LARGEST_FORM: Final = 4096
_DAY_S: Final = 86_400
_STYLE: Final = (
    "body{font:16px/1.5 'DejaVu Sans',Verdana,'Segoe UI',Arial,sans-serif;background:#FDFCF7;color:#1F2A36;"
    "display:grid;place-items:center;min-height:90vh;margin:0}form{width:19rem;display:grid;gap:.75rem}"
    "h1{font-size:1.5rem;margin:0;color:#6D1A3D}input,button{font:inherit;padding:.55rem .7rem;border-radius:4px;"
    "border:1px solid #6B6557}button{background:#6D1A3D;color:#fff;border-color:#6D1A3D;cursor:pointer}"
    ":focus-visible{outline:3px solid #1F2A36;outline-offset:2px}p{margin:0;color:#8C1C13}"
)
_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
)


class Door:
    """An ASGI layer that lets through only what carries a pass; without codes it lets nothing through.

    Parameters
    ----------
    app : ASGI application
    folder : Path
        Where the codes lie; a new code holds at once.
    limits : EntryLimits
    attempts : Attempts, optional
    """

    def __init__(self, app: Asgi, folder: Path, limits: EntryLimits, attempts: Attempts | None = None) -> None:
        self._app = app
        self._folder = folder
        self._limits = limits
        self._attempts = attempts or Attempts(limits)
        self._one = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, ask for the code, or close the socket."""
        if scope["type"] == "lifespan" or _is_health(scope):
            await self._app(scope, receive, send)
            return
        codes = self._codes()
        inside = codes is not None and codes.pass_role(_cookie(scope), time.time()) is not None
        asked_anew = scope["type"] == "http" and scope["path"].rpartition("/")[2] == ANEW
        if inside and not asked_anew:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif codes is None:
            await _page(scope, send, 503, text("entry.broken", _language(scope), file="tilltrade.json"), form=False)
        elif scope["method"] == "POST":
            await self._tried(scope, receive, send, codes)
        else:
            await _page(scope, send, 200 if asked_anew else 401, "")

    def _codes(self) -> Codes | None:
        try:
            return read_codes(self._folder)
        except EntryError:
            return None

    async def _tried(self, scope: Scope, receive: Receive, send: Send, codes: Codes) -> None:
        lang, client = _language(scope), str((scope.get("client") or ("",))[0])
        wait = self._attempts.wait_s(client)
        if wait > 0:
            seconds = int(wait) + 1
            told = text("entry.wait", lang, seconds=seconds)
            await _page(scope, send, 429, told, headers=(("retry-after", str(seconds)),))
            return
        code = await _code(receive)
        async with self._one:  # one hash at a time: each takes 16 MB
            role = await asyncio.to_thread(codes.role_of, code)
        if role is None:
            await _page(scope, send, 401, text("entry.wrong", lang))
            return
        self._attempts.succeeded(client)
        seconds = int(self._limits.valid_days.value * _DAY_S)
        given = codes.signed_pass(role, int(time.time()) + seconds)
        secure = "; Secure" if _is_secure(scope) else ""
        cookie = f"{COOKIE}={given}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        headers = (("location", _same_place(scope)), ("set-cookie", cookie))
        await _answer(send, 303, b"", (*headers, ("cache-control", "no-store")))


async def _code(receive: Receive) -> str:
    """Return the code of a sent form; empty where the form is not ours."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and len(body) <= _LARGEST_FORM
    try:
        return parse_qs(body[:_LARGEST_FORM].decode(), max_num_fields=4).get("kod", [""])[0]
    except ValueError:
        return ""


async def _page(
    scope: Scope,
    send: Send,
    status: int,
    told: str,
    *,
    form: bool = True,
    headers: tuple[tuple[str, str], ...] = (),
) -> None:
    lang = _language(scope)
    title, ask, enter = (html.escape(text(f"entry.{name}", lang)) for name in ("title", "ask", "enter"))
    said = f'<p role="alert">{html.escape(told)}</p>' if told else ""
    fields = (
        f'<label for="kod">{ask}</label><input id="kod" name="kod" type="password" autocomplete="current-password" '
        f'required autofocus>{said}<button type="submit">{enter}</button>'
    )
    written = (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f'<form method="post"><h1>{title}</h1>{fields if form else said}</form></html>'
    )
    await _answer(send, status, written.encode(), (*_HEADERS, *headers))


async def _answer(send: Send, status: int, body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    coded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    coded.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": coded})
    await send({"type": "http.response.body", "body": body})


def _headers(scope: Scope) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _cookie(scope: Scope) -> str | None:
    pairs = (pair.strip().partition("=") for pair in _headers(scope).get("cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), None)


def _is_health(scope: Scope) -> bool:
    """Return whether only the server's health is asked for: a proxy may ask without a code."""
    return scope["type"] == "http" and str(scope["path"]).endswith(_HEALTH)


def _is_secure(scope: Scope) -> bool:
    return scope.get("scheme") == "https" or _headers(scope).get("x-forwarded-proto") == "https"


def _language(scope: Scope) -> str:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [DEFAULT_LANGUAGE])[0]
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


def _same_place(scope: Scope) -> str:
    """Return the address that was asked for, told from where it lies: a proxy may have moved it."""
    last = scope.get("raw_path", scope["path"].encode()).split(b"?")[0].rpartition(b"/")[2].decode("latin-1")
    query = scope.get("query_string", b"").decode("latin-1")
    return f"./{'' if last == ANEW else last}{'?' + query if query else ''}"
