"""Killed while saving (kill -9): nothing acknowledged is lost, and every file opens."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from spatial.storage import IMAGE, MANIFEST, new_version, read_manifest, write_json

TIMES = int(os.environ.get("STRUKTURBILD_KILLS", "50"))
WRITE_EVENTS = """
import sys
from pathlib import Path
import shapely
from spatial.record.events import Author, drawing
from spatial.record.store import SqliteRecord
from spatial.record_terms import RecordLimits
from spatial.terms import Parameter
fast = RecordLimits(per_minute=Parameter(value=1e9, unit="", source="prov"))
store = SqliteRecord(Path(sys.argv[1]), fast)
area = shapely.to_wkb(shapely.box(700_000, 7_080_000, 710_000, 7_090_000))
for turn in range(10**6):
    kept = store.append(drawing(Author("s", "region", "planner"), area, "åäö" * 200, title="yta"))
    sys.stdout.write(kept.id + "\\n")
    sys.stdout.flush()
"""
BUILD = """
import sys
from pathlib import Path
from spatial.storage import IMAGE, MANIFEST, new_version, new_file, write_json
folder = Path(sys.argv[1])
sys.stdout.write("ready\\n")
sys.stdout.flush()
for turn in range(10**6):
    name = f"{turn % 7}{sys.argv[2]}"
    with new_version(folder) as fresh:
        home = fresh / IMAGE / name
        home.mkdir(parents=True)
        for part in "abc":
            write_json(home / f"{part}.json", {"of": name, "fill": "x" * 50_000})
        (fresh / "karta.html").write_text(name * 20_000)
        files = [p.relative_to(fresh).as_posix() for p in sorted(fresh.rglob("*")) if p.is_file()]
        write_json(fresh / MANIFEST, {"fingerprint": name, "files": files})
    with new_file(folder / "ensam.json") as fresh:
        write_json(fresh, {"of": name, "fill": ["y"] * 20_000})
"""


def start(script, *arguments):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed(process, seconds):
    """Return what the process said before it was killed, after ``seconds`` from its first line."""
    first = process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest, wrong = process.communicate()
    assert process.returncode == -signal.SIGKILL, wrong
    return [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX")
def test_events_acknowledged_before_a_kill_are_there(tmp_path):
    chance, path = random.Random(7), tmp_path / "grupp.sqlite"
    acknowledged = []
    for _ in range(TIMES):
        acknowledged += [line.strip() for line in killed(start(WRITE_EVENTS, path), chance.uniform(0, 0.08))]
        database = sqlite3.connect(path)
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        present = {row[0] for row in database.execute("SELECT id FROM events")}
        database.close()
        assert set(acknowledged) <= present
    assert len(acknowledged) >= TIMES


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX")
def test_a_folder_killed_in_the_middle_of_a_build_is_readable(tmp_path):
    chance, folder = random.Random(8), tmp_path / "bild"
    with new_version(folder) as fresh:
        write_json(fresh / MANIFEST, {"fingerprint": "först", "files": []})
        (fresh / IMAGE / "först").mkdir(parents=True)
        for part in "abc":
            write_json(fresh / IMAGE / "först" / f"{part}.json", {"of": "först"})
    for turn in range(TIMES):
        killed(start(BUILD, folder, turn), chance.uniform(0, 0.12))
        manifest = read_manifest(folder)
        assert manifest is not None
        name = manifest["fingerprint"]
        for part in "abc":
            content = json.loads((folder / IMAGE / name / f"{part}.json").read_text(encoding="utf-8"))
            assert content["of"] == name
        assert all((folder / file).is_file() for file in manifest["files"])
        alone = folder / "ensam.json"
        assert not alone.exists() or json.loads(alone.read_text(encoding="utf-8"))["of"]
    with new_version(folder) as fresh:
        write_json(fresh / MANIFEST, {"fingerprint": "sist", "files": []})
    assert not list(folder.glob(".bygge-*"))
