"""Every page says nothing but what the catalogue says, or what the data holds.

The catalogue's sentences are marked while a page is drawn; what then stands unmarked and is not a value of the image
is text that was written outside the catalogue.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from spatial import texts

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.stem for path in (ROOT / "spatial" / "pages").glob("*.py") if "def show()" in path.read_text("utf-8")
)
SAID = {"label", "help", "body", "value", "placeholder", "options", "caption", "text", "content", "title"}
APART = re.compile(r"[^\w%]*\s[–·|/]\s[^\w%]*|[:,;()*#\n\[\]\"”“…‘’•▲▼○←→]+|\s&\s")
WORD = re.compile(r"[^\W\d_]{3,}")
NOT_SAID = re.compile(r"<[^<>]*>|:material/\w+:|:?\w+-badge|https?://\S+|\d[\d\s.,\u00a0]*")
MARKED = re.compile("⟦[^⟦⟧]*⟧")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def marked(forget):
    plain = texts._room.__wrapped__

    def room(name: str, lang: str) -> dict[str, str]:
        return {key: f"⟦{sentence}⟧" for key, sentence in (plain(name, lang) or plain(name, "sv")).items()}

    forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_room", room)
        yield
    forget()


def said(message: Message) -> Iterator[str]:
    """Yield every text of an element as it is sent to the browser, those of its columns and figures as well."""
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        many = isinstance(value, (str, bytes, Message)) is False and hasattr(value, "__iter__")
        for one in value if many else (value,):
            if isinstance(one, Message):
                yield from said(one)
            elif isinstance(one, str) and field.name in SAID:
                yield one
            elif isinstance(one, str) and field.name == "columns" and one.startswith("{"):
                yield from (
                    str(column["label"]) for column in json.loads(one).values() if column and column.get("label")
                )


def data_of(image) -> set[str]:
    """Return the values that the image and its settings hold: they are the data's own words."""
    found = set()

    def walk(value):
        if isinstance(value, dict):
            for one in value.values():
                walk(one)
        elif isinstance(value, (list, tuple)):
            for one in value:
                walk(one)
        elif isinstance(value, str):
            found.add(value)

    walk(image.settings.model_dump(mode="json"))
    for frame in [*(layer.frame for layer in image.layers.values()), *image.indicators.values()]:
        for name in frame.columns:
            if pd.api.types.is_string_dtype(frame[name]) or frame[name].dtype == object:
                found.update(str(one) for one in frame[name].dropna().unique())
    return found


def pieces(sentence: str) -> set[str]:
    return {piece.strip().casefold() for piece in APART.split(NOT_SAID.sub("\n", sentence)) if piece}


@pytest.fixture(scope="module")
def known(embedded) -> set[str]:
    values = data_of(embedded.image)
    return {value.casefold() for value in values}.union(*(pieces(value) for value in values))


def unmarked(sentence: str, known: set[str]) -> Iterator[str]:
    sentence = NOT_SAID.sub("\n", sentence)
    while MARKED.search(sentence):
        sentence = MARKED.sub("\n", sentence)
    if sentence.strip().casefold() in known:
        return
    for piece in APART.split(sentence):
        bare = piece.strip()
        if WORD.search(bare) and bare.casefold() not in known:
            yield bare


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_nothing_outside_the_catalogue(page, embedded, marked, known, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", "--out", str(embedded.folder)])
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    test.switch_page(str(ROOT / "spatial" / "pages" / f"{page}.py")).run()
    assert not test.exception
    outside = {
        f"{type(node).__name__}: {piece}"
        for node in test.main
        if isinstance(getattr(node, "proto", None), Message)
        for sentence in said(node.proto)
        for piece in unmarked(sentence, known)
    }
    assert not outside
