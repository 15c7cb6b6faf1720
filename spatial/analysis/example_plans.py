"""Illustrative plans where none is given: documented rules, the same on every machine, marked as examples.

Every municipality is covered wholly. Claims (``example_claims``) are made over the whole region and shared out in
order: water, towns, what lies around them, airports, rivers, mountains, farms, countryside; forestry has the rest.
Since a claim takes no notice of borders, neighbours agree, but for what is planted (``example_faults``).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.analysis import example_claims as claiming
from spatial.analysis.example_claims import Claim
from spatial.analysis.example_elements import elements, values_of_land
from spatial.analysis.example_faults import plant
from spatial.geo import ANALYSIS_CRS, polygonal, shared, without
from spatial.model import Raster
from spatial.plan_terms import ExamplePlans

REST: Final = "Skogsbruk"
Row = dict[str, Any]


def example_plans(
    municipalities: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    ground: Mapping[str, gpd.GeoDataFrame | None],
    land_use: Raster | None,
    options: ExamplePlans,
) -> gpd.GeoDataFrame:
    """Return illustrative plan features of every municipality, in Boverket's names.

    Parameters
    ----------
    municipalities : GeoDataFrame
        Polygons EPSG:3006, index = code; ``name``.
    places : GeoDataFrame
        Points EPSG:3006, index id; ``name``, ``population_inv``, ``municipality_code``, ``central``.
    ground : mapping
        ``water`` (polygons), ``rivers``, ``roads`` (lines; ``road_class``, ``number``), ``airports`` (points),
        each EPSG:3006 or None.
    land_use : Raster or None
        Modelled land use; without it there are no mountains and no farms.
    options : ExamplePlans
        Parameters, and what is planted.

    Returns
    -------
    GeoDataFrame
        Index: the feature's id, unique in its municipality; ``municipality``, ``aspect``, ``code``, ``time``,
        ``name``, ``consideration``, ``geometry``: what ``apply_mapping`` takes.
    """
    values = {name: parameter.value for name, parameter in options.parameters.items()}
    claims = [
        *_water_claims(ground.get("water")),
        *claiming.place_claims(places, values),
        *claiming.land_claims(ground, places, land_use, values),
    ]
    rows = [
        *(row for code, outline in _outlines(municipalities) for row in shared_out(code, outline, claims, values)),
        *elements(municipalities, places, ground, land_use, values),
        *values_of_land(municipalities, places, ground, land_use, values),
    ]
    planted = plant(rows, municipalities, places, options.planted)
    return _frame(planted, options.note.sv)


def _outlines(municipalities: gpd.GeoDataFrame) -> list[tuple[str, shapely.Geometry]]:
    ordered = municipalities.sort_index()
    return [(str(code), outline) for code, outline in zip(ordered.index, ordered.geometry, strict=True)]


def _water_claims(water: gpd.GeoDataFrame | None) -> list[Claim]:
    if water is None:
        return []
    names = water["name"] if "name" in water.columns else [""] * len(water)
    return [
        Claim("Vatten", shape, str(name or "Sjö"))
        for shape, name in sorted(zip(water.geometry, names, strict=True), key=lambda pair: pair[0].bounds)
    ]


def shared_out(code: str, outline: shapely.Geometry, claims: Sequence[Claim], values: Mapping[str, float]) -> list[Row]:
    """Return use areas that cover an outline wholly, each point of it once.

    Parameters
    ----------
    code : str
        The municipality's code.
    outline : Polygon or MultiPolygon
    claims : sequence of Claim
        The first to claim a place has it.
    values : Mapping
        ``least_m2``: smaller pieces are left to the next.

    Returns
    -------
    list of dict
    """
    rows, left = list[Row](), outline
    shapely.prepare(outline)
    for claim in claims:
        if not shapely.intersects(outline, claim.shape):
            continue
        mine = polygonal(*shared([claim.shape], [left]))
        parts = [part for part in shapely.get_parts(mine) if part.area >= values["least_m2"]]
        if not parts:
            continue
        mine = shapely.union_all(parts) if len(parts) > 1 else parts[0]
        left = polygonal(*without([left], [mine]))
        rows.append(_row(code, "anvandning", f"anv-{len(rows) + 1:03d}", claim.code, mine, claim.name, claim.time))
    if not shapely.is_empty(left):
        rows.append(_row(code, "anvandning", f"anv-{len(rows) + 1:03d}", REST, left, "Skogslandet", "Nuvarande"))
    return rows


def _row(code: str, aspect: str, key: str, kind: str, shape: shapely.Geometry, name: str, time: str) -> Row:
    return {
        "municipality": code,
        "aspect": aspect,
        "id": key,
        "code": kind,
        "name": name,
        "time": time,
        "geometry": shape,
    }


def _frame(rows: Sequence[Row], note: str) -> gpd.GeoDataFrame:
    frame = pd.DataFrame.from_records(rows)
    frame["consideration"] = considerations(frame)
    frame["name"] = frame["name"].astype(str) + f" ({note})"
    index = pd.Index(frame["id"], name="id", dtype=object)
    kept = frame[["municipality", "aspect", "code", "time", "name", "consideration"]].set_axis(index)
    return gpd.GeoDataFrame(kept, geometry=frame["geometry"].to_list(), crs=ANALYSIS_CRS)


def considerations(frame: pd.DataFrame) -> list[str | None]:
    """Return for each use area which national interests it touches, as the plan's consideration; None for others."""
    interest = frame[(frame["aspect"] == "varde") & frame["code"].str.startswith(("Riksintresse", "Natura"))]
    uses = frame.index[(frame["aspect"] == "anvandning") & ~frame["silent"].fillna(value=False).astype(bool)]
    tree = shapely.STRtree(interest["geometry"].to_list())
    mine, theirs = tree.query(frame.loc[uses, "geometry"].to_list(), predicate="intersects")
    names: dict[Any, set[str]] = {}
    for use, other in zip(mine, theirs, strict=True):
        names.setdefault(uses[use], set()).add(str(interest["code"].iloc[other]))
    texts = {row: "Hänsyn tas till " + ", ".join(sorted(found)) for row, found in names.items()}
    return [texts.get(row) for row in frame.index]
