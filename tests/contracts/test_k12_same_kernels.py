"""K12: with the PR effects switched off, the run is made of the textbooks' kernels and behaves like their models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from prsim.model.audience import Audience
from prsim.model.simulation import Simulation
from prsim.scenario.load import from_plain
from prsim.scenario.root import Scenario
from prsim.spread import advance, cascades, exposure, kernels, lookups, opinion, passing, reply, response
from prsim.spread import layout as L
from prsim.spread.calendar import MINUTE_BITS
from prsim.spread.exposure import pull
from prsim.world.build import build_world
from tests.laboratory import attitudes, changed, fixture, from_python, plain_of

pull_now = from_python(pull)
_respond = from_python(response.respond)
WITNESSES = 80_000.0
AUDIENCE = 100.0


def test_the_engine_runs_the_very_functions_that_the_textbook_models_run() -> None:
    assert lookups.reinforcement is cascades.reinforcement is kernels.reinforcement
    assert exposure.bounded_pull is opinion.bounded_pull is kernels.bounded_pull
    assert passing.reaction_delay is reply.reaction_delay is kernels.reaction_delay
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
    sizes = [exposed(bare(**{"platforms.weibo.share_rate": rate}), seed) / WITNESSES for seed in range(1, 7)]
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
    before = sim.audience.state["base"].copy()
    sim.run()
    assert (sim.audience.state["seen"] > 0).any()
    assert np.array_equal(sim.audience.state["attitude"], before)


@pytest.mark.parametrize("width", [0.4, 2.0, 10.0])
def test_repeated_pulls_are_the_textbooks_averaging(width: float) -> None:
    """One who listens to a source that never moves: DeGroot, with far-off claims discounted."""
    scenario = fixture(
        "rich", {"belief.confidence_width": width, "belief.halo": 0.0, "population.agents": 500}
    )
    audience = Audience(build_world(scenario), 1, 0.25)
    agents, force, source = audience.agents, 0.2, 0.5
    start = float(attitudes(audience)[7, 0])
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
        pull_now(7, 0, source, force, np.float32(0.5), agents, audience.world.rules, 0.0)
        assert attitudes(audience)[7, 0] == pytest.approx(path[step, 0], abs=3.0 / L.UNIT)
    assert audience.state["attitude"][7, 1] == audience.state["base"][7, 1]


def test_far_off_claims_are_discounted_as_in_the_kernel() -> None:
    scenario = fixture("rich", {"belief.confidence_width": 0.4, "population.agents": 500})
    audience = Audience(build_world(scenario), 1, 0.25)
    agents, halo = audience.agents, scenario.belief.halo
    for i, stance in ((3, -0.9), (4, 0.2), (5, 0.9)):
        a, beside = attitudes(audience)[i, :2]
        step = kernels.bounded_pull.py_func(a, stance, 0.3, 0.4)
        pull_now(i, 0, stance, 0.3, np.float32(0.5), agents, audience.world.rules, 0.0)
        assert attitudes(audience)[i, :2] == pytest.approx([a + step, beside + halo * step], abs=1.0 / L.UNIT)


def respond(many: int, columns: np.ndarray, marks: np.ndarray, numbers: tuple[np.float32, ...]) -> None:
    """All that exposures come to, stage after stage."""
    for stage in range(response.STAGES):
        _respond(stage, many, columns.ravel(), marks.ravel(), numbers)


def test_an_exposure_comes_to_the_same_wherever_it_stands() -> None:
    """To the last bit: one that is worked out again stands alone in the first place."""
    rng = np.random.default_rng(6)
    columns = rng.uniform(0.0, 1.0, (L.C_COLUMNS, L.COLUMN)).astype(np.float32)
    columns[int(L.C_EFFECT) // L.COLUMN] = rng.choice([1.0, -0.3], L.COLUMN)
    marks = rng.integers(-30_000, 30_000, (L.M_COLUMNS, L.COLUMN)).astype(np.int32)
    marks[int(L.M_TOUCHED) // L.COLUMN] = rng.integers(0, 90, L.COLUMN)
    marks[int(L.M_WHEN) // L.COLUMN] = rng.integers(60, 400, L.COLUMN) << MINUTE_BITS
    marks[int(L.M_LUCK) // L.COLUMN] = rng.integers(0, 1 << L.LUCK_BITS, L.COLUMN)
    numbers = tuple(map(np.float32, (2.0, 1.0, 0.1, 0.2, 2.5, 1.0, -0.01, -0.004, -0.002, -0.001, -0.003)))
    for many in (L.BATCH, 41, 24, 7):
        together = columns.copy()
        respond(many, together, marks, numbers)
        for k in range(many):
            alone, mark = np.roll(columns, -k, axis=1).copy(), np.roll(marks, -k, axis=1).copy()
            respond(1, alone, mark, numbers)
            assert alone[:, 0].tobytes() == together[:, k].tobytes(), (many, k)


@pytest.mark.parametrize("width", [0.3, 1.0, 5.0])
def test_an_exposure_pulls_as_the_kernel_does(width: float) -> None:
    """The engine takes several exposures at a time, in single precision; it must come to the same."""
    rng = np.random.default_rng(5)
    columns = np.zeros((L.C_COLUMNS, L.COLUMN), np.float32)
    marks = np.zeros((L.M_COLUMNS, L.COLUMN), np.int32)
    before, base, stance = rng.uniform(-1.0, 1.0, (3, L.BATCH))
    force, effect = rng.uniform(0.0, 1.6, L.BATCH), rng.choice([1.0, 0.4, -0.3], L.BATCH)
    marks[int(L.M_ATTITUDE) // L.COLUMN, : L.BATCH] = np.rint(before * L.UNIT)
    marks[int(L.M_WHEN) // L.COLUMN] = 90 << MINUTE_BITS
    heard = rng.integers(
        0, 2, L.BATCH
    )  # who has heard of the thread; to the others the story says something else
    marks[int(L.M_MEMORY) // L.COLUMN, : L.BATCH] = heard
    marks[int(L.M_BASE) // L.COLUMN, : L.BATCH] = np.rint(base * L.UNIT)
    gap, half_lives = before - base, np.where(before > base, 120.0, 300.0)
    before = base + gap * 0.5 ** (90.0 / half_lives)
    said = {L.SAID_STANCE: stance, L.SAID_FORCE: force}
    for kind, values in said.items():
        for start, meant in ((L.C_SAID, heard == 1), (L.C_SAID_NAIVE, heard == 0)):
            columns[int(start + kind) // L.COLUMN, : L.BATCH] = np.where(meant, values, 0.77)
    columns[int(L.C_EFFECT) // L.COLUMN, : L.BATCH] = effect
    columns[int(L.C_REPEAT) // L.COLUMN] = 1.0
    numbers = (1.0 / width, 1.0, 0.1, 0.2, 2.5, 1.0, -1.0 / 120.0, -1.0 / 300.0, 0.0, 0.0, 0.0)
    respond(L.BATCH, columns, marks, tuple(map(np.float32, numbers)))
    step = columns[int(L.C_STEP) // L.COLUMN, : L.BATCH]
    pulled = [
        kernels.bounded_pull.py_func(*x, width)
        for x in zip(before, stance, np.minimum(force, 1.0), strict=True)
    ]
    expected = np.where(effect > 0.0, effect * pulled, effect * force * np.maximum(before, 0.0))
    assert step == pytest.approx(expected, abs=1.0 / L.UNIT)  # attitudes are whole multiples of that
