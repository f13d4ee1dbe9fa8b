"""Which of several plans is best: ranking and selection."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from prsim.statistics.resampling import means_of

__all__ = ["Selection", "could_be_best", "kim_nelson", "ocba", "ocba_allocation", "ocba_shares"]

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Selection:
    """The plan chosen.

    Attributes
    ----------
    best
        Number of the plan with the largest mean among those left.
    left
        Plans that were not ruled out; only ``best`` if the procedure came to its end.
    runs
        Runs of each plan.
    means : tuple of float
        Mean of each plan over its own runs.
    done
        Whether the procedure came to its end within its budget.
    chance
        KN: the probability with which the choice is right that was asked for, if ``done``, else nan. OCBA: the
        approximate probability of correct selection.
    """

    best: int
    left: tuple[int, ...]
    runs: tuple[int, ...]
    means: tuple[float, ...]
    done: bool
    chance: float


def kim_nelson(
    draw: Callable[[Sequence[int], int, int], Floats],
    plans: int,
    indifference: float,
    *,
    confidence: float = 0.95,
    first: int = 10,
    most: int = 1000,
    batch: int = 1,
) -> Selection:
    """Choose the plan with the largest mean by the procedure KN (Kim & Nelson 2001).

    All plans are run on the same luck, one replicate after the other, and a plan is left out as soon as it is clearly
    behind another. If the best is better than the others by at least ``indifference``, it is chosen with probability
    ``confidence``; else the chosen one is within ``indifference`` of the best with about that probability. Common
    random numbers are allowed and save runs, since it is differences that are judged; values are taken to be normal.

    Parameters
    ----------
    draw
        ``draw(plans, begin, end)`` gives the values of some plans in replicates begin to end − 1, float64[end − begin,
        len(plans)].
    plans
        How many there are.
    indifference
        Difference from which on it matters which plan is chosen; above zero.
    first
        Replicates from which variances are estimated, at least 2.
    most
        Replicates of a plan at most.
    batch
        Replicates to ask for at a time (what is drawn for a plan that is left out within them is not used).

    Raises
    ------
    ValueError
        For arguments out of range, and values that are not finite.
    """
    if plans < 2 or indifference <= 0 or not 0 < confidence < 1 or first < 2 or batch < 1 or most < first:
        raise ValueError(
            "KN needs two plans or more, indifference > 0, 0 < confidence < 1, 2 <= first <= most, batch >= 1"
        )
    everyone = tuple(range(plans))
    values = _finite(draw(everyone, 0, first))
    spread = np.var(values[:, :, None] - values[:, None, :], axis=0, ddof=1)
    eta = 0.5 * ((2.0 * (1.0 - confidence) / (plans - 1)) ** (-2.0 / (first - 1)) - 1.0)
    reach = 2.0 * eta * (first - 1) * spread / indifference**2  # replicates after which no lead is too small
    total, runs, left, r = values.sum(axis=0), np.full(plans, first), list(everyone), first
    waiting = np.empty((0, 0))
    while True:
        left, done = _screen(left, total / r, indifference * np.maximum(0.0, reach - r) / (2.0 * r))
        if done or r >= most:
            break
        if not len(waiting):
            drawn, waiting = list(left), _finite(draw(tuple(left), r, min(r + batch, most)))
            runs[drawn] += len(waiting)
        total[drawn] += waiting[0]
        waiting, r = waiting[1:], r + 1
        if most == r:
            waiting = waiting[:0]
    counted = np.minimum(runs, r)
    best = max(left, key=lambda i: total[i])
    return Selection(
        best,
        tuple(left),
        tuple(runs.tolist()),
        tuple(total / counted),
        done,
        confidence if done else math.nan,
    )


def could_be_best(x: Floats, level: float = 0.95) -> NDArray[np.bool_]:
    """Plans that may have the largest mean, with probability ``level`` the best among them, bool[k].

    Screening as in Nelson, Swann, Goldsman & Song (2001), on paired differences: a plan is ruled out if it is behind
    another by more than Student's t, shared among k − 1 comparisons, allows.

    Parameters
    ----------
    x : float64[n, k]
        Values of k plans in n runs; a row is a run of each, on the same luck, or on luck of its own, which rules out
        less. Two plans are compared in the rows in which both have a value.
    """
    x = np.asarray(x, float)
    k = x.shape[1]
    kept = np.ones(k, bool)
    if k < 2:
        return kept
    rounding = 1e-12 * np.abs(means_of(x).mean)
    t = stdtrit(np.arange(len(x) + 1) - 1.0, 1.0 - (1.0 - level) / (k - 1))  # by the number of rows
    for i in range(k):  # a plan at a time: k² columns of n would not fit for a thousand plans
        behind = means_of(x - x[:, [i]])
        kept[i] = not (behind.mean > np.maximum(t[behind.n] * behind.error, rounding)).any()
    return kept


def ocba_shares(means: Floats, variances: Floats) -> Floats:
    """Shares of a budget of runs that find the largest mean most surely (Chen, Lin, Yücesan & Chick 2000), float64[k].

    A plan gets runs in proportion to the square of its noise over its distance from the best; the best gets as many as
    all of those call for. It is derived for independent runs.
    """
    means, variances = np.asarray(means, float), np.asarray(variances, float)
    best = int(np.argmax(means))
    behind = means[best] - means
    behind[best] = np.inf
    scale = behind[np.isfinite(behind)].max(initial=0.0)
    if scale == 0.0 or not variances.any():
        return np.full(len(means), 1.0 / len(means))
    wanted = variances / np.maximum(behind, 1e-6 * scale) ** 2
    varying = variances > 0
    wanted[best] = math.sqrt(variances[best] * (wanted[varying] ** 2 / variances[varying]).sum())
    return np.asarray(wanted / wanted.sum())


def ocba_allocation(
    means: Floats, variances: Floats, runs: NDArray[np.int64], more: int
) -> NDArray[np.int64]:
    """How many of ``more`` runs each plan gets next, given what it has had, int64[k].

    A plan that has had more than its share gets none, and the others divide what is left in proportion; parts of runs
    go to the best.
    """
    runs = np.asarray(runs, np.int64)
    shares = ocba_shares(means, variances)
    open_ = np.ones(len(runs), bool)
    while True:
        budget = runs[open_].sum() + more
        weight = shares[open_].sum()
        part = shares / weight if weight > 0 else open_ / open_.sum()
        over = open_ & (part * budget < runs)
        if not over.any():
            break
        open_ &= ~over
    extra = np.where(open_, np.floor(part * budget + 1e-9) - runs, 0.0).astype(np.int64)
    extra[np.argmax(means)] += more - extra.sum()
    return extra


def ocba(
    draw: Callable[[int, int, int], Floats],
    plans: int,
    budget: int,
    *,
    first: int = 10,
    step: int | None = None,
) -> Selection:
    """Choose the plan with the largest mean with a budget of runs, given to those that are hard to tell apart.

    Parameters
    ----------
    draw
        ``draw(plan, begin, end)`` gives the values of one plan in replicates begin to end − 1, float64[end − begin].
    budget
        Runs of all plans together.
    first
        Replicates that each plan gets, at least 2 (five and more are advised).
    step
        Runs given at a time; a tenth of what is left after the first replicates if None.

    Raises
    ------
    ValueError
        If the budget does not do for the first replicates, and for values that are not finite.
    """
    if plans < 2 or first < 2 or budget < plans * first:
        raise ValueError("OCBA needs two plans or more, first >= 2 and a budget of at least plans × first")
    values = [_finite(draw(i, 0, first)) for i in range(plans)]
    step = step or max(1, (budget - plans * first) // 10)
    left = budget - plans * first
    while left > 0:
        means, variances, runs = _moments(values)
        more = ocba_allocation(means, variances, runs, min(step, left))
        for i in np.flatnonzero(more).tolist():
            values[i] = np.concatenate([values[i], _finite(draw(i, int(runs[i]), int(runs[i] + more[i])))])
        left -= int(more.sum())
    means, variances, runs = _moments(values)
    best = int(np.argmax(means))
    others = [i for i in range(plans) if i != best]
    error = np.sqrt(variances[best] / runs[best] + variances[others] / runs[others])
    with np.errstate(divide="ignore", invalid="ignore"):
        lead = np.where(error > 0, (means[best] - means[others]) / error, np.inf)
    chance = max(0.0, 1.0 - float(ndtr(-lead).sum()))
    return Selection(best, (best,), tuple(runs.tolist()), tuple(means.tolist()), True, chance)


def _moments(values: Sequence[Floats]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    return (
        np.array([v.mean() for v in values]),
        np.array([v.var(ddof=1) for v in values]),
        np.array([len(v) for v in values], np.int64),
    )


def _screen(left: list[int], means: Floats, slack: Floats) -> tuple[list[int], bool]:
    """Plans not clearly behind another, and whether that settles it."""
    behind = means[left][None, :] - means[left][:, None] > slack[np.ix_(left, left)]
    kept = [i for i, out in zip(left, behind.any(axis=1), strict=True) if not out]
    if len(kept) > 1 and not slack[np.ix_(kept, kept)].any():  # equal to the last digit
        kept = kept[:1]
    return kept, len(kept) == 1


def _finite(values: Floats) -> Floats:
    values = np.asarray(values, float)
    if not np.isfinite(values).all():
        raise ValueError("a run has no value to select by")
    return values
