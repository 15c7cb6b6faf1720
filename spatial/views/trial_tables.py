"""A trial's answer as tables for files: few people never as a number, columns with units, where it comes from."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from spatial.analysis.reach import ALL_ZONES
from spatial.analysis.whatif import Change
from spatial.analysis.whatif_access import Outcome
from spatial.analysis.whatif_answer import effects, within
from spatial.model import StructureImage
from spatial.texts import text
from spatial.views.columns import plain
from spatial.views.gpkg_records import opened
from spatial.views.tables import table_csv, workbook
from spatial.views.trial_words import Names, frame_of, told_borders
from spatial.views.wording import coarse

_VERSION: Final = {"VERSION": "1.2"}
_SHEETS: Final = ("about", "changes", "people", "within", "findings")


@dataclass(frozen=True)
class Told:
    """A trial with its answer, ready to be told: its name, changes, outcome and the findings that change."""

    name: str
    changes: list[Change]
    outcome: Outcome
    findings: pd.DataFrame


def trial_tables(told: Told, image: StructureImage, names: Names, lang: str = "sv") -> dict[str, pd.DataFrame]:
    """Return a trial's tables by sheet: about, changes, people, within thresholds, findings.

    Parameters
    ----------
    told : Told
    image : StructureImage
    names : Names
    lang : {"sv", "en", "no"}

    Returns
    -------
    dict of str to DataFrame
        Heads in the language. Fewer people than the settings' limit, above none, stand as a word, and every count in
        whole hundreds where both people and services are modelled.
    """
    settings, outcome = image.settings, told.outcome
    zones = {str(code): str(name) for code, name in image.layers["kommuner"].frame["name"].items()}
    zones[ALL_ZONES] = text("whatif.region", lang)
    kinds = names.kinds
    limits = [(t.service, t.minutes.value) for t in settings.thresholds if t.service in outcome.after.columns]
    people, inside = effects(outcome), within(outcome, limits)
    tables = {
        "about": _about(told, image, lang),
        "changes": pd.DataFrame(frame_of(told.changes, image, names, lang).drop(columns="geometry")),
        "people": people.assign(service=people["service"].map(kinds), zone=people["zone"].map(zones)),
        "within": inside.assign(service=inside["service"].map(kinds), zone=inside["zone"].map(zones)),
        "findings": told.findings,
    }
    return {text(f"whatif.sheet_{name}", lang): hidden(tables[name], image, lang) for name in _SHEETS}


def hidden(table: pd.DataFrame, image: StructureImage, lang: str) -> pd.DataFrame:
    """Return a table whose counts of people (``…_inv``) are told as they may be.

    A mean over fewer people than the limit is left out with them.
    """
    least = image.settings.access.least_shown_inv.value
    rounded = modelled_twice(image)
    limit = max(least, 100.0) if rounded else least
    few = text("whatif.few", lang, least=f"{limit:g}")
    out = table.drop(columns=[name for name in ("person_min",) if name in table])
    for side in ("longer", "shorter"):
        if f"{side}_mean_min" in out:
            out[f"{side}_mean_min"] = out[f"{side}_mean_min"].where(table[f"{side}_inv"] >= limit)
    for name in [str(column) for column in table.columns if str(column).endswith("_inv")]:
        values = pd.to_numeric(table[name], errors="coerce").astype(float)
        shown = values.map(coarse) if rounded else values.round()
        out[name] = shown.astype(object).mask((values > 0) & (values < limit), few)
    return out


def modelled_twice(image: StructureImage) -> bool:
    """Return whether both people and services are modelled."""
    return all(image.layers[name].meta.status == "modellerat" for name in ("rutnat", "service"))


def _about(told: Told, image: StructureImage, lang: str) -> pd.DataFrame:
    status = (
        "modelled" if image.layers["rutnat"].meta.status == "modellerat" or told.outcome.trial.people else "measured"
    )
    rows = [
        (text("whatif.about_scenario", lang), told.name),
        (text("whatif.about_borders", lang), told_borders(told.outcome.borders, lang)),
        (text("whatif.about_status", lang), text(f"app.{status}", lang)),
        (text("whatif.about_image", lang), image.provenance.fingerprint),
    ]
    return pd.DataFrame(rows, columns=[text("whatif.column_what", lang), text("whatif.column_value", lang)])


def trial_xlsx(tables: Mapping[str, pd.DataFrame], heads: Mapping[str, str]) -> bytes:
    """Return a trial's tables as one Excel file."""
    return workbook(tables, {name: dict(heads) for name in tables})


