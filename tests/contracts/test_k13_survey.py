"""K13: a survey of n has the sampling error of a survey of n."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2

from prsim.measure.survey import nps_with_error, survey_wave
from prsim.measure.targets import series_of
from prsim.model.simulation import Simulation
from prsim.study.run import Run
from prsim.world.build import build_world
from tests.laboratory import fixture

WAVES = 600


def frozen(respondents: int, bias: float, agents: int = 20_000) -> Simulation:
    """An audience in which nothing has happened, asked as often as one likes."""
    changes = {
        "survey.respondents": respondents, "survey.response_bias": bias, "population.agents": agents,
        "activities": {}, "competitors": {}, "incidents.schedule": {}, "incidents.random.per_year": 0.0,
    }  # fmt: skip
    s = fixture("rich", changes)
    return Simulation(s, build_world(s), 1)


def shares(sim: Simulation) -> tuple[float, float]:
    """Promoters and detractors in truth."""
    seen = sim.census.count()
    return tuple(np.average(seen[:, c], weights=sim.world.sizes) for c in (0, 1))  # type: ignore[return-value]


@pytest.mark.parametrize("respondents", [100, 400, 1500])
def test_spread_over_waves_is_that_of_the_formula(respondents: int) -> None:
    sim = frozen(respondents, bias=0.0)
    waves = np.array([survey_wave(sim, w) for w in range(WAVES)])
    p, d = shares(sim)
    truth, sd = 100.0 * (p - d), 100.0 * math.sqrt((p + d - (p - d) ** 2) / respondents)
    assert abs(waves[:, 0].mean() - truth) < 4.0 * sd / math.sqrt(WAVES)
    ratio = waves[:, 0].var(ddof=1) / sd**2 * (WAVES - 1)
    assert chi2.ppf(1e-4, WAVES - 1) < ratio < chi2.ppf(1 - 1e-4, WAVES - 1)
    # the error that is reported is the error that is made
    assert abs(waves[:, 1].mean() - sd) < 0.02 * sd
    covered = np.mean(np.abs(waves[:, 0] - truth) <= 1.96 * waves[:, 1])
    assert abs(covered - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / WAVES) + 0.01


def test_who_is_content_answers_more_readily() -> None:
    waves = {}
    for bias in (-3.0, 0.0, 3.0):
        sim = frozen(1500, bias)
        waves[bias] = np.mean([survey_wave(sim, w)[0] for w in range(60)])
    assert waves[-3.0] < waves[0.0] - 1.0
    assert waves[3.0] > waves[0.0] + 1.0


def test_waves_differ_and_repeat_by_their_number() -> None:
    sim = frozen(400, 0.0, agents=2000)
    waves = [survey_wave(sim, w) for w in (0, 1, 0)]
    assert waves[0] == waves[2] != waves[1]


def test_asking_changes_nothing() -> None:
    sim = frozen(400, 0.5, agents=2000)
    state, memory = sim.audience.state.copy(), sim.audience.agents.memory.copy()
    survey_wave(sim, 0)
    assert np.array_equal(sim.audience.state, state)
    assert np.array_equal(sim.audience.agents.memory, memory)


def test_formula() -> None:
    # 50 % promoters, 20 % detractors of 400: variance of one answer .7 - .09 = .61
    nps, se = nps_with_error(200, 80, 400)
    assert nps == pytest.approx(30.0)
    assert se == pytest.approx(100.0 * math.sqrt(0.61 / 400))
    assert nps_with_error(10, 0, 10) == (100.0, 0.0)


def test_waves_of_a_run_come_when_they_should_and_miss_the_truth_by_their_error(rich_run: Run) -> None:
    t, nps = series_of(rich_run.series, "nps_survey")
    _, se = series_of(rich_run.series, "nps_survey_se")
    assert list(t) == [168.0, 336.0, 504.0]
    truth = dict(zip(*series_of(rich_run.series, "nps"), strict=True))
    bias = 2.0  # response_bias of the fixture: the content answer a little more often
    for when, value, error in zip(t, nps, se, strict=True):
        assert 1.0 < error < 6.0
        assert abs(value - truth[when]) < 4.0 * error + bias
