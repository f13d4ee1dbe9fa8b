"""Clocks of platforms: hours of average activity, cumulated over the hours of the run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prsim.spread.compiled import kernel

BEYOND = 1e18  # h, later than any run
_PER_H = 2.0  # entries of the inverse table per hour of average activity


@kernel(inlined=True)
def clock_at(clock, place, t):  # type: ignore[no-untyped-def]
    """Cumulated activity of a platform at time ``t`` (h)."""
    if t <= 0.0:
        return 0.0
    top = clock.shape[1] - 1
    h = np.int64(t)
    if h >= top:
        return clock[place, top] + (t - top)
    return clock[place, h] + (t - h) * (clock[place, h + 1] - clock[place, h])


def hours_passed(clock: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the last full hour at which each clock shows at most 0, ½, 1, … hours of activity, int64[P, ...]."""
    levels = np.arange(int(clock.max() * _PER_H) + 2) / _PER_H
    return np.array([np.maximum(np.searchsorted(row, levels, side="right") - 1, 0) for row in clock])


@kernel(inlined=True)
def clock_after(clock, hours, place, t, work):  # type: ignore[no-untyped-def]
    """Time at which the platform has seen ``work`` more hours of average activity than at ``t``."""
    target = clock_at(clock, place, t) + work
    top = clock.shape[1] - 1
    if target >= clock[place, top]:
        return BEYOND
    h = hours[place, np.int64(target * _PER_H)]
    while h < top and clock[place, h + 1] < target:
        h += 1
    return max(t, h + (target - clock[place, h]) / (clock[place, h + 1] - clock[place, h]))
