"""The audience's clock: broadcasts, hot lists and shared posts, tick by tick.

Exposures travel as *particles* in a calendar queue (one linked list per tick). All particles of a thread carry the
same mass (``DELTA``, in agents): less than one while the thread is small, so that an incident of 500 witnesses is
not a lump of one agent, growing to one as the thread grows. Sharers are counted by expectation; the exposures they
cause gather in an accumulator per story, layer and target segment, which emits a particle each time it has gathered
one; what is left when a cascade has come to rest becomes a particle or nothing by lot. So a cascade has the right mean
size at every resolution, and the spread of its hosts, not that of its bookkeeping.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.compiled import kernel, prefetch
from prsim.spread.draws import hash3
from prsim.spread.exposure import expose, halved, phi
from prsim.spread.kernels import reaction_cdf, reaction_delay
from prsim.spread.places import PLACE, lot_of, occupant

SETTLE_H = 6.0  # how often what waits in accumulators is looked at
LAST_HALF_LIFE = 7.0  # a broadcast is over after so many half-lives
_UNIT53 = 2.0**-53
_DROP = np.uint64(11)


class Queue(NamedTuple):
    """Calendar queue of particles: ``head[tick]`` starts a linked list through ``next``; ``free[0]`` the free list."""

    head: NDArray[np.int64]
    next: NDArray[np.int64]
    free: NDArray[np.int64]
    agent: NDArray[np.int32]
    story: NDArray[np.int32]
    place: NDArray[np.int16]
    mass: NDArray[np.float64]
    due: NDArray[np.float64]
    today: NDArray[np.int64]  # [3] first and last planned for the current tick; exposures made so far
    live: NDArray[np.int64]  # [Th] particles under way by thread


class Broadcasts(NamedTuple):
    """Items on their way to subscribers."""

    story: NDArray[np.int64]
    place: NDArray[np.int64]
    start: NDArray[np.float64]
    begun: NDArray[np.float64]  # activity of the platform cumulated at the start
    wake: NDArray[np.float64]  # activity cumulated at which the next exposure is due
    half_life: NDArray[np.float64]
    persons: NDArray[np.float64]  # [B, K] exposures to come, in persons
    mass: NDArray[np.float64]  # [B, K] mass of one exposure, in agents
    offset: NDArray[np.float64]  # [B, K]
    done: NDArray[np.int64]  # [B, K] exposures made
    walk: NDArray[np.int64]  # [B, K, 6] start, step, subset, source start, source step, luck
    alive: NDArray[np.int64]  # [B] indices of live broadcasts
    living: NDArray[np.int64]  # [1] number of live broadcasts


@kernel()
def unit(x: np.uint64) -> float:
    """Uniform in [0, 1) from 64 bits."""
    return np.float64(x >> _DROP) * _UNIT53


@kernel()
def coprime_step(x, size):  # type: ignore[no-untyped-def]
    """A step through ``0 .. size - 1`` that visits every place once, from random bits."""
    if size <= 2:
        return 1
    step = 1 + np.int64(unit(x) * (size - 1))
    while True:
        a, b = step, np.int64(size)
        while b:
            a, b = b, a % b
        if a == 1:
            return step
        step = step + 1 if step + 1 < size else np.int64(1)


@kernel()
def walk_to(n, w, slot_lo, slot_size):  # type: ignore[no-untyped-def]
    """Place of the ``n``-th exposure of a walk: a keyed permutation of the source's own share of the places."""
    inner = (w[0] + n * w[1]) % w[2]
    return slot_lo + (w[3] + inner * w[4]) % slot_size


@kernel()
def set_walk(w, item_key, source_key, share, slot_size, k):  # type: ignore[no-untyped-def]
    """Fill the walk of one item to the ``share`` of a segment's slots that its source reaches."""
    subset = max(1, min(slot_size, np.int64(math.ceil(share * slot_size))))
    w[2] = subset
    w[0] = np.int64(unit(hash3(item_key, k, 1)) * subset)
    w[1] = coprime_step(hash3(item_key, k, 2), subset)
    w[3] = np.int64(unit(hash3(source_key, k, 3)) * slot_size)
    w[4] = coprime_step(hash3(source_key, k, 4), slot_size)
    w[5] = np.int64(hash3(item_key, k, 6))


