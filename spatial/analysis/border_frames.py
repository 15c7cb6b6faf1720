"""The findings at borders as frames: sorted, named, the same whichever plan comes first."""

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from spatial.geo import ANALYSIS_CRS

CONFLICT: Final = "konflikt"
QUIET: Final = "tyst plan"
AGREED: Final = "överens"
UNCLEAR: Final = "oklart"
UNCERTAIN: Final = "osäker matchning"
FINDINGS: Final = (
    "kind", "plan_a", "plan_b", "feature_a", "feature_b", "pivot_a", "pivot_b", "silent", "severity", "length_m",
    "length_a_m", "length_b_m", "apart_m", "chainage_m", "boundary_a", "boundary_b", "geometry",
)  # fmt: skip
LENGTHS: Final = (AGREED, CONFLICT, QUIET, UNCLEAR, UNCERTAIN)
_SHORT: Final = {CONFLICT: "konflikt", QUIET: "tyst", "länk som stannar": "lank", "brutet grönt samband": "gront"}
Row = dict[str, Any]


def framed(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    """Return rows as findings, in order, on ids that name the pair, the kind and a number."""
    told = [row | {"silent": _plans(row)} for row in rows]
    frame = gpd.GeoDataFrame(pd.DataFrame(told, columns=list(FINDINGS)), geometry="geometry", crs=ANALYSIS_CRS)
    numbers = ["length_m", "length_a_m", "length_b_m", "apart_m", "chainage_m"]
    frame = frame.astype({"severity": int} | dict.fromkeys(numbers, float))
    order = ["plan_a", "plan_b", "kind", "chainage_m", "feature_a", "feature_b"]
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    short = frame["plan_a"] + "~" + frame["plan_b"] + ":" + frame["kind"].map(_SHORT)
    names = short + ":" + (frame.groupby(["plan_a", "plan_b", "kind"]).cumcount() + 1).astype(str)
    frame.index = pd.Index(names.to_numpy(object), name="id")
    return frame


def doubtful(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    """Return rows as what may be wrong: ``kind`` *osäker matchning*, and ``suspected``, the kind that it looks like."""
    frame = framed(rows)
    frame.insert(1, "suspected", frame["kind"])
    frame["kind"] = UNCERTAIN
    return frame.set_axis(frame.index.astype(object) + "?").rename_axis("id")


def _plans(row: Row) -> str:
    named = {"a": str(row["plan_a"]), "b": str(row["plan_b"])}
    return ";".join(named[side] for side in str(row["silent"]).split(";") if side)


def totals(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the metres of each pair of plans."""
    frame = pd.DataFrame(list(rows), columns=["plan_a", "plan_b", "length_m", *LENGTHS])
    return frame.groupby(["plan_a", "plan_b"], as_index=False).sum()
