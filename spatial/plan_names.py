"""What a plan calls things, and what that is in the pivot by name: a proposal for somebody to correct."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from spatial.plan_terms import AMBIGUOUS, UNKNOWN, Pivot, Time, folded

_SAME: Final = 1.0
_WORDS: Final = 0.9
_PART: Final = 0.8
_TYPING_SLIP: Final = 0.85
"""Names as like as this are the same name with a slip; less like ones are other names."""
_LEAST_PART: Final = 4
_ENDINGS: Final = ("arna", "erna", "orna", "ar", "er", "or", "en", "et")
_LEAST_STEM: Final = 3
_PLAIN: Final = str.maketrans("åäöéüæø", "aaoeuao")
"""Names of layers are often written without the letters' marks."""
_SHORT: Final = {"ri": "riksintresse"}
_VOWELS: Final = frozenset("åäöo")
_BESIDE: Final = ("nära", "nara")
"""What something lies beside says where it is, not what: tätortsnära, strandnära."""
_CODE: Final = re.compile(r"\d+\w?|\w\d+\w?|\w")
"""A number or a short code before a name, "B1" or "3a": no word of it."""
Words = tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """What a name may be: a pivot value, *tvetydig* with ``options``, or *okand*; how alike; the time it says."""

    pivot: str
    score: float
    options: tuple[str, ...] = ()
    time: Time | None = None


class Namer:
    """Finds the pivot values that a name speaks of, by the pivot's own words.

    Examples
    --------
    >>> from spatial.inputs.mapping import read_pivot
    >>> namer = Namer(read_pivot())
    >>> namer.guess("B2 Nya bostäder")
    Guess(pivot='sammanhangande_bostad', score=0.9, options=(), time='framtida')
    >>> namer.guess("Bostäder och verksamheter").options
    ('sammanhangande_bostad', 'verksamheter_industri')
    >>> namer.guess("Utredningsområde").pivot
    'okand'
    """

    def __init__(self, pivot: Pivot, *, marks: bool = True) -> None:
        self._read = folded if marks else plain
        self._bare = Namer(pivot, marks=False) if marks else None
        self._order = [value.id for value in pivot.entries]
        self._ignored = frozenset(self._read(word) for word in pivot.ignored)
        self._times: dict[str, Time] = {self._read(word): time for time, words in pivot.times.items() for word in words}
        said = [(value.id, word) for value in pivot.entries for word in (value.title.sv, *value.words)]
        if not marks:  # without its ring "å", a stream, is the letter of somebody's code
            said = [(key, word) for key, word in said if len(word) > 1]
        self._phrases: dict[Words, set[str]] = {}
        for key, word in said:
            self._phrases.setdefault(self._stems(word), set()).add(key)
        single = {stem for _, word in said if len(self._words(word)) == 1 for stem in self._stems(word)}
        self._parts = frozenset(single)
        self._plain = {self._read(word): key for key, word in said}
        self._longest = max(map(len, self._phrases), default=1)

    def guess(self, name: str) -> Guess:
        """Return what a name is closest to; one without marks is compared with and without them."""
        guess = self._guess(name)
        if self._bare is None or plain(name) != folded(name):
            return guess
        return max(self._bare.guess(name), guess, key=lambda one: (one.pivot != UNKNOWN, one.score))

    def _guess(self, name: str) -> Guess:
        whole = self._phrases.get(self._stems(name))
        time = self.time_of(name)
        if whole:
            return self._answer(whole, _SAME, time)
        words = [word for word in self._words(name) if word not in self._times]
        stems = tuple(map(_stem, self._wanted(words)))
        found = list(self._within(stems))
        if found:
            values = set().union(*(keys for keys, _ in found))
            return self._answer(values, min(score for _, score in found), time)
        return self._slip(name, time) if stems or time is None else Guess(UNKNOWN, 0.0, time=time)

    def time_of(self, value: str) -> Time | None:
        """Return the time that a text speaks of; None where it says none, or several."""
        key = self._read(value)
        told = [key] if key in self._times else [word for word in self._words(value) if word in self._times]
        times = {self._times[word] for word in told}
        if not times and self._bare is not None and plain(value) == folded(value):
            return self._bare.time_of(value)
        return times.pop() if len(times) == 1 else None

    def only_says_when(self, value: str) -> bool:
        """Return whether a text tells a time and nothing else: "Ny användning", and not "Nya bostäder"."""
        if self.time_of(value) is None:
            return False
        rest = [word for word in self._wanted(self._words(value)) if word not in self._times]
        return not rest or self.guess(value).pivot == UNKNOWN

    def _answer(self, values: set[str], score: float, time: Time | None) -> Guess:
        if len(values) == 1:
            return Guess(next(iter(values)), score, time=time)
        return Guess(AMBIGUOUS, score, tuple(key for key in self._order if key in values), time)

    def _within(self, stems: Words) -> Iterator[tuple[set[str], float]]:
        """Yield the values that parts of a name speak of, the longest phrases first, each word used once."""
        at = 0
        while at < len(stems):
            for size in range(min(self._longest, len(stems) - at), 0, -1):
                keys = self._phrases.get(stems[at : at + size])
                if keys:
                    yield keys, _WORDS
                    at += size
                    break
            else:
                part = _part_of(stems[at], self._parts)
                if part:
                    yield self._phrases[(part,)], _PART
                at += 1

    def _slip(self, name: str, time: Time | None) -> Guess:
        key = self._read(name)
        alike = [(SequenceMatcher(None, key, word, autojunk=False).ratio(), word) for word in self._plain]
        score, word = max(alike, default=(0.0, ""))
        if score >= _TYPING_SLIP:
            return Guess(self._plain[word], round(score, 3), time=time)
        return Guess(UNKNOWN, round(score, 3), time=time)

    def _words(self, name: str) -> list[str]:
        return _words(self._read(name))

    def _wanted(self, words: Iterable[str]) -> list[str]:
        return [word for word in words if word not in self._ignored]

    def _stems(self, name: str) -> Words:
        words = self._words(name)
        return tuple(_stem(word) for word in (self._wanted(words) or words))


