"""Several people who try something of their own at once: each sees its own scenario, nobody sees another's."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SESSIONS = 6
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def bench():
    """Return the benchmark of many sessions, of which this is the small version."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import bench_sessions
        import session_trials

        yield bench_sessions, session_trials
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the benchmark reads Linux's /proc")
def test_each_sees_its_own_scenario_and_nobody_anothers(bench, embedded):
    with ThreadPoolExecutor(1) as apart:  # a browser test may hold a loop in this thread
        found = apart.submit(lambda: asyncio.run(bench[0].apart(SESSIONS, embedded.folder))).result()
    assert found["mix_ups"] == 0
    assert found["different_services"] == found["different_answers"] == SESSIONS


def crowd_of(number, **changed):
    """Return what a session was shown: its service, its parts, and the names that it met."""
    name = f"provning-{number:03d}".encode()
    service = changed.get("service", f"Butik {number}")
    parts = {"try": [("text", f"Stäng {service}")], "people": [("dataframe", b"1")], "saved": [("dataframe", name)]}
    return f"Butik {number}", {**parts, **changed.get("parts", {})}, changed.get("met", {name})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"met": {b"provning-000", b"provning-001"}}, ["provning-000 met [b'provning-000', b'provning-001']"]),
        ({"service": "Butik 1"}, ["not told of Butik 0", "told of {'Butik 1'}", "try differs"]),
        ({"parts": {"people": [("dataframe", b"2")]}}, ["people differs"]),
        ({"parts": {"saved": [("dataframe", b"")]}}, ["does not see what it saved"]),
    ],
)
def test_every_mix_up_is_found(bench, changed, told):
    lone = [crowd_of(number)[1] for number in range(2)]
    found = bench[1].mixed_up([crowd_of(0, **changed), crowd_of(1)], lone)
    assert len(found) == len(told)
    assert all(wanted in one for one, wanted in zip(found, told, strict=True)), found
