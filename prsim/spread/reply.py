"""An answer finds those who had met the story."""

from __future__ import annotations

import numpy as np

from prsim.spread import layout as L
from prsim.spread.calendar import PER_H, put
from prsim.spread.compiled import kernel
from prsim.spread.draws import hash3
from prsim.spread.kernels import reaction_cdf, reaction_delay
from prsim.spread.rhythm import clock_after
from prsim.spread.walks import origin_of, unit

_MET = np.uint8(L.SEEN_MASK | L.HIT_BIT)
_TOGETHER = 64  # agents looked at together: as a rule none of them has met the thread


@kernel()
def reply_to_aware(  # type: ignore[no-untyped-def]
    key, story, place, slot, t, reach, agents, queue, channels, rules, tick_h, si, first=0
):  # fmt: skip
    """Queue the answer for ``reach`` of the agents from ``first`` on that had met the thread in memory ``slot``.

    When each sees it follows the reaction-time kernel and the platform's rhythm. Returns the agent at which the queue
    was full, the number of agents when all have been told.
    """
    flat = reaction_cdf(24.0, rules.delay_flat, rules.delay_exponent)
    thread = si[story, L.THREAD]
    memory, many = agents.memory[slot], agents.seg.shape[0]
    for start in range(first, many, _TOGETHER):
        end, together = min(start + _TOGETHER, many), np.uint8(0)
        for i in range(start, end):
            together |= memory[np.uint64(i)]
        if together & _MET == 0:
            continue
        for i in range(start, end):
            if memory[i] & _MET == 0:
                continue
            bits = hash3(key, i, 0)
            if unit(bits) >= reach:
                continue
            wait = reaction_delay(unit(hash3(bits, 1, 1)) * flat, rules.delay_flat, rules.delay_exponent)
            due = clock_after(channels.clock, channels.hours, place, t, wait)
            if due >= rules.horizon:
                continue
            tick, when = np.int64(due / tick_h + 1e-9), np.int64(due * PER_H)
            if not put(queue, tick, i, agents.seg[i], story, place, 1.0, when, origin_of(bits)):
                return i
            queue.live[thread] += 1
    return many
