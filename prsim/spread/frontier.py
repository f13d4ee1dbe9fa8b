"""The frontier of a cascade in memory order: who has been reached, one bit a node, and who has yet to tell.

A cascade on a large graph waits for memory, not for arithmetic. So the marks are bits (a million nodes are 125 kB,
which stay in the second-level cache); the rows of those who tell are asked for ahead, in the order in which they lie
in memory; the draws of a row are made together, which the compiler does several at a time; and no branch depends on
a draw, for the processor could not guess it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prsim.spread.compiled import kernel, njit, prefetch_read
from prsim.spread.draws import hash3
from prsim.spread.textbook import Floats, Ids, Offsets, Singles

type Bits = NDArray[np.uint64]

#: Edges whose draws are made together; a longer row is cut.
BLOCK = 256
#: Room for targets that were told but not yet looked at.
PENDING = 4 * BLOCK

_ONE = np.uint64(1)
_WORD = np.uint64(6)
_PLACE = np.uint64(63)
_DROP_TO_53 = np.uint64(11)
_PAIRS = np.uint64(0x5555555555555555)
_NIBBLES = np.uint64(0x3333333333333333)
_BYTES = np.uint64(0x0F0F0F0F0F0F0F0F)
_SUM = np.uint64(0x0101010101010101)


@njit(inline="always", cache=True)
def words(nodes: int) -> int:
    """Return how many words hold one bit per node."""
    return (nodes + 63) // 64


@njit(inline="always", cache=True)
def _trailing_zeros(x: np.uint64) -> np.uint64:
    """Return the place of the lowest bit of `x`, which has one: the number of ones below it."""
    x = (x & (~x + _ONE)) - _ONE
    x = x - ((x >> _ONE) & _PAIRS)
    x = (x & _NIBBLES) + ((x >> np.uint64(2)) & _NIBBLES)
    x = (x + (x >> np.uint64(4))) & _BYTES
    return np.uint64((x * _SUM) >> np.uint64(56))


@kernel()
def look_ahead(
    indptr: Offsets, indices: Ids, per_edge: Floats | Singles, reached: Ids, i: int, tail: int
) -> None:
    """Ask for the rows of those who tell soon after ``reached[i]``.

    `per_edge` is as long as `indices`, or empty or one number and not asked for.
    """
    if i + 16 < tail:
        prefetch_read(indptr, reached[i + 16])
    if i + 8 < tail:
        first = indptr[reached[i + 8]]
        prefetch_read(indices, first)
        prefetch_read(indices, first + 16)  # a row of usual length ends in the next line
        if per_edge.shape[0] > 1:
            prefetch_read(per_edge, first)
            prefetch_read(per_edge, first + 8)
            prefetch_read(per_edge, first + 16)


@kernel()
def draw_row(key: np.uint64, first: int, count: int, run: int, draws: Bits) -> None:
    """Put the 53 bits of ``uniform(key, first + j, run)`` into ``draws[j]``, for all j below `count`."""
    for j in range(count):
        draws[j] = hash3(key, first + j, run) >> _DROP_TO_53


@kernel()
def join(told: Ids, count: int, marks: Bits, reached: Ids, tail: int) -> int:
    """Put those of ``told[:count]`` who were not yet reached behind `reached` and return how many these are now.

    `reached` has one place more than there are nodes, for it is written before it is known whether it counts.
    """
    for j in range(count):
        place = np.uint64(told[j])
        word = marks[place >> _WORD]
        seen = (word >> (place & _PLACE)) & _ONE
        marks[place >> _WORD] = word | (_ONE << (place & _PLACE))
        reached[tail] = told[j]
        tail += int(_ONE - seen)
    return tail


@njit(cache=True)
def arrange(reached: Ids, head: int, end: int, bits: Bits, sort: bool) -> None:
    """Sort ``reached[head:end]``, whose nodes differ, if `sort` or if it pays; `bits` is all zeros before and after."""
    if (end - head) * 4 < bits.shape[0]:
        if sort:
            reached[head:end].sort()
        return
    for i in range(head, end):
        place = np.uint64(reached[i])
        bits[place >> _WORD] |= _ONE << (place & _PLACE)
    for i in range(bits.shape[0]):
        left = bits[i]
        bits[i] = 0
        while left != 0:
            reached[head] = np.int64(_trailing_zeros(left)) + 64 * i
            left &= left - _ONE
            head += 1
