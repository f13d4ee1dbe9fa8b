"""The arithmetic of exposure, belief and delay, one number at a time.

Each function is inlined into the compiled loop that calls it. The textbook models and the engine share
these very functions, so what is checked against the textbooks is what runs.

The cache of compiled code is named by the contents of these files (see :mod:`prsim.spread.compiled`).
"""

from __future__ import annotations

import math

from prsim.spread.compiled import njit


@njit(inline="always", cache=True)
def infect(u: float, p: float) -> bool:
    """Return whether the uniform draw `u` in [0, 1) is a success of probability `p`.

    The threshold rule "personal threshold below pressure" is the same comparison.
    """
    return u < p


@njit(inline="always", cache=True)
def reinforcement(n_distinct: float, beta: float, fade: float, threshold: float, below: float) -> float:
    """Return the factor on a sharing probability after `n_distinct` different sharers were seen.

    Below `threshold` sharers it is `below`. From there on a second sharer adds the share `beta`, and every
    one after the second costs a factor ``exp(-fade)``: the chance of forwarding peaks at two exposures (Bao
    et al. 2013, "Cumulative effect in information diffusion", PLoS ONE 8(10)). With ``beta = fade = 0`` it
    is the threshold rule of Centola and Macy (2007), with ``threshold = 1`` besides simple contagion.
    """
    if n_distinct < threshold:
        return below
    return (1.0 + beta * min(n_distinct - 1.0, 1.0)) * math.exp(-fade * max(n_distinct - 2.0, 0.0))


@njit(inline="always", cache=True)
def bounded_pull(a: float, s: float, eta: float, width: float) -> float:
    """Return the shift of opinion `a` toward stance `s`: ``eta * exp(-((s - a) / width)**2) * (s - a)``.

    Far-off claims are discounted; `width` (> 0) is in units of opinion, and ``width = inf`` is DeGroot's
    averaging.
    """
    gap = s - a
    ratio = gap / width
    return eta * math.exp(-ratio * ratio) * gap


@njit(inline="always", cache=True)
def hard_confidence(a: float, s: float, eps: float, mu: float) -> float:
    """Return the shift of opinion `a` toward `s`: ``mu * (s - a)`` if they are at most `eps` apart, else 0.

    Source: Deffuant et al. (2000), Hegselmann and Krause (2002).
    """
    gap = s - a
    return mu * gap if abs(gap) <= eps else 0.0


@njit(inline="always", cache=True)
def relax(dev: float, dt: float, half_life: float) -> float:
    """Return what is left of `dev` after `dt`; `half_life` (> 0, in the unit of `dt`) may be infinite."""
    return dev * math.pow(2.0, -dt / half_life)


@njit(inline="always", cache=True)
def reaction_delay(u: float, t_flat: float, theta: float) -> float:
    """Return the reaction time at quantile `u` in [0, 1) of the SEISMIC kernel, in the unit of `t_flat`.

    The density is flat up to `t_flat` and falls as ``t**-theta`` after it, ``theta > 1``; on Twitter about
    300 s and 1.242 (Zhao et al. 2015, "SEISMIC", KDD). Its mean is infinite for ``theta <= 2``.
    """
    if u * theta < theta - 1.0:
        return u * theta * t_flat / (theta - 1.0)
    return t_flat * math.pow(theta * (1.0 - u), -1.0 / (theta - 1.0))


@njit(inline="always", cache=True)
def reaction_cdf(t: float, t_flat: float, theta: float) -> float:
    """Return the share of reactions within `t` of the story; the inverse of `reaction_delay`."""
    if t <= 0.0:
        return 0.0
    if t <= t_flat:
        return (theta - 1.0) / theta * (t / t_flat)
    return 1.0 - math.pow(t / t_flat, 1.0 - theta) / theta


@njit(inline="always", cache=True)
def exponential_delay(u: float, mean: float) -> float:
    """Return the exponential waiting time at the quantile `u` in [0, 1), in the unit of `mean`."""
    return -mean * math.log1p(-u)
