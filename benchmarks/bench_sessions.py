"""Fifty people in the app at once: seconds from a changed filter to its answer, memory, and nobody seeing another's.

Run: ``python benchmarks/bench_sessions.py [--sessions 50] [--minutes 2] [--think 5 10] [--image FOLDER]``
(an image built by ``strukturbild build --out``; built first where it is missing). The app is started as a user starts
it, in a process of its own; every session is a visitor that speaks the browser's protocol (``app_visitor.py``): it
opens a page, looks as long as somebody looks at a map or table (``--think``, seconds, uniform) while the page asks once
a second what is new, changes a filter, and now and then goes to another page. What a browser itself does (drawing) is
not counted. ``--profile`` instead opens every page alone and tells the processor time of a run. ``--apart`` instead
lets each try something of its own in Tänk om, and fails if anyone is shown another's (``session_trials.py``). A crowd
that waits too long, or an app that takes too much memory, fails the run too.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from app_visitor import Visitor, ready
from limits import Limits
from session_trials import alone, at_once, mixed_up

from spatial.build import build
from spatial.record.base import FILE
from spatial.texts import text

TURN_SHARE = 0.1
"""How often another page is opened instead of a filter changed."""
PAGES = {"": 4, "kommunen": 2, "service": 3, "noder": 2, "rekommendationer": 2, "granser": 1, "op_rus": 1}
"""The pages with filters, by how often they are opened."""
PORT = 8951
KEPT = shutil.ignore_patterns(f"{FILE}*")
"""What a group has added to an image, which stays where it is."""


def start(folder, port):
    """Start the app as a user does; its folder holds the image and what the group adds."""
    command = [sys.executable, "-m", "spatial.cli", "app", "--out", str(folder), "--port", str(port)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env=kept, **quiet)


def memory_mb(pid):
    """Return the resident memory of a process and its children (Linux)."""
    pids, told = [pid], 0
    for one in pids:
        pids.extend(int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text().split())
        lines = Path(f"/proc/{one}/status").read_text().splitlines()
        told += int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
    return round(told / 1024)


def processor_s(pid):
    """Return the processor seconds of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def change(visitor, chance):
    """Return a filter of the page and another value for it; None where the page has no filter."""
    boxes = [box for box in visitor.find("selectbox") if len(box[1].options) > 1 and not box[1].disabled]
    sliders, numbers, groups = (visitor.find(kind) for kind in ("slider", "number_input", "button_group"))
    found = [box for box in (*boxes, *sliders, *numbers[:3], *groups) if not box[1].form_id]
    if not found:
        return None
    widget = chance.choice(found)
    kind, element = widget
    if kind == "selectbox":
        return widget, chance.choice(list(element.options))
    if kind == "slider":
        steps = int((element.max - element.min) / element.step)
        return widget, [element.min + element.step * chance.randint(0, steps)]
    if kind == "number_input":
        low = element.min if element.has_min else 0
        return widget, float(max(low, round(element.default * chance.uniform(0.5, 1.5))))
    return widget, [chance.choice([option.content for option in element.options])]


def fetch_map(visitor, port):
    """Fetch the map's data once, as a browser does that keeps it from then on."""
    for _, element in visitor.find("component_instance"):
        source = json.loads(element.json_args).get("source", "")
        if source:
            with urlopen(f"http://127.0.0.1:{port}/component/{source.removeprefix('../')}") as answer:
                answer.read()


async def person(number, port, until, think, notes):
    """Be one person: open the app, then change filters and pages until the time is out."""
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, think[1]))
    async with Visitor(port) as visitor:
        notes.append(("open", await visitor.open()))
        await asyncio.to_thread(fetch_map, visitor, port)
        page = None
        while time.perf_counter() < until:
            notes.extend(("look", run) for run in await visitor.look(chance.uniform(*think)))
            if page is None or chance.random() < TURN_SHARE:
                page = chance.choices(list(PAGES), PAGES.values())[0]
                notes.append(("page", await visitor.open(page)))
                continue
            chosen = change(visitor, chance)
            if chosen is not None:
                notes.append((f"filter {page or 'karta'}", await visitor.set(*chosen)))


async def crowd(pid, port, sessions, minutes, think):
    """Let so many people work at once; return what was noted and the highest memory."""
    notes, until, highest = [], time.perf_counter() + 60 * minutes, 0
    people = [asyncio.create_task(person(number, port, until, think, notes)) for number in range(sessions)]
    spent = processor_s(pid)
    while not all(one.done() for one in people):
        await asyncio.sleep(1)
        highest = max(highest, memory_mb(pid))
    await asyncio.gather(*people)
    return notes, highest, processor_s(pid) - spent


