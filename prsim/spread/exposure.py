"""One exposure: what a story does to the agent who meets it, and how likely the agent passes it on.

The exposures of a tick change nothing but the agents who meet them, so a batch of them is worked off agent by agent,
and counted and passed on afterwards (see :mod:`prsim.spread.passing`).
"""

from __future__ import annotations

import math

import numpy as np

from prsim.spread import layout as L
from prsim.spread.compiled import kernel, prefetch, prefetch_read
from prsim.spread.decay import become_aware, come_to_trust, fraction, note_item, relax
from prsim.spread.draws import mix64
from prsim.spread.kernels import bounded_pull
from prsim.spread.places import cell_of, occupant
from prsim.spread.single import LOG2_E, exp2, normal_cdf
from prsim.spread.vectors import shift_topics

NOTICED, FIRST = np.int32(1), np.int32(2)  # what came of an exposure
MINUTE = 960  # units of time (see prsim.spread.calendar)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_QUARTER = np.uint64(16)
_UNIT = 2.0**-32
_PER_UNIT = 1.0 / L.UNIT
_WIDE = np.int64(32)
_STAMP = np.int64(32 - L.STAMP_BITS)
_LOW_32 = np.int64(0xFFFFFFFF)
_MINUTES = np.uint32(L.MINUTES)
_SALT = np.uint64(0xD1B54A32D192ED03)


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
def find_cell(e, batch, agents):  # type: ignore[no-untyped-def]
    """Have the cell of the activity table fetched whose lot exposure ``e`` names (as its complement)."""
    i = np.int64(batch.agent[np.uint64(e)])
    if i < 0:
        prefetch_read(agents.slots, cell_of(~i))


@kernel(inlined=True)
def find_agent(e, batch, stories, threads, agents):  # type: ignore[no-untyped-def]
    """Find out whom exposure ``e`` meets, and have its state fetched."""
    i = np.int64(batch.agent[np.uint64(e)])
    if i < 0:
        i = occupant(agents.slots, ~i)
        batch.agent[np.uint64(e)] = i
    prefetch(agents.words, i * L.WORDS)
    thread = np.uint64(stories.i[np.uint64(batch.story[np.uint64(e)]), L.THREAD])
    prefetch(agents.memory[np.uint64(threads.i[thread, L.SLOT])], i)


