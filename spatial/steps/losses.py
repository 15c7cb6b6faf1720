"""What hurts most to lose: services and road links, each tried by itself, ranked; each loss with its range."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.analysis import grid, link_loss, link_names
from spatial.analysis.journeys import set_scene
from spatial.analysis.ranges import range_names, with_ranges
from spatial.model import FloatArray, Layer
from spatial.steps.titles import title
from spatial.steps.work import Products, Work, made_layer
from spatial.texts import text

CLASSES: Final = {"without_inv": "utan alternativ", "losing_inv": "bortom gränsen", "loses_inv": "längre"}
"""The worst that a loss does to as many people as are told as a number."""
_OF_SERVICE: Final = ("without_inv", "losing_inv", "loses_inv", "lost_person_min", "across_inv", "abroad_inv")
_OF_LINK: Final = {"people_inv": "loses_inv", "beyond_inv": "losing_inv"}


def losses(work: Work) -> Products:
    """Return the layers and tables ``forlust_service`` and ``forlust_vagar``: what somebody loses by, worst first."""
    ranked = {"forlust_service": _services(work), "forlust_vagar": _links(work)}
    tables = {name: frame.drop(columns="geometry") for name, frame in ranked.items()}
    return Products({name: _layer(work, name, frame) for name, frame in ranked.items() if len(frame)}, tables)


def _layer(work: Work, name: str, frame: gpd.GeoDataFrame) -> Layer:
    sources = tuple(work.layer(one) for one in ("rutnat", "service", "vagnat"))
    return made_layer(name, frame, work.meta(title(name), "losses", lineage="", sources=sources))


def _services(work: Work) -> gpd.GeoDataFrame:
    """Return the facilities that somebody loses by, as the step before counted it, all kinds in one ranking."""
    table, beyond, service = work.table("service_anlaggningar"), work.table("anlaggning_granser"), work.layer("service")
    if table is None or beyond is None or service is None:
        raise TypeError
    own = beyond[beyond["threshold_min"] == beyond["service"].map(_limits(work))] if len(beyond) else beyond
    every = table.join(own.set_index("facility").filter(like="losing_"))
    columns = [one for name in _OF_SERVICE for one in (name, *range_names(name)) if one in every]
    kept = every[["name", "service_type", "municipality_code", *columns]]
    return _ranked(work, gpd.GeoDataFrame(kept, geometry=service.geo.geometry.reindex(kept.index), crs=service.geo.crs))


def _links(work: Work) -> gpd.GeoDataFrame:
    """Return the links that somebody loses by, services on both sides of every border counted.

    The ranges are of the people drawn again; services stand as the image has them.
    """
    network, service, options = work.value("network"), work.layer("service"), work.settings.access
    if service is None:
        raise TypeError
    shops = service.geo[service.geo["service_type"].isin(work.value("service_types"))]
    cells, people = _people(work)
    scene = set_scene(network, cells, shops, options.off_network_kmh.value, options.max_snap_m.value)
    ferry, kinds = network.edges["ferry"].to_numpy(bool), shops["service_type"].to_numpy(object)
    found = link_loss.loss_of_links(scene, kinds, ferry, people, _limits(work))
    edges, places = network.edges.iloc[found.link], work.layer("noder")
    by_run = {_OF_LINK.get(name, name): own for name, own in found.by_run.items()}
    columns: dict[str, object] = {
        "name": link_names.link_names(edges, None if places is None else places.geo, _between),
        "municipality_code": _municipality(work, edges),
        **{name: by_run[name][0] for name in _OF_SERVICE if name in by_run},
        "hardest": np.array(found.hardest, object),
    }
    table = pd.DataFrame(columns, index=pd.Index(edges.index, name="link"))
    if len(people) > 1:
        table = with_ranges(table, {name: own[1:] for name, own in by_run.items()}, work.value("draws"))
    return _ranked(work, gpd.GeoDataFrame(table, geometry=edges.geometry.to_numpy(), crs=edges.crs))


def _between(one: str, other: str) -> str:
    return text("whatif.link_name", from_name=one, to_name=other)


def _people(work: Work) -> tuple[gpd.GeoDataFrame, FloatArray]:
    """Return the cells, and the people in them: a row as the image has them, then a row a draw."""
    layer, draws = work.layer("rutnat"), work.value("draws")
    if layer is None:
        raise TypeError
    lived = layer.geo[layer.geo["population_inv"].fillna(0) > 0]
    people = lived["population_inv"].to_numpy(float)
    if draws is None or not draws.modelled:
        return lived[["geometry"]], people[None]
    own = np.zeros(len(draws.cells))
    own[draws.cells.index.get_indexer(lived.index)] = people
    return draws.cells[["geometry"]], np.vstack([own, draws.people])


def _municipality(work: Work, edges: gpd.GeoDataFrame) -> pd.Series:
    """Return the municipality that holds the middle of each link; None beyond the region."""
    layer = work.layer("kommuner")
    if layer is None:
        raise TypeError
    middles = gpd.GeoDataFrame(geometry=edges.geometry.interpolate(link_loss.MIDDLE, normalized=True))
    zone: pd.Series = grid.zones_of_cells(middles, layer.geo, 0)["zone"]
    return zone


def _ranked(work: Work, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return those whose loss touches as many people as are told as a number, the worst first."""
    least = work.settings.access.least_shown_inv.value
    frame = frame[frame["loses_inv"] >= least].sort_index(kind="stable")
    worst = [*(name for name in CLASSES if name != "loses_inv"), "lost_person_min"]
    order = frame[worst].fillna(0.0).sort_values(worst, ascending=False, kind="stable").index
    frame = frame.loc[order]
    touched = [frame[name].fillna(0.0) >= least for name in CLASSES]
    frame.insert(0, "rank", np.arange(1, len(frame) + 1))
    frame.insert(2, "loss", np.select(touched, list(CLASSES.values()), list(CLASSES.values())[-1]).astype(object))
    return frame


def _limits(work: Work) -> dict[str, float]:
    """Return the first threshold of each kind of service, minutes."""
    return {one.service: one.minutes.value for one in reversed(work.settings.thresholds)}
