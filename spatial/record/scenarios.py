"""Saved trials: whose they are, who may see them, and whether the image has changed since. Pure but for the store.

A scenario belongs to the browser that saved it, known by a secret that the browser keeps; only its hash is stored. The
others see it once its owner shows it to the group.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spatial.analysis.whatif import Change, WhatIfError, change_of, plain
from spatial.analysis.whatif_ground import Borders
from spatial.errors import RecordError
from spatial.record.base import Record
from spatial.record.events import Author, Draft, Event, scenario, withdrawal
from spatial.record.history import current, histories, undone


@dataclass(frozen=True)
class Scenario:
    """A saved trial as it stands; ``image`` is the fingerprint of the image that it was made on."""

    item: str
    name: str
    changes: tuple[Change, ...]
    borders: Borders
    image: str
    owner: str
    shared: bool
    author: Author
    time: str
    version: int


def owner_of(secret: str) -> str:
    """Return the owner that a browser's secret stands for; empty for none.

    Examples
    --------
    >>> owner_of(""), len(owner_of("hemlig"))
    ('', 32)
    """
    return hashlib.blake2b(secret.encode("utf-8"), digest_size=16).hexdigest() if secret else ""


def kept(
    author: Author,
    name: str,
    changes: Sequence[Change],
    borders: Borders,
    *,
    image: str,
    owner: str,
    shared: bool = False,
    item: str = "",
) -> Draft:
    """Return a trial as the store keeps it; with ``item`` a new version of a saved one.

    Raises
    ------
    RecordError
        If it has no changes.
    """
    if not changes:
        raise RecordError("whatif.error.empty")
    content = {
        "changes": [plain(change) for change in changes],
        "borders": {"municipal": borders.municipal, "national": borders.national},
        "image": image,
        "owner": owner,
        "shared": shared,
    }
    return scenario(author, name.strip(), content, item=item)


def seen(events: Iterable[Event], owner: str) -> list[Scenario]:
    """Return the scenarios that a browser may see, the newest first: its own, and those shown to the group."""
    found = [_read(event) for event in current(events, "scenario")]
    mine = [one for one in found if one is not None and (one.shared or (owner and one.owner == owner))]
    return sorted(mine, key=lambda one: (one.time, one.item), reverse=True)


def for_all(events: Iterable[Event]) -> list[Event]:
    """Return the events without the scenarios that are not shown to the group: what may be exported and listed."""
    said = list(events)
    hidden = {
        item
        for item, versions in histories(said).items()
        if versions[-1].kind == "scenario" and not _content(versions[-1]).get("shared")
    }
    return [
        event
        for event in said
        if event.item not in hidden and (event.kind != "scenario" or bool(_content(event).get("shared")))
    ]


def withdraw(record: Record, item: str, author: Author, owner: str) -> Event:
    """Take a scenario away; its content stays in the history, and undo brings it back.

    Raises
    ------
    RecordError
        If it is another's.
    """
    return record.change(item, _owned(owner, lambda versions: withdrawal(versions[-1], author)))


def undo(record: Record, item: str, author: Author, owner: str) -> Event:
    """Take back a scenario's last change; again takes back the one before.

    Raises
    ------
    RecordError
        If it is another's, or nothing is left to take back.
    """
    return record.change(item, _owned(owner, lambda versions: undone(versions, author)))


def _owned(owner: str, make: Callable[[list[Event]], Draft]) -> Callable[[list[Event]], Draft]:
    def checked(versions: list[Event]) -> Draft:
        if not owner or _content(versions[0]).get("owner") != owner:
            raise RecordError("whatif.error.not_yours")
        return make(versions)

    return checked


def _content(event: Event) -> Mapping[str, Any]:
    content = event.payload.get("changes")
    return content if isinstance(content, Mapping) else {}


def _read(event: Event) -> Scenario | None:
    """Return the scenario of an event; None where it is of another kind than this version writes."""
    content = _content(event)
    borders = content.get("borders")
    try:
        changes = tuple(change_of(values) for values in content.get("changes", ()))
    except (WhatIfError, TypeError):
        return None
    across = borders if isinstance(borders, Mapping) else {}
    return Scenario(
        item=event.item,
        name=str(event.payload.get("name", "")),
        changes=changes,
        borders=Borders(bool(across.get("municipal")), bool(across.get("national"))),
        image=str(content.get("image", "")),
        owner=str(content.get("owner", "")),
        shared=bool(content.get("shared")),
        author=event.author,
        time=event.time,
        version=event.version,
    )
