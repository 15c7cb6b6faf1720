"""The page is told its root; whatever is no page passes as it is."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from spatial.rooted import Rooted

PAGE = b"<!doctype html><html><head><title>x</title></head></html>"


def asked(path, parts, *, kind=b"text/html; charset=utf-8", status=200, headers=(), query=b""):
    """Return what reaches the browser, and the headers that reached the app."""
    sent, seen = [], []

    async def app(scope, receive, send):
        seen.extend(scope["headers"])
        length = str(sum(map(len, parts))).encode()
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"Content-Type", kind), (b"Content-Length", length)],
            }
        )
        for number, part in enumerate(parts, 1):
            await send({"type": "http.response.body", "body": part, "more_body": number < len(parts)})

    async def keep(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": list(headers), "query_string": query}
    with ThreadPoolExecutor(1) as apart:  # a browser test may hold a loop in this thread
        apart.submit(asyncio.run, Rooted(app, ["kommunen", "tank_om"], "karta")(scope, None, keep)).result()
    return sent, seen


@pytest.mark.parametrize("path", ["/", "/kommunen", "/karta/tank_om", "/kommunen/"])
def test_a_page_gets_the_script_and_its_length(path):
    sent, seen = asked(path, [PAGE[:20], PAGE[20:]], headers=[(b"Accept-Encoding", b"gzip"), (b"cookie", b"a=b")])
    start, body = sent
    assert body["body"].startswith(b"<!doctype html><html><head><script>window.__streamlit = {BACKEND_BASE_URL: ")
    assert b'new RegExp("/(kommunen|tank_om)/?$")' in body["body"]
    assert b'documentElement.lang = new URLSearchParams(location.search).get("lang") || "sv"' in body["body"]
    assert body["body"].endswith(b"</script><title>x</title></head></html>")
    assert (b"content-length", str(len(body["body"])).encode()) in start["headers"]
    assert seen == [(b"cookie", b"a=b")]


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/static/js/index.js", b"text/javascript", 200),
        ("/_stcore/health", b"text/html; charset=utf-8", 200),
        ("/kommunen", b"application/json", 200),
        ("/kommunen", b"text/html", 304),
    ],
)
def test_whatever_is_no_page_passes_as_it_comes(path, kind, status):
    sent, _ = asked(path, [PAGE[:20], PAGE[20:]], kind=kind, status=status)
    assert b"".join(message.get("body", b"") for message in sent) == PAGE
    assert len(sent) == 3


@pytest.mark.parametrize(("query", "place"), [(b"", b"./"), (b"lang=en&x=%3Cb%3E", b"./?lang=en&x=%3Cb%3E")])
@pytest.mark.parametrize("path", ["/karta", "/bas/karta"])
def test_the_first_page_asked_for_by_its_name_is_the_root(path, query, place):
    sent, seen = asked(path, [PAGE], query=query)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 307
    assert (b"location", place) in sent[0]["headers"]
    assert seen == []
