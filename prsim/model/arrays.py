"""The arrays of an audience: how they begin, and how they grow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.crew import APART, ROUND, Crew
from prsim.spread.decay import decay_tables
from prsim.spread.feeds import Broadcasts
from prsim.spread.layout import Agents, Batch
from prsim.spread.lookups import halo_table
from prsim.spread.places import blocks_of
from prsim.world.build import World


def grown[A: np.ndarray](array: A, rows: int, fill: float = 0) -> A:
    """The array with so many rows, the new ones filled."""
    out = np.full((rows, *array.shape[1:]), fill, array.dtype)
    out[: len(array)] = array
    return out  # type: ignore[return-value]


def aligned(size: int) -> NDArray[np.uint8]:
    """So many bytes that begin with a cache line, all zero."""
    room = np.zeros(size + L.BYTES, np.uint8)
    start = -room.ctypes.data % L.BYTES
    return room[start : start + size]


def first_state(world: World) -> NDArray[np.void]:
    """The agents' state at the start, one cache line each: [N] of :data:`prsim.spread.layout.STATE`."""
    pop = world.population
    state = aligned(pop.n * L.BYTES).view(L.STATE)
    state["attitude"] = state["base"] = np.rint(pop.base * np.float32(L.UNIT))
    state["trust0"] = np.rint(pop.trust0 * np.float32(L.SHARE))
    state["trust"] = state["trust0"] * np.float32(1.0 / L.SHARE)
    state["aware"] = np.rint(world.aware0 * L.SHARE)[pop.seg]
    state["audience"], state["chat"] = pop.audience, pop.chat
    state["threshold"], state["segment"] = pop.threshold, pop.seg
    for name in ("touched", "load", "weary", "last_format", "seen"):
        state[name] = 0
    return state


def first_agents(world: World, state: NDArray[np.void]) -> Agents:
    """The agents' arrays at the start of a run, with this state; what does not change in a run is the world's own."""
    pop, slots = world.population, world.scenario.engine.thread_slots
    fine, coarse = decay_tables(world.rules)
    flat = state.view(np.uint8)
    return Agents(
        halves=flat.view(np.int16),
        shares=flat.view(np.uint16),
        words=flat.view(np.float32),
        times=flat.view(np.uint32),
        bytes=flat,
        mood=np.zeros((pop.n, 2), np.float32),
        memory=np.zeros((slots, pop.n), np.uint8),
        seg=pop.seg,
        user=pop.user,
        weight=pop.weight,
        aware0=(np.rint(world.aware0 * L.SHARE) / L.SHARE).astype(np.float32),
        slot_ptr=pop.slot_ptr,
        block=blocks_of(pop.slot_ptr, bool(world.ties.own.any())),
        slots=pop.slots,
        user_ptr=pop.user_ptr,
        users=pop.users,
        fine=fine,
        coarse=coarse,
        halo=halo_table(world.rules.halo, world.rules.topics).ravel(),
    )


def new_batch(cells: int, plans: int, segments: int, crew: Crew, before: Batch | None) -> Batch:
    """Room for batches of exposures, for so many cells, plans of a tick and segments, and for a crew.

    The crew goes on counting where it was in the batch ``before``.
    """
    w = crew.workers
    room, rooms = L.WINDOW * w, ROUND * w + 1
    most = L.WAYS * L.BATCH * segments  # kinds of particles that a piece asks for

    def table(rows: int, columns: int) -> NDArray[np.uint8]:
        return aligned(4 * rows * columns).reshape(rows, -1)

    return Batch(
        agent=np.zeros(room, np.int32),
        when=np.zeros(room, np.int32),
        origin=np.zeros(room, np.int32),
        slot=np.zeros(room, np.int32),
        run=np.zeros((room, L.RUN_WIDTH), np.int64),
        mass=np.zeros(room, np.float32),
        plan=np.zeros((plans, L.PLAN_WIDTH), np.int64),
        plan_from=np.zeros(plans),
        columns=table(w + 1, L.C_COLUMNS * L.COLUMN).view(np.float32),
        marks=table(w + 1, L.M_COLUMNS * L.COLUMN).view(np.int32),
        keys=np.zeros((w + 1, L.COLUMN), np.uint64),
        effects=table(rooms, L.BATCH * L.ROW).view(np.float32),
        rows=table(rooms, L.BATCH * L.ROW).view(np.float32),
        met=table(rooms, L.BATCH).view(np.float32),
        pieces=np.zeros((L.PIECES * w + 1, L.PIECE_WIDTH), np.int64),
        ahead=np.zeros((w + 1, APART), np.int64),
        changed=before.changed if before else np.zeros(L.CHANGES, np.int32),
        board=crew.board,
        address=before.address if before else np.zeros(1, np.int64),
        planned=before.planned if before else np.zeros(1, np.int64),
        sums=aligned(8 * L.COUNTED).view(np.float64),
        cells=np.zeros(cells * L.CELL_WIDTH),
        touched=np.zeros(cells, np.int64),
        touched_n=np.zeros(1, np.int64),
        asked=np.zeros((2 * most, L.ASKED_WIDTH), np.int32),
        asked_luck=np.zeros(2 * most, np.uint64),
        asked_n=np.zeros(1, np.int64),
    )


def new_broadcasts(size: int, platforms: int, segments: int) -> Broadcasts:
    """Room for so many broadcasts."""
    return Broadcasts(
        story=np.zeros(size, np.int64),
        place=np.zeros(size, np.int64),
        start=np.zeros(size),
        begun=np.zeros(size),
        wake=np.zeros(size),
        half_life=np.ones(size),
        many=np.zeros((size, segments)),
        each=np.zeros((size, segments)),
        mass=np.ones((size, segments)),
        offset=np.zeros((size, segments)),
        done=np.zeros((size, segments), np.int64),
        walk=np.zeros((size, segments, L.WALK_WIDTH), np.int64),
        alive=np.zeros(size, np.int64),
        living=np.zeros(1, np.int64),
        now=np.zeros(platforms),
    )
