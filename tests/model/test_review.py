"""The plan adapts to its own figures: what is stopped, what is reinforced, where impressions move."""

from __future__ import annotations

from typing import Any

import pytest

import prsim
from prsim.measure.targets import series_of
from prsim.study.run import Run
from tests.laboratory import fixture, plain_of

QUIET: dict[str, Any] = {
    "population.agents": 500, "engine.particles": 8, "incidents.schedule": {}, "incidents.random.per_year": 0.0,
    "competitors": {}, "review.every_days": 0.0, "review.platform_days": 0.0, "review.min_shown": 1000.0,
}  # fmt: skip


def run(**changes: Any) -> Run:
    kept = {name: a for name, a in plain_of("rich")["activities"].items() if name == "security_series"}
    return prsim.simulate(fixture("rich", {**QUIET, "activities": kept, **changes}), 1)


def money(run: Run, action: str, since_h: float = 0.0) -> int:
    rows = run.ledger[(run.ledger["kind"] == "spend") & (run.ledger["action"] == action)]
    return -int(rows.loc[rows["time_h"] >= since_h, "amount_fen"].sum())


def test_a_format_under_the_minimum_is_stopped_and_its_money_reinforces_the_best() -> None:
    """Nobody in this audience cares for videos: they are skipped more often than articles."""
    weekly: dict[str, Any] = {"review.every_days": 7.0, "review.judge": "completion", "review.minimum": 0.5}
    usual, reviewed = run(), run(**weekly, **{"review.reinforce": 1.0})
    stops = reviewed.events[reviewed.events["kind"] == "content_stopped"]
    assert list(stops["subject"]) == ["video"]
    assert list(stops["cause"]) == ["article"]
    assert stops["value"].iloc[0] < 0.5
    when = float(stops["time_h"].iloc[0])
    assert money(usual, "video", when) > 0
    assert money(reviewed, "video", when) == 0
    assert money(reviewed, "article", when) > money(usual, "article", when)


def test_without_reinforcement_the_money_stays_on_its_line() -> None:
    weekly: dict[str, Any] = {"review.every_days": 7.0, "review.judge": "completion", "review.minimum": 0.5}
    kept, moved = (run(**weekly, **{"review.reinforce": x}) for x in (0.0, 1.0))
    assert kept.summary["spent_fen"] < moved.summary["spent_fen"]
    assert kept.summary["balanced"]


def test_the_best_format_is_never_stopped() -> None:
    strict = run(**{"review.every_days": 7.0, "review.judge": "interaction", "review.minimum": 1.0})
    stopped = set(strict.events.loc[strict.events["kind"] == "content_stopped", "subject"])
    assert len(stopped) == 1


def test_paid_impressions_move_to_the_platform_where_people_interact() -> None:
    moving = run(**{"review.platform_days": 6.0, "review.platform_shift": 1.0})
    shifts = moving.events[moving.events["kind"] == "platform_shift"]
    assert len(shifts) == 1, "nothing is left to move after the first"
    names = {"weibo": "impressions", "zhihu": "answers"}
    when = float(shifts["time_h"].iloc[0]) + 1.0
    assert money(moving, names[shifts["subject"].iloc[0]], when) == 0
    assert money(moving, names[shifts["cause"].iloc[0]], when) > 0


def test_followers_grow_with_interactions_and_no_other_way() -> None:
    usual = run()
    none = run(**{"funnel.follow_per_interaction": 0.0})
    t, followers = series_of(usual.series, "followers")
    assert followers[-1] > followers[0]
    start = series_of(none.series, "followers")[1]
    assert start == pytest.approx([start[0]] * len(t))
    # one follower per so many interactions, before anyone is lost
    kept = run(**{"funnel.unfollow_per_month": 0.0})
    won = dict(zip(*series_of(kept.series, "followers"), strict=True))
    acted = dict(zip(*series_of(kept.series, "engagement"), strict=True))
    for day in (5, 12, 25):  # counted at the end of each day, seen at the next look
        assert won[24.0 * day + 6.0] - won[0.0] == pytest.approx(0.05 * acted[24.0 * day], rel=1e-6)


def test_content_made_for_a_segment_meets_mostly_that_segment() -> None:
    """Impressions are bought for the addressed; organic reach is not: precision lies between."""
    usual = run()
    _, all_ = series_of(usual.series, "content_aimed")
    _, hit = series_of(usual.series, "content_on_target")
    assert 0.0 < hit.sum() < all_.sum()


def test_a_format_that_nobody_takes_in_is_not_judged_by_its_readers() -> None:
    nobody = {f"segments.{k}.formats": {"video": 0.0} for k in ("owners", "staff", "engineers")}
    judged = {"review.every_days": 7.0, "review.judge": "interaction", "review.minimum": 1.0}
    got = run(**nobody, **judged)
    assert not (got.events["kind"] == "content_stopped").any(), (
        "articles are the best, videos have no readers"
    )
    by_completion = run(**nobody, **{**judged, "review.judge": "completion", "review.minimum": 0.1})
    stops = by_completion.events[by_completion.events["kind"] == "content_stopped"]
    assert list(stops["subject"]) == ["video"]
    assert list(stops["title_en"]) == ["Short video → Article"]
