"""Shares of people within one limit after another: the whole curve of what the chosen thresholds are points on."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from spatial.analysis.reach import ALL_ZONES

CURVE_MIN: Final = tuple(range(5, 125, 5))
"""The limits that a planner can choose among, minutes: every fifth up to two hours."""


def curves_within(
    population: pd.Series, zone: pd.Series, minutes: pd.DataFrame, services: Sequence[str], limits: Sequence[float]
) -> pd.DataFrame:
    """Return how many people have each service within each limit, by zone and in all: one pass for all the limits.

    Parameters
    ----------
    population, zone : Series
        People in each cell (none missing) and its zone; a cell without one counts only in all.
    minutes : DataFrame
        On the same index, ``{service}_min``.
    services : sequence of str
    limits : sequence of float
        Minutes, ascending; exactly at a limit is within.

    Returns
    -------
    DataFrame
        Index 0..n, by zone (everybody last), service and limit: ``zone``, ``service``, ``threshold_min``,
        ``people_inv``, ``share`` (0..1; NaN where nobody lives); the same numbers as
        :func:`spatial.analysis.reach.shares_within` gives.

    Examples
    --------
    >>> minutes = pd.DataFrame({"fuel_min": [5.0, 5.1]})
    >>> found = curves_within(pd.Series([10, 30]), pd.Series(["a", "a"]), minutes, ["fuel"], [5, 10])
    >>> found[found["zone"] == "a"]["share"].tolist()
    [0.25, 1.0]
    """
    people = population.to_numpy(float)
    code, found = pd.factorize(zone.to_numpy(object), sort=True)
    names, size = [*(str(name) for name in found), ALL_ZONES], len(limits) + 1
    within = np.zeros((len(names), len(services), len(limits)))
    known = code >= 0
    for place, service in enumerate(services):
        band = np.searchsorted(np.asarray(limits, float), minutes[f"{service}_min"].to_numpy(float), side="left")
        inside = np.bincount(code[known] * size + band[known], people[known], (len(names) - 1) * size)
        every = np.vstack([inside.reshape(-1, size), np.bincount(band, people, size)])
        within[:, place, :] = every.cumsum(axis=1)[:, :-1]
    total = np.append(np.bincount(code[known], people[known], len(names) - 1), people.sum())[:, None, None]
    share = np.divide(within, total, out=np.full(within.shape, np.nan), where=total > 0)
    index = pd.MultiIndex.from_product([names, services, [float(limit) for limit in limits]])
    table = index.to_frame(index=False, name=["zone", "service", "threshold_min"])
    return table.assign(people_inv=within.ravel(), share=share.ravel())
