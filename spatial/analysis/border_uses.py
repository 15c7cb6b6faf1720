"""Which use a plan gives its side of a border: what lies there, thin strips and gaps left out."""

from itertools import pairwise
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatial.analysis.border_match import Side
from spatial.model import FloatArray
from spatial.plan_terms import AMBIGUOUS, UNKNOWN

SILENT: Final = ""
UNKNOWN_USE: Final = UNKNOWN
OUTSIDE: Final = "?"
_MOST: Final = 0.5
_FIRST: Final = {"framtida": 0, "utveckling": 1, "nuvarande": 2, UNKNOWN: 3}
Texts = npt.NDArray[np.object_]


class Uses:
    """A plan's areas of use, to be asked what lies at points.

    Where several lie on top of each other, the future one goes before the present one, then the first by name.
    """

    def __init__(self, areas: gpd.GeoDataFrame) -> None:
        names = [
            options if pivot == AMBIGUOUS and options else UNKNOWN if pivot == AMBIGUOUS else pivot
            for pivot, options in zip(areas["pivot"], areas["pivot_options"], strict=True)
        ]
        rank = pd.DataFrame({"time": areas["time"].map(_FIRST).fillna(9).to_numpy(), "use": names, "id": areas.index})
        order = rank.sort_values(["time", "use", "id"], kind="stable").index.to_numpy()
        self.shapes = areas.geometry.to_numpy()[order]
        self.use = np.asarray(names, object)[order]
        self.ids = areas.index.to_numpy(object)[order]
        self._tree = shapely.STRtree(self.shapes)

    def at(self, xy: FloatArray) -> tuple[Texts, Texts]:
        """Return the use (empty where the plan says nothing, "?" where there is no point) and the area's id."""
        use, ids = np.full(len(xy), SILENT, object), np.full(len(xy), "", object)
        known = np.isfinite(xy).all(axis=1)
        use[~known] = OUTSIDE
        where = np.flatnonzero(known)
        if not len(where) or not len(self.shapes):
            return use, ids
        at, area = self._tree.query(shapely.points(xy[where]), predicate="intersects")
        first = pd.Series(area).groupby(at).min()
        use[where[first.index]] = self.use[first.to_numpy()]
        ids[where[first.index]] = self.ids[first.to_numpy()]
        return use, ids


def effective(side: Side, uses: Uses) -> tuple[Texts, Texts]:
    """Return the use and the area that a side shows at each sample.

    A stretch that is mostly no deeper than a strip gives way to what lies behind it; so does a gap.
    """
    use, ids = uses.at(side.just)
    behind, behind_ids = uses.at(side.deep)
    lost = use == OUTSIDE
    use[lost], ids[lost] = behind[lost], behind_ids[lost]
    cuts = np.r_[0, np.flatnonzero(use[1:] != use[:-1]) + 1, len(use)]
    answered = behind != OUTSIDE
    for first, last in pairwise(cuts):
        stretch = slice(first, last)
        asked = answered[stretch]
        if not asked.any() or (behind[stretch][asked] == use[first]).mean() >= _MOST:
            continue
        where = np.arange(first, last)[asked]
        if use[first] != SILENT:
            where = where[behind[where] != SILENT]
        use[where], ids[where] = behind[where], behind_ids[where]
    unknown = use == OUTSIDE
    use[unknown] = UNKNOWN_USE
    return use, ids
