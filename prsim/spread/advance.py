"""The audience's clock: broadcasts, hot lists and shared posts, tick by tick.

Exposures travel as *particles* in a calendar queue (one linked list per tick). All particles of a thread carry the
same mass (``DELTA``, in agents): less than one while the thread is small, so that an incident of 500 witnesses is
not a lump of one agent, growing to one as the thread grows. Sharers are counted by expectation; the exposures they
cause are emitted by systematic sampling (an accumulator per story, layer and target segment emits a particle each
time it passes one quantum), so a cascade's size has the spread of its hosts and not that of its bookkeeping.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from prsim.spread.compiled import njit
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.draws import hash3
from prsim.spread.exposure import expose, halved, phi
from prsim.spread.kernels import reaction_cdf, reaction_delay

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
    mass: NDArray[np.float32]
    due: NDArray[np.float64]
    live: NDArray[np.int64]  # [Th] particles under way by thread


class Broadcasts(NamedTuple):
    """Items on their way to subscribers."""

    story: NDArray[np.int64]
    place: NDArray[np.int64]
    start: NDArray[np.float64]
    half_life: NDArray[np.float64]
    persons: NDArray[np.float64]  # [B, K] exposures to come, in persons
    mass: NDArray[np.float64]  # [B, K] mass of one exposure, in agents
    offset: NDArray[np.float64]  # [B, K]
    done: NDArray[np.int64]  # [B, K] exposures made
    walk: NDArray[np.int64]  # [B, K, 5] start, step, subset, source start, source step
    alive: NDArray[np.int64]  # [B] indices of live broadcasts
    count: NDArray[np.int64]  # [1] number of live broadcasts


@njit(cache=True)
def unit(x: np.uint64) -> float:
    """Uniform in [0, 1) from 64 bits."""
    return np.float64(x >> _DROP) * _UNIT53


@njit(cache=True)
def coprime_step(x: np.uint64, size: int) -> int:
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
        step = step + 1 if step + 1 < size else 1


@njit(cache=True)
def walk_to(n, w, slot_lo, slot_size):  # type: ignore[no-untyped-def]
    """Slot of the ``n``-th exposure of a walk: a keyed permutation of the source's own share of the slots."""
    inner = (w[0] + n * w[1]) % w[2]
    return slot_lo + (w[3] + inner * w[4]) % slot_size


@njit(cache=True)
def set_walk(w, item_key, source_key, share, slot_size, k):  # type: ignore[no-untyped-def]
    """Fill the walk of one item to the ``share`` of a segment's slots that its source reaches."""
    subset = max(1, min(slot_size, np.int64(math.ceil(share * slot_size))))
    w[2] = subset
    w[0] = np.int64(unit(hash3(item_key, k, 1)) * subset)
    w[1] = coprime_step(hash3(item_key, k, 2), subset)
    w[3] = np.int64(unit(hash3(source_key, k, 3)) * slot_size)
    w[4] = coprime_step(hash3(source_key, k, 4), slot_size)


@njit(cache=True)
def clock_at(clock, place, t):  # type: ignore[no-untyped-def]
    """Cumulated activity of a platform at time ``t`` (h)."""
    if t <= 0.0:
        return 0.0
    top = clock.shape[1] - 1
    h = np.int64(t)
    if h >= top:
        return clock[place, top] + (t - top)
    return clock[place, h] + (t - h) * (clock[place, h + 1] - clock[place, h])


@njit(cache=True)
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


