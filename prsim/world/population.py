"""The audience at t = 0: agents as samples of persons.

Agents are sorted by segment. Every trait is drawn by stratified quantiles (one agent per quantile, in a keyed
random order), so its distribution within a segment is the configured one at any number of agents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prsim.scenario.root import Scenario
from prsim.spread.draws import Draws, Stream, stream_key
from prsim.spread.layout import MAX_TOPICS
from prsim.spread.places import PLACES, fill_cells, lots_of


@dataclass(frozen=True, slots=True)
class Population:
    """Audience arrays; ``N`` agents, ``K`` segments, up to eight topics.

    Attributes
    ----------
    seg_ptr : int64[K + 1]
        Agents of segment ``k`` are ``seg_ptr[k]:seg_ptr[k + 1]``.
    seg : uint8[N]
        Segment of each agent.
    weight : float64[K]
        Persons per agent.
    user : bool[N]
    base : float32[N, 8]
        Personal baselines of the attitudes.
    trust0, sat0, personal, audience, chat, activity : float32[N]
        Initial trust; initial satisfaction; persistent answer term in points, the segment's intercept included;
        persons reached by a public post and by a forward into chat; relative activity (mean 1).
    threshold : uint8[N]
        Distinct sharers a person must see before sharing freely.
    slot_ptr, slots : int64[K + 1], uint32[N]
        Places of each segment, two to an agent, and the cells of the activity table (:mod:`prsim.spread.places`).
    user_ptr, users : int64[K + 1], int32[...]
        Users by segment (traits are independent of the order, since each is drawn in a random order of its own).
    """

    seg_ptr: NDArray[np.int64]
    seg: NDArray[np.uint8]
    weight: NDArray[np.float64]
    user: NDArray[np.bool_]
    base: NDArray[np.float32]
    trust0: NDArray[np.float32]
    sat0: NDArray[np.float32]
    personal: NDArray[np.float32]
    audience: NDArray[np.float32]
    chat: NDArray[np.float32]
    activity: NDArray[np.float32]
    threshold: NDArray[np.uint8]
    slot_ptr: NDArray[np.int64]
    slots: NDArray[np.uint32]
    user_ptr: NDArray[np.int64]
    users: NDArray[np.int32]
    needs: NDArray[np.float64]

    @property
    def n(self) -> int:
        """Number of agents."""
        return int(self.seg.shape[0])


def allocate(sizes: NDArray[np.float64], agents: int, exponent: float) -> NDArray[np.int64]:
    """Agents per segment, proportional to ``sizes ** exponent``, at least 16 each, summing to ``agents``.

    Largest-remainder rounding, so that the split is the same at every resolution up to one agent.
    """
    share = sizes**exponent
    ideal = np.maximum(share / share.sum() * agents, 16.0)
    ideal *= agents / ideal.sum()
    n = np.floor(ideal).astype(np.int64)
    order = np.argsort(-(ideal - n), kind="stable")
    n[order[: agents - int(n.sum())]] += 1
    return n


def _shuffled[A: np.ndarray](values: A, seed: int, *names: str) -> A:
    """The same values in a keyed random order, in place."""
    np.random.Generator(np.random.Philox(key=int(stream_key(seed, Stream.POPULATION, *names)))).shuffle(
        values
    )
    return values


def _quantiles(n: int, seed: int, *names: str) -> NDArray[np.float64]:
    return _shuffled((np.arange(n) + 0.5) / n, seed, *names)


def _normal_scores(n: int) -> NDArray[np.float64]:
    """Standard normal quantiles of ``n`` agents, rising; all traits of a segment are these in another order."""
    from scipy.special import ndtri

    scores: NDArray[np.float64] = ndtri((np.arange(n) + 0.5) / n)
    return scores


def _normal(scores: NDArray[np.float64], seed: int, *names: str) -> NDArray[np.float64]:
    z = _shuffled(scores.copy(), seed, *names)
    z /= z.std()
    return z


def _lognormal_mean_one(
    scores: NDArray[np.float64], sigma: float, seed: int, *names: str
) -> NDArray[np.float64]:
    x = _normal(scores, seed, *names)
    np.exp(np.multiply(x, sigma, out=x), out=x)
    x /= x.mean()
    return x


def build_population(scenario: Scenario) -> Population:
    """Draw the audience of a scenario.

    Parameters
    ----------
    scenario
        A loaded scenario; uses its segments, topics, population and recommendation parts.

    Returns
    -------
    Population
    """
    pop, rec, seed = scenario.population, scenario.recommendation, scenario.population.seed
    topics = list(scenario.topics)
    names = list(scenario.segments)
    sizes = np.array([s.size for s in scenario.segments.values()])
    counts = allocate(sizes, pop.agents, pop.allocation_exponent)
    seg_ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    total = int(seg_ptr[-1])
    base = np.zeros((total, MAX_TOPICS), np.float32)
    out = {
        k: np.zeros(total, np.float32) for k in ("trust0", "sat0", "personal", "audience", "chat", "activity")
    }
    user = np.zeros(total, np.bool_)
    threshold = np.ones(total, np.uint8)
    needs = np.zeros((len(names), MAX_TOPICS))
    slots = np.empty(total, np.uint32)
    users: list[NDArray[np.int32]] = []
    for k, name in enumerate(names):
        s, n = scenario.segments[name], int(counts[k])
        here = slice(int(seg_ptr[k]), int(seg_ptr[k + 1]))
        scores = _normal_scores(n)
        common = _normal(scores, seed, name, "attitude")
        for t, topic in enumerate(topics):
            needs[k, t] = s.needs.get(topic, 0.0)
            own = _normal(scores, seed, name, "attitude", topic)
            z = np.sqrt(pop.attitude_common) * common + np.sqrt(1 - pop.attitude_common) * own
            mean = s.attitude_by_topic.get(topic, s.attitude_mean)
            base[here, t] = np.clip(mean + s.attitude_sd * z, -0.95, 0.95)
        out["trust0"][here] = np.clip(
            s.trust_mean + s.trust_sd * _normal(scores, seed, name, "trust"), 0.02, 0.98
        )
        out["sat0"][here] = np.clip(
            s.satisfaction_mean + s.satisfaction_sd * _normal(scores, seed, name, "satisfaction"), 0.02, 0.98
        )
        user[here] = _quantiles(n, seed, name, "user") < s.user_share
        threshold[here] = 1 + (_quantiles(n, seed, name, "threshold") < pop.complex_share)
        activity = _lognormal_mean_one(scores, pop.activity_sigma, seed, name, "activity")
        out["activity"][here] = activity
        out["audience"][here] = s.audience * _lognormal_mean_one(
            scores, pop.audience_sigma, seed, name, "audience"
        )
        out["chat"][here] = s.chat_contacts * _lognormal_mean_one(scores, pop.chat_sigma, seed, name, "chat")
        lots = lots_of(activity, Draws(seed).uniform(Stream.POPULATION, "lots", name))
        slots[here] = fill_cells(lots, int(seg_ptr[k]))
        ids = np.flatnonzero(user[here]).astype(np.int32)
        users.append(ids + np.int32(seg_ptr[k]))
    out["personal"] = _personal_terms(scenario, seg_ptr, base, needs, user, out)
    assert rec.personal_sd > 0
    return Population(
        seg_ptr=seg_ptr,
        seg=np.repeat(np.arange(len(names), dtype=np.uint8), counts),
        weight=sizes / counts,
        user=user,
        base=base,
        trust0=out["trust0"],
        sat0=out["sat0"],
        personal=out["personal"],
        audience=out["audience"],
        chat=out["chat"],
        activity=out["activity"],
        threshold=threshold,
        slot_ptr=PLACES * seg_ptr,
        slots=slots,
        user_ptr=np.concatenate([[0], np.cumsum([len(x) for x in users])]).astype(np.int64),
        users=np.concatenate(users),
        needs=needs,
    )


def _intercept(answer: NDArray[np.float64], sd: float, nps: float) -> float:
    """Points to add to everybody's mean answer so that the NPS is as wanted."""
    from scipy.optimize import brentq
    from scipy.special import ndtr

    chance = np.empty_like(answer)  # one array for all steps: fresh memory costs more than the arithmetic

    def mean_beyond(points: NDArray[np.float64]) -> np.float64:
        np.divide(points, sd, out=chance)
        ndtr(chance, out=chance)
        return np.mean(chance)

    def excess(shift: float) -> float:
        promoters = mean_beyond(np.add(answer, shift - 8.5, out=chance))
        detractors = mean_beyond(np.subtract(6.5 - shift, answer, out=chance))
        return 100.0 * float(promoters - detractors) - nps

    return float(brentq(excess, -40.0, 40.0, xtol=1e-9))


def _personal_terms(
    scenario: Scenario,
    seg_ptr: NDArray[np.int64],
    base: NDArray[np.float32],
    needs: NDArray[np.float64],
    user: NDArray[np.bool_],
    traits: dict[str, NDArray[np.float32]],
) -> NDArray[np.float32]:
    """Persistent answer terms, with each segment's intercept solved so that its NPS starts where configured."""
    rec = scenario.recommendation
    personal = np.zeros(int(seg_ptr[-1]), np.float32)
    for k, (name, s) in enumerate(scenario.segments.items()):
        here = slice(int(seg_ptr[k]), int(seg_ptr[k + 1]))
        scores = _normal_scores(int(seg_ptr[k + 1] - seg_ptr[k]))
        term = rec.personal_sd * _normal(scores, scenario.population.seed, name, "personal")
        answer = (
            rec.w_satisfaction * traits["sat0"][here] * user[here]
            + rec.w_attitude * (base[here] @ needs[k])
            + rec.w_trust * traits["trust0"][here]
            + term
        )
        personal[here] = term + _intercept(answer, rec.answer_sd, s.nps)
    return personal
