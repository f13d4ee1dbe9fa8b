"""What is put before people: broadcasts to subscribers, and hot lists to members at large."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.calendar import PER_H
from prsim.spread.compiled import kernel
from prsim.spread.decay import halved
from prsim.spread.rhythm import clock_at
from prsim.spread.vectors import fill, write_times
from prsim.spread.walks import fetch_first_blocks, meet

LAST_HALF_LIFE = 7.0  # a broadcast is over after so many half-lives
FAINT = 1e-3  # place on a hot list below which nobody is shown anything


class Broadcasts(NamedTuple):
    """Items on their way to subscribers."""

    story: NDArray[np.int64]
    place: NDArray[np.int64]
    start: NDArray[np.float64]
    begun: NDArray[np.float64]  # activity of the platform cumulated at the start
    wake: NDArray[np.float64]  # activity cumulated at which the next exposure is due
    half_life: NDArray[np.float64]
    many: NDArray[np.float64]  # [B, K] exposures in all
    each: NDArray[np.float64]  # [B, K] what share of them one is
    mass: NDArray[np.float64]  # [B, K] mass of one exposure, in agents
    offset: NDArray[np.float64]  # [B, K]
    done: NDArray[np.int64]  # [B, K] exposures made
    walk: NDArray[np.int64]  # [B, K, WALK_WIDTH]
    alive: NDArray[np.int64]  # [B] indices of live broadcasts
    living: NDArray[np.int64]  # [1] number of live broadcasts
    now: NDArray[np.float64]  # [P] activity of each platform cumulated at the end of the tick


@kernel(inlined=True)
def share_by_now(b, now, casts):  # type: ignore[no-untyped-def]
    """Share of a broadcast's exposures that are due when its platform's clock shows ``now``."""
    age = max(now - casts.begun[b], 0.0)
    if age > LAST_HALF_LIFE * casts.half_life[b]:
        return 1.0
    return (1.0 - halved(age, casts.half_life[b])) / (1.0 - 0.5**LAST_HALF_LIFE)


@kernel(inlined=True)
def due_of(b, h, fraction, casts):  # type: ignore[no-untyped-def]
    """Exposures of a broadcast in a segment that are due and not made."""
    if casts.many[b, h] <= 0.0:
        return 0
    return np.int64(math.floor(casts.many[b, h] * fraction + casts.offset[b, h])) - casts.done[b, h]


@kernel(inlined=True)
def sleep(b, casts):  # type: ignore[no-untyped-def]
    """Note when the next exposure of a broadcast is due."""
    following = 1.0
    for h in range(casts.many.shape[1]):
        if casts.many[b, h] > 0.0:
            following = min(following, (casts.done[b, h] + 1 - casts.offset[b, h]) * casts.each[b, h])
    # a hair early, so that rounding never makes it a tick late; the last look is when the broadcast is over
    left = max(1.0 - following * (1.0 - 0.5**LAST_HALF_LIFE), 0.5**LAST_HALF_LIFE)
    casts.wake[b] = casts.begun[b] - casts.half_life[b] * math.log2(left) * (1.0 - 1e-9) - 1e-9


@kernel(inlined=True)
def lead_of(th, views, threads, rules):  # type: ignore[no-untyped-def]
    """Story that the view number ``views`` of a listed thread shows: the leading one, or systematically the reply."""
    if threads.i[th, L.REPLY] >= 0 and math.floor((views + 1) * rules.reply_share) > math.floor(
        views * rules.reply_share
    ):
        return threads.i[th, L.REPLY]
    return threads.i[th, L.LEAD]


@kernel(inlined=True)
def view_rate(th, p, strength, busy, threads, channels):  # type: ignore[no-untyped-def]
    """Views of a listed thread per member in a tick in which the platform's clock runs on by ``busy``."""
    curiosity = math.exp(-threads.lists[th, p, L.HL_AGE] / channels.hot_decay[p])
    return channels.hot_view[p] * strength * curiosity * busy