@kernel()
def set_walks(walk, offset, item_key, source_key, share, slot_ptr):  # type: ignore[no-untyped-def]
    """Fill the walks of one item, and the offsets of its systematic sampling."""
    for k in range(walk.shape[0]):
        set_walk(walk[k], item_key, source_key, share[k], slot_ptr[k + 1] - slot_ptr[k], k)
        offset[k] = unit(hash3(item_key, k, 5))


@kernel(inlined=True)
def clock_at(clock, place, t):  # type: ignore[no-untyped-def]
    """Cumulated activity of a platform at time ``t`` (h)."""
    if t <= 0.0:
        return 0.0
    top = clock.shape[1] - 1
    h = np.int64(t)
    if h >= top:
        return clock[place, top] + (t - top)
    return clock[place, h] + (t - h) * (clock[place, h + 1] - clock[place, h])


@kernel(inlined=True)
def clock_after(clock, place, t, work):  # type: ignore[no-untyped-def]
    """Time at which the platform has seen ``work`` more hours of average activity than at ``t``."""
    target = clock_at(clock, place, t) + work
    top = clock.shape[1] - 1
    h = np.int64(t)
    while h < top and clock[place, h + 1] < target:
        h += 1
    if h >= top:
        return 1e18
    return max(t, h + (target - clock[place, h]) / (clock[place, h + 1] - clock[place, h]))


@kernel(inlined=True)
def send(queue, p, tick, agent, story, place, mass, due):  # type: ignore[no-untyped-def]
    """Put the free particle ``p`` into the list of a tick."""
    queue.free[0] = queue.next[p]
    queue.agent[p] = agent
    queue.story[p] = story
    queue.place[p] = place
    queue.mass[p] = mass
    queue.due[p] = due
    queue.next[p] = queue.head[tick]
    queue.head[tick] = p


@kernel(inlined=True)
def anybody(h, u, agents):  # type: ignore[no-untyped-def]
    """Agent of segment ``h`` at the quantile ``u`` of activity."""
    lo, hi = PLACE * agents.slot_ptr[h], PLACE * agents.slot_ptr[h + 1]
    return occupant(agents.slots, lo + np.int64(u * (hi - lo)))


@kernel(inlined=True)
def tie(i, h, layer, u, agents, ties):  # type: ignore[no-untyped-def]
    """Agent of segment ``h`` to whom agent ``i`` is tied, at the quantile ``u``; anybody active where it has no tie."""
    at = i * agents.weight.shape[0] + h
    if layer == 0:
        lo, hi = ties.public_ptr[at], ties.public_ptr[at + 1]
        if hi > lo:
            return ties.public_idx[lo + np.int64(u * (hi - lo))]
    else:
        lo, hi = ties.chat_ptr[at], ties.chat_ptr[at + 1]
        if hi > lo:
            return ties.chat_idx[lo + np.int64(u * (hi - lo))]
    return anybody(h, u, agents)


@kernel(inlined=True)
def release(p, j, story, place, t, bits, flat, tick_h, stories, threads, channels, rules, queue):  # type: ignore[no-untyped-def]
    """Let the free particle ``p`` reach agent ``j`` after a reaction time; beyond the horizon it reaches nobody."""
    thread = stories.i[story, L.THREAD]
    wait = reaction_delay(unit(hash3(bits, 1, 1)) * flat, rules.delay_flat, rules.delay_exponent)
    due = clock_after(channels.clock, place, t, wait)
    if due < rules.horizon:
        send(queue, p, np.int64(due / tick_h + 1e-9), j, story, place, threads.f[thread, L.DELTA], due)
        queue.live[thread] += 1


@kernel(inlined=True)
def ties_on(i, layer, place, ties):  # type: ignore[no-untyped-def]
    """Ties of agent ``i`` on a platform, in ties: each counts as much as its segment is there."""
    ptr = ties.public_ptr if layer == 0 else ties.chat_ptr
    k = ties.presence.shape[1]
    total = 0.0
    for h in range(k):
        total += (ptr[i * k + h + 1] - ptr[i * k + h]) * ties.presence[place, h]
    return total


