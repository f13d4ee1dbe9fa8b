"""Textbook cascades that advance in steps: independent cascade, linear threshold, complex contagion.

All run on a directed graph in compressed rows whose edges point from the one who tells to the one who
hears; an undirected graph has both directions of each edge. A draw is named by (run, edge) or (run, node)
alone, so it does not matter in which order nodes are visited or which thread makes the run; the models that
draw per edge share these draws, so that they agree run by run wherever theory says that they are the same
process.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from prsim.spread.compiled import njit, prefetch
from prsim.spread.draws import Stream, stream_key, uniform
from prsim.spread.frontier import BLOCK, PENDING, arrange, draw_row, join, look_ahead, words
from prsim.spread.kernels import infect, reinforcement
from prsim.spread.textbook import (
    Cascades,
    Floats,
    Part,
    Singles,
    check_no_parallel_edges,
    check_number,
    check_per_edge,
    check_weights,
    frozen,
    note,
    set_up,
)

TWO_53 = 2.0**53
JOINED = -1.0  # in place of what a node has heard, which then does not matter any more


@njit(cache=True, nogil=True)
def _spread_simple(part: Part, key: np.uint64, limit: np.uint64, p: Floats | Singles) -> None:
    """Cascades in which each teller is a chance of its own, whatever was heard before.

    An edge is live if its draw of 53 bits lies below `limit`, or below its own ``p * 2**53`` if there is a `p`.
    """
    first_run, indptr, indices, seeds, times, parents, sizes = part
    nodes = indptr.shape[0] - 1
    reached = np.empty(nodes + 1, dtype=np.int32)  # the frontier is a window of it
    told = np.empty(PENDING + BLOCK, dtype=np.int32)
    draws = np.empty(BLOCK, dtype=np.uint64)
    marks = np.empty(words(nodes), dtype=np.uint64)
    bits = np.zeros(words(nodes), dtype=np.uint64)
    who = parents.shape[0] > 0
    for row in range(sizes.shape[0]):
        run = first_run + row
        marks[:] = 0
        tail = join(seeds, seeds.shape[0], marks, reached, 0)
        head, step, count = 0, 0, 0
        for s in seeds:
            note(row, s, s, 0, times, parents)
        while head < tail:
            step += 1
            end = tail
            # of several who tell in the same step the lowest number counts
            arrange(reached, head, end, bits, who)
            for i in range(head, end):
                look_ahead(indptr, indices, p, reached, i, end)
                v = reached[i]
                for first in range(indptr[v], indptr[v + 1], BLOCK):
                    length = min(indptr[v + 1] - first, BLOCK)
                    draw_row(key, first, length, run, draws)
                    if p.shape[0] == 0:
                        for j in range(length):
                            told[count] = indices[first + j]
                            count += draws[j] < limit
                    else:
                        for j in range(length):
                            told[count] = indices[first + j]
                            count += infect(np.float64(np.int64(draws[j])), p[first + j] * TWO_53)
                    if who or count > PENDING:
                        before, tail = tail, join(told, count, marks, reached, tail)
                        count = 0
                        if who:
                            for w in reached[before:tail]:
                                parents[row, w] = v
            tail = join(told, count, marks, reached, tail)
            count = 0
            if times.shape[0] > 0:
                for w in reached[end:tail]:
                    times[row, w] = step
            head = end
        sizes[row] = tail


@njit(cache=True, nogil=True)
def _spread_remembered(
    part: Part,
    key: np.uint64,
    gain: Floats,
    gain_stride: int,
    by_node: bool,
    p: Floats,
    stride: int,
    threshold: Floats,
    beta: float,
    fade: float,
    below: float,
) -> None:
    """Cascades in which a node remembers what it has heard: each teller k adds ``gain[k * gain_stride]`` to it.

    `by_node`: a node joins when its one draw falls below the sum (linear threshold). Else each teller is a draw
    whose chance depends on the sum, which then counts the tellers (complex contagion).
    """
    first_run, indptr, indices, seeds, times, parents, sizes = part
    nodes = indptr.shape[0] - 1
    heard = np.empty(nodes, dtype=np.float64)
    reached = np.empty(nodes, dtype=np.int32)
    bits = np.zeros(words(nodes), dtype=np.uint64)
    per_edge = gain if by_node else p
    for row in range(sizes.shape[0]):
        run = first_run + row
        heard[:] = 0.0
        for i in range(seeds.shape[0]):
            heard[seeds[i]] = JOINED
            reached[i] = seeds[i]
            note(row, seeds[i], seeds[i], 0, times, parents)
        head, tail, step = 0, seeds.shape[0], 0
        while head < tail:
            step += 1
            end = tail
            if not by_node:  # exposures of one step count in the order of their sources' numbers
                arrange(reached, head, end, bits, True)
            for i in range(head, end):
                look_ahead(indptr, indices, per_edge, reached, i, end)
                if i + 2 < end:
                    soon = reached[i + 2]
                    for k in range(indptr[soon], min(indptr[soon + 1], indptr[soon] + BLOCK)):
                        prefetch(heard, indices[k])
                v = reached[i]
                for k in range(indptr[v], indptr[v + 1]):
                    w = indices[k]
                    if heard[w] == JOINED:
                        continue
                    heard[w] += gain[k * gain_stride]
                    if by_node:
                        joins = infect(uniform(key, w, run), heard[w])
                    else:
                        factor = reinforcement(heard[w], beta, fade, threshold[w], below)
                        joins = infect(uniform(key, k, run), p[k * stride] * factor)
                    if joins:
                        heard[w] = JOINED
                        reached[tail] = w
                        tail += 1
                        note(row, w, v, step, times, parents)
            head = end
        sizes[row] = tail


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
    workers: int = 1,
) -> Cascades:
    """Run the independent cascade: whoever is reached has one chance to reach each of its targets.

    Whether edge k is live in a run depends on (seed, run, k) only, so a run is the reach of the seeds in
    one sampled subgraph; more seeds or a larger p never reach fewer nodes. Source: Kempe, Kleinberg and
    Tardos (2003), "Maximizing the spread of influence through a social network", KDD.

    Parameters
    ----------
    indptr, indices : int[nodes + 1], int[edges]
        The graph, from teller to hearer. No self-loops; an edge that occurs twice is two chances.
    p : float or float[edges]
        Probability that an edge carries the story, in [0, 1].
    seeds : int or int[...]
        Nodes reached at step 0; repeats count once.
    seed : int
        Seed of the draws.
    runs : int
        Number of independent runs.
    times, parents : bool
        Return the step at which each node was reached, and by whom: of several in the same step by the one
        with the lowest number.
    workers : int
        Threads among which the runs are divided. The answer does not depend on it.

    Returns
    -------
    Cascades
        Its `sizes` hold one number of nodes per run.

    Raises
    ------
    ValueError
        If the graph, `p`, `seeds` or `runs` make no sense; the message names the place.
    """
    trial = set_up(indptr, indices, seeds, runs, times, parents)
    prob, stride = check_per_edge("p", p, trial.indices.size, most=1.0, single=True)
    key = stream_key(seed, Stream.TEXTBOOK, "edge")
    if stride == 1:
        return trial.run(_spread_simple, workers, key, np.uint64(0), prob)
    limit = np.uint64(math.ceil(prob[0] * TWO_53))  # u < p if and only if the bits of u lie below it
    return trial.run(_spread_simple, workers, key, limit, frozen(np.empty(0)))


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
    workers: int = 1,
) -> Cascades:
    """Run the linear threshold model: a node joins when its active tellers outweigh its threshold.

    Thresholds are uniform on [0, 1), one per (seed, run, node); a node joins when its threshold lies below the
    sum of the weights. Source: Granovetter (1978), "Threshold models of collective behavior", American Journal
    of Sociology 83(6); Kempe, Kleinberg and Tardos (2003), KDD.

    Parameters
    ----------
    indptr, indices : int[nodes + 1], int[edges]
        The graph, from teller to hearer. No self-loops; the weights of an edge that occurs twice add up.
    weights : float, float[edges] or None
        Weight of each edge, in [0, 1]; those into a node must sum to at most 1. None gives each teller of a
        node an equal part.
    seeds, seed, runs, times, workers
        As for `independent_cascade`.
    parents : bool
        Return the teller who tipped the scales.

    Returns
    -------
    Cascades
        Its `sizes` hold one number of nodes per run.

    Raises
    ------
    ValueError
        If the input makes no sense, or the weights into a node sum to more than 1.
    """
    trial = set_up(indptr, indices, seeds, runs, times, parents)
    weight = check_weights(weights, trial.indices, trial.nodes, "into")
    key = stream_key(seed, Stream.TEXTBOOK, "threshold")
    unused = frozen(np.zeros(1))
    return trial.run(_spread_remembered, workers, key, weight, 1, True, unused, 0, unused, 0.0, 0.0, 0.0)


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
    workers: int = 1,
) -> Cascades:
    """Run complex contagion: the chance to join depends on how many different tellers a node has heard.

    Each new teller is one chance of probability ``p * reinforcement(n, beta, fade, threshold, below)``, cut off
    at 1, with n the tellers heard so far, drawn by (seed, run, edge); tellers of one step count in the order of
    their numbers. With ``p = 1`` and the other defaults it is the deterministic threshold model of Watts (2002),
    "A simple model of global cascades on random networks", PNAS 99(9), and of Centola and Macy (2007), "Complex
    contagions and the weakness of long ties", American Journal of Sociology 113(3); with ``threshold = 1`` it is
    `independent_cascade`, run by run.

    Parameters
    ----------
    indptr, indices, p, seeds, seed, runs, times, parents, workers
        As for `independent_cascade`. A node may point to another once only.
    threshold : float or float[nodes]
        Different tellers needed. For Watts' fractional thresholds pass ``ceil(fraction * in_degree)``.
    beta, fade : float
        Gain from the second teller and loss with each after it, both >= 0; see
        `prsim.spread.kernels.reinforcement`.
    below : float
        Factor below the threshold, in [0, 1].

    Returns
    -------
    Cascades
        Its `sizes` hold one number of nodes per run.

    Raises
    ------
    ValueError
        If the input makes no sense, or an edge occurs twice.
    """
    trial = set_up(indptr, indices, seeds, runs, times, parents)
    check_no_parallel_edges(trial.indptr, trial.indices)
    prob, stride = check_per_edge("p", p, trial.indices.size, most=1.0)
    need = np.asarray(threshold, dtype=np.float64)
    if need.shape not in ((), (trial.nodes,)) or np.isnan(need).any():
        raise ValueError(f"threshold must be one number or one per node ({trial.nodes}), got {threshold!r}")
    need = frozen(np.ascontiguousarray(np.broadcast_to(need, (trial.nodes,))))
    beta, fade = check_number("beta", beta), check_number("fade", fade)
    below = check_number("below", below, most=1.0)
    key = stream_key(seed, Stream.TEXTBOOK, "edge")
    one = frozen(np.ones(1))
    return trial.run(_spread_remembered, workers, key, one, 0, False, prob, stride, need, beta, fade, below)
