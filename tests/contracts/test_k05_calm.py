"""K5: no stories, no incidents: sentiment, satisfaction and NPS stay where they began, whatever the seed."""

from __future__ import annotations

import numpy as np
import pytest

import prsim
from prsim.measure.targets import series_of
from prsim.study.run import Run
from tests.laboratory import dingtalk, fixture

CALM = {"activities": {}, "competitors": {}, "incidents.schedule": {}, "incidents.random.per_year": 0.0}
STATES = (
    "nps",
    "sentiment",
    "satisfaction",
    "trust",
    "awareness",
    "favourability",
    "promoters",
    "detractors",
)
FLOWS = ("complaints", "mentions_negative", "mentions_neutral", "mentions_positive", "negative_share")


@pytest.fixture(scope="module", params=[1, 2, 99])
def calm(request: pytest.FixtureRequest) -> Run:
    return prsim.simulate(fixture("rich", CALM), request.param)


def test_the_state_stays_at_its_baseline(calm: Run) -> None:
    rows = calm.series[calm.series["metric"].isin(STATES)]
    drift = rows.groupby(["metric", "segment"], observed=True)["value"].agg(lambda v: v.max() - v.min())
    assert set(drift.index.get_level_values(0)) == set(STATES)
    assert drift.max() < 1e-6, drift[drift > 1e-6]


def test_everyday_talk_and_complaints_are_even(calm: Run) -> None:
    for metric in FLOWS:
        t, v = series_of(calm.series, metric)
        full = v[(t > 0) & np.isclose(np.diff(t, prepend=-6.0), 6.0)]
        assert len(full) > 90
        assert np.ptp(full) <= 1e-6 * full.mean(), metric


def test_nothing_happens(calm: Run) -> None:
    for metric in ("media_items", "hot_search_hours", "reach", "exposures", "participants"):
        assert np.all(series_of(calm.series, metric)[1] == 0.0), metric
    assert set(calm.events["kind"]) <= {"survey", "false_alarm"}
    assert not calm.summary["incidents"]
    assert not (calm.ledger["kind"] == "spend").any()


def test_the_state_is_the_same_for_every_seed() -> None:
    scenario = fixture("rich", CALM)
    runs = [prsim.simulate(scenario, seed) for seed in (1, 2)]
    a, b = (run.series[run.series["metric"].isin((*STATES, *FLOWS))] for run in runs)
    assert np.array_equal(a["value"], b["value"])


@pytest.mark.parametrize("agents", [5_000, 20_000, 100_000])
def test_nps_begins_where_it_is_configured(agents: int) -> None:
    scenario = dingtalk(f"population.agents={agents}", "horizon_days=1", "incidents=none")
    series = prsim.simulate(scenario).series
    begin = series[(series["metric"] == "nps") & (series["time_h"] == 0.0)].set_index("segment")["value"]
    for name, segment in scenario.segments.items():
        assert abs(begin[name] - segment.nps) < 0.05, name
    sizes = np.array([s.size for s in scenario.segments.values()])
    target = np.average([s.nps for s in scenario.segments.values()], weights=sizes)
    assert abs(begin["all"] - target) < 0.05


def test_satisfaction_begins_near_where_it_is_configured() -> None:
    scenario = fixture("rich", {**CALM, "population.agents": 20_000, "horizon_days": 1.0})
    series = prsim.simulate(scenario).series
    begin = series[series["time_h"] == 0.0].set_index(["metric", "segment"])["value"]
    for name, s in scenario.segments.items():
        assert abs(begin["satisfaction", name] - s.satisfaction_mean) < 0.01, name
        assert abs(begin["trust", name] - s.trust_mean) < 0.01, name
        assert abs(begin["awareness", name] - s.awareness) < 1e-5, name


def test_competitors_that_make_no_comparison_leave_attitudes_alone() -> None:
    changes = {k: v for k, v in CALM.items() if k != "competitors"} | {"competitors.rival.comparison": 0.0}
    run = prsim.simulate(fixture("rich", changes), 1)
    rows = run.series[run.series["metric"].isin(("nps", "sentiment", "satisfaction"))]
    drift = rows.groupby(["metric", "segment"], observed=True)["value"].agg(lambda v: v.max() - v.min())
    assert drift.max() < 1e-4, drift
    assert series_of(run.series, "share_of_voice")[1].min() < 1.0