@kernel(inlined=True)
def write_plan(n, source, where, h, place, due, since, walk, agents, batch):  # type: ignore[no-untyped-def]
    """Write down that ``due`` exposures of a broadcast (``where`` -1) or of a thread on a list happen in a tick."""
    batch.plan[n, L.P_SOURCE] = source
    batch.plan[n, L.P_LISTED] = where
    batch.plan[n, L.P_SEGMENT] = h
    batch.plan[n, L.P_PLACE] = place
    batch.plan[n, L.P_DUE] = due
    batch.plan_from[n] = since
    lo = agents.slot_ptr[h]
    fetch_first_blocks(walk, due, lo, agents.slot_ptr[h + 1] - lo, agents.block[h], agents.slots)


@kernel(inlined=True)
def plan_broadcasts(t0, t1, casts, agents, batch):  # type: ignore[no-untyped-def]
    """Plan what subscribers meet between ``t0`` and ``t1`` (h); return the number of plans."""
    n = kept = 0
    for c in range(casts.living[0]):
        b = casts.alive[c]
        place = casts.place[b]
        now, fraction = casts.now[place], 0.0
        if now >= casts.wake[b]:
            fraction = share_by_now(b, now, casts)
            for h in range(casts.many.shape[1]):
                due = due_of(b, h, fraction, casts)
                if due > 0:
                    casts.done[b, h] += due
                    write_plan(
                        n, b, -1, h, place, due, max(t0, casts.start[b]), casts.walk[b, h], agents, batch
                    )
                    n += 1
            sleep(b, casts)
        if fraction < 1.0:
            casts.alive[kept] = b
            kept += 1
    casts.living[0] = kept
    return n


@kernel(inlined=True)
def plan_hot_lists(n, under_way, t0, t1, threads, agents, channels, lookups, casts, batch):  # type: ignore[no-untyped-def]
    """Plan what members at large see on hot lists between ``t0`` and ``t1`` (h); return the number of plans."""
    for x in range(under_way):
        th = threads.open[x]
        if threads.i[th, L.LEAD] < 0:
            continue
        for y in range(lookups.listed.shape[0]):
            p = lookups.listed[y]
            strength = threads.lists[th, p, L.HL_INTENSITY]
            if strength < FAINT:
                continue
            busy = casts.now[p] - clock_at(channels.clock, p, t0)
            rate = view_rate(th, p, strength, busy, threads, channels)
            for h in range(agents.weight.shape[0]):
                quantum = threads.f[th, L.DELTA] * agents.weight[h]
                left = threads.feed[th, p, h, 0] + channels.member[p, h] * rate
                due = np.int64(left / quantum)
                threads.feed[th, p, h, 0] = left - due * quantum
                if due > 0:
                    write_plan(n, th, p, h, p, due, t0, threads.feed_walk[th, p, h], agents, batch)
                    n += 1
    return n


@kernel(inlined=True)
def enter(n, runs, base, story, place, g, mass, batch):  # type: ignore[no-untyped-def]
    """Let exposure ``n`` be of this kind: part of the last run if that is, else the first of one more.

    A batch begins at ``base`` with its exposures and its ``runs``. Returns the run after the last.
    """
    last = runs - 1
    if (
        runs == base
        or batch.run[last, L.R_STORY] != story
        or batch.run[last, L.R_PLACE] != place
        or batch.run[last, L.R_SEGMENT] != g
        or batch.mass[last] != mass
    ):
        last = runs
        batch.run[last, L.R_STORY] = story
        batch.run[last, L.R_PLACE] = place
        batch.run[last, L.R_SEGMENT] = g
        batch.mass[last] = mass
    batch.run[last, L.R_END] = n + 1
    return last + 1