def told(runs):
    """Return the figures of some runs."""
    seconds = sorted(run.seconds for run in runs)
    if not seconds:
        return {}
    p95 = seconds[min(len(seconds) - 1, round(0.95 * len(seconds)))]
    return {
        "runs": len(seconds), "p50_s": round(statistics.median(seconds), 3), "p95_s": round(p95, 3),
        "highest_s": round(seconds[-1], 3), "kB": round(statistics.mean(run.size for run in runs) / 1000, 1),
    }  # fmt: skip


async def profile(pid, port, runs=5):
    """Return the processor milliseconds and seconds of a run of each page, alone."""
    figures = {}
    async with Visitor(port) as visitor:
        await visitor.open()
        for page in list(visitor.pages):
            first = await visitor.open(page)
            await visitor.run()
            spent = processor_s(pid)
            seconds = [(await visitor.run()).seconds for _ in range(runs)]
            figures[page or "karta"] = {
                "first_s": round(first.seconds, 2), "again_s": round(statistics.median(seconds), 3),
                "processor_ms": round(1000 * (processor_s(pid) - spent) / runs), "kB": round(first.size / 1000),
            }  # fmt: skip
    return figures


async def measure(given, folder):
    """Run what was asked for; return the figures."""
    app = start(folder, PORT)
    try:
        await ready(PORT)
        async with Visitor(PORT) as first:
            await first.open()
        if given.profile:
            return await profile(app.pid, PORT)
        alone = memory_mb(app.pid)
        notes, highest, spent = await crowd(app.pid, PORT, given.sessions, given.minutes, given.think)
        kinds = sorted({kind for kind, _ in notes})
        return {
            "sessions": given.sessions, "think_s": given.think, "minutes": given.minutes,
            "filter": told([run for kind, run in notes if kind.startswith("filter")]),
            **{kind: told([run for what, run in notes if what == kind]) for kind in kinds},
            "errors": [error for _, run in notes for error in run.errors],
            "memory_mb": {"one session": alone, "all": highest},
            "processor_share": round(spent / (60 * given.minutes), 2), "load": os.getloadavg()[0],
        }  # fmt: skip
    finally:
        app.terminate()
        app.wait(timeout=30)


async def served(folder, what):
    """Run the app on an image, and let ``what`` be done in it; return what came of it, and the highest memory."""
    app = start(folder, PORT)
    try:
        await ready(PORT)
        async with Visitor(PORT) as first:
            await first.open()
        task, highest = asyncio.create_task(what(PORT)), 0
        while not task.done():
            await asyncio.sleep(0.2)
            highest = max(highest, memory_mb(app.pid))
        return task.result(), highest
    finally:
        app.terminate()
        app.wait(timeout=30)


async def apart(sessions, image):
    """Let all try at once, then one after the other in an app of its own; fail on any mix-up."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [shutil.copytree(image, Path(folder) / name, ignore=KEPT) for name in ("alla", "ensam")]
        started = time.perf_counter()
        crowd, highest = await served(copies[0], lambda port: at_once(port, sessions, text))
        seconds = time.perf_counter() - started
        lone, _ = await served(copies[1], lambda port: alone(port, sessions, text))
    found = mixed_up(crowd, lone)
    if found:
        raise SystemExit("\n".join(found))
    return {
        "sessions": sessions, "mix_ups": 0, "different_services": len({service for service, _, _ in crowd}),
        "different_answers": len({str(parts["try"]) for _, parts, _ in crowd}), "seconds": round(seconds, 1),
        "memory_mb": highest,
    }  # fmt: skip


def main():
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--think", type=float, nargs=2, default=[5.0, 10.0])
    parser.add_argument("--image", type=Path)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--apart", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        image = given.image or build(out=Path(folder) / "bild")[1]
        found = apart(given.sessions, image) if given.apart else measure(given, image)
        figures = asyncio.run(found)
    print(json.dumps(figures, indent=1))
    if not given.profile:
        judged(figures, crowd=not given.apart)


def judged(figures, *, crowd):
    """Fail where the limits are missed."""
    limits = Limits()
    if crowd:
        limits.most("p95 of a filter, s", figures["filter"]["p95_s"], 3)
        limits.most("errors", len(figures["errors"]), 0)
    limits.most("memory, MB", figures["memory_mb"]["all"] if crowd else figures["memory_mb"], 1500)
    limits.judged()


if __name__ == "__main__":
    main()
