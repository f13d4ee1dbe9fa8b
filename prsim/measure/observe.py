"""One pass over the audience: the truth in the agents, by segment."""

from __future__ import annotations

import math

import numpy as np
from prsim.spread.compiled import njit
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.exposure import halved, phi

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


@njit(cache=True, inline="always")
def answer_shares(likely: float, sd: float) -> tuple[float, float]:
    """Probabilities that a person with mean answer ``likely`` answers 9-10 and 0-6 on the 0-10 scale."""
    return phi((likely - 8.5) / sd), phi((6.5 - likely) / sd)


@njit(cache=True, inline="always")
def likely_answer(i, attitude, satisfaction, trust, user, personal, weights):  # type: ignore[no-untyped-def]
    """Mean answer of agent ``i`` to 'how likely are you to recommend', in points."""
    answer = personal[i] + weights[1] * attitude + weights[2] * trust
    if user:
        answer += weights[0] * satisfaction
    return answer


@njit(cache=True)
def decay_table(t, step, n, rules):  # type: ignore[no-untyped-def]
    """What is left at ``t`` of a deviation last touched at ``k * step``, float64[n + 1, 5].

    Columns: positive and negative attitude, satisfaction, trust, awareness. Read with linear interpolation, the
    relative error is ``(step * ln 2 / half_life) ** 2 / 8``.
    """
    out = np.empty((n + 2, 5))
    for k in range(n + 2):
        dt = max(t - k * step, 0.0)
        out[k, 0] = halved(dt, rules.half_life_positive)
        out[k, 1] = halved(dt, rules.half_life_negative)
        out[k, 2] = halved(dt, rules.sat_half_life)
        out[k, 3] = halved(dt, rules.trust_half_life)
        out[k, 4] = halved(dt, rules.aware_half_life)
    return out


@njit(cache=True, inline="always")
def read_agent(i, g, table, step, lift, hot, base, needs, trust0, aware0, sat0, topics):  # type: ignore[no-untyped-def]
    """Attitude (weighted by needs), satisfaction, trust, awareness of agent ``i``; the state is not touched."""
    x = hot[i, L.T_LAST] / step
    k = min(int(x), table.shape[0] - 2)
    f = x - k
    up = table[k, 0] + f * (table[k + 1, 0] - table[k, 0])
    down = table[k, 1] + f * (table[k + 1, 1] - table[k, 1])
    attitude = 0.0
    for c in range(topics):
        b = base[i, c]
        d = hot[i, c] - b
        attitude += needs[g, c] * (b + max(d, 0.0) * up + min(d, 0.0) * down)
    left = table[k, 2] + f * (table[k + 1, 2] - table[k, 2])
    satisfaction = min(1.0, max(0.0, sat0[i] + lift + hot[i, L.SAT_DEV] * left))
    left = table[k, 3] + f * (table[k + 1, 3] - table[k, 3])
    trust = trust0[i] + (hot[i, L.TRUST] - trust0[i]) * left
    left = table[k, 4] + f * (table[k + 1, 4] - table[k, 4])
    aware = aware0[g] + (hot[i, L.AWARE] - aware0[g]) * left
    return attitude, satisfaction, trust, aware


def table_step(t: float, rules: L.Rules) -> tuple[float, int]:
    """Step (h) and length of the decay table, fine enough for an error below 1e-6."""
    shortest = min(
        rules.half_life_positive, rules.half_life_negative, rules.sat_half_life, rules.trust_half_life,
        rules.aware_half_life,
    )  # fmt: skip
    step = min(1.0, shortest / 250.0)
    return step, int(t / step) + 1


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
    step, n = table_step(t, rules)
    table = decay_table(t, step, n, rules)
    return _observe(table, step, lift, agents, needs, sat0, attitude0, personal, weights, spread, gains, rules.topics)


@njit(cache=True)
def _observe(table, step, lift, agents, needs, sat0, attitude0, personal, weights, spread, gains, topics):  # type: ignore[no-untyped-def]
    k_all = agents.weight.shape[0]
    out = np.zeros((k_all, OBS_WIDTH))
    count = np.zeros(k_all)
    hot, base, seg, user = agents.hot, agents.base, agents.seg, agents.user
    trust0, aware0 = agents.trust0, agents.aware0
    usual_churn, usual_complaint = math.exp(-gains[1] * lift), math.exp(-gains[2] * lift)
    for i in range(seg.shape[0]):
        g = seg[i]
        attitude, satisfaction, trust, aware = read_agent(
            i, g, table, step, lift, hot, base, needs, trust0, aware0, sat0, topics
        )
        likely = likely_answer(i, attitude, satisfaction, trust, user[i], personal, weights)
        promoter, detractor = answer_shares(likely, weights[3])
        count[g] += 1.0
        out[g, PROMOTERS] += promoter
        out[g, DETRACTORS] += detractor
        out[g, ATTITUDE] += attitude
        out[g, POSITIVE] += phi((attitude - 0.5 * spread) / spread)
        out[g, NEGATIVE] += phi((-0.5 * spread - attitude) / spread)
        out[g, TRUST] += trust
        out[g, AWARENESS] += aware
        if user[i]:
            out[g, USERS] += 1.0
            out[g, SATISFACTION] += satisfaction
            if hot[i, L.SAT_DEV] == 0.0:
                out[g, CHURN] += usual_churn
                out[g, COMPLAINT] += usual_complaint
            else:
                loss = sat0[i] - satisfaction
                out[g, CHURN] += math.exp(gains[1] * loss)
                out[g, COMPLAINT] += math.exp(gains[2] * loss)
        else:
            out[g, NON_USERS] += 1.0
            out[g, CONVERSION] += aware * math.exp(gains[0] * (attitude - attitude0[i]))
    for g in range(k_all):
        users, others = out[g, USERS], out[g, NON_USERS]
        for c in (SATISFACTION, CHURN, COMPLAINT):
            out[g, c] = out[g, c] / users if users > 0 else np.nan
        out[g, CONVERSION] = out[g, CONVERSION] / others if others > 0 else 0.0
        for c in (PROMOTERS, DETRACTORS, ATTITUDE, POSITIVE, NEGATIVE, TRUST, AWARENESS, USERS, NON_USERS):
            out[g, c] /= count[g]
    return out


def answers(who, t, lift, agents, needs, sat0, personal, weights, rules):  # type: ignore[no-untyped-def]
    """Mean answers and satisfaction of the agents ``who``, float64[n, 2]."""
    step, n = table_step(t, rules)
    table = decay_table(t, step, n, rules)
    return _answers(who, table, step, lift, agents, needs, sat0, personal, weights, rules.topics)


@njit(cache=True)
def _answers(who, table, step, lift, agents, needs, sat0, personal, weights, topics):  # type: ignore[no-untyped-def]
    out = np.empty((who.shape[0], 2))
    for n in range(who.shape[0]):
        i = who[n]
        attitude, satisfaction, trust, _ = read_agent(
            i, agents.seg[i], table, step, lift, agents.hot, agents.base, needs, agents.trust0, agents.aware0, sat0,
            topics,
        )  # fmt: skip
        out[n, 0] = likely_answer(i, attitude, satisfaction, trust, agents.user[i], personal, weights)
        out[n, 1] = satisfaction if agents.user[i] else 0.5
    return out


def initial_attitude(base: NDArray[np.float32], seg: NDArray[np.uint8], needs: NDArray[np.float64]) -> NDArray[np.float32]:
    """Attitude weighted by needs at the personal baseline, float32[N]."""
    return np.einsum("it,it->i", base, needs[seg].astype(np.float32)).astype(np.float32)
