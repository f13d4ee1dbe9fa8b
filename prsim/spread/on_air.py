"""What goes on air, on hot lists and on the list of broadcasts, and what has gone off."""

from __future__ import annotations

from prsim.spread import layout as L
from prsim.spread.compiled import kernel
from prsim.spread.rhythm import clock_at
from prsim.spread.walks import set_walk, set_walks


@kernel()
def put_on_air(  # type: ignore[no-untyped-def]
    b, story, place, t, half_life_h, persons, mass, item_key, source_key, share, clock, slot_ptr, casts
):  # fmt: skip
    """Enter broadcast ``b`` of ``persons`` exposures (float64[K]) of ``mass`` agents each, from ``t`` (h) on."""
    casts.story[b], casts.place[b], casts.start[b] = story, place, t
    casts.begun[b] = casts.wake[b] = clock_at(clock, place, t)
    casts.half_life[b] = half_life_h
    for k in range(persons.shape[0]):
        casts.persons[b, k], casts.mass[b, k], casts.done[b, k] = persons[k], mass, 0
    set_walks(casts.walk[b], casts.offset[b], item_key, source_key, share, slot_ptr)
    casts.alive[casts.living[0]] = b
    casts.living[0] += 1


@kernel()
def find_quiet(threads, t, after_h, tf, live, si, story, alive, living, quiet):  # type: ignore[no-untyped-def]
    """Mark in ``quiet`` of which threads nothing is under way and the last news is older than ``after_h``."""
    for i in range(threads.shape[0]):
        th = threads[i]
        quiet[i] = t - tf[th, L.INTEREST_T] > after_h and live[th] == 0
        if quiet[i]:
            for c in range(living[0]):
                if si[story[alive[c]], L.THREAD] == th:
                    quiet[i] = False
                    break


@kernel()
def set_list_walks(walks, key, members, share, slot_ptr):  # type: ignore[no-untyped-def]
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
    """
    for p in range(walks.shape[0]):
        for k in range(walks.shape[1]):
            if share[p, k] > 0.0:
                size = slot_ptr[k + 1] - slot_ptr[k]
                set_walk(walks[p, k], key, members[p], share[p, k], size, k)
