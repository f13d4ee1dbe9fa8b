"""What goes on air, on hot lists and on the list of broadcasts, and what has gone off."""

from __future__ import annotations

import numpy as np

from prsim.spread import layout as L
from prsim.spread.compiled import kernel
from prsim.spread.handed import taken
from prsim.spread.rhythm import clock_at
from prsim.spread.walks import set_walk, set_walks


@kernel()
def total(values):  # type: ignore[no-untyped-def]
    """Sum of up to 128 numbers, added up in numpy's order: the same to the last bit."""
    n, whole = values.shape[0], 0.0
    first = n - n % 8 if n >= 8 else 0
    if first > 0:
        a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(0, first, 8):
            a, b, c, d = a + values[i], b + values[i + 1], c + values[i + 2], d + values[i + 3]
            e, f, g, h = e + values[i + 4], f + values[i + 5], g + values[i + 6], h + values[i + 7]
        whole = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for i in range(first, n):
        whole += values[i]
    return whole


@kernel()
def put_on_air(  # type: ignore[no-untyped-def]
    b, story, place, t, half_life_h, persons, item_key, source_key, share, handed
):  # fmt: skip
    """Enter broadcast ``b`` of ``persons`` exposures (float64[K]) from ``t`` (h) on.

    How many agents one of its exposures stands for is what it is in the thread so far, or coarser if it would be more
    than about twice the rule's ``particles`` exposures; a thread that nothing leads on hot lists is led by its story.
    ``handed`` are the arguments of :func:`prsim.spread.advance.advance`.
    """
    _, stories, threads, _, _, agents, _, channels, rules, _, _, _, casts, _ = taken(handed)
    tf, ti, thread = threads.f, threads.i, stories.i[story, L.THREAD]
    for k in range(persons.shape[0]):
        casts.many[b, k] = persons[k] / agents.weight[k]
    coarse = max(total(casts.many[b]) / (2.0 * rules.particles), 1e-6)
    mass = np.float64(np.float32(min(1.0, max(tf[thread, L.DELTA], coarse))))
    if tf[thread, L.DELTA] == 0.0:
        tf[thread, L.DELTA] = mass
    tf[thread, L.DELTA] = max(tf[thread, L.DELTA], mass / 4.0)
    if ti[thread, L.LEAD] < 0:
        ti[thread, L.LEAD] = story
    casts.story[b], casts.place[b], casts.start[b] = story, place, t
    casts.begun[b] = casts.wake[b] = clock_at(channels.clock, place, t)
    casts.half_life[b] = half_life_h
    for k in range(persons.shape[0]):
        one = agents.weight[k] * mass  # persons
        casts.many[b, k], casts.each[b, k] = persons[k] / one, one / persons[k]
        casts.mass[b, k], casts.done[b, k] = mass, 0
    set_walks(casts.walk[b], casts.offset[b], item_key, source_key, share, agents.slot_ptr, agents.block)
    casts.alive[casts.living[0]] = b
    casts.living[0] += 1


@kernel(inlined=True)
def note_open(many, threads):  # type: ignore[no-untyped-def]
    """Note which of the ``many`` threads so far are open; return how many."""
    n = 0
    for th in range(many):
        if threads.i[th, L.OPEN] == 1:
            threads.open[n] = th
            n += 1
    return n


@kernel(inlined=True)
def take_off_air(stories, threads, casts):  # type: ignore[no-untyped-def]
    """Forget broadcasts of closed threads."""
    kept = 0
    for c in range(casts.living[0]):
        b = casts.alive[c]
        if threads.i[stories.i[casts.story[b], L.THREAD], L.OPEN] == 1:
            casts.alive[kept] = b
            kept += 1
    casts.living[0] = kept


@kernel(inlined=True)
def note_clocks(t, channels, casts):  # type: ignore[no-untyped-def]
    """Note what the platforms' clocks show at ``t`` (h)."""
    for p in range(casts.now.shape[0]):
        casts.now[p] = clock_at(channels.clock, p, t)


@kernel()
def find_quiet(listed, t, after_h, handed, quiet):  # type: ignore[no-untyped-def]
    """Mark in ``quiet`` in which of the ``listed`` threads nothing happens any more.

    They are closed, or nothing of them is under way and their last news is older than ``after_h``. Returns how many.
    ``handed`` are the arguments of :func:`prsim.spread.advance.advance`.
    """
    _, stories, threads, _, _, _, _, _, _, _, _, queue, casts, _ = taken(handed)
    tf, ti, many = threads.f, threads.i, 0
    for i in range(listed.shape[0]):
        th = listed[i]
        quiet[i] = ti[th, L.OPEN] == 0 or (t - tf[th, L.INTEREST_T] > after_h and queue.live[th] == 0)
        if quiet[i] and ti[th, L.OPEN] == 1:
            for c in range(casts.living[0]):
                if stories.i[casts.story[casts.alive[c]], L.THREAD] == th:
                    quiet[i] = False
                    break
        many += quiet[i]
    return many


@kernel()
def set_list_walks(walks, key, members, share, slot_ptr, block):  # type: ignore[no-untyped-def]
    """Place a thread's walks on the lists of all platforms.

    Parameters
    ----------
    walks : int64[P, K, width]
        The walks of the thread.
    key : uint64
        Luck of the thread.
    members : uint64[P]
        Luck of who is a member of each platform.
    share : float64[P, K]
        Share of each segment who see a platform's list; 0 where there is none.
    slot_ptr : int64[K + 1]
        First place of each segment.
    block : int64[K]
        Places of each segment that are visited one after the other.
    """
    for p in range(walks.shape[0]):
        for k in range(walks.shape[1]):
            if share[p, k] > 0.0:
                size = slot_ptr[k + 1] - slot_ptr[k]
                set_walk(walks[p, k], key, members[p], share[p, k], size, block[k], k)
