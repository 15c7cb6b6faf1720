"""The central types, frozen: layers, grid, network and the structure image."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from affine import Affine
from scipy import sparse

from spatial.errors import Fault
from spatial.settings import Settings, Status, Title

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """A regular lattice: cell (row, col) has its upper-left corner at ``transform * (col, row)`` in ``crs``."""

    crs: str
    transform: Affine
    shape: tuple[int, int]

    @property
    def size_m(self) -> float:
        """The side of a cell in the units of the CRS (metres)."""
        return float(self.transform.a)

    def centre(self, row: npt.ArrayLike, col: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the x and y of cell centres in the grid's own CRS.

        Examples
        --------
        >>> grid = Grid("EPSG:3006", Affine(1000, 0, 700000, 0, -1000, 7100000), (10, 10))
        >>> [v.tolist() for v in grid.centre([0], [1])]
        [[701500.0], [7099500.0]]
        """
        x = self.transform.c + (np.asarray(col, float) + 0.5) * self.transform.a
        y = self.transform.f + (np.asarray(row, float) + 0.5) * self.transform.e
        return x, y

    def cell(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the row and column of the cells that hold points (x, y in the grid's own CRS).

        A point on a western or southern edge belongs to the cell, as in the national grids' ids.
        """
        col = np.floor((np.asarray(x, float) - self.transform.c) / self.transform.a).astype(np.int64)
        row = np.ceil((np.asarray(y, float) - self.transform.f) / self.transform.e).astype(np.int64) - 1
        return row, col

    def array(self, row: npt.ArrayLike, col: npt.ArrayLike, values: npt.ArrayLike) -> FloatArray:
        """Return values as a raster, NaN where no cell is."""
        out = np.full(self.shape, np.nan)
        out[np.asarray(row), np.asarray(col)] = np.asarray(values, float)
        return out


@dataclass(frozen=True)
class LayerMeta:
    """Where a layer comes from, as users are told it."""

    title: Title
    role: str
    status: Status
    year: int
    source: str
    provider: str
    licence: str
    licence_note: str = ""
    lineage: str = ""
    crs: str = ""


def together(told: Iterable[str]) -> str:
    """Return texts as one, each part once: what is joined may have been joined before.

    Examples
    --------
    >>> together(["SCB; GSHHG", "GSHHG", "SCB"])
    'SCB; GSHHG'
    """
    parts = (part for joined in told for part in joined.split("; "))
    return "; ".join(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True)
class Raster:
    """A raster on a grid: a band a name; whole-number bands are classes by ``classes`` (value → class id)."""

    grid: Grid
    bands: Mapping[str, npt.NDArray[np.generic]]
    classes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layer:
    """A layer made true once, then read-only: EPSG:3006, valid, 2D, unique text ids as index.

    A population grid's frame has the cells' centre points as geometry, ``row`` and ``col`` on ``grid``; its lattice
    stays in the grid's own CRS. A table without geometry is a plain DataFrame. ``rows_read`` counts the file's rows.
    """

    id: str
    meta: LayerMeta
    frame: gpd.GeoDataFrame | pd.DataFrame
    fingerprint: str
    grid: Grid | None = None
    raster: Raster | None = None
    faults: tuple[Fault, ...] = ()
    rows_read: int = 0

    @property
    def geo(self) -> gpd.GeoDataFrame:
        """The frame as a GeoDataFrame.

        Raises
        ------
        TypeError
            If the layer has no geometry.
        """
        if not isinstance(self.frame, gpd.GeoDataFrame):
            raise TypeError(self.id)
        return self.frame


@dataclass(frozen=True)
class Network:
    """A routable network: nodes and directed-or-both-ways edges between them, EPSG:3006.

    ``nodes``: index node id (text), geometry Point. ``edges``: index edge id (text), ``from_node``, ``to_node``
    (node ids), ``length_m`` (stated road length), ``minutes_min`` (forth), ``minutes_back_min`` (inf on a one-way
    edge), ``ferry`` (bool), ``road_class``, ``number`` (text), geometry LineString from ``from_node`` to ``to_node``.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame

    def positions(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the edges' ends as positions in ``nodes``."""
        where = pd.Series(np.arange(len(self.nodes)), index=self.nodes.index)
        start, end = (where.loc[self.edges[name]].to_numpy(np.int64) for name in ("from_node", "to_node"))
        return start, end

    def matrix(self) -> sparse.csr_matrix:
        """Return minutes from node to node over single edges; of parallel edges the fastest."""
        start, end = self.positions()
        minutes = np.concatenate([self.edges["minutes_min"], self.edges["minutes_back_min"]]).astype(float)
        pairs = pd.DataFrame({"i": np.r_[start, end], "j": np.r_[end, start], "t": minutes})
        pairs = pairs[np.isfinite(pairs["t"]) & (pairs["i"] != pairs["j"])]
        best = pairs.groupby(["i", "j"], sort=True)["t"].min()
        i, j = best.index.get_level_values("i"), best.index.get_level_values("j")
        size = len(self.nodes)
        return sparse.csr_matrix((best.to_numpy(), (i, j)), shape=(size, size))


@dataclass(frozen=True)
class Omission:
    """What was left out of the image, because which role is missing."""

    step: str
    role: str


@dataclass(frozen=True)
class StepRecord:
    """How a result came to be: what it was made from, with which settings, and its fingerprint."""

    step: str
    inputs: Mapping[str, str]
    parameters: Mapping[str, object]
    fingerprint: str
    seconds: float


@dataclass(frozen=True)
class Provenance:
    """The steps that made the image, the layers they read, and what was left out."""

    steps: tuple[StepRecord, ...]
    layers: Mapping[str, str]
    omissions: tuple[Omission, ...]
    fingerprint: str


@dataclass(frozen=True)
class ColumnInfo:
    """A column as users see it."""

    alias: Title
    unit: str = ""


@dataclass(frozen=True)
class StructureImage:
    """Everything a view may show; a view asks for nothing else.

    ``layers``: the image's layers by Swedish id (``noder``, ``strak``, ``kommuner``, ``rutnat``, ...), each EPSG:3006.
    ``indicators``: tables by name, each a DataFrame whose index is named for what a row is.
    ``inputs``: the layers that were read, by id, for the register of sources.
    ``drawn``: who lives where with how far to each service on every draw of the models
    (:func:`spatial.analysis.asked_drawn.kept`); None where nothing is redrawn, and in an image that was opened:
    :func:`spatial.archive.read_saved_draws` reads what is asked for.
    """

    layers: Mapping[str, Layer]
    indicators: Mapping[str, pd.DataFrame]
    provenance: Provenance
    settings: Settings
    inputs: Mapping[str, Layer] = field(default_factory=dict)
    drawn: pd.DataFrame | None = None


State = Literal["nuläge", "inriktning"]
