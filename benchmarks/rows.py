"""What a part of the benchmarks finds: rows, each one figure of one subject; and when two samples agree."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Z_LIMIT = 4.0  # so far apart by chance once in 16,000 comparisons


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure.

    Attributes
    ----------
    part, case, subject, measure
        Which part of the benchmarks, of what work, who did it (with version where it is a peer), and what was measured.
    value : float
        The figure; nan where there is none, and `note` says why.
    unit : str
        Its unit.
    low, high : float
        Smallest and largest of the repeats, or the bounds of an interval; nan where there is one figure only.
    relative : float
        The figure as a multiple of something measured beside it on the same machine, larger is slower; what a slowdown
        is looked for in. nan where it is not watched.
    least, most : float
        A target: the figure must not be below, above. nan where there is none.
    note : str
        What a reader must know.
    """

    part: str
    case: str
    subject: str
    measure: str
    value: float
    unit: str = ""
    low: float = math.nan
    high: float = math.nan
    relative: float = math.nan
    least: float = math.nan
    most: float = math.nan
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two rows of different runs comparable."""
        return (self.part, self.case, self.subject, self.measure)

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None where there is none, False where there is no figure."""
        if math.isnan(self.least) and math.isnan(self.most):
            return None
        if math.isnan(self.value):
            return False
        return not (self.value < self.least or self.value > self.most)


def summary(values: Iterable[float]) -> dict[str, float]:
    """Median, smallest and largest, as a row's ``value``, ``low`` and ``high``."""
    found = sorted(values)
    return {"value": statistics.median(found), "low": found[0], "high": found[-1]}


def standard_errors_apart(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many standard errors the mean of `theirs` lies above that of `ours`, if both follow one law.

    The spread is that of both samples together, each around its own mean, so that a peer of which there are few runs
    can be judged by the spread of ours.
    """
    n, m = len(ours), len(theirs)
    if n + m < 4:
        return math.nan
    gap = statistics.fmean(theirs) - statistics.fmean(ours)
    squares = sum(statistics.pvariance(x) * len(x) for x in (ours, theirs))
    spread = math.sqrt(squares / (n + m - 2) * (1.0 / n + 1.0 / m))
    if spread == 0.0:
        return 0.0 if gap == 0.0 else math.copysign(math.inf, gap)
    return gap / spread


def agree(z: float) -> bool:
    """Whether two samples so many standard errors apart may follow one law."""
    return abs(z) <= Z_LIMIT
