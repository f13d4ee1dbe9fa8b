"""The calendar and its money, read off events and ledger."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import prsim
from prsim.measure.targets import series_of
from prsim.study.run import Run
from tests.laboratory import fixture, plain_of

QUIET: dict[str, Any] = {
    "population.agents": 500, "engine.particles": 8, "incidents.schedule": {}, "incidents.random.per_year": 0.0,
    "competitors": {},
}  # fmt: skip


def run(*activities: str, **changes: Any) -> Run:
    kept = {name: a for name, a in plain_of("rich")["activities"].items() if name in activities}
    return prsim.simulate(fixture("rich", {**QUIET, "activities": kept, **changes}), 1)


def spending(run: Run) -> pd.DataFrame:
    return run.ledger[run.ledger["kind"] == "spend"]


def test_activities_begin_when_the_calendar_says(rich_run: Run) -> None:
    begun = rich_run.events[rich_run.events["kind"] == "activity"].groupby("subject")["time_h"].apply(list)
    assert begun["launch"] == [3 * 24.0 + 10.0]
    assert begun["service_talk"] == [2 * 24.0 + 14.0]
    assert begun["security_series"] == [(1 + 6 * i) * 24.0 + 9.0 for i in range(4)]


def test_money_comes_with_its_phase(rich_run: Run) -> None:
    granted = rich_run.ledger[rich_run.ledger["kind"] == "allocate"].set_index(["line", "action"])
    assert granted.loc[("media", "budget guide"), "time_h"] == 0.0
    assert granted.loc[("media", "budget rebuild"), "time_h"] == 12 * 24.0
    assert granted.loc[("media", "budget guide"), "amount_fen"] == round(2e8 * 0.3 * 0.6)
    assert granted.loc[("crisis_reserve", "budget reserve"), "amount_fen"] == round(2e8 * 0.2)


def test_nothing_is_ordered_after_the_plan_or_from_another_line() -> None:
    got = spending(run("launch"))
    assert set(got["line"]) == {"media", "events"}
    assert set(got["action"]) <= {"kol_post", "feature", "seat"}
    assert got["time_h"].max() <= 3 * 24.0 + 10.0


def test_the_leftover_reserve_is_released_on_its_date() -> None:
    got = run("spring_media")
    moves = got.ledger[got.ledger["kind"] == "move"]
    assert list(moves["line"]) == ["crisis_reserve", "media"]
    assert (moves["time_h"] == 18 * 24.0).all()
    kept = run("spring_media", **{"budget.reserve.leftover": "keep"})
    assert not (kept.ledger["kind"] == "move").any()
    assert -spending(got)["amount_fen"].sum() > -spending(kept)["amount_fen"].sum(), "it is there to be spent"


def test_participants_and_the_users_they_become() -> None:
    got = run("launch")
    seats = -spending(got).loc[spending(got)["action"] == "seat", "amount_fen"].sum() / 3000
    _, participants = series_of(got.series, "participants")
    assert participants[-1] == pytest.approx(seats)
    assert seats > 1000
    _, with_event = series_of(got.series, "conversions")
    _, without = series_of(run("launch", **{"activities.launch.conversion": 0.0}).series, "conversions")
    s = fixture("rich")
    owners, engineers = s.segments["owners"], s.segments["engineers"]
    others = sum(x.size * (1 - x.user_share) for x in (owners, engineers)) / (owners.size + engineers.size)
    assert with_event[-1] - without[-1] == pytest.approx(seats * others * 0.05, rel=1e-6)


def test_service_that_is_bought_shortens_the_wait() -> None:
    _, bought = series_of(run("preparation").series, "service_response_h")
    _, usual = series_of(run().series, "service_response_h")
    assert np.allclose(usual, 5.6)
    assert bought[0] == 5.6
    assert bought[-1] < 5.0


def test_outlets_met_are_counted_once() -> None:
    got = run("security_series")
    _, covered = series_of(got.series, "media_invitation_coverage")
    assert np.all(np.diff(covered) >= 0.0)
    briefed = -spending(got).loc[spending(got)["action"] == "briefing", "amount_fen"].sum() / 300_000
    assert 0.0 < covered[-1] <= min(1.0, briefed / 21.0) + 1e-9


def test_meetings_with_a_tier_are_with_that_tier_only() -> None:
    """Money for far more briefings than there are core outlets (5 of 21)."""
    cheap = {"budget.prices.briefing.yuan": 100.0, "budget.prices.briefing.staff_h": 0.0}
    _, all_ = series_of(run("security_series", **cheap).series, "media_invitation_coverage")
    _, core = series_of(
        run("security_series", **cheap, **{"budget.prices.briefing.tier": "core"}).series,
        "media_invitation_coverage",
    )
    assert all_[-1] == pytest.approx(1.0)
    assert core[-1] == pytest.approx(5 / 21)


def test_a_campaign_makes_itself_known() -> None:
    told, silent = run("security_series", "launch"), run()
    for metric in ("awareness", "reach", "nps"):
        assert series_of(told.series, metric)[1][-1] > series_of(silent.series, metric)[1][-1], metric
    paid = told.events[told.events["kind"] == "media_item"]
    assert len(paid) > 0


def test_nobody_to_write_nothing_to_read() -> None:
    agents = {"population.agents": 5000}  # with 500 the luck of one seed is as large as the difference
    written, unwritten = run("service_talk", **agents), run("service_talk", **agents, **{"team.content": 0})
    reach = [series_of(r.series, "reach")[1][-1] for r in (written, unwritten)]
    assert reach[1] < reach[0]
