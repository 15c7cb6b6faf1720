"""What a source hands over before it is made true."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from spatial.errors import Fault
from spatial.model import Raster


@dataclass(frozen=True)
class Received:
    """A frame as its file has it (its own CRS label, its own columns), the notes made on the way, and its rows.

    ``frame`` has the row's number in the file, from 1, as index. ``rows`` is how many rows the file held, before
    any were left out. A raster source gives ``raster`` and an empty frame. ``layers`` are the layer names of the file.
    """

    frame: gpd.GeoDataFrame | pd.DataFrame
    layer: str | None = None
    layers: tuple[str, ...] = ()
    notes: tuple[Fault, ...] = ()
    rows: int = -1
    raster: Raster | None = None

    @property
    def rows_read(self) -> int:
        """The number of rows that the file held."""
        return len(self.frame) if self.rows < 0 else self.rows
