"""Differences between two plans that were run on the same luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prsim.statistics.joint import single_risk
from prsim.statistics.proportions import wilson
from prsim.statistics.resampling import Means, means_of, student_roots

__all__ = ["Difference", "Verdict", "paired_difference", "paired_differences", "pairs_needed"]

type Floats = NDArray[np.float64]
type Verdict = Literal["higher", "lower", "cannot tell"]

RESAMPLES = 4000
_ROUNDING = 1e-12  # a difference smaller than this part of the values is rounding
_FEW = 5  # with fewer values a resample that repeats one of them is too common to learn from
_COLUMNS_AT_ONCE = 256
_POWER = 0.8  # what "probably" means in `needed`


@dataclass(frozen=True, slots=True)
class Difference:
    """What pairs say about the difference A − B.

    Attributes
    ----------
    n
        Pairs in which both have a value.
    mean
        Mean difference.
    lo, hi
        Interval of the true mean difference, taken alone; it covers it with probability ``level``.
    level
        The probability.
    lo_simultaneous, hi_simultaneous
        Interval that holds together with those of all other differences of the same call, and at whatever look
        sampling was stopped, with probability ``level``.
    sd
        Standard deviation of the differences: how much the effect varies from world to world.
    p_higher
        Chance that the true mean difference is above zero.
    share_higher, share_lo, share_hi
        Share of worlds in which A comes out above B, an equal one counted half, with its Wilson interval.
    share_equal
        Share of pairs without any difference.
    variance_ratio
        Variance of the difference between independent runs over that of the pairs: how many times fewer runs the
        pairing takes.
    needed
        Pairs in all with which, if the effect is what it seems, the answer would probably (four times in five) be
        clear; ``n`` if it is, inf if there is no effect to be seen, nan with fewer than two pairs.
    verdict
        By the joint interval.
    """

    n: int
    mean: float
    lo: float
    hi: float
    level: float
    lo_simultaneous: float
    hi_simultaneous: float
    sd: float
    p_higher: float
    share_higher: float
    share_lo: float
    share_hi: float
    share_equal: float
    variance_ratio: float
    needed: float
    verdict: Verdict

    @property
    def told(self) -> bool:
        """Whether the pairs say which of the two is higher."""
        return self.verdict != "cannot tell"

    @property
    def half_width(self) -> float:
        """The longer arm of the joint interval."""
        return max(self.hi_simultaneous - self.mean, self.mean - self.lo_simultaneous)


def paired_difference(
    a: Floats | Sequence[float],
    b: Floats | Sequence[float],
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Difference:
    """What pairs say about one difference A − B; see :func:`paired_differences`.

    Parameters
    ----------
    a, b : float64[n]
        Values of the two plans, pair by pair.
    """
    columns = (np.asarray(values, float)[:, None] for values in (a, b))
    return paired_differences(*columns, level=level, resamples=resamples, seed=seed)[0]


def paired_differences(
    a: Floats,
    b: Floats,
    *,
    level: float = 0.95,
    looks: Sequence[int] = (),
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[Difference]:
    """What pairs say about several differences A − B at once.

    On either side an interval reaches as far as the studentised bootstrap or Student's t says, whichever is further:
    the one follows skewed differences, the other does not take heavy tails for short ones in a small sample.

    Parameters
    ----------
    a, b : float64[n, m]
        Values of the two plans; a row is a pair, a column a quantity. A pair in which one is not finite is left out
        of that quantity.
    level
        Probability that an interval holds.
    looks
        Numbers of pairs after which sampling might have ended (see :func:`~prsim.statistics.joint.single_risk`).
    resamples, seed
        Of the bootstrap; the same seed gives the same result.

    Raises
    ------
    ValueError
        If the tables differ in shape, or the level is not between 0 and 1.
    """
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape or a.ndim != 2:
        raise ValueError(f"pairs need two tables of the same shape, not {a.shape} and {b.shape}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is a probability between 0 and 1, not {level}")
    with np.errstate(invalid="ignore"):
        x = a - b
        x = np.where(np.isfinite(x) & (np.abs(x) <= _ROUNDING * (np.abs(a) + np.abs(b))), 0.0, x)
    found = means_of(x)
    single = single_risk(x, level, looks, seed=seed)
    limits, p_higher = _limits(x, found, (1.0 - level, single), resamples, seed)
    return [
        _difference(
            found.column(j),
            level,
            single,
            limits[:, j].tolist(),
            float(p_higher[j]),
            x[:, j],
            a[:, j],
            b[:, j],
        )
        for j in range(x.shape[1])
    ]


def pairs_needed(mean: float, sd: float, risk: float = 0.05) -> float:
    """Pairs with which a difference this large would be told from zero four times in five.

    From the normal approximation n = ((z(1 − risk/2) + z(0.8)) · sd / mean)², and Guenther's (1981) correction for
    Student's t.
    """
    from scipy.special import ndtri

    if not (math.isfinite(mean) and math.isfinite(sd)):
        return math.nan
    if mean == 0.0:
        return math.inf
    z = float(ndtri(1.0 - risk / 2))
    effect = abs(mean) / sd if sd > 0 else math.inf
    return float(math.ceil(((z + float(ndtri(_POWER))) / effect) ** 2 + z * z / 2))


def _limits(
    x: Floats, found: Means, risks: tuple[float, float], resamples: int, seed: int
) -> tuple[Floats, Floats]:
    """Limits of each mean at two risks, float64[4, m], and the chance that it is above zero, float64[m]."""
    from scipy.special import stdtr, stdtrit

    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = found.mean / found.error
        p = stdtr(found.n - 1, ratio)
        t = [stdtrit(found.n - 1, 1.0 - risk / 2) for risk in risks]
    arms = np.array([t[0], t[0], t[1], t[1]])  # standard errors below and above the mean
    everything = np.flatnonzero((found.n >= _FEW) & (found.sd > 0))
    tails = [tail for risk in risks for tail in (1.0 - risk / 2, risk / 2)]
    for begin in range(
        0, len(everything), _COLUMNS_AT_ONCE
    ):  # the roots of all of them may not fit into memory
        enough = everything[begin : begin + _COLUMNS_AT_ONCE]
        roots = student_roots(x[:, enough], found.of(enough), resamples, seed)
        reach = np.quantile(roots, tails, axis=0) * np.array([1.0, -1.0, 1.0, -1.0])[:, None]
        arms[:, enough] = np.maximum(arms[:, enough], reach)
        beyond = (roots < ratio[enough]).sum(axis=0) + 0.5 * (roots == ratio[enough]).sum(axis=0)
        p[enough] = _less_sure(p[enough], (beyond + 0.5) / (resamples + 1))
    fixed = found.sd == 0
    p = np.where(fixed, 0.5 + 0.5 * np.sign(found.mean), p)
    arms[:, fixed] = 0.0
    # a joint arm is longer by as much as Student's t would have it, at least: resamples say little that far out
    with np.errstate(invalid="ignore"):
        arms[2:] = np.maximum(arms[2:], arms[:2] * (t[1] / t[0]))
        limits = found.mean + arms * np.array([-1.0, 1.0, -1.0, 1.0])[:, None] * found.error
    return limits, p


def _less_sure(p: Floats, q: Floats) -> Floats:
    """Of two chances the one nearer to a half; a half where they lie on different sides of it."""
    return np.where(p > 0.5, np.maximum(np.minimum(p, q), 0.5), np.minimum(np.maximum(p, q), 0.5))


def _difference(
    found: tuple[int, float, float],
    level: float,
    single: float,
    limits: Sequence[float],
    p_higher: float,
    x: Floats,
    a: Floats,
    b: Floats,
) -> Difference:
    good = np.isfinite(x)
    x, a, b = x[good], a[good], b[good]
    n, mean, sd = found
    lo, hi, lo_simultaneous, hi_simultaneous = limits
    verdict: Verdict = "higher" if lo_simultaneous > 0 else "lower" if hi_simultaneous < 0 else "cannot tell"
    equal = float((x == 0).mean()) if n else math.nan
    wins = float((x > 0).sum() + 0.5 * (x == 0).sum())
    share_lo, share_hi = wilson(wins, n, level)
    needed = float(n) if verdict != "cannot tell" else max(pairs_needed(mean, sd, single), n + 1.0)
    return Difference(
        n=n,
        mean=mean,
        lo=lo,
        hi=hi,
        level=level,
        lo_simultaneous=lo_simultaneous,
        hi_simultaneous=hi_simultaneous,
        sd=sd,
        p_higher=p_higher,
        share_higher=wins / n if n else math.nan,
        share_lo=share_lo,
        share_hi=share_hi,
        share_equal=equal,
        variance_ratio=_variance_ratio(a, b, sd),
        needed=needed if n >= 2 else math.nan,
        verdict=verdict,
    )


def _variance_ratio(a: Floats, b: Floats, sd: float) -> float:
    if len(a) < 2:
        return math.nan
    independent = float(a.var(ddof=1) + b.var(ddof=1))
    if sd > 0:
        return independent / sd**2
    return math.inf if independent > 0 else math.nan
