"""The whole history as a table that files can hold, and back: groups work apart and merge by id."""

from typing import Final

import pandas as pd

from spatial.errors import RecordError
from spatial.record.checks import check_draft
from spatial.record.events import Event, draft_of
from spatial.record.rows import COLUMNS, event_of_row, row_of
from spatial.record_terms import RecordLimits

TABLE: Final = "handelser"
"""The events' table in an exported GeoPackage."""
_NUMBERS: Final = ("version", "withdrawn")


def table_of(events: list[Event]) -> pd.DataFrame:
    """Return events as a table of texts and whole numbers, oldest first; geometry as hexadecimal WKB."""
    ordered = sorted(events, key=lambda event: (event.time, event.id))
    rows = [row_of(event) for event in ordered]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["geometry"] = pd.Series([None if wkb is None else wkb.hex() for wkb in table["geometry"]], dtype=object)
    return table.rename(columns={"id": "event", "geometry": "wkb"})


def events_of(table: pd.DataFrame, limits: RecordLimits | None = None) -> list[Event]:
    """Return the events of a table that somebody gave us, each checked as an input is.

    Parameters
    ----------
    table : DataFrame
        What ``table_of`` gives, read back (through the gate); further columns are let be.
    limits : RecordLimits, optional

    Raises
    ------
    RecordError
        If it is no such table, or a row cannot be kept; then none is.
    """
    renamed = table.rename(columns={"event": "id", "wkb": "geometry"})
    if not set(COLUMNS) <= set(renamed.columns):
        raise RecordError("record.not_ours", table=TABLE)
    rows = zip(*(renamed[name].tolist() for name in COLUMNS), strict=True)
    return [_event(number, list(row), limits or RecordLimits()) for number, row in enumerate(rows, 1)]


def _event(number: int, row: list[object], limits: RecordLimits) -> Event:
    values = {name: _plain(value, name) for name, value in zip(COLUMNS, row, strict=True)}
    try:
        wkb = values["geometry"]
        values["geometry"] = bytes.fromhex(str(wkb)) if wkb else None
        event = event_of_row([values[name] for name in COLUMNS])
        check_draft(draft_of(event, event.author), limits)
    except RecordError as error:
        raise RecordError("record.bad_row", row=number, reason=error.message()) from error
    except (TypeError, ValueError) as error:
        raise RecordError("record.bad_row", row=number, reason=type(error).__name__) from error
    if not event.id or not event.item or event.version < 1 or not _is_time(event.time):
        raise RecordError("record.bad_row", row=number, reason="id, item, version, time")
    return event


def _plain(value: object, name: str) -> object:
    """Return a cell as a row has it: whole numbers, texts, and nothing as the empty text."""
    missing = value is None or value != value  # noqa: PLR0124 - NaN
    if name in _NUMBERS:
        return 0 if missing else int(float(str(value)))
    return "" if missing else str(value)


def _is_time(value: str) -> bool:
    try:
        pd.to_datetime(value, format="%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        return False
    return True
