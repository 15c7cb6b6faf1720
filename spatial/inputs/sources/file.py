"""A geodata file of the settings' own: vectors and rasters, opened at the gate."""

from pathlib import Path
from typing import Final

from spatial.inputs import gate
from spatial.inputs.received import Received
from spatial.settings import FileReader, LayerSpec

RASTERS: Final = frozenset({".tif", ".tiff", ".asc", ".img"})


def read_file(spec: LayerSpec, reader: FileReader, folder: Path) -> Received:
    """Return the layer of a geodata file.

    Parameters
    ----------
    spec : LayerSpec
        ``spec.crs`` holds where the file has no label of its own.
    reader : FileReader
        ``layer`` names the layer in a file of several.
    folder : Path
        What ``reader.path`` is relative to.

    Returns
    -------
    Received

    Raises
    ------
    LayerError, GateError
        If the file cannot be opened.
    """
    path = folder / reader.path
    if path.suffix.lower() in RASTERS:
        return gate.read_own_raster(path, name=spec.id, crs=spec.crs)
    return gate.read_own(path, name=spec.id, layer=reader.layer, crs=spec.crs)
