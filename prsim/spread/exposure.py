"""One exposure: what a story does to the agent who meets it, and how likely the agent passes it on."""

from __future__ import annotations

import math

import numpy as np

from prsim.spread import layout as L
from prsim.spread.compiled import kernel
from prsim.spread.draws import hash3
from prsim.spread.kernels import bounded_pull, reinforcement

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_UNIT = 2.0**-32


USUAL_PLATFORM = 0.6  # credibility of a platform that neither adds nor takes away
_LN2 = math.log(2.0)
_PHI_STEPS = 512  # per unit; linear interpolation is then within 1e-6
_PHI_MAX = 6.0
_PHI = 0.5 * np.array(
    [
        math.erfc(-(i / _PHI_STEPS - _PHI_MAX) / math.sqrt(2.0))
        for i in range(int(2 * _PHI_MAX * _PHI_STEPS) + 2)
    ]
)


@kernel(inlined=True)
def phi(x: float) -> float:
    """Standard normal distribution function, within 1e-6 (tabulated)."""
    if x <= -_PHI_MAX:
        return 0.0
    if x >= _PHI_MAX:
        return 1.0
    y = (x + _PHI_MAX) * _PHI_STEPS
    i = int(y)
    return _PHI[i] + (y - i) * (_PHI[i + 1] - _PHI[i])


@kernel(inlined=True)
def halved(dt: float, half_life: float) -> float:
    """What is left of one after ``dt`` at this half-life."""
    return math.exp(-_LN2 * dt / half_life)


@kernel(inlined=True)
def relax_agent(i, t, agents, rules):  # type: ignore[no-untyped-def]
    """Bring the hot state of agent ``i`` up to time ``t`` (h): everything decays lazily, here and nowhere else."""
    row = agents.hot[i]
    dt = t - row[L.T_LAST]
    if dt <= 0.0:
        return
    row[L.T_LAST] = t
    up = halved(dt, rules.half_life_positive)
    down = halved(dt, rules.half_life_negative)
    for k in range(rules.topics):
        b = agents.base[i, k]
        d = row[k] - b
        row[k] = b + d * (up if d > 0.0 else down)
    row[L.LOAD] *= halved(dt, rules.load_half_life)
    row[L.TRUST] = agents.trust0[i] + (row[L.TRUST] - agents.trust0[i]) * halved(dt, rules.trust_half_life)
    row[L.SAT_DEV] *= halved(dt, rules.sat_half_life)
    aware0 = agents.aware0[agents.seg[i]]
    row[L.AWARE] = aware0 + (row[L.AWARE] - aware0) * halved(dt, rules.aware_half_life)
    row[L.WEARY] *= halved(dt, rules.fatigue_half_life)


@kernel(inlined=True)
def pull(i, topic, stance, force, agents, rules, consolidation):  # type: ignore[no-untyped-def]
    """Move the attitude of agent ``i`` toward ``stance`` with force in [0, 1]; a part of it for good.

    *form* (model description): ``a += force * kappa(|stance - a|) * negativity * (stance - a)``; the other
    topics move by the halo.
    """
    row = agents.hot[i]
    a = row[topic]
    step = bounded_pull(a, stance, min(force, 1.0), rules.width)
    for k in range(rules.topics):
        part = step if k == topic else rules.halo * step
        row[k] = min(1.0, max(-1.0, row[k] + part))
        agents.base[i, k] = min(1.0, max(-1.0, agents.base[i, k] + consolidation * part))