@njit(cache=True)
def emit(i, story, layer, place, persons, t, key, acc, tf, ti, si, agents, ties, channels, rules, queue, tick_h):  # type: ignore[no-untyped-def]
    """Turn ``persons`` exposures caused by agent ``i`` into particles to its ties; False when the queue is full."""
    g = agents.seg[i]
    k_all = agents.weight.shape[0]
    thread = si[story, L.THREAD]
    delta = tf[thread, L.DELTA]
    flat = reaction_cdf(rules.delay_max, rules.delay_flat, rules.delay_exponent)
    room = True
    for h in range(k_all):
        quantum = delta * agents.weight[h]
        acc[story, layer, h] += persons * ties.mix[place, g, h]
        n = 0
        while acc[story, layer, h] >= quantum:
            p = queue.free[0]
            if p < 0:
                room = False
                break
            acc[story, layer, h] -= quantum
            bits = hash3(key, i, np.int64(t * 3.6e6) * 64 + h * 8 + n)
            n += 1
            if layer == 0:
                lo, hi = ties.public_ptr[i * k_all + h], ties.public_ptr[i * k_all + h + 1]
                if hi > lo:
                    j = ties.public_idx[lo + np.int64(unit(bits) * (hi - lo))]
                else:
                    j = agents.slots[agents.slot_ptr[h] + np.int64(unit(bits) * (agents.slot_ptr[h + 1] - agents.slot_ptr[h]))]
            else:
                lo, hi = ties.chat_ptr[i * k_all + h], ties.chat_ptr[i * k_all + h + 1]
                if hi > lo:
                    j = ties.chat_idx[lo + np.int64(unit(bits) * (hi - lo))]
                else:
                    j = agents.slots[agents.slot_ptr[h] + np.int64(unit(bits) * (agents.slot_ptr[h + 1] - agents.slot_ptr[h]))]
            wait = reaction_delay(unit(hash3(bits, 1, 1)) * flat, rules.delay_flat, rules.delay_exponent)
            due = clock_after(channels.clock, place, t, wait)
            if due >= rules.horizon:
                continue
            tick = np.int64(due / tick_h + 1e-9)
            queue.free[0] = queue.next[p]
            queue.agent[p] = j
            queue.story[p] = story
            queue.place[p] = place
            queue.mass[p] = delta
            queue.due[p] = due
            queue.next[p] = queue.head[tick]
            queue.head[tick] = p
            queue.live[thread] += 1
    return room


@njit(cache=True)
def stance_class(a, spread):  # type: ignore[no-untyped-def]
    """Shares of persons with attitude ``a`` who are heard as negative and as positive (the rest is neutral)."""
    return phi((-0.5 * spread - a) / spread), phi((a - 0.5 * spread) / spread)


@njit(cache=True)
def meet(i, story, place, mass, t, keys, acc, lists, sf, si, tf, ti, weary, agents, ties, channels, rules, tallies, queue, tick_h):  # type: ignore[no-untyped-def]
    """Expose one agent and let the persons it stands for share, post and forward. False when the queue is full."""
    share, attitude = expose(
        i, story, place, mass, t, keys[story], sf, si, tf, ti, weary, agents, channels, rules, tallies
    )
    if share <= 0.0:
        return True
    g = agents.seg[i]
    thread = si[story, L.THREAD]
    sharers = mass * share * agents.weight[g]
    home = channels.share_to[place]
    spot = home if home >= 0 else place
    lists[thread, spot, L.HL_SHARES] += sharers
    tallies.interactions[si[story, L.FORMAT]] += sharers
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
    room = True
    key = hash3(keys[story], 77, place)
    if home >= 0:
        reach = agents.audience[i] * channels.audience_scale[home] * channels.see[home]
        room &= emit(i, story, 0, home, (sharers - own) * reach, t, key, acc, tf, ti, si, agents, ties, channels, rules, queue, tick_h)
        if ti[thread, L.UGC_NEGATIVE] >= 0:
            room &= emit(i, ti[thread, L.UGC_NEGATIVE], 0, home, critical * reach, t, key, acc, tf, ti, si, agents, ties, channels, rules, queue, tick_h)
            room &= emit(i, ti[thread, L.UGC_POSITIVE], 0, home, (own - critical) * reach, t, key, acc, tf, ti, si, agents, ties, channels, rules, queue, tick_h)
    chat = channels.chat[0]
    if chat >= 0:
        forward = sharers * (1.0 if place == chat else channels.chat_forward[place])
        room &= emit(i, story, 1, chat, forward * agents.chat[i] * channels.see[chat], t, key, acc, tf, ti, si, agents, ties, channels, rules, queue, tick_h)
    return room


