from __future__ import annotations

import math

import numpy as np
import pytest

from prsim.study.verdicts import effect_of

RISING = np.array([1.0, 2.0, 3.0, 4.0])
NOTHING = np.zeros(4)


def test_an_effect_of_few_pairs_has_students_interval() -> None:
    # t of 3 degrees of freedom at 97.5 %: 3.182; mean 2.5, SD sqrt(5/3)
    half = 3.1824463 * math.sqrt(5 / 3) / math.sqrt(4)
    found = effect_of(RISING, NOTHING, better_up=True)
    assert found["mean"] == pytest.approx(2.5)
    assert (found["lo"], found["hi"]) == pytest.approx((2.5 - half, 2.5 + half))


@pytest.mark.parametrize(
    ("a", "b", "better_up", "verdict"),
    [
        (RISING, NOTHING, True, "better"),
        (NOTHING, RISING, True, "worse"),
        (NOTHING, RISING, False, "better"),
        (RISING, NOTHING, False, "worse"),
    ],
)
def test_which_way_is_better_decides(a: np.ndarray, b: np.ndarray, better_up: bool, verdict: str) -> None:
    assert effect_of(a, b, better_up)["verdict"] == verdict


@pytest.mark.parametrize("values", [[-1.0, 1.0, 2.0], [0.0, 0.0, 0.0], [3.0], [], [math.nan, 2.0]])
def test_what_cannot_be_told(values: list[float]) -> None:
    assert effect_of(np.array(values), np.zeros(len(values)), better_up=True)["verdict"] == "cannot tell"


def test_missing_pairs_are_left_out() -> None:
    with_gap = effect_of(np.array([1.0, math.nan, 2.0, 3.0, 7.0]), np.zeros(5), better_up=True)
    assert with_gap == effect_of(np.array([1.0, 2.0, 3.0, 7.0]), np.zeros(4), better_up=True)


def test_a_skewed_effect_is_not_taken_for_a_symmetric_one() -> None:
    """The longer tail of the differences is the longer arm of the interval, which Student's t would not show."""
    found = effect_of(
        np.array([0.0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.4, 0.6, 1.0, 9.0]), np.zeros(10), better_up=True
    )
    assert found["hi"] - found["mean"] > 1.2 * (found["mean"] - found["lo"])
