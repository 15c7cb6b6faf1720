"""The gravity model drawn again: how many may travel on each road, and along each corridor."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatial.analysis.flows import gravity_flows
from spatial.analysis.paths import carried
from spatial.analysis.redraw import varied
from spatial.model import FloatArray, Network
from spatial.settings import Redraw

_FLOWS = 4
"""Part of the seed, beside those of rules, people and land."""


def flows_by_run(
    network: Network,
    places: pd.DataFrame,
    minutes: pd.DataFrame,
    node_of_place: Mapping[str, str] | pd.Series,
    parameters: Mapping[str, float],
    options: Redraw,
) -> FloatArray:
    """Return the modelled people on each edge, the gravity model's parameters drawn again and again.

    Parameters
    ----------
    network : Network
    places, minutes : DataFrame
        As :func:`spatial.analysis.flows.gravity_flows` takes them.
    node_of_place : mapping
        As :func:`spatial.analysis.flows.assign_flows` takes it; every place has a node.
    parameters : Mapping
        ``gravity_exponent``, ``max_minutes`` and ``least_minutes``, as settings give them.
    options : Redraw
        ``runs``, ``seed``, ``spread_share`` and ``varied_flows``.

    Returns
    -------
    ndarray, shape (runs, len(network.edges))
        The places' people are counted and stay as they are, and so does the total that travels.

    Notes
    -----
    As :func:`spatial.analysis.redraw.redraw_population` draws people: Heuvelink (1998). Exponents between 1 and 3 are
    what studies of commuting have found.
    """
    tables = []
    for run in range(options.runs):
        own = varied(parameters, options.varied_flows, options.spread_share.value, (options.seed, _FLOWS, run))
        limits = {"max_minutes": own["max_minutes"], "least_minutes": own["least_minutes"]}
        tables.append(gravity_flows(places, minutes, exponent=own["gravity_exponent"], **limits).assign(run=run))
    every = pd.concat(tables, ignore_index=True)
    nodes, ends = dict(node_of_place), ["origin", "destination"]
    pair = every.groupby(ends, sort=False).ngroup().to_numpy(np.int64)
    pairs = every[ends].drop_duplicates()
    amounts = np.zeros((len(pairs), options.runs))
    amounts[pair, every["run"].to_numpy(np.int64)] = every["flow_inv"].to_numpy(float)
    there, back = ([nodes[name] for name in pairs[end]] for end in ends)
    return carried(network, there, back, amounts).T


def mean_by_run(on_edge: FloatArray, edges: pd.DataFrame, corridors: Sequence[Sequence[str]]) -> FloatArray:
    """Return the mean flow along each corridor in every run, weighed by length; NaN for one without edges or length.

    Parameters
    ----------
    on_edge : ndarray, shape (runs, len(edges))
    edges : DataFrame
        ``length_m``.
    corridors : sequence
        The ids of each corridor's edges.

    Examples
    --------
    >>> edges = pd.DataFrame({"length_m": [1.0, 3.0]}, index=["a", "b"])
    >>> mean_by_run(np.array([[8.0, 4.0]]), edges, [["a", "b"], []]).tolist()
    [[5.0, nan]]
    """
    from scipy import sparse

    at: list[npt.NDArray[np.int64]] = [edges.index.get_indexer(pd.Index(list(ids))) for ids in corridors]
    edge = np.concatenate([np.zeros(0, np.int64), *at])
    of = np.repeat(np.arange(len(at)), [len(one) for one in at])
    weight = sparse.csr_matrix(
        (edges["length_m"].to_numpy(float)[edge], (edge, of)), shape=(len(edges), len(corridors))
    )
    length = np.asarray(weight.sum(axis=0), float)
    travelled = np.asarray(on_edge @ weight, float)
    mean = np.divide(travelled, length, out=np.full(travelled.shape, np.nan), where=length > 0)
    return np.asarray(mean, float)
