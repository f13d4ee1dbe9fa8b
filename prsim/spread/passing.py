"""What exposures cause: counts, posts, and new exposures as particles.

Sharers are counted by expectation. What they cause gathers per story, layer and segment of the sharer; whenever it may
fill a particle, it is divided among the segments of those who will see it, and every segment that has gathered a
particle's worth of persons gets one, sent to a tie of the sharer who tipped the scales. What is left when a cascade
has come to rest becomes a particle or nothing by lot, so a cascade has the right mean size at every resolution.
"""

from __future__ import annotations

import numpy as np

from prsim.spread import layout as L
from prsim.spread.calendar import PER_H, put
from prsim.spread.compiled import kernel, prefetch_read
from prsim.spread.draws import hash3, mix64
from prsim.spread.kernels import reaction_delay
from prsim.spread.places import PLACE, occupant
from prsim.spread.rhythm import clock_after
from prsim.spread.walks import origin_of, unit

_AFTER_TICK = np.int64(40)
_SALT = np.uint64(0x8CB92BA72F3D8DD7)


@kernel(inlined=True)
def count(e, at, batch, platforms, segments):  # type: ignore[no-untyped-def]
    """Add one exposure to the cell of its story, platform and segment."""
    c = batch.columns
    story, place, g = (
        np.uint64(batch.story[np.uint64(e)]),
        np.uint64(batch.place[np.uint64(e)]),
        np.uint64(batch.segment[at]),
    )
    cell = (story * platforms + place) * segments + g
    x = cell * np.uint64(L.CELL_WIDTH)
    before = batch.cells[x]
    if before == 0.0:
        n = batch.touched_n[0]
        batch.touched[np.uint64(n)] = np.int64(cell)
        batch.touched_n[0] = n + 1
    persons = np.float64(c[L.C_PERSONS + at])
    batch.cells[x] = before + 1.0
    batch.cells[x + L.CELL_PERSONS] += persons
    batch.cells[x + L.CELL_NOTICED] += persons * c[L.C_NOTICE + at]
    batch.cells[x + L.CELL_SHARERS] += c[L.C_SHARERS + at]
    batch.cells[x + L.CELL_NEGATIVE] += c[L.C_NEGATIVE + at]
    batch.cells[x + L.CELL_POSITIVE] += c[L.C_POSITIVE + at]
    came = batch.noticed[at]
    if came > 0:
        batch.cells[x + L.CELL_MET] += 1.0
        if came == 2:
            batch.cells[x + L.CELL_FIRST] += 1.0


