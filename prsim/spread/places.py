"""The activity table: a lottery in which an agent has as many lots as it is active.

Every agent owns a *cell* of ``LOTS`` lots. Who has fewer lots than that keeps the first of its own cell and leaves the
rest of it to one agent that has more (the alias method of Walker 1977 and Vose 1991, with whole numbers). A lot is
therefore resolved with one look at one number of 32 bits: how many lots of its cell the owner keeps, and who has the
others. Every agent has at least one lot, so nobody is out of reach.

An item walks over *places* of ``PLACE`` lots, two of them to a cell (see :mod:`prsim.spread.walks`), and draws a lot
of each place anew at every visit. So a source reaches the same places again and again, and an item meets each agent in
proportion to its lots.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from prsim.spread.compiled import kernel, njit
from prsim.spread.vector_code import INTS, MANY, eight_at, spread

__all__ = [
    "LOTS",
    "MOST_AGENTS",
    "PLACE",
    "PLACES",
    "blocks_of",
    "cell_at_place",
    "fill_cells",
    "holder",
    "lots_of",
    "occupant",
    "plain_cells",
]

LOTS = 32  # lots of a cell
PLACES = 2  # places of a cell
PLACE = LOTS // PLACES  # lots of a place
MOST_AGENTS = 2**26  # numbers that find room beside the lots that the owner keeps
_AGENT_BITS = 26
_AGENT = MOST_AGENTS - 1
_LOT_BITS = 5
_WITHIN = LOTS - 1
_GIVERS = 64  # who take turns to fill cells: neighbouring cells have others of different agents
MANY_BLOCKS = 4096  # of a segment
MOST_IN_BLOCK = 16  # places of a block
STEP = np.uint64(0x9E3779B97F4A7C15)  # of a walk's luck from visit to visit
_LOT = np.uint64(PLACE - 1)
PLACE_BITS = 4  # which say which of the lots of a place is drawn


@kernel(inlined=True)
def cell_of(lot):  # type: ignore[no-untyped-def]
    """Cell to which a lot belongs."""
    return np.int64(lot) >> _LOT_BITS


@kernel(inlined=True)
def of_cell(cells, cell, lot):  # type: ignore[no-untyped-def]
    """Agent that has one of the lots of a cell, which count from zero."""
    entry = np.int64(cells[np.uint64(cell)])
    other = entry & _AGENT
    # no branch: a third of them would be guessed wrong, and each would wait for the memory
    return other + (cell - other) * np.int64(lot < (entry >> _AGENT_BITS))


@kernel(inlined=True)
def occupant(cells, lot):  # type: ignore[no-untyped-def]
    """Agent that has a lot."""
    return of_cell(cells, cell_of(lot), lot & _WITHIN)


@kernel(inlined=True)
def cell_at_place(lo, size, place):  # type: ignore[no-untyped-def]
    """Cell of one of the ``size`` places of a segment that begin at ``lo``.

    The first places of all cells come first, then the second ones: who has two places is not met twice in a row.
    """
    cells = size >> 1
    return (lo >> 1) + place - cells * np.int64(place >= cells)


@kernel(inlined=True)
def holder(cells, lo, size, place, luck):  # type: ignore[no-untyped-def]
    """Agent that has a lot drawn of one of ``size`` places from ``lo`` on; ``luck`` is one of the ``PLACE`` lots."""
    second = np.int64(place >= size >> 1)
    return of_cell(cells, cell_at_place(lo, size, place), second * PLACE + luck)


@kernel(inlined=True)
def side_by_side(place, size):  # type: ignore[no-untyped-def]
    """How many of a segment's places from one on belong to cells side by side."""
    half = size >> 1
    return half - place if place < half else size - place


def _draw_block(
    typing_context: Any, cells: Any, first: Any, least: Any, lots: Any, agent: Any, at: Any
) -> tuple[Any, Any]:
    """Write down who has a lot drawn of each of ``MOST_IN_BLOCK`` cells from ``cells[first]`` on, without a branch."""
    whole = ir.IntType(32)

    def eight_of(numbers: Any) -> Any:
        return ir.Constant(INTS, numbers)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        cells, first, least, lots, agent, at = arguments
        kinds = signature.args
        for x in range(0, MOST_IN_BLOCK, MANY):
            cell, to = builder.add(first, first.type(x)), builder.add(at, at.type(x))
            entry = builder.load(eight_at(context, builder, kinds[0], cells, cell, INTS), align=4)
            bits = builder.trunc(builder.lshr(lots, lots.type(PLACE_BITS * x)), whole)
            drawn = builder.lshr(spread(builder, bits), eight_of([PLACE_BITS * k for k in range(MANY)]))
            within = builder.and_(drawn, eight_of([PLACE - 1] * MANY))
            lot = builder.add(within, spread(builder, builder.trunc(least, whole)))
            kept = builder.lshr(entry, eight_of([_AGENT_BITS] * MANY))
            other = builder.and_(entry, eight_of([_AGENT] * MANY))
            own = builder.add(spread(builder, builder.trunc(cell, whole)), eight_of(list(range(MANY))))
            who = builder.select(builder.icmp_signed("<", lot, kept), own, other)
            builder.store(who, eight_at(context, builder, kinds[4], agent, to, INTS), align=4)
        return context.get_dummy_value()

    return types.void(cells, types.intp, types.intp, types.uint64, agent, types.intp), code


