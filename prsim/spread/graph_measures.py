"""What a graph looks like: degrees and their tail, clustering, assortativity, reciprocity, components.

Parallel edges and self-loops are not counted: every statistic is that of :meth:`Graph.simple`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prsim.spread.compiled import njit
from prsim.spread.graphs import Graph
from prsim.spread.textbook import Floats

__all__ = [
    "GraphStatistics",
    "Tail",
    "attribute_assortativity",
    "degree_assortativity",
    "graph_statistics",
    "group_mixing",
    "homophily",
    "local_clustering",
    "out_clustering",
    "reciprocity",
    "tail_exponent",
    "weak_components",
]

_TAIL_NODES = 50  # a tail is not fitted to fewer nodes
_TAIL_DEGREES = 10  # nor to fewer different degrees, when its start is looked for
_TAIL_STARTS = 200  # places at which the tail is tried to begin


class Tail(NamedTuple):
    """A power law fitted to the upper end of a degree distribution.

    Attributes
    ----------
    exponent, error : float
        Exponent of the density ``k ** -exponent`` and its standard error; nan where nothing can be fitted.
    start : int
        Smallest degree of the tail.
    nodes : int
        Nodes in the tail.
    distance : float
        Kolmogorov-Smirnov distance between the tail and the fitted law; large where there is no power law.
    """

    exponent: float
    error: float
    start: int
    nodes: int
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphStatistics:
    """Statistics of a directed graph; see :func:`graph_statistics` for the formulas."""

    nodes: int
    edges: int
    mean_degree: float
    out_variance: float
    in_variance: float
    largest_out: int
    largest_in: int
    tail: Tail
    reciprocity: float
    clustering: float
    out_clustering: float
    degree_assortativity: float
    group_assortativity: float
    homophily: float
    components: int
    largest_component: float


def graph_statistics(
    graph: Graph, groups: ArrayLike | None = None, sizes: ArrayLike | None = None
) -> GraphStatistics:
    """Describe a graph.

    Parameters
    ----------
    graph : Graph
        Self-loops and parallel edges are left out.
    groups : int[n], optional
        Group of each node, from 0; without it the statistics of mixing are nan.
    sizes : float[groups], optional
        Sizes of the groups by which chance is reckoned in `homophily`; their numbers of nodes where None.

    Returns
    -------
    GraphStatistics
        ``nodes``, ``edges``; ``mean_degree`` = edges / nodes; ``out_variance``, ``in_variance`` of the degrees
        (population variance), the largest ones, and the `tail_exponent` of the out-degrees; `reciprocity`;
        ``clustering``, the mean of `local_clustering`, and ``out_clustering``, the mean of `out_clustering`;
        `degree_assortativity` from out-degree to in-degree; `attribute_assortativity` and `homophily` by group; the
        number of weak components and the share of the nodes in the largest.
    """
    g = graph.simple()
    leave, reach = g.out_degree, g.in_degree
    component = weak_components(g)
    largest = np.bincount(component).max() if g.n else 0
    nan = math.nan
    return GraphStatistics(
        nodes=g.n,
        edges=g.edges,
        mean_degree=g.edges / g.n if g.n else nan,
        out_variance=float(leave.var()) if g.n else nan,
        in_variance=float(reach.var()) if g.n else nan,
        largest_out=int(leave.max(initial=0)),
        largest_in=int(reach.max(initial=0)),
        tail=tail_exponent(leave),
        reciprocity=reciprocity(g),
        clustering=float(local_clustering(g).mean()) if g.n else nan,
        out_clustering=float(out_clustering(g).mean()) if g.n else nan,
        degree_assortativity=degree_assortativity(g),
        group_assortativity=nan if groups is None else attribute_assortativity(g, groups),
        homophily=nan if groups is None else homophily(g, groups, sizes),
        components=int(component.max(initial=-1)) + 1,
        largest_component=float(largest / g.n) if g.n else nan,
    )


def tail_exponent(degrees: ArrayLike, start: int | None = None) -> Tail:
    """Fit a power law to the degrees from `start` on, by maximum likelihood.

    ``exponent = 1 + m / Σ ln(k / (start - 1/2))`` over the m degrees k >= start, with standard error
    ``(exponent - 1) / √m``: the approximation for whole numbers of Clauset, Shalizi and Newman (2009, eq. 3.7), good
    for start >= 6. Where `start` is None, the one at which the Kolmogorov-Smirnov distance to the fitted law is
    smallest, as they propose, among those that leave at least 50 degrees, 10 of them different. An exponent comes out
    of almost any distribution: look at the distance before calling it a power law.
    """
    k = np.sort(np.asarray(degrees, dtype=np.int64))
    k = k[k > 0]
    if start is not None:
        return _tail_from(k, start)
    starts = np.unique(k)[: 1 - _TAIL_DEGREES]
    starts = starts[k.size - np.searchsorted(k, starts) >= _TAIL_NODES]
    if starts.size > _TAIL_STARTS:
        starts = starts[np.linspace(0, starts.size - 1, _TAIL_STARTS).astype(np.int64)]
    fits = [fit for fit in (_tail_from(k, int(s)) for s in starts) if math.isfinite(fit.distance)]
    return min(fits, key=lambda fit: fit.distance) if fits else Tail(math.nan, math.nan, 0, 0, math.nan)


def _tail_from(k: NDArray[np.int64], start: int) -> Tail:
    tail = k[np.searchsorted(k, start) :]
    m = int(tail.size)
    if m < 2 or tail[0] == tail[-1]:
        return Tail(math.nan, math.nan, start, m, math.nan)
    edge = start - 0.5
    alpha = m / float(np.log(tail / edge).sum())
    values, counts = np.unique(tail, return_counts=True)
    fitted = 1.0 - ((values + 0.5) / edge) ** -alpha
    distance = float(np.abs(np.cumsum(counts) / m - fitted).max())
    return Tail(1.0 + alpha, alpha / math.sqrt(m), start, m, distance)


def local_clustering(graph: Graph) -> Floats:
    """Share of the pairs of a node's neighbours that are tied, float64[n]; 0 with fewer than two neighbours.

    Neighbours are those to whom an edge leads or from whom one comes, directions ignored: for each node
    ``2 · triangles / (d · (d - 1))`` (Watts and Strogatz 1998).
    """
    g = graph.undirected()
    degree = g.out_degree
    rank = np.empty(g.n, dtype=np.int64)
    rank[np.argsort(degree, kind="stable")] = np.arange(g.n)
    up = rank[g.source] < rank[g.indices]  # from small to large degree: no node has many of these
    upward = Graph.from_edges(g.n, g.source[up], g.indices[up])
    triangles = _triangles(upward.indptr, upward.indices)
    pairs = degree * (degree - 1) / 2.0
    return np.divide(triangles, pairs, out=np.zeros(g.n), where=pairs > 0)


def out_clustering(graph: Graph) -> Floats:
    """Share of the ordered pairs (j, l) of a node's targets with an edge from j to l, float64[n].

    0 with fewer than two targets. In words: of those whom somebody tells, how many tell each other. Equal to
    `local_clustering` where every tie stands in both directions.
    """
    g = graph.simple()
    closed = _closed_pairs(g.indptr, g.indices)
    pairs = (g.out_degree * (g.out_degree - 1)).astype(np.float64)
    return np.divide(closed, pairs, out=np.zeros(g.n), where=pairs > 0)


@njit(cache=True)
def _triangles(indptr, indices):  # type: ignore[no-untyped-def]
    """Triangles at each node of a graph in which every tie stands once and no circle exists."""
    n = indptr.shape[0] - 1
    count, mark = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            mark[indices[e]] = i
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            for f in range(indptr[j], indptr[j + 1]):
                if mark[indices[f]] == i:
                    count[i] += 1
                    count[j] += 1
                    count[indices[f]] += 1
    return count


@njit(cache=True)
def _closed_pairs(indptr, indices):  # type: ignore[no-untyped-def]
    n = indptr.shape[0] - 1
    count, mark = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            mark[indices[e]] = i
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            for f in range(indptr[j], indptr[j + 1]):
                if mark[indices[f]] == i:
                    count[i] += 1
    return count


def reciprocity(graph: Graph) -> float:
    """Share of the edges whose reverse is an edge too; nan without edges."""
    g = graph.simple()
    if g.edges == 0:
        return math.nan
    forth = g.source.astype(np.int64) * g.n + g.indices  # sorted, since the graph is simple
    back = g.indices.astype(np.int64) * g.n + g.source
    at = np.minimum(np.searchsorted(forth, back), g.edges - 1)
    return float((forth[at] == back).mean())


def degree_assortativity(graph: Graph, source: str = "out", target: str = "in") -> float:
    """Pearson correlation, over the edges, of a degree at the start with a degree at the end.

    Source: Newman (2003), eq. 25. nan where one of them does not vary.

    Parameters
    ----------
    source, target : {"out", "in"}
        Which degree is meant at each end.
    """
    g = graph.simple()
    degree = {"out": g.out_degree, "in": g.in_degree}
    for name in (source, target):
        if name not in degree:
            raise ValueError(f"a degree is 'out' or 'in', not {name!r}")
    x, y = degree[source][g.source].astype(float), degree[target][g.indices].astype(float)
    if g.edges == 0 or x.min() == x.max() or y.min() == y.max():
        return math.nan
    return float(np.corrcoef(x, y)[0, 1])


def group_mixing(graph: Graph, groups: ArrayLike) -> Floats:
    """Share of all edges that lead from each group to each, float64[groups, groups]; sums to one.

    Raises
    ------
    ValueError
        If there is not one group per node.
    """
    g = graph.simple()
    group = np.asarray(groups, dtype=np.int64)
    if group.shape != (g.n,) or (g.n and group.min() < 0):
        raise ValueError(f"groups must be one number from 0 on per node ({g.n}), got shape {group.shape}")
    many = int(group.max(initial=-1)) + 1
    counts = np.bincount(group[g.source] * many + group[g.indices], minlength=many * many)
    return counts.reshape(many, many) / max(g.edges, 1)


def attribute_assortativity(graph: Graph, groups: ArrayLike) -> float:
    """Assortativity by group: ``(Tr e - Σ a b) / (1 - Σ a b)`` with the mixing matrix e and its margins a, b.

    1: edges stay within groups; 0: they ignore them. Source: Newman (2003), eq. 2. nan where all edges stay in one
    group.
    """
    e = group_mixing(graph, groups)
    chance = float(e.sum(axis=1) @ e.sum(axis=0))
    return (float(np.trace(e)) - chance) / (1.0 - chance) if chance < 1.0 else math.nan


def homophily(graph: Graph, groups: ArrayLike, sizes: ArrayLike | None = None) -> float:
    """Share of edges within groups beyond chance: ``(w - c) / (1 - c)``.

    w is the share of edges within groups, c what it would be if targets were picked by the groups' sizes:
    ``Σ a_g · size_g / Σ size``, with a_g the share of edges that begin in g. The estimate of the `homophily` of
    :func:`~prsim.spread.block_graph`. nan where there is one group only.
    """
    e = group_mixing(graph, groups)
    size = np.bincount(np.asarray(groups), minlength=len(e)) if sizes is None else np.asarray(sizes, float)
    chance = float(e.sum(axis=1) @ size) / float(size.sum())
    return (float(np.trace(e)) - chance) / (1.0 - chance) if chance < 1.0 else math.nan


def weak_components(graph: Graph) -> NDArray[np.int32]:
    """Component of each node, directions ignored, int32[n]; numbered from 0 in the order of their first nodes."""
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(graph.to_scipy(), directed=True, connection="weak")
    _, first, place = np.unique(label, return_index=True, return_inverse=True)
    order = np.empty(first.size, dtype=np.int32)
    order[np.argsort(first)] = np.arange(first.size, dtype=np.int32)
    return order[place]
