"""Paired differences against models whose truth is known."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from prsim.statistics.differences import Difference, paired_difference, paired_differences, pairs_needed
from prsim.statistics.joint import single_risk

TRIALS = 2000
RESAMPLES = 1000


def errors(law: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Differences around a true mean of zero."""
    rng = np.random.default_rng(seed)
    if law == "normal":
        return rng.standard_normal(shape)
    if law == "skewed":  # log-normal, skewness 1.75
        return np.exp(0.5 * rng.standard_normal(shape)) - math.exp(0.125)
    if law == "very skewed":  # log-normal, skewness 3.3
        return np.exp(0.75 * rng.standard_normal(shape)) - math.exp(0.75**2 / 2)
    return rng.standard_t(4, shape)  # heavy tails


@cache
def trials(law: str, n: int) -> list[Difference]:
    """Each column one experiment with n pairs, at a true difference of zero."""
    x = errors(law, (n, TRIALS), seed=n)
    # a column alone is what is tried: a joint statement about thousands would be another matter
    return paired_differences(x, np.zeros_like(x), resamples=RESAMPLES)


@pytest.mark.parametrize("n", [10, 20, 50])
@pytest.mark.parametrize("law", ["normal", "skewed", "very skewed", "heavy"])
def test_an_interval_of_95_percent_covers_the_truth_as_often(law: str, n: int) -> None:
    covered = np.mean([d.lo <= 0.0 <= d.hi for d in trials(law, n)])
    assert 0.93 <= covered <= 0.97


@pytest.mark.parametrize("law", ["normal", "heavy"])
@pytest.mark.parametrize("n", [10, 50])
def test_the_chance_of_being_higher_is_right_as_often_as_it_says(law: str, n: int) -> None:
    """True differences as likely above as below: of the answers "80 %", 80 % are right."""
    rng = np.random.default_rng(3)
    truth = rng.uniform(-8, 8, TRIALS) / math.sqrt(n)
    x = truth + errors(law, (n, len(truth)), seed=n + 1)
    p = np.array([d.p_higher for d in paired_differences(x, 0 * x, resamples=RESAMPLES)])
    sure = np.maximum(p, 1 - p)
    right = np.where(p > 0.5, truth > 0, truth < 0)
    for lo, hi in ((0.55, 0.75), (0.75, 0.9), (0.9, 0.99)):
        here = (sure > lo) & (sure <= hi) & (p != 0.5)
        assert right[here].mean() == pytest.approx(sure[here].mean(), abs=4 * 0.5 / math.sqrt(here.sum()))
    assert right[sure > 0.99].mean() > 0.985


@pytest.mark.parametrize("n", [10, 20, 50])
def test_without_a_difference_every_chance_is_as_likely_as_any_other(n: int) -> None:
    p = np.array([d.p_higher for d in trials("normal", n)])
    for level in (0.05, 0.2, 0.8, 0.95):
        assert (p < level).mean() == pytest.approx(
            level, abs=0.03
        )  # a little towards a half: of two answers the less sure


def test_the_interval_and_the_chance_agree() -> None:
    for d in trials("very skewed", 20):
        if min(abs(d.p_higher - edge) for edge in (0.025, 0.975)) > 2 / RESAMPLES:
            assert (d.lo > 0) == (d.p_higher > 0.975)
            assert (d.hi < 0) == (d.p_higher < 0.025)


@pytest.mark.parametrize("law", ["normal", "heavy"])
@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_equal_plans_are_seldom_told_apart_in_any_of_many_metrics(law: str, shared: float) -> None:
    """At most once in twenty, all metrics together; without the correction it would be once in two or three."""
    told = alone = 0
    experiments, n, metrics = 250, 20, 12
    every = errors(law, (2, experiments, n, metrics), 1)
    every = math.sqrt(1 - shared) * every + math.sqrt(shared) * errors(law, (2, experiments, n, 1), 2)
    for i, (a, b) in enumerate(zip(*every, strict=True)):
        found = paired_differences(a, b, resamples=300, seed=i)
        told += any(d.told for d in found)
        alone += any(d.lo > 0 or d.hi < 0 for d in found)
    assert told / experiments <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / experiments)
    assert told < alone / 2


def test_a_metric_that_says_the_same_costs_nothing() -> None:
    x = np.random.default_rng(1).standard_normal((30, 1))
    one, two = single_risk(x), single_risk(np.repeat(x, 40, axis=1) * np.arange(1, 41))
    assert one == pytest.approx(0.05)
    assert two == pytest.approx(0.05, rel=0.1)


def test_independent_metrics_cost_what_sidak_says() -> None:
    x = np.random.default_rng(1).standard_normal((400, 20))
    assert single_risk(x) == pytest.approx(1 - 0.95 ** (1 / 20), rel=0.15)


def test_an_interval_of_normal_data_is_students() -> None:
    """With many pairs all intervals are the same: the bootstrap's and Student's, from outside."""
    x = np.random.default_rng(4).normal(0.3, 1.0, 800)
    d = paired_difference(x, np.zeros(800), resamples=20_000)
    lo, hi = stats.ttest_1samp(x, 0.0).confidence_interval(0.95)
    assert (d.lo, d.hi) == (pytest.approx(lo, abs=0.004), pytest.approx(hi, abs=0.004))
    assert d.p_higher > 0.9999 - 1 / 20_000
    assert (d.mean, d.sd, d.n) == (pytest.approx(x.mean()), pytest.approx(x.std(ddof=1)), 800)


