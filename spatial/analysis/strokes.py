"""Strokes: the edges that links use, joined across junctions into lines that keep one road number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import combinations, groupby

import geopandas as gpd
import pandas as pd


@dataclass(frozen=True)
class Stroke:
    """Edges in order, how each is travelled, and the nodes passed (one more than edges)."""

    number: str
    edges: tuple[str, ...]
    forward: tuple[bool, ...]
    nodes: tuple[str, ...]

    def turned(self) -> "Stroke":
        """Return the stroke the other way round."""
        forward = tuple(not forth for forth in reversed(self.forward))
        return Stroke(self.number, self.edges[::-1], forward, self.nodes[::-1])


def numbers_of_edges(edges: gpd.GeoDataFrame, links: pd.DataFrame, least_m: float, *, digits: bool) -> pd.Series:
    """Return the number under which each edge that a link uses belongs to a corridor.

    Parameters
    ----------
    edges : GeoDataFrame
        A network's: ``number``, ``length_m``.
    links : DataFrame
        As :func:`spatial.analysis.links.links_between` gives them.
    least_m : float
        A stretch under one number shorter than this, metres, takes the number of the longer of its neighbours on the
        link: a street through a town is no corridor of its own.
    digits : bool
        Whether a number must hold a digit, as roads' do (a railway has a name).

    Returns
    -------
    Series
        Text (empty for an edge without number), index the ids of the edges used, sorted. Where links differ, the one
        with most flow decides, then the longest, then the first id.
    """
    own = edges["number"].fillna("").astype(str)
    if digits:
        own = own.where(own.str.contains(r"\d"), "")
    length = edges["length_m"].astype(float)
    order = links.sort_index().sort_values(["flow_inv", "length_m"], ascending=False, kind="stable")
    number: dict[str, str] = {}
    for ids in order["edges"]:
        for edge, name in zip(
            ids, absorbed(list(own.loc[list(ids)]), list(length.loc[list(ids)]), least_m), strict=True
        ):
            number.setdefault(edge, name)
    return pd.Series(number, dtype=object).sort_index()


def absorbed(names: Sequence[str], lengths: Sequence[float], least: float) -> list[str]:
    """Return the names of a chain's parts after runs shorter than ``least`` took the name of a longer neighbour.

    The shortest run first (of equals the first), until none is short or one is left.

    Examples
    --------
    >>> absorbed(["", "E4", "E4", "346"], [4, 50, 60, 7], 5)
    ['E4', 'E4', 'E4', '346']
    """
    runs = []
    for name, parts in groupby(zip(names, lengths, strict=True), key=lambda part: part[0]):
        sizes = [size for _, size in parts]
        runs.append((name, sum(sizes), len(sizes)))
    while len(runs) > 1:
        at = min(range(len(runs)), key=lambda i: runs[i][1])
        if runs[at][1] >= least:
            break
        near = max((i for i in (at - 1, at + 1) if 0 <= i < len(runs)), key=lambda i: (runs[i][1], -i))
        runs[at] = (runs[near][0], *runs[at][1:])
        runs = _joined(runs)
    return [name for name, _, count in runs for _ in range(count)]


def _joined(runs: list[tuple[str, float, int]]) -> list[tuple[str, float, int]]:
    out = []
    for name, group in groupby(runs, key=lambda run: run[0]):
        parts = list(group)
        out.append((name, sum(p[1] for p in parts), sum(p[2] for p in parts)))
    return out


def strokes_of(
    edges: gpd.GeoDataFrame, number: pd.Series, flow: pd.Series | None, stops: Iterable[str] = ()
) -> list[Stroke]:
    """Return the used edges as strokes, each edge in one.

    Parameters
    ----------
    edges : GeoDataFrame
        A network's: ``from_node``, ``to_node``, ``number``, ``length_m``.
    number : Series
        The number of each used edge, as :func:`numbers_of_edges` gives it.
    flow : Series, optional
        People on each edge.
    stops : iterable of str
        Nodes at which edges without number end: they are then told by the places they join.

    Returns
    -------
    list of Stroke
        In the order of their first edge's id; nothing depends on the order of the edges.

    Notes
    -----
    At a node, of edges under one number, the two go on into each other that carry that number themselves, then those
    with most flow; the others end there. Strokes as in Thomson, R. C. & Richardson, D. E. (1999), The 'good
    continuation' principle of perceptual organization applied to the generalization of road networks, Proceedings of
    the 19th International Cartographic Conference, with the number in the place of the angle.
    """
    used = edges.loc[list(number.index), ["from_node", "to_node", "number", "length_m"]]
    carried = pd.Series(0.0, index=used.index) if flow is None else flow.reindex(used.index).fillna(0.0)
    rank = pd.DataFrame({"own": used["number"].fillna("").astype(str) == number, "flow": carried})
    strength = {edge: (bool(own), float(people)) for edge, own, people in rank.itertuples()}
    ends = {edge: (str(a), str(b)) for edge, a, b in used[["from_node", "to_node"]].itertuples()}
    at: dict[tuple[str, str], list[str]] = defaultdict(list)
    for edge in sorted(ends):
        for node in set(ends[edge]):
            at[node, number[edge]].append(edge)
    stopping = set(stops)
    following: dict[tuple[str, str], str] = {}
    for (node, name), here in at.items():
        if name or node not in stopping:
            following |= _continuations(node, here, strength)
    return _walked(ends, number, following)


def completed(edges: gpd.GeoDataFrame, number: pd.Series, stops: Iterable[str]) -> pd.Series:
    """Return the used edges with those on which a number goes on from a loose end to the next corridor or node.

    Parameters
    ----------
    edges : GeoDataFrame
        A network's: ``from_node``, ``to_node``, ``number``, ``length_m``, ``ferry``.
    number : Series
        The number of each used edge, as :func:`numbers_of_edges` gives it.
    stops : iterable of str
        The nodes that links join; a number that ends at one of them has no loose end.

    Returns
    -------
    Series
        As ``number``, longer: from each loose end the shortest way along unused edges of its own number, ferries
        apart, to a node that is a stop or on a used edge; nothing where there is none.
    """
    out = dict(number)
    stopping = set(stops)
    ends = {edge: (str(a), str(b)) for edge, a, b in edges[["from_node", "to_node"]].itertuples()}
    touched = {node for edge in out for node in ends[edge]}
    free = edges[~edges["ferry"].astype(bool) & ~edges.index.isin(list(out))].sort_index()
    for name, own in free.groupby(free["number"].fillna("").astype(str), sort=True):
        degree = Counter(node for edge, called in out.items() if called == name for node in ends[edge])
        lengths = {edge: (*ends[edge], float(length)) for edge, length in own["length_m"].items()}
        for node in sorted(node for node, count in degree.items() if name and count == 1 and node not in stopping):
            for edge in _onward(node, lengths, (touched | stopping) - {node}):
                out[edge] = str(name)
                touched.update(ends[edge])
                del lengths[edge]
    return pd.Series(out, dtype=object).sort_index()


def _onward(start: str, lengths: dict[str, tuple[str, str, float]], goals: set[str]) -> list[str]:
    """Return the edges of the shortest way from a node to the nearest goal; none where there is no way."""
    at: dict[str, list[str]] = defaultdict(list)
    for edge, (a, b, _) in lengths.items():
        at[a].append(edge)
        at[b].append(edge)
    queue: list[tuple[float, str, list[str]]] = [(0.0, start, [])]
    seen: set[str] = set()
    while queue:
        length, node, way = heappop(queue)
        if node in goals:
            return way
        if node not in seen:
            seen.add(node)
            for edge in at[node]:
                heappush(queue, (length + lengths[edge][2], _other(lengths[edge][:2], node), [*way, edge]))
    return []


def _continuations(node: str, here: list[str], strength: dict[str, tuple[bool, float]]) -> dict[tuple[str, str], str]:
    """Return, for each edge at a node, the edge it goes on into: the strongest pair, then the next."""
    out: dict[tuple[str, str], str] = {}
    pairs = combinations(here, 2)
    for a, b in sorted(pairs, key=lambda p: (*(-x for x in map(float, _weakest(strength, *p))), *p)):
        if (a, node) not in out and (b, node) not in out:
            out[a, node], out[b, node] = b, a
    return out


def _weakest(strength: dict[str, tuple[bool, float]], a: str, b: str) -> tuple[bool, float]:
    return min(strength[a][0], strength[b][0]), min(strength[a][1], strength[b][1])


def _walked(ends: dict[str, tuple[str, str]], number: pd.Series, following: dict[tuple[str, str], str]) -> list[Stroke]:
    done: set[str] = set()
    out = []
    for first in sorted(ends):
        if first in done:
            continue
        back, passed = _walk(first, ends[first][1], ends, following)
        along, nodes = _walk(back[-1], passed[-1], ends, following)
        forward = tuple(ends[edge][0] == node for edge, node in zip(along, nodes[:-1], strict=True))
        out.append(Stroke(str(number[first]), tuple(along), forward, tuple(nodes)))
        done.update(along)
    return out


def _walk(
    edge: str, entered: str, ends: dict[str, tuple[str, str]], following: dict[tuple[str, str], str]
) -> tuple[list[str], list[str]]:
    """Return the edges and nodes met from an edge on, entered at a node, to the stroke's end (or round a ring)."""
    edges, nodes = [edge], [entered, _other(ends[edge], entered)]
    while (onward := following.get((edges[-1], nodes[-1]))) is not None and onward not in edges:
        edges.append(onward)
        nodes.append(_other(ends[onward], nodes[-1]))
    return edges, nodes


def _other(ends: tuple[str, str], node: str) -> str:
    return ends[1] if ends[0] == node else ends[0]