@kernel(inlined=True)
def gather(e, at, batch, stories, threads, agents, channels, rules, lookups):  # type: ignore[no-untyped-def]
    """Bring agent and story of exposure ``e`` together in place ``at`` of the columns."""
    sf, si, c = stories.f, stories.i, batch.columns
    i, when = np.int64(batch.agent[np.uint64(e)]), np.int64(batch.when[np.uint64(e)])
    story, place = np.uint64(batch.story[np.uint64(e)]), np.uint64(batch.place[np.uint64(e)])
    origin = np.int64(batch.origin[np.uint64(e)])
    luck = mix64(mix64(np.uint64((i << _WIDE) ^ origin) + _SALT) ^ stories.keys[story])
    batch.luck[at] = luck
    relax(i, when // MINUTE, fraction(luck), agents)
    w, b = np.uint64(i * L.WORDS), np.uint64(i * L.BYTES)
    g = np.uint64(agents.bytes[b + np.uint64(L.B_SEGMENT)])
    thread, fmt = np.uint64(si[story, L.THREAD]), np.uint64(si[story, L.FORMAT])
    memory = agents.memory[np.uint64(threads.i[thread, L.SLOT]), np.uint64(i)]
    seen = np.uint64(memory & L.SEEN_MASK)
    stance = sf[story, L.STANCE]
    if memory & (L.SEEN_MASK | L.HIT_BIT) == 0:
        stance = sf[story, L.NAIVE_STANCE]
    same = np.uint64(agents.bytes[b + np.uint64(L.B_FORMAT)]) == fmt
    tired = 1.0 + agents.words[w + np.uint64(L.W_LOAD)] * lookups.per_capacity
    tired *= 1.0 + (agents.words[w + np.uint64(L.W_WEARY)] if same else np.float32(0.0))
    doubt = 1.0 - agents.words[w + np.uint64(L.W_TRUST)]
    force = sf[story, L.CREDIBILITY] * (1.0 - sf[story, L.TRUST_WEIGHT] * doubt)
    force *= lookups.credibility[place] * rules.eta * sf[story, L.DEPTH] * lookups.repeat[seen]
    share = lookups.sharing[place, fmt] * sf[story, L.VIRALITY] * threads.f[thread, L.INTEREST_NOW]
    share *= lookups.boost[np.uint64(agents.bytes[b + np.uint64(L.B_THRESHOLD)]), seen]
    share *= 0.0 if memory & L.SHARED_BIT else (1.0 - rules.closure if memory & L.CLOSED_BIT else 1.0)
    batch.segment[at] = np.int32(g)
    c[L.C_BEFORE + at] = agents.halves[np.uint64(i * L.HALVES + si[story, L.TOPIC])] * _PER_UNIT
    c[L.C_STANCE + at] = stance
    c[L.C_FORCE + at] = force * (rules.negativity if stance < 0.0 else 1.0)
    c[L.C_EFFECT + at] = sf[story, L.EFFECT]
    c[L.C_FIT + at] = channels.fit[g, fmt]
    c[L.C_TIRED + at] = tired
    c[L.C_PERSONS + at] = batch.mass[np.uint64(e)] * agents.weight[g]
    c[L.C_SHARE + at] = share * (rules.negative_bonus if stance < 0.0 else 1.0)
    c[L.C_PUBLIC + at] = agents.words[w + np.uint64(L.W_AUDIENCE)] * lookups.seen_public[place]
    c[L.C_CHAT + at] = agents.words[w + np.uint64(L.W_CHAT)] * lookups.seen_chat[place]


@kernel(inlined=True, vector=True)
def respond(many, c, numbers):  # type: ignore[no-untyped-def]
    """Work out what the columns hold: plain arithmetic without a branch, several exposures at a time.

    The pull is :func:`prsim.spread.kernels.bounded_pull` in single precision. ``numbers`` holds one over the width of
    confidence and of alignment, the share of own posts, half and one over the spread of what is heard.
    """
    per_width, per_align, ugc_share, half, narrow = numbers
    zero, one, most = np.float32(0.0), np.float32(1.0), np.float32(0.5)
    for x in range(min(many, L.BATCH)):
        e = np.uint64(x)
        before, stance, effect = c[L.C_BEFORE + e], c[L.C_STANCE + e], c[L.C_EFFECT + e]
        force = c[L.C_FORCE + e]
        gap = stance - before
        far = gap * per_width
        drawn = effect * min(force, one) * exp2(-far * far * LOG2_E) * gap
        weakened = effect * force * max(before, zero)
        step = drawn if effect > zero else weakened
        after = min(one, max(-one, before + step))
        far = (stance - after) * per_align
        share = min(c[L.C_SHARE + e] * exp2(-far * far * LOG2_E), most)
        notice = min(one, c[L.C_FIT + e] / c[L.C_TIRED + e])
        c[L.C_STEP + e] = step
        c[L.C_AFTER + e] = after
        c[L.C_NOTICE + e] = notice
        c[L.C_SHARE + e] = share
        c[L.C_SHARERS + e] = c[L.C_PERSONS + e] * notice * share
    for x in range(min(many, L.BATCH)):
        e = np.uint64(x)
        after, sharers, public = c[L.C_AFTER + e], c[L.C_SHARERS + e], c[L.C_PUBLIC + e]
        negative, positive = normal_cdf((-half - after) * narrow), normal_cdf((after - half) * narrow)
        own = ugc_share * sharers
        critical = own * negative / max(negative + positive, np.float32(1e-9))
        c[L.C_NEGATIVE + e] = own * negative
        c[L.C_POSITIVE + e] = own * positive
        c[L.C_CRITICAL + e] = critical * public
        c[L.C_SUPPORTIVE + e] = (own - critical) * public
        c[L.C_PUBLIC + e] = (sharers - own) * public
        c[L.C_CHAT + e] = sharers * c[L.C_CHAT + e]


@kernel(inlined=True)
def take_in(e, at, batch, stories, threads, weary, agents, rules, lookups):  # type: ignore[no-untyped-def]
    """Let the agent of exposure ``e`` notice it, or not, and change accordingly; return what came of it."""
    luck, c = batch.luck[at], batch.columns
    if np.float64(luck & _LOW) * _UNIT >= c[L.C_NOTICE + at] * batch.mass[np.uint64(e)]:
        return np.int32(0)
    came, lot = NOTICED, fraction(luck)
    sf, si = stories.f, stories.i
    i, story = np.int64(batch.agent[np.uint64(e)]), np.uint64(batch.story[np.uint64(e)])
    thread, fmt, topic = np.uint64(si[story, L.THREAD]), np.uint64(si[story, L.FORMAT]), si[story, L.TOPIC]
    w, b = np.uint64(i * L.WORDS), np.uint64(i * L.BYTES)
    slot = np.uint64(threads.i[thread, L.SLOT])
    memory = agents.memory[slot, np.uint64(i)]
    seen = np.uint64(memory & L.SEEN_MASK)
    if c[L.C_EFFECT + at] > 0.0:
        step, lasting = np.float32(c[L.C_STEP + at] * L.UNIT), np.float32(sf[story, L.CONSOLIDATION])
        shift_topics(agents.halves, i * L.HALVES, agents.halo, topic, step, lasting, lot)
    else:
        agents.halves[np.uint64(i * L.HALVES + topic)] = np.int16(
            math.floor(c[L.C_AFTER + at] * L.UNIT + lot)
        )
    if si[story, L.BRAND] == 1:
        if note_item(i, agents):
            came = FIRST
        become_aware(i, rules.aware_gain * sf[story, L.DEPTH], lot, agents)
    push = sf[story, L.TRUST_PUSH] * rules.trust_gain * lookups.repeat[seen]
    if push < 0.0 or c[L.C_STANCE + at] >= 0.0:
        come_to_trust(i, push, agents)
    agents.words[w + np.uint64(L.W_LOAD)] += np.float32(1.0)
    same = np.uint64(agents.bytes[b + np.uint64(L.B_FORMAT)]) == fmt
    tiring = np.float32(weary[fmt])
    agents.words[w + np.uint64(L.W_WEARY)] = (
        agents.words[w + np.uint64(L.W_WEARY)] + tiring if same else tiring
    )
    agents.bytes[b + np.uint64(L.B_FORMAT)] = np.uint8(fmt)
    if seen < np.uint64(15):
        memory += np.uint8(1)
    if np.float64(luck >> _HALF) * _UNIT < c[L.C_SHARE + at]:
        memory |= L.SHARED_BIT
    closing = sf[story, L.CLOSING]
    if closing > 0.0 and np.float64((luck >> _QUARTER) & _LOW) * _UNIT < closing:
        memory |= L.CLOSED_BIT
    agents.memory[slot, np.uint64(i)] = memory
    return came


@kernel(inlined=True)
def expose(first, n, batch, stories, threads, weary, agents, channels, rules, lookups):  # type: ignore[no-untyped-def]
    """Let exposures ``first .. n - 1`` of a batch happen, up to the first that meets an agent for the second time.

    Returns how many happened. ``batch.mass`` is the share of an agent's persons that is exposed; the agent itself, a
    sample of one person, changes its mind with probability ``mass`` times the probability to notice. Indices are
    unsigned where they can be, which spares the test whether they count from the end.
    """
    batch.stamp[0] += 1
    stamp = np.uint32((batch.stamp[0] << _STAMP) & _LOW_32)
    many = 0
    for e in range(first, min(n, first + L.BATCH)):
        if e + 2 * L.BATCH < n:
            find_cell(e + 2 * L.BATCH, batch, agents)
        if e + L.BATCH < n:
            find_agent(e + L.BATCH, batch, stories, threads, agents)
        at = np.uint64(np.int64(batch.agent[np.uint64(e)]) * L.WORDS + L.W_TOUCHED)
        touched = agents.times[at]
        if touched & ~_MINUTES == stamp and many > 0:
            break
        agents.times[at] = (touched & _MINUTES) | stamp
        gather(e, np.uint64(many), batch, stories, threads, agents, channels, rules, lookups)
        many += 1
    respond(many, batch.columns, lookups.numbers)
    for x in range(many):
        place = np.uint64(x)
        batch.noticed[place] = take_in(
            first + x, place, batch, stories, threads, weary, agents, rules, lookups
        )
    return many
