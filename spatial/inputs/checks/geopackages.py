"""A GeoPackage's SQL schema, read before the file is opened as geodata: nothing in it may compute."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from spatial.errors import GateError

_TRIGGERS: Final = re.compile(
    r"(?:rtree_\w.*|gpkg_tile_matrix_\w+|gpkg_metadata(?:_reference)?_\w+|trigger_(?:insert|delete|update)_feature_count_.*"
    r"|(?:insert|delete|update)_feature_count_.*|feature_count_.*)",
    re.IGNORECASE | re.DOTALL,
)
_SPATIAL_INDEX: Final = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+\S.*?\sUSING\s+rtree\s*\(", re.IGNORECASE | re.DOTALL)
_VIRTUAL: Final = re.compile(r"\s*CREATE\s+VIRTUAL\b", re.IGNORECASE)
_STEPS: Final = 10_000
_MOST_ROUNDS: Final = 1_000


def check_geopackage(path: Path, name: str) -> None:
    """Refuse a GeoPackage with views, unknown triggers or virtual tables other than spatial indexes.

    Parameters
    ----------
    path : Path
        Opened read-only and as unchanging, so that nothing is written beside it.
    name : str
        The name to show.

    Raises
    ------
    GateError
        If the file is no GeoPackage, is broken, or holds what could compute.
    """
    rounds = 0

    def tired() -> int:
        nonlocal rounds
        rounds += 1
        return int(rounds > _MOST_ROUNDS)

    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.set_progress_handler(tired, _STEPS)
            base.execute("PRAGMA trusted_schema = OFF")
            rows = base.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        raise GateError("gate.gpkg_broken", name=name) from error
    if not any(what == "table" and str(called).lower() == "gpkg_contents" for what, called, _ in rows):
        raise GateError("gate.gpkg_not", name=name)
    for what, called, sql in rows:
        _judge(str(what), str(called), str(sql or ""), name)


def feature_tables(path: Path) -> dict[str, str]:
    """Return the layers of a GeoPackage that ``check_geopackage`` let through, each with when it was last changed."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
        base.execute("PRAGMA trusted_schema = OFF")
        rows = base.execute("SELECT table_name, last_change FROM gpkg_contents WHERE data_type = 'features'")
        return {str(table): str(changed) for table, changed in rows}


def _judge(what: str, called: str, sql: str, name: str) -> None:
    if what == "view":
        raise GateError("gate.gpkg_view", name=name, view=called[:60])
    if what == "trigger" and not _TRIGGERS.fullmatch(called):
        raise GateError("gate.gpkg_trigger", name=name, trigger=called[:60])
    virtual = what == "table" and bool(_VIRTUAL.match(sql))
    if virtual and not (called.lower().startswith("rtree_") and _SPATIAL_INDEX.match(sql)):
        raise GateError("gate.gpkg_virtual", name=name, table=called[:60])
    if what not in {"table", "index", "trigger"}:
        raise GateError("gate.gpkg_broken", name=name)
