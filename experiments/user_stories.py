"""For the same money, which format of content is passed on most: per showing, and per yuan?

Question
    D96 says that user-story content spreads best. CNY 72,000 buy pieces of one format at list prices, over six
    weeks, on the same four platforms, with the same topic, stance, quality and evidence. How often is a piece
    passed on per showing, and what does the money bring in all? And what is left of the order if all formats have
    one virality and platforms prefer none (alike)?

Command
    python experiments/user_stories.py

    The design is experiments/user_stories.yaml; prsim sweep runs it too.

Runtime
    About 25 s of computing time (256 runs).

Result
    Interactions per 1,000 showings noticed and per CNY 1,000 of the budget, and how many times the other's the
    user story's is; ? cannot be told from once, all others of the table taken together. ::

        as listed         pieces  per 1,000 noticed  story is  per CNY 1,000  story is
          user story          10               2.41                    118.0
          user vlog           48               1.29     1.86x          291.2     0.41x
          short video        160               0.71     3.40x          443.5     0.27x
          H5 page              9               1.78     1.35x           77.9     1.51x
          tech explainer      17               0.86     2.80x           70.1     1.68x
          insight article     90               0.42     5.70x          168.6     0.70x
          case study          18               0.61     3.95x           52.4     2.25x
          white paper          2               0.60     3.99x            5.9    20.15x
        alike             pieces  per 1,000 noticed  story is  per CNY 1,000  story is
          user story          10               1.13                     54.5
          user vlog           48               0.61     1.85x          136.0     0.40x
          short video        160               0.56     2.01x          351.2     0.16x
          H5 page              9               1.24   0.91x ?           53.7   1.01x ?
          tech explainer      17               0.89     1.27x           72.3     0.75x
          insight article     90               0.59     1.90x          236.9     0.23x
          case study          18               0.81     1.39x           69.9     0.78x
          white paper          2               1.71     0.66x           16.8     3.25x

Reading
    Per showing user stories are passed on most, about 1.4 times as often as an H5 page and 3 to 4 times as often
    as short videos. D96 holds, but it is an input: formats.*.virality and the platforms' preferences were set in
    that order. Alike, user stories are still about twice as good as short videos: the same money buys 10 of them
    and 160 of the others, and many pieces a week tire their audience (vlogs are user stories in everything but
    price, and as far behind). Per yuan the order is another: AI-assisted short videos bring about 4 times and
    vlogs 2 to 3 times the interactions of user stories, insight articles somewhat more; long and dear formats
    bring less. So user stories are worth their price where showings are scarce, not where money is. Prices are
    assumptions of market order, and of what a passed-on piece does for the brand nothing is said here. Two white
    papers in ten weeks are too few to judge.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import prsim

EXPERIMENT = Path(__file__).with_suffix(".yaml")
STORY = "user story"
MEASURES = ("interaction_rate", "engagement")  # interactions per showing noticed, and in all


def main(words: Sequence[str] = ()) -> None:
    """Print one line for each format; ``words`` are overrides (``replicates=4``, ``out=DIR``)."""
    experiment = prsim.load_experiment(EXPERIMENT, words)
    out = experiment.scenario.out or "results/user_stories"
    study = prsim.sweep(experiment, out, resume=True, workers=experiment.scenario.workers)
    bought = pieces(experiment)
    head = f"{'per 1,000 noticed':>18} {'story is':>9} {'per CNY 1,000':>14} {'story is':>9}"
    for formats, points in study.points.groupby("formats", sort=False):
        print(f"{formats:17} {'pieces':>6} {head}")
        number = dict(zip(points["piece"], points["point"], strict=True))
        others = [piece for piece in number if piece != STORY]
        found = prsim.compare(
            [(study, number[STORY]), *((study, number[piece]) for piece in others)],
            metrics=MEASURES,
        ).differences
        rows = found.set_index(["metric", "against"])
        rates, totals = (rows.loc[metric] for metric in MEASURES)
        thousands = experiment.scenario.budget.total / 1000.0
        rate, total = rates["value"].iloc[0], totals["value"].iloc[0]
        print(f"  {STORY:15} {bought[STORY]:6} {1000 * rate:18.2f} {'':9} {total / thousands:14.1f}")
        for piece, a, b in zip(others, rates.itertuples(), totals.itertuples(), strict=True):
            line = f"  {piece:15} {bought[piece]:6} {1000 * a.value_against:18.2f} {times(a):>9}"
            print(f"{line} {b.value_against / thousands:14.1f} {times(b):>9}")


def pieces(experiment: prsim.Experiment) -> dict[str, int]:
    """How many pieces of each kind the money buys at list prices."""
    variations = experiment.variations()
    bought = {}
    for point in experiment.design.points:
        scenario = variations.at(point)
        (name,) = scenario.activities["pieces"].buys
        bought[str(point.levels["piece"])] = int(scenario.budget.total // scenario.budget.prices[name].yuan)
    return bought


def times(row: Any) -> str:
    """How many times the other's value the user story's is; with ? where the pairs cannot tell them apart."""
    if not row.value_against:
        return "none"
    mark = " ?" if row.verdict == "cannot tell" else ""
    return f"{row.value / row.value_against:.2f}x{mark}"


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except prsim.PrsimError as error:
        sys.exit(str(error))
