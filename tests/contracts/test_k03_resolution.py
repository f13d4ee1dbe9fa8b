"""K3: from the default resolution up, every headline metric agrees; what a coarser run gets wrong is measured.

Runs of one incident each on the default plan, cut to 20 days, at 20 k, 100 k and 400 k agents (1 M with
``PRSIM_FULL=1``), paired by seed: the same outlets, KOLs and arrivals, another population. Tolerance from 100 k
agents up: 0.3 points of NPS, 0.01 of sentiment, a tenth of mentions and hot-search hours, each beyond three
standard errors of the paired difference.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
import pytest

from prsim.study.run import Run
from tests.laboratory import dingtalk, last_of, mean_of, pooled, runs_of, total_of

FULL = os.environ.get("PRSIM_FULL") == "1"
COARSE, DEFAULT = 20_000, 100_000
FINE = (400_000, 1_000_000) if FULL else (400_000,)
SEEDS = range(1, 21 if FULL else 9)
INCIDENTS = {
    "large": ("incidents.library.privacy.witnesses=400k",),
    "small": ("incidents.library.privacy.witnesses=500", "incidents.library.privacy.hit_share=0"),
}
TOLERANCE = {"nps": 0.3, "sentiment": 0.01, "mentions": 0.1, "hot hours": 0.1}  # the last two relative

type Outcomes = Mapping[str, np.ndarray]


def headline(run: Run) -> dict[str, float]:
    mentions = sum(total_of(run, f"mentions_{stance}") for stance in ("negative", "neutral", "positive"))
    return {
        "nps": mean_of(run, "nps", since_h=192.0),
        "sentiment": mean_of(run, "sentiment", since_h=192.0),
        "mentions": mentions,
        "hot hours": last_of(run, "hot_search_hours"),
    }


def outcomes(agents: int, *incident: str) -> Outcomes:
    scenario = dingtalk(
        f"population.agents={agents}", "horizon_days=20", "incidents=scheduled",
        "incidents.schedule.privacy.start=2024-02-08T19:30", "response.statement_h=12", *incident,
    )  # fmt: skip
    rows = [headline(run) for run in runs_of(scenario, SEEDS)]
    return {metric: np.array([row[metric] for row in rows]) for metric in rows[0]}


def difference(a: Outcomes, b: Outcomes, metric: str) -> tuple[float, float]:
    """Pooled paired difference and its standard error; relative to the mean for counts (against an hour for hours)."""
    mean, error = pooled(a[metric] - b[metric])
    if metric in ("mentions", "hot hours"):
        size = max(float(b[metric].mean()), 1.0)
        return mean / size, error / size
    return mean, error


@pytest.fixture(scope="module", params=list(INCIDENTS))
def measured(request: pytest.FixtureRequest) -> dict[int, Outcomes]:
    return {agents: outcomes(agents, *INCIDENTS[request.param]) for agents in (COARSE, DEFAULT, *FINE)}


@pytest.mark.slow
def test_headline_metrics_agree_from_the_default_resolution_up(
    measured: dict[int, Outcomes], capsys: pytest.CaptureFixture[str]
) -> None:
    failures = []
    with capsys.disabled():
        print()
        for metric, tolerance in TOLERANCE.items():
            best = measured[FINE[-1]]
            for agents in (COARSE, DEFAULT, *FINE[:-1]):
                bias, error = difference(measured[agents], best, metric)
                spread = measured[agents][metric].std(ddof=1)
                print(
                    f"K3 {metric}: {agents:>9,} against {FINE[-1]:,} agents: bias {bias:+.4f} ± {error:.4f}; "
                    f"over seeds {measured[agents][metric].mean():.3f}, SD {spread:.3f}"
                )
                if agents >= DEFAULT and abs(bias) > tolerance + 3.0 * error:
                    failures.append((metric, agents, bias, error))
    assert not failures


@pytest.mark.slow
def test_the_spread_over_seeds_is_the_worlds_and_not_the_resolutions(measured: dict[int, Outcomes]) -> None:
    """A lumpy process spreads more: the SD at the default resolution is about that of the finest."""
    for metric in ("nps", "sentiment"):
        fine = measured[FINE[-1]][metric].std(ddof=1)
        here = measured[DEFAULT][metric].std(ddof=1)
        assert here < 2.0 * fine + {"nps": 0.05, "sentiment": 0.002}[metric], metric
