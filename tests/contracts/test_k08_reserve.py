"""K8: a larger crisis reserve narrows the bad tail when incidents arrive, and costs NPS when none do.

The default plan's first 40 days with grave incidents at random, 24 a year; 2 % against 40 % of the budget in the
reserve, the other lines scaled alike; paired by seed. The tail is the mean damage of the worst twentieth of the runs.
"""

from __future__ import annotations

import numpy as np
import pytest

import prsim
from prsim.scenario.root import Scenario
from prsim.study.run import Run
from tests.laboratory import dingtalk, mean_of, pooled, runs_of

SMALL, LARGE = 0.02, 0.40
OTHERS = {"media_kol": 0.35, "content": 0.25, "events": 0.15, "tools": 0.05}
GRAVE = (
    "incidents.schedule={}", "incidents.random.per_year=24",
    "incidents.random.library=[privacy,api_hole,price_rise,outage]",
    # each of the four as often as its topic is criticised (D6)
    "incidents.random.by_topic={data_security: 0.84, product_experience: 0.28, price: 0.15}",
)  # fmt: skip
SEEDS, CALM_SEEDS = range(1, 401), range(1, 6)  # a twentieth of fewer runs is a handful
TAIL = 0.05


def with_reserve(share: float, *overrides: str) -> Scenario:
    scale = (1.0 - share) / sum(OTHERS.values())
    split = [f"budget.split.{line}={part * scale}" for line, part in OTHERS.items()]
    return dingtalk(
        "population.agents=2000", "horizon_days=40", "budget.unfunded=drop", *split,
        f"budget.split.crisis_reserve={share}", *overrides,
    )  # fmt: skip


@pytest.fixture(scope="module")
def crisis() -> dict[float, list[Run]]:
    return {
        share: prsim.simulate_many(with_reserve(share, *GRAVE), SEEDS, workers=0) for share in (SMALL, LARGE)
    }


@pytest.fixture(scope="module")
def calm() -> dict[float, np.ndarray]:
    """Mean NPS by seed where nothing goes wrong."""
    return {
        share: np.array(
            [mean_of(run, "nps") for run in runs_of(with_reserve(share, "incidents=none"), CALM_SEEDS)]
        )
        for share in (SMALL, LARGE)
    }


@pytest.fixture(scope="module")
def damage(crisis: dict[float, list[Run]], calm: dict[float, np.ndarray]) -> dict[float, np.ndarray]:
    """NPS lost to incidents, by seed."""
    return {
        share: calm[share].mean() - np.array([mean_of(r, "nps") for r in runs])
        for share, runs in crisis.items()
    }


def tail(damage: np.ndarray) -> float:
    """Mean of the worst part."""
    return float(np.sort(damage)[-max(1, round(TAIL * len(damage))) :].mean())


@pytest.mark.slow
def test_the_reserve_is_used_in_a_crisis(crisis: dict[float, list[Run]]) -> None:
    spent = {
        share: np.mean(
            [
                -r.ledger.query("line == 'crisis_reserve' and kind == 'spend'")["amount_fen"].sum()
                for r in runs
            ]
        )
        for share, runs in crisis.items()
    }
    assert spent[LARGE] > 3.0 * spent[SMALL]


@pytest.mark.slow
def test_a_larger_reserve_narrows_the_bad_tail(
    damage: dict[float, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    small, large = damage[SMALL], damage[LARGE]
    gain, error = pooled(small - large)
    rng = np.random.default_rng(1)
    picks = rng.integers(len(small), size=(4000, len(small)))
    narrowed = np.array([tail(small[pick]) - tail(large[pick]) for pick in picks])
    with capsys.disabled():
        print(
            f"\nK8 damage: mean {small.mean():.3f} -> {large.mean():.3f} (paired {gain:+.3f} ± {error:.3f}); "
            f"worst {TAIL:.0%} {tail(small):.3f} -> {tail(large):.3f}, "
            f"narrower in {np.mean(narrowed > 0):.0%} of resamples"
        )
    assert gain > 2.0 * error
    assert tail(large) < tail(small)
    assert np.mean(narrowed > 0) > 0.9


@pytest.mark.slow
def test_and_costs_nps_when_nothing_happens(calm: dict[float, np.ndarray]) -> None:
    cost, error = pooled(calm[SMALL] - calm[LARGE])
    assert cost > 2.0 * error, f"{cost:.4f} ± {error:.4f}"
