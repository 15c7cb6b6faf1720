"""YAML as plain values, without its traps: ``no`` is a text, ``0114`` is a text, a key given twice is a fault."""

import re
from pathlib import Path
from typing import Any

import yaml

from spatial.errors import ConfigError

Place = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's few plain scalars: true, false, null, decimal numbers; everything else is text."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


class Document:
    """A YAML file's values, and the line where each of them stands."""

    def __init__(self, path: Path, values: dict[str, Any], lines: dict[Place, int]) -> None:
        self.path = path
        self.values = values
        self._lines = lines

    def line(self, place: Place) -> int:
        """Return the line (from 1) of a place such as ``("layers", 2, "crs")``, or of what holds it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)


def read_document(path: Path) -> Document:
    """Return a YAML file's values with their lines.

    Raises
    ------
    ConfigError
        If the file is missing, is not UTF-8, is not YAML, repeats a key, or holds no mapping.
    """
    try:
        source = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError("config.no_file", file=path) from error
    except IsADirectoryError as error:
        raise ConfigError("config.is_folder", file=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("config.unreadable", file=path) from error
    try:
        root = yaml.compose(source, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigError("config.not_yaml", file=path, line=mark.line + 1 if mark else 1) from error
    if not isinstance(root, yaml.MappingNode):
        raise ConfigError("config.not_mapping", file=path)
    lines: dict[Place, int] = {}
    _note_lines(root, (), lines, path)
    loader = _Loader("")
    try:
        values: dict[str, Any] = loader.construct_document(root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigError("config.not_yaml", file=path, line=mark.line + 1 if mark else 1) from error
    finally:
        loader.dispose()
    return Document(path, values, lines)


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, int], path: Path) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise ConfigError("config.repeated_key", file=path, line=key.start_mark.line + 1, name=name)
            seen.add(name)
            _note_lines(value, (*place, name), lines, path)
            lines[(*place, name)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*place, index), lines, path)
