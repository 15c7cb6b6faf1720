"""The stores: what is acknowledged is kept, once, whoever else writes; what cannot be kept is refused in Swedish."""

import sqlite3
import threading

import pytest
import shapely

from spatial.errors import RecordError
from spatial.record import events as said
from spatial.record.base import FILE, open_record
from spatial.record.events import Author, Target
from spatial.record.history import histories, undone
from spatial.record.store import MIGRATIONS, SqliteRecord
from spatial.record_terms import RecordLimits
from spatial.terms import Parameter

POINT = shapely.to_wkb(shapely.Point(758_803, 7_088_280))
HOSTILE = "</script><script>alert(1)</script>'; DROP TABLE events; -- \u2028 {x} ${y} åäö 🦌"
WRITERS, INPUTS = 16, 50


def limits(**changed):
    return RecordLimits(**{name: Parameter(value=value, unit="", source="prov") for name, value in changed.items()})


def test_what_is_kept_comes_back_as_it_was_written(store, author):
    kept = store.append(said.drawing(author, POINT, HOSTILE, target=Target("noder", "2480-umea")))
    (found,) = store.events()
    assert found == kept
    assert (found.payload["text"], found.geometry, found.version) == (HOSTILE, POINT, 1)
    assert found.author == author
    assert found.target == Target("noder", "2480-umea")


def test_versions_count_and_marks_grow(store, author):
    assert store.mark() == 0
    first = store.append(said.comment(author, Target("noder", "a"), "ett"))
    mark = store.mark()
    second = store.append(said.comment(author, Target("noder", "a"), "två", item=first.item))
    assert (first.version, second.version) == (1, 2)
    assert store.events(mark) == [second]
    assert store.mark() > mark
    back = store.change(first.item, lambda versions: undone(versions, author))
    assert (back.version, back.payload["text"], back.restores) == (3, "ett", first.id)


def test_what_several_windows_tell_of_one_shape_is_kept_once(open_store, author):
    def tell():
        store = open_store()
        told.append(store.append(said.drawing(author, POINT, item="a" * 32), once=True))
        store.close()

    told = []
    windows = [threading.Thread(target=tell) for _ in range(8)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert len(told) == 8
    assert {event.id for event in told} == {open_store().events()[0].id}
    assert [event.version for event in open_store().events()] == [1]


def test_merging_adds_only_what_is_new(store, author, tmp_path):
    other = SqliteRecord(tmp_path / "annan.sqlite")
    ours = store.append(said.note(author, "vår"))
    theirs = other.append(said.note(author, "deras"))
    assert store.merge([*other.events(), ours, ours]) == 1
    assert store.merge(other.events()) == 0
    assert {event.id for event in store.events()} == {ours.id, theirs.id}
    other.close()


def test_sixteen_writers_of_fifty_inputs_each_lose_nothing(open_store):
    store = open_store()
    acknowledged, seen, wrong = [], [], []
    done = threading.Event()

    def write(number):
        own = open_store() if number % 2 else store  # half of them as other servers would
        who = Author(f"skrivare {number}", "municipality", "planner", "2480")
        try:
            for turn in range(INPUTS):
                words = f"{number}:{turn}"
                drawn = said.drawing(who, POINT, words, title=HOSTILE[:80])
                kept = own.append(drawn if turn % 2 else said.comment(who, Target("noder", f"n{turn}"), words))
                acknowledged.append(kept.id)
        except RecordError as error:
            wrong.append(error.message())

    def read():
        mark, known = 0, []
        while not done.is_set():
            new = store.events(mark)
            mark = store.mark() if not new else mark + len(new)
            known += [event.id for event in new]
            done.wait(0.01)
        seen.append(known)

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    present = [event.id for event in store.events()]
    assert not wrong
    assert len(acknowledged) == len(set(acknowledged)) == WRITERS * INPUTS
    assert sorted(present) == sorted(acknowledged)
    assert all(set(known) <= set(present) and len(known) == len(set(known)) for known in seen)


def test_writers_of_one_item_get_versions_of_their_own(open_store, author):
    store = open_store()
    first = store.append(said.comment(author, Target(), "0"))

    def write(number):
        store.append(said.comment(author, Target(), str(number), item=first.item))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.version for event in histories(store.events())[first.item]] == list(range(1, 10))


def test_nobody_changes_or_removes_an_event(tmp_path, author):
    store = SqliteRecord(tmp_path / FILE)
    store.append(said.note(author, "står kvar"))
    store.close()
    with sqlite3.connect(tmp_path / FILE) as database:
        for statement in ("UPDATE events SET payload = '{}'", "DELETE FROM events"):
            with pytest.raises(sqlite3.IntegrityError, match="kept"):
                database.execute(statement)
    database.close()


