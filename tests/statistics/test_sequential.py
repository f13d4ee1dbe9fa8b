"""Sampling that stops when the data say so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from prsim.statistics.differences import Difference, paired_difference
from prsim.statistics.sequential import Draw, look_times, replicate

EXPERIMENTS = 120


def source(seed: int, effect: float = 0.0, metrics: int = 1) -> Draw:
    x = np.random.default_rng(seed).standard_normal((200, metrics)) + effect
    return lambda begin, end: (x[begin:end], np.zeros((end - begin, metrics)))


def clear(found: list[Difference]) -> bool:
    return all(d.told for d in found)


def narrow(width: float) -> Callable[[list[Difference]], bool]:
    return lambda found: all(d.half_width <= width for d in found)


def test_looks_grow() -> None:
    assert look_times(10, 80) == (10, 20, 40, 80)
    assert look_times(10, 100) == (10, 20, 40, 80, 100)
    assert look_times(10, 6) == (6,)
    assert look_times(8, 30, growth=1.5) == (8, 12, 18, 27, 30)
    with pytest.raises(ValueError, match="growth"):
        look_times(10, 80, growth=1.0)


@pytest.mark.parametrize("metrics", [1, 3])
def test_whoever_stops_at_the_first_clear_answer_is_wrong_as_seldom_as_promised(metrics: int) -> None:
    """Equal plans: the worst rule there is, to stop as soon as anything is told."""
    wrong = [
        replicate(
            source(i, metrics=metrics),
            (10, 20, 40, 80),
            lambda d: any(x.told for x in d),
            resamples=100,
            seed=i,
        ).enough
        for i in range(EXPERIMENTS)
    ]
    assert np.mean(wrong) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / EXPERIMENTS)


def test_without_the_correction_it_would_be_wrong_much_more_often() -> None:
    wrong = [
        any(
            paired_difference(*(v[:, 0] for v in source(i)(0, n)), resamples=100).told
            for n in (10, 20, 40, 80)
        )
        for i in range(EXPERIMENTS)
    ]
    assert np.mean(wrong) > 0.09


def test_an_interval_holds_after_stopping_at_a_precision() -> None:
    covered, pairs = 0, []
    for i in range(EXPERIMENTS):
        found = replicate(source(i, 0.7), look_times(10, 120), narrow(0.35), resamples=100, seed=i)
        (d,) = found.differences
        covered += d.lo_simultaneous <= 0.7 <= d.hi_simultaneous
        pairs.append(found.pairs)
        assert d.half_width <= 0.35 or not found.enough
    assert 0.94 <= covered / EXPERIMENTS <= 1.0
    assert 40 < np.median(pairs) < 120


def test_a_large_effect_is_clear_at_the_first_look_and_none_takes_the_budget() -> None:
    large = replicate(source(1, 4.0), (10, 20, 40), clear)
    assert (large.pairs, large.enough, large.differences[0].verdict) == (10, True, "higher")
    none = replicate(source(1), (10, 20, 40), clear)
    assert (none.pairs, none.enough, none.differences[0].verdict) == (40, False, "cannot tell")


def test_every_pair_is_drawn_once_and_in_order() -> None:
    asked: list[tuple[int, int]] = []

    def draw(begin: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        asked.append((begin, end))
        return source(3)(begin, end)

    found = replicate(draw, (10, 20, 25), lambda _: False)
    assert asked == [(0, 10), (10, 20), (20, 25)]
    assert found.differences[0].n == 25
