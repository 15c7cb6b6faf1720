"""The limits of who comes in: how long a code, how many tries, how long a visit."""

from typing import Final, Literal, get_args

from spatial.terms import Parameter, Strict

Role = Literal["read", "write"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

_SOURCE: Final = "antagande"


def _limit(value: float, unit: str, why: str) -> Parameter:
    return Parameter(value=value, unit=unit, source=_SOURCE, why=why)


class EntryLimits(Strict):
    """How the door to the app is kept; every limit can be set in the region's settings."""

    code_length: Parameter = _limit(10, "tecken", "minst: tre korta ord går att säga i ett rum och tar år att gissa")
    tries_per_minute: Parameter = _limit(5, "per minut", "från en dator; sedan väntar den")
    tries_in_all: Parameter = _limit(60, "per minut", "från alla datorer tillsammans: ett seminarium som kommer in")
    first_wait_s: Parameter = _limit(5, "s", "väntan efter för många fel; den fördubblas för varje nytt fel")
    longest_wait_s: Parameter = _limit(900, "s", "längsta väntan, en kvart")
    valid_days: Parameter = _limit(7, "dygn", "så länge minns webbläsaren att koden är given")
