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
_VOWELS: Final = frozenset("åäöo")
_BESIDE: Final = "nära"
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

    def __init__(self, pivot: Pivot) -> None:
        self._order = [value.id for value in pivot.entries]
        self._ignored = frozenset(folded(word) for word in pivot.ignored)
        self._times: dict[str, Time] = {folded(word): time for time, words in pivot.times.items() for word in words}
        said = [(value.id, word) for value in pivot.entries for word in (value.title.sv, *value.words)]
        self._phrases: dict[Words, set[str]] = {}
        for key, word in said:
            self._phrases.setdefault(self._stems(word), set()).add(key)
        single = {stem for _, word in said if len(_words(word)) == 1 for stem in self._stems(word)}
        self._parts = frozenset(single)
        self._plain = {folded(word): key for key, word in said}
        self._longest = max(map(len, self._phrases), default=1)

    def guess(self, name: str) -> Guess:
        """Return what a name is closest to."""
        whole = self._phrases.get(self._stems(name))
        time = self.time_of(name)
        if whole:
            return self._answer(whole, _SAME, time)
        words = [word for word in _words(name) if word not in self._times]
        stems = tuple(map(_stem, self._wanted(words)))
        found = list(self._within(stems))
        if found:
            values = set().union(*(keys for keys, _ in found))
            return self._answer(values, min(score for _, score in found), time)
        return self._slip(name, time)

    def time_of(self, value: str) -> Time | None:
        """Return the time that a text speaks of; None where it says none, or several."""
        key = folded(value)
        times = (
            {self._times[key]} if key in self._times else {self._times[w] for w in _words(value) if w in self._times}
        )
        return times.pop() if len(times) == 1 else None

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
        key = folded(name)
        alike = [(SequenceMatcher(None, key, word, autojunk=False).ratio(), word) for word in self._plain]
        score, word = max(alike, default=(0.0, ""))
        if score >= _TYPING_SLIP:
            return Guess(self._plain[word], round(score, 3), time=time)
        return Guess(UNKNOWN, round(score, 3), time=time)

    def _wanted(self, words: Iterable[str]) -> list[str]:
        return [word for word in words if word not in self._ignored]

    def _stems(self, name: str) -> Words:
        words = _words(name)
        return tuple(_stem(word) for word in (self._wanted(words) or words))


def _words(name: str) -> list[str]:
    """Return a name's words, without codes and marks before them."""
    words = re.findall(r"[^\W_]+", folded(name))
    return [word for word in words if not _CODE.fullmatch(word)] or words


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    """Return a word without its ending.

    Examples
    --------
    >>> [_stem(word) for word in ("hamnar", "hamn", "sjön", "områdena")]
    ['hamn', 'hamn', 'sjö', 'område']
    """
    for plural in ("områdena", "områden", "området"):
        if word.endswith(plural):
            return word.removesuffix(plural) + "område"
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
