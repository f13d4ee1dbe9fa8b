"""Run pairs until the answer is clear, or precise enough, or the budget is spent; the intervals stay honest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prsim.statistics.differences import RESAMPLES, Difference, paired_differences

__all__ = ["Replication", "look_times", "replicate"]

type Floats = NDArray[np.float64]
type Draw = Callable[[int, int], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Replication:
    """Pairs that were run one batch after the other.

    Attributes
    ----------
    differences
        One for each column; their joint intervals hold although it was the data that decided when to stop.
    pairs
        Pairs that were run.
    looks
        The looks that had been planned.
    enough
        Whether it was stopped because it was enough, and not because the budget was spent.
    """

    differences: list[Difference]
    pairs: int
    looks: tuple[int, ...]
    enough: bool


def look_times(first: int, most: int, growth: float = 2.0) -> tuple[int, ...]:
    """Numbers of pairs after which to look: ``first``, then ``growth`` times as many each time, at last ``most``.

    Few looks at growing distances, because each of them makes the intervals a little wider.
    """
    if first < 2 or most < 1 or growth <= 1.0:
        raise ValueError(f"looks need first >= 2, most >= 1 and growth > 1, not {first}, {most}, {growth}")
    looks, at = [], float(first)
    while round(at) < most:
        looks.append(round(at))
        at *= growth
    return (*looks, most)


def replicate(
    draw: Draw,
    looks: Sequence[int],
    enough: Callable[[list[Difference]], bool],
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Replication:
    """Draw pairs until ``enough`` says so at one of the looks, or to the last of them.

    The intervals are repeated confidence intervals (Jennison & Turnbull 1989): made so wide that they would hold at
    all looks together. So they hold at the one where it was stopped, whatever the rule.

    Parameters
    ----------
    draw
        ``draw(begin, end)`` gives the values of both plans in pairs number begin to end − 1, two float64[end − begin,
        m].
    looks
        Numbers of pairs after which to look, increasing (:func:`look_times`).
    enough
        Asked at every look but the last.
    """
    a, b = draw(0, looks[0])
    for i, pairs in enumerate(looks):
        if i:
            more_a, more_b = draw(looks[i - 1], pairs)
            a, b = np.concatenate([a, more_a]), np.concatenate([b, more_b])
        found = paired_differences(a, b, level=level, looks=looks, resamples=resamples, seed=seed)
        if enough(found):
            return Replication(found, pairs, tuple(looks), True)
    return Replication(found, looks[-1], tuple(looks), False)
