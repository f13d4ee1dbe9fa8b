"""What a run achieved, on series made by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prsim.measure.targets import achieved, baseline, met, series_of, weighted_share
from prsim.scenario.plan import Target

HORIZON = 40 * 24.0
DAYS = np.arange(0.0, 41.0)


def series(**metrics: Any) -> pd.DataFrame:
    """Daily values over forty days of the whole audience, and of a segment that must not be read."""
    parts = []
    for metric, values in metrics.items():
        v = np.broadcast_to(np.asarray(values, float), DAYS.shape)
        parts.append(pd.DataFrame({"time_h": DAYS * 24.0, "segment": "all", "metric": metric, "value": v}))
        parts.append(
            pd.DataFrame({"time_h": DAYS * 24.0, "segment": "owners", "metric": metric, "value": -1e6})
        )
    return pd.concat(parts, ignore_index=True)


def events(*rows: tuple[float, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["time_h", "kind", "subject", "value"])


NOTHING = events()


def target(metric: str, **settings: Any) -> Target:
    return Target(metric=metric, value=settings.pop("value", 0.0), **settings)


def value(goal: Target, table: pd.DataFrame, happened: pd.DataFrame = NOTHING) -> float:
    return achieved(goal, table, happened, HORIZON, 48.0)


RISING = series(nps=DAYS)


def test_a_level_is_judged_at_the_end_over_the_run_or_at_its_most() -> None:
    assert value(target("nps", over="end"), RISING) == pytest.approx(DAYS[26:].mean())
    assert value(target("nps", over="mean"), RISING) == pytest.approx(20.0)
    assert value(target("nps", over="max"), RISING) == 40.0


def test_a_relative_level_is_judged_against_the_first_two_weeks() -> None:
    early = np.median(DAYS[:15])
    assert value(target("nps", relative=True), RISING) == pytest.approx(DAYS[26:].mean() / early - 1.0)
    assert baseline(target("nps"), RISING) == early


@pytest.mark.parametrize(
    "metric", ["participants", "conversions", "churn", "reach", "media_items", "hot_search_hours"]
)
@pytest.mark.parametrize("over", ["end", "mean", "total", "max"])
def test_what_is_counted_from_the_start_is_judged_by_its_last_value(metric: str, over: str) -> None:
    assert value(target(metric, over=over), series(**{metric: DAYS})) == 40.0


def test_a_total_of_a_rate_counts_days_and_not_records() -> None:
    daily = series(complaints=100.0)
    assert value(target("complaints", over="total"), daily) == pytest.approx(4000.0)
    twice = pd.concat([daily, daily.assign(time_h=daily["time_h"] + 6.0)], ignore_index=True)
    assert value(target("complaints", over="total"), twice) == pytest.approx(4000.0)


def test_a_relative_total_is_the_change_of_the_rate() -> None:
    halved = np.where(DAYS <= 14, 100.0, 50.0)
    expected = halved.mean() / 100.0 - 1.0
    assert value(
        target("complaints", over="total", relative=True), series(complaints=halved)
    ) == pytest.approx(expected)


def test_a_total_of_a_count_is_its_sum() -> None:
    assert value(target("mentions_positive", over="total"), series(mentions_positive=3.0)) == pytest.approx(
        123.0
    )


LOUD = np.where(DAYS == 30, 1000.0, 10.0)
POSTS = series(
    mentions_negative=np.where(DAYS == 30, 900.0, 1.0),
    mentions_neutral=np.where(DAYS == 30, 50.0, 4.0),
    mentions_positive=np.where(DAYS == 30, 50.0, 5.0),
    negative_share=np.where(DAYS == 30, 0.9, 0.1),
    positive_share=np.where(DAYS == 30, 50.0 / 950.0, 5.0 / 6.0),
)


def test_a_share_of_posts_is_weighted_by_the_posts() -> None:
    whole = value(target("negative_share", over="mean"), POSTS)
    assert whole == pytest.approx((900.0 + 39.0) / (1000.0 + 390.0))
    assert whole > 0.6, "the mean of the daily shares would be 0.12"
    end = value(target("negative_share", over="end"), POSTS)
    assert end == pytest.approx((900.0 + 13.0) / (1000.0 + 130.0))
    assert value(target("negative_share", over="max"), POSTS) == 0.9
    positive = value(target("positive_share", over="mean"), POSTS)
    assert positive == pytest.approx((50.0 + 39 * 5.0) / (950.0 + 39 * 6.0))


def test_a_relative_share_is_measured() -> None:
    falls = value(target("negative_share", over="mean", relative=True), POSTS)
    assert math.isfinite(falls)
    assert falls > 3.0


def test_a_share_of_no_posts_is_nothing() -> None:
    silent = series(mentions_negative=0.0, mentions_neutral=0.0, mentions_positive=0.0)
    assert math.isnan(weighted_share(silent, "negative_share", 0.0))
    assert math.isnan(weighted_share(silent, "positive_share", 0.0))


def test_a_metric_that_was_never_recorded_is_nothing() -> None:
    assert math.isnan(value(target("trust"), RISING))
    assert math.isnan(baseline(target("trust"), RISING))


def test_first_response_is_the_mean_over_incidents() -> None:
    happened = events(
        (10.0, "first_response", "a", 0.5), (99.0, "first_response", "b", 1.5), (99.0, "level", "b", 9.0)
    )
    assert value(target("first_response_h"), RISING, happened) == 1.0
    assert math.isnan(value(target("first_response_h"), RISING))


def test_resolved_in_time_counts_incidents_that_had_the_time() -> None:
    happened = events(
        (10.0, "incident", "quick", 0.5), (30.0, "resolved", "quick", 20.0),
        (20.0, "incident", "slow", 0.5), (120.0, "resolved", "slow", 100.0),
        (30.0, "incident", "never", 0.5),
        (40.0, "incident", "again", 0.5), (50.0, "resolved", "again", 10.0), (80.0, "reopened", "again", 40.0),
        (200.0, "resolved", "again", 160.0),
        (50.0, "incident", "unnoticed", 0.1),
        (HORIZON - 20.0, "incident", "late", 0.5),
        *((60.0, "detected", name, 1.0) for name in ("quick", "slow", "never", "again", "late")),
    )  # fmt: skip
    assert value(target("resolved_48h"), RISING, happened) == pytest.approx(1 / 4)
    assert math.isnan(value(target("resolved_48h"), RISING))


def test_interaction_rate_is_a_ratio_of_sums() -> None:
    table = series(content_exposures=LOUD, content_interactions=np.where(DAYS == 30, 10.0, 1.0))
    assert value(target("interaction_rate", over="mean"), table) == pytest.approx(
        (10.0 + 39.0) / (1000.0 + 390.0)
    )
    relative = value(target("interaction_rate", over="end", relative=True), table)
    early, late = 20.0 / 200.0, (19.0 + 10.0) / (190.0 + 1000.0)
    assert relative == pytest.approx(late / early - 1.0)
    dull = series(content_exposures=5.0, content_interactions=0.0)
    assert value(target("interaction_rate", over="mean"), dull) == 0.0
    assert math.isnan(value(target("interaction_rate", over="mean", relative=True), dull))


def test_a_change_against_nothing_is_nothing() -> None:
    assert math.isnan(value(target("complaints", relative=True), series(complaints=0.0)))


@pytest.mark.parametrize(("op", "reached"), [(">=", [False, True, True]), ("<=", [True, True, False])])
def test_met(op: str, reached: list[bool]) -> None:
    goal = target("nps", op=op, value=20.0)
    assert [met(goal, v) for v in (19.0, 20.0, 21.0)] == reached


def test_the_whole_audience_is_read_and_no_segment() -> None:
    t, v = series_of(RISING, "nps")
    assert list(v) == list(DAYS)
    assert t[-1] == HORIZON
