from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import prsim
from prsim.model.arrivals import arrival_rates, random_arrivals
from prsim.spread.draws import Draws
from prsim.study.run import Run
from tests.laboratory import fixture

SMALL: dict[str, Any] = {
    "population.agents": 500, "engine.particles": 8, "activities": {}, "competitors": {}, "incidents.schedule": {},
    "incidents.random.per_year": 0.0, "incidents.random.by_topic": {},
    "incidents.random.follow_up": 0.0, "response.strategy": "silence",
}  # fmt: skip


def run(seed: int = 1, **changes: Any) -> Run:
    return prsim.simulate(fixture("rich", {**SMALL, **changes}), seed)


def test_incidents_arrive_at_their_rate_and_with_their_spread() -> None:
    random: dict[str, Any] = {
        "incidents.random.per_year": 120.0, "incidents.random.library": ["complaint"],
        "incidents.random.severity_spread": 0.3, "incidents.library.complaint.witnesses": 10.0,
    }  # fmt: skip
    runs = [run(seed, **random) for seed in range(1, 7)]
    found = [incident for r in runs for incident in r.summary["incidents"]]
    expected = 120.0 * 26.0 / 365.25 * len(runs)
    assert abs(len(found) - expected) < 4.0 * np.sqrt(expected)
    grave = np.log([incident["severity"] / 0.15 for incident in found])
    assert grave.std() == pytest.approx(0.3, rel=0.4)
    assert abs(grave.mean()) < 4.0 * 0.3 / np.sqrt(len(found))
    assert len({incident["id"] for incident in runs[0].summary["incidents"]}) == len(
        runs[0].summary["incidents"]
    )


def test_topics_that_are_often_criticised_bring_more_incidents() -> None:
    random: dict[str, Any] = {
        "incidents.random.per_year": 150.0, "incidents.random.library": ["complaint", "outage"], "horizon_days": 26.0,
        "incidents.library.outage.topic": "innovation", "incidents.library.outage.witnesses": 10.0,
        "incidents.library.complaint.witnesses": 10.0, "topics.service.negative_share": 0.8,
        "topics.innovation.negative_share": 0.2,
    }  # fmt: skip
    topics = [i["topic"] for seed in (1, 2, 3, 4) for i in run(seed, **random).summary["incidents"]]
    share = topics.count("service") / len(topics)
    assert abs(share - 0.8) < 4.0 * np.sqrt(0.8 * 0.2 / len(topics))


def test_users_hit_are_the_share_of_users_weighted_by_segment() -> None:
    one: dict[str, Any] = {"incidents.schedule": {"leak_march": {"use": "leak", "start": "2024-03-08"}}}
    got = run(horizon_days=6.0, **one).summary["incidents"][0]
    s = fixture("rich")
    weights = {"owners": 0.5, "staff": 0.5, "engineers": 1.0}  # relative to the most affected segment
    expected = sum(0.05 * weights[k] * seg.size * seg.user_share for k, seg in s.segments.items())
    assert got["persons_hit"] == pytest.approx(expected)
    assert got["start_h"] == 4 * 24.0 + 9.0, "a date without a time is nine in the morning"


def test_facts_come_out_when_they_should() -> None:
    one: dict[str, Any] = {"incidents.schedule": {"leak_march": {"use": "leak", "start": "2024-03-08T10:30"}}}
    events = run(horizon_days=7.0, **one).events
    wave = events[(events["kind"] == "second_wave") & (events["cause"] == "fact-0")]
    assert list(wave["time_h"]) == [106.5 + 30.0]


def test_a_graver_incident_does_more_damage() -> None:
    damage = []
    for severity in (0.2, 0.5, 0.9):
        one: dict[str, Any] = {
            "incidents.schedule": {"leak_march": {"use": "leak", "start": "2024-03-08T10:30"}},
            "incidents.library.leak.severity": severity, "population.agents": 3000,
        }  # fmt: skip
        nps = run(horizon_days=10.0, **one).series.query("metric == 'nps' and segment == 'all'")["value"]
        damage.append(float(nps.iloc[0] - nps.iloc[-1]))
    assert 0.0 < damage[0] < damage[1] < damage[2]


def test_whom_an_incident_hits_loses_satisfaction_and_complains() -> None:
    one: dict[str, Any] = {
        "incidents.schedule": {"outage_march": {"use": "outage", "start": "2024-03-08T10:30"}},
        "incidents.library.outage.hit_share": 0.2,
    }  # fmt: skip
    rows = run(horizon_days=8.0, **one).series.query("segment == 'all'")
    satisfaction = rows[rows["metric"] == "satisfaction"].set_index("time_h")["value"]
    assert satisfaction.iloc[-1] < satisfaction.iloc[0] - 0.01
    complaints = rows[rows["metric"] == "complaints"].set_index("time_h")["value"]
    assert complaints[complaints.index > 110].max() > 1.5 * complaints[complaints.index < 106].max()


def test_topics_have_rates_of_their_own() -> None:
    random: dict[str, Any] = {
        "incidents.random.by_topic": {"service": 3.0, "innovation": 1.0}, "incidents.random.per_year": 120.0,
        "incidents.random.library": ["complaint", "outage", "leak"],
        "incidents.library.outage.topic": "innovation", "incidents.library.leak.topic": "innovation",
    }  # fmt: skip
    s = fixture("rich", {**SMALL, **random})
    assert arrival_rates(s) == {"complaint": 90.0, "outage": 15.0, "leak": 15.0}


def test_one_incident_brings_about_others() -> None:
    """A cluster has 1 / (1 - follow_up) incidents on average (branching process), exponentially apart."""
    random: dict[str, Any] = {
        "incidents.random.per_year": 40.0, "incidents.random.library": ["complaint"], "horizon_days": 400.0,
        "calendar_days": 400.0, "incidents.random.follow_up": 0.6, "incidents.random.follow_up_h": 24.0,
    }  # fmt: skip
    s = fixture("rich", {**SMALL, **random, "budget.reserve.leftover": "keep"})
    sizes, gaps = [], []
    for seed in range(1, 9):
        arrivals = random_arrivals(s, Draws(seed))
        assert arrivals == sorted(arrivals)
        at = {name.split("-")[1]: t for t, name, _ in arrivals}
        own = [number for number in at if "." not in number]
        sizes += [sum(n == root or n.startswith(root + ".") for n in at) for root in own]
        gaps += [at[n] - at[n.rpartition(".")[0]] for n in at if "." in n]
    assert abs(np.mean(sizes) - 2.5) < 4.0 * np.std(sizes) / np.sqrt(len(sizes))
    assert abs(np.mean(gaps) - 24.0) < 4.0 * 24.0 / np.sqrt(len(gaps))


def test_clustering_leaves_the_incidents_that_come_of_themselves_where_they_are() -> None:
    random: dict[str, Any] = {"incidents.random.per_year": 120.0, "incidents.random.library": ["complaint"]}
    alone = fixture("rich", {**SMALL, **random, "incidents.random.follow_up": 0.0})
    clustered = fixture("rich", {**SMALL, **random, "incidents.random.follow_up": 0.5})
    first = random_arrivals(alone, Draws(3))
    assert set(first) < set(random_arrivals(clustered, Draws(3)))
