"""How many runs do pairs with common random numbers save?

Question
    Two plans are compared on the same seeds. By how much smaller is the variance of the difference of pairs than with
    independent seeds, for five points of budget, for half an hour of delay, and for 4 h against 12 h?

Command
    python experiments/common_random_numbers.py

Runtime
    About 5 minutes of computing time.

Result
    The tables of docs/common_random_numbers.md.

Reading
    For NPS, pairs need a fortieth of the runs, or fewer, for five points of budget and for half an hour of delay.
    Between 4 h and 12 h the effect itself differs from world to world, and no seed can take that away.
"""

from __future__ import annotations

import numpy as np

import prsim
from prsim.study.run import Run

RUNS, RESAMPLES = 40, 2000
PLANS = {
    "the plan": [],
    "media to content": ["budget.split.media_kol=0.30", "budget.split.content=0.30"],
    "events to content": ["budget.split.events=0.10", "budget.split.content=0.30"],
    "media to events": ["budget.split.media_kol=0.30", "budget.split.events=0.20"],
    "reserve to media": ["budget.split.crisis_reserve=0.15", "budget.split.media_kol=0.40"],
    "first response 0.5 h later": ["response.first_h=1.0"],
    "all answers 0.5 h later": ["response.first_h=1", "response.analysis_h=2.5", "response.statement_h=4.5"],
    "all answers 72 s later": [
        "response.first_h=0.52",
        "response.analysis_h=2.02",
        "response.statement_h=4.02",
    ],
    "after 4 h": ["response.first_h=4", "response.analysis_h=0", "response.statement_h=4"],
    "after 4.5 h": ["response.first_h=4.5", "response.analysis_h=0", "response.statement_h=4.5"],
    "after 12 h": ["response.first_h=12", "response.analysis_h=0", "response.statement_h=12"],
}
PAIRS = [("the plan", name) for name in list(PLANS)[1:8]]
PAIRS += [("after 4 h", "after 4.5 h"), ("after 4 h", "after 12 h")]
METRICS = (
    "nps", "sentiment", "negative_share", "trust", "favourability", "awareness", "satisfaction", "complaints",
    "hot_search_hours", "conversions", "churn", "reach",
)  # fmt: skip
END_H = 14 * 24.0


def values(runs: list[Run], metric: str, last_h: float) -> np.ndarray:
    """Mean of a metric over the last hours of each run."""
    out = []
    for run in runs:
        rows = run.series[(run.series["segment"] == "all") & (run.series["metric"] == metric)]
        out.append(rows["value"][rows["time_h"] >= rows["time_h"].max() - last_h].mean())
    return np.array(out)


def gain(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Variance with independent seeds over that of the differences of pairs; samples along the last axis."""
    apart = a.var(axis=-1, ddof=1) + b.var(axis=-1, ddof=1)
    together = (a - b).var(axis=-1, ddof=1)
    return np.divide(apart, together, out=np.full(together.shape, np.inf), where=together > 0.0)


def main() -> None:
    """Print the ratios with bootstrap intervals of 95 %, and the NPS differences themselves."""
    found: dict[tuple[str, str, float], np.ndarray] = {}
    for name, overrides in PLANS.items():
        scenario = prsim.load("dingtalk_2024", ["population.agents=20000", *overrides])
        runs = prsim.simulate_many(scenario, range(1, RUNS + 1), workers=scenario.workers)
        for metric in METRICS:
            for last_h in (np.inf, END_H):
                found[name, metric, last_h] = values(runs, metric, last_h)
    again = np.random.default_rng(0).integers(0, RUNS, (RESAMPLES, RUNS))
    for last_h, title in ((np.inf, "mean over time"), (END_H, "mean of the last 14 days")):
        print(title)
        for one, other in PAIRS:
            print(f"  {one} and {other}")
            for metric in METRICS:
                a, b = found[one, metric, last_h], found[other, metric, last_h]
                lo, hi = np.quantile(gain(a[again], b[again]), [0.025, 0.975], method="nearest")
                print(f"    {metric:18} {gain(a, b):12,.1f} [{lo:12,.1f}, {hi:12,.1f}]")
    print("NPS, mean over time: mean difference, standard deviation of pairs, middle 90 % of the worlds")
    for one, other in PAIRS:
        effect = found[other, "nps", np.inf] - found[one, "nps", np.inf]
        lo, hi = np.quantile(effect, [0.05, 0.95])
        print(f"  {one} and {other}: {effect.mean():+.4f}, {effect.std(ddof=1):.4f}, {lo:+.3f} to {hi:+.3f}")


if __name__ == "__main__":
    main()