@kernel(inlined=True)
def expose(i, story, place, mass, t, stories, threads, weary, agents, channels, rules, tallies):  # type: ignore[no-untyped-def]
    """Expose agent ``i`` to a story; return (expected share probability, attitude after) of the persons exposed.

    ``mass`` is the share of the agent's persons that is exposed. The expected number of sharers is
    ``mass * probability * weight``; the agent itself, a sample of one person, changes its mind with
    probability ``mass``.
    """
    relax_agent(i, t, agents, rules)
    row = agents.hot[i]
    g = agents.seg[i]
    sf, si, tf = stories.f, stories.i, threads.f
    thread = si[story, L.THREAD]
    topic = si[story, L.TOPIC]
    fmt = si[story, L.FORMAT]
    slot = threads.i[thread, L.SLOT]
    memory = agents.memory[slot, i]
    seen = np.int64(memory & L.SEEN_MASK)

    notice = 1.0 / (1.0 + row[L.LOAD] / rules.capacity)
    if row[L.LAST_FORMAT] == fmt:
        notice /= 1.0 + row[L.WEARY]
    notice = min(1.0, notice * channels.fit[g, fmt])

    stance = sf[story, L.STANCE]
    if seen == 0 and (memory & L.HIT_BIT) == 0:
        stance = sf[story, L.NAIVE_STANCE]
    credibility = sf[story, L.CREDIBILITY] * (1.0 - sf[story, L.TRUST_WEIGHT] * (1.0 - row[L.TRUST]))
    credibility *= channels.credibility[place] / USUAL_PLATFORM
    force = rules.eta * credibility * sf[story, L.DEPTH] * rules.repeat_decay**seen
    if stance < 0.0:
        force *= rules.negativity
    effect = sf[story, L.EFFECT]
    before = row[topic]
    if effect > 0.0:
        after = min(
            1.0, max(-1.0, before + effect * bounded_pull(before, stance, min(force, 1.0), rules.width))
        )
    else:
        after = before + effect * force * max(before, 0.0)

    share = 0.0
    if (memory & L.SHARED_BIT) == 0 and channels.share_rate[place] > 0.0:
        gap = (stance - after) / rules.align_width
        share = channels.share_rate[place] * sf[story, L.VIRALITY] * channels.virality[place, fmt]
        share *= math.exp(-gap * gap)
        if stance < 0.0:
            share *= rules.negative_bonus
        share *= reinforcement(
            np.float64(seen + 1),
            rules.reinforcement,
            rules.fade,
            np.float64(agents.threshold[i]),
            rules.below_threshold,
        )
        share *= tf[thread, L.INTEREST] * halved(t - tf[thread, L.INTEREST_T], rules.interest_half_life)
        if memory & L.CLOSED_BIT:
            share *= 1.0 - rules.closure
        share = min(share, 0.5)

    persons = mass * agents.weight[g]
    tf[thread, L.EXPOSED] += persons
    tf[thread, L.TICK_EXPOSURES] += 1.0
    tallies.shown[place, fmt] += persons
    tallies.noticed[place, fmt] += persons * notice
    tallies.read[place, fmt] += persons * notice * sf[story, L.APPEAL]
    if si[story, L.AIM] != 0:
        tallies.aimed[0] += persons * notice
        if (si[story, L.AIM] >> np.int64(g)) & 1:
            tallies.aimed[1] += persons * notice
    bits = hash3(stories.keys[story], i, np.int64(t * 3.6e6))
    if np.float64(bits & _LOW) * _UNIT < notice * mass:
        if effect > 0.0:
            pull(i, topic, stance, effect * force, agents, rules, sf[story, L.CONSOLIDATION])
        else:
            row[topic] = after
        if si[story, L.BRAND] == 1:
            tallies.exposures[g] += persons / mass
            if row[L.SEEN] == 0.0:
                tallies.reached[g] += agents.weight[g]
            row[L.SEEN] += 1.0
            row[L.AWARE] += rules.aware_gain * sf[story, L.DEPTH] * (1.0 - row[L.AWARE])
        push = sf[story, L.TRUST_PUSH] * rules.trust_gain * rules.repeat_decay**seen
        if stance < 0.0 and push > 0.0:
            push = 0.0
        room = 1.0 - row[L.TRUST] if push > 0.0 else row[L.TRUST]
        row[L.TRUST] += push * room
        row[L.LOAD] += 1.0
        if row[L.LAST_FORMAT] == fmt:
            row[L.WEARY] += weary[fmt]
        else:
            row[L.WEARY] = weary[fmt]
            row[L.LAST_FORMAT] = fmt
        if seen < 15:
            memory += np.uint8(1)
        if np.float64(bits >> _HALF) * _UNIT < share:
            memory |= L.SHARED_BIT
        if (
            sf[story, L.CLOSING] > 0.0
            and np.float64((bits >> np.uint64(16)) & _LOW) * _UNIT < sf[story, L.CLOSING]
        ):
            memory |= L.CLOSED_BIT
        agents.memory[slot, i] = memory
    return notice * share, after
