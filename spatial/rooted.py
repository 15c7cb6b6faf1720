"""The app's page is told where the app's root is, so that a page opened by its own address asks nowhere else first."""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from spatial.texts import DEFAULT_LANGUAGE

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_SCRIPT: Final = (
    "<script>window.__streamlit = {{BACKEND_BASE_URL: location.origin"
    ' + location.pathname.replace(new RegExp({pattern}), "/")}};'
    ' document.documentElement.lang = new URLSearchParams(location.search).get("lang") || "{lang}";</script>'
)


class Rooted:
    """An ASGI layer that writes into the app's page that its root is the address without the page's name.

    Without it the page looks for its server below its own address first, and the browser notes two failures. It also
    writes which language the page speaks, and leads who asks for the first page by its name to the root, where it is.

    Parameters
    ----------
    app : ASGI application
    pages : iterable of str
        The names that pages have in the address.
    first : str
        The page that the root shows.
    """

    def __init__(self, app: Asgi, pages: Iterable[str], first: str = "") -> None:
        self._app = app
        self._first = first
        names = "|".join(re.escape(name) for name in sorted(pages))
        self._script = _SCRIPT.format(pattern=json.dumps(f"/({names})/?$"), lang=DEFAULT_LANGUAGE).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on; an HTML answer is held until it is whole, and gets the script."""
        if scope["type"] != "http" or "." in scope["path"].rpartition("/")[2] or "/_stcore/" in scope["path"]:
            await self._app(scope, receive, send)
            return
        if self._first and scope["path"].rpartition("/")[2] == self._first:
            await _to_root(scope, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        await self._app({**scope, "headers": plain}, receive, _Written(send, self._script))


async def _to_root(scope: Scope, send: Send) -> None:
    asked = bytes(scope.get("query_string", b""))
    headers = [(b"location", b"./" + (b"?" + asked if asked else b"")), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class _Written:
    """A ``send`` that writes the script into a page, and hands on all else as it comes."""

    def __init__(self, send: Send, script: bytes) -> None:
        self._send = send
        self._script = script
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._whole(self._start)

    async def _whole(self, start: Message) -> None:
        body = self._body.replace(b"<head>", b"<head>" + self._script, 1)
        kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        self._start = None
        await self._send({**start, "headers": [*kept, length]})
        await self._send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    headers: dict[bytes, bytes] = {name.lower(): value for name, value in start["headers"]}
    return bool(start["status"] == 200) and headers.get(b"content-type", b"").startswith(b"text/html")
