"""What exposures cause: posts, and new exposures as particles.

Sharers are counted by expectation. What they cause gathers per story, layer and segment of the sharer; whenever it may
fill a particle, it is divided among the segments of those who will see it, and every segment that has gathered a
particle's worth of persons gets one, sent to a tie of the sharer who tipped the scales. What is left when a cascade
has come to rest becomes a particle or nothing by lot, so a cascade has the right mean size at every resolution.
"""

from __future__ import annotations

import numpy as np

from prsim.spread import layout as L
from prsim.spread.calendar import PER_H, put
from prsim.spread.compiled import kernel, prefetch, prefetch_read
from prsim.spread.counting import cell_of, note_cell
from prsim.spread.crew import B_TAKEN, ROUND, begun_at, room_after
from prsim.spread.draws import hash3, mix64
from prsim.spread.exposure import persons_of
from prsim.spread.kernels import reaction_delay
from prsim.spread.noticing import changed_since, notice, who_notices
from prsim.spread.places import PLACE, occupant
from prsim.spread.rhythm import clock_after
from prsim.spread.vectors import add_rows
from prsim.spread.walks import origin_of, unit

_AFTER_TICK = np.int64(40)
_SALT = np.uint64(0x8CB92BA72F3D8DD7)


@kernel(inlined=True)
def story_caused(way, story, stories, threads):  # type: ignore[no-untyped-def]
    """Story that others meet through those who met ``story``; -1 for none."""
    thread = stories.i[story, L.THREAD]
    if way == L.W_NEGATIVE:
        return threads.i[thread, L.UGC_NEGATIVE]
    if way == L.W_POSITIVE:
        return threads.i[thread, L.UGC_POSITIVE]
    return np.int64(story)


@kernel(inlined=True)
def anybody(h, u, agents):  # type: ignore[no-untyped-def]
    """Agent of segment ``h`` at the quantile ``u`` of activity."""
    lo, hi = PLACE * agents.slot_ptr[h], PLACE * agents.slot_ptr[h + 1]
    return np.int64(occupant(agents.slots, lo + np.int64(u * (hi - lo))))


@kernel(inlined=True)
def tie(i, h, layer, u, agents, ties):  # type: ignore[no-untyped-def]
    """Agent of segment ``h`` to whom agent ``i`` is tied, at the quantile ``u``; anybody active where it has no tie."""
    at = i * agents.weight.shape[0] + h
    ptr = ties.public_ptr if layer == 0 else ties.chat_ptr
    idx = ties.public_idx if layer == 0 else ties.chat_idx
    lo, hi = np.int64(ptr[at]), np.int64(ptr[at + 1])
    if hi > lo:
        return np.int64(idx[lo + np.int64(u * (hi - lo))])
    return anybody(h, u, agents)


@kernel(inlined=True)
def ties_on(i, layer, place, ties):  # type: ignore[no-untyped-def]
    """Ties of agent ``i`` on a platform, in ties: each counts as much as its segment is there."""
    ptr = ties.public_ptr if layer == 0 else ties.chat_ptr
    k = ties.presence.shape[1]
    total = 0.0
    for h in range(k):
        total += np.float64(ptr[i * k + h + 1] - ptr[i * k + h]) * ties.presence[place, h]
    return total


@kernel(inlined=True)
def release(bits, j, h, story, place, when, flat, tick_h, stories, threads, channels, rules, queue):  # type: ignore[no-untyped-def]
    """Let a particle reach agent ``j`` after a reaction time; False where there is no room.

    Beyond the horizon it reaches nobody.
    """
    thread = stories.i[story, L.THREAD]
    pace = mix64(bits ^ _SALT)
    wait = reaction_delay(unit(pace) * flat, rules.delay_flat, rules.delay_exponent)
    due = clock_after(channels.clock, channels.hours, place, when / PER_H, wait)
    if due >= rules.horizon:
        return True
    mass = np.float32(threads.f[thread, L.DELTA])
    if not put(
        queue, np.int64(due / tick_h + 1e-9), j, h, story, place, mass, np.int64(due * PER_H), origin_of(pace)
    ):
        return False
    queue.live[thread] += 1
    return True


