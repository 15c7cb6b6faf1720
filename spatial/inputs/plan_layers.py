"""A plan's layer made true: any geometry, broken rings mended and counted, repeated ids told apart."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.errors import Fault, LayerError
from spatial.geo import of_one_kind, repaired
from spatial.inputs import truth
from spatial.inputs.roles import as_texts
from spatial.inputs.rows import listed
from spatial.settings import LayerSpec, Settings
from spatial.texts import number

_FAMILIES: Final = np.array(["point", "line", "line", "polygon", "point", "line", "polygon", "mixed"], object)
_DEFAULT_MAPPING: Final = "boverket"


def true_plan(
    spec: LayerSpec, frame: gpd.GeoDataFrame, settings: Settings, region: shapely.Geometry | None
) -> tuple[gpd.GeoDataFrame, tuple[Fault, ...]]:
    """Return a plan's features in EPSG:3006 on unique text ids, and what was mended or left out.

    Parameters
    ----------
    spec : LayerSpec
    frame : GeoDataFrame
        Our columns; index = the row's number in the file.
    settings : Settings
    region : Polygon or None

    Returns
    -------
    GeoDataFrame, tuple of Fault
        Points, lines and polygons together; ``mapping`` names the mapping of the layer, ``aspect`` its part.

    Raises
    ------
    LayerError
        If nothing is left, or the layer lies elsewhere.
    """
    kept, faults = without_nothing(frame, spec.id)
    if kept.empty:
        raise LayerError([*faults, Fault("faults.truth_no_features", spec.id)])
    kept, found = mended(kept, spec.id)
    ids, said = told_apart(kept, spec.id)
    faults += [*found, *said]
    families = _FAMILIES[shapely.get_type_id(kept.geometry.to_numpy())]
    parts = list[gpd.GeoDataFrame]()
    for family in dict.fromkeys(families):
        true, notes = truth.true_frame(
            kept[families == family].drop(columns="id", errors="ignore"),
            layer=spec.id,
            crs=spec.crs,
            family=family,
            id_column=None,
            region=region,
            margin_m=settings.region.margin_m.value,
        )
        parts.append(true)
        faults += notes
    whole = pd.concat(parts)
    rows = {str(row): row for row in kept.index}
    order = [name for name in rows if name in whole.index]
    whole = whole.loc[order].set_axis(pd.Index([ids[rows[name]] for name in order], name="id", dtype=object))
    marked = whole.assign(mapping=spec.mapping or _DEFAULT_MAPPING, aspect=spec.aspect or _aspect(whole))
    return gpd.GeoDataFrame(marked, crs=parts[0].crs), tuple(dict.fromkeys(faults))


def _aspect(frame: pd.DataFrame) -> Any:
    return frame["aspect"] if "aspect" in frame.columns else None


def without_nothing(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return the rows that have a geometry with numbers in it, and a count of the others."""
    shapes = frame.geometry.to_numpy()
    gone = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not gone.any():
        return frame, []
    rows = list(frame.index[gone])
    fault = Fault("faults.plan_no_geometry", layer, listed(rows), "warning", len(rows), {"count": len(rows)})
    return frame[~gone], [fault]


def mended(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return the frame with valid geometries of one kind each; what that changed is counted in square metres."""
    shapes = np.asarray(shapely.force_2d(frame.geometry.to_numpy()), object).copy()
    broken = np.flatnonzero(~shapely.is_valid(shapes) | (shapely.get_type_id(shapes) == 7))
    if not len(broken):
        return frame, []
    whole = [of_one_kind(repaired(shape)) for shape in shapes[broken]]
    change = np.abs(shapely.area(whole) - shapely.area(shapes[broken]))
    shapes[broken] = whole
    rows = list(frame.index[broken])
    said: dict[str, object] = {"count": len(rows), "area_m2": number(float(np.nansum(change)))}
    out = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return out, [Fault("faults.plan_repaired", layer, listed(rows), "repaired", len(rows), said)]


def told_apart(frame: gpd.GeoDataFrame, layer: str) -> tuple["pd.Series[Any]", list[Fault]]:
    """Return an id for each row: the file's own, with ``#2``, ``#3`` … where it repeats one; else the row's number."""
    rows = pd.Series([str(row) for row in frame.index], index=frame.index, dtype=object)
    if "id" not in frame.columns:
        return rows, []
    own = as_texts(frame["id"]).str.strip()
    ids = own.where(own.notna() & (own != ""), "rad-" + rows)
    nth = ids.groupby(ids).cumcount()
    again = nth > 0
    lacking = int((ids != own).sum())
    faults = []
    if again.any() or lacking:
        odd = list(frame.index[again | (ids != own)])
        said: dict[str, object] = {"count": len(odd)}
        faults = [Fault("faults.plan_ids", layer, listed(odd), "repaired", len(odd), said)]
    return ids.where(~again, ids + "#" + (nth + 1).astype(str)), faults
