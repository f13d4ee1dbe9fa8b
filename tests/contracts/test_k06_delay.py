"""K6: for incidents that reach the hot list, with a matched strategy and evidence, a later answer is never better."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

import prsim
from prsim.scenario.crisis import Scheduled
from prsim.scenario.root import Scenario
from prsim.study.run import Run
from prsim.world.build import World, build_world

HOURS = (0.5, 2.0, 4.0, 12.0, 24.0, 72.0)
SEEDS = range(1, 17)
START_H = 44.0  # 2024-02-02 20:00, the hour of the incident


def alone(name: str, agents: int = 8000, days: float = 21.0) -> Scenario:
    """The DingTalk scenario with one incident of its library and nothing else going on."""
    base = prsim.load("dingtalk_2024", [f"population.agents={agents}", "incidents=none"])
    incident = dataclasses.replace(base.incidents.library[name], info_delay_h=0.0)
    return dataclasses.replace(
        base,
        activities={},
        horizon_days=days,
        incidents=dataclasses.replace(
            base.incidents,
            library={name: incident},
            schedule={"case": Scheduled(use=name, start="2024-02-02T20:00")},
        ),
        monitoring=dataclasses.replace(base.monitoring, bursts_per_month=0.0),
    )


def answered(base: Scenario, world: World, seed: int, **response: object) -> Run:
    scenario = dataclasses.replace(base, response=dataclasses.replace(base.response, **response))
    return prsim.simulate(scenario, seed, world=world)


def damage(run: Run) -> float:
    """Mean loss of NPS over the run, points."""
    rows = run.series[(run.series["segment"] == "all") & (run.series["metric"] == "nps")]
    nps = rows["value"].to_numpy()
    return float(nps[0] - nps.mean())


@pytest.fixture(scope="module")
def sweep() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Damage by seed and delay; damage unanswered; hour after detection at which the unanswered case is hottest."""
    base = alone("privacy")
    world = build_world(base)
    silent = [answered(base, world, seed, strategy="silence") for seed in SEEDS]
    rows = []
    for seed in SEEDS:
        row = [damage(answered(base, world, seed, first_h=h, analysis_h=0.0, statement_h=h)) for h in HOURS]
        rows.append(row)
    entered = []
    for run in silent:
        hot = run.events[run.events["kind"] == "hot_search_enter"]["time_h"]
        found = run.events[run.events["kind"] == "detected"]["time_h"].iloc[0]
        if len(hot):
            entered.append(hot.iloc[0] - found)
    return np.array(rows), np.array([damage(r) for r in silent]), np.array(entered)


@pytest.mark.slow
def test_damage_does_not_fall_as_the_answer_gets_later(sweep: tuple[np.ndarray, ...]) -> None:
    damages, _, _ = sweep
    for early, late in zip(range(len(HOURS) - 1), range(1, len(HOURS)), strict=True):
        difference = damages[:, late] - damages[:, early]
        fall = stats.ttest_1samp(difference, 0.0, alternative="less").pvalue
        assert fall > 0.01, f"{HOURS[late]} h does less harm than {HOURS[early]} h: {difference.mean():.4f}"
    slope = [stats.spearmanr(np.arange(len(HOURS)), row).statistic for row in damages]
    assert stats.ttest_1samp(slope, 0.0, alternative="greater").pvalue < 0.01


@pytest.mark.slow
def test_an_answer_three_days_late_costs_much_of_what_no_answer_costs(sweep: tuple[np.ndarray, ...]) -> None:
    damages, silent, _ = sweep
    assert stats.ttest_rel(damages[:, -1], damages[:, 0], alternative="greater").pvalue < 0.01
    assert stats.ttest_rel(silent, damages[:, -1], alternative="greater").pvalue < 0.01


@pytest.mark.slow
def test_the_loss_per_hour_is_largest_around_the_hot_search_threshold(sweep: tuple[np.ndarray, ...]) -> None:
    damages, _, entered = sweep
    assert len(entered) >= len(SEEDS) // 2, "the case reaches the hot list when unanswered"
    losses = np.diff(damages, axis=1) / np.diff(HOURS)
    loss = losses.mean(axis=0)
    # the crossing (or, where it came before the alarm, the first delay looked at) lies in an interval or beside it
    crossing = max(HOURS[0], float(np.median(entered)))
    near = [i for i in range(len(loss)) if HOURS[max(i - 1, 0)] <= crossing <= HOURS[min(i + 2, len(loss))]]
    steepest = max(near, key=lambda i: loss[i])
    for i in set(range(len(loss))) - set(near):
        steeper = stats.ttest_rel(losses[:, i], losses[:, steepest], alternative="greater").pvalue
        assert steeper > 0.01, (
            f"an hour costs more from {HOURS[i]} h on: {loss}, crossing at {crossing:.2f} h"
        )
    assert loss[steepest] > 1.5 * loss[-1]
