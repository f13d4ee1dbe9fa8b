"""One exposure: what a story does to the agent who meets it, and how likely the agent passes it on.

The exposures of a tick change nothing but the agents who meet them, so a batch of them is worked off agent by agent,
and counted and passed on afterwards (see :mod:`prsim.spread.passing`).
"""

from __future__ import annotations

import math

import numpy as np

from prsim.spread import layout as L
from prsim.spread.compiled import kernel, prefetch_read
from prsim.spread.decay import become_aware, come_to_trust, fraction, note_item, relax, share_of
from prsim.spread.draws import mix64
from prsim.spread.kernels import bounded_pull
from prsim.spread.places import cell_of, occupant
from prsim.spread.single import LOG2_E, exp2, normal_cdf
from prsim.spread.vectors import shift_topics

MINUTE = 960  # units of time (see prsim.spread.calendar)
_LOW = np.uint64(0xFFFFFFFF)
_LUCK = np.uint64((1 << L.LUCK_BITS) - 1)
_LUCKS = 2.0**L.LUCK_BITS
_HALF = np.uint64(32)
_QUARTER = np.uint64(16)
_UNIT = 2.0**-32
_PER_UNIT = np.float32(1.0 / L.UNIT)
_WIDE = np.int64(32)
_MINUTES = np.uint32(L.MINUTES)
_BYTE = np.uint32(255)
_THRESHOLD = np.uint32(8 * (L.B_THRESHOLD - L.B_FORMAT))
_FLAGS = np.uint64(L.B_FORMAT // 4)  # the word of the four bytes


@kernel(inlined=True)
def pull(i, topic, stance, force, lot, agents, rules, consolidation):  # type: ignore[no-untyped-def]
    """Move the attitude of agent ``i`` toward ``stance`` with force in [0, 1]; a part of it for good.

    *form* (model description): ``a += force * kappa(|stance - a|) * negativity * (stance - a)``; the other
    topics move by the halo.
    """
    at = np.int64(i) * L.HALVES
    step = bounded_pull(agents.halves[at + topic] / L.UNIT, stance, min(force, 1.0), rules.width)
    shift_topics(
        agents.halves, at, agents.halo, topic, np.float32(step * L.UNIT), np.float32(consolidation), lot
    )


@kernel(inlined=True)
def find_cell(e, n, batch, agents):  # type: ignore[no-untyped-def]
    """Have the cell of the activity table fetched whose lot exposure ``e`` names, if it does (as its complement)."""
    if e < n:
        i = np.int64(batch.agent[np.uint64(e)])
        if i < 0:
            prefetch_read(agents.slots, cell_of(~i))


@kernel(inlined=True)
def find_agent(e, n, batch, agents):  # type: ignore[no-untyped-def]
    """Find out whom exposure ``e`` meets, where there are more, and have its state fetched."""
    if e < n:
        i = np.int64(batch.agent[np.uint64(e)])
        if i < 0:
            i = occupant(agents.slots, ~i)
            batch.agent[np.uint64(e)] = i
        prefetch_read(agents.words, i * L.WORDS)


@kernel(inlined=True)
def find_memory(e, n, run, batch, stories, threads, agents):  # type: ignore[no-untyped-def]
    """Have fetched what the agent of exposure ``e``, of ``run`` or a later one, remembers; return its run."""
    if e < n:
        while batch.run[run, L.R_END] <= e:
            run += 1
        slot = np.uint64(threads.i[stories.i[batch.run[run, L.R_STORY], L.THREAD], L.SLOT])
        prefetch_read(agents.memory[slot], np.int64(batch.agent[np.uint64(e)]))
    return run


@kernel(inlined=True)
def say(story, place, batch, stories, threads, rules, lookups):  # type: ignore[no-untyped-def]
    """Work out what a story says on a platform, to those who have heard of its thread and to those who have not."""
    sf, trusted = stories.f[story], stories.f[story, L.TRUST_WEIGHT]
    thread, fmt = stories.i[story, L.THREAD], stories.i[story, L.FORMAT]
    force = sf[L.CREDIBILITY] * lookups.credibility[place] * rules.eta * sf[L.DEPTH]
    share = lookups.sharing[place, fmt] * sf[L.VIRALITY] * threads.f[thread, L.INTEREST_NOW]
    for naive in range(2):
        stance = sf[L.NAIVE_STANCE if naive else L.STANCE]
        pressed = force * (rules.negativity if stance < 0.0 else 1.0)
        at = naive * L.SAID_WIDTH
        batch.said[at + L.SAID_STANCE] = stance
        batch.said[at + L.SAID_FORCE] = pressed * (1.0 - trusted)
        batch.said[at + L.SAID_TRUSTED] = pressed * trusted
        batch.said[at + L.SAID_SHARE] = share * (rules.negative_bonus if stance < 0.0 else 1.0)


@kernel(inlined=True)
def gather(first, at, many, n, run, ahead, batch, stories, threads, agents, channels, rules, lookups):  # type: ignore[no-untyped-def]
    """Bring agents and story of exposures ``first ..`` of a run together in places ``at .. at + many - 1``.

    Nothing is changed: an agent's state is brought up to date where it changes, and here in the arithmetic only.
    Meanwhile the memories of those further on are fetched, of whom the first is of run ``ahead`` or a later one;
    returns the run of the last.
    """
    c, m = batch.columns, batch.marks
    story, place, g = batch.run[run, L.R_STORY], batch.run[run, L.R_PLACE], batch.run[run, L.R_SEGMENT]
    say(story, place, batch, stories, threads, rules, lookups)
    fmt, topic, key = np.uint32(stories.i[story, L.FORMAT]), stories.i[story, L.TOPIC], stories.keys[story]
    effect, fit = np.float32(stories.f[story, L.EFFECT]), np.float32(channels.fit[g, fmt])
    mass = np.float32(batch.mass[run] * _LUCKS)
    persons = np.float32(batch.mass[run] * agents.weight[g])
    seen_public, seen_chat = np.float32(lookups.seen_public[place]), np.float32(lookups.seen_chat[place])
    for x in range(at, at + (many + L.LANES - 1) // L.LANES * L.LANES):
        e = np.uint64(x)
        c[L.C_EFFECT + e] = effect
        c[L.C_FIT + e] = fit
        c[L.C_MASS + e] = mass
        c[L.C_PERSONS + e] = persons
        c[L.C_SEEN_PUBLIC + e] = seen_public
        c[L.C_SEEN_CHAT + e] = seen_chat
    remembered = agents.memory[np.uint64(threads.i[stories.i[story, L.THREAD], L.SLOT])]
    for x in range(many):
        ahead = find_memory(first + x + L.AHEAD, n, ahead, batch, stories, threads, agents)
        e = np.uint64(at + x)
        i, when = np.int64(batch.agent[np.uint64(first + x)]), np.int64(batch.when[np.uint64(first + x)])
        luck = mix64(np.uint64((i << _WIDE) ^ when) ^ key)
        batch.luck[e] = luck
        m[L.M_LUCK + e] = np.int32(luck & _LUCK)
        w, h = np.uint64(i * L.WORDS), np.uint64(i * L.HALVES)
        m[L.M_AGE + e] = when // MINUTE - np.int64(agents.times[w + np.uint64(L.W_TOUCHED)] & _MINUTES)
        m[L.M_ATTITUDE + e] = agents.halves[h + np.uint64(topic)]
        m[L.M_BASE + e] = agents.halves[h + np.uint64(topic + L.H_BASE)]
        m[L.M_TRUST0 + e] = agents.shares[h + np.uint64(L.H_TRUST0)]
        c[L.C_LOAD + e] = agents.words[w + np.uint64(L.W_LOAD)]
        c[L.C_TRUST + e] = agents.words[w + np.uint64(L.W_TRUST)]
        flags = agents.times[w + _FLAGS]
        weary = agents.words[w + np.uint64(L.W_WEARY)]
        c[L.C_WEARY + e] = weary if flags & _BYTE == fmt else np.float32(0.0)
        c[L.C_PUBLIC + e] = agents.words[w + np.uint64(L.W_AUDIENCE)]
        c[L.C_CHAT + e] = agents.words[w + np.uint64(L.W_CHAT)]
        memory = remembered[np.uint64(i)]
        naive = memory & (L.SEEN_MASK | L.HIT_BIT) == 0
        said = np.uint64(naive) * np.uint64(L.SAID_WIDTH)
        repeat = lookups.repeat[np.uint64(memory)]
        boost = lookups.boost[
            np.uint64((flags >> _THRESHOLD) & _BYTE) * np.uint64(L.MEMORIES) + np.uint64(memory)
        ]
        c[L.C_STANCE + e] = batch.said[said + np.uint64(L.SAID_STANCE)]
        c[L.C_FORCE + e] = batch.said[said + np.uint64(L.SAID_FORCE)] * repeat
        c[L.C_TRUSTED + e] = batch.said[said + np.uint64(L.SAID_TRUSTED)] * repeat
        c[L.C_SHARE + e] = batch.said[said + np.uint64(L.SAID_SHARE)] * boost
    return ahead


@kernel(inlined=True, vector=True)
def respond(many, c, m, numbers):  # type: ignore[no-untyped-def]
    """Work out what the columns hold: plain arithmetic without a branch, several exposures at a time.

    The pull is :func:`prsim.spread.kernels.bounded_pull` in single precision. ``numbers`` holds one over the width of
    confidence and of alignment, the share of own posts, half and one over the spread of what is heard, one over the
    capacity, and how fast what decays does (attitudes above and below the baseline, load, trust, weariness), as
    minus one over the half-lives in minutes.
    """
    per_width, per_align, ugc_share, half, narrow, per_capacity, sink, rise, unload, calm, recover = numbers
    zero, one, most = np.float32(0.0), np.float32(1.0), np.float32(0.5)
    groups = (min(many, L.BATCH) + L.LANES - 1) // L.LANES
    for x in range(groups * L.LANES):
        e = np.uint64(x)
        age = np.float32(max(m[L.M_AGE + e], np.int32(0)))
        base = np.float32(m[L.M_BASE + e]) * _PER_UNIT
        off = np.float32(m[L.M_ATTITUDE + e]) * _PER_UNIT - base
        before = base + off * exp2(age * (sink if off > zero else rise))
        trust0 = share_of(m[L.M_TRUST0 + e])
        trust = trust0 + (c[L.C_TRUST + e] - trust0) * exp2(age * calm)
        tired = one + c[L.C_LOAD + e] * exp2(age * unload) * per_capacity
        tired *= one + c[L.C_WEARY + e] * exp2(age * recover)
        notice = min(one, c[L.C_FIT + e] / tired)
        c[L.C_NOTICE + e] = notice
        c[L.C_MET + e] = notice * c[L.C_MASS + e] - (np.float32(m[L.M_LUCK + e]) + np.float32(0.5))
        stance, effect = c[L.C_STANCE + e], c[L.C_EFFECT + e]
        force = c[L.C_FORCE + e] + c[L.C_TRUSTED + e] * trust
        gap = stance - before
        far = gap * per_width
        drawn = effect * min(force, one) * exp2(-far * far * LOG2_E) * gap
        weakened = effect * force * max(before, zero)
        step = drawn if effect > zero else weakened
        after = min(one, max(-one, before + step))
        far = (stance - after) * per_align
        share = min(c[L.C_SHARE + e] * exp2(-far * far * LOG2_E), most)
        c[L.C_STEP + e] = step
        c[L.C_AFTER + e] = after
        c[L.C_SHARE + e] = share
        c[L.C_SHARERS + e] = c[L.C_PERSONS + e] * notice * share
    for x in range(groups * L.LANES):
        e = np.uint64(x)
        after, sharers = c[L.C_AFTER + e], c[L.C_SHARERS + e]
        public = c[L.C_PUBLIC + e] * c[L.C_SEEN_PUBLIC + e]
        negative, positive = normal_cdf((-half - after) * narrow), normal_cdf((after - half) * narrow)
        own = ugc_share * sharers
        critical = own * negative / max(negative + positive, np.float32(1e-9))
        c[L.C_NEGATIVE + e] = own * negative
        c[L.C_POSITIVE + e] = own * positive
        c[L.C_CRITICAL + e] = critical * public
        c[L.C_SUPPORTIVE + e] = (own - critical) * public
        c[L.C_PUBLIC + e] = (sharers - own) * public
        c[L.C_CHAT + e] = sharers * c[L.C_CHAT + e] * c[L.C_SEEN_CHAT + e]


@kernel(inlined=True)
def take_in(i, when, at, story, stamp, batch, stories, threads, weary, agents, rules, lookups):  # type: ignore[no-untyped-def]
    """Let agent ``i``, who notices what stands in place ``at``, change; return whether that is its first item."""
    luck, c, first = batch.luck[at], batch.columns, False
    lot = fraction(luck)
    relax(i, when // MINUTE, lot, agents)
    sf, si = stories.f, stories.i
    thread, fmt, topic = np.uint64(si[story, L.THREAD]), np.uint64(si[story, L.FORMAT]), si[story, L.TOPIC]
    w, b = np.uint64(i * L.WORDS), np.uint64(i * L.BYTES)
    touched = agents.times[w + np.uint64(L.W_TOUCHED)]
    agents.times[w + np.uint64(L.W_TOUCHED)] = (touched & _MINUTES) | stamp
    slot = np.uint64(threads.i[thread, L.SLOT])
    memory = agents.memory[slot, np.uint64(i)]
    repeat = lookups.repeat[np.uint64(memory)]
    if c[L.C_EFFECT + at] > 0.0:
        step, lasting = np.float32(c[L.C_STEP + at] * L.UNIT), np.float32(sf[story, L.CONSOLIDATION])
        shift_topics(agents.halves, i * L.HALVES, agents.halo, topic, step, lasting, lot)
    else:
        agents.halves[np.uint64(i * L.HALVES + topic)] = np.int16(
            math.floor(c[L.C_AFTER + at] * L.UNIT + lot)
        )
    if si[story, L.BRAND] == 1:
        first = note_item(i, agents)
        become_aware(i, rules.aware_gain * sf[story, L.DEPTH], lot, agents)
    push = sf[story, L.TRUST_PUSH] * rules.trust_gain * repeat
    if push < 0.0 or c[L.C_STANCE + at] >= 0.0:
        come_to_trust(i, push, agents)
    agents.words[w + np.uint64(L.W_LOAD)] += np.float32(1.0)
    same = np.uint64(agents.bytes[b + np.uint64(L.B_FORMAT)]) == fmt
    tiring = np.float32(weary[fmt])
    agents.words[w + np.uint64(L.W_WEARY)] = (
        agents.words[w + np.uint64(L.W_WEARY)] + tiring if same else tiring
    )
    agents.bytes[b + np.uint64(L.B_FORMAT)] = np.uint8(fmt)
    if memory & L.SEEN_MASK < L.SEEN_MASK:
        memory += np.uint8(1)
    if np.float64(luck >> _HALF) * _UNIT < c[L.C_SHARE + at]:
        memory |= L.SHARED_BIT
    closing = sf[story, L.CLOSING]
    if closing > 0.0 and np.float64((luck >> _QUARTER) & _LOW) * _UNIT < closing:
        memory |= L.CLOSED_BIT
    agents.memory[slot, np.uint64(i)] = memory
    return first


@kernel(inlined=True)
def expose(first, many, n, run, batch, stories, threads, agents, channels, rules, lookups):  # type: ignore[no-untyped-def]
    """Work out what ``many`` exposures from ``first`` on, which is of ``run``, do to whom they meet.

    There are ``n`` in the plan.
    """
    at, ahead = 0, run
    while at < many:
        part = min(batch.run[run, L.R_END] - first, many) - at
        ahead = gather(
            first + at, at, part, n, run, ahead, batch, stories, threads, agents, channels, rules, lookups
        )
        at += part
        run += 1
    respond(many, batch.columns, batch.marks, lookups.numbers)
