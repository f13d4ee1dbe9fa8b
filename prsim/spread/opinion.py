"""Textbook opinion dynamics: DeGroot, Deffuant, Hegselmann-Krause.

Row i of the graph lists those whom node i listens to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csgraph, csr_array

from prsim.spread.compiled import njit
from prsim.spread.draws import Stream, hash3, stream_key, uniform
from prsim.spread.kernels import bounded_pull, hard_confidence
from prsim.spread.textbook import (
    Floats,
    Ids,
    Offsets,
    Opinions,
    check_count,
    check_graph,
    check_no_self_loops,
    check_number,
    check_opinions,
    check_weights,
    in_parts,
    sources,
)


@njit(cache=True)
def _move(step: int, new: Floats, opinions: Floats, path: Floats) -> None:
    """Make everybody's new opinion the one that holds, and add it to the path if that is wanted."""
    opinions[:] = new
    if path.shape[0] > 0:
        path[step + 1] = opinions


@njit(cache=True, nogil=True)
def _run_degroot(
    indptr: Offsets,
    indices: Ids,
    weights: Floats,
    eta: float,
    width: float,
    tolerance: float,
    steps: int,
    opinions: Floats,
    path: Floats,
) -> int:
    new = opinions.copy()
    for step in range(steps):
        most = 0.0
        for i in range(opinions.shape[0]):
            shift = 0.0
            for k in range(indptr[i], indptr[i + 1]):
                shift += weights[k] * bounded_pull(opinions[i], opinions[indices[k]], eta, width)
            new[i] = opinions[i] + shift
            most = max(most, abs(shift))
        _move(step, new, opinions, path)
        if most <= tolerance:
            return step + 1
    return steps


def degroot(
    indptr: ArrayLike,
    indices: ArrayLike,
    opinions: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    eta: float = 1.0,
    width: float = np.inf,
    steps: int = 10_000,
    tolerance: float = 1e-12,
    path: bool = False,
    consensus: bool = False,
) -> Opinions:
    """Run DeGroot's averaging: each node moves to the weighted mean of those it listens to, all at once.

    Source: DeGroot (1974), "Reaching a consensus", Journal of the American Statistical Association 69(345). On a
    strongly connected aperiodic graph everybody ends at the mean of the first opinions under the left
    eigenvector of the weights.

    Parameters
    ----------
    indptr, indices : int[nodes + 1], int[edges]
        The graph; row i lists whom i listens to (an entry for i itself is self-confidence).
    opinions : float[nodes]
        Opinions at the start.
    weights : float, float[edges] or None
        Weights of the listened-to, summing to at most 1 per row (the rest stays with the own opinion). None
        gives equal parts.
    eta : float
        Part of the way moved in one step, in [0, 1]; 1 is DeGroot.
    width : float
        Width of the discount of far-off opinions; infinite is DeGroot, finite is smooth bounded confidence.
    steps : int
        Most steps taken.
    tolerance : float
        Stop when nobody moved by more than this, in units of opinion.
    path : bool
        Return the opinions after every step.
    consensus : bool
        Refuse a graph on which some first opinions would not come to one: see `check_consensus`.

    Returns
    -------
    Opinions
        Its `steps` are fewer than allowed if the opinions came to rest.

    Raises
    ------
    ValueError
        If the input makes no sense, the weights of a row sum to more than 1, or `consensus` is wanted where it
        is not certain; the message names the place.
    """
    ptr, ids = check_graph(indptr, indices)
    nodes, steps = ptr.size - 1, check_count("steps", steps, least=0)
    x = check_opinions(opinions, (nodes,))
    weight = check_weights(weights, sources(ptr), nodes, "of")
    eta = check_number("eta", eta, most=1.0)
    width, tolerance = _positive("width", width), check_number("tolerance", tolerance)
    if consensus:
        check_consensus(ptr, ids, eta * weight)
    trail = _blank_path(path, steps, x)
    taken = int(_run_degroot(ptr, ids, weight, eta, width, tolerance, steps, x, trail))
    return Opinions(x, taken, trail[: taken + 1].copy() if path else None)


