"""Where a rising curve is steepest, with a band over the runs it was made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prsim.statistics.differences import paired_difference
from prsim.statistics.resampling import weights_of_resamples

__all__ = ["Knee", "knee_of", "rising"]

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Knee:
    """Where one more unit costs most.

    Attributes
    ----------
    at, at_lo, at_hi
        Where: the middle of the steepest interval (geometric where the axis is logarithmic), and an interval that holds
        ``level`` of those found when the runs are drawn again; nan if the curve does not rise.
    begin, end
        The steepest interval between two points of the curve.
    slope, slope_lo, slope_hi
        Rise per unit there (per doubling where the axis is logarithmic), and its interval. It is the largest of
        several, so it is somewhat too large if the points are close to each other.
    agree
        Share of the redrawn curves that are steepest in this very interval.
    rises
        Whether the whole rise, from the first point to the last, is told from zero.
    """

    at: float
    at_lo: float
    at_hi: float
    begin: float
    end: float
    slope: float
    slope_lo: float
    slope_hi: float
    agree: float
    rises: bool


_NAN = math.nan
_NO_KNEE = Knee(_NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, False)


def rising(values: Floats) -> Floats:
    """The closest rising curve to each row of ``values`` float64[r, m] (isotonic least squares, same weights).

    By the max-min formula: a point is the largest, over all that begin at or before it, of the smallest mean of a
    stretch that ends at or after it.
    """
    points = values.shape[1]
    sums = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    out = np.full(values.shape, -np.inf)
    for begin in range(points):
        means = (sums[:, begin + 1 :] - sums[:, [begin]]) / np.arange(1, points - begin + 1)
        smallest = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
        np.maximum(out[:, begin:], smallest, out=out[:, begin:])
    return out


def knee_of(
    x: Floats,
    y: Floats,
    *,
    axis: Literal["linear", "log"] = "linear",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Knee:
    """Find where a curve that may only rise is steepest.

    Parameters
    ----------
    x : float64[m]
        Increasing; above zero where the axis is logarithmic.
    y : float64[n, m]
        The curve in each of n runs (the same luck at all points); runs with gaps are left out.
    axis
        Slope per unit (``linear``: what another hour costs) or per doubling (``log``).
    level
        Of the intervals.

    Raises
    ------
    ValueError
        If the points do not increase or the table does not fit.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if y.ndim != 2 or y.shape[1] != len(x) or len(x) < 2 or not (np.diff(x) > 0).all():
        raise ValueError("a curve needs two points or more with x increasing, and a column of y for each")
    if axis == "log" and x[0] <= 0:
        raise ValueError("a logarithmic axis needs points above zero")
    y = y[np.isfinite(y).all(axis=1)]
    if len(y) < 2 or paired_difference(y[:, -1], y[:, 0], level=level).verdict != "higher":
        return _NO_KNEE
    place = np.log2(x) if axis == "log" else x
    middle = np.sqrt(x[1:] * x[:-1]) if x[0] > 0 else (x[1:] + x[:-1]) / 2
    width = np.diff(place)
    slopes = np.diff(rising(y.mean(axis=0, keepdims=True)), axis=1)[0] / width
    steepest = int(np.argmax(slopes))
    again = np.concatenate(
        [
            np.diff(rising(w @ y / len(y)), axis=1) / width
            for w in weights_of_resamples(len(y), resamples, seed)
        ]
    )
    found = again.argmax(axis=1)
    tails = [(1.0 - level) / 2, (1.0 + level) / 2]
    at_lo, at_hi = np.quantile(middle[found], tails, method="inverted_cdf")
    here = paired_difference(y[:, steepest + 1], y[:, steepest], level=level)
    return Knee(
        at=float(middle[steepest]),
        at_lo=float(at_lo),
        at_hi=float(at_hi),
        begin=float(x[steepest]),
        end=float(x[steepest + 1]),
        slope=here.mean / float(width[steepest]),
        slope_lo=here.lo / float(width[steepest]),
        slope_hi=here.hi / float(width[steepest]),
        agree=float((found == steepest).mean()),
        rises=True,
    )