@kernel(inlined=True)
def emit(  # type: ignore[no-untyped-def]
    i, story, layer, place, persons, t, flat, tick_h, stories, threads, agents, ties, channels, rules, queue
):
    """Turn ``persons`` exposures caused by agent ``i`` into particles to its ties; False when the queue is full.

    What does not fill a particle waits in the accumulators for the next sharer, or for :func:`settle`.
    """
    g = agents.seg[i]
    delta = threads.f[stories.i[story, L.THREAD], L.DELTA]
    luck = hash3(~stories.keys[story], i, np.int64(t * 3.6e6))
    if layer == 0:
        stories.i[story, L.SPOT] = place
    room = True
    own, all_ties = ties.own[layer], 0.0
    if own:
        all_ties = ties_on(i, layer, place, ties)
        if all_ties <= 0.0:
            return room
    ptr, at = ties.public_ptr if layer == 0 else ties.chat_ptr, i * agents.weight.shape[0]
    for h in range(agents.weight.shape[0]):
        share = ties.mix[place, g, h]
        if own:
            share = (ptr[at + h + 1] - ptr[at + h]) * ties.presence[place, h] / all_ties
        left = stories.acc[story, layer, h] + persons * share
        quantum = delta * agents.weight[h]
        n = 0
        while left >= quantum:
            p = queue.free[0]
            if p < 0:
                room = False
                break
            left -= quantum
            bits = hash3(luck, 2 * h + layer, n)
            n += 1
            j = tie(i, h, layer, unit(bits), agents, ties)
            release(p, j, story, place, t, bits, flat, tick_h, stories, threads, channels, rules, queue)
        stories.acc[story, layer, h] = left
    return room


@kernel(inlined=True)
def settle(tick, t, flat, tick_h, stories, threads, count, agents, channels, rules, queue):  # type: ignore[no-untyped-def]
    """Where nothing is under way, let what waits in the accumulators become a particle or nothing, by lot.

    A cascade stops when what waits does not fill a particle. Were it left there, small cascades would be too small on
    average, by about one particle per accumulator and times the mean size of a cascade. The lot keeps their mean.
    """
    for th in range(count):
        threads.i[th, L.QUIET] = threads.i[th, L.OPEN] == 1 and queue.live[th] == 0
    chat = channels.chat[0]
    for story in range(stories.i.shape[0]):
        thread = stories.i[story, L.THREAD]
        if threads.i[thread, L.QUIET] == 0:
            continue
        for layer in range(2):
            place = stories.i[story, L.SPOT] if layer == 0 else chat
            for h in range(agents.weight.shape[0]):
                left = stories.acc[story, layer, h]
                p = queue.free[0]
                if left <= 0.0 or p < 0:
                    continue
                stories.acc[story, layer, h] = 0.0
                bits = hash3(~stories.keys[story], -1 - 2 * h - layer, tick)
                if unit(bits) * threads.f[thread, L.DELTA] * agents.weight[h] < left:
                    j = anybody(h, unit(hash3(bits, 1, 2)), agents)
                    release(
                        p, j, story, place, t, bits, flat, tick_h, stories, threads, channels, rules, queue
                    )


@kernel(inlined=True)
def stance_class(a, spread):  # type: ignore[no-untyped-def]
    """Shares of persons with attitude ``a`` who are heard as negative and as positive (the rest is neutral)."""
    return phi((-0.5 * spread - a) / spread), phi((a - 0.5 * spread) / spread)


