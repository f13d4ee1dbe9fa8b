"""K2: two runs that differ only in the response policy are identical, bit for bit, until the first detection."""

from __future__ import annotations

from typing import Any

import pytest

import prsim
from prsim.scenario.crisis import STRATEGIES
from prsim.study.run import Run
from prsim.world.build import World, build_world
from tests.laboratory import TABLES, before, dingtalk, fingerprint, fixture

POLICIES: dict[str, dict[str, Any]] = {
    "early": {"response.first_h": 0.1, "response.analysis_h": 0.5, "response.statement_h": 1.0},
    "late": {"response.first_h": 12.0, "response.statement_h": 24.0},
    "statement": {"response.statement_h": 3.0},
    **{name: {"response.strategy": name} for name in (*STRATEGIES, "historical")},
}


def first_detection(run: Run) -> float:
    times = run.events.loc[run.events["kind"] == "detected", "time_h"]
    assert len(times), "the scenario must have an incident that is detected"
    return float(times.iloc[0])


@pytest.fixture(scope="module")
def base() -> tuple[World, Run]:
    scenario = fixture("rich", {"horizon_days": 13.0})
    world = build_world(scenario)
    return world, prsim.simulate(scenario, 1, world=world)


@pytest.mark.parametrize("policy", list(POLICIES))
def test_identical_until_detection_and_not_after(policy: str, base: tuple[World, Run]) -> None:
    world, reference = base
    other = prsim.simulate(fixture("rich", {"horizon_days": 13.0, **POLICIES[policy]}), 1, world=world)
    t = first_detection(reference)
    assert t > 24.0, "there must be something before it"
    assert first_detection(other) == t
    assert before(reference, t) == before(other, t)
    mine, theirs = fingerprint(reference), fingerprint(other)
    assert any(
        mine[f"events.{column}"] != theirs[f"events.{column}"] for column in ("kind", "time_h", "cause")
    )
    assert mine["series.value"] != theirs["series.value"]


def test_detection_itself_is_the_same() -> None:
    """When a first incident is noticed does not depend on what will be done about it, on the default plan either."""
    overrides = ("population.agents=5000", "horizon_days=48", "incidents=scheduled")
    a = prsim.simulate(dingtalk(*overrides), 3)
    b = prsim.simulate(dingtalk(*overrides, "response.strategy=silence"), 3)
    t = first_detection(a)
    assert t == first_detection(b)
    for table, rows in before(a, t).items():
        assert rows == before(b, t)[table], table
    assert all(int(before(a, t)[table]) > 0 for table in TABLES)


def test_an_incident_more_does_not_reshuffle_the_luck_of_the_rest() -> None:
    """What is named by its origin keeps its luck: without the later incident, all is as it was until that begins."""
    changes: dict[str, Any] = {"horizon_days": 12.0, "incidents.random.per_year": 0.0}
    a = prsim.simulate(fixture("rich", changes), 1)
    library = {"incidents.schedule": {"leak_march": {"use": "leak", "start": "2024-03-08T10:30"}}}
    b = prsim.simulate(fixture("rich", {**changes, **library}), 1)
    t = float(a.events.loc[a.events["subject"] == "outage_march", "time_h"].iloc[0])
    assert before(a, t) == before(b, t)
    drop = {"incidents.schedule": {}}
    c = prsim.simulate(fixture("rich", {**changes, **drop}), 1)
    assert before(a, 106.5) == before(c, 106.5)


def test_a_competitor_more_leaves_the_luck_of_the_rest(rich_run: Run) -> None:
    """Arrivals of random incidents do not depend on anything that is decided."""
    other = prsim.simulate(
        fixture("rich", {"activities": {}, "competitors": {}, "response.strategy": "silence"}), 1
    )
    for run in (rich_run, other):
        assert len(run.summary["incidents"]) > 3
    keys = ("id", "start_h", "severity", "persons_hit")
    assert [[i[k] for k in keys] for i in rich_run.summary["incidents"]] == [
        [i[k] for k in keys] for i in other.summary["incidents"]
    ]
