"""What a code means in a mapping, however a file writes it: with its address, as a decimal, by number or name alone."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar, get_args

from spatial.plan_terms import CodeRule, PlanMapping, Time, folded

_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S+")
_WHOLE: Final = re.compile(r"(\d+)[.,]0+")
_NUMBERED: Final = re.compile(r"(\d+(?:[._]\d+)*)(?:[\s._:–-]+(\D.*))?")
_NOT_LETTERS: Final = re.compile(r"[\W\d_]+")
_LEAST_NAME: Final = 8
"""A name alone, without its number, must be this long to be known for a classification's own."""
Meaning = TypeVar("Meaning")


def spellings(code: str, prefix: str = "") -> Iterator[str]:
    """Yield what a code may stand as in a classification, the surest first.

    Examples
    --------
    >>> list(spellings("1110.0")), list(spellings("https://x.eu/HILUCSValue/5_ResidentialUse/"))[1:]
    (['1110.0', '1110'], ['5_residentialuse'])
    """
    key, start = folded(code), folded(prefix)
    yield key
    if start and key.startswith(start):
        yield key.removeprefix(start)
    if _ADDRESS.fullmatch(key):
        key = re.split("[/#]", key.rstrip("/#"))[-1]
        yield key
    whole = _WHOLE.fullmatch(key)
    if whole:
        yield whole[1]


def meaning_of(code: str, table: Mapping[str, Meaning], prefix: str = "") -> Meaning | None:
    """Return what a table says of a code in any of its spellings; None where it says nothing."""
    return next((table[key] for key in spellings(code, prefix) if key in table), None)


def times_of(mapping: PlanMapping | None) -> dict[str, Time]:
    """Return what values of time mean in a mapping, as ``meaning_of`` looks them up: its own, and the times' names.

    Examples
    --------
    >>> times_of(None)["framtida"]
    'framtida'
    """
    own = mapping.times if mapping is not None else {}
    return {str(time): time for time in get_args(Time)} | {folded(value): time for value, time in own.items()}


class Codes:
    """Finds the rule of a code in a mapping.

    Examples
    --------
    >>> from spatial.inputs.mapping import read_mapping
    >>> codes = Codes(read_mapping("hilucs"))
    >>> [codes.rule(code).pivot for code in ("5.1", "5_1", "Permanent residential use", "1_1_agriculture")]
    ['sammanhangande_bostad', 'sammanhangande_bostad', 'sammanhangande_bostad', 'areell_naring']
    >>> codes.rule("9_9"), codes.owns("5_1"), codes.owns("5.1")
    (None, True, False)
    """

    def __init__(self, mapping: PlanMapping) -> None:
        self._prefix = mapping.prefix
        self._exact = {folded(code): rule for code, rule in mapping.codes.items()}
        parted = {key: _NUMBERED.fullmatch(key) for key in self._exact} if mapping.numbered else {}
        self._numbers = {part[1]: self._exact[key] for key, part in parted.items() if part}
        self._names = {_letters(part[2] or ""): self._exact[key] for key, part in parted.items() if part}

    def rule(self, code: str) -> CodeRule | None:
        """Return what a code means: as it stands, else by its number or its name alone."""
        exact = meaning_of(code, self._exact, self._prefix)
        if exact is not None or not self._numbers:
            return exact
        for key in spellings(code, self._prefix):
            part = _NUMBERED.fullmatch(key)
            found = self._numbers.get(part[1].replace(".", "_")) if part else self._names.get(_letters(key))
            if found is not None:
                return found
        return None

    def owns(self, code: str) -> bool:
        """Return whether a code can only be of this classification: "1" and "5.1" may be anybody's numbering."""
        if meaning_of(code, self._exact, self._prefix) is not None:
            return True
        last = list(spellings(code, self._prefix))[-1]
        part = _NUMBERED.fullmatch(last)
        if part and not part[2]:
            return part[1].count("_") > 0 and part[1] in self._numbers
        name = _letters(part[2] if part else last)
        return len(name) >= _LEAST_NAME and name in self._names


def _letters(written: str) -> str:
    return _NOT_LETTERS.sub("", written)
