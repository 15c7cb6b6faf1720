"""Which recommendations are out of date (*inaktuell*): what they rest on has changed since they were answered."""

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import pandas as pd

CURRENT: Final = "aktuell"
STALE: Final = "inaktuell"
GONE: Final = "ges inte längre"


def fresh(made: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return recommendations that nothing came before: *aktuell*, known for what they rest on now."""
    return made.assign(state=CURRENT, changed="", known_basis=made["basis"])


def compared(
    made: gpd.GeoDataFrame, before: gpd.GeoDataFrame | None, answers: pd.DataFrame | None = None
) -> gpd.GeoDataFrame:
    """Return recommendations with those flagged that have changed since the image before, or since an answer.

    Parameters
    ----------
    made : GeoDataFrame
        What ``recommendations`` gives: index id, ``basis`` (everything it rests on with its fingerprint).
    before : GeoDataFrame, optional
        What this gave for the image before.
    answers : DataFrame, optional
        The answers that hold: ``recommendation`` and ``basis`` (what it rested on when answered); oldest first.

    Returns
    -------
    GeoDataFrame
        The rows of ``made``, then those of ``before`` that are not made any more: those that were answered, and those
        that the image before still made. ``state`` is *aktuell* or *inaktuell*; ``changed`` names what has changed
        (``objekt:2480:12``, ...) or *ges inte längre*; ``known_basis`` is what it rested on when it was first made, or
        answered: the flag holds until somebody answers anew, or until everything is as it was.

    Notes
    -----
    Content counts, not files: a rewritten file with equal content gives the same fingerprints and flags nothing.
    """
    known = _known(made, before)
    answered = _answered(answers)
    known |= {key: _differing(bases, str(made["basis"].get(key, ""))) for key, bases in answered.items()}
    bases = [known.get(str(key), basis) for key, basis in made["basis"].items()]
    changed = [changes(then, now) for then, now in zip(bases, made["basis"], strict=True)]
    states = [STALE if told else CURRENT for told in changed]
    marked = made.assign(state=states, changed=changed, known_basis=bases)
    lost = _lost(made, before, set(answered))
    if lost is None or lost.empty:
        return marked
    lost = lost.assign(state=STALE, changed=GONE, known_basis=lost["basis"])[list(marked.columns)]
    return gpd.GeoDataFrame(pd.concat([marked, lost]), crs=made.crs)


def standing(table: pd.DataFrame, answers: pd.DataFrame) -> "pd.Series[str]":
    """Return the state of each recommendation by now: by its answers where there are any, else as it was built.

    Parameters
    ----------
    table : DataFrame
        What ``compared`` gave when the image was built.
    answers : DataFrame
        The answers that hold: ``recommendation`` and ``basis``.

    Returns
    -------
    Series of str
        Index: the table's, then answered ids that it lacks; *aktuell* or *inaktuell*.
    """
    answered = _answered(answers)
    every = [*map(str, table.index), *(key for key in answered if key not in table.index)]
    made = table["basis"].where(table["changed"] != GONE, "").to_dict()
    states = [
        (STALE if any(basis != made.get(key, "") for basis in answered[key]) else CURRENT)
        if key in answered
        else str(table["state"][key])
        for key in every
    ]
    return pd.Series(states, index=pd.Index(every, name=table.index.name, dtype=object), name="state")


def changes(then: str, now: str) -> str:
    """Return what of a basis has changed, been added or been lost, ";"-separated; empty where nothing has.

    Examples
    --------
    >>> changes("objekt:a=1;regel:r=2", "objekt:a=9;regel:r=2;objekt:b=3")
    'objekt:a;objekt:b'
    """
    old, new = _parts(then), _parts(now)
    return ";".join(sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key)))


def _parts(basis: str) -> dict[str, str]:
    return {key: seal for key, _, seal in (part.rpartition("=") for part in basis.split(";") if part)}


def _known(made: pd.DataFrame, before: pd.DataFrame | None) -> dict[str, str]:
    if before is None:
        return {}
    column = "known_basis" if "known_basis" in before.columns else "basis"
    return {str(key): str(basis) for key, basis in before[column].items() if key in made.index}


def _answered(answers: pd.DataFrame | None) -> dict[str, list[str]]:
    if answers is None or answers.empty:
        return {}
    grouped = answers.groupby(answers["recommendation"].astype(str), sort=False)["basis"]
    return {str(key): [str(basis) for basis in bases] for key, bases in grouped}


def _differing(bases: Iterable[str], now: str) -> str:
    """Return the first answer's basis that is not what holds now; where all agree, what holds now."""
    return next((basis for basis in bases if basis != now), now)


def _lost(made: pd.DataFrame, before: gpd.GeoDataFrame | None, answered: set[str]) -> gpd.GeoDataFrame | None:
    if before is None:
        return None
    missing = ~before.index.isin(made.index)
    was_made = before["changed"].ne(GONE) if "changed" in before.columns else pd.Series(data=True, index=before.index)
    return before[missing & (was_made | before.index.isin(answered))]
