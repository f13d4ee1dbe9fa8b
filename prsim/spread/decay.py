"""Lazy decay: the state of an agent is brought up to date when it is looked at, and only then.

Time is counted in whole minutes, so that what is left of a deviation is the product of two table rows, and looking
more often changes nothing.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.compiled import kernel
from prsim.spread.draws import mix64
from prsim.spread.topics import relax_topics

FINE = 512  # min, rows of the fine table
_FINE_BITS = np.int64(9)
_FINE_MASK = np.int64(FINE - 1)
_LN2 = math.log(2.0)
_HALF = np.int64(32)
_PER_SHARE = np.float32(1.0 / L.SHARE)
_ODD = np.uint64(0x9E3779B97F4A7C15)
_TOP_24 = np.uint64(40)
_UNIT24 = np.float32(2.0**-24)


@kernel(inlined=True)
def halved(dt: float, half_life: float) -> float:
    """What is left of one after ``dt`` at this half-life."""
    return math.exp(-_LN2 * dt / half_life)


@kernel(inlined=True)
def minute_of(t):  # type: ignore[no-untyped-def]
    """Whole minutes at ``t`` hours."""
    return np.int64(t * 60.0 + 1e-6)


def decay_tables(rules: L.Rules) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what is left after 0 … 511 minutes and after multiples of 512 minutes, float32[..., DECAY_WIDTH]."""
    half_lives = np.full(L.DECAY_WIDTH, np.inf)
    for column, hours in (
        (L.DECAY_UP, rules.half_life_positive),
        (L.DECAY_DOWN, rules.half_life_negative),
        (L.DECAY_LOAD, rules.load_half_life),
        (L.DECAY_TRUST, rules.trust_half_life),
        (L.DECAY_AWARE, rules.aware_half_life),
        (L.DECAY_WEARY, rules.fatigue_half_life),
        (L.DECAY_SAT, rules.sat_half_life),
    ):
        half_lives[column] = 60.0 * hours
    rows = int(rules.horizon * 60.0) // FINE + 2
    fine = np.exp2(-np.arange(FINE)[:, None] / half_lives)
    coarse = np.exp2(-FINE * np.arange(rows)[:, None] / half_lives)
    return fine.astype(np.float32), coarse.astype(np.float32)


@kernel(inlined=True)
def by_lot(x, lot):  # type: ignore[no-untyped-def]
    """A share in whole units, rounded up with the probability of the fraction; never beyond the whole.

    Next to 65,535 single precision has steps of 1/128, so that a whole and a lot just below one are rounded to 65,536.
    """
    return np.uint16(min(np.int32(x * np.float32(L.SHARE) + lot), np.int32(L.SHARE)))


@kernel(inlined=True)
def share_of(x):  # type: ignore[no-untyped-def]
    """The share that so many units are."""
    return np.float32(x) * _PER_SHARE


@kernel(inlined=True)
def fraction(luck):  # type: ignore[no-untyped-def]
    """A uniform draw in [0, 1) of 24 bits, float32, for rounding by lot."""
    return np.float32(np.int32((luck * _ODD) >> _TOP_24)) * _UNIT24


@kernel(inlined=True)
def relax(i, minute, lot, agents):  # type: ignore[no-untyped-def]
    """Bring the state of agent ``i`` up to a minute; its satisfaction keeps a time of its own."""
    w, h = np.uint64(i * L.WORDS), np.uint64(i * L.HALVES)
    touched = np.int64(agents.times[w + np.uint64(L.W_TOUCHED)])
    dt = minute - touched
    if dt <= 0:
        return
    agents.times[w + np.uint64(L.W_TOUCHED)] = np.uint32(minute)
    a, b = agents.coarse[np.uint64(dt >> _FINE_BITS)], agents.fine[np.uint64(dt & _FINE_MASK)]
    up, down = a[L.DECAY_UP] * b[L.DECAY_UP], a[L.DECAY_DOWN] * b[L.DECAY_DOWN]
    relax_topics(agents.halves, i * L.HALVES, up, down, lot)
    agents.words[w + np.uint64(L.W_LOAD)] *= a[L.DECAY_LOAD] * b[L.DECAY_LOAD]
    agents.words[w + np.uint64(L.W_WEARY)] *= a[L.DECAY_WEARY] * b[L.DECAY_WEARY]
    trust0 = share_of(agents.shares[h + np.uint64(L.H_TRUST0)])
    trust = agents.words[w + np.uint64(L.W_TRUST)]
    agents.words[w + np.uint64(L.W_TRUST)] = trust0 + (trust - trust0) * (a[L.DECAY_TRUST] * b[L.DECAY_TRUST])
    aware0 = agents.aware0[np.uint64(agents.bytes[np.uint64(i * L.BYTES + L.B_SEGMENT)])]
    aware = share_of(agents.shares[h + np.uint64(L.H_AWARE)])
    aware = aware0 + (aware - aware0) * (a[L.DECAY_AWARE] * b[L.DECAY_AWARE])
    agents.shares[h + np.uint64(L.H_AWARE)] = by_lot(aware, lot)


@kernel(inlined=True)
def relax_agent(i, t, agents):  # type: ignore[no-untyped-def]
    """Bring the state of agent ``i``, satisfaction included, up to time ``t`` (h); return a lot for rounding."""
    minute = minute_of(t)
    lot = fraction(mix64(np.uint64((np.int64(i) << _HALF) ^ minute)))
    relax(np.int64(i), minute, lot, agents)
    dt = minute - np.int64(agents.mood[i, L.SAT_T])
    if dt > 0:
        agents.mood[i, L.SAT_T] = np.float32(minute)
        agents.mood[i, L.SAT_DEV] *= (
            agents.coarse[dt >> _FINE_BITS, L.DECAY_SAT] * agents.fine[dt & _FINE_MASK, L.DECAY_SAT]
        )
    return lot


@kernel(inlined=True)
def become_aware(i, gain, lot, agents):  # type: ignore[no-untyped-def]
    """Raise the awareness of agent ``i`` by ``gain`` of what is missing."""
    at = np.uint64(i * L.HALVES + L.H_AWARE)
    aware = share_of(agents.shares[at])
    agents.shares[at] = by_lot(aware + np.float32(gain) * (np.float32(1.0) - aware), lot)


@kernel(inlined=True)
def come_to_trust(i, push, agents):  # type: ignore[no-untyped-def]
    """Raise the trust of agent ``i`` by ``push`` of what is missing, or where negative lower it by that much of it."""
    at = np.uint64(i * L.WORDS + L.W_TRUST)
    trust = agents.words[at]
    agents.words[at] = trust + np.float32(push) * (np.float32(1.0) - trust if push > 0.0 else trust)


@kernel(inlined=True)
def note_item(i, agents):  # type: ignore[no-untyped-def]
    """Count an item of the brand; return whether it was the agent's first."""
    at = np.uint64(i * L.BYTES + L.B_SEEN)
    seen = agents.bytes[at]
    if seen < 255:
        agents.bytes[at] = seen + np.uint8(1)
    return seen == 0
