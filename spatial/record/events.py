"""The events: who said what about which place, when. One input is one event; nothing is ever changed in place."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args

Organisation = Literal["municipality", "region", "county_board"]
Profession = Literal["planner", "strategist", "developer"]
Kind = Literal["comment", "drawing", "vote", "proposal", "adoption", "scenario", "note", "decision"]
ORGANISATIONS: Final[tuple[str, ...]] = get_args(Organisation)
PROFESSIONS: Final[tuple[str, ...]] = get_args(Profession)
KINDS: Final[tuple[str, ...]] = get_args(Kind)
STANCES: Final = ("agree", "disagree")
PROPOSALS: Final = ("level", "corridor", "recommendation")
ADOPTIONS: Final = ("considered", "adopted", "partly", "rejected", "not_relevant")
"""What a municipality has done with a recommendation; one without an event is *not answered*."""
RECOMMENDATIONS: Final = "rekommendationer"
DRAWN: Final = "ritat"
"""The layer of what the group itself has drawn: its features are the drawings' items."""


@dataclass(frozen=True)
class Author:
    """Who adds: a session's name and role; no account. ``municipality_code`` is empty for region and county board."""

    session: str
    organisation: str
    profession: str
    municipality_code: str = ""

    @property
    def key(self) -> str:
        """One text for one author; the same person in another role is another author."""
        return f"{self.organisation}\x1f{self.municipality_code}\x1f{self.profession}\x1f{self.session}"


@dataclass(frozen=True)
class Target:
    """What an input is about: a feature of a layer, a whole layer, or (both empty) the region."""

    layer: str = ""
    feature: str = ""


@dataclass(frozen=True)
class Draft:
    """An input before it is kept: the whole content of its item, so that every version stands alone.

    ``item`` is the id of what is said or drawn, kept from version to version; empty makes a new one. ``geometry`` is
    WKB in EPSG:3006. ``restores`` is the id of the event whose content this one brings back (undo).
    """

    author: Author
    kind: str
    target: Target = Target()
    payload: Mapping[str, Any] = field(default_factory=dict, hash=False)
    geometry: bytes | None = None
    item: str = ""
    withdrawn: bool = False
    restores: str = ""


@dataclass(frozen=True)
class Event:
    """One change, as it is kept for ever. ``version`` counts the item's changes in the store that took it, from 1."""

    id: str
    item: str
    version: int
    time: str
    author: Author
    kind: str
    target: Target
    payload: Mapping[str, Any] = field(hash=False)
    geometry: bytes | None = None
    withdrawn: bool = False
    restores: str = ""

    @property
    def order(self) -> tuple[int, str, str]:
        """What the events of one item are sorted by; the same in every store that has them."""
        return self.version, self.time, self.id


def now() -> str:
    """Return the time as it is kept: UTC, to the microsecond, so that texts sort as times do."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def event_of(draft: Draft, *, version: int, time: str) -> Event:
    """Return the event that keeps a draft."""
    return Event(
        id=uuid.uuid4().hex,
        item=draft.item or uuid.uuid4().hex,
        version=version,
        time=time,
        author=draft.author,
        kind=draft.kind,
        target=draft.target,
        payload=dict(draft.payload),
        geometry=draft.geometry,
        withdrawn=draft.withdrawn,
        restores=draft.restores,
    )


def item_id(*parts: str) -> str:
    """Return the id of an item that there is one of: an author's vote on a place, a municipality's answer.

    Examples
    --------
    >>> item_id("a", "bc") == item_id("ab", "c")
    False
    """
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


# --- the inputs, by kind ----------------------------------------------------------------------------------------


def comment(author: Author, target: Target, text: str, *, item: str = "", reply_to: str = "") -> Draft:
    """Return a comment on a place or finding; with ``item`` a new wording of an earlier one."""
    payload = {"text": text, **({"reply_to": reply_to} if reply_to else {})}
    return Draft(author, "comment", target, payload, item=item)


def drawing(
    author: Author, geometry: bytes, text: str = "", *, title: str = "", target: Target = Target(), item: str = ""
) -> Draft:  # fmt: skip
    """Return a point, line or area somebody drew (WKB, EPSG:3006); the title may come in a later version."""
    return Draft(author, "drawing", target, {"title": title, "text": text}, geometry, item)


def vote(author: Author, target: Target, stance: str) -> Draft:
    """Return whether an author agrees with how a thing is shown; a new vote takes the place of the author's older."""
    item = item_id("vote", author.key, target.layer, target.feature)
    return Draft(author, "vote", target, {"stance": stance}, item=item)


def proposal(author: Author, target: Target, what: str, value: str, text: str = "", *, item: str = "") -> Draft:
    """Return a proposed level, corridor or recommendation."""
    return Draft(author, "proposal", target, {"what": what, "value": value, "text": text}, item=item)


def adoption(
    author: Author, recommendation: str, municipality_code: str, status: str, text: str = "", *, basis: str = ""
) -> Draft:
    """Return what a municipality has done with a recommendation, named by its stable id.

    ``basis`` is what the recommendation rested on when it was answered, so that an answer to what has changed since
    is known.
    """
    payload = {"municipality_code": municipality_code, "status": status, "text": text, "basis": basis}
    item = item_id("adoption", recommendation, municipality_code)
    return Draft(author, "adoption", Target(RECOMMENDATIONS, recommendation), payload, item=item)


def scenario(author: Author, name: str, changes: Mapping[str, Any], *, item: str = "") -> Draft:
    """Return a named what-if: ``changes`` is what the app replays."""
    return Draft(author, "scenario", Target(), {"name": name, "changes": dict(changes)}, item=item)


def note(author: Author, text: str, *, target: Target = Target(), item: str = "") -> Draft:
    """Return a note from a meeting."""
    return Draft(author, "note", target, {"text": text}, item=item)


def decision(
    author: Author, text: str, *, responsible: str = "", deadline: str = "", target: Target = Target(), item: str = ""
) -> Draft:  # fmt: skip
    """Return a decision; a responsible body or a deadline that nobody named stays empty."""
    return Draft(
        author, "decision", target, {"text": text, "responsible": responsible, "deadline": deadline}, item=item
    )


def withdrawal(event: Event, author: Author) -> Draft:
    """Return the withdrawal of an item: its content stays in the history, and undo brings it back."""
    return replace(draft_of(event, author), withdrawn=True)


def draft_of(event: Event, author: Author) -> Draft:
    """Return an event's content as a draft of its next version."""
    return Draft(author, event.kind, event.target, event.payload, event.geometry, event.item, event.withdrawn)
