"""Common random numbers: pairs of runs with the same seed tell two plans apart with a tenth of the runs, or fewer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

import prsim
from prsim.study.run import Run
from prsim.world.build import build_world
from tests.laboratory import dingtalk, mean_of

SMALL = ("population.agents=5000", "horizon_days=75", "incidents.random.per_year=0")
SEEDS = range(1, 65)  # a ratio of variances is uncertain by half with sixteen
OTHER_SEEDS = range(101, 165)
PLANS: dict[str, tuple[str, ...]] = {
    "base": (),
    "budget": ("budget.split.media_kol=0.30", "budget.split.content=0.30"),
    "delay": ("response.first_h=1.0", "response.analysis_h=2.5", "response.statement_h=4.5"),
    "hardly": ("response.first_h=0.52", "response.analysis_h=2.02", "response.statement_h=4.02"),
}
METRICS = ("nps", "sentiment")

type Values = Mapping[str, np.ndarray]


def measured(name: str, seeds: range) -> Values:
    """Time means of a plan by metric, one for each seed."""
    scenario = dingtalk(*SMALL, *PLANS[name])
    world = build_world(scenario)
    runs: list[Run] = [prsim.simulate(scenario, seed, world=world) for seed in seeds]
    return {metric: np.array([mean_of(run, metric) for run in runs]) for metric in METRICS}


def gain(a: np.ndarray, b: np.ndarray) -> float:
    """Variance of the difference of two plans with independent seeds, over that of the differences of pairs."""
    return float((a.var(ddof=1) + b.var(ddof=1)) / (a - b).var(ddof=1))


@pytest.fixture(scope="module")
def plans() -> dict[str, Values]:
    return {name: measured(name, SEEDS) for name in PLANS}


@pytest.mark.slow
@pytest.mark.parametrize(("plan", "metric"), [("budget", "nps"), ("budget", "sentiment"), ("delay", "nps")])
def test_pairs_need_a_tenth_of_the_runs(plan: str, metric: str, plans: dict[str, Values]) -> None:
    """Five points of budget, half an hour of delay; without random incidents, where pairs gain least."""
    assert gain(plans["base"][metric], plans[plan][metric]) >= 10.0


@pytest.mark.slow
def test_a_change_that_hardly_changes_anything_leaves_the_luck_of_the_rest(plans: dict[str, Values]) -> None:
    """If synchrony were lost, a minute of delay would scatter results as much as half an hour does."""
    base, minute, half_an_hour = (plans[name]["nps"] for name in ("base", "hardly", "delay"))
    assert gain(base, minute) >= 50.0
    assert (base - minute).std() < 0.7 * (base - half_an_hour).std()


@pytest.mark.slow
def test_without_common_seeds_nothing_is_gained(plans: dict[str, Values]) -> None:
    other = measured("budget", OTHER_SEEDS)["nps"]
    assert 1.0 / 3.0 < gain(plans["base"]["nps"], other) < 3.0
