"""Stores to try: a SQLite file, and a PostgreSQL server of the tests' own where Debian's packages are there."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import shapely

from spatial.record.events import Author
from spatial.record.store import SqliteRecord

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
EXTENSIONS = list(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
POINT = shapely.to_wkb(shapely.Point(758_803, 7_088_280))


@pytest.fixture
def author():
    return Author("Umeå onsdag", "municipality", "planner", "2480")


@pytest.fixture
def region():
    return Author("Region", "region", "strategist")


@pytest.fixture(scope="session")
def server():
    """Give the address of a PostgreSQL server with PostGIS that lives as long as the tests."""
    pytest.importorskip("psycopg", reason="PostgreSQL: psycopg is not installed")
    if not BINARIES or not EXTENSIONS:
        pytest.skip("PostgreSQL: Debian's postgresql and postgresql-15-postgis-3 are not installed")
    as_root = os.geteuid() == 0
    home = Path(tempfile.mkdtemp(prefix="sb-pg-", dir="/tmp"))
    if as_root:
        shutil.chown(home, "postgres")
    prefix = ["runuser", "-u", "postgres", "--"] if as_root else []
    programs, data = BINARIES[-1], home / "data"

    def run(*command):
        subprocess.run([*prefix, *map(str, command)], check=True, capture_output=True, timeout=120, cwd=home)

    run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c max_connections=60"
    run(programs / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start")
    try:
        yield f"postgresql:///postgres?host={home}&user=postgres"
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def address(server):
    """Give an empty database on the server."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS grupp WITH (FORCE)")
        connection.execute("CREATE DATABASE grupp")
    return server.replace("/postgres?", "/grupp?")


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def open_store(request, tmp_path):
    """Give what opens the store under test, as often as asked, and closes all of it afterwards."""
    opened = []
    address = request.getfixturevalue("address") if request.param == "postgis" else None

    def opener(limits=None):
        if address is None:
            made = SqliteRecord(tmp_path / "arbetsgrupp.sqlite", limits)
        else:
            from spatial.record.postgres import PostgresRecord

            made = PostgresRecord(address, limits)
        opened.append(made)
        return made

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store):
    return open_store()
