"""What an input must be to be kept. Texts are kept as they were written: it is the views that escape them."""

import json
from collections.abc import Mapping
from typing import Any, Final

import shapely

from spatial.errors import RecordError
from spatial.record import events as names
from spatial.record.events import Draft
from spatial.record_terms import RecordLimits

_NAMES: Final = (
    "name",
    "title",
    "status",
    "stance",
    "what",
    "value",
    "municipality_code",
    "reply_to",
    "responsible",
    "deadline",
)
_CHOICES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("vote", "stance"): names.STANCES,
    ("proposal", "what"): names.PROPOSALS,
    ("adoption", "status"): names.ADOPTIONS,
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "comment": ("text",),
    "note": ("text",),
    "decision": ("text",),
    "scenario": ("name",),
    "proposal": ("value",),
    "adoption": ("municipality_code",),
}
_PLACED: Final = frozenset({"vote", "adoption"})
"""Kinds that say nothing without a feature."""
_ID_LENGTH: Final = 200
"""Ids of layers and features are the image's own, and may be longer than what people name things."""
_EAST: Final = (-1_500_000.0, 2_500_000.0)
_NORTH: Final = (5_000_000.0, 9_000_000.0)
"""Where EPSG:3006 can be: degrees and swapped axes fall outside."""


def check_draft(draft: Draft, limits: RecordLimits) -> None:
    """Refuse an input that cannot be kept or understood.

    Raises
    ------
    RecordError
        With one clear sentence.
    """
    _check_author(draft, limits)
    if draft.kind not in names.KINDS:
        raise RecordError("record.unknown_kind", kind=draft.kind)
    for own_id in (draft.item, draft.target.layer, draft.target.feature, draft.restores):
        _check_name(own_id, _ID_LENGTH)
    if draft.kind in _PLACED and not draft.target.feature:
        raise RecordError("record.no_target")
    _check_payload(draft.kind, draft.payload, limits)
    if draft.geometry is not None:
        check_geometry(draft.geometry, limits)
    elif draft.kind == "drawing":
        raise RecordError("record.no_geometry")


def _check_author(draft: Draft, limits: RecordLimits) -> None:
    author = draft.author
    if not author.session.strip():
        raise RecordError("record.no_session")
    for name in (author.session, author.municipality_code):
        _check_name(name, int(limits.name_length.value))
    if author.organisation not in names.ORGANISATIONS or author.profession not in names.PROFESSIONS:
        raise RecordError("record.no_role")
    if (author.organisation == "municipality") != bool(author.municipality_code):
        raise RecordError("record.no_municipality")


def _check_name(value: object, longest: int) -> None:
    if not isinstance(value, str) or len(value) > longest:
        raise RecordError("record.long_name", limit=longest)
    _check_written(value)


def _check_written(value: str) -> None:
    """Refuse what no database and no file keeps: the NUL character, and halves of characters."""
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise RecordError("record.not_text")


def _check_payload(kind: str, payload: Mapping[str, Any], limits: RecordLimits) -> None:
    for name in _NEEDED.get(kind, ()):
        if not isinstance(payload.get(name), str) or not payload[name].strip():
            raise RecordError("record.empty")
    for (own, name), known in _CHOICES.items():
        if own == kind and payload.get(name) not in known:
            raise RecordError("record.unknown_choice", choice=str(payload.get(name)))
    longest = int(limits.text_length.value)
    if len(str(payload.get("text", ""))) > longest:
        raise RecordError("record.long_text", limit=longest, length=len(str(payload["text"])))
    for name in _NAMES:
        _check_name(payload.get(name, ""), _ID_LENGTH if name == "reply_to" else int(limits.name_length.value))
    written = written_payload(payload)
    if "\\u0000" in written.replace("\\\\", ""):
        raise RecordError("record.not_text")
    _check_written(written)
    if len(written.encode("utf-8")) > limits.payload_kb.value * 1024:
        raise RecordError("record.large_payload", limit=int(limits.payload_kb.value))


def written_payload(payload: Mapping[str, Any]) -> str:
    """Return a payload as it is kept: JSON, the same text for the same content.

    Raises
    ------
    RecordError
        If it is not plain values.
    """
    try:
        return json.dumps(payload, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise RecordError("record.not_plain") from error


def check_geometry(wkb: bytes, limits: RecordLimits) -> None:
    """Refuse a geometry that is none, is not in EPSG:3006 or has too many points.

    Raises
    ------
    RecordError
        With one clear sentence.
    """
    try:
        shape = shapely.from_wkb(wkb)
    except (shapely.errors.ShapelyError, TypeError) as error:
        raise RecordError("record.bad_geometry") from error
    if shape is None or shape.is_empty or shape.has_z:
        raise RecordError("record.bad_geometry")
    points = shapely.get_coordinates(shape)
    if len(points) > limits.vertices.value:
        raise RecordError("record.many_vertices", limit=int(limits.vertices.value))
    west, south, east, north = shape.bounds
    if not (_EAST[0] <= west <= east <= _EAST[1] and _NORTH[0] <= south <= north <= _NORTH[1]):
        raise RecordError("record.misplaced")