@kernel(inlined=True)
def close_cell(cell, batch, platforms, segments, stories, threads, agents, channels, rules, tallies):  # type: ignore[no-untyped-def]
    """Enter what happened to a cell in a tick into the tallies, the threads and the hot lists, and empty it."""
    x = np.uint64(cell) * np.uint64(L.CELL_WIDTH)
    g, place, story = cell % segments, (cell // segments) % platforms, cell // (segments * platforms)
    sf, si, tf = stories.f, stories.i, threads.f
    thread, fmt = si[story, L.THREAD], si[story, L.FORMAT]
    noticed, sharers = batch.cells[x + L.CELL_NOTICED], batch.cells[x + L.CELL_SHARERS]
    negative, positive = batch.cells[x + L.CELL_NEGATIVE], batch.cells[x + L.CELL_POSITIVE]
    tf[thread, L.EXPOSED] += batch.cells[x + L.CELL_PERSONS]
    tf[thread, L.TICK_EXPOSURES] += batch.cells[x]
    tallies.shown[place, fmt] += batch.cells[x + L.CELL_PERSONS]
    tallies.noticed[place, fmt] += noticed
    tallies.read[place, fmt] += noticed * sf[story, L.APPEAL]
    if si[story, L.AIM] != 0:
        tallies.aimed[0] += noticed
        if (si[story, L.AIM] >> g) & 1:
            tallies.aimed[1] += noticed
    if si[story, L.BRAND] == 1:
        tallies.exposures[g] += batch.cells[x + L.CELL_MET] * agents.weight[g]
        tallies.reached[g] += batch.cells[x + L.CELL_FIRST] * agents.weight[g]
    if sharers > 0.0:
        home = channels.share_to[place]
        if home >= 0:
            si[story, L.SPOT] = home
        spot = home if home >= 0 else place
        own = rules.ugc_share * sharers
        passed = sharers - own
        threads.lists[thread, spot, L.HL_SHARES] += sharers
        tallies.interactions[place, fmt] += sharers
        if si[story, L.BRAND] == 1:
            stance = sf[story, L.STANCE]
            kind = 0 if stance < -0.15 else (2 if stance > 0.15 else 1)
            tallies.posts[spot, g, kind] += passed
            tallies.posts[spot, g, 0] += negative
            tallies.posts[spot, g, 1] += own - negative - positive
            tallies.posts[spot, g, 2] += positive
            tallies.own_posts[0] += own
            bad = negative + (passed if kind == 0 else 0.0)
            tf[thread, L.VISIBLE_NEGATIVE] += bad * channels.monitored[spot]
            tf[thread, L.NEGATIVE_TOTAL] += bad
            tf[thread, L.TICK_NEGATIVE] += bad
            tf[thread, L.POSTS_TOTAL] += sharers
    for k in range(L.CELL_WIDTH):
        batch.cells[x + np.uint64(k)] = 0.0


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
def ask(i, story, place, g, when, origin, enough, stories, threads, agents, ties, channels, batch):  # type: ignore[no-untyped-def]
    """Ask for what those who met a story have caused to be emitted, where it is ``enough`` for a particle."""
    for way in range(L.WAYS):
        persons = stories.caused[story, g, way]
        if persons < enough:
            continue
        stories.caused[story, g, way] = 0.0
        what = story_caused(way, story, stories, threads)
        if what < 0:
            continue
        layer = 1 if way == L.W_FORWARD else 0
        n = batch.asked_n[0]
        batch.asked_n[0] = n + 1
        batch.asked[n, 0] = i
        batch.asked[n, 1] = what
        batch.asked[n, 2] = layer
        batch.asked[n, 3] = channels.chat[0] if layer else channels.share_to[place]
        batch.asked[n, 4] = g
        batch.asked_when[n] = when
        batch.asked_origin[n] = origin
        batch.asked_persons[n] = persons
        prefetch_read(ties.chat_ptr if layer else ties.public_ptr, i * agents.weight.shape[0])


@kernel(inlined=True)
def cause(e, at, lightest, batch, stories, threads, agents, ties, channels):  # type: ignore[no-untyped-def]
    """Gather what those who pass on cause."""
    c, story, g = batch.columns, np.uint64(batch.story[np.uint64(e)]), np.uint64(batch.segment[at])
    row = stories.caused[story, g]
    a, b = row[L.W_STORY] + c[L.C_PUBLIC + at], row[L.W_NEGATIVE] + c[L.C_CRITICAL + at]
    d, f = row[L.W_POSITIVE] + c[L.C_SUPPORTIVE + at], row[L.W_FORWARD] + c[L.C_CHAT + at]
    row[L.W_STORY], row[L.W_NEGATIVE], row[L.W_POSITIVE], row[L.W_FORWARD] = a, b, d, f
    enough = threads.f[np.uint64(stories.i[story, L.THREAD]), L.DELTA] * lightest
    if max(max(a, b), max(d, f)) >= enough:
        i, place, when, origin = (
            np.int64(batch.agent[np.uint64(e)]),
            np.int64(batch.place[np.uint64(e)]),
            np.int64(batch.when[np.uint64(e)]),
            np.int64(batch.origin[np.uint64(e)]),
        )
        ask(
            i,
            np.int64(story),
            place,
            np.int64(g),
            when,
            origin,
            enough,
            stories,
            threads,
            agents,
            ties,
            channels,
            batch,
        )


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
def release(bits, j, story, place, when, flat, tick_h, stories, threads, channels, rules, queue):  # type: ignore[no-untyped-def]
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
        queue, np.int64(due / tick_h + 1e-9), j, story, place, mass, np.int64(due * PER_H), origin_of(pace)
    ):
        return False
    queue.live[thread] += 1
    return True


