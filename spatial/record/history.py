"""What holds now, what held before, and how to go back: pure functions over events in any order."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from spatial.errors import RecordError
from spatial.record.events import Author, Draft, Event, draft_of


def histories(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Return the events of each item from its first version on; an event that came twice counts once."""
    unique = {event.id: event for event in events}
    items: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(unique.values(), key=lambda event: event.order):
        items[event.item].append(event)
    return dict(items)


def current(events: Iterable[Event], *kinds: str) -> list[Event]:
    """Return the last version of every item that is not withdrawn, the oldest change first.

    Parameters
    ----------
    events : iterable of Event
        In any order, of any number of stores.
    *kinds : str
        Only these kinds; default all.
    """
    last = [versions[-1] for versions in histories(events).values()]
    kept = [event for event in last if not event.withdrawn and (not kinds or event.kind in kinds)]
    return sorted(kept, key=lambda event: (event.time, event.id))


def restored(versions: list[Event], author: Author, event_id: str) -> Draft:
    """Return the draft that brings back the content an item had after one of its events.

    Raises
    ------
    RecordError
        If the item has no such event.
    """
    chosen = next((event for event in versions if event.id == event_id), None)
    if chosen is None:
        raise RecordError("record.no_version")
    return replace(draft_of(chosen, author), restores=chosen.restores or chosen.id)


def reshaped(versions: list[Event], author: Author, geometry: bytes) -> Draft:
    """Return the draft that gives what an author has drawn another shape (WKB, EPSG:3006).

    Raises
    ------
    RecordError
        If it is another's, no drawing, or has that shape already.
    """
    last = versions[-1]
    if last.kind != "drawing" or last.author.key != author.key:
        raise RecordError("record.not_yours")
    if last.geometry == geometry and not last.withdrawn:
        raise RecordError("record.same_shape")
    return replace(draft_of(last, author), geometry=geometry, withdrawn=False)


def undone(versions: list[Event], author: Author) -> Draft:
    """Return the draft that takes back an item's last change; again takes back the one before.

    Parameters
    ----------
    versions : list of Event
        The item's events, as ``histories`` gives them.
    author : Author
        Who takes it back; the undo is kept as a change of its own.

    Returns
    -------
    Draft
        The content before the change; where there was none, the item withdrawn.

    Raises
    ------
    RecordError
        If nothing is left to take back.
    """
    places = {event.id: place for place, event in enumerate(versions)}
    last = versions[-1]
    now_at = places.get(last.restores, len(versions) - 1)
    if last.restores == versions[0].id and last.withdrawn:
        raise RecordError("record.nothing_to_undo")
    if now_at == 0:
        return replace(draft_of(versions[0], author), withdrawn=True, restores=versions[0].id)
    before = versions[now_at - 1]
    return replace(draft_of(before, author), restores=before.restores or before.id)