_draw_a_block: Any = intrinsic(_draw_block)


@kernel(inlined=True)
def draw(place, many, lo, size, cells, lots, agent, at):  # type: ignore[no-untyped-def]
    """Write down, from ``at`` on, who has a lot drawn of each of ``many`` places side by side, at most a block.

    Of ``lots``, 64 random bits, each place takes the next four. Mostly a whole block is written: there must be room,
    and what is too much means nothing.
    """
    first, least = cell_at_place(lo, size, place), PLACE * np.int64(place >= size >> 1)
    if first + MOST_IN_BLOCK <= cells.shape[0]:
        _draw_a_block(cells, first, least, lots, agent, at)
        return
    for x in range(many):
        lot = np.int64((lots >> np.uint64(PLACE_BITS * x)) & _LOT)
        agent[np.uint64(at + x)] = of_cell(cells, first + x, least + lot)


def blocks_of(place_ptr: NDArray[np.int64], alone: bool) -> NDArray[np.int64]:
    """How many of a segment's places a walk visits one after the other, int64[K].

    As many as leave the segment thousands of blocks, a power of two up to 16; one where agents stand `alone`: where
    neighbours in memory may know each other.

    Parameters
    ----------
    place_ptr : int64[K + 1]
        Places of segment ``k`` are ``place_ptr[k]:place_ptr[k + 1]``.
    alone
        Whether a layer of ties stands for a graph of its own.
    """
    many = np.diff(place_ptr)
    wanted = np.full_like(many, 0 if alone else MOST_IN_BLOCK)
    block = np.ones_like(many)
    for _ in range(MOST_IN_BLOCK.bit_length() - 1):
        block = np.where((2 * block <= wanted) & (2 * block * MANY_BLOCKS <= many), 2 * block, block)
    return block


def lots_of(activity: NDArray[np.float64], offset: float) -> NDArray[np.int32]:
    """Lots of each agent: in proportion to activity, at least one, ``LOTS`` times the number of agents in all.

    Fractions are rounded by systematic sampling, so each agent's lots are what they should be or the whole numbers next
    to it, and right on average over `offset`.

    Parameters
    ----------
    activity : float64[n]
        Not negative, not all zero; in an order that says nothing.
    offset : float
        Where the sampling begins, 0 to below 1.
    """
    n = len(activity)
    wanted = activity * (LOTS * n / activity.sum())
    while (few := wanted < 1.0).any():
        wanted[few] = 1.0
        many = wanted > 1.0
        wanted[many] *= (LOTS * n - np.count_nonzero(~many)) / wanted[many].sum()
    upper = np.floor(np.cumsum(wanted, out=wanted) + offset, out=wanted)
    upper[-1] = LOTS * n
    return np.diff(upper, prepend=0.0).astype(np.int32)


@njit(cache=True)
def fill_cells(left, first):  # type: ignore[no-untyped-def]
    """Cells of agents ``first, first + 1, …`` who have so many lots, as uint32[n]; ``left`` is used up.

    The owner keeps ``cells[c] >> 26`` lots, the agent ``cells[c] & (2 ** 26 - 1)`` has the others.
    """
    n = left.shape[0]
    cells = np.empty(n, np.uint32)
    for c in range(n):
        cells[c] = (LOTS << _AGENT_BITS) | (first + c)
    givers, many, giver, turn = np.empty(_GIVERS, np.int64), 0, 0, 0
    for c in range(n):
        cell = c
        while left[cell] < LOTS:
            while many < _GIVERS and giver < n:
                if left[giver] > LOTS:
                    givers[many] = giver
                    many += 1
                giver += 1
            if many == 0:
                break
            turn = turn + 1 if turn + 1 < many else 0
            rich = givers[turn]
            cells[cell] = (left[cell] << _AGENT_BITS) | (first + rich)
            left[rich] -= LOTS - left[cell]
            left[cell] = LOTS
            if left[rich] <= LOTS:  # has given all it can, perhaps more: then the next giver fills its cell
                cell = rich
                many -= 1
                givers[turn] = givers[many]
    return cells


def plain_cells(members: NDArray[np.int32]) -> NDArray[np.uint32]:
    """Cells that belong wholly to one agent each, whose number may be another than the cell's.

    Raises
    ------
    ValueError
        If there are too many agents for their numbers to find room in a cell.
    """
    if len(members) > MOST_AGENTS:
        raise ValueError(f"at most {MOST_AGENTS} nodes, got {len(members)}")
    return members.astype(np.uint32)