def test_a_session_cannot_flood(open_store, author, region):
    store = open_store(limits(per_minute=3))
    for turn in range(3):
        store.append(said.note(author, str(turn)))
    with pytest.raises(RecordError, match="Mer än 3 inlägg"):
        store.append(said.note(author, "fyra"))
    store.append(said.note(region, "en annan session"))
    assert len(store.events()) == 4


BAD = [
    (lambda a: said.comment(a, Target(), "  "), "Skriv något"),
    (lambda a: said.comment(a, Target(), "x" * 41), "41 tecken; högst 40"),
    (lambda a: said.comment(a, Target(), "a\x00b"), "inte kan sparas"),
    (lambda a: said.comment(a, Target(), "halv \ud83d"), "inte kan sparas"),
    (lambda a: said.vote(a, Target("noder", "a"), "kanske"), "kanske"),
    (lambda a: said.vote(a, Target("noder"), "agree"), "Peka på"),
    (lambda a: said.drawing(a, b"inte wkb"), "Rita om"),
    (lambda a: said.drawing(a, shapely.to_wkb(shapely.Point(20.2, 63.8))), "SWEREF"),
    (lambda a: said.drawing(a, shapely.to_wkb(shapely.Point(7_088_280, 758_803))), "SWEREF"),
    (lambda a: said.drawing(a, shapely.to_wkb(shapely.LineString([(7e5, 7e6 + i) for i in range(9)]))), "8 punkter"),
    (lambda a: said.note(Author("", "region", "planner"), "x"), "namn på sessionen"),
    (lambda a: said.note(Author("s", "kommun", "planner"), "x"), "Välj roll"),
    (lambda a: said.note(Author("s", "municipality", "planner"), "x"), "Välj kommun"),
    (lambda a: said.note(Author("s", "region", "planner", "2480"), "x"), "Välj kommun"),
    (lambda a: said.note(Author("s" * 81, "region", "planner"), "x"), "längre än 80"),
    (lambda a: said.scenario(a, "stort", {"x": ["å" * 30] * 40}), "större än 1 kB"),
    (lambda a: said.scenario(a, "fel", {"x": float("nan")}), "rena värden"),
    (lambda a: said.adoption(a, "rek-1", "2480", "kanske"), "kanske"),
]


@pytest.mark.parametrize(("make", "sentence"), BAD)
def test_what_cannot_be_kept_is_refused(tmp_path, author, make, sentence):
    store = SqliteRecord(tmp_path / FILE, limits(text_length=40, vertices=8, payload_kb=1))
    with pytest.raises(RecordError, match=sentence):
        store.append(make(author))
    assert store.events() == []
    store.close()


def test_a_backslash_before_u0000_is_only_text(store, author):
    store.append(said.note(author, r"C:\u0000 \\u0000"))
    assert store.events()[0].payload["text"] == r"C:\u0000 \\u0000"


def test_an_older_file_is_brought_up_to_date(tmp_path, author):
    path = tmp_path / FILE
    with sqlite3.connect(path) as database:
        for statement in MIGRATIONS[0]:
            database.execute(statement)
        database.execute("PRAGMA user_version = 1")
    database.close()
    store = SqliteRecord(path)
    store.append(said.note(author, "efter"))
    store.close()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    database.close()


def test_a_newer_or_broken_file_is_left_alone(tmp_path):
    path = tmp_path / FILE
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(RecordError, match="nyare version"):
        SqliteRecord(path)
    path.write_bytes(b"ingen databas" * 100)
    with pytest.raises(RecordError, match="kan inte öppnas"):
        SqliteRecord(path)
    assert path.read_bytes().startswith(b"ingen databas")


def test_one_setting_chooses_the_store(tmp_path, monkeypatch):
    monkeypatch.delenv("STRUKTURBILD_RECORD_URL", raising=False)
    own = open_record(tmp_path)
    assert (tmp_path / FILE).is_file()
    own.close()


@pytest.mark.postgis
def test_the_environment_names_a_shared_database(tmp_path, monkeypatch, address, author):
    monkeypatch.setenv("STRUKTURBILD_RECORD_URL", address)
    shared = open_record(tmp_path)
    shared.append(said.drawing(author, POINT))
    assert not (tmp_path / FILE).exists()
    import psycopg

    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT ST_SRID(geometry), ST_X(geometry) FROM strukturbild.events").fetchone()
        assert found == (3006, 758_803.0)
        with pytest.raises(psycopg.errors.RaiseException, match="kept"):
            connection.execute("DELETE FROM strukturbild.events")
    shared.close()


@pytest.mark.postgis
def test_a_server_that_is_away_is_told_so(server):
    from spatial.record.postgres import PostgresRecord

    with pytest.raises(RecordError, match="svarar inte"):
        PostgresRecord("postgresql:///grupp?host=/finns/inte", limits(busy_s=2))