@pytest.mark.parametrize("effect", [0.3, 0.6])
def test_with_as_many_pairs_as_are_needed_the_answer_is_probably_clear(effect: float) -> None:
    n = int(pairs_needed(effect, 1.0))
    x = np.random.default_rng(9).normal(effect, 1.0, (n, TRIALS))
    found = np.mean([d.lo > 0 for d in paired_differences(x, 0 * x, resamples=RESAMPLES)])
    assert 0.76 <= found <= 0.84


def test_more_pairs_are_needed_for_a_smaller_effect_or_less_risk() -> None:
    assert pairs_needed(0.1, 1.0) > pairs_needed(0.2, 1.0) > pairs_needed(0.4, 1.0)
    assert pairs_needed(0.2, 1.0, risk=0.001) > pairs_needed(0.2, 1.0)
    assert pairs_needed(0.0, 1.0) == math.inf
    assert math.isnan(pairs_needed(math.nan, 1.0))


def test_pairing_is_worth_what_the_shared_luck_is() -> None:
    rng = np.random.default_rng(2)
    luck, own = rng.standard_normal(5000), rng.standard_normal((2, 5000))
    d = paired_difference(3 * luck + own[0], 3 * luck + own[1])
    assert d.variance_ratio == pytest.approx(10.0, rel=0.1)  # (9 + 1) / 1


def test_shares_of_worlds_count_equal_ones_half() -> None:
    d = paired_difference([3.0, 2.0, 1.0, 1.0], [1.0, 1.0, 1.0, 2.0])
    assert (d.share_higher, d.share_equal) == (0.625, 0.25)
    assert d.share_lo < 0.625 < d.share_hi


def test_the_share_of_worlds_is_covered() -> None:
    x = np.random.default_rng(8).standard_normal((20, TRIALS)) + 0.5
    truth = stats.norm.cdf(0.5)
    found = paired_differences(x, 0 * x, resamples=10)
    assert 0.92 <= np.mean([d.share_lo <= truth <= d.share_hi for d in found]) <= 0.98


# --- what data may look like --------------------------------------------------------------------------------


def test_plans_that_never_differ() -> None:
    d = paired_difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert (d.mean, d.lo, d.hi, d.sd) == (0.0, 0.0, 0.0, 0.0)
    assert (d.p_higher, d.share_higher, d.share_equal) == (0.5, 0.5, 1.0)
    assert (d.verdict, d.needed) == ("cannot tell", math.inf)
    assert math.isinf(d.variance_ratio)


def test_rounding_is_no_difference() -> None:
    a = np.array([0.1 + 0.2, 1e6, 7.0])
    d = paired_difference(a, [0.3, 1e6 + 1e-8, 7.0])
    assert d.mean == 0.0
    assert d.verdict == "cannot tell"


def test_a_difference_that_is_always_the_same_is_certain() -> None:
    a = np.random.default_rng(0).uniform(1, 2, 12)
    d = paired_difference(a - 0.1, a)
    assert d.verdict == "lower"
    assert d.lo == pytest.approx(-0.1)
    assert d.hi == pytest.approx(-0.1)
    assert (d.p_higher, d.needed) == (0.0, 12.0)


def test_gaps_are_left_out_of_their_metric_only() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.standard_normal((2, 30, 2))
    a[:7, 0] = math.nan
    b[5:9, 0] = math.inf
    gappy, whole = paired_differences(a, b)
    assert (gappy.n, whole.n) == (21, 30)
    alone = paired_difference(a[9:, 0], b[9:, 0])
    assert gappy.mean == alone.mean
    # resampled with the gaps, the number of values varies as well
    assert gappy.lo == pytest.approx(alone.lo, abs=0.1)
    assert whole == paired_differences(a[:, 1:], b[:, 1:])[0] or whole.lo == pytest.approx(
        paired_difference(a[:, 1], b[:, 1]).lo
    )


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_pairs_say_nothing(n: int) -> None:
    d = paired_difference([2.0] * n, [1.0] * n)
    assert d.n == n
    assert d.verdict == "cannot tell"
    assert math.isnan(d.needed)
    assert not math.isfinite(d.lo)


def test_two_pairs_say_little() -> None:
    d = paired_difference([1.0, 1.2], [0.0, 0.0])
    assert d.lo == pytest.approx(1.1 - 12.7062 * 0.1, abs=1e-3)  # t of one degree of freedom
    assert d.verdict == "cannot tell"


def test_a_rare_effect_does_not_make_a_limit_infinite() -> None:
    d = paired_difference([0.0] * 9 + [1.0], [0.0] * 10)
    assert d.verdict == "cannot tell"
    assert 0.3 < d.hi < 3.0


def test_the_same_data_give_the_same_answer() -> None:
    a, b = np.random.default_rng(5).standard_normal((2, 15, 3))
    assert paired_differences(a, b, seed=3) == paired_differences(a, b, seed=3)
    assert paired_differences(a, b, seed=3) != paired_differences(a, b, seed=4)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        paired_differences(np.zeros((3, 2)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="level"):
        paired_difference([1.0], [2.0], level=95)
