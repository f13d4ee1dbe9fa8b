"""How large a crisis reserve pays, in a quarter in which nothing happens, in a stormy one, and in a grave one?

Question
    The plan keeps 20 % of its money for crises (D20). Over its first 90 days: what does the brand lose with none
    to 40 % in reserve, the other lines sharing the rest, if no incident happens, if a storm of all kinds breaks
    out, and if as many incidents come and none of them is small? And what does it lose in the worst tenth of the
    runs?

Command
    python experiments/reserve.py

    The design is experiments/reserve.yaml; prsim sweep runs it too.

Runtime
    About 270 s of computing time (1,200 runs).

Result
    NPS at the start less its mean over the quarter, in points (below zero: gained), and what it is more than with
    the plan's reserve; intervals hold for all reserves of a quarter together with 95 %; ? cannot be told from
    none. ::

        quarter and reserve   lost           against the plan  worst tenth                 against it
        calm             0%  -0.13     -0.02 (-0.02 to -0.02)        -0.10     -0.02 (-0.02 to -0.01)
        calm            10%  -0.12     -0.01 (-0.01 to -0.00)        -0.09     -0.01 (-0.01 to -0.00)
        calm            20%  -0.11                 (the plan)        -0.08
        calm            30%  -0.10     +0.01 (+0.01 to +0.02)        -0.07     +0.01 (+0.01 to +0.02)
        calm            40%  -0.08     +0.03 (+0.03 to +0.03)        -0.05     +0.03 (+0.03 to +0.04)
        grave            0%   0.33   +0.00 (-0.00 to +0.01) ?         0.91   +0.03 (-0.01 to +0.06) ?
        grave           10%   0.33     +0.01 (+0.00 to +0.02)         0.91   +0.03 (-0.01 to +0.10) ?
        grave           20%   0.32                 (the plan)         0.88
        grave           30%   0.33   +0.00 (-0.01 to +0.01) ?         0.88   -0.01 (-0.04 to +0.06) ?
        grave           40%   0.36     +0.03 (+0.02 to +0.04)         0.91   +0.02 (-0.04 to +0.09) ?
        stormy           0%   0.44   +0.00 (-0.01 to +0.01) ?         1.24   +0.01 (-0.03 to +0.04) ?
        stormy          10%   0.44   +0.00 (-0.00 to +0.01) ?         1.25     +0.02 (+0.00 to +0.04)
        stormy          20%   0.44                 (the plan)         1.22
        stormy          30%   0.45     +0.01 (+0.00 to +0.01)         1.22   -0.00 (-0.03 to +0.03) ?
        stormy          40%   0.48     +0.04 (+0.03 to +0.06)         1.27   +0.04 (-0.01 to +0.09) ?

Reading
    A reserve that is not needed costs little: about 0.02 points of the 0.13 that the campaign gains in a calm
    quarter, and about 0.05 if it is 40 %. In a storm 0 to 30 % lie within 0.02 points of the plan, in the mean
    and in the worst tenth; 40 % loses, because the campaign lacks the money. With grave
    incidents 10 % and 40 % lose a trace more than the plan; which reserve makes the worst tenth mildest cannot be
    told. So the optimum is flat: the plan's 20 % is within about 0.02 points of anything from 0 to 30
    %, and the choice hardly matters beside which strategy answers (response_delay.py). That a reserve does help
    within a crisis is shown where the campaign's share of it is taken out (tests/contracts/test_k08_reserve.py).
    What a yuan buys in a crisis - placements, an audit, compensation - rests on assumed prices and gains
    (budget.reserve); legal costs, refunds and recalls, which real reserves pay, are not modelled.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import prsim

EXPERIMENT = Path(__file__).with_suffix(".yaml")
SHARE = "budget.split.crisis_reserve"
PLAN = 0.2  # what the plan keeps
WORST = 0.1  # the bad tail: this part of the runs
LEVEL = 0.95


def main(words: Sequence[str] = ()) -> None:
    """Print one line for each quarter and reserve; ``words`` are overrides (``replicates=20``, ``out=DIR``)."""
    experiment = prsim.load_experiment(EXPERIMENT, words)
    out = experiment.scenario.out or "results/reserve"
    study = prsim.sweep(experiment, out, resume=True, workers=experiment.scenario.workers)
    print(
        f"{'quarter and reserve':19} {'lost':>6} {'against the plan':>26}  {'worst tenth':>11} {'against it':>26}"
    )
    for quarter, points in study.points.groupby("quarter"):
        number = {round(share, 3): point for share, point in zip(points[SHARE], points["point"], strict=True)}
        others = [share for share in number if share != PLAN]
        found = prsim.compare(
            [(study, number[PLAN]), *((study, number[share]) for share in others)],
            metrics=["nps.loss"],
            level=LEVEL,
        ).differences
        against = dict(zip(others, found.itertuples(), strict=True))
        planned = lost(study, number[PLAN])
        for share, point in number.items():
            here = lost(study, point)
            line = f"{quarter:12} {share:6.0%} {here.mean():6.2f}"
            if share == PLAN:
                print(f"{line} {'(the plan)':>26}  {tail(here):11.2f}")
                continue
            d = against[share]
            mean = said(-d.mean, -d.hi_simultaneous, -d.lo_simultaneous)
            low, high = tail_difference(here, planned, 1.0 - (1.0 - LEVEL) / len(others))
            worse = said(tail(here) - tail(planned), low, high)
            print(f"{line} {mean:>26}  {tail(here):11.2f} {worse:>26}")


def lost(study: prsim.Study, point: int) -> np.ndarray:
    """NPS lost (start less mean) by replicate."""
    rows = study.summaries.query("segment == 'all' and metric == 'nps' and statistic == 'loss'")
    return rows[rows["point"] == point].sort_values("replicate")["value"].to_numpy()


def tail(values: np.ndarray) -> np.ndarray:
    """Mean of the worst part of the runs (CVaR), over the last axis."""
    count = max(1, round(WORST * values.shape[-1]))
    return np.sort(values, axis=-1)[..., -count:].mean(axis=-1)


def tail_difference(a: np.ndarray, b: np.ndarray, level: float) -> tuple[float, float]:
    """Interval of the difference between two tails, from drawing the pairs of runs again."""
    picks = np.random.default_rng(1).integers(len(a), size=(4000, len(a)))
    drawn = tail(a[picks]) - tail(b[picks])
    risk = 1.0 - level
    low, high = np.quantile(drawn, [risk / 2, 1.0 - risk / 2])
    return float(low), float(high)


def said(mean: float, low: float, high: float) -> str:
    """A difference with its interval, and whether it can be told from none."""
    mark = "" if low > 0 or high < 0 else " ?"
    return f"{mean:+.2f} ({low:+.2f} to {high:+.2f}){mark}"


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except prsim.PrsimError as error:
        sys.exit(str(error))
