"""Grid, Latin hypercube, Sobol: what they promise, and the same points as SALib."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from SALib.sample import sobol_sequence
from scipy import stats
from scipy.stats import qmc

from prsim.design import Design, Span, grid, latin_hypercube, sobol
from prsim.errors import ConfigError
from tests.laboratory import dingtalk

CUBE = {"response.first_h": (0, 100), "response.statement_h": (0, 100), "team.drill_gain": (0, 0.5)}
SIZE = np.array([100, 100, 0.5])


def levels(design: Design) -> np.ndarray:
    return design.frame().drop(columns="point").to_numpy()


def refusal(make: Callable[[], Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        make()
    return str(caught.value)


# --- grid ------------------------------------------------------------------------------------------------


def test_a_grid_is_every_combination() -> None:
    made = grid(
        {"response.first_h": [0.5, 2, 4], "response.strategy": ["deny", "fix"], "team.crisis": [1, 3]}
    )
    assert len(made) == 3 * 2 * 2
    assert len({tuple(p.levels.items()) for p in made.points}) == 12
    assert [f.scale for f in made.factors] == ["linear", "category", "linear"]
    assert all(p.changes == p.levels for p in made.points)


def test_a_span_has_equal_steps_or_equal_ratios() -> None:
    made = grid(
        {"response.first_h": Span(0.5, 72, "log", 9), "budget.total": {"lo": 1e6, "hi": 3e6, "count": 5}}
    )
    hours = sorted({p.levels["response.first_h"] for p in made.points})
    assert np.allclose(np.diff(np.log(hours)), math.log(72 / 0.5) / 8)
    assert (hours[0], hours[-1]) == (0.5, 72)
    assert sorted({p.levels["budget.total"] for p in made.points}) == [1e6, 1.5e6, 2e6, 2.5e6, 3e6]
    assert made.factors[0].scale == "log" and made.factors[0].unit == "h"


def test_whole_numbers_stay_whole_and_come_once() -> None:
    made = grid({"team.crisis": Span(0, 3, count=7)})
    assert [p.levels["team.crisis"] for p in made.points] == [0, 1, 2, 3]
    assert all(isinstance(p.changes["team.crisis"], int) for p in made.points)


def test_levels_with_units_truth_values_names_and_groups() -> None:
    made = grid({"response.first_h": ["30min", 2, "1 day"], "response.reply_after_fix": [True, False]})
    assert sorted({p.levels["response.first_h"] for p in made.points}) == [0.5, 2, 24]
    assert made.points[0].changes["response.reply_after_fix"] is True
    assert made.points[0].levels["response.reply_after_fix"] == "true"
    named = grid({"response.playbook": {"soft": {"victim": "fix"}, "hard": {"victim": "deny"}}})
    assert named.points[1].levels == {"response.playbook": "hard"}
    assert named.points[1].changes == {"response.playbook": {"victim": "deny"}}
    assert grid({"incidents": ["none", "storm"]}).factors[0].scale == "category"


def test_titles_and_units_come_from_the_register() -> None:
    base = dingtalk()
    first, events, size = grid(
        {"response.first_h": [1], "budget.split.events": [0.1], "segments.founders.size": [1e6]}, base
    ).factors
    assert (first.title_en, first.unit) == ("Hours from detection to the first response", "h")
    assert first.title_zh == "从察觉到首次回应的小时数"
    assert (events.title_en, events.title_zh, events.unit) == ("Events", "活动", "share")
    assert base.segments["founders"].title_en in size.title_en
    assert base.segments["founders"].title_zh in size.title_zh and size.unit == "persons"


# --- Latin hypercube -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "seed"), [(1, 1), (7, 1), (50, 3), (500, 8)])
def test_each_part_of_each_axis_holds_one_point(count: int, seed: int) -> None:
    places = levels(latin_hypercube(CUBE, count, seed)) / SIZE
    parts = np.floor(places * count).astype(int)
    for axis in parts.T:
        assert sorted(axis) == list(range(count))


def test_on_a_log_axis_parts_are_ratios() -> None:
    hours = levels(latin_hypercube({"response.first_h": (0.5, 72, "log")}, 40))[:, 0]
    parts = np.floor(np.log(hours / 0.5) / math.log(144) * 40).astype(int)
    assert sorted(parts) == list(range(40))


def test_the_same_seed_gives_the_same_points_and_another_one_others() -> None:
    assert latin_hypercube(CUBE, 20, 5) == latin_hypercube(CUBE, 20, 5)
    assert latin_hypercube(CUBE, 20, 5) != latin_hypercube(CUBE, 20, 6)


def test_whole_numbers_are_drawn_alike() -> None:
    """With another factor beside it, each whole number comes equally often."""
    made = latin_hypercube({"team.crisis": (0, 4), "response.first_h": (0, 100)}, 1000)
    counts = made.frame()["team.crisis"].value_counts()
    assert sorted(counts.index) == [0, 1, 2, 3, 4] and set(counts) == {200}


def test_points_that_rounding_makes_the_same_are_taken_once_and_noted() -> None:
    made = latin_hypercube({"team.crisis": (0, 4)}, 50)
    assert sorted(p.levels["team.crisis"] for p in made.points) == [0, 1, 2, 3, 4]
    assert made.notes == ("45 of 50 points fell on others, because the factors are whole numbers.",)


# --- Sobol -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 16, 100, 1024])
def test_the_sequence_is_salibs(count: int) -> None:
    mine = levels(sobol(CUBE, count, scramble=False)) / SIZE
    assert np.allclose(mine, sobol_sequence.sample(count, 3)[:count], atol=1e-11)


@pytest.mark.parametrize("count", [16, 64, 256])
def test_scrambled_it_still_has_one_point_in_every_elementary_interval(count: int) -> None:
    """A (0, 2)-sequence: of the first 2**m points, every box of area 2**-m holds one (Owen's scrambling keeps that)."""
    pair = {key: CUBE[key] for key in list(CUBE)[:2]}
    places = levels(sobol(pair, count, seed=4)) / 100
    m = int(math.log2(count))
    for k in range(m + 1):
        boxes = np.floor(places * [2**k, 2 ** (m - k)]).astype(int)
        assert len({tuple(box) for box in boxes}) == count


def test_it_fills_the_cube_more_evenly_than_points_by_lot() -> None:
    mine = qmc.discrepancy(levels(sobol(CUBE, 128)) / SIZE)
    rng = np.random.default_rng(1)
    lots = [qmc.discrepancy(rng.random((128, 3))) for _ in range(50)]
    assert mine < 0.2 * min(lots)


def test_each_axis_is_uniform() -> None:
    for axis in (levels(sobol(CUBE, 512)) / SIZE).T:
        assert stats.kstest(axis, "uniform").statistic < 1 / 512 + 1e-9


def test_a_count_that_is_no_power_of_two_is_noted_and_a_longer_one_goes_on() -> None:
    few, many = sobol(CUBE, 100), sobol(CUBE, 128)
    assert "64 or 128" in few.notes[0] and not many.notes
    assert few.points == many.points[:100]


# --- refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: grid({}), "factors: is empty"),
        (lambda: grid({"response.first_h": []}), "there are no levels"),
        (lambda: grid({"response.first_hour": [1]}), "did you mean 'response.first_h'?"),
        (lambda: grid({"respons.first_h": [1]}), "did you mean 'response.first_h'?"),
        (lambda: grid({"first_h": [1]}), "did you mean 'response.first_h'?"),
        (lambda: grid({"response.first_h.x": [1]}), "response.first_h is a single value"),
        (
            lambda: grid({"response.first_h": ["fast"]}),
            "response.first_h.0: 'fast' is not a number (unit: h)",
        ),
        (lambda: grid({"response.first_h": ["3 yuan"]}), "the unit here is h"),
        (lambda: grid({"response.first_h": [math.nan]}), "is not a finite number"),
        (lambda: grid({"response.first_h": 3}), "is not a list of levels"),
        (lambda: grid({"response.playbook": [{"victim": "fix"}]}), "give the levels names"),
        (lambda: grid({"response.first_h": [1, 1.0]}), "is the same as point 0"),
        (lambda: grid({"response.first_h": Span(0, 10)}), "how many levels"),
        (lambda: grid({"response.first_h": {"lo": 1, "high": 3}}), "did you mean 'hi'?"),
        (lambda: grid({"seed": [1, 2]}), "cannot be varied: the seeds follow"),
        (lambda: grid({"scenario": ["xiaomi_launch"]}), "compare scenarios with"),
        (
            lambda: grid(
                {
                    "response.first_h": Span(0, 100, count=1000),
                    "response.statement_h": Span(0, 100, count=101),
                }
            ),
            "has 101,000 points; at most 100,000",
        ),
        (lambda: sobol({"response.first_h": (0, 10, "log")}, 8), "has no logarithm"),
        (lambda: sobol({"response.first_h": (5, 5)}, 8), "5 is not above lo (5)"),
        (
            lambda: sobol({"response.first_h": (0, 5000)}, 8),
            "response.first_h.hi: 5000 is out of range; allowed: 0",
        ),
        (lambda: sobol({"response.first_h": (0, 1, "cubic")}, 8), "'cubic' is not a scale"),
        (lambda: sobol({"response.strategy": (0, 1)}, 8), "only a number has a span"),
        (lambda: sobol({"response.first_h": (0,)}, 8), "is not a span"),
        (lambda: sobol(CUBE, 0), "count: 0 is not a whole number"),
        (lambda: sobol(CUBE, 10**9), "has 1,000,000,000 points"),
        (lambda: latin_hypercube(CUBE, 2.5), "count: 2.5 is not a whole number"),  # type: ignore[arg-type]
        (lambda: latin_hypercube(CUBE, 4, seed=-1), "seed: -1"),
        (lambda: latin_hypercube({}, 4), "factors: is empty"),
    ],
)
def test_what_is_refused(make: Callable[[], Any], says: str) -> None:
    assert says in refusal(make)