@kernel(inlined=True)
def take_plan(at, made, n, runs, base, full, t1, stories, threads, agents, rules, casts, batch):  # type: ignore[no-untyped-def]
    """Put what is left of a plan, ``made`` exposures of it being done, into a batch that has come to ``n``.

    A batch begins at ``base`` with its exposures and its ``runs``. Returns how far both have come, and how many of the
    plan are done.
    """
    source, listed, h = batch.plan[at, L.P_SOURCE], batch.plan[at, L.P_LISTED], batch.plan[at, L.P_SEGMENT]
    due, since, lo = batch.plan[at, L.P_DUE], batch.plan_from[at], agents.slot_ptr[h]
    size, place, block = agents.slot_ptr[h + 1] - lo, batch.plan[at, L.P_PLACE], agents.block[h]
    walk = casts.walk[source, h] if listed < 0 else threads.feed_walk[source, listed, h]
    start, per = since * PER_H, (t1 - since) * PER_H / due
    many = min(due - made, full - n)
    if listed < 0:
        story, mass = casts.story[source], np.float32(casts.mass[source, h])
        runs = enter(n, runs, base, story, place, h, mass, batch)
        batch.run[runs - 1, L.R_END] = n + many
    else:
        mass = np.float32(threads.f[source, L.DELTA])
        views = threads.feed[source, listed, h, 1]
        threads.feed[source, listed, h, 1] = views + many
        if threads.i[source, L.REPLY] < 0:
            runs = enter(n, runs, base, threads.i[source, L.LEAD], place, h, mass, batch)
            batch.run[runs - 1, L.R_END] = n + many
        else:
            for e in range(many):
                story = lead_of(source, np.int64(views) + e, threads, rules)
                runs = enter(n + e, runs, base, story, place, h, mass, batch)
    meet(walk, n, many, due - made, lo, size, block, agents.slots, batch.agent, batch.origin)
    slot = np.int32(threads.i[stories.i[batch.run[runs - 1, L.R_STORY], L.THREAD], L.SLOT])
    for e in range(0, many, L.LANES):
        fill(batch.slot, n + e, slot)
        write_times(batch.when, n + e, start, made + e + 0.5, per)
    return n + many, runs, made + many


@kernel(inlined=True)
def close_tick(dt, threads, count, channels, rules, lookups):  # type: ignore[no-untyped-def]
    """Update heat, hot lists and resolution of the first ``count`` open threads after a tick of ``dt`` hours."""
    tf, lists = threads.f, threads.lists
    cool = math.exp(-dt)
    fade = math.exp(-dt / rules.monitor_window)
    for x in range(lookups.listed.shape[0]):
        p = lookups.listed[x]
        # most threads on most lists are far below the threshold: there the place is that at the guard of the exponent
        far_below = channels.hot_threshold[p] * math.exp(-30.0 * channels.hot_width[p]) * (1.0 - 1e-9)
        for o in range(count):
            th = threads.open[o]
            rate = lists[th, p, L.HL_RATE]
            shares = lists[th, p, L.HL_SHARES]
            if rate == 0.0 and shares == 0.0:
                continue
            rate = rate * lookups.keep[p] + (1.0 - lookups.keep[p]) * shares / dt
            strength = 0.0
            if rate > channels.hot_threshold[p] * 1e-13 and rate < far_below:
                strength = 1.0 / (1.0 + math.exp(30.0))
            elif rate > channels.hot_threshold[p] * 1e-13:
                y = math.log(rate / channels.hot_threshold[p]) / channels.hot_width[p]
                strength = 1.0 / (1.0 + math.exp(-min(max(y, -30.0), 30.0)))
            else:
                rate = 0.0
            lists[th, p, L.HL_RATE] = rate
            lists[th, p, L.HL_INTENSITY] = strength
            lists[th, p, L.HL_AGE] = lists[th, p, L.HL_AGE] * lookups.forget[p] + strength * dt
            tf[th, L.HOT_HOURS] += strength * dt
    for o in range(count):
        th = threads.open[o]
        total = 0.0
        for p in range(lists.shape[1]):
            total += lists[th, p, L.HL_SHARES]
        if total > 0.0:
            for p in range(lists.shape[1]):
                lists[th, p, L.HL_SHARES] = 0.0
        tf[th, L.HEAT] = tf[th, L.HEAT] * cool + (1.0 - cool) * total / dt
        tf[th, L.NEGATIVE_HEAT] = tf[th, L.NEGATIVE_HEAT] * cool + (1.0 - cool) * tf[th, L.TICK_NEGATIVE] / dt
        tf[th, L.TICK_NEGATIVE] = 0.0
        tf[th, L.VISIBLE_NEGATIVE] *= fade
        if tf[th, L.TICK_EXPOSURES] > 2.0 * rules.particles * dt and tf[th, L.DELTA] < 1.0:
            tf[th, L.DELTA] = min(1.0, 2.0 * tf[th, L.DELTA])
        tf[th, L.TICK_EXPOSURES] = 0.0
