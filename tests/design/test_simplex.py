"""Splits of the budget: sums of one, a lattice as large as the formula says, draws with their moments."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import prsim
from prsim.design import Design, Variations, simplex_dirichlet, simplex_lattice
from prsim.errors import ConfigError
from prsim.scenario.root import Scenario

LINES = ("media_kol", "content", "crisis_reserve", "events", "tools")


@pytest.fixture(scope="module")
def base() -> Scenario:
    return prsim.load("dingtalk_2024", ["budget.unfunded=drop"])


def shares(design: Design) -> np.ndarray:
    return design.frame().drop(columns="point").to_numpy()


def refusal(make: Callable[[], Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        make()
    return str(caught.value)


# --- lattice ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "points"), [(1, 5), (2, 15), (4, 70), (5, 126), (10, 1001)])
def test_a_lattice_has_as_many_points_as_the_formula_says(base: Scenario, steps: int, points: int) -> None:
    made = simplex_lattice(base, divisions=steps)
    assert len(made) == points == math.comb(steps + 4, 4)
    assert np.allclose(shares(made).sum(axis=1), 1, rtol=0, atol=1e-9)
    assert np.allclose(shares(made) * steps, np.round(shares(made) * steps), atol=1e-9)


@pytest.mark.parametrize("steps", [2, 3, 4, 6])
def test_fewer_lines_with_the_rest_fixed(base: Scenario, steps: int) -> None:
    made = simplex_lattice(base, divisions=steps, lines=["media_kol", "content", "events"])
    assert len(made) == math.comb(steps + 2, 2)
    assert np.allclose(shares(made).sum(axis=1), 0.75)  # reserve 0.20 and tools 0.05 stay
    assert set(made.points[0].changes) == {f"budget.split.{n}" for n in ("media_kol", "content", "events")}


def test_lower_bounds_leave_a_smaller_simplex(base: Scenario) -> None:
    made = simplex_lattice(base, step=0.05, bounds={"content": [0.2, 1], "tools": ["5%", "100%"]})
    assert len(made) == math.comb(15 + 4, 4)  # (1 - 0.25) / 0.05
    assert shares(made)[:, 1].min() == 0.2 and shares(made)[:, 4].min() == 0.05


@pytest.mark.parametrize("step", [0.1, 0.2, 0.05])
def test_with_bounds_on_both_sides_it_is_what_going_through_all_finds(base: Scenario, step: float) -> None:
    bounds = {
        "media_kol": [0.1, 0.5],
        "content": [0.1, 0.3],
        "crisis_reserve": [0.0, 0.3],
        "events": [0.0, 1.0],
    }
    lines = list(bounds)
    made = simplex_lattice(base, step=step, lines=lines, bounds=bounds, rest="scaled")
    m = round((1 - 0.2) / step)
    caps = [math.floor((hi - lo) / step + 1e-9) for lo, hi in bounds.values()]
    found = {
        k
        for k in itertools.product(*(range(min(cap, m) + 1) for cap in caps))
        if sum(k) <= m  # the other line has the rest
    }
    wanted = {
        tuple(round(lo + n * step, 9) for (lo, _), n in zip(bounds.values(), k, strict=True)) for k in found
    }
    assert {tuple(round(x, 9) for x in row) for row in shares(made)} == wanted
    assert len(made) == len(wanted)


def test_the_rest_is_scaled_in_its_proportions(base: Scenario) -> None:
    made = simplex_lattice(base, divisions=4, lines=["crisis_reserve"], rest="scaled")
    assert [p.levels["budget.split.crisis_reserve"] for p in made.points] == [0, 0.25, 0.5, 0.75, 1]
    half = made.points[2].changes
    assert sum(half.values()) == pytest.approx(1)
    assert half["budget.split.media_kol"] / half["budget.split.tools"] == pytest.approx(0.35 / 0.05)


def test_what_is_kept_can_be_a_line(base: Scenario) -> None:
    made = simplex_lattice(base, step=0.25, lines=[*LINES, "kept"], bounds={"kept": [0, 0.5]})
    names = [f.name for f in made.factors]
    assert names == [*(f"budget.split.{line}" for line in LINES), "budget.kept"]
    assert np.allclose(shares(made).sum(axis=1), 1)
    assert shares(made)[:, 5].max() == 0.5
    scenario = Variations(base).at(made.points[-1])
    assert scenario.budget.kept + sum(scenario.budget.split.values()) == pytest.approx(1)


def test_what_the_base_keeps_stays_kept() -> None:
    base = prsim.load("dingtalk_2024", ["budget.kept=0.05", "budget.split.tools=0", "budget.unfunded=drop"])
    made = simplex_lattice(base, divisions=3)
    assert np.allclose(shares(made).sum(axis=1), 0.95)


def test_every_point_is_a_plan_that_can_be_run(base: Scenario) -> None:
    Variations(base).check(simplex_lattice(base, divisions=3).points)
    Variations(base).check(simplex_dirichlet(base, 50).points)


# --- Dirichlet -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "alpha", [1.0, 4.0, {"media_kol": 3.5, "content": 2.5, "crisis_reserve": 2, "events": 1.5}]
)
def test_draws_have_the_moments_of_the_distribution(base: Scenario, alpha: Any) -> None:
    n = 8000
    drawn = shares(simplex_dirichlet(base, n, alpha=alpha, seed=2))
    a = np.array([alpha.get(line, 1.0) if isinstance(alpha, dict) else alpha for line in LINES])
    mean = a / a.sum()
    variance = mean * (1 - mean) / (a.sum() + 1)
    covariance = -np.outer(mean, mean) / (a.sum() + 1)
    assert np.allclose(drawn.sum(axis=1), 1, rtol=0, atol=1e-9) and (drawn >= 0).all()
    assert (abs(drawn.mean(axis=0) - mean) < 4.5 * np.sqrt(variance / n)).all()
    found = np.cov(drawn.T)
    assert np.allclose(np.diag(found), variance, rtol=0.1)
    apart = ~np.eye(5, dtype=bool)
    assert np.allclose(found[apart], covariance[apart], atol=5 * variance.max() / math.sqrt(n))


def test_bounds_cut_the_uniform_distribution(base: Scenario) -> None:
    """Within its bounds it is what drawing over the whole simplex and keeping what fits gives."""
    bounds = {"media_kol": [0.1, 0.4], "crisis_reserve": [0.05, 0.3], "events": [0, 0.5]}
    mine = shares(simplex_dirichlet(base, 4000, bounds=bounds, seed=3))
    rng = np.random.default_rng(9)
    lo = np.array([0.1, 0, 0.05, 0, 0])
    hi = np.array([0.4, 1, 0.3, 0.5, 1])
    drawn = rng.dirichlet(np.ones(5), 60_000)
    kept = drawn[((drawn >= lo) & (drawn <= hi)).all(axis=1)]
    assert len(kept) > 4000
    assert (mine >= lo - 1e-9).all() and (mine <= hi + 1e-9).all()
    error = np.sqrt(kept.var(axis=0) * (1 / 4000 + 1 / len(kept)))
    assert (abs(mine.mean(axis=0) - kept.mean(axis=0)) < 4.5 * error).all()
    assert np.allclose(mine.std(axis=0), kept.std(axis=0), rtol=0.06)


def test_seeds_decide_and_more_points_begin_alike(base: Scenario) -> None:
    assert simplex_dirichlet(base, 20, seed=4) == simplex_dirichlet(base, 20, seed=4)
    assert simplex_dirichlet(base, 20, seed=4) != simplex_dirichlet(base, 20, seed=5)


# --- refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"divisions": 4, "bounds": {"content": [0.7, 1], "events": [0.5, 1]}},
            "bounds: the lower bounds sum to 1.2 (media_kol 0 + content 0.7 + crisis_reserve 0 + events 0.5 + tools 0)",
        ),
        (
            {"divisions": 4, "bounds": [0, 0.1]},
            "the upper bounds sum to 0.5 (media_kol 0.1 + content 0.1 + crisis_reserve 0.1 + events 0.1 + tools 0.1)",
        ),
        (
            {
                "divisions": 4,
                "lines": ["content", "events"],
                "bounds": {"content": [0.3, 1], "events": [0.2, 1]},
            },
            "but the lines have 0.4 to share; media_kol 0.35 + crisis_reserve 0.2 + tools 0.05 stays",
        ),
        (
            {"divisions": 3, "bounds": [0.1, 0.25]},
            "no split of steps of 0.166667 lies within the upper bounds",
        ),
        (
            {"divisions": 4, "bounds": {"contents": [0, 1]}},
            "bounds.contents: 'contents' is not varied; did you mean 'content'?",
        ),
        ({"divisions": 4, "bounds": {"content": [0.5, 0.1]}}, "[0.5, 0.1] is no pair of shares"),
        ({"divisions": 4, "bounds": {"content": 0.5}}, "bounds.content: is not a list of bounds"),
        ({"divisions": 4, "bounds": [0, 1, 2]}, "is not a pair"),
        ({"divisions": 4, "bounds": [0, 2]}, "[0, 2] is no pair of shares"),
        (
            {"divisions": 4, "lines": ["contents", "events"]},
            "unknown budget line 'contents'; did you mean 'content'?",
        ),
        ({"divisions": 4, "lines": ["events", "events"]}, "'events' stands twice"),
        ({"divisions": 4, "lines": ["events"]}, "is events alone"),
        (
            {"divisions": 4, "lines": ["events", "tools"], "rest": "free"},
            "'free' is not one of the words allowed",
        ),
        ({}, "give step (a share of the budget) or divisions"),
        ({"step": 0.1, "divisions": 4}, "give step"),
        (
            {"step": 0.3},
            "step: 0.3 does not divide the 1 that the lower bounds leave; these do: 0.5, 0.3333, 0.25",
        ),
        ({"step": 0}, "step: 0 is out of range"),
        ({"divisions": 100}, "has 4,598,126 points; at most 100,000"),
        ({"divisions": 0}, "divisions: 0 is not a whole number"),
    ],
)
def test_lattices_that_are_refused(base: Scenario, options: dict[str, Any], says: str) -> None:
    assert says in refusal(lambda: simplex_lattice(base, **options))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"count": 0}, "count: 0"),
        ({"count": 10**7}, "has 10,000,000 points"),
        ({"count": 5, "alpha": 0}, "alpha: 0 for media_kol is out of range"),
        (
            {"count": 5, "alpha": {"contents": 1}},
            "alpha.contents: 'contents' is not varied; did you mean 'content'?",
        ),
        (
            {"count": 5, "alpha": 1000, "bounds": {"content": [0, 0.01]}},
            "bounds: leave too little: of 100,000 splits drawn, 0",
        ),
        ({"count": 5, "bounds": [0.3, 1]}, "the lower bounds sum to 1.5"),
    ],
)
def test_draws_that_are_refused(base: Scenario, options: dict[str, Any], says: str) -> None:
    assert says in refusal(lambda: simplex_dirichlet(base, **options))
