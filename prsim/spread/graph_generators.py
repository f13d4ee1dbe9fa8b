"""Graphs whose degree, clustering and mixing are known, drawn from a seed.

A generator is a pure function of its arguments and its seed: every draw is keyed by (seed, what, edge), none comes
from a generator with a state.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prsim.spread.compiled import njit, prefetch
from prsim.spread.draws import Stream, hash3, stream_key, uniform, uniform_array
from prsim.spread.graphs import Graph
from prsim.spread.places import LOTS, occupant, plain_cells
from prsim.spread.textbook import Floats, check_count, check_number

__all__ = [
    "MOST_TIES",
    "block_graph",
    "block_mixing",
    "configuration_graph",
    "heavy_tailed_graph",
    "mixed_ties",
    "small_world_graph",
]


def heavy_tailed_graph(
    n: int, mean_degree: float, exponent: float, seed: int, *, largest: int | None = None
) -> Graph:
    """Draw a directed configuration model with Pareto out-degrees and Poisson in-degrees.

    Out-degrees follow the density ``k ** -exponent`` between a smallest degree, which is chosen so that their mean is
    `mean_degree`, and `largest`; fractions are rounded by lot, which keeps the mean (below an exponent of 3 the mean of
    one graph varies much: the few largest nodes decide it). The targets of a node are
    distinct others, each set of them as likely, so there are no self-loops and no parallel edges. Source: Newman,
    Strogatz and Watts (2001) for the model; Clauset, Shalizi and Newman (2009) for the convention of the exponent.

    Parameters
    ----------
    n : int
        Nodes, at least 3.
    mean_degree : float
        Expected out-degree, above 0 and below `largest`.
    exponent : float
        Exponent of the density, above 2 (below that the mean would not exist); the share of nodes with more than k
        targets falls as ``k ** (1 - exponent)``.
    seed : int
        Seed of the draws.
    largest : int, optional
        Largest out-degree; at most, and by default, half of the other nodes.

    Raises
    ------
    ValueError
        If a number is outside its range.
    """
    n = check_count("n", n, 3)
    most = (n - 1) // 2
    largest = most if largest is None else check_count("largest", largest)
    if largest > most:
        raise ValueError(f"largest must be at most half of the other nodes ({most}), got {largest}")
    if not exponent > 2.0:
        raise ValueError(f"exponent must be above 2, got {exponent}: the mean degree would not exist")
    if not 0.0 < mean_degree < largest:
        raise ValueError(f"mean_degree must be above 0 and below {largest}, got {mean_degree}")
    tail, nodes = exponent - 1.0, np.arange(n)

    def mean_from(least: float) -> float:
        cut = (least / largest) ** tail
        return least * tail / (tail - 1.0) * (1.0 - cut * largest / least) / (1.0 - cut)

    from scipy.optimize import brentq

    least = float(brentq(lambda a: mean_from(a) - mean_degree, mean_degree * 1e-9, mean_degree))
    key = stream_key(seed, Stream.GRAPH, "degree")
    share = uniform_array(key, nodes, 0) * (1.0 - (least / largest) ** tail)
    wanted = np.minimum(least * (1.0 - share) ** (-1.0 / tail), largest)
    degree = np.floor(wanted + uniform_array(key, nodes, 1)).astype(np.int64)
    source = np.repeat(nodes, degree)

    def draw(edge: NDArray[np.int64], attempt: int) -> NDArray[np.int64]:
        return (uniform_array(stream, edge, attempt) * n).astype(np.int64)

    stream = stream_key(seed, Stream.GRAPH, "target")
    return Graph.from_edges(n, source, _distinct(n, source, draw))


def configuration_graph(out_degree: ArrayLike, in_degree: ArrayLike, seed: int) -> Graph:
    """Match out-stubs and in-stubs at random: the erased configuration model.

    Every matching of stubs is as likely; self-loops and parallel edges are then erased, so that a node may end with
    fewer edges than asked for (in sparse graphs without very large degrees: hardly any). Source: Newman, Strogatz and
    Watts (2001); Britton, Deijfen and Martin-Löf (2006) for erasing.

    Parameters
    ----------
    out_degree, in_degree : int[n]
        Edges that leave and reach each node; the sums must be equal.
    seed : int
        Seed of the draws.

    Raises
    ------
    ValueError
        If the lengths or the sums differ or a degree is negative.
    """
    leave, reach = np.asarray(out_degree), np.asarray(in_degree)
    for name, array in (("out_degree", leave), ("in_degree", reach)):
        if array.ndim != 1 or array.dtype.kind not in "iu" or (array.size and array.min() < 0):
            raise ValueError(f"{name} must be a flat array of integers that are not negative")
    if leave.size != reach.size or leave.sum() != reach.sum():
        raise ValueError(
            f"out_degree and in_degree must be as long and have one sum, got {leave.size} nodes with {leave.sum()} "
            f"edges and {reach.size} with {reach.sum()}"
        )
    nodes = np.arange(leave.size)
    stubs = np.repeat(nodes, reach)
    key = stream_key(seed, Stream.GRAPH, "stubs")
    stubs = stubs[np.argsort(uniform_array(key, np.arange(stubs.size), 0), kind="stable")]
    return Graph.from_edges(leave.size, np.repeat(nodes, leave), stubs).simple()


def block_mixing(sizes: ArrayLike, homophily: float) -> Floats:
    """Share of the ties of a node of group g that lead to group h, float64[groups, groups]; rows sum to one.

    ``homophily`` of them lead to the own group, the rest to all groups in proportion to size.
    """
    size = np.asarray(sizes, dtype=np.float64)
    mix = np.tile((1 - homophily) * size / size.sum(), (len(size), 1))
    mix[np.diag_indices(len(size))] += homophily
    return mix


def block_graph(groups: ArrayLike, degree: int, homophily: float, seed: int) -> Graph:
    """Draw a directed graph in which like points to like more often than chance.

    Every node points to `degree` distinct others: a share `homophily` of them in its own group, the rest in all groups
    in proportion to size. How many lead to each group is the expectation, rounded by systematic sampling; within a
    group every other node is as likely. With equal groups the attribute assortativity is `homophily` (Newman 2003).

    Parameters
    ----------
    groups : int[n]
        Group of each node, ``0 … groups - 1``, none of them empty.
    degree : int
        Out-degree of every node, at least 1.
    homophily : float
        Share of ties within the own group beyond chance, 0 to 1.
    seed : int
        Seed of the draws.

    Raises
    ------
    ValueError
        If a group is empty or too small for the ties that should lead to it.
    """
    group = np.asarray(groups)
    if group.ndim != 1 or group.size == 0 or group.dtype.kind not in "iu" or group.min() < 0:
        raise ValueError("groups must be a flat array of integers that are not negative, one per node")
    degree, homophily = check_count("degree", degree), check_number("homophily", homophily, most=1.0)
    sizes = np.bincount(group)
    if (sizes == 0).any():
        raise ValueError(f"group {int(np.argmin(sizes))} is empty")
    mix = block_mixing(sizes, homophily)
    wanted = np.ceil(degree * mix.max(axis=0))
    if (wanted >= sizes).any():
        small = int(np.argmax(wanted - sizes))
        raise ValueError(
            f"group {small} has {sizes[small]} nodes, too few for up to {wanted[small]:.0f} ties of one node into it"
        )
    members = np.argsort(group, kind="stable").astype(np.int32)
    cell_ptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    key = stream_key(seed, Stream.GRAPH, "blocks")
    ptr, idx = mixed_ties(key, group.astype(np.int64), cell_ptr, plain_cells(members), mix, degree, True)
    return Graph(ptr[:: len(sizes)], idx)


def small_world_graph(n: int, degree: int, rewire: float, seed: int) -> Graph:
    """Draw the small world of Watts and Strogatz (1998), undirected: every tie stands in both directions.

    A ring on which every node is tied to its `degree` nearest; each tie keeps one end and with probability `rewire`
    gets another, drawn from all nodes to which the first has no tie. The clustering, taken as the ties among a node's
    neighbours over ``degree (degree - 1) / 2``, has the expectation
    ``3 (degree - 2) / (4 (degree - 1)) * (1 - rewire) ** 3`` (Barrat and Weigt 2000) up to terms of order 1 / n; the
    mean of the nodes' own clustering is within a few per cent of it.

    Parameters
    ----------
    n : int
        Nodes; more than twice `degree`.
    degree : int
        Even number of ties of each node before rewiring, which is their mean afterwards.
    rewire : float
        Probability that a tie is rewired, 0 to 1.
    seed : int
        Seed of the draws.

    Raises
    ------
    ValueError
        If `degree` is odd or too large, or `rewire` is no probability.
    """
    n, degree, rewire = (
        check_count("n", n),
        check_count("degree", degree, 2),
        check_number("rewire", rewire, most=1.0),
    )
    if degree % 2:
        raise ValueError(f"degree must be even, got {degree}: half of the ties lead to each side of the ring")
    if n <= 2 * degree:
        raise ValueError(f"n must be more than twice the degree ({2 * degree}), got {n}")
    near = np.repeat(np.arange(n), degree // 2)
    step = np.tile(np.arange(1, degree // 2 + 1), n)
    key = stream_key(seed, Stream.GRAPH, "small world")
    moved = uniform_array(key, np.arange(near.size), -1) < rewire

    def draw(edge: NDArray[np.int64], attempt: int) -> NDArray[np.int64]:
        somebody = (uniform_array(key, edge, attempt) * n).astype(np.int64)
        return np.where(moved[edge], somebody, (near[edge] + step[edge]) % n)

    far = _distinct(n, near, draw, first=~moved, either_way=True)
    return Graph.from_edges(n, np.concatenate([near, far]), np.concatenate([far, near]))


BLOCK = 32  # nodes whose ties are drawn at once
MOST_TIES = 2**32 - 1  # of a layer: where an agent's ties begin is a number of 32 bits
_MOST_ATTEMPTS = (
    10_000  # a tie is redrawn that often; each attempt succeeds with a chance of about one half or more
)


def _distinct(
    n: int,
    source: NDArray[np.int64],
    draw: Callable[[NDArray[np.int64], int], NDArray[np.int64]],
    *,
    first: NDArray[np.bool_] | None = None,
    either_way: bool = False,
) -> NDArray[np.int64]:
    """Targets ``draw(edge, attempt)``, drawn again where they are the source itself or another edge's pair.

    Of edges with one pair those marked `first`, then the earlier keeps it. With `either_way` a pair has no direction.
    """
    edges = np.arange(source.size)
    target = draw(edges, 0)
    rank = edges if first is None else np.where(first, edges, edges + edges.size)
    for attempt in range(1, _MOST_ATTEMPTS):
        a, b = source, target
        if either_way:
            a, b = np.minimum(a, b), np.maximum(a, b)
        code = a * n + b
        order = np.lexsort((rank, code))
        again = target == source
        again[order[1:]] |= np.diff(code[order]) == 0
        if not again.any():
            return target
        target[again] = draw(edges[again], attempt)
    raise ValueError(f"no simple graph was found in {_MOST_ATTEMPTS} attempts; the degrees are too large")


@njit(cache=True)
def mixed_ties(  # type: ignore[no-untyped-def]
    key, group, cell_ptr, cells, mix, degree, distinct
):
    """Ties by group of the target: how many by systematic rounding, to whom by lot.

    Parameters
    ----------
    key : uint64
        Stream key.
    group : int[n]
        Group of each node.
    cell_ptr, cells : int64[K + 1], uint32[...]
        Who may be picked in group h stands in ``cells[cell_ptr[h]:cell_ptr[h + 1]]``, with so many lots
        (see :mod:`prsim.spread.places`).
    mix : float64[K, K]
        Share of ties from group g to group h.
    degree : float
        Ties of each node.
    distinct : bool
        Draw again what would be a self-loop or a second tie to the same node; otherwise a self-loop moves on by seven
        cells, and parallel ties stay.

    Returns
    -------
    (uint32[n * K + 1], int32[...])
        Ties of node ``i`` into group ``h`` are ``idx[ptr[i * K + h]:ptr[i * K + h + 1]]``.

    Raises
    ------
    ValueError
        If there are 2 ** 32 ties or more.
    """
    n, k = group.shape[0], mix.shape[0]
    ptr = np.empty(n * k + 1, np.uint32)
    ptr[0] = total = 0
    for i in range(n):
        cum = uniform(key, i, -1)  # systematic rounding: degrees add up, no group is starved
        before = math.floor(cum)
        for h in range(k):
            cum += degree * mix[group[i], h]
            after = math.floor(cum)
            total += int(after - before)
            before = after
            ptr[i * k + h + 1] = total
    if total > MOST_TIES:
        raise ValueError("a layer holds fewer than 2 ** 32 ties; take fewer nodes or a lower degree")
    idx = np.empty(total, np.int32)
    for start in range(0, n, BLOCK):
        end = min(start + BLOCK, n)
        for i in range(start, end):  # the lots first, so that what they stand for is on its way from memory …
            begin = np.int64(ptr[i * k])
            for h in range(k):
                lo, size = LOTS * cell_ptr[h], LOTS * (cell_ptr[h + 1] - cell_ptr[h])
                for e in range(np.int64(ptr[i * k + h]), np.int64(ptr[i * k + h + 1])):
                    lot = lo + np.int64(uniform(key, i, e - begin) * size)
                    idx[e] = lot
                    prefetch(cells, lot // LOTS)
        for i in range(start, end):  # … when it is needed
            begin = np.int64(ptr[i * k])
            for h in range(k):
                lo, size = LOTS * cell_ptr[h], LOTS * (cell_ptr[h + 1] - cell_ptr[h])
                first = np.int64(ptr[i * k + h])
                for e in range(first, np.int64(ptr[i * k + h + 1])):
                    lot = np.int64(idx[e])
                    j = occupant(cells, lot)
                    if distinct:
                        again = 0
                        while j == i or _stands(idx, first, e, j):
                            again += 1
                            u = uniform(hash3(key, i, e - begin), again, 0)
                            j = occupant(cells, lo + np.int64(u * size))
                    elif j == i:
                        j = occupant(cells, lo + (lot - lo + 7 * LOTS) % size)
                    idx[e] = j
    return ptr, idx


@njit(cache=True)
def _stands(idx, lo, hi, j):  # type: ignore[no-untyped-def]
    for e in range(lo, hi):
        if idx[e] == j:
            return True
    return False
