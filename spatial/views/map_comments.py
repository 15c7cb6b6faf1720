"""What the working group has said of the things on the map, as a place's card tells it."""

from collections.abc import Iterable, Mapping
from typing import Final

from spatial.record.events import Event
from spatial.record.reading import comments, proposals
from spatial.texts import text

_DAY: Final = 10


def map_comments(events: Iterable[Event], municipalities: Mapping[str, str], lang: str) -> list[dict[str, str]]:
    """Return comments and proposals that hold, the newest first: layer, feature, who, time (the day), text.

    Parameters
    ----------
    events : iterable of Event
    municipalities : mapping of str to str
        Names by code, for who said it.
    lang : {"sv", "en", "no"}

    Returns
    -------
    list of dict
        Texts as they were written: whoever shows them shows them as text.
    """
    said = list(events)
    rows = []
    for frame in (comments(said), proposals(said)):
        for row in frame.drop(columns="geometry").to_dict("records"):
            body = municipalities.get(row["municipality_code"]) or text(
                f"record.organisation.{row['organisation']}", lang
            )
            told = f"{row['value']}: {row['text']}" if row.get("value") and row["text"] else row["text"]
            rows.append((row["time"], row["layer"], row["feature"], f"{row['session']}, {body}", str(told)))
    rows.sort(key=lambda row: row[0], reverse=True)
    return [
        {"layer": layer, "feature": feature, "who": who, "time": time[:_DAY], "text": words}
        for time, layer, feature, who, words in rows
    ]
