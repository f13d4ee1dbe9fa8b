"""What exposures come to, several at a time: plain arithmetic over columns, without a branch.

It goes in stages, each a short loop over a piece: in one long loop a core waits for each result before the next. What
does not belong to it can be done in between.
"""

from __future__ import annotations

import numpy as np

from prsim.spread import layout as L
from prsim.spread.calendar import MINUTE_BITS
from prsim.spread.compiled import kernel
from prsim.spread.decay import share_of
from prsim.spread.single import LOG2_E, exp2, normal_cdf

STAGES = 6
_PER_UNIT = np.float32(1.0 / L.UNIT)
_SHARE, _BYTE = np.int32(L.SHARE), np.int32(255)
_KNOWN = np.int32(int(L.SEEN_MASK) | int(L.HIT_BIT))
_MINUTE_BITS = np.int32(MINUTE_BITS)


@kernel(inlined=True, vector=True)
def let_time_pass(places, c, m, sink, rise, calm, unload, recover):  # type: ignore[no-untyped-def]
    """What is left of the state when the story comes."""
    zero = np.float32(0.0)
    for x in range(places):
        e = np.uint64(x)
        minute = np.int32(m[L.M_WHEN + e] >> _MINUTE_BITS) - np.int32(m[L.M_TOUCHED + e])
        age = np.float32(max(np.int32(minute), np.int32(0)))
        base = np.float32(m[L.M_BASE + e]) * _PER_UNIT
        off = np.float32(m[L.M_ATTITUDE + e]) * _PER_UNIT - base
        c[L.C_BEFORE + e] = base + off * exp2(age * (sink if off > zero else rise))
        trust0 = share_of(np.int32(m[L.M_TRUST0 + e] & _SHARE))
        c[L.C_TRUST + e] = trust0 + (c[L.C_TRUST + e] - trust0) * exp2(age * calm)
        c[L.C_LOAD + e] *= exp2(age * unload)
        c[L.C_WEARY + e] *= exp2(age * recover)


@kernel(inlined=True, vector=True)
def notice_and_hear(places, c, m, per_capacity):  # type: ignore[no-untyped-def]
    """Whether it is noticed, and what is heard; products where a choice would be a branch."""
    one = np.float32(1.0)
    for x in range(places):
        e = np.uint64(x)
        same = np.float32(m[L.M_FLAGS + e] & _BYTE == m[L.M_FORMAT + e])
        tired = (one + c[L.C_LOAD + e] * per_capacity) * (one + c[L.C_WEARY + e] * same)
        notice = min(one, c[L.C_FIT + e] / tired)
        c[L.C_NOTICE + e] = notice
        c[L.C_MET + e] = notice * c[L.C_MASS + e] - (np.float32(m[L.M_LUCK + e]) + np.float32(0.5))
        naive = np.float32(m[L.M_MEMORY + e] & _KNOWN == np.int32(0))
        aware = one - naive
        heard, told = L.C_SAID + e, L.C_SAID_NAIVE + e
        c[L.C_STANCE + e] = c[told + L.SAID_STANCE] * naive + c[heard + L.SAID_STANCE] * aware
        weak = c[told + L.SAID_FORCE] * naive + c[heard + L.SAID_FORCE] * aware
        full = c[told + L.SAID_TRUSTED] * naive + c[heard + L.SAID_TRUSTED] * aware
        c[L.C_FORCE + e] = (weak + full * c[L.C_TRUST + e]) * c[L.C_REPEAT + e]
        share = c[told + L.SAID_SHARE] * naive + c[heard + L.SAID_SHARE] * aware
        c[L.C_SHARE + e] = share * c[L.C_BOOST + e]


@kernel(inlined=True, vector=True)
def be_moved(places, c, per_width):  # type: ignore[no-untyped-def]
    """How far the attitude moves: :func:`prsim.spread.kernels.bounded_pull` in single precision."""
    zero = np.float32(0.0)
    one = np.float32(1.0)
    for x in range(places):
        e = np.uint64(x)
        before, effect, force = c[L.C_BEFORE + e], c[L.C_EFFECT + e], c[L.C_FORCE + e]
        gap = c[L.C_STANCE + e] - before
        far = gap * per_width
        drawn = effect * min(force, one) * exp2(-far * far * LOG2_E) * gap
        weakened = effect * force * max(before, zero)
        step = drawn if effect > zero else weakened
        c[L.C_STEP + e] = step
        c[L.C_AFTER + e] = min(one, max(-one, before + step))


@kernel(inlined=True, vector=True)
def pass_on(places, c, per_align):  # type: ignore[no-untyped-def]
    """Who passes it on."""
    most = np.float32(0.5)
    for x in range(places):
        e = np.uint64(x)
        far = (c[L.C_STANCE + e] - c[L.C_AFTER + e]) * per_align
        share = min(c[L.C_SHARE + e] * exp2(-far * far * LOG2_E), most)
        c[L.C_SHARE + e] = share
        c[L.C_SHARERS + e] = c[L.C_PERSONS + e] * c[L.C_NOTICE + e] * share


@kernel(inlined=True, vector=True)
def speak(places, c, half, narrow):  # type: ignore[no-untyped-def]
    """How own posts are heard."""
    for x in range(places):
        e = np.uint64(x)
        after = c[L.C_AFTER + e]
        c[L.C_NEGATIVE + e] = normal_cdf((-half - after) * narrow)
        c[L.C_POSITIVE + e] = normal_cdf((after - half) * narrow)


@kernel(inlined=True, vector=True)
def cause(places, c, ugc_share):  # type: ignore[no-untyped-def]
    """What that causes."""
    for x in range(places):
        e = np.uint64(x)
        negative, positive, sharers = c[L.C_NEGATIVE + e], c[L.C_POSITIVE + e], c[L.C_SHARERS + e]
        public = c[L.C_AUDIENCE + e] * c[L.C_SEEN_PUBLIC + e]
        own = ugc_share * sharers
        critical = own * negative / max(negative + positive, np.float32(1e-9))
        c[L.C_NEGATIVE + e] = own * negative
        c[L.C_POSITIVE + e] = own * positive
        c[L.C_CRITICAL + e] = critical * public
        c[L.C_SUPPORTIVE + e] = (own - critical) * public
        c[L.C_PUBLIC + e] = (sharers - own) * public
        c[L.C_CHAT + e] = sharers * c[L.C_CONTACTS + e] * c[L.C_SEEN_CHAT + e]


@kernel(inlined=True, vector=True)
def respond(stage, many, c, m, numbers):  # type: ignore[no-untyped-def]
    """Work out a stage of what ``many`` exposures in the columns come to; all stages are to be done, in order.

    ``numbers`` holds one over the width of confidence and of alignment, the share of own posts, half and one over the
    spread of what is heard, one over the capacity, and how fast what decays does (attitudes above and below the
    baseline, load, trust, weariness), as minus one over the half-lives in minutes.
    """
    per_width, per_align, ugc_share, half, narrow, per_capacity, sink, rise, unload, calm, recover = numbers
    places = (min(many, L.BATCH) + L.LANES - 1) // L.LANES * L.LANES
    if stage == 0:
        let_time_pass(places, c, m, sink, rise, calm, unload, recover)
    elif stage == 1:
        notice_and_hear(places, c, m, per_capacity)
    elif stage == 2:
        be_moved(places, c, per_width)
    elif stage == 3:
        pass_on(places, c, per_align)
    elif stage == 4:
        speak(places, c, half, narrow)
    else:
        cause(places, c, ugc_share)
