"""Service fragility: what people lose if one facility closes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.model import FloatArray

IntArray = npt.NDArray[np.int64]


def loss_of_facility(
    minutes: pd.DataFrame,
    population: pd.Series,
    zone: pd.Series | None = None,
    facility_ids: Sequence[str] | None = None,
    *,
    zone_of_facility: pd.Series | None = None,
) -> pd.DataFrame:
    """Return, for each facility, who loses how much if it alone closes, and who has no alternative.

    Parameters
    ----------
    minutes : DataFrame
        Minutes from each cell (index) to each facility of **one** service type (columns), inf where no way leads,
        as :func:`spatial.analysis.access.minutes_to_each` gives them.
    population : Series
        People in each cell, on the same index.
    zone : Series, optional
        The zone (municipality, country) of each cell, on the same index.
    facility_ids : sequence of str, optional
        The facilities asked about. Default: all.
    zone_of_facility : Series, optional
        The zone of each facility, index its id; with ``zone`` it gives those whose alternative lies across a border.

    Returns
    -------
    DataFrame
        Index ``facility`` (in the order asked). ``people_inv`` (people whose minutes grow, those without an
        alternative among them), ``lost_person_min`` (people times minutes lost, where there is an alternative),
        ``lost_mean_min`` (that, per person who has one; NaN without any), ``without_inv`` (people who then have none
        to reach), ``across_inv`` (people whose alternative lies in another zone than they live in; NaN where zones
        are not given), ``rank`` (1 = worst: most people without, then most person-minutes, then smallest id).

    Raises
    ------
    ValueError
        If the indexes differ.

    Notes
    -----
    Facilities equally near stand in for each other, so nobody loses by either. The loss of one element of a service
    system as its measure of importance: Church, R. L., Scaparra, M. P. & Middleton, R. S. (2004), Identifying
    critical infrastructure: the median and covering facility interdiction problems, Annals of the AAG 94, 491-502.

    Examples
    --------
    >>> minutes = pd.DataFrame({"a": [5.0, 5.0], "b": [25.0, float("inf")]})
    >>> loss_of_facility(minutes, pd.Series([10, 2]))[["people_inv", "lost_person_min", "without_inv"]].values.tolist()
    [[12.0, 200.0, 2.0], [0.0, 0.0, 0.0]]
    """
    if not minutes.index.equals(population.index) or (zone is not None and not minutes.index.equals(zone.index)):
        message = "minutes, population and zone must share their index"
        raise ValueError(message)
    asked = list(minutes.columns if facility_ids is None else facility_ids)
    ordered = minutes[sorted(minutes.columns)]
    first, second, best, rest = _two_nearest(ordered.to_numpy(float))
    names = np.array([*ordered.columns, None], dtype=object)
    return _losses(names[first], names[second], best, rest, population, zone, asked, zone_of_facility)


def loss_by_nearest(
    cells: pd.DataFrame,
    service: str,
    zone: pd.Series | None = None,
    facility_ids: Sequence[str] | None = None,
    *,
    zone_of_facility: pd.Series | None = None,
) -> pd.DataFrame:
    """Return :func:`loss_of_facility` from the nearest and second nearest of each cell, where these are known.

    Parameters
    ----------
    cells : DataFrame
        ``population_inv``, ``{service}_id``, ``{service}_min``, ``{service}_second_id`` and ``{service}_second_min``,
        as :func:`spatial.analysis.access.minutes_to_nearest` gives them.
    service : str
    zone, facility_ids, zone_of_facility
        As :func:`loss_of_facility` takes them. Default facilities: those that are somebody's nearest.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> cells = pd.DataFrame({"population_inv": [10], "grocery_id": ["a"], "grocery_min": [5.0],
    ...                       "grocery_second_id": ["b"], "grocery_second_min": [25.0]})
    >>> loss_by_nearest(cells, "grocery")["lost_person_min"].to_dict()
    {'a': 200.0}
    """
    first, second = (cells[f"{service}_{name}"].to_numpy(object) for name in ("id", "second_id"))
    best, rest = (cells[f"{service}_{name}"].to_numpy(float) for name in ("min", "second_min"))
    asked = sorted({name for name in first if name is not None}) if facility_ids is None else list(facility_ids)
    return _losses(first, second, best, rest, cells["population_inv"], zone, asked, zone_of_facility)


def _losses(
    first: npt.NDArray[np.object_],
    second: npt.NDArray[np.object_],
    best: FloatArray,
    rest: FloatArray,
    population: pd.Series,
    zone: pd.Series | None,
    asked: list[str],
    zone_of_facility: pd.Series | None,
) -> pd.DataFrame:
    people, has = population.to_numpy(float), np.isfinite(rest)
    across = has & _across(zone, zone_of_facility, second)
    parts = pd.DataFrame(
        {
            "people_inv": people,
            "lost_person_min": people * np.subtract(rest, best, out=np.zeros(len(people)), where=has),
            "without_inv": people * ~has,
            "across_inv": people * across,
        }
    )
    loses = rest > best
    sums = parts[loses].groupby(first[loses]).sum().reindex(pd.Index(asked, name="facility"), fill_value=0.0)
    if zone is None or zone_of_facility is None:
        sums["across_inv"] = np.nan
    return _ranked(sums)


def _two_nearest(minutes: FloatArray) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Return each row's nearest and second nearest column (one past the last where there is none), and the minutes."""
    rows, count = np.arange(len(minutes)), minutes.shape[1]
    padded = np.column_stack([minutes, np.full((len(minutes), 2), np.inf)])
    first = padded.argmin(axis=1)
    best = padded[rows, first]
    padded[rows, first] = np.inf
    second = padded.argmin(axis=1)
    rest = padded[rows, second]
    return np.where(np.isfinite(best), first, count), np.where(np.isfinite(rest), second, count), best, rest


def _across(
    zone: pd.Series | None, zone_of_facility: pd.Series | None, alternative: npt.NDArray[np.object_]
) -> npt.NDArray[np.bool_]:
    if zone is None or zone_of_facility is None:
        return np.zeros(len(alternative), bool)
    other = pd.Series(alternative, dtype=object).map(zone_of_facility.to_dict().get)
    return (other.notna() & (other != zone.reset_index(drop=True))).to_numpy(bool)


def _ranked(sums: pd.DataFrame) -> pd.DataFrame:
    having = sums["people_inv"] - sums["without_inv"]
    mean = (sums["lost_person_min"] / having.where(having > 0)).rename("lost_mean_min")
    worst = sums.sort_index().sort_values(["without_inv", "lost_person_min"], ascending=False, kind="stable")
    rank = pd.Series(np.arange(1, len(worst) + 1), index=worst.index)
    columns = ["people_inv", "lost_person_min", "lost_mean_min", "without_inv", "across_inv", "rank"]
    return sums.assign(lost_mean_min=mean, rank=rank.reindex(sums.index))[columns]
