"""One pass over the audience: the truth in the agents, by segment."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.exposure import phi

# columns of the observation, float64[K, OBS_WIDTH]
PROMOTERS = 0
DETRACTORS = 1
ATTITUDE = 2
POSITIVE = 3
NEGATIVE = 4
SATISFACTION = 5
TRUST = 6
AWARENESS = 7
CONVERSION = 8  # mean of aware * exp(gain * (attitude - baseline attitude)) over non-users
CHURN = 9  # mean of exp(gain * (baseline satisfaction - satisfaction)) over users
COMPLAINT = 10  # the same with the complaint gain
USERS = 11  # share of users
NON_USERS = 12
OBS_WIDTH = 13
NAMES = (
    "promoters", "detractors", "attitude", "positive", "negative", "satisfaction", "trust", "awareness",
    "conversion", "churn", "complaint", "users", "non_users",
)  # fmt: skip


@njit(cache=True)
def answer_shares(likely: float, sd: float) -> tuple[float, float]:
    """Probabilities that a person with mean answer ``likely`` answers 9-10 and 0-6 on the 0-10 scale."""
    return phi((likely - 8.5) / sd), phi((6.5 - likely) / sd)


@njit(cache=True)
def likely_answer(i, attitude, satisfaction, trust, user, personal, weights):  # type: ignore[no-untyped-def]
    """Mean answer of agent ``i`` to 'how likely are you to recommend', in points."""
    answer = personal[i] + weights[1] * attitude + weights[2] * trust
    if user:
        answer += weights[0] * satisfaction
    return answer


@njit(cache=True)
def read_agent(i, t, lift, agents, needs, sat0, rules):  # type: ignore[no-untyped-def]
    """Attitude (weighted by needs), its baseline, satisfaction, trust, awareness of agent ``i`` at ``t``, state untouched."""
    row = agents.hot[i]
    g = agents.seg[i]
    dt = max(t - row[L.T_LAST], 0.0)
    up = 2.0 ** (-dt / rules.half_life_positive)
    down = 2.0 ** (-dt / rules.half_life_negative)
    attitude = 0.0
    for k in range(rules.topics):
        b = agents.base[i, k]
        d = row[k] - b
        attitude += needs[g, k] * (b + d * (up if d > 0.0 else down))
    satisfaction = sat0[i] + lift + row[L.SAT_DEV] * 2.0 ** (-dt / rules.sat_half_life)
    satisfaction = min(1.0, max(0.0, satisfaction))
    trust = agents.trust0[i] + (row[L.TRUST] - agents.trust0[i]) * 2.0 ** (-dt / rules.trust_half_life)
    aware = agents.aware0[g] + (row[L.AWARE] - agents.aware0[g]) * 2.0 ** (-dt / rules.aware_half_life)
    return attitude, satisfaction, trust, aware


@njit(cache=True)
def observe(t, lift, agents, needs, sat0, attitude0, personal, weights, spread, gains, rules):  # type: ignore[no-untyped-def]
    """Means over each segment's agents; reads the state without touching it.

    Parameters
    ----------
    t : float
        Time, h.
    lift : float
        Shift of all users' satisfaction by the service level.
    weights : float64[4]
        Points per satisfaction, attitude, trust; spread of one answer.
    gains : float64[3]
        Conversion, churn and complaint gains.

    Returns
    -------
    float64[K, OBS_WIDTH]
    """
    out = np.zeros((agents.weight.shape[0], OBS_WIDTH))
    count = np.zeros(agents.weight.shape[0])
    for i in range(agents.seg.shape[0]):
        g = agents.seg[i]
        attitude, satisfaction, trust, aware = read_agent(i, t, lift, agents, needs, sat0, rules)
        likely = likely_answer(i, attitude, satisfaction, trust, agents.user[i], personal, weights)
        promoter, detractor = answer_shares(likely, weights[3])
        row = out[g]
        count[g] += 1.0
        row[PROMOTERS] += promoter
        row[DETRACTORS] += detractor
        row[ATTITUDE] += attitude
        row[POSITIVE] += phi((attitude - 0.5 * spread) / spread)
        row[NEGATIVE] += phi((-0.5 * spread - attitude) / spread)
        row[TRUST] += trust
        row[AWARENESS] += aware
        if agents.user[i]:
            row[USERS] += 1.0
            row[SATISFACTION] += satisfaction
            loss = sat0[i] - satisfaction
            row[CHURN] += np.exp(gains[1] * loss)
            row[COMPLAINT] += np.exp(gains[2] * loss)
        else:
            row[NON_USERS] += 1.0
            row[CONVERSION] += aware * np.exp(gains[0] * (attitude - attitude0[i]))
    for g in range(out.shape[0]):
        users, others = out[g, USERS], out[g, NON_USERS]
        for c in (SATISFACTION, CHURN, COMPLAINT):
            out[g, c] = out[g, c] / users if users > 0 else np.nan
        out[g, CONVERSION] = out[g, CONVERSION] / others if others > 0 else 0.0
        for c in (PROMOTERS, DETRACTORS, ATTITUDE, POSITIVE, NEGATIVE, TRUST, AWARENESS, USERS, NON_USERS):
            out[g, c] /= count[g]
    return out


@njit(cache=True)
def answers(who, t, lift, agents, needs, sat0, personal, weights, rules):  # type: ignore[no-untyped-def]
    """Mean answers and satisfaction of the agents ``who``, float64[n, 2]."""
    out = np.empty((who.shape[0], 2))
    for n in range(who.shape[0]):
        i = who[n]
        attitude, satisfaction, trust, _ = read_agent(i, t, lift, agents, needs, sat0, rules)
        out[n, 0] = likely_answer(i, attitude, satisfaction, trust, agents.user[i], personal, weights)
        out[n, 1] = satisfaction if agents.user[i] else 0.5
    return out


def initial_attitude(base: NDArray[np.float32], seg: NDArray[np.uint8], needs: NDArray[np.float64]) -> NDArray[np.float32]:
    """Attitude weighted by needs at the personal baseline, float32[N]."""
    return np.einsum("it,it->i", base, needs[seg].astype(np.float32)).astype(np.float32)
