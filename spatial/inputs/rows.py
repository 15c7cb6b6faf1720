"""Faults of single rows: each named, but not more of one kind than anybody reads."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

from spatial.errors import Fault, Severity

MOST: Final = 50
_LISTED: Final = 10


def row_faults(
    key: str,
    layer: str,
    rows: Sequence[Hashable],
    values: Callable[[int], dict[str, object]] | None = None,
    severity: Severity = "error",
) -> list[Fault]:
    """Return a fault for each row; beyond fifty, one more that counts the rest and lists their first.

    Parameters
    ----------
    key : str
        The sentence's key.
    layer : str
    rows : sequence
        The rows' numbers in the file.
    values : callable, optional
        From a row's position in ``rows`` to the sentence's values.
    severity : {"error", "warning", "repaired"}

    Returns
    -------
    list of Fault

    Examples
    --------
    >>> faults = row_faults("faults.truth_not_finite", "vagar", range(1, 101))
    >>> len(faults), faults[0].row, faults[-1].count
    (51, '1', 50)
    """
    faults = [
        Fault(key, layer, str(row), severity, 1, values(position) if values else {})
        for position, row in enumerate(rows[:MOST])
    ]
    rest = rows[MOST:]
    if len(rest):
        like = faults[-1].sentence().partition(": ")[2]
        said: dict[str, object] = {"count": len(rest), "like": like}
        faults.append(Fault("faults.truth_more", layer, listed(rest), severity, len(rest), said))
    return faults


def listed(rows: Sequence[Hashable]) -> str:
    """Return row numbers as one text, the first ten of them.

    Examples
    --------
    >>> listed([3, 5])
    '3, 5'
    """
    return ", ".join(str(row) for row in rows[:_LISTED]) + (" …" if len(rows) > _LISTED else "")
