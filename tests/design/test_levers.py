"""Delays, policies, incidents alone, storms: what they set, and that the run does it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import prsim
from prsim.design import Design, Point, Variations, incidents_alone, policies, response_delays, storms
from prsim.errors import ConfigError
from prsim.scenario.root import Scenario
from prsim.world.build import World, build_world
from tests.laboratory import dingtalk

QUIET = ["population.agents=2000", "horizon_days=8", "activities={}", "monitoring.bursts_per_month=0"]


@pytest.fixture(scope="module")
def base() -> Scenario:
    return dingtalk(*QUIET, "incidents=none", "team.coordination=0")


@pytest.fixture(scope="module")
def world(base: Scenario) -> World:
    return build_world(base)


def refusal(make: Callable[[], Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        make()
    return str(caught.value)


def events_at(base: Scenario, point: Point, world: World, seed: int = 1) -> pd.DataFrame:
    return prsim.simulate(Variations(base).at(point), seed, world=world).events


def first(events: pd.DataFrame, kind: str) -> float:
    times = events[events["kind"] == kind]["time_h"]
    return float(times.iloc[0]) if len(times) else math.nan


# --- delays ----------------------------------------------------------------------------------------------


def test_delays_lie_on_a_log_axis() -> None:
    hours = [p.levels["delay_h"] for p in response_delays(count=9).points]
    assert (hours[0], hours[-1]) == (0.5, 72)
    assert np.allclose(np.diff(np.log(np.array(hours, float))), math.log(144) / 8, rtol=0.01)
    factor = response_delays().factors[0]
    assert (factor.scale, factor.unit) == ("log", "h")
    assert [p.levels["delay_h"] for p in response_delays().points] == [0.5, 1, 2, 4, 8, 12, 24, 48, 72]


@pytest.mark.parametrize("hours", [0.5, 4.0, 24.0])
def test_the_answer_is_given_at_that_hour_with_the_facts(base: Scenario, world: World, hours: float) -> None:
    (alone,) = incidents_alone(base, ["privacy"]).points
    (delay,) = response_delays([hours]).points
    events = events_at(base, Point({}, {**alone.changes, **delay.changes}), world)
    assert first(events, "statement") - first(events, "detected") == pytest.approx(hours, abs=0.02)
    assert first(events, "analysis") <= first(events, "statement")


# --- incidents alone -------------------------------------------------------------------------------------


def test_an_incident_alone_is_the_only_one() -> None:
    """Also where the base has incidents of its own, dated and at random."""
    busy = dingtalk("population.agents=2000", "horizon_days=60", "incidents.random.per_year=100")
    design = incidents_alone(busy, ["api_hole", "privacy"], after_h=30)
    for point in design.points:
        scenario = Variations(busy).at(point)
        assert [s.use for s in scenario.incidents.schedule.values()] == [point.levels["incident"]]
        assert scenario.incidents.random.per_year == 0
        assert scenario.incidents.schedule["case"].start == "2024-02-02T06:00"
    events = prsim.simulate(Variations(busy).at(design.points[0]), 1).events
    assert (events["kind"] == "incident").sum() == 1


# --- policies --------------------------------------------------------------------------------------------


def test_policies_are_strategies_by_levels(base: Scenario) -> None:
    made = policies(base)
    assert len(made) == 9 * 4
    assert {p.levels["level"] for p in made.points} == set(base.response.levels)
    orange = Variations(base).at(
        next(p for p in made.points if dict(p.levels) == {"strategy": "deny", "level": "orange"})
    )
    assert {name: level.loud for name, level in orange.response.levels.items()} == {
        "red": True, "orange": True, "yellow": False, "green": False
    }  # fmt: skip
    assert set(orange.response.playbook.values()) == {"deny"}
    own = Variations(base).at(next(p for p in made.points if p.levels["strategy"] == "matched"))
    assert own.response.playbook == base.response.playbook


def test_a_grave_case_is_answered_in_public_with_the_strategy(base: Scenario, world: World) -> None:
    (alone,) = incidents_alone(base, ["privacy"]).points
    (point,) = policies(base, ["apologise"], ["red"]).points
    events = events_at(base, Point({}, {**alone.changes, **point.changes}), world)
    assert set(events[events["kind"] == "statement"]["cause"]) == {"apologise"}


@pytest.mark.parametrize(("level", "public"), [("red", False), ("yellow", True)])
def test_a_middling_case_is_answered_in_private_below_the_level(
    base: Scenario, world: World, level: str, public: bool
) -> None:
    (alone,) = incidents_alone(base, ["spy_rumour"]).points
    (point,) = policies(base, ["clarify"], [level]).points
    events = events_at(base, Point({}, {**alone.changes, **point.changes}), world)
    assert first(events, "detected") > 0
    assert math.isfinite(first(events, "statement")) == public


# --- storms ----------------------------------------------------------------------------------------------


def test_incidents_arrive_as_often_as_asked() -> None:
    days = 60.0
    base = dingtalk("population.agents=1000", f"horizon_days={days:g}", "incidents=none", "activities={}")
    world = build_world(base)
    counts = {}
    for point in storms(base, [0, 40, 120]).points:
        scenario = Variations(base).at(point)
        runs = [prsim.simulate(scenario, seed, world=world).events for seed in range(1, 6)]
        counts[point.levels["incidents_per_year"]] = sum((e["kind"] == "incident").sum() for e in runs)
    assert counts[0] == 0
    for rate in (40, 120):
        expected = rate * days / 365.25 * 5
        assert abs(counts[rate] - expected) < 4 * math.sqrt(expected)


def test_storms_cross_with_clustering_and_take_the_library_where_none_is_named(base: Scenario) -> None:
    made = storms(base, {"lo": 4, "hi": 64, "scale": "log", "count": 5}, follow_up=[0, 0.4])
    assert len(made) == 10 and made.factors[0].scale == "log"
    assert sorted({p.levels["incidents_per_year"] for p in made.points}) == [4, 8, 16, 32, 64]
    scenario = Variations(base).at(made.points[-1])
    assert scenario.incidents.random.follow_up == 0.4
    assert set(scenario.incidents.random.library) == set(base.incidents.library)
    own = dingtalk(*QUIET)
    assert (
        Variations(own).at(storms(own, [9]).points[0]).incidents.random.library
        == own.incidents.random.library
    )


# --- refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda b: response_delays([]), "hours: is empty"),
        (lambda b: response_delays([0]), "hours.0: 0 h is out of range"),
        (lambda b: response_delays([1, 2000]), "hours.1: 2000 h is out of range"),
        (lambda b: response_delays(["soon"]), "hours.0: 'soon' is not a number"),
        (lambda b: response_delays(lo=4, hi=2, count=3), "is no log axis"),
        (lambda b: response_delays(count=1), "count: 1 is not a whole number"),
        (lambda b: policies(b, ["apologize"]), "unknown strategy 'apologize'; did you mean 'apologise'?"),
        (lambda b: policies(b, []), "strategies: is empty"),
        (lambda b: policies(b, levels=["orage"]), "unknown warning level 'orage'; did you mean 'orange'?"),
        (
            lambda b: incidents_alone(b, ["privacy", "outag"]),
            "use.1: unknown incident 'outag'; did you mean 'outage'?",
        ),
        (lambda b: incidents_alone(b, []), "use: is empty"),
        (lambda b: incidents_alone(b, ["privacy"], after_h=24 * 8), "after_h: 192 h is outside the scenario"),
        (lambda b: storms(b, []), "there are no levels"),
        (lambda b: storms(b, ["often"]), "is not a number"),
    ],
)
def test_what_is_refused(base: Scenario, make: Callable[[Scenario], Design], says: str) -> None:
    assert says in refusal(lambda: make(base))


def test_a_scenario_without_levels_has_no_policies() -> None:
    bare = dingtalk("response.levels={}")
    assert "has no warning levels" in refusal(lambda: policies(bare))