@kernel(inlined=True)
def meet(  # type: ignore[no-untyped-def]
    i, story, place, mass, t, flat, tick_h, stories, threads, weary, agents, ties, channels, rules, tallies, queue
):  # fmt: skip
    """Expose one agent and let the persons it stands for share, post and forward. False when the queue is full."""
    share, attitude = expose(
        i, story, place, mass, t, stories, threads, weary, agents, channels, rules, tallies
    )
    if share <= 0.0:
        return True
    g = agents.seg[i]
    sf, si, tf, ti = stories.f, stories.i, threads.f, threads.i
    thread = si[story, L.THREAD]
    sharers = mass * share * agents.weight[g]
    home = channels.share_to[place]
    spot = home if home >= 0 else place
    threads.lists[thread, spot, L.HL_SHARES] += sharers
    tallies.interactions[place, si[story, L.FORMAT]] += sharers
    own = rules.ugc_share * sharers
    negative, positive = stance_class(attitude, rules.stance_spread)
    critical = own * negative / max(negative + positive, 1e-9)
    if si[story, L.BRAND] == 1:
        passed = sharers - own
        stance = sf[story, L.STANCE]
        kind = 0 if stance < -0.15 else (2 if stance > 0.15 else 1)
        tallies.posts[spot, g, kind] += passed
        tallies.posts[spot, g, 0] += own * negative
        tallies.posts[spot, g, 1] += own * (1.0 - negative - positive)
        tallies.posts[spot, g, 2] += own * positive
        tallies.own_posts[0] += own
        bad = own * negative + (passed if kind == 0 else 0.0)
        tf[thread, L.VISIBLE_NEGATIVE] += bad * channels.monitored[spot]
        tf[thread, L.NEGATIVE_TOTAL] += bad
        tf[thread, L.TICK_NEGATIVE] += bad
        tf[thread, L.POSTS_TOTAL] += sharers
    chat = channels.chat[0]
    room = True
    reach = 0.0
    if home >= 0:
        reach = agents.audience[i] * channels.audience_scale[home] * channels.see[home]
    for way in range(
        4
    ):  # the story itself, a critical and a supportive post of one's own, a forward into chat
        what, layer, spot, persons = story, 0, home, (sharers - own) * reach
        if way == 1:
            what, persons = ti[thread, L.UGC_NEGATIVE], critical * reach
        elif way == 2:
            what, persons = ti[thread, L.UGC_POSITIVE], (own - critical) * reach
        elif way == 3:
            layer, spot, persons = 1, chat, 0.0
            if chat >= 0:
                forward = sharers * (1.0 if place == chat else channels.chat_forward[place])
                persons = forward * agents.chat[i] * channels.see[chat]
        if what >= 0 and persons > 0.0:
            room &= emit(
                i, what, layer, spot, persons, t, flat, tick_h, stories, threads, agents, ties, channels, rules,
                queue,
            )  # fmt: skip
    return room


@kernel(inlined=True)
def fetch_ahead(i, slot, agents):  # type: ignore[no-untyped-def]
    """Have what an exposure of agent ``i`` touches brought from memory while others are dealt with."""
    prefetch(agents.hot, i)
    prefetch(agents.base, i)
    prefetch(agents.memory[slot], i)
    prefetch(agents.seg, i)
    prefetch(agents.trust0, i)
    prefetch(agents.threshold, i)
    prefetch(agents.audience, i)
    prefetch(agents.chat, i)


@kernel(inlined=True)
def expect(queue, p, agent, story, place, mass, due):  # type: ignore[no-untyped-def]
    """Append the free particle ``p`` to what happens in the current tick."""
    queue.free[0] = queue.next[p]
    queue.agent[p] = agent
    queue.story[p] = story
    queue.place[p] = place
    queue.mass[p] = mass
    queue.due[p] = due
    queue.next[p] = -1
    if queue.today[1] >= 0:
        queue.next[queue.today[1]] = p
    else:
        queue.today[0] = p
    queue.today[1] = p


