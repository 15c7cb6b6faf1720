"""One of the settings' own rasters, on its own grid."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from spatial import geo
from spatial.errors import GateError
from spatial.inputs.checks.kinds import shown
from spatial.inputs.received import Received
from spatial.model import Grid, Raster

_DRIVERS: Final = {".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".img": "HFA"}
BAND: Final = "value"


def read_own_raster(path: Path, *, name: str | None = None, crs: str | None = None, band: int = 1) -> Received:
    """Return one of the settings' own rasters: GeoTIFF, Arc/Info ASCII grid or Erdas Imagine.

    Parameters
    ----------
    path : Path
    name : str, optional
        What faults call it; default the file's name.
    crs : str, optional
        What the raster is in, where the file does not say (or calls it unknown).
    band : int
        Counted from 1.

    Returns
    -------
    Received
        ``raster`` with one band, ``value``: whole numbers as they are, other numbers as floats with NaN where the
        file says that nothing is known. The frame is empty.

    Raises
    ------
    GateError
        If the file is missing or no such raster, lacks the band, is turned, or its CRS is unknown or another than
        the settings say.
    """
    import rasterio
    from rasterio.errors import RasterioError

    called = name or shown(path.name)
    if not path.is_file():
        raise GateError("gate.no_file", name=called, path=path)
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise GateError("gate.not_raster", name=called)
    try:
        with rasterio.open(path, driver=driver) as source:
            if band not in source.indexes:
                raise GateError("gate.no_band", name=called, band=band, bands=source.count)
            values, transform = source.read(band), source.transform
            label, nodata, shape = source.crs, source.nodatavals[band - 1], source.shape
    except (RasterioError, OSError, ValueError) as error:
        raise GateError("gate.not_raster", name=called) from error
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise GateError("gate.raster_turned", name=called)
    grid = Grid(_crs(label, crs, called), transform, (int(shape[0]), int(shape[1])))
    if np.issubdtype(values.dtype, np.floating) and nodata is not None:
        values = np.where(values == nodata, np.nan, values)
    return Received(pd.DataFrame(), layer=path.stem, layers=(path.stem,), rows=0, raster=Raster(grid, {BAND: values}))


def _crs(label: Any, declared: str | None, name: str) -> str:
    known = None
    if label:
        try:
            known = CRS.from_user_input(label.to_wkt())
        except CRSError:
            known = None
    if known is None or not (known.is_geographic or known.is_projected):
        if declared is None:
            raise GateError("gate.raster_no_crs", name=name)
        return declared
    if declared is not None:
        if not geo.same_crs(known, declared) and known.to_epsg() != CRS.from_user_input(declared).to_epsg():
            raise GateError("gate.raster_crs", name=name, label=known.name, declared=declared)
        return declared
    code = known.to_epsg()
    return f"EPSG:{code}" if code else str(known.to_wkt())