@kernel(inlined=True)
def emit(  # type: ignore[no-untyped-def]
    i, story, layer, place, g, persons, when, origin, flat, tick_h, stories, threads, agents, ties, channels, rules,
    queue,
):  # fmt: skip
    """Divide ``persons`` exposures, tipped by agent ``i``, among segments and turn them into particles to its ties.

    Returns False when the queue is full; what found no room, or does not fill a particle, waits in the accumulators.
    """
    many = agents.weight.shape[0]
    delta = threads.f[stories.i[story, L.THREAD], L.DELTA]
    luck = mix64(mix64(np.uint64((i << 32) ^ origin) + _SALT) ^ ~stories.keys[story])
    room = True
    own, all_ties = ties.own[layer], 0.0
    if own:
        all_ties = ties_on(i, layer, place, ties)
        if all_ties <= 0.0:
            return room
    ptr, at = ties.public_ptr if layer == 0 else ties.chat_ptr, i * many
    for h in range(many):
        share = ties.mix[place, g, h]
        if own:
            share = np.float64(ptr[at + h + 1] - ptr[at + h]) * ties.presence[place, h] / all_ties
        left = stories.acc[story, layer, h] + persons * share
        quantum = delta * agents.weight[h]
        n = 0
        while left >= quantum:
            bits = hash3(luck, 2 * h + layer, n)
            n += 1
            j = tie(i, h, layer, unit(bits), agents, ties)
            if not release(
                bits, j, story, place, when, flat, tick_h, stories, threads, channels, rules, queue
            ):
                room = False
                break
            left -= quantum
        stories.acc[story, layer, h] = left
    return room


@kernel(inlined=True)
def count_and_pass_on(  # type: ignore[no-untyped-def]
    first, many, flat, tick_h, lightest, batch, stories, threads, agents, ties, channels, rules, queue
):  # fmt: skip
    """Count the exposures that have just happened and let those who pass on do so; False when the queue is full."""
    platforms, segments = np.uint64(channels.see.shape[0]), np.uint64(agents.weight.shape[0])
    batch.asked_n[0] = 0
    for x in range(many):
        at = np.uint64(x)
        count(first + x, at, batch, platforms, segments)
        if batch.columns[L.C_SHARERS + at] > np.float32(0.0):
            cause(first + x, at, lightest, batch, stories, threads, agents, ties, channels)
    for r in range(batch.asked_n[0]):
        at = np.int64(batch.asked[r, 0]) * agents.weight.shape[0]
        if batch.asked[r, 2] == 0:
            prefetch_read(ties.public_idx, np.int64(ties.public_ptr[at]))
        else:
            prefetch_read(ties.chat_idx, np.int64(ties.chat_ptr[at]))
    room = True
    for r in range(batch.asked_n[0]):
        room &= emit(
            np.int64(batch.asked[r, 0]), np.int64(batch.asked[r, 1]), np.int64(batch.asked[r, 2]),
            np.int64(batch.asked[r, 3]), np.int64(batch.asked[r, 4]), batch.asked_persons[r],
            np.int64(batch.asked_when[r]), np.int64(batch.asked_origin[r]), flat, tick_h, stories, threads, agents,
            ties, channels, rules, queue,
        )  # fmt: skip
    return room


@kernel(inlined=True)
def close_cells(batch, stories, threads, agents, channels, rules, tallies):  # type: ignore[no-untyped-def]
    """Enter what happened in a tick."""
    platforms, segments = channels.see.shape[0], agents.weight.shape[0]
    for n in range(batch.touched_n[0]):
        close_cell(
            batch.touched[n], batch, platforms, segments, stories, threads, agents, channels, rules, tallies
        )
    batch.touched_n[0] = 0


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
                            bits,
                            j,
                            story,
                            place,
                            when,
                            flat,
                            tick_h,
                            stories,
                            threads,
                            channels,
                            rules,
                            queue,
                        )
                    left -= quantum
                    n += 1
                    stories.acc[story, layer, h] = max(left, 0.0)
