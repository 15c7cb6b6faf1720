"""Where the group stands: who has taken part and who is missing, what it agrees on and what not (first 11)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import geopandas as gpd
import pandas as pd

from spatial.record.events import ORGANISATIONS, PROFESSIONS, Event
from spatial.record.reading import proposals, votes

_TOGETHER: Final = ORGANISATIONS[1:]


def participation(events: Iterable[Event], municipalities: Iterable[str]) -> pd.DataFrame:
    """Return who has taken part: a row a body, a column a profession, and what is missing.

    Parameters
    ----------
    events : iterable of Event
        Every event counts, also what was withdrawn: to change one's mind is to take part.
    municipalities : iterable of str
        The codes of those who were asked; others who took part stand after them.

    Returns
    -------
    DataFrame
        Index ``body`` (a municipality's code, ``region`` or ``county_board``); ``planner``, ``strategist`` and
        ``developer`` count events; ``sessions`` counts names; ``missing`` lists the professions without any, and
        ``absent`` is true where nobody has said anything.
    """
    said = list({event.id: event for event in events}.values())
    bodies = [event.author.municipality_code or event.author.organisation for event in said]
    asked = list(dict.fromkeys([*municipalities, *_TOGETHER]))
    asked += sorted(set(bodies) - set(asked))
    inputs = Counter((body, event.author.profession) for event, body in zip(said, bodies, strict=True))
    names = {(body, event.author.session) for event, body in zip(said, bodies, strict=True)}
    sessions = Counter(body for body, _ in names)
    table = pd.DataFrame(
        {name: [inputs[body, name] for body in asked] for name in PROFESSIONS},
        index=pd.Index(asked, name="body", dtype=object),
    )
    counts = table[list(PROFESSIONS)]
    table["sessions"] = [sessions[body] for body in asked]
    table["missing"] = [", ".join(name for name in PROFESSIONS if inputs[body, name] == 0) for body in asked]
    table["absent"] = counts.sum(axis=1) == 0
    return table


def opinion(agree: int, disagree: int) -> str:
    """Return how a vote stands; *nobody has voted* is not *all agree*.

    Examples
    --------
    >>> opinion(3, 0), opinion(2, 1), opinion(1, 1), opinion(0, 0)
    ('agreed', 'majority_for', 'split', 'unvoted')
    """
    if agree + disagree == 0:
        return "unvoted"
    if disagree == 0:
        return "agreed"
    if agree == 0:
        return "rejected"
    if agree == disagree:
        return "split"
    return "majority_for" if agree > disagree else "majority_against"


def disagreement(events: Iterable[Event], layers: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return disagreement as a layer: what the group thinks of each node and corridor.

    Parameters
    ----------
    events : iterable of Event
    layers : mapping of str to GeoDataFrame
        The layers to judge by id (``noder``, ``strak``), EPSG:3006, features by index, ``name`` where they have one.

    Returns
    -------
    GeoDataFrame
        A row a feature, all of them: ``layer``, ``feature``, ``name``, ``agree``, ``disagree`` (authors),
        ``proposals``, ``opinion``, ``consensus_share`` (the larger side's share, NaN without votes), ``minority``
        (authors on the smaller side) and ``minority_who`` (their bodies and professions).
    """
    said = list(events)
    cast = votes(said)
    wanted = proposals(said).groupby(["layer", "feature"]).size()
    groups = dict(iter(cast.groupby(["layer", "feature"])))
    rows = []
    for layer, frame in layers.items():
        names = frame["name"] if "name" in frame else pd.Series("", index=frame.index)
        for feature, name, shape in zip(frame.index.astype(str), names, frame.geometry, strict=True):
            row = _standing(groups.get((layer, feature)))
            proposed = int(wanted.get((layer, feature), 0))
            rows.append(
                {"layer": layer, "feature": feature, "name": name, **row, "proposals": proposed, "geometry": shape}
            )
    columns = [
        "layer", "feature", "name", "agree", "disagree", "opinion", "consensus_share", "minority", "minority_who",
        "proposals", "geometry",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table.index = pd.Index([f"{row['layer']}:{row['feature']}" for row in rows], name="id", dtype=object)
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:3006")


def _standing(cast: pd.DataFrame | None) -> dict[str, object]:
    stances = [] if cast is None else cast["stance"].tolist()
    agree, disagree = stances.count("agree"), stances.count("disagree")
    fewer = "disagree" if agree >= disagree else "agree"
    who: list[str] = []
    if cast is not None and agree and disagree:
        rows = cast[cast["stance"] == fewer] if agree != disagree else cast.iloc[:0]
        bodies = rows["municipality_code"].where(rows["municipality_code"] != "", rows["organisation"])
        who = sorted({f"{body} {profession}" for body, profession in zip(bodies, rows["profession"], strict=True)})
    total = agree + disagree
    return {
        "agree": agree,
        "disagree": disagree,
        "opinion": opinion(agree, disagree),
        "consensus_share": max(agree, disagree) / total if total else float("nan"),
        "minority": min(agree, disagree),
        "minority_who": "; ".join(who),
    }
