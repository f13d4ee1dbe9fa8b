"""What the PR team does, read off the events of runs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import prsim
from prsim.study.run import Run
from tests.laboratory import fixture

# One grave incident on the fourth day, no tools, no drills, no false alarms, nothing at random.
ALONE: dict[str, Any] = {
    "horizon_days": 9.0, "population.agents": 500, "incidents.random.per_year": 0.0,
    "incidents.schedule": {"leak_march": {"use": "leak", "start": "2024-03-08T10:30"}},
    "activities": {}, "competitors": {}, "monitoring.bursts_per_month": 0.0, "monitoring.lag_sigma": 0.0,
    "incidents.library.leak.info_delay_h": 0.0, "response.levels.red.approval_h": 0.0,
    "response.levels.red.handlers": 1,
}  # fmt: skip


def run(**changes: Any) -> Run:
    return prsim.simulate(fixture("rich", {**ALONE, **changes}), 1)


def times(run: Run, kind: str, subject: str = "leak_march") -> list[float]:
    rows = run.events[(run.events["kind"] == kind) & (run.events["subject"] == subject)]
    return [float(t) for t in rows["time_h"]]


def value(run: Run, kind: str, subject: str = "leak_march") -> float:
    rows = run.events[(run.events["kind"] == kind) & (run.events["subject"] == subject)]
    assert len(rows) == 1, rows
    return float(rows["value"].iloc[0])


def test_the_playbook_is_kept_to_the_minute() -> None:
    got = run(**{"response.first_h": 0.75, "response.analysis_h": 2.5, "response.statement_h": 5.0})
    (detected,) = times(got, "detected")
    assert detected > 106.5
    assert times(got, "first_response") == pytest.approx([detected + 0.75])
    assert times(got, "analysis") == pytest.approx([detected + 2.5])
    assert times(got, "statement") == pytest.approx([detected + 5.0])
    incident = got.summary["incidents"][0]
    assert incident["detected_h"] == pytest.approx(detected - 106.5)
    assert incident["first_response_h"] == pytest.approx(detected + 0.75 - 106.5), "since the incident began"
    assert incident["statement_h"] == pytest.approx(detected + 5.0 - 106.5)


def test_information_from_other_departments_is_late() -> None:
    late = {"incidents.library.leak.info_delay_h": 10.0, "team.technical_judgement": 0.2}
    got = run(**late)
    (detected,) = times(got, "detected")
    assert times(got, "analysis") == pytest.approx([detected + 2.0 + 8.0])
    assert times(got, "statement") == pytest.approx([detected + 4.0])


def test_silence_says_nothing() -> None:
    got = run(**{"response.strategy": "silence"})
    assert times(got, "detected")
    for kind in ("first_response", "statement", "measure", "follow_up"):
        assert not times(got, kind)


def test_private_contact_makes_no_statement() -> None:
    got = run(**{"response.strategy": "private_contact"})
    assert times(got, "first_response")
    assert not times(got, "statement")


def test_a_quiet_level_is_answered_in_private_and_a_loud_one_in_public() -> None:
    assert times(run(**{"response.levels.red.loud": True}), "statement")
    assert not times(run(**{"response.levels.red.loud": False}), "statement")


@pytest.mark.parametrize(
    ("severity", "heat", "level"),
    [(0.8, 1e7, "red"), (0.5, 1e7, "orange"), (0.1, 1e7, "yellow"), (0.1, 0.0, "red")],
)
def test_the_gravest_level_that_severity_or_heat_reaches(severity: float, heat: float, level: str) -> None:
    hot = {f"response.levels.{name}.min_heat_per_h": heat for name in ("red", "orange")}
    got = run(
        **hot, **{"incidents.library.leak.severity": severity, "response.levels.yellow.min_heat_per_h": 0.0}
    )
    assert got.summary["incidents"][0]["level"] == level
    ranks = {"red": 3.0, "orange": 2.0, "yellow": 1.0}
    assert value(got, "level") == ranks[level]


@pytest.mark.parametrize(
    ("cluster", "strategy"), [("victim", "clarify"), ("accidental", "fix"), ("preventable", "apologise")]
)
def test_the_matched_strategy_follows_from_responsibility(cluster: str, strategy: str) -> None:
    got = run(**{"incidents.library.leak.cluster": cluster})
    assert got.summary["incidents"][0]["strategy"] == strategy
    historical = run(**{"incidents.library.leak.cluster": cluster, "response.strategy": "historical"})
    assert historical.summary["incidents"][0]["strategy"] == "clarify"


def test_two_cases_at_once_queue_for_one_handler() -> None:
    both: dict[str, Any] = {
        "incidents.schedule": {
            "leak_march": {"use": "leak", "start": "2024-03-08T10:30"},
            "leak_again": {"use": "leak", "start": "2024-03-08T11:00"},
        }
    }
    waits = {}
    for people in (1, 2):
        got = run(**both, **{"team.crisis": people})
        waits[people] = {i["id"]: i["statement_h"] - i["detected_h"] for i in got.summary["incidents"]}
    assert waits[2]["leak_march"] == pytest.approx(4.0)
    assert waits[2]["leak_again"] == pytest.approx(4.0)
    assert sorted(waits[1].values())[0] == pytest.approx(4.0)
    assert sorted(waits[1].values())[1] > 10.0, "the second waits for the first one's statement and follow-up"


def test_more_people_tools_and_a_lower_threshold_notice_sooner() -> None:
    def noticed(**changes: Any) -> float:
        return float(run(**changes).summary["incidents"][0]["detected_h"])

    usual = noticed()
    assert noticed(**{"team.monitoring": 6}) < usual
    assert noticed(**{"monitoring.lag_h": 1.0}) < usual
    assert noticed(**{"monitoring.alert_posts": 5000.0}) > usual
    tool = {"activities": fixture_activity("preparation"), "monitoring.lag_tool_h": 0.25}
    assert noticed(**tool) < usual


def fixture_activity(name: str) -> dict[str, Any]:
    from tests.laboratory import plain_of

    return {name: plain_of("rich")["activities"][name]}


def test_drills_quicken_the_answer() -> None:
    got = run(activities=fixture_activity("preparation"))
    incident = got.summary["incidents"][0]
    assert 4.0 * 0.7 <= incident["statement_h"] - incident["detected_h"] < 4.0
    assert 0.5 * 0.7 <= incident["first_response_h"] - incident["detected_h"] < 0.5


def waves(run: Run) -> set[str]:
    return set(run.events.loc[run.events["kind"] == "second_wave", "cause"])


def test_a_statement_before_the_facts_are_known_feeds_a_second_wave() -> None:
    calm: dict[str, Any] = {"incidents.library.leak.facts": []}
    known, guessed = run(**calm), run(**calm, **{"response.analysis_h": 6.0})
    assert value(guessed, "statement") < value(known, "statement")
    assert not waves(known)
    assert waves(guessed) == {"unconvincing statement"}


def test_a_denial_of_what_could_have_been_prevented_does_harm() -> None:
    denied = run(**{"response.strategy": "deny"})
    assert value(denied, "statement") < 0.0
    assert "unconvincing statement" in waves(denied)
    contradicted = denied.events[denied.events["cause"] == "fact-0"]
    open_answer = run().events
    assert contradicted["value"].iloc[0] > open_answer.loc[open_answer["cause"] == "fact-0", "value"].iloc[0]


def test_stages_follow_one_another(rich_events: pd.DataFrame) -> None:
    for subject in rich_events.loc[rich_events["kind"] == "incident", "subject"]:
        rows = rich_events[rich_events["subject"] == subject]
        first = rows.groupby("kind")["time_h"].min()
        stages = ["incident", "detected", "level", "first_response", "statement", "measure"]
        order = [float(first[kind]) for kind in stages if kind in first]
        assert order == sorted(order), subject


def test_whoever_leads_a_level_signs_the_statement() -> None:
    plain, signed = run(), run(**{"response.levels.red.approval_h": 1.5})
    assert times(signed, "first_response") == times(plain, "first_response")
    assert times(signed, "statement") == pytest.approx([times(plain, "statement")[0] + 1.5])


def test_coordination_shortens_what_other_departments_take() -> None:
    late = {"incidents.library.leak.info_delay_h": 10.0, "team.technical_judgement": 0.0}
    got = run(**late, **{"team.coordination": 0.4})  # M18: delays by cross-department work -60 %
    assert times(got, "analysis") == pytest.approx([times(got, "detected")[0] + 2.0 + 4.0])


def test_a_public_reply_follows_private_contact_once_the_cause_is_removed() -> None:
    """C2: private contact first, public reply after the fix."""
    private = {"response.strategy": "private_contact", "incidents.library.leak.fix_h": 20.0}
    quiet, replied = (run(**private, **{"response.reply_after_fix": x}) for x in (False, True))
    assert not times(quiet, "follow_up")
    (detected,) = times(replied, "detected")
    assert times(replied, "follow_up") == pytest.approx([detected + 20.5])
