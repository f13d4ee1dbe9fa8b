"""The calendar queue: particles wait in chunks, one chain of chunks per tick, first in, first out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.spread.compiled import kernel

CHUNK = 64  # particles
MINUTE_BITS = 9
PER_H = 60.0 * 2**MINUTE_BITS  # units of time per hour: about a tenth of a second


class Queue(NamedTuple):
    """Particles under way; those of chunk ``c`` are ``c * CHUNK … (c + 1) * CHUNK - 1``.

    The arrays from `agent` to `segment` are columns of one table.
    """

    first: NDArray[np.int32]  # [ticks] first chunk of a tick, -1 for none
    last: NDArray[np.int32]  # [ticks] chunk that is being filled
    next: NDArray[np.int32]  # [chunks] next chunk of the tick, or of the free list
    size: NDArray[np.int32]  # [chunks] particles in it
    free: NDArray[np.int64]  # [2] head of the free list, exposures made so far
    agent: NDArray[np.int32]
    story: NDArray[np.int32]
    place: NDArray[np.int16]
    segment: NDArray[np.uint8]  # of the agent
    mass: NDArray[np.float32]
    when: NDArray[np.int32]  # in 1 / PER_H hours since the start
    origin: NDArray[np.int32]  # what the exposure comes of
    live: NDArray[np.int64]  # [Th] particles under way by thread


# what is known of a particle lies together: it is written at one place of memory and read at another
PARTICLE = np.dtype(
    {
        "names": ["agent", "story", "when", "origin", "mass", "place", "segment"],
        "formats": [np.int32, np.int32, np.int32, np.int32, np.float32, np.int16, np.uint8],
        "itemsize": 32,
    }
)


def _columns(particles: NDArray[np.void]) -> dict[str, NDArray[Any]]:
    return {name: particles[name] for name in PARTICLE.names or ()}


def new_queue(ticks: int, chunks: int, threads: int) -> Queue:
    """Return an empty queue."""
    link = np.arange(1, chunks + 1, dtype=np.int32)
    link[-1] = -1
    return Queue(
        first=np.full(ticks, -1, np.int32),
        last=np.full(ticks, -1, np.int32),
        next=link,
        size=np.zeros(chunks, np.int32),
        free=np.zeros(2, np.int64),
        live=np.zeros(threads, np.int64),
        **_columns(np.zeros(chunks * CHUNK, PARTICLE)),
    )


def with_more_room(queue: Queue) -> Queue:
    """Return the queue with twice the room, everything in its place."""
    old = len(queue.next)
    link = np.concatenate([queue.next, np.arange(old + 1, 2 * old + 1, dtype=np.int32)])
    link[-1] = queue.free[0]
    queue.free[0] = old
    particles = np.zeros(2 * old * CHUNK, PARTICLE)
    for name in PARTICLE.names or ():
        particles[name][: old * CHUNK] = getattr(queue, name)
    size = np.concatenate([queue.size, np.zeros(old, np.int32)])
    return queue._replace(next=link, size=size, **_columns(particles))


@kernel(inlined=True)
def put(queue, tick, agent, segment, story, place, mass, when, origin):  # type: ignore[no-untyped-def]
    """Append a particle to a tick; False where there is no room."""
    c = queue.last[tick]
    if c < 0 or queue.size[c] == CHUNK:
        fresh = queue.free[0]
        if fresh < 0:
            return False
        queue.free[0] = queue.next[fresh]
        queue.next[fresh] = -1
        queue.size[fresh] = 0
        if c < 0:
            queue.first[tick] = fresh
        else:
            queue.next[c] = fresh
        queue.last[tick] = fresh
        c = np.int32(fresh)
    p = np.int64(c) * CHUNK + queue.size[c]
    queue.size[c] += 1
    queue.agent[p] = agent
    queue.story[p] = story
    queue.place[p] = place
    queue.segment[p] = segment
    queue.mass[p] = mass
    queue.when[p] = when
    queue.origin[p] = origin
    return True


@kernel(inlined=True)
def release_chunk(queue, tick):  # type: ignore[no-untyped-def]
    """Take the first chunk of a tick out of the queue; its particles stay readable until the next one is put."""
    c = queue.first[tick]
    queue.first[tick] = queue.next[c]
    if queue.first[tick] < 0:
        queue.last[tick] = -1
    queue.next[c] = queue.free[0]
    queue.free[0] = c
