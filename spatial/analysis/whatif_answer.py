"""What a trial means for people: who gains and who loses how many minutes, and who comes within a threshold or out."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.reach import ALL_ZONES
from spatial.analysis.whatif_access import Outcome
from spatial.model import FloatArray

BoolArray = npt.NDArray[np.bool_]

LEAST_MIN: Final = 1e-6
"""Minutes that differ by less are the same minutes."""
STEPS_MIN: Final = (1.0, 5.0, 10.0, 20.0, 30.0)
"""Between the classes of the distribution: under one minute, up to 5, up to 10, ..."""


def differences(outcome: Outcome, *, by_road: bool = False) -> pd.DataFrame:
    """Return minutes after less before, cell by cell and kind by kind, of those who live there today.

    Parameters
    ----------
    outcome : Outcome
    by_road : bool
        Whether those who go by road today go by road after, too.

    Returns
    -------
    DataFrame
        On the cells' index: minutes; inf where the service is lost, -inf where it is won, 0 where nothing changes
        (also where it was never to be had), NaN where nobody lives today.
    """
    after = (outcome.after_by_road if by_road else outcome.after).to_numpy(float)
    before = outcome.before.to_numpy(float)
    neither = np.isinf(before) & np.isinf(after)
    changed = np.subtract(after, before, out=np.zeros_like(after), where=~neither)
    changed[np.abs(changed) < LEAST_MIN] = 0.0
    return pd.DataFrame(changed, index=outcome.before.index, columns=outcome.before.columns)


def effects(outcome: Outcome, *, by_road: bool = False) -> pd.DataFrame:
    """Return who gains and who loses how many minutes to each kind of service, by municipality and in all.

    Parameters
    ----------
    outcome : Outcome
    by_road : bool
        As :func:`differences` takes it.

    Returns
    -------
    DataFrame
        Index 0..n, a row a kind and zone (last ``alla``): ``service``, ``zone``, ``people_inv`` (who live there
        today), ``longer_inv`` and ``longer_mean_min`` (who get farther, and how much on average; the lost apart),
        ``shorter_inv`` and ``shorter_mean_min``, ``lost_inv`` (who had a service and have none after), ``won_inv``
        (the other way round), ``person_min`` (minutes gained less lost, times people: above 0 is longer),
        ``before_mean_min`` and ``after_mean_min`` (of those who have a service both before and after). Newcomers
        do not count. Means are NaN without people.
    """
    people = outcome.cells["people_before_inv"].to_numpy(float)
    changed, zones = differences(outcome, by_road=by_road), _Zones(outcome)
    after = outcome.after_by_road if by_road else outcome.after
    parts = []
    for kind in changed.columns:
        delta = np.nan_to_num(changed[kind].to_numpy(float), nan=0.0, posinf=np.inf, neginf=-np.inf)
        both = np.isfinite(outcome.before[kind].to_numpy(float)) & np.isfinite(after[kind].to_numpy(float))
        longer, shorter = (delta > 0) & np.isfinite(delta), (delta < 0) & np.isfinite(delta)
        sums = {
            "people_inv": people,
            "longer_inv": people * longer,
            "longer_person_min": people * np.where(longer, delta, 0.0),
            "shorter_inv": people * shorter,
            "shorter_person_min": people * np.where(shorter, -delta, 0.0),
            "lost_inv": people * np.isposinf(delta),
            "won_inv": people * np.isneginf(delta),
            "both_inv": people * both,
            "before_person_min": people * _where(both, outcome.before[kind]),
            "after_person_min": people * _where(both, after[kind]),
        }
        parts.append(zones.sums(sums).assign(service=kind))
    table = pd.concat(parts, ignore_index=True)
    for name, number in (("longer", "longer"), ("shorter", "shorter"), ("before", "both"), ("after", "both")):
        count = table[f"{number}_inv"]
        table[f"{name}_mean_min"] = table[f"{name}_person_min"] / count.where(count > 0)
    table["person_min"] = table["longer_person_min"] - table["shorter_person_min"]
    columns = [
        "service", "zone", "people_inv", "longer_inv", "longer_mean_min", "shorter_inv", "shorter_mean_min", "lost_inv",
        "won_inv", "person_min", "before_mean_min", "after_mean_min",
    ]  # fmt: skip
    return table[columns]


def spread(outcome: Outcome, kind: str, steps_min: Sequence[float] = STEPS_MIN) -> pd.DataFrame:
    """Return how many people gain and lose how many minutes: the distribution behind the mean.

    Parameters
    ----------
    outcome : Outcome
    kind : str
        The kind of service.
    steps_min : sequence of float
        Between the classes, rising.

    Returns
    -------
    DataFrame
        Index 0..n, from the most lost to the most gained: ``side`` (*lost*, *longer*, *same*, *shorter*, *won*),
        ``from_min`` and ``to_min`` (more than, up to and with; inf for the last), ``people_inv``.
    """
    people = outcome.cells["people_before_inv"].to_numpy(float)
    delta = np.nan_to_num(differences(outcome)[kind].to_numpy(float), nan=0.0, posinf=np.inf, neginf=-np.inf)
    bounds = [0.0, *steps_min, np.inf]
    rows: list[tuple[str, float, float, float]] = [("lost", np.inf, np.inf, float(people[np.isposinf(delta)].sum()))]
    for side, sign in (("longer", 1.0), ("shorter", -1.0)):
        classes = list(pairwise(bounds))
        for low, high in classes[::-1] if side == "longer" else classes:
            held = np.isfinite(delta) & (sign * delta > low) & (sign * delta <= high)
            rows.append((side, low, high, float(people[held].sum())))
        if side == "longer":
            rows.append(("same", 0.0, 0.0, float(people[delta == 0].sum())))
    rows.append(("won", np.inf, np.inf, float(people[np.isneginf(delta)].sum())))
    return pd.DataFrame(rows, columns=["side", "from_min", "to_min", "people_inv"])


def within(outcome: Outcome, thresholds: Sequence[tuple[str, float]]) -> pd.DataFrame:
    """Return the people within each threshold before and after, by municipality and in all.

    Parameters
    ----------
    outcome : Outcome
    thresholds : sequence of (service, minutes)
        Minutes equal to the threshold are within.

    Returns
    -------
    DataFrame
        Index 0..n, a row a threshold and zone (last ``alla``): ``service``, ``threshold_min``, ``zone``,
        ``before_inv`` and ``after_inv`` (within; newcomers count after), ``before_total_inv``, ``after_total_inv``,
        ``before_share``, ``after_share`` (NaN where nobody lives), ``out_inv`` (were within and are not),
        ``in_inv`` (the other way round), ``new_within_inv`` and ``new_beyond_inv`` (newcomers).
    """
    people = outcome.cells["people_before_inv"].to_numpy(float)
    total, zones = outcome.cells["people_after_inv"].to_numpy(float), _Zones(outcome)
    parts = []
    for kind, limit in thresholds:
        was = outcome.before[kind].to_numpy(float) <= limit
        now = outcome.after[kind].to_numpy(float) <= limit
        sums = {
            "before_inv": people * was,
            "after_inv": total * now,
            "before_total_inv": people,
            "after_total_inv": total,
            "out_inv": people * (was & ~now),
            "in_inv": people * (now & ~was),
            "new_within_inv": (total - people) * now,
            "new_beyond_inv": (total - people) * ~now,
        }
        parts.append(zones.sums(sums).assign(service=kind, threshold_min=float(limit)))
    columns = [
        "service", "threshold_min", "zone", "before_inv", "after_inv", "before_total_inv", "after_total_inv",
        "before_share", "after_share", "out_inv", "in_inv", "new_within_inv", "new_beyond_inv",
    ]  # fmt: skip
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    for name in ("before", "after"):
        count = table[f"{name}_total_inv"]
        table[f"{name}_share"] = table[f"{name}_inv"] / count.where(count > 0)
    return table[columns]


def most_changed(table: pd.DataFrame) -> str | None:
    """Return the kind of service that a trial matters most for, by :func:`effects`; None where it changes nothing.

    Whoever loses or wins a service altogether weighs as an hour's difference.
    """
    hour = 60.0
    everybody = table[table["zone"] == ALL_ZONES].set_index("service")
    weight = (
        everybody["longer_inv"] * everybody["longer_mean_min"].fillna(0)
        + everybody["shorter_inv"] * everybody["shorter_mean_min"].fillna(0)
        + hour * (everybody["lost_inv"] + everybody["won_inv"])
    )
    return str(weight.idxmax()) if len(weight) and weight.max() > 0 else None


def _where(chosen: BoolArray, values: pd.Series) -> FloatArray:
    return np.where(chosen, values.to_numpy(float), 0.0)


class _Zones:
    """The municipalities of the cells, to sum by."""

    def __init__(self, outcome: Outcome) -> None:
        self.code, self.names = pd.factorize(outcome.cells["municipality_code"].to_numpy(object), sort=True)

    def sums(self, values: Mapping[str, FloatArray]) -> pd.DataFrame:
        """Return the sums of values by municipality, and in all last."""
        own, count = self.code >= 0, len(self.names)
        sums = {
            name: np.r_[np.bincount(self.code[own], one[own], minlength=count), one.sum()]
            for name, one in values.items()
        }
        return pd.DataFrame({"zone": [*self.names, ALL_ZONES], **sums})
