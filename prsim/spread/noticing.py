"""Who notices what it is exposed to, and takes it in: piece by piece, a bit for each exposure.

Most exposures are not noticed. So the few that are, are found eight at a time, and only who takes something in is
looked for among the exposures after it: what comes of these was worked out before, and is worked out again.
"""

from __future__ import annotations

import numpy as np

from prsim.spread import layout as L
from prsim.spread.compiled import kernel
from prsim.spread.exposure import take_in, work_out_again
from prsim.spread.vectors import above_zero, equal_to, lowest

_CHANGE = np.int64(L.CHANGES - 1)
_NONE, _ONE, _ALL = np.uint64(0), np.uint64(1), np.uint64(2**64 - 1)


@kernel(inlined=True)
def bits_from(at, many):  # type: ignore[no-untyped-def]
    """``many`` bits that are set, at most 64, from place ``at`` on."""
    return (_ALL >> np.uint64(L.BATCH - many)) << np.uint64(at)


@kernel(inlined=True)
def who_notices(many, where, batch):  # type: ignore[no-untyped-def]
    """Which exposures of a piece are noticed, a bit each."""
    above, noticed = batch.met[where], _NONE
    for x in range(0, L.BATCH, L.LANES):
        noticed |= above_zero(above, x) << np.uint64(x)
    return noticed & bits_from(0, many)


@kernel(inlined=True)
def met_by(i, first, batch):  # type: ignore[no-untyped-def]
    """Which exposures of a piece are of agent ``i``, a bit each."""
    same = _NONE
    for x in range(0, L.BATCH, L.LANES):
        same |= equal_to(batch.agent, first + x, i) << np.uint64(x)
    return same


@kernel(inlined=True)
def changed_since(begun, now, first, many, batch):  # type: ignore[no-untyped-def]
    """Which exposures of the ``now``-th piece are of agents who may have changed since it was ``begun``, a bit each.

    Both are numbers of pieces taken in; some agents share a mark.
    """
    stale = _NONE
    for k in range(many if begun + 1 < now else 0):
        mark = np.uint64(np.int64(batch.agent[np.uint64(first + k)]) & _CHANGE)
        stale |= np.uint64(batch.changed[mark] > begun) << np.uint64(k)
    return stale


@kernel(inlined=True)
def notice(  # type: ignore[no-untyped-def]
    first, at, part, noticed, stale, run, story, now, where, x, batch, stories, threads, weary, agents, rules, lookups,
    rest,
):  # fmt: skip
    """Let those who notice their exposure take it in, of ``part`` in the places from ``at`` on; ``x`` is their cell.

    ``noticed`` says which do, ``stale`` which are worked out again, as their agent may have changed since that was
    done. The piece is the ``now``-th to be taken in. Returns what is stale by then.
    """
    met, new, effects, above = 0, 0, batch.effects[where], batch.met[where]
    here = bits_from(at, part)
    left = (noticed | stale) & here
    while left != _NONE:
        k = lowest(left)
        bit = _ONE << np.uint64(k)
        left ^= bit
        e, row = np.uint64(first + k), np.uint64(k) * np.uint64(L.ROW)
        if stale & bit != _NONE:
            work_out_again(np.int64(e), run, batch, where, k, rest)
        if above[np.uint64(k)] > np.float32(0.0):
            i = batch.agent[e]
            new += take_in(e, effects, row, story, batch, stories, threads, weary, agents, rules, lookups)
            met += 1
            batch.changed[np.uint64(np.int64(i) & _CHANGE)] = now
            twice = met_by(i, first, batch) & (_ALL << np.uint64(k) << _ONE)
            stale |= twice
            left |= twice & here
    batch.cells[x + L.CELL_MET] += met
    batch.cells[x + L.CELL_FIRST] += new
    return stale
