"""Many statements at once: how sure each must be for all of them to hold together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["single_risk"]

type Floats = NDArray[np.float64]

_DRAWS = 8000
_DRAWS_AT_ONCE = 1000


def single_risk(
    x: Floats, level: float = 0.95, looks: Sequence[int] = (), *, seed: int = 0, draws: int = _DRAWS
) -> float:
    """Risk that each of many intervals may take so that all of them hold together with probability ``level``.

    The errors of the means of the columns are imitated by the multiplier bootstrap: sums of the columns with
    independent normal weights, which have the correlations of the data (Chernozhukov, Chetverikov & Kato 2013). The
    most extreme of them, over all columns and all looks at the data, is what an interval has to withstand. Where
    columns say the same thing the price is small; where they are independent it is that of Šidák.

    Parameters
    ----------
    x : float64[n, m]
        Observations of m quantities; what is not finite is left out.
    level
        Probability that all intervals hold.
    looks
        Numbers of observations after which the data are, or would be, looked at and sampling might end; empty for
        a number that was fixed before. An interval then holds however it was decided to stop.

    Returns
    -------
    float
        Between ``(1 − level) / (m × looks)`` and ``1 − level``: the risk of both tails of one interval together.
    """
    from scipy.special import ndtr

    risk = 1.0 - level
    directions = _directions(x)
    steps = np.diff([0, *looks]) if len(looks) > 1 else np.ones(1)
    many = directions.shape[1] * len(steps)
    if many <= 1:
        return risk
    generator = np.random.default_rng(seed)
    worst = np.zeros(draws)
    for begin in range(0, draws, _DRAWS_AT_ONCE):
        part = worst[begin : begin + _DRAWS_AT_ONCE]
        total, gone = np.zeros((len(part), directions.shape[1])), 0.0
        for step in steps:
            news = generator.standard_normal((len(part), len(directions))) @ directions
            total, gone = total + np.sqrt(step) * news, gone + step
            np.maximum(part, np.abs(total).max(axis=1) / np.sqrt(gone), out=part)
    single = 2.0 * float(ndtr(-np.quantile(worst, level)))
    return float(min(max(single, risk / many), risk))


def _directions(x: Floats) -> Floats:
    """Columns centred, without gaps, of length one; those that do not vary are left out, float64[at most n, m]."""
    good = np.isfinite(x)
    n = good.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(good, x, 0.0).sum(axis=0) / n
    centred = np.where(good, x - mean, 0.0)
    length = np.sqrt((centred * centred).sum(axis=0))
    varies = length > 1e-12 * np.abs(mean) * np.sqrt(np.maximum(n, 1))
    directions: Floats = centred[:, varies] / length[varies]
    # only the angles between the columns count, which the triangular factor has in fewer rows
    return directions if len(directions) <= directions.shape[1] else np.linalg.qr(directions, mode="r")
