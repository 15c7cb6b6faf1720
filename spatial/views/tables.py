"""Tables as files: CSV that spreadsheets and scripts read alike, XLSX, and a list of what the columns mean."""

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from spatial.model import StructureImage
from spatial.storage import new_file
from spatial.texts import text
from spatial.views.columns import alias, column_info, plain_table, unit_of
from spatial.views.geopackage import table_caveat, table_meta

SEPARATOR: Final = ";"
COLUMNS_FILE: Final = "kolumner.csv"
WORKBOOK: Final = "tabeller.xlsx"
_BOM: Final = b"\xef\xbb\xbf"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_SHEET_NAME: Final = 31
_WIDEST: Final = 60
_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)
_WRITTEN_AT: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*<")
_DIGITS: Final = 12
_BOOL, _WHOLE, _NUMBER = (bool, np.bool_), (int, np.integer), (float, np.floating)
_Cell = str | float | int | bool | None
_Cells = dict[str, list[_Cell]]


def write_tables(image: StructureImage, folder: Path, *, lang: str = "sv") -> list[Path]:
    """Write every table of the image.

    Parameters
    ----------
    image : StructureImage
    folder : Path
        Made where it is missing.
    lang : {"sv", "en", "no"}
        Of the columns' names in ``kolumner.csv`` and the workbook.

    Returns
    -------
    list of Path
        A ``.csv`` a table, ``kolumner.csv`` (table, column, name, unit, description) and ``tabeller.xlsx`` (a sheet
        a table, names with units as heads).

    Notes
    -----
    CSV: UTF-8 with a byte order mark, semicolons, decimal points, the columns' own names in the first row. Minutes
    that no way leads to are empty and ``…_status`` says so. A text that a spreadsheet would take for a formula
    (first character ``=``, ``+``, ``-``, ``@``, tab or carriage return) has an apostrophe before it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = image.settings
    ready = {name: _cells(plain_table(image, name, lang)) for name in image.indicators}
    files = {f"{name}.csv": _csv(table) for name, table in ready.items()}
    files[COLUMNS_FILE] = table_csv(_columns(image, ready, lang))
    heads = {name: {column: alias(column, settings, lang) for column in table} for name, table in ready.items()}
    files[WORKBOOK] = _workbook(ready, heads, {name: table_caveat(name, lang) for name in ready})
    written = []
    for name, content in files.items():
        with new_file(folder / name) as fresh:
            fresh.write_bytes(content)
        written.append(folder / name)
    return written


def _columns(image: StructureImage, tables: Mapping[str, _Cells], lang: str) -> pd.DataFrame:
    rows = [
        {
            "table": name,
            "column": column,
            "alias": column_info(column, image.settings).alias.get(lang),
            "unit": unit_of(column, lang),
            "description": ". ".join(
                part for part in (table_meta(image, name, lang).title.get(lang), table_caveat(name, lang)) if part
            ),
        }
        for name, table in tables.items()
        for column in table
    ]
    return pd.DataFrame(rows, columns=["table", "column", "alias", "unit", "description"])


def table_csv(table: pd.DataFrame) -> bytes:
    r"""Return a table as CSV for download; its index is written where it has a name.

    Examples
    --------
    >>> table_csv(pd.DataFrame({"name": ["Åsele", "=1+1"], "share": [0.5, None]})).decode("utf-8-sig")
    "name;share\r\nÅsele;0.5\r\n'=1+1;\r\n"
    """
    return _csv(_cells(table))


def _csv(table: _Cells) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=SEPARATOR, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in table])
    writer.writerows(zip(*([_written(value) for value in column] for column in table.values()), strict=True))
    return _BOM + out.getvalue().encode("utf-8")


def table_xlsx(table: pd.DataFrame, heads: Mapping[str, str] | None = None, title: str = "tabell") -> bytes:
    """Return a table as an Excel file for download.

    Parameters
    ----------
    table : DataFrame
        Its index is written where it has a name.
    heads : mapping of str to str, optional
        What the columns are called; default their own names.
    title : str
        The sheet's name.

    Returns
    -------
    bytes
    """
    return workbook({title: table}, {title: heads or {}})


def workbook(tables: Mapping[str, pd.DataFrame], heads: Mapping[str, Mapping[str, str]]) -> bytes:
    """Return an Excel file with a sheet a table; the same tables give the same bytes."""
    return _workbook({name: _cells(table) for name, table in tables.items()}, heads)


def _workbook(
    tables: Mapping[str, _Cells], heads: Mapping[str, Mapping[str, str]], caveats: Mapping[str, str] | None = None
) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for name, table in tables.items():
        sheet = book.create_sheet(_sheet_name(name, book.sheetnames))
        shown = [guarded(heads.get(name, {}).get(column, column)) for column in table]
        sheet.freeze_panes = "A2"
        for position, head in enumerate(shown, 1):
            sheet.column_dimensions[get_column_letter(position)].width = min(_WIDEST, len(head) + 2)
        cells = [WriteOnlyCell(sheet, value=head) for head in shown]
        for cell in cells:
            cell.font = Font(bold=True)
        caveat = (caveats or {}).get(name)
        if caveat and cells:
            cells[0].comment = Comment(caveat, "Strukturbild", height=160, width=320)
        sheet.append(cells)
        for row in zip(*table.values(), strict=True):
            sheet.append(row)
    if not tables:
        book.create_sheet("tom")
    out = io.BytesIO()
    book.save(out)
    return _undated(out.getvalue())


def guarded(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("Umeå")
    ("'=1+1", 'Umeå')
    """
    return f"'{value}" if value.startswith(_FORMULA) else value


def _cells(table: pd.DataFrame) -> _Cells:
    """Return the values of each column as a spreadsheet keeps them; the index first where it has a name."""
    flat = table if table.index.names == [None] else table.reset_index()
    flat = flat.drop(columns="geometry", errors="ignore")
    return {str(name): [_cell(value) for value in flat[name].tolist()] for name in flat.columns}


def _written(value: _Cell) -> str:
    """Return a cell's text: numbers as they are read back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _cell(value: object) -> _Cell:
    """Return a value as a spreadsheet keeps it; texts guarded."""
    if isinstance(value, str):
        return guarded(openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value))
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, _BOOL):
        return bool(value)
    if isinstance(value, _WHOLE):
        return int(value)
    if isinstance(value, _NUMBER):
        told = float(f"{float(value):.{_DIGITS}g}")
        return told if np.isfinite(told) else (None if np.isnan(told) else text("columns.reach.unreachable"))
    return guarded(openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", str(value)))


def _sheet_name(name: str, taken: list[str]) -> str:
    short = "".join("_" if letter in "[]:*?/\\" else letter for letter in name)[:_SHEET_NAME]
    return short if short not in taken else f"{short[: _SHEET_NAME - 3]}_{len(taken)}"


def _undated(content: bytes) -> bytes:
    """Return a zip file whose members carry no time of writing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            member = _WRITTEN_AT.sub(rb"\g<1>2000-01-01T00:00:00Z<", source.read(name))
            target.writestr(zipfile.ZipInfo(name, _ZIP_DAY), member, zipfile.ZIP_DEFLATED)
    return out.getvalue()
