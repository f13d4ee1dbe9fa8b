"""One pass over the audience: the truth in the agents, by segment."""

from __future__ import annotations

from threading import Thread

import numpy as np
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.compiled import fitted, kernel, njit
from prsim.spread.decay import halved
from prsim.spread.single import LOG2_E, exp2, normal_cdf
from prsim.spread.topics import weigh_topics

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
OF_USERS = [SATISFACTION, CHURN, COMPLAINT]
OF_ALL = [PROMOTERS, DETRACTORS, ATTITUDE, POSITIVE, NEGATIVE, TRUST, AWARENESS, USERS, NON_USERS]
BLOCK = 512  # agents at a time, so that what is computed of them stays in the first cache
NAMES = (
    "promoters", "detractors", "attitude", "positive", "negative", "satisfaction", "trust", "awareness",
    "conversion", "churn", "complaint", "users", "non_users",
)  # fmt: skip


@kernel(inlined=True)
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


@kernel(inlined=True)
def read_agent(i, g, table, step, lift, agents, needs, sat0, topics):  # type: ignore[no-untyped-def]
    """Attitude (weighted by needs), satisfaction, trust, awareness of agent ``i``; the state is not touched."""
    h, w = i * L.HALVES, i * L.WORDS
    x = np.int64(agents.times[w + L.W_TOUCHED]) / (60.0 * step)
    k = min(int(x), table.shape[0] - 2)
    f = x - k
    up = table[k, 0] + f * (table[k + 1, 0] - table[k, 0])
    down = table[k, 1] + f * (table[k + 1, 1] - table[k, 1])
    attitude = 0.0
    for c in range(topics):
        b = agents.halves[h + L.H_BASE + c] / L.UNIT
        d = agents.halves[h + c] / L.UNIT - b
        attitude += needs[g, c] * (b + max(d, 0.0) * up + min(d, 0.0) * down)
    left = table[k, 3] + f * (table[k + 1, 3] - table[k, 3])
    trust0 = agents.shares[h + L.H_TRUST0] / L.SHARE
    trust = trust0 + (agents.words[w + L.W_TRUST] - trust0) * left
    left = table[k, 4] + f * (table[k + 1, 4] - table[k, 4])
    aware = agents.aware0[g] + (agents.shares[h + L.H_AWARE] / L.SHARE - agents.aware0[g]) * left
    x = agents.mood[i, L.SAT_T] / (60.0 * step)
    k = min(int(x), table.shape[0] - 2)
    left = table[k, 2] + (x - k) * (table[k + 1, 2] - table[k, 2])
    satisfaction = min(1.0, max(0.0, sat0[i] + lift + agents.mood[i, L.SAT_DEV] * left))
    return attitude, satisfaction, trust, aware


def table_step(t: float, rules: L.Rules) -> tuple[float, int]:
    """Step (h) and length of the decay table, fine enough for an error below 1e-6."""
    shortest = min(
        rules.half_life_positive, rules.half_life_negative, rules.sat_half_life, rules.trust_half_life,
        rules.aware_half_life,
    )  # fmt: skip
    step = min(1.0, shortest / 250.0)
    return step, int(t / step) + 1


