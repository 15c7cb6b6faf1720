"""What trials are made on: cells and services set on today's roads once, and whose alternative counts for whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.grid import zones_of_cells
from spatial.analysis.journeys import MINUTES_PER_M_AT_1_KMH, Roads, Stops, roads_of, stops_of
from spatial.analysis.whatif import Trial, WhatIfError
from spatial.geo import ANALYSIS_CRS
from spatial.model import Grid, Network

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Borders:
    """Whether services across the municipal, and across the national border, count: two switches.

    A service in the same country counts where it lies in the same municipality, or ``municipal`` is true; one in
    another country counts where ``national`` is true.
    """

    municipal: bool = False
    national: bool = False


@dataclass(frozen=True)
class Homes:
    """Where points lie: municipality and country, None where not known (without countries, all are in one)."""

    municipality: TextArray
    country: TextArray

    def take(self, chosen: IntArray | BoolArray) -> "Homes":
        """Return some of the points' homes."""
        return Homes(self.municipality[chosen], self.country[chosen])

    def and_then(self, other: "Homes") -> "Homes":
        """Return these points' homes, then the others'."""
        return Homes(np.r_[self.municipality, other.municipality], np.r_[self.country, other.country])


@dataclass(frozen=True)
class Reach:
    """How minutes are counted off the network: km/h along the straight line, which is at most so many metres."""

    off_network_kmh: float
    max_snap_m: float

    @property
    def minutes_per_m(self) -> float:
        """Minutes a metre off the network takes."""
        return MINUTES_PER_M_AT_1_KMH / self.off_network_kmh


@dataclass(frozen=True)
class Outlines:
    """Municipalities and countries to place new things in (EPSG:3006, index code or name), and how far beyond them."""

    municipalities: gpd.GeoDataFrame
    countries: gpd.GeoDataFrame | None = None
    max_outside_m: float = 0.0

    def homes(self, points: gpd.GeoDataFrame, *, strictly: bool = False) -> Homes:
        """Return the municipality and country of points; ``strictly``: no municipality but the one that holds them."""
        limit = 0.0 if strictly else self.max_outside_m
        own = zones_of_cells(points[["geometry"]], self.municipalities, limit)["zone"].to_numpy(object)
        return Homes(own, self.countries_of(points))

    def countries_of(self, points: gpd.GeoDataFrame) -> TextArray:
        """Return the country that points lie in or nearest to."""
        if self.countries is None:
            return np.full(len(points), None, object)
        far = max(self.max_outside_m, 1e6)
        return zones_of_cells(points[["geometry"]], self.countries, far)["zone"].to_numpy(object)


@dataclass(frozen=True)
class Places:
    """Services on the roads of today: ids, kinds, where they join the roads and where they lie."""

    id: TextArray
    kind: TextArray
    stops: Stops
    homes: Homes


@dataclass(frozen=True)
class Ground:
    """The image as trials need it; nothing in it changes.

    ``cells``: populated ones, EPSG:3006, with ``row``, ``col``, ``population_inv``, ``municipality_code``;
    ``services``: EPSG:3006, with ``service_type`` and ``name``; ``kinds``: the kinds of service that are counted.
    """

    network: Network
    cells: gpd.GeoDataFrame
    grid: Grid
    services: gpd.GeoDataFrame
    kinds: tuple[str, ...]
    reach: Reach
    outlines: Outlines
    roads: Roads = field(repr=False)
    cell_stops: Stops = field(repr=False)
    cell_homes: Homes = field(repr=False)
    places: Places = field(repr=False)

    @property
    def minutes_per_m(self) -> float:
        """Minutes a metre takes on the roads of today, on average; 0 without roads."""
        edges = self.network.edges[["length_m", "minutes_min"]].to_numpy(float)
        metres, minutes = edges[np.isfinite(edges).all(axis=1)].sum(axis=0)
        return float(minutes / metres) if metres else 0.0

    def stops(self, points: gpd.GeoDataFrame) -> Stops:
        """Return points on the roads of today."""
        return stops_of(self.network, points, self.reach.max_snap_m, self.reach.minutes_per_m)