@kernel(inlined=True)
def divide(  # type: ignore[no-untyped-def]
    i, story, layer, place, g, persons, when, origin, enough, stories, threads, agents, ties, batch
):  # fmt: skip
    """Divide ``persons`` exposures, tipped by agent ``i``, among segments, and ask for the particles that they fill.

    Returns how many persons more may fill the next one: ``enough``, the least, where that depends on who tips.
    """
    many = agents.weight.shape[0]
    delta = threads.f[stories.i[story, L.THREAD], L.DELTA]
    luck = mix64(mix64(np.uint64((i << 32) ^ origin) + _SALT) ^ ~stories.keys[story])
    ptr, at = ties.public_ptr if layer == 0 else ties.chat_ptr, i * many
    own, all_ties, more = ties.own[layer], 0.0, np.inf
    if own:
        all_ties = ties_on(i, layer, place, ties)
        if all_ties <= 0.0:
            return enough
    for h in range(many):
        share = ties.mix[place, g, h]
        if own:
            share = np.float64(ptr[at + h + 1] - ptr[at + h]) * ties.presence[place, h] / all_ties
        left = stories.acc[story, layer, h] + persons * share
        quantum = delta * agents.weight[h]
        if left >= quantum:
            n = np.int64(left / quantum)
            left = max(left - n * quantum, 0.0)
            asked = batch.asked_n[0]
            batch.asked_n[0] = asked + 1
            batch.asked[asked, L.A_AGENT] = i
            batch.asked[asked, L.A_STORY] = story
            batch.asked[asked, L.A_LAYER] = layer
            batch.asked[asked, L.A_PLACE] = place
            batch.asked[asked, L.A_SEGMENT] = h
            batch.asked[asked, L.A_MANY] = n
            batch.asked[asked, L.A_WHEN] = when
            batch.asked_luck[asked] = luck
            prefetch_read(ptr, at + h)
        stories.acc[story, layer, h] = left
        if share > 0.0:
            more = min(more, (quantum - left) / share)
    return enough if own else more


@kernel(inlined=True)
def ask(i, story, place, g, when, origin, enough, stories, threads, agents, ties, channels, batch):  # type: ignore[no-untyped-def]
    """Divide what those who met a story have caused, where it may fill a particle; ``enough`` is the least that can."""
    for way in range(L.WAYS):
        persons = stories.caused[story, g, way]
        if persons < stories.needed[story, g, way]:
            continue
        stories.caused[story, g, way] = 0.0
        what, layer = story_caused(way, story, stories, threads), 1 if way == L.W_FORWARD else 0
        needed = enough
        if what >= 0 and persons > 0.0:
            to = channels.chat[0] if layer else channels.share_to[place]
            needed = divide(
                i, what, layer, to, g, persons, when, origin, enough, stories, threads, agents, ties, batch
            )
        stories.needed[story, g, way] = needed


@kernel(inlined=True)
def count_and_cause(  # type: ignore[no-untyped-def]
    first, at, part, run, story, place, g, enough, rows, x, batch, stories, threads, agents, ties, channels
):  # fmt: skip
    """Count ``part`` exposures of a run in the places from ``at`` on, and gather what those who pass on cause."""
    row, needed, sums = stories.caused[story, g], stories.needed[story, g], batch.sums
    persons = np.float64(persons_of(run, g, batch, agents))
    sums[0] = sums[1] = sums[2] = sums[3] = 0.0
    e, end = at, at + part
    while e < end:
        e = add_rows(rows, e, end, sums, row, needed)
        some_are_full = False
        for way in range(L.WAYS):
            some_are_full |= row[way] >= needed[way]
        if some_are_full:
            here = np.uint64(first + e - 1)
            i = np.int64(batch.agent[here])
            when, origin = np.int64(batch.when[here]), np.int64(batch.origin[here])
            ask(i, story, place, g, when, origin, enough, stories, threads, agents, ties, channels, batch)
    noticed, sharers, negative, positive = sums[0], sums[1], sums[2], sums[3]
    batch.cells[x] += part
    batch.cells[x + L.CELL_PERSONS] += part * persons
    batch.cells[x + L.CELL_NOTICED] += noticed * persons
    batch.cells[x + L.CELL_SHARERS] += sharers
    batch.cells[x + L.CELL_NEGATIVE] += negative
    batch.cells[x + L.CELL_POSITIVE] += positive