class Enumeration:
    """Counts an audience at any time; what does not change between two counts is found once.

    Parameters
    ----------
    weights : float64[4]
        Points per satisfaction, attitude, trust; spread of one answer.
    gains : float64[3]
        Conversion, churn and complaint gains.
    threads
        Threads that count; the result does not depend on it.
    """

    def __init__(
        self,
        agents: L.Agents,
        needs: NDArray[np.float64],
        sat0: NDArray[np.float32],
        attitude0: NDArray[np.float32],
        personal: NDArray[np.float32],
        weights: NDArray[np.float64],
        spread: float,
        gains: NDArray[np.float64],
        rules: L.Rules,
        threads: int = 1,
    ) -> None:
        half_lives = (
            rules.half_life_positive, rules.half_life_negative, rules.sat_half_life, rules.trust_half_life,
            rules.aware_half_life,
        )  # fmt: skip
        numbers = np.concatenate([[0.0, 0.0, spread], weights, gains * LOG2_E, 1.0 / np.array(half_lives)])
        self.numbers = numbers.astype(np.float32)
        blocks, self.first = blocks_of(agents.seg, len(agents.weight))
        self.sums = np.zeros((len(blocks), OBS_WIDTH))
        given = (self.numbers, agents, sat0, attitude0, personal, (needs / L.UNIT).astype(np.float32).ravel())
        share = -(-len(blocks) // threads)
        self.parts = [
            (self.sums[at : at + share], blocks[at : at + share], np.empty((12, BLOCK), np.float32), *given)
            for at in range(0, len(blocks), share)
        ]
        self.add_up = fitted(_observe, self.parts[0])
        everybody = np.bincount(agents.seg, minlength=len(agents.weight)).astype(float)
        users = np.bincount(agents.seg, agents.user, len(agents.weight))
        self.many = np.repeat(everybody[:, None], OBS_WIDTH, axis=1)  # over whom each mean is taken
        self.many[:, OF_USERS] = users[:, None]
        self.many[:, CONVERSION] = np.where(users < everybody, everybody - users, np.inf)

    def at(self, t: float, lift: float) -> NDArray[np.float64]:
        """Means over each segment's agents at ``t`` (h); reads the state without touching it.

        Parameters
        ----------
        lift
            Shift of all users' satisfaction by the service level.

        Returns
        -------
        float64[K, OBS_WIDTH]
            What is said of users is nan in a segment without any, what is said of the others is 0.
        """
        self.numbers[:2] = t, lift
        self.sums.fill(0.0)
        others = [Thread(target=self.add_up, args=part) for part in self.parts[1:]]
        for thread in others:
            thread.start()
        self.add_up(*self.parts[0])
        for thread in others:
            thread.join()
        out: NDArray[np.float64] = np.add.reduceat(self.sums, self.first, axis=0)
        with np.errstate(invalid="ignore"):
            out /= self.many
        return out


def blocks_of(seg: NDArray[np.uint8], segments: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pieces of at most ``BLOCK`` agents of one segment, and which piece is the first of each segment.

    Returns
    -------
    int64[..., 3], int64[K]
        Segment, first agent, agent after the last; numbers of pieces.
    """
    bounds = np.searchsorted(seg, np.arange(segments + 1).astype(seg.dtype))
    starts = [np.arange(bounds[g], bounds[g + 1], BLOCK) for g in range(segments)]
    many = [len(x) for x in starts]
    low = np.concatenate(starts)
    which = np.repeat(np.arange(segments), many)
    first = np.concatenate([[0], np.cumsum(many)[:-1]])
    return np.stack([which, low, np.minimum(low + BLOCK, bounds[which + 1])], axis=1), first


@kernel(vector=True, nogil=True)
def _observe(sums, blocks, columns, numbers, agents, sat0, attitude0, personal, needs):  # type: ignore[no-untyped-def]
    """Sums over each block, which do not depend on who else counts at the same time."""
    for b in range(blocks.shape[0]):
        g, lo, hi = blocks[b, 0], blocks[b, 1], blocks[b, 2]
        _columns(g, lo, hi, agents, needs, numbers, columns)
        _sums(
            sums[b], hi - lo, columns, agents.user[lo:hi], sat0[lo:hi], attitude0[lo:hi], personal[lo:hi],
            agents.aware0[g], numbers,
        )  # fmt: skip


@kernel(inlined=True, vector=True)
def _columns(g, lo, hi, agents, needs, numbers, block):  # type: ignore[no-untyped-def]
    """Decay factors, deviations and attitude (weighted by needs) of one block of agents, as columns."""
    per_h, per_share, aware0 = np.float32(1.0 / 60.0), np.float32(1.0 / L.SHARE), agents.aware0[g]
    for i in range(lo, hi):
        k, h, w = i - lo, i * L.HALVES, i * L.WORDS
        minute = np.int32(agents.times[w + L.W_TOUCHED])
        trust0 = np.float32(agents.shares[h + L.H_TRUST0]) * per_share
        block[0, k] = np.float32(minute) * per_h - numbers[0]
        block[3, k] = agents.mood[i, L.SAT_T] * per_h - numbers[0]
        block[6, k] = agents.mood[i, L.SAT_DEV]
        block[7, k] = agents.words[w + L.W_TRUST] - trust0
        block[8, k] = np.float32(agents.shares[h + L.H_AWARE]) * per_share - aware0
        block[10, k] = trust0
        block[9, k], block[1, k], block[2, k] = weigh_topics(agents.halves, h, needs, g)
    for i in range(hi - lo):
        block[11, i] = block[9, i] + block[1, i] * exp2(block[0, i] * numbers[10])
        block[9, i] = block[11, i] + block[2, i] * exp2(block[0, i] * numbers[11])
        block[3, i] = exp2(block[3, i] * numbers[12])
        block[4, i] = exp2(block[0, i] * numbers[13])
        block[5, i] = exp2(block[0, i] * numbers[14])


@kernel(inlined=True, vector=True)
def _sums(out, n, block, user, sat0, attitude0, personal, aware0, numbers):  # type: ignore[no-untyped-def]
    """Add one block of agents to the sums of its segment."""
    zero, one, top, bottom = np.float32(0.0), np.float32(1.0), np.float32(8.5), np.float32(6.5)
    lift, half, narrow = numbers[1], np.float32(0.5) * numbers[2], one / numbers[2]
    w_satisfaction, w_attitude, w_trust, sharp = numbers[3], numbers[4], numbers[5], one / numbers[6]
    conversion_gain, churn_gain, complaint_gain = numbers[7], numbers[8], numbers[9]
    promoters = detractors = attitude = positive = negative = satisfaction = zero
    trust = awareness = conversion = churn = complaint = users = zero
    for i in range(n):
        a, u = block[9, i], np.float32(user[i])
        s = min(one, max(zero, sat0[i] + lift + block[6, i] * block[3, i]))
        believed = block[10, i] + block[7, i] * block[4, i]
        aware = aware0 + block[8, i] * block[5, i]
        likely = personal[i] + w_attitude * a + w_trust * believed + w_satisfaction * s * u
        promoters += normal_cdf((likely - top) * sharp)
        detractors += normal_cdf((bottom - likely) * sharp)
        attitude += a
        positive += normal_cdf((a - half) * narrow)
        negative += normal_cdf((-half - a) * narrow)
        satisfaction += u * s
        trust += believed
        awareness += aware
        conversion += (one - u) * aware * exp2(conversion_gain * (a - attitude0[i]))
        churn += u * exp2(churn_gain * (sat0[i] - s))
        complaint += u * exp2(complaint_gain * (sat0[i] - s))
        users += u
    out[PROMOTERS] += promoters
    out[DETRACTORS] += detractors
    out[ATTITUDE] += attitude
    out[POSITIVE] += positive
    out[NEGATIVE] += negative
    out[SATISFACTION] += satisfaction
    out[TRUST] += trust
    out[AWARENESS] += awareness
    out[CONVERSION] += conversion
    out[CHURN] += churn
    out[COMPLAINT] += complaint
    out[USERS] += users
    out[NON_USERS] += np.float32(n) - users


def answers(
    who: NDArray[np.int64],
    t: float,
    lift: float,
    agents: L.Agents,
    needs: NDArray[np.float64],
    sat0: NDArray[np.float32],
    personal: NDArray[np.float32],
    weights: NDArray[np.float64],
    rules: L.Rules,
) -> NDArray[np.float64]:
    """Mean answers and satisfaction of the agents ``who``, float64[n, 2]."""
    step, n = table_step(t, rules)
    table = decay_table(t, step, n, rules)
    out: NDArray[np.float64] = _answers(
        who, table, step, lift, agents, needs, sat0, personal, weights, rules.topics
    )
    return out


@njit(cache=True)
def _answers(who, table, step, lift, agents, needs, sat0, personal, weights, topics):  # type: ignore[no-untyped-def]
    out = np.empty((who.shape[0], 2))
    for n in range(who.shape[0]):
        i = who[n]
        attitude, satisfaction, trust, _ = read_agent(
            i, agents.seg[i], table, step, lift, agents, needs, sat0, topics
        )
        out[n, 0] = likely_answer(i, attitude, satisfaction, trust, agents.user[i], personal, weights)
        out[n, 1] = satisfaction if agents.user[i] else 0.5
    return out


def initial_attitude(
    base: NDArray[np.float32], seg: NDArray[np.uint8], needs: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Attitude weighted by needs at the personal baseline, float32[N]."""
    return np.asarray(np.einsum("it,it->i", base, needs[seg].astype(np.float32)), np.float32)
