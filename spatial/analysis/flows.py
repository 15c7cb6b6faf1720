"""Flows between places: modelled by gravity or observed, and laid on the network."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spatial.analysis.paths import carried
from spatial.model import Network


def gravity_flows(
    places: pd.DataFrame,
    minutes: pd.DataFrame,
    *,
    exponent: float,
    max_minutes: float,
    least_minutes: float = 1.0,
    total_inv: float | None = None,
) -> pd.DataFrame:
    """Return modelled flows between places: people times people over minutes to a power.

    Parameters
    ----------
    places : DataFrame
        Index unique place ids; ``population_inv`` (people).
    minutes : DataFrame
        Minutes from place (index) to place (columns), inf where no way leads; must hold all the places.
    exponent : float
        Of the minutes.
    max_minutes : float
        Pairs farther apart have no flow; one exactly as far has.
    least_minutes : float
        Places nearer each other count as this far apart: the power law has no sense at 0.
    total_inv : float, optional
        What the flows add up to, both directions. Default: the places' people.

    Returns
    -------
    DataFrame
        Index 0..n, sorted by ``origin`` and ``destination`` (place ids); ``flow_inv`` > 0. Symmetric: there and back
        the same, as commuters go home; minutes are the mean of the two directions. Modelled (*modellerat*): only
        proportions between the flows mean anything, the total is set.

    Raises
    ------
    ValueError
        If a place id repeats, or a place is missing in the minutes.

    Notes
    -----
    Unconstrained gravity model: Zipf, G. K. (1946), The P1 P2/D hypothesis: on the intercity movement of persons,
    American Sociological Review 11, 677-686; Wilson, A. G. (1971), A family of spatial interaction models, and
    associated developments, Environment and Planning A 3, 1-32.

    Examples
    --------
    >>> places = pd.DataFrame({"population_inv": [100, 10, 10]}, index=["a", "b", "c"])
    >>> minutes = pd.DataFrame([[0, 10, 20], [10, 0, 99], [20, 99, 0]], index=list("abc"), columns=list("abc"))
    >>> gravity_flows(places, minutes, exponent=2, max_minutes=60, total_inv=100).values.tolist()
    [['a', 'b', 40.0], ['a', 'c', 10.0], ['b', 'a', 40.0], ['c', 'a', 10.0]]
    """
    if not places.index.is_unique:
        message = f"place ids repeat: {list(places.index[places.index.duplicated()])}"
        raise ValueError(message)
    ids = sorted(places.index)
    missing = [one for one in ids if one not in minutes.index or one not in minutes.columns]
    if missing:
        message = f"places without minutes: {missing}"
        raise ValueError(message)
    there = minutes.loc[ids, ids].to_numpy(float)
    mean = (there + there.T) / 2
    people = places["population_inv"].loc[ids].fillna(0).to_numpy(float)
    flow = np.outer(people, people) / np.maximum(mean, least_minutes) ** exponent
    flow[(mean > max_minutes) | np.eye(len(ids), dtype=bool)] = 0
    total = flow.sum()
    if total > 0:
        flow *= (people.sum() if total_inv is None else total_inv) / total
    i, j = np.nonzero(flow)
    names = np.array(ids, dtype=object)
    return pd.DataFrame({"origin": names[i], "destination": names[j], "flow_inv": flow[i, j]})


def observed_flows(table: pd.DataFrame, places: pd.Index) -> pd.DataFrame:
    """Return a commuting table as flows, or refuse it.

    Parameters
    ----------
    table : DataFrame
        A row a pair: ``origin``, ``destination`` (place ids) and ``count`` (people).
    places : Index
        The places' ids.

    Returns
    -------
    DataFrame
        Index 0..n, sorted by ``origin`` and ``destination``; ``flow_inv``. Pairs without people and those who stay
        in their place are left out: they use no link.

    Raises
    ------
    ValueError
        All that is wrong at once: a place unknown, a pair repeated, a count missing, negative or infinite.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": ["b", "a"], "destination": ["a", "a"], "count": [7, 9]})
    >>> observed_flows(table, pd.Index(["a", "b"])).values.tolist()
    [['b', 'a', 7.0]]
    """
    flow = pd.to_numeric(table["count"], errors="coerce").astype(float)
    ends = table[["origin", "destination"]]
    problems = [f"unknown place: {name}" for name in sorted({str(e) for e in ends.to_numpy().ravel()} - set(places))]
    problems += [f"pair repeated: {a} → {b}" for a, b in ends[ends.duplicated()].drop_duplicates().to_numpy()]
    problems += [f"bad count in row {row}" for row in table.index[~(np.isfinite(flow) & (flow >= 0))]]
    if problems:
        raise ValueError("; ".join(problems))
    kept = ends.assign(flow_inv=flow)[(flow > 0) & (ends["origin"] != ends["destination"])]
    return kept.sort_values(["origin", "destination"], ignore_index=True)


def assign_flows(network: Network, flows: pd.DataFrame, node_of_place: Mapping[str, str] | pd.Series) -> pd.Series:
    """Return how many people travel on each edge if all take their fastest way.

    Parameters
    ----------
    network : Network
    flows : DataFrame
        ``origin``, ``destination`` (place ids) and ``flow_inv``, as the other functions here give them.
    node_of_place : mapping
        Each place's node in the network; None, or absent, where it has none.

    Returns
    -------
    Series
        ``flow_inv`` on the edges' index, both directions together; 0 where nobody travels. A flow between places
        that no way joins, or that stand on the same node, is on no edge.

    Notes
    -----
    All-or-nothing assignment: no congestion, nobody takes the second best way (Ortúzar, J. de D. & Willumsen, L. G.
    (2011), Modelling Transport, 4th ed., section 10.3). Fair where roads are far from full.
    """
    nodes = dict(node_of_place)
    ends = flows.assign(a=flows["origin"].map(nodes.get), b=flows["destination"].map(nodes.get))
    known = ends[ends["a"].notna() & ends["b"].notna()]
    on_edge = carried(network, list(known["a"]), list(known["b"]), known[["flow_inv"]].to_numpy(float))
    return pd.Series(on_edge[:, 0], index=network.edges.index, name="flow_inv")


def flows_of_edges(on_part: pd.Series, parts: pd.DataFrame, edges: pd.Index) -> pd.Series:
    """Return the flow on each whole edge from the flows on the parts that it was cut into.

    Parameters
    ----------
    on_part : Series
        ``flow_inv`` by part; parts of an edge are named ``<edge>#1``, ``<edge>#2``, ... as
        :func:`spatial.analysis.snapping.with_points` names them.
    parts : DataFrame
        ``length_m``, on the same index.
    edges : Index
        The whole edges' ids.

    Returns
    -------
    Series
        ``flow_inv`` on ``edges``: the mean over the edge's length.

    Examples
    --------
    >>> parts = pd.DataFrame({"length_m": [100.0, 300.0, 50.0]}, index=["a#1", "a#2", "b"])
    >>> flows_of_edges(pd.Series([8.0, 4.0, 1.0], index=parts.index), parts, pd.Index(["a", "b"])).to_dict()
    {'a': 5.0, 'b': 1.0}
    """
    names = parts.index.astype(str)
    whole = names.where(names.isin(edges), names.str.rpartition("#").get_level_values(0))
    length = parts["length_m"].clip(lower=1e-9)
    travelled = (on_part.reindex(parts.index) * length).groupby(whole).sum()
    return (travelled / length.groupby(whole).sum()).reindex(edges).rename("flow_inv")


def places_of_codes(names: pd.Series, places: pd.DataFrame) -> pd.Series:
    """Return the place that each name stands for: a place's id, or a municipality's code for its centre.

    Parameters
    ----------
    names : Series
        As a commuting table gives them.
    places : DataFrame
        Index place ids; ``municipality_code``, ``central`` (truth) and ``population_inv``.

    Returns
    -------
    Series
        Place ids on the names' index; None where neither is known. A municipality is taken for its central place,
        else for its largest (of equally large ones the smallest id).

    Examples
    --------
    >>> places = pd.DataFrame({"municipality_code": ["2480", "2480"], "central": [True, False],
    ...                        "population_inv": [90, 7]}, index=["umea", "savar"])
    >>> places_of_codes(pd.Series(["savar", "2480", "9999"]), places).tolist()
    ['savar', 'umea', None]
    """
    known = places[places["municipality_code"].notna()].sort_index()
    order = known.assign(central=known["central"].astype(bool)).sort_values(
        ["central", "population_inv"], ascending=False, kind="stable"
    )
    first = (
        order.reset_index(names="place").drop_duplicates("municipality_code").set_index("municipality_code")["place"]
    )
    standing = {**first.to_dict(), **{place: place for place in places.index}}
    return pd.Series([standing.get(str(name)) for name in names], index=names.index, dtype=object)
