"""Textbook cascades that advance in steps: independent cascade, linear threshold, complex contagion.

All run on a directed graph in compressed rows whose edges point from the one who tells to the one who
hears. A draw is named by (run, edge) or (run, node) alone, so it does not matter in which order nodes are
visited; the models that draw per edge share these draws, so that they agree run by run wherever theory says
that they are the same process.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prsim.spread.compiled import njit
from prsim.spread.draws import Stream, stream_key, uniform
from prsim.spread.kernels import infect, reinforcement
from prsim.spread.textbook import (
    Cascades,
    Floats,
    Ids,
    Offsets,
    blank_parents,
    blank_times,
    check_count,
    check_graph,
    check_no_parallel_edges,
    check_number,
    check_per_edge,
    check_seeds,
)


@njit(cache=True)
def _note(run: int, node: int, teller: int, step: int, times: Floats, parents: Ids) -> None:
    if times.shape[0] > 0:
        times[run, node] = step
    if parents.shape[0] > 0:
        parents[run, node] = teller


@njit(cache=True)
def _plant(run: int, seeds: Ids, mark: Ids, reached: Ids, times: Floats, parents: Ids) -> int:
    """Mark the seeds as reached at step 0 and return how many there are."""
    count = len(seeds)
    for i in range(count):
        s = seeds[i]
        mark[s] = run + 1
        reached[i] = s
        _note(run, s, s, 0, times, parents)
    return count


@njit(cache=True, nogil=True)
def _spread_independent(
    indptr: Offsets,
    indices: Ids,
    p: Floats,
    stride: int,
    seeds: Ids,
    key: np.uint64,
    times: Floats,
    parents: Ids,
    sizes: NDArray[np.int64],
) -> None:
    nodes = indptr.shape[0] - 1
    mark = np.zeros(nodes, dtype=np.int32)
    reached = np.empty(nodes, dtype=np.int32)  # in order of arrival; the frontier is a window of it
    for run in range(sizes.shape[0]):
        stamp = run + 1
        tail = _plant(run, seeds, mark, reached, times, parents)
        head, step = 0, 0
        while head < tail:
            step += 1
            end = tail
            if parents.shape[0] > 0:  # of several who tell in the same step the lowest number counts
                reached[head:end].sort()
            for i in range(head, end):
                v = reached[i]
                for k in range(indptr[v], indptr[v + 1]):
                    w = indices[k]
                    if mark[w] != stamp and infect(uniform(key, k, run), p[k * stride]):
                        mark[w] = stamp
                        reached[tail] = w
                        tail += 1
                        _note(run, w, v, step, times, parents)
            head = end
        sizes[run] = tail


def independent_cascade(
    indptr: ArrayLike,
    indices: ArrayLike,
    p: ArrayLike,
    seeds: ArrayLike,
    seed: int,
    runs: int,
    *,
    times: bool = False,
    parents: bool = False,
) -> Cascades:
    """Run the independent cascade: whoever is reached has one chance to reach each of its targets.

    Whether edge k is live in a run depends on (seed, run, k) only, so a run is the reach of the seeds in
    one sampled subgraph; more seeds or a larger p never reach fewer nodes. Source: Kempe, Kleinberg and
    Tardos (2003).

    Parameters
    ----------
    indptr, indices : int[nodes + 1], int[edges]
        The graph, from teller to hearer.
    p : float or float[edges]
        Probability that an edge carries the story, in [0, 1].
    seeds : int or int[...]
        Nodes reached at step 0.
    seed : int
        Seed of the draws.
    runs : int
        Number of independent runs.
    times, parents : bool
        Return the step at which each node was reached, and by whom.

    Raises
    ------
    ValueError
        If the graph, `p`, `seeds` or `runs` make no sense.
    """
    ptr, ids = check_graph(indptr, indices)
    nodes, runs = ptr.size - 1, check_count("runs", runs)
    prob, stride = check_per_edge("p", p, ids.size, most=1.0)
    when, who = blank_times(times, runs, nodes), blank_parents(parents, runs, nodes)
    sizes = np.zeros(runs, dtype=np.int64)
    key = stream_key(seed, Stream.TEXTBOOK, "edge")
    _spread_independent(ptr, ids, prob, stride, check_seeds(seeds, nodes), key, when, who, sizes)
    return Cascades(sizes, when if times else None, who if parents else None)


@njit(cache=True, nogil=True)
def _spread_linear(
    indptr: Offsets,
    indices: Ids,
    weights: Floats,
    seeds: Ids,
    key: np.uint64,
    times: Floats,
    parents: Ids,
    sizes: NDArray[np.int64],
) -> None:
    nodes = indptr.shape[0] - 1
    mark = np.zeros(nodes, dtype=np.int32)
    touched = np.zeros(nodes, dtype=np.int32)  # the run for which `pressure` holds
    pressure = np.zeros(nodes, dtype=np.float64)
    reached = np.empty(nodes, dtype=np.int32)
    for run in range(sizes.shape[0]):
        stamp = run + 1
        tail = _plant(run, seeds, mark, reached, times, parents)
        head, step = 0, 0
        while head < tail:
            step += 1
            end = tail
            for i in range(head, end):
                v = reached[i]
                for k in range(indptr[v], indptr[v + 1]):
                    w = indices[k]
                    if mark[w] == stamp:
                        continue
                    if touched[w] != stamp:
                        touched[w] = stamp
                        pressure[w] = 0.0
                    pressure[w] += weights[k]
                    if infect(uniform(key, w, run), pressure[w]):
                        mark[w] = stamp
                        reached[tail] = w
                        tail += 1
                        _note(run, w, v, step, times, parents)
            head = end
        sizes[run] = tail


def linear_threshold(
    indptr: ArrayLike,
    indices: ArrayLike,
    weights: ArrayLike | None,
    seeds: ArrayLike,
    seed: int,
    runs: int,
    *,
    times: bool = False,
    parents: bool = False,
) -> Cascades:
    """Run the linear threshold model: a node joins when its active tellers outweigh its threshold.

    Thresholds are uniform on [0, 1), one per (seed, run, node). Source: Granovetter (1978); Kempe,
    Kleinberg and Tardos (2003).

    Parameters
    ----------
    indptr, indices : int[nodes + 1], int[edges]
        The graph, from teller to hearer.
    weights : float, float[edges] or None
        Weight of each edge; those into a node must sum to at most 1. None gives each teller of a node an
        equal part.
    seeds, seed, runs, times, parents
        As for `independent_cascade`. The parent is the teller who tipped the scales.

    Raises
    ------
    ValueError
        If the input makes no sense, or the weights into a node sum to more than 1.
    """
    ptr, ids = check_graph(indptr, indices)
    nodes, runs = ptr.size - 1, check_count("runs", runs)
    if weights is None:
        weight = 1.0 / np.bincount(ids, minlength=nodes)[ids]
    else:
        given, stride = check_per_edge("weights", weights, ids.size, most=1.0)
        weight = given if stride else np.full(ids.size, given[0])
        total = np.bincount(ids, weights=weight, minlength=nodes)
        if nodes and total.max() > 1.0 + 1e-9:
            v = int(total.argmax())
            raise ValueError(f"the weights into node {v} sum to {total[v]:g}, which is more than 1")
    when, who = blank_times(times, runs, nodes), blank_parents(parents, runs, nodes)
    sizes = np.zeros(runs, dtype=np.int64)
    key = stream_key(seed, Stream.TEXTBOOK, "threshold")
    _spread_linear(ptr, ids, weight, check_seeds(seeds, nodes), key, when, who, sizes)
    return Cascades(sizes, when if times else None, who if parents else None)


@njit(cache=True, nogil=True)
def _spread_complex(
    indptr: Offsets,
    indices: Ids,
    p: Floats,
    stride: int,
    threshold: Floats,
    beta: float,
    fade: float,
    below: float,
    seeds: Ids,
    key: np.uint64,
    times: Floats,
    parents: Ids,
    sizes: NDArray[np.int64],
) -> None:
    nodes = indptr.shape[0] - 1
    mark = np.zeros(nodes, dtype=np.int32)
    touched = np.zeros(nodes, dtype=np.int32)  # the run for which `heard` holds
    heard = np.zeros(nodes, dtype=np.int32)
    reached = np.empty(nodes, dtype=np.int32)
    for run in range(sizes.shape[0]):
        stamp = run + 1
        tail = _plant(run, seeds, mark, reached, times, parents)
        head, step = 0, 0
        while head < tail:
            step += 1
            end = tail
            reached[head:end].sort()  # exposures of one step count in the order of their sources' numbers
            for i in range(head, end):
                v = reached[i]
                for k in range(indptr[v], indptr[v + 1]):
                    w = indices[k]
                    if mark[w] == stamp:
                        continue
                    if touched[w] != stamp:
                        touched[w] = stamp
                        heard[w] = 0
                    heard[w] += 1
                    factor = reinforcement(float(heard[w]), beta, fade, threshold[w], below)
                    if infect(uniform(key, k, run), p[k * stride] * factor):
                        mark[w] = stamp
                        reached[tail] = w
                        tail += 1
                        _note(run, w, v, step, times, parents)
            head = end
        sizes[run] = tail


def complex_contagion(
    indptr: ArrayLike,
    indices: ArrayLike,
    p: ArrayLike,
    seeds: ArrayLike,
    seed: int,
    runs: int,
    *,
    threshold: ArrayLike = 2,
    beta: float = 0.0,
    fade: float = 0.0,
    below: float = 0.0,
    times: bool = False,
    parents: bool = False,
) -> Cascades:
    """Run complex contagion: the chance to join depends on how many different tellers a node has heard.

    Each new teller is one chance of probability ``p * reinforcement(n, beta, fade, threshold, below)`` with
    n the tellers heard so far, drawn by (seed, run, edge). With ``p = 1`` and the other defaults it is the
    deterministic threshold model of Watts (2002) and of Centola and Macy (2007); with ``threshold = 1`` it
    is `independent_cascade`, run by run.

    Parameters
    ----------
    indptr, indices, p, seeds, seed, runs, times, parents
        As for `independent_cascade`. A node may point to another once only.
    threshold : float or float[nodes]
        Different tellers needed. For Watts' fractional thresholds pass ``ceil(fraction * in_degree)``.
    beta, fade : float
        Gain from the second teller and loss with each after it, both >= 0; see
        `prsim.spread.kernels.reinforcement`.
    below : float
        Factor below the threshold, in [0, 1].

    Raises
    ------
    ValueError
        If the input makes no sense, or an edge occurs twice.
    """
    ptr, ids = check_graph(indptr, indices)
    check_no_parallel_edges(ptr, ids)
    nodes, runs = ptr.size - 1, check_count("runs", runs)
    prob, stride = check_per_edge("p", p, ids.size, most=1.0)
    need = np.asarray(threshold, dtype=np.float64)
    if need.shape not in ((), (nodes,)) or np.isnan(need).any():
        raise ValueError(f"threshold must be one number or one per node ({nodes}), got {threshold!r}")
    need = np.ascontiguousarray(np.broadcast_to(need, (nodes,)))
    beta, fade = check_number("beta", beta), check_number("fade", fade)
    below = check_number("below", below, most=1.0)
    when, who = blank_times(times, runs, nodes), blank_parents(parents, runs, nodes)
    sizes = np.zeros(runs, dtype=np.int64)
    key = stream_key(seed, Stream.TEXTBOOK, "edge")
    first = check_seeds(seeds, nodes)
    _spread_complex(ptr, ids, prob, stride, need, beta, fade, below, first, key, when, who, sizes)
    return Cascades(sizes, when if times else None, who if parents else None)
