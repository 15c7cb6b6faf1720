"""The only place that opens a geodata file.

A file that somebody gave us is judged from the outside and then opened in a limited child process; only Arrow comes
back. The settings' own files are opened here, by more drivers. Nothing is changed or repaired: a frame comes out as
its file has it, and ``spatial.inputs.truth`` makes it true.
"""

import sqlite3
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.errors import Fault, GateError
from spatial.inputs import gate_child, tags
from spatial.inputs.checks.geopackages import check_geopackage, feature_tables
from spatial.inputs.checks.kinds import UPLOADS, Kind, check_content, kind_of, shown
from spatial.inputs.checks.limits import MB, OWN_FILES, Limits
from spatial.inputs.checks.shapefiles import check_shapefile
from spatial.inputs.checks.zips import unpack
from spatial.inputs.child import read_in_child
from spatial.inputs.domains import with_words
from spatial.inputs.intake import Intake, take_in
from spatial.inputs.rasters import read_own_raster
from spatial.inputs.received import Received
from spatial.inputs.rows import listed

__all__ = ["Limits", "Received", "read_own", "read_own_raster", "read_upload", "upload_layers"]

Box = tuple[float, float, float, float]
_OPTIONS: Final[dict[str, dict[str, str]]] = {
    "csv": {
        "AUTODETECT_TYPE": "NO",
        "KEEP_GEOM_COLUMNS": "YES",
        "X_POSSIBLE_NAMES": "lon,long,lng,longitude,longitud,x,e,east,easting,öst,ost,x_coord",
        "Y_POSSIBLE_NAMES": "lat,latitude,latitud,y,n,north,northing,nord,y_coord",
    },
    "gml": {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO"},
}


def read_upload(path: Path, *, name: str, layer: str | None = None, limits: Limits = Limits()) -> Received:  # noqa: B008
    """Return a layer of a file that somebody gave us.

    Parameters
    ----------
    path : Path
        Where the bytes lie; never opened under the name that was sent.
    name : str
        The name that was sent: its ending says the kind (GeoPackage, GeoJSON, zipped shapefile, zipped File
        Geodatabase, FlatGeobuf, CSV), and it is what sentences call the file.
    layer : str, optional
        Which layer, where the file has several.
    limits : Limits

    Returns
    -------
    Received
        The frame with the file's own CRS label, or a DataFrame where there is no geometry.

    Raises
    ------
    GateError
        If the file is refused.
    """
    called = shown(name)
    kind = kind_of(name)
    if kind is None or kind not in UPLOADS:
        raise GateError("gate.shp_alone" if kind == "shp" else "gate.unknown_kind", name=called)
    _check_file(path, called, limits)
    check_content(path, kind, called)
    if kind == "gpkg":
        check_geopackage(path, called)
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        intake = _taken_in(path, kind, called, layer, Path(folder), limits, Path(called).stem)
        table, about = read_in_child(intake, Path(folder), called, limits, _OPTIONS.get(kind, {}))
        return _received(table, about, intake, called)


def upload_layers(path: Path, *, name: str, limits: Limits = Limits()) -> dict[str, str]:  # noqa: B008
    """Return the layers of a GeoPackage that somebody gave us, each with when it was last changed; of others none.

    Raises
    ------
    GateError
        If the file is refused, or a program still has changes of it open.
    """
    called = shown(name)
    kind = kind_of(name)
    if kind != "gpkg":
        return {}
    _check_file(path, called, limits)
    check_content(path, kind, called)
    waiting = path.with_name(f"{path.name}-wal")
    if waiting.is_file() and waiting.stat().st_size:
        raise GateError("gate.gpkg_open", name=called)
    check_geopackage(path, called)
    try:
        return feature_tables(path)
    except sqlite3.Error as error:
        raise GateError("gate.gpkg_broken", name=called) from error


def read_own(
    path: Path,
    *,
    name: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    bbox: Box | None = None,
    columns: Iterable[str] | None = None,
) -> Received:
    """Return a layer of one of the settings' own vector files.

    Parameters
    ----------
    path : Path
        A file as for ``read_upload``, or KML, GML, OSM (``.osm.pbf``), GeoParquet, a shapefile or a ``.gdb`` folder.
    name : str, optional
        What faults call it; default the file's name.
    layer : str, optional
        Which layer, where the file has several (OSM: points, lines, multilinestrings, multipolygons).
    crs : str, optional
        What the coordinates are in, where the file does not say.
    bbox : tuple of float, optional
        West, south, east, north in the file's own CRS: only what meets it is read.
    columns : iterable of str, optional
        Only these columns. In an OSM file any tag may be named; without ``columns`` the usual ones are there.

    Returns
    -------
    Received
        The frame with the file's own CRS label, or ``crs`` where it has none.

    Raises
    ------
    GateError
        If the file is missing, is of no known kind, cannot be read, or the layer is not chosen.
    """
    called = shown(path.name)
    kind = kind_of(called)
    if not path.exists():
        raise GateError("gate.no_file", name=called, path=path)
    if kind is None or (path.is_dir() and kind != "gdb"):
        raise GateError("gate.unknown_own", name=called, path=path)
    check_content(path, kind, called)
    with tempfile.TemporaryDirectory(prefix="strukturbild-") as folder:
        if kind in {"zip", "shp", "csv"} or "!" in str(path):  # "!" would mean an archive to the reader
            here = Path(folder)
            intake = _taken_in(path, kind, called, layer, here, OWN_FILES, path.stem, has_crs=crs is not None)
        else:
            intake = Intake(path, layer, (), ())
        if kind == "parquet":
            return _settled(_parquet(path, columns, called), crs, name)
        try:
            table, about = _read_here(intake, kind, bbox, columns)
        except gate_child.RefusedError as error:
            raise GateError(error.key, **{"name": called, **error.values}) from error
        return _settled(_received(table, about, intake, called, has_crs=crs is not None), crs, name)


def _check_file(path: Path, name: str, limits: Limits) -> None:
    if not path.is_file():
        raise GateError("gate.no_file", name=name, path=name)
    size = path.stat().st_size
    if size > limits.file_mb * MB:
        raise GateError("gate.too_large", name=name, size_mb=size // MB, limit_mb=int(limits.file_mb))


def _taken_in(
    path: Path,
    kind: Kind,
    name: str,
    layer: str | None,
    folder: Path,
    limits: Limits,
    stem: str,
    *,
    has_crs: bool = False,
) -> Intake:
    """Bring the file into our folder under a name of ours, whole and with its encoding known."""
    if kind == "zip":
        out = unpack(path, folder, name, limits, layer)
        intake = Intake(out.path, layer if out.kind == "gdb" else None, (), out.layers, out.layer)
    else:
        intake = take_in(path, kind, name, layer, folder, stem)
    if intake.path.suffix == ".shp":
        parts = check_shapefile(intake.path, name, has_crs=has_crs)
        if parts.encoding:
            intake.path.with_suffix(".cpg").write_text(parts.encoding, encoding="ascii")
        intake = replace(intake, notes=parts.notes)
    return intake


def _read_here(intake: Intake, kind: Kind, bbox: Box | None, columns: Iterable[str] | None) -> tuple[Any, Any]:
    options = _OPTIONS.get(kind, {})
    if kind != "osm":
        return gate_child.read_arrow(intake.path, intake.layer, columns=columns, bbox=bbox, options=options)
    table, about = gate_child.read_arrow(intake.path, intake.layer, bbox=bbox)
    return tags.with_tags(table, about["geometry"], columns), about


def _parquet(path: Path, columns: Iterable[str] | None, name: str) -> Received:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
        with_geometry = b"geo" in (schema.metadata or {})
        wanted = None if columns is None else list(columns)
        if with_geometry:
            kept = None if wanted is None else [*dict.fromkeys([*wanted, "geometry"])]
            frame: pd.DataFrame = gpd.read_parquet(path, columns=kept)
        else:
            frame = pd.read_parquet(path, columns=wanted)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise GateError("gate.unreadable", name=name, reason=type(error).__name__) from error
    if isinstance(frame, gpd.GeoDataFrame) and frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return Received(frame, layer=path.stem, layers=(path.stem,))


def _received(table: Any, about: dict[str, Any], intake: Intake, name: str, *, has_crs: bool = False) -> Received:
    """Return the frame of an Arrow table, rows counted from 1."""
    column = about["geometry"]
    frame = table.drop_columns([column] if column else []).to_pandas()
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    frame, told = with_words(frame, about["domains"], name)
    notes = [*intake.notes, *told]
    notes += [Fault("gate.note_reader", name, severity="warning", values={"said": said}) for said in about["warnings"]]
    if column:
        try:
            with np.errstate(invalid="ignore"):
                written = table.column(column).to_numpy()
                geometry = shapely.from_wkb(written, on_invalid="ignore")
                lost = np.flatnonzero(shapely.is_missing(geometry) & ~pd.isna(written))
                geometry[lost] = shapely.from_wkb(written[lost], on_invalid="fix")
        except (shapely.errors.ShapelyError, NotImplementedError, TypeError) as error:
            raise GateError("gate.unreadable", name=name, reason=type(error).__name__) from error
        closed = frame.index[lost[~shapely.is_missing(geometry[lost])]]
        if len(closed):
            said: dict[str, object] = {"count": len(closed)}
            notes.append(Fault("gate.note_closed", name, listed(list(closed)), "repaired", len(closed), said))
        frame = frame.rename(columns={"geometry": "geometry_1"})
        frame = gpd.GeoDataFrame(frame, geometry=geometry, crs=about["crs"])
        known = any(note.key == "gate.note_no_prj" for note in notes)
        if frame.crs is None and not has_crs and not known:
            notes.append(Fault("gate.note_no_crs", name, severity="warning"))
    layers = intake.layers or tuple(about["layers"])
    return Received(frame, layer=intake.called or about["layer"], layers=layers, notes=tuple(notes))


def _settled(received: Received, crs: str | None, name: str | None) -> Received:
    """Return what was received under the name and the CRS that the settings give it."""
    frame = received.frame
    if name is not None:
        received = replace(received, notes=tuple(replace(note, layer=name) for note in received.notes))
    if crs is None or not isinstance(frame, gpd.GeoDataFrame) or frame.crs is not None:
        return received
    return replace(received, frame=frame.set_crs(crs))
