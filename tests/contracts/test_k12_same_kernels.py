"""K12: with the PR effects switched off, the run is made of the textbooks' kernels and behaves like their models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from prsim.model.audience import Audience
from prsim.model.simulation import Simulation
from prsim.scenario.load import from_plain
from prsim.scenario.root import Scenario
from prsim.spread import advance, cascades, exposure, kernels, opinion, reply
from prsim.spread import layout as L
from prsim.spread.exposure import pull
from prsim.world.build import build_world
from tests.laboratory import changed, fixture, plain_of

WITNESSES = 80_000.0
AUDIENCE = 100.0


def test_the_engine_runs_the_very_functions_that_the_textbook_models_run() -> None:
    assert exposure.reinforcement is cascades.reinforcement is kernels.reinforcement
    assert exposure.bounded_pull is opinion.bounded_pull is kernels.bounded_pull
    assert advance.reaction_delay is reply.reaction_delay is kernels.reaction_delay
    assert advance.reaction_cdf is reply.reaction_cdf is kernels.reaction_cdf


def bare(**changes: Any) -> Scenario:
    """One incident on one platform; nobody answers, reports or changes his mind; every post finds the same audience."""
    plain = plain_of("rich")
    plain["activities"] = plain["competitors"] = {}
    for group in (*plain["media"]["groups"].values(), *plain["kols"]["tiers"].values()):
        group["count"] = 0
    for price in ("kol_post", "feature"):
        del plain["budget"]["prices"][price]
    del plain["platforms"]["weibo"]["hot"]
    plain["incidents"]["library"]["leak"] |= {"facts": [], "hit_share": 0.0, "segments": {}, "severity": 0.6}
    plain["incidents"]["schedule"] = {"leak_march": plain["incidents"]["schedule"]["leak_march"]}
    for segment in plain["segments"].values():
        segment |= {"audience": AUDIENCE, "attitude_sd": 0.0, "attitude_mean": 0.0, "attitude_by_topic": {}}
    off: dict[str, Any] = {
        "population.agents": 5000, "population.audience_sigma": 0.0, "population.complex_share": 0.0,
        "population.activity_sigma": 0.0, "incidents.random.per_year": 0.0, "response.strategy": "silence",
        "belief.eta": 0.0, "attention.capacity": 1000.0, "sharing.negative_bonus": 1.0, "sharing.arousal_gain": 0.0,
        "sharing.align_width": 10.0, "sharing.reinforcement": 0.0, "sharing.fade": 0.0, "sharing.ugc_share": 0.0,
        "sharing.interest_half_life_h": 2000.0, "sharing.luck_sigma": 0.0, "sharing.delay_exponent": 4.0,
        "formats.ugc_post.virality": 1.0, "formats.ugc_post.fatigue": 0.0, "platforms.weibo.chat_forward": 0.0,
        "platforms.weibo.formats": {}, "platforms.weibo.see_prob": 0.5, "incidents.library.leak.witnesses": WITNESSES,
        "horizon_days": 12.0,
    }  # fmt: skip
    return from_plain(changed(plain, {**off, **changes}), (26.0,)).scenario


def exposed(scenario: Scenario, seed: int = 1) -> float:
    """Persons exposed to the incident in all, repeats included."""
    sim = Simulation(scenario, build_world(scenario), seed)
    sim.run()
    return float(sim.audience.tf[sim.incidents.records[0].thread.index, L.EXPOSED])


def share_probability(scenario: Scenario, rate: float) -> float:
    """Probability that somebody exposed passes the incident on, from the declared form of the sharing rule."""
    e = scenario.incidents.escalation
    severity = scenario.incidents.library["leak"].severity
    stance = -(e.stance_floor + (1.0 - e.stance_floor) * severity)
    virality = e.virality_floor + severity
    return rate * virality * float(np.exp(-((stance / scenario.sharing.align_width) ** 2)))


@pytest.mark.parametrize("mean_offspring", [0.0, 0.3, 0.6, 0.85])
def test_a_subcritical_cascade_has_the_size_of_a_galton_watson_process(mean_offspring: float) -> None:
    """Mean total progeny of a branching process: one over one minus the mean offspring, per ancestor."""
    probe = bare()
    rate = mean_offspring / (share_probability(probe, 1.0) * AUDIENCE * probe.platforms["weibo"].see_prob)
    sizes = [exposed(bare(**{"platforms.weibo.share_rate": rate}), seed) / WITNESSES for seed in (1, 2)]
    assert np.mean(sizes) == pytest.approx(1.0 / (1.0 - mean_offspring), rel=0.03)


def test_who_waits_for_a_second_sharer_does_not_share_after_one() -> None:
    """Threshold contagion (Centola, Macy 2007): where everybody needs two sharers, single contacts lead nowhere."""
    strict = {
        "population.complex_share": 1.0,
        "sharing.below_threshold": 0.0,
        "platforms.weibo.share_rate": 0.01,
    }
    assert exposed(bare(**strict)) == pytest.approx(WITNESSES, rel=0.02)
    lenient = strict | {"sharing.below_threshold": 1.0}
    simple = {"platforms.weibo.share_rate": 0.01}
    assert exposed(bare(**lenient)) == exposed(bare(**simple)) > 1.3 * WITNESSES


def test_nobody_changes_his_mind_when_belief_is_off() -> None:
    scenario = bare(**{"platforms.weibo.share_rate": 0.01, "belief.trust_gain": 0.0})
    sim = Simulation(scenario, build_world(scenario), 1)
    before = sim.audience.agents.base.copy()
    sim.run()
    topics = len(scenario.topics)
    np.testing.assert_allclose(sim.audience.agents.hot[:, :topics], before[:, :topics], atol=1e-6)


@pytest.mark.parametrize("width", [0.4, 2.0, 10.0])
def test_repeated_pulls_are_the_textbooks_averaging(width: float) -> None:
    """One who listens to a source that never moves: DeGroot, with far-off claims discounted."""
    scenario = fixture(
        "rich", {"belief.confidence_width": width, "belief.halo": 0.0, "population.agents": 500}
    )
    audience = Audience(build_world(scenario), 1, 0.25)
    agents, force, source = audience.agents, 0.2, 0.5
    start = float(agents.hot[7, 0])
    listens = {
        "indptr": [0, 1, 1],
        "indices": [1],
        "weights": force,
        "width": width,
        "steps": 12,
        "path": True,
    }
    path = opinion.degroot(opinions=[start, source], **listens).path
    assert path is not None
    for step in range(1, 13):
        pull(7, 0, source, force, agents, audience.world.rules, 0.0)
        assert agents.hot[7, 0] == pytest.approx(path[step, 0], abs=1e-6)
    assert agents.hot[7, 1] == agents.base[7, 1]


def test_far_off_claims_are_discounted_as_in_the_kernel() -> None:
    scenario = fixture("rich", {"belief.confidence_width": 0.4, "population.agents": 500})
    audience = Audience(build_world(scenario), 1, 0.25)
    agents, halo = audience.agents, scenario.belief.halo
    for i, stance in ((3, -0.9), (4, 0.2), (5, 0.9)):
        a, beside = float(agents.hot[i, 0]), float(agents.hot[i, 1])
        step = kernels.bounded_pull.py_func(a, stance, 0.3, 0.4)
        pull(i, 0, stance, 0.3, agents, audience.world.rules, 0.0)
        assert agents.hot[i, 0] == pytest.approx(a + step, abs=1e-6)
        assert agents.hot[i, 1] == pytest.approx(beside + halo * step, abs=1e-6)
