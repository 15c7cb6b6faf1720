"""Read models: merging knows no order, undo goes back exactly, answers outlive a rebuild."""

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial.errors import RecordError
from spatial.record import events as said
from spatial.record import reading, standing
from spatial.record.events import Author, Target, event_of
from spatial.record.exchange import events_of, table_of
from spatial.record.history import current, histories, reshaped, restored, undone
from spatial.record.store import SqliteRecord

UMEA = Author("Umeå", "municipality", "planner", "2480")
MALA = Author("Malå", "municipality", "developer", "2418")
REGION = Author("Region", "region", "strategist")
AUTHORS = (UMEA, MALA, REGION)
POINT = shapely.to_wkb(shapely.Point(758_803, 7_088_280))
TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), min_size=1, max_size=30)
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Clock:
    def __init__(self):
        self.turn = 0

    def __call__(self):
        self.turn += 1
        return f"2026-03-01T10:{self.turn // 60:02d}:{self.turn % 60:02d}.000000Z"


@st.composite
def stories(draw):
    """Return a store's history: new items, new wordings, withdrawals, votes, answers and undos."""
    tick, events = Clock(), []
    for _ in range(draw(st.integers(1, 14))):
        author, known = draw(st.sampled_from(AUTHORS)), histories(events)
        what = draw(st.sampled_from(["new", "vote", "answer", *(["edit", "withdraw", "undo"] if known else [])]))
        item = draw(st.sampled_from(sorted(known))) if known else ""
        if what == "new":
            draft = said.drawing(author, POINT, draw(TEXTS))
        elif what == "vote":
            place = Target("noder", draw(st.sampled_from("ab")))
            draft = said.vote(author, place, draw(st.sampled_from(said.STANCES)))
        elif what == "answer":
            draft = said.adoption(author, "rek-1", "2480", draw(st.sampled_from(said.ADOPTIONS)))
        elif what == "edit":
            draft = said.comment(author, Target(), "ändrad", item=item)
        elif what == "withdraw":
            draft = said.withdrawal(known[item][-1], author)
        else:
            try:
                draft = undone(known[item], author)
            except RecordError:
                continue
        version = len(known.get(draft.item, [])) + 1
        events.append(event_of(draft, version=version, time=tick()))
    return events


def contents(events):
    return {e.item: (e.kind, e.target, dict(e.payload), e.geometry) for e in current(events)}


@QUICK
@given(stories(), stories(), st.randoms())
def test_merging_is_the_same_in_any_order_and_twice(one, other, chance):
    every = [*one, *other]
    mixed = [*every, *one]
    chance.shuffle(mixed)
    assert current(mixed) == current(every)
    assert histories(mixed).keys() == histories(every).keys()
    assert reading.log(mixed).equals(reading.log(every))
    assert reading.adoption(mixed).equals(reading.adoption(every))


@settings(max_examples=12, deadline=None)
@given(stories(), stories())
def test_two_stores_that_merge_each_other_hold_the_same(one, other):
    with TemporaryDirectory() as folder:
        left, right = SqliteRecord(Path(folder) / "a.sqlite"), SqliteRecord(Path(folder) / "b.sqlite")
        left.merge(one)
        right.merge(other)
        left.merge(right.events())
        right.merge(left.events())
        left.merge(right.events())
        assert current(left.events()) == current(right.events())
        assert reading.log(left.events()).equals(reading.log(right.events()))
        left.close()
        right.close()


@QUICK
@given(stories(), st.data())
def test_undo_brings_back_exactly_what_was(events, data):
    known = histories(events)
    item = data.draw(st.sampled_from(sorted(known)))
    before = contents(events)
    change = event_of(
        said.comment(REGION, Target(), "en ändring till", item=item),
        version=len(known[item]) + 1,
        time="2027-01-01T00:00:00.000000Z",
    )
    after = [*events, change]
    back = event_of(
        undone(histories(after)[item], UMEA), version=change.version + 1, time="2027-01-01T00:00:01.000000Z"
    )
    assert contents([*after, back]) == before
    assert len(histories([*after, back])[item]) == len(known[item]) + 2


def test_undo_again_and_again_reaches_nothing_and_a_version_brings_it_back():
    tick = Clock()
    events = [event_of(said.comment(UMEA, Target(), "a"), version=1, time=tick())]
    item = events[0].item

    def add(draft):
        events.append(event_of(draft, version=len(events) + 1, time=tick()))

    def texts():
        return [event.payload["text"] for event in current(events)]

    for text in "bc":
        add(said.comment(UMEA, Target(), text, item=item))
    for left in (["b"], ["a"], []):
        add(undone(histories(events)[item], MALA))
        assert texts() == left
    with pytest.raises(RecordError, match="inget mer att ångra"):
        undone(histories(events)[item], MALA)
    add(restored(histories(events)[item], MALA, events[2].id))
    assert texts() == ["c"]
    add(said.comment(UMEA, Target(), "d", item=item))
    add(undone(histories(events)[item], MALA))
    assert texts() == ["c"]


