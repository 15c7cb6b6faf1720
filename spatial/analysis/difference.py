"""What tells two versions of a layer apart: rows added and removed, values changed, places moved."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.fingerprints import fingerprints_of_features

ADDED: Final = "added"
CHANGED: Final = "changed"
MOVED: Final = "moved"
REMOVED: Final = "removed"
_COLUMNS: Final = ("id", "change", "column", "old", "new", "moved_m")
_ORDER: Final = {ADDED: 0, CHANGED: 1, MOVED: 2, REMOVED: 3}
_RELATIVE: Final = 1e-9
Row = tuple[str, str, str, object, object, float]


def difference(
    old: pd.DataFrame, new: pd.DataFrame, columns: Iterable[str], *, least_move_m: float = 0.001
) -> pd.DataFrame:
    """Return what tells ``new`` from ``old``, row by row and column by column.

    Parameters
    ----------
    old, new : DataFrame or GeoDataFrame
        Unique text index (the id); the same CRS in metres. Order of rows, kind of number and single or multi geometry
        do not matter.
    columns : iterable of str
        What is compared; a column that either lacks is left out.
    least_move_m : float
        A geometry that is nowhere further (Hausdorff distance, metres) from the other is the same.

    Returns
    -------
    DataFrame
        A row a difference, by id: ``id``, ``change`` (*added*, *changed*, *moved*, *removed*), ``column`` (of a changed
        value, else empty), ``old`` and ``new`` (None where missing), ``moved_m`` (metres, NaN unless moved). A row
        that was both changed and moved has a line for each.

    Raises
    ------
    ValueError
        If ids repeat.

    Examples
    --------
    >>> points = gpd.points_from_xy([0, 0, 0], [0, 10, 20])
    >>> old = gpd.GeoDataFrame({"name": ["A", "B", "C"]}, geometry=points, index=["a", "b", "c"])
    >>> new = old.drop("c").assign(name=["A", "Bé"]).set_geometry(gpd.points_from_xy([0, 3], [0, 14]))
    >>> difference(old, new, ["name"])[["id", "change", "old", "new", "moved_m"]].values.tolist()
    [['b', 'changed', 'B', 'Bé', nan], ['b', 'moved', None, None, 5.0], ['c', 'removed', None, None, nan]]
    """
    if not (old.index.is_unique and new.index.is_unique):
        message = "ids repeat"
        raise ValueError(message)
    added = [key for key in new.index if key not in old.index]
    removed = [key for key in old.index if key not in new.index]
    rows: list[Row] = [(str(key), ADDED, "", None, None, np.nan) for key in added]
    rows += [(str(key), REMOVED, "", None, None, np.nan) for key in removed]
    shared = [name for name in dict.fromkeys(columns) if name in old.columns and name in new.columns]
    kept = [key for key in old.index if key in new.index]
    before, after = old.loc[kept], new.loc[kept]
    rows += _moved(before, after, kept, least_move_m)
    rows += _changed(before[shared], after[shared])
    table = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"moved_m": float})
    for at, name in ((3, "old"), (4, "new")):
        values = [None if _missing(row[at]) else row[at] for row in rows]
        table[name] = pd.Series(values, index=table.index, dtype=object)
    table["order"] = table["change"].map(_ORDER)
    return table.sort_values(["id", "order", "column"], kind="stable", ignore_index=True).drop(columns="order")


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> list[Row]:
    old, new = pd.DataFrame(before), pd.DataFrame(after)
    unlike = (fingerprints_of_features(old) != fingerprints_of_features(new)).to_numpy()
    rows: list[Row] = []
    for name in old.columns:
        pairs = zip(old.index[unlike], old.loc[unlike, name], new.loc[unlike, name], strict=True)
        rows += [
            (str(key), CHANGED, str(name), one, other, np.nan) for key, one, other in pairs if not _same(one, other)
        ]
    return rows


def _same(one: object, other: object) -> bool:
    if _missing(one) or _missing(other):
        return _missing(one) and _missing(other)
    numbers = (int, float, np.integer, np.floating)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return bool(np.isclose(float(one), float(other), rtol=_RELATIVE, atol=0))
    return one == other


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value))


def _moved(before: pd.DataFrame, after: pd.DataFrame, keys: Sequence[Hashable], least_m: float) -> list[Row]:
    if not (isinstance(before, gpd.GeoDataFrame) and isinstance(after, gpd.GeoDataFrame)):
        return []
    metres = distances(before.geometry.to_numpy(), after.geometry.to_numpy())
    pairs = zip(keys, metres, strict=True)
    return [(str(key), MOVED, "", None, None, float(moved)) for key, moved in pairs if moved > least_m]


def distances(one: npt.ArrayLike, other: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return how far (metres) each geometry lies from the other at most; 0 where they are equal."""
    old, new = np.asarray(one, object), np.asarray(other, object)
    out = np.zeros(len(old))
    unlike = np.flatnonzero(shapely.to_wkb(old) != shapely.to_wkb(new))
    found = shapely.hausdorff_distance(old[unlike], new[unlike])
    kinds = shapely.get_dimensions(old[unlike]) != shapely.get_dimensions(new[unlike])
    out[unlike] = np.where(np.isnan(found) | (kinds & (found == 0)), np.inf, found)
    return out
