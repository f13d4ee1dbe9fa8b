"""What pairs of runs say of an effect: its size, its interval, and whether that is better or worse."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prsim.statistics.differences import paired_difference

__all__ = ["better_or_worse", "effect_of"]

type Floats = NDArray[np.float64]


def effect_of(a: Floats, b: Floats, better_up: bool) -> dict[str, Any]:
    """The mean difference a − b of pairs with its 95 % interval, and what it allows to say.

    Parameters
    ----------
    a, b : float64[n]
        Values with and without something, pair by pair; a pair in which one is not finite is left out.
    better_up
        Whether more is better.
    """
    found = paired_difference(a, b)
    verdict = better_or_worse(found.lo, found.hi, better_up)
    return {"mean": found.mean, "lo": found.lo, "hi": found.hi, "verdict": verdict}


def better_or_worse(lo: float, hi: float, better_up: bool) -> str:
    """Verdict on a difference with this interval: ``better``, ``worse``, or ``cannot tell`` where it holds zero."""
    if lo > 0.0:
        return "better" if better_up else "worse"
    if hi < 0.0:
        return "worse" if better_up else "better"
    return "cannot tell"