@njit(cache=True)
def run_broadcasts(t0, t1, keys, acc, lists, sf, si, tf, ti, weary, agents, ties, channels, rules, tallies, queue, casts, tick_h):  # type: ignore[no-untyped-def]
    """Exposures of the live broadcasts between ``t0`` and ``t1``."""
    room = True
    k_all = agents.weight.shape[0]
    n_live = casts.count[0]
    kept = 0
    for c in range(n_live):
        b = casts.alive[c]
        place = casts.place[b]
        story = casts.story[b]
        thread = si[story, L.THREAD]
        age = clock_at(channels.clock, place, t1) - clock_at(channels.clock, place, casts.start[b])
        age = max(age, 0.0)
        last = age > LAST_HALF_LIFE * casts.half_life[b] or ti[thread, L.OPEN] == 0
        fraction = 1.0 if last else (1.0 - halved(age, casts.half_life[b])) / (1.0 - 0.5**LAST_HALF_LIFE)
        if ti[thread, L.OPEN] == 1:
            for h in range(k_all):
                if casts.persons[b, h] <= 0.0:
                    continue
                due = casts.persons[b, h] * fraction / (agents.weight[h] * casts.mass[b, h])
                n = np.int64(math.floor(due + casts.offset[b, h])) - casts.done[b, h]
                size = agents.slot_ptr[h + 1] - agents.slot_ptr[h]
                for e in range(n):
                    where = walk_to(casts.done[b, h] + e, casts.walk[b, h], agents.slot_ptr[h], size)
                    t = max(t0, casts.start[b])
                    t += (e + 0.5) / n * (t1 - t)
                    room &= meet(
                        agents.slots[where], story, place, casts.mass[b, h], t, keys, acc, lists, sf, si, tf, ti,
                        weary, agents, ties, channels, rules, tallies, queue, tick_h,
                    )
                casts.done[b, h] += n
        if not last:
            casts.alive[kept] = b
            kept += 1
    casts.count[0] = kept
    return room


@njit(cache=True)
def run_hot_lists(t0, t1, keys, acc, lists, feed, feed_walk, sf, si, tf, ti, weary, agents, ties, channels, rules, tallies, queue, tick_h, threads):  # type: ignore[no-untyped-def]
    """Show the threads on the hot lists to active members at large."""
    room = True
    k_all = agents.weight.shape[0]
    for th in range(threads):
        if ti[th, L.OPEN] == 0:
            continue
        for p in range(channels.see.shape[0]):
            strength = lists[th, p, L.HL_INTENSITY]
            if strength < 1e-3:
                continue
            busy = clock_at(channels.clock, p, t1) - clock_at(channels.clock, p, t0)
            curiosity = math.exp(-lists[th, p, L.HL_AGE] / channels.hot_decay[p])
            rate = channels.hot_view[p] * strength * curiosity * busy
            delta = tf[th, L.DELTA]
            for h in range(k_all):
                feed[th, p, h, 0] += channels.member[p, h] * rate / (agents.weight[h] * delta)
                n = np.int64(feed[th, p, h, 0])
                feed[th, p, h, 0] -= n
                size = agents.slot_ptr[h + 1] - agents.slot_ptr[h]
                for e in range(n):
                    count = np.int64(feed[th, p, h, 1])
                    feed[th, p, h, 1] += 1.0
                    where = walk_to(count, feed_walk[th, p, h], agents.slot_ptr[h], size)
                    story = ti[th, L.LEAD]
                    if ti[th, L.REPLY] >= 0:
                        # systematic: the reply is shown with every 1 / reply_share-th view
                        if math.floor((count + 1) * rules.reply_share) > math.floor(count * rules.reply_share):
                            story = ti[th, L.REPLY]
                    room &= meet(
                        agents.slots[where], story, p, delta, t0 + (e + 0.5) / n * (t1 - t0), keys, acc, lists, sf,
                        si, tf, ti, weary, agents, ties, channels, rules, tallies, queue, tick_h,
                    )
    return room