@kernel(inlined=True)
def call(b, age, over, t0, t1, thread, slot, agents, queue, casts):  # type: ignore[no-untyped-def]
    """Queue the exposures of broadcast ``b`` up to its ``age``, and note when the next is due."""
    room = True
    all_of_it = 1.0 - 0.5**LAST_HALF_LIFE
    fraction = 1.0 if over else (1.0 - halved(age, casts.half_life[b])) / all_of_it
    following = 1.0
    for h in range(agents.weight.shape[0]):
        if casts.persons[b, h] <= 0.0:
            continue
        whole = agents.weight[h] * casts.mass[b, h]
        due = casts.persons[b, h] * fraction / whole
        n = np.int64(math.floor(due + casts.offset[b, h])) - casts.done[b, h]
        size = agents.slot_ptr[h + 1] - agents.slot_ptr[h]
        for e in range(n):
            p = queue.free[0]
            if p < 0:
                room = False
                break
            where = walk_to(casts.done[b, h], casts.walk[b, h], agents.slot_ptr[h], size)
            i = occupant(agents.slots, lot_of(where, casts.walk[b, h, 5], casts.done[b, h]))
            casts.done[b, h] += 1
            t = t0 + (e + 0.5) / n * (t1 - t0)
            fetch_ahead(i, slot, agents)
            expect(queue, p, i, casts.story[b], casts.place[b], casts.mass[b, h], t)
            queue.live[thread] += 1
        following = min(following, (casts.done[b, h] + 1 - casts.offset[b, h]) * whole / casts.persons[b, h])
    # a hair early, so that rounding never makes it a tick late; the last look is when the broadcast is over
    left = max(1.0 - following * all_of_it, 0.5**LAST_HALF_LIFE)
    casts.wake[b] = casts.begun[b] - casts.half_life[b] * math.log2(left) * (1.0 - 1e-9) - 1e-9
    return room


@kernel(inlined=True)
def call_subscribers(t0, t1, stories, threads, agents, channels, queue, casts):  # type: ignore[no-untyped-def]
    """Queue the exposures of the live broadcasts between ``t0`` and ``t1``; False when the queue is full."""
    room = True
    kept = 0
    for c in range(casts.living[0]):
        b = casts.alive[c]
        place = casts.place[b]
        thread = stories.i[casts.story[b], L.THREAD]
        if threads.i[thread, L.OPEN] == 0:
            continue
        now = clock_at(channels.clock, place, t1)
        over = False
        if now >= casts.wake[b]:
            age = max(now - casts.begun[b], 0.0)
            over = age > LAST_HALF_LIFE * casts.half_life[b]
            slot = threads.i[thread, L.SLOT]
            room &= call(b, age, over, max(t0, casts.start[b]), t1, thread, slot, agents, queue, casts)
            over &= room
        if not over:
            casts.alive[kept] = b
            kept += 1
    casts.living[0] = kept
    return room


@kernel(inlined=True)
def show_hot_lists(t0, t1, threads, count, agents, channels, rules, queue):  # type: ignore[no-untyped-def]
    """Queue the views of the threads on the hot lists by active members at large; False when the queue is full."""
    room = True
    tf, ti, lists, feed = threads.f, threads.i, threads.lists, threads.feed
    for th in range(count):
        if ti[th, L.OPEN] == 0 or ti[th, L.LEAD] < 0:
            continue
        for p in range(channels.see.shape[0]):
            strength = lists[th, p, L.HL_INTENSITY]
            if strength < 1e-3:
                continue
            busy = clock_at(channels.clock, p, t1) - clock_at(channels.clock, p, t0)
            curiosity = math.exp(-lists[th, p, L.HL_AGE] / channels.hot_decay[p])
            rate = channels.hot_view[p] * strength * curiosity * busy
            delta = tf[th, L.DELTA]
            for h in range(agents.weight.shape[0]):
                quantum = delta * agents.weight[h]
                feed[th, p, h, 0] += channels.member[p, h] * rate
                n = np.int64(feed[th, p, h, 0] / quantum)
                size = agents.slot_ptr[h + 1] - agents.slot_ptr[h]
                for e in range(n):
                    free = queue.free[0]
                    if free < 0:
                        room = False
                        break
                    feed[th, p, h, 0] -= quantum
                    views = np.int64(feed[th, p, h, 1])
                    feed[th, p, h, 1] += 1.0
                    where = walk_to(views, threads.feed_walk[th, p, h], agents.slot_ptr[h], size)
                    i = occupant(agents.slots, lot_of(where, threads.feed_walk[th, p, h, 5], views))
                    story = ti[th, L.LEAD]
                    if ti[th, L.REPLY] >= 0:
                        # systematic: the reply is shown with every 1 / reply_share-th view
                        if math.floor((views + 1) * rules.reply_share) > math.floor(
                            views * rules.reply_share
                        ):
                            story = ti[th, L.REPLY]
                    t = t0 + (e + 0.5) / n * (t1 - t0)
                    expect(queue, free, i, story, p, delta, t)
                    queue.live[th] += 1
    return room