@kernel(inlined=True)
def fetch_ties(first, end, ties, batch):  # type: ignore[no-untyped-def]
    """Have fetched the ties of those who asked for particles ``first .. end - 1``."""
    many = ties.mix.shape[1]
    for r in range(first, end):
        at = np.int64(batch.asked[r, L.A_AGENT]) * many + batch.asked[r, L.A_SEGMENT]
        if batch.asked[r, L.A_LAYER] == 0:
            prefetch_read(ties.public_idx, np.int64(ties.public_ptr[at]))
        else:
            prefetch_read(ties.chat_idx, np.int64(ties.chat_ptr[at]))


@kernel(inlined=True)
def send_asked(first, end, flat, tick_h, stories, threads, agents, ties, channels, rules, batch, queue):  # type: ignore[no-untyped-def]
    """Turn what was asked for, ``first .. end - 1``, into particles to the ties of those who asked.

    Returns False when the queue is full; what found no room waits in the accumulators.
    """
    room = True
    for r in range(first, end):
        i, story = np.int64(batch.asked[r, L.A_AGENT]), np.int64(batch.asked[r, L.A_STORY])
        layer, place = np.int64(batch.asked[r, L.A_LAYER]), np.int64(batch.asked[r, L.A_PLACE])
        h, n = np.int64(batch.asked[r, L.A_SEGMENT]), np.int64(batch.asked[r, L.A_MANY])
        when = np.int64(batch.asked[r, L.A_WHEN])
        for k in range(n):
            bits = hash3(batch.asked_luck[r], 2 * h + layer, k)
            j = tie(i, h, layer, unit(bits), agents, ties)
            if not release(
                bits, j, h, story, place, when, flat, tick_h, stories, threads, channels, rules, queue
            ):
                quantum = threads.f[stories.i[story, L.THREAD], L.DELTA] * agents.weight[h]
                stories.acc[story, layer, h] += (n - k) * quantum
                room = False
                break
    return room


@kernel(inlined=True)
def fetch_found(first, many, where, batch, agents):  # type: ignore[no-untyped-def]
    """Have fetched what another thread has worked out and holds: who notices, and the next piece, if it is done."""
    met = batch.met[where]
    for k in range(many):
        if met[np.uint64(k)] > np.float32(0.0):
            prefetch(agents.words, np.int64(batch.agent[np.uint64(first + k)]) * L.WORDS)
    following = room_after(batch.board)
    if following >= ROUND:
        for line in range(0, L.BATCH, L.FLOATS):
            prefetch_read(batch.met[following], line)
        for line in range(0, L.BATCH * L.ROW, L.FLOATS):
            prefetch_read(batch.rows[following], line)


