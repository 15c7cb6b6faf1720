"""What may be tried on the structure image: changes as plain values, and what several of them make together."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from spatial.errors import StrukturbildError

Place = tuple[float, float]


class WhatIfError(StrukturbildError):
    """A change that cannot be tried."""


@dataclass(frozen=True)
class AddService:
    """A new service at a place (metres, EPSG:3006); ``id`` is its own."""

    id: str
    service_type: str
    place: Place
    name: str = ""


@dataclass(frozen=True)
class CloseService:
    """A service that closes."""

    id: str


@dataclass(frozen=True)
class MoveService:
    """A service that moves to another place (metres, EPSG:3006)."""

    id: str
    place: Place


@dataclass(frozen=True)
class AddLink:
    """A new road, both ways, along ``points`` (metres, EPSG:3006); its ends join the nearest road of today.

    ``length_m`` is its stated length; None: that of the line.
    """

    id: str
    points: tuple[Place, ...]
    speed_kmh: float
    length_m: float | None = None


@dataclass(frozen=True)
class SetSpeed:
    """A link on which one drives at another speed, in the directions that are open: upgraded or slowed."""

    id: str
    speed_kmh: float


@dataclass(frozen=True)
class CutLink:
    """A link that is cut off at a place along it (0 at its first node, 1 at its last): nobody passes there.

    What lies along it is still reached from its own side.
    """

    id: str
    share: float = 0.5


@dataclass(frozen=True)
class AddPeople:
    """An assumption: so many people move into an area (its ring in metres, EPSG:3006), evenly by area."""

    id: str
    ring: tuple[Place, ...]
    people_inv: float
    name: str = ""


Change = AddService | CloseService | MoveService | AddLink | SetSpeed | CutLink | AddPeople
KINDS: Final[Mapping[str, type[Change]]] = {
    "add_service": AddService,
    "close_service": CloseService,
    "move_service": MoveService,
    "add_link": AddLink,
    "set_speed": SetSpeed,
    "cut_link": CutLink,
    "add_people": AddPeople,
}
_PLACES: Final = ("points", "ring")


def kind_of(change: Change) -> str:
    """Return the name of a change's kind.

    Examples
    --------
    >>> kind_of(CloseService("ica"))
    'close_service'
    """
    return next(name for name, kind in KINDS.items() if isinstance(change, kind))


def plain(change: Change) -> dict[str, Any]:
    """Return a change as plain values, as it is kept.

    Examples
    --------
    >>> plain(MoveService("ica", (1.0, 2.0)))
    {'kind': 'move_service', 'id': 'ica', 'place': [1.0, 2.0]}
    """
    values = asdict(change)
    for name in _PLACES:
        if name in values:
            values[name] = [list(place) for place in values[name]]
    if "place" in values:
        values["place"] = list(values["place"])
    return {"kind": kind_of(change), **values}


def change_of(values: Mapping[str, Any]) -> Change:
    """Return the change of plain values.

    Raises
    ------
    WhatIfError
        If they are none.

    Examples
    --------
    >>> change_of({"kind": "move_service", "id": "ica", "place": [1.0, 2.0]})
    MoveService(id='ica', place=(1.0, 2.0))
    """
    content = dict(values)
    made = KINDS.get(str(content.pop("kind", "")))
    try:
        for name in _PLACES:
            if name in content:
                content[name] = tuple((float(x), float(y)) for x, y in content[name])
        if "place" in content:
            x, y = content["place"]
            content["place"] = (float(x), float(y))
        if made is None:
            raise WhatIfError("whatif.error.unknown")
        return made(**content)
    except (TypeError, ValueError) as error:
        raise WhatIfError("whatif.error.unknown") from error


@dataclass(frozen=True)
class Trial:
    """Changes put together: what holds when all of them are made, whatever their order."""

    added: Mapping[str, AddService] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    moved: Mapping[str, MoveService] = field(default_factory=dict)
    links: Mapping[str, AddLink] = field(default_factory=dict)
    speeds: Mapping[str, SetSpeed] = field(default_factory=dict)
    cuts: Mapping[str, CutLink] = field(default_factory=dict)
    people: Mapping[str, AddPeople] = field(default_factory=dict)

    @property
    def roads(self) -> bool:
        """Whether a road is other than today."""
        return bool(self.links or self.speeds or self.cuts)


def together(changes: Iterable[Change]) -> Trial:
    """Return what several changes make, whatever their order.

    Parameters
    ----------
    changes : iterable of Change
        At most one of each kind for each thing.

    Returns
    -------
    Trial
        A service that is added and closed is not there at all; one that is added and moved stands where it was moved;
        one that is closed and moved is closed.

    Raises
    ------
    WhatIfError
        If two changes of one kind are about the same thing: then their order would matter.

    Examples
    --------
    >>> together([CloseService("ny"), AddService("ny", "grocery", (0.0, 0.0))]) == together([])
    True
    """
    found: dict[str, dict[str, Any]] = {name: {} for name in KINDS}
    for change in changes:
        own = found[kind_of(change)]
        if change.id in own:
            raise WhatIfError("whatif.error.twice", what=change.id)
        own[change.id] = change
    added, closed, moved = found["add_service"], found["close_service"], found["move_service"]
    built = {
        name: AddService(name, one.service_type, moved[name].place if name in moved else one.place, one.name)
        for name, one in sorted(added.items())
        if name not in closed
    }
    return Trial(
        added=built,
        closed=frozenset(closed) - frozenset(added),
        moved={name: one for name, one in sorted(moved.items()) if name not in added and name not in closed},
        links=dict(sorted(found["add_link"].items())),
        speeds=dict(sorted(found["set_speed"].items())),
        cuts=dict(sorted(found["cut_link"].items())),
        people=dict(sorted(found["add_people"].items())),
    )