@QUICK
@given(stories())
def test_a_table_of_events_gives_them_back(events):
    assert sorted(events_of(table_of(events)), key=lambda e: e.id) == sorted(events, key=lambda e: e.id)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "spion"),
        ("wkb", "zz"),
        ("payload", "{"),
        ("version", 0),
        ("time", "i går"),
        ("session", ""),
        ("event", ""),
    ],
)
def test_a_table_with_a_bad_row_is_refused_whole(column, value):
    table = table_of([event_of(said.drawing(UMEA, POINT), version=1, time=said.now())])
    table[column] = value
    with pytest.raises(RecordError, match="Rad 1"):
        events_of(table)
    with pytest.raises(RecordError, match="handelser"):
        events_of(table.drop(columns="item"))


def make(*drafts):
    tick = Clock()
    return [event_of(draft, version=1, time=tick()) for draft in drafts]


def test_adoption_is_named_by_ids_and_keeps_every_answer():
    tick = Clock()
    drafts = [
        said.adoption(UMEA, "rek-7", "2480", status, text)
        for status, text in (("considered", ""), ("adopted", "KF § 12"))
    ]
    events = [event_of(draft, version=n, time=tick()) for n, draft in enumerate(drafts, 1)]
    now = reading.adoption(events)
    assert now[["recommendation", "municipality_code", "status", "text"]].values.tolist() == [
        ["rek-7", "2480", "adopted", "KF § 12"]
    ]
    kept = reading.adoption_log(events)
    assert kept["status"].tolist() == ["considered", "adopted"]
    assert kept["holds"].tolist() == [False, True]


def test_who_is_missing():
    table = standing.participation(
        make(said.note(UMEA, "x"), said.note(UMEA, "y"), said.note(REGION, "z")), ["2480", "2418"]
    )
    assert table.index.tolist() == ["2480", "2418", "region", "county_board"]
    assert table.loc["2480", ["planner", "sessions", "missing"]].tolist() == [2, 1, "strategist, developer"]
    assert table["absent"].tolist() == [False, True, False, True]


def test_disagreement_is_a_layer_and_silence_is_not_consent():
    nodes = gpd.GeoDataFrame(
        {"name": ["A", "B", "C"]},
        geometry=gpd.points_from_xy([7e5] * 3, [7e6] * 3),
        index=["a", "b", "c"],
        crs="EPSG:3006",
    )
    a, b = Target("noder", "a"), Target("noder", "b")
    events = make(
        said.vote(UMEA, a, "agree"), said.vote(MALA, a, "disagree"), said.vote(REGION, a, "agree"),
        said.vote(UMEA, b, "disagree"), said.proposal(MALA, b, "level", "service_node"),
    )  # fmt: skip
    layer = standing.disagreement(events, {"noder": nodes})
    assert layer["opinion"].tolist() == ["majority_for", "rejected", "unvoted"]
    assert layer.loc["noder:a", ["agree", "disagree", "minority", "minority_who"]].tolist() == [
        2,
        1,
        1,
        "2418 developer",
    ]
    assert layer["proposals"].tolist() == [0, 1, 0]
    assert layer.crs.to_epsg() == 3006
    assert standing.disagreement([], {}).empty


def test_a_vote_again_takes_the_place_of_the_first(tmp_path):
    store = SqliteRecord(tmp_path / "x.sqlite")
    store.append(said.vote(UMEA, Target("noder", "a"), "agree"))
    store.append(said.vote(UMEA, Target("noder", "a"), "disagree"))
    assert reading.votes(store.events())["stance"].tolist() == ["disagree"]
    assert sqlite3.connect(tmp_path / "x.sqlite").execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    store.close()


def test_empty_history_gives_empty_frames():
    for read in (
        reading.comments,
        reading.drawings,
        reading.votes,
        reading.proposals,
        reading.scenarios,
        reading.adoption,
        reading.adoption_log,
        reading.log,
        reading.minutes_of_meetings,
    ):
        assert read([]).empty


def test_a_drawing_gets_another_shape_in_a_version_and_undo_brings_the_first_back(tmp_path):
    store, moved = SqliteRecord(tmp_path / "grupp.sqlite"), shapely.to_wkb(shapely.Point(700_000, 7_100_000))
    item = store.append(said.drawing(UMEA, POINT, "ord", title="Torg")).item
    changed = store.change(item, lambda versions: reshaped(versions, UMEA, moved))
    assert (changed.version, changed.geometry, changed.payload) == (2, moved, {"title": "Torg", "text": "ord"})
    for author, geometry, key in ((MALA, POINT, "record.not_yours"), (UMEA, moved, "record.same_shape")):
        with pytest.raises(RecordError) as told:
            store.change(item, lambda versions, by=author, to=geometry: reshaped(versions, by, to))
        assert told.value.key == key
    back = store.change(item, lambda versions: undone(versions, UMEA))
    store.close()
    assert back.geometry == POINT
