"""Walks: keyed orders in which an item visits the places of its source's audience, one addition a step.

A source reaches a fixed subset of a segment's places in the activity table; an item visits that subset in an order of
its own. Both are permutations ``n -> start + n * step`` modulo a size to which the step is coprime, so that nobody is
met twice before all have been met once.

What is permuted are *blocks* of places, counted from a random place of the source. Those of a block belong to agents
who lie side by side in memory and have nothing else in common, and are visited one after the other, from an item's own
place in the block on: so memory is read in pieces and not at random. A segment has thousands of blocks, or blocks of
one place, so that two sources have as many in common as by chance.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from prsim.spread import layout as L
from prsim.spread.compiled import kernel, prefetch_read
from prsim.spread.draws import hash3, mix64
from prsim.spread.places import MOST_IN_BLOCK, PLACE_BITS, STEP, cell_at_place, draw, side_by_side
from prsim.spread.vector_code import INTS, MANY, eight_at, spread

_UNIT53 = 2.0**-53
_DROP = np.uint64(11)
_DROP_TO_31 = np.uint64(33)
_LOT_BITS = np.uint64(PLACE_BITS)
FETCHED = 4  # blocks whose cells are asked for ahead, that of the next visit among them


@kernel()
def unit(x: np.uint64) -> float:
    """Uniform in [0, 1) from 64 bits."""
    return np.float64(x >> _DROP) * _UNIT53


@kernel(entry=False)
def origin_of(bits):  # type: ignore[no-untyped-def]
    """What an exposure comes of, as a number of 31 bits of the 64 that drew it.

    A visit of a walk, a place among those who get an answer, or the exposure that caused it, and never a moment: the
    same exposure half an hour later has the same luck.
    """
    return np.int32(bits >> _DROP_TO_31)


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


@kernel(inlined=True)
def enter_block(w, block):  # type: ignore[no-untyped-def]
    """Find out how many places of the block that a walk has come to are visited, and with which it begins."""
    limit = w[L.LAST] if w[L.INNER] == w[L.SUBSET] - 1 else block
    w[L.LIMIT] = w[L.LEFT] = limit
    w[L.WITHIN] = min(w[L.TURN], limit - 1)
    w[L.LOTS] = np.int64(mix64(np.uint64(w[L.LUCK])))


@kernel(inlined=True)
def block_after(w, inner, at):  # type: ignore[no-untyped-def]
    """Return which of the source's blocks a walk comes to after its block ``inner``, and which of all blocks that is.

    ``at`` says which of all blocks ``inner`` is.
    """
    inner, at = inner + w[L.STEP], at + w[L.BLOCK_STEP]
    if inner >= w[L.SUBSET]:
        inner -= w[L.SUBSET]
        at -= w[L.BLOCK_WRAP]
    if at >= w[L.BLOCKS]:
        at -= w[L.BLOCKS]
    elif at < 0:
        at += w[L.BLOCKS]
    return inner, at


@kernel(inlined=True)
def place_at(w, number, size):  # type: ignore[no-untyped-def]
    """Place that a source has at this number: it counts from a place of its own."""
    place = number + w[L.SHIFT]
    return place - size if place >= size else place


@kernel(inlined=True)
def fetch_block(w, at, lo, size, block, cells):  # type: ignore[no-untyped-def]
    """Have the cells of a source's block fetched, of a segment with ``size`` places from ``lo`` on."""
    first = cell_at_place(lo, size, place_at(w, at * block, size))
    prefetch_read(cells, first)
    prefetch_read(cells, min(first + block, cells.shape[0]) - 1)


@kernel(inlined=True)
def blocks_to_come(w, many, block):  # type: ignore[no-untyped-def]
    """How many blocks a walk comes to after the one it is in, in ``many`` visits."""
    return (max(many - w[L.LEFT], 0) + block - 1) // block


@kernel(inlined=True)
def fetch_first_blocks(w, many, lo, size, block, cells):  # type: ignore[no-untyped-def]
    """Have the cells of the first blocks fetched to which the next ``many`` visits of a walk come."""
    inner, at = w[L.INNER], w[L.BLOCK]
    for _ in range(min(blocks_to_come(w, many, block) + 1, FETCHED)):
        fetch_block(w, at, lo, size, block, cells)
        inner, at = block_after(w, inner, at)


