"""The words of codes that a file holds beside its columns: each such column gets one of words next to it."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from spatial.errors import Fault
from spatial.inputs.roles import as_texts

_ENDING: Final = " (klartext)"
_SHOWN: Final = 5


def worded(column: str) -> str:
    """Return what the column is called that holds the words of a column's codes.

    Examples
    --------
    >>> worded("MARKANV")
    'MARKANV (klartext)'
    """
    return f"{column}{_ENDING}"


def bare(column: str) -> str:
    """Return the column whose codes a column of words spells out; any other column is itself.

    Examples
    --------
    >>> bare("MARKANV (klartext)"), bare("NAMN")
    ('MARKANV', 'NAMN')
    """
    return column.removesuffix(_ENDING)


def with_words(
    frame: pd.DataFrame, domains: Mapping[str, Mapping[str, str]], layer: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return a frame with a column of words beside each column whose codes the file has words for, and what to say.

    Parameters
    ----------
    frame : DataFrame
        As the gate reads it.
    domains : mapping
        Column → code → word.
    layer : str
        What faults call the file.

    Returns
    -------
    DataFrame, list of Fault
        A code without a word stands as it is, and is counted; words that several codes share tell the code, too.

    Examples
    --------
    >>> frame, (told,) = with_words(pd.DataFrame({"ANV": [1, 2, 2]}), {"ANV": {"1": "Bostäder", "2": "Natur"}}, "op")
    >>> frame["ANV (klartext)"].tolist()
    ['Bostäder', 'Natur', 'Natur']
    >>> told.sentence()
    'Lager op: filen säger i ord vad koderna i ANV betyder; orden läses som ANV (klartext).'
    """
    faults, spelled_out = list[Fault](), list[str]()
    for column, words in domains.items():
        if column not in frame.columns or worded(column) in frame.columns:
            continue
        codes = as_texts(frame[column]).str.strip()
        known = _told_apart(words)
        found = codes.isin(known)
        if not found.any() or all(code == word for code, word in known.items()):
            continue
        spelled = codes.map(known).where(found, codes)
        frame.insert(list(frame.columns).index(column) + 1, worded(column), spelled)
        spelled_out.append(column)
        lacking = codes[codes.notna() & ~found]
        if len(lacking):
            given = ", ".join(lacking.value_counts().index[:_SHOWN])
            said: dict[str, object] = {"column": column, "count": len(lacking), "given": given}
            faults.append(Fault("gate.note_no_word", layer, None, "warning", len(lacking), said))
    if spelled_out:
        told = {"columns": ", ".join(spelled_out), "words": ", ".join(map(worded, spelled_out))}
        faults.insert(0, Fault("gate.note_words", layer, None, "warning", 1, told))
    return frame, faults


def _told_apart(words: Mapping[str, str]) -> dict[str, str]:
    shared = pd.Series(words).duplicated(keep=False)
    return {code: f"{word} ({code})" if shared[code] else word for code, word in words.items()}
