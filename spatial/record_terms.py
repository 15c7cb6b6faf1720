"""The limits of what people add: how long a text, how many inputs, how long to wait for one another."""

from spatial.terms import Parameter, Strict

_WHY_SOURCE = "antagande"


def _limit(value: float, unit: str, why: str) -> Parameter:
    return Parameter(value=value, unit=unit, source=_WHY_SOURCE, why=why)


class RecordLimits(Strict):
    """What one input may be, and how fast they may come; every limit can be set in the region's settings.

    ``per_minute`` is counted for one session (name and role), in the store, whatever the number of servers.
    """

    text_length: Parameter = _limit(4000, "tecken", "en A4-sida: längre hör hemma i ett eget dokument")
    name_length: Parameter = _limit(80, "tecken", "namn på session, scenario och objekt")
    payload_kb: Parameter = _limit(256, "kB", "ett scenario med några hundra ändringar")
    vertices: Parameter = _limit(5000, "punkter", "en yta ritad för hand har sällan fler än några hundra")
    per_minute: Parameter = _limit(120, "per minut", "två i sekunden: ingen människa, men ett fel i en sida")
    busy_s: Parameter = _limit(20, "s", "så länge väntar en skrivare på de andra; en skrivning tar millisekunder")