@njit(cache=True, nogil=True)
def _run_hegselmann_krause(
    indptr: Offsets, indices: Ids, eps: float, tolerance: float, steps: int, opinions: Floats, path: Floats
) -> int:
    new = opinions.copy()
    for step in range(steps):
        most = 0.0
        for i in range(opinions.shape[0]):
            a, shift, heard = opinions[i], 0.0, 1  # one hears oneself
            for k in range(indptr[i], indptr[i + 1]):
                if indices[k] != i and abs(opinions[indices[k]] - a) <= eps:
                    shift += hard_confidence(a, opinions[indices[k]], eps, 1.0)
                    heard += 1
            shift /= heard
            new[i] = a + shift
            most = max(most, abs(shift))
        _move(step, new, opinions, path)
        if most <= tolerance:
            return step + 1
    return steps


def hegselmann_krause(
    indptr: ArrayLike,
    indices: ArrayLike,
    opinions: ArrayLike,
    eps: float,
    *,
    steps: int = 10_000,
    tolerance: float = 1e-12,
    path: bool = False,
) -> Opinions:
    """Run Hegselmann and Krause: each node moves to the mean of all within `eps`, itself included.

    All move at once. Source: Hegselmann and Krause (2002), "Opinion dynamics and bounded confidence: models,
    analysis and simulation", JASSS 5(3).

    Parameters
    ----------
    indptr, indices, opinions, steps, tolerance, path
        As for `degroot`. Everybody hears himself, whether the graph says so or not.
    eps : float
        Bound of confidence, in units of opinion, >= 0; a difference of exactly `eps` is within it.

    Returns
    -------
    Opinions
        Its `steps` are fewer than allowed if the opinions came to rest.

    Raises
    ------
    ValueError
        If the input makes no sense.
    """
    ptr, ids = check_graph(indptr, indices)
    nodes, steps = ptr.size - 1, check_count("steps", steps, least=0)
    x = check_opinions(opinions, (nodes,))
    eps, tolerance = check_number("eps", eps), check_number("tolerance", tolerance)
    trail = _blank_path(path, steps, x)
    taken = int(_run_hegselmann_krause(ptr, ids, eps, tolerance, steps, x, trail))
    return Opinions(x, taken, trail[: taken + 1].copy() if path else None)


