"""What changes, services and roads are called where a trial is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.analysis.link_names import link_names
from spatial.analysis.whatif import (
    AddLink,
    AddPeople,
    AddService,
    Change,
    CutLink,
    MoveService,
    SetSpeed,
    kind_of,
)
from spatial.analysis.whatif_ground import Borders
from spatial.model import StructureImage
from spatial.texts import number, text

_KM: Final = 1000.0
_HEADS: Final[Mapping[str, str]] = {
    "zone": "municipality", "service": "compare_service", "people_inv": "served_people", "longer_inv": "longer",
    "longer_mean_min": "longer_mean", "shorter_inv": "shorter", "shorter_mean_min": "shorter_mean", "lost_inv": "lost",
    "won_inv": "won", "before_mean_min": "mean_before", "after_mean_min": "mean_after", "threshold_min": "threshold",
    "before_inv": "within_before", "after_inv": "within_after", "before_total_inv": "people_before",
    "after_total_inv": "people_after", "before_share": "share_before", "after_share": "share_after",
    "out_inv": "within_out", "in_inv": "within_in", "new_within_inv": "within_new",
    "new_beyond_inv": "within_new_beyond", "kind": "column_change", "what": "column_what", "changed_id": "column_id",
    "finding": "finding", "id": "column_id", "name": "finding_what", "municipality_code": "municipality_code",
    "before": "finding_before", "after": "finding_after", "unit": "column_unit",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What services (with kind and municipality), kinds of service and roads are called, by id."""

    services: Mapping[str, str]
    kinds: Mapping[str, str]
    links: Mapping[str, str]


def names_of(image: StructureImage, lang: str) -> Names:
    """Return what an image's services and roads are called, to choose from a list.

    A road is called by its number and the places nearest its ends.
    """
    kinds = {kind.id: kind.title.get(lang) for kind in image.settings.services}
    frames = [image.layers[name].frame for name in ("grannkommuner", "kommuner") if name in image.layers]
    codes = {str(code): str(name) for frame in frames for code, name in frame["name"].items()}
    service = image.layers["service"].frame
    rows = zip(service.index, service["name"], service["service_type"], service["municipality_code"], strict=True)
    services = {
        str(key): ", ".join(
            dict.fromkeys(
                part for part in (str(name), kinds.get(str(kind), str(kind)).lower(), codes.get(str(code))) if part
            )
        )
        for key, name, kind, code in rows
    }
    return Names(services, kinds, _links(image, lang))


def _links(image: StructureImage, lang: str) -> dict[str, str]:
    places = image.layers["noder"].geo if "noder" in image.layers else None
    called = link_names(
        image.layers["vagnat"].geo,
        places,
        lambda one, other: text("whatif.link_name", lang, from_name=one, to_name=other),
    )
    return {str(key): str(name) for key, name in called.items()}


def told_change(change: Change, names: Names, lang: str) -> str:
    """Return a change as a user reads it."""
    values: dict[str, object] = {"name": names.services.get(change.id, names.links.get(change.id, change.id))}
    if isinstance(change, AddService):
        values = {"service": names.kinds.get(change.service_type, change.service_type).lower(), "name": change.name}
    elif isinstance(change, SetSpeed):
        values["speed"] = number(change.speed_kmh, lang=lang)
    elif isinstance(change, AddLink):
        length = change.length_m or shapely.LineString(change.points).length
        values = {"km": number(length / _KM, 1, lang), "speed": number(change.speed_kmh, lang=lang)}
    elif isinstance(change, AddPeople):
        values = {"name": change.name, "people": number(change.people_inv, lang=lang)}
    return text(f"whatif.told.{kind_of(change)}", lang, **values)


def heads(lang: str) -> dict[str, str]:
    """Return what the columns of a trial's tables are called."""
    return {name: text(f"whatif.{key}", lang) for name, key in _HEADS.items()}


def told_borders(borders: Borders, lang: str) -> str:
    """Return whose services count."""
    if borders.municipal:
        return text("whatif.counted_every" if borders.national else "whatif.counted_municipal", lang)
    return text("whatif.counted_national" if borders.national else "whatif.counted_own", lang)


def shapes_of(changes: Iterable[Change], image: StructureImage) -> dict[int, shapely.Geometry]:
    """Return where each change is (EPSG:3006), by its place in the list; those whose thing is gone are left out."""
    service, edges = image.layers["service"].geo, image.layers["vagnat"].geo
    found: dict[int, shapely.Geometry] = {}
    for at, change in enumerate(changes):
        if isinstance(change, AddService | MoveService):
            found[at] = shapely.Point(change.place)
        elif isinstance(change, AddLink):
            found[at] = shapely.LineString(change.points)
        elif isinstance(change, AddPeople):
            found[at] = shapely.Polygon(change.ring)
        elif isinstance(change, CutLink) and change.id in edges.index:
            found[at] = edges.geometry[change.id].interpolate(change.share, normalized=True)
        elif isinstance(change, SetSpeed) and change.id in edges.index:
            found[at] = edges.geometry[change.id]
        elif change.id in service.index:
            found[at] = service.geometry[change.id]
    return found


def frame_of(changes: list[Change], image: StructureImage, names: Names, lang: str) -> gpd.GeoDataFrame:
    """Return changes as rows: ``kind``, ``what`` as a user reads it, ``id``, geometry (EPSG:3006)."""
    shapes = shapes_of(changes, image)
    columns = {
        "kind": [text(f"whatif.kind.{kind_of(one)}", lang) for one in changes],
        "what": [told_change(one, names, lang) for one in changes],
        "changed_id": [one.id for one in changes],
    }
    geometry = gpd.GeoSeries([shapes.get(at) for at in range(len(changes))], crs="EPSG:3006")
    index = pd.RangeIndex(1, len(changes) + 1, name="row")
    return gpd.GeoDataFrame(pd.DataFrame(columns, index=index), geometry=geometry.set_axis(index), crs="EPSG:3006")