@njit(cache=True)
def run_queue(tick, keys, acc, lists, sf, si, tf, ti, weary, agents, ties, channels, rules, tallies, queue, tick_h):  # type: ignore[no-untyped-def]
    """Process the particles due in a tick, those born within it included."""
    room = True
    while queue.head[tick] >= 0:
        p = queue.head[tick]
        queue.head[tick] = queue.next[p]
        story = np.int64(queue.story[p])
        thread = si[story, L.THREAD]
        agent, place = np.int64(queue.agent[p]), np.int64(queue.place[p])
        mass, due = np.float64(queue.mass[p]), queue.due[p]
        queue.next[p] = queue.free[0]
        queue.free[0] = p
        queue.live[thread] -= 1
        if ti[thread, L.OPEN] == 0:
            continue
        room &= meet(
            agent, story, place, mass, due, keys, acc, lists, sf, si, tf, ti, weary, agents, ties, channels, rules,
            tallies, queue, tick_h,
        )
    return room


@njit(cache=True)
def close_tick(dt, lists, tf, ti, channels, rules, threads):  # type: ignore[no-untyped-def]
    """Update heat, hot lists and resolution of every open thread after a tick of ``dt`` hours."""
    for th in range(threads):
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
            lists[th, p, L.HL_AGE] = lists[th, p, L.HL_AGE] * halved(dt, channels.hot_forget[p]) + strength * dt
            tf[th, L.HOT_HOURS] += strength * dt
        keep = math.exp(-dt)
        tf[th, L.HEAT] = tf[th, L.HEAT] * keep + (1.0 - keep) * total / dt
        tf[th, L.NEGATIVE_HEAT] = tf[th, L.NEGATIVE_HEAT] * keep + (1.0 - keep) * tf[th, L.TICK_NEGATIVE] / dt
        tf[th, L.TICK_NEGATIVE] = 0.0
        tf[th, L.VISIBLE_NEGATIVE] *= math.exp(-dt / rules.monitor_window)
        if tf[th, L.TICK_EXPOSURES] > 2.0 * rules.particles * dt and tf[th, L.DELTA] < 1.0:
            tf[th, L.DELTA] = min(1.0, 2.0 * tf[th, L.DELTA])
        tf[th, L.TICK_EXPOSURES] = 0.0


@njit(cache=True)
def advance(tick_from, tick_to, tick_h, keys, acc, lists, feed, feed_walk, sf, si, tf, ti, weary, agents, ties, channels, rules, tallies, queue, casts, threads):  # type: ignore[no-untyped-def]
    """Advance the audience over ticks ``tick_from .. tick_to - 1``; return False when the queue was ever full."""
    room = True
    for tick in range(tick_from, tick_to):
        t0, t1 = tick * tick_h, (tick + 1) * tick_h
        room &= run_broadcasts(t0, t1, keys, acc, lists, sf, si, tf, ti, weary, agents, ties, channels, rules, tallies, queue, casts, tick_h)
        room &= run_hot_lists(t0, t1, keys, acc, lists, feed, feed_walk, sf, si, tf, ti, weary, agents, ties, channels, rules, tallies, queue, tick_h, threads)
        room &= run_queue(tick, keys, acc, lists, sf, si, tf, ti, weary, agents, ties, channels, rules, tallies, queue, tick_h)
        close_tick(tick_h, lists, tf, ti, channels, rules, threads)
    return room
