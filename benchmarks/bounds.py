"""What the machine allows: loops that do to records of agents what an exposure must do at least, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

TOUCHES = 4_000_000
BLOCK = 64  # records asked for ahead


@cache
def _loops() -> tuple[Callable[..., Any], Callable[..., Any]]:
    from prsim.spread.compiled import njit, prefetch
    from prsim.spread.draws import hash3

    @njit(_nrt=False)
    def touch(records, order):
        """Change two numbers of one record after the other, each asked for ahead."""
        last = len(order) - 1
        for k in range(len(order)):
            prefetch(records, order[min(k + 24, last)])
            i = order[k]
            records[i, 0] += np.float32(1.0)
            records[i, 1] = np.float32(0.5) * records[i, 1] + np.float32(1.0)

    @njit(_nrt=False)
    def expose(records, count, key, ahead, luck):
        """Draw who is exposed; let time pass, weigh notice and move an opinion in the record. One draw for each."""
        n = np.uint64(len(records))
        changed = 0
        for begin in range(0, count, BLOCK):
            many = min(BLOCK, count - begin)
            for b in range(many):
                bits = hash3(key, begin + b, 0)
                i = np.int64((bits >> np.uint64(32)) * n >> np.uint64(32))
                ahead[b] = i
                luck[b] = np.float32(bits & np.uint64(0xFFFFFF)) * np.float32(2.0**-24)
                prefetch(records, i)
            for b in range(many):
                i = ahead[b]
                row = records[i]
                now = np.float32(begin) * np.float32(1e-4)
                passed = max(now - row[0], np.float32(0.0))
                row[0] = now
                row[1] = row[1] * (
                    np.float32(1.0) - np.float32(0.5) * min(passed, np.float32(1.0))
                ) + np.float32(1.0)
                if luck[b] * row[1] < np.float32(0.8):
                    gap = np.float32(0.3) - row[2]
                    row[2] += np.float32(0.1) * gap * (np.float32(1.0) - gap * gap)
                    changed += 1
        return changed

    return touch, expose


def _rate(work: Callable[[], Any], rounds: int) -> float:
    best = np.inf
    for _ in range(rounds):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return TOUCHES / best


def bounds(agents: int, width_bytes: int, rounds: int = 3) -> dict[str, float]:
    """Records per second of one core: ``touch`` changes two numbers, ``expose`` is a bare exposure.

    Parameters
    ----------
    agents
        Records.
    width_bytes
        Bytes of each; they lie aligned to it.
    """
    touch, expose = _loops()
    width = width_bytes // 4
    room = np.zeros(agents * width + 16, np.float32)
    first = (-room.ctypes.data % 64) // 4
    records = room[first : first + agents * width].reshape(agents, width)
    order = np.random.default_rng(1).integers(0, agents, TOUCHES, dtype=np.int32)
    buffer = np.zeros(BLOCK, np.int64), np.zeros(BLOCK, np.float32)
    touch(records, order[:1])
    expose(records, 1, np.uint64(1), *buffer)
    return {
        "touch": _rate(lambda: touch(records, order), rounds),
        "expose": _rate(lambda: expose(records, TOUCHES, np.uint64(7), *buffer), rounds),
    }


def yardstick(rounds: int = 3) -> float:
    """Seconds of the processor for a fixed piece of work, part Python and part memory: how fast this machine is now."""
    rng = np.random.default_rng(1)
    field, order = np.zeros(1 << 23), rng.integers(0, 1 << 23, 1 << 21)
    best = np.inf
    for _ in range(rounds):
        begun = time.process_time()
        book: dict[int, float] = {}
        for i in range(300_000):
            book[i & 4095] = book.get(i & 4095, 0.0) * 0.5 + i
        field[order] += 1.0
        best = min(best, time.process_time() - begun)
    return best
