"""The audience's clock: broadcasts, hot lists and shared posts, tick by tick.

Exposures travel as *particles*. All particles of a thread carry the same mass (``DELTA``, in agents): less than one
while the thread is small, so that an incident of 500 witnesses is not a lump of one agent, growing to one as the thread
grows. What happens in a tick is planned in batches and worked off in pieces: first what agents make of what they meet
(:mod:`prsim.spread.exposure`), by several threads where there are some (:mod:`prsim.spread.crew`); then it is taken in
and passed on (:mod:`prsim.spread.passing`) and counted (:mod:`prsim.spread.counting`), in order. Within a tick no
exposure depends on what another one caused.
"""

from __future__ import annotations

import numpy as np

from prsim.spread import layout as L
from prsim.spread.calendar import CHUNK, release_chunk
from prsim.spread.compiled import call_at, kernel
from prsim.spread.counting import close_cells
from prsim.spread.crew import is_free, obtain, post, take_off
from prsim.spread.decay import halved
from prsim.spread.feeds import close_tick, enter, plan_broadcasts, plan_hot_lists, take_plan
from prsim.spread.handed import taken
from prsim.spread.kernels import reaction_cdf
from prsim.spread.on_air import note_clocks, note_open, take_off_air
from prsim.spread.passing import fetch_ties, send_asked, settle, take_in_and_pass_on

SETTLE_H = 6.0  # how often what waits in accumulators is looked at


@kernel(inlined=True)
def cut(window, n, batch):  # type: ignore[no-untyped-def]
    """Cut a batch in a window, which goes up to exposure ``n``, into pieces; return how many they are."""
    many, run = 0, window * L.WINDOW
    batch.planned[0] += 1
    for first in range(window * L.WINDOW, n, L.BATCH):
        while batch.run[run, L.R_END] <= first:
            run += 1
        piece = batch.pieces[window * L.PIECES + many]
        piece[L.PC_FIRST], piece[L.PC_MANY], piece[L.PC_RUN] = first, min(n - first, L.BATCH), run
        piece[L.PC_END], piece[L.PC_PLAN] = n, batch.planned[0]
        many += 1
    return many


@kernel(inlined=True)
def happen(  # type: ignore[no-untyped-def]
    window, n, flat, tick_h, lightest, batch, stories, threads, weary, agents, ties, channels, rules, lookups, queue,
    rest,
):  # fmt: skip
    """Let the exposures of a batch happen, and what they cause be planned; False when the queue is full."""
    queue.free[1] += n - window * L.WINDOW
    room, pieces, half = True, cut(window, n, batch), batch.asked.shape[0] // 2
    post(batch.board, pieces, window * L.PIECES)
    first = end = 0  # asked for by the piece before: sent after this one, when the memory has come
    for x in range(pieces):
        where = obtain(batch.board, batch.address[0], rest)
        fetch_ties(first, end, ties, batch)
        batch.asked_n[0] = half * (x & 1)
        take_in_and_pass_on(
            window * L.PIECES + x, where, lightest, batch, stories, threads, weary, agents, ties, channels, rules,
            lookups, rest,
        )  # fmt: skip
        room &= send_asked(
            first, end, flat, tick_h, stories, threads, agents, ties, channels, rules, batch, queue
        )
        first, end = half * (x & 1), batch.asked_n[0]
        take_off(batch.board)
    return room & send_asked(
        first, end, flat, tick_h, stories, threads, agents, ties, channels, rules, batch, queue
    )


@kernel(inlined=True)
def go_through(  # type: ignore[no-untyped-def]
    tick_from, tick_to, tick_h, stories, threads, many, weary, agents, ties, channels, rules, lookups, tallies, queue,
    casts, batch, rest,
):  # fmt: skip
    """See :func:`advance`.

    ``many`` holds the number of threads so far, ``weary`` the weariness that an item of each format adds.
    """
    room = True
    flat = reaction_cdf(rules.delay_max, rules.delay_flat, rules.delay_exponent)
    every = max(1, round(SETTLE_H / tick_h))
    segments = agents.weight.shape[0]
    lightest = agents.weight[0]
    for h in range(segments):
        lightest = min(lightest, agents.weight[h])
    tf, ti, si = threads.f, threads.i, stories.i
    under_way = note_open(many[0], threads)
    take_off_air(stories, threads, casts)
    for tick in range(tick_from, tick_to):
        t0, t1 = tick * tick_h, (tick + 1) * tick_h
        for x in range(under_way):
            th = threads.open[x]
            age = t0 + 0.5 * tick_h - tf[th, L.INTEREST_T]
            tf[th, L.INTEREST_NOW] = tf[th, L.INTEREST] * halved(age, rules.interest_half_life)
        note_clocks(t1, channels, casts)

        plans = plan_broadcasts(t0, t1, casts, agents, batch)
        plans = plan_hot_lists(plans, under_way, t0, t1, threads, agents, channels, lookups, casts, batch)

        # what is planned, then the particles due, those born within the tick included
        at = made = 0
        while True:
            window = 0
            while not is_free(batch.board, window * L.PIECES, L.PIECES):
                window += 1
            n = runs = base = window * L.WINDOW
            full = base + L.PLAN
            while at < plans and n < full:
                n, runs, made = take_plan(
                    at, made, n, runs, base, full, t1, stories, threads, agents, rules, casts, batch
                )
                if made == batch.plan[at, L.P_DUE]:
                    at, made = at + 1, 0
            while at == plans and queue.first[tick] >= 0 and n < full:
                chunk = np.int64(queue.first[tick])
                for q in range(chunk * CHUNK, chunk * CHUNK + queue.size[chunk]):
                    story = np.int64(queue.story[q])
                    thread = si[story, L.THREAD]
                    queue.live[thread] -= 1
                    if ti[thread, L.OPEN] == 1:
                        place, g = np.int64(queue.place[q]), np.int64(queue.segment[q])
                        runs = enter(n, runs, base, story, place, g, queue.mass[q], batch)
                        batch.agent[n] = queue.agent[q]
                        batch.slot[n] = ti[thread, L.SLOT]
                        batch.when[n] = queue.when[q]
                        batch.origin[n] = queue.origin[q]
                        n += 1
                release_chunk(queue, tick)
            if n == base:
                break
            room &= happen(
                window, n, flat, tick_h, lightest, batch, stories, threads, weary, agents, ties, channels, rules,
                lookups, queue, rest,
            )  # fmt: skip
        close_cells(batch, stories, threads, agents, channels, rules, tallies)
        close_tick(tick_h, threads, under_way, channels, rules, lookups)
        if (tick + 1) % every == 0:
            settle(tick, t1, flat, tick_h, stories, threads, many[0], agents, ties, channels, rules, queue)
    return room


@kernel(apart=True)
def advance(tick_from, tick_to, rest):  # type: ignore[no-untyped-def]
    """Advance the audience over ticks ``tick_from .. tick_to - 1``; return False when the queue was ever full.

    ``rest`` are the other arguments of :func:`go_through`, handed over.
    """
    return go_through(tick_from, tick_to, *taken(rest), rest)


@kernel(entry=False)
def stand_still(tick_from, tick_to, rest):  # type: ignore[no-untyped-def]
    """Stand in for :func:`advance` where what happens to the audience does not matter."""
    return True


@kernel(nogil=True)
def advance_at(address, tick_from, tick_to, rest):  # type: ignore[no-untyped-def]
    """The way from Python to :func:`advance`: its ``address``, and what it needs."""
    return call_at(address, tick_from, tick_to, rest)
