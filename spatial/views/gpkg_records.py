"""What a GeoPackage says of itself: aliases of columns, metadata and styles, written after the rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from spatial.views.qgis_metadata import STANDARD_URI

_SPEC: Final = "http://www.geopackage.org/spec120/#extension_"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
 table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
 CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (
 table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
 constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
 CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
 constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
 max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
 CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE gpkg_metadata (
 id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
 md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (
 reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
 timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL,
 md_parent_id INTEGER, CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
 CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
CREATE TABLE layer_styles (
 id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
 f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
 useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
 update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)
 VALUES ('layer_styles', 'attributes', 'layer_styles', '', 0);
"""
_EXTENSIONS: Final = (
    ("gpkg_schema", "gpkg_data_columns"),
    ("gpkg_schema", "gpkg_data_column_constraints"),
    ("gpkg_metadata", "gpkg_metadata"),
    ("gpkg_metadata", "gpkg_metadata_reference"),
)
_PROJECTS: Final = (
    "CREATE TABLE IF NOT EXISTS qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"
)  # fmt: skip


@dataclass(frozen=True)
class Record:
    """What the GeoPackage says of one of its tables."""

    table: str
    title: str
    description: str
    aliases: dict[str, str]
    metadata: str
    qml: str
    geometry: bool


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Give the GeoPackage as SQLite; what was written is kept only if all of it was."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = delete")
        with database:
            yield database


def write_records(path: Path, records: list[Record], whole_metadata: str, day: str) -> None:
    """Write aliases, metadata and styles into a GeoPackage whose tables are there.

    Parameters
    ----------
    path : Path
    records : list of Record
        A record a table.
    whole_metadata : str
        The description of the whole package.
    day : str
        The date that the file is given everywhere, so that the same image makes the same file.
    """
    stamp = f"{day}T00:00:00.000Z"
    with opened(path) as database:
        database.executescript(_TABLES)
        for name, table in _EXTENSIONS:
            scope = (table, None, name, _SPEC + name.removeprefix("gpkg_"), "read-write")
            database.execute("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", scope)
        whole = _metadata(database, whole_metadata)
        reference = "INSERT INTO gpkg_metadata_reference VALUES (?, ?, NULL, NULL, ?, ?, ?)"
        database.execute(reference, ("geopackage", None, stamp, whole, None))
        for record in records:
            _describe(database, record)
            key = _metadata(database, record.metadata)
            database.execute(reference, ("table", record.table, stamp, key, whole))
            _style(database, record, stamp)
        database.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))


def _describe(database: sqlite3.Connection, record: Record) -> None:
    change = "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?"
    database.execute(change, (record.title, record.description, record.table))
    told: set[str] = set()
    for column, alias in record.aliases.items():
        unique = alias if alias not in told else f"{alias} [{column}]"
        told.add(unique)
        row = (record.table, column, unique, alias)
        database.execute(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)", row
        )


def _metadata(database: sqlite3.Connection, content: str) -> int:
    row = ("dataset", STANDARD_URI, "text/xml", content)
    insert = "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) VALUES (?, ?, ?, ?)"
    return int(database.execute(insert, row).lastrowid or 0)


def _style(database: sqlite3.Connection, record: Record, stamp: str) -> None:
    row = (record.table, "geom" if record.geometry else "", record.table[:30], record.qml, record.title, stamp)
    database.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
        " styleQML, styleSLD, useAsDefault, description, owner, update_time)"
        " VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', ?)",
        row,
    )


def write_project_record(path: Path, name: str, content: bytes, metadata: str) -> None:
    """Keep a QGIS project in the GeoPackage, as QGIS itself does: zipped, as hexadecimal text."""
    with opened(path) as database:
        database.execute(_PROJECTS)
        row = (name, metadata, content.hex())
        database.execute("INSERT OR REPLACE INTO qgis_projects (name, metadata, content) VALUES (?, ?, ?)", row)
