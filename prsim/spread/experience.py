"""What agents live through themselves: being hit, being compensated, taking part."""

from __future__ import annotations

import math

import numpy as np

from prsim.spread import layout as L
from prsim.spread.compiled import kernel
from prsim.spread.decay import become_aware, come_to_trust, note_item, relax_agent
from prsim.spread.draws import hash3, mix64
from prsim.spread.exposure import pull
from prsim.spread.places import PLACE_BITS, STEP, holder
from prsim.spread.walks import coprime_step, unit

_TO_LOT = np.uint64(64 - PLACE_BITS)


@kernel(entry=False)
def user_walk(key, k, n):  # type: ignore[no-untyped-def]
    """Start and step of a keyed permutation of the ``n`` users of segment ``k``."""
    return np.int64(unit(hash3(key, k, 1)) * n), coprime_step(hash3(key, k, 2), n)


@kernel()
def hit_users(key, persons, dent, topic, stance, force, slot, t, agents, rules, consolidation):  # type: ignore[no-untyped-def]
    """Let an incident hit ``persons[k]`` users of each segment.

    Each loses ``dent`` of satisfaction and is pulled toward ``stance``; it counts as having heard of the thread.
    The last, fractional agent is hit with the probability of its fraction.
    """
    for k in range(agents.weight.shape[0]):
        size = agents.user_ptr[k + 1] - agents.user_ptr[k]
        if size == 0 or persons[k] <= 0.0:
            continue
        start, step = user_walk(key, k, size)
        n = np.int64(math.floor(persons[k] / agents.weight[k] + unit(hash3(key, k, 3))))
        for e in range(min(n, size)):
            i = np.int64(agents.users[agents.user_ptr[k] + (start + e * step) % size])
            lot = relax_agent(i, t, agents)
            agents.mood[i, L.SAT_DEV] -= dent
            agents.memory[slot, i] |= L.HIT_BIT
            pull(i, topic, stance, force, lot, agents, rules, consolidation)


@kernel()
def repair_users(key, persons, share_from, share_to, gain, close, slot, t, agents):  # type: ignore[no-untyped-def]
    """Repair the dent of part of the users that :func:`hit_users` hit with the same key and persons.

    Of each segment's users hit, those between the shares ``share_from`` and ``share_to`` get ``gain`` of their
    dent back; with ``close`` above 0 they also stop talking about the thread, unless that is closed (``slot`` -1).
    """
    for k in range(agents.weight.shape[0]):
        size = agents.user_ptr[k + 1] - agents.user_ptr[k]
        if size == 0 or persons[k] <= 0.0:
            continue
        start, step = user_walk(key, k, size)
        offset = unit(hash3(key, k, 3))
        n = min(size, np.int64(math.floor(persons[k] / agents.weight[k] + offset)))
        lo = np.int64(math.floor(share_from * n + offset))
        hi = np.int64(math.floor(share_to * n + offset))
        for e in range(lo, min(hi, n)):
            i = np.int64(agents.users[agents.user_ptr[k] + (start + e * step) % size])
            relax_agent(i, t, agents)
            if agents.mood[i, L.SAT_DEV] < 0.0:
                agents.mood[i, L.SAT_DEV] *= 1.0 - gain
            if close > 0.0 and slot >= 0:
                agents.memory[slot, i] |= L.CLOSED_BIT


@kernel()
def take_part(key, persons, topic, stance, force, lift, slot, t, agents, rules, consolidation, tallies):  # type: ignore[no-untyped-def]
    """Let ``persons[k]`` persons of each segment take part in an event: strong, lasting, first-hand."""
    for k in range(agents.weight.shape[0]):
        size = agents.slot_ptr[k + 1] - agents.slot_ptr[k]
        if persons[k] <= 0.0:
            continue
        start = np.int64(unit(hash3(key, k, 1)) * size)
        step = coprime_step(hash3(key, k, 2), size)
        luck = hash3(key, k, 6)
        n = np.int64(math.floor(persons[k] / agents.weight[k] + unit(hash3(key, k, 3))))
        for e in range(min(n, size)):
            place = (start + e * step) % size
            drawn = np.int64(mix64(luck + np.uint64(e) * STEP) >> _TO_LOT)
            i = holder(agents.slots, agents.slot_ptr[k], size, place, drawn)
            lot = relax_agent(i, t, agents)
            pull(i, topic, stance, force, lot, agents, rules, consolidation)
            if note_item(i, agents):
                tallies.reached[k] += agents.weight[k]
            tallies.exposures[k] += agents.weight[k]
            become_aware(i, rules.aware_gain, lot, agents)
            come_to_trust(i, rules.trust_gain, agents)
            if agents.user[i]:
                agents.mood[i, L.SAT_DEV] += lift
            memory = agents.memory[slot, i]
            if memory & L.SEEN_MASK == 0:
                memory += np.uint8(1)
            agents.memory[slot, i] = memory
