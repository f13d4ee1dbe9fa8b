"""The audience's clock: broadcasts, hot lists and shared posts, tick by tick.

Exposures travel as *particles*. All particles of a thread carry the same mass (``DELTA``, in agents): less than one
while the thread is small, so that an incident of 500 witnesses is not a lump of one agent, growing to one as the thread
grows. What happens in a tick is worked off in batches: first every agent meets what it meets
(:mod:`prsim.spread.exposure`), then it is counted (:mod:`prsim.spread.counting`) and passed on
(:mod:`prsim.spread.passing`). Where a batch ends changes nothing, for within a tick no exposure depends on what
another one caused.
"""

from __future__ import annotations

import numpy as np

from prsim.spread import layout as L
from prsim.spread.calendar import CHUNK, release_chunk
from prsim.spread.compiled import call_at, kernel
from prsim.spread.counting import close_cells
from prsim.spread.decay import halved
from prsim.spread.exposure import expose, fetch
from prsim.spread.feeds import close_tick, enter, plan_broadcasts, plan_hot_lists, take_plan
from prsim.spread.handed import taken
from prsim.spread.kernels import reaction_cdf
from prsim.spread.on_air import note_clocks, note_open, take_off_air
from prsim.spread.passing import settle, take_in_and_pass_on

SETTLE_H = 6.0  # how often what waits in accumulators is looked at


@kernel(inlined=True)
def happen(  # type: ignore[no-untyped-def]
    n, flat, tick_h, lightest, batch, stories, threads, weary, agents, ties, channels, rules, lookups, queue
):  # fmt: skip
    """Let the exposures of a plan happen, and what they cause be planned; False when the queue is full."""
    queue.free[1] += n
    room = True
    first = run = ahead = np.int64(0)
    for e in range(L.AHEAD):
        ahead = fetch(e, n, ahead, batch, agents)
    while first < n:
        many = min(n - first, L.BATCH)
        expose(first, many, n, run, batch, stories, threads, agents, channels, rules, lookups)
        done, run, enough = take_in_and_pass_on(
            first, many, run, flat, tick_h, lightest, batch, stories, threads, weary, agents, ties, channels,
            rules, lookups, queue,
        )  # fmt: skip
        room &= enough
        first += done
    return room


@kernel(inlined=True)
def go_through(  # type: ignore[no-untyped-def]
    tick_from, tick_to, tick_h, stories, threads, many, weary, agents, ties, channels, rules, lookups, tallies, queue,
    casts, batch,
):  # fmt: skip
    """See :func:`advance`.

    ``many`` holds the number of threads so far, ``weary`` the weariness that an item of each format adds.
    """
    room = True
    flat = reaction_cdf(rules.delay_max, rules.delay_flat, rules.delay_exponent)
    every = max(1, round(SETTLE_H / tick_h))
    segments, full = agents.weight.shape[0], L.PLAN
    lightest = agents.weight[0]
    for h in range(segments):
        lightest = min(lightest, agents.weight[h])
    tf, ti, si = threads.f, threads.i, stories.i
    under_way = note_open(many[0], threads)
    take_off_air(stories, threads, casts)
    for tick in range(tick_from, tick_to):
        t0, t1 = tick * tick_h, (tick + 1) * tick_h
        n = runs = 0
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
            while at < plans and n < full:
                n, runs, made = take_plan(
                    at, made, n, runs, full, t1, stories, threads, agents, rules, casts, batch
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
                        runs = enter(n, runs, story, place, g, queue.mass[q], stories, threads, batch)
                        batch.agent[n] = queue.agent[q]
                        batch.when[n] = queue.when[q]
                        batch.origin[n] = queue.origin[q]
                        n += 1
                release_chunk(queue, tick)
            if n == 0:
                break
            room &= happen(
                n, flat, tick_h, lightest, batch, stories, threads, weary, agents, ties, channels, rules, lookups,
                queue,
            )  # fmt: skip
            n = runs = 0
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
    return go_through(tick_from, tick_to, *taken(rest))


@kernel(entry=False)
def stand_still(tick_from, tick_to, rest):  # type: ignore[no-untyped-def]
    """Stand in for :func:`advance` where what happens to the audience does not matter."""
    return True


@kernel()
def advance_at(address, tick_from, tick_to, rest):  # type: ignore[no-untyped-def]
    """The way from Python to :func:`advance`: its ``address``, and what it needs."""
    return call_at(address, tick_from, tick_to, rest)
