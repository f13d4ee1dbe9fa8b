"""What does an hour of delay cost, by type of incident and by strategy, and where does it cost most?

Question
    Plans promise a first response within half an hour (D18) and a statement within four (M6). How much of the NPS
    does an answer after 0.5 to 72 hours cost, for a grave incident of each type (S10) that can reach the hot
    lists, if the brand clarifies, apologises or denies? And between which two delays does one more hour cost
    most?

Command
    python experiments/response_delay.py

    The design travels with prsim: prsim sweep experiment=response_delay out=results/response_delay

Runtime
    About 150 s of computing time (2,160 runs).

Result
    Mean loss of NPS over 30 days, in points, with 95 % intervals; the band of an hour is that of the interval's
    middle. ::

        NPS lost, if answered                           after 0.5 h           after 72 h  steepest (band), NPS an hour
        opinion_grave_victim        clarify     0.07 (0.06 to 0.08)  0.09 (0.07 to 0.11)  ? no rise can be told
        opinion_grave_victim        apologise   0.21 (0.18 to 0.23)  0.25 (0.21 to 0.28)     1 to 2 h (0.7 to 2.8) 0.015
        opinion_grave_victim        deny        0.08 (0.06 to 0.10)  0.18 (0.15 to 0.21)   0.5 to 1 h (0.7 to 2.8) 0.025
        product_grave_accidental    clarify     0.54 (0.51 to 0.58)  0.71 (0.67 to 0.77)   0.5 to 1 h (0.7 to 2.8) 0.025
        product_grave_accidental    apologise   0.50 (0.46 to 0.55)  0.70 (0.66 to 0.76)   0.5 to 1 h (0.7 to 2.8) 0.044
        product_grave_accidental    deny        1.02 (0.98 to 1.06)  1.08 (1.02 to 1.15)     2 to 4 h (2.8 to 2.8) 0.015
        legal_grave_preventable     clarify     0.55 (0.51 to 0.60)  0.76 (0.71 to 0.81)     2 to 4 h (0.7 to 2.8) 0.034
        legal_grave_preventable     apologise   0.16 (0.14 to 0.18)  0.36 (0.31 to 0.41)   0.5 to 1 h (0.7 to 2.8) 0.026
        legal_grave_preventable     deny        0.96 (0.92 to 1.01)  1.07 (1.01 to 1.14)     2 to 4 h (0.7 to 2.8) 0.018
        brand_grave_preventable     clarify     0.38 (0.35 to 0.42)  0.50 (0.47 to 0.54)     2 to 4 h (1.4 to 2.8) 0.025
        brand_grave_preventable     apologise   0.11 (0.09 to 0.14)  0.27 (0.24 to 0.30)   0.5 to 1 h (0.7 to 2.8) 0.019
        brand_grave_preventable     deny        0.52 (0.49 to 0.55)  0.60 (0.56 to 0.65)     1 to 2 h (0.7 to 2.8) 0.014

Reading
    Where the brand is to blame, or its product failed, an answer three days late costs about 0.1 to 0.2 points
    more than one within half an hour, and about half of that is lost in the first four hours; an hour costs most
    there too. What is said weighs more than when: a preventable crisis that is apologised for after three days
    costs less than one that is clarified within half an hour, and denial within half an hour costs as much as any
    other answer after three days, or more. Where the brand is the victim, a clarification can wait (about 0.02
    points) and an apology harms. Which of two neighbouring intervals is the steeper can mostly not be told, so
    read "within four hours", not "at two". That each strategy fits some responsibility and not another (SCCT),
    and what the brand can prove, are inputs; the sizes hold for the DingTalk audience, one incident alone and no
    campaign.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import prsim

EXPERIMENT = "response_delay"  # travels with the package


def main(words: Sequence[str] = ()) -> None:
    """Print one line for each incident and strategy; ``words`` are overrides (``replicates=5``, ``out=DIR``)."""
    experiment = prsim.load_experiment(EXPERIMENT, words)
    out = experiment.scenario.out or "results/response_delay"
    study = prsim.sweep(experiment, out, resume=True, workers=experiment.scenario.workers)
    found = prsim.response_curve(study, measures=["nps_loss"])
    lost = found.curve.set_index(["incident", "strategy", "hours"])
    knees = found.knees[found.knees["axis"] == "linear"].set_index(["incident", "strategy"])
    hours = sorted(found.curve["hours"].unique())
    first, last = (f"after {h:g} h" for h in (hours[0], hours[-1]))
    print(f"{'NPS lost, if answered':38} {first:>20} {last:>20}  steepest (band), NPS an hour")
    for incident, strategy in knees.index:
        ends = [band(lost.loc[incident, strategy, h]) for h in (hours[0], hours[-1])]
        print(
            f"{incident:27} {strategy:10} {ends[0]:>20} {ends[1]:>20}  {steepest(knees.loc[incident, strategy])}"
        )


def band(row: Any) -> str:
    """A mean with its interval."""
    return f"{row['mean']:.2f} ({row['lo']:.2f} to {row['hi']:.2f})"


def steepest(knee: Any) -> str:
    """Between which two delays an hour costs most, with the band of their middle, and what it costs there."""
    if not knee["rises"]:
        return "? no rise can be told"
    where = f"{knee['begin']:g} to {knee['end']:g} h ({knee['lo']:.1f} to {knee['hi']:.1f})"
    return f"{where:>24} {knee['slope']:.3f}"


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except prsim.PrsimError as error:
        sys.exit(str(error))
