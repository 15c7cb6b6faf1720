"""Events as rows of a database, and back."""

import json
from collections.abc import Sequence
from typing import Any, Final

from spatial.record.checks import written_payload
from spatial.record.events import Author, Event, Target

COLUMNS: Final = (
    "id", "item", "version", "time", "session", "organisation", "profession", "municipality_code", "kind", "layer",
    "feature", "payload", "geometry", "withdrawn", "restores",
)  # fmt: skip
LISTED: Final = ", ".join(COLUMNS)


def row_of(event: Event) -> tuple[Any, ...]:
    """Return an event as a row, in the order of ``COLUMNS``."""
    author, target = event.author, event.target
    return (
        event.id, event.item, event.version, event.time, author.session, author.organisation, author.profession,
        author.municipality_code, event.kind, target.layer, target.feature, written_payload(event.payload),
        event.geometry, int(event.withdrawn), event.restores,
    )  # fmt: skip


def event_of_row(row: Sequence[Any]) -> Event:
    """Return the event of a row."""
    (
        own_id, item, version, time, session, organisation, profession, code, kind, layer, feature, payload, geometry,
        withdrawn, restores,
    ) = row  # fmt: skip
    return Event(
        id=own_id,
        item=item,
        version=int(version),
        time=time,
        author=Author(session, organisation, profession, code),
        kind=kind,
        target=Target(layer, feature),
        payload=json.loads(payload) if isinstance(payload, str) else dict(payload),
        geometry=None if geometry is None else bytes(geometry),
        withdrawn=bool(withdrawn),
        restores=restores,
    )