@kernel()
def set_walk(w, item_key, source_key, share, slot_size, block, k):  # type: ignore[no-untyped-def]
    """Place the walk of one item at its first visit, in the ``share`` of a segment's places that its source reaches."""
    subset = max(1, min(slot_size, np.int64(math.ceil(share * slot_size))))
    blocks = (slot_size + block - 1) // block
    step = coprime_step(hash3(source_key, k, 4), blocks)
    # so that the last of all blocks, which may have fewer places, is the source's last
    start = (step - 1) % blocks
    some = (subset + block - 1) // block
    w[L.BLOCKS], w[L.SUBSET], w[L.LAST] = blocks, some, subset - (some - 1) * block
    w[L.INNER] = np.int64(unit(hash3(item_key, k, 1)) * some)
    w[L.STEP] = coprime_step(hash3(item_key, k, 2), some)
    w[L.BLOCK] = (start + w[L.INNER] * step) % blocks
    w[L.BLOCK_STEP] = (w[L.STEP] * step) % blocks
    w[L.BLOCK_WRAP] = (some * step) % blocks
    w[L.SHIFT] = np.int64(unit(hash3(source_key, k, 3)) * slot_size)
    w[L.TURN] = np.int64(unit(hash3(item_key, k, 7)) * block)
    w[L.LUCK] = np.int64(hash3(item_key, k, 6))
    enter_block(w, block)


@kernel(entry=False)
def set_walks(walk, offset, item_key, source_key, share, slot_ptr, block):  # type: ignore[no-untyped-def]
    """Place the walks of one item, and draw the offsets of its systematic sampling."""
    for k in range(walk.shape[0]):
        set_walk(walk[k], item_key, source_key, share[k], slot_ptr[k + 1] - slot_ptr[k], block[k], k)
        offset[k] = unit(hash3(item_key, k, 5))


def _name_block(typing_context: Any, luck: Any, origin: Any, at: Any) -> tuple[Any, Any]:
    """Write down what ``MOST_IN_BLOCK`` visits are called (:func:`origin_of`), whose luck goes on in steps."""
    longs = ir.VectorType(ir.IntType(64), MANY)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        luck, origin, at = arguments
        for x in range(0, MOST_IN_BLOCK, MANY):
            ahead = [(x + k) * int(STEP) % 2**64 for k in range(MANY)]
            bits = builder.add(spread(builder, luck), ir.Constant(longs, ahead))
            name = builder.trunc(builder.lshr(bits, ir.Constant(longs, [int(_DROP_TO_31)] * MANY)), INTS)
            to = builder.add(at, at.type(x))
            builder.store(name, eight_at(context, builder, signature.args[1], origin, to, INTS), align=4)
        return context.get_dummy_value()

    return types.void(types.uint64, origin, types.intp), code


_name_a_block: Any = intrinsic(_name_block)


@kernel(inlined=True)
def meet(w, first, many, left, lo, size, block, cells, agent, origin):  # type: ignore[no-untyped-def]
    """Visit the next ``many`` places of a segment whose ``size`` places begin at ``lo``, ``left`` being still to come.

    Writes down, from ``first`` on, the agent who has a lot drawn of each place, and what that visit is called. The
    cells of the first blocks have been fetched (:func:`fetch_first_blocks`), those of the others are in time. There
    must be room for ``MOST_IN_BLOCK`` visits more: what is written there means nothing.
    """
    done, following = 0, blocks_to_come(w, left, block) + 1 - FETCHED
    inner, ahead = w[L.INNER], w[L.BLOCK]
    if following > 0:
        for _ in range(FETCHED - 1):
            inner, ahead = block_after(w, inner, ahead)
    while done < many:
        at = place_at(w, w[L.BLOCK] * block + w[L.WITHIN], size)
        some = min(many - done, w[L.LEFT], w[L.LIMIT] - w[L.WITHIN], side_by_side(at, size))
        luck, lots = np.uint64(w[L.LUCK]), np.uint64(w[L.LOTS])
        draw(at, some, lo, size, cells, lots, agent, first + done)
        _name_a_block(luck, origin, first + done)
        w[L.LUCK] = np.int64(luck + np.uint64(some) * STEP)
        w[L.LOTS] = np.int64((lots >> (_LOT_BITS * np.uint64(some - 1))) >> _LOT_BITS)
        w[L.WITHIN] = w[L.WITHIN] + some if w[L.WITHIN] + some < w[L.LIMIT] else 0
        w[L.LEFT] -= some
        if w[L.LEFT] == 0:
            w[L.INNER], w[L.BLOCK] = block_after(w, w[L.INNER], w[L.BLOCK])
            enter_block(w, block)
            if following > 0:
                inner, ahead = block_after(w, inner, ahead)
                fetch_block(w, ahead, lo, size, block, cells)
                following -= 1
        done += some
