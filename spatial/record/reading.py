"""What can be read out of the events: frames of what holds now. Pure functions; texts as they were written."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.record.events import Event
from spatial.record.history import current, histories

WHO: Final = ("session", "organisation", "profession", "municipality_code")
_COMMON: Final = ("item", "version", "time", *WHO, "layer", "feature")
CRS: Final = "EPSG:3006"


def comments(events: Iterable[Event]) -> gpd.GeoDataFrame:
    """Return the comments that hold: who, about what, ``text``, ``reply_to``; a geometry where one was given."""
    return _frame(current(events, "comment"), ("text", "reply_to"))


def drawings(events: Iterable[Event]) -> gpd.GeoDataFrame:
    """Return what is drawn and not withdrawn: points, lines and areas in EPSG:3006, with ``title`` and ``text``."""
    return _frame(current(events, "drawing"), ("title", "text"))


def votes(events: Iterable[Event]) -> pd.DataFrame:
    """Return each author's vote on each thing: ``stance`` is *agree* or *disagree*."""
    return _table(current(events, "vote"), ("stance",))


def proposals(events: Iterable[Event]) -> gpd.GeoDataFrame:
    """Return the proposals that hold: ``what`` (level, corridor, recommendation), ``value`` and ``text``."""
    return _frame(current(events, "proposal"), ("what", "value", "text"))


def scenarios(events: Iterable[Event]) -> pd.DataFrame:
    """Return the saved scenarios: ``name`` and ``changes`` (plain values, as the app replays them)."""
    return _table(current(events, "scenario"), ("name", "changes"))


def minutes_of_meetings(events: Iterable[Event]) -> pd.DataFrame:
    """Return notes and decisions, ``kind`` telling which; what nobody named is empty."""
    return _table(current(events, "note", "decision"), ("text", "responsible", "deadline"), kind=True)


def adoption(events: Iterable[Event]) -> pd.DataFrame:
    """Return what each municipality has done with each recommendation, by now.

    Returns
    -------
    DataFrame
        A row a recommendation and municipality that has answered: ``recommendation`` (its stable id), ``status``,
        ``text``, ``basis`` (what the recommendation rested on then), ``time`` and who said it. Recommendations are
        named by id alone, so a rebuilt image finds its own.
    """
    return _answers(current(events, "adoption"))


def adoption_log(events: Iterable[Event]) -> pd.DataFrame:
    """Return every answer ever given, oldest first; ``holds`` marks those that hold now."""
    everything = list(events)
    holding = {event.id for event in current(everything, "adoption")}
    said = [event for versions in histories(everything).values() for event in versions if event.kind == "adoption"]
    said.sort(key=lambda event: (event.time, event.id))
    return _answers(said).assign(
        holds=[event.id in holding for event in said], withdrawn=[event.withdrawn for event in said]
    )


def _answers(events: list[Event]) -> pd.DataFrame:
    table = _table(events, ("status", "text", "basis"))
    table = table.rename(columns={"feature": "recommendation", "municipality_code": "author_code"})
    table["municipality_code"] = [_told(event.payload, "municipality_code") for event in events]
    return table.drop(columns="layer")


def log(events: Iterable[Event]) -> pd.DataFrame:
    """Return every event as a row, oldest first: the whole history, for export and for the page that shows it."""
    ordered = sorted({event.id: event for event in events}.values(), key=lambda event: (event.time, event.id))
    table = _table(ordered, ("text",), kind=True)
    table.insert(0, "event", [event.id for event in ordered])
    return table.assign(
        withdrawn=[event.withdrawn for event in ordered], restores=[event.restores for event in ordered]
    )


def _frame(events: list[Event], fields: tuple[str, ...]) -> gpd.GeoDataFrame:
    shapes = [None if event.geometry is None else shapely.from_wkb(event.geometry) for event in events]
    table = _table(events, fields)
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs=CRS), crs=CRS)


def _table(events: list[Event], fields: tuple[str, ...], *, kind: bool = False) -> pd.DataFrame:
    read: dict[str, Callable[[Event], Any]] = {
        "item": lambda event: event.item,
        "version": lambda event: event.version,
        "time": lambda event: event.time,
        "session": lambda event: event.author.session,
        "organisation": lambda event: event.author.organisation,
        "profession": lambda event: event.author.profession,
        "municipality_code": lambda event: event.author.municipality_code,
        "layer": lambda event: event.target.layer,
        "feature": lambda event: event.target.feature,
    }
    columns = {name: [read[name](event) for event in events] for name in _COMMON}
    if kind:
        columns["kind"] = [event.kind for event in events]
    for name in fields:
        columns[name] = [_told(event.payload, name) for event in events]
    table = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    return table.astype({"version": int})


def _told(payload: Mapping[str, Any], name: str) -> Any:
    return payload.get(name, "")
