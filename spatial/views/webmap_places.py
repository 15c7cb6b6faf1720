"""What the card of a place tells beside its facts: minutes from a node, people within limits in a municipality."""

from collections.abc import Hashable, Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.ranges import range_names
from spatial.model import Layer, StructureImage
from spatial.texts import number, text
from spatial.views.webmap_facts import people

FloatArray = npt.NDArray[np.float64]
_NEAR_M: Final = 3000.0
_MOST_MIN: Final = 32_000


def served(image: StructureImage) -> list[str]:
    """Return the service types whose minutes the cells, or the nodes, have, in the settings' order."""
    frames = [image.layers[name].frame for name in ("rutnat", "noder") if name in image.layers]
    return [s.id for s in image.settings.services if any(f"{s.id}_min" in frame for frame in frames)]


def whole_minutes(minutes: FloatArray) -> FloatArray:
    """Return minutes as whole numbers, −1 where a place cannot be reached and −2 where nothing is known.

    Rounded up, so that a place beyond a limit is never told as being at it.
    """
    whole = np.minimum(np.ceil(np.nan_to_num(minutes, posinf=0) - 1e-9), _MOST_MIN)
    return np.where(np.isnan(minutes), -2, np.where(np.isinf(minutes), -1, whole))


def node_minutes(image: StructureImage, nodes: Layer) -> list[list[list[object]]]:
    """Return minutes from each node to each service of ``served``: nearest, second nearest, 1 where they are uncertain.

    Then, where the models are redrawn and give another number, between what the nearest and the second nearest fall
    (pairs; None for none). They are the node's own where it has them, else those of the nearest cell within three
    kilometres; a node without any has an empty list.
    """
    services, frame = served(image), nodes.geo
    values = frame.drop(columns="geometry")
    grid = image.layers.get("rutnat")
    if not any(f"{service}_min" in frame for service in services) and grid is not None and grid.grid is not None:
        values = _nearest_rows(frame, grid.geo)
    parts = []
    for service in services:
        near, second = (whole_minutes(_numbers(values, f"{service}{end}")) for end in ("_min", "_second_min"))
        unsure = np.nan_to_num(_numbers(values, f"{service}_uncertain")) > 0
        parts.append(np.stack([near, second, unsure], axis=1))
    if not parts:
        return [[] for _ in range(len(frame))]
    table = np.stack(parts, axis=1).astype(int)
    rows: list[list[list[object]]] = [row.tolist() if (row[:, 0] > -2).any() else [] for row in table]
    for place, service in enumerate(services):
        spans = [_spans(values, f"{service}{end}") for end in ("_min", "_second_min")]
        for row, *own in zip(rows, *spans, strict=True):
            if row and any(own):
                row[place] += own
    return rows


def _spans(values: pd.DataFrame, column: str) -> list[list[int] | None]:
    """Return between what minutes fall in each row; None where that is one number, or not known."""
    low, high = (whole_minutes(_numbers(values, end)) for end in range_names(column))
    return [[int(a), int(b)] if a != b and a > -2 else None for a, b in zip(low, high, strict=True)]


def _numbers(frame: pd.DataFrame, column: str) -> FloatArray:
    if column not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[column], errors="coerce").to_numpy(float)


def _nearest_rows(points: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the numbers of the nearest cell within reach of each point, NaN where there is none."""
    kept = [name for name in cells.columns if str(name).endswith(("_min", "_uncertain"))]
    out = pd.DataFrame(np.nan, index=points.index, columns=kept)
    if cells.empty or points.empty:
        return out
    which, cell = cells.sindex.nearest(points.geometry, return_all=False, max_distance=_NEAR_M)
    out.iloc[which] = cells[kept].astype(float).to_numpy()[cell]
    return out


def municipality_sections(image: StructureImage, lang: str) -> dict[str, list[dict[str, object]]]:
    """Return by municipality what stands under a heading of its own: services there, and people within the limits."""
    titles = {service.id: service.title.get(lang) for service in image.settings.services}
    tables = image.indicators
    codes = [str(code) for code in image.layers["kommuner"].frame.index] if "kommuner" in image.layers else []
    return {
        code: [
            *_people(image, code, lang),
            *_services(tables, titles, code, lang),
            *_within(tables, titles, code, lang),
        ]
        for code in codes
    }


def _people(image: StructureImage, code: str, lang: str) -> list[dict[str, object]]:
    """Return the section that stands open: people, told as the grid that they are counted in, and places."""
    table, grid = image.indicators.get("kommuner"), image.layers.get("rutnat")
    if table is None or grid is None or code not in table.index:
        return []
    row = table.loc[code]
    least = image.settings.access.least_shown_inv.value
    told = [("population", people(float(str(row["population_inv"])), grid.meta.status, lang, least))]
    if "nodes_count" in table:
        told.append(("nodes", number(float(str(row["nodes_count"])), lang=lang)))
    rows = [[text(f"webmap.fact.{label}", lang), value] for label, value in told]
    return [{"t": text("webmap.js.people_places", lang), "r": rows, "o": 1}]


def _services(
    tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str], code: str, lang: str
) -> list[dict[str, object]]:
    table = tables.get("kommun_service")
    if table is None or code not in table.index:
        return []
    row = table.loc[[code]].to_dict("records")[0]
    counted = [(title, f"{name}_count") for name, title in titles.items() if f"{name}_count" in table]
    rows = [[title, _counted(row, column, lang)] for title, column in counted]
    return [{"t": text("webmap.js.facilities", lang), "r": rows}] if rows else []


def _counted(row: Mapping[Hashable, object], column: str, lang: str) -> str:
    """Return a count, with its range where rules place what is counted."""
    told, *ends = (number(float(str(row.get(name, "nan"))), lang=lang) for name in (column, *range_names(column)))
    if range_names(column)[0] not in row or ends[0] == ends[1]:
        return told
    return text("webmap.ranged", lang, value=told, low=ends[0], high=ends[1])


def _within(
    tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str], code: str, lang: str
) -> list[dict[str, object]]:
    table = tables.get("service_inom")
    if table is None:
        return []
    own = table[(table["zone"] == code) & table["service"].isin(list(titles)) & table["share"].notna()]
    rows = []
    for row in own.to_dict("records"):
        limit = number(float(row["threshold_min"]), lang=lang)
        label = text("webmap.fact.within", lang, service=titles[row["service"]], minutes=limit)
        rows.append([label, _share(row, lang)])
    return [{"t": text("webmap.js.within", lang), "r": rows}] if rows else []


def _share(row: Mapping[object, object], lang: str) -> str:
    """Return a share in per cent, with its range where the models were redrawn."""
    told = text("webmap.percent", lang, number=_percent(row["share"], lang))
    low, high = row.get("share_low"), row.get("share_high")
    if low is None or high is None or low != low or high != high:  # noqa: PLR0124 - NaN
        return told
    return text("webmap.ranged", lang, value=told, low=_percent(low, lang), high=_percent(high, lang))


def _percent(share: object, lang: str) -> str:
    return number(100 * float(str(share)), lang=lang)
