"""Saved trials: each browser sees its own and what is shown to the group, and nobody takes another's away."""

import pytest

from spatial.analysis.whatif import CloseService, CutLink
from spatial.analysis.whatif_ground import Borders
from spatial.errors import RecordError
from spatial.record.events import Author, comment
from spatial.record.events import Target as About
from spatial.record.exchange import events_of, table_of
from spatial.record.scenarios import for_all, kept, owner_of, seen, undo, withdraw
from spatial.record.store import SqliteRecord

ANNA = Author("Anna", "region", "planner")
ANNA_KEY, BO_KEY = owner_of("annas webbläsare"), owner_of("bos webbläsare")
CHANGES = (CloseService("ica"), CutLink("e4", 0.25))


@pytest.fixture
def record(tmp_path):
    store = SqliteRecord(tmp_path / "grupp.sqlite")
    yield store
    store.close()


def draft(name="Stängt", **more):
    values = {"image": "f1", "owner": ANNA_KEY, **more}
    return kept(ANNA, name, CHANGES, Borders(municipal=True), **values)


def test_a_scenario_reads_back_as_it_was_saved(record):
    event = record.append(draft())
    (found,) = seen(record.events(), ANNA_KEY)
    assert (found.item, found.name, found.changes, found.borders) == (
        event.item, "Stängt", CHANGES, Borders(municipal=True, national=False)
    )  # fmt: skip
    assert (found.image, found.shared, found.author) == ("f1", False, ANNA)


def test_nobody_sees_anothers_scenario_until_it_is_shared(record):
    item = record.append(draft()).item
    assert seen(record.events(), BO_KEY) == []
    assert seen(record.events(), "") == []
    record.append(draft(shared=True, item=item))
    assert [one.name for one in seen(record.events(), BO_KEY)] == ["Stängt"]
    record.append(draft(shared=False, item=item))
    assert seen(record.events(), BO_KEY) == []


def test_what_is_not_shared_is_in_no_export(record):
    record.append(comment(ANNA, About("noder", "a"), "Hej"))
    item = record.append(draft("Hemligt")).item
    assert [event.kind for event in for_all(record.events())] == ["comment"]
    record.append(draft("Öppet", shared=True, item=item))
    shown = for_all(record.events())
    assert [event.payload.get("name") for event in shown] == [None, "Öppet"]
    assert [one.name for one in seen(events_of(table_of(shown)), BO_KEY)] == ["Öppet"]


def test_only_the_owner_takes_a_scenario_away_and_back(record):
    item = record.append(draft(shared=True)).item
    with pytest.raises(RecordError) as refused:
        withdraw(record, item, ANNA, BO_KEY)
    assert refused.value.key == "whatif.error.not_yours"
    with pytest.raises(RecordError):
        undo(record, item, ANNA, "")
    withdraw(record, item, ANNA, ANNA_KEY)
    assert seen(record.events(), ANNA_KEY) == []
    undo(record, item, ANNA, ANNA_KEY)
    assert [one.name for one in seen(record.events(), ANNA_KEY)] == ["Stängt"]


def test_undo_goes_back_version_by_version(record):
    item = record.append(draft("Ett")).item
    record.append(draft("Två", item=item))
    undo(record, item, ANNA, ANNA_KEY)
    assert [one.name for one in seen(record.events(), ANNA_KEY)] == ["Ett"]


def test_a_scenario_needs_a_name_and_a_change(record):
    with pytest.raises(RecordError):
        kept(ANNA, "Tomt", (), Borders(), image="f1", owner=ANNA_KEY)
    with pytest.raises(RecordError):
        record.append(draft("  "))
