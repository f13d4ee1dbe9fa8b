"""How many runs do pairs with common random numbers save?

Question
    Two plans are compared on the same seeds. By how much smaller is the variance of the difference of pairs than with
    independent seeds, for five points of budget, for half an hour of delay, and for 4 h against 12 h?

Command
    python experiments/common_random_numbers.py

    The design is experiments/common_random_numbers.yaml; prsim sweep runs it too.

Runtime
    About 5 minutes of computing time (440 runs).

Result
    For NPS, mean over time (docs/common_random_numbers.md has the other metrics)::

        media to content               961 [478, 2,006]
        events to content              773 [345, 1,855]
        media to events                422 [212, 903]
        reserve to media               602 [257, 1,480]
        first response 0.5 h later   1,633 [837, 3,534]
        all answers 0.5 h later         54 [28, 90]
        4 h and 4.5 h                   43 [23, 82]
        4 h and 12 h                    14 [7.5, 25]

Reading
    For NPS, pairs need about a fortieth of the runs, or fewer, for five points of budget and for half an hour of delay.
    Between 4 h and 12 h the effect itself differs from world to world, and no seed can take that away. A few metrics
    gain less than a factor of ten by half an hour of all answers: favourability, and net sentiment just about.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import prsim

EXPERIMENT = Path(__file__).with_suffix(".yaml")
RESAMPLES = 2000
PAIRS = [("as planned", i) for i in range(1, 8)] + [("after 4 h", 9), ("after 4 h", 10)]
METRICS = (
    "nps", "sentiment", "negative_share", "trust", "favourability", "awareness", "satisfaction", "complaints",
    "hot_search_hours", "conversions", "churn", "reach",
)  # fmt: skip


def gain(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Variance with independent seeds over that of the differences of pairs; samples along the last axis."""
    apart = a.var(axis=-1, ddof=1) + b.var(axis=-1, ddof=1)
    together = (a - b).var(axis=-1, ddof=1)
    return np.divide(apart, together, out=np.full(together.shape, np.inf), where=together > 0.0)


def main(words: Sequence[str] = ()) -> None:
    """Print the ratios with bootstrap intervals of 95 %; ``words`` are overrides (``replicates=8``, ``out=DIR``)."""
    experiment = prsim.load_experiment(EXPERIMENT, words)
    out = experiment.scenario.out or "results/common_random_numbers"
    study = prsim.sweep(experiment, out, resume=True, workers=experiment.scenario.workers)
    number = {name: i for i, name in enumerate(study.points["plan"])}
    rows = study.summaries[study.summaries["segment"] == "all"]
    again = np.random.default_rng(0).integers(0, experiment.replicates, (RESAMPLES, experiment.replicates))
    for statistic in ("mean", "end"):
        print({"mean": "mean over time", "end": "mean of the last 14 days"}[statistic])
        for one, other in PAIRS:
            print(f"  {one} and {study.points['plan'][other]}")
            for metric in METRICS:
                here = rows[(rows["metric"] == metric) & (rows["statistic"] == statistic)]
                values = here.pivot(index="point", columns="replicate", values="value")
                if values.empty:  # what only grows has an end and no mean
                    continue
                a, b = values.loc[number[one]].to_numpy(), values.loc[other].to_numpy()
                lo, hi = np.quantile(gain(a[again], b[again]), [0.025, 0.975], method="nearest")
                print(f"    {metric:18} {gain(a, b):12,.1f} [{lo:12,.1f}, {hi:12,.1f}]")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except prsim.PrsimError as error:
        sys.exit(str(error))
