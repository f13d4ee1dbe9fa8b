"""Textbook models in continuous time: Bass adoption, Daley-Kendall rumour.

All are event-driven: a heap holds what happens next, and cost follows events. Edges point from the one who
tells to the one who hears; waiting times are drawn by (run, edge) or (run, node), so no draw depends on the
order of events.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prsim.spread.compiled import njit
from prsim.spread.draws import Stream, hash3, stream_key, uniform
from prsim.spread.kernels import exponential_delay, infect
from prsim.spread.textbook import (
    Cascades,
    Part,
    check_number,
    note,
    set_up,
)

IGNORANT, SPREADER, STIFLER = 0, 1, 2


@njit(cache=True, nogil=True)
def _run_bass(
    part: Part,
    key: np.uint64,
    in_degree: NDArray[np.int64],
    p: float,
    q: float,
    horizon: float,
) -> None:
    first_run, indptr, indices, seeds, times, parents, sizes = part
    nodes = indptr.shape[0] - 1
    adopted = np.zeros(nodes, dtype=np.int32)
    left = np.empty(nodes, dtype=np.float64)  # integrated hazard still to be met, as of `since`
    since = np.empty(nodes, dtype=np.float64)
    rate = np.empty(nodes, dtype=np.float64)
    due = np.empty(nodes, dtype=np.float64)
    heap = [(0.0, np.int64(0))]
    for row in range(sizes.shape[0]):
        run, stamp = first_run + row, row + 1
        heap.clear()
        for i in range(nodes):
            left[i] = exponential_delay(uniform(key, i, run), 1.0)
            since[i] = 0.0
            rate[i] = p
            due[i] = left[i] / p if p > 0.0 else np.inf
        for s in seeds:
            due[s] = 0.0
        for i in range(nodes):
            if due[i] <= horizon:
                heap.append((due[i], np.int64(i)))
        heapq.heapify(heap)
        while len(heap) > 0:
            now, v = heapq.heappop(heap)
            if adopted[v] == stamp or now != due[v] or now == np.inf:
                continue
            adopted[v] = stamp
            sizes[row] += 1
            note(row, v, -1, now, times, parents)
            for k in range(indptr[v], indptr[v + 1]):
                w = np.int64(indices[k])
                if adopted[w] == stamp:
                    continue
                left[w] = max(left[w] - rate[w] * (now - since[w]), 0.0)
                since[w] = now
                rate[w] += q / in_degree[w]
                if rate[w] > 0.0 and due[w] > now:
                    due[w] = now + left[w] / rate[w]
                    if due[w] <= horizon:
                        heapq.heappush(heap, (due[w], w))


def bass(
    indptr: ArrayLike,
    indices: ArrayLike,
    p: float,
    q: float,
    seed: int,
    runs: int,
    *,
    seeds: ArrayLike = (),
    horizon: float = np.inf,
    times: bool = False,
    workers: int = 1,
) -> Cascades:
    """Run Bass adoption on a graph: a node adopts at rate ``p + q * (share of its tellers who have adopted)``.

    Exact in continuous time: a node adopts when its integrated hazard meets an exponential threshold drawn by
    (seed, run, node). On a large complete graph the adopted share follows Bass (1969), "A new product growth for
    model consumer durables", Management Science 15(5): ``(1 - exp(-(p + q) t)) / (1 + q / p * exp(-(p + q) t))``.

    Parameters
    ----------
    indptr, indices, seed, runs, workers
        As for `prsim.spread.independent_cascade`; a teller whose edge occurs twice weighs twice.
    p, q : float
        Rates of innovation and imitation, per unit of time, >= 0.
    seeds : int[...]
        Nodes that have adopted at time 0; nobody by default.
    horizon : float
        Adoptions after this time do not count.
    times : bool
        Return the time at which each node adopted; `Cascades.curve` makes the adoption curve of it.

    Returns
    -------
    Cascades
        Its `sizes` hold the adopters (up to the horizon), one number per run. There are no parents: a node
        adopts because of all its tellers together.

    Raises
    ------
    ValueError
        If the input makes no sense; the message names the place.
    """
    trial = set_up(indptr, indices, seeds, runs, times)
    p, q = check_number("p", p, most=1e300), check_number("q", q, most=1e300)
    horizon = check_number("horizon", horizon)
    in_degree = np.bincount(trial.indices, minlength=trial.nodes)
    key = stream_key(seed, Stream.TEXTBOOK, "adoption")
    return trial.run(_run_bass, workers, key, in_degree, p, q, horizon)


@njit(cache=True, nogil=True)
def _run_rumour(
    part: Part,
    time_key: np.uint64,
    partner_key: np.uint64,
    meeting_key: np.uint64,
    both_stifled: bool,
) -> None:
    first_run, indptr, indices, seeds, times, parents, sizes = part
    nodes = indptr.shape[0] - 1
    mark = np.zeros(nodes, dtype=np.int32)
    state = np.zeros(nodes, dtype=np.int8)  # holds for the run in `mark`; unmarked nodes are ignorant
    contacts = np.zeros(nodes, dtype=np.int64)
    heap = [(0.0, np.int64(0))]
    for row in range(sizes.shape[0]):
        run, stamp = first_run + row, row + 1
        clock, choice, meeting = (
            hash3(time_key, run, 0),
            hash3(partner_key, run, 0),
            hash3(meeting_key, run, 0),
        )
        heap.clear()
        for s in seeds:
            mark[s] = stamp
            state[s] = SPREADER
            contacts[s] = 0
            sizes[row] += 1
            note(row, s, s, 0.0, times, parents)
            if indptr[s + 1] > indptr[s]:
                heapq.heappush(heap, (exponential_delay(uniform(clock, s, 0), 1.0), np.int64(s)))
        while len(heap) > 0:
            now, v = heapq.heappop(heap)
            if state[v] == STIFLER:
                continue
            j = contacts[v]
            contacts[v] += 1
            degree = indptr[v + 1] - indptr[v]
            w = np.int64(indices[indptr[v] + np.int64(uniform(choice, v, j) * degree)])
            other = state[w] if mark[w] == stamp else IGNORANT
            if other == IGNORANT:
                mark[w] = stamp
                state[w] = SPREADER
                contacts[w] = 0
                sizes[row] += 1
                note(row, w, v, now, times, parents)
                if indptr[w + 1] > indptr[w]:
                    heapq.heappush(heap, (now + exponential_delay(uniform(clock, w, 0), 1.0), w))
            elif other == STIFLER or not both_stifled:
                state[v] = STIFLER
            elif infect(uniform(meeting, v, j), 0.5):
                # two spreaders both ring, but their meeting is one: half of the rings count
                state[v] = STIFLER
                state[w] = STIFLER
            if state[v] == SPREADER:
                heapq.heappush(heap, (now + exponential_delay(uniform(clock, v, j + 1), 1.0), v))


def daley_kendall(
    indptr: ArrayLike,
    indices: ArrayLike,
    seeds: ArrayLike,
    seed: int,
    runs: int,
    *,
    variant: str = "daley-kendall",
    times: bool = False,
    parents: bool = False,
    workers: int = 1,
) -> Cascades:
    """Run the rumour of Daley and Kendall: a spreader tells until it meets somebody who knows.

    Each spreader calls a random target at rate 1. An ignorant becomes a spreader; a stifler turns the
    spreader into a stifler; when two spreaders meet, both stop ("daley-kendall"; each of the two would call, so
    half of these calls count, for their meeting is one), or only the one who called ("maki-thompson"). On a
    large complete graph 20.3 % never hear it in either case. Source: Daley and Kendall (1965), "Stochastic
    rumours", IMA Journal of Applied Mathematics 1(1); Maki and Thompson (1973), "Mathematical models and
    applications".

    Parameters
    ----------
    indptr, indices, seeds, seed, runs, parents, workers
        As for `prsim.spread.independent_cascade`; the graph should be symmetric, for meetings are. A target
        whose edge occurs twice is called twice as often.
    variant : {"daley-kendall", "maki-thompson"}
        Who stops when two spreaders meet.
    times : bool
        Return when each node heard the rumour, in mean times between calls.

    Returns
    -------
    Cascades
        Its `sizes` hold those who have heard it when nobody spreads it any more, one number per run.

    Raises
    ------
    ValueError
        If the input makes no sense; the message names the place.
    """
    trial = set_up(indptr, indices, seeds, runs, times, parents)
    if variant not in ("daley-kendall", "maki-thompson"):
        raise ValueError(f'variant must be "daley-kendall" or "maki-thompson", got {variant!r}')
    keys = (stream_key(seed, Stream.TEXTBOOK, what) for what in ("clock", "partner", "meeting"))
    return trial.run(_run_rumour, workers, *keys, variant == "daley-kendall")
