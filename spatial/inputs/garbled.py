"""Names whose letters were lost: text read by another encoding than it was written in."""

import re
from typing import Final

import pandas as pd

from spatial.errors import Fault
from spatial.inputs.rows import row_faults

_SIGNS: Final = re.compile(
    "\ufffd"
    "|[\x80-\x9f]"
    "|Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
    "|[\u2500-\u257f]"
    "|(?<=[A-Za-zåäöÅÄÖ])÷|÷(?=[a-z])"
    "|(?<=[a-zåäö])Õ"
    "|(?<=\\w)†|†(?=\\w)"
    "|(?<=[A-Za-z])[„”](?=[a-z])"
    "|√[•§∂Öñ]"
)
_READINGS: Final = (
    ("cp1252", "utf-8"),
    ("latin-1", "utf-8"),
    ("cp850", "utf-8"),
    ("mac_roman", "utf-8"),
    ("latin-1", "cp850"),
    ("cp1252", "cp850"),
    ("cp850", "latin-1"),
)
_DOS: Final = re.compile("[õÕÍ÷]")
"""What ä, å, Ö and ö become in CP850: sound letters elsewhere, so they count only beside surer signs."""
_NORDIC: Final = re.compile("[åäöÅÄÖéæøÆØ]")


def looks_garbled(written: str) -> bool:
    r"""Return whether a text shows the marks of a wrong encoding.

    Examples
    --------
    >>> [looks_garbled(name) for name in ("Ã…sele", "┼sele", "Ume†", "\ufffdsele", "Åsele", "Čohkka", "Gällö")]
    [True, True, True, True, False, False, False]
    """
    return _SIGNS.search(written) is not None


def mended(written: str) -> tuple[str, str] | None:
    """Return what a garbled text was meant to be, and the encoding it was written in; None where it is lost.

    Examples
    --------
    >>> mended("Ã–rtrÃ¤sk"), mended("┼sele"), mended("Ume†")
    (('Örträsk', 'UTF-8'), ('Åsele', 'LATIN-1'), ('Umeå', 'CP850'))
    """
    for read_as, written_in in _READINGS:
        try:
            meant = written.encode(read_as).decode(written_in)
        except UnicodeError:
            continue
        if _NORDIC.search(meant) and not looks_garbled(meant):
            return meant, written_in.upper()
    return None


def text_faults(frame: pd.DataFrame, layer: str) -> list[Fault]:
    """Return a fault for each row and text column with a garbled value.

    Parameters
    ----------
    frame : DataFrame
        Index = the row's number in the file.
    layer : str

    Returns
    -------
    list of Fault
    """
    faults: list[Fault] = []
    for column in frame.columns:
        values = frame[column]
        if not (pd.api.types.is_object_dtype(values) or pd.api.types.is_string_dtype(values)):
            continue
        every = set(filter(_is_text, values))
        bad = {value for value in every if looks_garbled(value)}
        if any((mended(value) or ("", ""))[1] == "LATIN-1" for value in bad):
            bad |= {value for value in every if _DOS.search(value)}
        if bad:
            faults += _column_faults(values[values.isin(bad)], str(column), layer)
    return faults


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _column_faults(values: "pd.Series[str]", column: str, layer: str) -> list[Fault]:
    lost: list[int] = []
    found: list[int] = []
    for position, value in enumerate(values):
        (lost if mended(value) is None else found).append(position)
    faults: list[Fault] = []
    for key, positions in (("faults.truth_garbled", found), ("faults.truth_lost_letters", lost)):
        part = values.iloc[positions]

        def said(position: int, part: "pd.Series[str]" = part) -> dict[str, object]:
            given = str(part.iloc[position])
            likely, encoding = mended(given) or ("", "")
            return {"column": column, "given": given[:60], "likely": likely[:60], "encoding": encoding}

        faults += row_faults(key, layer, list(part.index), said)
    return faults