@njit(cache=True, nogil=True)
def _run_deffuant(
    source: Ids,
    target: Ids,
    eps: float,
    mu: float,
    steps: int,
    every: int,
    key: np.uint64,
    first_run: int,
    x: Floats,
    path: Floats,
) -> None:
    edges = source.shape[0]
    for run in range(x.shape[0]):
        meeting = hash3(key, first_run + run, 0)
        for step in range(steps):
            k = np.int64(uniform(meeting, step, 0) * edges)
            i, j = source[k], target[k]
            a, b = x[run, i], x[run, j]
            x[run, i] = a + hard_confidence(a, b, eps, mu)
            x[run, j] = b + hard_confidence(b, a, eps, mu)
            if path.shape[0] > 0 and (step + 1) % every == 0:
                path[run, (step + 1) // every] = x[run]


def deffuant(
    indptr: ArrayLike,
    indices: ArrayLike,
    opinions: ArrayLike,
    eps: float,
    mu: float,
    seed: int,
    runs: int,
    *,
    steps: int,
    every: int | None = None,
    workers: int = 1,
) -> Opinions:
    """Run Deffuant and Weisbuch: two who meet and differ by at most `eps` both move by `mu` of the gap.

    Source: Deffuant, Neau, Amblard and Weisbuch (2000), "Mixing beliefs among interacting agents", Advances in
    Complex Systems 3. Which edge meets is drawn by (seed, run, step).

    Parameters
    ----------
    indptr, indices : int[nodes + 1], int[edges]
        Who meets whom; each entry is equally likely. No self-loops.
    opinions : float[nodes] or float[runs, nodes]
        Opinions at the start.
    eps : float
        Bound of confidence, in units of opinion, >= 0.
    mu : float
        Part of the gap moved, in [0, 0.5]; 0.5 meets in the middle.
    seed, runs : int
        Seed of the draws, number of runs.
    steps : int
        Meetings per run.
    every : int or None
        Return the path, with one moment after each `every` meetings: it takes
        ``8 * runs * nodes * (steps / every + 1)`` bytes.
    workers : int
        Threads among which the runs are divided. The answer does not depend on it.

    Returns
    -------
    Opinions
        Opinions of each run; its `steps` are those asked for, for there is no rule when to stop.

    Raises
    ------
    ValueError
        If the input makes no sense, or there is no edge to meet on.
    """
    ptr, ids = check_graph(indptr, indices)
    check_no_self_loops(ptr, ids)
    nodes, runs, steps = ptr.size - 1, check_count("runs", runs), check_count("steps", steps, least=0)
    if ids.size == 0 and steps > 0:
        raise ValueError("nobody can meet: the graph has no edges")
    start = check_opinions(opinions, (nodes,), (runs, nodes))
    x = np.array(np.broadcast_to(start, (runs, nodes)), order="C")
    eps, mu = check_number("eps", eps), check_number("mu", mu, most=0.5)
    gap = 1 if every is None else check_count("every", every)
    trail = np.empty((0, 1, nodes)) if every is None else np.empty((runs, steps // gap + 1, nodes))
    if every is not None:
        trail[:, 0] = x
    key = stream_key(seed, Stream.TEXTBOOK, "meeting")
    row = sources(ptr)

    def work(part: slice) -> None:
        _run_deffuant(row, ids, eps, mu, steps, gap, key, part.start, x[part], trail[part])

    in_parts(runs, workers, work)
    return Opinions(x, steps, None if every is None else trail)


def check_consensus(indptr: Offsets, indices: Ids, weights: Floats) -> None:
    """Raise a ValueError unless averaging brings everybody to one opinion, whatever the first opinions.

    That is so if and only if exactly one group of nodes listens to nobody outside it, while its members listen to
    each other, directly or through others, and the lengths of its closed walks have no common divisor (Seneta
    1981, "Non-negative matrices and Markov chains", chapter 4). What a row lacks to 1 is a node's weight on itself.

    Parameters
    ----------
    indptr, indices : int64[nodes + 1], int32[edges]
        The graph; row i lists whom i listens to.
    weights : float64[edges]
        Weights of the listened-to, at most 1 in sum per row.
    """
    nodes, row = indptr.size - 1, sources(indptr)
    rest = 1.0 - np.bincount(row, weights=weights, minlength=nodes)
    selves = np.flatnonzero(rest > 1e-9).astype(np.int32)
    heard = weights > 0.0
    source, target = np.append(row[heard], selves), np.append(indices[heard], selves)
    matrix = csr_array((np.ones(source.size), (source, target)), shape=(nodes, nodes))
    groups, group_of = csgraph.connected_components(matrix, connection="strong")
    open_ones = np.zeros(groups, dtype=bool)
    open_ones[group_of[source[group_of[source] != group_of[target]]]] = True
    closed = np.flatnonzero(~open_ones)
    if closed.size > 1:
        a, b = sorted(int(np.flatnonzero(group_of == g)[0]) for g in closed)[:2]
        raise ValueError(
            f"no consensus: {closed.size} groups listen to nobody outside themselves, "
            f"among them those of node {a} and node {b}"
        )
    if closed.size == 0:  # no nodes at all
        return
    first = int(np.flatnonzero(group_of == closed[0])[0])
    inside = group_of[source] == closed[0]
    level = csgraph.dijkstra(matrix, indices=first, unweighted=True)
    laps = (level[source[inside]] + 1 - level[target[inside]]).astype(np.int64)
    period = int(np.gcd.reduce(laps))
    if period != 1:
        raise ValueError(
            f"no consensus: the opinions in the group of node {first} go round with period {period}; "
            "an edge from a node to itself, weights that leave something to the own opinion, or eta below 1 end that"
        )


def _positive(name: str, value: float) -> float:
    if not value > 0.0:
        raise ValueError(f"{name} must be greater than 0, got {value}")
    return float(value)


def _blank_path(wanted: bool, steps: int, start: Floats) -> Floats:
    if not wanted:
        return np.empty((0, start.size))
    trail = np.empty((steps + 1, start.size))
    trail[0] = start
    return trail