@kernel(inlined=True)
def close_tick(dt, threads, count, channels, rules):  # type: ignore[no-untyped-def]
    """Update heat, hot lists and resolution of every open thread after a tick of ``dt`` hours."""
    tf, ti, lists = threads.f, threads.i, threads.lists
    for th in range(count):
        if ti[th, L.OPEN] == 0:
            continue
        total = 0.0
        for p in range(channels.see.shape[0]):
            shares = lists[th, p, L.HL_SHARES]
            lists[th, p, L.HL_SHARES] = 0.0
            total += shares
            if channels.hot_threshold[p] == np.inf:
                continue
            keep = math.exp(-dt / channels.hot_window[p])
            rate = lists[th, p, L.HL_RATE] * keep + (1.0 - keep) * shares / dt
            lists[th, p, L.HL_RATE] = rate
            strength = 0.0
            if rate > 0.0:
                x = math.log(rate / channels.hot_threshold[p]) / channels.hot_width[p]
                strength = 1.0 / (1.0 + math.exp(-min(max(x, -30.0), 30.0)))
            lists[th, p, L.HL_INTENSITY] = strength
            lists[th, p, L.HL_AGE] = (
                lists[th, p, L.HL_AGE] * halved(dt, channels.hot_forget[p]) + strength * dt
            )
            tf[th, L.HOT_HOURS] += strength * dt
        keep = math.exp(-dt)
        tf[th, L.HEAT] = tf[th, L.HEAT] * keep + (1.0 - keep) * total / dt
        tf[th, L.NEGATIVE_HEAT] = tf[th, L.NEGATIVE_HEAT] * keep + (1.0 - keep) * tf[th, L.TICK_NEGATIVE] / dt
        tf[th, L.TICK_NEGATIVE] = 0.0
        tf[th, L.VISIBLE_NEGATIVE] *= math.exp(-dt / rules.monitor_window)
        if tf[th, L.TICK_EXPOSURES] > 2.0 * rules.particles * dt and tf[th, L.DELTA] < 1.0:
            tf[th, L.DELTA] = min(1.0, 2.0 * tf[th, L.DELTA])
        tf[th, L.TICK_EXPOSURES] = 0.0


@kernel()
def advance(  # type: ignore[no-untyped-def]
    tick_from, tick_to, tick_h, stories, threads, count, weary, agents, ties, channels, rules, tallies, queue, casts
):  # fmt: skip
    """Advance the audience over ticks ``tick_from .. tick_to - 1``; return False when the queue was ever full.

    ``count`` is the number of threads so far, ``weary`` the weariness that an item of each format adds.
    """
    room = True
    flat = reaction_cdf(rules.delay_max, rules.delay_flat, rules.delay_exponent)
    every = max(1, round(SETTLE_H / tick_h))
    for tick in range(tick_from, tick_to):
        t0, t1 = tick * tick_h, (tick + 1) * tick_h
        queue.today[0] = queue.today[1] = -1
        room &= call_subscribers(t0, t1, stories, threads, agents, channels, queue, casts)
        room &= show_hot_lists(t0, t1, threads, count, agents, channels, rules, queue)
        while (
            True
        ):  # what was planned for this tick, then the particles due in it, those born within it included
            p = queue.today[0]
            if p >= 0:
                queue.today[0] = queue.next[p]
            else:
                p = queue.head[tick]
                if p < 0:
                    break
                queue.head[tick] = queue.next[p]
            i, story, place = np.int64(queue.agent[p]), np.int64(queue.story[p]), np.int64(queue.place[p])
            mass, due = queue.mass[p], queue.due[p]
            queue.next[p] = queue.free[0]
            queue.free[0] = p
            thread = stories.i[story, L.THREAD]
            queue.live[thread] -= 1
            if threads.i[thread, L.OPEN] == 1:
                queue.today[2] += 1
                room &= meet(
                    i, story, place, mass, due, flat, tick_h, stories, threads, weary, agents, ties, channels, rules,
                    tallies, queue,
                )  # fmt: skip
        close_tick(tick_h, threads, count, channels, rules)
        if (tick + 1) % every == 0:
            settle(tick, t1, flat, tick_h, stories, threads, count, agents, channels, rules, queue)
    return room