@kernel(inlined=True)
def take_in_and_pass_on(  # type: ignore[no-untyped-def]
    number, where, lightest, batch, stories, threads, weary, agents, ties, channels, rules, lookups, rest
):  # fmt: skip
    """Let the exposures of a piece happen that has been worked out in a room: be taken in, counted and passed on."""
    platforms, segments = channels.see.shape[0], agents.weight.shape[0]
    rows, piece = batch.rows[where], batch.pieces[number]
    begun, now = begun_at(batch.board, where), np.int32(batch.board[B_TAKEN] + 1)
    first, many, run, at = piece[L.PC_FIRST], piece[L.PC_MANY], piece[L.PC_RUN], 0
    if where >= ROUND:
        fetch_found(first, many, where, batch, agents)
    noticed, stale = who_notices(many, where, batch), changed_since(begun, now, first, many, batch)
    while at < many:
        story, place, g = batch.run[run, L.R_STORY], batch.run[run, L.R_PLACE], batch.run[run, L.R_SEGMENT]
        part = min(batch.run[run, L.R_END] - first, many) - at
        x = cell_of(story, place, g, platforms, segments)
        note_cell(x, batch)
        stale = notice(
            first, at, part, noticed, stale, run, story, now, where, x, batch, stories, threads, weary, agents, rules,
            lookups, rest,
        )  # fmt: skip
        enough = threads.f[stories.i[story, L.THREAD], L.DELTA] * lightest
        count_and_cause(
            first, at, part, run, story, place, g, enough, rows, x, batch, stories, threads, agents, ties, channels
        )  # fmt: skip
        at += part
        run += 1


@kernel(inlined=True)
def divide_what_waits(stories, threads, channels, ties):  # type: ignore[no-untyped-def]
    """In threads at rest, divide what sharers have caused among those who will see it."""
    segments = ties.mix.shape[1]
    for story in range(stories.many[0]):
        if threads.i[stories.i[story, L.THREAD], L.QUIET] == 0:
            continue
        for way in range(L.WAYS):
            place = channels.chat[0] if way == L.W_FORWARD else stories.i[story, L.SPOT]
            what = story_caused(way, story, stories, threads)
            if place < 0 or what < 0:
                continue
            layer = 1 if way == L.W_FORWARD else 0
            for g in range(segments):
                caused = stories.caused[story, g, way]
                if caused <= 0.0:
                    continue
                if layer == 0:
                    stories.i[what, L.SPOT] = place
                for h in range(segments):
                    stories.acc[what, layer, h] += caused * ties.mix[place, g, h]
                stories.caused[story, g, way] = 0.0


@kernel(inlined=True)
def settle(tick, t, flat, tick_h, stories, threads, many, agents, ties, channels, rules, queue):  # type: ignore[no-untyped-def]
    """Where nothing is under way, let what waits in the accumulators become a particle or nothing, by lot.

    A cascade stops when what waits does not fill a particle. Were it left there, small cascades would be too small on
    average, by about one particle per accumulator and times the mean size of a cascade. The lot keeps their mean; what
    fills a particle is one in any case.
    """
    for th in range(many):
        threads.i[th, L.QUIET] = threads.i[th, L.OPEN] == 1 and queue.live[th] == 0
    divide_what_waits(stories, threads, channels, ties)
    segments = agents.weight.shape[0]
    when = np.int64(t * PER_H)
    for story in range(stories.many[0]):
        thread = stories.i[story, L.THREAD]
        if threads.i[thread, L.QUIET] == 0:
            continue
        for layer in range(2):
            place = stories.i[story, L.SPOT] if layer == 0 else channels.chat[0]
            if place < 0:
                continue
            for h in range(segments):
                quantum = threads.f[thread, L.DELTA] * agents.weight[h]
                left, n = stories.acc[story, layer, h], 0
                while left > 0.0 and queue.free[0] >= 0:
                    bits = hash3(
                        ~stories.keys[story], -1 - 2 * h - layer, (np.int64(n) << _AFTER_TICK) + tick
                    )
                    if unit(bits) * quantum < left:
                        j = anybody(h, unit(hash3(bits, 1, 2)), agents)
                        release(
                            bits, j, h, story, place, when, flat, tick_h, stories, threads, channels, rules, queue
                        )  # fmt: skip
                    left -= quantum
                    n += 1
                    stories.acc[story, layer, h] = max(left, 0.0)