def ground(
    network: Network,
    cells: gpd.GeoDataFrame,
    grid: Grid,
    services: gpd.GeoDataFrame,
    *,
    kinds: tuple[str, ...],
    reach: Reach,
    outlines: Outlines,
) -> Ground:
    """Return what trials are made on: all that does not change from trial to trial is done here, once.

    Parameters
    ----------
    network : Network
    cells : GeoDataFrame
        Points in EPSG:3006 with ``row`` and ``col`` on ``grid``, ``population_inv`` (above 0) and
        ``municipality_code``.
    grid : Grid
    services : GeoDataFrame
        Points in EPSG:3006, index unique text ids, with ``service_type``, ``name`` and ``municipality_code`` (None:
        the municipality whose outline holds it).
    kinds : tuple of str
        The kinds of service that are counted.
    reach : Reach
    outlines : Outlines

    Returns
    -------
    Ground
    """
    stops = stops_of(network, cells, reach.max_snap_m, reach.minutes_per_m)
    homes = Homes(cells["municipality_code"].to_numpy(object), outlines.countries_of(cells))
    drawn = outlines.homes(services, strictly=True)
    stated = services["municipality_code"].to_numpy(object)
    municipality = np.where(pd.isna(stated), drawn.municipality, stated)
    places = Places(
        services.index.astype(str).to_numpy(object),
        services["service_type"].astype(str).to_numpy(object),
        stops_of(network, services, reach.max_snap_m, reach.minutes_per_m),
        Homes(municipality, drawn.country),
    )
    return Ground(network, cells, grid, services, kinds, reach, outlines, roads_of(network), stops, homes, places)


def places_of(base: Ground, trial: Trial) -> Places:
    """Return the services of a trial, on the roads of today.

    Raises
    ------
    WhatIfError
        If a service that is closed or moved is unknown, or a new one is of no known kind or already there.
    """
    known = {name: at for at, name in enumerate(base.places.id)}
    for name in (*sorted(trial.closed), *trial.moved):
        if name not in known:
            raise WhatIfError("whatif.error.no_service", what=name)
    for name, one in trial.added.items():
        if one.service_type not in base.kinds or name in known:
            raise WhatIfError("whatif.error.kind", what=one.service_type)
    gone = {*trial.closed, *trial.moved}
    kept = np.array([at for name, at in known.items() if name not in gone], np.int64)
    old = base.places
    places = Places(old.id[kept], old.kind[kept], old.stops.take(kept), old.homes.take(kept))
    new = {name: (old.kind[known[name]], one.place) for name, one in trial.moved.items()}
    new |= {name: (one.service_type, one.place) for name, one in trial.added.items()}
    return _with_new(base, places, new) if new else places


def _with_new(base: Ground, places: Places, new: Mapping[str, tuple[str, tuple[float, float]]]) -> Places:
    xy = np.array([place for _, place in new.values()], float)
    if not np.isfinite(xy).all():
        raise WhatIfError("whatif.error.place")
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=ANALYSIS_CRS)
    stops, own = base.stops(points), places.stops
    if not stops.reached.all():
        name = next(name for name, hit in zip(new, stops.reached, strict=True) if not hit)
        raise WhatIfError("whatif.error.far_service", what=name, most=f"{base.reach.max_snap_m / 1000:.0f}")
    return Places(
        np.r_[places.id, np.array(list(new), object)],
        np.r_[places.kind, np.array([kind for kind, _ in new.values()], object)],
        joined(own, stops),
        places.homes.and_then(base.outlines.homes(points)),
    )


def joined(one: Stops, other: Stops) -> Stops:
    """Return the points of both, the first's first."""
    return Stops(
        np.vstack([one.xy, other.xy]),
        np.r_[one.edge, other.edge],
        np.r_[one.share, other.share],
        np.r_[one.snap_m, other.snap_m],
        np.r_[one.leg_min, other.leg_min],
        np.r_[one.part, other.part],
    )


def groups(homes: Homes, borders: Borders) -> Iterator[tuple[IntArray, Homes]]:
    """Yield the cells for whom the same services count, with the home that stands for theirs."""
    if borders.municipal and borders.national:
        if len(homes.country):
            yield np.arange(len(homes.country)), homes.take(np.zeros(1, np.int64))
        return
    keys = pd.DataFrame({"country": homes.country, "own": "" if borders.municipal else homes.municipality})
    for _, cells in sorted(keys.groupby(["country", "own"], dropna=False).indices.items(), key=lambda pair: pair[1][0]):
        yield np.asarray(cells, np.int64), homes.take(np.asarray(cells[:1], np.int64))


def counting(home: Homes, services: Homes, borders: Borders) -> BoolArray:
    """Return which services count for those who live in a home.

    Examples
    --------
    >>> def texts(*values): return np.array(values, object)
    >>> home, there = Homes(texts("a"), texts("SE")), Homes(texts("a", "b", "c"), texts("SE", "SE", "NO"))
    >>> counting(home, there, Borders()).tolist(), counting(home, there, Borders(national=True)).tolist()
    ([True, False, False], [True, False, True])
    """
    same = np.array(
        [one is None or home.country[0] is None or one == home.country[0] for one in services.country], bool
    )
    own = np.array([one == home.municipality[0] for one in services.municipality], bool)
    return np.asarray(np.where(same, own | borders.municipal, borders.national), bool)
