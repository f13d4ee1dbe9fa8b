"""From numbers to places on paper: linear and logarithmic scales, round ticks, the width of a text."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Scale", "log_ticks", "nice_range", "nice_ticks", "text_width"]


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear (or logarithmic) map from [low, high] to [start, end]; what lies outside is put on the edge."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, numbers: ArrayLike) -> NDArray[np.float64]:
        """Places of many numbers; NaN stays NaN."""
        values = np.clip(np.asarray(numbers, dtype=np.float64), self.low, self.high)
        low, high = self.low, self.high
        if self.log:
            values, low, high = np.log(values), math.log(low), math.log(high)
        span = high - low
        part = (values - low) / span if span > 0 else np.where(np.isnan(values), np.nan, 0.5)
        return np.asarray(self.start + part * (self.end - self.start))

    def __call__(self, number: float) -> float:
        """Place of one number."""
        return float(self.place(number))


def _steps(span: float) -> Iterator[float]:
    """Round steps from about a fiftieth of a span up: 1, 2, 2.5 and 5 times powers of ten."""
    power = 10.0 ** (math.floor(math.log10(span)) - 2)
    while True:
        yield from (power * factor for factor in (1, 2, 2.5, 5))
        power *= 10


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers in [low, high], at most `most`, as close as that allows."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else []
    for step in _steps(high - low):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [round(index * step, 12) for index in range(first, last + 1)]
    return []


def nice_range(low: float, high: float, *, least_span: float, most: int = 6) -> tuple[float, float]:
    """Widen a range to ends that are ticks, with at most `most` ticks in it.

    A range narrower than `least_span` is widened around its middle first. `nice_ticks` of the result has both ends.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    least_span = max(least_span, 1e-9 * max(abs(low), abs(high)), 1e-12)
    if high - low < least_span:
        middle = (low + high) / 2
        low, high = middle - least_span / 2, middle + least_span / 2
    for step in islice(_steps(high - low), 40):
        first = round(math.floor(low / step + 1e-9) * step, 12)
        last = round(math.ceil(high / step - 1e-9) * step, 12)
        # steps of 2 and 2.5 do not nest: the ticks of the wider range may be others
        ticks = nice_ticks(first, last, most)
        if ticks[:1] == [first] and ticks[-1:] == [last]:
            return first, last
    return low, high


def log_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Powers of ten in [low, high], thinned to at most `most`."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = max(1, math.ceil((last - first + 1) / most))
    return [10.0**power for power in range(first, last + 1, stride)]


def text_width(text: str, size: float) -> float:
    """About how wide a text is set in a sans-serif face: full-width characters are one em."""
    ems = 0.0
    for character in text:
        if unicodedata.east_asian_width(character) in "WF":
            ems += 1.0
        elif character in "il.,:;'|! ·":
            ems += 0.34
        elif character.isupper() or character in "mw%—≥≤−+<>":
            ems += 0.78
        else:
            ems += 0.61
    return ems * size
