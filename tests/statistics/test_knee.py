"""The knee of a curve, against curves whose knee is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from prsim.statistics.knee import knee_of, rising

HOURS = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 36.0, 72.0])


def curve(height: float, knee: float, seed: int, noise: float = 0.05, runs: int = 30) -> np.ndarray:
    """A rise that is steepest, per doubling, between two points; the runs share most of their luck."""
    rng = np.random.default_rng(seed)
    mean = height / (1 + np.exp(-4 * np.log(HOURS / knee)))
    return mean + 0.5 * rng.standard_normal((runs, 1)) + noise * rng.standard_normal((runs, len(HOURS)))


def test_the_closest_rising_curve_is_isotonic_regressions() -> None:
    x = np.random.default_rng(0).standard_normal((200, 7)).cumsum(axis=1)
    wanted = np.array([isotonic_regression(row).x for row in x])
    np.testing.assert_allclose(rising(x), wanted, atol=1e-12)


def test_the_knee_on_a_logarithmic_axis_is_found() -> None:
    hits = 0
    for seed in range(40):
        found = knee_of(HOURS, curve(1.0, math.sqrt(4 * 8), seed), axis="log", resamples=300)
        assert found.rises
        hits += (found.begin, found.end) == (4.0, 8.0)
        assert found.at_lo <= found.at <= found.at_hi
    assert hits >= 38


def test_another_hour_costs_most_early_where_a_rise_begins_at_once() -> None:
    y = np.log(HOURS) + 0.1 * np.random.default_rng(1).standard_normal((40, 1))
    y = y + 0.01 * np.random.default_rng(2).standard_normal(y.shape)
    found = knee_of(HOURS, y, axis="linear")
    assert (found.begin, found.end) == (0.5, 1.0)
    assert found.slope == pytest.approx(math.log(2) / 0.5, rel=0.05)  # rise per hour
    assert found.slope_lo < math.log(2) / 0.5 < found.slope_hi
    assert found.agree > 0.95


def test_a_flat_curve_has_no_knee() -> None:
    flat = 0
    for seed in range(60):
        found = knee_of(HOURS, curve(0.0, 5.0, seed), resamples=100)
        flat += not found.rises
        if not found.rises:
            assert math.isnan(found.at)
    assert flat >= 60 * 0.95 - 3


def test_where_runs_do_not_agree_the_band_is_wide() -> None:
    clear = knee_of(HOURS, curve(1.0, 5.6, 1, noise=0.01), axis="log")
    vague = knee_of(HOURS, curve(1.0, 5.6, 1, noise=1.0), axis="log")
    assert clear.agree > 0.99
    assert vague.agree < 0.9
    assert vague.at_hi / vague.at_lo > clear.at_hi / clear.at_lo


def test_runs_with_gaps_are_left_out() -> None:
    y = curve(1.0, 5.6, 3)
    holed = np.vstack([y, np.full((4, len(HOURS)), np.nan)])
    assert knee_of(HOURS, y) == knee_of(HOURS, holed)


def test_what_is_no_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="increasing"):
        knee_of(np.array([1.0, 1.0]), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="above zero"):
        knee_of(np.array([0.0, 1.0]), np.zeros((3, 2)), axis="log")
