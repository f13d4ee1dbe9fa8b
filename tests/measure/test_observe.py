"""The census reads what the agents' state says, to the precision it promises, and touches nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from prsim.measure import observe as O
from prsim.model.simulation import Simulation
from prsim.spread import layout as L
from prsim.world.build import build_world
from tests.laboratory import attitudes, awareness, baselines, fixture, from_python, touched_h

T = 300.0


@pytest.fixture(scope="module")
def sim() -> Simulation:
    """A run stopped in the middle: every kind of deviation is there, touched at all kinds of times."""
    s = fixture("rich", {"horizon_days": 12.5, "population.agents": 2000})
    sim = Simulation(s, build_world(s), 1)
    sim.run()
    return sim


def count(sim: Simulation, t: float, threads: int = 1) -> np.ndarray:
    """The census as it would be at time ``t`` if nothing happened until then."""
    c, pop = sim.census, sim.world.population
    enumeration = O.Enumeration(
        sim.audience.agents, pop.needs, pop.sat0, c.attitude0, pop.personal, c.weights, sim.scenario.ambient.spread,
        c.gains, sim.world.rules, threads,
    )  # fmt: skip
    return enumeration.at(t, sim.desk.lift)


def decayed(sim: Simulation, t: float) -> dict[str, np.ndarray]:
    """State of every agent at time ``t`` in double precision, from the declared half-lives."""
    s, a = sim.scenario, sim.audience.agents
    pop = sim.world.population
    topics = len(s.topics)
    age = t - touched_h(sim.audience)
    assert age.min() >= -1e-3
    base = baselines(sim.audience)[:, :topics]

    def left(half_life: float, age: np.ndarray = age) -> np.ndarray:
        return np.asarray(0.5 ** (np.maximum(age, 0.0) / half_life))

    deviation = attitudes(sim.audience)[:, :topics] - base
    up, down = left(s.belief.half_life_positive_h), left(s.belief.half_life_negative_h)
    attitude = base + np.where(deviation > 0, deviation * up[:, None], deviation * down[:, None])
    dent = a.mood[:, L.SAT_DEV] * left(s.service.satisfaction_half_life_h, t - a.mood[:, L.SAT_T] / 60.0)
    aware0 = a.aware0[a.seg].astype(float)
    trust0 = sim.audience.state["trust0"] / L.SHARE
    return {
        "attitude": (attitude * pop.needs[a.seg][:, :topics]).sum(axis=1),
        "satisfaction": np.clip(pop.sat0 + sim.desk.lift + dent, 0.0, 1.0),
        "trust": trust0 + (sim.audience.state["trust"] - trust0) * left(s.belief.trust_half_life_h),
        "awareness": aware0 + (awareness(sim.audience) - aware0) * left(s.belief.awareness_half_life_h),
    }


@pytest.mark.parametrize("later", [0.0, 1.0, 500.0])
def test_a_census_is_the_mean_of_the_agents(sim: Simulation, later: float) -> None:
    t = T + later
    seen, state, pop = count(sim, t), decayed(sim, t), sim.world.population
    rec, spread = sim.scenario.recommendation, sim.scenario.ambient.spread
    assert np.abs(state["attitude"] - decayed(sim, T + 1e5)["attitude"]).max() > 0.05, (
        "something must have happened"
    )
    answer = pop.personal + rec.w_attitude * state["attitude"] + rec.w_trust * state["trust"]
    answer = answer + np.where(pop.user, rec.w_satisfaction * state["satisfaction"], 0.0)
    for k in range(len(pop.weight)):
        here = pop.seg == k
        users = here & pop.user
        close = pytest.approx
        assert seen[k, O.ATTITUDE] == close(state["attitude"][here].mean(), abs=2e-6)
        assert seen[k, O.TRUST] == close(state["trust"][here].mean(), abs=2e-6)
        assert seen[k, O.AWARENESS] == close(state["awareness"][here].mean(), abs=2e-6)
        assert seen[k, O.SATISFACTION] == close(state["satisfaction"][users].mean(), abs=2e-6)
        assert seen[k, O.PROMOTERS] == close(ndtr((answer[here] - 8.5) / rec.answer_sd).mean(), abs=1e-5)
        assert seen[k, O.DETRACTORS] == close(ndtr((6.5 - answer[here]) / rec.answer_sd).mean(), abs=1e-5)
        positive = ndtr((state["attitude"][here] - 0.5 * spread) / spread).mean()
        negative = ndtr((-0.5 * spread - state["attitude"][here]) / spread).mean()
        assert seen[k, O.POSITIVE] == close(positive, abs=1e-5)
        assert seen[k, O.NEGATIVE] == close(negative, abs=1e-5)
        assert seen[k, O.USERS] == users.sum() / here.sum()


def test_looking_touches_nothing(sim: Simulation) -> None:
    agents = sim.audience.agents
    before = sim.audience.state.copy(), agents.mood.copy(), agents.memory.copy()
    first, second = count(sim, T), count(sim, T)
    assert np.array_equal(first, second)
    assert np.array_equal(before[0], sim.audience.state)
    assert np.array_equal(before[1], agents.mood)
    assert np.array_equal(before[2], agents.memory)


@pytest.mark.parametrize("threads", [2, 3, 50])
def test_a_census_does_not_depend_on_how_many_count(sim: Simulation, threads: int) -> None:
    assert np.array_equal(count(sim, T), count(sim, T, threads))


def test_everything_returns_to_the_baseline_in_the_end(sim: Simulation) -> None:
    pop = sim.world.population
    late = count(sim, 1e6)
    base = baselines(sim.audience)
    topics = len(sim.scenario.topics)
    attitude = (base[:, :topics] * pop.needs[pop.seg][:, :topics]).sum(axis=1)
    for k in range(len(pop.weight)):
        here = pop.seg == k
        assert late[k, O.ATTITUDE] == pytest.approx(attitude[here].mean(), abs=1e-5)
        assert late[k, O.TRUST] == pytest.approx(pop.trust0[here].mean(), abs=1e-5)


def test_the_vector_arithmetic_is_as_exact_as_it_says() -> None:
    x = np.linspace(-100.0, 100.0, 4001).astype(np.float32)
    exp2, normal_cdf = from_python(O.exp2), from_python(O.normal_cdf)
    power = np.array([exp2(v) for v in x], float)
    np.testing.assert_allclose(power, 2.0 ** x.astype(float), rtol=4e-7)
    z = np.linspace(-8.0, 8.0, 4001).astype(np.float32)
    share = np.array([normal_cdf(v) for v in z], float)
    np.testing.assert_allclose(share, ndtr(z.astype(float)), atol=4e-7)
    assert np.all((share >= 0.0) & (share <= 1.0))
    assert np.all(np.diff(share) > -1e-6)
