"""The SIR epidemic in continuous time.

Whom an infected node infects, and how long after its own infection, is drawn by (run, edge) and (run, node) and does
not depend on when that is. So who is ever infected is who can be reached over live edges, and when is the length of
the shortest way: the epidemic is searched, not played event by event (Kiss, Miller and Simon 2017, "Mathematics of
epidemics on networks", chapter 6).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from prsim.spread.calendar_queue import (
    PAGES,
    SHEET,
    blank,
    count_on,
    is_full,
    page_of,
    take,
    with_room,
    write,
)
from prsim.spread.compiled import kernel, njit, prefetch
from prsim.spread.draws import Stream, stream_key, uniform
from prsim.spread.frontier import BLOCK, PENDING, Bits, arrange, draw_row, join, look_ahead, words
from prsim.spread.kernels import exponential_delay
from prsim.spread.textbook import (
    Cascades,
    Floats,
    Ids,
    Part,
    Singles,
    Trial,
    check_number,
    check_per_edge,
    set_up,
)

TWO_53 = 2.0**53
ULP_53 = 2.0**-53

# An edge is live if its delay, a logarithm, is shorter than the infectious period. Most edges are decided without the
# logarithm, by a bound on the draw that is off by less than this.
_SLACK = 1e-12


@njit(cache=True)
def _bounds(mean_contacts: float) -> tuple[np.uint64, np.uint64]:
    """Return below which 53 bits a draw is live for sure, and from which on it is dead for sure.

    The mean is that of the contacts along the edge in the infectious period.
    """
    if not mean_contacts > 0.0:
        return np.uint64(0), np.uint64(0)
    chance = -math.expm1(-mean_contacts) * TWO_53
    live = np.uint64(max(chance * (1.0 - _SLACK) - 2.0, 0.0))
    return live, np.uint64(min(chance * (1.0 + _SLACK) + 2.0, TWO_53))


@njit(cache=True, error_model="numpy")
def _delay(draw: np.uint64, rate: float) -> float:
    """Return the waiting time for a contact at the draw."""
    return exponential_delay(np.float64(np.int64(draw)) * ULP_53, 1.0 / rate)


@njit(cache=True)
def _infectious_period(key: np.uint64, v: int, run: int, mean: float, fixed: bool) -> float:
    return mean if fixed else exponential_delay(uniform(key, v, run), mean)


@njit(cache=True, nogil=True, error_model="numpy")
def _reach(
    part: Part,
    edge_key: np.uint64,
    node_key: np.uint64,
    rate: Floats | Singles,
    mean_duration: float,
    fixed: bool,
) -> None:
    """Count the infected when nobody asks when they were: as a cascade over live edges."""
    first_run, indptr, indices, seeds, _, _, sizes = part
    nodes = indptr.shape[0] - 1
    reached = np.empty(nodes + 1, dtype=np.int32)
    told = np.empty(PENDING + BLOCK, dtype=np.int32)
    draws = np.empty(BLOCK, dtype=np.uint64)
    marks = np.empty(words(nodes), dtype=np.uint64)
    bits = np.zeros(words(nodes), dtype=np.uint64)
    common = rate.shape[0] == 1
    for row in range(sizes.shape[0]):
        run = first_run + row
        marks[:] = 0
        tail = join(seeds, seeds.shape[0], marks, reached, 0)
        head, count = 0, 0
        while head < tail:
            end = tail
            arrange(reached, head, end, bits, False)
            for i in range(head, end):
                look_ahead(indptr, indices, rate, reached, i, end)
                v = reached[i]
                duration = _infectious_period(node_key, v, run, mean_duration, fixed)
                live, dead = _bounds(duration * rate[0] if common else 0.0)
                for first in range(indptr[v], indptr[v + 1], BLOCK):
                    length = min(indptr[v + 1] - first, BLOCK)
                    draw_row(edge_key, first, length, run, draws)
                    if common:
                        for j in range(length):
                            told[count] = indices[first + j]
                            count += draws[j] < live
                            if draws[j] - live < dead - live:
                                count += _delay(draws[j], rate[0]) < duration
                    else:
                        for j in range(length):
                            told[count] = indices[first + j]
                            if _possible(draws[j], duration * rate[first + j]):
                                count += _delay(draws[j], rate[first + j]) < duration
                    if count > PENDING:
                        tail = join(told, count, marks, reached, tail)
                        count = 0
            tail = join(told, count, marks, reached, tail)
            count = 0
            head = end
        sizes[row] = tail


@njit(inline="always", cache=True)
def _possible(draw: np.uint64, mean_contacts: float) -> bool:
    """Whether an edge may be live: the chance of a contact is less than the mean number of contacts."""
    return bool(np.float64(np.int64(draw)) < mean_contacts * (1.0 + _SLACK) * TWO_53 + 2.0)


@kernel()
def _possible_in_row(
    indices: Ids,
    first: int,
    length: int,
    draws: Bits,
    rate: Floats | Singles,
    period: float,
    told: Ids,
    edge: Ids,
) -> int:
    """List the edges of a row that may be live: whom they lead to in `told`, which place of the row in `edge`."""
    count = 0
    if rate.shape[0] == 1:
        _, dead = _bounds(period * rate[0])
        for j in range(length):
            told[count] = indices[first + j]
            edge[count] = j
            count += draws[j] < dead
    else:
        for j in range(length):
            told[count] = indices[first + j]
            edge[count] = j
            count += _possible(draws[j], period * rate[first + j])
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _run_sir(
    part: Part,
    edge_key: np.uint64,
    node_key: np.uint64,
    rate: Floats | Singles,
    mean_duration: float,
    fixed: bool,
    horizon: float,
    width: float,
) -> None:
    """Find when each node is infected, if before the horizon, and by whom."""
    first_run, indptr, indices, seeds, times, parents, sizes = part
    nodes = indptr.shape[0] - 1
    earliest = np.empty(nodes if times.shape[0] == 0 else 0, dtype=np.float64)
    told = np.empty(BLOCK + 1, dtype=np.int32)
    edge = np.empty(BLOCK + 1, dtype=np.int32)
    draws = np.empty(BLOCK, dtype=np.uint64)
    calendar = blank()
    when = np.empty(seeds.shape[0] + BLOCK, dtype=np.float64)  # the open page: events in no order
    node = np.empty(seeds.shape[0] + BLOCK, dtype=np.int32)
    stride = 0 if rate.shape[0] == 1 else 1
    for row in range(sizes.shape[0]):
        run = first_run + row
        if times.shape[0] > 0:
            earliest = times[row]
        earliest[:] = np.inf
        for i in range(seeds.shape[0]):
            earliest[seeds[i]] = 0.0
            when[i] = 0.0
            node[i] = seeds[i]
            if parents.shape[0] > 0:
                parents[row, seeds[i]] = seeds[i]
        count, page, start, span, seen = seeds.shape[0], 0, 0.0, width, 0
        while count > 0:
            i = 0
            while i < count:
                now, v = when[i], node[i]
                look_ahead(indptr, indices, rate, node, i, count)
                i += 1
                if earliest[v] != now:  # there was a shorter way
                    continue
                duration = _infectious_period(node_key, v, run, mean_duration, fixed)
                period = min(duration, horizon - now + _SLACK * horizon)
                for first in range(indptr[v], indptr[v + 1], BLOCK):
                    length = min(indptr[v + 1] - first, BLOCK)
                    draw_row(edge_key, first, length, run, draws)
                    candidates = _possible_in_row(indices, first, length, draws, rate, period, told, edge)
                    if is_full(calendar, candidates):
                        calendar = with_room(calendar, candidates)
                    if count + candidates > when.shape[0]:
                        when = np.concatenate((when, np.empty(count + BLOCK)))
                        node = np.concatenate((node, np.empty(count + BLOCK, dtype=np.int32)))
                    for j in range(candidates):
                        prefetch(earliest, told[j])
                    for j in range(candidates):
                        w = told[j]
                        if earliest[w] < now:
                            continue
                        delay = _delay(draws[edge[j]], rate[(first + edge[j]) * stride])
                        then = now + delay
                        if not delay < duration or then > horizon or then > earliest[w]:
                            continue
                        if then < earliest[w]:
                            earliest[w] = then
                            if parents.shape[0] > 0:
                                parents[row, w] = v
                            there = page_of(then, start, span)
                            if there > page:
                                write(calendar, there, then, w)
                            else:
                                when[count] = then
                                node[count] = w
                                count += 1
                        elif parents.shape[0] > 0 and then > now:
                            parents[row, w] = min(parents[row, w], v)
            seen += count
            while page < PAGES and calendar.top[page] < 0:
                page += 1
            on_page = count_on(calendar, page)
            if on_page > when.shape[0]:
                when = np.empty(2 * on_page)
                node = np.empty(2 * on_page, dtype=np.int32)
            count = take(calendar, page, when, node)
            if page == PAGES and count > 0:  # begin again at the earliest of what was far off
                start, page = when[:count].min(), 0
                span = span * 4.0 if seen < PAGES // 4 else max(width, span / 4.0)
                seen = 0
                if is_full(calendar, count // SHEET + PAGES + 1):
                    calendar = with_room(calendar, count // SHEET + PAGES + 1)
                for j in range(count):
                    write(calendar, page_of(when[j], start, span), when[j], node[j])
                count = take(calendar, 0, when, node)
        for v in range(nodes):
            sizes[row] += earliest[v] < np.inf


def sir(
    indptr: ArrayLike,
    indices: ArrayLike,
    beta: ArrayLike,
    gamma: float,
    seeds: ArrayLike,
    seed: int,
    runs: int,
    *,
    recovery: str = "exponential",
    horizon: float = np.inf,
    times: bool = False,
    parents: bool = False,
    workers: int = 1,
) -> Cascades:
    """Run the SIR epidemic: the infected infect along each edge at rate `beta` and recover at rate `gamma`.

    With fixed recovery after ``1 / gamma`` the reach is bond percolation, that is `independent_cascade`
    with ``p = 1 - exp(-beta / gamma)``, run by run with the same seed. Source: Kermack and McKendrick (1927),
    Proceedings of the Royal Society A 115; on networks Newman (2002), "Spread of epidemic disease on networks",
    Physical Review E 66, 016128, and Kiss, Miller and Simon (2017), "Mathematics of epidemics on networks".

    Parameters
    ----------
    indptr, indices, seeds, seed, runs, parents, workers
        As for `prsim.spread.independent_cascade`.
    beta : float or float[edges]
        Infection rate of an edge, per unit of time.
    gamma : float
        Recovery rate, per unit of time; 0 means never.
    recovery : {"exponential", "fixed"}
        Distribution of the infectious period, of mean ``1 / gamma``.
    horizon : float
        Infections after this time do not count.
    times : bool
        Return the time at which each node was infected.

    Returns
    -------
    Cascades
        Its `sizes` hold the nodes ever infected (up to the horizon), one number per run.

    Raises
    ------
    ValueError
        If the input makes no sense; the message names the place.
    """
    trial = set_up(indptr, indices, seeds, runs, times, parents)
    rate, _ = check_per_edge("beta", beta, trial.indices.size, single=True)
    gamma, horizon = check_number("gamma", gamma), check_number("horizon", horizon)
    if recovery not in ("exponential", "fixed"):
        raise ValueError(f'recovery must be "exponential" or "fixed", got {recovery!r}')
    mean_duration = 1.0 / gamma if gamma > 0.0 else np.inf
    fixed = recovery == "fixed" or gamma == 0.0
    edge_key, node_key = (stream_key(seed, Stream.TEXTBOOK, what) for what in ("edge", "recovery"))
    given = (edge_key, node_key, rate, mean_duration, fixed)
    if not times and not parents and horizon == np.inf:
        return trial.run(_reach, workers, *given)
    return trial.run(_run_sir, workers, *given, horizon, _page_width(trial, rate, gamma))


def _page_width(trial: Trial, rate: Floats | Singles, gamma: float) -> float:
    """Return a time in which little happens to any one node; it decides the speed of the search only."""
    contacts = (
        float(rate.mean(dtype=np.float64)) * trial.indices.size / max(trial.nodes, 1) if rate.size else 0.0
    )
    pace = 4.0 * (contacts + gamma)
    return 1.0 / pace if 1e-300 < pace < 1e300 else 1.0