def _words(name: str) -> list[str]:
    """Return the words of a name in small letters, without codes and marks before them."""
    words = re.findall(r"[^\W_]+", name)
    return [_SHORT.get(word, word) for word in words if not _CODE.fullmatch(word)] or words


def plain(name: str) -> str:
    """Return a name in small letters without marks.

    Examples
    --------
    >>> plain("Småbåtshamn  Öst")
    'smabatshamn ost'
    """
    return folded(name).translate(_PLAIN)


def says_interest(name: str) -> bool:
    """Return whether a name speaks of national interests.

    Examples
    --------
    >>> says_interest("RI_3kap"), says_interest("Riksintressen"), says_interest("Riktlinjer")
    (True, True, False)
    """
    return any(word.startswith(_SHORT["ri"]) for word in _words(folded(name)))


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    """Return a word without its ending.

    Examples
    --------
    >>> [_stem(word) for word in ("hamnar", "hamn", "sjön", "områdena")]
    ['hamn', 'hamn', 'sjö', 'område']
    """
    for plural in ("områdena", "områden", "området", "omradena", "omraden", "omradet"):
        if word.endswith(plural):
            return word.removesuffix(plural[len("område") :])
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            return _stem(word.removesuffix(ending))
    return word.removesuffix("n") if word[-2:-1] in _VOWELS and len(word) > _LEAST_STEM else word


@lru_cache(maxsize=4096)
def _part_of(word: str, known: frozenset[str]) -> str:
    """Return the known word that a compound begins with (the longest), else the one that it ends with, else none."""
    if word.endswith(_BESIDE):
        return ""
    starts = [part for part in known if len(part) >= _LEAST_PART and word.startswith(part)]
    ends = [part for part in known if len(part) >= _LEAST_PART and word.endswith(part)]
    return max(starts or ends, key=len, default="")
