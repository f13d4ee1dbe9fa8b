"""Walks: keyed orders in which an item visits the places of its source's audience, one addition a step.

A source reaches a fixed subset of a segment's places in the activity table; an item visits that subset in an order of
its own. Both are permutations ``n -> start + n * step`` modulo a size to which the step is coprime, so that nobody is
met twice before all have been met once.
"""

from __future__ import annotations

import math

import numpy as np

from prsim.spread import layout as L
from prsim.spread.compiled import kernel
from prsim.spread.draws import hash3
from prsim.spread.places import STEP, lot_of

_UNIT53 = 2.0**-53
_DROP = np.uint64(11)


@kernel()
def unit(x: np.uint64) -> float:
    """Uniform in [0, 1) from 64 bits."""
    return np.float64(x >> _DROP) * _UNIT53


@kernel()
def coprime_step(x, size):  # type: ignore[no-untyped-def]
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
        step = step + 1 if step + 1 < size else np.int64(1)


@kernel()
def set_walk(w, item_key, source_key, share, slot_size, k):  # type: ignore[no-untyped-def]
    """Place the walk of one item at its first visit, in the ``share`` of a segment's places that its source reaches."""
    subset = max(1, min(slot_size, np.int64(math.ceil(share * slot_size))))
    start = np.int64(unit(hash3(source_key, k, 3)) * slot_size)
    step = coprime_step(hash3(source_key, k, 4), slot_size)
    w[L.SUBSET] = subset
    w[L.INNER] = np.int64(unit(hash3(item_key, k, 1)) * subset)
    w[L.STEP] = coprime_step(hash3(item_key, k, 2), subset)
    w[L.PLACE] = (start + w[L.INNER] * step) % slot_size
    w[L.PLACE_STEP] = (w[L.STEP] * step) % slot_size
    w[L.PLACE_WRAP] = (subset * step) % slot_size
    w[L.LUCK] = np.int64(hash3(item_key, k, 6))


@kernel(entry=False)
def set_walks(walk, offset, item_key, source_key, share, slot_ptr):  # type: ignore[no-untyped-def]
    """Place the walks of one item, and draw the offsets of its systematic sampling."""
    for k in range(walk.shape[0]):
        set_walk(walk[k], item_key, source_key, share[k], slot_ptr[k + 1] - slot_ptr[k], k)
        offset[k] = unit(hash3(item_key, k, 5))


@kernel(inlined=True)
def visit(w, slot_size):  # type: ignore[no-untyped-def]
    """Return the place to visit, ``0 .. slot_size - 1``, and go on to the next."""
    here = w[L.PLACE]
    w[L.INNER] += w[L.STEP]
    place = here + w[L.PLACE_STEP]
    if w[L.INNER] >= w[L.SUBSET]:
        w[L.INNER] -= w[L.SUBSET]
        place -= w[L.PLACE_WRAP]
    if place >= slot_size:
        place -= slot_size
    elif place < 0:
        place += slot_size
    w[L.PLACE] = place
    return here


@kernel(inlined=True)
def draw_lot(w, slot_lo, slot_size):  # type: ignore[no-untyped-def]
    """Visit the next place of a segment whose places begin at ``slot_lo`` and return a lot drawn of it."""
    luck = np.uint64(w[L.LUCK])
    w[L.LUCK] = np.int64(luck + STEP)
    return lot_of(slot_lo + visit(w, slot_size), luck, 0)
