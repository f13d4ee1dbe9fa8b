"""K4: ticks of 5, 15 and 30 minutes agree within Monte-Carlo error.

Paired by seed on the default plan with one incident. Tolerance: the paired mean difference to 15 minutes stays below
the Monte-Carlo error of the main job (two standard errors of a mean over 20 replicates) plus three standard errors
of its own.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from prsim.study.run import Run
from tests.laboratory import dingtalk, last_of, mean_of, pooled, runs_of, total_of

SEEDS = range(1, 13)
REPLICATES = 20


def headline(run: Run) -> dict[str, float]:
    incident = run.summary["incidents"][0]
    return {
        "nps": mean_of(run, "nps", since_h=192.0),
        "sentiment": mean_of(run, "sentiment", since_h=192.0),
        "negative mentions": math.log(total_of(run, "mentions_negative")),
        "mentions": math.log(
            sum(total_of(run, f"mentions_{s}") for s in ("negative", "neutral", "positive"))
        ),
        "hot hours": last_of(run, "hot_search_hours"),
        "detected_h": incident["detected_h"],
    }


@pytest.fixture(scope="module")
def measured() -> dict[int, dict[str, np.ndarray]]:
    out = {}
    for tick in (5, 15, 30):
        scenario = dingtalk(
            "population.agents=10000", "horizon_days=16", "incidents=scheduled", f"tick_min={tick}",
            "incidents.schedule.privacy.start=2024-02-08T19:30",
        )  # fmt: skip
        rows = [headline(run) for run in runs_of(scenario, SEEDS)]
        out[tick] = {metric: np.array([row[metric] for row in rows]) for metric in rows[0]}
    return out


@pytest.mark.slow
@pytest.mark.parametrize("tick", [5, 30])
@pytest.mark.parametrize("metric", ["nps", "sentiment", "negative mentions", "mentions", "hot hours"])
def test_ticks_agree(measured: dict[int, dict[str, np.ndarray]], tick: int, metric: str) -> None:
    bias, error = pooled(measured[tick][metric] - measured[15][metric])
    monte_carlo = 2.0 * measured[15][metric].std(ddof=1) / math.sqrt(REPLICATES)
    assert abs(bias) <= monte_carlo + 3.0 * error, f"{bias:+.4f} ± {error:.4f}, allowed {monte_carlo:.4f}"


@pytest.mark.slow
@pytest.mark.parametrize("tick", [5, 30])
def test_detection_differs_by_no_more_than_a_tick(
    measured: dict[int, dict[str, np.ndarray]], tick: int
) -> None:
    late = measured[tick]["detected_h"] - measured[15]["detected_h"]
    assert np.all(np.isfinite(late))
    assert abs(late.mean()) <= max(tick, 15) / 60.0
