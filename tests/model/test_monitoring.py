"""What monitoring notices, when, and what it takes for a crisis that is none."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

import prsim
from prsim.model.simulation import Simulation
from prsim.study.run import Run
from prsim.world.build import build_world
from tests.laboratory import fixture

ALONE: dict[str, Any] = {
    "horizon_days": 9.0, "population.agents": 500, "incidents.random.per_year": 0.0,
    "activities": {}, "competitors": {},
    "incidents.schedule": {"leak_march": {"use": "leak", "start": "2024-03-08T10:30"}},
    "monitoring.bursts_per_month": 0.0, "monitoring.lag_sigma": 0.0,
}  # fmt: skip


def run(seed: int = 1, **changes: Any) -> Run:
    return prsim.simulate(fixture("rich", {**ALONE, **changes}), seed)


def simulation(**changes: Any) -> Simulation:
    s = fixture("rich", {**ALONE, **changes})
    return Simulation(s, build_world(s), 1)


def detected(run: Run) -> float:
    rows = run.events[run.events["kind"] == "detected"]
    return float(rows["time_h"].iloc[0]) if len(rows) else np.inf


@pytest.mark.parametrize(("threshold", "tool"), [(20.0, 0.0), (60.0, 0.0), (60.0, 1.0)])
def test_false_alarms_are_the_bursts_that_pass_the_threshold(threshold: float, tool: float) -> None:
    """Log-normal sizes: the share above the threshold is a normal tail; a tool lowers it, and filters."""
    quiet: dict[str, Any] = {
        "incidents.schedule": {}, "monitoring.bursts_per_month": 300.0, "monitoring.alert_posts": threshold,
        "monitoring.early_posts": 1e6, "monitoring.burst_posts": 15.0, "monitoring.burst_sigma": 1.0,
        "monitoring.tool_filter": 0.7, "horizon_days": 26.0,
    }  # fmt: skip
    s = fixture("rich", {**ALONE, **quiet})
    world = build_world(s)
    counts = []
    for seed in range(1, 7):
        sim = Simulation(s, world, seed)
        if tool:
            sim.monitoring.buy_tool(tool, 1e9)
        sim.run()
        counts.append(sum(event[1] == "false_alarm" for event in sim.events))
    passing = norm.sf(log(threshold * 3.0**-tool / 15.0))
    expected = 300.0 * 26.0 * 24.0 / 730.5 * passing * (1.0 - 0.7 * tool)
    assert abs(np.mean(counts) - expected) < 4.0 * np.sqrt(expected / len(counts))


def test_mood_and_keyword_raise_the_alarm_together_only() -> None:
    usual = {
        "monitoring.alert_posts": 1e6,
        "monitoring.early_posts": 10.0,
        "ambient.mentions_per_day": 4000.0,
    }
    sim = simulation(**usual, **{"monitoring.alert_mood": 0.6, "monitoring.alert_keyword": 2.0})
    expected, negative = sim.monitoring.usual("data_security")
    monitored = 0.8
    assert expected == pytest.approx(4000.0 / 4.0 * monitored * 0.5), "six hours, half of the talk"
    # visible posts from which mood, and from which keyword frequency, passes its threshold
    mood = expected * (0.6 - negative) / (1.0 - 0.6)
    keyword = expected
    both = max(mood, keyword)
    assert not sim.monitoring.alarming(0.98 * both, "data_security", 0.0)
    assert sim.monitoring.alarming(1.02 * both, "data_security", 0.0)
    strict = simulation(**usual, **{"monitoring.alert_mood": 1.0, "monitoring.alert_keyword": 2.0})
    assert not strict.monitoring.alarming(100.0 * both, "data_security", 0.0)


def test_a_rare_topic_is_noticed_with_fewer_posts() -> None:
    sim = simulation(**{"monitoring.alert_posts": 1e6, "monitoring.early_posts": 1.0})
    rare, common = (
        min(v for v in range(1, 100_000) if sim.monitoring.alarming(float(v), topic, 0.0))
        for topic in ("innovation", "data_security")
    )
    assert rare < common


def test_tools_notice_sooner() -> None:
    blind: dict[str, Any] = {"monitoring.alert_posts": 400.0, "monitoring.early_posts": 1e6}
    bought = {"activities": fixture_activities("preparation")}
    assert detected(run(**blind, **bought)) < detected(run(**blind))


def test_a_spreading_node_is_noticed_with_a_tool_only() -> None:
    """Outlets take the matter up while the count of posts stays below its threshold."""
    blind: dict[str, Any] = {
        "monitoring.alert_posts": 1e7, "monitoring.early_posts": 1e7, "monitoring.node_followers": 1e9,
    }  # fmt: skip
    without = run(**blind)
    assert (without.events["kind"] == "media_item").any()
    assert np.isinf(detected(without))
    full = {**blind, "activities": fixture_activities("preparation"), "budget.prices.monitor.effect": 1.0}
    got = run(**full)
    first_item = got.events.loc[got.events["kind"] == "media_item", "time_h"].min()
    assert first_item < detected(got) < first_item + 3.0


def fixture_activities(*names: str) -> dict[str, Any]:
    from tests.laboratory import plain_of

    return {name: a for name, a in plain_of("rich")["activities"].items() if name in names}