def trial_csv(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Return a trial's tables as CSV files in one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, table in tables.items():
            packed.writestr(zipfile.ZipInfo(f"{name}.csv", (1980, 1, 1, 0, 0, 0)), table_csv(table))
    return out.getvalue()


def trial_gpkg(told: Told, image: StructureImage, names: Names, lang: str = "sv") -> bytes:
    """Return a trial as a closed GeoPackage 1.2: cells with minutes before and after, changes by geometry, tables.

    Cells carry no number of people: few live in many of them.
    """
    cells = _cells(told.outcome)
    changes = frame_of(told.changes, image, names, lang)
    layers: dict[str, Any] = {"restid_fore_efter": plain(cells, image.settings, lang)}
    for kind, rows in changes.groupby(changes.geometry.geom_type):
        layers[f"andringar_{str(kind).lower()}"] = rows
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.gpkg"
        for name, frame in layers.items():
            _write(path, frame, name, {"SPATIAL_INDEX": "YES", "GEOMETRY_NAME": "geom", "FID": "fid"})
        for name, table in trial_tables(told, image, names, lang).items():
            if len(table):
                _write(
                    path,
                    _texts(table),
                    f"tabell_{name.lower().replace(' ', '_')}",
                    {"ASPATIAL_VARIANT": "GPKG_ATTRIBUTES", "FID": "fid"},
                )
        with opened(path) as database:
            database.execute("UPDATE gpkg_contents SET description = ?", (told.name,))
        return path.read_bytes()


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose mixed columns (a number, or that it is too small to tell) are texts."""
    mixed = [name for name in table.columns if table[name].dtype == object]
    return table.assign(**{str(name): table[name].map(_text) for name in mixed})


def _text(value: object) -> str | None:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)


def _write(path: Path, frame: pd.DataFrame, name: str, options: Mapping[str, str]) -> None:
    fresh = None if path.exists() else _VERSION
    pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", layer_options=dict(options), dataset_options=fresh)


def _cells(outcome: Outcome) -> gpd.GeoDataFrame:
    columns: dict[str, Any] = {"municipality_code": outcome.cells["municipality_code"]}
    for kind in outcome.kinds:
        columns[f"{kind}_before_min"] = outcome.before[kind]
        columns[f"{kind}_after_min"] = outcome.after[kind]
    frame = gpd.GeoDataFrame(columns, geometry=outcome.cells.geometry, crs=outcome.cells.crs)
    changed = outcome.cells["people_after_inv"] != outcome.cells["people_before_inv"]
    for kind in outcome.kinds:
        changed |= ~np.isclose(outcome.before[kind], outcome.after[kind], rtol=0, atol=1e-9, equal_nan=True)
    return frame[changed].rename_axis("id")


def compared(parts: Sequence[tuple[str, Outcome]], service: str, limit_min: float | None) -> pd.DataFrame:
    """Return saved trials side by side: a row a measure, a column a trial, in all of the region.

    Parameters
    ----------
    parts : sequence of (name, Outcome)
        Of one image.
    service : str
        The kind of service.
    limit_min : float, optional
        The threshold that people are counted within.

    Returns
    -------
    DataFrame
        Index the measures: ``longer_inv``, ``longer_mean_min``, ``shorter_inv``, ``shorter_mean_min``, ``lost_inv``,
        ``after_mean_min``, ``within_inv`` (where a limit is given), ``new_inv``. A column for each part, in order.
    """
    columns = []
    for _, outcome in parts:
        table = effects(outcome)
        row = table[(table["zone"] == ALL_ZONES) & (table["service"] == service)].iloc[0]
        measures = ["longer_inv", "longer_mean_min", "shorter_inv", "shorter_mean_min", "lost_inv", "after_mean_min"]
        found = {name: float(row[name]) for name in measures}
        if limit_min is not None:
            inside = within(outcome, [(service, limit_min)])
            found["within_inv"] = float(inside[inside["zone"] == ALL_ZONES]["after_inv"].iloc[0])
        found["new_inv"] = float((outcome.cells["people_after_inv"] - outcome.cells["people_before_inv"]).sum())
        columns.append(pd.Series(found))
    made = pd.concat(columns, axis=1)
    made.columns = pd.RangeIndex(len(parts))
    return made.rename_axis("measure")
