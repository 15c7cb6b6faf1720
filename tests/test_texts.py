"""The catalogue of what users see: complete, without leftovers, the same placeholders in every language."""

import ast
import re
import string
import tomllib
from functools import cache
from pathlib import Path

import pytest

from spatial.image import RECIPE
from spatial.inputs.roles import ROLES
from spatial.texts import LANGUAGES, has_text

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT / "spatial" / "texts"
SOURCES = sorted([*(ROOT / "spatial").rglob("*.py"), ROOT / "app.py"])
CALLED = {"text", "has_text"}
FAULTS = {"Fault", "row_faults", "GateError", "ConfigError", "OutputError", "StrukturbildError", "RefusedError"}
OTHERWISE = re.compile(r"analysis/example_\w+|record_terms|entry_terms|strategy")
"""Code that carries data in Swedish: made-up plans, themes by name, why a limit is what it is."""


@cache
def catalogue(lang):
    """Return every key of a language with its sentence."""
    found = {}
    for path in (TEXTS / lang).glob("*.toml"):
        found |= {f"{path.stem}.{key}": value for key, value in flat(tomllib.loads(path.read_text(encoding="utf-8")))}
    return found


def flat(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


@cache
def trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def name_of(call):
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def keys_asked_for():
    """Yield each literal key that the code asks the catalogue for, with its place."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or name_of(node) not in CALLED | FAULTS or not node.args:
                continue
            for key in literals(node.args[0]):
                if "." in key:
                    yield key, f"{path.relative_to(ROOT)}:{node.lineno}"


def literals(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def strings():
    """Return every piece of text in the code: whole literals, and the fixed parts of composed ones as patterns."""
    whole, composed = set(), set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(v.value) if isinstance(v, ast.Constant) else ".+" for v in node.values]
                if any(isinstance(v, ast.Constant) and "." in v.value for v in node.values):
                    composed.add("".join(parts))
    return whole, composed


def placeholders(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_key_that_is_asked_for_is_there():
    absent = {f"{key} ({place})" for key, place in keys_asked_for() if key not in catalogue("sv")}
    assert not absent


def test_every_fault_has_a_sentence_and_a_remedy_is_a_sentence():
    keys = {key for key, _ in keys_asked_for() if key.startswith("faults.")}
    assert len(keys) > 20
    for key in keys:
        assert catalogue("sv")[key].strip(), key


def test_every_step_and_role_has_a_name():
    for step in RECIPE:
        assert has_text(f"cli.step.{step.name}"), step.name
    for role in ROLES:
        assert has_text(f"omissions.role.{role}"), role


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "sv"])
def test_other_languages_say_the_same_things(lang):
    for key, sentence in catalogue(lang).items():
        assert key in catalogue("sv"), key
        assert placeholders(sentence) == placeholders(catalogue("sv")[key]), key


WRITTEN_IN_SWEDISH = re.compile(r"roles\.|starter\.(config|tatorter|flygplatser)")
"""What ``new`` writes into a Swedish region's own settings."""
NORWEGIAN_ROOMS = {path.name for path in (TEXTS / "no").glob("*.toml")} - {"export.toml"}


def test_english_is_complete():
    assert not [key for key in catalogue("sv") if key not in catalogue("en") and not WRITTEN_IN_SWEDISH.match(key)]


def test_norwegian_is_complete_for_legend_and_main_pages():
    assert {"app.toml", "webmap.toml"} <= NORWEGIAN_ROOMS
    rooms = {name.removesuffix(".toml") for name in NORWEGIAN_ROOMS}
    asked = [key for key in catalogue("sv") if key.partition(".")[0] in rooms]
    assert not [key for key in asked if key not in catalogue("no")]


def test_nothing_in_the_catalogue_is_left_over():
    whole, composed = strings()
    rooms = tuple(re.escape(f"{path.stem}.") for path in (TEXTS / "sv").glob("*.toml"))
    patterns = re.compile("|".join(f"(?:{pattern})" for pattern in sorted(composed) if pattern.startswith(rooms)))
    scripts = (ROOT / "spatial/views/karta").rglob("*.js")
    pages = {word for path in scripts for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}

    def used(key):
        plain = key.removesuffix("_remedy")
        name = plain.partition(".")[2]
        return plain in whole or patterns.fullmatch(plain) or name in whole or name.split(".")[-1] in {*whole, *pages}

    assert not [key for key in catalogue("sv") if not used(key)]


WORDS = 4
"""Shorter texts may be values of data (a class of land, a kind of finding); a sentence is for the catalogue."""


def is_docstring(node, parents):
    holder = parents.get(node)
    return isinstance(holder, ast.Expr)


def swedish():
    """Yield literals with Swedish letters that are neither docstrings nor values of data."""
    for path, tree in trees().items():
        if OTHERWISE.search(str(path.with_suffix(""))):
            continue
        parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or is_docstring(node, parents):
                continue
            if re.search("[åäöÅÄÖ](?![^ ]*])", node.value) and len(node.value.split()) >= WORDS:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.value[:60]!r}"


def test_no_swedish_sentence_stands_outside_the_catalogue():
    assert not list(swedish())


REMARKS = re.compile(r"/\*.*?\*/|^\s*//.*?$|<!--.*?-->", flags=re.DOTALL | re.MULTILINE)
SCRIPTS = [*(ROOT / "spatial/views/karta").glob("*.js"), *(ROOT / "spatial/views/karta").glob("*.html")]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_sentence_stands_in_a_script(path):
    script = re.sub(
        r"/\*.*?\*/|^\s*//.*$|<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    literals = [found[1] for found in re.finditer(r"\"((?:[^\"\\\n]|\\.)*)\"", script)]
    assert not [one for one in literals if re.search(r"[åäöÅÄÖ].* | .*[åäöÅÄÖ]|^[A-Z][a-z]+ [a-z]", one)]
